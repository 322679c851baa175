"""The known answers are right, and a library that gives others is refused."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from assay.core.errors import Exit
from assay.sm import choice, encoding, gcrypt, known, pyca, sm2, sm3, sm4
from assay.sm.backend import CorruptLibraryError, Digest, Digests, Gcm, Octets, Private, Public, UnavailableError
from tests.sm import oracle
from tests.sm.backends import DIGESTS, SEALS, SIGNS, name


def test_the_answers_are_those_of_an_independent_implementation() -> None:
    for message, digest in known.SM3.items():
        assert oracle.sm3(message).hex() == digest
    assert oracle.gcm(known.KEY, known.NONCE, known.MESSAGE, known.ASSOCIATED) == known.SEALED
    sealed = oracle.gcm(known.KEY, known.NONCE, known.LONG, b"")
    assert hashlib.sha256(sealed).hexdigest() == known.SHA256_OF_LONG_SEALED
    signer = oracle.sm2_of(known.NUMBER, known.POINT)
    assert signer.verify(b"message digest", known.SIGNATURE[:32], known.SIGNATURE[32:])
    assert signer.generate_pk(known.NUMBER) == known.POINT
    assert signer.decrypt(encoding.ciphertext_to_raw(known.CIPHERTEXT)) == known.WRAPPED


@pytest.mark.parametrize("library", DIGESTS, ids=name)
def test_sm3_gives_them(library: Any) -> None:
    known.prove_digests(library)


@pytest.mark.parametrize("library", SEALS, ids=name)
def test_sm4_gives_them(library: Any) -> None:
    known.prove_seals(library)


@pytest.mark.parametrize("library", SIGNS, ids=name)
def test_sm2_gives_them(library: Any) -> None:
    known.prove_signs(library)


def test_sm4_a_million_times() -> None:
    """GB/T 32907 appendix A. CBC of zeros is the block cipher over its own result: a million times in one call."""
    answer = "595298c7c6fd271f0402f804c33d3f66"
    zeros = bytes(16_000_000)
    assert choice.blocks().sm4_cbc(known.KEY, known.KEY, zeros, encrypt=True)[-16:].hex() == answer
    found = gcrypt.find()
    if found:
        cipher = gcrypt.Cipher(found.library, gcrypt.CBC, known.KEY, known.KEY)
        out = bytearray(len(zeros))
        cipher.encrypt(zeros, out)
        assert out[-16:].hex() == answer


# A damaged library: each of these changes one thing that a right one does.


class _WrongDigest:
    def __init__(self, right: Digest) -> None:
        self._right = right

    def update(self, content: Octets, /) -> None:
        self._right.update(content)

    def digest(self) -> bytes:
        return bytes([self._right.digest()[0] ^ 1]) + self._right.digest()[1:]

    def copy(self) -> Digest:
        return _WrongDigest(self._right.copy())


class _SharedCopy(_WrongDigest):
    def digest(self) -> bytes:
        return self._right.digest()

    def copy(self) -> Digest:
        return self


class _Wrong:
    """A library that serves what it is given, whatever that is."""

    name = "libwrong 6.6.6"

    def __init__(self, serve: Callable[..., Any]) -> None:
        self.sm3 = self.sm4_gcm = self.sm4_cbc = self.private = serve


class _Taking(_Wrong):
    """SM2 right but for what is replaced."""

    def __init__(self, private: type | None = None, public: type | None = None) -> None:
        self._right = SIGNS[0]
        self._private, self._public = private, public

    def generate(self) -> tuple[bytes, bytes]:
        return self._right.generate()

    def private(self, number: bytes, point: bytes) -> Private:
        right = self._right.private(number, point)
        return self._private(right) if self._private else right

    def public(self, point: bytes) -> Public:
        right = self._right.public(point)
        return self._public(right) if self._public else right


class _WrongGcm:
    def __init__(self, right: Gcm) -> None:
        self._right = right

    def seal(self, nonce: bytes, message: Octets, associated: bytes) -> bytes:
        return self._right.seal(nonce, message, associated)

    def open(self, nonce: bytes, sealed: Octets, associated: bytes) -> bytes | None:
        return self._right.open(nonce, sealed, associated)


class _NoTagCheck(_WrongGcm):
    def open(self, nonce: bytes, sealed: Octets, associated: bytes) -> bytes | None:
        again = self._right.seal(nonce, bytes(len(sealed) - 16), associated)
        return bytes(left ^ right for left, right in zip(bytes(sealed[:-16]), again, strict=False))


class _WrongInBulk(_WrongGcm):
    def seal(self, nonce: bytes, message: Octets, associated: bytes) -> bytes:
        sealed = bytearray(self._right.seal(nonce, message, associated))
        if len(message) > 2048:
            sealed[2000] ^= 0x80
        return bytes(sealed)


class _Failing(_WrongGcm):
    def seal(self, nonce: bytes, message: Octets, associated: bytes) -> bytes:
        raise OSError("the handle is gone")


class _Half:
    def __init__(self, right: Any) -> None:
        self._right = right

    def __getattr__(self, name: str) -> Any:
        return getattr(self._right, name)


class _AllVerify(_Half):
    def verify(self, digest: bytes, signature: bytes) -> bool:
        return True


class _NoneVerify(_Half):
    def verify(self, digest: bytes, signature: bytes) -> bool:
        return False


class _Clear(_Half):
    def encrypt(self, message: bytes) -> bytes:
        return message


class _SignsElse(_Half):
    def sign(self, digest: bytes) -> bytes:
        return bytes(self._right.sign(digest[::-1]))


class _NoC3(_Half):
    def decrypt(self, ciphertext: bytes) -> bytes | None:
        return known.WRAPPED if len(ciphertext) == len(known.CIPHERTEXT) else self._right.decrypt(ciphertext)


def _sm3(of: type) -> _Wrong:
    return _Wrong(lambda: of(DIGESTS[0].sm3()))


def _gcm(of: type) -> _Wrong:
    return _Wrong(lambda key: of(SEALS[0].sm4_gcm(key)))


WRONG: list[tuple[Callable[[Any], None], Callable[[], _Wrong]]] = [
    (known.prove_digests, lambda: _sm3(_WrongDigest)),
    (known.prove_digests, lambda: _sm3(_SharedCopy)),
    (known.prove_seals, lambda: _gcm(_NoTagCheck)),
    (known.prove_seals, lambda: _gcm(_WrongInBulk)),
    (known.prove_seals, lambda: _gcm(_Failing)),
    (known.prove_blocks, lambda: _Wrong(lambda _key, _iv, content, **_: content)),
    (known.prove_signs, lambda: _Taking(public=_AllVerify)),
    (known.prove_signs, lambda: _Taking(public=_NoneVerify)),
    (known.prove_signs, lambda: _Taking(public=_Clear)),
    (known.prove_signs, lambda: _Taking(private=_SignsElse)),
    (known.prove_signs, lambda: _Taking(private=_NoC3)),
]


@pytest.mark.parametrize(("prove", "wrong"), WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_a_library_that_answers_wrongly_is_refused(prove: Callable[[Any], None], wrong: Callable[[], _Wrong]) -> None:
    with pytest.raises(CorruptLibraryError, match="libwrong"):
        prove(wrong())


def test_what_replaces_nothing_is_not_refused() -> None:
    known.prove_signs(_Taking())
    known.prove_seals(_gcm(_WrongGcm))


@pytest.fixture
def _afresh() -> Any:
    caches = (choice.digests, choice.portable_digests, choice.seals, choice.blocks, choice.signs)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.usefixtures("_afresh")
def test_a_wrong_library_ends_the_work_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not passed over in favour of the next one, and the second call does not get through either."""
    monkeypatch.setattr(choice, "DIGESTS", (lambda: _sm3(_WrongDigest), pyca.find))
    monkeypatch.setattr(choice, "SEALS", (lambda: _gcm(_NoTagCheck), pyca.find))
    monkeypatch.setattr(choice, "SIGNS", (lambda: _Taking(public=_AllVerify),))
    uses: list[Callable[[], object]] = [
        lambda: sm3.digest(b""),
        lambda: sm3.hmac(b"", b""),
        lambda: sm4.Key(bytes(16)),
        sm2.PrivateKey.generate,
        lambda: sm2.PublicKey(known.POINT),
    ]
    for use in uses * 2:
        with pytest.raises(CorruptLibraryError, match="libwrong"):
            use()


@pytest.mark.usefixtures("_afresh")
def test_they_are_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    prove = known.prove_digests

    def noted(library: Digests) -> None:
        asked.append(library.name)
        prove(library)

    monkeypatch.setattr(known, "prove_digests", noted)
    for _ in range(3):
        sm3.digest(b"abc")
    assert len(asked) == 1


@pytest.mark.usefixtures("_afresh")
def test_what_is_not_there_is_passed_over_and_nothing_is_an_error_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "DIGESTS", (lambda: None, pyca.find))
    assert choice.digests().name.startswith("cryptography")
    monkeypatch.setattr(choice, "SIGNS", (lambda: None,))
    with pytest.raises(UnavailableError, match="SM2") as missing:
        sm2.PublicKey(known.POINT)
    assert missing.value.exit_code == Exit.FAULT
    assert missing.value.advice is not None
    assert "gmssl-pyx" in missing.value.advice.zh
