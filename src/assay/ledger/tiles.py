"""Tiles of height 8 and entry bundles, as c2sp.org/tlog-tiles lays them out.

A tile holds up to 256 hashes of one level; the n-th tile of level l spans the entries from n*256^(l+1). A full tile
never changes. `Edge` is the growing right-hand side of a tree; `TileTree` answers any subtree from tiles.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from assay.ledger.merkle import EMPTY, fold, node_hash

WIDTH = 256
HASH = 32
LARGEST_ENTRY = 65_535

ReadTile = Callable[[int, int, int], bytes]
"""Level, number, width: the hashes of that tile, `width` of them. Raises LookupError when it is not there."""


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Relative path of a hash tile, or of an entry bundle with the level `entries`."""
    digits = f"{number % 1000:03}"
    while number := number // 1000:
        digits = f"x{number % 1000:03}/{digits}"
    return f"tile/{level}/{digits}{'' if width == WIDTH else f'.p/{width}'}"


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, number and width of every tile of a tree, partial ones included."""
    level = 0
    while size:
        yield from ((level, number, WIDTH) for number in range(size // WIDTH))
        if size % WIDTH:
            yield level, size // WIDTH, size % WIDTH
        level, size = level + 1, size // WIDTH


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries with their lengths before them. Raises struct.error for one that is larger than a bundle can say."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def read_bundle(content: bytes) -> list[bytes]:
    """Raises ValueError when the lengths do not add up."""
    entries: list[bytes] = []
    place = 0
    while place < len(content):
        (length,) = struct.unpack_from(">H", content, place) if place + 2 <= len(content) else (LARGEST_ENTRY + 1,)
        entry = content[place + 2 : place + 2 + length]
        if len(entry) != length:
            raise ValueError(f"cut off in entry {len(entries)}")
        entries.append(entry)
        place += 2 + length
    return entries


class Edge:
    """The incomplete tiles at the right of a tree, lowest level first: enough to append and to know the root."""

    def __init__(self, size: int = 0, rows: Sequence[Sequence[bytes]] = ()) -> None:
        self.size = size
        self.rows = [list(row) for row in rows]

    def copy(self) -> "Edge":
        return Edge(self.size, self.rows)

    def push(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Append one leaf hash; returns the tiles that became full by it: level, number, hashes."""
        full: list[tuple[int, int, bytes]] = []
        level, item = 0, leaf
        self.size += 1
        while True:
            if level == len(self.rows):
                self.rows.append([])
            row = self.rows[level]
            row.append(item)
            if len(row) < WIDTH:
                return full
            full.append((level, (self.size >> 8 * (level + 1)) - 1, b"".join(row)))
            item = fold(row)
            row.clear()
            level += 1

    def root(self) -> bytes:
        """Each row is a run of complete subtrees, 256 times smaller than those of the row above it."""
        root = None
        for row in self.rows:
            for part in reversed(_runs(row)):
                root = part if root is None else node_hash(part, root)
        return EMPTY if root is None else root


class TileTree:
    """The hashes of a tree of `size`, from its tiles."""

    def __init__(self, size: int, read: ReadTile) -> None:
        self.size = size
        self._read = lru_cache(maxsize=64)(read)

    def root(self) -> bytes:
        return self.subtree(0, self.size) if self.size else EMPTY

    def subtree(self, start: int, stop: int) -> bytes:
        """Hash of the entries from start to before stop, a subtree that RFC 6962's proofs ask for."""
        span = stop - start
        if span & (span - 1) == 0:
            return self._complete(start, span.bit_length() - 1)
        middle = start + (1 << span.bit_length() - 1)
        return node_hash(self.subtree(start, middle), self.subtree(middle, stop))

    def edge(self) -> Edge:
        """The incomplete tiles, for who goes on appending."""
        rows = []
        level, size = 0, self.size
        while size:
            width = size % WIDTH
            rows.append(cut(self._read(level, size // WIDTH, width)) if width else [])
            level, size = level + 1, size // WIDTH
        return Edge(self.size, rows)

    def leaf(self, position: int) -> bytes:
        return self._complete(position, 0)

    def _complete(self, start: int, height: int) -> bytes:
        level, rest = divmod(height, 8)
        first = start >> 8 * level
        number, place = divmod(first, WIDTH)
        width = min(WIDTH, (self.size >> 8 * level) - number * WIDTH)
        hashes = self._read(level, number, width)
        return fold(cut(hashes[place * HASH : (place + (1 << rest)) * HASH]))


def cut(hashes: bytes) -> list[bytes]:
    return [hashes[place : place + HASH] for place in range(0, len(hashes), HASH)]


def _runs(row: Sequence[bytes]) -> list[bytes]:
    """Hashes of the complete subtrees that a row consists of, largest first."""
    parts, place = [], 0
    for bit in range(len(row).bit_length() - 1, -1, -1):
        if len(row) >> bit & 1:
            parts.append(fold(row[place : place + (1 << bit)]))
            place += 1 << bit
    return parts
