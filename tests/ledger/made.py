"""Logs, keys and entries for the tests. Keys are made from fixed bytes, so that runs are the same."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.ledger.entries import ACTS, Entry, digest
from assay.ledger.log import Log, Memory
from assay.ledger.signing import COSIGNATURE, Ed25519Signer, NamedKey, named
from assay.ledger.sqlite import SqliteStore
from assay.ledger.store import Store

ORIGIN = "bank.example/reviews/7"
AT = 1_700_000_000
OPENED: list[Store] = []


def sqlite(path: Path, **how: Any) -> SqliteStore:
    """A store that is closed when the test ends."""
    OPENED.append(store := SqliteStore(path, **how))
    return store


def signer(name: str = "bank") -> Ed25519Signer:
    return Ed25519Signer(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()))


def key(name: str = "bank", known_as: str = ORIGIN) -> NamedKey:
    return named(signer(name), known_as)


def witness_key(name: str) -> NamedKey:
    return NamedKey(f"{name}.example/witness", COSIGNATURE, signer(name).public)


def entry(number: int, at: int | None = None) -> Entry:
    return Entry(
        ACTS[number % len(ACTS)], "deadbeef/1", AT + number if at is None else at, {"body": digest(b"%d" % number)}
    )


def entries(start: int, stop: int) -> list[Entry]:
    return [entry(number) for number in range(start, stop)]


def made(path: Path, sizes: Sequence[int] = (), memory: Memory | None = None) -> Log:
    """A log that was signed at each of these sizes."""
    log = Log.create(sqlite(path), ORIGIN, [signer()], memory)
    for size in sizes:
        log.append(*entries(log.size, size))
        log.checkpoint()
    return log
