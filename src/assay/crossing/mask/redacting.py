"""Texts with what was found in them replaced by its class and a short pseudonym: `[mobile:da39d9aa]`.

What `find` would find is replaced, and nothing else. Most texts hold numbers only, or nothing: these are scanned and
put together all at once. Texts in which a word, an address or a wide character stands go through `find` one by one.
"""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from assay.examinations.border import names
from assay.examinations.border.classes import CODES, VALID
from assay.examinations.border.columns import bytes_of, cut
from assay.examinations.border.scanning import scan
from assay.examinations.border.sieve import HIDDEN, WORDED
from assay.examinations.border.text import believed, find

Array = Any  # pyarrow.Array
Pseudonyms = Callable[[Array], Array]
_SHORT = 8  # hex characters of a pseudonym inside a text
_ONE_LINE = {10: "\u2028", 13: "\u2028"}
_BEFORE, _BEHIND = 72, 30  # bytes around a number in which its label stands
_TOLD = f"{WORDED.pattern}|[\\x{{3000}}\\x{{ff01}}-\\x{{ff5e}}]"
_ANY = f"{_TOLD}|{names.WORDS}|{names.ENDINGS}"


def redacted(texts: Array, pseudonyms: Pseudonyms) -> Array:
    """Of strings none of which is null. `pseudonyms` gives those of an array of values."""
    pa: Any = importlib.import_module("pyarrow")
    pc: Any = importlib.import_module("pyarrow.compute")
    aside = needs_words(texts)
    numbers = _spliced(texts, ~aside, pseudonyms)
    if not aside.any():
        return numbers
    mask = pa.array(aside)
    return pc.replace_with_mask(numbers, mask, pa.array(_one_by_one(texts.filter(mask).to_pylist(), pseudonyms)))


def needs_words(texts: Array) -> Any:
    """Which texts hold anything that words may tell, or a wide character: an array of bool."""
    needed = _matching(texts, _ANY)
    buffer, edges = bytes_of(texts)
    if HIDDEN.search(buffer[edges[0] : edges[-1]].tobytes()) is not None:
        return needed | _matching(texts, HIDDEN.pattern)
    places = np.flatnonzero(needed)
    if len(places):
        some = texts.take(importlib.import_module("pyarrow").array(places))
        needed[places] = _matching(some, _TOLD) | _matching(some, names.LIKELY) | _matching(some, names.ANY_ADDRESS)
    return needed


def _matching(texts: Array, pattern: str) -> Any:
    pc: Any = importlib.import_module("pyarrow.compute")
    return np.array(pc.match_substring_regex(texts, pattern))


def _spliced(texts: Array, wanted: Any, pseudonyms: Pseudonyms) -> Array:
    """The wanted texts without their numbers; the others may hold anything."""
    pa: Any = importlib.import_module("pyarrow")
    buffer, edges = bytes_of(texts)
    hits = scan(buffer, edges).hits
    stands = wanted[hits[:, 3]]
    for at in np.flatnonzero(stands & (hits[:, 2] % 4 != VALID)).tolist():
        stands[at] = _stands(buffer, edges, *hits[at].tolist())
    starts, ends, codes, rows = hits[stands].T
    if not len(rows):
        return texts
    marks = _marks(pa.array(CODES).take(pa.array(codes // 4)), cut(buffer, starts, ends), pseudonyms)
    _, offsets, written = marks.buffers()
    to = np.frombuffer(offsets, np.int32, len(marks) + 1).astype(np.int64)
    pieces: list[bytes] = []
    last, content, new = int(edges[0]), buffer.tobytes(), written.to_pybytes()
    for start, end, low, high in zip(starts.tolist(), ends.tolist(), to[:-1].tolist(), to[1:].tolist(), strict=True):
        pieces.append(content[last:start])
        pieces.append(new[low:high])
        last = end
    pieces.append(content[last : int(edges[-1])])
    grown = np.bincount(rows, weights=np.diff(to) - (ends - starts), minlength=len(texts)).astype(np.int64)
    made = np.concatenate([[0], np.cumsum(np.diff(edges) + grown)]).astype(np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(made), pa.py_buffer(b"".join(pieces)))


def _stands(buffer: Any, edges: Any, start: int, end: int, code: int, row: int) -> bool:
    """Whether something speaks for a number that may be another kind of number."""
    low, high = max(int(edges[row]), start - _BEFORE), min(int(edges[row + 1]), end + _BEHIND)
    before = bytes(buffer[low:start]).decode("utf-8", "ignore")
    behind = bytes(buffer[start:high]).decode("utf-8", "ignore")
    return believed(code, before + behind, len(before), len(before) + end - start) is not None


def _marks(classes: Array, values: Array, pseudonyms: Pseudonyms) -> Array:
    """What is written instead of the values."""
    pc: Any = importlib.import_module("pyarrow.compute")
    short = pc.utf8_slice_codeunits(pseudonyms(values), 0, _SHORT)
    return pc.binary_join_element_wise(pc.binary_join_element_wise("[", classes, ":", ""), short, "]", "")


def _one_by_one(cells: list[str], pseudonyms: Pseudonyms) -> list[str]:
    pa: Any = importlib.import_module("pyarrow")
    lines = [cell.translate(_ONE_LINE) for cell in cells]
    hits = find("\n".join(lines))
    values = pa.array([lines[hit.line - 1][hit.start : hit.end] for hit in hits], pa.string())
    marks = _marks(pa.array([hit.class_ for hit in hits], pa.string()), values, pseudonyms).to_pylist()
    found: dict[int, list[tuple[int, int, str]]] = {}
    for hit, mark in zip(hits, marks, strict=True):
        found.setdefault(hit.line - 1, []).append((hit.start, hit.end, mark))
    for at, spans in found.items():
        cells[at] = _replaced(cells[at], spans)
    return cells


def _replaced(line: str, spans: list[tuple[int, int, str]]) -> str:
    parts, last = [], 0
    for start, end, mark in spans:
        parts += [line[last:start], mark]
        last = end
    return "".join([*parts, line[last:]])
