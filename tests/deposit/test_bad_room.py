"""Bad days of a reading room: killed at any moment of opening and reading, and a disk that is full."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.deposit.room import Room
from tests.deposit.parties import SECRET, scene
from tests.deposit.test_story import admitted

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_killed_at_any_moment(tmp_path: Path) -> None:
    """20 kills; 250 with ASSAY_SOAK. What was shown stands in the log."""
    count = 250 if os.environ.get("ASSAY_SOAK") else 20
    command = [sys.executable, "-m", "tests.deposit.killed_reader", str(tmp_path), "seed", str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    killed, pages = map(int, done.stdout.split())
    assert killed == count
    assert pages > 0


def test_a_full_disk_shows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = scene(tmp_path)
    with made.host() as host:
        name = made.ordered(host)
        host.open(name, made.released(host, name), SECRET)
        room = Room(host, SECRET)
        session = admitted(room)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("assay.deposit.opening.write_durably", full)
        with pytest.raises(AssayError, match="No space left"):
            room.view(session, "src/pay.c", 1, 3)
        monkeypatch.undo()
        assert not list(host.acts.entered("view"))
        assert room.view(session, "src/pay.c", 1, 3).number == host.acts.size - 1
