"""Where a log is, as people name it: a dossier, a `ledger.sqlite`, or the URL of a PostgreSQL database."""

from pathlib import Path

from assay.dossier.store import LEDGER
from assay.ledger.sqlite import NAME, SqliteStore
from assay.ledger.store import Store, no_log

_SCHEMES = ("postgresql://", "postgres://")


def open_store(place: str, *, writable: bool) -> Store:
    """The store of a log. Raises InputError when there is none, or it may not be read; see `store.Store`."""
    if place.startswith(_SCHEMES):
        from assay.ledger.postgres import PostgresStore  # noqa: PLC0415  (an extra)

        return PostgresStore(place)
    path = file_of(Path(place))
    if not path.is_file():
        raise no_log(place)
    return SqliteStore(path, writable=writable)


def new_store(place: str) -> Store:
    """The store for a log that is to be begun; see `log.Log.create`."""
    if place.startswith(_SCHEMES):
        return open_store(place, writable=True)
    return SqliteStore(file_of(Path(place)))


def file_of(path: Path) -> Path:
    """The file of a log: itself, or that of a dossier."""
    if not path.is_dir():
        return path
    inside = path / LEDGER / NAME
    return inside if inside.is_file() else path / NAME
