"""One spelling for what is written so that a search misses it: wide and foreign digits, odd blanks and dashes,
characters that nobody sees, and escapes of HTML, of addresses of the web and of JSON.

What is one character for another (`FOLDS`) keeps all places. `unfolded` takes characters away as well, and says where
each one that is left stood. *It cannot see* digits in words, in circles or one by one with blanks between them.
"""

import re
from functools import cache
from typing import Any

import re2

from assay.lab.signs import Signs

_DIGITS = (0x660, 0x6F0, 0x966, 0xE50, 0xFF10, *range(0x1D7CE, 0x1D7FF, 10))
_BLANKS = (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_DASHES = (*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63)
FOLDS: dict[int, int] = (
    {0xFF01 + at: 0x21 + at for at in range(94)}
    | dict.fromkeys(_BLANKS, 0x20)
    | dict.fromkeys(_DASHES, 0x2D)
    | {zero + digit: 0x30 + digit for zero in _DIGITS for digit in range(10)}
)
_UNSEEN = "\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
_ESCAPED = (
    rf"(?P<unseen>[{_UNSEEN}]+)|(?P<html>&(?:\#[0-9]{{1,7}}|\#[xX][0-9a-fA-F]{{1,6}}|nbsp|ensp|emsp|thinsp|shy|amp|commat|period);)"
    r"|(?P<web>(?:%[0-9a-fA-F]{2})+)|\\u(?P<json>[0-9a-fA-F]{4})"
)
HIDDEN = (
    r"[0-9](?:[\x{a0}\x{2000}-\x{200a}\x{202f}\x{205f}\x{2010}-\x{2015}\x{2212}]|&(?:nbsp|ensp|emsp|thinsp);)[0-9]"
    r"|[0-9A-Za-z@.\x{4e00}-\x{9fff}](?:[\x{ad}\x{34f}\x{180e}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{2066}-\x{2069}"
    r"\x{fe00}-\x{fe0f}\x{feff}]|&(?:shy|commat|period);)"
    r"|[\x{660}-\x{669}\x{6f0}-\x{6f9}\x{966}-\x{96f}\x{e50}-\x{e59}\x{1d7ce}-\x{1d7ff}]"
    r"|&#(?:[xX](?:2[bBdD]|3[0-9]|40)|4[3589]|5[0-7]|64);|%(?:2[bB]|3[0-9]|40)|\\u00(?:2[bBdD]|3[0-9]|40)"
)
"""For RE2: where text is written so that only `unfolded` shows what it is."""
HIDING = Signs(
    *(b"&nbsp;", b"&ensp;", b"&emsp;", b"&thinsp;", b"&shy;", b"&commat;", b"&period;", b"&#"),
    *(b"%2b", b"%2B", b"%3", b"%40", b"\\u00"),
)
"""One of these stands in each text of ASCII in which `HIDDEN` finds anything."""
ODD_BYTES = (b"&", b"%", b"\\")
"""One of these, or a byte above 127, stands wherever anything can be folded."""
LEADS = frozenset(b"&%\\\xc2\xcd\xd9\xdb\xe0\xe1\xe2\xef\xf0")
"""The first bytes of all that can be folded, but for the wide blank, which nothing in a cell needs."""


def folded(text: str) -> str:
    """The same with as many characters."""
    if text.isascii():
        return text
    content, at = text.encode("utf-8", "replace"), 0
    while (found := _foldable().search(content, at)) is not None:  # once for each of the few that stand in a text
        at, odd = found.start(), found[0].decode()
        plain = chr(FOLDS[ord(odd)])
        content, text = content.replace(found[0], plain.encode()), text.replace(odd, plain)
    return text


@cache
def _foldable() -> Any:
    return re2.compile("[" + "".join(map(r"\x{{{:x}}}".format, FOLDS)) + "]")


@cache
def _escaped() -> re.Pattern[str]:
    return re.compile(_ESCAPED)


def unfolded(text: str) -> tuple[str, list[int], list[int]]:
    """What is left, and for each of its characters where what it stands for begins and ends."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for found in _escaped().finditer(text):
        start, end = found.span()
        new = folded(_meant(found)).replace("\n", " ")
        parts += [text[last:start], new]
        starts += [*range(last, start), *[start] * len(new)]
        ends += [*range(last + 1, start + 1), *[end] * len(new)]
        last = end
    parts.append(text[last:])
    starts += range(last, len(text))
    ends += range(last + 1, len(text) + 1)
    return "".join(parts), starts, ends


def plain(text: str) -> str:
    """A cell as it is compared and scanned."""
    return unfolded(folded(text))[0]


def _meant(found: "re.Match[str]") -> str:
    if found["unseen"]:
        return ""
    if found["html"]:
        import html  # noqa: PLC0415

        return html.unescape(found["html"]).replace("\u00ad", "").encode("utf-8", "replace").decode()
    if found["web"]:
        return bytes.fromhex(found["web"].replace("%", "")).decode("utf-8", "replace")
    return chr(int(found["json"], 16)).encode("utf-8", "replace").decode()
