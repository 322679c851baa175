"""What real files do: odd quoting, four-byte characters at the edge of a read, marks, hidden sheets, nested columns."""

import io
import json
import re
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.core.examination import Examined
from assay.core.facts import check
from assay.examinations.border.clear import standing
from assay.examinations.border.readers.encodings import HEAD
from tests.examinations.border import made_files
from tests.examinations.border.test_formats import read

PHONE, CARD, IDENTITY = "13800138000", "6222021234567890128", "11010519491231002X"


def fields(examined: Examined) -> dict[tuple[str, str, str], tuple[Any, Any]]:
    for fact in examined.facts:
        check(fact)
    return {
        (fact.subject.name, str(fact.value["column"]), str(fact.value["class"])): (
            fact.value["valid"],
            fact.value["plausible"],
        )
        for fact in examined.facts
        if fact.kind == "data.field"
    }


@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT INTO `cust` (`name`, `mobile`) VALUES ('O''Brien; -- no comment', '{PHONE}');",
        f"INSERT INTO `cust` (`name`, `mobile`) VALUES ('a\\'b\\\\', '{PHONE}');",
        f"INSERT INTO `cust` (`name`, `mobile`) VALUES ('a),(b', {PHONE});",
        f"insert  into\n cust(name,mobile)\nvalues\n(NULL,\n'{PHONE}')\n;",
        f"INSERT INTO [dbo].[cust] ([name], [mobile]) VALUES (N'张三', N'{PHONE}')\nGO",
        f'INSERT INTO "public"."cust" ("name", "mobile") VALUES (E\'it\\\'s\', \'{PHONE}\');',
        f"REPLACE INTO cust (name, mobile) VALUES (/* '(' */ 'x', '{PHONE}');",
        f"INSERT IGNORE INTO cust (name, mobile) VALUES (0x414243, '{PHONE}') ON DUPLICATE KEY UPDATE name='x';",
        f"COPY public.cust (name, mobile) FROM stdin;\nA\\tB\\\\N\\\\.\t{PHONE}\n\\.\n",
    ],
)
@pytest.mark.parametrize("head", ["", "-- PostgreSQL database dump\n"])
def test_dumps_with_odd_quoting(head: str, statement: str) -> None:
    if head and "a\\'b" in statement:
        return  # a backslash of MySQL
    found = fields(read("a.sql", (head + statement + "\n").encode()))
    assert any(class_ == "mobile" and valid == 1 for (_, _, class_), (valid, _) in found.items()), found
    assert {column for _, column, class_ in found if class_ == "mobile"} == {"mobile"}


@pytest.mark.parametrize("shift", range(8))
def test_four_byte_characters_at_the_edge_of_a_read(shift: int) -> None:
    """GB18030 writes 𠮷 in four bytes, two of which are digits."""
    line = "𠮷客户" + PHONE + "\n"
    head = "客" + "x" * (HEAD - 2 * 9 - 20 + shift) + "\n"
    examined = read("a.log", (head + line * 12).encode("gb18030"))
    assert examined.shortfalls == ()
    assert fields(examined) == {("", "", "mobile"): (12, 0)}


@pytest.mark.parametrize("shift", range(4))
def test_one_line_of_gb18030_is_cut_between_characters(shift: int) -> None:
    text = "x" * shift + "𠮷㐀镕" * (HEAD // 2) + " 手机" + PHONE
    examined = read("a.log", text.encode("gb18030"))
    assert not [one for one in examined.shortfalls if one.reason == "damaged"], examined.shortfalls
    assert fields(examined)[("", "", "mobile")][0] == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "gb18030"])
def test_a_mark_is_no_part_of_the_first_name(encoding: str) -> None:
    content = made_files.delimited(made_files.rows(20)).replace("姓名", "手机", 1).encode(encoding)
    examined = read("a.csv", content)
    assert {column for _, column, _ in fields(examined)} <= {*made_files.NAMES, "手机"}


