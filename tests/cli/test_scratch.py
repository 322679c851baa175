"""What a verb unpacks does not outlive it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay.core.errors import Exit
from assay.lab.scratch import PREFIX
from tests.cli.test_contract import run

KILLED = """
import os, signal
from assay.lab import scratch
from assay.cli.main import main
scratch._remove = lambda _: os.kill(os.getpid(), signal.SIGKILL)
main()
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("product", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "product" / "a.py").write_text("import hashlib\nhashlib.md5(b'')\n")
    (tmp_path / "people.csv").write_text("name,phone\n张伟,13800138000\n")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("intake", "product"),
        ("review", "product", "--jobs", "1"),
        ("examine", "product", "--jobs", "2"),
        ("border", "find", "people.csv"),
    ],
)
def test_what_a_killed_verb_left_goes_with_the_next_verb(place: Path, words: tuple[str, ...]) -> None:
    environ = {**os.environ, "TMPDIR": str(place / "tmp")}
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, *words], cwd=place, env=environ, capture_output=True, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert list((place / "tmp").glob(f"{PREFIX}*"))
    assert run("intake", "product", cwd=place, TMPDIR=str(place / "tmp")).returncode == Exit.NOTHING_TO_REPORT
    assert list((place / "tmp").iterdir()) == []


def test_a_review_that_is_told_to_end_leaves_nothing(place: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "assay.cli", "review", "product"]
    told = subprocess.Popen(
        command, cwd=place, env={**os.environ, "TMPDIR": str(place / "tmp")}, stderr=subprocess.PIPE
    )
    for _ in range(500):
        if list((place / "tmp").glob(f"{PREFIX}*")):
            break
        time.sleep(0.02)
    told.send_signal(signal.SIGTERM)
    _, said = told.communicate(timeout=60)
    assert told.returncode == 130
    assert b"stopped" in said
    assert list((place / "tmp").iterdir()) == []


def test_a_temporary_folder_that_cannot_be_written_is_told_with_the_remedy(place: Path) -> None:
    ended = run("intake", "product", cwd=place, TMPDIR=str(place / "nowhere"))
    assert ended.returncode == Exit.NOTHING_TO_REPORT, "another place is found"
    (place / "sitecustomize.py").write_text("import tempfile\ntempfile.tempdir = '/proc/self'\n")
    ended = run("intake", "product", cwd=place, PYTHONPATH=str(place))
    assert ended.returncode == Exit.USAGE
    assert b"TMPDIR" in ended.stderr
