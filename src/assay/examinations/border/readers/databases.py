"""Databases, read and never written: SQLite files, and live connections of the operator through SQLAlchemy.

A SQLite file is copied to a private place and opened read-only with untrusted schema; views and virtual tables, which
may run code, are named and not read. A live connection (extra `databases`) reads in a read-only transaction,
streams every base table and materialized view of the named schemas, of all but the server's own where none is named,
and rolls back. A table that may not be read, and a connection that drops in one, cost that table: the reading goes on,
on a new connection if it must, and what was not read is said. The address of a database holds a password: no message
repeats it. *It cannot see* tables that a server hides from this account (MySQL does), and tables on other servers.
"""

import importlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, BinaryIO

from assay.core.errors import InputError, UsageError
from assay.core.examination import Shortfall
from assay.core.text import Text
from assay.examinations.border.readers.batches import Read, Rows
from assay.examinations.border.readers.naming import shown, unique
from assay.examinations.border.readers.seeking import on_disk

_MYSQL = frozenset({"mysql", "mariadb"})
_OF_SERVER = frozenset({"information_schema", "performance_schema", "mysql", "sys"})
_AT_ONCE = 500  # what is lost when a connection drops is at most this
_READ_ONLY = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only=ON",
}


def read_sqlite(stream: BinaryIO, path: str) -> Iterator[Read]:  # noqa: ARG001
    """Batches of rows, a set per table."""
    with on_disk(stream) as copy:
        try:
            with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
                database.execute("PRAGMA trusted_schema=OFF")
                database.text_factory = bytes
                yield from _sqlite(database)
        except sqlite3.Error as fault:
            yield Shortfall("damaged", f"no SQLite database can be read: {type(fault).__name__}", "failed")


def _sqlite(database: sqlite3.Connection) -> Iterator[Read]:
    listed = database.execute("SELECT name, sql, type FROM sqlite_schema WHERE type IN ('table', 'view')").fetchall()
    unread = 0
    for place, (name, sql, sort) in enumerate(listed, 1):
        table = name.decode("utf-8", "replace")
        if sort != b"table" or (sql or b"").upper().startswith(b"CREATE VIRTUAL"):
            unread += sort == b"table"
            continue
        try:
            quoted = table.replace('"', '""')
            rows = database.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608
            names = [column[0] for column in rows.description]
            yield from _rows(shown(table, place), names, rows, (sqlite3.Error, OverflowError))
        except (sqlite3.Error, OverflowError) as fault:
            yield Shortfall("damaged", f"table {place} could not be read: {type(fault).__name__}")
    if unread:
        yield Shortfall("blind-spot", f"virtual tables, which may run code: {unread}")


def _rows(set_: str, columns: Sequence[str], cursor: Any, faults: tuple[type[Exception], ...]) -> Iterator[Read]:
    """Rows of a cursor. What it raises of `faults` ends the table: what was read of it is yielded, and the end said."""
    names = unique([shown(str(name), place) for place, name in enumerate(columns, 1)])
    collected = Rows(set_, names)
    broken = ""
    try:
        while found := cursor.fetchmany(_AT_ONCE):
            for row in found:
                if (batch := collected.add([_cell(cell) for cell in row])) is not None:
                    yield batch
    except faults as fault:
        broken = type(fault).__name__
    rest = collected.flush()
    if rest is not None:
        yield rest
    if broken:
        yield Shortfall("unreadable", f"a table could not be read to its end: {broken}")


def _cell(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, dict | list):
        return json.dumps(cell, ensure_ascii=False, default=str)
    if isinstance(cell, bytes | bytearray | memoryview):
        try:
            return bytes(cell).decode("utf-8")
        except UnicodeDecodeError:
            return None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e30:
        return str(int(cell))
    return str(cell)


