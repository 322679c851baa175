"""Cipher suites of IANA, OpenSSL and GB/T 38636, and what a cipher list switches on by name."""

import pytest

from assay.examinations.cipher.names import suite


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TLS_AES_128_GCM_SHA256", "AES-128-GCM SHA-256"),
        ("TLS_CHACHA20_POLY1305_SHA256", "ChaCha20-Poly1305 SHA-256"),
        ("TLS_AES_128_CCM_8_SHA256", "AES-128-CCM-64 SHA-256"),
        ("TLS_SM4_GCM_SM3", "SM4-GCM SM3"),
        ("TLS_SM4_CCM_SM3", "SM4-CCM SM3"),
        ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE RSA AES-128-GCM SHA-256"),
        ("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE RSA AES-128-GCM SHA-256"),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE ECDSA ChaCha20-Poly1305"),
        ("TLS_RSA_WITH_AES_128_CBC_SHA", "RSA-PKCS1-1.5 AES-128-CBC HMAC-SHA-1"),
        ("AES128-SHA", "RSA-PKCS1-1.5 AES-128-CBC HMAC-SHA-1"),
        ("AES256-SHA256", "RSA-PKCS1-1.5 AES-256-CBC HMAC-SHA-256"),
        ("DES-CBC3-SHA", "RSA-PKCS1-1.5 3DES-168-CBC HMAC-SHA-1"),
        ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "RSA-PKCS1-1.5 3DES-168-CBC HMAC-SHA-1"),
        ("SSL_RSA_WITH_RC4_128_MD5", "RSA-PKCS1-1.5 RC4-128 HMAC-MD5"),
        ("RC4-SHA", "RSA-PKCS1-1.5 RC4-128 HMAC-SHA-1"),
        ("EDH-RSA-DES-CBC3-SHA", "FFDHE RSA 3DES-168-CBC HMAC-SHA-1"),
        ("TLS_DHE_DSS_WITH_AES_256_CBC_SHA", "FFDHE DSA AES-256-CBC HMAC-SHA-1"),
        ("TLS_ECDH_RSA_WITH_AES_128_CBC_SHA", "ECDH RSA AES-128-CBC HMAC-SHA-1"),
        ("EXP-RC4-MD5", "RSA-PKCS1-1.5 RC4-40 HMAC-MD5"),
        ("SSL_RSA_EXPORT_WITH_RC4_40_MD5", "RSA-PKCS1-1.5 RC4-40 HMAC-MD5"),
        ("SSL_RSA_EXPORT_WITH_DES40_CBC_SHA", "RSA-PKCS1-1.5 DES-40-CBC HMAC-SHA-1"),
        ("ADH-AES128-SHA", "FFDHE aNULL AES-128-CBC HMAC-SHA-1"),
        ("TLS_DH_anon_WITH_AES_128_CBC_SHA", "FFDHE aNULL AES-128-CBC HMAC-SHA-1"),
        ("NULL-SHA", "RSA-PKCS1-1.5 eNULL HMAC-SHA-1"),
        ("TLS_ECDHE_ECDSA_WITH_NULL_SHA", "ECDHE ECDSA eNULL HMAC-SHA-1"),
        ("PSK-AES128-CBC-SHA", "AES-128-CBC HMAC-SHA-1"),
        ("SEED-SHA", "RSA-PKCS1-1.5 SEED-128-CBC HMAC-SHA-1"),
        ("CAMELLIA256-SHA", "RSA-PKCS1-1.5 CAMELLIA-256-CBC HMAC-SHA-1"),
        ("ECDHE-ARIA256-GCM-SHA384", "ECDHE RSA ARIA-256-GCM SHA-384"),
        ("ECC-SM2-SM4-CBC-SM3", "SM2-ENC SM2 SM4-CBC HMAC-SM3"),
        ("ECC_SM4_GCM_SM3", "SM2-ENC SM2 SM4-GCM SM3"),
        ("ECDHE-SM2-SM4-GCM-SM3", "SM2-KEX SM2 SM4-GCM SM3"),
        ("ECDHE_SM4_CBC_SM3", "SM2-KEX SM2 SM4-CBC HMAC-SM3"),
        ("IBSDH_SM4_GCM_SM3", "SM9-KEX SM9-SIG SM4-GCM SM3"),
        ("IBC_SM4_CBC_SM3", "SM9-ENC SM9-SIG SM4-CBC HMAC-SM3"),
        ("RSA_SM4_CBC_SM3", "RSA-PKCS1-1.5 SM4-CBC HMAC-SM3"),
        ("RSA-SM4-GCM-SHA256", "RSA-PKCS1-1.5 SM4-GCM SHA-256"),
        ("ECDHE-ECDSA-SM4-GCM-SM3", "ECDHE ECDSA SM4-GCM SM3"),
        ("HIGH:!aNULL:!MD5", ""),
        ("!RC4", ""),
        ("-SSLv3", ""),
        ("+3DES", ""),
        ("ALL:!RC4:!DES-CBC3-SHA:@STRENGTH", ""),
        ("DEFAULT@SECLEVEL=0", ""),
        ("ALL:RC4", "RC4"),
        ("ECDHE+AESGCM:!aNULL", "ECDHE AES-GCM"),
        ("ECDHE+AESGCM:DHE+CHACHA20:!MD5:!DSS", "ECDHE AES-GCM FFDHE ChaCha20-Poly1305"),
        ("AES128-SHA:AES128-SHA", "RSA-PKCS1-1.5 AES-128-CBC HMAC-SHA-1"),
        ("TLS_EMPTY_RENEGOTIATION_INFO_SCSV", ""),
        ("TLS_NOSUCH_WITH_AES_128_CBC_SHA", ""),
        ("TLS_RSA_WITH_NOSUCH_SHA", ""),
        ("some other words", ""),
        ("", ""),
        ("-".join(["A"] * 60), ""),
    ],
)
def test_suite(text: str, expected: str) -> None:
    assert " ".join(str(algorithm.fields["algorithm"]) for algorithm in suite(text)) == expected


def test_suites_tell_use() -> None:
    exchange, signing, *_ = suite("TLS_ECC_SM4_CBC_SM3")
    assert (exchange.fields["primitive"], signing.fields["primitive"]) == ("pke", "signature")
    assert suite("AES128-SHA")[0].fields["family"] == "RSAES-PKCS1"
