"""What killed sealers left is found and removed; nothing else ever is."""

import os
import shutil
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.core.errors import InputError, NotVerifiedError, UsageError
from assay.deposit import packs, sealing
from assay.deposit.acts import record, sealed_statements
from assay.deposit.storage import Folder, Storage, open_storage
from assay.deposit.sweeping import DAY, deposits_begun, leftovers, sweep
from assay.ledger.witness import Seen
from tests.deposit.made import ID, VENDOR, Made, made, tree, written

OLD = 8 * DAY


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return Folder(tmp_path / "store")
    return open_storage(f"{request.getfixturevalue('s3')}/{os.urandom(4).hex()}")


def killed(one: Made, folder: Path) -> None:
    """A sealer that dies before its statement."""
    create = one.storage.create

    def create_(name: str, content: bytes) -> None:
        if "/versions/" in name:
            raise KeyboardInterrupt
        create(name, content)

    one.storage.create = create_  # type: ignore[method-assign]
    try:
        one.seal(folder)
    except KeyboardInterrupt:
        pass
    finally:
        del one.storage.create


def test_what_a_killed_sealer_left_is_removed_and_nothing_else(storage: Storage, tmp_path: Path) -> None:
    one = made(storage)
    one.seal(written(tmp_path / "a", tree(1)))
    before = set(storage.names())
    killed(one, written(tmp_path / "b", {"other.c": b"int other;\n" * 1000}))
    left = leftovers(storage, ID, VENDOR.keys)
    assert {item.name for item in left} == set(storage.names()) - before
    assert len(left) == 3  # a pack, the manifest, the index
    now = time.time()
    assert all(abs(now - item.made) < 600 for item in left)
    assert sweep(storage, left, now, DAY).removed == ()  # it may be at work
    with pytest.raises(UsageError, match="younger than a day"):
        sweep(storage, left, now + OLD, DAY - 1)
    swept = sweep(storage, left, now + OLD, 7 * DAY)
    assert (list(swept.removed), swept.kept) == (left, ())
    assert set(storage.names()) == before
    assert one.contents() == tree(1)
    assert list(one.deposit().check()) == []
    assert sweep(storage, left, now + OLD, 7 * DAY).removed == ()


def test_a_version_that_is_committed_meanwhile_keeps_what_it_names(tmp_path: Path) -> None:
    """The objects are listed before the statements are read."""
    one = made(Folder(tmp_path / "store"))
    storage = one.storage
    listed, folder = storage.listed, written(tmp_path / "a", tree(1))

    def listed_(name: str = "") -> object:
        found = list(listed(name))
        storage.listed = listed  # type: ignore[method-assign]
        one.seal(folder)
        return iter(found)

    killed(one, folder)
    storage.listed = listed_  # type: ignore[method-assign,assignment]
    left = leftovers(storage, ID, VENDOR.keys)
    assert len(left) == 3  # of the killed one
    sweep(storage, left, time.time() + OLD, DAY)
    assert one.contents() == tree(1)


def test_a_sealer_that_took_so_long_that_it_may_have_been_swept_does_not_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, moments = made(Folder(tmp_path / "store")), iter((0.0, sealing.LONGEST + 1.0))
    monkeypatch.setattr("assay.deposit.sealing.time.clock_gettime", lambda _: next(moments))
    with pytest.raises(InputError, match="longer than 20 hours"):
        one.seal(written(tmp_path / "a", tree(1)))
    assert one.deposit().versions == ()
    assert sealing.LONGEST < DAY


def test_a_sealer_whose_pack_was_swept_under_it_does_not_commit(tmp_path: Path) -> None:
    one = made(Folder(tmp_path / "store"))
    create = one.storage.create

    def create_(name: str, content: bytes) -> None:
        create(name, content)
        if "/objects/" in name:
            for pack in list(one.storage.names(f"{ID}/packs")):
                one.storage.remove(pack)

    one.storage.create = create_  # type: ignore[method-assign]
    with pytest.raises(NotVerifiedError, match="missing"):
        one.seal(written(tmp_path / "a", tree(1)))
    del one.storage.create
    assert one.deposit().versions == ()


