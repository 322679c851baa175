"""Sealing: a folder of source becomes a version of a deposit.

    root = new_key(); header, naming = create(storage, ...)       once: the caller deals `root` out and forgets it
    sealed = seal(storage, header, naming, folder, ...)           each version; needs no share and not the root key

A version is there when its signed statement is, and not before: packs and sealed objects are written and read back
first, the statement last. Whoever is killed, or whose disk is full, leaves objects that no statement names; they hurt
nobody, and `sweeping` removes them. Two who seal at once both get their version, one after the other.

Sealed is every regular file and symbolic link below the folder, whatever it is called. A device, pipe or socket is
left out and reported; what cannot be read, or changes while it is read, ends the sealing: a deposit is whole or is not.
"""

import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.errors import AssayError, InputError, NothingToExamineError, said
from assay.core.paths import shown
from assay.core.text import Text
from assay.deposit import deposits, keys, manifest, packs
from assay.deposit.keys import EpochKey, NamingKey
from assay.deposit.manifest import Header, Manifest, Row, Version
from assay.deposit.storage import Folder, Storage
from assay.deposit.suites import AES, SM, Suite
from assay.ledger.notes import unverified
from assay.ledger.party import Party
from assay.sm.sm3 import Sm3, digest

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # runs on while the machine sleeps
_NOTHING = hashlib.sha256(b"").hexdigest()
_TRIES = 1_000
LONGEST = 20 * 3600
"""Seconds after which a sealer does not commit any more: what it wrote may have been swept (`sweeping`)."""
Progress = Callable[[int, int], None]
"""Called with the files and bytes that were sealed so far."""


class Sealed(Struct):
    """What was sealed. `added` is the bytes that are new in the store, `left_out` what is no file."""

    version: Version
    manifest: bytes
    bytes: int
    added: int
    left_out: list[str] = field(default_factory=list)


def new_id() -> str:
    return os.urandom(8).hex()


def create(
    storage: Storage, deposit: str, suite: Suite, root: bytes, party: Party, *, terms: bytes, custody: bytes, at: int
) -> tuple[Header, NamingKey]:
    """A new deposit without a version: its terms, who holds which share (`custody`), and its header, written last.

    `at` is in POSIX seconds. Raises InputError when the store fails or there is a deposit of this id.
    """
    naming = keys.new_key()
    digests = hashlib.sha256(terms).hexdigest(), hashlib.sha256(custody).hexdigest()
    header = Header(deposit, suite, party.name, *digests, at, keys.make(deposit, suite, root, naming), party.keys)
    try:
        storage.create(packs.terms_path(deposit), terms)
        storage.create(packs.custody_path(deposit), custody)
        storage.create(packs.header_path(deposit), manifest.write_header(header, party.signers))
    except OSError as error:
        raise _failed(storage, error) from error
    return header, NamingKey(deposit, suite, naming)


def seal(
    storage: Storage,
    header: Header,
    naming: NamingKey,
    folder: Path,
    *,
    label: str,
    at: int,
    party: Party,
    with_sm3: bool = True,
    leave_out: Sequence[Path] = (),
    progress: Progress | None = None,
) -> Sealed:
    """Seal a folder as the next version. The version is acknowledged when this returns.

    The store, where it lies in the folder, and what `leave_out` names are no part of it.
    Raises InputError when a file cannot be read or the store fails, NotVerifiedError when what was written reads back
    otherwise or an earlier version is damaged, NothingToExamineError for a folder without a file.
    """
    try:
        return _Run(storage, header, naming, with_sm3=with_sm3 or header.suite is SM).seal(
            folder, label, at, party, leave_out, progress
        )
    except OSError as error:
        raise _failed(storage, error) from error


