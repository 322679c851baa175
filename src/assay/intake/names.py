r"""Names of files: raw bytes as an archive or a folder holds them, and the one way they are written.

A path as delivered is text. Bytes that are not UTF-8 are written `\xNN` (two lower-case hexadecimal digits), and so
is a backslash itself (`\x5c`): a backslash in a delivered path therefore always starts such an escape, and the raw
name can be had back. `!` stands between an archive and its member. GBK and other 8-bit names keep their bytes this
way; no encoding is guessed, because a wrong guess would name a file that nobody can find.
"""

import re

_ESCAPED = re.compile("[\udc80-\udcff]")
_WRITTEN = re.compile(rb"\\x([0-9a-f]{2})")
_DRIVE = re.compile(rb"[A-Za-z]:")
_SEPARATORS = re.compile(rb"[/\\]")
LONGEST = 4096  # bytes of a name inside an archive; longer ones cannot exist on any file system


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


def escape_of(name: bytes) -> str:
    """Why an archive entry's name leaves the delivery, on any system that may unpack it; '' when it stays inside."""
    if b"\0" in name:
        return "the name holds a NUL byte"
    if name.startswith((b"/", b"\\")):
        return "the name is absolute"
    if _DRIVE.match(name):
        return "the name starts with a drive letter"
    if any(part.rstrip(b" ") == b".." for part in _SEPARATORS.split(name)):
        return "the name climbs with .."
    if len(name) > LONGEST:
        return f"the name is {len(name)} bytes long"
    if not plain(name):
        return "the name is empty"
    return ""


def plain(name: bytes) -> bytes:
    """The name without `.` and empty parts: what an unpacker would make of it."""
    if b"./" not in name and b"//" not in name and not name.endswith((b"/", b"/.", b".")):
        return name
    return b"/".join(part for part in name.split(b"/") if part not in (b"", b"."))
