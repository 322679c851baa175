"""Deposits for the tests of the container: a small tree that changes from version to version, without orders."""

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

from assay.deposit import sealing
from assay.deposit.deposits import Deposit, Unsealed
from assay.deposit.keys import NamingKey
from assay.deposit.manifest import Header
from assay.deposit.sealing import Sealed
from assay.deposit.storage import Folder, Storage
from assay.deposit.suites import SUITES
from assay.ledger.party import Party
from tests.ledger.made import signer

ID = "00112233445566ff"
ROOT = hashlib.sha256(b"root").digest()
AT = 1_790_000_000
VENDOR = Party("vendor.example", (signer("vendor"),))


def tree(number: int) -> dict[str, bytes]:
    """The files of version `number`: most are those of the version before, one is larger than a piece."""
    rng = random.Random(number)
    files = {f"src/{name:02}.c": f"int f{name};\n".encode() * (name + 1) for name in range(12)}
    files["large.bin"] = random.Random(7).randbytes(1_300_000)
    files["nothing"] = b""
    files[f"new/{number}.c"] = rng.randbytes(rng.randrange(1, 60_000))
    files["src/03.c"] = f"int changed{number};\n".encode()
    return files


def written(folder: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@dataclass
class Made:
    storage: Storage
    header: Header
    naming: NamingKey

    def seal(self, folder: Path, label: str = "", at: int = AT) -> Sealed:
        return sealing.seal(self.storage, self.header, self.naming, folder, label=label, at=at, party=VENDOR)

    def deposit(self) -> Deposit:
        return Deposit.open(self.storage, self.header.id, VENDOR.keys)

    def unlocked(self) -> Unsealed:
        return self.deposit().unlock(ROOT)

    def contents(self, number: int | None = None) -> dict[str, bytes]:
        """All files of a version, read and verified."""
        deposit = self.deposit()
        unsealed, version = deposit.unlock(ROOT), deposit.version(number)
        return {row.path: unsealed.read(version, row) for row in unsealed.manifest(version).rows}


def made(storage: Storage | Path, suite: str = "aes", id_: str = ID) -> Made:
    """A deposit without a version."""
    storage = Folder(storage) if isinstance(storage, Path) else storage
    header, naming = sealing.create(
        storage, id_, SUITES[suite], ROOT, VENDOR, terms=b"terms", custody=b"custody", at=AT
    )
    return Made(storage, header, naming)
