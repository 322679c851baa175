"""The compression functions of SHA-256 (FIPS 180-4) and SM3 (GB/T 32905) over uint32, and HMACs of many values.

Values are hashed side by side, `LANES` at a time: every array has a lane for each, and a step of a round is one loop
over the lanes, which the processor does eight or sixteen at once. Written to be compiled by numba; as plain Python they
serve for the two blocks of a key. `hashlib` is the oracle in tests.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

LANES = 64
Words = Any  # numpy.ndarray of uint32, shape (words, lanes)
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


def sha256(state: Words, w: Words, v: Words) -> None:
    """One block, w[:16], into the state. `w` has 68 rows and `v` 8, of which nothing is kept.

    Row (i - t) mod 8 of `v` is the i-th working variable of round t, so that none has to move.
    """
    for t in range(16, 64):
        x, y, far, near, to = w[t - 15], w[t - 2], w[t - 16], w[t - 7], w[t]
        for lane in range(len(to)):
            s0 = rotated(x[lane], 25) ^ rotated(x[lane], 14) ^ (x[lane] >> _U(3))
            s1 = rotated(y[lane], 15) ^ rotated(y[lane], 13) ^ (y[lane] >> _U(10))
            to[lane] = _U(_U(far[lane] + s0) + _U(near[lane] + s1))
    v[:] = state
    for t in range(64):
        a, b, c, d = v[-t & 7], v[(1 - t) & 7], v[(2 - t) & 7], v[(3 - t) & 7]
        e, f, g, h = v[(4 - t) & 7], v[(5 - t) & 7], v[(6 - t) & 7], v[(7 - t) & 7]
        k, word = K[t], w[t]
        for lane in range(len(word)):
            s1 = rotated(e[lane], 26) ^ rotated(e[lane], 21) ^ rotated(e[lane], 7)
            t1 = _U(_U(h[lane] + s1) + _U(_U((e[lane] & f[lane]) ^ (_U(~e[lane]) & g[lane])) + _U(k + word[lane])))
            s0 = rotated(a[lane], 30) ^ rotated(a[lane], 19) ^ rotated(a[lane], 10)
            t2 = _U(s0 + _U((a[lane] & b[lane]) ^ (a[lane] & c[lane]) ^ (b[lane] & c[lane])))
            d[lane] = _U(d[lane] + t1)
            h[lane] = _U(t1 + t2)
    for at in range(8):
        old, new = state[at], v[at]
        for lane in range(len(new)):
            old[lane] = _U(old[lane] + new[lane])


def sm3(state: Words, w: Words, v: Words) -> None:
    """The same for SM3."""
    for t in range(16, 68):
        far, near, x3, x13, x6, to = w[t - 16], w[t - 9], w[t - 3], w[t - 13], w[t - 6], w[t]
        for lane in range(len(to)):
            x = far[lane] ^ near[lane] ^ rotated(x3[lane], 15)
            to[lane] = x ^ rotated(x, 15) ^ rotated(x, 23) ^ rotated(x13[lane], 7) ^ x6[lane]
    v[:] = state
    for t in range(64):
        a, b, c, d = v[-t & 7], v[(1 - t) & 7], v[(2 - t) & 7], v[(3 - t) & 7]
        e, f, g, h = v[(4 - t) & 7], v[(5 - t) & 7], v[(6 - t) & 7], v[(7 - t) & 7]
        turn, word, ahead = T[t], w[t], w[t + 4]
        for lane in range(len(word)):
            a12 = rotated(a[lane], 12)
            ss1 = rotated(_U(_U(a12 + e[lane]) + turn), 7)
            if t < 16:
                ff, gg = _U(a[lane] ^ b[lane] ^ c[lane]), _U(e[lane] ^ f[lane] ^ g[lane])
            else:
                ff, gg = (
                    _U((a[lane] & b[lane]) | (a[lane] & c[lane]) | (b[lane] & c[lane])),
                    _U((e[lane] & f[lane]) | (_U(~e[lane]) & g[lane])),
                )
            t1 = _U(_U(ff + d[lane]) + _U(_U(ss1 ^ a12) + _U(word[lane] ^ ahead[lane])))
            t2 = _U(_U(gg + h[lane]) + _U(ss1 + word[lane]))
            b[lane] = rotated(b[lane], 9)
            d[lane] = _U(t2 ^ rotated(t2, 9) ^ rotated(t2, 17))
            f[lane] = rotated(f[lane], 19)
            h[lane] = t1
    for at in range(8):
        old, new = state[at], v[at]
        for lane in range(len(new)):
            old[lane] = _U(old[lane] ^ new[lane])


COMPRESS: dict[str, Callable[[Words, Words, Words], None]] = {"hmac-sha256": sha256, "hmac-sm3": sm3}


def hmacs_of(buffer: Any, edges: Any, rows: Any, blocks: int, inner: Words, outer: Words, result: Any) -> None:
    """HMACs of rows that take `blocks` blocks each; `inner` and `outer` are the states after the key's blocks."""
    w, v, state = np.zeros((68, LANES), np.uint32), np.zeros((8, LANES), np.uint32), np.zeros((8, LANES), np.uint32)
    for first in range(0, len(rows), LANES):
        count = min(LANES, len(rows) - first)
        state[:] = inner
        for block in range(blocks):
            w[:16] = 0
            for lane in range(count):
                start = edges[rows[first + lane]]
                length = edges[rows[first + lane] + 1] - start
                low, high = block * 64, min(length, block * 64 + 64)
                for at in range(low, high):
                    w[(at & 63) >> 2, lane] |= _U(_U(buffer[start + at]) << _U(24 - 8 * (at & 3)))
                if low <= length < low + 64:
                    w[(length & 63) >> 2, lane] |= _U(_U(0x80) << _U(24 - 8 * (length & 3)))
                if block == blocks - 1:
                    w[14, lane] = _U((64 + length) >> 29)
                    w[15, lane] = _U(((64 + length) * 8) & 0xFFFFFFFF)
            compress(state, w, v)
        w[:8] = state
        w[8] = _U(0x80000000)
        w[9:15] = 0
        w[15] = _U((64 + 32) * 8)
        state[:] = outer
        compress(state, w, v)
        for lane in range(count):
            for at in range(16):
                result[rows[first + lane], at] = (state[at >> 2, lane] >> _U(24 - 8 * (at & 3))) & _U(0xFF)


compress: Callable[[Words, Words, Words], None] = sha256  # bound to either when compiled


def compiled(numba: Any, algorithm: str) -> Callable[..., None]:
    """`hmacs_of` of one algorithm as native code, cached on disk."""
    scope = dict(globals())
    plain: Any = COMPRESS[algorithm]
    scope["rotated"] = numba.njit(rotated, nogil=True, cache=True)
    scope["compress"] = numba.njit(_own(plain, scope), nogil=True, cache=True)
    made: Callable[..., None] = numba.njit(_own(hmacs_of, scope, algorithm), nogil=True, cache=True)
    return made


def _own(function: Any, scope: dict[str, Any], of: str = "") -> FunctionType:
    """A copy that looks names up in `scope`; numba's cache tells copies apart by their name."""
    own = FunctionType(function.__code__, scope, function.__name__, function.__defaults__)
    own.__module__ = function.__module__
    own.__qualname__ = f"{function.__qualname__}_{of.replace('-', '_')}" if of else function.__qualname__
    return own
