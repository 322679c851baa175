"""An appender whose disk fails: run by test_bad_days.py with `faults.c` preloaded.

Usage: faulty_appender.py FOLDER STEP. For each kind of fault and each STEP-th write-type call of opening, appending,
signing and exporting: a copy of a log, the fault at that call, then a look at what is there. Prints how many struck.
"""

import ctypes
import errno
import shutil
import sys
from pathlib import Path

from assay.core.errors import InputError, UsageError
from assay.ledger.export import export
from assay.ledger.log import Log
from assay.ledger.sqlite import SqliteStore
from assay.ledger.witness import Seen
from tests.ledger.made import entries, key, made, signer

KINDS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EINTR": errno.EINTR, "short": 0}
faults = ctypes.CDLL(None)


def work(folder: Path) -> int:
    """Everything that writes; returns how many entries were acknowledged."""
    acknowledged = 300
    try:
        with Log(SqliteStore(folder / "ledger.sqlite"), [signer()], Seen(folder / "seen")) as log:
            for size in (1, 1, 300):
                log.append(*entries(log.size, log.size + size))
                acknowledged = log.size
            export(log, folder / "out")
    except (InputError, UsageError):  # refused by name; anything else ends this program
        pass
    return acknowledged


def look(folder: Path, acknowledged: int) -> None:
    with Log(SqliteStore(folder / "ledger.sqlite"), [signer()], Seen(folder / "seen")) as log:
        assert log.size >= acknowledged, f"lost: {log.size} of {acknowledged}"
        log.append(*entries(log.size, 700))
        log.checkpoint()
        assert [item for _, item in log.entries()] == entries(0, 700)
        export(log, folder / "out")
    with Log(SqliteStore(folder / "ledger.sqlite", writable=False), trusted=[key()]) as log:
        assert log.verify().signed == 700


def trial(base: Path, folder: Path, number: int, code: int, *, stay: bool) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder)
    faults.fault_arm(number, code, int(stay))
    try:
        acknowledged = work(folder)
    finally:
        struck = bool(faults.fault_struck())
        faults.fault_arm(0, 0, 0)
    look(folder, acknowledged)
    return struck


def main() -> None:
    root, step = Path(sys.argv[1]), int(sys.argv[2])
    with made(root / "ledger.sqlite", [5, 300]):
        pass
    base = root / "base"
    base.mkdir()
    (root / "ledger.sqlite").rename(base / "ledger.sqlite")
    total = 0
    for name, code in KINDS.items():
        for stay in (False, True) if code == errno.ENOSPC else (False,):
            number = 1
            while trial(base, root / "trial", number, code, stay=stay):
                total += 1
                number += step
            print(f"{name}{' from then on' if stay else ''}: {number - 1} calls", file=sys.stderr)
    print(total)


if __name__ == "__main__":
    main()
