"""Dumps of databases as text: `COPY ... FROM stdin` of PostgreSQL, `INSERT INTO ... VALUES` of MySQL, PostgreSQL and
SQLite, with the columns of `CREATE TABLE` where an INSERT names none. What is no such statement is read as text.

A backslash escapes in COPY and, in strings, unless the dump says that it is PostgreSQL's (`E'...'` apart). SQL Server's
scripts need neither INTO nor a semicolon. A statement that is cut off
is read as far as it goes and said. *It cannot see* dumps in a binary form (pg_dump -Fc), and bytes written in
hexadecimal.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from assay.core.examination import Shortfall
from assay.examinations.border.readers.batches import Batch, Read, Rows
from assay.examinations.border.readers.encodings import Utf8Stream
from assay.examinations.border.readers.naming import shown, unique
from assay.examinations.border.readers.texts import pieces, undecoded

_NAME = r'((?:[`"\[]?[^\s`"\[\](.]+[`"\]]?\.)?[`"\[]?[^\s`"\[\](]+[`"\]]?)'
_INTO = r"(?:INTO(?:\s+|\Z)|(?=\[))"  # SQL Server leaves INTO out
_COPY = re.compile(rf"COPY\s+{_NAME}\s*(?:\(([^)]*)\))?\s+FROM\s+stdin\b", re.IGNORECASE)
_INSERT = re.compile(
    rf"\s*(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?{_INTO}{_NAME}\s*(?:\(([^)]*)\))?\s*VALUES?\s*", re.IGNORECASE
)
_INSERT_HEAD = re.compile(rf"\s*(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?{_INTO}", re.IGNORECASE)
_BATCH_ENDS = re.compile(r"\s*GO\s*", re.IGNORECASE)
_CREATE = re.compile(rf"\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\s*\(", re.IGNORECASE)
_COLUMN = re.compile(r'\s*[`"\[]?([^\s`"\[\],()]+)[`"\]]?\s+[A-Za-z]')
_NO_COLUMN = re.compile(
    r"\s*(?:PRIMARY|UNIQUE|KEY|CONSTRAINT|INDEX|FULLTEXT|SPATIAL|FOREIGN|CHECK|EXCLUDE)\b", re.IGNORECASE
)
_ESCAPED_STRING = r"'(?P<escaped>(?:[^'\\]++|\\.|'')*+)'"
_REST = r"|(?P<open>\()|(?P<close>\))|(?P<end>;)|/\*.*?\*/|--(?=\s)[^\n]*|(?P<word>[^\s,()';]+)"
_BACKSLASH = re.compile(rf"(?:[nNeE]|_\w+\s*)?{_ESCAPED_STRING}{_REST}", re.DOTALL)
_STANDARD = re.compile(rf"[eE]{_ESCAPED_STRING}|[nN]?'(?P<plain>(?:[^']++|'')*+)'{_REST}", re.DOTALL)
_WITH_ESCAPES = re.compile(r"\b[eE]'(?:[^'\\]++|\\.|'')*+'", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": " ", "b": "\b", "Z": " "}
_LONGEST = 64 << 20


def read_dump(stream: BinaryIO, path: str) -> Iterator[Read]:  # noqa: ARG001
    """Batches of rows, a set per table. Raises OSError where the stream does."""
    text = Utf8Stream(stream)
    dump = _Dump()
    for piece in pieces(text):
        for line in piece.text.split("\n"):
            yield from dump.take(line)
        yield from dump.other()
    yield from dump.ended()
    if (missing := undecoded(text)) is not None:
        yield missing


class _Dump:
    def __init__(self) -> None:
        self.tables: dict[str, Rows] = {}
        self.columns: dict[str, list[str]] = {}
        self._standard = False
        self._copying = ""
        self._creating = ""
        self._statement: list[str] = []
        self._length = 0
        self._others: list[str] = []

    def take(self, line: str) -> Iterator[Read]:
        line = line.removesuffix("\r")
        if self._copying:
            yield from self._copied(line)
        elif self._statement:
            if (_BATCH_ENDS.fullmatch(line) or _INSERT_HEAD.match(line)) and not self._open("\n".join(self._statement)):
                yield from self._complete()  # a statement without a semicolon
                yield from self.take(line)
            else:
                yield from self._inserted(line)
        elif self._creating:
            self._created(line)
        elif _INSERT_HEAD.match(line):
            yield from self._inserted(line)
        elif (found := _COPY.match(line)) is not None:
            self._copying = _bare(found[1])
            if found[2]:
                self.columns[self._copying] = [_bare(name) for name in found[2].split(",")]
        elif (found := _CREATE.match(line)) is not None:
            self._creating = _bare(found[1])
            self.columns[self._creating] = []
            self._created(line[found.end() :])
        elif line.strip():
            self._standard = self._standard or "PostgreSQL database dump" in line
            self._others.append(line)

    def other(self) -> Iterator[Read]:
        if self._others:
            others, self._others = self._others, []
            yield Batch("", ("",), (others,), text=True)

    def ended(self) -> Iterator[Read]:
        torn = bool(self._copying or self._statement)
        if self._statement:
            yield from self._statement_rows("\n".join(self._statement))
        yield from self.other()
        for rows in self.tables.values():
            if (batch := rows.flush()) is not None:
                yield batch
        if torn:
            yield Shortfall("damaged", "the dump ends within a statement")

    def _row(self, table: str, cells: list[str | None]) -> Iterator[Read]:
        rows = self.tables.get(table)
        if rows is None:
            named = self.columns.get(table) or [f"column {place}" for place in range(1, len(cells) + 1)]
            names = unique([shown(name, place) for place, name in enumerate(named, 1)])
            rows = self.tables[table] = Rows(shown(table, len(self.tables) + 1).replace("column", "table"), names)
        if (batch := rows.add(cells)) is not None:
            yield batch

    def _copied(self, line: str) -> Iterator[Read]:
        if line == "\\.":
            self._copying = ""
            return
        cells = [None if cell == "\\N" else _unescaped(cell) for cell in line.split("\t")]
        yield from self._row(self._copying, cells)

    def _created(self, line: str) -> None:
        if line.lstrip().startswith(")") or line.rstrip().endswith(";"):
            self._columns_in(line)
            self._creating = ""
            return
        self._columns_in(line)

    def _columns_in(self, line: str) -> None:
        for part in re.split(r",(?![^()]*\))", line):
            if not _NO_COLUMN.match(part) and (found := _COLUMN.match(part)) is not None:
                self.columns[self._creating].append(found[1])

    def _inserted(self, line: str) -> Iterator[Read]:
        self._statement.append(line)
        self._length += len(line)
        ends = line.rstrip().endswith(";") and not self._open("\n".join(self._statement))
        if ends or self._length > _LONGEST:
            yield from self._complete()

    def _complete(self) -> Iterator[Read]:
        statement = "\n".join(self._statement)
        self._statement, self._length = [], 0
        yield from self._statement_rows(statement)

    def _open(self, statement: str) -> bool:
        """Whether the statement ends inside a string."""
        plain = _WITH_ESCAPES if self._standard else _ESCAPE
        return plain.sub("", statement).count("'") % 2 == 1

    def _statement_rows(self, statement: str) -> Iterator[Read]:
        found = _INSERT.match(statement)
        if found is None:
            self._others.append(statement.replace("\n", " "))
            return
        table = _bare(found[1])
        if found[2] and table not in self.tables:
            self.columns[table] = [_bare(name) for name in found[2].split(",")]
        cells: list[str | None] | None = None
        depth = 0
        for token in (_STANDARD if self._standard else _BACKSLASH).finditer(statement, found.end()):
            kind = token.lastgroup
            if kind == "open":
                depth += 1
                cells = [] if depth == 1 else cells
            elif kind == "close":
                depth -= 1
                if depth == 0 and cells is not None:
                    yield from self._row(table, cells)
                    cells = None
            elif kind == "end":
                return
            elif kind is not None and cells is not None:
                cells.append(_value(kind, token[kind]))


def _value(kind: str, text: str) -> str | None:
    if kind == "word":
        return None if text.upper() == "NULL" else text
    text = text.replace("''", "'")
    return _unescaped(text) if kind == "escaped" else text


def _bare(name: str) -> str:
    return re.sub(r'[`"\[\]]', "", name.strip())


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text) if "\\" in text else text
