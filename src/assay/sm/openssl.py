"""SM2 of the system's OpenSSL 3, found at run time on Linux (libcrypto.so.3) and kept up to date by the distribution.

On x86-64 the private number is multiplied by a Montgomery ladder. On 64-bit ARM, OpenSSL 3.2 and later have code of
their own whose time depends on that number (CVE-2025-9231; openssl issue 31133, open when this was written).
OpenSSL shares one queue of errors per thread with Python's `ssl`, so it is emptied after every refusal.
"""

import ctypes
import sys
from collections.abc import Callable
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_void_p

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from assay.sm.backend import DIGEST_SIZE
from assay.sm.encoding import POINT_PREFIX, pkcs8, split_pkcs8

_NAME = "libcrypto.so.3"
_SIGNATURES: dict[str, tuple[object, ...]] = {
    "OpenSSL_version": (c_char_p, c_int),
    "ERR_clear_error": (None,),
    "d2i_AutoPrivateKey": (c_void_p, c_void_p, POINTER(c_char_p), c_long),
    "d2i_PUBKEY": (c_void_p, c_void_p, POINTER(c_char_p), c_long),
    "i2d_PUBKEY": (c_int, c_void_p, c_void_p),
    "EVP_PKEY_CTX_new": (c_void_p, c_void_p, c_void_p),
    "EVP_PKEY_CTX_new_from_name": (c_void_p, c_void_p, c_char_p, c_char_p),
    "EVP_PKEY_CTX_free": (None, c_void_p),
    "EVP_PKEY_free": (None, c_void_p),
    "EVP_PKEY_keygen_init": (c_int, c_void_p),
    "EVP_PKEY_keygen": (c_int, c_void_p, POINTER(c_void_p)),
    "EVP_PKEY2PKCS8": (c_void_p, c_void_p),
    "i2d_PKCS8_PRIV_KEY_INFO": (c_int, c_void_p, c_void_p),
    "PKCS8_PRIV_KEY_INFO_free": (None, c_void_p),
    "EVP_PKEY_verify_init": (c_int, c_void_p),
    "EVP_PKEY_verify": (c_int, c_void_p, c_char_p, c_size_t, c_char_p, c_size_t),
    **{f"EVP_PKEY_{name}_init": (c_int, c_void_p) for name in ("sign", "encrypt", "decrypt")},
    **{
        f"EVP_PKEY_{name}": (c_int, c_void_p, c_void_p, POINTER(c_size_t), c_char_p, c_size_t)
        for name in ("sign", "encrypt", "decrypt")
    },
}
_VERSION_STRING = 6
_ROOM = 256
"""More than an SM2 ciphertext is longer than its message, or a signature is."""


class _Key:
    """Owns one EVP_PKEY, which is never changed: threads share it, each operation has a context of its own."""

    def __init__(self, library: ctypes.CDLL, read: str, der: bytes) -> None:
        self._library = library
        self._key = getattr(library, read)(None, byref(c_char_p(der)), len(der))
        if not self._key:
            library.ERR_clear_error()
            raise OSError("OpenSSL does not read the SM2 key")

    def _context(self, operation: str) -> "_Context":
        return _Context(self._library, self._library.EVP_PKEY_CTX_new(self._key, None), operation)

    def __del__(self) -> None:
        self._library.EVP_PKEY_free(self._key)


