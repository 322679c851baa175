"""Curves: every spelling to one name, and nothing else to any."""

import pytest

from assay.examinations.cipher.names import curve


@pytest.mark.parametrize(
    ("text", "name", "bits"),
    [
        ("prime256v1", "nist/P-256", 256),
        ("secp256r1", "nist/P-256", 256),
        ("SECP256R1", "nist/P-256", 256),
        ("P-256", "nist/P-256", 256),
        ("NIST P-256", "nist/P-256", 256),
        ("nistp256", "nist/P-256", 256),
        ("secg/secp256r1", "nist/P-256", 256),
        ("x962/prime256v1", "nist/P-256", 256),
        ("nist/P-256", "nist/P-256", 256),
        ("1.2.840.10045.3.1.7", "nist/P-256", 256),
        ("NID_X9_62_prime256v1", "nist/P-256", 256),
        ("ec.SECP256R1", "nist/P-256", 256),
        ("secp256r1 [NIST P-256, X9.62 prime256v1] (1.2.840.10045.3.1.7)", "nist/P-256", 256),
        ("prime192v1", "nist/P-192", 192),
        ("secp224r1", "nist/P-224", 224),
        ("secp384r1", "nist/P-384", 384),
        ("NID_secp521r1", "nist/P-521", 521),
        ("sect163r2", "nist/B-163", 163),
        ("sect571k1", "nist/K-571", 571),
        ("secp256k1", "secg/secp256k1", 256),
        ("1.3.132.0.10", "secg/secp256k1", 256),
        ("secp112r1", "secg/secp112r1", 112),
        ("wap-wsg-idm-ecid-wtls7", "secg/secp160r1", 160),
        ("wap-wsg-idm-ecid-wtls11", "nist/B-233", 233),
        ("prime239v3", "x962/prime239v3", 239),
        ("brainpoolP256r1", "brainpool/brainpoolP256r1", 256),
        ("BrainpoolP512T1", "brainpool/brainpoolP512t1", 512),
        ("1.3.36.3.3.2.8.1.1.7", "brainpool/brainpoolP256r1", 256),
        ("FRP256v1", "anssi/FRP256v1", 256),
        ("sm2p256v1", "oscaa/SM2", 256),
        ("SM2", "oscaa/SM2", 256),
        ("curveSM2", "oscaa/SM2", 256),
        ("1.2.156.10197.1.301", "oscaa/SM2", 256),
        ("X25519", "other/Curve25519", 255),
        ("curve25519", "other/Curve25519", 255),
        ("X448", "other/Curve448", 448),
        ("Ed25519", "other/Ed25519", 255),
        ("Ed448", "other/Ed448", 448),
        ("BLS12-381", "bls/BLS12-381", 381),
        ("id-GostR3410-2001-CryptoPro-A-ParamSet", "gost/id-GostR3410-2001-CryptoPro-A-ParamSet", 256),
    ],
)
def test_curve(text: str, name: str, bits: int) -> None:
    found = curve(text)
    assert found is not None
    assert (found.name, found.bits) == (name, bits)


@pytest.mark.parametrize(
    "text", ["", "P-255", "prime", "secp", "AES", "curve", "nist", "P256k", "256", "1.2.3", "x" * 200]
)
def test_no_curve(text: str) -> None:
    assert curve(text) is None
