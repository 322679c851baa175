"""The sieve: one native search that says where in a text nothing can be found, before anything looks closer.

Each expression is a superset, for RE2, of what an exact part of this package finds: `CELLS` of the walk (`walking.py`)
and `LINES` of what it finds and `text.py` believes, `WORDED` of the labels, keys, stripes and passports of
`wording.py`, `EASTERN` of all that needs a Chinese or full-width character, `HIDDEN` of what `folding.py`
brings to light. What passes may still be nothing; what does not pass is nothing:
`tests/examinations/border/test_sieve.py` holds each to that. Compiled on first use; loads no numpy and no Arrow.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import re2

from assay.examinations.border import tables
from assay.examinations.border.folding import HIDDEN as _HIDDEN
from assay.examinations.border.folding import HIDING
from assay.examinations.border.labels import FOREIGN_DIGIT, LABELS

_ROOM = 16 << 20  # bytes for the automaton of one expression; in half of that RE2 throws it away over and over


def expression(pattern: str) -> Any:
    """A large expression for RE2."""
    options = re2.Options()
    options.max_mem = _ROOM
    return re2.compile(pattern, options)


class Sieve:
    """An expression for RE2."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    @cached_property
    def search(self) -> Callable[..., Any]:
        """The match, None for none, in bytes of UTF-8 from a place on."""
        search: Callable[..., Any] = expression(self.pattern).search
        return search


_EDGE = r"(?:\b|_)"  # of a run: letters and digits, without the underscore
_HEX = "[0-9A-Fa-f]"
_GROUP_START = r"(?:^|[^0-9A-Za-z:\n])[:.-]?"
_GROUP_END = r"(?:$|[^0-9A-Za-z:-]|[:-](?:$|[^0-9A-Fa-f:]))"
_COUNTRIES = "|".join(
    f"{chr(65 + place // 26)}{chr(65 + place % 26)}" for place, known in enumerate(tables.COUNTRY) if known
)
_NUMBERS = (
    r"[0-9A-Za-z_%+-]\.*@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*\.[A-Za-z]{2}",  # e-mail
    rf"{_EDGE}[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}",  # IPv4
    rf"{_GROUP_START}{_HEX}{{2}}(?:[:-]{_HEX}{{2}}){{5}}{_GROUP_END}",  # device
    rf"{_GROUP_START}{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{7}}{_GROUP_END}",  # IPv6
    rf"{_GROUP_START}(?:{_HEX}{{1,4}}:)*{_HEX}{{3,4}}:(?:{_HEX}{{1,4}}:)*:",
    rf"{_GROUP_START}{_HEX}{{1,4}}(?::{_HEX}{{1,4}})*::(?:{_HEX}{{1,4}}:)*{_HEX}{{3,4}}",
    rf"{_EDGE}[0-9]{{2,6}}[ -](?:[0-9]{{7}}|[0-9]{{3,6}}[ -][0-9]{{4}})",  # groups
    r"\([0-9]{3,4}\)[0-9]{7}",  # landline
    rf"{_EDGE}[0-9]{{10,19}}{_EDGE}",
    rf"{_EDGE}[0-9]{{17}}[xX]{_EDGE}",
    rf"{_EDGE}[1-9ANY][1-9A-G][0-9]{{6}}[0-9A-Z]{{10}}{_EDGE}",  # social credit code
    rf"{_EDGE}[A-Z]{{2}}[0-9]{{2}}(?:[0-9A-Z]{{11,30}}{_EDGE}|(?: [0-9A-Z]{{4}}){{2}} [0-9A-Z])",  # IBAN
    rf"{_EDGE}(?:[A-Z][0-9]{{8}}|[A-Z]{{2}}[0-9]{{7}}|[HM][0-9]{{10}}){_EDGE}",  # passports, permits
    rf"[{tables.PLATE_PROVINCES}][A-Z]",
)
_BIC = rf"{_EDGE}[A-Z]{{4}}(?:{_COUNTRIES})[0-9A-Z]{{2}}(?:[0-9A-Z]{{3}})?{_EDGE}"  # and any word of eight capitals
_NEAR_BIC = r"(?i:swift|bic)"  # without one of its labels beside it nobody believes it in a text
_FORMS = (
    r"-----BEGIN |eyJ[A-Za-z0-9_-]{10}|(?:AKIA|ASIA)[0-9A-Z]{16}|\$2[aby]\$\d\d\$|gh[pousr]_[A-Za-z0-9]{36}",
    rf"(?:;|%B)(?:\d{{13,19}}[=^]|\d*{FOREIGN_DIGIT})",
    r"P[A-Z<]{43}(?:\r?\n|\x{2028})",
)
_LABELLED = "(?i:" + "|".join(label.beginning for label in LABELS) + ")"
CELLS = Sieve("(?m)" + "|".join((*_NUMBERS, _BIC)))
LINES = Sieve("(?m)" + "|".join((*_NUMBERS, _NEAR_BIC)))
WORDED = Sieve("|".join((_LABELLED, *_FORMS)))
_ALL = "|".join((*_NUMBERS, _NEAR_BIC, _LABELLED, *_FORMS, _HIDDEN))
_ANY = Sieve(rf"(?m)\A\C*?(?:{_ALL})")  # from the start, so RE2 need not search back for where a match begins
HIDDEN = Sieve(_HIDDEN)
EASTERN = Sieve("[\\x{3000}\\x{3400}-\\x{9fff}\\x{ff01}-\\x{ff5e}]")


def may_hold(content: bytes) -> bool:
    """Whether anything at all can be found in this UTF-8, as running text."""
    return _ANY.search(content) is not None or (not content.isascii() and EASTERN.search(content) is not None)


def may_hide(content: bytes) -> bool:
    """Whether something in this UTF-8 is written so that only `folding.unfolded` shows what it is."""
    return (not content.isascii() or HIDING.within(content)) and HIDDEN.search(content) is not None


def lines_with(sieve: Sieve, content: bytes) -> Iterator[tuple[int, int]]:
    """The lines in which a match begins: [start, end) without the end of line."""
    at = 0
    while (found := sieve.search(content, at)) is not None:
        start = found.start()
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end
        yield max(content.rfind(b"\n", at, start) + 1, at), end
        at = end + 1
