"""Types in which a compiler keeps the variables of a method: closures, iterators, asynchronous methods.

A variable that a lambda uses, or that outlives a step of an iterator, is a field of a type made for it, and the body of
an asynchronous method stands in `MoveNext` of one. The names follow the habits of Roslyn (C# and Visual Basic) and mcs.

*It cannot see* frames under names of somebody else's, as programs that hide names give them: those stay classes of
their own, whose fields nobody follows.
"""

import re
from collections.abc import Callable, Iterable

from msgspec import Struct, field

from assay.examinations.cipher.compiled.dotnet.assembly import Assembly, Kind
from assay.examinations.cipher.compiled.dotnet.spelling import local

_FRAME = re.compile(r"<.*>(?:c|d__|O$)|_Closure\$__|VB\$StateMachine_")
_THIS = frozenset({"<>4__this", "$this", "<>f__this", "$VB$Me"})
_CURRENT = frozenset({"<>2__current", "$current", "$Current"})
_STATE = re.compile(r"<>1__state|<>l__initialThreadId|\$PC|\$disposing|\$State|\$Disposing|\$InitialThreadId|<>w__\w+")
_AWAITED = re.compile(r"<>u__\d+|\$A\d+")  # kept while the method waits, from a variable and back into it
_BUILDER = frozenset({"<>t__builder", "$builder", "$Builder"})
_LOCAL = re.compile(r"<(\w+)>(?:5)?__(\w+)|<>3__(\w+)|\$VB\$(?:Resumable)?Local_(\w+?)(?:\$(\d+))?|<>\w__(\w+)")
BUILDER = re.compile(r"System\.Runtime\.CompilerServices\.(?:Pooling)?Async\w*MethodBuilder")
CACHE = re.compile(r"<>9(?:__|$)|<>f__\w+\$cache|<\d+>__|\$I\d")
BACKING = re.compile(r"<(\w+)>k__BackingField")
STEP = "MoveNext"


class Frame(Struct):
    """`step` is the index of the method that holds the body, 0 for a closure. `roles` say of a field, by its index,
    what it is, `told` how the compiler calls its variable, `names` how the text does; `counts` are assignments to it,
    and those of `outside` are assigned where the text cannot show it."""

    kind: int
    step: int = 0
    roles: dict[int, str] = field(default_factory=dict)
    told: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    outside: set[int] = field(default_factory=set)
    counts: dict[int, int] = field(default_factory=dict)


def frames_of(of: Assembly, kinds: Iterable[Kind]) -> dict[int, Frame]:
    """The frames among types, by their index."""
    found = {kind.index: Frame(kind.index) for kind in kinds if kind.outer and _FRAME.match(kind.name) is not None}
    names = {of.type_name(0x02000000 | index) for index in found}
    for index, frame in found.items():
        kind = of.kinds[index - 1]
        for number in kind.fields:
            one = of.field(number)
            frame.roles[number] = _role(one.name, of.field_type(one.blob), names.__contains__)
            frame.told[number] = frame.names[number] = _name(one.name)
        frame.step = next((one for one in kind.methods if of.method(one).name == STEP), 0)
    return found


def _role(name: str, told: str, is_frame: Callable[[str], bool]) -> str:
    if is_frame(told):
        return "closure"
    if name in _THIS:
        return "this"
    if name in _CURRENT:
        return "current"
    if name in _BUILDER:
        return "builder"
    if _AWAITED.fullmatch(name) is not None:
        return "resumed"
    return "state" if _STATE.fullmatch(name) is not None else "variable"


def _name(raw: str) -> str:
    """The name that the variable has in the source, with the number that tells it from others of its name."""
    row = _LOCAL.fullmatch(raw)
    if row is None:
        return local(raw)
    if row[1]:
        return local(f"{row[1]}_{row[2]}")
    if row[4]:
        return local(f"{row[4]}_{row[5]}" if row[5] else row[4])
    return local(row[3] or row[6])
