"""The limits of a worker process that its bench tests cannot see."""

import subprocess
import sys

SPAWNING = """
import os, signal, subprocess, sys, time
from assay.lab.confine import deaf
try:
    with deaf():
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1.5); print('whole')"])
        os.killpg(0, signal.SIGINT)
        print("begun", flush=True)
except KeyboardInterrupt:
    print("stopped", flush=True)
sys.exit(child.wait())
"""


def test_a_process_that_is_started_deaf_ends_when_it_is_ended_and_not_by_ctrl_c() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SPAWNING],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
    )
    assert (done.returncode, done.stdout.split()) == (0, ["begun", "stopped", "whole"]), done.stderr
