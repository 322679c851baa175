"""The tree against RFC 6962's own definition, written as it reads there."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.ledger.merkle import EMPTY, consistency_proof, consistent, inclusion_proof, leaf_hash, root_of_inclusion
from assay.ledger.tiles import HASH, WIDTH, Edge, TileTree, bundle, read_bundle, tile_path, tiles_of

MOST = 70_000
LEAVES = [leaf_hash(b"%d" % number) for number in range(MOST)]


def mth(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


class Kept:
    """Tiles as a log keeps them."""

    def __init__(self, size: int) -> None:
        self.edge = Edge()
        self.full: dict[tuple[int, int], bytes] = {}
        for leaf in LEAVES[:size]:
            for level, number, hashes in self.edge.push(leaf):
                self.full[level, number] = hashes
        self.tree = TileTree(size, self.read)

    def read(self, level: int, number: int, width: int) -> bytes:
        if (level, number) in self.full:
            return self.full[level, number][: width * HASH]
        assert number == self.edge.size >> 8 * (level + 1)
        return b"".join(self.edge.rows[level])[: width * HASH]


SIZES = [0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, 70_000]


@pytest.mark.parametrize("size", SIZES)
def test_root(size: int) -> None:
    kept = Kept(size)
    root = mth(LEAVES[:size])
    assert kept.edge.root() == kept.tree.root() == root
    assert kept.tree.edge().root() == root


def test_the_empty_tree() -> None:
    assert Edge().root() == EMPTY == hashlib.sha256(b"").digest()


@given(st.data())
def test_inclusion(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    position = data.draw(st.integers(0, size - 1))
    kept = Kept(size)
    proof = inclusion_proof(position, size, kept.tree.subtree)
    root = mth(LEAVES[:size])
    assert root_of_inclusion(position, size, LEAVES[position], proof) == root
    # Another leaf, another place, a changed, missing or additional hash: another root, or no proof at all.
    wrong = [
        (position, LEAVES[-1], proof),
        (position, LEAVES[position], [*proof, proof[0] if proof else EMPTY]),
        *((position, LEAVES[position], [*proof[:n], EMPTY, *proof[n + 1 :]]) for n in range(len(proof))),
        *((position, LEAVES[position], proof[:n] + proof[n + 1 :]) for n in range(len(proof))),
        *((other, LEAVES[position], proof) for other in {0, size - 1, position ^ 1} if other != position),
    ]
    for place, leaf, changed in wrong:
        try:
            assert root_of_inclusion(place, size, leaf, changed) != root
        except ValueError:
            pass


@given(st.data())
def test_consistency(data: st.DataObject) -> None:
    size = data.draw(st.integers(0, 600))
    old = data.draw(st.integers(0, size))
    kept = Kept(size)
    proof = consistency_proof(old, size, kept.tree.subtree)
    first, second = mth(LEAVES[:old]), mth(LEAVES[:size])
    assert consistent(old, first, size, second, proof)
    assert not consistent(old, LEAVES[-1], size, second, proof)
    if old:
        assert not consistent(old, first, size, LEAVES[-1], proof)
    assert not consistent(old, first, size, second, [*proof, EMPTY])
    for number in range(len(proof)):
        assert not consistent(old, first, size, second, proof[:number] + proof[number + 1 :])
        assert not consistent(old, first, size, second, [*proof[:number], EMPTY, *proof[number + 1 :]])


def test_proofs_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="no entry 5"):
        inclusion_proof(5, 5, lambda *_: b"")
    with pytest.raises(ValueError, match="no entry -1"):
        root_of_inclusion(-1, 5, b"", [])
    with pytest.raises(ValueError, match="no tree of 6"):
        consistency_proof(6, 5, lambda *_: b"")
    assert not consistent(6, b"", 5, b"", [])
    assert not consistent(-1, b"", 5, b"", [EMPTY])


def test_names_and_tiles_as_the_specification_has_them() -> None:
    assert tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tile_path("entries", 273, 112) == "tile/entries/273.p/112"
    tiles = list(tiles_of(70_000))
    assert len([tile for tile in tiles if tile[0] == 0]) == 274
    assert [tile for tile in tiles if tile[2] != WIDTH] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert list(tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles_of(0)) == []


@given(st.lists(st.binary(max_size=300), max_size=9), st.binary(max_size=3))
def test_bundles(entries: list[bytes], rest: bytes) -> None:
    packed = bundle(entries)
    assert read_bundle(packed) == entries
    try:
        assert bundle(read_bundle(packed + rest)) == packed + rest
    except ValueError:
        pass
    for cut in {1, len(packed) // 2, len(packed) - 1} & set(range(1, len(packed))):
        try:
            assert len(read_bundle(packed[:cut])) < len(entries)
        except ValueError:
            pass
