"""How much of a deposit was shown: bytes, each counted once, by file (SHA-256 of its content), whoever read them.

Kept by nobody: it follows from the views that stand in the log, so a room that is opened again knows what it showed.
"""

from bisect import insort
from collections import defaultdict


class Coverage:
    """Ranges of bytes by file."""

    def __init__(self) -> None:
        self._ranges: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.shown = 0

    def add(self, file: str, start: int, stop: int) -> int:
        """Bytes of [start, stop) that were not shown before, which now are."""
        new = self.new(file, start, stop)
        joined = [(start, stop)] if start < stop else []
        kept = []
        for one in self._ranges[file]:
            touches = joined and one[0] <= joined[0][1] and joined[0][0] <= one[1]
            if touches:
                joined = [(min(one[0], joined[0][0]), max(one[1], joined[0][1]))]
            else:
                kept.append(one)
        for one in joined:
            insort(kept, one)
        self._ranges[file] = kept
        self.shown += new
        return new

    def new(self, file: str, start: int, stop: int) -> int:
        """As `add`, without adding."""
        overlap = sum(max(0, min(stop, end) - max(start, begin)) for begin, end in self._ranges.get(file, ()))
        return max(0, stop - start) - overlap

    def of(self, file: str) -> int:
        """Bytes of a file that were shown."""
        return sum(end - begin for begin, end in self._ranges.get(file, ()))

    def holds(self, file: str, start: int, stop: int) -> bool:
        """Whether all of [start, stop) was shown."""
        return self.new(file, start, stop) == 0
