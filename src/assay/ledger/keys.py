"""Keys of this party: one key pair for each role, in the user's configuration folder, made on first use.

`NAME.key` is PKCS #8 in PEM, encrypted (PBES2, AES-256, PBKDF2 with SHA-256), mode 0600, readable by openssl;
`NAME.vkey` is the public key as other parties take it. The passphrase is typed at the terminal or stands in
ASSAY_KEY_PASSPHRASE; with neither, a key for this session is used, and what it signs is "signed by nobody known".

`open_signers` gives an SM2 key too (`NAME-sm2.key`, encrypted with SM4), where a library for SM2 is found. Logs and
acts are signed with the role `signer`, cosignatures with `witness`: one key is not used in two formats.
"""

import base64
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7

from assay.core.errors import InputError, NotVerifiedError, UsageError, refused, said
from assay.core.text import Text
from assay.dossier.durable import sync_folder, write_durably
from assay.ledger.signing import Ed25519Signer, Signer, Sm2Signer, ephemeral, named
from assay.sm.backend import UnavailableError

SIGNER, WITNESS = "signer", "witness"
PASSPHRASE = "ASSAY_KEY_PASSPHRASE"  # noqa: S105  (the variable's name)
_ROUNDS = 600_000
# Object identifiers in DER: PBES2, PBKDF2, hmacWithSHA256 with its NULL, aes256-CBC.
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
_PRF = bytes.fromhex("06082a864886f70d02090500")
_AES = bytes.fromhex("060960864801650304012a")
_LARGEST = 64 << 10

Ask = Callable[[bool], str | None]
"""Asks at the terminal: True for a new passphrase, typed twice. None when there is no terminal, or no answer."""


def configuration(environ: Mapping[str, str], home: Path) -> Path:
    """The user's folder for assay, by the XDG base directory specification."""
    named_ = environ.get("XDG_CONFIG_HOME", "")
    return (Path(named_) if os.path.isabs(named_) else home / ".config") / "assay"  # noqa: PTH117  (as XDG says it)


def open_signers(folder: Path, role: str, name: str, environ: Mapping[str, str], ask: Ask) -> tuple[Signer, ...]:
    """The keys of a role, made on first use: Ed25519, then SM2; `name` is the name under which others will know them.

    One passphrase opens both. Raises UsageError for a wrong one, InputError when a file is not what it should be or
    cannot be written.
    """
    path = folder / f"{role}.key"
    passphrase = environ.get(PASSPHRASE) or ask(not os.path.lexists(path))
    if not passphrase:
        return (ephemeral(),)
    first = _open(path, name, passphrase, _make_ed25519, _read_ed25519)
    try:
        return first, _open(path.with_name(f"{role}-sm2.key"), name, passphrase, _make_sm2, _read_sm2)
    except UnavailableError:
        return (first,)


def open_signer(folder: Path, role: str, name: str, environ: Mapping[str, str], ask: Ask) -> Signer:
    """As `open_signers`, Ed25519 alone."""
    path = folder / f"{role}.key"
    passphrase = environ.get(PASSPHRASE) or ask(not os.path.lexists(path))
    return _open(path, name, passphrase, _make_ed25519, _read_ed25519) if passphrase else ephemeral()


def _make_ed25519(passphrase: bytes) -> tuple[Signer, bytes]:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat  # noqa: PLC0415

    signer = Ed25519Signer(Ed25519PrivateKey.generate())
    return signer, encrypted(
        signer.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), passphrase
    )