class _Run:
    """One run of the sealer."""

    def __init__(self, storage: Storage, header: Header, naming: NamingKey, *, with_sm3: bool) -> None:
        self.storage, self.header, self.with_sm3 = storage, header, with_sm3
        self.epoch = EpochKey(header.id, header.suite, keys.new_key())
        self.packer = packs.Packer(storage, self.epoch)
        self.naming = naming
        self.rows: list[Row] = []
        self.pieces: dict[str, bytes] = {}
        self.packs: dict[str, int] = {}  # that this version needs, with their sizes
        self.left_out: list[str] = []
        self.bytes = 0
        self._stored: dict[bytes, tuple[str, int]] = {}  # the pack of each piece of earlier versions
        self._new: set[bytes] = set()
        self._began = time.clock_gettime(_CLOCK)

    def seal(
        self,
        folder: Path,
        label: str,
        at: int,
        party: Party,
        leave_out: Sequence[Path],
        progress: Progress | None,
    ) -> Sealed:
        """1 what is stored already, 2 every file, 3 the last pack, 4 index and manifest, 5 the signed statement."""
        for version in deposits.read_versions(self.storage, self.header):  # 1
            index = packs.read_index(self.storage, self.naming, version.index)
            self._stored.update((place.name, index.packs[place.pack]) for place in index.pieces)
        apart = {os.fsencode(path.resolve()) for path in (*leave_out, *_local(self.storage))}
        for path, raw, link in _files(os.fsencode(folder.resolve()), apart, self.left_out):  # 2
            (self._add_link if link else self._add_file)(path, raw)
            if progress is not None and len(self.rows) % 500 == 0:
                progress(len(self.rows), self.bytes)
        if not self.rows:
            raise NothingToExamineError(Text(f"{folder} holds no file to seal", f"{folder} 中没有可封存的文件"))
        index = self.packer.finish()  # 3
        self.packs.update(index.packs)
        rows = Manifest.of(self.rows)
        listed = rows.write()
        contents = packs.Contents(listed, [self.pieces.get(row.path, b"") for row in rows.rows])
        version = Version(
            self.header.id,
            0,
            label,
            at,
            len(rows.rows),
            hashlib.sha256(listed).hexdigest(),
            digest(listed).hex() if self.with_sm3 else "",
            rows.root(),
            keys.wrap(self.header.id, self.header.suite, self.header.keys.public, self.epoch.key),
            packs.write_contents(self.storage, self.epoch, contents),  # 4
            packs.write_index(self.storage, self.naming, index),
            tuple(sorted(self.packs.items())),
        )
        self._must_be_there()
        added = sum(size for _, size in index.packs)
        return Sealed(self._commit(version, party), listed, self.bytes, added, self.left_out)  # 5

    def _commit(self, version: Version, party: Party) -> Version:
        """The statement under the next number that is free; who came first at the same moment keeps his."""
        for _ in range(_TRIES):
            before = deposits.read_versions(self.storage, self.header)
            number, prior = (before[-1].number + 1, before[-1].digest) if before else (1, "")
            numbered = replace(version, number=number, prior=prior)
            statement = manifest.write_version(numbered, party.name, party.signers)
            try:
                self.storage.create(packs.version_path(self.header.id, number), statement)
            except FileExistsError:
                continue
            return manifest.read_version(statement, self.header.id, number, self.header.signing)
        raise AssayError(
            Text("others seal into this deposit without end", "其他进程持续向该保管件写入"),
            Text("try again when they are done", "请待其完成后重试"),
        )

    def _must_be_there(self) -> None:
        """The packs that this version needs, as far as their sizes show it, and nobody may have swept the new ones.

        Raises NotVerifiedError, InputError.
        """
        if time.clock_gettime(_CLOCK) - self._began > LONGEST:
            raise InputError(
                Text("not sealed: it took longer than 20 hours", "未封存：耗时超过 20 小时"),
                Text(
                    "nothing was acknowledged; seal again, from a faster disk",
                    "未确认任何内容；请换用更快的磁盘重新封存",
                ),
            )
        for name, size in self.packs.items():
            what = f"deposit {self.header.id}: pack {name[:16]}"
            with packs.named(what):
                found = self.storage.size(packs.pack_path(self.header.id, name))
            if found != size:
                raise unverified(what, f"it has {found} bytes and not {size}", "长度不符")

    def _add_link(self, path: str, raw: bytes) -> None:
        link = shown(os.readlink(raw))  # noqa: PTH115  (raw bytes)
        self.rows.append(Row(link=link, path=path, salt=os.urandom(16).hex(), sha256=_NOTHING, size=0))

    def _add_file(self, path: str, raw: bytes) -> None:
        descriptor = os.open(raw, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise _changed(path)
            if before.st_size < packs.PIECE:
                sha256, sm3, pieces, size = self._small(os.read(descriptor, before.st_size + 1))
            else:
                sha256, sm3, pieces, size = self._large(descriptor, before.st_size)
            after = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        if size != before.st_size or (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise _changed(path)
        self.bytes += size
        if pieces:
            self.pieces[path] = pieces
        salt, executable = os.urandom(16).hex(), bool(before.st_mode & stat.S_IXUSR)
        self.rows.append(Row(executable=executable, path=path, salt=salt, sha256=sha256, size=size, sm3=sm3))

    def _small(self, content: bytes) -> tuple[str, str, bytes, int]:
        """One piece, whose digest is that of the file."""
        sha256 = hashlib.sha256(content).digest()
        sm3 = digest(content) if self.with_sm3 else b""
        name = self._store(sha256 if self.header.suite is AES else sm3, content, sha256) if content else b""
        return sha256.hex(), sm3.hex(), name, len(content)

    def _large(self, descriptor: int, expected: int) -> tuple[str, str, bytes, int]:
        """Several pieces; no more is read of a file that grows."""
        sha256, sm3, names, size = hashlib.sha256(), Sm3() if self.with_sm3 else None, [], 0
        while size <= expected and (piece := _read(descriptor, packs.PIECE)):
            sha256.update(piece)
            if sm3 is not None:
                sm3.update(piece)
            size += len(piece)
            own = hashlib.sha256(piece).digest()
            names.append(self._store(own if self.header.suite is AES else digest(piece), piece, own))
        return sha256.hexdigest(), sm3.hexdigest() if sm3 is not None else "", b"".join(names), size

    def _store(self, named_by: bytes, piece: bytes, sha256: bytes) -> bytes:
        """The keyed name of a piece, by its digest of the suite; it is stored unless it is already."""
        name = self.naming.name(named_by)
        stored = self._stored.get(name)
        if stored is not None:
            self.packs[stored[0]] = stored[1]
        elif name not in self._new:
            self._new.add(name)
            self.packer.add(name, piece, sha256)
        return name


def _local(storage: Storage) -> list[Path]:
    return [storage.path] if isinstance(storage, Folder) else []


def _files(top: bytes, apart: set[bytes], left_out: list[str]) -> Iterator[tuple[str, bytes, bool]]:
    """Path, raw path and whether it is a link, of everything below the folder; what is left out is named there.

    Raises OSError for a folder that cannot be read.
    """
    waiting = [b""]
    while waiting:
        relative = waiting.pop()
        with os.scandir(top + b"/" + relative if relative else top) as found:
            items = sorted(found, key=attrgetter("name"))
        deeper: list[bytes] = []
        for item in items:
            name = relative + b"/" + item.name if relative else item.name
            if item.path in apart:
                left_out.append(shown(name))
            elif item.is_symlink():
                yield shown(name), item.path, True
            elif item.is_dir(follow_symlinks=False):
                deeper.append(name)
            elif item.is_file(follow_symlinks=False):
                yield shown(name), item.path, False
            else:
                left_out.append(shown(name))
        waiting += reversed(deeper)


def _read(descriptor: int, size: int) -> bytes:
    """`size` bytes, fewer only at the end."""
    content = os.read(descriptor, size)
    while len(content) < size and (more := os.read(descriptor, size - len(content))):
        content += more
    return content


def _changed(path: str) -> InputError:
    return InputError(
        Text(f"{path} changed while it was sealed", f"封存期间 {path} 发生变化"),
        Text("seal a folder that nobody works in, such as a fresh checkout", "请封存无人改动的目录，例如新检出的代码"),
    )


def _failed(storage: Storage, error: OSError) -> InputError:
    """A file or the store: the error says which."""
    if isinstance(error, FileExistsError):
        return InputError(
            Text(f"{storage.address} holds {error.args[-1]} already", f"{storage.address} 中已有 {error.args[-1]}"),
            Text("seal into the deposit that is there, or name another store", "请封存到已有的保管件，或另选存储位置"),
        )
    place = os.fsdecode(error.filename) if error.filename else storage.address
    return InputError(
        Text("not sealed: {place}: {why}", "未封存：{place}：{why}").fill(place=place, why=said(error)),
        Text(
            "nothing was acknowledged; earlier versions are as they were; make room or set it right and seal again",
            "未确认任何内容，先前版本保持不变；请腾出空间或修正后重新封存",
        ),
    )
