"""The files of a register: read strictly, written once, locked by one writer, and a note of how far its ledger was.

The note lies with the key, away from the register: a register put back from an older copy has fewer entries than this
user saw, and is refused.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from assay.core.errors import InputError, NotVerifiedError, UsageError, refused
from assay.core.text import Text
from assay.dossier.durable import read_plain, write_durably

LOCK = "lock"
LARGEST = 16 << 20
T = TypeVar("T")


def note(path: Path, entries: int) -> None:
    """Keep how many entries a ledger has."""
    try:
        write_durably(path, b"%d\n" % entries)
    except OSError as error:
        raise refused(path, error) from error


def noted(path: Path) -> int:
    """How many entries it had when this user last wrote; 0 when nobody noted any. Raises NotVerifiedError for noise."""
    try:
        return int(read_plain(path, LARGEST))
    except FileNotFoundError:
        return 0
    except (OSError, ValueError) as error:
        raise damaged(path) from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    try:
        file = (path / LOCK).open("ab")
    except OSError as error:
        raise refused(path, error) from error
    with file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(
                Text(f"another process is writing to {path}", f"另一个进程正在写入 {path}"),
                Text("wait for it to end", "请等待其结束"),
            ) from error
        yield


def spelled(record: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record, order="deterministic"), indent=2) + b"\n"


def read_record(type_: type[T], path: Path) -> T:
    try:
        content = read_plain(path, LARGEST)
    except FileNotFoundError as error:
        raise InputError(
            Text(f"{path.parent} is no register of exports", f"{path.parent} 不是出境登记册"),
            Text("assay border export begins one", "assay border export 会新建一个"),
        ) from error
    except OSError as error:
        raise refused(path, error) from error
    try:
        return msgspec.json.decode(content, type=type_)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise damaged(path) from error


def write_key(path: Path, key: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(descriptor)


def damaged(path: Path) -> NotVerifiedError:
    return NotVerifiedError(
        Text(f"{path} is damaged", f"{path} 已损坏"),
        Text(
            "take it from a backup; the ledger of the register says what it must be",
            "请由备份取回；登记册的账本记有其应有内容",
        ),
    )


def no_key(path: Path) -> InputError:
    return InputError(
        Text(f"the key of this register is not at {path}", f"此登记册的密钥不在 {path}"),
        Text(
            "copy it from where the register was begun; without it no export can be counted with the earlier ones",
            "请从建立登记册之处复制；没有它，新的出境无法与此前的合并计数",
        ),
    )


def older(path: Path) -> NotVerifiedError:
    return NotVerifiedError(
        Text(
            f"{path} has fewer entries than it had: an older copy was put back",
            f"{path} 的条目少于此前：放回了旧的副本",
        ),
        Text("use the register as it was last", "请使用最后状态的登记册"),
    )
