"""Imports of libraries that nobody has listed, whose names speak of cryptography.

The strangers of `outward.yaml` are a closed list, and no such list is complete: `import "example.com/pay/crypto/sm2"`
brings cryptography that no catalogue knows. An import one of whose words is an algorithm or a word of cryptography is
handed on; once all files are known, `packages.py` asks whether it is in the delivery, and so read as files of its own.
Any other one is a blind spot.

A library of the catalogue is told by its root: the first part of a name, the first three of a path, a package or a
namespace. It was written from the whole of the library, so what it leaves out is no blind spot. A stranger is flagged
by its own name.

*It cannot see* a library whose name says nothing of cryptography, C's headers, what stands in a name that joins words
(`AesUtil`; a crate's name is taken apart), and a name that comes with all others of its package.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from assay.core import late
from assay.core.examination import Hit
from assay.examinations.cipher.catalogue import catalogue_of, shape_of
from assay.examinations.cipher.ways import ways
from assay.source.go_names import split
from assay.source.rust_names import used

_WORDS: Final = frozenset(
    {"crypto", "cryptography", "cipher", "ciphers", "encrypt", "encryption", "encryptor", "decrypt", "decryption",
     "jwt", "jose", "jws", "jwe", "jwk", "jwks", "aes", "des", "rsa", "dsa", "ecdsa", "ecdh", "ecc", "ed25519",
     "x25519", "curve25519", "secp256k1", "sm2", "sm3", "sm4", "sm9", "gmsm", "gmssl", "md5", "sha1", "sha2", "sha3",
     "sha256", "sha512", "hmac", "pbkdf2", "scrypt", "bcrypt", "argon2", "blake2", "blake3", "chacha20", "poly1305",
     "rc4", "blowfish", "pkcs7", "pkcs8", "pkcs11", "pkcs12", "x509", "openssl", "gpg", "pgp", "openpgp", "tls",
     "dtls", "ssl"}
)  # fmt: skip
_JVM = late.expression(rb"^[ \t]*import\s+(?:static\s+)?([\w.]+)", re.MULTILINE)
_SCRIPT = late.expression(rb"(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)[\"'](?:node:)?(@?\w[\w./@-]*)[\"']")
_IMPORTS: Final = {
    "Java": _JVM,
    "Kotlin": _JVM,
    "C#": late.expression(
        rb"^[ \t]*(?:global\s+)?using\s+(?:static\s+)?(?:\w+\s*=\s*)?(?:global::)?([\w.]+)\s*;", re.MULTILINE
    ),
    "Python": late.expression(rb"^[ \t]*(?:from\s+(\w[\w.]*)\s+import|import\s+(\w[\w., \t]*))", re.MULTILINE),
    "PHP": late.expression(rb"^[ \t]*use\s+(?:function\s+)?\\?(\w[\w\\]*)", re.MULTILINE | re.IGNORECASE),
    "JavaScript": _SCRIPT,
    "TypeScript": _SCRIPT,
}
_HARMLESS: Final = late.expression(r"(?:^|\W)(?:Hex|Base\d+|\w*(?:Exception|Error))$")  # encodings, and what is thrown
LANGUAGES: Final = (*_IMPORTS, "Go", "Rust")
_GO: Final = late.expression(rb"^import\s*(?:\([^)]*\)|[^\n(]*)", re.MULTILINE)
_QUOTED: Final = late.expression(rb"[\"`]([^\"`\n]+)[\"`]")
_USE: Final = late.expression(rb"^[ \t]*(?:pub(?:\s*\([^)]*\))?\s+)?use\s+([^;]+);", re.MULTILINE)
_CRATE: Final = late.expression(rb"(?<![\w:.])([a-z]\w*)::(?!<)|^[ \t]*extern\s+crate\s+(\w+)", re.MULTILINE)
_NO_CODE: Final = late.expression(rb"\"(?:[^\"\\]|\\.)*\"|//[^\n]*|/\*.*?\*/", re.DOTALL)  # texts and comments
_MODULE: Final = late.expression(rb"\bmod\s+(\w+)")
_JOINT: Final = {"Go": "/", "PHP": "\\"}
_ROOT: Final = {"Python": 1, "Rust": 1, "PHP": 2}  # parts of a name that tell a library, else three


@lru_cache(maxsize=16)
def literals(language: str) -> frozenset[bytes]:
    """The words by which imports are found; a crate's name joins words, so that all of Rust's files are looked at."""
    if language not in LANGUAGES:
        return frozenset()
    if language == "Rust":
        return frozenset({b"use", b"fn"})
    spelt = {spelling for word in _WORDS for spelling in (word, word.capitalize(), word.upper())}
    return frozenset(word.encode() for word in (_WORDS if language == "PHP" else spelt))


def unlisted(language: str, content: bytes, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:
    """Offsets and names of imports that speak of cryptography and whose library nobody has listed."""
    words = literals(language)
    if any(hit.literal in words for hit in hits):
        for offset, name in _imported(language, content):
            if is_unlisted(name, language):
                yield offset, name


@lru_cache(maxsize=4096)
def is_unlisted(name: str, language: str) -> bool:
    """Whether a qualified name speaks of cryptography and is of no library that is listed."""
    return _speaks(name, language) and not _HARMLESS.search(name) and not _is_listed(name, language)


def parts_of(name: str, language: str) -> tuple[str, ...]:
    joint = "/" if language in {"JavaScript", "TypeScript"} else _JOINT.get(language, ".")
    return tuple(part for part in name.split(joint) if part)


def _imported(language: str, content: bytes) -> Iterator[tuple[int, str]]:
    if language == "Go":
        for found in _GO.finditer(content):
            for path in _QUOTED.finditer(content, found.start(), found.end()):
                yield path.start(), path[1].decode("utf-8", "replace")
    elif language == "Rust":
        yield from _crates(content)
    else:
        for found in _IMPORTS[language].finditer(content):
            for name in found[found.lastindex or 1].decode("utf-8", "replace").split(","):  # Python's may be several
                yield found.start(), name.split()[0] if name.split() else ""


def _blank(found: re.Match[bytes]) -> bytes:
    return re.sub(rb"[^\n]", b" ", found[0])


def _crates(content: bytes) -> Iterator[tuple[int, str]]:
    """What paths begin with, without the modules that the file itself has or brings in."""
    here = {found[1].decode() for found in _MODULE.finditer(content)}
    heads: list[tuple[int, str]] = []
    for found in _USE.finditer(content):
        for name, path in used(found[1].decode("utf-8", "replace")):
            here.update((name,) if path != name else ())
            heads.append((found.start(), path.partition(".")[0]))
    code = _USE.sub(_blank, _NO_CODE.sub(_blank, content))
    heads.extend((found.start(), (found[1] or found[2]).decode()) for found in _CRATE.finditer(code))
    yield from ((offset, name) for offset, name in heads if name not in here)


def _speaks(name: str, language: str) -> bool:
    parts = re.split(r"[\W_]+" if language == "Rust" else r"\W+", name)
    return not _WORDS.isdisjoint(part.lower() for part in parts)


def _is_listed(name: str, language: str) -> bool:
    parts, roots = tuple(part.lower() for part in parts_of(name, language)), _roots(language)
    known = name.lower() in catalogue_of(language).entries  # a function, which PHP imports by its name alone
    return known or any(parts[:end] in roots for end in range(1, len(parts) + 1))


@lru_cache(maxsize=16)
def _roots(language: str) -> frozenset[tuple[str, ...]]:
    """Roots of the libraries of the catalogue and of the strangers, in lower case."""
    catalogue, longest = catalogue_of(language), _ROOT.get(language, 3)
    first = ["crypto"] if language == "Go" else catalogue.aliases
    roots: set[tuple[str, ...]] = {(name,) for name in first}
    for call in (*catalogue.entries, *catalogue.blind, *catalogue.values):
        if shape_of(call) == "any":
            roots.add(_root(call.removesuffix(".<init>"), language, longest))
    for name in (name for names in ways(language).strangers.values() for name in names):
        spelt = name.replace("::", ".").replace(".", "\\") if language == "PHP" else name.replace("::", ".")
        roots.add(parts_of(spelt, language))
    return frozenset(tuple(part.lower() for part in root) for root in roots if root)


def _root(call: str, language: str, longest: int) -> tuple[str, ...]:
    """The root of the library of a name of the catalogue: of its path, or of its package without the class."""
    if language == "Go":
        parts = tuple(split(call)[0].split("/"))
        return parts[:longest] if "." in parts[0] else parts[:1]
    if language in {"JavaScript", "TypeScript"}:
        return tuple(re.split(r"\.(?=[A-Za-z_]+(?:\.|$))", call)[0].split("/"))[:2]
    parts = tuple(call.split("."))
    if language in {"Python", "Rust", "PHP"}:
        return parts[: min(longest, max(1, len(parts) - 1))]
    last = next((at for at, part in enumerate(parts[:-1]) if part[:1].isupper()), len(parts) - 1)
    return parts[: min(longest, max(1, last if language != "C#" else len(parts) - 2))]
