"""CSV, TSV and their kin: separator and header are found out from the first lines, rows stream in blocks.

A file whose first row is data has columns `column 1` and on: a header must not hold what looks like a value. Rows with
another number of fields than the first are torn: their text is scanned, they are counted and said.
Source: RFC 4180 as it is bent in practice.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from msgspec import Struct

from assay.core.examination import Shortfall
from assay.examinations.border.cells import MOST, columns_of
from assay.examinations.border.readers.batches import MOST_COLUMNS, TOO_MANY, Batch, Read
from assay.examinations.border.readers.encodings import Utf8Stream
from assay.examinations.border.readers.naming import header_of
from assay.examinations.border.readers.texts import ByteSource, lines_of, pieces, undecoded

_BLOCK = 4 << 20
_SEPARATORS = ",\t|;\x01^"
_HEAD_LINES = 50
_AHEAD = 1 << 18
_AHEAD_BLOCKS = 64  # reads of a part of a block each: more than Arrow reads ahead


def read_delimited(stream: BinaryIO, path: str, *, in_arrow: bool = False) -> Iterator[Read]:
    """Batches of rows; a small table comes as `cells.Cells` unless Arrow is asked for. Raises OSError where the stream
    does."""
    text = Utf8Stream(stream)
    head = ahead(text)
    form = form_of(head, path)
    if not form.separator:
        yield from _as_lines(_Joined(head, text, by_return=form.by_return))
        if (missing := undecoded(text)) is not None:
            yield missing
        return
    names = form.names
    if len(names) > MOST_COLUMNS:  # which takes Arrow long to prepare for
        yield TOO_MANY
        return
    small = len(head) < _AHEAD and not in_arrow
    rows = even_rows(_Joined(head, text, by_return=form.by_return).read(), form) if small else None
    if rows is None:
        yield from _by_arrow(head, text, form)
    else:
        yield Batch("", names, columns_of([[row[at] for row in rows] for at in range(len(names))]))
    if (missing := undecoded(text)) is not None:
        yield missing


def even_rows(content: bytes, form: "Form") -> list[list[str]] | None:
    """The rows of a small table without its header; None for one that Arrow, which is slow to load, may read otherwise:
    with quotes in doubt, rows of another number of fields, or many cells."""
    try:
        text = io.StringIO(content.decode(), newline="")
        rows = [row for row in csv.reader(text, delimiter=form.separator, strict=True) if row]
    except (csv.Error, UnicodeDecodeError):
        return None
    even = all(len(row) == len(form.names) for row in rows) and len(rows) * len(form.names) <= MOST
    return rows[1 if form.header else 0 :] if even else None


def _by_arrow(head: bytes, text: Utf8Stream, form: "Form") -> Iterator[Read]:
    import pyarrow as pa  # noqa: PLC0415  (native, loaded on first use)
    import pyarrow.csv  # noqa: PLC0415

    names, torn, source = form.names, _Torn(), _Joined(head, text, by_return=form.by_return)
    try:
        reader = pyarrow.csv.open_csv(
            pa.PythonFile(source, mode="r"),
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, block_size=_BLOCK, column_names=[str(at) for at in range(len(names))], skip_rows=0
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=form.separator, newlines_in_values=True, invalid_row_handler=torn
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={str(at): pa.string() for at in range(len(names))},
                check_utf8=False, strings_can_be_null=False,
            ),
        )  # fmt: skip
        skip = 1 if form.header else 0
        for batch in reader:
            yield Batch("", names, tuple(column.slice(skip) for column in batch.columns))
            yield from torn.taken()
            skip = 0
    except pa.ArrowException:
        yield from torn.taken()
        yield Shortfall("damaged", "rows that no reader of CSV takes; they and all that follows were read as text")
        yield from _as_lines(_Joined(b"".join(source.recent), text))
    if torn.count:
        yield Shortfall("damaged", f"rows with another number of fields: {torn.count}")


class Form(Struct, frozen=True):
    """How a table in text form is written. `separator` is "" for what is none; `by_return`: lines end with CR alone."""

    separator: str
    names: tuple[str, ...]
    header: bool
    by_return: bool


def ahead(text: ByteSource) -> bytes:
    """The first bytes of a text, from which its form is told."""
    head = b""
    while len(head) < _AHEAD and (part := text.read(_AHEAD - len(head))):
        head += part
    return head


def form_of(head: bytes, path: str) -> Form:
    """The form of a table by its first bytes in UTF-8."""
    sample = head.decode("utf-8", "replace").replace("\0", " ")
    by_return = sample.count("\r") - sample.count("\r\n") > sample.count("\n")
    sample = sample.replace("\r", "\n") if by_return else sample
    separator = "\t" if path.lower().endswith(".tsv") and "\t" in sample else separator_of(sample)
    names, header = header_of(_first_rows(sample, separator)) if separator else ([], False)
    return Form(separator, tuple(names), header, by_return)


def _first_rows(sample: str, separator: str) -> list[list[str]]:
    """Without the last, which the end of the sample may have cut, unless it is the only one."""
    try:
        rows = list(islice(csv.reader(io.StringIO(sample), delimiter=separator), 20))
    except csv.Error:  # a field of more than the module's limit
        rows = [sample.split("\n", 1)[0].split(separator)]
    return rows[:-1] if len(rows) > 1 and len(sample) >= _AHEAD // 4 else rows


def separator_of(sample: str) -> str:
    """The separator that most lines agree on, '' when there is none."""
    lines = [line for line in sample.split("\n")[:_HEAD_LINES] if line.strip()]
    best, most = "", 0.0
    for separator in _SEPARATORS:
        try:
            counts = [len(row) for row in csv.reader(lines, delimiter=separator)]
        except csv.Error:
            counts = [line.count(separator) + 1 for line in lines]
        common = max(set(counts), key=counts.count, default=1)
        agreed = counts.count(common) / max(len(counts), 1)
        if common > 1 and agreed > 0.5 and agreed * common > most:
            best, most = separator, agreed * common
    return best


class _Torn:
    """Takes the rows that Arrow refuses."""

    def __init__(self) -> None:
        self.count = 0
        self._texts: list[str] = []

    def __call__(self, row: Any) -> str:
        self.count += 1
        if row.text is not None:
            self._texts += str(row.text).split("\n")  # an open quote makes one row of many
        return "skip"

    def taken(self) -> Iterator[Read]:
        if self._texts:
            texts, self._texts = self._texts, []
            yield Batch("", ("",), (texts,), text=True)


class _Joined(io.RawIOBase):
    """What was read ahead, then the rest; NUL becomes a space, and so may a carriage return become the end of a line.

    `recent` is what the reader may not have got to.
    """

    def __init__(self, head: bytes, rest: ByteSource, *, by_return: bool = False) -> None:
        super().__init__()
        self._head = head
        self._rest = rest
        self._by_return = by_return
        self.recent: deque[bytes] = deque(maxlen=_AHEAD_BLOCKS)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            part, self._head = self._head + self._rest.read(), b""
        elif self._head:
            part, self._head = self._head[:size], self._head[size:]
        else:
            part = self._rest.read(size)
        part = part.replace(b"\0", b" ") if b"\0" in part else part
        part = part.replace(b"\r", b"\n") if self._by_return else part
        self.recent.append(part)
        return part


def _as_lines(text: ByteSource) -> Iterator[Read]:
    for piece in pieces(text):
        yield lines_of(piece.text)
