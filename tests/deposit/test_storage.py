"""A folder and a bucket keep the same promises: written once, whole or absent, one winner."""

import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.core.errors import InputError, NotVerifiedError
from assay.deposit.storage import Folder, Storage, open_storage
from tests.deposit.made import made, tree, written

KINDS = pytest.mark.parametrize("kind", ["folder", "s3"])


@pytest.fixture
def open_(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Storage]:
    def opened(kind: str) -> Storage:
        if kind == "folder":
            return open_storage(str(tmp_path / "store"))
        address: str = request.getfixturevalue("s3")
        return open_storage(f"{address}/{tmp_path.name}")

    return opened


@KINDS
def test_written_once_and_read_anywhere(kind: str, open_: Callable[[str], Storage]) -> None:
    store, content = open_(kind), bytes(range(256)) * 300
    assert list(store.names()) == []
    store.create("a/b", content)
    store.create("a/c-d", b"")
    with pytest.raises(FileExistsError):
        store.create("a/b", b"other")
    assert store.read("a/b") == content
    assert store.read("a/b", 100, 50) == content[100:150]
    assert store.read("a/b", len(content) - 5, 50) == content[-5:]
    assert store.read("a/b", len(content), 5) == b""
    assert store.read("a/c-d") == b""
    assert (store.size("a/b"), store.size("a/c-d")) == (len(content), 0)
    assert list(store.names("a")) == ["a/b", "a/c-d"]
    assert list(open_storage(store.address).names()) == ["a/b", "a/c-d"]
    store.remove("a/b")
    for missing in (store.size, store.read, store.remove):
        with pytest.raises(FileNotFoundError):
            missing("a/b")


@KINDS
@pytest.mark.parametrize("name", ["", "/a", "a/", "a//b", "../a", "a/../b", ".hidden", "a b", "a\0b", "ä", "x" * 200])
def test_names_that_are_none(kind: str, open_: Callable[[str], Storage], name: str) -> None:
    with pytest.raises(ValueError, match="is no name of an object"):
        open_(kind).create(name, b"")


@KINDS
def test_one_of_many_wins(kind: str, open_: Callable[[str], Storage]) -> None:
    store, won = open_(kind), list[bytes]()
    together = threading.Barrier(8)

    def work(content: bytes) -> None:
        together.wait()
        try:
            store.create("versions/1", content)
            won.append(content)
        except FileExistsError:
            pass

    threads = [threading.Thread(target=work, args=(bytes([number]) * 50_000,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [store.read("versions/1")] == won


@KINDS
@pytest.mark.parametrize("suite", ["aes", "sm"])
def test_a_deposit_lies_there(kind: str, suite: str, open_: Callable[[str], Storage], tmp_path: Path) -> None:
    kept = made(open_(kind), suite)
    for number in (1, 2):
        sealed = kept.seal(written(tmp_path / f"source{number}", tree(number)), str(number))
    assert sealed.added < 200_000
    assert kept.contents(1) == tree(1)
    assert kept.contents(2) == tree(2)
    assert list(kept.deposit().check()) == []
    (pack, _) = kept.deposit().version(1).packs[0]
    kept.storage.remove(f"{kept.header.id}/packs/{pack}")
    with pytest.raises(NotVerifiedError, match="missing"):
        kept.contents(1)


def test_what_a_bucket_locks_stays(s3: str) -> None:
    del s3
    store = open_storage("s3://locked/store")
    store.create("certificate", b"kept")
    try:
        store.remove("certificate")
    except PermissionError:
        assert store.read("certificate") == b"kept"
    else:  # the server put a delete marker before it, as S3 does: the version below is locked
        with pytest.raises(FileNotFoundError):
            store.read("certificate")


def test_a_server_that_refuses_or_is_not_there(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(PermissionError, match="refused"):
        open_storage(s3).read("a")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_RETRIES", "0")
    with pytest.raises(OSError, match=r"s3://deposits/store/a: "):
        open_storage(s3).read("a")


@pytest.mark.parametrize(
    ("address", "why"),
    [("ftp://host/x", "no such kind of store"), ("s3:///x", "names no bucket"), ("s3://b/x?y", "no bucket")],
)
def test_addresses_that_are_none(address: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        open_storage(address)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(InputError, match="needs the library obstore"):
        open_storage("s3://bucket")


def test_a_folder_is_the_owners_and_links_in_it_are_not_followed(tmp_path: Path) -> None:
    store = Folder(tmp_path / "store")
    store.create("a/b", b"x")
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700
    (tmp_path / "outside").write_bytes(b"secret")
    (tmp_path / "store/a/link").symlink_to(tmp_path / "outside")
    with pytest.raises(OSError, match=r"symbolic links"):
        store.read("a/link")
