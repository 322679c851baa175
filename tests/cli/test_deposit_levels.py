"""`assay deposit levels` at a terminal: what it prints, how it ends, what it refuses."""

import subprocess
from pathlib import Path

import pytest

from assay.core.errors import Exit
from tests.cli.test_contract import run
from tests.lab.cage.caged import needs_cage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a.c").write_text("int a;\n")
    return tmp_path


def levels(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    options = ("--dossier", "d", "--as-of", "2026-11-22")
    return run("deposit", "levels", "source", *options, *words, cwd=folder)


def test_levels_and_what_is_missing_in_both_languages(folder: Path) -> None:
    said = levels(folder)
    assert said.returncode == Exit.NOTHING_TO_REPORT
    assert b"complete, with build instructions: missed" in said.stdout
    assert b"missing: build instructions; build recipe; list of third-party parts; documents" in said.stdout
    chinese = levels(folder, "--lang", "zh", "--fail-on", "open")
    assert chinese.returncode == Exit.OPEN
    assert "尚缺：构建说明; 构建方案; 第三方组成清单; 文档" in chinese.stdout.decode()


def test_a_build_needs_to_be_asked_for_and_allowed(folder: Path) -> None:
    asked = levels(folder, "--delivered", "source")
    assert (asked.returncode, b"ask for it with --build" in asked.stderr) == (Exit.USAGE, True)
    refused = levels(folder, "--build")
    assert (refused.returncode, b"tests: [deposit.build]" in refused.stderr) == (Exit.USAGE, True)
    unknown = levels(folder, "--scanner", "other")
    assert (unknown.returncode, b"known: clamscan" in unknown.stderr) == (Exit.USAGE, True)
    assert not (folder / "d/reviews").exists()


@needs_cage
def test_what_was_built_and_what_differs(folder: Path) -> None:
    (folder / "app").write_text("other\n")
    said = levels(folder, "--build", "--once", "--i-own-this", "--delivered", "app", "--", "cp a.c /out/app")
    assert b"built in a clean room: reached" in said.stdout
    assert b"app: differs from byte 0 on; 6 bytes, built with 7" in said.stdout
