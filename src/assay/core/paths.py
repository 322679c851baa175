r"""Paths of delivered files: raw bytes as an archive or a folder holds them, and the one way they are written.

A path as delivered is text. Bytes that are not UTF-8 are written `\xNN` (two lower-case hexadecimal digits), and so
is a backslash itself (`\x5c`): a backslash in a delivered path therefore always starts such an escape, and the raw
name can be had back. GBK and other 8-bit names keep their bytes this way; no encoding is guessed, because a wrong guess
would name a file that nobody can find.
"""

import re

_ESCAPED = re.compile("[\udc80-\udcff]")
_WRITTEN = re.compile(rb"\\x([0-9a-f]{2})")


def shown(raw: bytes) -> str:
    """The raw name as delivered path text. Never fails, and differs for different names."""
    if b"\\" in raw:
        raw = raw.replace(b"\\", b"\\x5c")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "surrogateescape")
        return _ESCAPED.sub(lambda match: f"\\x{ord(match[0]) - 0xDC00:02x}", text)


def raw(path: str) -> bytes:
    """The bytes that `shown` was given."""
    return _WRITTEN.sub(lambda match: bytes([int(match[1], 16)]), path.encode("utf-8"))
