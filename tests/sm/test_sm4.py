"""SM4-GCM against another implementation and between the libraries; nothing changed ever opens."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import InputError, NotVerifiedError
from assay.sm import known, sm4
from tests.sm import oracle
from tests.sm.backends import SEALS, name

KEYS, NONCES = st.binary(min_size=16, max_size=16), st.binary(min_size=12, max_size=12)


def test_rfc_8998() -> None:
    key = sm4.Key(known.KEY)
    assert key.seal(known.NONCE, known.MESSAGE, known.ASSOCIATED) == known.SEALED
    assert key.open(known.NONCE, known.SEALED, known.ASSOCIATED) == known.MESSAGE


@pytest.mark.parametrize("library", SEALS, ids=name)
@settings(max_examples=40, deadline=None)
@given(key=KEYS, nonce=NONCES, message=st.binary(max_size=600), associated=st.binary(max_size=70))
def test_it_seals_as_the_other_implementation(
    library: Any, key: bytes, nonce: bytes, message: bytes, associated: bytes
) -> None:
    sealed = oracle.gcm(key, nonce, message, associated)
    gcm = library.sm4_gcm(key)
    assert gcm.seal(nonce, message, associated) == sealed
    assert gcm.open(nonce, sealed, associated) == message


@pytest.mark.skipif(len(SEALS) < 2, reason="only one library is here")
@settings(max_examples=40, deadline=None)
@given(
    key=KEYS,
    nonce=NONCES,
    message=st.builds(lambda piece, times, end: piece * times + end, st.binary(), st.integers(0, 2000), st.binary()),
)
def test_long_messages_between_the_libraries(key: bytes, nonce: bytes, message: bytes) -> None:
    one, other = (library.sm4_gcm(key) for library in SEALS)
    sealed = one.seal(nonce, message, b"a")
    assert sealed == other.seal(nonce, memoryview(message), b"a")
    assert one.open(nonce, bytearray(sealed), b"a") == other.open(nonce, memoryview(sealed), b"a") == message


@pytest.mark.parametrize("library", SEALS, ids=name)
@settings(max_examples=60, deadline=None)
@given(message=st.binary(max_size=100), at=st.integers(0), bit=st.integers(0, 7), cut=st.integers(1, 200))
def test_what_is_changed_does_not_open(library: Any, message: bytes, at: int, bit: int, cut: int) -> None:
    gcm = library.sm4_gcm(known.KEY)
    sealed = bytearray(gcm.seal(known.NONCE, message, b"a"))
    assert gcm.open(known.NONCE, sealed, b"b") is None
    assert gcm.open(bytes(12), sealed, b"a") is None
    assert library.sm4_gcm(bytes(16)).open(known.NONCE, sealed, b"a") is None
    with pytest.raises(NotVerifiedError):
        sm4.Key(known.KEY).open(known.NONCE, sealed[:-cut], b"a")
    sealed[at % len(sealed)] ^= 1 << bit
    assert gcm.open(known.NONCE, sealed, b"a") is None


@pytest.mark.parametrize("library", SEALS, ids=name)
@settings(max_examples=40, deadline=None)
@given(key=KEYS, nonces=st.lists(NONCES, min_size=1, max_size=5), message=st.binary(max_size=600))
def test_into_a_buffer_and_out_of_one(library: Any, key: bytes, nonces: list[bytes], message: bytes) -> None:
    """One message after the other under one key, also after one that did not verify."""
    gcm = library.sm4_gcm(key)
    for nonce in nonces:
        room = bytearray(b"\xff") * (len(message) + 16 + 7)
        gcm.seal_into(nonce, message, memoryview(room)[3:-4])
        assert room == b"\xff" * 3 + oracle.gcm(key, nonce, message, b"") + b"\xff" * 4
        back = bytearray(len(message))
        assert gcm.open_into(nonce, memoryview(room)[3:-4], memoryview(back))
        assert back == message
        room[-5] ^= 1
        assert not gcm.open_into(nonce, memoryview(room)[3:-4], memoryview(back))


@pytest.mark.parametrize("library", SEALS, ids=name)
def test_a_buffer_has_exactly_the_room(library: Any) -> None:
    gcm = library.sm4_gcm(known.KEY)
    sealed = gcm.seal(known.NONCE, b"message", b"")
    for size in (0, 22, 24, 100):
        with pytest.raises(ValueError, match=r"room|size|structure"):
            gcm.seal_into(known.NONCE, b"message", memoryview(bytearray(size)))
    for size in (0, 6, 8):
        with pytest.raises(ValueError, match=r"room|size|structure"):
            gcm.open_into(known.NONCE, memoryview(sealed), memoryview(bytearray(size)))


def test_wrong_lengths() -> None:
    for size in (0, 15, 17, 32):
        with pytest.raises(InputError, match=f"{size} bytes"):
            sm4.Key(bytes(size))
    key = sm4.Key(sm4.generate())
    for size in (0, 11, 13, 16):
        with pytest.raises(InputError):
            key.seal(bytes(size), b"")
        with pytest.raises(InputError):
            key.open(bytes(size), bytes(16))


def test_a_message_above_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sm4, "MESSAGE_LIMIT", 99)
    key = sm4.Key(known.KEY)
    with pytest.raises(InputError):
        key.seal(known.NONCE, bytes(100))
    with pytest.raises(NotVerifiedError):
        key.open(known.NONCE, bytes(99 + 17))


def test_threads_share_a_key() -> None:
    key = sm4.Key(known.KEY)
    messages = [bytes([number]) * 20_000 for number in range(64)]
    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(lambda number: key.seal(number.to_bytes(12), messages[number]), range(64)))
        opened = list(pool.map(lambda number: key.open(number.to_bytes(12), sealed[number]), range(64)))
    assert opened == messages
