"""Workbooks: xlsx, xlsb, xls and ods, every sheet, cells as they are stored.

A workbook is a zip, and a zip may expand without end: what its directory promises is limited before it is opened.
*It cannot see* pictures, comments, charts, hidden caches of pivot tables, and values of formulas nobody computed.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

import python_calamine

from assay.core.examination import Shortfall
from assay.examinations.border.readers.batches import Read, Rows
from assay.examinations.border.readers.naming import header_of, shown
from assay.examinations.border.readers.seeking import seekable

MOST_BYTES = 512 << 20
_MOST_RATIO = 300


def read_excel(stream: BinaryIO, path: str) -> Iterator[Read]:  # noqa: ARG001
    """Batches of rows, a set per sheet."""
    with seekable(stream) as source:
        if (promised := _promised(source)) is not None:
            yield Shortfall("bomb", promised, "failed")
            return
        source.seek(0)
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(source.read(MOST_BYTES)))
            sheets = book.sheet_names
        except (python_calamine.CalamineError, python_calamine.XmlError, python_calamine.ZipError, ValueError) as fault:
            reason = "encrypted" if isinstance(fault, python_calamine.PasswordError) else "damaged"
            yield Shortfall(reason, f"no workbook can be read: {type(fault).__name__}", "failed")  # type: ignore[arg-type]
            return
        for place, name in enumerate(sheets, 1):
            try:
                rows = book.get_sheet_by_index(place - 1).iter_rows()
                yield from _sheet(shown(name, place).replace("column", "sheet"), rows)
            except (python_calamine.CalamineError, ValueError) as fault:
                yield Shortfall("damaged", f"sheet {place} could not be read: {type(fault).__name__}")


def _promised(source: BinaryIO) -> str | None:
    """Why the zip must not be opened; None for one that may, and for what is no zip."""
    if not zipfile.is_zipfile(source):
        return None
    source.seek(0)
    try:
        entries = zipfile.ZipFile(source).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    size, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if size > MOST_BYTES or size > _MOST_RATIO * max(packed, 1 << 16):
        return f"the workbook expands to {size} bytes"
    return None


def _sheet(name: str, rows: Iterator[list[Any]]) -> Iterator[Read]:
    first: list[list[str]] = []
    collected: Rows | None = None
    for row in rows:
        cells = [_cell(cell) for cell in row]
        if collected is not None:
            if (batch := collected.add(cells)) is not None:
                yield batch
        elif any(cells):
            first.append(cells)
            if len(first) == 20:
                collected = yield from _begun(name, first)
    if collected is None and first:
        collected = yield from _begun(name, first)
    if collected is not None and (batch := collected.flush()) is not None:
        yield batch


def _begun(name: str, first: list[list[str]]) -> Any:
    names, header = header_of(first)
    collected = Rows(name, names)
    for row in first[1:] if header else first:
        if (batch := collected.add(row)) is not None:
            yield batch
    return collected


def _cell(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e30:
        return str(int(cell))
    if isinstance(cell, date | datetime | time | timedelta | float | int | str):
        return str(cell)
    return ""
