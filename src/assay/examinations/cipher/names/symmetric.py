"""Readers of block and stream ciphers, keyed hashes, derivations and password-based schemes.

Each reader takes squeezed text and must consume all of it: "description" begins like DES and is nothing.
"""

from typing import Final

from msgspec.structs import replace

from assay.core.facts import Scalar
from assay.examinations.cipher.names.reading import Reading, digest_of, digest_parts, leading_digest
from assay.examinations.cipher.names.tables import CIPHERS, MODES, PADDINGS, SIZES

_LONGEST_CIPHER: Final = max(map(len, CIPHERS))
_LONGEST_MODE: Final = max(map(len, MODES))
_KEYED: Final = {
    **{name: name for name in ("hmac", "hkdf", "pbkdf1", "pbkdf2", "pbmac1", "sshkdf", "tls12prf", "tls13prf")},
    "ansikdfx963": "ansix963kdf",
    "ansikdfx942": "ansix942kdf",
    "x963kdf": "ansix963kdf",
    "x942kdf": "ansix942kdf",
    "srp6": "srp",
}


def keyed(key: str) -> Reading | None:
    """HMAC and the derivations that take a digest: HmacSHA256, PBKDF2WithHmacSHA1, pbkdf2_sha256, HKDF-SHA-256."""
    if key.endswith("hmac") and digest_of(key.removesuffix("hmac")):
        key = f"hmac{key.removesuffix('hmac')}"
    for prefix, stem in _KEYED.items():
        if not key.startswith(prefix):
            continue
        rest = key[len(prefix) :].removeprefix("with").removeprefix("hmac").removeprefix("pbe").removeprefix("with")
        if stem == "hmac":
            rest = rest.removesuffix("etm")  # SSH: encrypt-then-MAC
            rest = rest if digest_of(rest) else rest.removesuffix("96")  # SSH: cut to 96 bits
        digest = digest_of(rest)
        if rest and not digest:
            return None
        hashed = stem in {"pbkdf2", "pbmac1"} and digest  # PBKDF1 repeats the bare digest
        inside = (Reading("hmac", digest=digest),) if hashed else digest_parts(digest)
        return Reading(stem, digest=digest, parts=inside)
    return None


def cipher(key: str) -> Reading | None:
    """A block cipher with size, mode and padding in any order that libraries use, or a CMAC over one."""
    for length in range(min(len(key), _LONGEST_CIPHER), 1, -1):
        if key[:length] in CIPHERS:
            found = _after_stem(*CIPHERS[key[:length]], key[length:])
            if found is not None:
                return found
    return None


def _after_stem(stem: str, implied: int, rest: str) -> Reading | None:
    bits, rest = (implied, rest) if implied else _leading_size(stem, rest)
    for length in range(min(len(rest), _LONGEST_MODE), -1, -1):
        mode, variant = MODES.get(rest[:length], ("", "")) if length else ("", "")
        if length and not mode:
            continue
        size, tail = (bits, rest[length:]) if bits else _leading_size(stem, rest[length:])
        if tail.startswith("with") and tail.endswith("cts"):
            mode, tail = "cts", ""
        padding = PADDINGS.get(tail) if tail else "none"
        if padding is not None:
            given: dict[str, Scalar] = {"key_bits": size} if size else {}
            return _with_mode(stem, given, mode, variant).padded(padding)
    return None


def _with_mode(stem: str, given: dict[str, Scalar], mode: str, variant: str) -> Reading:
    if mode == "cmac":
        inner = Reading(stem, given)
        return Reading("cmac", inner=inner, parts=(inner,))
    return Reading(stem, {**given, "mode": mode} if mode else given, variant=variant)


def _leading_size(stem: str, rest: str) -> tuple[int, str]:
    """A key size that the cipher has, at the beginning of `rest`, and what is left; 0 when there is none."""
    sizes = SIZES.get(stem, {})
    for length in (4, 3, 2):
        number = rest[:length]
        if len(number) == length and number.isdigit() and int(number) in sizes and number[0] != "0":
            return sizes[int(number)], rest[length:].removeprefix("bit").removeprefix("key")
    return 0, rest


def rc4(key: str) -> Reading | None:
    for prefix in ("arcfour", "arc4", "rc4"):
        if key.startswith(prefix):
            rest = key.removeprefix(prefix)
            bits, tail = _leading_size("rc4", rest)
            return Reading("rc4", {"key_bits": bits} if bits else {}) if not tail else None
    return None


def cmac(key: str) -> Reading | None:
    """CMAC-AES-128, the registry's order; the others are modes to `cipher`."""
    inner = cipher(key.removeprefix("cmac")) if key.startswith("cmac") else None
    return Reading("cmac", inner=inner, parts=(inner,)) if inner else None


def password_based(key: str) -> Reading | None:
    """PBES1, PBES2 and PKCS#12: PBEWithMD5AndDES, PBEWithHmacSHA256AndAES_128, PBE-SHA1-3DES, and PBES1-DES-CBC-MD5."""
    if key.startswith(("pbes1", "pbes2")):
        return _registered_pbes(key[:5], key[5:])
    if not key.startswith("pbe"):
        return None
    rest = key[3:].removeprefix("with")
    keyed_ = rest.startswith("hmac")
    digest, rest = leading_digest(rest.removeprefix("hmac"))
    if keyed_ and digest and not rest:
        return Reading("pbmac1", digest=digest, parts=(Reading("hmac", digest=digest),))
    rest = rest.removeprefix("and")
    inner = _inner_cipher(rest.removesuffix("bc") if rest.endswith("cbcbc") else rest)
    return _pbes("pbes2" if keyed_ else "pbes1", digest, inner) if digest and inner else None


def _registered_pbes(stem: str, rest: str) -> Reading | None:
    for cut in range(len(rest), 0, -1):
        digest, inner = digest_of(rest[cut:]), cipher(rest[:cut]) or rc4(rest[:cut])
        if inner is not None and (digest or cut == len(rest)):
            return _pbes(stem, digest, inner)
    return None


def _inner_cipher(text: str) -> Reading | None:
    """The cipher of a password-based scheme, in CBC unless it is a stream: des, 3keytripledescbc, 128bitaescbc."""
    number, bit, rest = text.partition("bit")
    if bit and number.isdigit():
        text = rest.removesuffix("cbc") + number
    found = cipher(text.removesuffix("cbc")) or rc4(text)
    if found is None or not found.is_block:
        return found
    triple: dict[str, Scalar] = (
        {"key_bits": 168} if found.stem == "3des" else {}
    )  # the JDK's bare DESede has three keys
    return replace(found, given={"mode": "cbc", **triple, **found.given})


def _pbes(stem: str, digest: str, inner: Reading) -> Reading:
    derivation = (Reading("pbkdf2", digest=digest),) if stem == "pbes2" and digest else digest_parts(digest)
    return Reading(stem, digest=digest, inner=inner, parts=(*derivation, inner))
