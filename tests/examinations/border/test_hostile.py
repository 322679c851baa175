"""Bad input: nothing crashes, the part that was read counts, what was not read is said."""

import io
import random
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import InputError
from assay.core.examination import Examined, Shortfall
from assay.core.facts import check
from assay.examinations.border.columns import bytes_of
from assay.examinations.border.files import count
from assay.examinations.border.readers.batches import Batch
from assay.examinations.border.readers.databases import read_database
from assay.examinations.border.readers.encodings import HEAD, Utf8Stream, encoding_of
from assay.examinations.border.readers.jsons import read_json
from assay.examinations.border.readers.texts import WholeText, pieces, read_text
from tests.examinations.border import made_files
from tests.examinations.border.test_formats import read

ROWS = made_files.rows(200)
KEY = bytes(16)


def reasons(examined: Examined) -> set[tuple[str, str]]:
    return {(one.status, one.reason) for one in examined.shortfalls}


def valid(examined: Examined, class_: str) -> int:
    counts = [
        fact.value["valid"] for fact in examined.facts if fact.kind == "data.field" and fact.value["class"] == class_
    ]
    return sum(one for one in counts if isinstance(one, int))


def test_torn_rows_are_counted_and_their_text_is_read() -> None:
    lines = made_files.delimited(ROWS).split("\r\n")
    lines[50] = "手机 13800138000"
    lines[60] += ",one,more"
    examined = read("a.csv", "\r\n".join(lines).encode())
    assert reasons(examined) == {("partial", "damaged")}
    assert "2" in examined.shortfalls[0].detail
    assert valid(examined, "mobile") >= 200


@pytest.mark.parametrize("ends", ["\r", "\n", "\r\n"])
def test_rows_may_end_with_a_carriage_return_alone(ends: str) -> None:
    rows = ["name,mobile,note", "张伟,13800138000,x", '李娜,13900139000,"a\nb"', "王芳,13700137000,"]
    for last in ("", ends):
        examined = read("a.csv", (ends.join(rows) + last).encode())
        assert (valid(examined, "mobile"), examined.shortfalls) == (3, ())
        (name,) = [fact for fact in examined.facts if fact.value.get("class") == "person_name"]
        assert (name.value["column"], name.value["plausible"]) == ("name", 3)


def test_an_open_quote_does_not_hide_the_rest() -> None:
    lines = made_files.delimited(ROWS).split("\r\n")
    lines[20] = '"' + lines[20]
    examined = read("a.csv", "\r\n".join(lines).encode())
    assert examined.shortfalls
    assert valid(examined, "bank_card") >= 190


def test_a_field_without_end_and_quotes_without_number() -> None:
    wide = "mobile,note\n" + "\n".join(f"13800138000,{'x' * 150_000}" for _ in range(3))
    assert valid(read("a.csv", wide.encode()), "mobile") == 3
    torn = "INSERT INTO t VALUES (1,'" + "'" * 200_001 + "13800138000"
    assert read("a.sql", torn.encode()).shortfalls


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.jsonl", "a.sql"])
def test_noise_is_never_read_in_silence(name: str) -> None:
    noise = random.Random(4).randbytes(3000)
    assert read(name, noise).shortfalls


def test_mixed_encodings() -> None:
    lines = made_files.delimited(ROWS).split("\r\n")
    content = b"\r\n".join(line.encode("gbk" if place > 100 else "utf-8") for place, line in enumerate(lines))
    examined = read("a.csv", content)
    assert examined.shortfalls == ()
    assert valid(examined, "mobile") == 250
    (address,) = [fact for fact in examined.facts if fact.value.get("class") == "address"]
    assert address.value["plausible"] == 200
    broken = content.replace("柜面".encode("gbk"), b"\xff\x80", 3)
    assert reasons(read("a.csv", broken)) == {("partial", "damaged")}


