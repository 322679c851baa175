"""How a key or a keystore is protected by a password: cipher, key derivation, iterations.

Read are PBES2 with PBKDF2 or scrypt, PBES1, the schemes of PKCS#12 and the one of OpenSSL's old PEM keys; what they
say is in clear and stated whether or not anybody has the password. Source: RFC 8018, RFC 7914, RFC 7292 appendix C,
RFC 1423; GM/T 0010 uses the same structures.
"""

from collections.abc import Mapping

from msgspec import Struct

from assay.core.facts import Scalar
from assay.examinations.cipher.material import algorithms
from assay.examinations.cipher.material.der import INTEGER, OCTETS, SEQUENCE, Element
from assay.examinations.cipher.material.found import Value, use
from assay.examinations.cipher.names import compose, recognise

PBES2, PBKDF2, SCRYPT, PBMAC1 = (
    "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12", "1.3.6.1.4.1.11591.4.11", "1.2.840.113549.1.5.14",
)  # fmt: skip
PKCS12_ARC, PKCS5_ARC = "1.2.840.113549.1.12.1.", "1.2.840.113549.1.5."
_HMAC_SHA1 = "HMAC-SHA-1"


class Derivation(Struct, frozen=True):
    """`method` is pbkdf2, scrypt, pkcs12, pbkdf1 or evp; `digest` by the registry. `cost` counts iterations."""

    method: str
    digest: str
    salt: bytes
    cost: int
    blocks: int = 0  # r of scrypt
    lanes: int = 0  # p of scrypt


class Scheme(Struct, frozen=True):
    """`told` are measures of crypto.material, `uses` values of crypto.use. `derivation` None cannot be opened here."""

    told: Value
    uses: tuple[Value, ...]
    derivation: Derivation | None = None
    cipher: Value | None = None
    iv: bytes = b""


def read(algorithm: Element) -> Scheme | None:
    """The scheme of an AlgorithmIdentifier; None when it is not one of encryption under a password."""
    oid, parameters = algorithms.identifier(algorithm)
    if oid == PBES2 and parameters is not None:
        return _pbes2(parameters)
    if oid.startswith((PKCS12_ARC, PKCS5_ARC)) and parameters is not None and parameters.tag == SEQUENCE:
        return _pbes1(oid, parameters)
    named = algorithms.named(oid)[0]
    if named.get("family") is not None and named.get("primitive") in {"block-cipher", "ae", "stream-cipher"}:
        return Scheme({"encryption": str(named["algorithm"])}, (use(named, "encryption"),))
    return None


def old_pem(cipher: str, iv: str) -> Scheme:
    """Of the header DEK-Info: the key is one pass of MD5 over password and salt, whatever the cipher."""
    found = recognise(cipher, "openssl") or recognise(cipher, "any")
    fields: Value = found[0].fields if found else {"algorithm": cipher[:40], "family": None, "primitive": None}
    digest = recognise("MD5", "any")[0].fields
    told = {"encryption": _name(fields), "kdf": "MD5", "iterations": 1}
    uses = (use(fields, "encryption"), use(digest, "key-derivation", iterations=1))
    try:
        vector = bytes.fromhex(iv)
    except ValueError:
        return Scheme(told, uses)
    return Scheme(told, uses, Derivation("evp", "MD5", vector[:8], 1), fields if found else None, vector)


