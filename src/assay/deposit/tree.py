"""A version of a deposit as a tree that is examined in place: no file of it is ever written out.

    file_keys(unsealed, version, terms.allows, label)     the content of the keys file, for workers to read
    tree = SealedTree(path of the keys file)              names, sizes, locators
    open_member(locator.path)                             in any process that sees the keys file: a seekable stream

A locator's path is `deposit:POSITION:KEYS FILE`. The keys file holds the keys of the files that may be examined and of
no others; who makes it keeps it in memory (`review.sealed`). The first time that a
process opens a file it reads the whole of it and holds it to the SHA-256 and SM3 that the vendor signed, before it
gives a byte of it; ranges are then read piece by piece.
"""

import hashlib
import io
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
from msgspec import Struct

from assay.core.errors import NotVerifiedError
from assay.core.examination import Locator
from assay.deposit import packs
from assay.deposit.deposits import FileKey, Located, Unsealed, read_piece, read_with
from assay.deposit.manifest import Row, Version
from assay.deposit.storage import Storage, open_storage
from assay.deposit.suites import SUITES, Octets
from assay.ledger.notes import unverified
from assay.sm.sm3 import Sm3

PREFIX = "deposit:"
_PIECES_KEPT = 8
_VERIFIED_KEPT = 1 << 16


class Withheld(msgspec.Struct, frozen=True):
    """A file that the terms keep back."""

    path: str
    size: int


class FileKeys(msgspec.Struct, frozen=True):
    """What a worker may open: where the store is, keys by position, and what is kept back by whom."""

    address: str
    label: str
    owner: str
    keys: list[FileKey]
    withheld: list[Withheld]


class SealedMember(Struct, frozen=True):
    """A file or link of the tree."""

    row: Row
    locator: Locator


def file_keys(unsealed: Unsealed, version: Version, allows: Callable[[str], bool], label: str) -> bytes:
    """The keys of all files that `allows` lets pass. Raises NotVerifiedError when the manifest does not verify."""
    keys: list[FileKey] = []
    withheld: list[Withheld] = []
    for row in unsealed.manifest(version).rows:
        if allows(row.path):
            keys.append(unsealed.file_key(version, row))
        else:
            withheld.append(Withheld(row.path, row.size))
    deposit = unsealed.deposit
    return msgspec.msgpack.encode(FileKeys(deposit.storage.address, label, deposit.header.vendor, keys, withheld))


class SealedTree:
    """What may be examined of a version. `label` is what the product is called while nothing else names it."""

    def __init__(self, keys_file: Path) -> None:
        self._path = keys_file
        self._keys = _ring(str(keys_file)).keys
        self.label, self.owner, self.withheld = self._keys.label, self._keys.owner, self._keys.withheld
        self._positions = {key.row.path: position for position, key in enumerate(self._keys.keys)}

    def close(self) -> None:
        """Forget the keys in this process; another keys file may come to have the same path."""
        _ring.cache_clear()

    def members(self) -> Iterator[SealedMember]:
        """Files of a folder before its subfolders, each in order of name, as a folder on disk is walked."""
        for path in sorted(self._positions, key=_files_first):
            yield self._member(self._positions[path])

    def member(self, path: str) -> SealedMember | None:
        position = self._positions.get(path)
        return None if position is None else self._member(position)

    def _member(self, position: int) -> SealedMember:
        return SealedMember(self._keys.keys[position].row, Locator("file", f"{PREFIX}{position}:{self._path}"))


def open_member(path: str) -> BinaryIO:
    """A seekable stream over the file that a locator's path names. Raises OSError, also when it does not verify."""
    position, _, keys_file = path.removeprefix(PREFIX).partition(":")
    ring = _ring(keys_file)
    try:
        key = ring.keys.keys[int(position)]
        content = ring.verified(int(position), key)
    except NotVerifiedError as error:
        raise OSError(error.message.en) from error
    if content is not None:
        return io.BytesIO(content)
    return cast(BinaryIO, io.BufferedReader(_Stream(ring, key)))


class _Ring:
    """The keys file in one process, and what it has verified. Not shared between threads."""

    def __init__(self, keys_file: str) -> None:
        self.keys = msgspec.msgpack.decode(Path(keys_file).read_bytes(), type=FileKeys)
        self.storage: Storage = open_storage(self.keys.address)
        self.zstd = packs.Compressor()
        self._verified: set[int] = set()
        self._pieces: OrderedDict[bytes, Octets] = OrderedDict()

    def verified(self, position: int, key: FileKey) -> bytes | None:
        """The content of a small file; None for a large one, which was verified as a whole. Raises NotVerifiedError."""
        packs.check_cut([place.size for _, place, _ in key.pieces], key.row.size, key.where)
        if len(key.pieces) <= 1:
            return read_with(self.storage, key)
        if position not in self._verified:
            sha256, sm3, size = hashlib.sha256(), Sm3(), 0
            for number in range(len(key.pieces)):
                piece = self.piece(key, number)
                sha256.update(piece)
                sm3.update(piece)
                size += len(piece)
            if (size, sha256.hexdigest()) != (key.row.size, key.row.sha256):
                raise unverified(key.where, "its SHA-256 is not the signed one", "其 SHA-256 与签名清单不符")
            if key.row.sm3 and sm3.hexdigest() != key.row.sm3:
                raise unverified(key.where, "its SM3 is not the signed one", "其 SM3 与签名清单不符")
            self._verified.add(position)
        return None

    def piece(self, key: FileKey, number: int) -> Octets:
        pack, place, own = key.pieces[number]
        if place.name not in self._pieces:
            located = Located(pack, place, own)
            content = read_piece(self.storage, key.deposit, SUITES[key.suite], located, self.zstd, key.where)
            self._pieces[place.name] = content
            if len(self._pieces) > _PIECES_KEPT:
                self._pieces.popitem(last=False)
        return self._pieces[place.name]


class _Stream(io.RawIOBase):
    """A file of several pieces, verified before."""

    def __init__(self, ring: _Ring, key: FileKey) -> None:
        self._ring, self._key, self._at = ring, key, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, to: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._key.row.size}[whence]
        self._at = max(0, base + to)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer)).cast("B")
        if self._at >= self._key.row.size:
            return 0
        number, at = divmod(self._at, packs.PIECE)
        try:
            piece = self._ring.piece(self._key, number)
        except NotVerifiedError as error:
            raise OSError(error.message.en) from error
        content = memoryview(piece)[at : at + len(view)]
        view[: len(content)] = content
        self._at += len(content)
        return len(content)


@lru_cache(maxsize=2)
def _ring(keys_file: str) -> _Ring:
    return _Ring(keys_file)


def _files_first(path: str) -> list[tuple[bool, str]]:
    *folders, name = path.split("/")
    return [*((True, folder) for folder in folders), (False, name)]
