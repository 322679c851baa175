"""How many distinct persons: a sketch that is exact below two million, merges, and never holds a value.

Each identifier becomes 64 bits by SipHash-2-4 under a secret key; the sketch keeps the `SIZE` smallest (bottom-k). Up
to that many distinct persons it holds all of them and the count is exact; above, the k-th smallest tells the count with
a standard error of 1 / sqrt(k), 0.07 %. Sketches under one key merge by union, over files, workers and months: counting
is associative, commutative and idempotent. Under different keys they must not be merged, and that is refused.

The key decides who could try a list of numbers against a sketch: `new_key` makes one for one run; who keeps totals over
months keeps the key where it keeps other keys. Sources: Bar-Yossef et al. 2002 (bottom-k); Aumasson and Bernstein 2012.

*It cannot see* that two identifiers belong to one person: who appears once by card and once by phone counts twice. It
never counts too few but by the 64 bits: 100 million persons collide with a chance of 0.03 %.
"""

import hashlib
import secrets
import struct
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct, field

SIZE = 1 << 21
KEY_BYTES = 16  # as `examination` has it, which loads nothing
_PENDING = 1 << 22
_MOST_IN_LIST = 1 << 12
_FEW = 64  # below, one after the other takes less time than to load numpy
_FEW_ROWS = 16  # below, the same is faster with numpy too
_LOW = (1 << 64) - 1
Words = Any  # np.ndarray of uint64, or a list of a few int
_HEAD = b"assay persons 1\n"


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def key_id(key: bytes) -> bytes:
    """What tells two keys apart without telling either."""
    return hashlib.blake2b(b"assay persons", key=key, digest_size=16).digest()


class Sketch(Struct):
    """`kept` is sorted and without repetition. `of` is `key_id` of the key that made the hashes."""

    of: bytes
    size: int = SIZE
    kept: Words = field(default_factory=list)
    full: bool = False
    _pending: list[Words] = field(default_factory=list)
    _held: int = 0

    def add(self, hashes: Words) -> None:
        """Hashes of `hashed`, in any order, repeated or not."""
        if self.full and not isinstance(hashes, list):
            hashes = hashes[hashes < self.kept[-1]]
        if len(hashes):
            self._pending.append(hashes)
            self._held += len(hashes)
        if self._held >= _PENDING:
            self.settle()

    def take(self, other: "Sketch") -> None:
        """Add all that another holds. Raises ValueError for one of another key or size."""
        if (other.of, other.size) != (self.of, self.size):
            raise ValueError("sketches of different keys or sizes")
        other.settle()
        self.add(other.kept)
        if other.full:  # then the union has at least `size`, and all that it keeps is below what the other dropped
            self.settle()
            self.full = True

    def settle(self) -> None:
        """Take in what `add` put aside."""
        if self._pending:
            joined = _union([self.kept, *self._pending])
            self._pending.clear()
            self._held = 0
            if len(joined) > self.size:
                joined, self.full = joined[: self.size].copy(), True
            self.kept = joined

    @property
    def exact(self) -> bool:
        self.settle()
        return not self.full

    def count(self) -> int:
        """Distinct persons; exact when `exact`."""
        self.settle()
        if not self.full:
            return len(self.kept)
        return round((self.size - 1) / (float(self.kept[-1]) / 2**64))

    def to_bytes(self) -> bytes:
        self.settle()
        head = _HEAD + self.of + self.size.to_bytes(8, "big") + bytes([self.full])
        if isinstance(self.kept, list):
            return head + struct.pack(f"<{len(self.kept)}Q", *self.kept)
        return head + bytes(self.kept.astype("<u8").tobytes())

    @classmethod
    def from_bytes(cls, content: bytes) -> "Sketch":
        """Raises ValueError for bytes that `to_bytes` did not write."""
        body = len(_HEAD) + 16 + 8 + 1
        if not content.startswith(_HEAD) or len(content) < body or (len(content) - body) % 8:
            raise ValueError("not a sketch of persons")
        size = int.from_bytes(content[body - 9 : body - 1], "big")
        kept, rising = _words(content[body:])
        full = content[body - 1] == 1
        if len(kept) > size or (full and len(kept) != size) or not rising:
            raise ValueError("a damaged sketch of persons")
        return cls(content[len(_HEAD) : len(_HEAD) + 16], size, kept, full)


def _union(parts: list[Words]) -> Words:
    """All that is in any of them, sorted and once; a list as long as they are few."""
    if all(isinstance(part, list) for part in parts) and sum(map(len, parts)) <= _MOST_IN_LIST:
        return sorted(set().union(*parts))
    import numpy as np  # noqa: PLC0415

    joined = np.sort(np.concatenate([np.asarray(part, np.uint64) for part in parts]))
    return joined[np.concatenate([[True], joined[1:] != joined[:-1]])]


