"""Names that put an algorithm into brackets or behind slashes: those of the Linux kernel and of Botan.

    kernel   cbc(aes), hmac(sha256), rfc4106(gcm(aes)), authenc(hmac(sha1),cbc(aes)), pkcs1pad(rsa,sha256)
    botan    AES-256/GCM(16), AES-128/CBC/PKCS7, HMAC(SHA-256), SHA-3(256), EMSA4(SHA-256), OAEP(SHA-256)

*It cannot see* sizes that such a name leaves to the key, nor parts behind the first in a template that is not listed.
Source: Linux 6.12, crypto/testmgr.c; Botan 3.5 manual, "Cipher Modes", "Hash Functions" and "Public Key Cryptography".
"""

import re
from typing import Final

from assay.examinations.cipher.names.readers import read
from assay.examinations.cipher.names.reading import Reading

Readings = tuple[Reading, ...]

_CALL: Final = re.compile(r"([\w.-]+)\((.*)\)")
_KERNEL_NAMES: Final = {
    "des3_ede": "3DES-168", "arc4": "RC4", "curve25519": "X25519", "ecdsa-nist-p256": "ECDSA-P-256",
    "ecdsa-nist-p384": "ECDSA-P-384", "ecdh-nist-p256": "ECDH-P-256", "ecdh-nist-p384": "ECDH-P-384",
}  # fmt: skip
_KERNEL_AROUND: Final = frozenset(
    {"rfc3686", "rfc4106", "rfc4309", "rfc4543", "cryptd", "seqiv", "echainiv", "pcrypt", "essiv", "mcryptd", "cts"}
)
_BOTAN_PADDINGS: Final = {
    **dict.fromkeys(("EMSA4", "PSS", "PSSR", "PSSR_Raw", "EMSA-PSS", "PSS_Raw"), "RSA-PSS-{}"),
    **dict.fromkeys(("EMSA3", "EMSA-PKCS1-v1_5", "PKCS1v15"), "RSA-PKCS1-1.5-{}"),
    **dict.fromkeys(("EME1", "EME-OAEP", "OAEP"), "RSA-OAEP-{}"),
}
_BOTAN_NAMES: Final = {"EME-PKCS1-v1_5": "RSA-PKCS1-1.5", "Pure": "EdDSA", "Bcrypt-PBKDF": "bcrypt"}
_BOTAN_MODES: Final = {"CTR-BE": "CTR", "CTR": "CTR", "OFB": "OFB", "RC4": "RC4", "ARC4": "RC4"}


def _whole(name: str) -> Readings:
    reading = read(name)
    return (reading, *reading.parts) if reading is not None else ()


def kernel(text: str) -> Readings:
    """A template with its parts in brackets: modes, HMAC, paddings, and templates that leave the algorithm as it is."""
    name = text.lower().removesuffix("-generic")
    found = _CALL.fullmatch(name)
    if found is None:
        return _whole(_KERNEL_NAMES.get(name, name))
    outer, inner = found[1], found[2]
    first, _, rest = inner.partition(",")
    match outer:
        case "authenc":
            return (*kernel(rest), *kernel(first))
        case "hmac":
            return _whole(f"hmac-{inner}")
        case "cmac":
            return _whole(f"{inner}-cmac")
        case "rfc7539" | "rfc7539esp":
            return _whole("ChaCha20-Poly1305")
        case "pkcs1pad" | "pkcs1":
            return _whole(f"RSA-PKCS1-1.5-{rest}" if rest else "RSA-PKCS1-1.5")
        case "x962" | "p1363":
            return kernel(first)
    if outer in _KERNEL_AROUND:
        return kernel(inner if "(" in inner and not rest else first)
    return _whole(f"{_KERNEL_NAMES.get(first, first)}-{outer}") or kernel(first)


def botan(text: str) -> Readings:
    """A cipher with mode and padding behind slashes, or a scheme with its parts in brackets."""
    name, *more = text.replace("TripleDES", "3DES-168").split("/")
    if (more and _CALL.fullmatch(text) is None) or len(more) > 1:
        mode = more[0].partition("(")[0]
        padding = f"/{more[1]}" if len(more) > 1 and more[1].upper() != "NOPADDING" else ""
        return _whole(f"{name}-{mode}{padding}") or _whole(f"{name}-{mode}") or _whole(name)
    found = _CALL.fullmatch(text)
    if found is None:
        return _whole(_BOTAN_NAMES.get(text, text))
    outer, inner = found[1], found[2]
    first = inner.partition(",")[0]
    if outer in _BOTAN_PADDINGS:
        return _whole(_BOTAN_PADDINGS[outer].format(first)) or _whole(_BOTAN_PADDINGS[outer].removesuffix("-{}"))
    if outer in {"EMSA1", "EMSA2", "KDF1", "KDF2", "SP800-108-Counter", "ISO-9796-2", "ISO_9796_DS2"}:
        return _whole(first)
    if outer in _BOTAN_MODES:
        return _whole(f"{first}-{_BOTAN_MODES[outer]}") or _whole(outer)
    if outer in {"HKDF-Expand", "HKDF-Extract"}:
        return _whole(f"HKDF-{first}")
    if outer in {"CMAC", "OMAC"}:
        return _whole(f"{first}-CMAC")
    if outer == "SHA-3":
        return _whole(f"SHA3-{first}")
    return _whole(f"{outer}-{first}") or _whole(outer)
