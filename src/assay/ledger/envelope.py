"""DSSE envelopes: a payload with its type, and signatures over both (secure-systems-lab/dsse, version 1.0.2).

One envelope carries Ed25519 and SM2 signatures of the same bytes; a reader that knows only one of them ignores the
other. `keyid` is the label of a verifier key, `NAME+ID`: a hint that is never believed by itself.
"""

import base64
import binascii
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from assay.ledger.notes import unverified
from assay.ledger.signing import ALGORITHMS, COSIGNATURE, NamedKey, Signer, named

LARGEST = 16 << 20
_MOST_SIGNATURES = 100


class _Signature(msgspec.Struct, frozen=True, omit_defaults=True):
    sig: str
    keyid: str = ""


class _Envelope(msgspec.Struct, frozen=True):
    payload: str
    payloadType: str  # noqa: N815  (DSSE's name)
    signatures: list[_Signature]


class Payload(Struct, frozen=True):
    """A payload whose signatures `by` were verified. `unchecked` are keys whose algorithm could not be checked here."""

    type: str
    content: bytes
    by: tuple[NamedKey, ...]
    unchecked: tuple[NamedKey, ...] = ()


def pae(payload_type: str, content: bytes) -> bytes:
    """The bytes that a signature covers."""
    type_ = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(type_), type_, len(content), content)


def seal(payload_type: str, content: bytes, name: str, signers: Sequence[Signer]) -> bytes:
    """An envelope as JSON, signed by all signers under one name."""
    if not signers or not payload_type:
        raise ValueError("an envelope has a type and at least one signature")
    covered = pae(payload_type, content)
    signatures = [_Signature(_encoded(signer.sign(covered)), named(signer, name).label) for signer in signers]
    return msgspec.json.encode(_Envelope(_encoded(content), payload_type, signatures)) + b"\n"


def countersigned(envelope: bytes, name: str, signers: Sequence[Signer], what: str) -> bytes:
    """The same payload with these signatures too; a key's later one takes the place of its earlier one.

    The signatures that are there are kept unseen: whoever countersigns has opened the envelope first.
    Raises NotVerifiedError when it is none.
    """
    read, content, _ = _parsed(envelope, what)
    covered = pae(read.payloadType, content)
    signatures = {item.keyid: item for item in read.signatures}
    signatures |= {
        label: _Signature(_encoded(signer.sign(covered)), label)
        for signer, label in ((signer, named(signer, name).label) for signer in signers)
    }
    return msgspec.json.encode(_Envelope(read.payload, read.payloadType, list(signatures.values()))) + b"\n"


def open_envelope(envelope: bytes, keys: Sequence[NamedKey], what: str, kinds: Sequence[bytes] = ()) -> Payload:
    """The payload, when a known key signed it, and keys of all `kinds` did (Ed25519 and SM2 where policy wants both).

    Raises NotVerifiedError: malformed, no known key, a known key's signature is wrong, a demanded kind is missing.
    """
    # 1. The form.
    read, content, signatures = _parsed(envelope, what)
    # 2. Each signature that names a known key, over type and payload.
    covered = pae(read.payloadType, content)
    by: list[NamedKey] = []
    unchecked: list[NamedKey] = []
    for keyid, signature in signatures:
        for key in keys:
            if key.label != keyid or key.kind == COSIGNATURE or key in by:
                continue
            try:
                good = key.verify(signature, covered)
            except LookupError:
                unchecked.append(key)
                continue
            if not good:
                raise unverified(what, f"the signature of {key.label} is wrong", f"{key.label} 的签名错误")
            by.append(key)
    # 3. At least one, and one of each demanded kind.
    missing = [ALGORITHMS[kind] for kind in kinds if kind not in {key.kind for key in by}]
    if not by or missing:
        present = ", ".join(f"{key.label} ({ALGORITHMS[key.kind]})" for key in unchecked)
        if present:
            raise unverified(what, f"signature present, not checked: {present}", f"签名存在，未校验：{present}")
        signed = ", ".join(keyid or "?" for keyid, _ in signatures)
        wanted = " + ".join(missing) or "-"
        raise unverified(
            what,
            f"no known key signed it with what is demanded ({wanted}; signed by {signed})",
            f"没有已知公钥按要求签名（要求 {wanted}；签名者 {signed}）",
        )
    return Payload(read.payloadType, content, tuple(by), tuple(unchecked))


def _parsed(envelope: bytes, what: str) -> tuple[_Envelope, bytes, list[tuple[str, bytes]]]:
    try:
        if len(envelope) > LARGEST:
            raise ValueError("too large")
        read = msgspec.json.decode(envelope, type=_Envelope)
        content = base64.b64decode(read.payload, validate=True)
        signatures = [(item.keyid, base64.b64decode(item.sig, validate=True)) for item in read.signatures]
        if not signatures or len(signatures) > _MOST_SIGNATURES:
            raise ValueError(f"{len(signatures)} signatures")
    except (msgspec.MsgspecError, binascii.Error, ValueError, RecursionError) as error:
        raise unverified(what, f"it is no DSSE envelope ({error})", f"不是 DSSE 信封（{error}）") from error
    return read, content, signatures


def peek(envelope: bytes, what: str) -> tuple[str, bytes]:
    """Payload type and payload, nothing verified: for who must read whose an act is to know whose keys to try."""
    read, content, _ = _parsed(envelope, what)
    return read.payloadType, content


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
