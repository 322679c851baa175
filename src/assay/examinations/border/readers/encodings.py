"""Which encoding a text has, and a stream that is UTF-8 whatever it was.

A byte order mark decides; then UTF-16 by its NULs; then whether the first bytes are UTF-8; then GB18030, which holds
GBK and GB 2312; else Latin-1. Where UTF-8 and GB18030 are mixed, each line is read by its own. A character that is in
neither becomes the replacement character and is counted: the file was read as well as can be, and is partial.

*It cannot see* Big5, Shift-JIS and other encodings that GB18030 also decodes, and a line of UTF-8 with no two Chinese
characters side by side in a text of GB18030.
"""

import codecs
import io
import re
from typing import BinaryIO

HEAD = 1 << 20
_LONGEST_LINE = 2 << 20
_TWO_OF_UTF8 = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){2}")  # in GB18030 that stands by chance, and seldom
_REPLACED = "\ufffd".encode()
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding of a text by its first bytes, and how many of them are its mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    half = len(head) // 2 if b"\0" in head else 0
    if half >= 4 and head[1 : half * 2 : 2].count(0) > half * 0.3 > head[0 : half * 2 : 2].count(0) * 10:
        return "utf-16-le", 0
    if half >= 4 and head[0 : half * 2 : 2].count(0) > half * 0.3 > head[1 : half * 2 : 2].count(0) * 10:
        return "utf-16-be", 0
    if head.isascii() or _decodes(head, "utf-8"):
        return "utf-8", 0
    if _mixed(head):
        return "utf-8", 0
    if _decodes(head, "gb18030"):
        return "gb18030", 0
    return ("utf-8", 0) if _mostly(head, "utf-8") else ("gb18030", 0) if _mostly(head, "gb18030") else ("latin-1", 0)


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(head, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _mixed(head: bytes) -> bool:
    """Whether many lines are UTF-8 in a text that is not: GB18030 looks like UTF-8 by chance in few."""
    lines = [line for line in head.split(b"\n") if not line.isascii()]
    return sum(_decodes(line, "utf-8") for line in lines) * 5 > len(lines) > 1


def _mostly(head: bytes, encoding: str) -> bool:
    """Whether few characters fail: a damaged or mixed text is still that encoding."""
    text = head.decode(encoding, "replace")
    return text.count("\ufffd") * 20 < max(sum(not char.isascii() for char in text), 20)


class Utf8Stream(io.RawIOBase):
    """Reads a stream of text in any encoding as UTF-8 without a mark. `damaged` counts what could not be decoded."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        head = stream.read(HEAD)
        self.encoding, mark = encoding_of(head)
        self.damaged = 0
        self._by_line = self.encoding in ("utf-8", "gb18030")
        self._decoder = codecs.getincrementaldecoder(self.encoding)(errors="replace")
        self._rest = b""
        self._ready = self._converted(head[mark:], final=not head)
        self._ended = not head

    def readable(self) -> bool:
        return True

    def _converted(self, part: bytes, *, final: bool) -> bytes:
        if not self._by_line:
            converted = self._decoder.decode(part, final).encode("utf-8", "replace")
            self.damaged += converted.count(_REPLACED)
            return converted
        part = self._rest + part
        cut = len(part) if final else _safe_cut(part, self.encoding)
        whole, self._rest = part[:cut], part[cut:]
        if whole.isascii() or (self.encoding == "utf-8" and _is(whole, "utf-8")):
            return whole
        if self.encoding == "gb18030" and _TWO_OF_UTF8.search(whole) is None and _is(whole, "gb18030"):
            return whole.decode("gb18030").encode("utf-8", "replace")
        return b"\n".join(self._line(line) for line in whole.split(b"\n"))

    def _line(self, line: bytes) -> bytes:
        utf8_first = self.encoding == "utf-8" or _TWO_OF_UTF8.search(line) is not None
        for encoding in ("utf-8", "gb18030") if utf8_first else ("gb18030", "utf-8"):
            if _is(line, encoding):
                return line if encoding == "utf-8" else line.decode(encoding).encode("utf-8", "replace")
        text = line.decode(self.encoding, "replace")
        self.damaged += text.count("\ufffd")
        return text.encode("utf-8", "replace")

    def readinto(self, room: "memoryview | bytearray") -> int:  # type: ignore[override]
        part = self.read(len(room))
        room[: len(part)] = part
        return len(part)

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            parts = [self._ready]
            self._ready = b""
            while (more := self._pull()) is not None:
                parts.append(more)
            return b"".join(parts)
        while not self._ready:
            more = self._pull()
            if more is None:
                return b""
            self._ready = more
        part, self._ready = self._ready[:size], self._ready[size:]
        return part

    def _pull(self) -> bytes | None:
        if self._ended:
            return None
        part = self._stream.read(HEAD)
        self._ended = not part
        return self._converted(part, final=not part)


def _is(part: bytes, encoding: str) -> bool:
    try:
        part.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _safe_cut(part: bytes, encoding: str) -> int:
    """Behind the last end of a line; where none is near, behind a byte that is a character of its own in both.

    Where there is none of these either, behind the last whole character.
    """
    end = part.rfind(b"\n") + 1
    if end or len(part) < _LONGEST_LINE:
        return end
    if end := max(part.rfind(mark) for mark in (b" ", b",", b'"', b"\t")) + 1:
        return end
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    decoder.decode(part)
    return len(part) - len(decoder.getstate()[0])
