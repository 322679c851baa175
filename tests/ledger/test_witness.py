"""Witnessing between two parties: what is cosigned, and what is refused by name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assay.core.errors import InputError, NotVerifiedError
from assay.ledger.checkpoints import open_checkpoint
from assay.ledger.log import Log
from assay.ledger.witness import Seen, Witness, joined, read_request, request
from tests.ledger.made import AT, ORIGIN, entries, entry, key, made, signer, sqlite, witness_key

VENDOR = "vendor.example/witness"


@pytest.fixture
def vendor(tmp_path: Path) -> Witness:
    return Witness(VENDOR, signer("vendor"), [key(known_as="bank.example")], Seen(tmp_path / "seen"), lambda: AT)


def test_cosigned_again_and_again(tmp_path: Path, vendor: Witness) -> None:
    log = made(tmp_path / "ledger.sqlite")
    old = 0
    for size in (0, 1, 1, 255, 256, 300, 1000):
        log.append(*entries(log.size, size))
        answer = vendor.answer(request(log, old))
        believed = log.cosigned(joined(log.checkpoint().note.render(), answer, "x"), [witness_key("vendor")])
        assert believed.cosigned == ((witness_key("vendor"), AT),)
        old = size
    _, receipt = log.prove(5)
    assert open_checkpoint(receipt.checkpoint, [key()], "x", [witness_key("vendor")]).cosigned[0][1] == AT
    assert log.verify().signed == 1000


def test_the_request_is_that_of_the_specification(tmp_path: Path, vendor: Witness) -> None:
    log = made(tmp_path / "ledger.sqlite", [5, 12])
    content = request(log, 5)
    head, _, rest = content.partition(b"\n\n")
    assert head.split(b"\n")[0] == b"old 5"
    assert rest == log.checkpoint().note.render()
    old, proof, checkpoint = read_request(content)
    assert (old, len(proof), checkpoint) == (5, len(head.split(b"\n")) - 1, rest)
    assert vendor.answer(request(log, 0)).startswith("— vendor.example/witness ".encode())


def test_a_rollback_is_named(tmp_path: Path, vendor: Witness) -> None:
    path = tmp_path / "ledger.sqlite"
    with made(path, [10]):
        pass
    backup = path.read_bytes()
    with Log(sqlite(path), [signer()]) as log:
        log.append(*entries(10, 20))
        vendor.answer(request(log, 0))
    path.write_bytes(backup)
    with Log(sqlite(path), [signer()]) as log:
        with pytest.raises(NotVerifiedError, match="has 10 entries, but 20"):
            request(log, 20)
        with pytest.raises(NotVerifiedError, match="it has 10 entries, 20 were cosigned here: rolled back"):
            vendor.answer(request(log, 0))


def test_a_restored_backup_is_not_signed_by_its_own_writer(tmp_path: Path) -> None:
    path, memory = tmp_path / "ledger.sqlite", Seen(tmp_path / "mine")
    with made(path, [10], memory):
        pass
    backup = path.read_bytes()
    with Log(sqlite(path), [signer()], memory) as log:
        log.append(*entries(10, 20))
    path.write_bytes(backup)
    with pytest.raises(NotVerifiedError, match="rolled back, or restored from an old backup") as caught:
        Log(sqlite(path), [signer()], memory)
    assert caught.value.exit_code == 12
    assert caught.value.advice is not None
    path.unlink()
    with pytest.raises(NotVerifiedError, match="has 0 entries, but 20"):
        Log.create(sqlite(path), ORIGIN, [signer()], memory)


def test_a_fork_is_named_on_both_sides(tmp_path: Path, vendor: Witness) -> None:
    path, memory = tmp_path / "ledger.sqlite", Seen(tmp_path / "mine")
    with made(path, [10]) as log:
        vendor.answer(request(log, 0))
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(path.read_bytes())
    with Log(sqlite(path), [signer()], memory) as log:
        log.append(*entries(10, 20))
        vendor.answer(request(log, 10))
    with Log(sqlite(copy), [signer()]) as fork:
        fork.append(*[entry(number, 5) for number in range(10, 30)])
        with pytest.raises(NotVerifiedError, match="is a fork of"):
            vendor.answer(request(fork, 20))
        with pytest.raises(NotVerifiedError, match="it proves from 10 entries, 20 were cosigned here"):
            vendor.answer(request(fork, 10))
    with pytest.raises(NotVerifiedError, match=r"is a fork of .*its first 20 entries"):
        Log(sqlite(copy), [signer()], memory)


def test_two_trees_of_one_size(tmp_path: Path, vendor: Witness) -> None:
    one = made(tmp_path / "one.sqlite", [10])
    other = made(tmp_path / "other.sqlite")
    other.append(*[entry(number, 5) for number in range(10)])
    vendor.answer(request(one, 0))
    with pytest.raises(NotVerifiedError, match="is a fork"):
        vendor.answer(request(other, 10))
    memory = Seen(tmp_path / "mine")
    memory.remember(one.checkpoint(), one.must_continue)
    with pytest.raises(NotVerifiedError, match="is a fork"):
        memory.remember(other.checkpoint(), other.must_continue)


def test_two_copies_open_at_once_cannot_pass_each_other_by(tmp_path: Path) -> None:
    memory = Seen(tmp_path / "mine")
    with made(tmp_path / "one.sqlite", [10], memory):
        pass
    (tmp_path / "other.sqlite").write_bytes((tmp_path / "one.sqlite").read_bytes())
    one, other = (Log(sqlite(tmp_path / f"{name}.sqlite"), [signer()], memory) for name in ("one", "other"))
    one.append(*entries(10, 20))
    other.append(*[entry(number, 5) for number in range(10, 30)])
    assert one.checkpoint().checkpoint.size == 20
    with pytest.raises(NotVerifiedError, match=r"is a fork of .*its first 20 entries"):
        other.checkpoint()
    last = memory.last(ORIGIN)
    assert last is not None
    assert last.size == 20


def test_a_forked_copy_shown_to_the_other_side(tmp_path: Path, vendor: Witness) -> None:
    """The bank cosigns one history with the vendor, and shows another one to its own writer."""
    log = made(tmp_path / "one.sqlite", [10])
    other = made(tmp_path / "other.sqlite")
    other.append(*[entry(number, 5) for number in range(12)])
    cosigned = joined(log.checkpoint().note.render(), vendor.answer(request(log, 0)), "x")
    with pytest.raises(NotVerifiedError, match="is a fork of"):
        other.cosigned(cosigned, [witness_key("vendor")])


def test_a_cosigned_checkpoint_beyond_this_copy(tmp_path: Path, vendor: Witness) -> None:
    path = tmp_path / "ledger.sqlite"
    with made(path, [10]):
        pass
    backup = path.read_bytes()
    with Log(sqlite(path), [signer()]) as log:
        log.append(entry(10))
        cosigned = joined(log.checkpoint().note.render(), vendor.answer(request(log, 0)), "x")
    path.write_bytes(backup)
    with (
        Log(sqlite(path), [signer()]) as log,
        pytest.raises(NotVerifiedError, match=r"has 10 entries, but 11 .* were signed and seen before"),
    ):
        log.cosigned(cosigned, [witness_key("vendor")])


def test_a_clock_set_back(tmp_path: Path) -> None:
    times = iter([AT, AT - 1, AT, AT + 5])
    vendor = Witness(VENDOR, signer("vendor"), [key()], Seen(tmp_path / "seen"), lambda: next(times))
    log = made(tmp_path / "ledger.sqlite", [1])
    vendor.answer(request(log, 0))
    log.append(entry(1))
    with pytest.raises(NotVerifiedError, match=f"it says {AT - 1}, but we cosigned this log at {AT}"):
        vendor.answer(request(log, 1))
    vendor.answer(request(log, 1))
    vendor.answer(request(log, 2))


def test_logs_of_strangers(tmp_path: Path) -> None:
    stranger = Witness(VENDOR, signer("vendor"), [key("other")], Seen(tmp_path / "seen"), lambda: AT)
    log = made(tmp_path / "ledger.sqlite", [1])
    with pytest.raises(NotVerifiedError, match="no known key signed it"):
        stranger.answer(request(log, 0))
    stranger = Witness(VENDOR, signer("vendor"), [key(known_as="other.example")], Seen(tmp_path / "seen"), lambda: AT)
    with pytest.raises(NotVerifiedError, match="no known key speaks"):
        stranger.answer(request(log, 0))


CHANGES: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda c: c.replace(b"old 5", b"old 05"), "the old size"),
    (lambda c: c.replace(b"old 5", b"new 5"), "the old size"),
    (lambda c: c.replace(b"old 5", b"old 4"), "it proves from 4 entries"),
    (lambda c: c.replace(b"old 5", b"old -5"), "the old size"),
    (lambda c: c.replace(c.split(b"\n")[1] + b"\n", b""), "fork"),
    (lambda c: c.replace(c.split(b"\n")[1], b"AAAA"), "no hash"),
    (lambda c: c.replace(b"\n\n", b"\n" + (c.split(b"\n")[1] + b"\n") * 64 + b"\n", 1), "no hash"),
    (lambda c: c.partition(b"\n\n")[0], "the old size"),
    (lambda _: b"", "the old size"),
]


@pytest.mark.parametrize(("change", "why"), CHANGES)
def test_requests_that_do_not_do(tmp_path: Path, vendor: Witness, change: Callable[[bytes], bytes], why: str) -> None:
    log = made(tmp_path / "ledger.sqlite", [5])
    vendor.answer(request(log, 0))
    log.append(*entries(5, 12))
    content = request(log, 5)
    assert change(content) != content
    with pytest.raises(NotVerifiedError, match=why):
        vendor.answer(change(content))
    vendor.answer(content)  # and what was right is right still


def test_a_damaged_memory_is_an_error_not_a_blank(tmp_path: Path, vendor: Witness) -> None:
    log = made(tmp_path / "ledger.sqlite", [5])
    vendor.answer(request(log, 0))
    (remembered,) = (tmp_path / "seen").glob("*.checkpoint")
    content = remembered.read_bytes()
    for damage in (content[:40], b"", content.replace(b"bank", b"tank")):
        remembered.write_bytes(damage)
        with pytest.raises(NotVerifiedError, match=r"\.checkpoint does not verify"):
            vendor.answer(request(log, 0))
    remembered.unlink()
    remembered.symlink_to("/dev/null")
    with pytest.raises(InputError, match=r"\.checkpoint"):
        vendor.answer(request(log, 0))


def test_a_memory_that_cannot_be_kept_gives_no_cosignature(tmp_path: Path) -> None:
    (tmp_path / "seen").write_text("a file where the folder should be")
    vendor = Witness(VENDOR, signer("vendor"), [key()], Seen(tmp_path / "seen"), lambda: AT)
    with pytest.raises(InputError, match="seen"):
        vendor.answer(request(made(tmp_path / "ledger.sqlite", [5]), 0))
