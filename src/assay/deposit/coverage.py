"""How much of a deposit was given out, by file (SHA-256 of its content), each byte once, whoever had it.

What was shown or quoted from a place counts by its range of bytes. What a tool quoted counts as a passage, by the
digest of its words: where they stand in an archive or in a value is no place. A passage that a page showed too counts
twice, never less than once.

Kept by nobody: it follows from the acts that stand in the log (`allowance`), so a room that is opened again knows.
"""

from bisect import insort
from collections import defaultdict


class Coverage:
    """Ranges of bytes and passages by file; `shown` is the bytes of all."""

    def __init__(self) -> None:
        self._ranges: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._passages: dict[str, dict[str, int]] = defaultdict(dict)
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

    def add_passage(self, file: str, digest: str, size: int) -> int:
        """Bytes of a passage that was not given out before, which now is."""
        new = self.new_passage(file, digest, size)
        if new:
            self._passages[file][digest] = size
            self.shown += new
        return new

    def new_passage(self, file: str, digest: str, size: int) -> int:
        """As `add_passage`, without adding."""
        return 0 if digest in self._passages.get(file, ()) else size

    def of(self, file: str) -> int:
        """Bytes of a file that were given out."""
        ranges = sum(end - begin for begin, end in self._ranges.get(file, ()))
        return ranges + sum(self._passages.get(file, {}).values())

    def holds(self, file: str, start: int, stop: int) -> bool:
        """Whether all of [start, stop) was shown."""
        return self.new(file, start, stop) == 0
