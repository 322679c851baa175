"""SM2 keys in files: PEM or DER, as `openssl pkey` and `openssl pkcs8` write and read them.

    public_pem(key)      read_public(content)          SubjectPublicKeyInfo
    private_pem(key, passphrase)                       PKCS#8, always encrypted
    read_private(content, passphrase)                  PKCS#8, encrypted or (passphrase None) in clear

A private key is written with PBES2: PBKDF2 with HMAC-SHA256, 600,000 rounds, and SM4-CBC. OpenSSL 3 opens that; it does
not know HMAC-SM3 there. Read are PBKDF2 with HMAC-SHA1, -SHA256, -SHA512 or -SM3, and scrypt, with SM4-CBC or AES-CBC.
PBES2 holds no check value: a wrong passphrase shows as a padding or a structure that makes no sense, or as two halves
of a key that do not belong together.
"""

import base64
import binascii
import re
import secrets

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.x509 import ObjectIdentifier

from assay.core.errors import InputError, NotVerifiedError
from assay.core.text import Text
from assay.sm import choice, encoding
from assay.sm.backend import KEY_SIZE
from assay.sm.sm2 import PrivateKey, PublicKey

ROUNDS = 600_000
_MOST_ROUNDS = 20_000_000
_MOST_MEMORY = 256 << 20
"""Of scrypt, in bytes."""
_LONGEST_FILE = 1 << 16
_BLOCK = 16
_PUBLIC, _ENCRYPTED, _CLEAR = "PUBLIC KEY", "ENCRYPTED PRIVATE KEY", "PRIVATE KEY"
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----\s*([A-Za-z0-9+/=\s]+)-----END \1-----")

_PBES2 = ObjectIdentifier("1.2.840.113549.1.5.13")
_PBKDF2, _SCRYPT = ObjectIdentifier("1.2.840.113549.1.5.12"), ObjectIdentifier("1.3.6.1.4.1.11591.4.11")
_SHA1, _SHA256 = ObjectIdentifier("1.2.840.113549.2.7"), ObjectIdentifier("1.2.840.113549.2.9")
_HASHES: dict[ObjectIdentifier, hashes.HashAlgorithm] = {
    _SHA1: hashes.SHA1(),  # noqa: S303  (read only; what PBKDF2 means when nothing is said)
    _SHA256: hashes.SHA256(),
    ObjectIdentifier("1.2.840.113549.2.11"): hashes.SHA512(),
    ObjectIdentifier("1.2.156.10197.1.401.2"): hashes.SM3(),
    ObjectIdentifier("1.2.156.10197.1.401"): hashes.SM3(),  # as GmSSL writes it
}
_SM4_CBC = ObjectIdentifier("1.2.156.10197.1.104.2")
_KEY_SIZES: dict[ObjectIdentifier, int] = {
    _SM4_CBC: KEY_SIZE,
    ObjectIdentifier("2.16.840.1.101.3.4.1.2"): 16,  # AES-CBC
    ObjectIdentifier("2.16.840.1.101.3.4.1.22"): 24,
    ObjectIdentifier("2.16.840.1.101.3.4.1.42"): 32,
}


@asn1.sequence
class _Prf:
    algorithm: ObjectIdentifier
    nothing: asn1.Null | None


@asn1.sequence
class _Pbkdf2:
    salt: bytes
    rounds: int
    size: int | None
    prf: _Prf | None


@asn1.sequence
class _Scrypt:
    salt: bytes
    cost: int
    block: int
    lanes: int
    size: int | None


@asn1.sequence
class _Derivation:
    algorithm: ObjectIdentifier
    parameters: asn1.TLV


@asn1.sequence
class _Scheme:
    algorithm: ObjectIdentifier
    iv: bytes


@asn1.sequence
class _Pbes2:
    derivation: _Derivation
    scheme: _Scheme


@asn1.sequence
class _Algorithm:
    algorithm: ObjectIdentifier
    parameters: _Pbes2


@asn1.sequence
class _EncryptedKey:
    algorithm: _Algorithm
    content: bytes


def public_pem(key: PublicKey) -> bytes:
    return _pem(_PUBLIC, encoding.spki(key.point))


def read_public(content: bytes) -> PublicKey:
    _, der = _der(content)
    return PublicKey(encoding.split_spki(der))


def private_pem(key: PrivateKey, passphrase: bytes, rounds: int = ROUNDS) -> bytes:
    if not passphrase:
        message = Text("A private key is not written without a passphrase", "不设口令不得写出私钥")
        raise InputError(message, Text("Give a passphrase.", "请提供口令。"))
    salt, iv = secrets.token_bytes(16), secrets.token_bytes(_BLOCK)
    prf = _Prf(algorithm=_SHA256, nothing=asn1.Null())
    written = asn1.encode_der(_Pbkdf2(salt=salt, rounds=rounds, size=None, prf=prf))
    derivation = _Derivation(algorithm=_PBKDF2, parameters=asn1.decode_der(asn1.TLV, written))
    secret = PBKDF2HMAC(hashes.SHA256(), KEY_SIZE, salt, rounds).derive(passphrase)
    padding = PKCS7(8 * _BLOCK).padder()
    padded = padding.update(key.pkcs8()) + padding.finalize()
    content = choice.blocks().sm4_cbc(secret, iv, padded, encrypt=True)
    scheme = _Scheme(algorithm=_SM4_CBC, iv=iv)
    algorithm = _Algorithm(algorithm=_PBES2, parameters=_Pbes2(derivation=derivation, scheme=scheme))
    return _pem(_ENCRYPTED, asn1.encode_der(_EncryptedKey(algorithm=algorithm, content=content)))


