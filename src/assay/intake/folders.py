"""A folder on disk: every regular file below it, by raw name; the files of a folder before its subfolders.

Nothing is opened here and no link is ever followed: a link whose target is a file of this delivery adds nothing,
since the target is examined under its own name; any other link is refused. A hard link cannot be told from a file.
Version control folders are left out, and so is what the caller names (the dossier in use, the scratch).
"""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from assay.core.errors import refused, said
from assay.core.examination import Locator
from assay.core.text import Text
from assay.intake.entries import Entry, Refusal

VERSION_CONTROL: dict[bytes, bytes] = {b".git": b"HEAD", b".hg": b"requires", b".svn": b"wc.db", b".bzr": b"README"}
"""Folder names and a file that such a folder holds when it really is one."""


def at(path: Path) -> Path:
    """Where a delivery lies, all links followed. Raises InputError where nothing does."""
    try:
        return path.resolve(strict=True)
    except OSError as fault:
        advice = Text("give a folder, an archive or a file that exists", "请给出存在的目录、归档或文件")
        raise refused(path, fault, advice) from fault


def entries(root: Path, leave_out: Sequence[Path]) -> Iterator[Entry | Refusal]:
    top = os.fsencode(root.resolve())
    left_out = {os.fsencode(path.resolve()) for path in leave_out}
    skipped: set[bytes] = set()
    waiting: list[bytes] = [b""]
    while waiting:
        relative = waiting.pop()
        folder = top + b"/" + relative if relative else top
        try:
            with os.scandir(folder) as found:
                items = sorted(found, key=lambda item: item.name)
        except OSError as fault:
            yield Refusal(relative, "unreadable", said(fault).en)
            continue
        deeper: list[bytes] = []
        for item in items:
            name = relative + b"/" + item.name if relative else item.name
            if item.path in left_out or _is_version_control(item):
                skipped.add(item.path)
                yield Refusal(name, "left-out", "version control" if item.path not in left_out else "in use by assay")
                continue
            outcome = _look(item, name, top, skipped | left_out)
            if isinstance(outcome, bytes):
                deeper.append(outcome)
            elif outcome is not None:
                yield outcome
        waiting += reversed(deeper)


def entry(root: Path, name: bytes) -> Entry | None:
    """A file below the root by its raw name, None when there is none; no link on the way leads out."""
    top = os.fsencode(root.resolve())
    path = os.path.realpath(top + b"/" + name)
    file = Path(os.fsdecode(path))
    if not _within(path, top) or not file.is_file():
        return None
    return Entry(name, file.stat().st_size, Locator("file", str(file)))


def repositories(items: Sequence[Entry | Refusal]) -> tuple[bytes, ...]:
    """Folders of an archive that are version control, by a file that such a folder holds."""
    found = {
        item.name[: -len(witness)]
        for item in items
        for name, witness in VERSION_CONTROL.items()
        if item.name.endswith(name + b"/" + witness)
    }
    return tuple(sorted(root for root in found if root.rsplit(b"/", 2)[-2] in VERSION_CONTROL))


def _look(item: os.DirEntry[bytes], name: bytes, top: bytes, left_out: set[bytes]) -> Entry | Refusal | bytes | None:
    """An entry, a refusal, the name of a folder to go into, or None for a link to something of this delivery."""
    try:
        found = item.stat(follow_symlinks=False)
    except OSError as fault:
        return Refusal(name, "unreadable", said(fault).en)
    if stat.S_ISDIR(found.st_mode):
        return name
    if stat.S_ISLNK(found.st_mode):
        fault_of = _link_fault(item.path, top, left_out)
        return Refusal(name, "link-out", fault_of) if fault_of else None
    if not stat.S_ISREG(found.st_mode):
        return Refusal(name, "special", "a device, pipe or socket")
    return Entry(name, found.st_size, Locator("file", os.fsdecode(item.path)))


def _link_fault(path: bytes, top: bytes, left_out: set[bytes]) -> str:
    try:
        target = os.path.realpath(path, strict=True)
    except OSError as fault:
        if fault.errno == errno.ELOOP:
            return "the link runs in a circle"
        return "the link's target is not in the delivery" if isinstance(fault, FileNotFoundError) else said(fault).en
    if not _within(target, top):
        return "the link leaves the delivery"
    if _within(path, target):
        return "the link runs in a circle"
    hidden = any(part in VERSION_CONTROL for part in target[len(top) :].split(b"/"))
    if hidden or any(_within(target, place) for place in left_out):
        return "the link leads into a part that was left out"
    return "" if stat.S_IFMT(Path(os.fsdecode(target)).stat().st_mode) in (stat.S_IFREG, stat.S_IFDIR) else "not a file"


def _within(path: bytes, folder: bytes) -> bool:
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")


def _is_version_control(item: os.DirEntry[bytes]) -> bool:
    """A folder of that name that holds what such a folder holds; `.git` may also be a small file that points to one."""
    witness = VERSION_CONTROL.get(item.name)
    if witness is None or item.is_symlink():
        return False
    if item.name == b".git" and item.is_file():
        return item.stat().st_size < 4096
    return os.path.lexists(item.path + b"/" + witness)
