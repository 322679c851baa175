"""Certificates, requests and lists: what is stated agrees with what made them, and no name is in it."""

import datetime
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding
from cryptography.x509.oid import NameOID

from assay.examinations.cipher.material import der as asn1
from tests.examinations.cipher.material.made import (
    DAY,
    certificate,
    der,
    ec_key,
    examined,
    fixture,
    materials,
    only,
    pem,
    reasons,
    rsa_key,
    uses,
)


def test_a_certificate() -> None:
    made = der(certificate(ec_key(), rsa_key(), usage=True))
    found = examined(pem("CERTIFICATE", made))
    assert only(found) == {
        "material": "certificate", "format": "X.509", "encoding": "PEM", "protection": "none",
        "algorithm": "EC-P-256", "family": "EC", "key_bits": 256, "curve": "nist/P-256",
        "signature_algorithm": "RSA-PKCS1-1.5-SHA-256", "signature_hash": "SHA-256",
        "fingerprint": hashlib.sha256(made).hexdigest(), "not_before": "2026-01-31", "not_after": "2027-01-31",
        "authority": False, "self_signed": False, "key_usage": "digital-signature,certificate-signing",
    }  # fmt: skip
    assert uses(found) == {
        ("ECDSA-P-256", "certificate", "used"),
        ("RSA-PKCS1-1.5-SHA-256", "certificate", "used"),
        ("SHA-256", "certificate", "used"),
    }
    assert not found.shortfalls


def test_no_name_is_kept() -> None:
    found = examined(der(certificate(rsa_key(), host="zhang.san.example")))
    assert "zhang" not in repr(found)


@pytest.mark.parametrize(
    ("authority", "state"), [(True, "unused"), (None, "unused"), (False, "used")], ids=["root", "version 1", "leaf"]
)
def test_the_signature_of_a_root_protects_nothing(authority: bool | None, state: str) -> None:
    found = examined(der(certificate(rsa_key(), authority=authority)))
    assert ("RSA-PKCS1-1.5-SHA-256", "certificate", state) in uses(found)
    assert ("RSA-2048", "certificate", "used") in uses(found)
    assert only(found).get("authority") is authority


def test_the_hash_of_pss_is_in_its_parameters() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.example")])
    builder = x509.CertificateBuilder(name, name, rsa_key().public_key(), 1, DAY, DAY)
    salted = padding.PSS(padding.MGF1(hashes.SHA384()), 48)
    value = only(examined(der(builder.sign(rsa_key(), hashes.SHA384(), rsa_padding=salted))))
    assert (value["signature_algorithm"], value["signature_hash"]) == ("RSA-PSS-SHA-384", "SHA-384")


def test_a_signature_without_a_hash_of_its_own() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.example")])
    value = only(examined(der(x509.CertificateBuilder(name, name, key.public_key(), 1, DAY, DAY).sign(key, None))))
    assert value["signature_algorithm"] == value["algorithm"] == "Ed25519"
    assert "signature_hash" not in value


def test_a_request_and_a_revocation_list() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.example")])
    request = x509.CertificateSigningRequestBuilder(name).sign(ec_key(), hashes.SHA256())
    value = only(examined(der(request)))
    assert (value["material"], value["format"], value["curve"]) == ("certificate-request", "PKCS#10", "nist/P-256")
    builder = x509.CertificateRevocationListBuilder(name, DAY, DAY + datetime.timedelta(7))
    for number in (1, 2):
        builder = builder.add_revoked_certificate(x509.RevokedCertificateBuilder(number, DAY).build())
    value = only(examined(der(builder.sign(ec_key(), hashes.SHA512()))))
    assert (value["material"], value["entries"], value["signature_hash"]) == ("revocation-list", 2, "SHA-512")
    assert (value["not_before"], value["not_after"]) == ("2026-01-31", "2026-02-07")


@pytest.mark.parametrize(("name", "material"), [
    ("sm2-root.pem", "certificate"), ("sm2-leaf.pem", "certificate"), ("sm2-request.pem", "certificate-request"),
])  # fmt: skip
def test_sm2(name: str, material: str) -> None:
    found = fixture(name)
    value = only(found)
    assert value["material"] == material
    assert (value["algorithm"], value["family"], value["curve"]) == ("SM2", "SM2", "oscaa/SM2")
    assert (value["signature_algorithm"], value["signature_hash"]) == ("SM2", "SM3")
    assert ("SM2", "certificate", "unused" if name == "sm2-root.pem" else "used") in uses(found)
    assert not found.shortfalls


def test_a_bundle_states_each_certificate_once() -> None:
    one, two = pem("CERTIFICATE", der(certificate(ec_key()))), pem("CERTIFICATE", der(certificate(rsa_key())))
    found = examined(b"# roots\n" + one + two + one)
    assert len(materials(found)) == 2
    first = next(fact for fact in found.facts if fact.value.get("family") == "EC")
    assert [place.line for place in first.evidence] == [2, 2 + (one + two).count(b"\n")]


def test_an_unknown_algorithm_is_undetermined() -> None:
    made = der(certificate(ec_key(), authority=False))
    known, other = asn1.written_oid("1.2.840.10045.4.3.2"), asn1.written_oid("1.2.840.10045.4.3.9")
    value = only(examined(made.replace(known, other)))
    assert value["signature_algorithm"] == "1.2.840.10045.4.3.9"
    assert value["signature_hash"] is None


def test_a_certificate_that_is_cut_short() -> None:
    made = der(certificate(ec_key()))
    assert reasons(examined(made[:-5])) == [("damaged", "failed")]
    found = examined(pem("CERTIFICATE", made) + pem("CERTIFICATE", made[:-5]))
    assert len(materials(found)) == 1
    assert reasons(found) == [("damaged", "partial")]
