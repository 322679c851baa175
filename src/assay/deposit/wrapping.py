"""Secrets sealed to one holder's key: shares to custodians, released shares to a host, file keys to a reading room.

Two kinds of key. `x25519`: HPKE in base mode (RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM). `sm2`: a
new SM4 key encrypted with SM2 (GB/T 32918.4), and the secret under it with SM4-GCM. Both bind a context: what is sealed
for one place does not open in another. Neither says who sealed it: whoever needs to know compares with what was signed.

A public key is one line, `NAME+ID+BASE64`, as the verifier keys of the ledger, and of another type than those: a key
that signs never opens. The private half is PKCS #8 in a file under a passphrase (`SealingPair.load`). Neither kind
withstands a quantum computer: whoever must hide a share for decades keeps the sealed file out of others' hands too.
"""

import base64
import binascii
import hashlib
import os
import re
import resource
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from msgspec import Struct

from assay.core.errors import InputError, NotVerifiedError, UsageError, refused
from assay.core.text import Text
from assay.dossier.durable import read_plain, write_durably
from assay.ledger.keys import PASSPHRASE, Ask, encrypted, private_bytes, write_private
from assay.ledger.notes import unverified
from assay.sm import keys as sm2_keys
from assay.sm import sm2, sm4

Kind = Literal["x25519", "sm2"]
_LENGTH: Mapping[str, int] = {"x25519": 32, "sm2": 65}
_NAME = re.compile(r"[^\s+\x00-\x1f]{1,200}")
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_NONCE = bytes(12)  # a key of its own for every message


class SealingKey(Struct, frozen=True):
    """A public key to which secrets are sealed. Making one of a wrong form raises ValueError."""

    name: str
    kind: Kind
    public: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"key name {self.name!r} is empty or holds a space, a plus or a control character")
        if len(self.public) != _LENGTH.get(self.kind):
            raise ValueError(f"the sealing key of {self.name} is of an unknown type or length")

    @property
    def _packed(self) -> bytes:
        return self.kind.encode() + b"\n" + self.public

    @property
    def label(self) -> str:
        """Name and id, as people compare them."""
        return f"{self.name}+{hashlib.sha256(self.name.encode() + bytes([10]) + self._packed).hexdigest()[:8]}"

    def __str__(self) -> str:
        return f"{self.label}+{base64.b64encode(self._packed).decode()}"

    def seal(self, secret: bytes, context: bytes) -> bytes:
        """What only the private half opens, in this context."""
        if self.kind == "x25519":
            return _SUITE.encrypt(secret, X25519PublicKey.from_public_bytes(self.public), context)
        key = sm4.generate()
        wrapped = sm2.PublicKey(self.public).encrypt(key)
        return len(wrapped).to_bytes(2) + wrapped + sm4.Key(key).seal(_NONCE, secret, context)


