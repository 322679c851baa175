"""A writer that is killed: run by test_writing.py in a process of its own.

Usage: killed_writer.py DOSSIER LINES PLACES. For each place, a number in PLACES, a copy of DOSSIER gets a second
review from a forked child that sends itself SIGKILL at that many executed lines of this room's code. Prints the copy
and whether the child was killed. PLACES empty: prints how many lines a whole write executes.
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from assay.dossier import store
from tests.dossier.made import add_review

ROOM = str(Path(store.__file__).parent)


def write(path: Path, lines: list[bytes], limit: int) -> int:
    """Add a review; returns the lines executed, unless `limit` of them were."""
    executed = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal executed
        if not frame.f_code.co_filename.startswith(ROOM):
            return None
        if event == "line":
            executed += 1
            if executed == limit:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    add_review(store.Dossier.create_or_open(path), lines)
    sys.settrace(None)
    return executed


def main() -> None:
    source, lines = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes().splitlines()
    if len(sys.argv) == 3:
        print(write(source, lines, 0))
        return
    for place in sys.argv[3].split(","):
        copy = source.with_name(f"{source.stem}-{place}.assay")
        if source.exists():
            shutil.copytree(source, copy)
        child = os.fork()
        if child == 0:
            write(copy, lines, int(place))
            os._exit(0)
        print(copy, int(os.WIFSIGNALED(os.waitpid(child, 0)[1])))


if __name__ == "__main__":
    main()
