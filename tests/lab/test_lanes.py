"""How a worker starts and ends."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import operator, sys
from pathlib import Path
from assay.lab.lanes import Lanes, Task
print("begun")
with Lanes(1, Path(sys.argv[1])) as lanes:
    lanes.run([Task("key", operator.is_not, ())], lambda key, result: print(key, result) or ())
print("ended", lanes.lost)
"""


def test_a_worker_does_not_run_the_program_of_its_caller(tmp_path: Path) -> None:
    """Which has no guard here: run again it would start workers of its own."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    ran = subprocess.run(
        [sys.executable, program, tmp_path / "lanes"], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.splitlines() == ["begun", "key True", "ended 0"]
    assert not ran.stderr
