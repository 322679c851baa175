"""Where the bytes of a member are, and how a worker gets at them again.

Schemes of a `Locator`: **file** is a whole file on disk; **slice** is `size` bytes of a file at `offset` (members of
tars, stored members of zips); **zip** is `size` compressed bytes at `offset`, described by the directory record (or,
in a zip that lost its directory, the local header) that stands at `entry`. Every offset counts from the start of the
file, also for archives inside archives, so that reopening a member costs one open and one seek: no archive's
directory is ever read twice, and nothing is cached between calls. The path of a file that lies in a deposit is one of
`deposit.tree`, and every scheme works over it.

A reader never yields more than the size that intake accepted: more is damage, so a lying size cannot become a bomb.
"""

import io
import os
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO, cast

from msgspec import Struct

from assay.core.examination import Locator
from assay.intake.inflate import CHUNK, BadContentError, Codec, inflated

_AT_ONCE = 1 << 20
_HEAD_CHUNK = 4096
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_SEALED = "deposit:"  # `deposit.tree.PREFIX`; the path of a file on disk is absolute
METHODS: dict[int, Codec] = {8: "zip-deflate", 12: "zip-bzip2", 14: "zip-lzma", 93: "zip-zstd"}
STORED = 0
_CENTRAL = struct.Struct("<4s4xHH4xIII")  # signature, flags, method, crc, packed, size
_LOCAL = struct.Struct("<4s2xHH4xIII")
_ZIP64 = 0xFFFFFFFF


def open_locator(locator: Locator) -> BinaryIO:
    """Reopen a member for reading from its start; works in any process that sees the same files.

    Raises OSError when the bytes cannot be had, BadContentError (an OSError) as soon as they turn out damaged.
    """
    if locator.scheme == "file":
        return _open_regular(locator.path)
    if locator.scheme == "slice":
        return _bounded(_open_regular(locator.path), locator.offset, locator.size)
    if locator.scheme == "zip":
        return _open_zip(locator, CHUNK)
    raise ValueError(f"locator scheme {locator.scheme!r} is unknown")


def is_sealed(locator: Locator) -> bool:
    """Whether the bytes lie in a deposit, and not in a file that another program could open."""
    return locator.path.startswith(_SEALED)


def read_head(locator: Locator, size: int) -> bytes:
    """At most the first `size` bytes, without reading or expanding the rest."""
    if locator.scheme == "zip":
        with _open_zip(locator, _HEAD_CHUNK, at_once=False) as stream:
            return stream.read(size)
    wanted = size if locator.size < 0 else min(size, locator.size)
    if is_sealed(locator):
        with _open_regular(locator.path) as stream:
            stream.seek(locator.offset)
            return stream.read(wanted)
    descriptor = _descriptor(locator.path)
    try:
        if locator.offset:
            os.lseek(descriptor, locator.offset, os.SEEK_SET)
        return os.read(descriptor, wanted)
    finally:
        os.close(descriptor)


def _open_regular(path: str) -> BinaryIO:
    if path.startswith(_SEALED):
        from assay.deposit.tree import open_member  # noqa: PLC0415  (few deliveries are deposits)

        return open_member(path)
    return io.BufferedReader(io.FileIO(_descriptor(path)))  # a fifth less than `open`, which asks for a terminal


def _descriptor(path: str) -> int:
    """Open without following a link and without waiting on a pipe that took the file's place."""
    descriptor = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"not a regular file any more: {path!r}")
    return descriptor


def _bounded(stream: BinaryIO, offset: int, size: int) -> BinaryIO:
    if size > _AT_ONCE:
        return cast(BinaryIO, io.BufferedReader(_Slice(stream, offset, size)))
    with stream:
        stream.seek(offset)
        content = stream.read(size)
    if len(content) < size:
        raise BadContentError("the archive ends inside this member")
    return io.BytesIO(content)


def _open_zip(locator: Locator, chunk: int, *, at_once: bool = True) -> BinaryIO:
    with ExitStack() as until_handed_on:
        stream = until_handed_on.enter_context(_open_regular(locator.path))
        record = zip_record(Window(locator.path, stream=stream), locator.entry)
        stream.seek(locator.offset)
        packed = cast(BinaryIO, io.BufferedReader(_Slice(stream, locator.offset, locator.size)))
        pieces = inflated(METHODS[record.method], packed.read, chunk)
        reader = _Inflating(pieces, record.size, record.crc, packed)
        if at_once and record.size <= _AT_ONCE:
            with reader:
                return io.BytesIO(reader.readall() or b"")
        until_handed_on.pop_all()
    return cast(BinaryIO, io.BufferedReader(reader))


