"""The register: strict about every cell, exact about what was wrong and where, the same after any way round."""

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import InputError, UsageError
from assay.core.product import Vendor
from assay.core.text import Text
from assay.estate import files
from assay.estate.contradictions import contradictions
from assay.estate.register import COLUMNS, Row, cells_of, checked, rows_of
from assay.estate.standing import Question, stand

from .made import register, reviewed

WHOLE = Row(
    "PayGate", "4.2", "Acme 付", "SG", "statement", "manifest", "software/gateway", 2015, 12, Decimal("1250000.50"),
    "CNY", ("payments", "=cards"), "critical", "pay.assay", "case.zip", "admit",
)  # fmt: skip
_words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=12).map(str.strip)
_formulas = st.sampled_from(["=1+1", "+x", "-1", "@SUM(A1)", "'=x", "''=x", "'", "=", "＝x", '"', ",", "a;b", "' =x"])
_cell = st.one_of(_words, _formulas)
_filled = _cell.filter(bool)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Any row that a register can hold."""
    country = draw(st.sampled_from(["", "CN", "DE"]))
    value = draw(st.none() | st.decimals(0, 10**12, places=2))
    decided = draw(st.sampled_from(["", "admit", "decline"]))
    function = _filled.filter(lambda text: ";" not in text)
    return Row(
        draw(_filled), draw(_cell), draw(_cell), country,
        "" if not country else draw(st.sampled_from(["statement", "evidence"])), "" if not country else draw(_filled),
        draw(_cell), draw(st.none() | st.integers(1900, 2199)), draw(st.none() | st.integers(1, 10**12 - 1)), value,
        "" if value is None else draw(st.sampled_from(["CNY", "USD"])),
        tuple(draw(st.lists(function, max_size=3, unique_by=lambda text: " ".join(text.casefold().split())))),
        draw(st.sampled_from(["", "critical", "important", "other"])), draw(_cell),
        "" if not decided else draw(_filled), decided,  # type: ignore[arg-type]
    )  # fmt: skip


def read(folder: Path, text: str | bytes) -> tuple[Row, ...]:
    path = folder / "register.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return files.read(path).rows


def refusal(act: Callable[[], object]) -> Text | None:
    """What an InputError said, or None where there was none."""
    try:
        act()
    except InputError as error:
        return error.message
    return None


@given(st.lists(rows(), max_size=4))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, held: list[Row]) -> None:
    folder = tmp_path_factory.mktemp("way")
    held = [row for row in held if not row.functions or all(part.strip() == part for part in row.functions)]
    for form in files.FORMS if parquet_there() else ("csv",):
        path = folder / f"register.{form}"
        files.write(path, tuple(held))
        assert files.read(path).rows == tuple(held)


@given(st.lists(rows(), min_size=1, max_size=3))
def test_no_cell_of_a_written_csv_begins_a_formula(held: list[Row]) -> None:
    for record in list(csv.reader(io.StringIO(files.render(tuple(held), "csv").decode())))[1:]:
        for column, cell in zip(COLUMNS, record, strict=True):
            parts = cell.split(";") if column == "functions" else [cell]
            assert not any(part.strip().startswith(tuple("=+-@＝＋－＠\t\r")) for part in parts), record


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"product,year,value\n{text}".encode()))
def test_any_bytes_are_a_register_or_an_error_with_advice(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    said = refusal(lambda: read(folder, content))
    assert said is None or all(text.startswith("register.csv") for text in (said.en, said.zh))


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=30)))
def test_any_cells_are_a_row_that_stays_as_it_is_or_an_error(cells: dict[str, str]) -> None:
    said = refusal(lambda: rows_of([cells], "r", 2))
    if said is not None:
        assert said.en.startswith("r: row 2: ")
        return
    (row,) = rows_of([cells], "r", 2)
    assert rows_of([cells_of(row)], "r", 2) == (row,)


def parquet_there() -> bool:
    try:
        import pyarrow
    except ImportError:
        return False
    return bool(pyarrow.__version__)


HEADER = ",".join(COLUMNS)


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        ("", "no column product", "first row"),
        ("product;year\nA;2015\n", "column 1: 'product;year' is no column", "commas"),
        ("product,product\nA,B\n", "column 2: 'product' is given twice", "product"),
        ("product,yeer\nA,2015\n", "column 2: 'yeer' is no column", "year"),
        ("product\n\n", "row 2: is empty", "remove"),
        ("product,year\nA\n", "row 2: 1 cells, but 2 columns", "quotes"),
        ('product\n"A\n', "row 2: not CSV", "quotes"),
        ("product,year\nA,2015\nB,15\n", "row 3: year: '15' is no year", "2015"),
        ("product,year\nA,2015.0\n", "row 2: year", "2015"),
        ("product,count\nA,0\n", "row 2: count: '0' is no count", "from 1"),
        ("product,count\nA,٣\n", "row 2: count", "digits"),
        ('product,value,currency\nA,"1,000",CNY\n', "row 2: value: '1,000' is no value", "no commas"),
        ("product,value,currency\nA,-5,CNY\n", "row 2: value: '-5' is no value", "no sign"),
        ("product,value,currency\nA,1e9,CNY\n", "row 2: value", "digits"),
        ("product,value\nA,5\n", "row 2: currency: value and currency go together", "both"),
        ("product,currency\nA,CNY\n", "row 2: value: value and currency go together", "both"),
        ("product,value,currency\nA,5,RMB¥\n", "row 2: currency", "ISO 4217"),
        ("product,country,country_known\nA,Germany,statement\n", "row 2: country", "alpha-2"),
        ("product,country\nA,DE\n", "row 2: country_known", "guess"),
        ("product,country,country_known\nA,DE,guess\n", "row 2: country_known", "evidence"),
        ("product,country,country_known\nA,DE,evidence\n", "row 2: country_source", "name it"),
        ("product,country_known\nA,statement\n", "row 2: country", "give it"),
        ("product,decided\nA,admit\n", "row 2: decision", "neither"),
        ("product,decided,decision\nA,approved,x\n", "row 2: decided", "decline"),
        ("product,functions\nA,cards;;loans\n", "row 2: functions", "once"),
        ("product,functions\nA,cards; Cards\n", "row 2: functions", "once"),
        ("product,vendor\n,Acme\n", "row 2: product: is empty", "name"),
        ('product\n"A\nB"\n', "row 2: product: holds a line break", "remove"),
        (f"product\n{'x' * 501}\n", "row 2: product: longer", "shorten"),
    ],
)
def test_errors_name_file_row_column_and_remedy(tmp_path: Path, text: str, place: str, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    said = f"{caught.value.message.en}\n{caught.value.advice.en if caught.value.advice else ''}"
    assert "register.csv" in said
    assert place in said
    assert remedy in said
    assert caught.value.message.zh != caught.value.message.en


def test_every_fault_of_the_first_ones_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, "product,year\n" + "A,x\n" * 30)
    lines = caught.value.message.en.splitlines()
    assert len(lines) == 20
    assert lines[0].startswith("register.csv: row 2: year")
    assert lines[-1].startswith("register.csv: row 21: year")


def test_another_encoding_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 2: not UTF-8"):
        read(tmp_path, b"product\n" + "安全网关\n".encode("gb18030"))


def test_a_byte_order_mark_and_any_order_of_columns(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeffyear,product\r\n2015,A\r\n") == (Row("A", year=2015),)


def test_a_link_a_folder_and_an_unknown_ending_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("product\nA\n")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    (tmp_path / "c.csv").mkdir()
    for name, error in (("b.csv", InputError), ("c.csv", InputError), ("d.csv", InputError), ("a.xlsx", UsageError)):
        with pytest.raises(error):
            files.read(tmp_path / name)


def test_what_the_disk_refuses_is_said_and_leaves_the_register(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    files.write(path, (Row("A"),))
    (tmp_path / "register.csv.partial").mkdir()
    with pytest.raises(InputError, match="Is a directory"):
        files.write(path, (Row("B"),))
    assert files.read(path).rows == (Row("A"),)
    with pytest.raises(InputError, match="Not a directory"), files.alone(path / "below" / "x.csv"):
        pass


def test_parquet_is_strict_too(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "register.parquet"
    for columns, wanted in [
        ({"product": ["A"], "value": [1.5], "currency": ["CNY"]}, "column value holds double, not decimal"),
        ({"product": ["A"], "year": ["2015"]}, "column year holds string, not integer"),
        ({"product": [b"A"]}, "column product holds binary"),
        ({"name": ["A"]}, "'name' is no column"),
        ({"product": ["A"], "functions": [["a;b"]]}, "row 1: functions"),
        ({"product": ["A", "B"], "year": [2015, 15]}, "row 2: year"),
    ]:
        pq.write_table(pa.table(columns), path)
        with pytest.raises(InputError) as caught:
            files.read(path)
        assert wanted in caught.value.message.en
    strings = pa.array([["cards", "loans"]], pa.large_list(pa.large_string()))
    pq.write_table(pa.table({"product": pa.array(["A"], pa.large_string()), "functions": strings}), path)
    assert files.read(path).rows == (Row("A", functions=("cards", "loans")),)
    for content in (b"", b"PAR1", b"PAR1" + b"\0" * 64 + b"PAR1", path.read_bytes()[:-9]):
        path.write_bytes(content)
        with pytest.raises(InputError, match="not a Parquet file"):
            files.read(path)


def test_an_added_row_is_checked_like_a_read_one() -> None:
    assert checked(WHOLE) == WHOLE
    with pytest.raises(InputError, match="country_known"):
        checked(Row("A", country="DE"))


def test_contradictions_are_shown_each_with_its_rows(tmp_path: Path) -> None:
    held = register(
        tmp_path,
        Row("A", vendor="Acme", country="DE", country_known="statement", category="software", dossier="a.assay"),
        Row("B", vendor="ACME ", country="US", country_known="statement", criticality="critical", dossier="a.assay"),
        Row("a", vendor="acme", category="hardware"),
        Row("b", vendor="Acme", criticality="other"),
        Row("C", year=2015),
        Row("C", year=2015),
    )
    found = {(item.column, item.rows) for item in contradictions(held)}
    assert found == {
        ("country", (2, 3)), ("category", (2, 4)), ("criticality", (3, 5)), ("dossier", (2, 3)), ("product", (6, 7)),
    }  # fmt: skip


def test_purchases_of_several_years_contradict_nothing(tmp_path: Path) -> None:
    held = register(tmp_path, *(Row("A", "1", "V", category="Software", year=year) for year in (2014, 2015)))
    assert contradictions(held) == ()


def test_what_a_row_states_otherwise_than_its_dossier(tmp_path: Path) -> None:
    path = reviewed(tmp_path, "pay", vendor=Vendor("Acme", "DE"))
    held = register(tmp_path, Row("Pay", "2", "acme", "US", "statement", dossier="pay.assay"))
    standings = stand([path], Question((), date(2025, 6, 1)))
    assert {item.column for item in contradictions(held, standings)} == {"version", "country"}
