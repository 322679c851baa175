"""Ciphers written by hand, recognised by what they do where no constant of their own gives them away.

1. Text joined by exclusive or to a key that begins again and again (`data[i] ^ key[i % n]`), and rounds that swap two
   halves, one of them changed by a function of the other: a cipher of somebody's own, or of a library that brings its
   implementation. Stated as the misuse `homemade-cipher`, `reach: possible`.
2. A state of 256 that a running index swaps is RC4; shifts by four and five around 0x9e3779b9 are TEA; sines times two
   to the thirty-second are the table of MD5; the first row of S1 is DES. Stated as `tables.py` states constants.

*It cannot see* what is written without these shapes, and whether the code is called. A mask of four bytes or fewer, as
of WebSockets, is none of them.
Source: RFC 1321, FIPS 46-3, RFC 6229; Wheeler and Needham, TEA (1994); CWE-1240.
"""

import re
from collections.abc import Iterator, Sequence

import re2

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab
from assay.core.facts import Evidence, Fact, Scalar
from assay.examinations.cipher.masking import excerpt
from assay.examinations.cipher.tables import stated
from assay.lab.identifiers import places
from assay.lab.signs import Signs, either_case
from assay.source.languages import BY_NAME

MOST = 3  # places of one shape that a file shows
MOST_SIGNS = 4096  # places of an exclusive or that are looked at
_WRAPPED = rb"(?:\(\s*[\w ]+\s*\)\s*|\w+\(\s*)*"
_INDEXED = (
    rb"\$?[\w.>-]+\s*(?:\[|\.(?:charCodeAt|charAt|codeUnitAt|at|get)\()\s*\$?[\w.$+ ]+?"
    rb"\s*%\s*(?P<n>[^\]\n;]{1,40}?)\s*[\])]"
)
_ROTATING = (
    re.compile(rb"\^=?\s*" + _WRAPPED + _INDEXED),
    re.compile(_INDEXED + rb"[\s)]*(?:& ?0x[fF]{2}\)*\s*)?\^(?!=?\s*\^)"),
)
_CYCLING = re.compile(rb"\^[^\n]{0,80}\bzip\([^\n]{0,120}\bcycle\(")
_HALVES = (
    re.compile(rb"(\b\w+)\s*,\s*(\w+)\s*:?=\s*\2\s*,\s*\(?\s*\1\s*\^"),
    re.compile(rb"(\b\w+)\s*=\s*(\w+)\s*;\s*\2\s*=\s*\(?\s*(\w+)\s*\^[^;\n]*;\s*\3\s*=\s*\1\s*;"),
    re.compile(rb"(\b\w+)\s*=\s*\(?\s*(\w+)\s*\^[^;\n]*\b(\w+)\b[^;\n]*;\s*\2\s*=\s*\3\s*;\s*\3\s*=\s*\1\s*;"),
)
_LOOP = re.compile(rb"\b(?:for|while|loop|do)\b")
_STEP = re.compile(rb"(\b\w+)\s*(\+?=)(?!=)\s*([^;\n]{3,160})")
_SWAP = re.compile(rb"(\b\w+)\[\s*\$?(\w+)\s*\](?:\s*,[^=\n]{1,40})?\s*=\s*\$?\1\[\s*\$?(\w+)\s*\]")
_SWAPPED = re.compile(rb"\](?:\s*,[^=\n]{1,40})?\s*=\s*\$?\w+\[\s*\$?\w+\s*\]")  # where one may be: begins fast
_ELEMENT = re.compile(rb"\$?(\w+)\[\s*\$?(\w+)\s*\]")
_DELTAS = (b"9e3779b9", b"9E3779B9", b"2654435769", b"1640531527", b"61c88647", b"61C88647")
_SHIFTS = (re.compile(rb"<<\s*4\b"), re.compile(rb">>>?\s*5\b"))
_SINES = re.compile(
    rb"\bsin\s*\([^()\n]{1,40}\)[^\n;]{0,60}(?:4294967296|0x100000000|2\s*\*\*\s*32|pow\s*\(\s*2(?:\.0)?\s*,\s*32|1\s*<<\s*32|2\^32)"
)
_S1 = (
    re.compile(rb"14\s*,\s*0?4\s*,\s*13\s*,\s*0?1\s*,\s*0?2\s*,\s*15\s*,\s*11\b"),
    re.compile(rb"0x0?e\s*,\s*0x0?4\s*,\s*0x0?d\s*,\s*0x0?1\s*,\s*0x0?2\s*,\s*0x0?f\s*,\s*0x0?b\b"),
)
_OF_256 = Signs(b"255", b"256", b"0x100")
_RARE = re2.compile(rb"(?i)9e3779b9|2654435769|1640531527|61c88647|15, ?11\b|0x0?f, ?0x0?b\b|\bsin ?\(")
_OF_RARE = Signs(  # one of them stands wherever `_RARE` matches; the letter is an s to RE2 where case is none
    *(b"2654435769", b"1640531527", b"15,11", b"15, 11", "ſ".encode()),
    *(sign for text in (b"9e3779b9", b"61c88647", b"f,0x", b"f, 0x", b"sin(", b"sin (") for sign in either_case(text)),
)
_AGAIN = re.compile(rb"%\s*[^\]\n;%\"']{1,40}?\s*[\])]")
_BEFORE, _BEHIND = 120, 360  # bytes around a sign that are looked at
_OF_A_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"


