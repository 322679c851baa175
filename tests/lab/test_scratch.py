"""Scratch folders do not outlive their use, and nothing but what a killed process of this user left is swept."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import assay
from assay.core.errors import Exit, UsageError
from assay.lab.scratch import PREFIX, scratch_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from assay.lab.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "unpacked").write_text("source")
    os.kill(os.getpid(), signal.SIGKILL)
"""
MANY = """
import sys
from pathlib import Path
from assay.lab.scratch import scratch_folder
for _ in range(150):
    with scratch_folder(Path(sys.argv[1])) as folder:
        (folder / "a").write_text("a")
        assert (folder / "a").read_text() == "a"
"""


def killed(place: Path) -> Path:
    before = set(place.iterdir())
    assert subprocess.run([sys.executable, "-c", KILLED, str(place)], check=False).returncode == -signal.SIGKILL
    (left,) = set(place.iterdir()) - before
    assert (left / "unpacked").exists()
    return left


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left = killed(tmp_path)
    with scratch_folder(tmp_path) as mine:
        assert not left.exists()
        assert mine.stat().st_mode & 0o777 == 0o700
        with scratch_folder(tmp_path) as other:
            assert mine.exists()
        assert not other.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_a_process_that_runs_uses_is_left(tmp_path: Path) -> None:
    waiting = KILLED.replace("os.kill(os.getpid(), signal.SIGKILL)", "print(folder, flush=True); sys.stdin.read()")
    command = [sys.executable, "-c", waiting, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as user:
        assert user.stdout is not None
        theirs = Path(user.stdout.readline().strip())
        with scratch_folder(tmp_path):
            assert (theirs / "unpacked").exists()
        user.communicate("")
    assert list(tmp_path.iterdir()) == []


def test_many_at_once_never_take_each_others(tmp_path: Path) -> None:
    users = [subprocess.Popen([sys.executable, "-c", MANY, str(tmp_path)]) for _ in range(3)]
    assert [user.wait(60) for user in users] == [0, 0, 0]
    assert list(tmp_path.iterdir()) == []


def test_nothing_but_folders_made_here_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = killed(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (tmp_path / f"{PREFIX}aaaaaaaa").symlink_to(elsewhere)
    (tmp_path / f"{PREFIX}bbbbbbbb").touch()
    (tmp_path / f"{PREFIX}of-somebody").mkdir()
    with monkeypatch.context() as other:
        other.setattr(os, "geteuid", lambda: left.stat().st_uid + 1)
        with scratch_folder(tmp_path):
            assert (left / "unpacked").exists(), "another user's"
    with scratch_folder(tmp_path):
        assert not left.exists()
    names = {"elsewhere", *(PREFIX + end for end in ("aaaaaaaa", "bbbbbbbb", "of-somebody"))}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert (elsewhere / "kept").exists()


def test_what_was_copied_without_the_right_to_write_is_removed_and_nothing_behind_its_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o555)
    with scratch_folder(tmp_path) as mine:
        (mine / "tree" / "below").mkdir(parents=True)
        (mine / "tree" / "link").symlink_to(outside)
        (mine / "tree" / "below" / "file").touch()
        (mine / "tree" / "below").chmod(0o555)
        (mine / "tree").chmod(0o555)
    assert not mine.exists()
    assert outside.stat().st_mode & 0o777 == 0o555


def test_a_place_that_cannot_be_written_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(UsageError, match="temporary files: Not a directory") as caught,
        scratch_folder(tmp_path / "file"),
    ):
        pass
    assert caught.value.exit_code == Exit.USAGE
    assert caught.value.advice is not None
    assert "TMPDIR" in caught.value.advice.en


def test_no_other_place_of_assay_makes_temporary_folders() -> None:
    """But below one that is made here (`runs`), and in the script that auditors run without assay (`verify`)."""
    room = Path(assay.__file__).parent
    makers = {
        path.relative_to(room).as_posix()
        for path in room.rglob("*.py")
        if re.search(r"\b(TemporaryDirectory|mkdtemp)\(", path.read_text("utf-8"))
    }
    assert makers == {"lab/scratch.py", "dossier/runs.py", "ledger/verify.py"}
