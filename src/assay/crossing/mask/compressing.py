"""The compression functions of SHA-256 (FIPS 180-4) and SM3 (GB/T 32905) over uint32, and HMAC of one short block.

Written to be compiled by numba; as plain Python they serve for the two blocks of a key. `hashlib` is the oracle in
tests.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

Words = Any  # numpy.ndarray of uint32
_U = np.uint32

_SHA256 = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
_SM3 = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
START = {"hmac-sha256": _SHA256, "hmac-sm3": _SM3}


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found


def _cube_root_fraction(prime: int) -> int:
    """The first 32 bits of the fraction of the cube root, in integers."""
    low, high = 0, 1 << 40
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**3 <= prime << 96 else (low, middle - 1)
    return low & 0xFFFFFFFF


K = np.array([_cube_root_fraction(prime) for prime in _primes(64)], np.uint32)
T = np.array(
    [
        ((turn << place % 32) | (turn >> (32 - place % 32))) & 0xFFFFFFFF
        for place, turn in enumerate([0x79CC4519] * 16 + [0x7A879D8A] * 48)
    ],
    np.uint32,
)
"""SM3's constants, each already rotated by its round."""


def rotated(x: Any, by: int) -> Any:
    """Left, in 32 bits. Compiled code widens, so that every sum and shift is cut back."""
    return _U((x << _U(by)) | (x >> _U(32 - by)))


def sha256(state: Words, block: Words, w: Words) -> None:
    """One block of 16 words into the state. `w` is scratch of 64 words or more."""
    for t in range(16):
        w[t] = block[t]
    for t in range(16, 64):
        x, y = w[t - 15], w[t - 2]
        s0 = rotated(x, 25) ^ rotated(x, 14) ^ (x >> _U(3))
        s1 = rotated(y, 15) ^ rotated(y, 13) ^ (y >> _U(10))
        w[t] = _U(_U(w[t - 16] + s0) + _U(w[t - 7] + s1))
    a, b, c, d, e, f, g, h = state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
    for t in range(64):
        s1 = rotated(e, 26) ^ rotated(e, 21) ^ rotated(e, 7)
        t1 = _U(_U(h + s1) + _U(_U((e & f) ^ (_U(~e) & g)) + _U(K[t] + w[t])))
        s0 = rotated(a, 30) ^ rotated(a, 19) ^ rotated(a, 10)
        t2 = _U(s0 + _U((a & b) ^ (a & c) ^ (b & c)))
        h, g, f, e, d, c, b, a = g, f, e, _U(d + t1), c, b, a, _U(t1 + t2)
    for at, word in enumerate((a, b, c, d, e, f, g, h)):
        state[at] = _U(state[at] + word)


def sm3(state: Words, block: Words, w: Words) -> None:
    """One block of 16 words into the state. `w` is scratch of 68 words."""
    for t in range(16):
        w[t] = block[t]
    for t in range(16, 68):
        x = w[t - 16] ^ w[t - 9] ^ rotated(w[t - 3], 15)
        w[t] = x ^ rotated(x, 15) ^ rotated(x, 23) ^ rotated(w[t - 13], 7) ^ w[t - 6]
    a, b, c, d, e, f, g, h = state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
    for t in range(64):
        a12 = rotated(a, 12)
        ss1 = rotated(_U(_U(a12 + e) + T[t]), 7)
        if t < 16:
            ff, gg = _U(a ^ b ^ c), _U(e ^ f ^ g)
        else:
            ff, gg = _U((a & b) | (a & c) | (b & c)), _U((e & f) | (_U(~e) & g))
        t1 = _U(_U(ff + d) + _U(_U(ss1 ^ a12) + _U(w[t] ^ w[t + 4])))
        t2 = _U(_U(gg + h) + _U(ss1 + w[t]))
        d, c, b, a = c, rotated(b, 9), a, t1
        h, g, f, e = g, rotated(f, 19), e, _U(t2 ^ rotated(t2, 9) ^ rotated(t2, 17))
    for at, word in enumerate((a, b, c, d, e, f, g, h)):
        state[at] = _U(state[at] ^ word)


COMPRESS: dict[str, Callable[[Words, Words, Words], None]] = {"hmac-sha256": sha256, "hmac-sm3": sm3}


def short_hmacs(buffer: Any, edges: Any, rows: Any, inner: Words, outer: Words, result: Any) -> None:
    """HMACs of rows of at most 55 bytes; `inner` and `outer` are the states after the key's blocks."""
    block, w, state = np.zeros(16, np.uint32), np.zeros(68, np.uint32), np.zeros(8, np.uint32)
    for row in rows:
        start, stop = edges[row], edges[row + 1]
        length = stop - start
        block[:] = 0
        for at in range(length):
            block[at >> 2] |= _U(_U(buffer[start + at]) << _U(24 - 8 * (at & 3)))
        block[length >> 2] |= _U(_U(0x80) << _U(24 - 8 * (length & 3)))
        block[15] = _U((64 + length) * 8)
        state[:] = inner
        compress(state, block, w)
        block[:8] = state
        block[8] = _U(0x80000000)
        block[9:15] = 0
        block[15] = _U((64 + 32) * 8)
        state[:] = outer
        compress(state, block, w)
        for at in range(16):
            result[row, at] = (state[at >> 2] >> _U(24 - 8 * (at & 3))) & _U(0xFF)


compress: Callable[[Words, Words, Words], None] = sha256  # bound to either when compiled


def compiled(numba: Any, algorithm: str) -> Callable[..., None]:
    """`short_hmacs` of one algorithm as native code, cached on disk."""
    scope = dict(globals())
    plain: Any = COMPRESS[algorithm]
    scope["rotated"] = numba.njit(rotated, nogil=True, cache=True)
    scope["compress"] = numba.njit(_own(plain, scope), nogil=True, cache=True)
    made: Callable[..., None] = numba.njit(_own(short_hmacs, scope, algorithm), nogil=True, cache=True)
    return made


def _own(function: Any, scope: dict[str, Any], of: str = "") -> FunctionType:
    """A copy that looks names up in `scope`; numba's cache tells copies apart by their name."""
    own = FunctionType(function.__code__, scope, function.__name__, function.__defaults__)
    own.__module__ = function.__module__
    own.__qualname__ = f"{function.__qualname__}_{of.replace('-', '_')}" if of else function.__qualname__
    return own
