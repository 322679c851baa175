"""The fixed parts of registry names.

Source: CycloneDX `cryptography-defs` as updated 2026-02-24 (families, name patterns, primitives, spellings of the
enumeration). Text rather than YAML, because a worker process loads this before it reads its first file.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple


def words(text: str) -> list[str]:
    return text.split()


# name -> the names of its parts
HYBRIDS: Mapping[str, tuple[str, ...]] = {
    "X25519MLKEM768": ("x25519", "ML-KEM-768"),
    "X448MLKEM1024": ("x448", "ML-KEM-1024"),
    "SecP256r1MLKEM768": ("ECDHE-P-256", "ML-KEM-768"),
    "SecP384r1MLKEM1024": ("ECDHE-P-384", "ML-KEM-1024"),
    "curveSM2MLKEM768": ("ECDHE-SM2", "ML-KEM-768"),
    "X25519Kyber768Draft00": ("x25519", "Kyber768"),
    "SecP256r1Kyber768Draft00": ("ECDHE-P-256", "Kyber768"),
    "X25519Kyber512Draft00": ("x25519", "Kyber512"),
    "X-Wing": ("x25519", "ML-KEM-768"),
    "mlkem768x25519-sha256": ("x25519", "ML-KEM-768", "SHA-256"),
    "mlkem768nistp256-sha256": ("ECDHE-P-256", "ML-KEM-768", "SHA-256"),
    "mlkem1024nistp384-sha384": ("ECDHE-P-384", "ML-KEM-1024", "SHA-384"),
    "sntrup761x25519-sha512": ("x25519", "sntrup761", "SHA-512"),
}


class Stem(NamedTuple):
    """`shape` says what may follow the name; see `names_reading.Reading.name`."""

    name: str
    family: str
    primitive: str | None  # None: the name alone does not say
    shape: str = "plain"
    bits: int = 0  # the only key size there is
    padding: str = ""
    curve: str = ""


# key ("=": the name in lower case), name, family ("=": the name), primitive, then shape, bits=, padding=, curve=
_ROWS: Final = """
= RSA = - rsa
rsa-pkcs1 RSA-PKCS1-1.5 RSA - rsa padding=pkcs1v15
rsa-sign RSA-PKCS1-1.5 RSASSA-PKCS1 signature rsa
rsa-encrypt RSA-PKCS1-1.5 RSAES-PKCS1 pke rsa padding=pkcs1v15
= RSA-PSS RSASSA-PSS signature rsa
= RSA-OAEP RSAES-OAEP pke rsa padding=oaep
= RSA-RAW RSA pke rsa padding=raw
rsa-x931 RSA-X9.31 RSA-X931 signature rsa
= DSA = signature dsa
= EC = - ec
= ECDSA = signature ec
= ECDH = key-agree ec
= ECDHE ECDH key-agree ec
= ECMQV MQV key-agree ec
= ECIES = pke ec
ecelgamal EC-ElGamal ElGamal pke ec
= ElGamal = pke length
= FFMQV MQV key-agree
= FFDH = key-agree group
= FFDHE FFDH key-agree group
srp SRP-6 SRP key-agree digest
= SM2 = - bits=256 curve=oscaa/SM2
sm2-sign SM2 = signature bits=256 curve=oscaa/SM2
= SM2-ENC SM2 pke bits=256 curve=oscaa/SM2
= SM2-KEX SM2 key-agree bits=256 curve=oscaa/SM2
= SM9 = -
sm9-sign SM9-SIG SM9 signature
= SM9-ENC SM9 pke
= SM9-KEX SM9 key-agree
= SM9-KEM SM9 kem
= x25519 ECDH key-agree bits=255 curve=other/Curve25519
= x448 ECDH key-agree bits=448 curve=other/Curve448
= EdDSA = signature
= Ed25519 EdDSA signature bits=255 curve=other/Ed25519
= Ed25519ph EdDSA signature bits=255 curve=other/Ed25519
= Ed25519ctx EdDSA signature bits=255 curve=other/Ed25519
= Ed448 EdDSA signature bits=448 curve=other/Ed448
= Ed448ph EdDSA signature bits=448 curve=other/Ed448
= GOSTR3410 GOST signature
gost28147-mac GOST28147_MAC GOST mac bits=256
= HMAC = mac digest
= HKDF = kdf digest
= PBKDF1 = kdf digest
= PBKDF2 = kdf digest
= PBES1 = other inner
= PBES2 = other inner
= CMAC = mac inner
= PBMAC1 = mac digest
sshkdf SSH-KDF = kdf digest
kbkdf SP800_108_CounterKDF SP800-108 kdf
sskdf SP800_56C_OneStep SP800-56C kdf
pkcs12kdf PKCS12-KDF = kdf
ansix963kdf ANSI-KDF-X9.63 ANSI-KDF kdf digest
ansix942kdf ANSI-KDF-X9.42 ANSI-KDF kdf digest
tls1prf TLS1-PRF TLS-PRF kdf
tls12prf TLS12-PRF TLS-PRF kdf digest
tls13prf TLS13-PRF TLS-PRF kdf digest
= ChaCha20 = stream-cipher bits=256
chacha20poly1305 ChaCha20-Poly1305 ChaCha20 ae bits=256
xchacha20poly1305 XChaCha20-Poly1305 ChaCha20 ae bits=256
= XChaCha20 ChaCha20 stream-cipher bits=256
= Salsa20 = stream-cipher
= XSalsa20 Salsa20 stream-cipher bits=256
salsa20poly1305 Salsa20-Poly1305 Salsa20 ae bits=256
xsalsa20poly1305 XSalsa20-Poly1305 Salsa20 ae bits=256
= RC4 = stream-cipher length
= ZUC = stream-cipher bits=128
zuc256 ZUC-256 ZUC stream-cipher bits=256
eea3 128-EEA3 ZUC stream-cipher bits=128
eia3 128-EIA3 ZUC mac bits=128
eea1 128-EEA1 SNOW3G stream-cipher bits=128
eia1 128-EIA1 SNOW3G mac bits=128
hc128 HC-128 HC stream-cipher bits=128
hc256 HC-256 HC stream-cipher bits=256
= RABBIT = stream-cipher bits=128
a51 A5/1 = stream-cipher bits=64
a52 A5/2 = stream-cipher bits=64
= AES = block-cipher cipher
= ARIA = block-cipher cipher
= CAMELLIA = block-cipher cipher
= Twofish = block-cipher cipher
= Serpent = block-cipher cipher
= Blowfish = block-cipher cipher
= CAST5 = block-cipher cipher
= CAST6 = block-cipher cipher
= RC2 = block-cipher cipher
= RC5 = block-cipher cipher
= RC6 = block-cipher cipher
= 3DES = block-cipher cipher
= DES = block-cipher fixed bits=56
des40 DES-40 DES block-cipher fixed bits=40
= DESX DES block-cipher fixed bits=184
= IDEA = block-cipher fixed bits=128
seed SEED-128 SEED block-cipher fixed bits=128
= SM4 = block-cipher fixed bits=128
= SM1 = block-cipher fixed bits=128
= SM7 = block-cipher fixed bits=128
= Skipjack = block-cipher fixed bits=80
= GOST28147 GOST block-cipher fixed bits=256
= Magma GOST block-cipher fixed bits=256
= Kuznyechik GOST block-cipher fixed bits=256
= eNULL NULL other
= aNULL NULL other
= LMS = signature
= XMSS = signature
= XMSSMT XMSS signature
= Poly1305 = mac
= SipHash = mac
= HighwayHash-64 HighwayHash mac
= HighwayHash-128 HighwayHash mac
= HighwayHash-256 HighwayHash mac
= UMAC = mac
= KMAC128 SHA-3 mac
= KMAC256 SHA-3 mac
= MILENAGE = mac
= SHAKE128 SHA-3 xof
= SHAKE256 SHA-3 xof
= cSHAKE128 SHA-3 xof
= cSHAKE256 SHA-3 xof
= Ascon-XOF128 Ascon xof
= Ascon-AEAD128 Ascon ae
= bcrypt = kdf
= scrypt = kdf
= yescrypt = kdf
= Argon2 = kdf
= Argon2i Argon2 kdf
= Argon2d Argon2 kdf
= Argon2id Argon2 kdf
= CTR_DRBG = drbg
= Hash_DRBG = drbg
= HMAC_DRBG = drbg
= Fortuna = drbg
= Yarrow = drbg
= ML-KEM = kem
= ML-KEM-512 ML-KEM kem
= ML-KEM-768 ML-KEM kem
= ML-KEM-1024 ML-KEM kem
= HQC = kem
= HQC-128 HQC kem
= HQC-192 HQC kem
= HQC-256 HQC kem
= Kyber = kem
= Kyber512 Kyber kem
= Kyber768 Kyber kem
= Kyber1024 Kyber kem
= BIKE = kem
= FrodoKEM = kem
= FrodoKEM-640 FrodoKEM kem
= FrodoKEM-976 FrodoKEM kem
= FrodoKEM-1344 FrodoKEM kem
= sntrup761 NTRU kem
= NTRU = kem
= ML-DSA = signature
= ML-DSA-44 ML-DSA signature
= ML-DSA-65 ML-DSA signature
= ML-DSA-87 ML-DSA signature
= HashML-DSA-44 ML-DSA signature
= HashML-DSA-65 ML-DSA signature
= HashML-DSA-87 ML-DSA signature
= SLH-DSA = signature
= Dilithium = signature
= Dilithium2 Dilithium signature
= Dilithium3 Dilithium signature
= Dilithium5 Dilithium signature
= SPHINCS+ = signature
= Falcon = signature
= Falcon-512 Falcon signature
= Falcon-1024 Falcon signature
= FN-DSA = signature
= FN-DSA-512 FN-DSA signature
= FN-DSA-1024 FN-DSA signature
= BLS12-381 BLS signature
= HPKE = pke
= J-PAKE = key-agree
= OPAQUE-3DH OPAQUE key-agree
= SPAKE2 = key-agree
= SPAKE2+ SPAKE2PLUS key-agree
= X3DH = key-agree
= MD2 = hash
= MD4 = hash
= MD5 = hash
= SHA-1 = hash
= SM3 = hash
= Whirlpool = hash
= SHA-224 SHA-2 hash
= SHA-256 SHA-2 hash
= SHA-384 SHA-2 hash
= SHA-512 SHA-2 hash
= SHA-512/224 SHA-2 hash
= SHA-512/256 SHA-2 hash
= SHA3-224 SHA-3 hash
= SHA3-256 SHA-3 hash
= SHA3-384 SHA-3 hash
= SHA3-512 SHA-3 hash
= Keccak-224 Keccak hash
= Keccak-256 Keccak hash
= Keccak-384 Keccak hash
= Keccak-512 Keccak hash
= RIPEMD-128 RIPEMD hash
= RIPEMD-160 RIPEMD hash
= RIPEMD-256 RIPEMD hash
= RIPEMD-320 RIPEMD hash
= BLAKE2b-160 BLAKE2 hash
= BLAKE2b-256 BLAKE2 hash
= BLAKE2b-384 BLAKE2 hash
= BLAKE2b-512 BLAKE2 hash
= BLAKE2s-160 BLAKE2 hash
= BLAKE2s-256 BLAKE2 hash
= BLAKE3 = hash
= GOSTR3411 GOST hash
= Ascon-Hash256 Ascon hash
gmac GMAC AES mac
= BLAKE2b-MAC BLAKE2 mac
= BLAKE2s-MAC BLAKE2 mac
= BLAKE3-MAC BLAKE3 mac
= SHA-3 = hash
= TupleHash128 SHA-3 hash
= TupleHash256 SHA-3 hash
= ParallelHash128 SHA-3 hash
= ParallelHash256 SHA-3 hash
= KangarooTwelve = xof
= Skein = hash
= Skein-256 Skein hash
= Skein-512 Skein hash
= Skein-1024 Skein hash
= Skein-MAC Skein mac
= Kupyna = hash
= Kupyna-256 Kupyna hash
= Kupyna-384 Kupyna hash
= Kupyna-512 Kupyna hash
= Kupyna-MAC Kupyna mac
= Tiger = hash
= Haraka-256 Haraka hash
= Haraka-512 Haraka hash
= Kalyna = block-cipher cipher
= Kalyna-MAC Kalyna mac
= LEA = block-cipher cipher
= Noekeon = block-cipher fixed bits=128
= TEA = block-cipher fixed bits=128
= XTEA TEA block-cipher fixed bits=128
= SHACAL-2 = block-cipher cipher
= Threefish = block-cipher cipher
= Tnepres Serpent block-cipher cipher
= Grain-v1 Grain stream-cipher bits=80
= Grain-128 Grain stream-cipher bits=128
= Grain-128AEAD Grain ae bits=128
= ISAAC = stream-cipher
= VMPC = stream-cipher
= VMPC-KSA3 VMPC stream-cipher
= VMPC-MAC VMPC mac
= ZUC-256-MAC ZUC mac bits=256
= Ascon = ae
= Elephant = ae bits=128
= GIFT-COFB = ae bits=128
= ISAP = ae bits=128
= ISAP-Hash ISAP hash
= PHOTON-Beetle = ae bits=128
= PHOTON-Beetle-Hash PHOTON-Beetle hash
= Romulus = ae bits=128
= Romulus-H Romulus hash
= Schwaemm Sparkle ae
= Esch Sparkle hash
= Xoodyak = ae bits=128
= Xoodyak-Hash Xoodyak hash
= Naccache-Stern = pke
= Cramer-Shoup = pke
= ECNR = signature
= ECCSI = signature
= SAKKE = kem
= BIP340 Schnorr signature curve=secg/secp256k1
= DSTU4145 = signature
rsa-kem RSA-KEM RSA kem
ecies-kem ECIES-KEM ECIES kem
= SABER = kem
= SIKE = kem
= SPHINCS-256 SPHINCS+ signature
"""
_SLH_DSA: Final = [
    f"SLH-DSA-{hash_}-{size}{speed}" for hash_ in ("SHA2", "SHAKE") for size in (128, 192, 256) for speed in "sf"
]


def _stem(row: str) -> tuple[str, Stem]:
    key, name, family, primitive, *extras = row.split()
    said = dict(extra.split("=", 1) for extra in extras if "=" in extra)
    shape = next((extra for extra in extras if "=" not in extra), "plain")
    bits, padding, curve = int(said.get("bits", 0)), said.get("padding", ""), said.get("curve", "")
    family = name if family == "=" else family
    stem = Stem(name, family, None if primitive == "-" else primitive, shape, bits, padding, curve)
    return name.lower() if key == "=" else key, stem


STEMS: Final[Mapping[str, Stem]] = {
    **dict(_stem(row) for row in _ROWS.splitlines() if row),
    **{
        f"{prefix}{name}".lower(): Stem(f"{prefix}{name}", "SLH-DSA", "signature")
        for prefix in ("", "Hash")
        for name in _SLH_DSA
    },
    **{name.lower(): Stem(name, "hybrid", "combiner") for name in HYBRIDS},
    "classic-mceliece": Stem("Classic-McEliece", "Classic McEliece", "kem"),
}