def _workbook(state: str) -> bytes:
    """The workbook of `made_files` with its sheet hidden and one more column: dates by a style, as numbers of days."""
    made = zipfile.ZipFile(io.BytesIO(made_files.workbook(made_files.rows(12))))
    parts = {name: made.read(name).decode() for name in made.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace("sheetId", f'state="{state}" sheetId')
    first, *rest = parts["xl/worksheets/sheet1.xml"].split("</row>")
    days = [f'<c s="1"><v>{30000 + place}</v></c>' for place in range(len(rest) - 1)]
    head = first + '<c t="inlineStr"><is><t>出生日期</t></is></c>'
    parts["xl/worksheets/sheet1.xml"] = "</row>".join(
        [head, *(row + day for row, day in zip(rest, days, strict=False)), rest[-1]]
    )
    relation = re.search(r"<Relationship Id.*?/>", parts["xl/_rels/workbook.xml.rels"])
    assert relation is not None
    styles = relation[0].replace("r1", "r2").replace("/worksheet", "/styles").replace("worksheets/sheet1", "styles")
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(relation[0], relation[0] + styles)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/styles.xml"] = (
        f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return sink.getvalue()


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_and_dates_of_a_workbook(state: str) -> None:
    examined = read("a.xlsx", _workbook(state))
    assert examined.shortfalls == ()
    found = fields(examined)
    assert found["客户", "手机号", "mobile"] == (12, 0)
    assert found["客户", "出生日期", "birth_date"] == (0, 12)


def _tables() -> dict[str, pa.Array]:
    inner = [{"who": {"mobile": PHONE, "cards": [{"no": CARD}, {"no": CARD}]}}, None, {"who": None}]
    return {
        "large": pa.array([PHONE, None, "x"], pa.large_string()),
        "view": pa.array([PHONE, None, "a longer string than twelve"], pa.string_view()),
        "bytes": pa.array([PHONE.encode(), None, b"\xff"], pa.binary_view()),
        "nested": pa.array(inner),
        "lists": pa.array([[[PHONE]], None, [[], ["x"]]], pa.list_(pa.list_(pa.string()))),
        "large_list": pa.array([[PHONE], None, []], pa.large_list(pa.large_string())),
        "map": pa.array([[("a", PHONE)], None, []], pa.map_(pa.string(), pa.string())),
        "codes": pa.array([PHONE, None, PHONE]).dictionary_encode(),
        "large_codes": pa.array([PHONE, None, PHONE], pa.large_string()).dictionary_encode(),
        "runs": pa.RunEndEncodedArray.from_arrays([2, 3], pa.array([PHONE, "x"])),
        "list_view": pa.array([[PHONE], None, []], pa.list_view(pa.string())),
        "union": pa.UnionArray.from_sparse(
            pa.array([0, 1, 0], pa.int8()), [pa.array([PHONE, "", "x"]), pa.array([0, int(PHONE), 0])]
        ),
    }


@pytest.mark.parametrize("name", _tables())
def test_columns_of_every_type_are_read_or_said(name: str) -> None:
    table = pa.table({name: _tables()[name]})
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    examined = read("a.arrow", sink.getvalue())
    assert any(class_ == "mobile" for _, _, class_ in fields(examined)) or examined.shortfalls, examined
    assert PHONE not in repr(examined)


def test_nested_parquet_with_nulls() -> None:
    table = pa.table({name: _tables()[name] for name in ("large", "nested", "lists", "map", "large_list")})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    found = fields(read("a.parquet", sink.getvalue()))
    assert found["", "nested.who.mobile", "mobile"] == (1, 0)
    assert found["", "nested.who.cards.no", "bank_card"] == (2, 0)
    assert found["", "lists", "mobile"] == found["", "map.*", "mobile"] == found["", "large_list", "mobile"] == (1, 0)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_the_last_row_of_json_lines_is_torn(cut: int) -> None:
    row = json.dumps({"mobile": PHONE, "note": "客户}{"}, ensure_ascii=False) + "\n"
    content = (row * 30).encode()[:-cut]
    examined = read("a.jsonl", content)
    whole = content.endswith((b'"}', b"\n"))
    assert [one.reason for one in examined.shortfalls] == ([] if whole else ["damaged"])
    assert fields(examined)["", "mobile", "mobile"][0] >= 28


@pytest.mark.parametrize(
    ("called", "value", "clear"),
    [
        ("cvv2", "123", True), ("cvv2", "12", None), ("cvv2", "***", False), ("安全码", "0417", True),
        ("password", "admin123", True), ("password", "changeme", None), ("密码", "123456", True),
        ("password", "5f4dcc3b5aa765d61d8327deb882cf99", None), ("password", "YWJjZGVmZ2hpamtsbW5vcA==", None),
        ("password", "$2b$12$" + "a" * 53, False), ("password", "${DB_PASSWORD}", False), ("password", "true", False),
        ("pin", "1234", True), ("pin", "560001", None), ("shopping", "1234", None), ("验证码", "123456", None),
        ("动态口令", "888888", None), ("支付密码", "888888", True), ("密码错误，cvv: ", "123", True),
        ("anything", "4111111111111111=25121010000000?", True), ("password", "", False),
    ],
)  # fmt: skip
def test_what_stands_in_clear(called: str, value: str, clear: bool | None) -> None:
    assert standing(called, value) is clear


def _secret(examined: Examined) -> dict[str, Any]:
    (fact,) = [one for one in examined.facts if one.value.get("class") == "credential"]
    check(fact)
    return dict(fact.value)


def test_credentials_inside_of_cells_and_lines() -> None:
    rows = "".join(
        json.dumps({"level": "info", "message": f"login password=hunter{place}2"}) + "\n" for place in range(9)
    )
    value = _secret(read("a.jsonl", rows.encode()))
    assert (value["column"], value["plausible"], value["clear"], value["place"]) == ("message", 9, 9, "table")
    value = _secret(read("a.log", b"ok\nDEBUG cvv: 123\n;4111111111111111=25121010000000?\n"))
    assert (value["valid"], value["plausible"], value["clear"], value["place"]) == (1, 1, 2, "log")
    value = _secret(read("a.properties", b"db.password=" + b"a1" * 20 + b"\n"))
    assert (value["clear"], value["place"]) == (None, "configuration")
