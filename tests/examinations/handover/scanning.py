"""A scanner for tests: its signatures are written here, and so is the inert string that they know."""

import hashlib
import os
import random
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from assay.examinations.handover.levels import FEWEST

NAME = "Assay.Inert.UNOFFICIAL"
DAY = date(2026, 11, 22)
needs_scanner = pytest.mark.skipif(shutil.which("clamscan") is None, reason="needs the Debian package: clamav")


def inert() -> bytes:
    """A string that means nothing to anybody but the signatures below; put together here, it stands in no file."""
    return b"-".join([b"ASSAY", hashlib.sha256(b"inert").hexdigest().encode(), b"NOT-A-VIRUS"])


def eicar() -> bytes:
    """The test string of eicar.org, put together while tests run."""
    halves = ("X5O!P%@AP[4" + chr(92) + "PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
    return "".join(halves).encode()


def signatures(folder: Path, *, count: int = FEWEST, old: int = 0) -> Path:
    """A base that knows both strings, and digests of nothing to make it large; `old` in days."""
    folder.mkdir()
    (folder / "own.ndb").write_text(f"Assay.Inert:0:*:{inert().hex()}\nAssay.Eicar:0:*:{eicar().hex()}\n")
    chance = random.Random(1)
    filler = (f"{chance.randbytes(16).hex()}:{1000 + number % 999}:Assay.Filler.{number}\n" for number in range(count))
    (folder / "filler.hdb").write_text("".join(filler))
    at = datetime.combine(DAY - timedelta(days=old), datetime.min.time(), UTC).timestamp()
    for path in folder.iterdir():
        os.utime(path, (at, at))
    return folder
