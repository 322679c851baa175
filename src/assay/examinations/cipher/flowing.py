"""What a random value is for: where it flows within its function.

From the expression the value goes into variables, by assignment, because a method of the generator fills them or their
own takes it up (`append`), and from these into others. It protects something when it ends in a cookie, a session, or a
key, vector, salt or password of a library; it may when a function that deals with sessions makes a text of it.

*It cannot see* other functions, and order: a variable that takes the value anywhere has it everywhere.
"""

import re
from itertools import islice

from msgspec import Struct
from tree_sitter import Node

from assay.source.parsed import Parsed

MOST_NAMES = 12
MOST_MENTIONS = 64
_ENDS = frozenset(
    {"Cookie", "addCookie", "set_cookie", "setcookie", "setCookie", "setAttribute", "IvParameterSpec", "SecretKeySpec",
     "GCMParameterSpec", "PBEKeySpec", "PBEParameterSpec", "ResponseCookie", "GenerateKey", "GenerateMultiPrimeKey"}
)  # fmt: skip
_TEXTS = frozenset(
    {"toString", "valueOf", "str", "hex", "format", "toHexString", "encodeToString", "b64encode", "hexlify", "repr",
     "String"}
)  # fmt: skip
_TAKING = frozenset(
    {"append", "Append", "push", "push_back", "push_str", "add", "Add", "put", "insert", "write", "Write",
     "WriteString", "WriteByte", "WriteRune", "appendCodePoint", "unshift", "extend"}
)  # fmt: skip
_ADDING = frozenset(
    {"augmented_assignment", "augmented_assignment_expression", "compound_assignment_expr", "compound_assignment"}
)
_NAMED = re.compile(r"\*?([A-Za-z_$][\w$]*)(?:\[|$)")
_LABELS = re.compile(r"=|set(?=[A-Z_])|(?:Set|with|With)(?=[A-Z])")  # what names a value that is given to it
_PAIRS = frozenset({"keyword_argument", "pair", "keyed_element", "array_element_initializer", "field_initializer"})
_WORD = re.compile(r"[A-Za-z_]\w*")
_HOLDING = frozenset({"composite_literal", "literal_value", "keyed_element", "object", "pair", "dictionary",
                      "struct_expression", "field_initializer"})  # fmt: skip
_BROAD = frozenset({"block", "lambda_literal", "statements"})
_SESSIONS = re.compile(rb"\bgetSession\s*\(|\bgetCookies\s*\(|\.cookies\b|\bsession\s*\[|\$_SESSION\b|\$_COOKIE\b")


class Flow(Struct, frozen=True):
    """The variables and members that take a value, whether it ends in what protects, and whether it may."""

    names: tuple[str, ...] = ()
    protects: bool = False
    perhaps: bool = False


def flow_of(parsed: Parsed, node: Node) -> Flow:
    """Where the value of an expression goes."""
    function = parsed.function_of(node)
    if function is None:
        return Flow()
    names: dict[str, None] = {}
    methods: set[str] = set()
    waiting = _steps(parsed, node, names, methods)
    while waiting and len(names) < MOST_NAMES:
        name = waiting.pop(0)
        for mention in islice(parsed.mentions(name, function), MOST_MENTIONS):
            waiting += _steps(parsed, mention, names, methods)
    names |= dict.fromkeys(sorted(method.removeprefix("=") for method in methods if _LABELS.match(method)))
    content = parsed.content[function.start_byte : function.end_byte]
    perhaps = not methods.isdisjoint(_TEXTS) and _SESSIONS.search(content) is not None
    return Flow(tuple(names), not methods.isdisjoint(_ENDS), perhaps)


def returned_by(parsed: Parsed, node: Node) -> Node | None:
    """The function that gives the value of an expression back to its callers, all of it or in a text made of it."""
    function = parsed.function_of(node)
    body = function.child_by_field_name("body") if function is not None else None
    if function is None:
        return None
    inner = node
    while inner.parent is not None and inner.parent != function and "return" not in inner.type:
        inner = inner.parent
        if inner.type in _HOLDING:
            return None
    last, blocks = body if body is not None else function.named_children[-1], parsed.adapter.blocks | _BROAD
    held = last.named_children[0].type if last.named_children else ""  # as Kotlin's grammar has it
    if "return" in inner.type or (inner == last and blocks.isdisjoint({inner.type, held})):
        around = None if _is_named(parsed, function) else function.parent
        return returned_by(parsed, around) if around is not None else function
    names = flow_of(parsed, node).names
    mentions = (one for name in names for one in islice(parsed.mentions(name, function), MOST_MENTIONS))
    return function if any(_is_returned(parsed, one) for one in mentions) else None


def _is_returned(parsed: Parsed, node: Node) -> bool:
    """Whether a value is given back where it stands, and not as a part of an object that holds more."""
    for above in parsed.above(node):
        if "return" in above.type:
            return True
        named = above.type in parsed.adapter.functions and _is_named(parsed, above)
        if above.type in _HOLDING or named:
            return False
    return False


def _is_named(parsed: Parsed, function: Node) -> bool:
    """Whether a function is one of its own: one without a name is part of what it stands in."""
    return bool(parsed.adapter.declared_name(parsed, function) or parsed.assigned_to(function))


def filled_by(parsed: Parsed, node: Node) -> tuple[int, ...]:
    """The positions of the parameters of the function around that take the value of an expression."""
    function = parsed.function_of(node)
    taken = parsed.adapter.parameters(parsed, function) if function is not None else ()
    names = flow_of(parsed, node).names if taken else ()
    return tuple(at for at, name in enumerate(taken) if name and name in names)


def _steps(parsed: Parsed, node: Node, names: dict[str, None], methods: set[str]) -> list[str]:
    """One step on: new variables that take the value, and the methods that it is given to on the way."""
    adapter, found = parsed.adapter, []
    inner, outer = node, node.parent
    while outer is not None and outer.type not in adapter.blocks and outer.type not in adapter.functions:
        if outer.type in _PAIRS and outer.named_children[0] != inner:
            key = _WORD.search(parsed.text(outer.named_children[0]))
            methods.add(f"={key[0]}" if key is not None else "")
        if outer.type in adapter.calls:
            method = adapter.method(outer)
            called = parsed.text(method) if method is not None else ""
            methods.add(called)
            taker = adapter.receiver(outer) if called in _TAKING else None
            if taker is not None and taker != inner and adapter.kind(taker) == "name":
                found.append(parsed.text(taker))
            if adapter.receiver(outer) == inner or (inner.type in adapter.members and adapter.callee(outer) == inner):
                given = adapter.arguments(parsed, adapter.argument_list(outer)).positional
                found += [parsed.text(one) for one in given if adapter.kind(one) == "name"]
        if outer.type in adapter.assigning or outer.type in _ADDING:
            target = adapter.assigned(outer) or outer.child_by_field_name("left")
            if target is not None and target != inner:
                whole = "".join(parsed.text(target).split())
                part = _NAMED.match(whole)  # of an array, the array
                found.append(part[1] if part is not None else whole)
                break
            return []
        inner, outer = outer, outer.parent
    new = [name for name in dict.fromkeys(found) if name not in names]
    names.update(dict.fromkeys(new))
    return [name for name in new if name.isidentifier()]
