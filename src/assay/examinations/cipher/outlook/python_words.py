"""Whether a word of Python text can be a reference that leads to a module, seen without parsing.

Parsing costs a hundred times more, and most words that a catalogue shares with other programs are met in prose or as
members of something else: `json.dumps` is not `django.core.signing.dumps`. What is refused here cannot be a reference
in a text that Python runs; whatever is in doubt passes. Two names never stand side by side but for keywords; a name
leads to a module only when an import of the text binds the head of its chain, or one imports with a star.
Source: Python Language Reference, Lexical analysis, The import statement.
"""

import re
from collections.abc import Mapping, Set
from functools import lru_cache

from assay.core import late

_BEFORE = frozenset(
    b"and as assert async await case del elif else except exec finally for from global if import in is lambda match "
    b"nonlocal not or print raise return try type while with yield".split()
)  # keywords, and words that begin a statement, behind which a name may stand
_BEHIND = frozenset(b"and as async else for from if import in is not or".split())
_WORD = late.expression(rb"\w+")
_NAMES = bytes(byte for byte in range(256) if byte >= 0x80 or re.match(rb"\w", bytes([byte])))
_NEXT = late.expression(rb"[ \t]*([\w\x80-\xff]+|[\"'])?")
_COMMENT = late.expression(rb"[^\"'#{]*#[^\"'{]*")  # with no quote that may end a string, and no field of an f-string
_IMPORT = late.expression(rb"import\b(?<![\w.]import)")  # begins with letters, which is ten times as fast
_FROM = late.expression(rb"(?<![\w.])from[\s\\]+([\w.\x80-\xff]+)[\s\\]*$")
_LISTED = late.expression(rb"[\s\\]*\((?:[^()#]|#[^\n]*)*\)")
_STAR = late.expression(rb"[\s\\(]*\*")
_ALIASED = late.expression(rb"[\s\\]+as\b")
_LONGEST = 2_000  # bytes of a chain of names, and of a statement joined by backslashes


def may_refer(content: bytes, start: int, end: int) -> bool:
    """Whether a word can be a name in code, no part of a sentence, a comment or a declaration."""
    line = content.rfind(b"\n", 0, start) + 1
    ahead = content[max(line, start - 80) : start].rstrip(b" \t")
    before = ahead[len(ahead.rstrip(_NAMES)) :]
    if ahead[-1:] in (b'"', b"'") or (
        before and before not in _BEFORE and not before[:1].isdigit() and start - line < _LONGEST
    ):
        return False
    behind = _NEXT.match(content, end)
    if behind is not None and behind[1] is not None and behind[1] not in _BEHIND:
        return False
    return _COMMENT.fullmatch(content, line, start) is None


def is_aliased(content: bytes, end: int) -> bool:
    return _ALIASED.match(content, end) is not None


def leads_to(content: bytes, start: int, roots: Set[bytes]) -> bool:
    """Whether the chain of names that a word stands in may begin with what is imported from one of these packages."""
    bound = bindings(content)
    if bound is None:
        return True
    head = _head(content, start)
    return head is None or not bound.get(head, frozenset()).isdisjoint(roots)


def _head(content: bytes, start: int) -> bytes | None:
    """The first name of a chain, b"" when it begins with another expression; None when that cannot be told."""
    ahead = content[max(0, start - _LONGEST) : start]
    first = _WORD.match(content, start)
    head = first[0] if first is not None else None
    while (stripped := ahead.rstrip(b" \t\r\n\f\\"))[-1:] == b".":
        stripped = stripped[:-1].rstrip(b" \t\r\n\f\\")
        ahead = stripped.rstrip(_NAMES)
        if ahead == stripped:
            return b"" if stripped else None
        head = stripped[len(ahead) :]
    return head if head is not None and head.isascii() and ahead.strip() else None


@lru_cache(maxsize=2)
def bindings(content: bytes) -> Mapping[bytes, frozenset[bytes]] | None:
    """For every word that an import may bind, the packages that it may come from; None where any word may be bound.

    Words of a sentence that holds `import` count too. Shared: nobody may change it.
    """
    bound: dict[bytes, set[bytes]] = {}
    for found in _IMPORT.finditer(content):
        start, end = _statement(content, found.start(), found.end())
        if _STAR.match(content, found.end()) or end - start > _LONGEST * 10:
            return None
        listed = _LISTED.match(content, found.end())
        if listed is None and content[found.end() : end].strip(b" \t\\\r\n")[:1] == b"(":
            return None
        told = content[found.end() : max(end, listed.end() if listed is not None else 0)]
        words = _WORD.findall(told)
        origin = _FROM.search(content, start, found.start())
        roots = {origin[1].partition(b".")[0]} if origin is not None else set(words)
        if not told.isascii() or (origin is None and b"from" in content[start : found.start()]):
            return None
        for word in words:
            bound.setdefault(word, set()).update(roots)
    return {word: frozenset(roots) for word, roots in bound.items()}


def _statement(content: bytes, start: int, end: int) -> tuple[int, int]:
    """The lines around a place, with those that a backslash joins to them."""
    first, last = content.rfind(b"\n", 0, start), content.find(b"\n", end)
    while first > 0 and _joined(content, first):
        first = content.rfind(b"\n", 0, first)
    while last > 0 and _joined(content, last):
        last = content.find(b"\n", last + 1)
    return first + 1, last if last >= 0 else len(content)


def _joined(content: bytes, line_end: int) -> bool:
    return content[max(line_end - 2, 0) : line_end].rstrip(b"\r").endswith(b"\\")
