"""The scan for callers: `scan` over bytes and row edges, `scan_lines` over a text, interpreted or compiled.

The functions of `kernel.py` and `walking.py` answer as plain Python at some 5 MB/s, at once. When a process has
scanned `PATIENCE` bytes, copies of them are compiled by numba in a thread beside it (`arrays.py`), and then give the
same hits at some hundreds of MB/s. Until then, and without numba, the interpreter goes on, over the rows that the sieve
lets through; only these count. All ways are held equal by tests. Loads no numpy where the caller has none.
"""

import importlib.util
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any

from msgspec import Struct, field

from assay.examinations.border import walking
from assay.examinations.border.scanned import CODE_COUNT, Bytes, Hits, Integers, Scanned
from assay.examinations.border.sieve import CELLS, LINES, lines_with

PATIENCE = 2 << 20


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
            from assay.examinations.border import arrays  # noqa: PLC0415

            _process.walk = arrays.compiled()
    return _process.walk


def scan(buffer: Bytes, edges: Integers) -> Scanned:
    """Scan rows [edges[i], edges[i + 1]): of bytes by a list of edges, of a uint8 array by an array of them.

    `edges` has one entry more than there are rows.
    """
    walk = _process.walk
    if isinstance(buffer, bytes) and walk is None:
        return _walked(buffer, edges, _sifted(buffer, edges))
    from assay.examinations.border import arrays  # noqa: PLC0415

    if walk is not None:
        found = arrays.scan(walk, buffer, edges)
        hits = found.hits.tolist() if isinstance(buffer, bytes) else found.hits
    else:
        found = _walked(bytes(buffer), edges, arrays.sifted(buffer, edges))
        hits = arrays.table(found.hits)
    return Scanned(hits, found.cells, found.whole)


def scan_lines(content: bytes) -> Hits:
    """The hits of a text, line by line in order, but for their rows; what nobody believes there may be left out."""
    edges: Any
    if _process.walk is not None:
        from assay.examinations.border import arrays  # noqa: PLC0415

        return arrays.scan(_process.walk, content, arrays.ends_of_lines(content)).hits.tolist()
    edges = [at for start, end in lines_with(LINES, content) for at in (start, min(end + 1, len(content)))]
    return _walked(content, edges, range(0, len(edges), 2)).hits


def _sifted(content: bytes, edges: Sequence[int]) -> Iterable[int]:
    """The rows in which the sieve sees anything."""
    rows = [content[start:end] for start, end in pairwise(edges)]
    starts = [0, *accumulate(len(row) + 1 for row in rows)]
    return sorted({bisect_right(starts, start) - 1 for start, _ in lines_with(CELLS, b"\n".join(rows))})


def _walked(content: bytes, edges: Sequence[int], rows: Iterable[int]) -> Scanned:
    """What the interpreter finds in these rows. They count towards the patience of this process."""
    found = Scanned([], [0] * CODE_COUNT, [0] * CODE_COUNT)
    room: dict[tuple[int, int], int] = {}  # the walk only indexes it, like the array that it has when compiled
    scratch = bytearray(32)
    for row in rows:
        low, high = int(edges[row]), int(edges[row + 1])
        count = walking.scan(content, (low, high), 1, room, found.cells, found.whole, scratch)
        found.hits.extend((room[at, 0], room[at, 1], room[at, 2], row) for at in range(count))
        _process.seen += high - low
    if _process.seen > PATIENCE and not _process.begun:
        _process.begun = True
        threading.Thread(target=compiled, name="assay-scan").start()
    return found
