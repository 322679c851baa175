"""The scan for callers: `scan` over bytes and row edges, interpreted for small input and compiled for large.

The functions of `kernel.py` and `walking.py` answer as plain Python at some 5 MB/s, at once. When a process has
scanned `PATIENCE` bytes, copies of them are compiled by numba in a thread beside it, from its on-disk cache where it
has one, and then give the same hits at some hundreds of MB/s. Until then, and without numba, the interpreter goes on,
over the rows that the sieve lets through; only these count. All ways are held equal by tests.
"""

import hashlib
import importlib
import importlib.util
import threading
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
from msgspec import Struct, field

from assay.examinations.border import kernel, walking
from assay.examinations.border.sieve import CELLS, LINES, lines_with

PATIENCE = 2 << 20
CODE_COUNT = 64
_CHUNK = 1 << 18
_TABLES = (
    "RUN", "PROVINCE", "CITY", "MOBILE_SEGMENT", "AREA", "COUNTRY", "IBAN_LENGTH", "MONTH_DAYS", "ID_WEIGHTS",
    "USCC_WEIGHTS", "ORG_WEIGHTS", "USCC_VALUE", "BASE36", "HEX", "LOCAL", "PLATE_PROVINCES", "PLATE_ENDS",
)  # fmt: skip
Bytes = Any  # np.ndarray of uint8
Integers = Any  # np.ndarray of int64


class Scanned(Struct):
    """Hits as an int64 array of shape (n, 4): start, end, class * 4 + level, row; cells and whole cells by code."""

    hits: Integers
    cells: Integers
    whole: Integers


class _Process(Struct):
    """What this process has scanned, and the compiled walk once there is one. One for the process, like numba's own."""

    seen: int = 0
    walk: Callable[..., int] | None = None
    begun: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


_process = _Process()


def compiled() -> Callable[..., int] | None:
    """The walk compiled, None without numba. Takes half a second from the cache, ten without; safe from any thread."""
    with _process.lock:
        if _process.walk is None and importlib.util.find_spec("numba") is not None:
            walk, zero = _compile(), np.zeros(CODE_COUNT, np.int64)
            walk(np.frombuffer(b" ", np.uint8), np.array([0, 1]), 1, np.empty((8, 4), np.int64), zero, zero, _scratch())
            _process.walk = walk
    return _process.walk


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


def scan(buffer: Bytes, edges: Integers, *, lines: bool = False) -> Scanned:
    """Scan rows [edges[i], edges[i + 1]) of a uint8 array. `edges` has one entry more than there are rows.

    With `lines` the rows are lines of a text, each with its end, and what nobody believes there may be left out.
    """
    edges = np.ascontiguousarray(edges, dtype=np.int64)
    if _process.walk is None:
        return _interpreted(buffer, edges, _sifted(buffer, edges, lines=lines))
    cells, whole = np.zeros(CODE_COUNT, np.int64), np.zeros(CODE_COUNT, np.int64)
    scratch = _scratch()
    chunks = _chunks(edges)
    largest = max((int(edges[last] - edges[first]) for first, last in chunks), default=0)
    room = np.empty((largest // 6 + 8, 4), np.int64)
    parts = []
    for first, last in chunks:
        count = _process.walk(buffer, edges[first:], last - first, room, cells, whole, scratch)
        hits = room[:count].copy()
        hits[:, 3] += first
        parts.append(hits)
    return Scanned(_joined(parts), cells, whole)


def _sifted(buffer: Bytes, edges: Integers, *, lines: bool) -> Integers:
    """The rows in which the sieve sees anything. They count towards the patience of this process."""
    if len(edges) < 2:
        return np.empty(0, np.int64)
    starts = edges[:-1] - edges[0]
    content = buffer[edges[0] : edges[-1]]
    if not lines:
        content, starts = np.insert(content, starts[1:], 10), starts + np.arange(len(starts))
    seen = [start for start, _ in lines_with(LINES if lines else CELLS, content.tobytes())]
    rows = np.unique(np.searchsorted(starts, seen, "right") - 1)
    _process.seen += int(np.sum(edges[rows + 1] - edges[rows]))
    if _process.seen > PATIENCE and not _process.begun:
        _process.begun = True
        threading.Thread(target=compiled, name="assay-scan").start()
    return rows


def _interpreted(buffer: Bytes, edges: Integers, rows: Integers) -> Scanned:
    """The same by the interpreter, of these rows alone."""
    cells, whole = np.zeros(CODE_COUNT, np.int64), np.zeros(CODE_COUNT, np.int64)
    content, parts = bytes(buffer) if len(rows) else b"", []
    for group in np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1) if len(rows) else ():
        first = int(group[0])
        own: list[int] = edges[first : first + len(group) + 1].tolist()
        room = np.empty(((own[-1] - own[0]) // 6 + 8, 4), np.int64)
        hits = room[: walking.scan(content, own, len(group), room, cells, whole, bytearray(32))]
        hits[:, 3] += first
        parts.append(hits)
    return Scanned(_joined(parts), cells, whole)


def _chunks(edges: Integers) -> list[tuple[int, int]]:
    """Ranges of rows of about `_CHUNK` bytes; a row is never split."""
    if len(edges) < 2:
        return []
    marks = np.arange(int(edges[0]) + _CHUNK, int(edges[-1]), _CHUNK)
    stops = np.unique(np.concatenate([np.searchsorted(edges, marks), [len(edges) - 1]]))
    starts = np.concatenate([[0], stops[:-1]])
    return [(int(start), int(stop)) for start, stop in zip(starts, stops, strict=True) if stop > start]


def _joined(parts: list[Integers]) -> Integers:
    return np.concatenate(parts) if parts else np.empty((0, 4), np.int64)
