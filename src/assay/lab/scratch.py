"""Private folders for what must not outlive its verb: what was unpacked, facts that no dossier has yet, copies.

Each is removed at its end, and what a killed process left is removed when the same user next makes one in the same
place. Whoever uses a folder holds a lock on it, which ends with its process however that ends. Only a folder that has a
name as made here, is this user's and is held by nobody is removed, and no link is followed.

What nobody works after is left; so is everything where the file system knows no locks.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from assay.core.errors import UsageError, said
from assay.core.text import Text

PREFIX = "assay-scratch-"
_NAME = re.compile(rf"{PREFIX}[a-z0-9_]{{8}}")


@contextmanager
def scratch_folder(place: Path | None = None) -> Iterator[Path]:
    """A new folder below `place`, by default where the system keeps temporary files; only this user gets into it.

    Raises UsageError where none can be made.
    """
    try:
        where = place or Path(gettempdir())
        _sweep(where)
        made, lock = _made(where)
    except OSError as error:
        message = Text("there is no place for temporary files: {why}", "没有可存放临时文件之处：{why}")
        advice = Text("name a folder with free space in TMPDIR", "请在 TMPDIR 中指定一个有可用空间的目录")
        raise UsageError(message.fill(why=said(error)), advice) from error
    try:
        yield made
    finally:
        _remove(made)
        if lock is not None:
            os.close(lock)


def _made(place: Path) -> tuple[Path, int | None]:
    while True:
        made = Path(mkdtemp(prefix=PREFIX, dir=place))
        lock = _locked(made, wait=True)
        if made.exists():  # else it was taken for left before it was locked
            return made, lock
        if lock is not None:
            os.close(lock)


def _sweep(place: Path) -> None:
    """Remove what was left. In a folder of everybody's a name may be anybody's: only one's own is opened."""
    with suppress(OSError):  # what cannot be listed is not swept
        for left in [path for path in place.iterdir() if _NAME.fullmatch(path.name)]:
            if (lock := _locked(left, wait=False)) is not None:
                _remove(left)
                os.close(lock)


def _locked(folder: Path, *, wait: bool) -> int | None:
    """What holds the folder until it is closed; None when it is no folder, another user's, or cannot be locked."""
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if os.fstat(opened).st_uid == os.geteuid():
            fcntl.flock(opened, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            return opened
    except OSError:
        pass
    os.close(opened)
    return None


def _remove(folder: Path) -> None:
    """All of it, also what was copied with modes that let nobody write. What another user put there may stay."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for base, names, _ in os.walk(folder):
            for name in names:
                with suppress(OSError):
                    if not Path(base, name).is_symlink():
                        Path(base, name).chmod(0o700)
        shutil.rmtree(folder, ignore_errors=True)
