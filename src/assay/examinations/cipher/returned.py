"""Keys, passwords, vectors and salts that a function of the same file gives back to the call that uses them.

`const {iv} = keyOf(k)` and `AES.new(k, MODE_CBC, vector())` hide a literal one step away. The functions of this file
whose result becomes the argument are looked through: a literal that one of them returns, itself or by the name of a
constant, and that could be a secret, is a *possible* value of the argument. It is never certain, for which of the
returned values arrives is not followed.

*It cannot see* functions of other files, a second step, and parameters whose callers pass a literal.
"""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from assay.source.answers import Answer, Value
from assay.source.parsed import Parsed
from assay.source.values import Resolver

MOST_CALLED: Final = 4  # functions looked through per argument
MOST_NODES: Final = 300  # looked at per function
MOST_OFFSETS: Final = 64  # places where the name of a function is looked for
_CALLED = re.compile(r"([A-Za-z_$][\w$]*)\s*\(")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_SECRET = re.compile(r"[0-9A-Za-z+/=_\\-]{16,}")
_SMALLEST = 8  # bytes; a shorter one is no vector, salt or key


def given_back(parsed: Parsed, resolver: Resolver, node: Node) -> Answer | None:
    """What functions of this file may put where `node` stands; None when no literal is among it."""
    values: dict[Value, None] = {}
    origins: set[int] = set()
    for name in list(dict.fromkeys(_called(parsed, node)))[:MOST_CALLED]:
        for function in _declared(parsed, name):
            for answer in _returned(parsed, resolver, function):
                found = [value for value in answer.values if _may_be_secret(value)]
                values.update(dict.fromkeys(found))
                origins.update(answer.origins if found else ())
    if not values:
        return None
    text = " ".join(parsed.text(node).split())[:120]
    return Answer(tuple(values), False, "what a function returns", text, origins=tuple(sorted(origins)))


def _called(parsed: Parsed, node: Node) -> Iterator[str]:
    """Names of the functions whose result the expression is, or fills the variable that it is."""
    text = parsed.text(node)
    if _WORD.fullmatch(text) is None:
        yield from _CALLED.findall(text)
        return
    around = parsed.function_of(node)
    filled = re.compile(rf"(?<![\w$.]){re.escape(text)}(?![\w$])[^=;\n()]{{0,120}}:?=(?!=)([^;\n]{{0,200}})")
    for found in filled.finditer(parsed.text(around if around is not None else parsed.root)):
        yield from _CALLED.findall(found[1])


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
                if body is not None and node is not None and offset < body.start_byte:
                    yield function
                    break


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
