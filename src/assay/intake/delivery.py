"""A delivery as a tree: a folder, an archive or one file, and every archive inside it that intake can open.

The delivery itself adds nothing to paths: `a/b.py` for a file of the folder or archive that was named, `lib/x.jar!C`
for a member of an archive inside it, `#2` behind the second entry of one name. An archive that was opened is not a
file of the tree, its members are. What is refused is an attempt that names it; the rest is examined.

Cannot see: version control folders (left out, recorded), anything behind a limit, files that an image of layers
(docker save, OCI) deletes again in an upper layer.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from typing import BinaryIO

from assay.core.attempts import Attempt, ReasonCode
from assay.core.examination import Locator, Member
from assay.core.kinds import FileClass
from assay.intake import folders, tars, zips
from assay.intake.entries import BY, STATUS, Entry, Refusal, kinds_for, link_fault
from assay.intake.folders import VERSION_CONTROL
from assay.intake.identify import HEAD, Identity, identify, opened
from assay.intake.inflate import MAGIC, BadContentError, Codec
from assay.intake.limits import Budget, IntakeLimits
from assay.intake.names import escape_of, plain, shown
from assay.intake.places import Window, open_locator, read_head
from assay.intake.scratch import Kept, Scratch

DEFAULT_COMPONENT = "product"
_CODECS: dict[str, Codec] = {name: name for name in MAGIC}
_STREAM_ENDINGS = (".gz", ".bz2", ".xz", ".zst", ".tgz", ".tbz2", ".txz", ".tzst")
_MAYBE_ZIP = ("jar", "war", "ear", "zip", "whl", "apk", "pyz", "pyzw", "exe", "sfx", "run", "xpi", "nupkg")


@dataclass(frozen=True, slots=True)
class Seen:
    """A file of the tree, and what its first bytes say it is."""

    member: Member
    identity: Identity


class Delivery:
    """Implements `core.examination.Tree`. `containers` maps the prefix of each opened archive to its format."""

    def __init__(
        self, path: Path, scratch: Path, limits: IntakeLimits | None = None, leave_out: Sequence[Path] = ()
    ) -> None:
        """`scratch` is private, is created on first use and belongs to the caller. Raises OSError for `path`."""
        self.root = path.resolve(strict=True)
        self.limits = limits or IntakeLimits()
        self.budget = Budget(self.limits)
        self.refused: list[Attempt] = []
        self.containers: dict[str, str] = {}
        self._leave_out = (*leave_out, scratch)
        self._scratch_folder = scratch
        self._scratch: Scratch | None = None

    def members(self) -> Iterator[Member]:
        for seen in self.walk():
            yield seen.member

    def open(self, member: Member) -> BinaryIO:
        return open_locator(member.locator)

    def walk(self) -> Iterator[Seen]:
        """Every readable file once, identified. Starts afresh: refusals and counts of an earlier walk are forgotten."""
        self.budget = Budget(self.limits)
        self._scratch = None
        self.refused.clear()
        self.containers.clear()
        if self.root.is_dir():
            self.containers[""] = "folder"
            yield from self._each("", 0, folders.entries(self.root, self._leave_out))
            return
        name = str(self.root.name).encode("utf-8", "surrogateescape")
        entry = Entry(name, self.root.stat().st_size, Locator("file", str(self.root)))
        yield from self._accept(shown(name), entry, 0)

    def refuse(
        self,
        path: str,
        reason: ReasonCode,
        detail: str,
        *,
        size: int = 0,
        files: int = 1,
        identity: Identity | None = None,
    ) -> None:
        """Record that something was not examined. What assay leaves out by itself opens no rule."""
        file_class: FileClass = identity.file_class if identity else "unknown"
        kinds = () if reason == "left-out" else kinds_for(file_class)
        status = STATUS.get(reason, "skipped")
        format_ = identity.format if identity else "unknown"
        attempt = Attempt(BY, kinds, status, reason, file_class, format_, DEFAULT_COMPONENT, "unknown", path, detail)
        self.refused.append(replace(attempt, files=files, bytes=size, ran="inline"))

    def _each(self, prefix: str, depth: int, items: Iterable[Entry | Refusal]) -> Iterator[Seen]:
        """1 count, 2 refuse names that leave, 3 name duplicates apart, 4 accept; links last."""
        names: dict[bytes, int] = {}
        paths: set[str] = set()
        links: dict[bytes, Entry] = {}
        for item in items:
            if item.name and not self.budget.entry():  # 1
                detail = f"more than {self.limits.entries} entries; the rest was not read"
                self._note(prefix, Refusal(b"", "too-many", detail))
                return
            if isinstance(item, Refusal):
                self._note(prefix, item)
                continue
            on_disk = self.containers[prefix] == "folder"
            why = "" if on_disk else escape_of(item.name)
            if why:  # 2
                self.refuse(prefix + shown(item.name), "traversal", why, size=item.size)
                continue
            name = item.name if on_disk else plain(item.name)
            if item.link is not None:
                links[name] = replace(item, name=name)
                continue
            path = prefix + shown(name)
            names[name] = times = names.get(name, 0) + 1
            if path in paths:  # 3
                path = _free(path, paths)
            if times > 1:
                self.refuse(path, "duplicate-name", "another entry has the same name; all are examined", size=item.size)
            paths.add(path)
            yield from self._accept(path, item, depth)  # 4
        self._check_links(prefix, links, names)

    def _check_links(self, prefix: str, links: dict[bytes, Entry], names: dict[bytes, int]) -> None:
        if not links:
            return
        known = set(names)
        for name in names:
            while (name := name.rpartition(b"/")[0]) and name not in known:
                known.add(name)
        for name, entry in links.items():
            fault = link_fault(entry, known, links)
            if fault:
                self.refuse(prefix + shown(name), "link-out", fault)

    def _note(self, prefix: str, item: Refusal) -> None:
        path = prefix + shown(item.name) if item.name else prefix[:-1] or self.root.name
        identity = None if item.name else Identity("archive", self.containers[prefix])
        self.refuse(path, item.reason, item.detail, size=item.size, files=item.files, identity=identity)

    def _accept(self, path: str, entry: Entry, depth: int) -> Iterator[Seen]:
        if entry.packed >= 0 and not self.budget.expand(entry.size):
            self.refuse(path, "bomb", "the delivery expands beyond its total limit", size=entry.size)
            return
        try:
            head = read_head(entry.locator, HEAD)
        except OSError as fault:
            self.refuse(path, _reason(fault), fault.strerror or str(fault), size=entry.size)
            return
        self.budget.read += len(head)
        identity = identify(path, head, entry.size)
        root = self.root.is_file() and depth == 0
        if not opened(identity) and not self._zip_behind(path, entry):
            yield Seen(Member(path, entry.size, entry.locator), identity)
            return
        if depth >= self.limits.depth:
            self.refuse(
                path, "nested-too-deep", f"deeper than {self.limits.depth} archives", size=entry.size, identity=identity
            )
            yield Seen(Member(path, entry.size, entry.locator), identity)
            return
        before, found = len(self.refused), False
        if identity.file_class == "binary":
            yield Seen(Member(path, entry.size, entry.locator), identity)
        for seen in self._open(path, "" if root else f"{path}!", entry, identity, depth + 1):
            found = True
            yield seen
        if not found and len(self.refused) > before:
            yield Seen(Member(path, entry.size, entry.locator), identity)

    @staticmethod
    def _zip_behind(path: str, entry: Entry) -> bool:
        """Whether a zip stands behind something else, as in a self-extracting or self-running file."""
        if path.rpartition(".")[2].lower() not in _MAYBE_ZIP or entry.locator.scheme == "zip":
            return False
        with Window(entry.locator.path, entry.locator.offset, entry.locator.size) as window:
            return zips.has_directory(window)

    def _open(self, path: str, prefix: str, entry: Entry, identity: Identity, depth: int) -> Iterator[Seen]:
        try:
            locator = self._in_place(path, entry, identity)
        except OSError as fault:
            self.refuse(path, _reason(fault), fault.strerror or str(fault), size=entry.size, identity=identity)
            return
        if identity.format in _CODECS:
            yield from self._stream(path, prefix, locator, identity, depth)
        else:
            self.containers[prefix] = "tar" if identity.format == "tar" else "zip"
            yield from self._archive(prefix, locator, depth)

    def _archive(self, prefix: str, locator: Locator, depth: int) -> Iterator[Seen]:
        """List an archive, close it, then go through what it holds."""
        reader = tars.entries if self.containers[prefix] == "tar" else zips.entries
        with Window(locator.path, locator.offset, locator.size) as window:
            room = max(0, self.limits.entries - self.budget.entries) + 1
            items = list(islice(reader(window, self.budget), room))
            self.budget.read += sum(len(item.name) for item in items)
        yield from self._each(prefix, depth, self._without_version_control(prefix, items))

    def _without_version_control(self, prefix: str, items: list[Entry | Refusal]) -> Iterator[Entry | Refusal]:
        roots = _repositories(items)
        left: dict[bytes, list[int]] = {root: [] for root in roots}
        for item in items:
            inside = next((root for root in roots if item.name.startswith(root)), None)
            if inside is None:
                yield item
            else:
                left[inside].append(item.size)
        for root, sizes in left.items():
            path = prefix + shown(root[:-1])
            self.refuse(path, "left-out", "version control", size=sum(sizes), files=len(sizes))

    def _stream(self, path: str, prefix: str, locator: Locator, identity: Identity, depth: int) -> Iterator[Seen]:
        """A compressed tar, or one compressed file whose name is the archive's without its ending."""
        try:
            with closing(open_locator(locator)) as source:
                kept = self._scratch_of().expand(source, _CODECS[identity.format])
        except OSError as fault:
            self.refuse(path, _reason(fault), fault.strerror or str(fault), size=locator.size, identity=identity)
            return
        self._note_kept(path, kept, identity)
        inner = Locator("file", kept.path)
        head = read_head(inner, HEAD)
        self.containers[prefix] = identity.format
        if identify("", head, kept.size).format == "tar":
            self.containers[prefix] = "tar"
            yield from self._archive(prefix, inner, depth)
            return
        if kept.size:
            name = _stem(path).encode("utf-8")
            entry = Entry(name, kept.size, inner)
            yield from self._accept(prefix + name.decode("utf-8"), entry, depth)

    def _in_place(self, path: str, entry: Entry, identity: Identity) -> Locator:
        """Where the archive's bytes can be reached at any offset: where they are, or a copy in the scratch."""
        if entry.locator.scheme != "zip" or identity.format in _CODECS:
            return entry.locator
        with closing(open_locator(entry.locator)) as source:
            kept = self._scratch_of().copy(source)
        self._note_kept(path, kept, identity)
        return Locator("file", kept.path)

    def _note_kept(self, path: str, kept: Kept, identity: Identity) -> None:
        if kept.reason is not None:
            self.refuse(path, kept.reason, kept.detail, size=kept.size, identity=identity)

    def _scratch_of(self) -> Scratch:
        if self._scratch is None:
            self._scratch = Scratch(self._scratch_folder, self.budget)
        return self._scratch


