"""Logs and running text: lines, in one column called ''. A line longer than a megabyte is cut between words."""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from msgspec import Struct

from assay.core.examination import Shortfall
from assay.examinations.border.readers.batches import Batch, Lines, Read
from assay.examinations.border.readers.encodings import Utf8Stream
from assay.examinations.border.sieve import may_hold

_PIECE = 4 << 20
_LONGEST = 1 << 20
_GAP = re.compile(rb"[\s,;\"'<>{}()\[\]|]")
_OVERLAP = 256


class ByteSource(Protocol):
    """UTF-8, in parts; b"" at the end."""

    def read(self, size: int = -1, /) -> bytes: ...


def read_text(stream: BinaryIO, path: str) -> Iterator[Read]:  # noqa: ARG001
    """Batches of lines. Raises OSError where the stream does."""
    text = Utf8Stream(stream)
    for piece in pieces(text):
        yield lines_of(piece.text)
    if (missing := undecoded(text)) is not None:
        yield missing


class WholeText:
    """A text of no more than `encodings.HEAD` bytes, decoded and sifted. `missing` is what was not decoded.

    Raises OSError where the stream does.
    """

    def __init__(self, stream: BinaryIO) -> None:
        content = stream.read()
        self.missing: Shortfall | None = None
        if not content.isascii() or b"\0" in content:
            text = Utf8Stream(io.BytesIO(content))
            content = text.read().replace(b"\0", b" ")
            self.missing = undecoded(text)
        self.content = content
        self.may_hold = may_hold(self.content)

    def read(self) -> Iterator[Read]:
        """What `read_text` gives."""
        for piece in pieces(io.BytesIO(self.content)):
            yield lines_of(piece.text, sifted=self.may_hold)
        if self.missing is not None:
            yield self.missing


def lines_of(text: str, *, sifted: bool = False) -> Batch:
    """A batch of the lines of a piece."""
    return Batch("", ("",), (Lines(text, sifted=sifted),), text=True)


def undecoded(text: Utf8Stream) -> Shortfall | None:
    """What to say of characters that were not in the encoding, or of a text in none that is known."""
    if text.encoding == "latin-1":
        return Shortfall("not-text", "in no encoding that is known; read as if each byte were a character")
    return Shortfall("damaged", f"characters that are no {text.encoding}: {text.damaged}") if text.damaged else None


class Piece(Struct, frozen=True):
    """Lines without the end of the last. It begins in `line`, counted from 1, at character `start` of that line."""

    text: str
    line: int
    start: int


def pieces(text: ByteSource) -> Iterator[Piece]:
    """All of a text, some megabytes at a time; NUL becomes a space: it separates, it says nothing."""
    rest, line, start = b"", 1, 0
    while True:
        part = text.read(_PIECE)
        buffer = rest + part
        cut = buffer.rfind(b"\n") + 1 if part else len(buffer)
        if not cut and len(buffer) > _LONGEST:
            cut = _between_words(buffer)
        rest = buffer[cut:]
        if cut:
            piece = buffer[:cut].replace(b"\0", b" ").decode("utf-8", "replace")
            yield Piece(piece.removesuffix("\n"), line, start)
            ends = piece.count("\n")
            start = len(piece) - piece.rfind("\n") - 1 if ends else start + len(piece)
            line += ends
        if not part:
            return


def _between_words(buffer: bytes) -> int:
    """Where an endless line is cut: behind the last gap, or between two characters when there is none near."""
    gaps = [found.end() for found in _GAP.finditer(buffer, len(buffer) - _OVERLAP)]
    cut = gaps[-1] if gaps else len(buffer) - 4
    while buffer[cut : cut + 1] and buffer[cut] & 0xC0 == 0x80:
        cut += 1
    return cut
