"""Every format gives the same verdicts and the same persons, and no value leaves."""

import io
import json

import pytest

from assay.core.examination import Examined, FileMeta, Limits, Locator
from assay.core.facts import check
from assay.core.kinds import FileClass
from assay.examinations.border.examination import DataFiles, PersonsInAll
from assay.examinations.border.readers.formats import reader_of
from assay.examinations.border.readers.naming import unique
from assay.intake.identify import HEAD, identify
from tests.examinations.border import made_files

ROWS = made_files.rows()
KEY = bytes(range(16))


class _Lab:
    limits = Limits()


def meta_of(name: str, content: bytes) -> FileMeta:
    identity = identify(name, content[:HEAD], len(content))
    file_class: FileClass = identity.file_class
    return FileMeta(name, name, len(content), file_class, identity.format, "app", "shipped", Locator("file", name))


def read(name: str, content: bytes) -> Examined:
    return DataFiles(KEY).read(meta_of(name, content), io.BytesIO(content), _Lab(), lambda: None)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return made_files.files(ROWS, tmp_path_factory.mktemp("made"))


_FORMATS = [
    "a.csv",
    "bom.csv",
    "gbk.csv",
    "gb18030.csv",
    "utf16.csv",
    "utf16le.csv",
    "utf16be.csv",
    "bar.psv",
    "tab.tsv",
    "headless.csv",
    "lines.jsonl",
    "document.json",
    "a.parquet",
    "a.arrow",
    "stream.arrows",
    "a.sqlite",
    "mysql.sql",
    "postgres.sql",
    "book.xlsx",
]
_EXPECTED = {
    ("姓名", "person_name"): (0, 40),
    ("身份证号", "resident_id"): (36, 4),
    ("手机号", "mobile"): (40, 0),
    ("card_no", "bank_card"): (40, 0),
    ("住址", "address"): (0, 40),
    ("balance", "balance"): (0, 40),
    ("cvv2", "credential"): (0, 40),
    ("备注", "mobile"): (10, 0),
}


@pytest.mark.parametrize("name", _FORMATS)
def test_formats(name: str, files: dict[str, bytes]) -> None:
    content = files[name]
    examined = read(name, content)
    assert examined.shortfalls == ()
    for fact in examined.facts:
        check(fact)
    fields = {
        (fact.value["column"], fact.value["class"]): (fact.value["valid"], fact.value["plausible"])
        for fact in examined.facts
        if fact.kind == "data.field"
    }
    if name == "headless.csv":
        named = {
            (f"column {made_files.NAMES.index(column) + 1}", class_): count
            for (column, class_), count in _EXPECTED.items()
        }
        by_name = ("column 6", "column 7")
        assert fields.items() >= {at: count for at, count in named.items() if at[0] not in by_name}.items()
    else:
        assert fields == _EXPECTED
    (persons,) = [fact for fact in examined.facts if fact.kind == "data.persons"]
    assert persons.value == {
        "basis": "resident_id",
        "persons": len({row[1] for row in ROWS}),
        "exact": True,
        "of": "set",
        "sensitive": True,
    }
    (table,) = [fact for fact in examined.facts if fact.kind == "data.set"]
    assert (table.value["rows"], table.value["whole"]) == (40, True)
    assert table.value["grade_financial"] == ("C2" if name == "headless.csv" else "C3")


def test_no_value_leaves(files: dict[str, bytes]) -> None:
    values = {cell for row in ROWS for cell in row if len(cell) > 3}
    for name, content in files.items():
        said = repr(read(name, content))
        assert not [value for value in values if value in said]


def test_persons_of_all_files_are_counted_once(files: dict[str, bytes]) -> None:
    summaries = {name: [read(name, files[name]).summary] for name in ("a.csv", "a.parquet", "mysql.sql")}
    (fact,) = PersonsInAll().conclude(_Artifact(), summaries, None, _Lab()).facts  # type: ignore[arg-type]
    assert fact.value == {
        "basis": "resident_id",
        "persons": len({row[1] for row in ROWS}),
        "exact": True,
        "of": "delivery",
    }


def _people(count: int, rows: int) -> list[str]:
    given = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平"
    return [f"王{given[place % count // 20]}{given[place % count % 20]}" for place in range(rows)]


