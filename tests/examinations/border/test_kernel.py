"""The scan itself: interpreted, sifted and compiled give the same, and numbers are checked as their standards say."""

from collections.abc import Iterator
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assay.examinations.border import arrays, kernel, scanning
from assay.examinations.border.classes import CODES
from assay.examinations.border.scanned import Scanned
from assay.examinations.border.scanning import scan
from tests.examinations.border.made import TABLE, column

pytest.importorskip("numba")


def laid(rows: list[bytes]) -> tuple["np.ndarray", "np.ndarray"]:
    return np.frombuffer(b"".join(rows), np.uint8), np.cumsum([0, *map(len, rows)])


def listed(rows: list[bytes]) -> tuple[bytes, list[int]]:
    return b"".join(rows), [0, *accumulate(map(len, rows))]


def interpreted(rows: list[bytes]) -> Scanned:
    return scanning._walked(*listed(rows), range(len(rows)))


def compiled(rows: list[bytes]) -> Scanned:
    assert scanning.compiled() is not None
    return scan(*laid(rows))


def every_way(rows: list[bytes]) -> Iterator[Scanned]:
    """Lists and arrays, sifted, then compiled."""
    assert scanning.compiled() is not None
    for walk in (None, scanning._process.walk):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(scanning._process, "walk", walk)
            for buffer, edges in (listed(rows), laid(rows)):
                found = scan(buffer, edges)
                assert isinstance(found.hits, list) == isinstance(buffer, bytes)
                yield found


def same(rows: list[bytes]) -> None:
    one = interpreted(rows)
    for other in every_way(rows):
        assert [tuple(hit) for hit in other.hits] == one.hits
        assert (other.cells, other.whole) == (one.cells, one.whole)
        assert all(
            [tuple(hit) for hit in other.of(code)] == one.of(code) for code in {0, *(hit[2] for hit in one.hits)}
        )


def test_all_ways_are_equal_on_the_generator() -> None:
    rows = [value.encode() for make in TABLE for value in column(make, 150)]
    same(rows)
    same([b" ".join(rows[at : at + 7]) for at in range(0, len(rows), 7)])


_PARTS = st.sampled_from(
    [
        "1380013",
        "8000",
        "62",
        "2202",
        "11010519491231002X",
        " ",
        "-",
        ".",
        ":",
        "@",
        "(",
        ")",
        "京A",
        "·",
        "GB82",
        "WEST",
        "a",
        "F",
        "12",
        "0",
        "010",
        "::",
        "_",
        "x",
        "é",
        "\0",
        "9" * 20,
        "例",
    ]
)


@given(st.lists(st.lists(_PARTS, max_size=12).map("".join), max_size=6))
@example(["京"])
@example(["@a.bc", "a@", ".@b.cd"])
@example([":::::::", "1:2:3:4:5:6:7:8", "京A·", "4 4 4 4"])
def test_all_ways_are_equal_on_anything(texts: list[str]) -> None:
    same([text.encode() for text in texts])


@given(st.binary(max_size=120))
def test_bytes_that_are_no_text_do_no_harm(content: bytes) -> None:
    same([content])


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [value.encode() for value in column("mobile", 300)]
    whole = compiled(rows)
    monkeypatch.setattr(arrays, "_CHUNK", 64)
    assert np.array_equal(compiled(rows).hits, whole.hits)
    assert compiled([]).hits.shape == compiled([b""]).hits.shape == (0, 4)


def test_every_hit_lies_in_its_row() -> None:
    rows = ["卡6222021234567890128".encode(), b"", b"13800138000"]
    hits = compiled(rows).hits.tolist()
    assert [(CODES[code // 4], code % 4, row) for _, _, code, row in hits] == [("bank_card", 2, 0), ("mobile", 2, 2)]


@pytest.mark.parametrize(
    ("first", "size", "level"),
    [
        (622202, 19, kernel.VALID),
        (622202, 18, kernel.LIKELY),
        (622202, 15, kernel.NOTHING),
        (411111, 16, kernel.VALID),
        (411111, 13, kernel.LIKELY),
        (222100, 16, kernel.VALID),
        (272099, 16, kernel.VALID),
        (272100, 16, kernel.NOTHING),
        (371449, 15, kernel.VALID),
        (352800, 16, kernel.VALID),
        (358999, 16, kernel.VALID),
        (601100, 16, kernel.VALID),
        (644000, 16, kernel.VALID),
        (305693, 14, kernel.LIKELY),
        (213100, 15, kernel.LIKELY),
        (676770, 13, kernel.LIKELY),
        (100000, 16, kernel.NOTHING),
        (900000, 19, kernel.NOTHING),
    ],
)
def test_issuer_ranges(first: int, size: int, level: int) -> None:
    assert kernel.issuer(first, size) == level


def test_dates_of_identity_numbers() -> None:
    assert kernel.day_of(2024, 2, 29)
    assert not kernel.day_of(2024, 13, 1)
    assert not kernel.day_of(1899, 1, 1)
    assert not kernel.day_of(2024, 4, 31)
