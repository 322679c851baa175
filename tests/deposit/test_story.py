"""The story of docs/deposit.md: a deposit from its sealing to its end, and the reviewer who tried to hide a view."""

import shutil
from pathlib import Path

import pytest

from assay.core.errors import NotVerifiedError
from assay.deposit.audit import audit
from assay.deposit.certificate import certificate, close, countersign, gave_up
from assay.deposit.excerpts import countersign as countersign_excerpt
from assay.deposit.excerpts import open_excerpt, quote
from assay.deposit.room import Room, Session
from assay.ledger.signing import NamedKey
from tests.deposit.parties import SECRET, SOURCE, Scene, examiner_key, key, party, scene
from tests.ledger.made import signer


def admitted(room: Room, name: str = "lin") -> Session:
    challenge = room.challenge()
    return room.admit(examiner_key(name).label, challenge, signer(name).sign(challenge))


def read_and_quoted(made: Scene) -> None:
    """Custodians open one file for one examiner, who reads and quotes."""
    with made.host() as host:
        name = made.ordered(host)
        host.open(name, made.released(host, name), SECRET)
        room = Room(host, SECRET)
        session = admitted(room)
        page = room.view(session, "src/pay.c", 1, 12)
        assert page.lines[0] == "int pay_0(void) { return 0; }"
        assert "lin" in page.text()
        excerpt = quote(room, session, "src/pay.c", 3, 2, party("reviewer"))
        both = countersign_excerpt(excerpt, made.terms, party("vendor"), SOURCE["src/pay.c"].encode())
        assert open_excerpt(both, made.terms).lines == (
            "int pay_2(void) { return 2; }",
            "int pay_3(void) { return 3; }",
        )
        made.witnessed(host.acts)


def ended(made: Scene) -> tuple[Path, Path]:
    """Source returned and destroyed; the log and the certificate."""
    with made.host() as host:
        custody = host.custody
        labels = {name: pair.key.label for name, pair in made.custodians.items()}
        gone = [
            gave_up(custody, "vendor", [labels["v1"], labels["v2"]], party("vendor"), made.clock.at),
            gave_up(custody, "bank", [labels["b1"], labels["b2"]], party("reviewer"), made.clock.at),
        ]
        close(host, gone, made.deposit.storage)
        made.witnessed(host.acts)
        signed = certificate(host, party("reviewer"))
    path = made.folder / "certificate.dsse.json"
    path.write_bytes(countersign(countersign(signed, made.terms, party("vendor")), made.terms, party("agent")))
    return made.folder / "room/ledger.sqlite", path


VENDOR: list[NamedKey] = [key("vendor")]
HOST: list[NamedKey] = [key("reviewer")]


@pytest.mark.parametrize("suite", ["aes", "sm"])
def test_from_sealing_to_the_auditor(tmp_path: Path, suite: str) -> None:
    made = scene(tmp_path, suite=suite, kind="sm2" if suite == "sm" else "x25519")
    read_and_quoted(made)
    made.clock.at += 3600
    log, path = ended(made)
    elsewhere = tmp_path / "auditor"
    elsewhere.mkdir()
    log, path = (Path(shutil.copy(item, elsewhere)) for item in (log, path))
    found = audit(log, path, vendor=VENDOR, host=HOST)
    assert found.replay.counts["view"] == 1
    assert found.replay.counts["excerpt"] == 1
    assert found.record.erased
    assert found.record.objects_removed > 0
    assert "100 %" not in "".join(line.en for line in found.lines())


def test_a_view_that_the_reviewer_takes_back_is_caught_by_the_vendor(tmp_path: Path) -> None:
    made = scene(tmp_path)
    read_and_quoted(made)
    shutil.copytree(tmp_path / "room", tmp_path / "before")
    with made.host() as host:
        room = Room(host, SECRET)
        room.view(admitted(room), "src/pay.c", 13, 12)
        made.witnessed(host.acts)
    shutil.rmtree(tmp_path / "room")
    shutil.copytree(tmp_path / "before", tmp_path / "room")  # the reviewer restores the log from before the view
    with made.host() as host, pytest.raises(NotVerifiedError, match="rolled back"):
        made.witnessed(host.acts)
    with made.host() as host:
        room = Room(host, SECRET)
        room.view(admitted(room), "src/pay.c", 1, 5)  # ... and goes on with another, to be as long
        with pytest.raises(NotVerifiedError, match="fork"):
            made.witnessed(host.acts)
