"""A sealer whose disk fails: run by test_bad_days.py with the library of `tests.faults` preloaded.

Usage: faulty_sealer.py FOLDER STEP. For each kind of fault and each STEP-th write-type call of sealing a second version
and entering it: a copy of a deposit, the fault at that call, then a look at what is there. Prints how many struck.
"""

import shutil
import sys
from pathlib import Path

from assay.core.errors import AssayError
from assay.deposit.acts import record
from assay.deposit.storage import Folder
from tests.deposit.made import AT, VENDOR, Made, made, tree, written
from tests.faults import UnderFault, strikes


def main() -> None:
    root, step = Path(sys.argv[1]), int(sys.argv[2])
    small = {number: {path: body[:5000] for path, body in tree(number).items()} for number in (1, 2)}
    sources = {number: written(root / f"source{number}", small[number]) for number in small}
    kept = made(root / "base")
    kept.seal(sources[1], "1")
    folder = root / "trial"

    def trial(under_fault: UnderFault) -> bool:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(root / "base", folder)
        copy = Made(Folder(folder), kept.header, kept.naming)

        def work() -> int:
            """How many versions were acknowledged."""
            try:
                version = copy.seal(sources[2], "2").version
                digests = {"statement": f"sha256:{version.digest}"}
                record(folder / copy.header.id / "ledger.sqlite", "seal", copy.header.id, AT, digests, {}, VENDOR)
            except AssayError:  # refused by name; anything else ends this program
                return 1
            return 2

        struck, acknowledged = under_fault(work)
        look(copy, acknowledged)
        return struck

    def look(copy: Made, acknowledged: int) -> None:
        deposit = copy.deposit()
        assert len(deposit.versions) >= acknowledged, f"lost: {len(deposit.versions)} of {acknowledged}"
        assert list(deposit.check()) == []
        for version in deposit.versions:
            assert copy.contents(version.number) == small[version.number]
        again = copy.seal(sources[2], "2").version
        assert copy.contents(again.number) == small[2]

    print(strikes(trial, step))


if __name__ == "__main__":
    main()
