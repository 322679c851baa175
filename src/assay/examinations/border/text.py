"""`find`: what personal and commercial data stands in a text, each hit with its line and its characters.

Numbers are found by the scan (`kernel.py`). A number whose form is right but whose check digit is wrong, or that other
kinds of number are as easily, is reported only beside a label of its class, and then as plausible. Names, addresses,
credentials, accounts and dates of birth are found by their labels or forms. What lies inside a longer hit is not
reported twice. No hit carries its text.

*It cannot see* what a text says in words, values cut by a line end, and what `names.py` cannot see.
"""

import bisect
from collections.abc import Iterator

from msgspec import Struct

from assay.examinations.border.classes import CODES, LIKELY, NEVER_VALID, VALID, Confidence
from assay.examinations.border.folding import folded, unfolded
from assay.examinations.border.scanning import scan_lines
from assay.examinations.border.semantics import labelled
from assay.examinations.border.sieve import HIDDEN, lines_with, may_hide, may_hold
from assay.examinations.border.wording import Span, worded


class Hit(Struct, frozen=True, order=True):
    """`line` counts from 1; [start, end) are characters of that line, from 0."""

    line: int
    start: int
    end: int
    class_: str
    confidence: Confidence


def find(text: str, *, sifted: bool = False) -> list[Hit]:
    """Every hit in order of place. Lines end at `\\n`. With `sifted` the sieve is known to let the text through."""
    plain = folded(text if text.isascii() else text.encode("utf-8", "replace").decode())
    content = plain.encode()
    if not sifted and not may_hold(content):
        return []
    hits = _found(plain, content)
    return _brought_to_light(content, hits) if may_hide(content) else hits


def _found(text: str, content: bytes) -> list[Hit]:
    line, begin, at, hits = 1, 0, 0, []
    for start, end, class_, confidence in _outermost([*_numbers(text, content), *worded(text, content)]):
        if ends := text.count("\n", at, start):
            line, begin = line + ends, text.rfind("\n", at, start) + 1
        at = start
        hits.append(Hit(line, start - begin, end - begin, class_, confidence))
    return hits


def _brought_to_light(content: bytes, hits: list[Hit]) -> list[Hit]:
    """The hits, and those of the lines in which something is hidden, read without what hides it."""
    numbers, opened = [], []
    line = at = 0
    for start, end in lines_with(HIDDEN, content):
        line, at = line + content.count(b"\n", at, start), start
        numbers.append(line + 1)
        opened.append(unfolded(content[start:end].decode()))
    joined = "\n".join(one for one, _, _ in opened)
    more: dict[int, list[Hit]] = {}
    for hit in _found(joined, joined.encode()):
        _, starts, ends = opened[hit.line - 1]
        moved = Hit(numbers[hit.line - 1], starts[hit.start], ends[hit.end - 1], hit.class_, hit.confidence)
        more.setdefault(moved.line, []).append(moved)
    kept = [
        hit for hit in hits if not any(one.start < hit.end and hit.start < one.end for one in more.get(hit.line, ()))
    ]
    return sorted([*kept, *(hit for of_line in more.values() for hit in of_line)])


def believed(code: int, text: str, start: int, end: int) -> Confidence | None:
    """What a hit of the scan at text[start:end] is worth, None when nothing speaks for it."""
    class_, level = CODES[code // 4], code % 4
    if level == VALID:
        return "plausible" if class_ in NEVER_VALID else "valid"
    if not labelled(class_, text, start, end):
        return None
    return "valid" if level == LIKELY and class_ not in NEVER_VALID else "plausible"


def _numbers(text: str, content: bytes) -> Iterator[Span]:
    at = start = 0  # as far as bytes were counted as characters
    for first, last, code, _ in scan_lines(content):
        start += _characters(content, text, at, first)
        at, end = first, start + _characters(content, text, first, last)
        confidence = believed(code, text, start, end)
        if confidence is not None:
            yield start, end, CODES[code // 4], confidence


def _characters(content: bytes, text: str, first: int, last: int) -> int:
    return last - first if len(content) == len(text) else len(content[first:last].decode())


def _outermost(spans: list[Span]) -> list[Span]:
    """In order, without what lies inside another; of two that overlap the valid one, then the longer."""
    rank = sorted(spans, key=lambda span: (span[3] != "valid", span[0] - span[1], span))
    kept: list[Span] = []
    starts: list[int] = []
    for span in rank:
        at = bisect.bisect_left(starts, span[0])
        before = at > 0 and kept[at - 1][1] > span[0]
        behind = at < len(starts) and starts[at] < span[1]
        if not before and not behind:
            kept.insert(at, span)
            starts.insert(at, span[0])
    return kept
