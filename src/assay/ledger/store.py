"""Where a log's entries, full tiles and checkpoints lie. `sqlite` is the usual place, `postgres` the shared one.

A store keeps bytes and order; it verifies nothing and signs nothing (`log` does). One transaction is one batch.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from assay.core.errors import InputError, NotVerifiedError, UsageError
from assay.core.text import Text

FORMAT = 1

Row = tuple[bytes, bytes]
"""An entry and its leaf hash."""

Tile = tuple[int, int, bytes]
"""Level, number, hashes."""


class OvertakenError(Exception):
    """Another writer appended first; nothing was written."""


class Store(Protocol):
    """Every method raises InputError when the disk or server refuses, NotVerifiedError when the store is damaged.

    After InputError from `append` or `keep` the store must be opened again: what was written is not known.
    """

    @property
    def place(self) -> str:
        """How messages name it."""

    def found(self, origin: str) -> None:
        """Make an empty log. Raises UsageError when there is one already."""

    def origin(self) -> str:
        """Raises InputError when there is no log."""

    def size(self) -> int: ...

    def append(self, first: int, rows: Sequence[Row], tiles: Sequence[Tile]) -> None:
        """Durable when it returns. Raises OvertakenError when entry `first` exists, UsageError when locked too long."""

    def rows(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """Position, entry and leaf hash, in order, those that there are."""

    def tile(self, level: int, number: int) -> bytes:
        """All hashes kept of a tile. Level 0 has full ones only. Raises LookupError."""

    def keep(self, size: int, note: bytes, keys: Sequence[str]) -> None:
        """Keep a signed or cosigned checkpoint, and verifier keys of the log; durable when it returns."""

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        """All that were kept, by size."""

    def last_checkpoint(self) -> tuple[int, bytes] | None: ...

    def known_keys(self) -> list[str]:
        """Verifier keys with which this log was signed, as it says itself."""

    def close(self) -> None: ...


def no_log(place: str) -> InputError:
    return InputError(
        Text(f"{place} holds no ledger", f"{place} 中没有账本"),
        Text("name the ledger.sqlite of a dossier, or make one", "请指定卷宗中的 ledger.sqlite，或新建一个"),
    )


def exists(place: str) -> UsageError:
    return UsageError(
        Text(f"{place} holds a ledger already", f"{place} 中已有账本"),
        Text("a ledger is never begun again; append to it", "账本不可重建；请在其后追加"),
    )


def newer(place: str) -> InputError:
    return InputError(
        Text(f"{place} was written by a newer assay", f"{place} 由更新版本的 assay 写成"),
        Text("update assay", "请更新 assay"),
    )


def busy(place: str) -> UsageError:
    return UsageError(
        Text(f"another process is writing to {place}", f"另一个进程正在写入 {place}"),
        Text("wait for it to end and try again; nothing was appended", "请等待其结束后重试；未追加任何条目"),
    )


def refused(place: str, why: object) -> InputError:
    return InputError(
        Text(f"{place}: {why}", f"{place}：{why}"),
        Text(
            "check space, permissions and the disk, then open the ledger again; what was acknowledged is in it",
            "请检查空间、权限与磁盘，然后重新打开账本；已确认的条目都在其中",
        ),
    )


def damaged(place: str, why: object) -> NotVerifiedError:
    return NotVerifiedError(
        Text(f"{place} is damaged: {why}", f"{place} 已损坏：{why}"),
        Text(
            "keep this file for inquiry, and take the ledger from a copy: an export, or the other party's",
            "请保留此文件以备调查，并从副本取回账本：导出目录或另一方的副本",
        ),
    )
