"""Another implementation of everything that `assay.sm` does, sharing no code with the libraries it speaks to.

SM2, SM3 and the SM4 block are those of `gmalg`, which is pure Python and lets a test choose the random number, so that
signatures and ciphertexts are compared byte for byte with the standard. GCM and HKDF are written out here from
NIST SP 800-38D and RFC 5869, slowly and plainly.
"""

import hmac as _hmac
from collections.abc import Callable

import gmalg

from assay.sm import sm2

_POLYNOMIAL = 0xE1 << 120


def sm3(content: bytes) -> bytes:
    digest = gmalg.SM3()
    digest.update(content)
    return bytes(digest.value())


class _Sm3:
    digest_size, block_size, name = 32, 64, "sm3"

    def __init__(self, content: bytes = b"") -> None:
        self._content = content

    def update(self, content: bytes) -> None:
        self._content += bytes(content)

    def digest(self) -> bytes:
        return sm3(self._content)

    def hexdigest(self) -> str:
        return self.digest().hex()

    def copy(self) -> "_Sm3":
        return _Sm3(self._content)


def hmac(key: bytes, content: bytes) -> bytes:
    return _hmac.HMAC(key, content, _Sm3).digest()  # type: ignore[arg-type]  # takes fewer types than hashlib


def hkdf(secret: bytes, salt: bytes, context: bytes, size: int) -> bytes:
    pseudorandom, block, derived = hmac(salt or bytes(32), secret), b"", b""
    for counter in range(1, -(-size // 32) + 1):
        block = hmac(pseudorandom, block + context + bytes([counter]))
        derived += block
    return derived[:size]


def kdf(secret: bytes, context: bytes, size: int) -> bytes:
    blocks = (sm3(secret + counter.to_bytes(4) + context) for counter in range(1, -(-size // 32) + 1))
    return b"".join(blocks)[:size]


def _multiply(x: int, y: int) -> int:
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (_POLYNOMIAL if y & 1 else 0)
    return product


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 16)


def _ghash(h: int, content: bytes) -> int:
    value = 0
    for start in range(0, len(content), 16):
        value = _multiply(value ^ int.from_bytes(content[start : start + 16]), h)
    return value


def gcm(key: bytes, nonce: bytes, message: bytes, associated: bytes) -> bytes:
    """Ciphertext and tag of SM4-GCM with a nonce of 12 bytes."""
    encrypt: Callable[[bytes], bytes] = gmalg.SM4(key).encrypt
    blocks = -(-len(message) // 16)
    stream = b"".join(encrypt(nonce + (2 + block).to_bytes(4)) for block in range(blocks))
    ciphertext = bytes(left ^ right for left, right in zip(message, stream, strict=False))
    lengths = (8 * len(associated)).to_bytes(8) + (8 * len(ciphertext)).to_bytes(8)
    hashed = _ghash(int.from_bytes(encrypt(bytes(16))), _padded(associated) + _padded(ciphertext) + lengths)
    return ciphertext + (hashed ^ int.from_bytes(encrypt(nonce + bytes([0, 0, 0, 1])))).to_bytes(16)


def sm2_of(number: bytes | None, point: bytes | None, id_: bytes = sm2.USUAL_ID, k: int | None = None) -> gmalg.SM2:
    """SM2 with these halves of a key, and `k` as its only random number when given."""
    return gmalg.SM2(number, id_, point, rnd_fn=None if k is None else lambda _: k)