def test_half_written_objects_of_a_folder_are_left_overs(tmp_path: Path) -> None:
    storage = Folder(tmp_path / "store")
    one = made(storage)
    one.seal(written(tmp_path / "a", tree(1)))
    half = tmp_path / "store" / ID / "packs" / ("0" * 16 + ".partial")
    half.write_bytes(b"half")
    assert [item.name for item in leftovers(storage, ID)] == [f"{ID}/packs/{half.name}"]
    sweep(storage, leftovers(storage, ID), time.time() + OLD, DAY)
    assert not half.exists()


def test_a_deposit_that_was_never_made(tmp_path: Path) -> None:
    storage = Folder(tmp_path / "store")
    storage.create(packs.terms_path(ID), b"terms")
    storage.create(packs.custody_path(ID), b"custody")
    assert deposits_begun(storage) == [ID]
    assert len(leftovers(storage, ID)) == 2


def test_a_deposit_whose_header_or_statement_was_taken_away_is_left_alone(tmp_path: Path) -> None:
    storage = Folder(tmp_path / "store")
    one = made(storage)
    first = one.seal(written(tmp_path / "a", tree(1))).version
    second = one.seal(written(tmp_path / "a", tree(2))).version
    acknowledged = [first.digest, second.digest]
    assert leftovers(storage, ID, VENDOR.keys, acknowledged) == []
    statement = tmp_path / "store" / packs.version_path(ID, 2)
    content = statement.read_bytes()
    statement.unlink()
    with pytest.raises(NotVerifiedError, match="acknowledged is gone"):
        leftovers(storage, ID, VENDOR.keys, acknowledged)
    statement.write_bytes(content)
    (tmp_path / "store" / packs.version_path(ID, 1)).unlink()
    with pytest.raises(NotVerifiedError, match="missing"):
        leftovers(storage, ID)
    (tmp_path / "store" / packs.header_path(ID)).unlink()
    with pytest.raises(NotVerifiedError, match="its header"):
        leftovers(storage, ID)


def test_what_the_store_locks_is_kept_and_said(s3: str, tmp_path: Path) -> None:
    storage = open_storage(f"s3://locked/{os.urandom(4).hex()}")
    one = made(storage)
    killed(one, written(tmp_path / "a", tree(1)))
    left = leftovers(storage, ID)
    swept = sweep(storage, left, time.time() + OLD, DAY)
    # Kept and said so; or the server put a delete marker before each, as S3 does: the version below is locked.
    assert sorted([*swept.removed, *swept.kept]) == left
    assert not any(item.name in storage.names() for item in swept.removed)

    def locked(name: str) -> None:
        raise PermissionError(name)

    storage.remove = locked  # type: ignore[method-assign]
    assert sweep(storage, left, time.time() + OLD, DAY).kept == tuple(left)


def test_a_log_that_lies_with_the_store_is_held_to_what_the_vendor_remembers(tmp_path: Path) -> None:
    """Who keeps the store could take a version back together with the log that names it."""
    me, log = replace(VENDOR, memory=Seen(tmp_path / "memory")), tmp_path / "ledger.sqlite"
    origin, remembered = f"{VENDOR.name}/{ID}/sealed", Seen(tmp_path / "memory")
    assert sealed_statements(log, origin, remembered) == []
    for number in (1, 2):
        digest = str(number) * 64
        record(log, "seal", ID, 1_790_000_000 + number, {"statement": f"sha256:{digest}"}, {"version": number}, me)
        if number == 1:
            shutil.copy(log, tmp_path / "before.sqlite")
    assert sealed_statements(log, origin, remembered) == ["1" * 64, "2" * 64]
    with pytest.raises(NotVerifiedError, match="rolled back"):
        sealed_statements(tmp_path / "before.sqlite", origin, remembered)
    assert sealed_statements(tmp_path / "before.sqlite", origin, None) == ["1" * 64]
    log.unlink()
    with pytest.raises(NotVerifiedError, match="is gone"):
        sealed_statements(log, origin, remembered)
