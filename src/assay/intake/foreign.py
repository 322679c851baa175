"""Archives that only libarchive opens: 7z, ISO 9660 (Joliet, Rock Ridge), rar, cab, lha, and four compressions.

libarchive is found at run time (Debian: libarchive13, libarchive13t64 from Debian 13 on); without it these archives
stay closed, and the attempt names the package. It runs in a child process under limits (`libarchive_child.py`) that
hands over names and contents; names are judged here like those of every other archive, and contents go into one file
of the scratch, counted while they come. A child that dies costs what it had not handed over yet.

Cannot see: encrypted entries, parts of a multi-volume archive, the version 5 solid blocks that libarchive refuses,
a second session or a boot image of a disc. xar (macOS packages) stays closed: libarchive 3.6 adds bytes behind files.
"""

import json
import os
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping
from typing import BinaryIO, Literal, cast

from msgspec.structs import replace

from assay.core.attempts import Attempt, ReasonCode
from assay.core.examination import Locator
from assay.intake import libarchive_child
from assay.intake.entries import BY, Entry, Refusal
from assay.intake.limits import Budget
from assay.intake.names import LONGEST, stem
from assay.intake.places import Window, open_locator
from assay.intake.scratch import Scratch
from assay.lab.confine import without_secrets

PACKAGE = "libarchive13t64 (libarchive13 before Debian 13)"
READERS: Mapping[str, tuple[str, str]] = {
    "7z": ("7zip", "none"),
    "ISO 9660": ("iso9660", "none"),
    "rar": ("rar,rar5", "none"),
    "cab": ("cab", "none"),
    "lha": ("lha", "none"),
    "lz4": ("raw", "lz4"),
    "lzip": ("raw", "lzip"),
    "lzop": ("raw", "lzop"),
    "compress": ("raw", "compress"),
}
"""Format to libarchive's readers (the first that knows it) and filter. With `raw` the content has no name."""

_MEMORY = 2 << 30
_SECONDS = 600
_LONGEST_LINE = 4 * LONGEST + 1024
_PIECE = 1 << 20
_ENDS: Mapping[int, tuple[ReasonCode, str]] = {
    libarchive_child.NO_LIBRARY: ("not-unpacked", f"needs libarchive: install the Debian package {PACKAGE}"),
    4: ("memory", "libarchive ran out of memory"),
    -24: ("hang", f"libarchive took more than {_SECONDS} seconds"),
}


