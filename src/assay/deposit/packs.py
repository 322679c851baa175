"""Packs: sealed pieces of contents, one behind the other, in objects of one size.

A file is cut into pieces of 1 MiB; one that is smaller is one piece, and most are. Each piece is compressed by itself,
when that makes it smaller, and sealed as a message of its own (`container`) under a key of its own. A pack is filled
with sealed pieces to 16 MiB and padded with random bytes, which look the same; the last one is padded to a size class
(Padmé: at most 12 % more, less for larger ones). Packs are named by the SHA-256 of their bytes, so that who has no key
can check them. Where the pieces of a version lie is its index, sealed under the naming key.

There is no content-defined chunking: the sizes that it leaves on disk tell whether a known file is inside (ADR 19).
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import msgspec
import zstandard
from msgspec import Struct, field

from assay.core.errors import NotVerifiedError, said
from assay.deposit import container
from assay.deposit.keys import SIZE, EpochKey, NamingKey, context
from assay.deposit.storage import Storage
from assay.deposit.suites import Octets, Suite
from assay.ledger.notes import unverified

PIECE = 1 << 20
PACK = 16 << 20
LEVEL = 3
LARGEST_OBJECT, LARGEST_DOCUMENT = 1 << 30, 16 << 20
HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Place(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where a piece lies: sealed bytes [at, at + sealed) of the pack that stands at `pack` in its index."""

    name: bytes
    pack: int
    at: int
    sealed: int
    size: int
    compressed: bool


class Index(msgspec.Struct, frozen=True):
    """What one version added."""

    packs: list[tuple[str, int]]
    pieces: list[Place]


class Contents(msgspec.Struct, frozen=True):
    """The manifest of a version, and for each of its rows the names of its pieces, joined."""

    manifest: bytes
    pieces: list[bytes]


