"""A few cells are counted without Arrow, and no count depends on it."""

import subprocess
import sys

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.examinations.border import cells
from assay.examinations.border.counting import Counted
from tests.examinations.border.made import HARD, NEAR, column

KEY = bytes(range(16))
NAMES = ("x", "name", "客户姓名", "email", "手机号", "password", "地址", "note", "balance", "身份证号", "cvv")
SORTS = (
    *NEAR,
    *HARD,
    "resident_id",
    "bad_id",
    "mobile",
    "landline",
    "bank_card",
    "email",
    "ip",
    "plate",
    "iban",
    "name",
    "address",
    "bic",
)
KNOWN = [
    *(value for sort in SORTS for value in list(column(sort, 4))),
    "a.b@example.com, +86 138-0013-8000", "李建国", "Anna Smith", "北京市朝阳区建国路88号", "password=Geheim12!", "",
    "cGFzc3dvcmQ9R2VoZWltMTIh", "１３８００１３８０００", "1380013\u200b8000", "A. Person <ann.person@example.org>",
    "Ann@Example.com", "éa@example.com", "12.5", "{}", "电话：13800138000", "x\n13800138000", "8613800138000",
]  # fmt: skip
VALUES = st.lists(st.none() | st.sampled_from(KNOWN) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12))


def told(names: list[str], columns: list[cells.Strings], *, loose: bool) -> object:
    counted = Counted("", KEY)
    for _ in range(2):
        counted.add(names, columns, loose=loose)
    sketches = {class_: sketch.to_bytes() for class_, sketch in (*counted.sketches.items(), *counted.every.items())}
    return list(counted.verdicts()), sketches, counted.rows, counted.told


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), VALUES), min_size=1, max_size=3, unique_by=lambda row: row[0]),
    st.booleans(),
)
def test_a_few_cells_count_as_arrow_counts_them(rows: list[tuple[str, list[str | None]]], loose: bool) -> None:
    names, columns = [name for name, _ in rows], [values for _, values in rows]
    if not loose:
        most = max(map(len, columns))
        columns = [[*values, *[None] * (most - len(values))] for values in columns]
    arrow = [pa.array(values, pa.string()) for values in columns]
    assert told(names, [cells.Cells(values) for values in columns], loose=loose) == told(names, arrow, loose=loose)


@pytest.mark.parametrize("name", NAMES)
def test_whole_columns_too(name: str) -> None:
    for value in KNOWN:
        texts = [value, None, *[value] * 11]
        assert told([name], [cells.Cells(texts)], loose=False) == told([name], [pa.array(texts)], loose=False)


def test_many_cells_are_held_by_arrow() -> None:
    few, many = ["x"] * cells.MOST, ["x"] * (cells.MOST + 1)
    assert isinstance(cells.columns_of([few])[0], cells.Cells)
    assert isinstance(cells.columns_of([many])[0], pa.Array)


def test_a_small_document_is_read_without_arrow_or_numpy() -> None:
    program = (
        "import io, sys\n"
        "from assay.examinations.border.files import count\n"
        "from assay.examinations.border.persons import Sketch, merged\n"
        "from assay.examinations.border.readers.jsons import read_json\n"
        "from assay.examinations.border.readers.texts import read_text\n"
        'content = b\'{"name": "it", "author": "a.b@example.com"}\'\n'
        'counted = count(read_json(io.BytesIO(content), "a.json"), bytes(16))\n'
        "assert [one.class_ for one in counted.sets[''].verdicts()] == ['email']\n"
        "text = count(read_text(io.BytesIO(b'mail c.d@example.org'), 'a.txt'), bytes(16)).sets['']\n"
        "sketch = merged([counted.sets[''].sketches['email'], Sketch.from_bytes(text.sketches['email'].to_bytes())])\n"
        "assert sketch.count() == 2\n"
        "assert not any(name.startswith(('pyarrow', 'numpy')) for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