class _Context:
    """One operation. Owns one EVP_PKEY_CTX."""

    def __init__(self, library: ctypes.CDLL, context: int | None, operation: str) -> None:
        self._library, self._context, self._operation = library, context, operation
        if not context or getattr(library, f"EVP_PKEY_{operation}_init")(context) != 1:
            library.ERR_clear_error()
            raise OSError(f"OpenSSL does not offer SM2 for {operation}")

    def transformed(self, content: bytes) -> bytes | None:
        """The result of signing, encrypting or decrypting; None when OpenSSL refuses."""
        out = ctypes.create_string_buffer(len(content) + _ROOM)
        size = c_size_t(len(out))
        function = getattr(self._library, f"EVP_PKEY_{self._operation}")
        if function(self._context, out, byref(size), content, len(content)) != 1:
            self._library.ERR_clear_error()
            return None
        return out.raw[: size.value]

    def verified(self, signature: bytes, digest: bytes) -> bool:
        done = self._library.EVP_PKEY_verify(self._context, signature, len(signature), digest, len(digest))
        if done != 1:
            self._library.ERR_clear_error()
        return bool(done == 1)

    def generated(self) -> c_void_p:
        key = c_void_p()
        if self._library.EVP_PKEY_keygen(self._context, byref(key)) != 1:
            self._library.ERR_clear_error()
            raise OSError("OpenSSL does not make an SM2 key")
        return key

    def __del__(self) -> None:
        self._library.EVP_PKEY_CTX_free(self._context)


class _Private(_Key):
    def sign(self, digest: bytes) -> bytes:
        signature = self._context("sign").transformed(digest)
        if signature is None:
            raise OSError("OpenSSL does not sign with the SM2 key")
        r, s = decode_dss_signature(signature)
        return r.to_bytes(DIGEST_SIZE) + s.to_bytes(DIGEST_SIZE)

    def decrypt(self, ciphertext: bytes) -> bytes | None:
        return self._context("decrypt").transformed(ciphertext)


class _Public(_Key):
    def verify(self, digest: bytes, signature: bytes) -> bool:
        r, s = int.from_bytes(signature[:DIGEST_SIZE]), int.from_bytes(signature[DIGEST_SIZE:])
        return self._context("verify").verified(encode_dss_signature(r, s), digest)

    def encrypt(self, message: bytes) -> bytes:
        ciphertext = self._context("encrypt").transformed(message)
        if ciphertext is None:
            raise OSError("OpenSSL does not encrypt with the SM2 key")
        return ciphertext


class Openssl:
    """Signs."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.name = f"OpenSSL {library.OpenSSL_version(_VERSION_STRING).decode('ascii', 'replace')}"

    def context(self) -> _Context:
        library = self._library
        return _Context(library, library.EVP_PKEY_CTX_new_from_name(None, b"SM2", None), "keygen")

    def generate(self) -> tuple[bytes, bytes]:
        library, key = self._library, self.context().generated()
        info = library.EVP_PKEY2PKCS8(key)
        try:
            number, _ = split_pkcs8(_written(library.i2d_PKCS8_PRIV_KEY_INFO, info))
            return number, _written(library.i2d_PUBKEY, key).removeprefix(POINT_PREFIX)
        finally:
            library.PKCS8_PRIV_KEY_INFO_free(info)
            library.EVP_PKEY_free(key)

    def private(self, number: bytes, point: bytes) -> _Private:
        return _Private(self._library, "d2i_AutoPrivateKey", pkcs8(number, point))

    def public(self, point: bytes) -> _Public:
        return _Public(self._library, "d2i_PUBKEY", POINT_PREFIX + point)


def _written(write: Callable[..., int], item: object) -> bytes:
    """The DER that an i2d function writes: its size first, then into room of that size."""
    size = write(item, None)
    if size <= 0:
        raise OSError("OpenSSL does not write the SM2 key")
    out = ctypes.create_string_buffer(size)
    write(item, byref(ctypes.cast(out, c_char_p)))
    return out.raw


def find() -> Openssl | None:
    """None without OpenSSL 3, or with one that does not offer SM2 (built without it, FIPS mode)."""
    if sys.platform != "linux":  # macOS ends a process that loads the system's libcrypto
        return None
    try:
        library = ctypes.CDLL(_NAME)
        for name, (result, *arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
        found = Openssl(library)
        found.context()
    except (OSError, AttributeError):
        return None
    return found
