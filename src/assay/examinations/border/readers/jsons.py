"""JSON in all its files: one document, one document a line, or one line of ten gigabytes.

A file is read as a stream of keys and values by one expression, without a tree: `"key": value` puts the value in the
column of that key, and so do further values of its array. That needs no memory for a document, survives torn lines and
two documents in one file, and gives each nesting level of one key name the same column.

*It cannot see* JSON with comments or single quotes as more than text, and whether the document is well-formed as a
whole: unbalanced brackets and an open string are said.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from assay.core.examination import Shortfall
from assay.examinations.border.cells import columns_of
from assay.examinations.border.readers.batches import ROWS, Batch, Read
from assay.examinations.border.readers.encodings import Utf8Stream
from assay.examinations.border.readers.naming import is_value, shown, unique
from assay.examinations.border.readers.texts import undecoded

_PIECE = 2 << 20
_LONGEST = 8 << 20
_MOST_KEYS = 2_000
_MOST_VALUES = 1 << 18
_TOKEN = re.compile(
    rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(\s*+:)?|(?<![\w.+-])(-?\d++(?:\.\d++)?(?:[eE][+-]?\d++)?)(?![\w.])|([{}\[\]])'
)


def read_json(stream: BinaryIO, path: str) -> Iterator[Read]:
    """Batches of columns by key. Raises OSError where the stream does."""
    text = Utf8Stream(stream)
    keys = _Keys(1 if path.lower().endswith((".jsonl", ".ndjson")) else 0)
    rest, ended, in_string, cut_long = b"", False, False, 0
    while not ended:
        part = text.read(_PIECE)
        ended = not part
        buffer = rest + part
        stop = len(buffer) if ended else _complete(buffer)
        in_string = ended and not _outside(buffer, len(buffer))
        if stop == 0 and len(buffer) > _LONGEST:  # one string of megabytes: read in pieces
            stop, cut_long = len(buffer), cut_long + 1
        keys.take(buffer[:stop])
        rest = buffer[stop:]
        if keys.rows >= ROWS or keys.values >= _MOST_VALUES:
            yield from keys.flush()
    yield from keys.flush()
    if cut_long:
        yield Shortfall("too-large", f"strings of more than {_LONGEST} bytes: {cut_long}")
    if keys.depth != 0 or in_string:
        yield Shortfall("damaged", "the brackets or quotes of the document do not match: it is torn")
    if (missing := undecoded(text)) is not None:
        yield missing


def _complete(buffer: bytes) -> int:
    """Where the last whole token ends, so that no string is cut: behind the last `,` or bracket outside of strings.

    A quote before it is counted by parity from the start of the buffer, which is always outside.
    """
    end = len(buffer)
    while (end := max(buffer.rfind(mark, 0, end) for mark in (b",", b"}", b"]", b"\n"))) > 0:
        if _outside(buffer, end):
            return end + 1
        if len(buffer) - end > _PIECE // 2:
            break
    return 0


def _outside(buffer: bytes, end: int) -> bool:
    quotes = buffer.count(b'"', 0, end)
    if b"\\" in buffer:
        quotes -= sum(1 for found in re.finditer(rb'\\*"', buffer[:end]) if (len(found[0]) - 1) % 2)
    return quotes % 2 == 0


class _Keys:
    """Values by key name, in rows: a row ends with the object that is a record.

    Records are the objects of the first array of objects, or the outermost ones where each line is a document. A key
    that comes twice in a record has its further values beside the rows.
    """

    def __init__(self, record: int) -> None:
        self.rows = 0
        self.values = 0
        self.depth = 0
        self._record = record  # depth of records, 0 as long as it is not known
        self._key = b""
        self._around = b""
        self._columns: dict[bytes, list[str | None]] = {}
        self._further: dict[bytes, list[str]] = {}
        self._known: dict[bytes, str] = {}

    def take(self, piece: bytes) -> None:
        key, columns = self._key, self._columns
        for string, colon, number, bracket in _TOKEN.findall(piece):
            if colon:
                key = string
            elif bracket:
                self._bracket(bracket)
            else:
                self.values += 1
                held = columns.get(key)
                if held is None:
                    held = columns[key] = []
                value = _text(string) if string or not number else number.decode()
                missing = self.rows - len(held)
                if missing < 0:
                    self._further.setdefault(key, []).append(value)
                    continue
                if missing:
                    held.extend([None] * missing)
                held.append(value)
        self._key = key

    def _bracket(self, bracket: bytes) -> None:
        if bracket in b"{[":
            self.depth += 1
            if bracket == b"{" and self._around == b"[" and not self._record:
                self._record = self.depth
        else:
            if self.depth == self._record or (self.depth == 1 and bracket == b"}"):
                self.rows += 1
            self.depth -= 1
        self._around = bracket

    def flush(self) -> Iterator[Batch]:
        """The rows so far, then what stands beside them."""
        if self._columns:
            rows = max(len(column) for column in self._columns.values())
            for column in self._columns.values():
                column.extend([None] * (rows - len(column)))
            names = tuple(unique([self._name(key) for key in self._columns]))
            yield Batch("", names, columns_of(list(self._columns.values())))
        for key, values in self._further.items():
            yield Batch("", (self._name(key),), columns_of([values]), loose=True)
        self._columns, self._further = {}, {}
        self.rows = self.values = 0

    def _name(self, key: bytes) -> str:
        name = self._known.get(key)
        if name is None:
            plain = _text(key)
            many = len(self._known) >= _MOST_KEYS
            name = "*" if many or is_value(plain) else shown(plain, len(self._known) + 1) if plain else "*"
            if not many:
                self._known[key] = name
        return name


def _text(string: bytes) -> str:
    if b"\\" in string:
        try:
            return str(msgspec.json.decode(b'"' + string + b'"')).encode("utf-8", "replace").decode()
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    return string.decode("utf-8", "replace")
