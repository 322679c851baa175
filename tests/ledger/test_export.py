"""The static directory: its names, its growth, and what it refuses; an independent verifier in Go reads it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from assay.core.errors import InputError, NotVerifiedError
from assay.ledger.export import export, exported
from assay.ledger.tiles import read_bundle, tile_path, tiles_of
from tests.ledger.made import entries, entry, key, made

SIZES = (1, 7, 255, 256, 257, 700, 66_000)


def test_its_files_are_those_of_the_specification(tmp_path: Path) -> None:
    log = made(tmp_path / "ledger.sqlite", [700])
    assert exported(tmp_path / "out", log) is None
    signed = export(log, tmp_path / "out")
    found = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    tiles = {tile_path(*tile) for tile in tiles_of(700)}
    bundles = {tile_path("entries", number, width) for level, number, width in tiles_of(700) if level == 0}
    assert found == tiles | bundles | {"checkpoint", "log.vkey"}
    assert (tmp_path / "out" / "checkpoint").read_bytes() == signed.note.render()
    assert read_bundle((tmp_path / "out" / "tile/entries/002.p/188").read_bytes())[187] == entry(699).canonical()
    assert (tmp_path / "out" / "log.vkey").read_text() == f"{key()}\n"


def test_it_grows_and_what_was_written_stays(tmp_path: Path) -> None:
    log = made(tmp_path / "ledger.sqlite")
    before: dict[Path, bytes] = {}
    for size in (0, 1, 255, 256, 257, 600):
        log.append(*entries(log.size, size))
        assert export(log, tmp_path / "out").checkpoint.size == size
        assert export(log, tmp_path / "out").checkpoint.size == size
        after = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
        assert {path: after[path] for path in before if path.name != "checkpoint"} == {
            path: content for path, content in before.items() if path.name != "checkpoint"
        }
        before = after


def test_another_history_is_never_written_over(tmp_path: Path) -> None:
    export(made(tmp_path / "one.sqlite", [10]), tmp_path / "out")
    content = (tmp_path / "out" / "checkpoint").read_bytes()
    other = made(tmp_path / "other.sqlite")
    other.append(*[entry(number, 5) for number in range(20)])
    with pytest.raises(NotVerifiedError, match="is a fork"):
        export(other, tmp_path / "out")
    with pytest.raises(NotVerifiedError, match="has 5 entries, but 10"):
        export(made(tmp_path / "short.sqlite", [5]), tmp_path / "out")
    (tmp_path / "out" / "checkpoint").unlink()
    with pytest.raises(NotVerifiedError, match=r"it is not what this log has there"):
        export(made(tmp_path / "third.sqlite", [10, 300]), _with(tmp_path / "out", "tile/0/000", b"x"))
    assert content


def _with(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder


def test_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises((InputError, NotVerifiedError), match="out"):
        export(made(tmp_path / "ledger.sqlite", [5]), tmp_path / "out")


@pytest.mark.slow
def test_go_reads_it(tmp_path: Path) -> None:
    """golang.org/x/mod/sumdb from Debian packages: checkpoint, every entry, inclusion, consistency, receipts."""
    sources = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb")
    if shutil.which("go") is None or not sources.exists():
        pytest.skip("needs the Debian packages golang-go and golang-golang-x-mod-dev")

    program = tmp_path / "crosscheck"
    environ = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOCACHE": str(tmp_path / "cache"),
        "GOFLAGS": "",
        "HOME": str(tmp_path),
    }
    source = Path(__file__).with_name("crosscheck.go")
    subprocess.run(["go", "build", "-o", program, source], check=True, env=environ, cwd=tmp_path)
    log = made(tmp_path / "ledger.sqlite")
    checkpoints = []
    for size in SIZES:
        log.append(*entries(log.size, size))
        export(log, tmp_path / "out")
        checkpoints.append(tmp_path / f"{size}.checkpoint")
        shutil.copy(tmp_path / "out" / "checkpoint", checkpoints[-1])
    receipts = []
    for position in (0, 1, 255, 256, 699, 65_535, 65_536, 65_999):
        body, receipt = log.prove(position)
        (tmp_path / f"{position}").write_bytes(body)
        receipts.append(tmp_path / f"{position}.tlog-proof")
        receipts[-1].write_bytes(receipt.render())
    check = list(map(str, [program, key(), tmp_path / "out", *checkpoints, *receipts]))
    done = subprocess.run(check, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{SIZES[-1]} entries, {len(SIZES)} checkpoints, {len(receipts)} receipts\n"
    # And it says no: one flipped bit of an entry, of a tile, of a receipt.
    for path in (tmp_path / "out/tile/entries/003", tmp_path / "out/tile/0/003", receipts[3]):
        whole = path.read_bytes()
        path.write_bytes(whole[:70] + bytes([whole[70] ^ 1]) + whole[71:])
        assert subprocess.run(check, check=False, capture_output=True).returncode == 1
        path.write_bytes(whole)
