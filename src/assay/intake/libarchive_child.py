"""Run as a program of its own: reads one archive through libarchive and writes what it holds to stdout.

libarchive is C over hostile bytes, so it runs in a process that can be killed, with limits on memory and CPU time, and
behind the walls of `lab.walls` where they can be had: it holds its standard streams, and opens nothing of a user's.
`foreign.py` starts it and alone reads what it writes: one JSON line with `ran`, then one per entry (`name`
and `link` as hexadecimal bytes, `kind`); behind the line of a file its content in pieces, each a 4-byte length and
bytes, ended by the length 0, or by 0xFFFFFFFF and one JSON line that says why there is no more. The last line has the
key `end`: how the archive ended, '' for well. Without libarchive it ends with status 3.

Usage: python -P libarchive_child.py OFFSET SIZE MEMORY SECONDS FORMATS FILTER < FILE, or without arguments: the
version of libarchive.
"""

import io
import json
import locale
import logging
import os
import resource
import sys
from typing import Any

from assay.lab.walls import raised

NO_LIBRARY = 3
BROKEN = 0xFFFFFFFF
_FAILED = -25  # libarchive: this entry cannot be read, the next one can
_BLOCK = 1 << 16
_LONGEST = 4097  # one byte more than `foreign.py` accepts in a name
_KINDS = {0o100000: "file", 0o120000: "symlink", 0o040000: "folder"}


class _Part(io.RawIOBase):
    """Bytes [offset, offset + size) of standard input, which is a regular file."""

    def __init__(self, offset: int, size: int) -> None:
        self._offset, self._size, self._at = offset, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, to: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, to + (0, self._at, self._size)[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        piece = os.pread(0, max(0, min(len(buffer), self._size - self._at)), self._offset + self._at)
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def main() -> int:
    os.environ.setdefault("LIBARCHIVE", "libarchive.so.13" if sys.platform.startswith("linux") else "libarchive.dylib")
    logging.disable(logging.CRITICAL)
    try:
        import libarchive  # noqa: PLC0415
    except (ImportError, OSError, AttributeError, TypeError):
        return NO_LIBRARY
    if len(sys.argv) == 1:
        print(libarchive.ffi.version_number())
        return 0
    offset, size, memory, seconds = map(int, sys.argv[1:5])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    locale.setlocale(locale.LC_CTYPE, "C.UTF-8")  # names that an archive keeps in UTF-16 come out as UTF-8
    _line({"ran": "cage" if raised() else "worker"})
    end = ""
    for number, format_ in enumerate(formats := sys.argv[5].split(",")):
        try:
            with libarchive.stream_reader(_Part(offset, size), format_, sys.argv[6]) as archive:
                end = _entries(libarchive, archive)
                break
        except libarchive.exception.ArchiveError as fault:  # no archive of this format at all
            end = str(fault.msg)
            if number + 1 < len(formats):
                continue
    _line({"end": end})
    return 0


def _entries(libarchive: Any, archive: Any) -> str:
    """Every entry; how the archive ended."""
    ffi, pointer = libarchive.ffi, archive._pointer  # noqa: SLF001  its own iterator ends at the first damaged entry
    while True:
        entry = libarchive.entry.ArchiveEntry(pointer)
        at = entry._entry_p  # noqa: SLF001
        try:
            if ffi.read_next_header2(pointer, at) == ffi.ARCHIVE_EOF:
                return ""
        except libarchive.exception.ArchiveError as fault:
            if fault.retcode == _FAILED:
                _line({"name": "", "kind": "unreadable", "detail": str(fault.msg)})
                continue
            return str(fault.msg)
        name = ffi.entry_pathname(at)
        if name is None:
            name = (ffi.entry_pathname_w(at) or "").encode("utf-8", "surrogateescape")
        kind = _KINDS.get(entry.filetype & 0o170000, "special")
        hard = ffi.entry_hardlink(at)
        name = name[:_LONGEST]
        if hard is not None:
            _line({"name": name.hex(), "kind": "hardlink", "link": hard[:_LONGEST].hex()})
        elif kind == "symlink":
            target = ffi.entry_symlink(at)
            if target is None:
                target = (ffi.entry_symlink_w(at) or "").encode("utf-8", "surrogateescape")
            _line({"name": name.hex(), "kind": kind, "link": target[:_LONGEST].hex()})
        else:
            _line({"name": name.hex(), "kind": kind})
            if kind == "file":
                _content(libarchive, entry)


def _content(libarchive: Any, entry: Any) -> None:
    out = sys.stdout.buffer
    try:
        for piece in entry.get_blocks(_BLOCK):
            out.write(len(piece).to_bytes(4, "big") + piece)
        out.write(bytes(4))
    except libarchive.exception.ArchiveError as fault:
        out.write(BROKEN.to_bytes(4, "big"))
        _line({"detail": str(fault.msg)})


def _line(said: dict[str, str]) -> None:
    sys.stdout.buffer.write(json.dumps(said).encode("ascii") + b"\n")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MemoryError:
        sys.exit(4)
