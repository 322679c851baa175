"""Who signs and who checks: one `Signer`, one `Verifier`, whatever the algorithm and wherever the key lies.

A public key is written as a verifier key of c2sp.org/signed-note: `NAME+HHHHHHHH+BASE64`, where the base64 holds the
signature type and the key. Ed25519 is type 0x01 and, for cosignatures with time, 0x04. SM2 with SM3 has no assigned
type: it is 0xff followed by the object identifier of the algorithm, as that specification recommends.

A key trusted under a name speaks for the log of that name, and for logs whose names begin with it and a slash: one
verifier key of a party is enough for all of its ledgers.
"""

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct
from msgspec.structs import replace

from assay.core.errors import InputError, NotVerifiedError
from assay.core.text import Text
from assay.sm.backend import UnavailableError

if TYPE_CHECKING:  # SM2 and its libraries are imported by the first of its keys
    from assay.sm.sm2 import PrivateKey

ED25519 = b"\x01"
COSIGNATURE = b"\x04"
SM2 = b"\xff1.2.156.10197.1.501\n"  # sm2-with-sm3; the public key follows as 04 || x || y

_PUBLIC_LENGTH = {ED25519: 32, COSIGNATURE: 32, SM2: 65}
ALGORITHMS = {ED25519: "Ed25519", COSIGNATURE: "Ed25519 cosignature", SM2: "SM2"}
_NAME = re.compile(r"[^\s+\x00-\x1f]{1,200}")
_HEX = re.compile(r"[0-9a-f]{8}", re.ASCII)


class Verifier(Protocol):
    """A public key that can check a signature."""

    @property
    def kind(self) -> bytes:
        """Signature type of signed-note."""

    @property
    def public(self) -> bytes: ...

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether it is this key's signature, whatever the bytes are. LookupError: it cannot be checked here."""


class Signer(Protocol):
    """A private key that signs. `known` is False for a key made for one session: "signed by nobody known"."""

    @property
    def kind(self) -> bytes:
        """Signature type of signed-note."""

    @property
    def public(self) -> bytes: ...

    @property
    def known(self) -> bool: ...

    def sign(self, message: bytes) -> bytes:
        """Raises InputError when the key cannot be used (any more)."""


class Ed25519Signer(Struct, frozen=True):
    """A private key in this process."""

    private: Ed25519PrivateKey
    known: bool = True

    @property
    def kind(self) -> bytes:
        return ED25519

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


class Sm2Signer(Struct, frozen=True):
    """SM2 with SM3 under the usual id 1234567812345678. Signatures are DER, as openssl reads them."""

    private: "PrivateKey"
    known: bool = True

    @property
    def kind(self) -> bytes:
        return SM2

    @property
    def public(self) -> bytes:
        return self.private.public.point

    def sign(self, message: bytes) -> bytes:
        from assay.sm.encoding import signature_to_der  # noqa: PLC0415

        return signature_to_der(self.private.sign(message))


def ephemeral() -> Ed25519Signer:
    """A key that ends with this process. What it signs is whole, and signed by nobody known."""
    return Ed25519Signer(Ed25519PrivateKey.generate(), known=False)


class NamedKey(Struct, frozen=True):
    """A public key under a name, as parties exchange it."""

    name: str
    kind: bytes
    public: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"key name {self.name!r} is empty or holds a space, a plus or a control character")
        if len(self.public) != _PUBLIC_LENGTH.get(self.kind):
            raise ValueError(f"the public key of {self.name} is of an unknown type or length")

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    @property
    def label(self) -> str:
        """Name and id, as people compare them and as DSSE's keyid."""
        return f"{self.name}+{self.id.hex()}"

    def __str__(self) -> str:
        return f"{self.label}+{base64.b64encode(self.kind + self.public).decode()}"

    def speaks_for(self, name: str) -> bool:
        """Whether a log of this name may be signed with this key; a name that no key may bear is nobody's."""
        return name == self.name or (name.startswith(self.name + "/") and bool(_NAME.fullmatch(name)))

    def renamed(self, name: str) -> "NamedKey":
        return replace(self, name=name)

    def verify(self, signature: bytes, message: bytes) -> bool:
        """As `Verifier.verify`, over exactly `message`; see `notes` for what a cosignature covers."""
        if self.kind == SM2:
            return _verify_sm2(self.public, signature, message)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def named(signer: Signer, name: str) -> NamedKey:
    return NamedKey(name, signer.kind, signer.public)


def read_key(text: str) -> NamedKey:
    """A verifier key as text. Raises InputError naming what is wrong with it."""
    name, _, rest = text.strip().partition("+")
    id_, _, encoded = rest.partition("+")
    try:
        packed = base64.b64decode(encoded, validate=True)
        kind = next((kind for kind in _PUBLIC_LENGTH if packed.startswith(kind)), b"")
        key = NamedKey(name, kind, packed[len(kind) :])
    except (binascii.Error, ValueError) as error:
        raise _bad_key(text, str(error), str(error)) from error
    if not _HEX.fullmatch(id_) or bytes.fromhex(id_) != key.id:
        raise _bad_key(text, "its id is not that of its name and key", "其编号与名称和公钥不符")
    return key


def _bad_key(text: str, en: str, zh: str) -> InputError:
    shown = text.strip()[:60]
    return InputError(
        Text(f"{shown!r} is no verifier key: {en}", f"{shown!r} 不是验证公钥：{zh}"),
        Text(
            "it reads NAME+8 hex digits+base64, on one line; ask its owner for it again",
            "其形式为 名称+8 位十六进制+base64，单独一行；请向其所有者重新索取",
        ),
    )


def _verify_sm2(public: bytes, signature: bytes, message: bytes) -> bool:
    from assay.sm.encoding import signature_from_der  # noqa: PLC0415
    from assay.sm.sm2 import PublicKey  # noqa: PLC0415

    try:
        PublicKey(public).verify(message, signature_from_der(signature))
    except (NotVerifiedError, InputError):
        return False
    except UnavailableError as error:
        raise LookupError("no library for SM2") from error
    return True
