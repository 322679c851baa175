"""Which calls a function of the unit has, and which functions a call of the unit can mean, by name and number.

Names are compared as written; of two functions with one name and as many parameters both are meant. *It cannot see*
calls by reflection, through an interface of another name, or through a variable that holds a function.
"""

import re
from collections.abc import Iterator
from itertools import islice

from tree_sitter import Node

from assay.source.adapter import Adapter
from assay.source.heirs import heirs_in
from assay.source.names import whole
from assay.source.parsed import Parsed
from assay.source.places import Arguments

_MAKING = frozenset({"__init__", "constructor", "__construct"})
MOST_PLACES = 256  # where a name stands in a unit
MOST_CALLERS = 24  # of one function whose arguments are joined
_OPENS = re.compile(rb"\s*(?:<[^<>()]*>\s*)?\(")
_TAKES = re.compile(rb"[ \t]*(?::(?:[^=;\n]|=>){1,80})?=(?![=>])")
_TAKES_FUNCTION = re.compile(
    _TAKES.pattern + rb"\s*(?:(?:async|function|func|fn|lambda|static)\b|[({|]|[A-Za-z_$][\w$]*\s*=>)"
)
_PART = re.compile(rb"[\w$]")
_MEMBER = re.compile(rb"[\w$.]")


def name_of(parsed: Parsed, function: Node) -> str:
    """The last name of a function; of one without a name, of the variable that takes it."""
    whole = parsed.adapter.declared_name(parsed, function)
    declared = whole.rpartition(".")[2]
    if declared in _MAKING:
        return parsed.name_of(function).rpartition(".")[2]
    return declared or parsed.destination(function).rpartition(".")[2]


def callers_in(parsed: Parsed, name: str, least: int, most: int) -> Iterator[tuple[Node, Arguments]]:
    """Calls of a function of this name that give so many arguments; its declarations are none. A class that is made
    from one of this name calls the maker of that."""
    found = (*_calls_of(parsed, name), *heirs_in(parsed, name))
    for node, given in found:
        fitting = given.spread or least <= len(given.positional) + len(given.named) <= most
        if fitting and not parsed.adapter.absent(parsed, node):
            yield node, given


def _calls_of(parsed: Parsed, name: str) -> Iterator[tuple[Node, Arguments]]:
    adapter = parsed.adapter
    for place in islice(_followed(parsed.content, name, _PART), MOST_PLACES):
        node = parsed.at(place, len(name.encode()))
        call = node
        for _ in range(3):
            call = call.parent if call is not None else None
            if call is not None and call.type in adapter.calls:
                break
        if node is None or call is None or call.type not in adapter.calls or call.type in adapter.functions:
            continue
        method = adapter.method(call)
        if method is None or not (method.start_byte <= node.start_byte and node.end_byte <= method.end_byte):
            continue
        yield call, adapter.arguments(parsed, adapter.argument_list(call))


def functions_named(parsed: Parsed, name: str, size: int) -> list[Node]:
    """Functions of the unit with this name that take `size` arguments, or fewer than they have with defaults."""
    return [function for function in functions_of_name(parsed, name) if fits(parsed, function, size)]


def _body(function: Node) -> Node | None:
    """Where a function does what it does; Kotlin's grammar has no field for it."""
    last = function.named_children[-1] if function.named_children else None
    return function.child_by_field_name("body") or (last if last is not None and last.type == "function_body" else None)


def functions_of_name(parsed: Parsed, name: str) -> list[Node]:
    """Functions of the unit with this name."""
    found: dict[int, Node] = {}
    for place in islice(_followed(parsed.content, name, _MEMBER), MOST_PLACES):
        node = parsed.at(place, len(name.encode()))
        for above in islice(parsed.above(node), 3) if node is not None else ():
            body = _body(above) if above.type in parsed.adapter.functions else None
            if body is not None and node is not None and node.end_byte <= body.start_byte:
                if name_of(parsed, above) == name:
                    found.setdefault(above.id, above)
                break
    return list(found.values()) or _taken_by(parsed, name)


def _taken_by(parsed: Parsed, name: str) -> list[Node]:
    """The function that a variable of this name takes: `const name = (x) => ...`. None where the name is given anything
    else as well, for then it may be that."""
    ends = (at + len(name.encode()) for at in whole(parsed.content, name.encode()))
    given = list(islice((end for end in ends if _TAKES.match(parsed.content, end) is not None), 2))
    node = parsed.at(given[0] - len(name.encode()), len(name.encode())) if len(given) == 1 else None
    for above in islice(parsed.above(node), 3) if node is not None else ():
        for child in above.named_children:
            if child.type in parsed.adapter.functions and child.start_byte > given[0]:
                return [child] if name_of(parsed, child) == name else []
    return []


def may_call(adapter: Adapter, content: bytes, name: str) -> bool:
    """Whether a text may call a function of this name at all."""
    return any(adapter.declares(content, at) is not True for at in _followed(content, name, _PART))


def may_define(adapter: Adapter, content: bytes, name: str) -> bool:
    """Whether a text may define a function of this name."""
    if any(adapter.declares(content, at) is not False for at in _followed(content, name, _MEMBER)):
        return True
    word = name.encode()
    return any(_TAKES_FUNCTION.match(content, at + len(word)) is not None for at in whole(content, word))


def _followed(content: bytes, name: str, before: re.Pattern[bytes]) -> Iterator[int]:
    """Where a name stands with an opening bracket behind it, and no byte of `before` ahead. Looking for bytes is many
    times faster than a pattern that begins with a condition."""
    word = name.encode() if name.isidentifier() else b""
    at = content.find(word) if word else -1
    while at >= 0:
        end = at + len(word)
        if _OPENS.match(content, end) is not None and (at == 0 or before.match(content, at - 1) is None):
            yield at
        at = content.find(word, end)


def fits(parsed: Parsed, function: Node, size: int) -> bool:
    least, most = sizes(parsed, function)
    return least <= size <= most


def sizes(parsed: Parsed, function: Node) -> tuple[int, int]:
    """How many arguments a function takes: the fewest, and the most."""
    names = parsed.adapter.parameters(parsed, function)
    listed = function.child_by_field_name("parameters")
    kinds = [child.type for child in listed.children] if listed is not None else []
    rest = any(word in kind for kind in kinds for word in ("splat", "spread", "rest", "variadic", "params"))
    given = names[:-1] if rest else names
    optional = sum(kind == "optional_parameter" for kind in kinds)
    least = max(0, sum(parsed.parameter(function, name)[1] is None for name in given) - optional)
    return least, MOST_PLACES if rest else len(names)
