"""cpio archives (newc, with and without checksums, and odc), read so that one hostile entry costs one entry.

Members are slices of the file that holds the archive: nothing is copied. Of several hard links of one file the newc
form stores the content with the last; the others have size 0 and the same inode, and are not mentioned. Several
archives may follow each other, as in the first file system of a Linux kernel; what stands behind the last one and is
not cpio is an entry of its own, so that a compressed archive behind a plain one is opened too.

Cannot see: the old binary form (recognised, refused), and the form that rpm uses for files above 4 GiB, whose names
stand in the package header.
Source: cpio(5); Linux Documentation/driver-api/early-userspace/buffer-format.
"""

import stat
from collections.abc import Generator, Iterator

from msgspec import Struct

from assay.intake.entries import Entry, Refusal
from assay.intake.limits import Budget
from assay.intake.names import LONGEST
from assay.intake.places import Window

BEHIND = b"behind-the-trailer"
_TRAILER = b"TRAILER!!!"
_NEWC, _ODC = (b"070701", b"070702"), b"070707"


class _Header(Struct, frozen=True):
    """`name_size` counts the closing NUL. `align` is what name and data are padded to."""

    mode: int
    links: int
    size: int
    name_size: int
    length: int
    align: int


def entries(window: Window, budget: Budget) -> Iterator[Entry | Refusal]:
    """Every file and link once, in the order of the archive; folders are not mentioned."""
    at, count = 0, 0
    while at < window.size:
        header = _header(window.read(at, 110))
        if header is None:
            yield Refusal(b"", "damaged", f"no valid header at offset {at}", window.size - at)
            return
        count += 1
        if count > 2 * budget.limits.entries:
            yield Refusal(b"", "too-many", f"more than {budget.limits.entries} entries")
            return
        if not 1 <= header.name_size <= LONGEST:
            yield Refusal(b"", "damaged", f"a name of {header.name_size} bytes at offset {at}", window.size - at)
            return
        name = window.read(at + header.length, header.name_size - 1)
        data = _aligned(at + header.length + header.name_size, header.align)
        if name == _TRAILER and not header.size:
            at = yield from _behind(window, data)
            continue
        at = _aligned(data + header.size, header.align)
        yield from _member(window, header, name, data)
    if not at:
        yield Refusal(b"", "damaged", "the archive is empty", window.size)


def _header(head: bytes) -> _Header | None:
    try:
        if head[:6] in _NEWC and len(head) == 110:
            fields = [int(head[start : start + 8], 16) for start in range(6, 110, 8)]
            return _Header(fields[1], fields[4], fields[6], fields[11], 110, 4)
        if head[:6] == _ODC and len(head) >= 76:
            mode, links = int(head[18:24], 8), int(head[36:42], 8)
            return _Header(mode, links, int(head[65:76], 8), int(head[59:65], 8), 76, 1)
    except ValueError:
        return None
    return None


def _aligned(at: int, align: int) -> int:
    return -(-at // align) * align


def _member(window: Window, header: _Header, name: bytes, data: int) -> Iterator[Entry | Refusal]:
    kind = stat.S_IFMT(header.mode)
    if kind == stat.S_IFDIR:
        return
    if data + header.size > window.size:
        yield Refusal(name, "damaged", "the archive ends inside this member", header.size)
    elif kind == stat.S_IFLNK:
        if header.size > LONGEST:
            yield Refusal(name, "link-out", "the link's target is longer than any path", header.size)
        else:
            yield Entry(name, 0, window.locator(0, 0), link=window.read(data, header.size).rstrip(b"\0"))
    elif kind not in (stat.S_IFREG, 0):
        yield Refusal(name, "special", "a device, pipe or socket", header.size)
    elif header.size or header.links < 2 or header.align == 1:
        yield Entry(name, header.size, window.locator(data, header.size))


def _behind(window: Window, at: int) -> Generator[Entry | Refusal, None, int]:
    """Where the next archive starts, or the end of the window; anything else behind the trailer is an entry."""
    while at < window.size:
        piece = window.read(at, 1 << 16)
        rest = piece.lstrip(b"\0")
        if rest:
            at += len(piece) - len(rest)
            if rest[:6] not in (*_NEWC, _ODC):
                yield Entry(BEHIND, window.size - at, window.locator(at, window.size - at))
                return window.size
            return at
        at += len(piece)
    return window.size
