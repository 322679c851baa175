"""A file read once, hashed on the way, and cut into units that an examination can hold.

A file of at most `unit_bytes` is one unit. A larger one is cut at line ends, or between words when a line is longer,
or anywhere when even a word is; a construct that crosses a cut is not seen whole, which is why examinations of such
files are recorded as partial. UTF-16 and UTF-32 with a byte order mark become UTF-8, and a UTF-8 mark is dropped;
offsets then count bytes of that text. No more than a few units are in memory, whatever the size of the file.
"""

import codecs
import hashlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from msgspec import Struct

from assay.core.kinds import FileClass
from assay.lab.identifiers import IS_WORD

TEXT_CLASSES: frozenset[FileClass] = frozenset({"source", "configuration", "text", "data"})

_CHUNK = 1 << 20
_LOOK_BACK = 1024
_SAMPLE = 64 << 10
_CONTROL = bytes(byte for byte in range(1, 32) if byte not in b"\b\t\n\v\f\r\x1a\x1b") + b"\x7f"
_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class BadContentError(Exception):
    """The bytes are not the ones that the delivery announced."""


class Unit(Struct, frozen=True):
    content: bytes
    first_line: int
    offset: int
    whole: bool


class Reading:
    """One pass over one stream. `size` is what the delivery says; more or fewer bytes raise BadContentError.

    Raises whatever the stream raises. `digest()` is the SHA-256 of the delivered bytes once all were read; `whole` are
    these bytes when all were read at once.
    """

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._size = size
        self._hash = hashlib.sha256()
        self.ended = False
        self.bytes_read = 0
        self.whole: bytes | None = None

    def digest(self) -> str:
        return self._hash.hexdigest() if self.ended else ""

    def fill(self) -> None:
        """Read all of it at once; the stream may then be closed before the units are asked for."""
        self.whole = self._pull(self._size + 1)

    def drain(self, alive: Callable[[], None]) -> None:
        """Read the rest for the hash alone; `alive` is called between chunks."""
        while not self.ended:
            self._pull(min(self._size - self.bytes_read + 1, _CHUNK))
            if not self.ended:
                alive()

    def units(self, unit_bytes: int, *, text: bool) -> Iterator[Unit]:
        buffer = self._pull(min(self._size, unit_bytes) + 1) if self.whole is None else self.whole
        decode = _decoder(buffer) if text else None
        line, offset, whole = 1, 0, True
        if decode is not None:
            buffer = decode(buffer, self.ended)
        elif text and buffer.startswith(codecs.BOM_UTF8):
            buffer, offset = buffer[len(codecs.BOM_UTF8) :], len(codecs.BOM_UTF8)
        while True:
            while len(buffer) <= unit_bytes and not self.ended:
                more = self._pull(_CHUNK)
                buffer += decode(more, self.ended) if decode is not None else more
            if len(buffer) <= unit_bytes:
                yield Unit(buffer, line, offset, whole)
                return
            cut, whole = _cut(buffer, unit_bytes), False
            content, buffer = buffer[:cut], buffer[cut:]
            yield Unit(content, line, offset, whole)
            line += content.count(b"\n")
            offset += cut

    def _pull(self, wanted: int) -> bytes:
        """Up to `wanted` bytes; fewer only at the end of the file."""
        parts: list[bytes] = []
        while wanted > 0 and not self.ended:
            part = self._stream.read(wanted)
            self.ended = not part
            self._hash.update(part)
            self.bytes_read += len(part)
            wanted -= len(part)
            if part:
                parts.append(part)
            if self.bytes_read > self._size:
                raise BadContentError("longer than the delivery says")
        if self.ended and self.bytes_read != self._size:
            raise BadContentError("shorter than the delivery says")
        return parts[0] if len(parts) == 1 else b"".join(parts)


class _Decoder:
    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def __call__(self, part: bytes, final: bool) -> bytes:
        return self._decoder.decode(part, final).encode("utf-8", "replace")


def _decoder(head: bytes) -> _Decoder | None:
    encoding = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    return _Decoder(encoding) if encoding is not None else None


def _cut(buffer: bytes, limit: int) -> int:
    """Where the first unit of a buffer of more than `limit` bytes ends."""
    newline = buffer.rfind(b"\n", 0, limit)
    if newline >= 0:
        return newline + 1
    for at in range(limit, max(limit - _LOOK_BACK, 0), -1):
        if not (IS_WORD[buffer[at - 1]] and IS_WORD[buffer[at]]):
            return at
    return limit


def is_text(content: bytes) -> bool:
    """False for content with a NUL, or where more than one in 32 of the first bytes is a control character."""
    if b"\0" in content:
        return False
    sample = content[:_SAMPLE]
    return (len(sample) - len(sample.translate(None, _CONTROL))) * 32 <= len(sample)