class ZipRecord(Struct, frozen=True):
    """What a directory record or a local header says of one entry. `offset` is -1 in a local header."""

    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int = -1


def zip_record(window: "Window", at: int) -> ZipRecord:
    """Parse the record at `at`, zip64 sizes included. Raises BadContentError."""
    fixed = window.read(at, 46)
    if fixed[:4] == b"PK\1\2" and len(fixed) == 46:
        _, flags, method, crc, packed, size = _CENTRAL.unpack_from(fixed)
        name, extra = struct.unpack_from("<HH", fixed, 28)
        offset = int.from_bytes(fixed[42:46], "little")
        block = window.read(at + 46 + name, extra)
    elif fixed[:4] == b"PK\3\4" and len(fixed) >= 30:
        _, flags, method, crc, packed, size = _LOCAL.unpack_from(fixed)
        name, extra = struct.unpack_from("<HH", fixed, 26)
        offset, block = -1, window.read(at + 30 + name, extra)
    else:
        raise BadContentError("the archive's record of this entry is damaged")
    if _ZIP64 in (packed, size, offset):
        size, packed, offset = _wide(block, size, packed, offset)
    return ZipRecord(flags, method, crc, packed, size, offset)


def _wide(block: bytes, *narrow: int) -> tuple[int, int, int]:
    values = list(narrow)
    for tag, body in extra_fields(block):
        if tag == 1:
            at = 0
            for index, item in enumerate(narrow):
                if item == _ZIP64 and at + 8 <= len(body):
                    values[index] = int.from_bytes(body[at : at + 8], "little")
                    at += 8
    return values[0], values[1], values[2]


def extra_fields(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and body of each extra field; stops silently where the block is malformed."""
    at = 0
    while at + 4 <= len(block):
        tag, size = struct.unpack_from("<HH", block, at)
        yield tag, block[at + 4 : at + 4 + size]
        at += 4 + size


class Window:
    """Random access to one archive: a file, or the part of a file that holds an archive inside an archive."""

    def __init__(self, path: str, offset: int = 0, size: int = -1, stream: BinaryIO | None = None) -> None:
        self.path, self.offset = path, offset
        self._stream = _open_regular(path) if stream is None else stream
        self.size = size if size >= 0 else self._stream.seek(0, os.SEEK_END) - offset

    def read(self, at: int, size: int) -> bytes:
        """Up to `size` bytes at `at`; fewer at the end, none outside."""
        size = min(size, self.size - at)
        if at < 0 or size <= 0:
            return b""
        self._stream.seek(self.offset + at)
        return self._stream.read(size)

    def locator(self, at: int, size: int) -> Locator:
        return Locator("slice", self.path, self.offset + at, size)

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> "Window":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Slice(io.RawIOBase):
    """Bytes [offset, offset + size) of a stream that it owns."""

    def __init__(self, stream: BinaryIO, offset: int, size: int) -> None:
        self._stream, self._offset, self._size, self._at = stream, offset, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, to: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + to)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer)).cast("B")
        wanted = min(len(view), self._size - self._at)
        if wanted <= 0:
            return 0
        self._stream.seek(self._offset + self._at)
        content = self._stream.read(wanted)
        if not content:
            raise BadContentError("the archive ends inside this member")
        view[: len(content)] = content
        self._at += len(content)
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


class _Inflating(io.RawIOBase):
    """Decompressed bytes, held to the size and checksum that the archive's directory promised."""

    def __init__(self, pieces: Iterator[bytes], size: int, crc: int, source: BinaryIO) -> None:
        self._pieces, self._left, self._crc, self._source = pieces, size, crc, source
        self._sum, self._piece = 0, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer)).cast("B")
        if not self._piece and len(view) and not self._next():
            return 0
        size = min(len(view), len(self._piece))
        view[:size] = self._piece[:size]
        self._piece = self._piece[size:]
        return size

    def _next(self) -> bool:
        piece = next(self._pieces, b"")
        if len(piece) > self._left:
            raise BadContentError("the member is longer than the archive's directory says")
        self._left -= len(piece)
        self._sum = zlib.crc32(piece, self._sum)
        if piece:
            self._piece = memoryview(piece)
            return True
        if self._left:
            raise BadContentError("the member is shorter than the archive's directory says")
        if self._sum != self._crc:
            raise BadContentError("the member's checksum does not match")
        return False

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()
