"""The documents of a deposit: one spelling each, so that a digest names them, and signatures of several parties.

Orders, grants, views, excerpts and certificates are JSON objects with their keys in order and nothing left to taste:
what does not read back to the same bytes is refused. Those that a party answers for are DSSE payloads
(`ledger.envelope`), and a second party signs the same bytes by adding its signature.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from assay.ledger.envelope import Payload, open_envelope
from assay.ledger.notes import unverified
from assay.ledger.signing import NamedKey

LARGEST = 16 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)

D = TypeVar("D", bound="Document")


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=False):
    """The base of all of them. `format` is the version of the form."""

    format: int = 1


_encoder = msgspec.json.Encoder(order="sorted")


def written(document: msgspec.Struct) -> bytes:
    """Its bytes, ending in a newline."""
    return _encoder.encode(document) + b"\n"


def read(type_: type[D], body: bytes, what: str) -> D:
    """Raises NotVerifiedError when the bytes are not the one spelling of such a document."""
    try:
        if len(body) > LARGEST:
            raise ValueError("too large")
        document = msgspec.json.decode(body, type=type_)
        if document.format != 1:
            raise ValueError(f"form {document.format}, of a newer assay")
        if written(document) != body:
            raise ValueError("not in its one spelling")
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise unverified(what, f"it is not what it should be ({error})", f"内容不符合格式（{error}）") from error
    return document


def is_digest(text: str) -> bool:
    """Whether it is a SHA-256 in hex: such a name leads out of no folder."""
    return _DIGEST.fullmatch(text) is not None


def sha256(body: bytes) -> str:
    """Hex."""
    return hashlib.sha256(body).hexdigest()


def payload_type(content: bytes) -> str:
    """What an envelope says it holds; '' for what is no envelope. Nothing is verified."""
    try:
        return msgspec.json.decode(content, type=_Typed).payloadType
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ""


class _Typed(msgspec.Struct, frozen=True):
    payloadType: str  # noqa: N815  (DSSE's name)


def open_signed(
    type_: type[D], payload_type: str, envelope: bytes, keys: Sequence[NamedKey], what: str
) -> tuple[D, Payload]:
    """A document that at least one of `keys` signed, and by whom. Raises NotVerifiedError."""
    payload = open_envelope(envelope, keys, what)
    if payload.type != payload_type:
        raise unverified(what, f"it is a {payload.type!r}", f"其类型为 {payload.type!r}")
    return read(type_, payload.content, what), payload
