"""The log on both stores: append, sign, prove, verify, go on; two writers; what a reader believes."""

from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from sqlite3 import connect

import pytest
from msgspec.structs import force_setattr

from assay.core.errors import InputError, NotVerifiedError, UsageError
from assay.ledger.log import Log
from assay.ledger.merkle import consistent
from assay.ledger.postgres import PostgresStore
from assay.ledger.receipts import open_receipt
from assay.ledger.signing import ephemeral
from assay.ledger.store import Store
from tests.ledger.made import AT, OPENED, ORIGIN, entries, entry, key, made, signer, sqlite

Open = Callable[[], Store]
_numbers = count()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same store again and again."""
    if request.param == "sqlite":
        return lambda: sqlite(tmp_path / "ledger.sqlite")
    url, schema = request.getfixturevalue("postgres"), f"log{next(_numbers)}"

    def opened() -> Store:
        OPENED.append(store := PostgresStore(url, schema=schema))
        return store

    return opened


def test_append_sign_prove(place: Open) -> None:
    with Log.create(place(), ORIGIN, [signer()]) as log:
        assert log.append() == range(0)
        assert log.append(entry(0)) == range(1)
        assert log.append(*entries(1, 700)) == range(1, 700)
    for trusted in ([], [key()], [key(known_as="bank.example")]):
        with Log(place(), trusted=trusted) as log:
            assert log.size == 700
            for position in (0, 1, 255, 256, 511, 512, 699):
                body, receipt = log.prove(position)
                assert body == entry(position).canonical()
                assert open_receipt(receipt.render(), body, [key()], "receipt")[0] == position
                assert log.entry(position) == entry(position)
            assert [item for _, item in log.entries()] == entries(0, 700)
            whole = log.verify()
            assert (whole.size, whole.signed, whole.checkpoints, whole.out_of_order) == (700, 700, 2, ())


def test_batches_of_any_size_give_one_tree(place: Open, tmp_path: Path) -> None:
    log = Log.create(place(), ORIGIN, [signer()])
    for step in (1, 3, 250, 1, 1, 1, 260, 600, 1):
        log.append(*entries(log.size, log.size + step))
    other = made(tmp_path / "other.sqlite")
    other.append(*entries(0, log.size))
    assert log.checkpoint().checkpoint == other.checkpoint().checkpoint
    log.verify()


def test_what_was_acknowledged_and_not_signed_is_there(place: Open) -> None:
    log = Log.create(place(), ORIGIN, [signer()])
    log.append(*entries(0, 300))  # never signed: its writer was killed
    reader = Log(place())
    assert reader.size == 300
    whole = reader.verify()
    assert (whole.size, whole.signed) == (300, 0)
    assert reader.checkpoint().checkpoint.size == 0
    with pytest.raises(InputError, match="no signed entry 0"):
        reader.prove(0)
    assert list(reader.entries()) == []
    with Log(place(), [signer()]) as again:
        again.append(entry(300))
    assert Log(place()).verify().signed == 301


def test_two_writers_take_turns(place: Open) -> None:
    first = Log.create(place(), ORIGIN, [signer()])
    second = Log(place(), [signer()])
    got = [log.append(entry(number)) for number in range(0, 600, 2) for log in (first, second)]
    assert sorted(position for positions in got for position in positions) == list(range(600))
    assert first.checkpoint().checkpoint == second.checkpoint().checkpoint
    assert Log(place()).verify().signed == 600


def test_consistency(place: Open) -> None:
    log = Log.create(place(), ORIGIN, [signer()])
    roots = {}
    for size in (0, 1, 255, 256, 300, 1000):
        log.append(*entries(log.size, size))
        roots[size] = log.checkpoint().checkpoint.root
    for old, root in roots.items():
        signed, proof = log.consistency(old)
        assert consistent(old, root, 1000, signed.checkpoint.root, proof)
    with pytest.raises(NotVerifiedError, match="has 1000 entries, but 1001"):
        log.consistency(1001)


def test_a_log_is_begun_once(place: Open) -> None:
    Log.create(place(), ORIGIN, [signer()])
    with pytest.raises(UsageError, match="holds a ledger already"):
        Log.create(place(), ORIGIN, [signer()])


def test_nothing_to_open(place: Open) -> None:
    with pytest.raises(InputError, match="holds no ledger"):
        Log(place())


def test_names_that_no_log_may_have(place: Open) -> None:
    for name in ("", "two words", "a+b", "new\nline"):
        with pytest.raises(ValueError, match="key name"):
            Log.create(place(), name, [signer()])
    with pytest.raises(ValueError, match="begun with a key"):
        Log.create(place(), ORIGIN, [])


def test_another_key_goes_on_and_both_are_known(place: Open) -> None:
    with Log.create(place(), ORIGIN, [ephemeral()]) as log:
        log.append(entry(0))
    with Log(place(), [ephemeral()]) as log:
        log.append(entry(1))
    with Log(place(), [signer("bank"), signer("bank-2")], adopt=True) as log:
        log.append(entry(2))
        assert [by.public for by in log.checkpoint().by] == [signer("bank").public, signer("bank-2").public]
        assert len(log.keys) == 4
    assert Log(place()).verify().signed == 3
    assert Log(place(), trusted=[key()]).checkpoint().by == (key(),)


def test_a_forged_log_is_not_gone_on_with(place: Open) -> None:
    with Log.create(place(), ORIGIN, [signer("mallory")]) as log:
        log.append(entry(0))
    with pytest.raises(NotVerifiedError, match=r"last signed by bank.example/reviews/7\+\w+, not by your key"):
        Log(place(), [signer()])
    with Log(place(), [signer()], trusted=[key("mallory", "bank.example")]) as log:
        log.append(entry(1))
    with Log(place(), [signer()]) as log:  # ours from now on
        log.append(entry(2))


def test_a_reader_believes_only_the_keys_that_it_named(place: Open) -> None:
    with Log.create(place(), ORIGIN, [signer("mallory")]) as log:
        log.append(entry(0))
    with pytest.raises(NotVerifiedError, match="no known key signed it"):
        Log(place(), trusted=[key()])
    with pytest.raises(NotVerifiedError, match="for which no known key speaks"):
        Log(place(), trusted=[key(known_as="other.example")])


def test_a_clock_set_back_is_said_and_nothing_is_lost(place: Open) -> None:
    with Log.create(place(), ORIGIN, [signer()]) as log:
        log.append(entry(0), entry(1, AT - 86_400), entry(2))
        log.append(entry(3, AT))
    assert Log(place()).verify().out_of_order == (1, 3)


def test_positions_that_are_not_there(place: Open) -> None:
    log = Log.create(place(), ORIGIN, [signer()])
    log.append(entry(0))
    for position in (-1, 1, 10**30):
        with pytest.raises(InputError, match="no signed entry"):
            log.prove(position)


def test_a_batch_is_all_or_nothing(place: Open) -> None:
    log = Log.create(place(), ORIGIN, [signer()])
    wrong = entry(1)
    force_setattr(wrong, "digests", {f"body{number}": "sha256:" + "0" * 64 for number in range(300)})
    with pytest.raises(ValueError, match="larger than"):
        log.append(entry(0), wrong)
    assert log.size == Log(place()).size == 0


def test_another_process_holds_the_lock(tmp_path: Path) -> None:
    made(tmp_path / "ledger.sqlite", [3])
    log = Log(sqlite(tmp_path / "ledger.sqlite", wait=0.05), [signer()])
    holder = connect(tmp_path / "ledger.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(UsageError, match="another process is writing"):
        log.append(entry(3))
    holder.close()
    assert log.append(entry(3)) == range(3, 4)
    assert log.verify().size == 4


def test_reading_writes_nothing_and_needs_no_leave_to(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with made(path, [300]):
        pass
    before = path.read_bytes()
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        with Log(sqlite(path, writable=False), trusted=[key()]) as log:
            assert log.verify().size == 300
    finally:
        tmp_path.chmod(0o700)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
    with pytest.raises(InputError, match="holds no ledger"):
        sqlite(tmp_path / "no.sqlite", writable=False)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries; END",
        "CREATE TABLE more (x)",
        "ALTER TABLE entries ADD COLUMN x",
    ],
)
def test_a_file_with_tables_of_somebody_else(tmp_path: Path, statement: str) -> None:
    made(tmp_path / "ledger.sqlite", [3])._store.close()
    with closing(connect(tmp_path / "ledger.sqlite", isolation_level=None)) as db:
        db.execute(statement)
    for writable in (True, False):
        with pytest.raises(NotVerifiedError, match="its tables are not those of a ledger"):
            sqlite(tmp_path / "ledger.sqlite", writable=writable)


def test_files_that_are_no_databases(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database, " * 100)
    with pytest.raises(NotVerifiedError, match="not a database"):
        sqlite(tmp_path / "text")
    with pytest.raises(InputError, match="unable to open"):
        sqlite(tmp_path)


def test_a_newer_format(tmp_path: Path) -> None:
    made(tmp_path / "ledger.sqlite", [3])._store.close()
    with closing(connect(tmp_path / "ledger.sqlite", isolation_level=None)) as db:
        db.execute("UPDATE log SET format = 2")
    with pytest.raises(InputError, match="newer assay"):
        Log(sqlite(tmp_path / "ledger.sqlite"))


def test_postgres_without_its_server(postgres: str) -> None:
    with pytest.raises(InputError, match="PostgreSQL, schema"):
        PostgresStore("postgresql:///x?host=/nowhere", wait=1)
    with pytest.raises(ValueError, match="schema"):
        PostgresStore(postgres, schema="x; drop table entries")
