"""Opening what a password protects: with none, with the empty one, and with those that the operator names.

Nothing is guessed. The operator's manifest names a file and where its password is found (`unlock`); a password itself
is in no manifest, no fact and no message. Work is bounded by iterations, not by time: a keystore that asks for more
stays closed, and the attempt says so. Ciphers are those of the `cryptography` library.
*It cannot open* OpenSSH and PuTTY keys (their public half is in clear anyway), RC2 with less than 128 bits, PBMAC1.
Source: RFC 8018; RFC 7292 appendix B; OpenSSL EVP_BytesToKey(3).
"""

import functools
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from assay.core.facts import Scalar
from assay.core.product import Unlock
from assay.examinations.cipher.material.der import DerError
from assay.examinations.cipher.material.schemes import Derivation, Scheme

MOST_ITERATIONS = 3_000_000  # of one file, all tries together
_MOST_MEMORY = 128 << 20
_NATIVE = 5  # iterations of PBKDF2 in native code for one of the loops here
_LONGEST_PASSWORD = 4096
_HASHES = {
    "MD5": "md5", "SHA-1": "sha1", "SHA-224": "sha224", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512",
    "SHA-512/224": "sha512_224", "SHA-512/256": "sha512_256", "SM3": "sm3", "SHA3-256": "sha3_256",
}  # fmt: skip
_OLD_BLOCK = 8  # bytes, of all ciphers of PKCS#12
_OF_NO_VECTOR = 4 * _OLD_BLOCK  # bytes from which on the vector changes nothing in what is taken for padding
_KEY_BYTES = {"DES": 8, "3DES": 24, "RC4": 16, "RC2": 16, "SM4": 16}


class Opened(Struct, frozen=True):
    """`content` None: it stayed closed, and `why` says so. `empty`: no password was needed."""

    content: bytes | None = None
    empty: bool = False
    why: str = ""


class Passwords:
    """Those to try on one file, the empty one first, and how much work may still be spent on trying."""

    def __init__(
        self, given: Sequence[tuple[str, str]] = (), lacking: Sequence[str] = (), *, empty: bool = True
    ) -> None:
        self.given = (*((("", ""),) if empty else ()), *given)
        self._lacking = tuple(lacking)
        self._left = MOST_ITERATIONS

    @classmethod
    def of(cls, named: Sequence[Unlock]) -> "Passwords":
        given, lacking = [], []
        for entry in named:
            where = f"the variable {entry.password_env}" if entry.password_env else f"the file {entry.password_file}"
            found = _found(entry)
            if found is None:
                lacking.append(f"{where} holds no password")
            else:
                given.append((where, found))
        return cls(given, lacking)

    def spend(self, iterations: int) -> bool:
        """Whether that much work may be done; refused work costs nothing."""
        if not 0 < iterations <= self._left:
            return False
        self._left -= iterations
        return True

    def why(self) -> str:
        """Why something stayed closed after every try."""
        if self._lacking:
            return "; ".join(self._lacking)
        named = [where for where, _ in self.given if where]
        if named:
            return f"the password in {' or '.join(named)} does not open it"
        return "its password was not given"

    def open(self, scheme: Scheme, sealed: bytes, fits: Callable[[bytes], bool]) -> Opened:
        """`fits` tells whether what came out is what was sealed; it may raise DerError or IndexError."""
        derivation = scheme.derivation
        if derivation is None or scheme.cipher is None or not _openable(scheme.cipher):
            return Opened(why=f"no way to open {scheme.told.get('encryption') or 'its cipher'}")
        for where, password in self.given:
            for secret in _spellings(password, derivation.method):
                if not self.spend(_work(derivation)):
                    return Opened(why="it asks for more work than a file may cost")
                content = _decrypted(scheme, derivation, secret, sealed)
                if content is not None and _fits(fits, content):
                    return Opened(content, empty=not where)
        return Opened(why=self.why())

    def verifies(self, derivation: Derivation, message: bytes, code: bytes) -> tuple[str, str] | None:
        """The (place, password) under which a MAC of PKCS#12 is right."""
        for where, password in self.given:
            for secret in _spellings(password, "pkcs12"):
                if derivation.digest not in _HASHES or not self.spend(derivation.cost):
                    return None
                name = _HASHES[derivation.digest]
                key = pkcs12_key(name, secret, derivation.salt, derivation.cost, 3, hashlib.new(name).digest_size)
                if hmac.compare_digest(hmac.digest(key, message, name), code):
                    return where, password
        return None


def _found(entry: Unlock) -> str | None:
    if entry.password_env:
        return os.environ.get(entry.password_env)
    try:
        with Path(entry.password_file).open("rb") as file:
            return file.read(_LONGEST_PASSWORD).decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        return None


def _openable(cipher: Mapping[str, Scalar]) -> bool:
    family, bits = cipher.get("family"), cipher.get("key_bits")
    return family in {"AES", "SM4", "3DES", "DES", "RC4"} or (family == "RC2" and bits in {None, 128})


def _spellings(password: str, method: str) -> tuple[bytes, ...]:
    if method != "pkcs12":
        return (password.encode("utf-8", "surrogateescape"),)
    wide = password.encode("utf-16-be", "surrogatepass") + b"\0\0"
    return (wide,) if password else (wide, b"")


