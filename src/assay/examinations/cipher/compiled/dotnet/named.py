"""What the examinations of C# look for, by names as the metadata of an assembly gives them.

Source: `catalogue/*.yaml`, `outward.yaml`.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.compiled.dotnet.constants import ENUMS
from assay.examinations.cipher.connecting import SPEAKS
from assay.examinations.cipher.started import StartedTools
from assay.examinations.cipher.ways import ways

LANGUAGE = "C#"
# What finds the method to call while the program runs: `dynamic`, late calls of Visual Basic, other languages.
RESOLVING = (
    "Microsoft.CSharp.RuntimeBinder.", "Microsoft.VisualBasic.CompilerServices.NewLateBinding",
    "Microsoft.VisualBasic.CompilerServices.LateBinding", "Microsoft.Scripting.", "IronPython.", "IronRuby.",
    "System.Reflection.Emit.DynamicMethod",
)  # fmt: skip
_ACCESSOR = re.compile(r"(?:get|set|add|init)_(\w+)")
_TOOLS = "|".join(sorted(word.decode() for word in StartedTools.literals))
_TELLING = re.compile(rf"-----BEGIN|System\.Security\.Cryptography\.\w|\b(?:{_TOOLS})\b")
_SPEAKS = re.compile(SPEAKS.pattern.decode(), SPEAKS.flags & re.IGNORECASE)


@lru_cache(maxsize=1)
def strangers() -> tuple[str, ...]:
    return tuple(name for names in ways(LANGUAGE).strangers.values() for name in names)


@lru_cache(maxsize=1)
def owners() -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
    """What the catalogue and the ways out name: types with their members, and members of any object."""
    catalogue, here = catalogue_of(LANGUAGE), ways(LANGUAGE)
    found: dict[str, set[str]] = {}
    members: set[str] = set()
    for call in (*catalogue.entries, *catalogue.blind, *here.by_name, *here.foreign, *here.commands):
        owner, _, member = call.rpartition(".")
        if owner:
            found.setdefault(owner, set()).add(member)
            found.setdefault(call, set())  # a type that is implemented, or that holds constants
        else:
            members.add(member.removeprefix("="))
    return {name: frozenset(row) for name, row in found.items()}, frozenset(members)


@lru_cache(maxsize=65536)
def is_named(owner: str, member: str = "") -> bool:
    """Whether a type, or a member of it, is one of the catalogue, a way out or a stranger's."""
    types, members = owners()
    row = _ACCESSOR.fullmatch(member)
    plain = row[1] if row is not None else ("<init>" if member == ".ctor" else member)
    known = types.get(owner)
    if known is not None and (owner.count(".") > 1 or plain in known):  # every program names those of `System`
        return True
    return plain in members or owner in ENUMS or owner.startswith((*strangers(), *RESOLVING))


def tells(text: str) -> bool:
    """Whether a literal text alone is worth a look at what stands around it."""
    return _TELLING.search(text) is not None or _SPEAKS.search(text) is not None
