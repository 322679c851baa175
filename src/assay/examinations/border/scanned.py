"""What a scan gives, whichever way it went: hits, and counts by code."""

from typing import Any

from msgspec import Struct

CODE_COUNT = 64
Bytes = Any  # bytes, or np.ndarray of uint8
Integers = Any  # list of int, or np.ndarray of int64
Hits = Any  # list of (start, end, class * 4 + level, row), or np.ndarray of int64 of shape (n, 4)


class Scanned(Struct):
    """Hits in order, as the caller gave the edges: a list or an array; cells and whole cells by code."""

    hits: Hits
    cells: list[int]
    whole: list[int]

    def of(self, code: int) -> Hits:
        """The hits of one code."""
        if isinstance(self.hits, list):
            return [hit for hit in self.hits if hit[2] == code]
        return self.hits[self.hits[:, 2] == code]
