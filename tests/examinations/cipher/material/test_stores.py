"""Keystores: all that is in clear without a password, all of it with one."""

import hashlib
import struct

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)

from assay.core.product import Unlock
from assay.examinations.cipher.material import der as asn1
from tests.examinations.cipher.material.made import (
    certificate,
    der,
    ec_key,
    examined,
    fixture,
    mark,
    materials,
    only,
    private,
    reasons,
    rsa_key,
    uses,
)

WORD = "correct"
JKS, JCEKS = b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"


@pytest.fixture
def word(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ASSAY_TEST_PASSWORD", WORD)
    return "ASSAY_TEST_PASSWORD"


def by_material(found: object) -> dict[object, object]:
    return {value["material"]: value for value in materials(found)}  # type: ignore[arg-type]


def test_pkcs12_that_is_closed() -> None:
    made = pkcs12.serialize_key_and_certificates(
        b"zhang san", ec_key(), certificate(ec_key()), None, BestAvailableEncryption(WORD.encode())
    )
    found = examined(made)
    store, key = materials(found)
    assert (store["material"], store["protection"], store["encryption"]) == ("keystore", "encrypted", "AES-256-CBC")
    assert (store["mac"], store["kdf"]) == ("HMAC-SHA-256", "PBKDF2-SHA-256")
    assert isinstance(store["mac_iterations"], int)
    assert (key["material"], key["family"]) == ("private-key", None)
    assert set(reasons(found)) == {("encrypted", "partial")}
    assert "zhang" not in repr(found)


def test_pkcs12_that_is_opened(word: str) -> None:
    made = pkcs12.serialize_key_and_certificates(
        b"a", ec_key(), certificate(ec_key()), [certificate(rsa_key())], BestAvailableEncryption(WORD.encode())
    )
    found = examined(made, "a", (Unlock("a", word),))
    assert not found.shortfalls
    assert sorted(str(value["material"]) for value in materials(found)) == [
        "certificate", "certificate", "keystore", "private-key",
    ]  # fmt: skip
    key = next(value for value in materials(found) if value["material"] == "private-key")
    assert (key["fingerprint"], key["protection"]) == (mark(ec_key()), "encrypted")


@pytest.mark.parametrize("sealed", [False, True], ids=["in clear", "under the empty password"])
def test_a_store_that_needs_no_password_is_open_to_anybody(sealed: bool) -> None:
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(10).hmac_hash(hashes.SHA1())
    # The library refuses an empty password; one zero derives the same key (RFC 7292, appendix B).
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
    encryption = builder.build(b"\0") if sealed else NoEncryption()
    made = pkcs12.serialize_key_and_certificates(b"a", ec_key(), certificate(ec_key()), None, encryption)
    found = examined(made)
    key = next(value for value in materials(found) if value["material"] == "private-key")
    assert (key["protection"], key["fingerprint"]) == ("none", mark(ec_key()))
    assert ("3DES-168-CBC", "encryption", "used") in uses(found) or not sealed
    assert not found.shortfalls


def test_sm2_stores(word: str) -> None:
    _, key = materials(fixture("sm2.p12"))
    assert key["algorithm"] is None
    found = fixture("sm2.p12", (Unlock("sm2.p12", word),))
    assert not found.shortfalls
    by = {str(value["material"]): value for value in materials(found)}
    assert by["certificate"]["algorithm"] == by["private-key"]["algorithm"] == "SM2"
    opened = {str(value["material"]): value for value in materials(fixture("open.p12"))}
    assert opened["keystore"]["protection"] == opened["private-key"]["protection"] == "none"
    assert opened["private-key"]["fingerprint"] == by["private-key"]["fingerprint"]


def test_the_old_schemes_of_pkcs12(word: str) -> None:
    found = fixture("old.p12", (Unlock("old.p12", word),))
    assert {("RC2-40-CBC", "encryption", "used"), ("3DES-168-CBC", "encryption", "used")} <= uses(found)
    key = next(value for value in materials(found) if value["material"] == "private-key")
    assert (key["algorithm"], key["encryption"]) == ("SM2", "PBES1-3DES-168-CBC-SHA-1")


def test_messages() -> None:
    found = fixture("signed.p7s")
    assert [value["material"] for value in materials(found)] == ["message", "certificate"]
    assert {("ECDSA-SHA-1", "signature", "used"), ("SHA-1", "signature", "used")} <= uses(found)
    bundle = pkcs7.serialize_certificates([certificate(rsa_key()), certificate(ec_key())], Encoding.DER)
    assert [value["material"] for value in materials(examined(bundle))] == ["message", "certificate", "certificate"]
    envelope = pkcs7.PKCS7EnvelopeBuilder().set_data(b"x").add_recipient(certificate(rsa_key()))
    found = examined(envelope.encrypt(Encoding.DER, []))
    assert (only(found)["protection"], only(found)["encryption"]) == ("encrypted", "AES-128-CBC")


# Java keystores, by an own writer and by keytool.


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


def _block(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def sealed_for_java(plain: bytes, password: str) -> bytes:
    secret, salt = password.encode("utf-16-be"), b"s" * 20
    stream, last = b"", salt
    while len(stream) < len(plain):
        last = hashlib.sha1(secret + last).digest()
        stream += last
    content = salt + bytes(a ^ b for a, b in zip(plain, stream, strict=False)) + hashlib.sha1(secret + plain).digest()
    algorithm = asn1.written(0x30, asn1.written_oid("1.3.6.1.4.1.42.2.17.1.1"), asn1.written(5))
    return asn1.written(0x30, algorithm, asn1.written(4, content))


def java(*entries: bytes, password: str = WORD, magic: bytes = JKS, version: int = 2, announced: int = -1) -> bytes:
    count = len(entries) if announced < 0 else announced
    content = magic + struct.pack(">II", version, count) + b"".join(entries)
    code = hashlib.sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + content).digest()
    return content + code


def trusted(content: bytes, version: int = 2) -> bytes:
    kind = _text("X.509") if version == 2 else b""
    return struct.pack(">I", 2) + _text("alias of zhang san") + bytes(8) + kind + _block(content)


def held(sealed: bytes, *chain: bytes) -> bytes:
    certificates = b"".join(_text("X.509") + _block(one) for one in chain)
    return struct.pack(">I", 1) + _text("a") + bytes(8) + _block(sealed) + struct.pack(">I", len(chain)) + certificates


def test_certificates_of_a_java_store() -> None:
    for version in (1, 2):
        entries = (trusted(der(certificate(rsa_key())), version), trusted(der(certificate(ec_key())), version))
        found = examined(java(*entries, version=version))
        assert [value["material"] for value in materials(found)] == ["keystore", "certificate", "certificate"]
        assert (materials(found)[0]["entries"], materials(found)[0]["mac"]) == (2, "SHA-1")
        assert not found.shortfalls
        assert "zhang" not in repr(found)


def test_a_key_of_a_java_store(word: str) -> None:
    plain = private(rsa_key(), PrivateFormat.PKCS8, Encoding.DER)
    bare = java(held(sealed_for_java(plain, WORD)))
    found = examined(bare)
    assert (materials(found)[1]["encryption"], materials(found)[1]["family"]) == ("JKS", None)
    assert reasons(found) == [("encrypted", "partial")]
    opened = examined(bare, "a", (Unlock("a", word),))
    assert (materials(opened)[1]["fingerprint"], materials(opened)[1]["protection"]) == (mark(rsa_key()), "encrypted")
    assert not opened.shortfalls
    chained = examined(java(held(sealed_for_java(plain, WORD), der(certificate(rsa_key())))))
    assert (materials(chained)[1]["algorithm"], materials(chained)[1]["protection"]) == ("RSA-2048", "encrypted")
    assert not chained.shortfalls
    nobody = materials(examined(java(held(sealed_for_java(plain, "")), password="")))
    assert (nobody[0]["protection"], nobody[1]["protection"]) == ("none", "none")


def test_stores_that_keytool_wrote(word: str) -> None:
    found = fixture("keytool.jks", (Unlock("keytool.jks", word),))
    assert not found.shortfalls
    assert {value["material"] for value in materials(found)} == {"keystore", "private-key", "certificate"}
    assert all(value["curve"] == "nist/P-256" for value in materials(found) if value["material"] != "keystore")
    found = fixture("keytool.jceks")
    values = materials(found)
    assert [value["material"] for value in values] == ["keystore", "private-key", "certificate", "secret-key"]
    assert (values[1]["encryption"], values[1]["iterations"]) == ("PBES1-3DES-168-CBC-MD5", 200_000)
    assert reasons(found) == [("material", "partial")]


def test_a_bouncy_castle_store() -> None:
    entry = b"\1" + _text("a") + bytes(8) + bytes(4) + _text("X.509") + _block(der(certificate(ec_key())))
    content = struct.pack(">I", 2) + _block(b"s" * 20) + struct.pack(">I", 1500) + entry + b"\0" + bytes(20)
    found = examined(content, "a.bks")
    assert [value["material"] for value in materials(found)] == ["keystore", "certificate"]
    assert (materials(found)[0]["mac"], materials(found)[0]["mac_iterations"]) == ("HMAC-SHA-1", 1500)


def test_a_file_of_the_sm2_authorities() -> None:
    data = asn1.written_oid("1.2.156.10197.6.1.4.2.1")
    sealed = asn1.written(0x30, data, asn1.written_oid("1.2.156.10197.1.104"), asn1.written(4, bytes(48)))
    public = asn1.written(0x30, data, asn1.written(4, der(certificate(ec_key()))))
    found = examined(asn1.written(0x30, asn1.written_integer(b"\1"), sealed, public), "a.sm2")
    assert [value["material"] for value in materials(found)] == ["private-key", "certificate"]
    assert materials(found)[0]["encryption"] == "SM4"
    assert reasons(found) == [("encrypted", "partial")]


def test_lying_stores() -> None:
    one = trusted(der(certificate(ec_key())))
    assert reasons(examined(java(one, announced=5))) == [("damaged", "partial")]
    assert reasons(examined(java(one, announced=2**31))) == [("material", "skipped")]
    assert reasons(examined(java(one)[:40])) == [("damaged", "partial")]
    made = pkcs12.serialize_key_and_certificates(b"a", ec_key(), None, None, NoEncryption())
    assert reasons(examined(made[:-9], "a.p12")) == [("damaged", "failed")]