class SealingPair(Struct, frozen=True):
    """Both halves."""

    key: SealingKey
    private: X25519PrivateKey | sm2.PrivateKey

    @classmethod
    def generate(cls, name: str, kind: Kind = "x25519") -> "SealingPair":
        """Raises ValueError for a name that no key may have."""
        if kind == "sm2":
            own = sm2.PrivateKey.generate()
            return cls(SealingKey(name, kind, own.public.point), own)
        private = X25519PrivateKey.generate()
        return cls(SealingKey(name, kind, private.public_key().public_bytes_raw()), private)

    def open(self, sealed: bytes, context: bytes, what: str) -> bytes:
        """Raises NotVerifiedError: sealed to another key, for another place, or changed."""
        try:
            if isinstance(self.private, X25519PrivateKey):
                return _SUITE.decrypt(sealed, self.private, context)
            size = int.from_bytes(sealed[:2])
            key = self.private.decrypt(sealed[2 : 2 + size])
            return sm4.Key(key).open(_NONCE, sealed[2 + size :], context)
        except (InvalidTag, ValueError, NotVerifiedError, InputError) as error:
            raise unverified(
                what,
                f"it was not sealed to {self.key.label} for this place, or was changed",
                f"它不是为此处密封给 {self.key.label} 的，或已被更改",
            ) from error

    def save(self, path: Path, passphrase: str) -> None:
        """`path` (0600, never over another key), and the public key beside it as `.pub`. Raises InputError."""
        secret = passphrase.encode()
        if isinstance(self.private, X25519PrivateKey):
            pem = encrypted(self.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), secret)
        else:
            pem = sm2_keys.private_pem(self.private, secret)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, pem)
            write_durably(path.with_suffix(".pub"), f"{self.key}\n".encode())
        except OSError as error:
            raise refused(path, error, Text("name another file", "请指定另一文件")) from error

    @classmethod
    def load(cls, path: Path, passphrase: str) -> "SealingPair":
        """Raises UsageError for a wrong passphrase, InputError for a file that is not what it should be."""
        undumped()
        pem = private_bytes(path)
        try:
            key = read_sealing_key(read_plain(path.with_suffix(".pub"), 4096).decode("utf-8"))
            if key.kind == "sm2":
                own = sm2_keys.read_private(pem, passphrase.encode())
                pair, public = cls(key, own), own.public.point
            else:
                private = load_pem_private_key(pem, passphrase.encode())
                if not isinstance(private, X25519PrivateKey):
                    raise _unusable(path)
                pair, public = cls(key, private), private.public_key().public_bytes_raw()
        except NotVerifiedError as error:
            raise _wrong(path) from error
        except (TypeError, UnsupportedAlgorithm, UnicodeDecodeError, OSError) as error:
            raise _unusable(path) from error
        except ValueError as error:
            raise _wrong(path) from error
        if public != key.public:
            raise _unusable(path)
        return pair


def read_sealing_key(text: str) -> SealingKey:
    """A public key as text. Raises InputError."""
    name, _, rest = text.strip().partition("+")
    _, _, encoded = rest.partition("+")
    try:
        kind, _, public = base64.b64decode(encoded, validate=True).partition(b"\n")
        key = SealingKey(name, "sm2" if kind == b"sm2" else "x25519", public)
        if kind != key.kind.encode():
            raise ValueError("unknown type")
        if key.kind == "sm2":
            sm2.PublicKey(public)
        if str(key) != text.strip():
            raise ValueError("its id is not that of its name and key")
    except (ValueError, binascii.Error, InputError) as error:
        shown = text.strip()[:60]
        raise InputError(
            Text(f"{shown!r} is no sealing key: {error}", f"{shown!r} 不是密封公钥：{error}"),
            Text(
                "`assay deposit key` prints one; ask its owner again",
                "可用 `assay deposit key` 输出；请向其所有者重新索取",
            ),
        ) from error
    return key


def undumped() -> None:
    """From here on no crash of this process, or of one that it starts, writes its memory to a disk.

    One byte, not none: the kernel hands a dump to a program in spite of a limit of 0 (core(5)).
    """
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (min(1, hard),) * 2 if hard >= 0 else (1, 1))


def passphrase(environ: Mapping[str, str], ask: Ask, *, new: bool) -> str:
    """From the terminal or the environment. Raises UsageError when there is none: such a key is never left open."""
    found = environ.get(PASSPHRASE) or ask(new)
    if not found:
        raise UsageError(
            Text("a sealing key needs a passphrase", "密封密钥须有口令"),
            Text(f"run this at a terminal, or set {PASSPHRASE}", f"请在终端运行，或设置 {PASSPHRASE}"),
        )
    return found


def _wrong(path: Path) -> UsageError:
    return UsageError(
        Text(f"{path} does not open with this passphrase", f"无法用此口令打开 {path}"),
        Text(f"type it again, or correct {PASSPHRASE}", f"请重新输入，或更正 {PASSPHRASE}"),
    )


def _unusable(path: Path) -> InputError:
    public = os.fspath(path.with_suffix(".pub"))
    return InputError(
        Text(
            f"{path} is no sealing key with its public half in {public}", f"{path} 不是密封密钥，或与 {public} 不成对"
        ),
        Text("take both files from where they were made", "请从生成处取回两个文件"),
    )
