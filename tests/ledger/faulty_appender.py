"""An appender whose disk fails: run by test_bad_days.py with the library of `tests.faults` preloaded.

Usage: faulty_appender.py FOLDER STEP. For each kind of fault and each STEP-th write-type call of opening, appending,
signing and exporting: a copy of a log, the fault at that call, then a look at what is there. Prints how many struck.
"""

import shutil
import sys
from pathlib import Path

from assay.core.errors import InputError, UsageError
from assay.ledger.export import export
from assay.ledger.log import Log
from assay.ledger.sqlite import SqliteStore
from assay.ledger.witness import Seen
from tests.faults import UnderFault, strikes
from tests.ledger.made import entries, key, made, signer


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


def main() -> None:
    root, step = Path(sys.argv[1]), int(sys.argv[2])
    with made(root / "ledger.sqlite", [5, 300]):
        pass
    base, folder = root / "base", root / "trial"
    base.mkdir()
    (root / "ledger.sqlite").rename(base / "ledger.sqlite")

    def trial(under_fault: UnderFault) -> bool:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, folder)
        struck, acknowledged = under_fault(lambda: work(folder))
        look(folder, acknowledged)
        return struck

    print(strikes(trial, step))


if __name__ == "__main__":
    main()