class Compressor:
    """zstd, one frame per content, and only where it is shorter. For one thread."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, write_content_size=False, write_checksum=False)
        self._decompressor = zstandard.ZstdDecompressor()

    def pack(self, content: bytes) -> tuple[bytes, bool]:
        packed = self._compressor.compress(content)
        return (packed, True) if len(packed) < len(content) else (content, False)

    def unpack(self, packed: Octets, size: int, what: str) -> bytes:
        """Raises NotVerifiedError when it is not `size` bytes; never makes more of them."""
        try:
            content = self._decompressor.decompress(packed, max_output_size=max(size, 1))
        except zstandard.ZstdError as error:
            raise unverified(what, "it does not expand", "无法解压") from error
        if len(content) != size:
            raise unverified(what, f"it expands to {len(content)} bytes and not {size}", "解压后的长度不符")
        return content


def padded(size: int) -> int:
    """The size class of `size`: Padmé keeps the upper bits of a size, as many as its exponent has (PETS 2019)."""
    if size < 2:
        return size
    exponent = size.bit_length() - 1
    low = (1 << exponent - exponent.bit_length()) - 1
    return size + low & ~low


def check_cut(sizes: Sequence[int], whole: int, where: str) -> None:
    """Pieces are of one size but for the last, so that any place of a file is found. Raises NotVerifiedError."""
    if sum(sizes) != whole or any(size != PIECE for size in sizes[:-1]) or any(not 0 < size <= PIECE for size in sizes):
        raise unverified(where, "its pieces are not cut as they must be", "其分段方式不符")


def open_piece(
    deposit: str, suite: Suite, key: bytes, sealed: Octets, place: Place, zstd: Compressor, where: str
) -> Octets:
    """The content of a piece, verified. `where` names it in errors."""
    content = container.unseal(suite, key, context(deposit, "piece"), sealed, where)
    if place.compressed:
        return zstd.unpack(content, place.size, where)
    if len(content) != place.size:
        raise unverified(where, f"it has {len(content)} bytes and not {place.size}", "长度不符")
    return content


class Packer(Struct):
    """Seals pieces into packs of a new version and writes them. For one thread."""

    storage: Storage
    epoch: EpochKey
    packs: list[tuple[str, int]] = field(default_factory=list)
    pieces: list[Place] = field(default_factory=list)
    _zstd: Compressor = field(default_factory=Compressor)
    _filling: list[Octets] = field(default_factory=list)
    _digests: list[bytes] = field(default_factory=list)
    _filled: int = 0
    _first: int = 0
    _context: bytes = b""

    def __post_init__(self) -> None:
        self._context = context(self.epoch.deposit, "piece")

    def add(self, name: bytes, piece: bytes, sha256: bytes) -> None:
        """A piece that is not stored yet, and its digest. Raises OSError, NotVerifiedError."""
        content, compressed = self._zstd.pack(piece)
        sealed = container.seal(self.epoch.suite, self.epoch.piece_key(name), self._context, content)
        if self._filled + len(sealed) > PACK:
            self._write(PACK)
        self.pieces.append(Place(name, len(self.packs), self._filled, len(sealed), len(piece), compressed))
        self._filling.append(sealed)
        self._digests.append(sha256)
        self._filled += len(sealed)

    def finish(self) -> Index:
        if self._filling:
            self._write(padded(self._filled))
        return Index(self.packs, self.pieces)

    def _write(self, size: int) -> None:
        """1 padded, 2 named by its bytes, 3 made durable, 4 read back and opened, or nothing rests on it."""
        self._filling.append(os.urandom(size - self._filled))  # 1
        content = b"".join(self._filling)
        name = hashlib.sha256(content).hexdigest()  # 2
        path = pack_path(self.epoch.deposit, name)
        self.storage.create(path, content)  # 3
        self._verify(self.storage.read(path), name)  # 4
        self.packs.append((name, size))
        self._filling.clear()
        self._digests.clear()
        self._filled, self._first = 0, len(self.pieces)

    def _verify(self, content: bytes, name: str) -> None:
        """Open every piece of a pack as it lies there; each must be the content that was given."""
        what = f"deposit {self.epoch.deposit}: pack {name[:16]}"
        if hashlib.sha256(content).hexdigest() != name:
            raise unverified(what, "its bytes are not those that were written", "其内容与写入时不符")
        view, suite = memoryview(content), self.epoch.suite
        for place, digest in zip(self.pieces[self._first :], self._digests, strict=True):
            where, sealed = f"{what}, piece at {place.at}", view[place.at : place.at + place.sealed]
            key = self.epoch.piece_key(place.name)
            piece = open_piece(self.epoch.deposit, suite, key, sealed, place, self._zstd, where)
            if hashlib.sha256(piece).digest() != digest:
                raise unverified(where, "it is another content", "内容不符")


def write_object(storage: Storage, deposit: str, role: str, suite: Suite, key: bytes, body: bytes) -> str:
    """Compress, pad and seal a manifest or an index; the SHA-256 it is named by."""
    sealed = bytes(container.seal(suite, key, context(deposit, role), _framed(body)))
    name = hashlib.sha256(sealed).hexdigest()
    storage.create(object_path(deposit, name), sealed)
    if storage.read(object_path(deposit, name)) != sealed:
        raise unverified(f"deposit {deposit}: object {name[:16]}", "it is not what was written", "与写入内容不符")
    return name


def read_object(storage: Storage, deposit: str, role: str, suite: Suite, key: bytes, name: str) -> bytes:
    """Raises NotVerifiedError naming the object: missing, changed, or sealed under another key."""
    what = f"deposit {deposit}: the {role} {name[:16]}"
    sealed = read_whole(storage, object_path(deposit, name), what)
    if hashlib.sha256(sealed).hexdigest() != name:
        raise unverified(what, "its SHA-256 is another", "其 SHA-256 不符")
    return _unframed(container.unseal(suite, key, context(deposit, role), sealed, what), what)


def read_whole(storage: Storage, path: str, what: str, at_most: int = LARGEST_OBJECT) -> bytes:
    """Raises NotVerifiedError when it is missing, cannot be read or is larger than it may be."""
    with named(what):
        size = storage.size(path)
        if size > at_most:
            raise unverified(what, f"it has {size} bytes, more than it may", f"其长度 {size} 字节，超过上限")
        return storage.read(path)


@contextmanager
def named(what: str) -> Iterator[None]:
    """What a store fails to give is a fault of the deposit, by its name. Raises NotVerifiedError."""
    try:
        yield
    except FileNotFoundError as error:
        raise missing(what) from error
    except OSError as error:
        why = said(error)
        raise unverified(what, f"it cannot be read: {why.en}", f"无法读取：{why.zh}") from error


def missing(what: str) -> NotVerifiedError:
    return unverified(what, "it is missing", "缺失")


def pack_path(deposit: str, name: str) -> str:
    return f"{deposit}/packs/{name}"


def object_path(deposit: str, name: str) -> str:
    return f"{deposit}/objects/{name}"


def version_path(deposit: str, number: int) -> str:
    return f"{deposit}/versions/{number:06}.json"


def terms_path(deposit: str) -> str:
    return f"{deposit}/terms.json"


def custody_path(deposit: str) -> str:
    return f"{deposit}/custody.json"


def header_path(deposit: str) -> str:
    return f"{deposit}/deposit.json"


def _framed(body: bytes) -> bytes:
    """Length of the body, length of what it was compressed to, that, and zeros up to the size class."""
    packed = zstandard.ZstdCompressor(level=LEVEL).compress(body)
    framed = len(body).to_bytes(8) + len(packed).to_bytes(8) + packed
    return framed + bytes(padded(len(framed)) - len(framed))


def _unframed(framed: Octets, what: str) -> bytes:
    size, packed = int.from_bytes(framed[:8]), int.from_bytes(framed[8:16])
    if len(framed) < 16 + packed or size > LARGEST_OBJECT:
        raise unverified(what, "its lengths do not fit", "长度不符")
    return Compressor().unpack(framed[16 : 16 + packed], size, what)


def names_of(joined: bytes) -> list[bytes]:
    """The piece names of a row."""
    return [joined[at : at + SIZE] for at in range(0, len(joined), SIZE)]


def write_index(storage: Storage, naming: NamingKey, index: Index) -> str:
    body = msgspec.msgpack.encode(index)
    return write_object(storage, naming.deposit, "index", naming.suite, naming.index_key(), body)


def read_index(storage: Storage, naming: NamingKey, name: str) -> Index:
    """Held to its form: its writer, who is the vendor, is not believed. Raises NotVerifiedError."""
    body = read_object(storage, naming.deposit, "index", naming.suite, naming.index_key(), name)
    what = f"deposit {naming.deposit}: the index {name[:16]}"
    index = _decoded(body, _index, what)
    good = all(HEX.fullmatch(pack) for pack, _ in index.packs) and all(
        0 <= place.pack < len(index.packs) and place.at >= 0 and place.sealed > 0 and len(place.name) == SIZE
        for place in index.pieces
    )
    if not good:
        raise unverified(what, "a place in it is none", "其中的位置无效")
    return index


def write_contents(storage: Storage, epoch: EpochKey, contents: Contents) -> str:
    body = msgspec.msgpack.encode(contents)
    return write_object(storage, epoch.deposit, "manifest", epoch.suite, epoch.manifest_key(), body)


def read_contents(storage: Storage, epoch: EpochKey, name: str) -> Contents:
    body = read_object(storage, epoch.deposit, "manifest", epoch.suite, epoch.manifest_key(), name)
    return _decoded(body, _contents, f"deposit {epoch.deposit}: the manifest {name[:16]}")


_index = msgspec.msgpack.Decoder(Index)
_contents = msgspec.msgpack.Decoder(Contents)
_T = TypeVar("_T")


def _decoded(body: bytes, decoder: "msgspec.msgpack.Decoder[_T]", what: str) -> _T:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise unverified(what, str(error), str(error)) from error
