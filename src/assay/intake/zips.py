"""Zip directories, read so that one hostile entry costs one entry.

The standard library's `zipfile` gives up on the whole archive at the first bad record, decodes names before anybody
can see their bytes and cuts them at a NUL; therefore the directory is read here and only the decompression is left to
the standard library (`docs/adr/0007-intake.md`). The central directory decides what exists. An entry is refused when
the local header in front of its data tells another story, when its data overlaps that of another entry, when it is
encrypted, or when it expands beyond the limits. Local entries that the directory does not list are reported. A zip
that lost its directory is read by its local headers as far as they go.

Cannot see: a hidden local entry whose signature does not directly follow the entry before it. The Unicode path extra
field (0x7075) is not used; names come from the name field alone.
Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
"""

import stat
import struct
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from assay.core.examination import Locator
from assay.intake.entries import Entry, Refusal
from assay.intake.inflate import BadContentError
from assay.intake.limits import Budget
from assay.intake.names import escape_of
from assay.intake.places import METHODS, STORED, Window, ZipRecord, open_locator, zip_record

_TAIL = 65_557
_ENCRYPTED = 0x41
_DESCRIPTOR = 0x08
_UNIX = (3, 19)
_LONGEST_LINK = 4096
_SALVAGE_STEP = 1 << 20


class _Listed(Struct, frozen=True):
    """One directory record: where it stands, what it says, where its local header should stand (window offsets)."""

    at: int
    name: bytes
    host: int
    attributes: int
    record: ZipRecord
    local: int


def has_directory(window: Window) -> bool:
    """Whether the window ends in a zip directory, whatever stands in front of it."""
    return _end_record(window) is not None


def entries(window: Window, budget: Budget) -> Iterator[Entry | Refusal]:
    """Every entry once, in the order of the directory; folders are not mentioned."""
    end = _end_record(window)
    if end is None:
        yield Refusal(b"", "damaged", "the archive has no directory; read by its local headers", window.size)
        yield from _salvaged(window)
        return
    start, size, count, shift = end
    listed: list[_Listed] = []
    fault = None
    for item in _directory(window, start, size, shift):
        if isinstance(item, Refusal):
            fault = item
        elif len(listed) >= budget.limits.entries:
            fault = Refusal(b"", "too-many", f"more than {budget.limits.entries} entries", files=max(count, 1))
            break
        else:
            listed.append(item)
    data = [_data_start(window, item) for item in listed]
    overlapping, gaps = _layout(window, listed, data, start)
    for index, item in enumerate(listed):
        if item.name.endswith(b"/") and not item.record.size and not escape_of(item.name):
            continue
        fault_of = "its data overlaps another entry's" if index in overlapping else _local_fault(window, item)
        yield _entry(window, item, data[index], fault_of, budget)
    yield from gaps
    if fault is not None:
        yield fault
    elif len(listed) != count & 0xFFFF and len(listed) != count:
        yield Refusal(b"", "lying-header", f"the directory announces {count} entries and lists {len(listed)}")


def _end_record(window: Window) -> tuple[int, int, int, int] | None:
    """Start and size of the directory, announced entries, and how far every offset is shifted by bytes in front."""
    base = max(0, window.size - _TAIL)
    tail = window.read(base, _TAIL)
    at = len(tail)
    while (at := tail.rfind(b"PK\5\6", 0, at)) >= 0:
        if at + 22 <= len(tail) and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") <= len(tail):
            break
    if at < 0:
        return None
    count, size, offset = struct.unpack_from("<HII", tail, at + 10)
    end = base + at
    locator = window.read(end - 20, 20)
    if locator[:4] == b"PK\6\7":
        for wide_at in (int.from_bytes(locator[8:16], "little"), end - 76):
            wide = window.read(wide_at, 56)
            if wide[:4] == b"PK\6\6" and len(wide) == 56:
                count, size, offset = struct.unpack_from("<QQQ", wide, 32)
                end = wide_at
                break
    start = end - size
    if start < 0 or start < offset:
        return None
    if size and window.read(start, 4) != b"PK\1\2":
        return None
    return start, size, count, start - offset


def _directory(window: Window, start: int, size: int, shift: int) -> Iterator[_Listed | Refusal]:
    at, end = start, start + size
    while at < end:
        head = window.read(at, 46)
        if len(head) < 46 or head[:4] != b"PK\1\2":
            yield Refusal(b"", "damaged", f"the directory is damaged at offset {at}", end - at)
            return
        name_size, extra, comment = struct.unpack_from("<HHH", head, 28)
        record = zip_record(window, at)
        attributes = int.from_bytes(head[38:42], "little")
        yield _Listed(at, window.read(at + 46, name_size), head[5], attributes, record, record.offset + shift)
        at += 46 + name_size + extra + comment


def _data_start(window: Window, item: _Listed) -> int:
    """Where the entry's data starts, by its local header; -1 when there is none."""
    head = window.read(item.local, 30)
    if len(head) < 30 or head[:4] != b"PK\3\4":
        return -1
    name, extra = struct.unpack_from("<HH", head, 26)
    return item.local + 30 + int(name) + int(extra)


