"""c2sp.org/chunked-encryption written out once more, from the specification's words, over other code.

SM4-GCM and SM3 are those of `tests.sm.oracle` (pure Python, slow); AES-256-GCM is OpenSSL's EVP interface as
`cryptography` exposes it for streams, which is not the call that the container makes. It seals any message, also wrong
ones: `Parts` may be put together in any order.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from tests.sm import oracle as sm_oracle

CHUNK = 16_384


@dataclass(frozen=True)
class Instance:
    """One hash and one AEAD."""

    aead: str
    hash: str
    key_size: int
    mac: Callable[[bytes, bytes], bytes]
    seal: Callable[[bytes, bytes, bytes], bytes]
    """Key, nonce, chunk."""


def _aes(key: bytes, nonce: bytes, chunk: bytes) -> bytes:
    cipher = Cipher(AES(key), GCM(nonce)).encryptor()
    return cipher.update(chunk) + cipher.finalize() + cipher.tag


AES_256 = Instance("AEAD_AES_256_GCM", "SHA-512", 32, lambda key, text: hmac.digest(key, text, hashlib.sha512), _aes)
SM4 = Instance(
    "AEAD_SM4_GCM", "SM3", 16, sm_oracle.hmac, lambda key, nonce, chunk: sm_oracle.gcm(key, nonce, chunk, b"")
)


@dataclass(frozen=True)
class Parts:
    """A sealed message, taken apart."""

    salt: bytes
    commitment: bytes
    chunks: tuple[bytes, ...]

    def joined(self) -> bytes:
        return b"".join((self.salt, self.commitment, *self.chunks))


def derived(instance: Instance, key: bytes, salt: bytes, context: bytes) -> tuple[bytes, int, bytes]:
    """The message's key, its base nonce as a number, its commitment."""
    info = b"c2sp.org/chunked-encryption@v1+" + instance.aead.encode() + b"\x00" + salt + context
    stream, block, counter = b"", b"", 0
    while len(stream) < instance.key_size + 12 + 32:
        counter += 1
        block = instance.mac(key, block + info + bytes([counter]))
        stream += block
    own, rest = stream[: instance.key_size], stream[instance.key_size :]
    return own, int.from_bytes(rest[:12], "big"), rest[12:44]


def parts(
    instance: Instance,
    key: bytes,
    context: bytes,
    message: bytes,
    salt: bytes,
    cut: tuple[int, ...] = (),
    first: int = 0,
) -> Parts:
    """A sealed message. `cut` gives other lengths of chunks than the specification's, `first` another first number."""
    own, base, commitment = derived(instance, key, salt, context)
    lengths = cut or (*[CHUNK] * (len(message) // CHUNK), len(message) % CHUNK)
    chunks, at = [], 0
    for number, length in enumerate(lengths, first):
        chunks.append(instance.seal(own, (base ^ number).to_bytes(12, "big"), message[at : at + length]))
        at += length
    return Parts(salt, commitment, tuple(chunks))
