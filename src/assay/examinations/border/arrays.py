"""The scan over arrays: the rows that the sieve lets through, and the walk compiled by numba, for all rows at once.

numba keeps what it compiled in an on-disk cache. See `scanning.py`.
"""

import hashlib
import importlib
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from assay.examinations.border import kernel, walking
from assay.examinations.border.scanned import CODE_COUNT, Bytes, Hits, Integers, Scanned
from assay.examinations.border.sieve import CELLS, lines_with

_CHUNK = 1 << 18
_TABLES = (
    "RUN", "PROVINCE", "CITY", "MOBILE_SEGMENT", "AREA", "COUNTRY", "IBAN_LENGTH", "MONTH_DAYS", "ID_WEIGHTS",
    "USCC_WEIGHTS", "ORG_WEIGHTS", "USCC_VALUE", "BASE36", "HEX", "LOCAL", "PLATE_PROVINCES", "PLATE_ENDS",
)  # fmt: skip


def compiled() -> Callable[..., int]:
    """The walk, compiled for what `scan` gives it."""
    walk, zero = _compile(), np.zeros(CODE_COUNT, np.int64)
    walk(np.frombuffer(b" ", np.uint8), np.array([0, 1]), 1, np.empty((8, 4), np.int64), zero, zero, _scratch())
    return walk


def _scratch() -> Bytes:
    return np.zeros(32, np.uint8)


def _compile() -> Callable[..., int]:
    numba: Any = importlib.import_module("numba")
    scope: dict[str, Any] = {**vars(kernel), **vars(walking)}
    for name in _TABLES:
        values = scope[name]
        scope[name] = np.array(list(values), dtype=np.int64 if name == "RUN" else np.uint8)
    edition = _edition()
    for name in walking.FUNCTIONS:
        plain: FunctionType = scope[name]
        own = FunctionType(plain.__code__, scope, name, plain.__defaults__)
        own.__module__ = plain.__module__
        own.__qualname__ = f"{name}_{edition}"
        scope[name] = _jit(numba, own, whole=name == walking.FUNCTIONS[-1])
    walk: Callable[..., int] = scope["scan"]
    return walk


def _edition() -> str:
    """A digest of all that is compiled: numba looks at one file only when it asks whether its cache is still right."""
    digest = hashlib.blake2b(digest_size=8)
    for name in _TABLES:
        digest.update(repr(getattr(kernel, name)).encode())
    for name in walking.FUNCTIONS:
        code = (getattr(walking, name, None) or getattr(kernel, name)).__code__
        digest.update(repr((name, code.co_code, code.co_names, code.co_varnames, code.co_consts)).encode())
    return digest.hexdigest()


def _jit(numba: Any, function: FunctionType, *, whole: bool) -> Any:
    """Compiled on first call. Nothing here allocates, and counting references to the buffers takes three quarters of
    the time: it is left out where this numba still can (the option is not public)."""
    options = {"nogil": True, "cache": True, "error_model": "numpy", "forceinline": not whole}
    try:
        return numba.njit(function, _nrt=False, **options)
    except (KeyError, TypeError):
        return numba.njit(function, **options)


def scan(walk: Callable[..., int], content: Bytes, edges: Integers) -> Scanned:
    """All rows, by the compiled walk."""
    buffer, edges = (np.frombuffer(content, np.uint8), np.ascontiguousarray(edges, dtype=np.int64))
    cells, whole = np.zeros(CODE_COUNT, np.int64), np.zeros(CODE_COUNT, np.int64)
    scratch = _scratch()
    chunks = _chunks(edges)
    largest = max((int(edges[last] - edges[first]) for first, last in chunks), default=0)
    room = np.empty((largest // 6 + 8, 4), np.int64)
    parts = [np.empty((0, 4), np.int64)]
    for first, last in chunks:
        count = walk(buffer, edges[first:], last - first, room, cells, whole, scratch)
        hits = room[:count].copy()
        hits[:, 3] += first
        parts.append(hits)
    return Scanned(np.concatenate(parts), cells.tolist(), whole.tolist())


def sifted(buffer: Bytes, edges: Integers) -> list[int]:
    """The rows in which the sieve sees anything."""
    if len(edges) < 2:
        return []
    starts = edges[:-1] - edges[0]
    content = np.insert(buffer[edges[0] : edges[-1]], starts[1:], 10)
    starts = starts + np.arange(len(starts))
    seen = [start for start, _ in lines_with(CELLS, content.tobytes())]
    rows: list[int] = np.unique(np.searchsorted(starts, seen, "right") - 1).tolist()
    return rows


def ends_of_lines(content: bytes) -> Integers:
    """The edges of the lines of a text, each with its end."""
    return np.concatenate([[0], np.flatnonzero(np.frombuffer(content, np.uint8) == 10) + 1, [len(content)]])


def table(hits: Sequence[Sequence[int]]) -> Hits:
    """A list of hits as an array."""
    return np.array(hits, np.int64).reshape(-1, 4)


def _chunks(edges: Integers) -> list[tuple[int, int]]:
    """Ranges of rows of about `_CHUNK` bytes; a row is never split."""
    if len(edges) < 2:
        return []
    marks = np.arange(int(edges[0]) + _CHUNK, int(edges[-1]), _CHUNK)
    stops = np.unique(np.concatenate([np.searchsorted(edges, marks), [len(edges) - 1]]))
    starts = np.concatenate([[0], stops[:-1]])
    return [(int(start), int(stop)) for start, stop in zip(starts, stops, strict=True) if stop > start]