def read_database(url: str, schemas: Sequence[str] = ()) -> Iterator[Read]:
    """Every table that the address reaches. Raises UsageError without SQLAlchemy, InputError for the address."""
    try:
        alchemy: Any = importlib.import_module("sqlalchemy")
    except ImportError as error:
        message = Text("reading a live database needs SQLAlchemy", "读取在线数据库需要 SQLAlchemy")
        raise UsageError(message, Text("install assay[databases]", "请安装 assay[databases]")) from error
    try:
        engine = alchemy.create_engine(url, pool_size=1, max_overflow=0)
    except (alchemy.exc.SQLAlchemyError, ImportError, ValueError):
        raise InputError(
            Text("the address of the database is not one", "数据库地址无效"),
            Text(
                "write dialect://user@host/name, and install its driver", "请写作 dialect://user@host/name，并安装驱动"
            ),
        ) from None  # what SQLAlchemy says may quote the address, and that holds a password
    try:
        with engine.connect() as connection:
            _read_only(connection, alchemy)
            yield from _live(connection, alchemy, schemas)
            connection.rollback()
    except (alchemy.exc.SQLAlchemyError, OSError) as fault:
        yield Shortfall("unreadable", f"the connection failed: {type(fault).__name__}", "failed")
    finally:
        engine.dispose()


def _read_only(connection: Any, alchemy: Any) -> None:
    """Where the dialect has it; elsewhere only SELECT is sent."""
    statement = _READ_ONLY.get(connection.dialect.name)
    if statement is not None:
        connection.execute(alchemy.text(statement))
    if connection.dialect.name in _MYSQL:
        connection.rollback()  # the statement is about the transactions that begin after it


def _live(connection: Any, alchemy: Any, schemas: Sequence[str]) -> Iterator[Read]:
    """Table by table. One that fails costs itself, unless the server cannot be reached again: then all that follow."""
    inspector = alchemy.inspect(connection)
    faults = (alchemy.exc.SQLAlchemyError, OSError)
    usual = inspector.default_schema_name
    tables: list[tuple[str | None, str]] = []
    for schema in _schemas(connection, inspector, schemas):
        if isinstance(schema, Shortfall):
            yield schema
            continue
        tables += ((schema, name) for name in sorted(inspector.get_table_names(schema=schema)))
        if connection.dialect.name == "postgresql":
            tables += ((schema, name) for name in sorted(inspector.get_materialized_view_names(schema=schema)))
            if foreign := len(inspector.get_foreign_table_names(schema=schema)):
                yield Shortfall("left-out", f"tables that lie on other servers: {foreign}")
    for place, (schema, name) in enumerate(tables, 1):
        title = shown(name if schema in (None, usual) else f"{schema}.{name}", place)
        query = alchemy.select(alchemy.text("*")).select_from(alchemy.table(name, schema=schema))
        failed = ""
        try:
            rows = connection.execute(query, execution_options={"stream_results": True, "max_row_buffer": _AT_ONCE})
            result = getattr(rows.cursor, "_result", None)
            with closing(rows):
                for read in _rows(title, list(rows.keys()), rows, faults):
                    failed = "end" if isinstance(read, Shortfall) else ""
                    if failed and result is not None and hasattr(result, "unbuffered_active"):
                        result.unbuffered_active = False  # else PyMySQL reads on in a connection that is gone
                    yield read
        except faults as fault:
            failed = type(fault).__name__
            yield Shortfall("unreadable", f"table {place} could not be read: {failed}")
        if failed:
            yield from _again(connection, alchemy, len(tables) - place)


def _again(connection: Any, alchemy: Any, left: int) -> Iterator[Shortfall]:
    """A new transaction, on a new connection where the old one is gone. Raises what the driver does."""
    connection.rollback()
    try:
        _read_only(connection, alchemy)
    except (alchemy.exc.SQLAlchemyError, OSError):
        if left:
            yield Shortfall("unreadable", f"tables not reached: {left}")
        raise


def _schemas(connection: Any, inspector: Any, named: Sequence[str]) -> Iterator[str | Shortfall | None]:
    """The schemas to read, None for the only one. Without names, all but the server's own."""
    dialect = connection.dialect.name
    if not named and (dialect == "sqlite" or (dialect in _MYSQL and connection.engine.url.database)):
        yield None
        return
    known = inspector.get_schema_names()
    if named:
        for schema in named:
            missing = schema not in known and dialect != "sqlite"
            yield Shortfall("unreadable", f"there is no schema {schema}") if missing else schema
    elif dialect == "postgresql" or dialect in _MYSQL:
        yield from (schema for schema in known if schema not in _OF_SERVER and not schema.startswith("pg_"))
    else:
        yield None
        if len(known) > 1:
            yield Shortfall("left-out", f"schemas that nobody named: {len(known) - 1}")