def _reason(fault: OSError) -> ReasonCode:
    return "damaged" if isinstance(fault, BadContentError) else "unreadable"


def _free(path: str, taken: Collection[str]) -> str:
    """The path with the first suffix `#2`, `#3`, ... that nothing else has."""
    return next(name for number in count(2) if (name := f"{path}#{number}") not in taken)


def container_of(path: str, containers: Iterable[str]) -> str:
    """The prefix of the innermost opened archive that a delivered path lies in; '' for the delivery itself."""
    end = len(path)
    while (end := path.rfind("!", 0, end)) >= 0:
        if path[: end + 1] in containers:
            return path[: end + 1]
    return ""


def _repositories(items: Sequence[Entry | Refusal]) -> tuple[bytes, ...]:
    """Folders of an archive that are version control, by a file that such a folder holds."""
    found = {
        item.name[: -len(witness)]
        for item in items
        for name, witness in VERSION_CONTROL.items()
        if item.name.endswith(name + b"/" + witness)
    }
    return tuple(sorted(root for root in found if root.rsplit(b"/", 2)[-2] in VERSION_CONTROL))


def _stem(path: str) -> str:
    """The name of what a compressed file holds."""
    name = path.rpartition("!")[2].rpartition("/")[2]
    for ending in _STREAM_ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name
