"""SM3 and SM4-GCM of `cryptography`, with the OpenSSL inside its wheels: always there, and what the others must beat.

On processors without SM4 instructions OpenSSL's SM4 reads tables by secret bytes, and runs at 110 to 165 MB/s.
"""

import importlib.metadata

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC, GCM

from assay.sm.backend import TAG_SIZE, Octets


class _Digest:
    def __init__(self, state: hashes.Hash) -> None:
        self._state = state

    def update(self, content: Octets, /) -> None:
        self._state.update(content)

    def digest(self) -> bytes:
        return self._state.copy().finalize()

    def copy(self) -> "_Digest":
        return _Digest(self._state.copy())


class _Gcm:
    def __init__(self, key: bytes) -> None:
        self._key = SM4(key)

    def seal(self, nonce: bytes, message: Octets, associated: bytes) -> bytes:
        sealing = Cipher(self._key, GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated)
        ciphertext = sealing.update(message)
        return ciphertext + sealing.finalize() + sealing.tag

    def seal_into(self, nonce: bytes, message: bytes, out: memoryview) -> None:
        out[:] = self.seal(nonce, message, b"")

    def open(self, nonce: bytes, sealed: Octets, associated: bytes) -> bytes | None:
        view = memoryview(sealed)
        opening = Cipher(self._key, GCM(nonce, bytes(view[-TAG_SIZE:]))).decryptor()
        opening.authenticate_additional_data(associated)
        message = opening.update(view[:-TAG_SIZE])
        try:
            return message + opening.finalize()
        except InvalidTag:
            return None

    def open_into(self, nonce: bytes, sealed: memoryview, out: memoryview) -> bool:
        message = self.open(nonce, sealed, b"")
        if message is not None:
            out[:] = message
        return message is not None


class Pyca:
    """Digests, Seals and Blocks."""

    def __init__(self) -> None:
        self.name = f"cryptography {importlib.metadata.version('cryptography')}"

    def sm3(self) -> _Digest:
        return _Digest(hashes.Hash(hashes.SM3()))

    def sm4_gcm(self, key: bytes) -> _Gcm:
        return _Gcm(key)

    def sm4_cbc(self, key: bytes, iv: bytes, content: bytes, *, encrypt: bool) -> bytes:
        cipher = Cipher(SM4(key), CBC(iv))
        turning = cipher.encryptor() if encrypt else cipher.decryptor()
        return turning.update(content) + turning.finalize()


def find() -> Pyca | None:
    """None where a distribution built `cryptography` on an OpenSSL without SM3 and SM4."""
    found = Pyca()
    try:
        found.sm3()
        Cipher(SM4(bytes(16)), GCM(bytes(12))).encryptor()
    except UnsupportedAlgorithm:
        return None
    return found