def _words(content: bytes) -> tuple[Words, bool]:
    """What `to_bytes` wrote, and whether it rises."""
    if len(content) <= _MOST_IN_LIST * 8:
        few = list(struct.unpack(f"<{len(content) // 8}Q", content))
        return few, all(one < other for one, other in pairwise(few))
    import numpy as np  # noqa: PLC0415

    kept = np.frombuffer(content, "<u8").astype(np.uint64)
    return kept, bool(np.all(kept[1:] > kept[:-1]))


def merged(sketches: Iterable[Sketch]) -> Sketch:
    """The union; reads one after the other, so that a generator needs no memory for all of them.

    Raises ValueError for none, and for sketches of different keys or sizes.
    """
    total: Sketch | None = None
    for sketch in sketches:
        total = total or Sketch(sketch.of, sketch.size)
        total.take(sketch)
    if total is None:
        raise ValueError("no sketch to merge")
    total.settle()
    return total


def hashed(key: bytes, values: Sequence[bytes]) -> Words:
    """SipHash-2-4 of each value. Values of as many words are hashed together, a few one by one."""
    padded = [value.ljust(len(value) // 8 * 8 + 7, b"\0") + bytes([len(value) & 255]) for value in values]
    if len(values) < _FEW:
        start = _start(key)
        return [_one(start, struct.unpack(f"<{len(row) // 8}Q", row)) for row in padded]
    import numpy as np  # noqa: PLC0415

    result = np.empty(len(values), np.uint64)
    sizes = np.fromiter(map(len, padded), np.int64, len(padded))
    for size in np.unique(sizes).tolist():
        places = np.flatnonzero(sizes == size)
        joined = b"".join([padded[place] for place in places.tolist()])
        result[places] = _of_words(key, np.frombuffer(joined, "<u8").reshape(len(places), -1))
    return result


def of_width(key: bytes, table: Any) -> Words:
    """SipHash-2-4 of every row of an array of uint8 of shape (n, width), as an array."""
    import numpy as np  # noqa: PLC0415

    count, width = table.shape
    padded = np.zeros((count, width // 8 * 8 + 8), np.uint8)
    padded[:, :width] = table
    padded[:, -1] = width & 255
    return _of_words(key, padded.view("<u8"))


def _start(key: bytes) -> tuple[int, int, int, int]:
    if len(key) != KEY_BYTES:
        raise ValueError("the key must have 16 bytes")
    first, second = (int.from_bytes(key[at : at + 8], "little") for at in (0, 8))
    return (
        first ^ 0x736F6D6570736575,
        second ^ 0x646F72616E646F6D,
        first ^ 0x6C7967656E657261,
        second ^ 0x7465646279746573,
    )


def _of_words(key: bytes, words: Any) -> Words:
    """The same of rows that are padded, with their length in the last byte."""
    import numpy as np  # noqa: PLC0415

    start = _start(key)
    if len(words) < _FEW_ROWS:
        return np.array([_one(start, row) for row in words.tolist()], np.uint64)
    state = [np.full(len(words), value, np.uint64) for value in start]
    for place in range(words.shape[1]):
        word = words[:, place].astype(np.uint64)
        state[3] ^= word
        _rounds(state, 2)
        state[0] ^= word
    state[2] ^= np.uint64(0xFF)
    _rounds(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _one(start: tuple[int, int, int, int], words: Sequence[int]) -> int:
    """The same of one row, in whole numbers."""
    a, b, c, d = start
    for word, rounds in (*((word, 2) for word in words), (None, 4)):
        if word is None:
            c ^= 0xFF
        else:
            d ^= word
        for _ in range(rounds):
            a = (a + b) & _LOW
            b = ((b << 13 | b >> 51) & _LOW) ^ a
            a = (a << 32 | a >> 32) & _LOW
            c = (c + d) & _LOW
            d = ((d << 16 | d >> 48) & _LOW) ^ c
            a = (a + d) & _LOW
            d = ((d << 21 | d >> 43) & _LOW) ^ a
            c = (c + b) & _LOW
            b = ((b << 17 | b >> 47) & _LOW) ^ c
            c = (c << 32 | c >> 32) & _LOW
        if word is not None:
            a ^= word
    return a ^ b ^ c ^ d


def _rounds(v: list[Words], times: int) -> None:
    for _ in range(times):
        v[0] += v[1]
        v[1] = _rotated(v[1], 13) ^ v[0]
        v[0] = _rotated(v[0], 32)
        v[2] += v[3]
        v[3] = _rotated(v[3], 16) ^ v[2]
        v[0] += v[3]
        v[3] = _rotated(v[3], 21) ^ v[0]
        v[2] += v[1]
        v[1] = _rotated(v[1], 17) ^ v[2]
        v[2] = _rotated(v[2], 32)


def _rotated(words: Words, by: int) -> Words:
    return (words << words.dtype.type(by)) | (words >> words.dtype.type(64 - by))
