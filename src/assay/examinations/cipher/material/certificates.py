"""X.509 certificates, requests for them, and revocation lists.

States the key, the signature, validity, authority, key usage and the SHA-256 of the whole; never a name, for names are
those of persons as often as of hosts. The signature of a certificate that names itself as issuer and may issue others
protects nothing, since trust in it comes from where it is kept: that use is stated as `unused`. Whether any signature
is right is not checked. Source: RFC 5280, RFC 2986; GM/T 0015.
"""

import hashlib
from collections.abc import Mapping, Sequence

from assay.core.facts import Scalar
from assay.examinations.cipher.material import algorithms
from assay.examinations.cipher.material.der import BITS, BOOLEAN, INTEGER, SEQUENCE, DerError, Element
from assay.examinations.cipher.material.found import Found, Item, Value, use
from assay.examinations.cipher.names import compose

_BASIC_CONSTRAINTS, _KEY_USAGE = b"\x55\x1d\x13", b"\x55\x1d\x0f"
_USAGES = (
    "digital-signature", "non-repudiation", "key-encipherment", "data-encipherment", "key-agreement",
    "certificate-signing", "crl-signing", "encipher-only", "decipher-only",
)  # fmt: skip
_TIMES = (0x17, 0x18)


def signed(top: Element, parts: Sequence[Element]) -> Found | None:
    """A signed structure of X.509: a certificate, a request or a revocation list. None when it is none of them."""
    inside = parts[0].children()
    tags = [part.tag for part in inside]
    body = tags[1:] if tags[:1] == [0xA0] else tags
    if body[:6] == [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE]:
        return Found((_certificate(top, parts, inside[len(tags) - len(body) :]),))
    if body[:3] == [INTEGER, SEQUENCE, SEQUENCE] and tags[3:] in ([0xA0], []) and tags[0] == INTEGER:
        return Found((_request(top, parts, inside),))
    body = tags[1:] if tags[:1] == [INTEGER] else tags
    if body[:2] == [SEQUENCE, SEQUENCE] and len(body) > 2 and body[2] in _TIMES:
        return Found((_revocations(top, parts, inside[len(tags) - len(body) :]),))
    return None


def _certificate(top: Element, parts: Sequence[Element], inside: Sequence[Element]) -> Item:
    issuer, validity, subject, key = inside[2:6]
    days = validity.children()
    if len(days) != 2:
        raise DerError(f"no validity at {validity.start}")
    extensions = _extensions(inside)
    usage = _usage(extensions.get(_KEY_USAGE))
    authority = _authority(extensions.get(_BASIC_CONSTRAINTS)) if extensions else None
    self_issued = issuer.raw == subject.raw
    fields = algorithms.public_key(key)
    material: dict[str, Scalar] = {
        **_common("certificate", "X.509", top, parts[1], algorithms.of_key(fields)),
        "not_before": days[0].day(),
        "not_after": days[1].day(),
        "self_signed": self_issued,
    }
    if authority is not None:
        material["authority"] = authority
    if usage is not None:
        material["key_usage"] = ",".join(usage)
    anchor = self_issued and authority is not False
    uses = (
        use(_with_use(fields, usage), "certificate"),
        *_signature_uses(parts[1], state="unused" if anchor else "used"),
    )
    return Item(material, uses)


def _request(top: Element, parts: Sequence[Element], inside: Sequence[Element]) -> Item:
    fields = algorithms.public_key(inside[2])
    material = _common("certificate-request", "PKCS#10", top, parts[1], algorithms.of_key(fields))
    return Item(material, (use(_with_use(fields, None), "certificate"), *_signature_uses(parts[1])))


def _revocations(top: Element, parts: Sequence[Element], inside: Sequence[Element]) -> Item:
    entries = next((len(part.children()) for part in inside[3:] if part.tag == SEQUENCE), 0)
    material = {**_common("revocation-list", "X.509", top, parts[1], {}), "entries": entries}
    material["not_before"] = inside[2].day()
    if len(inside) > 3 and inside[3].tag in _TIMES:
        material["not_after"] = inside[3].day()
    return Item(material, tuple(_signature_uses(parts[1])))


def _common(kind: str, form: str, top: Element, signature: Element, key: Value) -> dict[str, Scalar]:
    fields = algorithms.signature(signature.raw)
    value: dict[str, Scalar] = {
        "material": kind,
        "format": form,
        **key,
        "signature_algorithm": _name(fields[0]),
        "fingerprint": hashlib.sha256(top.raw).hexdigest(),
        "protection": "none",
    }
    digest = algorithms.digest_name(fields)
    if digest != "":
        value["signature_hash"] = digest
    return value


def _signature_uses(element: Element, **more: Scalar) -> list[Value]:
    return [use(fields, "certificate", **more) for fields in algorithms.signature(element.raw)]


def _with_use(fields: Mapping[str, Scalar], usage: Sequence[str] | None) -> Value:
    """The key's primitive by its usage; that of a certificate which does not say is a signature."""
    if fields.get("primitive") is not None or fields.get("family") == "RSA":
        return {**fields, "primitive": fields.get("primitive") or "other"}
    agrees = usage is not None and "key-agreement" in usage and "digital-signature" not in usage
    return compose(fields, primitive="key-agree" if agrees else "signature")


def _extensions(inside: Sequence[Element]) -> dict[bytes, Element]:
    """The value of each extension by the content of its identifier."""
    last = inside[-1]
    if last.tag != 0xA3:
        return {}
    found: dict[bytes, Element] = {}
    for extension in last.inner().children(SEQUENCE):
        parts = extension.children()
        if len(parts) > 1:
            found.setdefault(parts[0].content, parts[-1])
    return found


def _authority(value: Element | None) -> bool:
    if value is None:
        return False
    parts = value.inner().children(SEQUENCE)
    return bool(parts) and parts[0].tag == BOOLEAN and parts[0].content != b"\0"


def _usage(value: Element | None) -> list[str] | None:
    if value is None:
        return None
    inner = value.inner()
    if inner.tag != BITS or not inner.content:
        return None
    bits = inner.content[1:3]
    return [
        name for place, name in enumerate(_USAGES) if place // 8 < len(bits) and bits[place // 8] >> 7 - place % 8 & 1
    ]


def _name(fields: Mapping[str, Scalar]) -> str | None:
    name = fields.get("algorithm")
    return name if isinstance(name, str) else None
