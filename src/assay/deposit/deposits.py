"""Deposits as readers meet them: what is there and signed, without a key; with the root key, every file of it.

    deposit = Deposit.open(storage, id, trusted)        header and statements verified; nothing secret in it
    for fault in deposit.check(): ...                   every pack and object against its name
    unsealed = deposit.unlock(root)                     or NotVerifiedError: another root key
    manifest = unsealed.manifest(version)               the rows that the vendor signed
    content = unsealed.read(version, manifest.row(path))
    key = unsealed.file_key(version, row)               opens this one file: `read_with(storage, key)`

Whatever is given out was verified: each chunk by its tag, each piece by its key, which is that of its name, and a whole
file by the SHA-256 and the SM3 that the vendor signed, before its first byte. Who may read is not asked here: whoever
has a key reads, and keys are handed out by orders and grants (`orders`, `grants`).
"""

import hashlib
import re
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from assay.core.errors import InputError, NotVerifiedError
from assay.core.text import Text
from assay.deposit import keys, manifest, packs
from assay.deposit.keys import EpochKey, PrivateKeys
from assay.deposit.manifest import Header, Manifest, Row, Version
from assay.deposit.packs import Place
from assay.deposit.storage import Storage
from assay.deposit.suites import SUITES, Octets, Suite
from assay.ledger.notes import unverified
from assay.ledger.signing import NamedKey
from assay.sm import sm3


def deposits_in(storage: Storage) -> list[str]:
    """The ids of all deposits in a store, damaged ones too."""
    headers = (name for name in storage.names() if name.endswith("/deposit.json"))
    return [name.partition("/")[0] for name in headers if ID.fullmatch(name.partition("/")[0])]


ID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_NUMBERED = re.compile(r"[0-9]{6,}\.json", re.ASCII)
_AT_ONCE = 8 << 20


class Located(Struct, frozen=True):
    """A piece: the pack it lies in, its place there, and its key."""

    pack: str
    place: Place
    key: bytes


class FileKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What opens one file of a deposit and nothing else: its signed row, where its pieces lie, and their keys."""

    deposit: str
    version: int
    suite: str
    row: Row
    pieces: list[tuple[str, Place, bytes]]

    @property
    def where(self) -> str:
        return f"deposit {self.deposit}, version {self.version}: {self.row.path}"

    def encode(self) -> bytes:
        return msgspec.msgpack.encode(self)

    @classmethod
    def decode(cls, content: bytes) -> "FileKey":
        """Raises NotVerifiedError when these bytes are none."""
        try:
            key = msgspec.msgpack.decode(content, type=cls)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise unverified("the key of a file", str(error), str(error)) from error
        places = all(packs.HEX.fullmatch(pack) and place.at >= 0 and place.sealed > 0 for pack, place, _ in key.pieces)
        if key.suite not in SUITES or not ID.fullmatch(key.deposit) or not places:
            raise unverified("the key of a file", "it is of no deposit", "不属于任何保管件")
        packs.check_cut([place.size for _, place, _ in key.pieces], key.row.size, key.where)
        return key


class Deposit:
    """A deposit without any key. Opening it writes nothing."""

    def __init__(self, storage: Storage, header: Header, versions: tuple[Version, ...]) -> None:
        self.storage, self.header, self.versions = storage, header, versions
        self.id, self.suite = header.id, header.suite

    @classmethod
    def open(cls, storage: Storage, deposit: str, trusted: Sequence[NamedKey] = ()) -> "Deposit":
        """Raises InputError when there is none, NotVerifiedError when header or a statement does not verify.

        With `trusted` keys the header must be signed by one of them; without, everything is held to the keys that the
        header itself names, which shows that it is whole, not whose it is.
        """
        try:
            there = bool(ID.fullmatch(deposit)) and storage.size(packs.header_path(deposit)) >= 0
        except (FileNotFoundError, NotADirectoryError):
            there = False
        if not there:
            raise InputError(
                Text(f"{storage.address} holds no deposit {deposit}", f"{storage.address} 中没有保管件 {deposit}"),
                Text("assay deposit list shows what is there", "可用 assay deposit list 查看"),
            )
        what = f"deposit {deposit}: its header"
        content = packs.read_whole(storage, packs.header_path(deposit), what, packs.LARGEST_DOCUMENT)
        header = manifest.read_header(content, deposit, trusted)
        return cls(storage, header, tuple(read_versions(storage, header)))

    def version(self, number: int | None = None) -> Version:
        """A version, the newest for None. Raises InputError."""
        for version in reversed(self.versions):
            if number in (None, version.number):
                return version
        known = ", ".join(str(version.number) for version in self.versions) or "-"
        raise InputError(
            Text(f"deposit {self.id} has no version {number or ''}", f"保管件 {self.id} 没有第 {number or ''} 版"),
            Text(f"versions in it: {known}", f"其中的版本：{known}"),
        )

    @property
    def signed_by(self) -> tuple[NamedKey, ...]:
        """The keys that signed the header and were checked."""
        return self.header.signed_by

    @property
    def terms(self) -> bytes:
        """The terms that the vendor signed. Raises NotVerifiedError when they are missing or others."""
        return self._document("the terms", packs.terms_path(self.id), self.header.terms)

    @property
    def custody(self) -> bytes:
        """Who holds which share, as the vendor signed it. Raises NotVerifiedError."""
        return self._document("the list of custodians", packs.custody_path(self.id), self.header.custody)

    def probe(self, root: bytes) -> None:
        """Whether a root key fits, by the canary alone: no file is opened. Raises NotVerifiedError."""
        keys.probe(self.id, self.suite, root, self.header.keys)

    def unlock(self, root: bytes) -> "Unsealed":
        """Raises NotVerifiedError when this is not the root key."""
        return Unsealed(self, PrivateKeys(self.id, self.suite, root, self.header.keys))

    def check(self) -> Iterator[NotVerifiedError]:
        """What is missing or changed, as far as it shows without a key: terms, custody, every pack, every object."""
        for document in ("terms", "custody"):
            try:
                getattr(self, document)
            except NotVerifiedError as fault:
                yield fault
        for name in sorted({name for version in self.versions for name, _ in version.packs}):
            what = f"deposit {self.id}: pack {name[:16]}"
            yield from _differs(self.storage, packs.pack_path(self.id, name), name, what)
        for version in self.versions:
            for role, name in (("manifest", version.contents), ("index", version.index)):
                what = f"deposit {self.id}: the {role} of version {version.number}"
                yield from _differs(self.storage, packs.object_path(self.id, name), name, what)

    def needed(self) -> set[str]:
        """The names of all packs, objects and statements of its versions."""
        needed = {packs.pack_path(self.id, name) for version in self.versions for name, _ in version.packs}
        for version in self.versions:
            needed |= {packs.object_path(self.id, version.contents), packs.object_path(self.id, version.index)}
            needed.add(packs.version_path(self.id, version.number))
        return needed

    def unnamed(self) -> list[str]:
        """Packs and objects that no version needs: what killed sealers left, or sealers at work are about to name."""
        needed = self.needed()
        found = [name for part in ("packs", "objects") for name in self.storage.names(f"{self.id}/{part}")]
        return [name for name in found if name not in needed]

    def _document(self, what: str, path: str, sha256: str) -> bytes:
        what = f"deposit {self.id}: {what}"
        content = packs.read_whole(self.storage, path, what, packs.LARGEST_DOCUMENT)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise unverified(what, "they are not those that were signed", "与签名的内容不符")
        return content


class Unsealed:
    """A deposit with its keys. Not shared between threads."""

    def __init__(self, deposit: Deposit, private: PrivateKeys) -> None:
        self.deposit = deposit
        self._keys: PrivateKeys | None = private
        self._zstd = packs.Compressor()
        self._places: dict[bytes, tuple[str, Place, EpochKey]] = {}
        self._contents: dict[int, tuple[Manifest, list[bytes]]] = {}
        self._epochs: dict[int, EpochKey] = {}
        self._located: set[int] = set()

    def forget(self) -> None:
        """Let go of every key; what is asked for afterwards is refused. Python cannot wipe them."""
        self._keys = None
        self._places.clear()
        self._contents.clear()
        self._epochs.clear()
        self._located.clear()

    def manifest(self, version: Version) -> Manifest:
        """Raises NotVerifiedError when it is missing, damaged, or not the one that was signed."""
        return self._opened(version)[0]

    def read(self, version: Version, row: Row) -> bytes:
        """A whole file. Raises NotVerifiedError naming it."""
        storage, deposit, suite = self.deposit.storage, self.deposit.id, self.deposit.suite
        where, pieces = self._where(version, row), self.pieces(version, row)
        content = b"".join(read_piece(storage, deposit, suite, each, self._zstd, where) for each in pieces)
        check(content, row, where)
        return content

    def file_key(self, version: Version, row: Row) -> FileKey:
        pieces = [(located.pack, located.place, located.key) for located in self.pieces(version, row)]
        return FileKey(self.deposit.id, version.number, self.deposit.suite.name, row, pieces)

    def pieces(self, version: Version, row: Row) -> list[Located]:
        """Where the pieces of a file lie, and their keys. Raises NotVerifiedError when the index knows one not."""
        rows, joined = self._opened(version)
        located = []
        for name in packs.names_of(joined[rows.places[row.path]]):
            found = self._places.get(name)
            if found is None:
                raise unverified(self._where(version, row), "the index does not know its content", "索引中没有其内容")
            pack, place, epoch = found
            located.append(Located(pack, place, epoch.piece_key(name)))
        packs.check_cut([each.place.size for each in located], row.size, self._where(version, row))
        return located

    def _opened(self, version: Version) -> tuple[Manifest, list[bytes]]:
        if version.number not in self._contents:
            contents = packs.read_contents(self.deposit.storage, self._epoch(version), version.contents)
            rows = manifest.read_manifest(contents.manifest, version)
            if len(contents.pieces) != len(rows.rows):
                what = f"deposit {self.deposit.id}: the manifest of version {version.number}"
                raise unverified(what, "it lists pieces of other files", "所列内容与文件不对应")
            self._locate(version)
            self._contents[version.number] = rows, contents.pieces
        return self._contents[version.number]

    def _locate(self, upto: Version) -> None:
        """Learn where pieces lie, from the indexes of all versions up to this one."""
        for version in self.deposit.versions[: upto.number]:
            if version.number in self._located:
                continue
            index = packs.read_index(self.deposit.storage, self._held().naming, version.index)
            epoch, names = self._epoch(version), [name for name, _ in index.packs]
            if not set(index.packs) <= set(version.packs):
                what = f"deposit {self.deposit.id}: the index of version {version.number}"
                raise unverified(what, "it names packs that were not signed", "所列数据包未经签名")
            self._located.add(version.number)
            for place in index.pieces:
                self._places.setdefault(place.name, (names[place.pack], place, epoch))

    def _epoch(self, version: Version) -> EpochKey:
        if version.number not in self._epochs:
            self._epochs[version.number] = self._held().unwrap(version.epoch, version.number)
        return self._epochs[version.number]

    def _held(self) -> PrivateKeys:
        if self._keys is None:
            raise InputError(
                Text(f"the keys of deposit {self.deposit.id} were given up", f"已放弃保管件 {self.deposit.id} 的密钥"),
                Text("open it again under an order", "请凭启封令重新打开"),
            )
        return self._keys

    def _where(self, version: Version, row: Row) -> str:
        return f"deposit {self.deposit.id}, version {version.number}: {row.path}"


def read_versions(storage: Storage, header: Header) -> list[Version]:
    """The statements of a deposit, oldest first, each signed by its vendor and naming the one before.

    Raises NotVerifiedError: one is missing between others, changed, or signed by another.
    """
    folder = f"{header.id}/versions"
    found = [name for name in storage.names(folder) if _NUMBERED.fullmatch(name.rpartition("/")[2])]
    versions: list[Version] = []
    for number, name in enumerate(found, 1):
        what = f"deposit {header.id}: the statement of version {number}"
        if name != packs.version_path(header.id, number):
            raise packs.missing(what)
        content = packs.read_whole(storage, name, what, packs.LARGEST_DOCUMENT)
        version = manifest.read_version(content, header.id, number, header.signing)
        if version.prior != (versions[-1].digest if versions else ""):
            raise unverified(what, "it does not continue the version before it", "与前一版本不衔接")
        versions.append(version)
    return versions


def read_with(storage: Storage, key: FileKey) -> bytes:
    """The one file that a file key opens, verified against its signed row. Raises NotVerifiedError."""
    zstd, where = packs.Compressor(), key.where
    content = b"".join(
        read_piece(storage, key.deposit, SUITES[key.suite], Located(*piece), zstd, where) for piece in key.pieces
    )
    check(content, key.row, where)
    return content


def read_piece(
    storage: Storage, deposit: str, suite: Suite, located: Located, zstd: packs.Compressor, where: str
) -> Octets:
    """A piece under its own key, which is that of its name. Raises NotVerifiedError naming `where` and the pack."""
    place, pack = located.place, f"{where}: pack {located.pack[:16]}, piece at {located.place.at}"
    with packs.named(pack):
        sealed = storage.read(packs.pack_path(deposit, located.pack), place.at, place.sealed)
    return packs.open_piece(deposit, suite, located.key, sealed, place, zstd, pack)


def check(content: bytes, row: Row, where: str) -> None:
    """A whole file against what the vendor signed. Raises NotVerifiedError."""
    if len(content) != row.size or hashlib.sha256(content).hexdigest() != row.sha256:
        raise unverified(where, "its SHA-256 is not the signed one", "其 SHA-256 与签名清单不符")
    if row.sm3 and sm3.digest(content).hex() != row.sm3:
        raise unverified(where, "its SM3 is not the signed one", "其 SM3 与签名清单不符")


def _differs(storage: Storage, path: str, sha256: str, what: str) -> Iterator[NotVerifiedError]:
    try:
        with packs.named(what):
            size, digest, at = storage.size(path), hashlib.sha256(), 0
            while at < size and (content := storage.read(path, at, _AT_ONCE)):
                digest.update(content)
                at += len(content)
    except NotVerifiedError as fault:
        yield fault
        return
    if digest.hexdigest() != sha256:
        yield unverified(what, "its SHA-256 is another", "其 SHA-256 不符")
