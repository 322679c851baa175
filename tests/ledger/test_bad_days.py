"""Bad days: kills, failing disks, full disks, flipped and missing bytes of every kind, a checkpoint from another day.

What these tests cannot show: a power cut. A killed process leaves what it wrote in the kernel's memory; that SQLite's
order of fsync calls is right is SQLite's own claim; `tests.faults` shows only that no failed call is taken for done.
"""

import os
import random
import resource
import shutil
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.core.errors import AssayError, InputError, NotVerifiedError
from assay.ledger.log import Log
from tests.faults import built, run
from tests.ledger.made import entries, key, made, signer, sqlite

SOAK = bool(os.environ.get("ASSAY_SOAK"))


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """40 kills; 500 with ASSAY_SOAK, of which each 50 share a log."""
    for round_, count in enumerate([50] * 10 if SOAK else [40]):
        path = tmp_path / f"{round_}.sqlite"
        with made(path):
            pass
        killed, size = run("tests.ledger.killed_appender", str(path), f"seed {round_}", str(count))
        assert int(killed) == count
        assert int(size) > count


def test_a_fault_at_write_calls(tmp_path: Path) -> None:
    """EIO, ENOSPC, EINTR, short writes: at every fifteenth write-type call, at every one with ASSAY_SOAK."""
    library = built(tmp_path)
    (struck,) = run("tests.ledger.faulty_appender", str(tmp_path), "1" if SOAK else "15", preload=library)
    assert int(struck) > (500 if SOAK else 30)


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: appends are refused, and what was acknowledged stays."""
    path = tmp_path / "ledger.sqlite"
    with made(path, [300]):
        pass
    log = Log(sqlite(path), [signer()])
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    acknowledged = 300
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20_000, usual[1]))
    try:
        try:
            for _ in range(10_000):
                acknowledged = log.append(*entries(log.size, log.size + 10)).stop
            pytest.fail("the limit was never met")
        except InputError as error:
            refused = error
        with pytest.raises(InputError, match="an earlier write failed"):
            log.append(*entries(acknowledged, acknowledged + 1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert "disk" in refused.message.en
    assert refused.advice is not None
    assert "what was acknowledged is in it" in refused.advice.en
    log.close()
    with Log(sqlite(path), [signer()]) as log:
        assert log.size >= acknowledged
        log.append(*entries(log.size, log.size + 10))
        log.checkpoint()
        assert [item for _, item in log.entries()] == entries(0, log.size)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "ledger.sqlite"
    with made(path, [100, 300, 600]):
        pass
    return path


def flip(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


FLIPS = [
    ("entries", "body", "position = 17", r"entry 17$"),
    ("entries", "body", "position = 599", r"entry 599$|an entry from 300 to 599"),
    ("entries", "leaf", "position = 17", r"the kept hash of entry 17"),
    ("entries", "leaf", "position = 599", r"entry 599"),
    ("tiles", "hashes", "level = 0 AND number = 1", r"tile/0/001, hash \d+"),
    ("tiles", "hashes", "level = 1", r"tile/1/000.p/2, hash \d|its tiles are not those that were signed"),
    ("checkpoints", "note", "size = 100", "the checkpoint of 100 entries"),
    ("checkpoints", "note", "size = 600", "the checkpoint of 600 entries"),
]


@pytest.mark.parametrize(("table", "column", "where", "why"), FLIPS, ids=[f"{f[0]} {f[1]} {f[2]}" for f in FLIPS])
def test_a_flipped_bit_is_named(whole: Path, tmp_path: Path, table: str, column: str, where: str, why: str) -> None:
    rng = random.Random(table + column + where)
    for trusted in ([key()], []):
        path = tmp_path / "ledger.sqlite"
        shutil.copyfile(whole, path)
        with closing(connect(path, isolation_level=None)) as db:
            (content,) = db.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()
            db.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (flip(content, rng),))
        with pytest.raises(NotVerifiedError, match=why) as caught, Log(sqlite(path), trusted=trusted) as log:
            log.verify()
        assert caught.value.exit_code == 12
        with pytest.raises(NotVerifiedError), Log(sqlite(path), trusted=trusted) as log:
            list(log.entries())


MISSING = [
    ("DELETE FROM entries WHERE position = 17", "entry 17 is missing"),
    ("DELETE FROM entries WHERE position = 599", "600 entries were signed, 599 are there"),
    ("DELETE FROM entries", "600 entries were signed, 0 are there"),
    ("DELETE FROM tiles WHERE level = 0 AND number = 0", "tile/0/000 is missing"),
    ("DELETE FROM tiles WHERE level = 1", "tile/1/000.p/2 is missing|tile 1/0 is missing"),
    ("DELETE FROM checkpoints", "signed by|never signed|no known"),
    ("DELETE FROM keys", "no known key"),
    ("UPDATE log SET origin = 'other.example'", "of another log|no known key"),
    ("UPDATE keys SET key = 'x'", "no verifier key"),
    ("UPDATE entries SET position = 1000 WHERE position = 599", "entry 599 is missing|600 entries were signed"),
    ("UPDATE entries SET body = 'text' WHERE position = 17", "entry 17$"),
    ("UPDATE entries SET body = zeroblob(900000) WHERE position = 17", "entry 17$"),
    ("DELETE FROM checkpoints WHERE size = 600", None),
]


@pytest.mark.parametrize(("statement", "why"), MISSING, ids=[case[0] for case in MISSING])
def test_what_is_missing_or_put_elsewhere(whole: Path, tmp_path: Path, statement: str, why: str | None) -> None:
    path = tmp_path / "ledger.sqlite"
    shutil.copyfile(whole, path)
    with closing(connect(path, isolation_level=None)) as db:
        db.execute(statement)
    if why is None:  # the last checkpoint is gone: what it covered is there, and said not to be signed
        with Log(sqlite(path)) as log:
            assert (log.verify().size, log.verify().signed) == (600, 300)
            with pytest.raises(InputError, match="no signed entry 300"):
                log.prove(300)
        return
    with pytest.raises(AssayError, match=why):
        _read(path)


def _read(path: Path) -> None:
    with Log(sqlite(path)) as log:
        log.verify()
        log.checkpoint()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_flipped_byte_of_the_file_serves_nothing_false(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(whole.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    _serves_the_truth_or_nothing(tmp_path, bytes(content))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_truncated_file_serves_nothing_false(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    content = whole.read_bytes()
    _serves_the_truth_or_nothing(tmp_path, content[: data.draw(st.integers(0, len(content) - 1))])


def _serves_the_truth_or_nothing(folder: Path, content: bytes) -> None:
    for path in folder.iterdir():
        path.unlink()
    (folder / "ledger.sqlite").write_bytes(content)
    try:
        with Log(sqlite(folder / "ledger.sqlite", writable=False), trusted=[key()]) as log:
            assert [item for _, item in log.entries()] == entries(0, log.checkpoint().checkpoint.size)
    except (NotVerifiedError, InputError):
        pass


def test_an_unsigned_tail_is_damaged_by_accident(tmp_path: Path) -> None:
    """Nobody signed it yet; its kept hashes still show it, and it is not signed as if it were right."""
    path = tmp_path / "ledger.sqlite"
    log = made(path, [10])
    log.append(*entries(10, 300))
    log.close()
    with closing(connect(path, isolation_level=None)) as db:
        db.execute("UPDATE entries SET body = (SELECT body FROM entries WHERE position = 5) WHERE position = 50")
    with pytest.raises(NotVerifiedError, match="entry 50"):
        Log(sqlite(path), [signer()])
