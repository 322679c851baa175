"""Keys and parameters by the shape of their DER: PKCS#8 plain and encrypted, PKCS#1, SEC 1, DSA, SubjectPublicKeyInfo.

The fingerprint of a key is the SHA-256 of its SubjectPublicKeyInfo, where the public half is part of what is in clear;
a certificate's key and the private key beside it then show the same one. Nothing of a private part is kept, and none is
computed with. *It cannot see* the public half of an EdDSA key or of an EC key that was written without it.
Source: RFC 5958, 8017, 5915, 5480; GM/T 0009; OpenSSL for the DSA form and for parameters.
"""

import hashlib
from collections.abc import Sequence

from assay.core.facts import Scalar
from assay.examinations.cipher.material import algorithms, schemes
from assay.examinations.cipher.material.der import (
    BITS,
    INTEGER,
    NULL,
    OCTETS,
    OID,
    SEQUENCE,
    Element,
    parse,
    written,
    written_integer,
    written_oid,
)
from assay.examinations.cipher.material.found import Found, Item, Value, closed, joined, use
from assay.examinations.cipher.material.unlocking import Passwords

_NO_PARAMETERS = written(NULL)
_SMALL = 64  # bits of a public exponent or a generator, no part of a signature
_GROUP = 512  # bits of the order of a subgroup


def private_key(parts: Sequence[Element]) -> Found | None:
    """A private key in clear by its top-level elements, None when they are none."""
    tags = [part.tag for part in parts]
    if tags[:3] == [INTEGER, SEQUENCE, OCTETS] and all(tag in {0xA0, 0xA1, 0x81} for tag in tags[3:]):
        return _pkcs8(parts)
    if tags[:9] == [INTEGER] * 9 and tags[9:] in ([], [SEQUENCE]):
        return _rsa(parts, "PKCS#1")
    if tags[:2] == [INTEGER, OCTETS] and set(tags[2:]) <= {0xA0, 0xA1}:
        return _elliptic(parts, "SEC1", None)
    if tags == [INTEGER] * 6 and parts[0].content == b"\0":
        fields = algorithms.sized(algorithms.named(algorithms.DSA)[0], parts[1].bit_length())
        return _private("traditional", fields, fingerprint(spki_of_dsa(*(part.content for part in parts[1:5]))))
    return None


def encrypted_private_key(parts: Sequence[Element], passwords: Passwords) -> Found | None:
    """An EncryptedPrivateKeyInfo; None when the scheme is none of encryption."""
    if [part.tag for part in parts] != [SEQUENCE, OCTETS]:
        return None
    scheme = schemes.read(parts[0])
    if scheme is None:
        return None
    opened = passwords.open(scheme, parts[1].octets(), is_key)
    if opened.content is not None:
        inside = private_key(parse(opened.content).children(SEQUENCE))
        if inside is not None:
            return with_scheme(inside, scheme, empty=opened.empty)
    return joined((sealed_key("PKCS#8", scheme.told, scheme.uses), closed(f"a private key: {opened.why}")))


def sealed_key(form: str, told: Value, uses: tuple[Value, ...], material: str = "private-key") -> Found:
    """A key of which only the protection is known."""
    value: dict[str, Scalar] = {
        "material": material,
        "format": form,
        "algorithm": None,
        "family": None,
        "key_bits": None,
        "fingerprint": None,
        "protection": "encrypted",
        **told,
    }
    return Found((Item(value, uses),))


def is_key(content: bytes) -> bool:
    """Whether decrypted bytes are a private key, and the password was right."""
    parts = parse(content).children(SEQUENCE)
    return [part.tag for part in parts][:3] == [INTEGER, SEQUENCE, OCTETS]


def public_key(top: Element, form: str = "SPKI") -> Found:
    """A SubjectPublicKeyInfo."""
    return stated_public(algorithms.public_key(top), fingerprint(top.raw), form)


def bare_numbers(parts: Sequence[Element]) -> Found | None:
    """Nothing but numbers: an RSA key of PKCS#1, a group of DSA or Diffie-Hellman; None when they fit neither.

    Two numbers of one size are a signature, and neither.
    """
    numbers = parts[:-1] if len(parts) > 3 and parts[-1].tag == SEQUENCE else parts  # X9.42: how the group was made
    if not 2 <= len(numbers) <= 4 or any(part.tag != INTEGER for part in numbers):
        return None
    sizes = [part.bit_length() for part in numbers]
    if sizes[0] < 256 or min(sizes[1:]) > _GROUP:
        return None
    if len(numbers) == 2:
        if sizes[1] > _SMALL:
            return None
        exponent = parts[1].number(2**_SMALL)
        if exponent == 3 or exponent > 5:
            fields = algorithms.sized(algorithms.named(algorithms.RSA)[0], sizes[0])
            return stated_public(fields, fingerprint(_rsa_spki(parts[0].content, parts[1].content)), "PKCS#1")
    oid = algorithms.DSA if len(numbers) == 3 and 150 <= sizes[1] <= _GROUP < sizes[2] else algorithms.FFDH
    return _parameters(algorithms.sized(algorithms.named(oid)[0], sizes[0]))


