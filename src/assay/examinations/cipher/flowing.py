"""What a random value is for: where it flows within its function.

From the expression the value goes into variables, by assignment or because a method of the generator fills them, and
from these into others. It protects something when it ends in a cookie, a session, or a key, vector, salt or password of
a library; it may when a function that deals with sessions makes a text of it.

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
     "GCMParameterSpec", "PBEKeySpec", "PBEParameterSpec", "ResponseCookie"}
)  # fmt: skip
_TEXTS = frozenset(
    {"toString", "valueOf", "str", "hex", "format", "toHexString", "encodeToString", "b64encode", "hexlify", "repr",
     "String"}
)  # fmt: skip
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
    content = parsed.content[function.start_byte : function.end_byte]
    perhaps = not methods.isdisjoint(_TEXTS) and _SESSIONS.search(content) is not None
    return Flow(tuple(names), not methods.isdisjoint(_ENDS), perhaps)


def _steps(parsed: Parsed, node: Node, names: dict[str, None], methods: set[str]) -> list[str]:
    """One step on: new variables that take the value, and the methods that it is given to on the way."""
    adapter, found = parsed.adapter, []
    inner, outer = node, node.parent
    while outer is not None and outer.type not in adapter.blocks and outer.type not in adapter.functions:
        if outer.type in adapter.calls:
            method = adapter.method(outer)
            methods.add(parsed.text(method) if method is not None else "")
            if adapter.receiver(outer) == inner or (inner.type in adapter.members and adapter.callee(outer) == inner):
                given = adapter.arguments(parsed, adapter.argument_list(outer)).positional
                found += [parsed.text(one) for one in given if adapter.kind(one) == "name"]
        if outer.type in adapter.assigning:
            target = adapter.assigned(outer)
            if target is not None and target != inner:
                found.append("".join(parsed.text(target).split()))
                break
            return []
        inner, outer = outer, outer.parent
    new = [name for name in dict.fromkeys(found) if name not in names]
    names.update(dict.fromkeys(new))
    return [name for name in new if name.isidentifier()]