@pytest.mark.parametrize(
    ("numbers", "names", "persons", "exact"),
    [
        (300, None, 300, True),  # each row its own
        (100, None, 100, True),  # three rows each
        (1, None, 1, False),  # one number in all rows
        (2, None, 2, False),  # two that alternate
        (1, _people(1, 300), 1, True),  # the statement of one customer
        (1, _people(300, 300), 1, False),
        (30, _people(300, 300), 30, False),  # numbers of branches
        (100, _people(100, 300), 100, True),
    ],
)
def test_a_number_that_is_no_key_is_not_an_exact_count(
    numbers: int, names: list[str] | None, persons: int, exact: bool
) -> None:
    """Neither of the table nor of a delivery that holds it."""
    rows = [f"{place},1380000{place % numbers:04},{names[place] if names else '-'}" for place in range(300)]
    examined = read("a.csv", "\n".join(["序号,手机号,姓名", *rows, ""]).encode())
    other = read("b.csv", "手机号\n13912345678\n".encode())
    summaries = {"a.csv": [examined.summary], "b.csv": [other.summary]}
    (whole,) = PersonsInAll().conclude(_Artifact(), summaries, None, _Lab()).facts  # type: ignore[arg-type]
    (fact,) = [fact for fact in examined.facts if fact.kind == "data.persons"]
    assert (fact.value["persons"], fact.value["exact"]) == (persons, exact)
    assert (whole.value["persons"], whole.value["exact"]) == (persons + 1, exact)


class _Artifact:
    files = (meta_of("a.csv", b"a,b\n"),)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("app.log", "INFO 手机13800138000 ok\n" * 3, ("mobile", 3, 3, 0)),
        ("notes.txt", "身份证：110105194912310021\n无\n", ("resident_id", 1, 0, 1)),
        ("x.sql", "-- 联系13800138000\n", ("mobile", 1, 1, 0)),
    ],
)
def test_running_text(name: str, text: str, expected: tuple[str, int, int, int]) -> None:
    examined = read(name, text.encode())
    (field,) = [fact for fact in examined.facts if fact.kind == "data.field"]
    value = field.value
    assert (value["class"], value["valid"] + value["plausible"], value["valid"], value["plausible"]) == expected  # type: ignore[operator]


def test_wide_types_of_columns() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = [13800138000 + place for place in range(20)]
    table = pa.table(
        {
            "phone": pa.array(numbers, pa.int64()),
            "as_float": pa.array([*map(float, numbers[:-1]), None], pa.float64()),
            "tel": pa.array([str(number) for number in numbers]).dictionary_encode(),
            "raw": pa.array([str(number).encode() for number in numbers], pa.binary()),
            "one": pa.array([{"mobile": str(number)} for number in numbers]),
            "many": pa.array([[str(number), "x"] for number in numbers]),
            "nothing": pa.nulls(20),
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    fields = {
        fact.value["column"]: fact.value["valid"]
        for fact in read("t.parquet", sink.getvalue()).facts
        if fact.kind == "data.field"
    }
    assert fields == {"phone": 20, "as_float": 19, "tel": 20, "raw": 20, "one.mobile": 20, "many": 20}


def test_what_no_reader_takes() -> None:
    for file_class, format_, path in (("text", "PDF", "a.pdf"), ("data", "HDF5", "a.h5"), ("source", "Java", "A.java")):
        assert reader_of(file_class, format_, path) is None  # type: ignore[arg-type]


def test_names_that_could_be_values_are_not_shown() -> None:
    keyed = json.dumps({"13800138000": {"balance": 1}, "11010519491231002X": {"balance": 2}}).encode()
    said = repr(read("k.jsonl", keyed))
    assert "13800138000" not in said
    assert "11010519491231002X" not in said


def test_repeated_names_of_columns_stay_apart() -> None:
    assert unique(["a", "a", "a (2)"]) == ["a", "a (3)", "a (2)"]
    assert unique(["a", "a (2)", "a", "a", "a (2)"]) == ["a", "a (2)", "a (3)", "a (4)", "a (2) (2)"]
    examined = read("a.csv", b"tel,tel,tel (2)\n13800138000,1,13900139000\n")
    columns = {str(fact.value["column"]) for fact in examined.facts if fact.value.get("class") == "mobile"}
    assert columns == {"tel", "tel (2)"}