def read_private(content: bytes, passphrase: bytes | None) -> PrivateKey:
    """Raises InputError for what is no such key, NotVerifiedError for a passphrase that does not open it."""
    label, der = _der(content)
    try:
        encrypted = asn1.decode_der(_EncryptedKey, der) if label in {"", _ENCRYPTED} else None
    except ValueError as error:
        if label:
            raise _unreadable() from error
        encrypted = None
    if encrypted is None:
        return PrivateKey(*encoding.split_pkcs8(der))
    if passphrase is None:
        message = Text("The private key is encrypted", "私钥已加密")
        raise InputError(message, Text("Give its passphrase.", "请提供其口令。"))
    return PrivateKey(*encoding.split_pkcs8(_opened(encrypted, passphrase)))


def _opened(encrypted: _EncryptedKey, passphrase: bytes) -> bytes:
    scheme = encrypted.algorithm.parameters.scheme
    size = _KEY_SIZES.get(scheme.algorithm)
    if encrypted.algorithm.algorithm != _PBES2 or size is None or len(scheme.iv) != _BLOCK:
        raise _unreadable()
    if not encrypted.content or len(encrypted.content) % _BLOCK:
        raise _unreadable()
    secret = _derived(encrypted.algorithm.parameters.derivation, passphrase, size)
    if scheme.algorithm == _SM4_CBC:
        padded = choice.blocks().sm4_cbc(secret, scheme.iv, encrypted.content, encrypt=False)
    else:
        opening = Cipher(AES(secret), CBC(scheme.iv)).decryptor()
        padded = opening.update(encrypted.content) + opening.finalize()
    padding = PKCS7(8 * _BLOCK).unpadder()
    try:
        opened = padding.update(padded) + padding.finalize()
        asn1.decode_der(asn1.TLV, opened)
    except ValueError as error:
        raise _wrong() from error
    return opened


def _derived(derivation: _Derivation, passphrase: bytes, size: int) -> bytes:
    try:
        if derivation.algorithm == _SCRYPT:
            scrypt = derivation.parameters.parse(_Scrypt)
            if scrypt.size in {None, size} and 128 * scrypt.cost * scrypt.block * max(scrypt.lanes, 1) <= _MOST_MEMORY:
                return Scrypt(scrypt.salt, size, scrypt.cost, scrypt.block, scrypt.lanes).derive(passphrase)
        if derivation.algorithm == _PBKDF2:
            pbkdf2 = derivation.parameters.parse(_Pbkdf2)
            hash_ = _HASHES.get(pbkdf2.prf.algorithm if pbkdf2.prf else _SHA1)
            if hash_ and pbkdf2.size in {None, size} and 1 <= pbkdf2.rounds <= _MOST_ROUNDS:
                return PBKDF2HMAC(hash_, size, pbkdf2.salt, pbkdf2.rounds).derive(passphrase)
    except (ValueError, OverflowError, UnsupportedAlgorithm) as error:
        raise _unreadable() from error
    raise _unreadable()


def _unreadable() -> InputError:
    return InputError(
        Text("This is no key file that is read here", "无法读取该密钥文件"),
        Text(
            "Write it again with `openssl pkcs8 -topk8 -v2 sm4-cbc` (private) or `openssl pkey -pubout` (public).",
            "请用 `openssl pkcs8 -topk8 -v2 sm4-cbc`（私钥）或 `openssl pkey -pubout`（公钥）重新写出。",
        ),
    )


def _wrong() -> NotVerifiedError:
    return NotVerifiedError(
        Text("The passphrase does not open the private key", "口令无法打开该私钥"),
        Text("Type it again; if it is right, the file is damaged.", "请重新输入；若口令无误，则文件已损坏。"),
    )


def _pem(label: str, der: bytes) -> bytes:
    lines = base64.encodebytes(der).replace(b"\n", b"")
    body = b"\n".join(lines[start : start + 64] for start in range(0, len(lines), 64))
    return b"-----BEGIN %s-----\n%s\n-----END %s-----\n" % (label.encode(), body, label.encode())


def _der(content: bytes) -> tuple[str, bytes]:
    """The label and the bytes of the only PEM block, or '' and the content when there is none."""
    if len(content) > _LONGEST_FILE:
        raise _unreadable()
    blocks = _PEM.findall(content)
    if not blocks:
        return "", content
    if len(blocks) > 1:
        message = Text("The key file holds more than one thing", "密钥文件中不止一项内容")
        raise InputError(message, Text("Give a file with the one key.", "请提供只含该密钥的文件。"))
    label, body = blocks[0]
    try:
        return label.decode(), base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error as error:
        raise _unreadable() from error
