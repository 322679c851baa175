"""A few cells of text, held without Arrow: to load it takes longer than to read the documents of most products.

`Cells` answers what `columns.py` and `counting.py` ask of an Arrow array of strings; the functions here take either,
and give the same for both. What only Arrow can do exactly asks for `arrow()`.
"""

import importlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np

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

    @property
    def null_count(self) -> int:
        return sum(text is None for text in self._texts)

    @cached_property
    def laid_out(self) -> tuple[Any, Any]:
        """The bytes, and the edges of the rows in them; of None there are none."""
        parts = [(text or "").encode() for text in self._texts]
        edges = np.cumsum([0, *map(len, parts)], dtype=np.int64)
        return np.frombuffer(b"".join(parts), np.uint8), edges

    def arrow(self) -> Any:
        return importlib.import_module("pyarrow").array(self._texts, importlib.import_module("pyarrow").string())


Strings = Any  # Cells, or an Arrow array of strings


def columns_of(columns: Sequence[Sequence[str | None]]) -> tuple[Strings, ...]:
    """The columns of one batch."""
    cells = tuple(Cells(column) for column in columns)
    return cells if sum(map(len, columns)) <= MOST else tuple(one.arrow() for one in cells)


def like(values: Strings, texts: Sequence[str | None]) -> Strings:
    """Other texts, held as `values` are."""
    return Cells(texts) if isinstance(values, Cells) else Cells(texts).arrow()


def taken(values: Strings, rows: Any) -> Strings:
    """Some rows."""
    if isinstance(values, Cells):
        texts = values.to_pylist()
        return Cells([texts[row] for row in rows.tolist()])
    return values.take(importlib.import_module("pyarrow").array(rows))


def matching(values: Strings, pattern: str) -> Any:
    """Which cells hold a match of an expression of RE2, as an array of bool."""
    if isinstance(values, Cells):
        search = _expression(pattern).search
        return np.array([text is not None and search(text) is not None for text in values.to_pylist()], bool)
    found = importlib.import_module("pyarrow.compute").match_substring_regex(values, pattern)
    return np.asarray(found.fill_null(False))


def distinct(values: Strings) -> int:
    return len(set(values.to_pylist())) if isinstance(values, Cells) else len(values.unique())


def times(values: Strings) -> Mapping[str, int]:
    """How often each text occurs."""
    if isinstance(values, Cells):
        return Counter(text for text in values.to_pylist() if text is not None)
    return {one["values"]: one["counts"] for one in values.drop_null().value_counts().to_pylist()}


def given(values: Strings) -> Any:
    """Which cells are not null, as an array of bool."""
    if isinstance(values, Cells):
        return np.array([text is not None for text in values.to_pylist()], bool)
    return np.asarray(values.is_valid().to_numpy(zero_copy_only=False))


@cache
def _expression(pattern: str) -> Any:
    return importlib.import_module("re2").compile(pattern)
