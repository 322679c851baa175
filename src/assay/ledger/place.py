"""Where a log is, as people name it: a dossier, a `ledger.sqlite`, or the URL of a PostgreSQL database."""

import secrets
from pathlib import Path

from assay.core.errors import refused
from assay.dossier.store import LEDGER
from assay.ledger.log import Log
from assay.ledger.party import NOBODY, Party
from assay.ledger.sqlite import NAME, SqliteStore
from assay.ledger.store import Store, no_log

_SCHEMES = ("postgresql://", "postgres://")


def open_store(place: str, *, writable: bool) -> Store:
    """The store of a log. Raises InputError when there is none, or it may not be read; see `store.Store`."""
    if place.startswith(_SCHEMES):
        from assay.ledger.postgres import PostgresStore  # noqa: PLC0415  (an extra)

        return PostgresStore(place)
    try:
        path = file_of(Path(place))
        there = path.is_file()
    except OSError as error:
        raise refused(place, error) from error
    if not there:
        raise no_log(place)
    return SqliteStore(path, writable=writable)


def new_store(place: str) -> Store:
    """The store for a log that is to be begun; see `log.Log.create`."""
    if place.startswith(_SCHEMES):
        return open_store(place, writable=True)
    return SqliteStore(file_of(Path(place)))


def begin_log(folder: Path, party: Party) -> Log:
    """A new log in `folder/ledger`, under this party's name and an opaque id."""
    try:
        (folder / LEDGER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(folder / LEDGER, error) from error
    origin = f"{party.name}/{secrets.token_hex(8)}"
    return Log.create(SqliteStore(folder / LEDGER / NAME), origin, party.signers, party.memory)


def open_log(folder: Path, party: Party) -> Log:
    """The log in `folder/ledger`, begun when there is none, signed when the block ends.

    Nobody does not sign a log that somebody signs: what is entered waits for that key, and is its writer's word until
    then. Raises NotVerifiedError when it is damaged, forked, rolled back, or another party's.
    """
    path = folder / LEDGER / NAME
    if not path.exists():
        return begin_log(folder, party)
    signers = party.signers if party.known or of_nobody(path) else ()
    return Log(SqliteStore(path), signers, party.memory)


def of_nobody(path: Path) -> bool:
    """Whether a log was begun by nobody known."""
    store = SqliteStore(path, writable=False)
    try:
        return store.origin().startswith(f"{NOBODY}/")
    finally:
        store.close()


def file_of(path: Path) -> Path:
    """The file of a log: itself, or that of a dossier."""
    if not path.is_dir():
        return path
    inside = path / LEDGER / NAME
    return inside if inside.is_file() else path / NAME
