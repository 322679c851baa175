"""Proposals of IKE and ESP, as libreswan and strongSwan write them: `aes256-sha1;modp1024,aes128gcm16-ecp256`.

A proposal names a cipher, what keeps the integrity, perhaps a function for keys, and a group, in any order: each word
says by itself which it is. `null` in the first place is no encryption; behind a cipher it is no integrity besides.

*It cannot see* what a daemon adds where no proposal ends in `!`, and its defaults where none is written.
Source: ipsec.conf(5) of libreswan and of strongSwan; RFC 7296, section 3.3.2 (from memory).
"""

import re
from collections.abc import Iterator, Mapping

from assay.core import late
from assay.core.facts import Scalar
from assay.examinations.cipher.misuses import SHORTEST
from assay.examinations.cipher.names import curve, recognise

Stated = tuple[str, Mapping[str, Scalar]]

_CIPHER = late.expression(
    r"(aes|camellia|serpent|twofish|cast|blowfish)_?(gcm|ccm|ctr|cbc)?_?(?:[abc]_)?(128|192|256)?(gcm|ccm|ctr)?(?:_?\d{1,3})?"
)
_HASH = late.expression(
    r"(prf)?_?(?:hmac_)?(md5|sha1|sha|sha2(?:_(?:256|384|512))?|sha256|sha384|sha512)(?:_(?:96|128|160|\d{3}))?"
)
_GROUP = late.expression(
    r"(?:modp_?(\d{3,5})(?:s\d+)?|dh_?(\d{1,2})|(ecp_?\d{3}(?:bp)?|curve25519|x25519|curve448|x448))"
)
_NUMBERED = {1: "768", 2: "1024", 5: "1536", 14: "2048", 15: "3072", 16: "4096", 17: "6144", 18: "8192",
             19: "ecp256", 20: "ecp384", 21: "ecp521", 31: "x25519", 32: "x448"}  # fmt: skip
_WHOLE = {
    "3des": "3DES-CBC", "des": "DES-CBC", "sm4": "SM4-CBC", "sm3": "HMAC-SM3", "aesxcbc": "AES-XCBC",
    "aescmac": "AES-CMAC", "chacha20poly1305": "ChaCha20-Poly1305", "chacha20_poly1305": "ChaCha20-Poly1305",
}  # fmt: skip
_KEEPING = frozenset({"sm3", "aesxcbc", "aescmac"})  # the integrity
_SAYS_NOTHING = frozenset({"esn", "noesn", "none", "no", "yes", "default", ""})


def proposals(text: str) -> tuple[list[Stated], list[str]]:
    """What the proposals name, and the words that nobody here knows."""
    facts: list[Stated] = []
    unknown: list[str] = []
    for proposal in re.split(r"[,\s]+", text.lower()):
        for place, word in enumerate(re.split(r"[-+;!]", proposal)):
            if word == "null" or word in _SAYS_NOTHING:
                facts += [("crypto.use", _NOTHING)] if word == "null" and not place else []
                continue
            told = list(_word(word))
            facts += told
            unknown += [] if told else [word]
    return facts, unknown


_NOTHING: Mapping[str, Scalar] = {
    "algorithm": "eNULL", "family": "NULL", "primitive": "other", "quantum_vulnerable": False, "purpose": "encryption",
}  # fmt: skip


def _word(word: str) -> Iterator[Stated]:
    if word in _WHOLE:
        yield from _uses(_WHOLE[word], "mac" if word in _KEEPING else "encryption")
    elif (found := _CIPHER.fullmatch(word)) is not None:
        sized = [found[3]] if found[3] else []
        yield from _uses("-".join((found[1], *sized, found[2] or found[4] or "cbc")).upper(), "encryption")
    elif (found := _HASH.fullmatch(word)) is not None:
        size = re.search(r"\d{3}", found[2])
        name = "MD5" if found[2] == "md5" else f"SHA{size[0] if size else 256 if '2' in found[2] else 1}"
        yield from _uses(f"Hmac{name}", "key-derivation" if found[1] else "mac")
    elif (found := _GROUP.fullmatch(word)) is not None:
        group = found[1] or _NUMBERED.get(int(found[2] or 0), "") or (found[3] or "").replace("curve", "x")
        yield from _group(group.replace("_", ""))


def _group(group: str) -> Iterator[Stated]:
    if group.isdigit():
        bits = int(group)
        base = {**recognise("FFDH", "any")[0].fields, "algorithm": f"FFDH-{bits}", "key_bits": bits}
        yield "crypto.use", {**base, "purpose": "key-agreement"}
        if bits < SHORTEST:
            yield "crypto.misuse", {"misuse": "short-key", "cwe": 326, "algorithm": f"FFDH-{bits}"}
    elif (on := curve(group)) is not None:
        base = {**recognise("ECDHE", "any")[0].fields, "curve": on.name, "key_bits": on.bits}
        yield "crypto.use", {**base, "purpose": "key-agreement"}


def _uses(name: str, purpose: str) -> Iterator[Stated]:
    for part in recognise(name, "any"):
        yield "crypto.use", {**part.fields, "purpose": purpose}