def test_encodings_mixed_far_behind_the_beginning() -> None:
    chinese = "户名：张伟，同意\n"
    many = chinese.encode("gb18030") * (HEAD // 16)
    for content in (
        many + chinese.encode() * 50 + many,
        chinese.encode() * (HEAD // 16) + chinese.encode("gb18030") * 50,
    ):
        examined = read("a.log", content)
        named = [fact.value for fact in examined.facts if fact.value.get("class") == "person_name"]
        assert [value["plausible"] for value in named] == [content.count(b"\n")]


def test_nul_bytes_separate() -> None:
    examined = read("a.txt", b"13800138000\0" + b"\0" * 100 + "电话13900139000\n".encode())
    assert valid(examined, "mobile") == 1
    examined = read("a.csv", made_files.delimited(ROWS).replace("柜面", "\0\0").encode())
    assert valid(examined, "mobile") >= 200


@pytest.mark.parametrize("cut", [0.3, 0.9])
@pytest.mark.parametrize(
    "name", ["a.parquet", "a.arrow", "a.sqlite", "book.xlsx", "mysql.sql", "document.json", "a.csv"]
)
def test_what_is_cut_short(name: str, cut: float, tmp_path: Path) -> None:
    content = made_files.files(ROWS, tmp_path)[name]
    examined = read(name, content[: int(len(content) * cut)])
    for fact in examined.facts:
        check(fact)
    if name != "a.csv":  # a file of lines has no end that could be missing
        assert examined.shortfalls
    if name in ("mysql.sql", "document.json", "a.csv"):
        assert valid(examined, "mobile") > 200 * cut * 0.7


def test_corrupt_pages_cost_their_row_group() -> None:
    content = bytearray(made_files.parquet(ROWS, group=50))
    content[len(content) // 3] ^= 0xFF
    content[len(content) // 3 + 9] ^= 0xFF
    examined = read("a.parquet", bytes(content))
    assert ("partial", "damaged") in reasons(examined)
    assert 100 <= valid(examined, "bank_card") <= 200


def test_a_workbook_that_expands_without_end_is_not_opened() -> None:
    sink = io.BytesIO(made_files.workbook(ROWS))
    with zipfile.ZipFile(sink, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.xml", b"0" * (80 << 20))
    examined = read("book.xlsx", sink.getvalue())
    assert reasons(examined) == {("failed", "bomb")}
    assert examined.facts == ()


def test_views_and_virtual_tables_of_sqlite_do_not_run(tmp_path: Path) -> None:
    made_files.sqlite(ROWS, tmp_path / "a.sqlite")
    with sqlite3.connect(tmp_path / "a.sqlite") as database:
        database.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
    database.close()
    examined = read("a.sqlite", (tmp_path / "a.sqlite").read_bytes())
    assert ("partial", "blind-spot") in reasons(examined)
    assert valid(examined, "bank_card") == 200


class _Endless(io.RawIOBase):
    """A document of one line, made while it is read."""

    def __init__(self, size: int) -> None:
        super().__init__()
        record = b'{"mobile":"13800138000","note":"\\u8d26\\"x","more":{"a":[1,2.5,null,true]}},'
        self._block = record * (8192 // len(record) + 1)
        self._left = size // len(self._block)
        self._rest = b"[" + self._block

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and self._left:
            self._rest += self._block
            self._left -= 1
        part, self._rest = self._rest[:size], self._rest[size:]
        return part


def test_one_line_of_json_is_read_in_little_memory() -> None:
    size = 6 << 20
    rows, values, shortfalls = 0, 0, []
    for read_ in read_json(_Endless(size), "a.json"):  # type: ignore[arg-type]
        if isinstance(read_, Shortfall):
            shortfalls.append(read_.reason)
            continue
        assert sum(memoryview(bytes_of(array)[0]).nbytes for array in read_.arrays) < 16 << 20
        rows += 0 if read_.loose else read_.rows
        values += sum(len(array) for array in read_.arrays)
    assert rows > size / 90
    assert values >= 3 * rows
    assert shortfalls == ["damaged"]  # its bracket never closes


def test_one_endless_string_and_one_endless_line() -> None:
    string = b'{"a":"' + b"13800138000 " * (12 << 16) + b'"}'
    counted = count(read_json(io.BytesIO(string), "a.json"), KEY)
    assert "too-large" in {one.reason for one in counted.shortfalls} or counted.sets[""].columns["a"].cells == 1
    text = Utf8Stream(io.BytesIO(("联系13800138000 " * 400_000).encode()))
    found = list(pieces(text))
    assert len(found) > 1
    assert {piece.line for piece in found} == {1}
    assert [piece.start for piece in found] == [sum(len(one.text) for one in found[:at]) for at in range(len(found))]


def _sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_live_database_is_read_and_not_written(tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy")
    before = made_files.sqlite(ROWS, tmp_path / "live.db")
    counted = count(read_database(_sqlite_url(tmp_path / "live.db")), KEY)
    assert counted.shortfalls == []
    assert counted.sets["cust"].rows == 200
    assert (tmp_path / "live.db").read_bytes() == before


def test_a_database_that_drops_the_connection(tmp_path: Path) -> None:
    """Damage in the middle is what a dropped connection looks like: some rows, then an error of the driver."""
    pytest.importorskip("sqlalchemy")
    content = bytearray(made_files.sqlite(made_files.rows(3000), tmp_path / "live.db"))
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    (tmp_path / "live.db").write_bytes(bytes(content))
    counted = count(read_database(_sqlite_url(tmp_path / "live.db")), KEY)
    assert [one.reason for one in counted.shortfalls] == ["unreadable"]
    assert 0 < counted.sets["cust"].rows < 3000


def test_an_address_that_is_none_is_not_repeated() -> None:
    pytest.importorskip("sqlalchemy")
    with pytest.raises(InputError) as raised:
        list(read_database("nothing:secret-word"))
    assert "secret-word" not in repr(raised.value) + str(raised.value.__cause__)
    assert raised.value.__suppress_context__


def test_a_fault_of_the_stream_ends_the_reading_and_is_said() -> None:
    class Broken(io.RawIOBase):
        parts: Iterator[bytes] = iter([b"13800138000\n" * 2_000])

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            for part in self.parts:
                return part
            raise OSError(5, "gone")

    counted = count(read_text(Broken(), "a.txt"), KEY)  # type: ignore[arg-type]
    assert [one.reason for one in counted.shortfalls] == ["damaged"]


@given(
    st.lists(
        st.sampled_from(
            [b"13800138000", b"\n", b"\r\n", b" ", b"\0", b"\xd6\xd0\xce\xc4", b"\xff", "邮箱 ab@cd.cn".encode()]
        )
    ).map(b"".join)
    | st.text().map(lambda text: text.encode("utf-16"))
)
def test_a_text_held_as_a_whole_is_read_like_any_other(content: bytes) -> None:
    def told(reads: Iterable[Batch | Shortfall]) -> list[object]:
        return [one if isinstance(one, Shortfall) else [list(array) for array in one.arrays] for one in reads]

    assert told(WholeText(io.BytesIO(content)).read()) == told(read_text(io.BytesIO(content), "a.txt"))


def test_too_many_sets_stop() -> None:
    import pyarrow as pa

    def many() -> Iterator[Batch | Shortfall]:
        for number in range(3000):
            yield Batch(str(number), ("a",), (pa.array(["x"]),))

    counted = count(many(), KEY)
    assert [one.reason for one in counted.shortfalls] == ["too-many"]


_NAMES = st.sampled_from(
    ["a.csv", "a.tsv", "a.jsonl", "a.json", "a.sql", "a.log", "a.txt", "a.parquet", "a.arrow", "a.xlsx"]
)
_CONTENT = st.one_of(
    st.binary(max_size=300),
    st.text(alphabet="abc,;\t\"'\\\n\r0123456789{}[]:姓名　手机 \0()-", max_size=300).map(
        lambda text: text.encode("utf-8")
    ),
    st.text(alphabet="INSERT INTO tVALUES(1,'a');\n\\.COPYFROMstdin", max_size=200).map(str.encode),
)


@settings(max_examples=60)
@given(_NAMES, _CONTENT, st.sampled_from([b"", b"PAR1", b"ARROW1\0\0", b"SQLite format 3\0", b"PK\3\4", b"\xff\xfe"]))
def test_nothing_crashes(name: str, content: bytes, mark: bytes) -> None:
    for fact in read(name, mark + content).facts:
        check(fact)


@given(st.binary(max_size=200))
def test_any_bytes_have_an_encoding(content: bytes) -> None:
    encoding, mark = encoding_of(content)
    assert mark <= 4
    "".encode(encoding)
    Utf8Stream(io.BytesIO(content)).read().decode("utf-8")
