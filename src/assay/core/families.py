"""Which families a use may be of whose family could not be determined, and what it may have: what its primitive leaves.

A call that makes a digest of whatever name it is given is no use of DES, however the name turns out. Only what no
library's interface crosses is left out: an interface for digests also takes names such as `RSA-SHA1`, one for
signatures also makes the HMAC of a token, one for ciphers chooses among block ciphers, stream ciphers and
authenticated ones. A primitive that is not listed, and a family in no group, leave everything possible.
Source: CycloneDX `cryptography-defs` (families and primitives); the interfaces named in `catalogue/*.yaml`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from assay.core.facts import Scalar

_CIPHERS = frozenset(
    {"3DES", "A5/1", "A5/2", "AES", "ARIA", "Ascon", "Blowfish", "CAMELLIA", "CAST5", "CAST6", "CMEA", "ChaCha",
     "ChaCha20", "DES", "GOST", "HC", "IDEA", "NULL", "PBES1", "PBES2", "RABBIT", "RC2", "RC4", "RC5", "RC6", "SEED",
     "SM1", "SM4", "SM7", "SNOW3G", "Salsa20", "Serpent", "Skipjack", "Twofish", "ZUC"}
)  # fmt: skip
_HASHES = frozenset(
    {"Ascon", "BLAKE2", "BLAKE3", "GOST", "Keccak", "LM", "MD2", "MD4", "MD5", "NTLM", "RIPEMD", "SHA-1", "SHA-2",
     "SHA-3", "SM3", "Whirlpool"}
)  # fmt: skip
_MACS = frozenset({"CMAC", "GMAC", "HMAC", "MILENAGE", "PBMAC1", "Poly1305", "SipHash", "TUAK", "UMAC"})
_DERIVATIONS = frozenset(
    {"ANSI-KDF", "Argon2", "HKDF", "IKE-PRF", "PBES1", "PBES2", "PBKDF1", "PBKDF2", "PBMAC1", "PKCS12-KDF",
     "SP800-108", "SP800-56C", "SSH-KDF", "TLS-PRF", "bcrypt", "scrypt", "yescrypt"}
)  # fmt: skip
_GENERATORS = frozenset({"CTR_DRBG", "Fortuna", "HMAC_DRBG", "Hash_DRBG", "Yarrow"})
_PUBLIC_KEY = frozenset(
    {"BIKE", "BLS", "Classic McEliece", "DSA", "Dilithium", "EC", "ECDH", "ECDSA", "ECIES", "EdDSA", "ElGamal", "FFDH",
     "FN-DSA", "Falcon", "FrodoKEM", "GOST", "HPKE", "HQC", "J-PAKE", "Kyber", "LMS", "ML-DSA", "ML-KEM", "MQV", "NTRU",
     "OPAQUE", "RSA", "RSA-X931", "RSAES-OAEP", "RSAES-PKCS1", "RSASSA-PKCS1", "RSASSA-PSS", "SLH-DSA", "SM2", "SM9",
     "SPAKE2", "SPAKE2PLUS", "SPHINCS+", "SRP", "X3DH", "XMSS"}
)  # fmt: skip
_GROUPED = _CIPHERS | _HASHES | _MACS | _DERIVATIONS | _GENERATORS | _PUBLIC_KEY
_SIGNING = _PUBLIC_KEY | _HASHES | _MACS | {"NULL"}

_LEFT_BY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "hash": _HASHES | _MACS | _PUBLIC_KEY | _DERIVATIONS,  # a module for digests also holds derivations
        "xof": _HASHES | _MACS | _PUBLIC_KEY,
        "mac": _MACS | _HASHES | _CIPHERS,
        "kdf": _DERIVATIONS | _HASHES | _MACS | _CIPHERS,  # crypt(3) was made of DES
        "drbg": _GENERATORS | _HASHES | _MACS,
        "signature": _SIGNING,
        "pke": _PUBLIC_KEY,
        "kem": _PUBLIC_KEY,
        "key-agree": _PUBLIC_KEY,
        "block-cipher": _CIPHERS | _MACS,
        "stream-cipher": _CIPHERS | _MACS,
        "ae": _CIPHERS | _MACS,
    }
)

_KEYED = frozenset({None, "signature", "pke", "key-agree", "kem"})
_MAY_HAVE: Mapping[str, frozenset[str | None]] = MappingProxyType(
    {
        "mode": frozenset({None, "block-cipher", "ae", "other"}),
        "padding": _KEYED | {"block-cipher", "ae"},
        "key_bits": _KEYED,
        "curve": _KEYED,
        "iterations": frozenset({None, "kdf", "other"}),
    }
)
DEPENDENT = frozenset(_MAY_HAVE)
"""Keys of which it depends on the algorithm whether they apply."""


_NEVER_WITHOUT: Mapping[str, frozenset[str]] = MappingProxyType(
    {"iterations": frozenset({"PBKDF2", "PBES2", "PBMAC1"})}
)


def lacks(key: str, family: object, primitive: object) -> bool:
    """Whether a use that does not say the key leaves it open: no such algorithm is without it, or the algorithm could
    not be determined and may have it."""
    if family is None:
        return primitive in _MAY_HAVE.get(key, ())
    return family in _NEVER_WITHOUT.get(key, ())


def with_open(value: Mapping[str, Scalar]) -> Mapping[str, Scalar]:
    """The values of a fact, with None for what it leaves open without saying so."""
    family, primitive = value.get("family", ""), value.get("primitive")
    missing = [key for key in sorted(DEPENDENT - value.keys()) if lacks(key, family, primitive)]
    return {**value, **dict.fromkeys(missing)} if missing else value


def possible(family: object, primitive: object) -> bool:
    """Whether a use with this primitive, whose family could not be determined, may be of that family."""
    left = _LEFT_BY.get(primitive) if isinstance(primitive, str) else None
    return left is None or family in left or family not in _GROUPED
