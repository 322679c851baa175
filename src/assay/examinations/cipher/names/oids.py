"""Object identifiers of algorithms, both ways. Sources and their limits: see `names_tables`.

`WRITTEN` gives the identifier of a registry name and is what a fact may carry; `READ` adds the old, the vendor's and
the disputed ones, which are understood but never written.
"""

from collections.abc import Iterator, Mapping

from assay.examinations.cipher.names.stems import words

_PKCS1, _PKCS5, _PKCS12, _RSADSI = (f"1.2.840.113549.{arc}" for arc in ("1.1", "1.5", "1.12.1", "3"))
_NIST, _SM = "2.16.840.1.101.3.4", "1.2.156.10197.1"
_DIGEST, _SIGN, _KEM, _AES = f"{_NIST}.2", f"{_NIST}.3", f"{_NIST}.4", f"{_NIST}.1"
_SLH_SETS = ("128s", "128f", "192s", "192f", "256s", "256f")


def _numbered(prefix: str, start: int, names: str) -> Iterator[tuple[str, str]]:
    for number, name in enumerate(names.split(), start):
        yield name, f"{prefix}.{number}"


WRITTEN: Mapping[str, str] = {
    "MD2": "1.2.840.113549.2.2",
    "MD4": "1.2.840.113549.2.4",
    "MD5": "1.2.840.113549.2.5",
    "SHA-1": "1.3.14.3.2.26",
    **dict(_numbered(_DIGEST, 1, "SHA-256 SHA-384 SHA-512 SHA-224 SHA-512/224 SHA-512/256")),
    **dict(_numbered(_DIGEST, 7, "SHA3-224 SHA3-256 SHA3-384 SHA3-512 SHAKE128 SHAKE256")),
    **dict(_numbered(_DIGEST, 13, "HMAC-SHA3-224 HMAC-SHA3-256 HMAC-SHA3-384 HMAC-SHA3-512")),
    "KMAC128": f"{_DIGEST}.19",
    "KMAC256": f"{_DIGEST}.20",
    "RIPEMD-160": "1.3.36.3.2.1",
    "Whirlpool": "1.0.10118.3.0.55",
    "BLAKE2b-512": "1.3.6.1.4.1.1722.12.2.1.16",
    "BLAKE2s-256": "1.3.6.1.4.1.1722.12.2.2.8",
    **dict(
        _numbered(
            "1.2.840.113549.2",
            6,
            "HMAC-MD5 HMAC-SHA-1 HMAC-SHA-224 HMAC-SHA-256 HMAC-SHA-384 HMAC-SHA-512 HMAC-SHA-512/224 HMAC-SHA-512/256",
        )
    ),
    "RSA": f"{_PKCS1}.1",
    **{f"RSA-PKCS1-1.5-{digest}": f"{_PKCS1}.{n}" for n, digest in ((2, "MD2"), (3, "MD4"), (4, "MD5"), (5, "SHA-1"))},
    "RSA-OAEP": f"{_PKCS1}.7",
    "RSA-PSS": f"{_PKCS1}.10",
    **{
        f"RSA-PKCS1-1.5-{digest}": f"{_PKCS1}.{number}"
        for number, digest in enumerate(words("SHA-256 SHA-384 SHA-512 SHA-224 SHA-512/224 SHA-512/256"), 11)
    },
    **{f"RSA-PKCS1-1.5-SHA3-{bits}": f"{_SIGN}.{n}" for n, bits in ((13, 224), (14, 256), (15, 384), (16, 512))},
    "DSA": "1.2.840.10040.4.1",
    "DSA-SHA-1": "1.2.840.10040.4.3",
    "DSA-SHA-224": f"{_SIGN}.1",
    **dict(
        _numbered(_SIGN, 2, "DSA-SHA-256 DSA-SHA-384 DSA-SHA-512 DSA-SHA3-224 DSA-SHA3-256 DSA-SHA3-384 DSA-SHA3-512")
    ),
    "EC": "1.2.840.10045.2.1",
    "ECDSA-SHA-1": "1.2.840.10045.4.1",
    **dict(_numbered("1.2.840.10045.4.3", 1, "ECDSA-SHA-224 ECDSA-SHA-256 ECDSA-SHA-384 ECDSA-SHA-512")),
    **{f"ECDSA-SHA3-{bits}": f"{_SIGN}.{n}" for n, bits in ((9, 224), (10, 256), (11, 384), (12, 512))},
    **dict(_numbered("1.3.101", 110, "x25519 x448 Ed25519 Ed448")),
    "FFDH": "1.2.840.113549.1.3.1",
    **{
        name: oid
        for bits, start in ((128, 1), (192, 21), (256, 41))
        for name, oid in _numbered(
            _AES, start, " ".join(f"AES-{bits}-{mode}" for mode in words("ECB CBC OFB CFB KW GCM CCM KWP"))
        )
    },
    "AES-128-XTS": "1.3.111.2.1619.0.1.1",
    "AES-256-XTS": "1.3.111.2.1619.0.1.2",
    "DES-ECB": "1.3.14.3.2.6",
    "DES-CBC": "1.3.14.3.2.7",
    "3DES-168-CBC": "1.2.840.113549.3.7",
    "3DES-KW": "1.2.840.113549.1.9.16.3.6",
    "RC2-CBC": f"{_RSADSI}.2",
    "RC4": f"{_RSADSI}.4",
    "RC5-CBC": f"{_RSADSI}.8",
    "Blowfish-CBC": "1.3.6.1.4.1.3029.1.2",
    "IDEA-CBC": "1.3.6.1.4.1.188.7.1.1.2",
    "CAST5-CBC": "1.2.840.113533.7.66.10",
    "SEED-128-CBC": "1.2.410.200004.1.4",
    **{f"CAMELLIA-{bits}-CBC": f"1.2.392.200011.61.1.1.1.{n}" for n, bits in ((2, 128), (3, 192), (4, 256))},
    **{
        f"CAMELLIA-{bits}-{mode}": f"0.3.4401.5.3.1.9.{start + n}"
        for bits, start in ((128, 0), (192, 20), (256, 40))
        for n, mode in ((1, "ECB"), (3, "OFB"), (4, "CFB"), (9, "CTR"))
    },
    **{
        f"ARIA-{bits}-{mode}": f"1.2.410.200046.1.1.{start + n}"
        for bits, start in ((128, 1), (192, 6), (256, 11))
        for n, mode in enumerate(("ECB", "CBC", "CFB", "OFB", "CTR"))
    },
    **{f"ARIA-{bits}-GCM": f"1.2.410.200046.1.1.{n}" for n, bits in ((34, 128), (35, 192), (36, 256))},
    **{f"ARIA-{bits}-CCM": f"1.2.410.200046.1.1.{n}" for n, bits in ((37, 128), (38, 192), (39, 256))},
    "ChaCha20-Poly1305": "1.2.840.113549.1.9.16.3.18",
    **dict(_numbered(_PKCS5, 12, "PBKDF2 PBES2 PBMAC1")),
    "scrypt": "1.3.6.1.4.1.11591.4.11",
    "PBES1-DES-CBC-MD2": f"{_PKCS5}.1",
    "PBES1-DES-CBC-MD5": f"{_PKCS5}.3",
    "PBES1-RC2-CBC-MD2": f"{_PKCS5}.4",
    "PBES1-RC2-CBC-MD5": f"{_PKCS5}.6",
    "PBES1-DES-CBC-SHA-1": f"{_PKCS5}.10",
    "PBES1-RC2-CBC-SHA-1": f"{_PKCS5}.11",
    "PBES1-RC4-128-SHA-1": f"{_PKCS12}.1",
    "PBES1-RC4-40-SHA-1": f"{_PKCS12}.2",
    "PBES1-3DES-168-CBC-SHA-1": f"{_PKCS12}.3",
    "PBES1-3DES-112-CBC-SHA-1": f"{_PKCS12}.4",
    "PBES1-RC2-128-CBC-SHA-1": f"{_PKCS12}.5",
    "PBES1-RC2-40-CBC-SHA-1": f"{_PKCS12}.6",
    "GOSTR3410": "1.2.643.7.1.1.1.1",
    **dict(
        _numbered(f"{_SM}.104", 1, "SM4-ECB SM4-CBC SM4-OFB SM4-CFB SM4-CFB1 SM4-CFB8 SM4-CTR SM4-GCM SM4-CCM SM4-XTS")
    ),
    "SM2": f"{_SM}.301",
    "SM9": f"{_SM}.302",
    "SM9-SIG": f"{_SM}.302.1",
    "SM9-KEX": f"{_SM}.302.2",
    "SM9-ENC": f"{_SM}.302.3",
    "SM3": f"{_SM}.401",
    "HMAC-SM3": f"{_SM}.401.3.1",
    "SM2-SM3": f"{_SM}.501",
    "RSA-PKCS1-1.5-SM3": f"{_SM}.504",
    **dict(_numbered(_KEM, 1, "ML-KEM-512 ML-KEM-768 ML-KEM-1024")),
    **dict(_numbered(_SIGN, 17, "ML-DSA-44 ML-DSA-65 ML-DSA-87")),
    **dict(_numbered(_SIGN, 20, " ".join(f"SLH-DSA-{h}-{s}" for h in ("SHA2", "SHAKE") for s in _SLH_SETS))),
    **dict(_numbered(_SIGN, 32, "HashML-DSA-44 HashML-DSA-65 HashML-DSA-87")),
}

READ: Mapping[str, str] = {
    **{oid: name for name, oid in WRITTEN.items()},
    "1.3.14.3.2.29": "RSA-PKCS1-1.5-SHA-1",
    "1.3.14.3.2.17": "3DES-112-ECB",
    "1.3.14.3.2.27": "DSA-SHA-1",
    "1.3.14.3.2.12": "DSA",
    "1.3.14.3.2.13": "DSA-SHA-1",
    "1.2.840.10046.2.1": "FFDH",
    "1.0.9797.3.4": "AES-GMAC",
    "2.16.840.1.101.3.4.1": "AES",
    f"{_SM}.104": "SM4",
    f"{_SM}.301.1": "SM2-SM3",
    f"{_SM}.301.2": "SM2",  # key exchange in GM/T 0006, encryption in GmSSL
    f"{_SM}.301.3": "SM2-ENC",
    f"{_SM}.401.1": "SM3",
    f"{_SM}.401.2": "HMAC-SM3",
}
