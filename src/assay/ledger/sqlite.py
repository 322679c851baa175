"""A log in one SQLite file: write-ahead log, every commit forced to disk.

A file may come from somebody else: its schema must be exactly ours (no views, no triggers), and nothing larger than
what this room writes is read from it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from assay.ledger.store import FORMAT, OvertakenError, Row, Tile, busy, damaged, exists, newer, no_log, refused

NAME = "ledger.sqlite"
_LARGEST_VALUE = 1 << 20
_LARGEST_SQL = 100_000
_TABLES = {
    "log": "CREATE TABLE log (format INTEGER NOT NULL, origin TEXT NOT NULL)",
    "keys": "CREATE TABLE keys (key TEXT PRIMARY KEY)",
    "entries": "CREATE TABLE entries (position INTEGER PRIMARY KEY, body BLOB NOT NULL, leaf BLOB NOT NULL)",
    "tiles": "CREATE TABLE tiles (level INTEGER, number INTEGER, hashes BLOB NOT NULL, PRIMARY KEY (level, number))",
    "checkpoints": "CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note BLOB NOT NULL)",
}


class SqliteStore:
    """Open with `SqliteStore(path)` to write, `SqliteStore(path, writable=False)` to read; see `store.Store`."""

    def __init__(self, path: Path, *, writable: bool = True, wait: float = 10.0) -> None:
        self.place = str(path)
        self._broken = False
        if not writable and not path.is_file():
            raise no_log(self.place)
        with self._explained():
            self._db = _connect(path, writable, wait)
        with ExitStack() as refused:
            refused.callback(self._db.close)
            with self._explained():
                self._prepare(writable)
            refused.pop_all()

    def _prepare(self, writable: bool) -> None:
        self._db.text_factory = lambda text: text.decode("utf-8", "replace")
        self._db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
        self._db.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, _LARGEST_SQL)
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "synchronous = FULL"):
            self._db.execute(f"PRAGMA {pragma}")
        known = dict(_known_schema(self._db))
        if known and known != _TABLES:
            raise damaged(self.place, "its tables are not those of a ledger")
        if not writable:
            return
        self._db.execute("PRAGMA journal_mode = WAL")
        if not known:
            with self._transaction():
                if not _known_schema(self._db):  # another process may have been first
                    for statement in _TABLES.values():
                        self._db.execute(statement)

    def found(self, origin: str) -> None:
        with self._explained(writing=True), self._transaction():
            if self._db.execute("SELECT 1 FROM log").fetchone():
                raise exists(self.place)
            self._db.execute("INSERT INTO log VALUES (?, ?)", (FORMAT, origin))

    def origin(self) -> str:
        with self._explained():
            row = self._db.execute("SELECT format, origin FROM log").fetchone() if _known_schema(self._db) else None
        if row is None:
            raise no_log(self.place)
        if not isinstance(row[0], int) or not isinstance(row[1], str):
            raise damaged(self.place, "it does not say what it is")
        if row[0] > FORMAT:
            raise newer(self.place)
        return row[1]

    def size(self) -> int:
        with self._explained():
            (last,) = self._db.execute("SELECT max(position) FROM entries").fetchone()
        return 0 if last is None else int(last) + 1

    def append(self, first: int, rows: Sequence[Row], tiles: Sequence[Tile]) -> None:
        with self._explained(writing=True):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                if len(rows) == 1:
                    self._db.execute(_INSERT, (first, *rows[0]))
                else:
                    self._db.executemany(_INSERT, ((first + place, *row) for place, row in enumerate(rows)))
                if tiles:
                    self._db.executemany("INSERT OR REPLACE INTO tiles VALUES (?, ?, ?)", tiles)
                self._db.execute("COMMIT")
            except sqlite3.IntegrityError as error:
                self._db.execute("ROLLBACK")
                raise OvertakenError from error

    def rows(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        with self._explained():
            for position, body, leaf in self._db.execute(
                "SELECT position, body, leaf FROM entries WHERE position >= ? AND position < ? ORDER BY position",
                (start, stop),
            ):
                yield position, _bytes(body), _bytes(leaf)

    def tile(self, level: int, number: int) -> bytes:
        with self._explained():
            query = "SELECT hashes FROM tiles WHERE level = ? AND number = ?"
            row = self._db.execute(query, (level, number)).fetchone()
        if row is None:
            raise LookupError(f"tile {level}/{number}")
        return _bytes(row[0])

    def keep(self, size: int, note: bytes, keys: Sequence[str]) -> None:
        with self._explained(writing=True), self._transaction():
            self._db.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?)", (size, note))
            self._db.executemany("INSERT OR IGNORE INTO keys VALUES (?)", [(key,) for key in keys])

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        with self._explained():
            for size, note in self._db.execute("SELECT size, note FROM checkpoints ORDER BY size"):
                yield size, _bytes(note)

    def last_checkpoint(self) -> tuple[int, bytes] | None:
        with self._explained():
            row = self._db.execute("SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()
        return None if row is None else (int(row[0]), _bytes(row[1]))

    def known_keys(self) -> list[str]:
        with self._explained():
            return [str(key) for (key,) in self._db.execute("SELECT key FROM keys ORDER BY rowid")]

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        with ExitStack() as undone:
            undone.callback(self._roll_back)
            yield
            self._db.execute("COMMIT")
            undone.pop_all()

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    @contextmanager
    def _explained(self, *, writing: bool = False) -> Iterator[None]:
        """SQLite's errors as assay's. A failed write leaves the connection unused: the disk's state is not known."""
        if self._broken:
            raise refused(self.place, "an earlier write failed")
        try:
            yield
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise busy(self.place) from error
            self._broken = writing
            raise refused(self.place, error) from error
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter: a message of SQLite's quotes damaged text
            self._broken = writing
            raise damaged(self.place, error) from error


_INSERT = "INSERT INTO entries VALUES (?, ?, ?)"


def _connect(path: Path, writable: bool, wait: float) -> sqlite3.Connection:
    """A reader writes nothing, unless a write-ahead log lies beside the file: somebody writes, or was killed."""
    place = "file:" + quote(str(path.absolute()))
    if writable:
        return sqlite3.connect(f"{place}?mode=rwc", uri=True, isolation_level=None, timeout=wait)
    frozen = "" if path.with_name(path.name + "-wal").exists() else "&immutable=1"
    return sqlite3.connect(f"{place}?mode=ro{frozen}", uri=True, isolation_level=None, timeout=wait)


def _known_schema(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Name and statement of everything that somebody made in this database; indexes that SQLite makes have none."""
    return [(str(name), str(sql)) for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE sql NOTNULL")]


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
