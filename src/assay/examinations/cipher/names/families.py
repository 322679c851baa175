"""Families of algorithms: those of the CycloneDX registry, ours, and which of them are quantum-vulnerable.

Source: CycloneDX `cryptography-defs` as updated 2026-02-24.
"""

from collections.abc import Mapping

from assay.examinations.cipher.names.stems import words

FAMILIES = frozenset(
    words("""
3DES 3GPP-XOR A5/1 A5/2 AES ARIA Argon2 Ascon BLAKE2 BLAKE3 BLS Blowfish CAMELLIA CAST5 CAST6 CMAC CMEA CTR_DRBG
ChaCha ChaCha20 DES DSA ECDH ECDSA ECIES EdDSA ElGamal FFDH Fortuna GOST HC HKDF HMAC HMAC_DRBG HPKE Hash_DRBG IDEA
IKE-PRF J-PAKE LMS MD2 MD4 MD5 MILENAGE ML-DSA ML-KEM MQV OPAQUE PBES1 PBES2 PBKDF1 PBKDF2 PBMAC1 Poly1305 RABBIT
RC2 RC4 RC5 RC6 RIPEMD RSAES-OAEP RSAES-PKCS1 RSASSA-PKCS1 RSASSA-PSS SEED SHA-1 SHA-2 SHA-3 SLH-DSA SM2 SM3 SM4 SM9
SNOW3G SP800-108 SPAKE2 SPAKE2PLUS SRP Salsa20 Serpent SipHash Skipjack TUAK Twofish UMAC Whirlpool X3DH XMSS Yarrow
ZUC bcrypt scrypt yescrypt
""")
)

# Families that CycloneDX does not have and that are ours. A writer of CycloneDX leaves `algorithmFamily` out for them.
OWN_FAMILIES: Mapping[str, str] = {
    "RSA": "an RSA key of unknown use, RSA whose padding is unknown, or RSA without padding",
    "EC": "an elliptic-curve key of unknown use",
    "hybrid": "a combination of a classical and a post-quantum mechanism; both follow it as parts",
    "NULL": "a cipher suite that encrypts nothing (eNULL) or authenticates nobody (aNULL)",
    "RSA-X931": "in the registry's data, missing from its enumeration",
    "ANSI-KDF": "in the registry's data, missing from its enumeration",
    "SP800-56C": "in the registry's data, missing from its enumeration",
    "SSH-KDF": "in the registry's data, missing from its enumeration",
    "TLS-PRF": "in the registry's data, missing from its enumeration",
    "PKCS12-KDF": "the key derivation of RFC 7292 appendix B",
    "Keccak": "the hash before FIPS 202, not interoperable with SHA-3",
    "SM1": "commercial cipher in hardware only, text not published",
    "SM7": "commercial cipher in hardware only, text not published",
    "Kyber": "draft before ML-KEM, not interoperable with it",
    "Dilithium": "draft before ML-DSA, not interoperable with it",
    "SPHINCS+": "draft before SLH-DSA, not interoperable with it",
    "Falcon": "draft before FN-DSA",
    "FN-DSA": "FIPS 206, not published",
    "HQC": "chosen by NIST, not published",
    "FrodoKEM": "recommended by BSI and ANSSI",
    "Classic McEliece": "recommended by BSI",
    "NTRU": "streamlined NTRU Prime and NTRU",
    "BIKE": "fourth-round candidate",
    "SABER": "third-round candidate",
    "SIKE": "broken in 2022",
    "Kalyna": "DSTU 7624:2014",
    "Kupyna": "DSTU 7564:2014",
    "DSTU4145": "signature of DSTU 4145-2002, on curves over binary fields",
    "LEA": "KS X 3246 and ISO/IEC 29192-2",
    "Noekeon": "candidate of NESSIE",
    "TEA": "and XTEA, the Tiny Encryption Algorithm and what mended it",
    "SHACAL-2": "chosen by NESSIE",
    "Threefish": "the cipher inside Skein",
    "HighwayHash": "a keyed hash of Google's, used for checksums",
    "Skein": "third-round candidate of SHA-3",
    "Tiger": "digest of 1995",
    "Haraka": "digest for short inputs",
    "KangarooTwelve": "RFC 9861",
    "Grain": "stream cipher of eSTREAM; Grain-128AEAD of NIST's lightweight round",
    "ISAAC": "generator of 1996",
    "VMPC": "stream cipher of 2004",
    "Elephant": "finalist of NIST's lightweight round",
    "GIFT-COFB": "finalist of NIST's lightweight round",
    "ISAP": "finalist of NIST's lightweight round",
    "PHOTON-Beetle": "finalist of NIST's lightweight round",
    "Romulus": "finalist of NIST's lightweight round",
    "Sparkle": "Schwaemm and Esch, finalists of NIST's lightweight round",
    "Xoodyak": "finalist of NIST's lightweight round",
    "Naccache-Stern": "public-key encryption of 1997",
    "Cramer-Shoup": "public-key encryption of 1998",
    "ECNR": "Nyberg-Rueppel signature of IEEE 1363",
    "ECCSI": "identity-based signature of RFC 6507",
    "SAKKE": "identity-based key encapsulation of RFC 6508",
    "Schnorr": "signature, BIP 340 among others",
}

# Shor's algorithm breaks these; everything else is at most weakened. SM2 and SM9 for every use.
VULNERABLE = frozenset(
    words("""
ECDH FFDH MQV RSAES-OAEP RSAES-PKCS1 ECIES ElGamal HPKE SM2 SM9 X3DH RSASSA-PKCS1 RSASSA-PSS RSA-X931 ECDSA EdDSA
DSA BLS SRP J-PAKE OPAQUE SPAKE2 SPAKE2PLUS RSA EC DSTU4145 ECNR ECCSI SAKKE Schnorr Naccache-Stern Cramer-Shoup
""")
)
