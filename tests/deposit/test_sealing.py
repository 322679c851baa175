"""Sealing a folder: what is in a version, what is stored once, what its size tells, and what is refused."""

import hashlib
import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import InputError, NothingToExamineError, NotVerifiedError
from assay.deposit import container, manifest, packs, sealing
from assay.deposit.deposits import Deposit, FileKey, deposits_in, read_with
from assay.deposit.keys import keep
from assay.deposit.keys import kept as kept_key
from assay.deposit.packs import PACK, PIECE, padded
from assay.deposit.storage import Folder
from assay.deposit.suites import AES, SM
from assay.ledger import merkle
from assay.sm import sm3
from tests.deposit.made import ID, ROOT, VENDOR, made, tree, written
from tests.ledger.made import key as a_key

SUITES = pytest.mark.parametrize("suite", ["aes", "sm"])


@SUITES
def test_a_version_holds_every_file_with_its_digests(tmp_path: Path, suite: str) -> None:
    kept = made(tmp_path / "store", suite)
    sealed = kept.seal(written(tmp_path / "source", tree(1)), "1.0")
    assert (sealed.version.number, sealed.version.label, sealed.version.files) == (1, "1.0", len(tree(1)))
    rows = kept.unlocked().manifest(sealed.version).rows
    assert [row.path for row in rows] == sorted(tree(1))
    for row in rows:
        content = tree(1)[row.path]
        assert row.size == len(content)
        assert row.sha256 == hashlib.sha256(content).hexdigest()
        assert row.sm3 == sm3.digest(content).hex()
    assert kept.contents() == tree(1)
    assert sealed.version.signed_by == VENDOR.keys


def test_without_sm3_there_is_none(tmp_path: Path) -> None:
    kept = made(tmp_path / "store")
    source = written(tmp_path / "source", tree(1))
    sealed = sealing.seal(kept.storage, kept.header, kept.naming, source, label="", at=1, party=VENDOR, with_sm3=False)
    assert sealed.version.sm3 == ""
    assert {row.sm3 for row in kept.unlocked().manifest(sealed.version).rows} == {""}
    assert kept.contents() == tree(1)


@SUITES
def test_versions_share_what_is_equal(tmp_path: Path, suite: str) -> None:
    kept = made(tmp_path / "store", suite)
    first = kept.seal(written(tmp_path / "1", tree(1)), "1")
    second = kept.seal(written(tmp_path / "2", tree(2)), "2")
    again = kept.seal(tmp_path / "2", "2 again")
    assert first.added > 1_300_000
    assert second.added < 80_000
    assert again.added == 0
    assert set(first.version.packs) < set(second.version.packs)
    assert [kept.contents(number) for number in (1, 2, 3)] == [tree(1), tree(2), tree(2)]
    assert [version.prior for version in kept.deposit().versions] == ["", first.version.digest, second.version.digest]