def _layout(window: Window, listed: list[_Listed], data: list[int], directory: int) -> tuple[set[int], list[Refusal]]:
    """Entries whose bytes belong to another entry as well, and local entries that the directory does not list."""
    overlapping: set[int] = set()
    unlisted: list[Refusal] = []
    reached = 0
    for index in sorted(range(len(listed)), key=lambda index: (listed[index].local, listed[index].at)):
        if data[index] < 0:
            continue
        item = listed[index]
        if item.local < reached:
            overlapping.add(index)
        elif item.local > reached:
            unlisted += _unlisted(window, reached, item.local)
        end = data[index] + item.record.packed
        if end > directory:
            overlapping.add(index)
        else:
            reached = max(reached, end)
    if reached < directory:
        unlisted += _unlisted(window, reached, directory)
    return overlapping, unlisted


def _unlisted(window: Window, start: int, end: int) -> list[Refusal]:
    head = window.read(start, min(end - start, 64))
    at = head[:28].find(b"PK\3\4")  # a data descriptor of up to 24 bytes may stand in between
    if at < 0:
        return []
    size = int.from_bytes(window.read(start + at + 26, 2), "little")
    name = window.read(start + at + 30, min(size, end - start - at - 30))
    return [Refusal(name, "lying-header", "the archive's directory does not list this entry", end - start)]


def _local_fault(window: Window, item: _Listed) -> str:
    """How the local header contradicts the directory; '' when it does not."""
    head = window.read(item.local, 30)
    if len(head) < 30 or head[:4] != b"PK\3\4":
        return "no local header where the directory points"
    if window.read(item.local + 30, int.from_bytes(head[26:28], "little")) != item.name:
        return "the local header gives another name"
    try:
        local = zip_record(window, item.local)
    except BadContentError as fault:
        return str(fault)
    listed = item.record
    if local.method != listed.method:
        return "the local header gives another compression method"
    if (local.flags ^ listed.flags) & _ENCRYPTED:
        return "only one of the two headers calls the entry encrypted"
    deferred = local.flags & _DESCRIPTOR
    for word, here, there in (
        ("size", local.size, listed.size),
        ("packed size", local.packed, listed.packed),
        ("checksum", local.crc, listed.crc),
    ):
        if here != there and not (deferred and here in (0, 0xFFFFFFFF)):
            return f"the local header gives another {word}"
    return ""


def _entry(window: Window, item: _Listed, data: int, fault: str, budget: Budget) -> Entry | Refusal:
    """1 is it what it says, 2 can it be read, 3 does it stay within limits, 4 is it a file or a link."""
    name, record = item.name, item.record
    if fault:  # 1
        return Refusal(name, "lying-header", fault, record.size)
    if data + record.packed > window.size:
        return Refusal(name, "damaged", "the archive ends inside this member", record.size)
    if name.endswith(b"/") and record.size:
        return Refusal(name, "lying-header", "a folder that holds data", record.size)
    if record.flags & _ENCRYPTED or record.method == 99:  # 2
        return Refusal(name, "encrypted", "the entry is encrypted", record.size)
    if record.method == STORED:
        if record.packed != record.size:
            return Refusal(name, "lying-header", "a stored entry whose two sizes differ", record.size)
        locator = window.locator(data, record.size)
    elif record.method in METHODS:
        if budget.limits.is_bomb(record.packed, record.size):  # 3
            return Refusal(name, "bomb", f"{record.packed} bytes announce {record.size}", record.size)
        locator = Locator("zip", window.path, window.offset + data, record.packed, window.offset + item.at)
    else:
        return Refusal(name, "not-unpacked", f"compression method {record.method}", record.size)
    entry = Entry(name, record.size, locator, record.packed if record.method != STORED else -1)
    return _typed(entry, item)  # 4


def _typed(entry: Entry, item: _Listed) -> Entry | Refusal:
    mode = item.attributes >> 16 if item.host in _UNIX else 0
    if stat.S_ISLNK(mode):
        if entry.size > _LONGEST_LINK:
            return Refusal(entry.name, "link-out", "the link's target is longer than any path", entry.size)
        try:
            with open_locator(entry.locator) as stream:
                return replace(entry, link=stream.read())
        except OSError as fault:
            return Refusal(entry.name, "damaged", str(fault), entry.size)
    if stat.S_IFMT(mode) and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return Refusal(entry.name, "special", "a device, pipe or socket", entry.size)
    return entry


def _salvaged(window: Window) -> Iterator[Entry | Refusal]:
    """Entries by their local headers, until one is cut off or does not say how long it is."""
    at = 0
    while (head := window.read(at, 30))[:4] == b"PK\3\4" and len(head) == 30:
        name_size, extra = struct.unpack_from("<HH", head, 26)
        name = window.read(at + 30, name_size)
        record = zip_record(window, at)
        data = at + 30 + name_size + extra
        if data + record.packed > window.size or len(name) < name_size:
            yield Refusal(name, "damaged", "the archive ends inside this member", record.size)
            return
        if record.flags & _DESCRIPTOR and not record.packed:
            yield Refusal(name, "damaged", "its length stood in the directory, which is lost", 0)
            return
        if not name.endswith(b"/"):
            yield _salvage(window, at, name, record, data)
        at = data + record.packed


def _salvage(window: Window, at: int, name: bytes, record: ZipRecord, data: int) -> Entry | Refusal:
    if record.flags & _ENCRYPTED:
        return Refusal(name, "encrypted", "the entry is encrypted", record.size)
    if record.method == STORED and record.packed == record.size:
        return Entry(name, record.size, window.locator(data, record.size))
    if record.method not in METHODS or record.size > _SALVAGE_STEP << 10:
        return Refusal(name, "damaged", "cannot be read without the archive's directory", record.size)
    locator = Locator("zip", window.path, window.offset + data, record.packed, window.offset + at)
    return Entry(name, record.size, locator, record.packed)
