"""What killed sealers left behind, and its removal: never what a version names, nor what one may still come to name.

    for left in leftovers(storage, deposit, now): ...        oldest first, with its age and size
    sweep(storage, deposit, now, older_than)                 removes those

A sealer names what it wrote itself, and only when it commits; after `sealing.LONGEST` it does not commit any more. So
an object that is older than that and that no statement names is nobody's, whoever runs, on whichever machine; ages
below DAY are refused. The age is that of the store: of a folder the moment of writing, of a bucket Last-Modified.

First the objects are listed, then the statements are read: a version that is committed in between keeps what it names.
A deposit that does not verify (a statement missing, altered, or fewer than the vendor's own log knows of) is left
alone: what looks forgotten there may be what somebody hid the name of.
"""

from collections.abc import Sequence

from msgspec import Struct

from assay.core.errors import UsageError
from assay.core.text import Text
from assay.deposit import packs
from assay.deposit.deposits import ID, Deposit
from assay.deposit.storage import Storage
from assay.dossier.durable import PARTIAL
from assay.ledger.notes import unverified
from assay.ledger.signing import NamedKey

DAY = 86_400
_FOLDERS = ("packs", "objects", "versions")


class Left(Struct, frozen=True, order=True):
    """An object that no version names. `made` in POSIX seconds."""

    made: float
    name: str
    size: int


class Swept(Struct, frozen=True):
    """What was removed, and what the store keeps (object lock)."""

    removed: tuple[Left, ...]
    kept: tuple[Left, ...]


def deposits_begun(storage: Storage) -> list[str]:
    """The ids under which anything lies, also of deposits whose making was killed."""
    return sorted({part for name, *_ in storage.listed() if ID.fullmatch(part := name.partition("/")[0])})


def leftovers(
    storage: Storage, deposit: str, trusted: Sequence[NamedKey] = (), statements: Sequence[str] = ()
) -> list[Left]:
    """`statements` are digests of statements that were acknowledged, as the vendor's log has them.

    Raises NotVerifiedError when the deposit is not whole.
    """
    # 1. What is there, 2. then what is named: never the other way round.
    there = [Left(made, name, size) for name, made, size in storage.listed(deposit)]
    names = {item.name for item in there if not item.name.endswith(PARTIAL)}
    if packs.header_path(deposit) not in names:
        # It was never made: its header is written before any version. Otherwise somebody took the header away.
        if statements or not names <= {packs.terms_path(deposit), packs.custody_path(deposit)}:
            raise packs.missing(f"deposit {deposit}: its header")
        return sorted(there)
    opened = Deposit.open(storage, deposit, trusted)
    missing = set(statements) - {version.digest for version in opened.versions}
    if missing:
        what = f"deposit {deposit}"
        raise unverified(
            what,
            f"a version that was acknowledged is gone (statement {min(missing)[:16]})",
            f"一个已确认的版本缺失（声明 {min(missing)[:16]}）",
            Text("nothing was removed; ask whoever keeps the store", "未删除任何内容；请询问存储方"),
        )
    prefixes = tuple(f"{deposit}/{folder}/" for folder in _FOLDERS)
    needed = opened.needed()
    return sorted(item for item in there if item.name.startswith(prefixes) and item.name not in needed)


def sweep(storage: Storage, left: Sequence[Left], now: float, older_than: float) -> Swept:
    """Remove those that are older. Raises UsageError for less than a day, OSError when the store fails."""
    if older_than < DAY:
        raise UsageError(
            Text("what is younger than a day may be a sealer's at work", "不足一天的内容可能属于正在进行的封存"),
            Text("name a day or more", "请指定一天以上"),
        )
    removed: list[Left] = []
    kept: list[Left] = []
    for item in left:
        if now - item.made <= older_than:
            continue
        try:
            storage.remove(item.name)
        except PermissionError:
            kept.append(item)
        except FileNotFoundError:
            continue  # another sweep was faster
        else:
            removed.append(item)
    return Swept(tuple(removed), tuple(kept))