def test_equal_files_are_stored_once(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(90_000)
    kept = made(tmp_path / "store")
    sealed = kept.seal(written(tmp_path / "source", {f"{number}/same": content for number in range(20)}))
    assert sealed.added < 100_000
    assert set(kept.contents().values()) == {content}


def test_the_store_shows_no_name_no_content_and_no_exact_size(tmp_path: Path) -> None:
    kept = made(tmp_path / "store")
    kept.seal(written(tmp_path / "source", tree(1)), "1")
    everything = b"".join(path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file())
    for path, content in tree(1).items():
        assert path.encode() not in everything
        assert hashlib.sha256(content).hexdigest().encode() not in everything
        assert len(content) < 20 or content[:20] not in everything
    (pack, size) = kept.deposit().version().packs[0]
    assert size == padded(size) == (tmp_path / "store" / ID / "packs" / pack).stat().st_size
    for object_ in (tmp_path / "store" / ID / "objects").iterdir():
        framed = container.message_size(object_.stat().st_size, "it")
        assert framed == padded(framed)


def test_full_packs_are_all_of_one_size(tmp_path: Path) -> None:
    kept = made(tmp_path / "store")
    rng = random.Random(2)
    kept.seal(written(tmp_path / "source", {f"{number}": rng.randbytes(900_000) for number in range(38)}))
    sizes = [size for _, size in kept.deposit().version().packs]
    assert sorted(sizes)[1:] == [PACK, PACK]


@given(st.integers(0, 1 << 40))
def test_size_classes(size: int) -> None:
    """Never less, at most an eighth more, and a class is its own."""
    assert size <= padded(size) <= size + size // 8 + 1
    assert padded(padded(size)) == padded(size)


def test_pieces_of_large_files(tmp_path: Path) -> None:
    files = {str(size): random.Random(size).randbytes(size) for size in (PIECE - 1, PIECE, PIECE + 1, 2 * PIECE)}
    kept = made(tmp_path / "store")
    sealed = kept.seal(written(tmp_path / "source", files))
    unsealed = kept.unlocked()
    rows = {row.path: row for row in unsealed.manifest(sealed.version).rows}
    cut = {path: len(unsealed.pieces(sealed.version, row)) for path, row in rows.items()}
    assert cut == {str(PIECE - 1): 1, str(PIECE): 1, str(PIECE + 1): 2, str(2 * PIECE): 2}
    assert kept.contents() == files


def test_names_links_and_modes(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a/plain": b"1", "a/run": b"2", "back\\slash": b"3"})
    (source / "a/run").chmod(0o755)
    (source / "link").symlink_to("a/plain")
    (Path(os.fsdecode(os.fsencode(source) + b"/wei\xdf"))).write_bytes(b"4")
    os.mkfifo(source / "pipe")
    kept = made(tmp_path / "store")
    sealed = kept.seal(source)
    rows = {row.path: row for row in kept.unlocked().manifest(sealed.version).rows}
    assert sealed.left_out == ["pipe"]
    assert {path: (row.executable, row.link) for path, row in rows.items()} == {
        "a/plain": (False, ""),
        "a/run": (True, ""),
        r"back\x5cslash": (False, ""),
        "link": (False, "a/plain"),
        r"wei\xdf": (False, ""),
    }


def test_what_cannot_be_sealed_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = made(tmp_path / "store")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToExamineError, match="holds no file to seal"):
        kept.seal(tmp_path / "empty")
    with pytest.raises(InputError, match=r"not sealed: .*nowhere: No such file"):
        kept.seal(tmp_path / "nowhere")
    source = written(tmp_path / "source", tree(1))
    read = os.read

    def grows(descriptor: int, size: int) -> bytes:
        with (source / "large.bin").open("ab") as file:
            file.write(b"more" * 100_000)
        return read(descriptor, size)

    monkeypatch.setattr(os, "read", grows)
    with pytest.raises(InputError, match=r"large\.bin changed while it was sealed"):
        kept.seal(source)
    monkeypatch.undo()
    assert kept.deposit().versions == ()
    left = f"{ID}/packs/{'0' * 64}"
    kept.storage.create(left, b"of a sealer that was killed")
    kept.seal(source)
    assert kept.deposit().unnamed() == [left]
    assert list(kept.deposit().check()) == []
    assert len(kept.contents()) == len(tree(1))


def test_a_store_inside_of_the_folder_is_no_part_of_it(tmp_path: Path) -> None:
    source = written(tmp_path / "source", tree(1) | {"shares/v1": b"a share"})
    kept = made(source / "deposits")
    for number in (1, 2):
        sealed = sealing.seal(
            kept.storage, kept.header, kept.naming, source, label="", at=1, party=VENDOR, leave_out=[source / "shares"]
        )
        assert sealed.left_out == ["deposits", "shares"]
        assert kept.contents(number) == tree(1)


def test_a_version_does_not_rest_on_a_pack_that_is_gone(tmp_path: Path) -> None:
    kept = made(tmp_path / "store")
    kept.seal(written(tmp_path / "source", tree(1)))
    (pack, _) = kept.deposit().version().packs[0]
    path = tmp_path / "store" / ID / "packs" / pack
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(NotVerifiedError, match=f"pack {pack[:16]}.* bytes and not"):
        kept.seal(tmp_path / "source")
    path.unlink()
    with pytest.raises(NotVerifiedError, match=f"pack {pack[:16]}.*missing"):
        kept.seal(tmp_path / "source")
    assert len(kept.deposit().versions) == 1


def test_what_is_written_is_read_back_before_it_counts(tmp_path: Path) -> None:
    """A disk that stores another byte than it was given."""

    class Lying(Folder):
        def create(self, name: str, content: bytes) -> None:
            changed = bytearray(content)
            changed[len(changed) // 2] ^= "packs" in name
            super().create(name, bytes(changed))

    kept = made(Lying(tmp_path / "store"))
    with pytest.raises(NotVerifiedError, match=r"pack .* its bytes are not those that were written"):
        kept.seal(written(tmp_path / "source", tree(1)))
    assert kept.deposit().versions == ()


@SUITES
def test_one_file_by_its_own_key(tmp_path: Path, suite: str) -> None:
    kept = made(tmp_path / "store", suite)
    kept.seal(written(tmp_path / "source", tree(1)))
    unsealed, version = kept.unlocked(), kept.deposit().version()
    for path in ("large.bin", "src/03.c", "nothing"):
        given_ = unsealed.file_key(version, unsealed.manifest(version).row(path)).encode()
        assert ROOT not in given_
        assert read_with(kept.storage, FileKey.decode(given_)) == tree(1)[path]
    for content in (b"", b"\x80", given_[:-1], given_ + b"x"):
        with pytest.raises(NotVerifiedError, match="the key of a file"):
            FileKey.decode(content)


def test_keys_that_were_given_up_open_nothing(tmp_path: Path) -> None:
    kept = made(tmp_path / "store")
    kept.seal(written(tmp_path / "source", tree(1)))
    unsealed, version = kept.unlocked(), kept.deposit().version()
    row = unsealed.manifest(version).rows[0]
    unsealed.forget()
    with pytest.raises(InputError, match="were given up"):
        unsealed.read(version, row)


def test_a_row_is_shown_without_the_others(tmp_path: Path) -> None:
    kept = made(tmp_path / "store")
    version = kept.seal(written(tmp_path / "source", tree(1))).version
    listed = kept.unlocked().manifest(version)
    for position, row in enumerate(listed.rows):
        proof = listed.prove(position)
        assert manifest.check_row(row.canonical(), position, proof, version) == row
        with pytest.raises(NotVerifiedError, match=r"does not lead to the signed root|cannot be the proof"):
            manifest.check_row(row.canonical(), (position + 1) % len(listed.rows), proof, version)
    other = listed.rows[0].canonical().replace(b'"size":', b'"size": ')
    with pytest.raises(NotVerifiedError):
        manifest.check_row(other, 0, listed.prove(0), version)
    assert manifest.read_manifest(listed.write(), version) == listed
    assert version.root == merkle.fold([merkle.leaf_hash(row.canonical()) for row in listed.rows])


@pytest.mark.parametrize(
    "line",
    [
        b'{"path":"../a","salt":"%s","sha256":"%s","size":1}',
        b'{"path":"/a","salt":"%s","sha256":"%s","size":1}',
        b'{"path":"a","salt":"%s","sha256":"%s","size":-1}',
        b'{"path":"a","salt":"%s","sha256":"%s","size":1,"more":1}',
        b'{"salt":"%s","path":"a","sha256":"%s","size":1}',
        b'{"path":"a\\u0000","salt":"%s","sha256":"%s","size":1}',
        b'{"path":"a","salt":"%s","sha256":"x%s","size":1}',
    ],
)
def test_rows_of_another_form(line: bytes) -> None:
    """Whoever signs such a row is refused too: a path that leaves, a second spelling, a field that nobody knows."""
    row = line % (b"0" * 32, b"0" * 64)
    version = _signed(row)
    with pytest.raises(NotVerifiedError):
        manifest.check_row(row, 0, [], version)
    with pytest.raises(NotVerifiedError):
        manifest.read_manifest(row + b"\n", version)


def _signed(row: bytes) -> manifest.Version:
    digest = hashlib.sha256(row + b"\n").hexdigest()
    return manifest.Version(ID, 1, "", 0, 1, digest, "", merkle.leaf_hash(row), b"", "", "", ())


@given(st.binary(max_size=200))
def test_any_bytes_are_no_manifest_and_no_statement(content: bytes) -> None:
    version = _signed(content.replace(b"\n", b""))
    with pytest.raises(NotVerifiedError):
        manifest.read_manifest(content.replace(b"\n", b"") + b"\n", version)
    with pytest.raises(NotVerifiedError):
        manifest.read_version(content, ID, 1, VENDOR.keys)
    with pytest.raises(NotVerifiedError):
        manifest.read_header(content, ID)


def test_a_header_of_somebody_else(tmp_path: Path) -> None:
    kept = made(tmp_path / "store")
    assert Deposit.open(kept.storage, ID).signed_by == VENDOR.keys
    with pytest.raises(NotVerifiedError, match="no known key"):
        Deposit.open(kept.storage, ID, [a_key("other", "vendor.example")])
    assert deposits_in(kept.storage) == [ID]
    for id_ in ("0" * 16, "../../etc", "x"):
        with pytest.raises(InputError, match="holds no deposit"):
            Deposit.open(kept.storage, id_)
    with pytest.raises(InputError, match=r"holds .* already"):
        made(kept.storage)


def test_the_naming_key_is_kept_and_names_only(tmp_path: Path) -> None:
    kept = made(tmp_path / "store")
    kept.seal(written(tmp_path / "source", tree(1)))
    path = keep(tmp_path / "own", kept.naming)
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept_key(tmp_path / "own", ID, AES) == kept.naming
    with pytest.raises(InputError, match="File exists"):
        keep(tmp_path / "own", kept.naming)
    index = packs.read_index(kept.storage, kept.naming, kept.deposit().version().index)
    pack, place = index.packs[0][0], index.pieces[0]
    sealed = kept.storage.read(packs.pack_path(ID, pack), place.at, place.sealed)
    for own in (kept.naming.key, kept.naming.index_key(), kept.naming.name(place.name)):
        with pytest.raises(container.SealError):
            container.unseal(AES, own, b"assay deposit " + ID.encode() + b" piece", sealed, "it")
    path.write_bytes(b"no key")
    with pytest.raises(InputError, match="is no naming key"):
        kept_key(tmp_path / "own", ID, SM)
