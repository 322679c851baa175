"""A log in PostgreSQL, for several machines that write to one: `postgresql://...`, with the extra `assay[postgres]`.

One schema holds one log. An append holds an advisory lock and commits with `synchronous_commit = on`; what it returned
is on the server's disk, as far as the server itself is not told to lie (`fsync = off`).
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from assay.core.errors import UsageError
from assay.core.text import Text
from assay.ledger.store import FORMAT, OvertakenError, Row, Tile, busy, damaged, exists, newer, no_log, refused

SCHEMA = "assay_ledger"
_LOCK = 0x6173736179  # "assay"
_TABLES = (
    "log (format integer NOT NULL, origin text NOT NULL)",
    "keys (key text PRIMARY KEY, number serial)",
    "entries (position bigint PRIMARY KEY, body bytea NOT NULL, leaf bytea NOT NULL)",
    "tiles (level integer, number bigint, hashes bytea NOT NULL, PRIMARY KEY (level, number))",
    "checkpoints (size bigint PRIMARY KEY, note bytea NOT NULL)",
)


class PostgresStore:
    """Open with a URL; `schema` tells apart logs that share a database. See `store.Store`."""

    def __init__(self, url: str, *, schema: str = SCHEMA, wait: float = 10.0) -> None:
        try:
            import psycopg  # noqa: PLC0415  (an extra)
        except ImportError as error:
            raise _no_library() from error
        if not (schema.isidentifier() and schema.isascii() and schema.islower()):
            raise ValueError(f"schema {schema!r} is no plain lower-case name")
        self.place = f"PostgreSQL, schema {schema}"  # the URL may hold a password
        self._psycopg = psycopg
        self._broken = False
        with self._explained(writing=True):
            self._db: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True, connect_timeout=int(wait) or 1)
            with ExitStack() as refused:
                refused.callback(self._db.close)
                self._prepare(schema, wait)
                refused.pop_all()

    def _prepare(self, schema: str, wait: float) -> None:
        for setting in ("synchronous_commit = on", f"lock_timeout = {int(wait * 1000)}", f"search_path = {schema}"):
            self._db.execute(f"SET {setting}")
        with self._exclusive():
            self._db.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            for table in _TABLES:
                self._db.execute(f"CREATE TABLE IF NOT EXISTS {table}")

    def found(self, origin: str) -> None:
        with self._explained(writing=True), self._exclusive():
            if self._db.execute("SELECT 1 FROM log").fetchone():
                raise exists(self.place)
            self._db.execute("INSERT INTO log VALUES (%s, %s)", (FORMAT, origin))

    def origin(self) -> str:
        with self._explained():
            row = self._db.execute("SELECT format, origin FROM log").fetchone()
        if row is None:
            raise no_log(self.place)
        if row[0] > FORMAT:
            raise newer(self.place)
        return str(row[1])

    def size(self) -> int:
        with self._explained():
            row = self._db.execute("SELECT max(position) FROM entries").fetchone()
        return 0 if row is None or row[0] is None else int(row[0]) + 1

    def append(self, first: int, rows: Sequence[Row], tiles: Sequence[Tile]) -> None:
        numbered = [(first + place, *row) for place, row in enumerate(rows)]
        with self._explained(writing=True), self._exclusive(), self._db.cursor() as cursor:
            if (last := cursor.execute("SELECT max(position) FROM entries").fetchone()) and last[0] != (
                first - 1 if first else None
            ):
                raise OvertakenError
            with cursor.copy("COPY entries FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "bytea", "bytea"])
                for row in numbered:
                    copy.write_row(row)
            if tiles:
                cursor.executemany(
                    "INSERT INTO tiles VALUES (%s, %s, %s) "
                    "ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
                    tiles,
                )

    def rows(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        query = (
            "SELECT position, body, leaf FROM entries WHERE position >= %s AND position < %s ORDER BY position LIMIT %s"
        )
        while start < stop:
            with self._explained():
                found = self._db.execute(query, (start, stop, 4096)).fetchall()
            for position, body, leaf in found:
                yield position, bytes(body), bytes(leaf)
            if len(found) < 4096:
                return
            start = found[-1][0] + 1

    def tile(self, level: int, number: int) -> bytes:
        with self._explained():
            query = "SELECT hashes FROM tiles WHERE level = %s AND number = %s"
            row = self._db.execute(query, (level, number)).fetchone()
        if row is None:
            raise LookupError(f"tile {level}/{number}")
        return bytes(row[0])

    def keep(self, size: int, note: bytes, keys: Sequence[str]) -> None:
        with self._explained(writing=True), self._exclusive():
            self._db.execute(
                "INSERT INTO checkpoints VALUES (%s, %s) ON CONFLICT (size) DO UPDATE SET note = excluded.note",
                (size, note),
            )
            for key in keys:
                self._db.execute("INSERT INTO keys VALUES (%s) ON CONFLICT DO NOTHING", (key,))

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        with self._explained():
            found = self._db.execute("SELECT size, note FROM checkpoints ORDER BY size").fetchall()
        return ((int(size), bytes(note)) for size, note in found)

    def last_checkpoint(self) -> tuple[int, bytes] | None:
        with self._explained():
            row = self._db.execute("SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()
        return None if row is None else (int(row[0]), bytes(row[1]))

    def known_keys(self) -> list[str]:
        with self._explained():
            return [str(key) for (key,) in self._db.execute("SELECT key FROM keys ORDER BY number")]

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """One writer at a time, in all processes on all machines; the lock ends with the transaction."""
        with self._db.transaction():
            self._db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            yield

    @contextmanager
    def _explained(self, *, writing: bool = False) -> Iterator[None]:
        if self._broken:
            raise refused(self.place, "an earlier write failed")
        try:
            yield
        except self._psycopg.errors.LockNotAvailable as error:
            raise busy(self.place) from error
        except (self._psycopg.errors.DataCorrupted, self._psycopg.errors.IndexCorrupted) as error:
            self._broken = writing
            raise damaged(self.place, _first_line(error)) from error
        except self._psycopg.Error as error:
            self._broken = writing
            raise refused(self.place, _first_line(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


def _no_library() -> UsageError:
    return UsageError(
        Text("a ledger in PostgreSQL needs psycopg, which is not installed", "PostgreSQL 账本需要 psycopg，尚未安装"),
        Text("run: pip install 'assay[postgres]'", "请运行：pip install 'assay[postgres]'"),
    )
