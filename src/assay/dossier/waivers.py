"""The waivers of a dossier: one sealed file each in `waivers/`, numbered as they were given, never changed."""

import re

from assay.core.errors import refused
from assay.core.waivers import Waiver
from assay.dossier.durable import write_durably
from assay.dossier.sealed import FORMAT, SealedWaiver, open_sealed, seal
from assay.dossier.store import Dossier
from assay.dossier.writing import locked

WAIVERS = "waivers"
_NAME = re.compile(r"([0-9]{4,9})\.json", re.ASCII)


def waivers(dossier: Dossier) -> list[Waiver]:
    """Every waiver, oldest first. Raises NotVerifiedError at one that is not as it was written."""
    return [
        open_sealed(SealedWaiver, dossier.path / WAIVERS / f"{number:04}.json", f"{WAIVERS}/{number:04}.json").waiver
        for number in _numbers(dossier)
    ]


def add_waiver(dossier: Dossier, waiver: Waiver) -> int:
    """Keep a waiver; returns its number. Raises InputError when the disk refuses, UsageError while somebody writes."""
    with locked(dossier):
        number = max(_numbers(dossier), default=0) + 1
        folder = dossier.path / WAIVERS
        try:
            folder.mkdir(exist_ok=True)
            write_durably(folder / f"{number:04}.json", seal(SealedWaiver(FORMAT, "", number, waiver)))
        except OSError as error:
            raise refused(folder, error) from error
    return number


def _numbers(dossier: Dossier) -> list[int]:
    folder = dossier.path / WAIVERS
    try:
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    except OSError as error:
        raise refused(folder, error) from error
    return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name)))
