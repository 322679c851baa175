"""A small table is read without Arrow, and as Arrow reads it."""

import io

from hypothesis import given
from hypothesis import strategies as st

from assay.examinations.border.cells import Cells
from assay.examinations.border.readers.batches import Batch
from assay.examinations.border.readers.delimited import read_delimited

_PARTS = st.sampled_from(
    [
        ",",
        ",",
        "\n",
        "\r\n",
        "\r",
        '"',
        '""',
        " ",
        "a",
        "1",
        "13800138000",
        "张伟",
        "\0",
        "a,b\n",
        "c,d\n",
        '"x\ny",z\n',
    ]
)


def read(content: bytes, *, in_arrow: bool) -> list[object]:
    found: list[object] = []
    for one in read_delimited(io.BytesIO(content), "a.csv", in_arrow=in_arrow):
        if not isinstance(one, Batch):
            found.append(one)
        elif one.rows or not one.text:
            found.append((one.names, [list(column) if one.text else column.to_pylist() for column in one.arrays]))
    return found


@given(st.lists(_PARTS, max_size=24).map("".join))
def test_a_small_table_is_read_as_arrow_reads_it(content: str) -> None:
    assert read(content.encode(), in_arrow=False) == read(content.encode(), in_arrow=True)


def test_a_small_table_needs_no_arrow() -> None:
    (batch,) = read_delimited(io.BytesIO(b'name,mobile\n"a ""b""",13800138000\n'), "a.csv")
    assert isinstance(batch, Batch)
    assert [type(column) for column in batch.arrays] == [Cells, Cells]
    assert [column.to_pylist() for column in batch.arrays] == [['a "b"'], ["13800138000"]]


def test_a_header_alone_is_a_table_without_rows() -> None:
    (batch,) = read_delimited(io.BytesIO(b"name,mobile\n"), "a.csv")
    assert isinstance(batch, Batch)
    assert (batch.names, [len(column) for column in batch.arrays]) == (("name", "mobile"), [0, 0])
