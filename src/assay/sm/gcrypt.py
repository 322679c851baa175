"""SM3 and SM4-GCM of libgcrypt 1.9 or newer, found at run time on Linux (Debian: libgcrypt20): the fast one.

On x86-64 its SM4 runs on the AES instructions, which is five times as fast as OpenSSL's and reads no table by secret
bytes. It is called through ctypes, which lets go of the interpreter's lock: threads seal in parallel.
"""

import ctypes
import sys
from ctypes import POINTER, byref, c_char, c_char_p, c_int, c_size_t, c_uint, c_void_p

from assay.sm.backend import DIGEST_SIZE, TAG_SIZE, Octets

_NAME = "libgcrypt.so.20"
_OLDEST = b"1.9.0"
_SM4, _SM3 = 318, 326
ECB, CBC, GCM = 1, 3, 9
_DISABLE_SECMEM, _INITIALIZATION_FINISHED, _IS_FINISHED = 37, 38, 39
_BAD_TAG = 10
"""GPG_ERR_CHECKSUM; the upper bits of an error name the part of GnuPG it comes from."""
_SIGNATURES: dict[str, tuple[object, ...]] = {
    "gcry_check_version": (c_char_p, c_char_p),
    "gcry_md_open": (c_uint, POINTER(c_void_p), c_int, c_uint),
    "gcry_md_copy": (c_uint, POINTER(c_void_p), c_void_p),
    "gcry_md_write": (None, c_void_p, c_char_p, c_size_t),
    "gcry_md_read": (c_void_p, c_void_p, c_int),
    "gcry_md_close": (None, c_void_p),
    "gcry_cipher_open": (c_uint, POINTER(c_void_p), c_int, c_int, c_uint),
    "gcry_cipher_close": (None, c_void_p),
    "gcry_cipher_setkey": (c_uint, c_void_p, c_char_p, c_size_t),
    "gcry_cipher_setiv": (c_uint, c_void_p, c_char_p, c_size_t),
    "gcry_cipher_authenticate": (c_uint, c_void_p, c_char_p, c_size_t),
    "gcry_cipher_encrypt": (c_uint, c_void_p, c_void_p, c_size_t, c_char_p, c_size_t),
    "gcry_cipher_decrypt": (c_uint, c_void_p, c_void_p, c_size_t, c_char_p, c_size_t),
    "gcry_cipher_gettag": (c_uint, c_void_p, c_void_p, c_size_t),
    "gcry_cipher_checktag": (c_uint, c_void_p, c_char_p, c_size_t),
}


def _good(error: int) -> None:
    if error:
        raise OSError(f"libgcrypt answered with error {error & 0xFFFF}")


class _Digest:
    """Owns one handle."""

    def __init__(self, library: ctypes.CDLL, of: "_Digest | None" = None) -> None:
        self._library, self.handle = library, c_void_p()
        if of is None:
            _good(library.gcry_md_open(byref(self.handle), _SM3, 0))
        else:
            _good(library.gcry_md_copy(byref(self.handle), of.handle))

    def update(self, content: Octets, /) -> None:
        octets = content if isinstance(content, bytes) else bytes(content)
        self._library.gcry_md_write(self.handle, octets, len(octets))

    def digest(self) -> bytes:
        last = self.copy()  # reading ends a handle
        return ctypes.string_at(self._library.gcry_md_read(last.handle, _SM3), DIGEST_SIZE)

    def copy(self) -> "_Digest":
        return _Digest(self._library, self)

    def __del__(self) -> None:
        self._library.gcry_md_close(self.handle)  # of NULL too


class Cipher:
    """SM4 in one mode under one key, for one message and one thread. Owns one handle."""

    def __init__(self, library: ctypes.CDLL, mode: int, key: bytes, nonce: bytes) -> None:
        self.library, self.handle = library, c_void_p()
        _good(library.gcry_cipher_open(byref(self.handle), _SM4, mode, 0))
        _good(library.gcry_cipher_setkey(self.handle, key, len(key)))
        if nonce:
            _good(library.gcry_cipher_setiv(self.handle, nonce, len(nonce)))

    def authenticate(self, associated: bytes) -> None:
        if associated:
            _good(self.library.gcry_cipher_authenticate(self.handle, associated, len(associated)))

    def encrypt(self, message: bytes, out: bytearray | memoryview) -> None:
        """Into the beginning of `out`, which may be longer and is not empty."""
        size = len(message)
        _good(self.library.gcry_cipher_encrypt(self.handle, byref(c_char.from_buffer(out)), size, message, size))

    def decrypt(self, ciphertext: bytes, out: bytearray | memoryview) -> None:
        """Into the beginning of `out`, which may be longer and is not empty."""
        size = len(ciphertext)
        _good(self.library.gcry_cipher_decrypt(self.handle, byref(c_char.from_buffer(out)), size, ciphertext, size))

    def tag(self, out: bytearray | memoryview, at: int) -> None:
        """Of what was encrypted, into `out`."""
        _good(self.library.gcry_cipher_gettag(self.handle, byref(c_char.from_buffer(out), at), TAG_SIZE))

    def __del__(self) -> None:
        self.library.gcry_cipher_close(self.handle)


