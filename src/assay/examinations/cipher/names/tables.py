"""Spellings of block ciphers, modes, paddings and digests, and what a use or a padding makes of a key.

Spellings are *squeezed*: lower case, letters and digits only. Sources: JCA Standard Algorithm Names and Bouncy Castle's
provider; OpenSSL's name tables; PKCS#11; the CycloneDX registry for the names they lead to.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from assay.examinations.cipher.names.stems import words

# What a use or a padding makes of a stem: ("rsa", "pke") alone stays RSA, for the padding is not known.
USES: Mapping[tuple[str, str], str] = {
    ("rsa-pkcs1", "signature"): "rsa-sign",
    ("rsa-pkcs1", "pke"): "rsa-encrypt",
    ("ec", "signature"): "ecdsa",
    ("ec", "key-agree"): "ecdh",
    ("ec", "pke"): "ecies",
    ("sm2", "signature"): "sm2-sign",
    ("sm2", "pke"): "sm2-enc",
    ("sm2", "key-agree"): "sm2-kex",
    ("sm9", "signature"): "sm9-sign",
    ("sm9", "pke"): "sm9-enc",
    ("sm9", "key-agree"): "sm9-kex",
    ("sm9", "kem"): "sm9-kem",
    ("zuc", "mac"): "eia3",
}
RSA_PADDINGS: Mapping[str, str] = {
    "pkcs1v15": "rsa-pkcs1",
    "oaep": "rsa-oaep",
    "pss": "rsa-pss",
    "raw": "rsa-raw",
    "x931": "rsa-x931",
}
PURPOSE_USES: Mapping[str, str] = {
    "signature": "signature",
    "verification": "signature",
    "certificate": "signature",
    "encryption": "pke",
    "decryption": "pke",
    "key-wrap": "pke",
    "key-agreement": "key-agree",
    "mac": "mac",
}

AE_MODES: Final = frozenset(words("gcm ccm eax ocb siv gcm-siv"))
WRAP_MODES: Final = frozenset(words("kw kwp"))
MAC_MODES: Final = frozenset(words("gmac cbc-mac cfb-mac xcbc-mac iso9797-alg3"))
UNPADDED_MODES: Final = frozenset(words("gcm ccm ctr ofb cfb eax ocb siv gcm-siv xts cts kw kwp gmac"))

# mode[:variant] and its spellings. The variant is in the registry's name and not in the mode: CFB8, a CCM tag's bits.
_MODES: Final = """
ecb ecb
cbc cbc
pcbc pcbc
cfb cfb cfb64 cfb128
cfb:1 cfb1
cfb:8 cfb8
cfb:16 cfb16
ofb ofb ofb64 ofb128
ofb:8 ofb8
ctr ctr ctr64 ctr128 sic icm cnt counter gctr
cts cts cbccts cbccs1 cbccs2 cbccs3 ctscbc
gcm gcm gcm16
gcm-siv gcmsiv
gcm-sst gcmsst
ccm ccm ccm16
ccm:64 ccm8
eax eax
ocb ocb ocb3 ocbtaglen128
siv siv
xts xts
ige ige
hctr hctr
openpgp openpgp openpgpcfb
ofbnlf ofbnlf
kw kw wrap wrapinv keywrap rfc3394
kwp kwp wrappad wrappadinv rfc5649 wrapwithpadding keywrapwithpadding
gmac gmac
cfb-mac cfbmac
iso9797-alg3 iso9797alg3 iso9797alg3mac retailmac
cmac cmac
cbc-mac cbcmac mac
xcbc-mac xcbcmac xcbc xcbcmac96
ff1 ff1 fpeff1
ff3 ff3
ff3-1 ff31 fpeff31
"""


def _modes() -> Iterator[tuple[str, tuple[str, str]]]:
    for row in filter(None, _MODES.splitlines()):
        said, *spellings = row.split()
        mode, _, variant = said.partition(":")
        for spelling in spellings:
            yield spelling, (mode, variant)


MODES: Final[Mapping[str, tuple[str, str]]] = dict(_modes())

PADDINGS: Mapping[str, str] = {
    "pkcs5": "pkcs5", "pkcs5padding": "pkcs5", "pkcs7": "pkcs7", "pkcs7padding": "pkcs7", "pkcs": "pkcs7",
    "iso10126": "iso10126", "iso10126padding": "iso10126", "iso101262padding": "iso10126", "iso101262": "iso10126",
    "iso78164": "iso7816-4", "iso78164padding": "iso7816-4", "iso7816": "iso7816-4", "iso97971padding": "iso7816-4",
    "x923": "x9.23", "x923padding": "x9.23", "ansix923": "x9.23", "x92": "x9.23",
    "zerobyte": "zero", "zerobytepadding": "zero", "zeropadding": "zero", "zeros": "zero", "zero": "zero",
    "tbc": "tbc", "tbcpadding": "tbc", "ssl3padding": "ssl3",
    "nopadding": "none", "none": "none", "no": "none", "nopad": "none", "rsanopadding": "raw", "raw": "raw",
    "pkcs1": "pkcs1v15", "pkcs1padding": "pkcs1v15", "pkcs1v15": "pkcs1v15", "rsapkcs1padding": "pkcs1v15",
    "pkcs115": "pkcs1v15", "rsapkcs1v15": "pkcs1v15", "pkcs1v15encryption": "pkcs1v15", "pkcs1v15sig": "pkcs1v15",
    "oaep": "oaep", "oaeppadding": "oaep", "rsapkcs1oaeppadding": "oaep",
    "pkcs1oaep": "oaep", "pkcs1oaeppadding": "oaep",
    "pss": "pss", "rsapkcs1psspadding": "pss", "pkcs1psspadding": "pss", "psspadding": "pss",
    "x931": "x931", "x931padding": "x931", "rsax931padding": "x931",
}  # fmt: skip

# squeezed prefix -> (stem, key bits that the spelling implies)
CIPHERS: Mapping[str, tuple[str, int]] = {
    "aes": ("aes", 0), "rijndael": ("aes", 0), "aria": ("aria", 0), "camellia": ("camellia", 0), "seed": ("seed", 0),
    "twofish": ("twofish", 0), "serpent": ("serpent", 0), "blowfish": ("blowfish", 0), "bf": ("blowfish", 0),
    "sm4": ("sm4", 0), "sms4": ("sm4", 0), "sm1": ("sm1", 0), "sm7": ("sm7", 0), "idea": ("idea", 0),
    "cast5": ("cast5", 0), "cast": ("cast5", 0), "cast128": ("cast5", 128),
    "cast6": ("cast6", 0), "cast256": ("cast6", 0),
    "rc2": ("rc2", 0), "rc5": ("rc5", 0), "rc5321216": ("rc5", 128), "rc532": ("rc5", 0), "rc6": ("rc6", 0),
    "des": ("des", 0), "des40": ("des40", 0), "desx": ("desx", 0), "skipjack": ("skipjack", 0),
    "descbc40": ("des40", 0),
    "3des": ("3des", 0), "tdes": ("3des", 0), "tdea": ("3des", 0), "tripledes": ("3des", 0), "desede": ("3des", 0),
    "des3": ("3des", 168), "des2": ("3des", 112), "desede3": ("3des", 168), "desede2": ("3des", 112),
    "3desede": ("3des", 168), "arc2": ("rc2", 0),
    "3keytripledes": ("3des", 168), "2keytripledes": ("3des", 112), "2des": ("3des", 112), "des3ede": ("3des", 168),
    "gost28147": ("gost28147", 0), "gost2814789": ("gost28147", 0), "gost89": ("gost28147", 0), "magma": ("magma", 0),
    "kuznyechik": ("kuznyechik", 0), "grasshopper": ("kuznyechik", 0), "28147": ("gost28147", 0),
    "gost34122015": ("kuznyechik", 0), "kalyna": ("kalyna", 0), "dstu7624": ("kalyna", 0), "lea": ("lea", 0),
    "noekeon": ("noekeon", 0), "tea": ("tea", 0), "xtea": ("xtea", 0), "shacal2": ("shacal-2", 0),
    "threefish": ("threefish", 0), "tnepres": ("tnepres", 0),
}  # fmt: skip
_TO_256: Final = "aes aria camellia twofish serpent rc6 cast6 lea tnepres"
SIZES: Mapping[str, Mapping[int, int]] = {
    **{
        stem: {128: 128, 192: 192, 256: 256}
        for stem in words("aes aria camellia twofish serpent rc6 cast6 lea tnepres")
    },
    "3des": {112: 112, 128: 112, 168: 168, 192: 168},
    "rc2": {bits: bits for bits in (40, 56, 64, 80, 112, 128, 256, 512, 1024)},
    "rc4": {bits: bits for bits in (40, 56, 64, 80, 128, 192, 256, 512, 1024, 2048)},
    "rc5": {bits: bits for bits in (40, 64, 80, 128, 192, 256)},
    "blowfish": {bits: bits for bits in range(32, 449, 8)},
    "cast5": {bits: bits for bits in range(40, 129, 8)},
    **{stem: {128: 128} for stem in words("sm4 seed idea sm1 sm7")},
    "des": {56: 56, 64: 56},
    "gost28147": {256: 256},
    "kalyna": {bits: bits for bits in (128, 256, 512)},
    "threefish": {bits: bits for bits in (256, 512, 1024)},
}

_SKEIN: Final = (128, 160, 224, 256, 384, 512, 1024)
_KUPYNA: Final = (256, 384, 512)

# squeezed -> stem of the digest. "md5sha1" is the pair of TLS 1.0.
DIGESTS: Mapping[str, str] = {
    "sha": "sha-1", "sha1": "sha-1", "sha160": "sha-1", "ssl3sha1": "sha-1", "dss1": "sha-1",
    "md2": "md2", "md4": "md4", "md5": "md5", "ssl3md5": "md5", "sm3": "sm3", "whirlpool": "whirlpool",
    **{f"sha{two}{bits}": f"sha-{bits}" for two in ("", "2") for bits in (224, 256, 384, 512)},
    **{f"sha{two}512{t}{bits}": f"sha-512/{bits}" for two in ("", "2") for t in ("", "t") for bits in (224, 256)},
    **{f"sha3{bits}": f"sha3-{bits}" for bits in (224, 256, 384, 512)},
    **{f"keccak{bits}": f"keccak-{bits}" for bits in (224, 256, 384, 512)},
    **{f"{prefix}{bits}": f"ripemd-{bits}" for prefix in ("ripemd", "rmd") for bits in (128, 160, 256, 320)},
    "ripemd": "ripemd-160", "rmd": "ripemd-160", "blake2b": "blake2b-512", "blake2s": "blake2s-256", "blake3": "blake3",
    **{f"blake2b{bits}": f"blake2b-{bits}" for bits in (160, 256, 384, 512)},
    "blake2s160": "blake2s-160", "blake2s256": "blake2s-256", "asconhash256": "ascon-hash256",
    "asconhash": "ascon-hash256",
    **dict.fromkeys(("gost3411", "gostr3411", "gostr341194", "mdgost94", "streebog256", "streebog512"), "gostr3411"),
    **dict.fromkeys(("gost34112012256", "gost34112012512", "mdgost12256", "mdgost12512"), "gostr3411"),
    "sha3": "sha-3", "tiger": "tiger", "tiger192": "tiger", "haraka256": "haraka-256", "haraka512": "haraka-512",
    "skein": "skein", **{f"skein{bits}": f"skein-{bits}" for bits in (256, 512, 1024)},
    **{f"skein{state}{bits}": f"skein-{state}" for state in (256, 512, 1024) for bits in _SKEIN},
    "kupyna": "kupyna", **{f"{name}{bits}": f"kupyna-{bits}" for name in ("kupyna", "dstu7564") for bits in _KUPYNA},
    "kangarootwelve": "kangarootwelve", "kt128": "kangarootwelve", "k12": "kangarootwelve",
    "shake128": "shake128", "shake256": "shake256", "cshake128": "cshake128", "cshake256": "cshake256",
}  # fmt: skip
