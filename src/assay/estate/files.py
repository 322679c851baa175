"""Registers on disk: CSV for everybody, Parquet where the `parquet` extra is installed. The name's ending decides.

CSV is RFC 4180 in UTF-8, a byte-order mark allowed, commas, the column names in the first row; columns may be left
out and stand in any order. Spreadsheets run a cell that begins like a formula, so such a cell is written with an
apostrophe in front, and reading takes that one apostrophe off again: what was read is what is written. Not covered: a
spreadsheet that is told to split at other marks than commas.
"""

import csv
import fcntl
import io
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from assay.core.errors import InputError, UsageError, refused
from assay.core.text import Text
from assay.dossier.durable import read_given, write_durably
from assay.estate.register import BETWEEN, COLUMNS, Register, Row, cells_of, check_header, rows_of

LARGEST = 256 << 20
FORMS = ("csv", "parquet")
# What begins a formula somewhere: also behind apostrophes, so that taking one off is the reverse of putting one on.
_FORMULA = re.compile("'*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")


def form_of(path: Path) -> str:
    """`csv` or `parquet`, by the ending. Raises UsageError."""
    form = path.suffix[1:].lower()
    if form not in FORMS:
        raise UsageError(
            Text(f"{path}: a register ends in .csv or .parquet", f"{path}：登记册的扩展名须为 .csv 或 .parquet"),
            Text("rename or export it", "请改名或另行导出"),
        )
    return form


def read(path: Path) -> Register:
    """Raises InputError that names file, row, column and remedy, UsageError for another kind of file."""
    form = form_of(path)
    content = read_given(path, LARGEST)
    if form == "parquet":
        from assay.estate import parquet  # noqa: PLC0415  (pyarrow, only when asked for)

        return Register(path, rows_of(parquet.cells(content, path.name), path.name, 1), 1)
    return Register(path, rows_of(_csv_cells(content, path.name), path.name, 2), 2)


def write(path: Path, rows: tuple[Row, ...]) -> None:
    """Write a register whole, or leave what was there. Raises InputError when the disk refuses."""
    content = render(rows, form_of(path))
    try:
        write_durably(path, content)
    except OSError as error:
        raise refused(path, error) from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the register's folder, so that of two who add a row at the same time neither loses it.

    Raises InputError when the folder cannot be made or opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise refused(path, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def render(rows: tuple[Row, ...], form: str) -> bytes:
    """The bytes of a register; equal rows give equal CSV."""
    if form == "parquet":
        from assay.estate import parquet  # noqa: PLC0415

        return parquet.render(rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_each(name, cell, _neutral) for name, cell in cells_of(row).items()])
    return text.getvalue().encode("utf-8")


def _neutral(cell: str) -> str:
    text = cell.lstrip(" ")
    return "'" + text if _FORMULA.match(text) else cell


def _plain(cell: str) -> str:
    cell = cell.strip(" ")
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell


def _each(column: str, cell: str, change: Callable[[str], str]) -> str:
    """Functions share a cell that a spreadsheet may split: each is changed by itself."""
    return BETWEEN.join(map(change, cell.split(BETWEEN))) if column == "functions" else change(cell)


def _csv_cells(content: bytes, name: str) -> Iterator[Mapping[str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            Text(f"{name}: row {row}: not UTF-8", f"{name}：第 {row} 行：不是 UTF-8 编码"),
            Text('save it as "CSV UTF-8"', "请另存为“CSV UTF-8”"),
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records = _records(reader, name)
    _, header = next(records, (1, []))
    header = [column.strip() for column in header]
    check_header(header, name)
    for number, record in records:
        if not any(cell.strip() for cell in record):
            raise InputError(
                Text(f"{name}: row {number}: is empty", f"{name}：第 {number} 行：空行"), Text("remove it", "请删除")
            )
        if len(record) != len(header):
            raise InputError(
                Text(
                    f"{name}: row {number}: {len(record)} cells, but {len(header)} columns",
                    f"{name}：第 {number} 行：有 {len(record)} 个单元格，而列数为 {len(header)}",
                ),
                Text("put a cell that holds a comma in quotes", "含逗号的单元格请加引号"),
            )
        yield {name: _each(name, cell, _plain) for name, cell in zip(header, record, strict=True)}


def _records(reader: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while True:
        number += 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise InputError(
                Text(f"{name}: row {number}: not CSV: {error}", f"{name}：第 {number} 行：不是 CSV：{error}"),
                Text("quotes inside a quoted cell are written twice", "引号内的引号须写两次"),
            ) from error
        if record is None:
            return
        yield number, record