class _Gcm:
    """A handle for each message at work, used again by the next: calls let go of the interpreter's lock, so threads
    would mix what a shared handle holds. One whose message failed half-way is not used again."""

    def __init__(self, library: ctypes.CDLL, key: bytes) -> None:
        self._library, self._key = library, key
        self._idle: list[Cipher] = []

    def _begin(self, nonce: bytes) -> Cipher:
        try:
            cipher = self._idle.pop()
        except IndexError:
            return Cipher(self._library, GCM, self._key, nonce)
        _good(self._library.gcry_cipher_setiv(cipher.handle, nonce, len(nonce)))
        return cipher

    def seal(self, nonce: bytes, message: Octets, associated: bytes) -> bytes:
        octets, out = bytes(message), bytearray(len(message) + TAG_SIZE)
        cipher = self._begin(nonce)
        cipher.authenticate(associated)
        cipher.encrypt(octets, out)
        cipher.tag(out, len(octets))
        self._idle.append(cipher)
        return bytes(out)

    def seal_into(self, nonce: bytes, message: bytes, out: memoryview) -> None:
        if len(out) != len(message) + TAG_SIZE:
            raise ValueError(f"{len(out)} bytes of room for {len(message)} and a tag")
        cipher = self._begin(nonce)
        cipher.encrypt(message, out)
        cipher.tag(out, len(message))
        self._idle.append(cipher)

    def open(self, nonce: bytes, sealed: Octets, associated: bytes) -> bytes | None:
        size = len(sealed) - TAG_SIZE
        out = bytearray(size or 1)
        return bytes(out[:size]) if self._open(nonce, memoryview(sealed), associated, out) else None

    def open_into(self, nonce: bytes, sealed: memoryview, out: memoryview) -> bool:
        if len(out) != len(sealed) - TAG_SIZE:
            raise ValueError(f"{len(out)} bytes of room for {len(sealed)} with a tag")
        return self._open(nonce, sealed, b"", out or bytearray(1))

    def _open(self, nonce: bytes, sealed: memoryview, associated: bytes, out: bytearray | memoryview) -> bool:
        cipher = self._begin(nonce)
        cipher.authenticate(associated)
        cipher.decrypt(bytes(sealed[:-TAG_SIZE]), out)
        error = self._library.gcry_cipher_checktag(cipher.handle, bytes(sealed[-TAG_SIZE:]), TAG_SIZE)
        if error & 0xFFFF == _BAD_TAG:
            return False
        _good(error)
        self._idle.append(cipher)
        return True


class Gcrypt:
    """Digests and Seals."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.library = library
        self.name = f"libgcrypt {library.gcry_check_version(None).decode('ascii', 'replace')}"

    def sm3(self) -> _Digest:
        return _Digest(self.library)

    def sm4_gcm(self, key: bytes) -> _Gcm:
        return _Gcm(self.library, key)


def find() -> Gcrypt | None:
    """None without libgcrypt, with one that is too old, or with one built (or in a mode) without SM3 or SM4."""
    if sys.platform != "linux":  # gcry_control takes any number of arguments, which ctypes does not promise elsewhere
        return None
    try:
        library = ctypes.CDLL(_NAME)
        for name, (result, *arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError):
        return None
    if library.gcry_check_version(_OLDEST) is None:
        return None
    if not library.gcry_control(_IS_FINISHED):
        library.gcry_control(_DISABLE_SECMEM, c_int(0))
        library.gcry_control(_INITIALIZATION_FINISHED, c_int(0))
    found = Gcrypt(library)
    try:
        found.sm3()
        Cipher(library, GCM, bytes(16), bytes(12))
    except OSError:
        return None
    return found
