"""How small the groups are in which a person of a masked copy could be looked for (k-anonymity, Sweeney 2002).

Rows that agree in all quasi-identifiers form a group; a row in a group of one stands alone. Groups are counted by a
64-bit hash of their values, so that files of any length need memory for their groups only.
"""

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct, field

from assay.core.errors import UsageError
from assay.core.text import Text
from assay.examinations.border.columns import bytes_of
from assay.examinations.border.persons import new_key, of_width

Array = Any  # pyarrow.Array


class Groups(Struct):
    """Rows by group, over the columns that were named. `rows` counts all."""

    columns: tuple[str, ...]
    rows: int = 0
    _counts: Any = field(default_factory=lambda: np.zeros(0, np.int64))
    _hashes: Any = field(default_factory=lambda: np.zeros(0, np.uint64))
    _key: bytes = field(default_factory=new_key)

    def add(self, arrays: Sequence[Array]) -> None:
        """Rows of the columns, in the order of `columns`."""
        hashes = np.zeros(len(arrays[0]), np.uint64)
        for array in arrays:
            hashes = of_width(self._key, np.stack([hashes, _hashed(self._key, array)], axis=1).view(np.uint8))
        self.rows += len(hashes)
        joined = np.concatenate([self._hashes, hashes])
        weights = np.concatenate([self._counts, np.ones(len(hashes), np.int64)])
        self._hashes, places = np.unique(joined, return_inverse=True)
        self._counts = np.bincount(places, weights=weights, minlength=len(self._hashes)).astype(np.int64)

    def smallest(self) -> int:
        """Rows of the smallest group; 0 when there are no rows."""
        return int(self._counts.min()) if len(self._counts) else 0

    def below(self, k: int) -> int:
        """Rows in groups of fewer than `k`."""
        return int(self._counts[self._counts < k].sum())

    @property
    def groups(self) -> int:
        return len(self._counts)


def not_comparable(what: str) -> UsageError:
    return UsageError(
        Text(f"groups cannot be counted over {what}", f"无法按 {what} 统计行组"),
        Text("name columns of text, numbers or dates with --quasi", "--quasi 请指定文本、数字或日期字段"),
    )


def _hashed(key: bytes, array: Array) -> Any:
    """A 64-bit hash of every cell; an empty cell is one value like any other."""
    pa: Any = importlib.import_module("pyarrow")
    try:
        distinct = array.cast(pa.string()).fill_null("\0").dictionary_encode()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise not_comparable(str(array.type)) from None  # what it says may quote a value
    values = distinct.dictionary
    buffer, edges = bytes_of(values)
    content = bytes(memoryview(buffer)) if len(buffer) else b""
    hashes = np.empty(len(values), np.uint64)
    lengths = np.diff(edges)
    for length in np.unique(lengths).tolist():
        places = np.flatnonzero(lengths == length)
        joined = b"".join([content[edges[at] : edges[at] + length] for at in places.tolist()])
        hashes[places] = of_width(key, np.frombuffer(joined, np.uint8).reshape(len(places), length))
    return hashes[np.asarray(distinct.indices)]
