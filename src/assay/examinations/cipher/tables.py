"""Cryptography written by hand, recognised by the constants that no implementation can do without.

Round constants, substitution boxes and initial values are part of an algorithm's definition, so they stand in every
implementation of it, whatever its functions are called. Each algorithm whose constants stand in a file is a
`crypto.use` with `seen: constant` and `reach: possible`: that the code is there does not show that it is called, nor in
which mode. Such a fact never convicts; it keeps a rule from being met.

*It cannot see* constants that are computed (the SHA-2 constants from primes), algorithms without constants of their own
(RSA; for RC4 see `structure.py`), and what a table in a data file does.
Source: RFC 1321, RFC 3174, FIPS 180-4, FIPS 197, FIPS 46-3, GB/T 32905, GB/T 32907, RFC 7539, RFC 2144, RFC 4269,
RFC 3713, the Blowfish and RIPEMD-160 papers.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product

from assay.core import late
from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab
from assay.core.facts import Evidence, Fact, Scalar
from assay.examinations.cipher.masking import excerpt
from assay.examinations.cipher.names import recognise
from assay.source.languages import BY_NAME

# Words of 32 or 64 bits of which at least two must stand in one unit.
WORDS: Mapping[str, str] = {
    "MD5": "d76aa478 e8c7b756 242070db c1bdceee",
    "SHA-1": "8f1bbcdc ca62c1d6",
    "RIPEMD-160": "a953fd4e 50a28be6 5c4dd124",
    "SHA-256": "428a2f98 71374491 b5c0fbcf",
    "SHA-512": "428a2f98d728ae22 7137449123ef65cd d728ae22 23ef65cd ec4d3b2f",
    "SM3": "7380166f 4914b2b9 79cc4519 7a879d8a",
    "SM4": "a3b1bac6 56aa3350 677d9197 b27022dc",
    "Blowfish": "243f6a88 85a308d3 d1310ba6",
    "AES": "c66363a5 f87c7c84 a56363c6 847c7cf8",
    "DES": "01010400 01010404 02080800 02080802",
    "ChaCha20": "61707865 3320646e 79622d32",
    "CAMELLIA": "a09e667f 3bcc908b b67ae858",
    "SEED": "2989a1a8 05858184",
    "CAST5": "30fb40d4 9fa0ff0b",
}
# Words of SHA-256 that are the upper halves of words of SHA-512, with the lower ones: as often as those stand there,
# they are halves.
HALVES: Mapping[str, str] = {"428a2f98": "d728ae22", "71374491": "23ef65cd", "b5c0fbcf": "ec4d3b2f"}
# Beginnings of byte tables, and the word of each by which the prefilter finds the file.
_CAST = rb"\(?(?:byte\s*\)\s*)?"
_BYTES: tuple[tuple[str, str, tuple[bytes, ...], re.Pattern[bytes]], ...] = tuple(
    (
        algorithm,
        word,
        tuple(item.encode() for item in row.split()),
        late.expression((rb"\s*,\s*" + _CAST).join(item.encode() for item in row.split()), re.IGNORECASE),
    )
    for algorithm, word, row in (
        ("AES", "0x6b", "0x63 0x7c 0x77 0x7b 0xf2 0x6b"),
        ("AES", "242", "99 124 119 123 242 107"),
        ("SM4", "0xe1", "0xd6 0x90 0xe9 0xfe 0xcc 0xe1"),
        ("SM4", "214", "214 144 233 254 204 225"),
        ("DES", "58", "58 50 42 34 26 18"),
        ("DES", "57", "57 49 41 33 25 17"),
    )
)
_LAST_CAST = late.expression(_CAST + rb"\Z", re.IGNORECASE)
_WIDEST_CAST = 4096  # bytes before a table
_SUFFIXES = ("", "l", "L", "u", "U", "ul", "UL", "ull", "ULL", "uLL", "i64", "ui64")


def _cases(word: str) -> set[bytes]:
    """A hexadecimal word in the cases that people write."""
    return {word.encode(), b"0x" + word[2:].upper().encode() if word.startswith("0x") else word.encode()}


def _begin(content: bytes, lower: bytes, first: bytes, pattern: re.Pattern[bytes]) -> int:
    """Where a table begins, with the cast of its first item, -1 when there is none. Items are found natively."""
    at = lower.find(first)
    while at >= 0 and pattern.match(content, at) is None:
        at = lower.find(first, at + 1)
    cast = _LAST_CAST.search(content, max(0, at - _WIDEST_CAST), at) if at >= 0 else None
    return cast.start() if cast is not None else at


class HandWritten:
    """A `FileExamination` over the source languages that are read."""

    id = "cipher.tables@1"
    kinds = ("crypto.use",)
    fold_case = False  # both cases are spelt out: folding every word of a product costs more
    by_format = True

    @cached_property
    def _meaning(self) -> Mapping[bytes, tuple[tuple[str, str], ...]]:
        """Each spelling of a constant: the algorithms and the digits that it stands for."""
        found: dict[bytes, tuple[tuple[str, str], ...]] = {}
        for algorithm, row in WORDS.items():
            for digits in row.split():
                value = int(digits, 16)
                for decimal, suffix in product((value, (1 << len(digits) * 4) - value), _SUFFIXES):  # and signed
                    word = f"{decimal}{suffix}".encode()
                    found[word] = (*found.get(word, ()), (algorithm, digits))
                for spelling in {digits, digits.lstrip("0")}:
                    for prefix, suffix in product(("0x", "0X"), _SUFFIXES):
                        for shown in {spelling, spelling.upper()}:
                            word = f"{prefix}{shown}{suffix}".encode()
                            found[word] = (*found.get(word, ()), (algorithm, digits))
        return found

    @cached_property
    def literals(self) -> frozenset[bytes]:
        return frozenset(self._meaning) | frozenset(form for _, word, _, _ in _BYTES for form in _cases(word))

    def __reduce__(self) -> tuple[type["HandWritten"], tuple[()]]:
        return (type(self), ())

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format in BY_NAME

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        places = dict(self._places(view.content, hits))
        return Examined(tuple(self._fact(view, name, offset) for name, offset in sorted(places.items())))

    def _places(self, content: bytes, hits: Sequence[Hit]) -> Iterator[tuple[str, int]]:
        """Algorithms and the offset where their constants begin."""
        seen: dict[str, dict[str, int]] = {}
        times: Counter[str] = Counter()
        for hit in hits:
            for algorithm, digits in self._meaning.get(hit.literal, ()):
                seen.setdefault(algorithm, {}).setdefault(digits, hit.offset)
                times[digits] += 1
        for algorithm, words in seen.items():
            places = [at for digits, at in words.items() if times[digits] > times[HALVES.get(digits, "")]]
            if len(places) > 1:
                yield algorithm, min(places)
        there = {hit.literal for hit in hits}
        begun = [row for row in _BYTES if not there.isdisjoint(_cases(row[1]))]
        lower = content.lower() if begun else b""
        for algorithm, _, items, pattern in begun:
            at = _begin(content, lower, items[0], pattern) if all(item in lower for item in items) else -1
            if at >= 0:
                yield algorithm, at

    def _fact(self, view: FileView, name: str, offset: int) -> Fact:
        line = view.first_line + view.content.count(b"\n", 0, offset)
        evidence = Evidence(view.meta.path, line, excerpt(view.content, offset))
        return stated(name, view.meta, evidence, self.id)


def stated(name: str, meta: FileMeta, evidence: Evidence, by: str) -> Fact:
    """That the constants of an algorithm stand somewhere: whether it is called, and how, does not show."""
    fields: dict[str, Scalar] = dict((recognise(name, "any") or recognise(name, "jca-keygen"))[0].fields)
    if fields.get("primitive") == "block-cipher":
        fields |= {"mode": None, "padding": None}
    value: dict[str, Scalar] = {**fields, "purpose": None, "seen": "constant", "state": None, "reach": "possible"}
    return Fact("crypto.use", meta.subject(), value, by, (evidence,))