def version() -> str:
    """The version of libarchive, '' when there is none."""
    done = subprocess.run(_command(), capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    number = done.stdout.strip()
    if done.returncode or not number.isdigit():
        return ""
    return f"{int(number) // 1_000_000}.{int(number) // 1000 % 1000}.{int(number) % 1000}"


def entries(
    locator: Locator, format_: str, path: str, scratch: Scratch, budget: Budget, attempts: list[Attempt]
) -> list[Entry | Refusal]:
    """Everything the archive at `path` holds, its contents in the scratch. `attempts` is told how it was read."""
    with Window(locator.path, locator.offset, locator.size) as window:
        size = window.size
    formats, filter_ = READERS[format_]
    command = _command(locator.offset, size, _MEMORY, _SECONDS, formats, filter_)
    with open_locator(Locator("file", locator.path)) as source:
        child = subprocess.Popen(  # noqa: S603
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=without_secrets(os.environ)
        )
    told = _Told(cast(BinaryIO, child.stdout), stem(path).encode(), budget)
    try:
        kept = scratch.gather(told.pieces(), size)
    finally:
        child.kill()
        child.communicate()
    if told.ran:
        whole = Attempt(BY, ("intake.content",), "completed", "", "archive", format_, "", "unknown", path, ran=told.ran)
        attempts.append(replace(whole, detail=told.end or "", bytes=size))
    found = [_placed(item, kept.path) for item in told.found if not isinstance(item, Entry) or _end(item) <= kept.size]
    if kept.reason is not None:
        found.append(Refusal(told.current, kept.reason, kept.detail, size))
    elif told.end is None:
        reason, detail = _ENDS.get(child.returncode, ("crash", f"libarchive ended with status {child.returncode}"))
        found.append(Refusal(b"", reason, detail, size))
    elif told.end or not told.any:
        found.append(Refusal(b"", _why(told.end), told.end or "nothing is listed in it", size))
    return found


def _command(*arguments: object) -> list[str]:
    return [sys.executable, "-P", libarchive_child.__file__, *map(str, arguments)]


def _end(entry: Entry) -> int:
    return entry.locator.offset + max(entry.locator.size, 0)


def _placed(item: Entry | Refusal, path: str) -> Entry | Refusal:
    if isinstance(item, Refusal):
        return item
    locator = Locator("slice", path, item.locator.offset, item.size)
    return Entry(item.name, item.size, locator, link=item.link, hard=item.hard)


def _why(message: str) -> ReasonCode:
    message = message.lower()
    if any(word in message for word in ("encrypt", "passphrase", "password", "crypto")):
        return "encrypted"
    return "memory" if "allocate" in message else "damaged"


class _Told:
    """What the child says, taken as the word of a stranger: lengths are limited, anything unexpected ends it.

    `ran` is whether it stood behind walls, '' before it says so. `end` is how the archive ended, '' for well, None when
    the child did not come so far; `any` whether it held anything, be it a folder.
    """

    def __init__(self, stream: BinaryIO, stem: bytes, budget: Budget) -> None:
        self._stream, self._stem, self._budget = stream, stem, budget
        self._offset = 0
        self.found: list[Entry | Refusal] = []
        self.end: str | None = None
        self.ran: Literal["", "worker", "cage"] = ""
        self.current = b""
        self.any = False

    def pieces(self) -> Iterator[bytes]:
        """The contents of all files, one after the other, while `found` and `end` fill up."""
        while (line := self._line()) is not None:
            if "ran" in line:
                self.ran = "cage" if line["ran"] == "cage" else "worker"
                continue
            if "end" in line:
                self.end = line["end"]
                return
            if len(self.found) > self._budget.limits.entries:
                self.found.append(Refusal(b"", "too-many", f"more than {self._budget.limits.entries} entries"))
                self.end = ""
                return
            try:
                name, link = bytes.fromhex(line.get("name", "")) or b"?", bytes.fromhex(line.get("link", ""))
            except ValueError:
                return
            kind, self.any = line.get("kind", ""), True
            if kind == "file":
                self.current = self._stem if name == b"data" and self._stem else name
                if not (yield from self._file(self.current)):
                    return
            elif kind in ("symlink", "hardlink"):
                self.found.append(Entry(name, 0, Locator("slice", ""), link=link, hard=kind == "hardlink"))
            elif kind == "special":
                self.found.append(Refusal(name, "special", "a device, pipe or socket"))
            elif kind != "folder":
                self.found.append(Refusal(name, _why(line.get("detail", "")), line.get("detail", "")))

    def _line(self) -> dict[str, str] | None:
        line = self._stream.readline(_LONGEST_LINE)
        try:
            said = json.loads(line) if line.endswith(b"\n") else None
        except ValueError:
            return None
        return said if isinstance(said, dict) and all(isinstance(value, str) for value in said.values()) else None

    def _file(self, name: bytes) -> Generator[bytes, None, bool]:
        """False when the child ended in the middle of the file."""
        start = self._offset
        while len(head := self._stream.read(4)) == 4:
            length = int.from_bytes(head, "big")
            if length == libarchive_child.BROKEN:
                detail = (self._line() or {}).get("detail", "")
                self.found.append(Refusal(name, _why(detail), detail, self._offset - start))
                return True
            if not length:
                size = self._offset - start
                self.found.append(Entry(name, size, Locator("slice", "", start, size)))
                return True
            if length > _PIECE or len(piece := self._stream.read(length)) < length:
                break
            self._offset += length
            yield piece
        self.found.append(Refusal(name, "damaged", "libarchive ended inside this member", self._offset - start))
        return False
