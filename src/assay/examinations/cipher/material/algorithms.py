"""Algorithm identifiers and public keys of X.509, to names and sizes by the CycloneDX registry.

*It cannot see* which named curve explicit curve parameters are: curve is None, the size is that of the field. An
identifier that no table knows is stated as it stands, with an undetermined family.
Source: RFC 3279, 4055, 5480, 8410, 8018; GM/T 0006, 0009, 0015.
"""

from collections.abc import Mapping
from functools import lru_cache

from assay.core.facts import Scalar
from assay.examinations.cipher.material.der import OID, SEQUENCE, DerError, Element, parse
from assay.examinations.cipher.names import compose, recognise

RSA, EC, DSA, SM2 = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1", "1.2.840.10040.4.1", "1.2.156.10197.1.301"
FFDH = "1.2.840.113549.1.3.1"
_DH = frozenset({FFDH, "1.2.840.10046.2.1"})
_RSA_KEYS = frozenset({RSA, "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.7"})
_PSS = "1.2.840.113549.1.1.10"
_NO_DIGEST = frozenset({"EdDSA", "ML-DSA", "SLH-DSA"})
_KEY_FIELDS = ("algorithm", "family", "key_bits", "curve")
Fields = Mapping[str, Scalar]


def identifier(element: Element) -> tuple[str, Element | None]:
    """Object identifier and parameters of an AlgorithmIdentifier."""
    parts = element.children(SEQUENCE)
    if not parts:
        raise DerError(f"an empty algorithm identifier at {element.start}")
    return parts[0].oid(), parts[1] if len(parts) > 1 else None


def named(oid: str, primitive: str | None = None) -> tuple[Fields, ...]:
    """The algorithm of an identifier and the parts that its name spells out."""
    found = recognise(oid, "any")
    if found:
        return tuple(algorithm.fields for algorithm in found)
    return ({"algorithm": oid, "family": None, "primitive": primitive, "oid": oid},)


@lru_cache(maxsize=512)
def signature(raw: bytes) -> tuple[Fields, ...]:
    """The algorithm of a signature from its AlgorithmIdentifier, then its digest."""
    oid, parameters = identifier(parse(raw))
    fields = named(oid, "signature")
    if oid != _PSS:
        return fields
    digest = "1.3.14.3.2.26"  # the default of RFC 4055
    if parameters is not None and parameters.tag == SEQUENCE:
        for part in parameters.children():
            if part.tag == 0xA0:
                digest = identifier(part.inner())[0]
    parts = named(digest, "hash")
    return compose(fields[0], digest=_text(parts[0], "algorithm")), *parts


def digest_name(fields: tuple[Fields, ...]) -> str | None:
    """The hash of a signature as `signature` gave it; None when it is not known, '' when it has none of its own."""
    for part in fields[1:]:
        if part.get("primitive") == "hash":
            return _text(part, "algorithm")
    return "" if fields[0].get("family") in _NO_DIGEST else None


def public_key(element: Element) -> dict[str, Scalar]:
    """Fields of a `crypto.use` for a SubjectPublicKeyInfo, its primitive still open."""
    parts = element.children(SEQUENCE)
    if len(parts) != 2:
        raise DerError(f"not a public key at {element.start}")
    fields = dict(key_algorithm(parts[0].raw))
    if fields.get("oid") in _RSA_KEYS or fields.get("family") in {"RSA", "RSASSA-PSS", "RSAES-OAEP"}:
        modulus = parse(parts[1].bits()).children(SEQUENCE)[0]
        return sized(fields, modulus.bit_length())
    if "key_bits" not in fields and fields.get("family") == "DSA":
        fields["key_bits"] = None  # parameters inherited from the issuer
    return fields


@lru_cache(maxsize=512)
def key_algorithm(raw: bytes) -> Fields:
    """The algorithm of a key from its AlgorithmIdentifier, with curve or size where the parameters have them."""
    oid, parameters = identifier(parse(raw))
    fields = named(oid)[0]
    if oid in {EC, SM2}:
        return on_curve(parameters) if oid == EC else compose(named(EC)[0], curve=SM2)
    if parameters is not None and parameters.tag == SEQUENCE and (oid == DSA or oid in _DH):
        return sized(fields, parameters.children()[0].bit_length())
    return fields


def on_curve(parameters: Element | None) -> Fields:
    """An elliptic-curve key with its ECParameters."""
    fields = named(EC)[0]
    if parameters is not None and parameters.tag == OID:
        return compose(fields, curve=parameters.oid())
    if parameters is not None and parameters.tag == SEQUENCE:
        parts = parameters.children()
        field = parts[1].children(SEQUENCE) if len(parts) > 3 else []
        bits = field[1].bit_length() if len(field) == 2 and field[1].tag == 2 else None
        return {**compose(fields, curve=None), "key_bits": bits}
    return {**compose(fields, curve=None), "key_bits": None}


def sized(fields: Fields, bits: int) -> dict[str, Scalar]:
    return dict(compose(fields, key_bits=bits)) if bits else {**fields, "key_bits": None}


def of_key(fields: Fields) -> dict[str, Scalar]:
    """What a fact on material says of its key."""
    return {key: fields[key] for key in _KEY_FIELDS if key in fields}


def _text(fields: Fields, key: str) -> str | None:
    value = fields.get(key)
    return value if isinstance(value, str) else None
