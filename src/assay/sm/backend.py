"""What a library must offer to serve SM2, SM3 or SM4, and the errors of this room.

A backend takes arguments whose lengths and ranges `sm2`, `sm3` and `sm4` have checked. It answers None or False where a
tag, a digest or a signature does not match; it raises `OSError` for a failure that is nobody's input.
"""

from typing import Protocol

from assay.core.errors import AssayError, InputError
from assay.core.text import Text

DIGEST_SIZE = 32
KEY_SIZE = 16
"""Of SM4."""
NONCE_SIZE = 12
TAG_SIZE = 16
MESSAGE_LIMIT = 1 << 30
"""Largest message of SM4-GCM here, in bytes. The libraries disagree above it; a longer one is cut by the caller."""
PRIVATE_SIZE = 32
POINT_SIZE = 65
"""04, x, y."""
SIGNATURE_SIZE = 64
"""r, s."""

Octets = bytes | bytearray | memoryview


class CorruptLibraryError(AssayError):
    """A library gave a wrong answer to a question whose answer is known. Nothing may go on with it."""


class UnavailableError(AssayError):
    """No library on this machine serves the primitive."""


class Backend(Protocol):
    @property
    def name(self) -> str:
        """The library and its version, as people know it: 'libgcrypt 1.10.1'."""
        ...


class Digest(Protocol):
    def update(self, content: Octets, /) -> None: ...

    def digest(self) -> bytes:
        """The digest of everything so far; more may follow."""
        ...

    def copy(self) -> "Digest": ...


class Digests(Backend, Protocol):
    def sm3(self) -> Digest: ...


class Gcm(Protocol):
    """SM4-GCM under one key. May be used by several threads at once."""

    def seal(self, nonce: bytes, message: Octets, associated: bytes) -> bytes:
        """Ciphertext and tag."""
        ...

    def seal_into(self, nonce: bytes, message: bytes, out: memoryview) -> None:
        """The same into `out`, which may be written and has room for the message and the tag, and no more."""
        ...

    def open(self, nonce: bytes, sealed: Octets, associated: bytes) -> bytes | None:
        """The message; None when it does not verify, and then nothing of it was given out."""
        ...

    def open_into(self, nonce: bytes, sealed: memoryview, out: memoryview) -> bool:
        """The same into `out`, which has room for the message and no more; when False, `out` is not to be used."""
        ...


class Seals(Backend, Protocol):
    def sm4_gcm(self, key: bytes) -> Gcm: ...


class Blocks(Backend, Protocol):
    def sm4_cbc(self, key: bytes, iv: bytes, content: bytes, *, encrypt: bool) -> bytes:
        """SM4-CBC over whole blocks, without padding: for key files only, as nothing protects it against change."""
        ...


class Private(Protocol):
    """An SM2 private key. May be used by several threads at once."""

    def sign(self, digest: bytes) -> bytes:
        """r and s, 64 bytes, over e = SM3(Z, message)."""
        ...

    def decrypt(self, ciphertext: bytes) -> bytes | None:
        """The message of a DER ciphertext; None when C3 does not match."""
        ...


class Public(Protocol):
    """An SM2 public key. May be used by several threads at once."""

    def verify(self, digest: bytes, signature: bytes) -> bool: ...

    def encrypt(self, message: bytes) -> bytes:
        """The ciphertext as DER: x1, y1, C3, C2."""
        ...


class Signs(Backend, Protocol):
    def generate(self) -> tuple[bytes, bytes]:
        """A new private number and its point, 32 and 65 bytes."""
        ...

    def private(self, number: bytes, point: bytes) -> Private: ...

    def public(self, point: bytes) -> Public: ...


def exactly(what: Text, content: Octets, size: int) -> bytes:
    """`content` as bytes when it has the size, an InputError otherwise."""
    if len(content) != size:
        message = Text("{what} has {found} bytes, {size} were expected", "{what}为 {found} 字节，应为 {size} 字节")
        advice = Text("Check where it was read from; it may be truncated.", "请检查其来源，内容可能被截断。")
        names = {"found": len(content), "size": size}
        raise InputError(
            Text(message.en.format(what=what.en, **names), message.zh.format(what=what.zh, **names)), advice
        )
    return bytes(content)
