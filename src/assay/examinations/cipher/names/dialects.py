"""The dialects of `names.recognise`: what the same word means to different libraries, and their defaults.

A dialect takes stripped ASCII text of bounded length and gives the reading of the whole, then its parts.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from assay.examinations.cipher.names.composing import with_mode, with_padding
from assay.examinations.cipher.names.readers import read
from assay.examinations.cipher.names.reading import Reading, digest_parts, squeeze
from assay.examinations.cipher.names.stems import words
from assay.examinations.cipher.names.suites import one_suite
from assay.examinations.cipher.names.symmetric import cipher
from assay.examinations.cipher.names.tables import MODES, PADDINGS
from assay.examinations.cipher.names.templates import botan, kernel

Readings = tuple[Reading, ...]


def _whole(reading: Reading | None) -> Readings:
    return (reading, *reading.parts) if reading is not None else ()


def _jca_cipher(text: str) -> Readings:
    word, _, rest = text.partition("/")
    mode, _, padding = rest.partition("/")
    reading = read(word)
    if reading is None or reading.row.primitive in {"hash", "xof", "signature", "key-agree"}:
        return ()
    reading = reading.used_as("pke")
    if reading.row.shape == "rsa":
        padded = with_padding(reading, padding or "PKCS1Padding")
        return _whole(replace(padded, parts=digest_parts(padded.digest)))
    if not reading.is_block:
        return _whole(reading)
    if rest:
        stealing = "cts" in padding.lower()
        reading = with_mode(reading, "cts" if stealing else mode)
        return _whole(with_padding(reading, padding) if padding and not stealing else reading)
    if "mode" not in reading.given:
        reading = replace(reading, given={**reading.given, "mode": "ecb", "padding": "pkcs5"})
    return _whole(reading)


def _narrowed(*primitives: str, use: str = "") -> Callable[[str], Readings]:
    """A dialect of one class of the JCA: its use settles what a key is for, and other primitives are no name there."""

    def dialect(text: str) -> Readings:
        reading = read(text)
        if reading is None:
            return ()
        reading = reading.used_as(use) if use and (reading.row.primitive is None or reading.stem == "zuc") else reading
        return _whole(reading) if reading.fields()["primitive"] in primitives else ()

    return dialect


_JCA_SIGNATURES: Final = {"dsa": "SHA1withDSA", "pss": "RSASSA-PSS"}  # names of the JDK itself
_signature = _narrowed("signature", use="signature")
_agreement = _narrowed("key-agree", "kem", "combiner", use="key-agree")


def _jca_signature(text: str) -> Readings:
    return _signature(_JCA_SIGNATURES.get(text.lower(), text))


def _jca_agreement(text: str) -> Readings:
    """Bouncy Castle puts a derivation behind the agreement: ECDHwithSHA256KDF."""
    upper = text.upper()
    return _agreement(text[: upper.index("WITH")] if "WITH" in upper and upper.endswith("KDF") else text)


def _jca_key(text: str) -> Readings:
    return _whole(read("RSASSA-PSS" if text.upper() == "PSS" else text))


def _jose(text: str) -> Readings:
    """Names of RFC 7518, where `none` is a token that nobody signed."""
    return (Reading("anull"),) if text.lower() == "none" else _any(text)


_OPENSSL_PREFIXES: Final = ("evp-pkey-", "evp-", "nid-", "sn-", "ln-", "id-alg-")
_CBC_BY_NAME: Final = frozenset(
    ("des", "des3", "desx", "bf", "blowfish", "cast", "cast5", "idea", "seed", "sm4", "rc2", "rc240", "rc264", "rc2128")
) | {f"{name}{bits}" for name in ("aes", "aria", "camellia") for bits in (128, 192, 256)}
_ECB_BY_NAME: Final = {"desede": "desede2ecb", "desede2": "desede2ecb", "desede3": "desede3ecb"}


def _openssl(text: str) -> Readings:
    name = text.lower().replace("_", "-")
    for prefix in _OPENSSL_PREFIXES:
        name = name.removeprefix(prefix)
    name = name.removeprefix("id-") if name.startswith("id-aes") else name
    if name.startswith("des-ede-"):
        name = name.replace("des-ede-", "des-ede2-", 1)  # two keys; three are des-ede3
    key = squeeze(name)
    if key in _CBC_BY_NAME:
        return _whole(cipher(f"{key}cbc"))
    if key in _ECB_BY_NAME:
        return _whole(cipher(_ECB_BY_NAME[key]))
    return _whole(read(name))


# Words that mean an algorithm in one place and something else in every other, with the spellings that still count.
_ORDINARY_WORDS: Final = """
seed cast idea aria rabbit fortuna yarrow serpent camellia bf ec ecc dh dhe edh null lms hss bls srp mqv bike opaque
falcon ntru frodo magma grasshopper milenage pbe whirlpool hqc raw pkcs12 elg hc mac chacha dss rmd gmac xdh
hpke spake2 sm1 sm7 enull anull lea tea xtea skein tiger grain isaac vmpc elephant isap romulus sparkle esch saber
schwaemm ascon threefish kalyna kupyna noekeon xoodyak sakke k12 kt128 sha3
"""
_ORDINARY_SPELLINGS: Final = """
des DES
sha SHA
blowfish Blowfish blowfish
twofish Twofish
skipjack Skipjack
kyber Kyber
dilithium Dilithium
xwing X-Wing
rc2 RC2
rc4 RC4 rc4
rc5 RC5
rc6 RC6
a51 A5/1
a52 A5/2
sm2 SM2 sm2
sm3 SM3 sm3
sm4 SM4 sm4
sm9 SM9 sm9
zuc ZUC zuc
sphincs SPHINCS+
"""
_ORDINARY: Final[Mapping[str, frozenset[str]]] = {
    **{word: frozenset[str]() for word in words(_ORDINARY_WORDS)},
    **{row.split()[0]: frozenset(row.split()[1:]) for row in _ORDINARY_SPELLINGS.split("\n") if row},
}
_XML_NAMESPACES: Final = (
    "http://www.w3.org/2000/09/xmldsig",
    "http://www.w3.org/2001/04/xml",
    "http://www.w3.org/2007/05/xmldsig-more",
    "http://www.w3.org/2009/xmlenc11",
)
_SSH_VENDORS: Final = ("@openssh.com", "@lysator.liu.se", "@libssh.org", "@ssh.com")
_SUITE_BEGINNINGS: Final = (
    *("TLS_", "SSL_", "TLCP_", "ECDHE-", "ECDHE_", "DHE-", "EDH-", "ADH-", "AECDH-", "EXP-", "PSK-", "RSA-PSK-"),
    *("ECC-", "ECC_", "IBC-", "IBC_", "IBSDH-", "IBSDH_", "RSA-SM4", "RSA_SM4"),
)


def _any(text: str) -> Readings:
    if text.startswith(_XML_NAMESPACES):
        text = text.rpartition("#")[2]
    for vendor in _SSH_VENDORS:
        text = text.removesuffix(vendor)
    if (
        not text[:1].isalnum()
        or text[-1] in "-_/."
        or not (text.isalnum() or all(character.isalnum() or character in "-_/.+" for character in text))
    ):
        return ()
    key = squeeze(text)
    if key in _ORDINARY and text not in _ORDINARY[key]:
        return ()
    if "/" in text and "512/" not in text and not text.startswith("A5/"):
        return _transformation(text)
    if "." in text and not _dots_belong(text):
        return ()
    found = _whole(read(text)) or (_openssl(text) if text.lower().startswith(("evp_", "id-")) else ())
    return found or (one_suite(text) if text.upper().startswith(_SUITE_BEGINNINGS) else ())


def _dots_belong(text: str) -> bool:
    """Dots of an object identifier, of PKCS1-1.5 and of X9.42; any other dot is a qualified name or a file."""
    return text.replace(".", "").isdigit() or text.startswith("OID.") or "1.5" in text or "X9." in text


def _transformation(text: str) -> Readings:
    """Of the shape algorithm/mode[/padding] and nothing else: "des/src/main" is a path."""
    _, mode, *padding = text.split("/", 2)
    key = squeeze(padding[0]) if padding else "nopadding"
    known = squeeze(mode) in {*MODES, "none", ""} and (key in PADDINGS or key.startswith("oaepwith") or "cts" in key)
    return _jca_cipher(text) if known else ()


DIALECTS: Final[Mapping[str, Callable[[str], Readings]]] = MappingProxyType(
    {
        "jca-cipher": _jca_cipher,
        "jca-digest": _narrowed("hash", "xof"),
        "jca-signature": _jca_signature,
        "jca-mac": _narrowed("mac", use="mac"),
        "jca-keygen": _jca_key,
        "jca-agreement": _jca_agreement,
        "jca-secretkeyfactory": _jca_key,
        "openssl": _openssl,
        "hashlib": _narrowed("hash", "xof"),
        "kernel": kernel,
        "botan": botan,
        "jose": _jose,
        "any": _any,
    }
)
