"""Functions that are asked whether a certificate, a host or a user is the right one, and refuse nobody.

A callback that is handed on by its name (`SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, always)`) is looked up in its own
file: what it yields on every path is what the catalogue tests. One that is not there may let everybody pass. A method
that refuses by an exception, such as Java's `checkServerTrusted`, refuses nobody when it throws nothing, or only at an
empty chain, and calls nothing that could; and perhaps nobody when it catches what would have refused, or when it
calls what nobody knows.

*It cannot see* a check whose outcome is only stored for later.
"""

import re
from typing import Final

from tree_sitter import Node

from assay.source.answers import Answer, unknown
from assay.source.calls import functions_of_name
from assay.source.parsed import Parsed
from assay.source.values import Resolver

ELSEWHERE: Final = "a function that is not in sight"
_NAME = re.compile(r"&?\s*(?:\w+(?:\.|->|::))*(\w+)")
_NOTHING: Final = frozenset({b"return;", b"return", b"Unit"})
_REFUSING = re.compile(rb"\bthrow\b")
_CATCHING = re.compile(rb"\bcatch\b")
_CALLED = re.compile(rb"(?<!\bnew )\b(\w+)\s*\(")
# Calls that refuse nothing: words of the language, logging, and reading what a certificate says.
_HARMLESS = re.compile(
    rb"if|for|while|switch|catch|return|synchronized|super|print\w*|log\w*|debug|info|warn\w*|error|trace|fine|finest"
    rb"|get\w*|is[A-Z]\w*|to[A-Z]\w*|format|append|length|size|equals|hashCode|toString|valueOf|add|put|printStackTrace|[dviwe]"
)
_KNOWN_TO_REFUSE = frozenset({b"checkServerTrusted", b"checkClientTrusted", b"checkTrusted", b"validate", b"verify"})
# `if (chain == null || chain.length == 0) throw ...;` refuses what no server sends.
_EMPTY = rb"[\w.()\[\]]{1,200}\s*(?:==\s*null|\.?length(?:\(\))?\s*(?:==|<|<=)\s*[01]|\.isEmpty\(\)|\.isBlank\(\))"
_REFUSING_NOTHING = re.compile(
    rb"\bif\s*\(\s*%b(?:\s*\|\|\s*%b)*\s*\)\s*\{?\s*throw\b[^;{}]*;\s*\}?" % (_EMPTY, _EMPTY)
)
_DEEPEST = 3


def yielded(parsed: Parsed, resolver: Resolver, node: Node) -> Answer | None:
    """What a function that is handed on by its name yields: unknown where this file has none of that name, or several;
    None for anything else than a name, and for a variable or a parameter. One that does more than to yield a literal
    may store what it found, so that the answer is then not complete."""
    named = _NAME.fullmatch(parsed.text(node))
    found = functions_of_name(parsed, named[1]) if named is not None else []
    if named is None or (not found and _is_variable(parsed, node, named[1])):
        return None
    if len(found) != 1:
        return unknown(ELSEWHERE)
    body = parsed.adapter.body(found[0]) or []
    return resolver.yielded(found[0], certain=len(body) == 1)


def _is_variable(parsed: Parsed, node: Node, name: str) -> bool:
    around = parsed.function_of(node)
    return name in parsed.bindings(around or parsed.root) or (around is not None and parsed.parameter(around, name)[0])


def refuses_nobody(parsed: Parsed, node: Node, depth: int = 0) -> bool | None:
    """Whether a method that refuses by throwing lets everything pass: True, None for "perhaps", False."""
    body = parsed.adapter.body(node)
    if body is None:
        return False
    text = _REFUSING_NOTHING.sub(b"", b"\n".join(child.text or b"" for child in body))
    if all(child.text in _NOTHING for child in body):
        return True
    if _REFUSING.search(text) is not None:
        return False
    others = {name for name in _CALLED.findall(text) if _HARMLESS.fullmatch(name) is None}
    if not others:
        return True
    if _CATCHING.search(text) is not None:
        return None
    if not others.isdisjoint(_KNOWN_TO_REFUSE):
        return False
    told = [_told(parsed, name.decode("utf-8", "replace"), depth) for name in sorted(others)]
    return False if False in told else True if all(told) else None


def _told(parsed: Parsed, name: str, depth: int) -> bool | None:
    """The same of a function of this file that is called; None where there is none, or several."""
    found = functions_of_name(parsed, name) if depth < _DEEPEST else []
    return refuses_nobody(parsed, found[0], depth + 1) if len(found) == 1 else None
