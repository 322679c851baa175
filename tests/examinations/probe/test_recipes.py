"""What is delivered is recognised by names and first bytes, whatever the rest of it is."""

import io
import json
import os
import platform
import struct
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError
from assay.examinations.probe.recipes import Recipe
from assay.examinations.probe.recipes import recipe_for as recipe_of
from assay.intake import IntakeLimits, take_in


def recipe_for(path: Path, command: tuple[str, ...] = ()) -> Recipe:
    """As a run asks: with the files that intake found."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            files = take_in(path, manifest=None, scratch=Path(scratch), limits=IntakeLimits()).artifact.files
        except AssayError:
            files = ()
        return recipe_of(path, files, command)


def tarred(path: Path, *names: str) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
    return path


def wheel(path: Path, points: str | None = None, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in (*names, "app/__init__.py"):
            archive.writestr(name, "")
        if points is not None:
            archive.writestr("app-1.dist-info/entry_points.txt", points)
    return path


def elf(path: Path, machine: int, order: str = "<") -> Path:
    head = b"\x7fELF\x02" + (b"\x01" if order == "<" else b"\x02") + bytes(10)
    path.write_bytes(head + struct.pack(f"{order}HH", 2, machine) + bytes(100))
    return path


def test_a_wheel_starts_its_first_script_or_is_imported(tmp_path: Path) -> None:
    script = recipe_for(wheel(tmp_path / "a-1-py3-none-any.whl", "[console_scripts]\napp = app.main:run\n"))
    assert (script.name, script.start[0]) == ("wheel", "/usr/bin/python3")
    assert "from app.main import run" in script.start[-1]
    assert recipe_for(wheel(tmp_path / "b-1-py3-none-any.whl")).start[-1] == "import app"
    hostile = "[console_scripts]\napp = os;__import__('x'):run\n"
    assert recipe_for(wheel(tmp_path / "c-1-py3-none-any.whl", hostile)).start[-1] == "import app"
    (tmp_path / "d-1-py3-none-any.whl").write_bytes(b"PK\x03\x04 broken")
    assert recipe_for(tmp_path / "d-1-py3-none-any.whl").start == ()


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (("package/package.json", "package/index.js"), "npm package"),
        (("app-1.0/PKG-INFO", "app-1.0/setup.py"), "sdist"),
        (("./etc/passwd", "./bin/sh", "./usr/lib/x"), "container root"),
        (("app/run", "app/etc/app.conf"), "archive"),
    ],
)
def test_archives(tmp_path: Path, names: tuple[str, ...], wanted: str) -> None:
    assert recipe_for(tarred(tmp_path / "x.tgz", *names)).name == wanted


def test_folders(tmp_path: Path) -> None:
    for name, files in {
        "npm package": ["package.json"],
        "wheels": ["b.whl", "a.whl"],
        "source tree (Python)": ["setup.py"],
        "container root": ["etc/", "bin/", "lib/"],
        "tree": ["run.sh"],
    }.items():
        folder = tmp_path / name.replace(" ", "-")
        folder.mkdir()
        for file in files:
            (folder / file).mkdir() if file.endswith("/") else (folder / file).write_text(json.dumps({}))
        assert recipe_for(folder).name == name


def test_programs_by_machine(tmp_path: Path) -> None:
    here = {"x86_64": 62, "aarch64": 183}[platform.machine()]
    assert recipe_for(elf(tmp_path / "a", here)).start == ("/product/a",)
    assert recipe_for(elf(tmp_path / "b", 40)).start[0] == "/usr/bin/qemu-arm"
    assert recipe_for(elf(tmp_path / "c", 8)).start[0] == "/usr/bin/qemu-mipsel"
    assert recipe_for(elf(tmp_path / "d", 8, ">")).start[0] == "/usr/bin/qemu-mips"
    foreign = recipe_for(elf(tmp_path / "e", 22, ">"))
    assert (foreign.needs, foreign.package) == ("/usr/bin/qemu-s390x", "qemu-user")


def test_an_emulated_program_says_that_it_is(tmp_path: Path) -> None:
    assert recipe_for(elf(tmp_path / "b", 40)).emulated
    assert not recipe_for(elf(tmp_path / "a", {"x86_64": 62, "aarch64": 183}[platform.machine()])).emulated


def test_several_packages_are_laid_out_together(tmp_path: Path) -> None:
    folder = tmp_path / "debs"
    folder.mkdir()
    for name in ("b.deb", "a.deb"):
        (folder / name).write_bytes(b"!<arch>\ndebian-binary   ")
    recipe = recipe_for(folder)
    assert [argv[2] for argv in recipe.stage if argv[:2] == ("dpkg-deb", "-x")] == ["/in/debs/a.deb", "/in/debs/b.deb"]
    assert len(recipe.install) == 2


def test_the_rest(tmp_path: Path) -> None:
    (tmp_path / "x.deb").write_bytes(b"!<arch>\ndebian-binary   ")
    (tmp_path / "x.jar").write_bytes(b"PK\x03\x04")
    (tmp_path / "x.sh").write_bytes(b"#!/bin/sh\n")
    (tmp_path / "x.txt").write_bytes(b"words")
    names = [recipe_for(tmp_path / name).name for name in ("x.deb", "x.jar", "x.sh", "x.txt")]
    assert names == ["deb", "jar", "script", "file"]
    assert recipe_for(tmp_path / "x.txt").start == ()
    assert recipe_for(tmp_path / "x.txt", ("/bin/cat", "x.txt")).start == ("/bin/cat", "x.txt")


@given(st.binary(max_size=300), st.sampled_from(["x.whl", "x.tgz", "x.jar", "x.deb", "x", "x.zip"]))
def test_no_file_raises(content: bytes, name: str) -> None:
    path = Path(f"/dev/shm/assay-{os.getpid()}-{name}")
    for start in (b"", b"\x7fELF", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00", b"PK\x03\x04"):
        path.write_bytes(start + content)
        try:
            assert recipe_for(path).name
        finally:
            path.unlink()
