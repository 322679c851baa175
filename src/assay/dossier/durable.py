"""Files that are whole or absent: written aside, forced to disk, renamed; read only when they are plain files.

A dossier may come from somebody else. A symbolic link, a pipe or a device in it is refused, never followed, and no
file is read beyond the size its reader expects.
"""

import os
import stat
from pathlib import Path

PARTIAL = ".partial"  # ends the name of a file that is not finished; whoever holds the lock may remove it


def write_durably(path: Path, content: bytes) -> None:
    """Write `path` so that a reader, or a power cut, sees all of `content` or the file as it was. Raises OSError."""
    aside = path.with_name(path.name + PARTIAL)
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
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
