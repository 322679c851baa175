"""Where the objects of deposits lie: a folder, or a bucket (`objects`). Objects are written once and never changed.

`create` either makes the whole object, durably, or nothing;
when it returns, the object survives a power cut. Two writers of one name: one of them gets FileExistsError.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import Protocol

from assay.core.errors import InputError
from assay.core.text import Text
from assay.deposit.names import checked
from assay.deposit.objects import Bucket
from assay.dossier.durable import PARTIAL, sync_folder


class Storage(Protocol):
    """Raises OSError when the medium fails, ValueError for a name that is none."""

    @property
    def address(self) -> str:
        """What `open_storage` takes; holds no secret."""
        ...

    def create(self, name: str, content: bytes) -> None:
        """Raises FileExistsError when there is an object of this name, whatever is in it."""
        ...

    def read(self, name: str, at: int = 0, size: int = -1) -> bytes:
        """At most `size` bytes from `at`, fewer at the end. Raises FileNotFoundError."""
        ...

    def size(self, name: str) -> int:
        """Raises FileNotFoundError."""
        ...

    def names(self, folder: str = "") -> Iterator[str]:
        """Every object below a folder, in order of name."""
        ...

    def listed(self, folder: str = "") -> Iterator[tuple[str, float, int]]:
        """Everything below a folder, half-written objects too: name, when it was made (POSIX seconds), bytes."""
        ...

    def remove(self, name: str) -> None:
        """Raises FileNotFoundError; PermissionError where the store keeps it from being removed (object lock)."""
        ...


def open_storage(address: str) -> Storage:
    """A folder by its path, a bucket as `s3://bucket/prefix`. Raises InputError."""
    if address.startswith("s3://"):
        return Bucket(address)
    if "://" in address:
        raise InputError(
            Text(f"{address}: no such kind of store", f"{address}：不支持此类存储"),
            Text("name a folder, or s3://bucket/prefix", "请指定目录，或 s3://桶名/前缀"),
        )
    return Folder(Path(address))


class Folder:
    """A folder on disk; made when the first object is. Files whose name ends in `.partial` are none of its objects."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @property
    def address(self) -> str:
        return str(self.path)

    def create(self, name: str, content: bytes) -> None:
        """1 written aside, 2 forced to disk, 3 linked to its name unless that exists, 4 the names forced to disk."""
        path = self.path / checked(name)
        if path.exists():
            raise FileExistsError(name)
        self._make(path.parent)
        aside = path.with_name(f"{secrets.token_hex(8)}{PARTIAL}")
        try:
            with aside.open("xb") as file:  # 1
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # 2
            path.hardlink_to(aside)  # 3
        finally:
            aside.unlink(missing_ok=True)
        sync_folder(path.parent)  # 4

    def read(self, name: str, at: int = 0, size: int = -1) -> bytes:
        descriptor = os.open(self.path / checked(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            size = os.fstat(descriptor).st_size - at if size < 0 else size
            content = os.pread(descriptor, max(0, size), at)
            while len(content) < size and (more := os.pread(descriptor, size - len(content), at + len(content))):
                content += more
            return content
        finally:
            os.close(descriptor)

    def size(self, name: str) -> int:
        return (self.path / checked(name)).lstat().st_size

    def names(self, folder: str = "") -> Iterator[str]:
        return (name for name, _, _ in self.listed(folder) if not name.endswith(PARTIAL))

    def listed(self, folder: str = "") -> Iterator[tuple[str, float, int]]:
        top = self.path / checked(folder) if folder else self.path
        for path in sorted(top.rglob("*")):
            with suppress(FileNotFoundError):  # removed meanwhile
                state = path.stat()
                if S_ISREG(state.st_mode):
                    yield path.relative_to(self.path).as_posix(), state.st_mtime, state.st_size

    def remove(self, name: str) -> None:
        path = self.path / checked(name)
        path.unlink()
        sync_folder(path.parent)

    def _make(self, folder: Path) -> None:
        """Folders durably: a name is on disk when its folder was forced to."""
        if folder.is_dir():
            return
        self._make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)
