"""The vendor reads what the host entered before it cosigns."""

import shutil
from pathlib import Path

import pytest

from assay.core.errors import NotVerifiedError
from assay.deposit.orders import sign
from assay.deposit.room import Room
from tests.deposit.parties import SECRET, SOURCE, party, scene
from tests.deposit.test_opening import both, drafted
from tests.deposit.test_story import admitted


def test_what_is_new_is_read_once(tmp_path: Path) -> None:
    made = scene(tmp_path)
    with made.host() as host:
        name = made.ordered(host)
        host.open(name, made.released(host, name), SECRET)
        room = Room(host, SECRET)
        room.view(admitted(room), "src/pay.c", 1, 20)
    found = made.watched(tmp_path / "room/ledger.sqlite")
    said = [line.en for line in found.lines]
    assert any("view" in line and "shown=" in line for line in said)
    assert not any("order" in line.split()[3:4] for line in said)
    assert made.watched(tmp_path / "room/ledger.sqlite").lines == ()


def test_an_order_that_was_not_shown_is_not_cosigned(tmp_path: Path) -> None:
    made = scene(tmp_path)
    with made.host() as host:
        envelope = both(drafted(made, host))
        host.enter(envelope)
    log = tmp_path / "room/ledger.sqlite"
    with pytest.raises(NotVerifiedError, match="nobody showed you"):
        made.watched(log, [])
    with made.host() as host, pytest.raises(NotVerifiedError, match="no witness"):
        host.notice(next(path.stem for path in (tmp_path / "room/orders").glob("*.json")))
    stranger = sign(envelope, party("stranger"))
    assert "src/pay.c" in made.watched(log, [stranger]).lines[-1].en


def test_a_log_of_another_deposit_or_history_is_not_cosigned(tmp_path: Path) -> None:
    made = scene(tmp_path)
    with made.host() as host:
        made.ordered(host)
    shutil.copytree(tmp_path / "room", tmp_path / "before")
    with made.host() as host:
        made.ordered(host, paths=("src/crypt.c",))
    with pytest.raises(NotVerifiedError, match="rolled back"):
        made.watched(tmp_path / "before/ledger.sqlite")
    with made.host("elsewhere") as host:
        host.enter(both(drafted(made, host)))
        host.enter(both(drafted(made, host, days=3)))
    with pytest.raises(NotVerifiedError, match=r"fork|rolled back"):
        made.watched(tmp_path / "elsewhere/ledger.sqlite")


def test_the_files_of_one_opening_are_one_line(tmp_path: Path) -> None:
    made = scene(tmp_path)
    with made.host() as host:
        name = made.ordered(host, paths=("src/*",))
        host.open(name, made.released(host, name), SECRET)
        host.acts.head()
        said = [line.en for line in made.watched(host.acts.path).lines if " grant " in line.en]
    size = len(SOURCE["src/pay.c"]) + len(SOURCE["src/crypt.c"])
    assert said == [f"2-3 2026-09-21 14:13 grant files=2 bytes={size} of={size}"]
