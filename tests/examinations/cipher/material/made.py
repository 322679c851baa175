"""Key material made for tests, and how it is examined."""

import base64
import datetime
import hashlib
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from assay.core.examination import Examined, FileMeta, FileView, Limits, Locator
from assay.core.facts import Fact, Scalar, check
from assay.core.kinds import FileClass
from assay.core.product import Unlock
from assay.examinations.cipher.material.examination import Material
from assay.intake.identify import HEAD, identify

FIXTURES = Path(__file__).parents[3] / "fixtures" / "material"
DAY = datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC)
HOST = "host.example"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Bench:
    limits = Limits()


def meta_of(content: bytes, name: str = "a", file_class: FileClass = "material") -> FileMeta:
    found = identify(name, content[:HEAD], len(content))
    return FileMeta(name, name, len(content), file_class, found.format, "product", "shipped", Locator("file", name))


def examined(content: bytes, name: str = "a", unlock: tuple[Unlock, ...] = ()) -> Examined:
    """As a file of class material; every fact is one that its kind admits."""
    found = Material(unlock).examine(FileView(meta_of(content, name), content), (), Bench())
    for fact in found.facts:
        check(fact)
    return found


def fixture(name: str, unlock: tuple[Unlock, ...] = ()) -> Examined:
    content = (FIXTURES / name).read_bytes()
    assert identify(name, content[:HEAD], len(content)).file_class == "material", name
    return examined(content, name, unlock)


def materials(found: Examined) -> list[dict[str, Scalar]]:
    return [dict(fact.value) for fact in found.facts if fact.kind == "crypto.material"]


def only(found: Examined) -> dict[str, Scalar]:
    (value,) = materials(found)
    return value


def uses(found: Examined) -> set[tuple[Scalar, Scalar, Scalar]]:
    """(algorithm, purpose, state) of every crypto.use."""
    return {
        (fact.value["algorithm"], fact.value["purpose"], fact.value["state"])
        for fact in found.facts
        if fact.kind == "crypto.use"
    }


def use_facts(found: Examined) -> list[Fact]:
    return [fact for fact in found.facts if fact.kind == "crypto.use"]


def reasons(found: Examined) -> list[tuple[str, str]]:
    return [(one.reason, one.status) for one in found.shortfalls]


@lru_cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@lru_cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(
    key: Key, issuer: Key | None = None, *, host: str = HOST, authority: bool | None = False, usage: bool = False
) -> x509.Certificate:
    """Signed by itself, or by `issuer` under another name. `authority` None has no extensions at all."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    by = subject if issuer is None else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "root.example")])
    builder = x509.CertificateBuilder(by, subject, key.public_key(), 7, DAY, DAY + datetime.timedelta(days=365))
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
    if usage:
        flags = (True, False, False, False, False, True, False, False, False)
        builder = builder.add_extension(x509.KeyUsage(*flags), critical=True)
    return builder.sign(issuer or key, hashes.SHA256())


def der(made: x509.Certificate | x509.CertificateSigningRequest | x509.CertificateRevocationList) -> bytes:
    return made.public_bytes(Encoding.DER)


def pem(label: str, content: bytes) -> bytes:
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label.encode(), base64.encodebytes(content), label.encode())


def private(key: Key, form: PrivateFormat = PrivateFormat.PKCS8, encoding: Encoding = Encoding.PEM) -> bytes:
    return key.private_bytes(encoding, form, NoEncryption())


def mark(key: Key) -> str:
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()
