"""What the readers of folders and archives say about each thing they meet: an entry, or a refusal."""

import posixpath
from collections.abc import Collection, Mapping

from msgspec import Struct

from assay.core.attempts import ReasonCode, Status
from assay.core.examination import Locator
from assay.core.kinds import KINDS, FileClass

BY = "intake@1"
_LINKS_FOLLOWED = 40


class Entry(Struct, frozen=True):
    """A regular file of a container, or a link when `link` is set (its target, relative to the entry's folder).

    A hard link's target counts from the root of the archive. `packed` is the size in the archive when it differs.
    """

    name: bytes
    size: int
    locator: Locator
    packed: int = -1
    link: bytes | None = None
    hard: bool = False


class Refusal(Struct, frozen=True):
    """Something that is not examined, and why. An empty name means the container itself; `owner` is who keeps it."""

    name: bytes
    reason: ReasonCode
    detail: str
    size: int = 0
    files: int = 1
    owner: str = ""


# What was refused by rule is skipped; what could not be read is failed; what was read in part is partial.
STATUS: Mapping[ReasonCode, Status] = {
    "damaged": "failed",
    "unreadable": "failed",
    "lying-header": "failed",
    "syntax": "failed",
    "duplicate-name": "partial",
    "withheld": "withheld",
}


def kinds_for(file_class: FileClass) -> tuple[str, ...]:
    """The kinds of fact that an unexamined file of this class leaves open.

    `intake.content` is not among them: intake counted the file, whatever happened to it afterwards.
    """
    return tuple(name for name, kind in KINDS.items() if file_class in kind.carriers and name != "intake.content")


def link_fault(entry: Entry, files: Collection[bytes], links: Mapping[bytes, Entry], *, root: bool = False) -> str:
    """Why a link of an archive cannot be accepted; '' when it ends at a file or folder of the same archive.

    With `root` the archive is a file system of its own: absolute targets count from its root, which nothing leaves.
    """
    seen: set[bytes] = set()
    current = entry
    for _ in range(_LINKS_FOLLOWED):
        target = current.link or b""
        if not target or b"\0" in target or (target.startswith((b"/", b"\\")) and not root):
            return "the link is absolute or empty"
        base = b"" if current.hard or target.startswith(b"/") else posixpath.dirname(current.name)
        name = posixpath.join(base, target)
        name = posixpath.normpath(b"/" + name).lstrip(b"/") or b"." if root else posixpath.normpath(name)
        if name == b".." or name.startswith(b"../"):
            return "the link leaves the delivery"
        if name in seen:
            return "the link runs in a circle"
        seen.add(name)
        if name in links:
            current = links[name]
            continue
        if posixpath.join(entry.name, b"").startswith(posixpath.join(name, b"")) or name == b".":
            return "the link runs in a circle"
        return "" if name in files else "the link's target is not in the delivery"
    return "the link runs in a circle"
