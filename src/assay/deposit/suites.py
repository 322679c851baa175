"""Which primitives a deposit is sealed with. One is chosen when it is made, and serves for everything in it.

    aes   AES-256-GCM, HKDF with SHA-512        c2sp.org/chunked-encryption names this Cobblestone-256
    sm    SM4-GCM, HKDF with SM3                the same construction, under that specification's conditions for others

SM4 takes keys of 128 bits; everything else has 256. `SUITES` is the list; what is not in it is refused, never guessed.
"""

import hashlib
from collections.abc import Callable
from types import MappingProxyType
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from msgspec import Struct

from assay.core.errors import InputError
from assay.core.text import Text
from assay.sm import choice, sm3

NONCE, TAG = 12, 16

Octets = bytes | bytearray | memoryview


class Cipher(Protocol):
    """An AEAD under one key. Threads may share it."""

    def seal(self, nonce: bytes, chunk: Octets) -> bytes:
        """Ciphertext and tag."""
        ...

    def seal_into(self, nonce: bytes, chunk: memoryview, out: memoryview) -> None:
        """The same into `out`, which has exactly the room."""
        ...

    def open(self, nonce: bytes, sealed: Octets) -> bytes | None:
        """The chunk; None when it does not verify, and then nothing of it was given out."""
        ...

    def open_into(self, nonce: bytes, sealed: memoryview, out: memoryview) -> bool:
        """The same into `out`, which has exactly the room; when False, `out` is not to be used."""
        ...


class Suite(Struct, frozen=True):
    """`aead` is the name in IANA's registry. `expand(key, info, size)` is HKDF-Expand of RFC 5869."""

    name: str
    title: str
    aead: bytes
    key_size: int
    expand: Callable[[bytes, bytes, int], bytes]
    cipher: Callable[[bytes], Cipher]
    digest: Callable[[Octets], bytes]
    """Of 32 bytes: what contents are named by."""


class _Aes:
    def __init__(self, key: bytes) -> None:
        self._gcm = AESGCM(key)

    def seal(self, nonce: bytes, chunk: Octets) -> bytes:
        return self._gcm.encrypt(nonce, chunk, None)

    def seal_into(self, nonce: bytes, chunk: memoryview, out: memoryview) -> None:
        self._gcm.encrypt_into(nonce, chunk, None, out)

    def open(self, nonce: bytes, sealed: Octets) -> bytes | None:
        try:
            return self._gcm.decrypt(nonce, sealed, None)
        except InvalidTag:
            return None

    def open_into(self, nonce: bytes, sealed: memoryview, out: memoryview) -> bool:
        try:
            self._gcm.decrypt_into(nonce, sealed, None, out)
        except InvalidTag:
            return False
        return True


class _Sm4:
    """The library that serves, without the checks of `sm4.Key`: nonces and room have the right size here."""

    def __init__(self, key: bytes) -> None:
        self._gcm = choice.seals().sm4_gcm(key)

    def seal(self, nonce: bytes, chunk: Octets) -> bytes:
        return self._gcm.seal(nonce, chunk, b"")

    def seal_into(self, nonce: bytes, chunk: memoryview, out: memoryview) -> None:
        self._gcm.seal_into(nonce, bytes(chunk), out)

    def open(self, nonce: bytes, sealed: Octets) -> bytes | None:
        return self._gcm.open(nonce, sealed, b"") if len(sealed) >= TAG else None

    def open_into(self, nonce: bytes, sealed: memoryview, out: memoryview) -> bool:
        return self._gcm.open_into(nonce, sealed, out)


def _expand_sha512(key: bytes, info: bytes, size: int) -> bytes:
    return HKDFExpand(hashes.SHA512(), size, info).derive(key)


def _expand_sm3(key: bytes, info: bytes, size: int) -> bytes:
    choice.portable_digests()
    return HKDFExpand(hashes.SM3(), size, info).derive(key)


def _sha256(content: Octets) -> bytes:
    return hashlib.sha256(content).digest()


AES = Suite("aes", "AES-256-GCM, SHA-512", b"AEAD_AES_256_GCM", 32, _expand_sha512, _Aes, _sha256)
SM = Suite("sm", "SM4-GCM, SM3", b"AEAD_SM4_GCM", 16, _expand_sm3, _Sm4, sm3.digest)
SUITES = MappingProxyType({suite.name: suite for suite in (AES, SM)})


def suite_named(name: str) -> Suite:
    """Raises InputError for a name that this release does not know."""
    if name not in SUITES:
        raise InputError(
            Text(f"the suite {name!r} is not known", f"未知的密码套件 {name!r}"),
            Text(f"known are: {', '.join(SUITES)}", f"可用套件：{', '.join(SUITES)}"),
        )
    return SUITES[name]
