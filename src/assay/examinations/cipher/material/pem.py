"""Blocks of PEM, in files of their own and inside text: strings of source, values of configuration, documents.

A block is followed to its end line or to the next dashes. In text the quotes, comment marks, operators and escapes
between its lines are passed over. *It cannot see* a block that is encoded once more (base64 of PEM, as in settings of
Kubernetes) or put together from variables. Source: RFC 7468, RFC 1421.
"""

import binascii
from collections.abc import Iterator

from msgspec import Struct

from assay.core import late

_BEGIN = late.expression(rb"-----BEGIN ([A-Z0-9][A-Z0-9 #./-]{0,60}?)-----|---- BEGIN (SSH2 PUBLIC KEY) ----")
_BASE64 = late.expression(rb"[A-Za-z0-9+/=\s]*")
_HEADER = late.expression(rb"^[ \t\"'*#]*([A-Za-z][A-Za-z0-9-]{1,40}): ?([^\r\n\"'\\]*)")
_BREAK = late.expression(rb"\\r\\n|\\n|\\r|\r\n|\n|\r")
_LINE = late.expression(
    rb"(?![ \t]*//[ \t]*\Z)[ \t]*(?://[ \t]+|[#*>|][ \t]*)?"  # marks of comments and quotations
    rb"(?:[+.&]?[ \t]*[A-Za-z]{0,2}[\"'`])?"  # an operator, a prefix, a quote
    rb"([A-Za-z0-9+/]+={0,2})"
    rb"[ \t]*(?:[\"'`][ \t+.&,;)\]}]*)?\\?[ \t]*"
)
_QUOTES = late.expression(rb"[\"'`\\,;+()\s]+")
LONGEST = 4 << 20
LEAST = 40  # characters of base64 that make a block more than a header


class Block(Struct, frozen=True):
    """`data` None: it does not decode; `characters` counts what is there of base64. `ended` at its own end line."""

    label: str
    at: int
    data: bytes | None
    characters: int
    headers: dict[str, str]
    ended: bool


def blocks(content: bytes) -> Iterator[Block]:
    """Every block that begins in the content."""
    at = 0
    while True:
        begin = _BEGIN.search(content, at)
        if begin is None:
            return
        label = (begin[1] or begin[2]).decode("ascii")
        dashes, own_end = (b"-----", b"-----END " + begin[1]) if begin[1] else (b"---- ", b"---- END")
        stop = content.find(dashes, begin.end(), begin.end() + LONGEST)
        end = stop if stop >= 0 else min(len(content), begin.end() + LONGEST)
        ended = stop >= 0 and content.startswith(own_end, stop)
        yield _block(label, begin.start(), content[begin.end() : end], ended)
        at = end


def _block(label: str, at: int, body: bytes, ended: bool) -> Block:
    plain, headers = (body, {}) if _BASE64.fullmatch(body) and b"// " not in body else _cleaned(body)
    size = len(plain) - plain.count(b"\n") - plain.count(b"\r") - plain.count(b" ")
    data = None
    if size:
        try:
            data = binascii.a2b_base64(plain)
        except binascii.Error:
            data = None
    return Block(label, at, data or None, size, headers, ended)


def _cleaned(body: bytes) -> tuple[bytes, dict[str, str]]:
    """The base64 inside, and the headers before it."""
    kept: list[bytes] = []
    headers: dict[str, str] = {}
    continued = False
    for line in _BREAK.split(body):
        header = _HEADER.match(line) if not kept else None
        if continued or header is not None:
            continued = line.rstrip().endswith(b"\\")
            if header is not None:
                headers[header[1].decode("ascii")] = header[2].decode("ascii", "replace").strip()
            continue
        found = _LINE.fullmatch(line)
        if found is not None:
            kept.append(found[1])
        elif not _QUOTES.fullmatch(line) and line.strip():
            if not kept:
                continue
            break
    return b"".join(kept), headers
