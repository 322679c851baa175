"""Reading a whole log and comparing everything in it: entries, leaf hashes, tiles, every kept checkpoint.

What is wrong is named as closely as the log allows: the entry, the tile, or the checkpoint.
"""

import hashlib
from collections.abc import Iterator, Sequence

from msgspec import Struct

from assay.core.errors import NotVerifiedError
from assay.ledger.checkpoints import open_checkpoint, signed_by
from assay.ledger.entries import read_entry
from assay.ledger.merkle import leaf_hash
from assay.ledger.notes import unverified
from assay.ledger.signing import NamedKey
from assay.ledger.store import Store, damaged
from assay.ledger.tiles import HASH, WIDTH, Edge, tile_path


class Whole(Struct, frozen=True):
    """A log that is whole. `signed` of its `size` entries are under a checkpoint; the rest only its writer vouches for.

    `out_of_order` are entries dated before the one before them: a clock was set back. `marks` are digests of the leaf
    hashes of each bundle of signed entries.
    """

    size: int
    signed: int
    checkpoints: int
    out_of_order: tuple[int, ...]
    marks: tuple[bytes, ...]


def bundle_mark(leaves: Sequence[bytes]) -> bytes:
    return hashlib.sha256(b"".join(leaves)).digest()


def audit(store: Store, origin: str, keys: Sequence[NamedKey]) -> Whole:
    """Raises NotVerifiedError naming the first thing that is wrong. `keys` are those that may have signed."""
    # 1. The last checkpoint that was kept is signed, and of this log; so is any other that a known key signed. One of
    #    a key that is not known (any more) says nothing.
    roots: dict[int, bytes] = {}
    kept = list(store.checkpoints())
    for size, note in kept:
        what = f"the checkpoint of {size} entries in {store.place}"
        if size != kept[-1][0] and not signed_by(note, origin, keys, what):
            continue
        checkpoint = open_checkpoint(note, keys, what).checkpoint
        if (checkpoint.origin, checkpoint.size) != (origin, size):
            raise unverified(what, "it is of another log or size", "它属于另一日志或另一大小")
        roots[size] = checkpoint.root
    signed = max(roots, default=0)
    # 2. The entries are there without a gap, each with its leaf hash; full tiles hold these hashes.
    edge, leaves, marks, out_of_order, at, good = Edge(), list[bytes](), list[bytes](), list[int](), 0, 0
    _compare(edge, roots, store.place, 0)
    for position, body, leaf in _contiguous(store):
        if leaf_hash(body) != leaf:
            raise _which(store, position, leaf_hash(body), leaf)
        leaves.append(leaf)
        for level, number, hashes in edge.push(leaf):
            _compare_tile(store, level, number, hashes)
        if edge.size == signed or edge.size % WIDTH == 0:
            marks += [bundle_mark(leaves)] if edge.size <= signed else []
        if edge.size % WIDTH == 0:
            leaves.clear()
        # 3. The tree had, at each checkpoint, the root that was signed.
        good = _compare(edge, roots, store.place, good)
        # 4. The entry is one; its date may not go back.
        entry = read_entry(body, position)
        out_of_order += [position] if entry.at < at else []
        at = entry.at
    if edge.size < signed:
        raise damaged(store.place, f"{signed} entries were signed, {edge.size} are there")
    # 5. Partial tiles above the lowest level.
    for level, row in enumerate(edge.rows):
        if level and row:
            _compare_tile(store, level, edge.size >> 8 * (level + 1), b"".join(row))
    return Whole(edge.size, signed, len(roots), tuple(out_of_order), tuple(marks))


def _contiguous(store: Store) -> Iterator[tuple[int, bytes, bytes]]:
    for expected, (position, body, leaf) in enumerate(store.rows(0, 1 << 62)):
        if position != expected:
            raise damaged(store.place, f"entry {expected} is missing")
        yield position, body, leaf


def _compare(edge: Edge, roots: dict[int, bytes], place: str, good: int) -> int:
    """Compare with the checkpoint of this size, if one was kept; returns up to where all is known to be good."""
    root = roots.get(edge.size)
    if root is None:
        return good
    if root != edge.root():
        span = f"an entry from {good} to {edge.size - 1}" if edge.size else "the empty log"
        raise damaged(place, f"{span} is not the one that was signed")
    return edge.size


def _compare_tile(store: Store, level: int, number: int, hashes: bytes) -> None:
    path = tile_path(level, number, len(hashes) // HASH)
    try:
        kept = store.tile(level, number)
    except LookupError as error:
        raise damaged(store.place, f"{path} is missing") from error
    if kept != hashes:
        place = next(
            (
                place
                for place in range(0, len(hashes), HASH)
                if kept[place : place + HASH] != hashes[place : place + HASH]
            ),
            0,
        )
        raise damaged(store.place, f"{path}, hash {place // HASH}")


def _which(store: Store, position: int, hashed: bytes, kept: bytes) -> NotVerifiedError:
    """The entry or its kept hash is wrong; a full tile says which."""
    number, place = divmod(position, WIDTH)
    try:
        in_tile = store.tile(0, number)[place * HASH : (place + 1) * HASH]
    except LookupError:
        in_tile = kept
    return damaged(store.place, f"the kept hash of entry {position}" if in_tile == hashed else f"entry {position}")
