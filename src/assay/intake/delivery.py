"""A delivery as a tree: a folder, an archive, one file, a sealed deposit; and every archive inside of it.

The delivery itself adds nothing to paths: `a/b.py` for a file of the folder or archive that was named, `lib/x.jar!C`
for a member of an archive inside it, `#2` behind the second entry of one name. An archive that was opened is not a
file of the tree, its members are. What is refused is an attempt that names it; the rest is examined. Layers of
container images are met here and put together by `images.py` after the walk.

Cannot see: version control folders (left out, recorded), anything behind a limit.
"""

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from assay.core.attempts import Attempt, ReasonCode
from assay.core.errors import said
from assay.core.examination import Locator, Member
from assay.core.kinds import FileClass
from assay.core.paths import raw, shown
from assay.intake import folders, foreign, rpms, sealed, zips
from assay.intake.containers import DEB_CONTROL, FILE_SYSTEMS, INNER, LAYER, READERS, inner_kind, is_empty_tar, kind_of
from assay.intake.entries import BY, STATUS, Entry, Refusal, kinds_for, link_fault
from assay.intake.identify import HEAD, Identity, head_size, identify, opened
from assay.intake.images import INDEXES, LONGEST_INDEX, Layers, images_of
from assay.intake.inflate import MAGIC, BadContentError, Codec
from assay.intake.limits import Budget, IntakeLimits
from assay.intake.names import escape_of, plain, stem
from assay.intake.places import Window, is_sealed, open_locator, read_head
from assay.intake.scratch import Kept, Scratch

if TYPE_CHECKING:
    from assay.deposit.tree import SealedTree

DEFAULT_COMPONENT = "product"
_CODECS: dict[str, Codec] = {name: name for name in MAGIC}
_CONTROL_NAMES = frozenset("debian-binary control md5sums conffiles shlibs symbols triggers templates".split())  # noqa: SIM905
_DISC_AT = 32_768
_MAYBE_ZIP = ("jar", "war", "ear", "zip", "whl", "apk", "pyz", "pyzw", "exe", "sfx", "run", "xpi", "nupkg")


class Seen(Struct, frozen=True):
    """A file of the tree, and what its first bytes say it is."""

    member: Member
    identity: Identity