def curve_parameters(top: Element) -> Found:
    return _parameters(algorithms.on_curve(top))


def group_parameters(parts: Sequence[Element]) -> Found:
    """Parameters that begin with a prime, as their label says."""
    fields = algorithms.named(algorithms.FFDH)[0]
    return _parameters(algorithms.sized(fields, parts[0].bit_length()))


def stated_public(fields: Value, mark: str, form: str) -> Found:
    value = {"material": "public-key", "format": form, **algorithms.of_key(fields), "fingerprint": mark}
    return Found((Item({**value, "protection": "none"}, (use(fields, None),)),))


def fingerprint(spki: bytes) -> str:
    return hashlib.sha256(spki).hexdigest()


def spki_of_numbers(oid: str, modulus: bytes, exponent: bytes) -> bytes:
    key = written(SEQUENCE, written_integer(modulus), written_integer(exponent))
    return written(SEQUENCE, written(SEQUENCE, written_oid(oid), _NO_PARAMETERS), written(BITS, b"\0", key))


def spki_of_dsa(p: bytes, q: bytes, g: bytes, y: bytes) -> bytes:
    group = written(SEQUENCE, *map(written_integer, (p, q, g)))
    key = written(BITS, b"\0", written_integer(y))
    return written(SEQUENCE, written(SEQUENCE, written_oid(algorithms.DSA), group), key)


def spki_of_point(curve: str, point: bytes) -> bytes:
    algorithm = written(SEQUENCE, written_oid(algorithms.EC), written_oid(curve))
    return written(SEQUENCE, algorithm, written(BITS, b"\0", point))


def spki_of_bytes(oid: str, key: bytes) -> bytes:
    return written(SEQUENCE, written(SEQUENCE, written_oid(oid)), written(BITS, b"\0", key))


def _rsa_spki(modulus: bytes, exponent: bytes) -> bytes:
    return spki_of_numbers(algorithms.RSA, modulus, exponent)


def _pkcs8(parts: Sequence[Element]) -> Found:
    algorithm, secret = parts[1], parts[2].octets()
    oid, parameters = algorithms.identifier(algorithm)
    fields = algorithms.key_algorithm(algorithm.raw)
    if oid in {algorithms.EC, algorithms.SM2}:
        inner = parse(secret).children(SEQUENCE)
        curve = parameters if oid == algorithms.EC else None
        return _elliptic(inner, "PKCS#8", curve, fields)
    if fields.get("family") in {"RSA", "RSASSA-PSS", "RSAES-OAEP"}:
        return _rsa(parse(secret).children(SEQUENCE), "PKCS#8", fields)
    public = next((part.content[1:] for part in parts[3:] if part.tag in {0x81, 0xA1}), b"")
    known = bool(public) and parameters is None
    return _private("PKCS#8", fields, fingerprint(spki_of_bytes(oid, public)) if known else None)


def _rsa(parts: Sequence[Element], form: str, fields: Value | None = None) -> Found:
    fields = algorithms.named(algorithms.RSA)[0] if fields is None else fields
    mark = fingerprint(_rsa_spki(parts[1].content, parts[2].content))
    return _private(form, algorithms.sized(fields, parts[1].bit_length()), mark)


def _elliptic(parts: Sequence[Element], form: str, curve: Element | None, fields: Value | None = None) -> Found:
    """`curve` is given by what is around a SEC 1 key, or is inside it."""
    inside = {part.tag: part.inner() for part in parts[2:]}
    if curve is None:
        curve = inside.get(0xA0)
    if fields is None or "curve" not in fields or fields["curve"] is None:
        fields = algorithms.on_curve(curve)
    point = inside.get(0xA1)
    mark = None
    if point is not None and curve is not None and curve.tag == OID:
        mark = fingerprint(spki_of_point(curve.oid(), point.bits()))
    return _private(form, fields, mark)


def _private(form: str, fields: Value, mark: str | None) -> Found:
    value: dict[str, Scalar] = {"material": "private-key", "format": form, **algorithms.of_key(fields)}
    return Found((Item({**value, "fingerprint": mark, "protection": "none"}, (use(fields, None),)),))


def with_scheme(inside: Found, scheme: schemes.Scheme, *, empty: bool) -> Found:
    """A key that was opened, with the scheme around it. One that opens with no password is in clear for anybody."""
    protection = "none" if empty else "encrypted"
    return Found(
        tuple(
            Item({**item.material, "protection": protection, **scheme.told}, (*item.uses, *scheme.uses))
            for item in inside.items
        )
    )


def _parameters(fields: Value) -> Found:
    value = {"material": "parameters", "format": "X9.62" if "curve" in fields else "PKCS#3"}
    return Found((Item({**value, **algorithms.of_key(fields), "protection": "none"}, (use(fields, None),)),))
