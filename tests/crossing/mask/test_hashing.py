"""HMAC of many values, compiled and not, against the standard library."""

import hmac

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.crossing.mask import hashing
from assay.crossing.mask.hashing import Algorithm, hmacs

NAMES: dict[Algorithm, str] = {"hmac-sha256": "sha256", "hmac-sm3": "sm3"}


def expected(algorithm: Algorithm, key: bytes, values: list[bytes]) -> list[bytes]:
    return [hmac.digest(key, value, NAMES[algorithm])[:16] for value in values]


def made(algorithm: Algorithm, key: bytes, values: list[bytes]) -> list[bytes]:
    edges = np.concatenate([[0], np.cumsum([len(value) for value in values])]).astype(np.int64)
    buffer = np.frombuffer(b"".join(values), np.uint8)
    return [row.tobytes() for row in hmacs(algorithm, key, buffer, edges)]


@pytest.mark.parametrize("algorithm", NAMES)
@given(st.binary(min_size=1, max_size=100), st.lists(st.binary(max_size=130), max_size=20))
def test_interpreted_hmacs_are_those_of_the_standard_library(
    algorithm: Algorithm, key: bytes, values: list[bytes]
) -> None:
    assert made(algorithm, key, values) == expected(algorithm, key, values)


@pytest.mark.parametrize("algorithm", NAMES)
def test_compiled_hmacs_are_the_same(algorithm: Algorithm, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    monkeypatch.setattr(hashing, "PATIENCE", -1)
    for key in (b"k" * 32, b"z" * 100, b""):
        values = [bytes([length] * length) for length in range(200)] + [b"\xff" * 55, b"\x80" * 56]
        assert made(algorithm, key, values) == expected(algorithm, key, values)


@pytest.mark.parametrize("algorithm", NAMES)
def test_the_compression_functions_are_right_in_plain_python(algorithm: Algorithm) -> None:
    inner, outer = hashing._states(algorithm, b"key")
    assert inner.tolist() != outer.tolist()
    assert made(algorithm, b"key", [b"abc"]) == expected(algorithm, b"key", [b"abc"])
