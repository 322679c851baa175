"""New arrays that a function gives back as they are: all zeros, until whoever called it puts something into them.

`return new byte[n]` is a vector, a salt or a key of zeros where its result goes straight into a cipher, or by way of a
variable that nothing names before. Each is a *possible* value: which of several functions of one name is called is not
told.

*It cannot see* a helper that gives back what a third one made, and arrays that are filled where nothing names them.
"""

import re
from typing import Final

from msgspec.structs import replace
from tree_sitter import Node

from assay.source.answers import Answer, Value
from assay.source.calls import functions_named
from assay.source.entering import within
from assay.source.parsed import Parsed

MOST_NODES: Final = 300  # looked at per function
_SIZE: Final = r"(?:\d+|(?i:n|size|len|length|count|bytes?|[a-z_]*(?:size|len|length|bytes)))"
_NEW = re.compile(
    rf"new\s+byte\s*\[[^\]{{}}]*\]|ByteArray\([^(){{}}]*\)|make\(\s*\[\]byte\s*,[^{{}}]*\)|Buffer\.alloc\([^(),]*\)"
    rf"|new\s+Uint8Array\(\s*{_SIZE}\s*\)|(?:bytes|bytearray)\(\s*{_SIZE}\s*\)|vec!\[\s*0(?:u8)?\s*;[^\]]*\]"
)


def helped(parsed: Parsed, node: Node) -> Answer | None:
    """The zeros that a function of the same file gives for an expression; None where it gives anything else."""
    call = untouched(parsed, node)
    method = parsed.adapter.method(call) if call is not None else None
    if call is None or method is None:
        return None
    given = parsed.adapter.arguments(parsed, parsed.adapter.argument_list(call))
    functions = functions_named(parsed, parsed.text(method), len(given.positional) + len(given.named))
    return zeros(node) if any(gives_zeros(parsed, function) for function in functions) else None


def as_made(parsed: Parsed, answer: Answer, node: Node) -> Answer:
    """An answer that another file tells, by the call that made it where nothing can have filled it since."""
    call = untouched(parsed, node) if answer.values or answer.pending.endswith("()") else None
    return filled(answer, replace(answer, expression=parsed.text(call))) if call is not None else answer


def filled(told: Answer, asked: Answer) -> Answer:
    """What another file tells of what was `asked`: zeros are bytes where the expression is itself the call."""
    if not asked.expression.endswith(")") or all(value.kind != "zeros" for value in told.values):
        return told if told.values else asked
    values = (Value("bytes", "", 16) if value.kind == "zeros" else value for value in told.values)
    return replace(told, values=tuple(dict.fromkeys(values)))


def given(parsed: Parsed, function: Node, answer: Answer) -> Answer:
    """What a function returns to callers in other files, who may put something into what is new."""
    if answer.values or not gives_zeros(parsed, function):
        return answer
    return replace(answer, values=(Value("zeros", "", 16),), complete=False)


def zeros(node: Node) -> Answer:
    return Answer((Value("bytes", "", 16),), False, "an array that nothing fills", origins=(node.start_byte,))


def untouched(parsed: Parsed, node: Node) -> Node | None:
    """The call that gives the value of an expression, where nothing names the value before the expression."""
    if parsed.adapter.kind(node) == "call":
        return node
    name, function = parsed.text(node), parsed.function_of(node)
    bound = parsed.bindings(function).get(name, ()) if function is not None and name.isidentifier() else ()
    if function is None or len(bound) != 1 or bound[0].value is None or bound[0].place is None:
        return None
    before = (one for one in parsed.mentions(name, function) if one.start_byte < node.start_byte)
    alone = all(within(one, bound[0].place) for one in before)
    return bound[0].value if alone and parsed.adapter.kind(bound[0].value) == "call" else None


def gives_zeros(parsed: Parsed, function: Node) -> bool:
    """Whether all that a function gives back is a new array into which it puts nothing."""
    body = parsed.adapter.body(function) or []
    returned, waiting = [], [function]
    for _ in range(MOST_NODES):
        if not waiting:
            break
        node = waiting.pop()
        waiting += node.named_children
        if node.type.startswith("return") and parsed.function_of(node) == function:
            returned.append(node)
    results = [one.named_children[-1] for one in returned if one.named_children] or (body if len(body) == 1 else [])
    return bool(results) and not waiting and all(_is_new(parsed, one, function) for one in results)


def _is_new(parsed: Parsed, node: Node, function: Node) -> bool:
    text = parsed.text(node)
    if not text.isidentifier():
        return _NEW.fullmatch(text) is not None
    bound = parsed.bindings(function).get(text, ())
    if len(bound) != 1 or bound[0].value is None or bound[0].place is None:
        return False
    place, value = bound[0].place, bound[0].value
    others = (one for one in parsed.mentions(text, function) if not within(one, place))
    only = all(one.parent is not None and one.parent.type.startswith(("return", "expression_list")) for one in others)
    return only and _NEW.fullmatch(parsed.text(value)) is not None
