"""Live databases: read and not written, table by table, and what a fault costs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.core.errors import Exit
from assay.examinations.border.files import count
from assay.examinations.border.readers.batches import Batch
from assay.examinations.border.readers.databases import read_database
from tests.cli.test_contract import run
from tests.examinations.border import made_files

alchemy = pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed: pip install 'assay[databases]'")
KEY = bytes(16)
MANY = 150_000  # more than the driver and the reader hold at once


def _connect(url: str) -> Any:
    return (
        alchemy.create_engine(url, poolclass=alchemy.pool.NullPool)
        .connect()
        .execution_options(isolation_level="AUTOCOMMIT")
    )


def _said(connection: Any, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def _filled(connection: Any, table: str, text: str) -> None:
    """The table of `made_files`, beside types that only a server has."""
    names = ", ".join(f"c{place} {text}" for place in range(len(made_files.NAMES)))
    _said(connection, f"CREATE TABLE {table} ({names})")
    columns = [f"c{place}" for place in range(len(made_files.NAMES))]
    rows = [dict(zip(columns, row, strict=True)) for row in made_files.rows(60)]
    values = ", ".join(f":{column}" for column in columns)
    connection.execute(alchemy.text(f"INSERT INTO {table} VALUES ({values})"), rows)


@pytest.fixture(scope="module")
def url(postgres: str) -> Iterator[str]:
    """A database with two schemas, two tables, a view of each kind, and a role that may not read all."""
    server = postgres.replace("postgresql:", "postgresql+psycopg:")
    with _connect(server) as connection:
        _said(connection, "CREATE DATABASE border", "CREATE ROLE reader LOGIN")
    own = server.replace("@/postgres", "@/border")
    with _connect(own) as connection:
        _filled(connection, "cust", "text")
        _said(
            connection,
            "CREATE SCHEMA archive",
            "CREATE TABLE archive.old (mobile text)",
            "INSERT INTO archive.old VALUES ('13800138000')",
            "CREATE MATERIALIZED VIEW frozen AS SELECT mobile AS phone FROM archive.old",
            "CREATE TABLE kinds (mobile bigint, more jsonb, list text[], raw bytea, at timestamptz, money numeric)",
            "INSERT INTO kinds VALUES (13900139000, '{\"note\": \"电话13700137000\"}', '{13600136000}',"
            " '\\x00ff', now(), 1.50)",
            f"CREATE TABLE wide AS SELECT 'x' || n AS note, '13800138000' AS mobile FROM generate_series(1, {MANY}) n",
            "CREATE FUNCTION wipe() RETURNS int LANGUAGE sql AS 'DELETE FROM cust; SELECT 1'",
            "GRANT USAGE ON SCHEMA archive TO reader",
            "GRANT SELECT ON archive.old, frozen, wide, kinds TO reader",
        )
    yield own
    with _connect(server) as connection:
        _said(connection, "DROP DATABASE border WITH (FORCE)", "DROP ROLE reader")


def test_every_schema_is_read_unless_some_are_named(url: str) -> None:
    counted = count(read_database(url), KEY)
    assert counted.shortfalls == []
    assert {name: held.rows for name, held in counted.sets.items()} == {
        "cust": 60, "kinds": 1, "wide": MANY, "frozen": 1, "archive.old": 1,
    }  # fmt: skip
    verdicts = {verdict.class_ for verdict in counted.sets["cust"].verdicts()}
    assert {"resident_id", "mobile", "bank_card", "address"} <= verdicts
    fields = {verdict.column for verdict in counted.sets["kinds"].verdicts() if verdict.class_ == "mobile"}
    assert fields == {"mobile", "more", "list"}
    assert set(count(read_database(url, ["archive"]), KEY).sets) == {"archive.old"}


def test_a_schema_that_is_not_there_is_said(url: str) -> None:
    counted = count(read_database(url, ["archive", "nowhere"]), KEY)
    assert set(counted.sets) == {"archive.old"}
    assert [one.reason for one in counted.shortfalls] == ["unreadable"]


def test_nothing_can_be_written(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alchemy, "select", lambda _: alchemy.text("SELECT wipe()"))
    monkeypatch.setattr(alchemy.TextClause, "select_from", lambda self, _: self, raising=False)
    counted = count(read_database(url, ["public"]), KEY)
    assert counted.sets == {}
    assert {one.reason for one in counted.shortfalls} == {"unreadable"}
    monkeypatch.undo()
    assert count(read_database(url, ["public"]), KEY).sets["cust"].rows == 60


def test_a_table_that_may_not_be_read_costs_itself(url: str) -> None:
    counted = count(read_database(url.replace("assay@", "reader@")), KEY)
    assert set(counted.sets) == {"kinds", "wide", "frozen", "archive.old"}
    assert [(one.status, one.reason) for one in counted.shortfalls] == [("partial", "unreadable")]


@pytest.mark.parametrize("returns", [True, False])
def test_a_connection_that_is_cut_in_the_middle(url: str, returns: bool) -> None:
    """Where the server can be reached again the next tables are read; else what was not reached is counted."""
    with _connect(url) as owner:
        _said(owner, "ALTER ROLE reader LOGIN", "CREATE TABLE zeta AS SELECT '13800138000' AS mobile",
              "GRANT SELECT ON zeta TO reader")  # fmt: skip

        def reading() -> Iterator[Any]:
            for place, read in enumerate(read_database(url.replace("assay@", "reader@"), ["public"])):
                yield read
                if isinstance(read, Batch) and read.set == "wide" and place < 3:
                    if not returns:
                        _said(owner, "ALTER ROLE reader NOLOGIN")
                    _said(owner, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")

        counted = count(reading(), KEY)
        _said(owner, "DROP TABLE zeta", "ALTER ROLE reader LOGIN")
    assert 0 < counted.sets["wide"].rows < MANY
    assert ("zeta" in counted.sets) is returns
    details = " ".join(one.detail for one in counted.shortfalls)
    assert "to its end" in details
    assert ("not reached: 2" in details) is not returns  # zeta and the materialized view
    assert "reader" not in details


def test_find_reads_the_address_from_a_file(url: str, tmp_path: Path) -> None:
    (tmp_path / "address.txt").write_text(url + "\n")
    found = run("border", "find", "--database", "address.txt", "--format", "jsonl", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (Exit.NOTHING_TO_REPORT, b"")
    assert b'"set": "archive.old", "column": "mobile", "class": "mobile"' in found.stdout
    assert b"13800138000" not in found.stdout
    (tmp_path / "address.txt").write_text(url.replace("/border", "/nowhere"))
    found = run("border", "find", "--database", "address.txt", cwd=tmp_path)
    assert found.returncode == Exit.OPEN
    assert b"nowhere" not in found.stdout + found.stderr


def test_mariadb(mariadb: str) -> None:
    with _connect(mariadb) as connection:
        _filled(connection, "cust", "TEXT CHARACTER SET utf8mb4")
        _said(connection, "CREATE TABLE emoji (`手机` VARCHAR(40))", "INSERT INTO emoji VALUES ('13800138000')")
    counted = count(read_database(mariadb), KEY)
    assert counted.shortfalls == []
    assert {name: held.rows for name, held in counted.sets.items()} == {"cust": 60, "emoji": 1}
    assert "address" in {verdict.class_ for verdict in counted.sets["cust"].verdicts()}


def test_nothing_can_be_written_in_mariadb(mariadb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with _connect(mariadb) as owner:
        _said(owner, "CREATE TABLE kept (a INT)", "INSERT INTO kept VALUES (1)")
        monkeypatch.setattr(alchemy, "select", lambda _: alchemy.text("DELETE FROM kept"))
        monkeypatch.setattr(alchemy.TextClause, "select_from", lambda self, _: self, raising=False)
        assert count(read_database(mariadb), KEY).sets == {}
        monkeypatch.undo()
        assert owner.exec_driver_sql("SELECT COUNT(*) FROM kept").scalar() == 1
        _said(owner, "DROP TABLE kept")


@pytest.mark.parametrize("returns", [True, False])
def test_a_connection_that_mariadb_kills_in_the_middle(mariadb: str, returns: bool) -> None:
    with _connect(mariadb) as owner:
        _said(
            owner,
            "CREATE TABLE wide (note VARCHAR(20), mobile VARCHAR(20))",
            f"INSERT INTO wide SELECT CONCAT('x', seq), '13800138000' FROM seq_1_to_{MANY}",
            "CREATE TABLE zeta AS SELECT '13800138000' AS mobile",
            "CREATE USER reader@localhost",
            "GRANT SELECT ON test.* TO reader@localhost",
        )

        def reading() -> Iterator[Any]:
            killed = False
            for read in read_database(mariadb.replace("root@", "reader@")):
                yield read
                if isinstance(read, Batch) and read.set == "wide" and not killed:
                    killed = True
                    if not returns:
                        _said(owner, "ALTER USER reader@localhost ACCOUNT LOCK")
                    found = owner.exec_driver_sql("SELECT id FROM information_schema.processlist WHERE user = 'reader'")
                    _said(owner, *(f"KILL {number}" for (number,) in found.fetchall()))

        try:
            counted = count(reading(), KEY)
        finally:
            _said(owner, "DROP TABLE wide", "DROP TABLE zeta", "DROP USER reader@localhost")
    assert 0 < counted.sets["wide"].rows < MANY
    assert ("zeta" in counted.sets) is returns
    details = " ".join(one.detail for one in counted.shortfalls)
    assert "to its end" in details
    assert ("not reached: 1" in details) is not returns
    assert "reader" not in details
