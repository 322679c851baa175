"""Keys, passwords, vectors and salts that another function of the same file gives to the one that uses them.

`const {iv} = keyOf(k)` and `AES.new(k, MODE_CBC, vector())` hide a literal one step away. The functions of this file
whose result becomes the argument are looked through: a literal that one of them returns, itself or by the name of a
constant, and that could be a secret, is a *possible* value of the argument. Where a parameter is used, so is what calls
of its function in this file pass for it. It is never certain, for which of the values arrives is not followed.

*It cannot see* functions and calls of other files, and a second step.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from tree_sitter import Node

from assay.source.answers import Answer, Value
from assay.source.calls import name_of
from assay.source.parsed import Parsed
from assay.source.values import Resolver

MOST_CALLED: Final = 4  # functions looked through per argument
MOST_NODES: Final = 300  # looked at per function
MOST_OFFSETS: Final = 512  # places where the name of a function is looked for
_CALLED = re.compile(r"([A-Za-z_$][\w$]*)\s*\(")
_IN_NAME = re.compile(r"[\w$.]")
_FILLED = re.compile(r"(?![\w$])[^=;\n()]{0,120}:?=(?!=)([^;\n]{0,200})")
_IN_WORD = re.compile(rb"[\w$]")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_SECRET = re.compile(r"[0-9A-Za-z+/=_\\-]{16,}")
_SMALLEST = 8  # bytes; a shorter one is no vector, salt or key


def given_back(parsed: Parsed, resolver: Resolver, node: Node) -> Answer | None:
    """What functions of this file may put where `node` stands; None when no literal is among it."""
    values: dict[Value, None] = {}
    origins: set[int] = set()
    for answer in _given(parsed, resolver, node):
        found = [value for value in answer.values if _may_be_secret(value)]
        values.update(dict.fromkeys(found))
        origins.update(answer.origins if found else ())
    if not values:
        return None
    text = " ".join(parsed.text(node).split())[:120]
    return Answer(tuple(values), False, "what another function gives", text, origins=tuple(sorted(origins)))


def _given(parsed: Parsed, resolver: Resolver, node: Node) -> Iterator[Answer]:
    for name in list(dict.fromkeys(_called(parsed, node)))[:MOST_CALLED]:
        for function in _declared(parsed, name):
            yield from _returned(parsed, resolver, function)
    for argument in _passed(parsed, node):
        yield resolver.resolve(argument)


def _passed(parsed: Parsed, node: Node) -> Iterator[Node]:
    """Arguments that calls in this file give to the function around, where the node is one of its parameters."""
    function, word = parsed.function_of(node), parsed.text(node)
    if function is None or _WORD.fullmatch(word) is None or not parsed.adapter.parameter(parsed, function, word)[0]:
        return
    named = function.child_by_field_name("name")
    name = parsed.text(named) if named is not None else parsed.destination(function)
    if not name:
        return
    listed = function.child_by_field_name("parameters")
    rows = [parsed.text(child) for child in listed.named_children] if listed is not None else []
    rows = rows[1:] if rows[:1] in (["self"], ["cls"]) else rows
    at = next((at for at, row in enumerate(rows) if word in _WORD.findall(row)), -1)
    named_at = re.finditer(rb"%b\s*\(" % re.escape(name.encode()), parsed.content)
    whole = (found for found in named_at if _IN_WORD.match(parsed.content[found.start() - 1 : found.start()]) is None)
    for found in islice(whole, MOST_OFFSETS):
        place = parsed.at(found.start(), len(name.encode()))
        for call in parsed.above(place)[:3] if place is not None else ():
            given = parsed.adapter.argument_list(call) if call.type not in parsed.adapter.functions else None
            if given is not None and given.start_byte > found.start() and not parsed.adapter.absent(parsed, call):
                arguments = parsed.adapter.arguments(parsed, given)
                single = 0 <= at < len(arguments.positional) and "," not in rows[at]
                yield from [arguments.positional[at]] if single else arguments.positional
                yield from [value for key, value in arguments.named.items() if key == word]
                break


def _called(parsed: Parsed, node: Node) -> Iterator[str]:
    """Names of the functions whose result the expression is, or fills the variable that it is."""
    text = parsed.text(node)
    if _WORD.fullmatch(text) is None:
        yield from _CALLED.findall(text)
        return
    around = parsed.function_of(node)
    for given in _given_to(text, parsed.text(around if around is not None else parsed.root)):
        yield from _CALLED.findall(given)


def _given_to(name: str, text: str) -> Iterator[str]:
    """What a text assigns to a variable. A pattern made for each name costs more than looking for it."""
    at = text.find(name)
    while at >= 0:
        begins = at == 0 or _IN_NAME.match(text, at - 1) is None
        found = _FILLED.match(text, at + len(name)) if begins else None
        if found is not None:
            yield found[1]
        at = text.find(name, found.end() if found is not None else at + 1)


def _declared(parsed: Parsed, name: str) -> Iterator[Node]:
    """Functions of the file with this name, or those that a variable of this name takes."""
    word = name.encode()
    offset = -1
    for _ in range(MOST_OFFSETS):
        offset = parsed.content.find(word, offset + 1)
        node = parsed.at(offset, len(word)) if offset >= 0 else None
        if offset < 0:
            return
        for above in parsed.above(node)[:4] if node is not None and parsed.text(node) == name else ():
            for function in (above, *above.named_children):
                body = function.child_by_field_name("body") if function.type in parsed.adapter.functions else None
                if body is not None and offset < body.start_byte and _is_called(parsed, function, name):
                    yield function
                    break


def _is_called(parsed: Parsed, function: Node, name: str) -> bool:
    """Whether a function has this name itself, or by the variable that takes it; a type of its parameters is none."""
    return name in {name_of(parsed, function), parsed.destination(function)}


def _returned(parsed: Parsed, resolver: Resolver, function: Node) -> Iterator[Answer]:
    body = function.child_by_field_name("body")
    waiting = [body] if body is not None else []
    given = body is not None and body.type not in parsed.adapter.blocks
    within: set[int] = {body.id} if body is not None and given else set()
    for _ in range(MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        inside = node.id in within
        if inside and (node.named_child_count == 0 or "string" in node.type or "literal" in node.type):
            yield resolver.resolve(node)
        for child in node.named_children:
            waiting.append(child)
            if inside or "return" in node.type:
                within.add(child.id)


def _may_be_secret(value: Value) -> bool:
    if value.kind == "bytes":
        return value.size >= _SMALLEST
    return value.kind == "text" and _SECRET.fullmatch(value.text) is not None
