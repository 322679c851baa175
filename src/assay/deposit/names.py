"""Names of the objects of deposits: paths of plain parts (`4be1/packs/9f86`), alike in a folder and in a bucket."""

import re

_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}"
_NAME = re.compile(rf"{_PART}(?:/{_PART})*", re.ASCII)


def checked(name: str) -> str:
    """The name. Raises ValueError for what is none, also for one that would lead elsewhere."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of an object")
    return name
