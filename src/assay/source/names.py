"""Where a name stands in a text, found as bytes: a pattern made for each name costs more than looking."""

import re
from collections.abc import Iterator

_PART, _LETTER = re.compile(rb"[\w.$]"), re.compile(rb"\w")


def standing(content: bytes, name: str, start: int, end: int) -> Iterator[int]:
    """Where a name stands as no part of a word or of a member."""
    word = name.encode()
    at = content.find(word, start, end) if word else -1
    while at >= 0:
        past = at + len(word)
        if (at == 0 or _PART.match(content, at - 1) is None) and (past >= end or _LETTER.match(content, past) is None):
            yield at
            at = content.find(word, past, end)
        else:
            at = content.find(word, at + 1, end)


def whole(content: bytes, word: bytes) -> Iterator[int]:
    """Where a word stands as no part of another."""
    at = content.find(word) if word else -1
    while at >= 0:
        past = at + len(word)
        if (at == 0 or _LETTER.match(content, at - 1) is None) and _LETTER.match(content, past) is None:
            yield at
        at = content.find(word, past)
