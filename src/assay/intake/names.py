"""Names of archive entries: what leaves a delivery, and what an unpacker would make of a name.

How a name is written as a path is said in `core.paths`; `!` stands between an archive and its member.
"""

import re

_DRIVE = re.compile(rb"[A-Za-z]:")
_SEPARATORS = re.compile(rb"[/\\]")
_STREAM_ENDINGS = tuple(".gz .bz2 .xz .zst .lzma .tgz .tbz2 .txz .tzst .tlz .z .lz .lz4 .lzo".split())  # noqa: SIM905
LONGEST = 4096  # bytes of a name inside an archive; longer ones cannot exist on any file system


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


def last(path: str) -> str:
    """The last part of a delivered path."""
    return path[max(path.rfind("/"), path.rfind("!")) + 1 :]


def stem(path: str) -> str:
    """The name of what a compressed file holds."""
    name = path.rpartition("!")[2].rpartition("/")[2]
    for ending in _STREAM_ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name