class HomemadeCiphers:
    """A `FileExamination` without literals: the shapes are made of signs."""

    id = "cipher.structure@1"
    kinds = ("crypto.use", "crypto.misuse")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format in BY_NAME

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        content = view.content
        facts = [stated(name, view.meta, self._evidence(view, at), self.id) for name, at in _known(content)]
        facts += [self._homemade(view, at) for at in _own(content)]
        return Examined(tuple(facts))

    def _evidence(self, view: FileView, offset: int) -> Evidence:
        line = view.first_line + view.content.count(b"\n", 0, offset)
        return Evidence(view.meta.path, line, excerpt(view.content, offset))

    def _homemade(self, view: FileView, offset: int) -> Fact:
        value: dict[str, Scalar] = {
            "misuse": "homemade-cipher",
            "cwe": 1240,
            "seen": "constant",
            "state": None,
            "reach": "possible",
        }
        return Fact("crypto.misuse", view.meta.subject(), value, self.id, (self._evidence(view, offset),))


def _own(content: bytes) -> Iterator[int]:
    """Where text meets a key that begins again, and where halves are swapped in rounds."""
    if b"^" not in content:
        return
    found: dict[int, None] = {}
    for sign in _AGAIN.finditer(content) if b"%" in content else ():
        start = max(0, sign.start() - _BEFORE)
        near = content[start : sign.end() + 40]
        for one in (one for pattern in _ROTATING for one in pattern.finditer(near)) if b"^" in near else ():
            if start + one.start() < sign.start() < start + one.end() and not _is_mask(one["n"]):
                found[start + one.start()] = None
    if b"cycle(" in content:
        found |= dict.fromkeys(one.start() for one in _CYCLING.finditer(content))
    at = content.find(b"^")
    for _ in range(MOST_SIGNS):
        if at < 0:
            break
        start = max(0, at - _BEFORE)
        near = content[start : at + _BEHIND] if _begins(content[start:at]) else b""
        for half in (pattern.search(near) for pattern in _HALVES if near):
            begin = start + half.start() if half is not None else -1
            looping = _LOOP.search(content, max(0, begin - 600), begin) if begin >= 0 else None
            if half is not None and looping is not None and begin < at < start + half.end():
                found[begin] = None
        at = content.find(b"^", at + 1)
    yield from sorted(found)[:MOST]


def _begins(before: bytes) -> bool:
    """Whether the first exclusive or of one of `_HALVES` may stand behind these bytes: `= (a ^` or `, a ^`."""
    named = before.rstrip()
    ahead = named.rstrip(_OF_A_NAME)
    return len(ahead) < len(named) and ahead.rstrip().removesuffix(b"(").rstrip()[-1:] in {b"=", b","}


def _is_mask(size: bytes) -> bool:
    return size.isdigit() and int(size) <= 4


def _known(content: bytes) -> Iterator[tuple[str, int]]:
    """Algorithms that the shape of their code gives away, and where."""
    if _OF_256.within(content) and any(next(places(content, number), -1) >= 0 for number in _OF_256.signs):
        at = next(_swapping(content), -1)
        if at >= 0:
            yield "RC4", at
    if not _OF_RARE.within(content) or _RARE.search(content) is None:
        return
    for at in (at for at in map(content.find, _DELTAS) if at >= 0):
        near = content[max(0, at - 600) : at + 600]
        if all(shift.search(near) for shift in _SHIFTS):
            yield "TEA", at
            break
    if (sines := _SINES.search(content)) is not None:
        yield "MD5", sines.start()
    lower = content.lower()
    row = next((found for pattern in _S1 if (found := pattern.search(lower)) is not None), None)
    if row is not None:
        yield "DES", row.start()


def _swapping(content: bytes) -> Iterator[int]:
    """Where an index runs by its own value, an element of the state and one of the key, and the state is swapped."""
    for one in _SWAPPED.finditer(content):
        start = max(0, one.start() - 40)
        swap = _SWAP.search(content, start, one.end())
        if swap is None or swap[2] == swap[3]:
            continue
        state, place, index, first = swap[1], swap[2], swap[3], max(0, start - 300)
        for step in _STEP.finditer(content, first, swap.start()):
            runs = step[1] == index and (step[2] == b"+=" or index in re.findall(rb"\w+", step[3]))
            if runs and b"+" in step[0] and (state, place) in _ELEMENT.findall(step[3]):
                yield step.start()