class Delivery:
    """Implements `core.examination.Tree`. `containers` maps the prefix of each opened archive to its format."""

    def __init__(
        self,
        path: "Path | SealedTree",
        scratch: Path,
        limits: IntakeLimits | None = None,
        leave_out: Sequence[Path] = (),
    ) -> None:
        """`scratch` is private, is created on first use and belongs to the caller. Raises InputError for `path`."""
        self._root = folders.at(path) if isinstance(path, Path) else path
        self.name = self._root.name if isinstance(self._root, Path) else self._root.label
        self.is_folder = not isinstance(self._root, Path) or self._root.is_dir()
        self.limits = limits or IntakeLimits()
        self.budget = Budget(self.limits)
        self.refused: list[Attempt] = []
        self.opened: list[Attempt] = []  # archives that another program read
        self.containers: dict[str, str] = {}
        self.layers = Layers()
        self._before: dict[str, list[Entry | Refusal]] = {}
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
        self.layers = Layers()
        for kept in (self.refused, self.opened, self.containers, self._before):
            kept.clear()
        if not isinstance(self._root, Path):
            yield from self._listed("", list(sealed.entries(self._root)), 0, "folder")
            return
        if self.is_folder:
            self.containers[""] = "folder"
            yield from self._each("", 0, folders.entries(self._root, self._leave_out))
            return
        name = self.name.encode("utf-8", "surrogateescape")
        entry = Entry(name, self._root.stat().st_size, Locator("file", str(self._root)))
        yield from self._accept("", shown(name), entry, 0)

    def refuse(
        self,
        path: str,
        reason: ReasonCode,
        detail: str,
        *,
        size: int = 0,
        files: int = 1,
        identity: Identity | None = None,
        opens: bool = True,
        owner: str = "",
    ) -> None:
        """Record that something was not examined. It opens rules unless assay left it out or nothing is lost by it."""
        file_class: FileClass = identity.file_class if identity else "unknown"
        kinds = () if reason == "left-out" or not opens else kinds_for(file_class)
        status = STATUS.get(reason, "skipped")
        format_ = identity.format if identity else "unknown"
        attempt = Attempt(BY, kinds, status, reason, file_class, format_, DEFAULT_COMPONENT, "unknown", path, detail)
        self.refused.append(replace(attempt, files=files, bytes=size, ran="inline", owner=owner))

    def _each(self, prefix: str, depth: int, items: Iterable[Entry | Refusal]) -> Iterator[Seen]:
        """1 count, 2 refuse names that leave, 3 name duplicates apart, 4 accept; links last."""
        if not (on_disk := self.containers[prefix] == "folder"):
            items = list(items)
            self._images_among(prefix, items)
        names: dict[bytes, int] = {}
        paths: set[str] = set()
        links: dict[bytes, Entry] = {}
        for item in items:
            if item.name and not self.budget.entry(on_disk=on_disk):  # 1
                detail = f"more than {self.limits.entries} entries; the rest was not read"
                self._note(prefix, Refusal(b"", "too-many", detail))
                return
            if isinstance(item, Refusal):
                self._note(prefix, item)
                continue
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
            if on_disk and name.rpartition(b"/")[2] in INDEXES:  # the files of a folder come before its subfolders
                self._images(prefix, name, {})
            yield from self._accept(prefix, path, item, depth)  # 4
        self._check_links(prefix, links, names)

    def _images_among(self, prefix: str, items: Sequence[Entry | Refusal]) -> None:
        """An archive may hold its index behind the layers that it lists, as `docker save` writes it."""
        indexes = [plain(item.name) for item in items if item.name.endswith(INDEXES) and not escape_of(item.name)]
        beside = {plain(item.name): item for item in items if isinstance(item, Entry)} if indexes else {}
        for name in indexes:
            if name in beside and name.rpartition(b"/")[2] in INDEXES:
                self._images(prefix, name, beside)

    def _images(self, prefix: str, index: bytes, beside: Mapping[bytes, Entry]) -> None:
        """Remember the layers of the images that an index lists, before anything below them is opened."""

        root = self._root

        def entry(name: bytes) -> Entry | None:
            if self.containers[prefix] == "folder":
                return folders.entry(root, name) if isinstance(root, Path) else sealed.entry(root, name)
            found = beside.get(name)
            if found is not None and found.link is not None:  # docker save once wrote links to equal layers
                found = beside.get(posixpath.normpath(posixpath.join(posixpath.dirname(name), found.link)))
            return found

        def read(name: bytes) -> bytes | None:
            found = entry(name)
            if found is None or found.size > LONGEST_INDEX:
                return None
            try:
                with self.open(Member("", found.size, found.locator)) as stream:
                    return stream.read()
            except OSError:
                return None

        for image in images_of(index, read, prefix):
            for layer in image.layers:
                if layer not in self.layers.paths and entry(raw(layer.removeprefix(prefix))) is None:
                    self.refuse(layer, "damaged", "an image lists this layer, and the delivery does not hold it")
            self.layers.add(image)

    def _check_links(self, prefix: str, links: dict[bytes, Entry], names: dict[bytes, int]) -> None:
        """Links of a layer may end in another one; they are kept for the effective file system."""
        kind = self.containers[prefix]
        if not links:
            return
        if kind == LAYER:
            self.layers.links[prefix] = {
                shown(name): (shown(item.link or b""), item.hard) for name, item in links.items()
            }
            return
        known = set(names)
        for name in names:
            while (name := name.rpartition(b"/")[0]) and name not in known:
                known.add(name)
        for name, entry in links.items():
            fault = link_fault(entry, known, links, root=kind in FILE_SYSTEMS)
            if fault:
                self.refuse(prefix + shown(name), "link-out", fault, opens=kind not in FILE_SYSTEMS)

    def _note(self, prefix: str, item: Refusal) -> None:
        path = prefix + shown(item.name.removeprefix(b"./")) if item.name else prefix[:-1] or self.name
        opens = item.reason != "special" or self.containers[prefix] not in FILE_SYSTEMS  # a device holds nothing
        self.refuse(
            path,
            item.reason,
            item.detail,
            size=item.size,
            files=item.files,
            identity=None if item.name else Identity("archive", self.containers[prefix]),
            opens=opens,
            owner=item.owner,
        )

    def _accept(self, outer: str, path: str, entry: Entry, depth: int) -> Iterator[Seen]:
        """A file of the container `outer`: a member of the tree, or a container whose members are."""
        if entry.packed >= 0 and not self.budget.expand(entry.size):
            self.refuse(path, "bomb", "the delivery expands beyond its total limit", size=entry.size)
            return
        called = outer + shown(plain(entry.name))  # a second one of its name is what its name says all the same
        try:
            head = read_head(entry.locator, head_size(called))
        except OSError as fault:
            self.refuse(path, _reason(fault), said(fault).en, size=entry.size)
            return
        self.budget.read += len(head)
        identity = _identified(outer, self.containers.get(outer, ""), called, entry, head)
        root = not self.containers and depth == 0
        kind = LAYER if path in self.layers.paths else inner_kind(self.containers.get(outer, ""), path[len(outer) :])
        if kind and identity.file_class != "archive" and is_empty_tar(entry.locator, entry.size):
            self.containers[f"{path}!"] = kind
            return
        if not opened(identity) and not self._zip_behind(path, entry):
            yield Seen(Member(path, entry.size, entry.locator), identity)
            return
        if depth >= self.limits.depth and kind not in INNER:
            self.refuse(
                path, "nested-too-deep", f"deeper than {self.limits.depth} archives", size=entry.size, identity=identity
            )
            yield Seen(Member(path, entry.size, entry.locator), identity)
            return
        before, found = len(self.refused), False
        if identity.file_class == "binary":
            yield Seen(Member(path, entry.size, entry.locator), identity)
        level = depth if kind in INNER else depth + 1
        for seen in self._open(path, "" if root else f"{path}!", entry, identity, level, kind):
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

    def _open(self, path: str, prefix: str, entry: Entry, identity: Identity, depth: int, kind: str) -> Iterator[Seen]:
        try:
            locator = self._in_place(path, entry, identity)
            if identity.format == "rpm":
                with Window(locator.path, locator.offset, locator.size) as window:
                    locator, self._before[prefix] = rpms.payload(window)
                identity, kind = identify("", read_head(locator, HEAD), locator.size), "rpm"
        except OSError as fault:
            self.refuse(path, _reason(fault), said(fault).en, size=entry.size, identity=identity)
            return
        yield from self._read(path, prefix, locator, entry, identity, depth, kind)
        if self._before.get(prefix):  # nothing of the payload could be listed
            yield from self._listed(prefix, [], depth, kind)

    def _read(
        self, path: str, prefix: str, locator: Locator, entry: Entry, identity: Identity, depth: int, kind: str
    ) -> Iterator[Seen]:
        """By the reader that knows the format; zip is what stands behind something else."""
        if identity.format in _CODECS:
            yield from self._stream(path, prefix, locator, identity, depth, kind)
        elif identity.format in foreign.READERS:
            items = foreign.entries(locator, identity.format, path, self._scratch_of(), self.budget, self.opened)
            yield from self._listed(prefix, items, depth, kind or identity.format)
        elif kind == "rpm" and identity.format != "cpio":
            self.refuse(path, "not-unpacked", f"a payload of the format {identity.format}", size=entry.size)
        else:
            format_ = identity.format if identity.format in READERS else "zip"
            yield from self._archive(prefix, locator, depth, format_, kind)

    def _archive(self, prefix: str, locator: Locator, depth: int, format_: str, kind: str = "") -> Iterator[Seen]:
        """List an archive, close it, then go through what it holds."""
        with Window(locator.path, locator.offset, locator.size) as window:
            room = max(0, self.limits.entries - self.budget.entries) + 1
            items = list(islice(READERS[format_](window, self.budget), room))
            self.budget.read += sum(len(item.name) for item in items)
        yield from self._listed(prefix, items, depth, kind or kind_of(format_, items))

    def _listed(self, prefix: str, items: list[Entry | Refusal], depth: int, kind: str) -> Iterator[Seen]:
        self.containers[prefix] = kind
        items = [*self._before.pop(prefix, ()), *items]
        yield from self._each(prefix, depth, self._without_version_control(prefix, items))

    def _without_version_control(self, prefix: str, items: list[Entry | Refusal]) -> Iterator[Entry | Refusal]:
        roots = folders.repositories(items)
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

    def _stream(
        self, path: str, prefix: str, locator: Locator, identity: Identity, depth: int, kind: str
    ) -> Iterator[Seen]:
        """A compressed tar or cpio, or one compressed file whose name is the archive's without its ending."""
        try:
            with closing(open_locator(locator)) as source:
                kept = self._scratch_of().expand(source, _CODECS[identity.format])
        except OSError as fault:
            self.refuse(path, _reason(fault), said(fault).en, size=locator.size, identity=identity)
            return
        self._note_kept(path, kept, identity)
        inner = Locator("file", kept.path)
        head = read_head(inner, HEAD)
        self.containers[prefix] = kind or identity.format
        format_ = identify("", head, kept.size).format
        if format_ in ("tar", "cpio"):
            yield from self._archive(prefix, inner, depth, format_, kind)
        elif kept.size and not (kind and is_empty_tar(inner, kept.size)):
            name = stem(path)
            yield from self._accept(prefix, prefix + name, Entry(name.encode("utf-8"), kept.size, inner), depth)

    def _in_place(self, path: str, entry: Entry, identity: Identity) -> Locator:
        """Where the archive's bytes can be reached at any offset: where they are, or a copy in the scratch."""
        apart = entry.locator.scheme == "zip" or (is_sealed(entry.locator) and identity.format in foreign.READERS)
        if not apart or identity.format in _CODECS:
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


def _identified(outer: str, outer_kind: str, path: str, entry: Entry, head: bytes) -> Identity:
    """By the first bytes; a disc's signature stands further in, behind 32 KiB that are zero or for a boot loader."""
    if outer_kind in ("deb", DEB_CONTROL) and path[len(outer) :].removeprefix("./") in _CONTROL_NAMES:
        return Identity("text", "Debian control")
    identity = identify(path, head, entry.size)
    if entry.size > _DISC_AT + 6 and (identity.format in ("disk image", "ISO 9660") or not head[:16].strip(b"\0")):
        try:
            if read_head(entry.locator, _DISC_AT + 6)[_DISC_AT:] == b"\1CD001":
                return Identity("archive", "ISO 9660")
        except OSError:
            return identity
    return identity


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