def _work(derivation: Derivation) -> int:
    if derivation.method == "pbkdf2":
        return derivation.cost // _NATIVE + 1
    if derivation.method == "scrypt":
        memory = 128 * derivation.cost * derivation.blocks * derivation.lanes
        return memory // 256 + 1 if 128 * derivation.cost * derivation.blocks <= _MOST_MEMORY else -1
    return 2 * derivation.cost


def _fits(fits: Callable[[bytes], bool], content: bytes) -> bool:
    try:
        return fits(content)
    except (DerError, IndexError):
        return False


def _decrypted(scheme: Scheme, derivation: Derivation, secret: bytes, sealed: bytes) -> bytes | None:
    """None when the scheme is not one of those that are opened, or the padding is wrong."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  (native, loaded on first use)

    cipher = scheme.cipher or {}
    bits = cipher.get("key_bits")
    size = _KEY_BYTES.get(str(cipher.get("family"))) or (bits // 8 if isinstance(bits, int) else 0)
    if cipher.get("family") in {"RC2", "RC4"} and isinstance(bits, int):
        size = bits // 8
    two_keys = cipher.get("family") == "3DES" and bits == 112
    try:
        key, iv = _derived(derivation, secret, 16 if two_keys else size)
        key = key + key[:8] if two_keys else key
        if iv is None and not scheme.iv:
            if len(sealed) >= _OF_NO_VECTOR and _through(cipher, key, bytes(_OLD_BLOCK), sealed) is None:
                return None
            iv = pkcs12_key(_hash(derivation), secret, derivation.salt, derivation.cost, 2, _OLD_BLOCK)
        return _through(cipher, key, scheme.iv or iv or b"", sealed)
    except (UnsupportedAlgorithm, ValueError):
        return None


def _derived(derivation: Derivation, secret: bytes, size: int) -> tuple[bytes, bytes | None]:
    """Key, and the vector where the scheme derives it as well: None, where that takes as long as the key.

    Raises ValueError for what is not supported.
    """
    match derivation.method:
        case "pbkdf2":
            return hashlib.pbkdf2_hmac(_hash(derivation), secret, derivation.salt, derivation.cost, size), b""
        case "scrypt":
            cost = {"n": derivation.cost, "r": derivation.blocks, "p": derivation.lanes}
            return hashlib.scrypt(secret, salt=derivation.salt, **cost, maxmem=2 * _MOST_MEMORY, dklen=size), b""
        case "pkcs12":
            return pkcs12_key(_hash(derivation), secret, derivation.salt, derivation.cost, 1, size), None
        case "pbkdf1":
            key = secret + derivation.salt
            for _ in range(derivation.cost):
                key = hashlib.new(_hash(derivation), key, usedforsecurity=False).digest()
            return key[:8], key[8:16]
    made_so_far, last = b"", b""
    while len(made_so_far) < size:
        last = hashlib.md5(last + secret + derivation.salt, usedforsecurity=False).digest()
        made_so_far += last
    return made_so_far[:size], b""


def _hash(derivation: Derivation) -> str:
    name = _HASHES.get(derivation.digest)
    if name is None:
        raise ValueError(f"no digest {derivation.digest}")
    return name


def pkcs12_key(name: str, secret: bytes, salt: bytes, iterations: int, purpose: int, size: int) -> bytes:
    """RFC 7292 appendix B.2. `secret` is UTF-16 with its final zero, or empty for no password at all."""
    digest: Callable[..., Any] = getattr(hashlib, name, functools.partial(hashlib.new, name))
    block = 128 if digest(usedforsecurity=False).block_size == 128 else 64

    def filled(text: bytes) -> bytes:
        length = -(-len(text) // block) * block
        return (text * (length // len(text) + 1))[:length] if text else b""

    diversifier, mixed, made = bytes((purpose,)) * block, filled(salt) + filled(secret), b""
    while len(made) < size:
        step = digest(diversifier + mixed, usedforsecurity=False).digest()
        for _ in range(iterations - 1):
            step = digest(step, usedforsecurity=False).digest()
        made += step
        added = int.from_bytes(filled(step)[:block], "big") + 1
        pieces = (mixed[at : at + block] for at in range(0, len(mixed), block))
        mixed = b"".join(
            ((int.from_bytes(piece, "big") + added) % (1 << 8 * block)).to_bytes(block, "big") for piece in pieces
        )
    return made[:size]


def _through(cipher: Mapping[str, Scalar], key: bytes, iv: bytes, sealed: bytes) -> bytes | None:
    """Decrypted and without its padding. Raises ValueError and UnsupportedAlgorithm for what cannot be."""
    from cryptography.hazmat.decrepit.ciphers import algorithms as old  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, algorithms, modes  # noqa: PLC0415

    makers: Mapping[str, Callable[[bytes], CipherAlgorithm]] = {
        "AES": algorithms.AES,
        "SM4": algorithms.SM4,
        "3DES": old.TripleDES,
        "DES": lambda single: old.TripleDES(single * 3),
        "RC2": old.RC2,
    }
    if cipher.get("family") == "RC4":
        return bytes(Cipher(old.ARC4(key), None).decryptor().update(sealed))
    maker = makers.get(str(cipher.get("family")))
    if maker is None or cipher.get("mode") != "cbc":
        return None
    decryptor = Cipher(maker(key), modes.CBC(iv)).decryptor()
    padded = decryptor.update(sealed) + decryptor.finalize()
    size = padded[-1] if padded else 0
    return padded[:-size] if 0 < size <= 16 and padded.endswith(bytes((size,)) * size) else None
