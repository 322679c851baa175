"""The Merkle tree of RFC 6962, section 2.1, with SHA-256: hashes, proofs, and checking proofs.

A proof is made from `subtree(start, stop)`, which gives the hash of the entries from start to before stop; whoever
keeps the tree says how (`tiles`). Checking one needs nothing but hashes.
"""

import hashlib
from collections.abc import Callable, Sequence

EMPTY = hashlib.sha256(b"").digest()

Subtree = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash over a row of subtrees, each complete and of one size, except that the last may be any smaller one."""
    if not hashes:
        return EMPTY
    row = list(hashes)
    while len(row) > 1:
        pairs = [node_hash(row[place], row[place + 1]) for place in range(0, len(row) - 1, 2)]
        row = pairs + row[len(pairs) * 2 :]
    return row[0]


def inclusion_proof(position: int, size: int, subtree: Subtree) -> list[bytes]:
    """PATH(position, D[size]): from the leaf's sibling up to the child of the root."""
    if not 0 <= position < size:
        raise ValueError(f"no entry {position} in a tree of {size}")
    proof = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if position < middle:
            proof.append(subtree(middle, stop))
            stop = middle
        else:
            proof.append(subtree(start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, size: int, subtree: Subtree) -> list[bytes]:
    """PROOF(old, D[size]); empty when one of the trees is empty or both are the same."""
    if not 0 <= old <= size:
        raise ValueError(f"no tree of {old} in a tree of {size}")
    if old in (0, size):
        return []
    proof = []
    start, stop, whole = 0, size, True  # whole: the old tree is known by its root as the left part of this subtree
    while stop != old:
        middle = start + _split(stop - start)
        if old <= middle:
            proof.append(subtree(middle, stop))
            stop = middle
        else:
            proof.append(subtree(start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(subtree(start, stop))
    return proof[::-1]


def root_of_inclusion(position: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root that this proof leads to. Raises ValueError when its length cannot be right."""
    if not 0 <= position < size:
        raise ValueError(f"no entry {position} in a tree of {size}")
    inner = (position ^ (size - 1)).bit_length()
    if len(proof) != inner + (position >> inner).bit_count():
        raise ValueError(f"{len(proof)} hashes cannot be the proof of entry {position} in a tree of {size}")
    root = leaf
    for level, other in enumerate(proof):
        right_child = level >= inner or position >> level & 1
        root = node_hash(other, root) if right_child else node_hash(root, other)
    return root


def consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `size` begins with the tree of `old`."""
    if old in (0, size):
        return not proof and (old_root == EMPTY if old == 0 else old_root == root)
    if not 0 < old < size or not proof:
        return False
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    node, last = old - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    left = right = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            left, right = node_hash(step, left), node_hash(step, right)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            right = node_hash(right, step)
        node, last = node >> 1, last >> 1
    return last == 0 and left == old_root and right == root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
