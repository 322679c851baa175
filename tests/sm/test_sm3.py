"""SM3 and what is built on it, against another implementation."""

import hashlib
import hmac as standard_hmac
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import InputError, NotVerifiedError
from assay.sm import known, sm3
from tests.sm import oracle
from tests.sm.backends import DIGESTS, name

SHORT = st.binary(max_size=300)


def test_it_is_used_as_hashlib_is() -> None:
    digest = sm3.Sm3(b"a")
    digest.update(bytearray(b"b"))
    other = digest.copy()
    digest.update(memoryview(b"c"))
    assert digest.hexdigest() == known.SM3[b"abc"] == sm3.digest(b"abc").hex()
    assert digest.digest() == digest.digest()
    assert other.digest() == sm3.digest(b"ab")


@pytest.mark.parametrize("library", DIGESTS, ids=name)
@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(SHORT, max_size=6))
def test_pieces_make_the_digest_of_the_whole(library: Any, pieces: list[bytes]) -> None:
    state = library.sm3()
    for piece in pieces:
        state.update(piece)
    assert state.digest() == oracle.sm3(b"".join(pieces))


@settings(max_examples=60, deadline=None)
@given(key=SHORT, content=SHORT)
def test_hmac(key: bytes, content: bytes) -> None:
    tag = sm3.hmac(key, content)
    assert tag == oracle.hmac(key, content)
    sm3.verify_hmac(key, content, tag)
    for wrong in (tag[:-1], bytes([tag[0] ^ 1]) + tag[1:], b""):
        with pytest.raises(NotVerifiedError):
            sm3.verify_hmac(key, content, wrong)


@pytest.mark.skipif("sm3" not in hashlib.algorithms_available, reason="this Python's OpenSSL has no SM3")
def test_hmac_is_that_of_the_standard_library() -> None:
    for size in (0, 1, 63, 64, 65, 200):
        assert sm3.hmac(b"k" * size, b"content") == standard_hmac.new(b"k" * size, b"content", "sm3").digest()


@settings(max_examples=30, deadline=None)
@given(secret=SHORT, salt=SHORT, context=SHORT, size=st.integers(1, 100))
def test_derived_keys(secret: bytes, salt: bytes, context: bytes, size: int) -> None:
    assert sm3.hkdf(secret, salt, context, size) == oracle.hkdf(secret, salt, context, size)
    assert sm3.kdf(secret, context, size) == oracle.kdf(secret, context, size)


@pytest.mark.parametrize("size", [-1, 0, sm3.LONGEST_DERIVED + 1])
def test_sizes_that_cannot_be_derived(size: int) -> None:
    with pytest.raises(InputError):
        sm3.hkdf(b"s", b"", b"", size)
    with pytest.raises(InputError):
        sm3.kdf(b"s", b"", size)
