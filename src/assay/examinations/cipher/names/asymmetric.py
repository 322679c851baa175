"""Readers of RSA, DSA, elliptic-curve and finite-field names and of signatures with their digest.

Each reader takes squeezed text and must consume all of it.
"""

from typing import Final

from assay.core.facts import Scalar
from assay.examinations.cipher.names.curves import curve
from assay.examinations.cipher.names.reading import Reading, digest_of, digest_parts, leading_digest, on_curve

_LARGEST_MODULUS: Final = 65536
_RSA_FORMS: Final = {
    "encryption": "rsa", "": "rsa", "pkcs115": "rsa-pkcs1", "pkcs1v15": "rsa-pkcs1", "pkcs1": "rsa-pkcs1",
    "pss": "rsa-pss", "ssapss": "rsa-pss", "psspss": "rsa-pss", "oaep": "rsa-oaep", "esoaep": "rsa-oaep",
    "espkcs1": "rsa-encrypt", "espkcs115": "rsa-encrypt", "espkcs1v15": "rsa-encrypt", "ssapkcs1": "rsa-sign",
    "ssapkcs115": "rsa-sign", "ssapkcs1v15": "rsa-sign", "raw": "rsa-raw", "x931": "rsa-x931", "ssapsspss": "rsa-pss",
}  # fmt: skip


def rsa(key: str) -> Reading | None:
    """RSA, RSA-2048, RSA-OAEP-SHA-256, RSA-PKCS1-1.5-SHA-256-2048, RSASSA-PSS, RSA-SHA256."""
    if not key.startswith("rsa"):
        return None
    body = key[3:]
    for length in range(min(len(body), 10), -1, -1):
        stem = _RSA_FORMS.get(body[:length])
        tail = _rsa_tail(body[length:]) if stem is not None else None
        if stem is None or tail is None:
            continue
        digest, bits = tail
        if digest and stem in {"rsa", "rsa-pkcs1"}:
            stem = "rsa-sign"
        return Reading(stem, {"key_bits": bits} if bits else {}, digest=digest, parts=digest_parts(digest))
    return None


def _rsa_tail(rest: str) -> tuple[str, int] | None:
    digest, rest = leading_digest(rest.removeprefix("with"))
    rest = rest.removeprefix("andmgf1").removeprefix("mgf1")
    if not rest:
        return digest, 0
    if rest.isdigit() and len(rest) <= 5 and 384 <= int(rest) <= _LARGEST_MODULUS:
        return digest, int(rest)
    return None


def dsa(key: str) -> Reading | None:
    """DSA[-length][-hash]."""
    if not key.startswith("dsa"):
        return None
    rest = key[3:].removeprefix("with")
    for length in (5, 4, 3, 0):
        number, tail = rest[:length], rest[length:]
        if length and not (number.isdigit() and len(number) == length and 512 <= int(number) <= _LARGEST_MODULUS):
            continue
        if not tail or digest_of(tail):
            given: dict[str, Scalar] = {"key_bits": int(number)} if number else {}
            digest = digest_of(tail)
            return Reading("dsa", given, digest=digest, parts=digest_parts(digest))
    return None


_EC_FORMS: Final = {
    "ecdsa": "ecdsa", "ecdhe": "ecdhe", "eecdh": "ecdhe", "ecdh": "ecdh", "ecmqv": "ecmqv", "ecies": "ecies",
    "ecelgamal": "ecelgamal", "ec": "ec", "ecddsa": "ecdsa", "ecdhc": "ecdh", "eccdh": "ecdh", "eckaeg": "ecdh",
}  # fmt: skip


def elliptic(key: str) -> Reading | None:
    """ECDSA[-curve][-hash] and the like; EC-P-256 is a key of unknown use."""
    for length in range(min(len(key), 9), 1, -1):
        stem = _EC_FORMS.get(key[:length])
        if stem is None:
            continue
        rest = key[length:].removeprefix("with")
        for cut in range(len(rest), -1, -1):
            named, digest = curve(rest[:cut]) if cut else None, digest_of(rest[cut:])
            if (named is None and cut) or (not digest and cut < len(rest)):
                continue
            reading = Reading(stem, digest=digest, parts=digest_parts(digest))
            return on_curve(reading, named.name, named.bits) if named else reading
    return None


