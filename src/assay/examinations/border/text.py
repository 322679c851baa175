"""`find`: what personal and commercial data stands in a text, each hit with its line and its characters.

Numbers are found by the scan (`kernel.py`). A number whose form is right but whose check digit is wrong, or that other
kinds of number are as easily, is reported only beside a label of its class, and then as plausible. Names, addresses,
credentials, accounts and dates of birth are found by their labels or forms. What lies inside a longer hit is not
reported twice. No hit carries its text.

*It cannot see* what a text says in words, values cut by a line end, and what `names.py` cannot see.
"""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assay.examinations.border.classes import CODES, LIKELY, NEVER_VALID, VALID, Confidence
from assay.examinations.border.scanning import scan
from assay.examinations.border.semantics import labelled
from assay.examinations.border.wording import Span, worded

FULL_WIDTH = {0xFF01 + at: 0x21 + at for at in range(94)} | {0x3000: 0x20}
_FULL_WIDTH = re.compile("[\u3000\uff01-\uff5e]")


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """`line` counts from 1; [start, end) are characters of that line, from 0."""

    line: int
    start: int
    end: int
    class_: str
    confidence: Confidence


def find(text: str) -> list[Hit]:
    """Every hit in order of place. Lines end at `\\n`."""
    folded = text if text.isascii() else text.encode("utf-8", "replace").decode()
    if folded is not text and _FULL_WIDTH.search(folded) is not None:
        folded = folded.translate(FULL_WIDTH)
    spans = _outermost([*_numbers(folded), *worded(folded)])
    if not spans:
        return []
    lines = [0, *(found.end() for found in re.finditer("\n", folded))]
    hits = []
    for start, end, class_, confidence in spans:
        line = bisect.bisect_right(lines, start)
        hits.append(Hit(line, start - lines[line - 1], end - lines[line - 1], class_, confidence))
    return hits


def believed(code: int, text: str, start: int, end: int) -> Confidence | None:
    """What a hit of the scan at text[start:end] is worth, None when nothing speaks for it."""
    class_, level = CODES[code // 4], code % 4
    if level == VALID:
        return "plausible" if class_ in NEVER_VALID else "valid"
    if not labelled(class_, text, start, end):
        return None
    return "valid" if level == LIKELY and class_ not in NEVER_VALID else "plausible"


def _numbers(text: str) -> Iterator[Span]:
    encoded = text.encode("utf-8", "replace")
    buffer = np.frombuffer(encoded, np.uint8)
    edges = np.concatenate([[0], np.flatnonzero(buffer == 10) + 1, [len(buffer)]])
    hits = scan(buffer, edges).hits
    places = characters(buffer, text, hits[:, :2])
    for (start, end), code in zip(places.tolist(), hits[:, 2].tolist(), strict=True):
        confidence = believed(code, text, start, end)
        if confidence is not None:
            yield start, end, CODES[code // 4], confidence


def characters(buffer: "np.ndarray[tuple[int], np.dtype[np.uint8]]", text: str, places: object) -> "np.ndarray":
    """Offsets of bytes as offsets of characters."""
    at = np.asarray(places)
    if len(buffer) == len(text):
        return at
    starts = np.concatenate([[0], np.cumsum((buffer & 0xC0) != 0x80)])
    return np.asarray(starts[at])


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
