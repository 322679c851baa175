"""Files of every format that readers take, all with the same invented rows."""

import io
import json
import sqlite3
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

from tests.examinations.border.made import Maker

NAMES = ("姓名", "身份证号", "手机号", "card_no", "住址", "balance", "cvv2", "备注")


def rows(count: int = 40, seed: int = 9) -> list[tuple[str, ...]]:
    """Every fifth identity number has a wrong check digit; every second row is of one of ten persons, by their name."""
    maker = Maker(seed)
    names: dict[str, str] = {}
    few = [maker.resident_id() for _ in range(10)]
    made: list[tuple[str, ...]] = []
    for place in range(count):
        number = few[place % 10] if place % 2 else maker.bad_id() if place % 5 == 0 else maker.resident_id()
        note = f"请联系{maker.mobile()}" if place % 4 == 0 else "柜面办理"
        made.append(
            (
                names.setdefault(number, maker.name()),
                number,
                maker.mobile(),
                maker.bank_card(),
                maker.address(),
                maker.amount(),
                maker.digits(3),
                note,
            )
        )
    return made


def delimited(of: list[tuple[str, ...]], separator: str = ",", *, header: bool = True) -> str:
    lines = [separator.join(row) for row in ([NAMES, *of] if header else of)]
    return "\r\n".join(lines) + "\r\n"


def columns(of: list[tuple[str, ...]]) -> pa.Table:
    return pa.table({name: [row[place] for row in of] for place, name in enumerate(NAMES)})


def parquet(of: list[tuple[str, ...]], group: int = 10) -> bytes:
    sink = io.BytesIO()
    pyarrow.parquet.write_table(columns(of), sink, row_group_size=group, write_page_checksum=True)
    return sink.getvalue()


def arrow(of: list[tuple[str, ...]], *, stream: bool = False) -> bytes:
    sink, table = io.BytesIO(), columns(of)
    with (pyarrow.ipc.new_stream if stream else pyarrow.ipc.new_file)(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=10)
    return sink.getvalue()


def sqlite(of: list[tuple[str, ...]], path: Path) -> bytes:
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE cust ({', '.join(NAMES)})")
        database.executemany(f"INSERT INTO cust VALUES ({', '.join('?' * len(NAMES))})", of)
        database.execute("CREATE VIEW v AS SELECT * FROM cust")
    database.close()
    return path.read_bytes()


def mysql(of: list[tuple[str, ...]]) -> str:
    names = ",\n".join(f"  `{name}` varchar(100) DEFAULT NULL" for name in NAMES)
    values = ",".join("(" + ",".join(f"'{cell}'" for cell in row) + ")" for row in of)
    table = f"CREATE TABLE `cust` (\n{names},\n  PRIMARY KEY (`card_no`)\n) ENGINE=InnoDB;\n"
    return f"-- MySQL dump 10.13\n{table}INSERT INTO `cust` VALUES {values};\n"


def postgres(of: list[tuple[str, ...]]) -> str:
    body = "\n".join("\t".join(row) for row in of)
    return f"--\n-- PostgreSQL database dump\n--\nCOPY public.cust ({', '.join(NAMES)}) FROM stdin;\n{body}\n\\.\n"


def workbook(of: list[tuple[str, ...]]) -> bytes:
    """The least that a program of spreadsheets opens (ECMA-376), with inline strings."""
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
        for row in [NAMES, *of]
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts: Mapping[str, str] = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="客户" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return sink.getvalue()


def records(of: list[tuple[str, ...]]) -> list[dict[str, str]]:
    return [dict(zip(NAMES, row, strict=True)) for row in of]


def files(of: list[tuple[str, ...]], folder: Path) -> dict[str, bytes]:
    """By name; the endings tell intake what they are."""
    text = delimited(of)
    return {
        "a.csv": text.encode(),
        "bom.csv": b"\xef\xbb\xbf" + text.encode(),
        "gbk.csv": text.encode("gbk"),
        "gb18030.csv": text.encode("gb18030"),
        "utf16.csv": text.encode("utf-16"),
        "utf16le.csv": text.encode("utf-16-le"),
        "utf16be.csv": text.encode("utf-16-be"),
        "bar.psv": delimited(of, "|").encode(),
        "tab.tsv": delimited(of, "\t").encode(),
        "headless.csv": delimited(of, header=False).encode(),
        "lines.jsonl": "\n".join(json.dumps(record) for record in records(of)).encode(),
        "document.json": json.dumps({"code": 0, "data": {"list": records(of)}}, ensure_ascii=False, indent=1).encode(),
        "a.parquet": parquet(of),
        "a.arrow": arrow(of),
        "stream.arrows": arrow(of, stream=True),
        "a.sqlite": sqlite(of, folder / "made.sqlite"),
        "mysql.sql": mysql(of).encode(),
        "postgres.sql": postgres(of).encode(),
        "book.xlsx": workbook(of),
    }