def mac(element: Element) -> tuple[dict[str, Scalar], tuple[Value, ...], Derivation | None, bytes]:
    """MacData of PKCS#12: what it says, its uses, how its key is derived, and the MAC."""
    parts = element.children(SEQUENCE)
    info = parts[0].children(SEQUENCE)
    oid, parameters = algorithms.identifier(info[0])
    if oid == PBMAC1 and parameters is not None:
        derivation, fields, uses = _derivation(parameters.children()[0])
        code = algorithms.named(algorithms.identifier(parameters.children()[1])[0])[0]
        told = {"mac": _name(code), "mac_kdf": _name(fields), "mac_iterations": fields.get("iterations")}
        return told, (use(code, "mac"), *uses), None, b""
    iterations = parts[2].number() if len(parts) > 2 else 1
    digest = _name(algorithms.named(oid)[0])
    code = algorithms.named(f"HMAC-{digest}")[0]
    kdf = algorithms.named("PKCS12-KDF")[0]
    told = {"mac": _name(code), "mac_kdf": "PKCS12-KDF", "mac_iterations": iterations}
    uses = (use(code, "mac"), use(kdf, "key-derivation", iterations=iterations))
    derivation = Derivation("pkcs12", str(digest), parts[1].octets(), iterations)
    return told, uses, derivation, info[1].octets()


def _pbes2(parameters: Element) -> Scheme:
    parts = parameters.children(SEQUENCE)
    derivation, kdf, uses = _derivation(parts[0])
    oid, vector = algorithms.identifier(parts[1])
    cipher = algorithms.named(oid)[0]
    if vector is not None and vector.tag == SEQUENCE:  # RC2: version and vector
        vector = next((part for part in vector.children() if part.tag == OCTETS), None)
    told: dict[str, Scalar] = {"encryption": _name(cipher), "kdf": _name(kdf)}
    if "iterations" in kdf:
        told["iterations"] = kdf["iterations"]
    iv = vector.octets() if vector is not None and vector.tag == OCTETS else b""
    return Scheme(told, (use(cipher, "encryption"), *uses), derivation, cipher, iv)


def _derivation(element: Element) -> tuple[Derivation | None, Value, tuple[Value, ...]]:
    oid, parameters = algorithms.identifier(element)
    fields = algorithms.named(oid, "kdf")[0]
    if parameters is None or oid not in {PBKDF2, SCRYPT}:
        return None, fields, (use(fields, "key-derivation"),)
    parts = parameters.children(SEQUENCE)
    cost = parts[1].number()
    if oid == SCRYPT:
        derivation = Derivation("scrypt", "", parts[0].octets(), cost, parts[2].number(), parts[3].number())
        return derivation, fields, (use(fields, "key-derivation"),)
    prf = next((part for part in parts[2:] if part.tag == SEQUENCE), None)
    parts_of_prf = algorithms.named(algorithms.identifier(prf)[0] if prf is not None else _HMAC_SHA1)
    digest = algorithms.digest_name(parts_of_prf)
    fields = {**compose(fields, digest=digest), "iterations": cost}
    uses = (use(fields, "key-derivation"), use(parts_of_prf[0], "key-derivation"))
    salt = parts[0].octets() if parts[0].tag == OCTETS else b""
    return Derivation("pbkdf2", digest or "", salt, cost) if digest else None, fields, uses


def _pbes1(oid: str, parameters: Element) -> Scheme | None:
    parts = parameters.children()
    if [part.tag for part in parts] != [OCTETS, INTEGER]:
        return None
    whole, *inside = algorithms.named(oid)
    cost = parts[1].number()
    digest = next((part for part in inside if part.get("primitive") == "hash"), None)
    cipher = next((part for part in inside if part.get("primitive") != "hash"), None)
    told = {"encryption": _name(whole), "iterations": cost}
    method = "pkcs12" if oid.startswith(PKCS12_ARC) else "pbkdf1"
    told["kdf"] = "PKCS12-KDF" if method == "pkcs12" else "PBKDF1"
    uses = [use(whole, "encryption", iterations=cost)]
    uses += [use(part, "key-derivation" if part is digest else "encryption") for part in inside]
    derivation = Derivation(method, _name(digest) or "", parts[0].octets(), cost) if digest is not None else None
    return Scheme(told, tuple(uses), derivation if cipher is not None else None, cipher)


def _name(fields: Mapping[str, Scalar]) -> str | None:
    name = fields.get("algorithm")
    return name if isinstance(name, str) else None
