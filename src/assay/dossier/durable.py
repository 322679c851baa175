"""Files that are whole or absent: written aside, forced to disk, renamed; read only when they are plain files.

A dossier may come from somebody else. A symbolic link, a pipe or a device in it is refused, never followed, and no
file is read beyond the size its reader expects.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

from assay.core.errors import CHECK, refused
from assay.core.text import Text

PARTIAL = ".partial"  # ends the name of a file that is not finished; whoever holds the lock may remove it


def write_durably(path: Path, content: bytes) -> None:
    """Write `path` so that a reader, or a power cut, sees all of `content` or the file as it was. Raises OSError.

    What a full disk left of it is removed: there is little room already.
    """
    aside = path.with_name(path.name + PARTIAL)
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        with suppress(OSError):
            aside.unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Force the names in `folder` to disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_plain(path: Path, at_most: int) -> bytes:
    """The bytes of a plain file. Raises OSError, also when it is no plain file or holds more than `at_most` bytes."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a plain file")
        content = file.read(at_most + 1)
    if len(content) > at_most:
        raise OSError(f"larger than the {at_most} bytes it may have")
    return content


def read_given(path: Path, at_most: int, advice: Text = CHECK) -> bytes:
    """The bytes of a plain file that somebody named. Raises InputError, with the advice, where `read_plain` refuses."""
    try:
        return read_plain(path, at_most)
    except OSError as error:
        raise refused(path, error, advice) from error
