"""Folders for what a review writes before it is sealed: what was unpacked, and facts that are not yet in a dossier.

Each is removed at the end, and whatever a killed review left is removed by the next one of the same user: the folder of
a review that still runs is locked. What nobody reviews after is left; so is what another user left.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

_LOCK = "lock"


@contextmanager
def scratch_in(folder: Path, prefix: str) -> Iterator[Path]:
    """A private folder below `folder`. Only one use may have this `prefix` in this place."""
    for left in folder.glob(f"{prefix}*"):
        _remove(left)
    made = Path(mkdtemp(prefix="assay-", dir=folder))
    try:
        with (made / _LOCK).open("xb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made = made.rename(folder / f"{prefix}{made.name}")  # locked before anybody could take it for left
            yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _remove(left: Path) -> None:
    """Remove what nobody holds. In a folder of everybody's a name may be anybody's: only one's own is opened."""
    with suppress(OSError):
        if left.is_symlink() or left.stat().st_uid != os.geteuid():
            return
        with (left / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left)
