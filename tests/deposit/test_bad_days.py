"""Bad days of sealing and reading: kills, failing and full disks, damage of every kind, wrong keys, two at once.

What these tests cannot show: a power cut, and a disk that says it wrote and did not.
"""

import os
import random
import resource
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assay.core.errors import AssayError, Exit, InputError, NotVerifiedError
from assay.deposit import packs
from assay.deposit.storage import Folder
from tests.deposit.made import ID, ROOT, Made, made, tree, written
from tests.faults import built, run

SOAK = bool(os.environ.get("ASSAY_SOAK"))


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """40 kills; 500 with ASSAY_SOAK, of which each 50 share a deposit."""
    for round_, count in enumerate([50] * 10 if SOAK else [40]):
        folder = tmp_path / str(round_)
        folder.mkdir()
        killed, versions = run("tests.deposit.killed_sealer", str(folder), f"seed {round_}", str(count))
        assert int(killed) == count
        assert int(versions) > count // 4
        shutil.rmtree(folder)


def test_a_fault_at_write_calls(tmp_path: Path) -> None:
    """EIO, ENOSPC, EINTR, short writes: at every fifth write-type call of a seal, at every one with ASSAY_SOAK."""
    (struck,) = run("tests.deposit.faulty_sealer", str(tmp_path), "1" if SOAK else "5", preload=built(tmp_path))
    assert int(struck) > (400 if SOAK else 80)


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the seal is refused by name, what was sealed stays."""
    kept = made(tmp_path / "store")
    kept.seal(written(tmp_path / "1", tree(1)))
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    large = tree(2) | {"big.bin": random.Random(3).randbytes(2_000_000)}
    source = written(tmp_path / "2", large)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, usual[1]))
    try:
        with pytest.raises(InputError, match=r"not sealed: .*File too large") as caught:
            kept.seal(source)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert caught.value.advice is not None
    assert "nothing was acknowledged" in caught.value.advice.en
    assert kept.contents() == tree(1)
    assert not list((tmp_path / "store").rglob("*.partial"))
    kept.seal(source)
    assert kept.contents() == large


def test_two_who_seal_at_once_both_get_their_version(tmp_path: Path) -> None:
    kept = made(tmp_path / "store")
    sources = {str(number): written(tmp_path / str(number), tree(number)) for number in range(6)}
    together, failures = threading.Barrier(len(sources)), list[AssayError]()

    def work(label: str) -> None:
        together.wait()
        try:
            kept.seal(sources[label], label)
        except AssayError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(label,)) for label in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    deposit = kept.deposit()
    assert sorted(version.label for version in deposit.versions) == sorted(sources)
    assert list(deposit.check()) == []
    for version in deposit.versions:
        assert kept.contents(version.number) == tree(int(version.label))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    """Two versions; the second one needs packs of the first."""
    folder = tmp_path_factory.mktemp("whole")
    kept = made(folder / "store")
    for number in (1, 2):
        kept.seal(written(folder / str(number), tree(number)), str(number))
    return folder / "store", kept


def copied(whole: tuple[Path, Made], folder: Path) -> Made:
    shutil.copytree(whole[0], folder / "store")
    return Made(Folder(folder / "store"), whole[1].header, whole[1].naming)


def flip(path: Path) -> None:
    """One bit of the middle half: of the largest pack that is `large.bin`, and no file of version 1 alone."""
    content, chance = bytearray(path.read_bytes()), random.Random(path.name)
    content[len(content) // 4 + chance.randrange(len(content) // 2)] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def double(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 2)


def empty(path: Path) -> None:
    path.write_bytes(b"")


DAMAGE: list[Callable[[Path], None]] = [flip, cut, double, empty, Path.unlink]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("part", ["packs", "objects"])
def test_damage_is_named_by_who_has_no_key(
    whole: tuple[Path, Made], tmp_path: Path, part: str, damage: Callable[[Path], None]
) -> None:
    kept = copied(whole, tmp_path)
    for path in sorted((tmp_path / "store" / ID / part).iterdir()):
        before = path.read_bytes()
        damage(path)
        (fault,) = kept.deposit().check()
        named = f"pack {path.name[:16]}" if part == "packs" else f"deposit {ID}: the "
        assert named in fault.message.en
        assert ("is missing" if damage is Path.unlink else "its SHA-256 is another") in fault.message.en
        assert fault.exit_code is Exit.NOT_VERIFIED
        path.write_bytes(before)
    assert list(kept.deposit().check()) == []


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_damaged_pack_gives_out_what_is_whole_and_nothing_else(
    whole: tuple[Path, Made], tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    kept = copied(whole, tmp_path)
    unsealed, version = kept.unlocked(), kept.deposit().version(2)
    rows = unsealed.manifest(version).rows
    pack = max((tmp_path / "store" / ID / "packs").iterdir(), key=lambda path: path.stat().st_size)
    damage(pack)
    lost: dict[str, str] = {}
    for row in rows:
        try:
            content = unsealed.read(version, row)
        except NotVerifiedError as error:
            lost[row.path] = error.message.en
        else:
            assert content == tree(2)[row.path]
    assert all(path in said and f"pack {pack.name[:16]}" in said for path, said in lost.items())
    assert lost or damage in (double, cut)


def test_what_a_store_may_hold_in_place_of_an_object(whole: tuple[Path, Made], tmp_path: Path) -> None:
    """A link out of the store, a folder, a statement that is far too large: named, never followed or read."""
    kept = copied(whole, tmp_path)
    folder = tmp_path / "store" / ID
    (tmp_path / "outside").write_bytes(b"x")
    pack = min((folder / "packs").iterdir())
    pack.unlink()
    pack.symlink_to(tmp_path / "outside")
    (fault,) = kept.deposit().check()
    assert f"pack {pack.name[:16]} does not verify: it cannot be read" in fault.message.en
    statement = folder / "versions/000002.json"
    with statement.open("r+b") as file:
        file.truncate(1 << 34)
    with pytest.raises(NotVerifiedError, match=r"version 2 .*more than it may"):
        kept.deposit()
    (folder / "deposit.json").unlink()
    (folder / "deposit.json").mkdir()
    with pytest.raises(NotVerifiedError, match=r"its header .*cannot be read"):
        kept.deposit()


def test_an_index_that_its_vendor_wrote_wrongly(whole: tuple[Path, Made], tmp_path: Path) -> None:
    """Who seals is not believed either: places that are none, packs that were not signed."""
    kept = copied(whole, tmp_path)
    index = packs.read_index(kept.storage, kept.naming, kept.deposit().version(1).index)
    first = index.pieces[0]
    wrong = [
        packs.Index(index.packs, [msgspec.structs.replace(first, pack=len(index.packs))]),
        packs.Index(index.packs, [msgspec.structs.replace(first, pack=-1)]),
        packs.Index(index.packs, [msgspec.structs.replace(first, at=-1)]),
        packs.Index(index.packs, [msgspec.structs.replace(first, name=b"short")]),
        packs.Index([("../../etc/passwd", 1)], []),
    ]
    for each in wrong:
        name = packs.write_index(kept.storage, kept.naming, each)
        with pytest.raises(NotVerifiedError, match="a place in it is none"):
            packs.read_index(kept.storage, kept.naming, name)


def _pieces(kept: Made) -> list[tuple[Path, packs.Place]]:
    """Where the pieces of the first version lie, in order."""
    index = packs.read_index(kept.storage, kept.naming, kept.deposit().version(1).index)
    store = Path(kept.storage.address)
    return [(store / packs.pack_path(ID, index.packs[place.pack][0]), place) for place in index.pieces]


def test_swapped_pieces_are_found(whole: tuple[Path, Made], tmp_path: Path) -> None:
    """Two messages of one length, each whole in itself, change their places in a pack."""
    kept = copied(whole, tmp_path)
    by_size: dict[int, list[tuple[Path, packs.Place]]] = {}
    for path, place in _pieces(kept):
        by_size.setdefault(place.sealed, []).append((path, place))
    (path, one), (_, other) = next(pair for pair in by_size.values() if len(pair) > 1)[:2]
    content = bytearray(path.read_bytes())
    first, second = (content[place.at : place.at + place.sealed] for place in (one, other))
    content[one.at : one.at + one.sealed], content[other.at : other.at + other.sealed] = second, first
    path.write_bytes(content)
    with pytest.raises(NotVerifiedError, match="the key is another"):
        kept.contents(1)


@pytest.mark.parametrize("which", ["swapped", "doubled", "dropped"])
def test_chunks_of_a_large_piece_keep_their_places(whole: tuple[Path, Made], tmp_path: Path, which: str) -> None:
    kept = copied(whole, tmp_path)
    path, place = max(_pieces(kept), key=lambda found: found[1].sealed)
    content, step = path.read_bytes(), 16_384 + 16
    at = place.at + 56
    one, two, three = (content[at + step * number :][:step] for number in range(3))
    chunks = {"swapped": two + one + three, "doubled": one + one + three, "dropped": two + three + three}[which]
    path.write_bytes(content[:at] + chunks + content[at + 3 * step :])
    with pytest.raises(NotVerifiedError, match=r"large\.bin: pack .* chunk [01] was changed or moved"):
        kept.contents(1)


def test_packs_and_objects_that_change_their_names(whole: tuple[Path, Made], tmp_path: Path) -> None:
    kept = copied(whole, tmp_path)
    for part in ("packs", "objects"):
        one, other, *_ = sorted((tmp_path / "store" / ID / part).iterdir())
        content = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(content)
    assert len(list(kept.deposit().check())) == 4
    with pytest.raises(NotVerifiedError):
        kept.contents(1)


def test_documents_are_those_that_were_signed(whole: tuple[Path, Made], tmp_path: Path) -> None:
    kept = copied(whole, tmp_path)
    folder = tmp_path / "store" / ID
    (folder / "terms.json").write_bytes(b"other terms")
    (folder / "custody.json").unlink()
    assert [fault.message.en.partition(" does")[0] for fault in kept.deposit().check()] == [
        f"deposit {ID}: the terms",
        f"deposit {ID}: the list of custodians",
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda folder: (folder / "versions/000001.json").unlink(), "the statement of version 1 .*missing"),
        (lambda folder: flip(folder / "versions/000002.json"), "the statement of version 2|keyid|no DSSE"),
        (lambda folder: (folder / "versions/000001.json").replace(folder / "versions/000002.json"), "version 1"),
        (
            lambda folder: shutil.copyfile(folder / "versions/000001.json", folder / "versions/000002.json"),
            "version 2 .*of another deposit or version",
        ),
        (lambda folder: flip(folder / "deposit.json"), "its header"),
        (lambda folder: (folder / "deposit.json").unlink(), "holds no deposit"),
    ],
    ids=["first missing", "changed", "renamed", "copied", "header", "no header"],
)
def test_statements(whole: tuple[Path, Made], tmp_path: Path, change: Callable[[Path], object], why: str) -> None:
    kept = copied(whole, tmp_path)
    change(tmp_path / "store" / ID)
    with pytest.raises(AssayError, match=why):
        kept.deposit()


def test_a_version_of_another_deposit_does_not_fit(whole: tuple[Path, Made], tmp_path: Path) -> None:
    kept = copied(whole, tmp_path)
    other = made(kept.storage, id_="ffeeddccbbaa9988")
    other.seal(written(tmp_path / "source", tree(1)))
    statement = kept.storage.read(packs.version_path(other.header.id, 1))
    (tmp_path / "store" / ID / "versions/000003.json").write_bytes(statement)
    with pytest.raises(NotVerifiedError, match=r"version 3 .*of another deposit or version"):
        kept.deposit()


def test_another_root_key_opens_nothing(whole: tuple[Path, Made]) -> None:
    deposit = whole[1].deposit()
    for action in (deposit.unlock, deposit.probe):
        with pytest.raises(NotVerifiedError, match="the private key does not verify: the key is another"):
            action(bytes(32))
        with pytest.raises(InputError, match="has 32 bytes, not 31"):
            action(ROOT[:31])
    deposit.probe(ROOT)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(place=st.integers(0, 1 << 30), mask=st.integers(1, 255), which=st.integers(0, 1 << 30))
@example(place=58625238, mask=1, which=1)  # a text in the header that is not UTF-8
def test_any_changed_byte_of_the_store_is_found(
    whole: tuple[Path, Made], tmp_path: Path, place: int, mask: int, which: int
) -> None:
    """Whatever byte of whatever object changes: the check names it, or opening is refused."""
    folder = tmp_path / "store"
    if not folder.exists():
        shutil.copytree(whole[0], folder)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    path = paths[which % len(paths)]
    before = path.read_bytes()
    changed = bytearray(before)
    changed[place % len(changed)] ^= mask
    path.write_bytes(changed)
    kept = Made(Folder(folder), whole[1].header, whole[1].naming)
    try:
        assert list(kept.deposit().check())
    except NotVerifiedError:
        pass
    finally:
        path.write_bytes(before)


def test_text_that_is_not_utf_8_is_refused(whole: tuple[Path, Made], tmp_path: Path) -> None:
    folder = tmp_path / "store"
    shutil.copytree(whole[0], folder)
    path = next(path for path in folder.rglob("*") if path.is_file() and b"vendor.example" in path.read_bytes())
    path.write_bytes(path.read_bytes().replace(b"vendor.example", b"vendor\xa1example"))
    kept = Made(Folder(folder), whole[1].header, whole[1].naming)
    with pytest.raises(NotVerifiedError):
        list(kept.deposit().check())
