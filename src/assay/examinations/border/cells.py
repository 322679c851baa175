"""A few cells of text, held without Arrow: to load it takes longer than to read the documents of most products.

`Cells` answers what `columns.py` and `counting.py` ask of an Arrow array of strings; the functions here take either,
and give the same for both: of `Cells` bytes and lists, of Arrow arrays of numpy. What only Arrow can do exactly asks
for `arrow()`. Neither Arrow nor numpy is loaded for `Cells`.
"""

import importlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from itertools import accumulate, pairwise
from typing import Any

MOST = 1 << 12  # cells of a batch; Arrow is the faster one for more


class Cells:
    """Strings and None, of which no surrogate is alone."""

    def __init__(self, texts: Sequence[str | None]) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, part: slice) -> "Cells":
        return Cells(self._texts[part])

    def to_pylist(self) -> list[str | None]:
        return list(self._texts)

    @cached_property
    def laid_out(self) -> tuple[bytes, list[int]]:
        """The bytes, and the edges of the rows in them; of None there are none."""
        parts = [(text or "").encode() for text in self._texts]
        return b"".join(parts), list(accumulate(map(len, parts), initial=0))

    def arrow(self) -> Any:
        return importlib.import_module("pyarrow").array(self._texts, importlib.import_module("pyarrow").string())


Strings = Any  # Cells, or an Arrow array of strings
Rows = Any  # list of int, or np.ndarray of int64


def columns_of(columns: Sequence[Sequence[str | None]]) -> tuple[Strings, ...]:
    """The columns of one batch."""
    cells = tuple(Cells(column) for column in columns)
    return cells if sum(map(len, columns)) <= MOST else tuple(one.arrow() for one in cells)


def like(values: Strings, texts: Sequence[str | None]) -> Strings:
    """Other texts, held as `values` are."""
    return Cells(texts) if isinstance(values, Cells) else Cells(texts).arrow()


def filled(edges: Any) -> Rows:
    """The rows that hold something."""
    if isinstance(edges, list):
        return [row for row, (start, end) in enumerate(pairwise(edges)) if start < end]
    import numpy as np  # noqa: PLC0415

    return np.flatnonzero(np.diff(edges))


def taken(values: Strings, rows: Rows) -> Strings:
    """Some rows."""
    if isinstance(values, Cells):
        texts = values.to_pylist()
        return Cells([texts[row] for row in rows])
    return values.take(importlib.import_module("pyarrow").array(rows))


def matching(values: Strings, pattern: str) -> Rows:
    """The rows that hold a match of an expression of RE2."""
    if isinstance(values, Cells):
        search = _expression(pattern).search
        return [row for row, text in enumerate(values.to_pylist()) if text is not None and search(text) is not None]
    import numpy as np  # noqa: PLC0415

    found = importlib.import_module("pyarrow.compute").match_substring_regex(values, pattern)
    return np.flatnonzero(np.asarray(found.fill_null(False)))


def distinct(values: Strings) -> int:
    return len(set(values.to_pylist())) if isinstance(values, Cells) else len(values.unique())


def times(values: Strings) -> Mapping[str, int]:
    """How often each text occurs."""
    if isinstance(values, Cells):
        return Counter(text for text in values.to_pylist() if text is not None)
    return {one["values"]: one["counts"] for one in values.drop_null().value_counts().to_pylist()}


@cache
def _expression(pattern: str) -> Any:
    return importlib.import_module("re2").compile(pattern)