def encrypted(pkcs8: bytes, passphrase: bytes) -> bytes:
    """PEM of an EncryptedPrivateKeyInfo (RFC 5958), by PBES2. The library's own writer stops at 2,048 rounds."""
    salt, iv = secrets.token_bytes(16), secrets.token_bytes(16)
    padding = PKCS7(128).padder()
    cipher = Cipher(AES(PBKDF2HMAC(SHA256(), 32, salt, _ROUNDS).derive(passphrase)), CBC(iv)).encryptor()
    content = cipher.update(padding.update(pkcs8) + padding.finalize()) + cipher.finalize()
    rounds = _ROUNDS.to_bytes(_ROUNDS.bit_length() // 8 + 1)
    derivation = _sequence(_PBKDF2, _sequence(_octets(salt), b"\x02", bytes([len(rounds)]), rounds, _sequence(_PRF)))
    scheme = _sequence(_PBES2, _sequence(derivation, _sequence(_AES, _octets(iv))))
    encoded = base64.encodebytes(_sequence(scheme, _octets(content)))
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n%b-----END ENCRYPTED PRIVATE KEY-----\n" % encoded


def _octets(content: bytes) -> bytes:
    return b"\x04" + _length(content) + content


def _sequence(*parts: bytes) -> bytes:
    content = b"".join(parts)
    return b"\x30" + _length(content) + content


def _length(content: bytes) -> bytes:
    return bytes([len(content)]) if len(content) < 128 else bytes([0x81, len(content)])


def _read_ed25519(path: Path, pem: bytes, passphrase: bytes) -> Signer:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        private = load_pem_private_key(pem, passphrase)
    except TypeError as error:
        raise _unusable(path, "it is not encrypted", "未加密") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _wrong(path) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise _unusable(path, "it is no Ed25519 key", "不是 Ed25519 密钥")
    return Ed25519Signer(private)


def _make_sm2(passphrase: bytes) -> tuple[Signer, bytes]:
    from assay.sm.keys import private_pem  # noqa: PLC0415
    from assay.sm.sm2 import PrivateKey  # noqa: PLC0415

    private = PrivateKey.generate()
    return Sm2Signer(private), private_pem(private, passphrase)


def _read_sm2(path: Path, pem: bytes, passphrase: bytes) -> Signer:
    from assay.sm.keys import read_private  # noqa: PLC0415

    try:
        return Sm2Signer(read_private(pem, passphrase))
    except (NotVerifiedError, InputError) as error:
        raise _wrong(path) from error


def _open(
    path: Path,
    name: str,
    passphrase: str,
    make: Callable[[bytes], tuple[Signer, bytes]],
    read: Callable[[Path, bytes, bytes], Signer],
) -> Signer:
    typed = passphrase.encode("utf-8", "surrogateescape")  # any bytes that a terminal gives are a passphrase
    if os.path.lexists(path):
        return read(path, private_bytes(path), typed)
    signer, pem = make(typed)
    public = named(signer, name)  # raises ValueError before anything is written
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, pem)
        write_durably(path.with_suffix(".vkey"), f"{public}\n".encode())
    except FileExistsError:  # another process made it at the same moment
        return read(path, private_bytes(path), typed)
    except OSError as error:
        advice = Text(
            "set XDG_CONFIG_HOME to a folder of yours that can be written", "请将 XDG_CONFIG_HOME 设为您自己的可写目录"
        )
        raise refused(path, error, advice) from error
    return signer


def write_private(path: Path, pem: bytes) -> None:
    """Whole or absent, 0600 from the first moment, never over another key. Raises FileExistsError."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(descriptor)
    try:
        path.hardlink_to(aside)
        sync_folder(path.parent)
    finally:
        aside.unlink()


def private_bytes(path: Path) -> bytes:
    """Refuses what others may read or have put there: a link, another user's file, a mode wider than 0600."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            content = file.read(_LARGEST) if stat.S_ISREG(status.st_mode) else b""
    except OSError as error:
        raise _unusable(path, said(error).en, said(error).zh) from error
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid():
        raise _unusable(path, "it is not a plain file of yours", "不是您自己的普通文件")
    if status.st_mode & 0o077:
        raise _unusable(path, "others may read or change it", "其他用户可读取或更改")
    return content


def _wrong(path: Path) -> UsageError:
    return UsageError(
        Text(f"{path} does not open with this passphrase", f"无法用此口令打开 {path}"),
        Text(
            f"type it again, or correct {PASSPHRASE}; a damaged key is replaced by moving it away",
            f"请重新输入，或更正 {PASSPHRASE}；若密钥损坏，请移走后重新生成",
        ),
    )


def _unusable(path: Path, en: str, zh: str) -> InputError:
    return InputError(
        Text(f"the key {path} is not used: {en}", f"未使用密钥 {path}：{zh}"),
        Text(
            f"set it right (chmod 600 {path}), or move it away to make a new one",
            f"请修正（chmod 600 {path}），或移走以生成新密钥",
        ),
    )
