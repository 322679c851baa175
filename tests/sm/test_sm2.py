"""SM2 against another implementation and between the libraries; nothing wrong verifies, opens or is let in."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat import asn1
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import AssayError, InputError, NotVerifiedError
from assay.sm import choice, encoding, known, sm2
from assay.sm.encoding import N, P
from tests.sm import oracle
from tests.sm.backends import SIGNS, name

K_SIGNATURE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
"""The random number of the examples in GB/T 32918.5, for the signature and for the ciphertext."""
IDS = st.binary(max_size=40)


def _key() -> sm2.PrivateKey:
    return sm2.PrivateKey(known.NUMBER, known.POINT)


@pytest.fixture(params=SIGNS, ids=name)
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """One of the libraries, which then serves."""
    monkeypatch.setattr(choice, "signs", lambda: request.param)
    return request.param


def test_the_signature_of_the_standard(library: Any) -> None:
    key = _key()
    key.public.verify(b"message digest", known.SIGNATURE)
    assert encoding.signature_from_der(encoding.signature_to_der(known.SIGNATURE)) == known.SIGNATURE
    r, s = oracle.sm2_of(known.NUMBER, known.POINT, k=K_SIGNATURE).sign(b"message digest")
    assert r + s == known.SIGNATURE
    for message, signature, id_ in (
        (b"message digesu", known.SIGNATURE, sm2.USUAL_ID),
        (b"message digest", known.SIGNATURE, b""),
        (b"message digest", known.SIGNATURE, sm2.USUAL_ID[:-1]),
        (b"message digest", known.SIGNATURE[32:] + known.SIGNATURE[:32], sm2.USUAL_ID),
    ):
        with pytest.raises(NotVerifiedError):
            key.public.verify(message, signature, id_)


def test_the_ciphertext_of_the_standard(library: Any) -> None:
    assert _key().decrypt(known.CIPHERTEXT) == known.WRAPPED
    raw = encoding.ciphertext_to_raw(known.CIPHERTEXT)
    assert oracle.sm2_of(None, known.POINT, k=K_SIGNATURE).encrypt(known.WRAPPED) == raw
    assert encoding.ciphertext_from_raw(raw) == known.CIPHERTEXT


@settings(max_examples=12, deadline=None)
@given(message=st.binary(max_size=200), id_=IDS, secret=st.binary(min_size=16, max_size=255))
def test_each_library_understands_the_others_and_the_other_implementation(
    message: bytes, id_: bytes, secret: bytes
) -> None:
    number, point = SIGNS[0].generate()
    them = oracle.sm2_of(number, point, id_)
    assert them.generate_pk(number) == point
    digest = sm2.PublicKey(point).begin(id_)
    digest.update(message)
    assert digest.digest() == oracle.sm3(_z(id_, point) + message)
    signatures = [library.private(number, point).sign(digest.digest()) for library in SIGNS]
    signatures += [b"".join(part.rjust(32, b"\0") for part in them.sign(message))] if id_ else []
    for signature in signatures:
        assert not id_ or them.verify(message, signature[:32], signature[32:])
        assert all(library.public(point).verify(digest.digest(), signature) for library in SIGNS)
    wrapped = [library.public(point).encrypt(secret) for library in SIGNS]
    wrapped.append(encoding.ciphertext_from_raw(them.encrypt(secret)))
    for ciphertext in wrapped:
        assert them.decrypt(encoding.ciphertext_to_raw(ciphertext)) == secret
        assert all(library.private(number, point).decrypt(ciphertext) == secret for library in SIGNS)


def _z(id_: bytes, point: bytes) -> bytes:
    b = "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
    g = (
        "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
        "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
    )
    a = (P - 3).to_bytes(32)
    return oracle.sm3((len(id_) * 8).to_bytes(2) + id_ + a + bytes.fromhex(b + g) + point[1:])


@settings(max_examples=40, deadline=None)
@given(at=st.integers(0, 63), bit=st.integers(0, 7), message=st.binary(max_size=40))
def test_a_changed_signature_is_refused(at: int, bit: int, message: bytes) -> None:
    key = _key()
    signature = bytearray(key.sign(message))
    key.public.verify(message, bytes(signature))
    signature[at] ^= 1 << bit
    with pytest.raises(NotVerifiedError):
        key.public.verify(message, bytes(signature))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0), bit=st.integers(0, 7), cut=st.integers(1, 60))
def test_a_changed_ciphertext_is_refused(at: int, bit: int, cut: int) -> None:
    key = _key()
    wrapped = bytearray(known.CIPHERTEXT)
    with pytest.raises(NotVerifiedError):
        key.decrypt(bytes(wrapped[:-cut]))
    wrapped[at % len(wrapped)] ^= 1 << bit
    with pytest.raises(NotVerifiedError):
        key.decrypt(bytes(wrapped))


def test_a_ciphertext_on_another_curve_is_refused_before_a_library_sees_it(library: Any) -> None:
    """The point of an invalid-curve attack: on y^2 = x^3 + ax + (another b)."""
    raw = encoding.ciphertext_to_raw(known.CIPHERTEXT)
    x, y = int.from_bytes(raw[1:33]), int.from_bytes(raw[33:65])
    for point in ((x, y + 1), (0, 0), (x, P - y - 1), (x + 1, y)):
        with pytest.raises(NotVerifiedError, match="curve"):
            encoding.ciphertext_from_raw(b"\4" + point[0].to_bytes(32) + point[1].to_bytes(32) + raw[65:])
        der = asn1.encode_der(encoding._Ciphertext(x=point[0], y=point[1], digest=raw[65:97], content=raw[97:]))
        with pytest.raises(NotVerifiedError, match="curve"):
            _key().decrypt(der)


@pytest.mark.parametrize(
    "point",
    [
        b"",
        known.POINT[:-1],
        known.POINT + b"\0",
        b"\2" + known.POINT[1:],
        b"\4" + bytes(64),
        known.POINT[:-1] + b"\0",
        b"\4" + P.to_bytes(32) + known.POINT[33:],
        b"\4" + (int.from_bytes(known.POINT[1:33]) + P).to_bytes(33)[1:] + known.POINT[33:],
    ],
)
def test_what_is_no_point_is_refused(point: bytes) -> None:
    with pytest.raises(InputError, match="public key"):
        sm2.PublicKey(point)


@pytest.mark.parametrize("number", [0, N - 1, N, N + 1, 2**256 - 1])
def test_numbers_out_of_range(number: int) -> None:
    with pytest.raises(InputError, match="out of range"):
        sm2.PrivateKey(number.to_bytes(32), known.POINT)


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (N, 1), (1, N), (2**256 - 1, 1), (0, 0)])
def test_signatures_out_of_range(r: int, s: int) -> None:
    with pytest.raises(NotVerifiedError, match="out of range"):
        _key().public.verify(b"", r.to_bytes(32) + s.to_bytes(32))
    with pytest.raises(NotVerifiedError):
        encoding.signature_to_der(r.to_bytes(32) + s.to_bytes(32))


def test_r_and_s_that_make_t_zero_do_not_verify(library: Any) -> None:
    with pytest.raises(NotVerifiedError):
        _key().public.verify(b"", (1).to_bytes(32) + (N - 1).to_bytes(32))


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30\x00",
        b"\x30\x06\x02\x01\x01\x02\x01",
        b"\x30\x07\x02\x01\x01\x02\x01\x01\x00",
        b"\x30\x06\x02\x01\x81\x02\x01\x01",  # negative
        b"\x30\x07\x02\x02\x00\x01\x02\x01\x01",  # two spellings of 1
        b"\x30\x06\x02\x01\x01\x02\x01\x00",  # s is 0
        b"\x30\x80\x02\x01\x01\x02\x01\x01\x00\x00",  # BER
        b"\x30\x2b\x02\x26" + b"\x01" * 38 + b"\x02\x01\x01",
    ],
)
def test_signatures_that_are_no_strict_der(der: bytes) -> None:
    with pytest.raises(NotVerifiedError):
        encoding.signature_from_der(der)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_from_outside_are_read_or_refused(content: bytes) -> None:
    key = _key()
    for read in (
        sm2.PublicKey,
        encoding.signature_from_der,
        encoding.ciphertext_from_raw,
        key.decrypt,
        lambda signature: key.public.verify(b"", signature),
    ):
        with pytest.raises(AssayError):
            read(content)


def test_the_lengths_that_are_encrypted(library: Any) -> None:
    key = _key()
    for size in (16, 32, 255):
        assert key.decrypt(key.public.encrypt(bytes(size))) == bytes(size)
    for size in (0, 1, 15, 256):
        with pytest.raises(InputError):
            key.public.encrypt(bytes(size))


def test_an_id_that_is_too_long() -> None:
    key = _key()
    long = bytes(sm2.LONGEST_ID)
    key.public.verify(b"m", key.sign(b"m", long), long)
    with pytest.raises(InputError):
        key.sign(b"m", long + b"\0")


def test_halves_that_do_not_belong_together_are_refused(library: Any) -> None:
    with pytest.raises(InputError, match="belong together"):
        sm2.PrivateKey(known.NUMBER, library.generate()[1])


def test_a_new_key_signs_and_never_prints_its_number(library: Any) -> None:
    key, other = sm2.PrivateKey.generate(), sm2.PrivateKey.generate()
    assert key.public != other.public
    digest = key.public.begin()
    digest.update(b"in ")
    digest.update(b"pieces")
    signature = key.sign_digest(digest)
    key.public.verify(b"in pieces", signature)
    with pytest.raises(NotVerifiedError):
        other.public.verify(b"in pieces", signature)
    number, point = encoding.split_pkcs8(key.pkcs8())
    assert point == key.public.point
    assert number.hex() not in f"{key!r} {key} {vars(key)['public']!r}"


def test_nothing_is_said_on_standard_error(library: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotVerifiedError):
        _key().public.verify(b"another", known.SIGNATURE)
    with pytest.raises(NotVerifiedError):
        _key().decrypt(known.CIPHERTEXT[:-1] + b"\0")
    assert capfd.readouterr() == ("", "")


def test_threads_share_a_key(library: Any) -> None:
    key = _key()

    def work(number: int) -> bytes:
        message = number.to_bytes(4)
        key.public.verify(message, key.sign(message))
        return key.decrypt(key.public.encrypt(message * 4))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(60))) == [number.to_bytes(4) * 4 for number in range(60)]
