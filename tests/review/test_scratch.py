"""What is unpacked for a review does not outlive it, however the review ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay.review.scratch import scratch_in

KILLED = """
import os, signal, sys
from pathlib import Path
from assay.review.scratch import scratch_in
with scratch_in(Path(sys.argv[1]), "x-") as folder:
    (folder / "unpacked").write_text("source")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(place: Path) -> Path:
    subprocess.run([sys.executable, "-c", KILLED, str(place)], check=False)
    (left,) = place.iterdir()
    assert (left / "unpacked").exists()
    return left


def test_what_a_killed_review_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left = killed(tmp_path)
    with scratch_in(tmp_path, "x-") as mine:
        assert not left.exists()
        assert mine.stat().st_mode & 0o777 == 0o700
        with scratch_in(tmp_path, "x-") as other:
            assert mine.exists()
        assert not other.exists()
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_another_user_and_nothing_behind_a_link_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = killed(tmp_path)
    (tmp_path / "x-link").symlink_to(tmp_path.parent)
    with monkeypatch.context() as other:
        other.setattr(os, "geteuid", lambda: left.stat().st_uid + 1)
        with scratch_in(tmp_path, "x-"):
            assert (left / "unpacked").exists()
    with scratch_in(tmp_path, "x-"):
        assert not left.exists()
        assert tmp_path.parent.exists()


def test_a_review_that_is_told_to_end_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "product").mkdir()
    (tmp_path / "product" / "a.py").write_text("import hashlib\nhashlib.md5(b'')\n")
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, "-W", "error", "-m", "assay.cli", "review", "product"]
    told = subprocess.Popen(
        command, cwd=tmp_path, env={**os.environ, "TMPDIR": str(tmp_path / "tmp")}, stderr=subprocess.PIPE
    )
    for _ in range(500):
        if list((tmp_path / "tmp").glob("assay-review-*")):
            break
        time.sleep(0.02)
    told.send_signal(signal.SIGTERM)
    _, said = told.communicate(timeout=60)
    assert told.returncode == 130
    assert b"stopped" in said
    assert list((tmp_path / "tmp").glob("assay-*")) == []