_MODP: Final = {1: 1024, 2: 1024, 5: 1536, 14: 2048, 15: 3072, 16: 4096, 17: 6144, 18: 8192}
_GROUPS: Final = {
    **{str(bits): bits for bits in (2048, 3072, 4096, 6144, 8192)},
    **{f"modp{bits}": bits for bits in (768, 1024, 1536, 2048, 3072, 4096, 6144, 8192)},
    **{f"group{number}": bits for number, bits in _MODP.items()},
    "groupexchange": 0,
}

_FF_FORMS: Final = {"ffdhe": "ffdhe", "diffiehellman": "ffdhe", "dhe": "ffdhe", "ffdh": "ffdh", "dh": "ffdh"}


def finite_field(key: str) -> Reading | None:
    """FFDHE-ffdhe2048, diffie-hellman-group14-sha256, DH-2048."""
    for prefix, stem in _FF_FORMS.items():
        if not key.startswith(prefix):
            continue
        group, sha, rest = key.removeprefix(prefix).partition("sha")
        digest = digest_of(sha + rest)
        bits = _GROUPS.get(group.removeprefix("ffdhe"))
        if bits is None or (sha and not digest):
            continue
        named = "ffdhe" if prefix == "ffdhe" and not group.startswith(("group", "modp")) else "modp"
        given: dict[str, Scalar] = {"key_bits": bits} if bits else {}
        variant = "" if not bits or (group.isdigit() and prefix != "ffdhe") else f"{named}{bits}"
        return Reading(stem, given, variant=variant, parts=digest_parts(digest))
    return None


_SCHEMES: Final = {
    "rsa": "rsa-sign", "rsaencryption": "rsa-sign", "rsaiso97962": "rsa-sign",
    "rsaandmgf1": "rsa-pss", "rsapss": "rsa-pss", "rsassapss": "rsa-pss",
    "rsax931": "rsa-x931", "dsa": "dsa", "ecdsa": "ecdsa", "ecddsa": "ecdsa", "detecdsa": "ecdsa", "detdsa": "dsa",
    "plainecdsa": "ecdsa", "cvcecdsa": "ecdsa", "sm2": "sm2-sign", "gost3410": "gostr3410", "ecgost3410": "gostr3410",
    "ecgost34102012256": "gostr3410", "ecgost34102012512": "gostr3410", "gostr34102001": "gostr3410", "sm9": "sm9-sign",
}  # fmt: skip


def signature(key: str) -> Reading | None:
    """digest WITH scheme, and the other orders: SHA256withRSA, SM2-SM3, ECDSA-SHA256, SHA1withDSAinP1363Format."""
    before, with_, after = key.partition("with")
    if with_ and after.removesuffix("inp1363format") in _SCHEMES:
        digest = "" if before in {"none", "raw", "null"} else digest_of(before)
        if digest or before in {"none", "raw", "null"}:
            stem = _SCHEMES[after.removesuffix("inp1363format")]
            return Reading(stem, digest=digest, parts=digest_parts(digest))
    digest, rest = leading_digest(key)
    if digest and rest in _SCHEMES:
        return Reading(_SCHEMES[rest], digest=digest, parts=digest_parts(digest))
    for scheme in ("sm2", "gost3410"):
        digest = digest_of(key.removeprefix(scheme).removeprefix("with")) if key.startswith(scheme) else ""
        if digest:
            return Reading(_SCHEMES[scheme], digest=digest, parts=digest_parts(digest))
    return None


def elgamal(key: str) -> Reading | None:
    rest = key.removeprefix("elgamal")
    if rest == key:
        return None
    return Reading("elgamal", {"key_bits": int(rest)}) if rest.isdigit() and len(rest) < 6 else None
