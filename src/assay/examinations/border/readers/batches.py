"""What readers yield."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, BinaryIO

from msgspec import Struct

from assay.core.examination import Shortfall
from assay.examinations.border.cells import columns_of

ROWS = 1 << 16
BATCH_BYTES = 16 << 20
MOST_SETS = 2_000
MOST_COLUMNS = 5_000
TOO_MANY = Shortfall("too-many", f"more than {MOST_SETS} sets or {MOST_COLUMNS} columns")
"""What is said of a file with more; nothing is read behind it."""


class Lines:
    """The lines of a text, which is taken apart when one of them is wanted. `sifted`: the sieve let the text through,
    so nobody need ask it again."""

    def __init__(self, text: str, *, sifted: bool = False) -> None:
        self.text = text
        self.sifted = sifted

    def __len__(self) -> int:
        return self.text.count("\n") + 1

    def __getitem__(self, place: int) -> str:
        return self.apart[place]

    @cached_property
    def apart(self) -> list[str]:
        return self.text.split("\n")


class Batch(Struct, frozen=True):
    """Some rows of one set (a table, a sheet, or '' for the file itself): names, and columns of equal length, each an
    Arrow array or `Cells`.

    `text` marks lines of running text: one column, a list of strings or `Lines`. Where rows of the columns do not
    belong together (`loose`), persons are counted by value and not by row.
    """

    set: str
    names: tuple[str, ...]
    arrays: tuple[Any, ...]
    text: bool = False
    loose: bool = False

    @property
    def rows(self) -> int:
        return max((len(array) for array in self.arrays), default=0)


Read = Batch | Shortfall
Reader = Callable[[BinaryIO, str], Iterator[Read]]
"""`reader(stream, path)`; the path only tells endings."""


class Rows:
    """Collects rows of text into batches. Rows may be ragged; what is missing is null."""

    def __init__(self, set_: str, names: Sequence[str]) -> None:
        self.set = set_
        self.names = list(names)
        self._columns: list[list[str | None]] = [[] for _ in self.names]
        self._count = 0
        self._bytes = 0

    def add(self, row: Sequence[str | None]) -> Batch | None:
        """A batch when enough rows are there."""
        while len(row) > len(self.names):
            self.names.append(f"column {len(self.names) + 1}")
            self._columns.append([None] * self._count)
        for place, column in enumerate(self._columns):
            value = row[place] if place < len(row) else None
            column.append(value)
            self._bytes += len(value) if value is not None else 1
        self._count += 1
        return self.flush() if self._count >= ROWS or self._bytes >= BATCH_BYTES else None

    def flush(self) -> Batch | None:
        if not self._count:
            return None
        arrays = columns_of([[_clean(one) for one in column] for column in self._columns])
        self._columns = [[] for _ in self.names]
        self._count = self._bytes = 0
        return Batch(self.set, tuple(self.names), arrays)


def _clean(value: str | None) -> str | None:
    """Lone surrogates cannot be UTF-8."""
    if value is None or value.isascii():
        return value
    return value.encode("utf-8", "replace").decode("utf-8")
