"""SM3 (GB/T 32905), HMAC-SM3, HKDF-SM3 (RFC 5869) and the key derivation function of GB/T 32918.

digest(content)  hmac(key, content)  hkdf(secret, salt, context, size)  kdf(secret, context, size)
Sm3(): update, digest, hexdigest, copy, as in hashlib
"""

from hmac import HMAC, compare_digest

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

from assay.core.errors import InputError, NotVerifiedError
from assay.core.text import Text
from assay.sm import choice
from assay.sm.backend import DIGEST_SIZE, Digest, Octets

LONGEST_DERIVED = 255 * DIGEST_SIZE


class Sm3:
    """A digest in progress. May be copied; not shared between threads."""

    name = "sm3"
    digest_size = DIGEST_SIZE
    block_size = 64

    def __init__(self, content: Octets = b"", *, _state: Digest | None = None) -> None:
        self._state = choice.digests().sm3() if _state is None else _state
        if content:
            self._state.update(content)

    def update(self, content: Octets, /) -> None:
        self._state.update(content)

    def digest(self) -> bytes:
        return self._state.digest()

    def hexdigest(self) -> str:
        return self.digest().hex()

    def copy(self) -> "Sm3":
        return Sm3(_state=self._state.copy())


def digest(content: Octets) -> bytes:
    return Sm3(content).digest()


def hmac(key: bytes, content: Octets) -> bytes:
    return HMAC(key, content, Sm3).digest()  # type: ignore[arg-type]  # takes fewer types than hashlib


def verify_hmac(key: bytes, content: Octets, tag: bytes) -> None:
    """Raises NotVerifiedError when `tag` is not the HMAC. Compares in constant time."""
    if not compare_digest(hmac(key, content), tag):
        advice = Text("The content or the tag was changed, or the key is another.", "内容或校验值被改动，或密钥不同。")
        raise NotVerifiedError(Text("The HMAC-SM3 does not match", "HMAC-SM3 校验值不符"), advice)


def hkdf(secret: bytes, salt: bytes, context: bytes, size: int) -> bytes:
    """Keys of a secret that is random enough; `context` keeps the uses apart."""
    choice.portable_digests()
    return HKDF(hashes.SM3(), _derivable(size), salt, context).derive(secret)


def kdf(secret: bytes, context: bytes, size: int) -> bytes:
    """The one of GB/T 32918.3 and .4, which is that of ANSI X9.63: SM3(secret, counter, context) for 1, 2, ..."""
    choice.portable_digests()
    return X963KDF(hashes.SM3(), _derivable(size), context).derive(secret)


def _derivable(size: int) -> int:
    if not 1 <= size <= LONGEST_DERIVED:
        message = Text("{size} bytes cannot be derived", "无法派生 {size} 字节").fill(size=size)
        raise InputError(message, Text(f"Ask for 1 to {LONGEST_DERIVED}.", f"请取 1 至 {LONGEST_DERIVED}。"))
    return size
