"""The container against the specification, another implementation, the vectors, and whatever bytes there are."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import Exit
from assay.deposit import container
from assay.deposit.container import CHUNK, HEADER, Reader, SealError
from assay.deposit.suites import AES, SM, Octets, Suite
from tests.deposit import oracle, vectors

SUITES = pytest.mark.parametrize("suite", [AES, SM], ids=["aes", "sm"])
INSTANCES = {AES.name: oracle.AES_256, SM.name: oracle.SM4}
FAULTS = {
    "header failure": "header",
    "truncated": "truncated",
    "commitment failure": "commitment",
    "chunk failure": "chunk",
}
VECTORS = sorted(path for folder in vectors.INSTANCES for path in (vectors.FOLDER / folder).iterdir())


def key_of(suite: Suite) -> bytes:
    return hashlib.sha256(b"a key").digest()[: suite.key_size]


def text(size: int) -> bytes:
    return hashlib.shake_128(b"text").digest(size)


def reader(suite: Suite, sealed: Octets, key: bytes = b"", context: bytes = b"c") -> Reader:
    def read(at: int, size: int) -> bytes:
        return bytes(sealed[at : at + size])

    return Reader(suite, key or key_of(suite), context, read, len(sealed), "it")


SIZES = [0, 1, 15, 16, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 17, 5 * CHUNK + 3]


@SUITES
@pytest.mark.parametrize("size", SIZES)
def test_what_is_sealed_opens(suite: Suite, size: int) -> None:
    message = text(size)
    sealed = container.seal(suite, key_of(suite), b"c", message)
    assert len(sealed) == container.sealed_size(size)
    assert container.message_size(len(sealed), "it") == size
    assert container.unseal(suite, key_of(suite), b"c", sealed, "it") == message
    streamed = b"".join(
        container.sealed_chunks(suite, key_of(suite), b"c", io.BytesIO(message).read, bytes(sealed[:24]))
    )
    assert streamed == sealed
    opened = reader(suite, sealed)
    assert (opened.size, opened.read(0, size + 9)) == (size, message)


@SUITES
@pytest.mark.parametrize("size", [0, 100, CHUNK, CHUNK + 100])
def test_as_the_specification_writes_it(suite: Suite, size: int) -> None:
    message, salt = text(size), bytes(range(24))
    sealed = container.seal(suite, key_of(suite), b"context", message, salt)
    assert sealed == oracle.parts(INSTANCES[suite.name], key_of(suite), b"context", message, salt).joined()


@pytest.mark.parametrize("size", SIZES)
def test_another_implementation_reads_and_is_read(size: int) -> None:
    key, message = key_of(AES), text(size)
    decryptor = Cobblestone256Decryptor(key, b"c")
    assert decryptor.update(container.seal(AES, key, b"c", message)) + decryptor.finalize() == message
    encryptor = Cobblestone256Encryptor(key, b"c")
    assert container.unseal(AES, key, b"c", encryptor.update(message) + encryptor.finalize(), "it") == message


def _named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", VECTORS, ids=_named)
def test_vector(path: Path) -> None:
    given_, sealed = (read := vectors.read(path)).header, read.sealed
    suite = {each.aead.decode(): each for each in (AES, SM)}[given_["aead"]]
    key, context = bytes.fromhex(given_["key"]), bytes.fromhex(given_["context"])
    if given_["expect"] == "success":
        message = container.unseal(suite, key, context, sealed, path.name)
        assert hashlib.sha256(message).hexdigest() == given_["payload"]
        assert reader(suite, sealed, key, context).read(0, len(sealed)) == message
        return
    attempts: list[Callable[[], Octets]] = [
        lambda: container.unseal(suite, key, context, sealed, path.name),
        lambda: reader(suite, sealed, key, context).read(0, len(sealed)),
    ]
    for attempt in attempts:
        with pytest.raises(SealError, match=r"does not verify: ") as caught:
            attempt()
        assert caught.value.fault == FAULTS[given_["expect"]]
        assert caught.value.exit_code is Exit.NOT_VERIFIED


@pytest.mark.parametrize("path", [path for path in VECTORS if path.parent.name == "aes-256-gcm"], ids=_named)
def test_vector_in_another_implementation(path: Path) -> None:
    given_, sealed = (read := vectors.read(path)).header, read.sealed
    decryptor = Cobblestone256Decryptor(bytes.fromhex(given_["key"]), bytes.fromhex(given_["context"]))
    released = b""
    try:
        released += decryptor.update(sealed)
        released += decryptor.finalize()
        assert given_["expect"] == "success"
    except InvalidTag:
        assert given_["expect"] != "success"
        return
    assert hashlib.sha256(released).hexdigest() == given_["payload"]


def test_the_vectors_are_those_that_the_oracle_makes() -> None:
    made = dict(vectors.vectors())
    assert sorted(made) == VECTORS
    for path, vector in made.items():
        assert vectors.read(path).sealed == vector.sealed, f"refresh: python -m tests.deposit.vectors ({path.name})"
        assert vector.expect in vectors.EXPECTED


@SUITES
@given(size=st.integers(0, 3 * CHUNK + 50), at=st.integers(0, 3 * CHUNK + 99), length=st.integers(0, 2 * CHUNK + 9))
def test_any_range(suite: Suite, size: int, at: int, length: int) -> None:
    message = text(size)
    sealed = container.seal(suite, key_of(suite), b"c", message)
    assert reader(suite, sealed).read(at, length) == message[at : at + length]


@SUITES
@given(size=st.integers(0, 2 * CHUNK + 50), where=st.integers(0, 1 << 30), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found(suite: Suite, size: int, where: int, bit: int) -> None:
    sealed = container.seal(suite, key_of(suite), b"c", text(size))
    place = where % len(sealed)
    sealed[place] ^= 1 << bit
    with pytest.raises(SealError) as caught:
        container.unseal(suite, key_of(suite), b"c", sealed, "pack 7")
    assert "pack 7" in caught.value.message.en
    assert caught.value.fault == ("commitment" if place < HEADER else "chunk")


@SUITES
@given(size=st.integers(0, 3 * CHUNK + 50), left=st.integers(0, 1 << 30))
def test_nothing_of_a_truncated_message_is_read(suite: Suite, size: int, left: int) -> None:
    sealed = container.seal(suite, key_of(suite), b"c", text(size))
    with pytest.raises(SealError):
        reader(suite, sealed[: left % len(sealed)])


@SUITES
@given(sealed=st.binary(max_size=300))
def test_any_bytes_are_refused(suite: Suite, sealed: bytes) -> None:
    with pytest.raises(SealError):
        container.unseal(suite, key_of(suite), b"c", sealed, "it")


@SUITES
@pytest.mark.parametrize("chunks", range(6))
def test_cut_at_every_chunk(suite: Suite, chunks: int) -> None:
    sealed = container.seal(suite, key_of(suite), b"c", text(5 * CHUNK + 100))
    cut = sealed[: HEADER + chunks * (CHUNK + 16)]
    with pytest.raises(SealError) as caught:
        reader(suite, cut)
    assert caught.value.fault == "truncated"


@SUITES
def test_a_range_that_does_not_verify_is_not_given_out_and_others_are(suite: Suite) -> None:
    message = text(3 * CHUNK)
    sealed = container.seal(suite, key_of(suite), b"c", message)
    sealed[HEADER + CHUNK + 16 + 5] ^= 1
    opened = reader(suite, sealed)
    assert opened.read(0, CHUNK) == message[:CHUNK]
    assert opened.read(2 * CHUNK, CHUNK) == message[2 * CHUNK :]
    with pytest.raises(SealError, match="chunk 1 was changed or moved"):
        opened.read(CHUNK - 1, 2)


def test_a_store_that_gives_less_than_it_should() -> None:
    sealed = container.seal(AES, key_of(AES), b"c", text(100))
    with pytest.raises(SealError, match="it ends before byte"):
        Reader(AES, key_of(AES), b"c", lambda at, size: bytes(sealed[at : at + size - 1]), len(sealed), "it")


def test_what_no_message_may_have() -> None:
    with pytest.raises(SealError, match="more chunks"):
        container.message_size(HEADER + (CHUNK + 16 << 38) + 20, "it")
    with pytest.raises(ValueError, match="keys of 32 bytes"):
        container.seal(AES, bytes(16), b"", b"")
