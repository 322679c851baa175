"""Functions that are asked whether a certificate, a host or a user is the right one, and refuse nobody.

A callback that is handed on by its name (`SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, always)`) is looked up in its own
file: what it yields on every path is what the catalogue tests. A method that refuses by an exception, such as Java's
`checkServerTrusted`, refuses nobody when it throws nothing and calls nothing that could, and perhaps nobody when it
catches what would have refused.

*It cannot see* callbacks of other files, and a check whose outcome is only stored for later.
"""

import re
from typing import Final

from tree_sitter import Node

from assay.source.answers import Answer
from assay.source.calls import functions_of_name
from assay.source.parsed import Parsed
from assay.source.values import Resolver

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


def yielded(parsed: Parsed, resolver: Resolver, node: Node) -> Answer | None:
    """What a function of this file that is handed on by its name yields; None where there is none, or several. One that
    does more than to yield a literal may store what it found, so that the answer is then not complete."""
    named = _NAME.fullmatch(parsed.text(node))
    found = functions_of_name(parsed, named[1]) if named is not None else []
    if len(found) != 1:
        return None
    body = parsed.adapter.body(found[0]) or []
    return resolver.yielded(found[0], certain=len(body) == 1)


def refuses_nobody(parsed: Parsed, node: Node) -> bool | None:
    """Whether a method that refuses by throwing lets everything pass: True, None for "perhaps", False."""
    body = parsed.adapter.body(node)
    if body is None:
        return False
    text = b"\n".join(child.text or b"" for child in body)
    if all(child.text in _NOTHING for child in body):
        return True
    if _REFUSING.search(text) is not None:
        return False
    others = [name for name in _CALLED.findall(text) if _HARMLESS.fullmatch(name) is None]
    if others:
        return None if _CATCHING.search(text) is not None or set(others) <= {b"checkValidity"} else False
    return True
