"""Keyed pseudonyms of many values at once: HMAC with SHA-256 or SM3 (RFC 2104, GB/T 15852.2), 16 bytes of each.

The states after the key's blocks are made once. With numba a compiled loop hashes many values side by side, from its
on-disk cache; without, `hashlib` does one after the other, some twenty times slower. Both are held equal by tests. Only
distinct values are hashed.
"""

import functools
import hashlib
import importlib
import importlib.util
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from msgspec import Struct

from assay.crossing.mask import compressing

Algorithm = Literal["hmac-sha256", "hmac-sm3"]
LENGTH = 16
BLOCK = 64
_PADDING = 9  # bytes behind a value: a mark and its length
PATIENCE = 50_000  # values of a process from which compiling, or loading what was compiled, pays
_NAMES = {"hmac-sha256": "sha256", "hmac-sm3": "sm3"}
Bytes = Any  # numpy.ndarray of uint8


class _Process(Struct):
    """What this process has hashed. One for the process, like numba's own cache."""

    hashed: int = 0


_process = _Process()


def hmacs(algorithm: Algorithm, key: bytes, buffer: Bytes, edges: Any) -> Bytes:
    """The first 16 bytes of the HMAC of every row [edges[i], edges[i + 1]) of `buffer`; shape (rows, 16)."""
    count = len(edges) - 1
    _process.hashed += count
    compiled = _compiled(algorithm) if _process.hashed > PATIENCE else None
    result = np.empty((count, LENGTH), np.uint8)
    if compiled is not None:
        inner, outer = _states(algorithm, key)
        blocks = (np.diff(edges) + _PADDING + BLOCK - 1) // BLOCK
        for each in np.unique(blocks).tolist():
            rows = np.flatnonzero(blocks == each)
            compiled(buffer, np.ascontiguousarray(edges, np.int64), rows, each, inner, outer, result)
        return result
    make = _plain(algorithm, key)
    whole = bytes(memoryview(buffer)) if count else b""
    for row in range(count):
        result[row] = np.frombuffer(make(whole[edges[row] : edges[row + 1]])[:LENGTH], np.uint8)
    return result


def _plain(algorithm: Algorithm, key: bytes) -> Callable[[bytes], bytes]:
    """HMAC by hashlib, with the key's blocks hashed once."""
    name = _NAMES[algorithm]
    inner, outer = (hashlib.new(name, pad) for pad in _pads(algorithm, key))

    def hmac(value: bytes) -> bytes:
        first, second = inner.copy(), outer.copy()
        first.update(value)
        second.update(first.digest())
        return second.digest()

    return hmac


def _pads(algorithm: Algorithm, key: bytes) -> tuple[bytes, bytes]:
    if len(key) > BLOCK:
        key = hashlib.new(_NAMES[algorithm], key).digest()
    padded = key.ljust(BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)


@functools.lru_cache(maxsize=8)
def _states(algorithm: Algorithm, key: bytes) -> tuple[Any, Any]:
    start, compress = compressing.START[algorithm], compressing.COMPRESS[algorithm]
    states = []
    for pad in _pads(algorithm, key):
        state, w = np.array(start, np.uint32)[:, None], np.zeros((68, 1), np.uint32)
        w[:16, 0] = np.frombuffer(pad, ">u4")
        with np.errstate(over="ignore"):
            compress(state, w, np.zeros((8, 1), np.uint32))
        states.append(np.repeat(state, compressing.LANES, axis=1))
    return states[0], states[1]


@functools.cache
def _compiled(algorithm: Algorithm) -> Callable[..., None] | None:
    if importlib.util.find_spec("numba") is None:
        return None
    return compressing.compiled(importlib.import_module("numba"), algorithm)
