"""compose: what other arguments of a call add to a named algorithm."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.facts import Scalar
from assay.core.kinds import PRIMITIVES, PURPOSES
from assay.examinations.cipher.names import DIALECTS, FAMILIES, OWN_FAMILIES, compose, recognise
from assay.examinations.cipher.names.tables import DIGESTS, MODES, PADDINGS

TEXTS = (
    *(
        "AES",
        "AES/CBC/PKCS5Padding",
        "AES-128-CFB8",
        "AES_256/GCM/NoPadding",
        "SM4",
        "3DES",
        "DES",
        "RC2-40-CBC",
        "RC4",
    ),
    *("CMAC-AES-128", "GMAC", "HMAC", "HmacSHA256", "SHA-256", "SHA1withRSA", "MD5andSHA1withRSA", "RSA", "RSASSA-PSS"),
    *(
        "RSA/ECB/PKCS1Padding",
        "RSA/ECB/NoPadding",
        "RSA/ECB/OAEPWithSHA-256AndMGF1Padding",
        "EC",
        "ECDSA",
        "ECDH",
        "XDH",
    ),
    *(
        "EdDSA",
        "X25519",
        "SM2",
        "SM3withSM2",
        "SM9",
        "ZUC",
        "128-EIA3",
        "DH",
        "DSA-1024-SHA-1",
        "diffie-hellman-group1-sha1",
    ),
    *(
        "PBKDF2WithHmacSHA1",
        "PBEWithMD5AndDES",
        "PBEWithHmacSHA256AndAES_128",
        "HKDF",
        "scrypt",
        "ML-KEM-768",
        "Kyber768",
    ),
    *("X25519MLKEM768", "SLH-DSA-SHA2-128s", "ChaCha20-Poly1305", "ES256", "GOST3411withGOST3410", "1.3.14.3.2.29"),
)


def fields_of(text: str, dialect: str = "openssl") -> dict[str, Scalar]:
    return dict(recognise(text, dialect)[0].fields)


COMPOSED = [
    ("AES", {"mode": "MODE_CBC"}, {"algorithm": "AES-CBC", "mode": "cbc", "primitive": "block-cipher"}),
    (
        "AES",
        {"mode": "modes.GCM", "key_bits": 256},
        {"algorithm": "AES-256-GCM", "primitive": "ae", "oid": "2.16.840.1.101.3.4.1.46"},
    ),
    ("AES", {"mode": None}, {"algorithm": "AES", "mode": None, "primitive": None}),
    ("AES", {"mode": "no-such-mode"}, {"algorithm": "AES", "mode": None, "primitive": None}),
    ("AES", {"mode": "cbc", "padding": "PKCS7"}, {"algorithm": "AES-CBC-PKCS7", "padding": "pkcs7"}),
    ("AES", {"mode": "cbc", "padding": "padding.ANSIX923"}, {"padding": "x9.23"}),
    ("AES", {"mode": "CFB8", "key_bits": 128}, {"algorithm": "AES-128-CFB8", "mode": "cfb"}),
    ("AES", {"mode": "ccm8"}, {"algorithm": "AES-CCM-64", "mode": "ccm", "primitive": "ae"}),
    ("AES", {"mode": "cmac", "key_bits": 128}, {"algorithm": "CMAC-AES-128", "family": "CMAC", "primitive": "mac"}),
    ("AES", {"key_bits": None}, {"algorithm": "AES", "key_bits": None}),
    ("AES-128-CBC", {"mode": "gcm"}, {"algorithm": "AES-128-GCM", "oid": "2.16.840.1.101.3.4.1.6"}),
    (
        "SM4",
        {"mode": "gcm"},
        {"algorithm": "SM4-GCM", "primitive": "ae", "oid": "1.2.156.10197.1.104.8", "key_bits": 128},
    ),
    ("SM4", {"mode": "XTS", "key_bits": 256}, {"algorithm": "SM4-XTS", "key_bits": 128}),
    ("3DES", {"mode": "cbc", "key_bits": 192}, {"algorithm": "3DES-168-CBC", "key_bits": 168}),
    ("RC4", {"key_bits": 40}, {"algorithm": "RC4-40"}),
    ("CMAC", {"cipher": "SM4"}, {"algorithm": "CMAC-SM4"}),
    ("ChaCha20", {"mode": "ctr"}, {"algorithm": "ChaCha20"}),
    ("RSA", {"key_bits": 2048}, {"algorithm": "RSA-2048", "family": "RSA", "primitive": None}),
    ("RSA", {"purpose": "signature"}, {"family": "RSA", "primitive": "signature", "purpose": "signature"}),
    ("RSA", {"padding": "pkcs1v15"}, {"family": "RSA", "primitive": None, "padding": "pkcs1v15"}),
    (
        "RSA",
        {"padding": "PKCS1v15", "purpose": "verification", "digest": "SHA1"},
        {"algorithm": "RSA-PKCS1-1.5-SHA-1", "family": "RSASSA-PKCS1", "oid": "1.2.840.113549.1.1.5"},
    ),
    (
        "RSA",
        {"padding": "pkcs1v15", "purpose": "decryption"},
        {"algorithm": "RSA-PKCS1-1.5", "family": "RSAES-PKCS1", "primitive": "pke"},
    ),
    (
        "RSA",
        {"padding": "RSA_PKCS1_OAEP_PADDING", "digest": "sha256"},
        {"family": "RSAES-OAEP", "algorithm": "RSA-OAEP-SHA-256"},
    ),
    ("RSA", {"padding": "OAEPWithSHA-256AndMGF1Padding"}, {"algorithm": "RSA-OAEP-SHA-256"}),
    (
        "RSA",
        {"padding": "pss", "digest": "hashes.SHA256", "key_bits": 3072},
        {"algorithm": "RSA-PSS-SHA-256-3072", "family": "RSASSA-PSS"},
    ),
    ("RSA", {"padding": "RSA_NO_PADDING"}, {"padding": "raw", "primitive": "pke", "family": "RSA"}),
    ("RSA", {"padding": None, "purpose": "encryption"}, {"padding": None, "primitive": "pke", "family": "RSA"}),
    (
        "SHA256withRSA",
        {"key_bits": 1024},
        {"algorithm": "RSA-PKCS1-1.5-SHA-256-1024", "key_bits": 1024, "oid": "1.2.840.113549.1.1.11"},
    ),
    ("EC", {"curve": "prime256v1"}, {"algorithm": "EC-P-256", "curve": "nist/P-256", "key_bits": 256}),
    (
        "EC",
        {"curve": "secp384r1", "purpose": "signature", "digest": "SHA-384"},
        {"algorithm": "ECDSA-P-384-SHA-384", "family": "ECDSA"},
    ),
    ("EC", {"curve": "sm2p256v1"}, {"algorithm": "SM2", "family": "SM2", "primitive": None}),
    ("EC", {"curve": None}, {"curve": None, "family": "EC"}),
    ("EC", {"curve": "no-such-curve"}, {"curve": None}),
    ("XDH", {"curve": "X25519"}, {"algorithm": "x25519", "curve": "other/Curve25519"}),
    ("EdDSA", {"curve": "Ed448"}, {"algorithm": "Ed448", "curve": "other/Ed448"}),
    ("ECDSA", {"curve": "oscaa/SM2"}, {"family": "ECDSA", "curve": "oscaa/SM2"}),
    ("SM2", {"purpose": "signature"}, {"algorithm": "SM2", "primitive": "signature"}),
    ("SM2", {"digest": "SM3"}, {"primitive": "signature", "oid": "1.2.156.10197.1.501"}),
    ("SM2", {"purpose": "encryption"}, {"algorithm": "SM2-ENC", "primitive": "pke"}),
    ("SM2", {"purpose": "key-agreement"}, {"algorithm": "SM2-KEX", "primitive": "key-agree"}),
    ("SM9", {"primitive": "kem"}, {"algorithm": "SM9-KEM", "primitive": "kem"}),
    ("HMAC", {"digest": "SM3"}, {"algorithm": "HMAC-SM3", "oid": "1.2.156.10197.1.401.3.1"}),
    ("HMAC", {"digest": None}, {"algorithm": "HMAC"}),
    ("PBKDF2", {"digest": "sha1", "iterations": 1000}, {"algorithm": "PBKDF2-SHA-1", "iterations": 1000}),
    ("DSA", {"key_bits": 1024, "digest": "sha1"}, {"algorithm": "DSA-1024-SHA-1", "key_bits": 1024}),
    ("DH", {"key_bits": 1024}, {"algorithm": "FFDH", "key_bits": 1024}),
    ("SHA256", {"mode": "cbc", "key_bits": 8, "padding": "pkcs7"}, {"algorithm": "SHA-256"}),
    ("X25519MLKEM768", {"key_bits": 1}, {"algorithm": "X25519MLKEM768"}),
]


@pytest.mark.parametrize(("text", "more", "expected"), COMPOSED)
def test_compose(text: str, more: dict[str, str | int | None], expected: dict[str, str | int | None]) -> None:
    made = compose(recognise(text, "jca-keygen")[0].fields, **more)
    assert {key: made.get(key, "absent") for key in expected} == expected


def test_compose_drops_what_no_longer_applies() -> None:
    made = compose(fields_of("AES", "jca-cipher"), mode="GCM")
    assert "padding" not in made
    assert "oid" not in compose(fields_of("AES-128-CBC"), mode="CTR")
    assert "key_bits" not in compose(fields_of("SHA-256"), key_bits=256)


def test_compose_keeps_what_is_not_a_name() -> None:
    base = {**fields_of("AES"), "library": "jca", "seen": "call"}
    made = compose(base, mode="cbc", reach="certain")
    assert (made["library"], made["seen"], made["reach"]) == ("jca", "call", "certain")


def test_compose_of_an_unknown_algorithm_keeps_it_unknown() -> None:
    made = compose(
        {"algorithm": None, "family": None, "primitive": "block-cipher", "mode": None}, mode="CBC", key_bits=128
    )
    assert made == {"algorithm": None, "family": None, "primitive": "block-cipher", "mode": "cbc", "key_bits": 128}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(TEXTS),
    st.sampled_from(sorted(DIALECTS)),
    st.dictionaries(
        st.sampled_from(
            ["mode", "padding", "key_bits", "curve", "digest", "purpose", "primitive", "cipher", "iterations"]
        ),
        st.one_of(
            st.none(),
            st.integers(-5, 9000),
            st.text(max_size=8),
            st.sampled_from([*MODES, *PADDINGS, *PURPOSES, *DIGESTS]),
        ),
        max_size=4,
    ),
)
def test_compose_never_raises_and_settles(text: str, dialect: str, more: dict[str, str | int | None]) -> None:
    for algorithm in recognise(text, dialect):
        made = compose(algorithm.fields, **more)
        assert made["family"] in FAMILIES | OWN_FAMILIES.keys()
        assert made["primitive"] in {None, *PRIMITIVES}
        assert compose(made) == made


def test_compose_of_nothing_changes_nothing() -> None:
    for text, dialect in itertools.product(TEXTS, DIALECTS):
        for algorithm in recognise(text, dialect)[:1]:
            made = compose(algorithm.fields)
            assert {**made, "oid": ""} == {**algorithm.fields, "oid": ""}, text


def test_a_digest_of_oaep_is_none_of_a_key_whose_padding_nobody_knows() -> None:
    rsa = recognise("RSA", "any")[0].fields
    assert compose(rsa, purpose="encryption", digest="sha1", padding=None)["algorithm"] == "RSA"
    assert compose(rsa, purpose="encryption", digest="sha1", padding="oaep")["algorithm"] == "RSA-OAEP-SHA-1"
