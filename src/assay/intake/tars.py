"""Tar headers of the ustar, GNU, pax and old Unix layouts, read so that one hostile entry costs one entry.

Members are slices of the file that holds the archive: nothing is copied. Names are bytes. Extended headers are read
only up to a limit, so a pax record of gigabytes is refused instead of being loaded.

Entries behind the end mark are reported and read as well.

Cannot see: sparse files (refused: their holes are not stored), multi-volume continuations.
Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from assay.intake.entries import Entry, Refusal
from assay.intake.limits import Budget
from assay.intake.places import Window

BLOCK = 512
_HEADER_LIMIT = 1 << 20
_PADDING = 1 << 16  # how far behind the end mark is looked for something that is not padding
_REGULAR = b"0\x007"
_SPECIAL = {b"3": "a character device", b"4": "a block device", b"6": "a pipe"}
_IGNORED = b"DV"
_NUMERIC = b" 01234567"  # what a checksum in octal begins with


class _Header(Struct, frozen=True):
    name: bytes
    link: bytes
    type: bytes
    size: int
    data: int


def is_header(block: bytes) -> bool:
    """Whether a block is a tar header: its checksum holds, which random bytes or text cannot do by chance."""
    if len(block) < BLOCK or (block[148] < 0x80 and block[148] not in _NUMERIC):
        return False
    stated = _number(block[148:156])
    if stated is None or stated <= 0:
        return False
    unsigned = sum(block[:148]) + 256 + sum(block[156:BLOCK])
    return unsigned == stated or _signed(block) == stated


def _signed(block: bytes) -> int:
    rest = block[:148] + block[156:BLOCK]
    return sum(byte - 256 if byte > 127 else byte for byte in rest) + 256


def entries(window: Window, budget: Budget) -> Iterator[Entry | Refusal]:
    """Every file and link once, in the order of the archive; folders are not mentioned."""
    at, count = 0, 0
    extended: dict[bytes, bytes] = {}
    everywhere: dict[bytes, bytes] = {}
    while at + BLOCK <= window.size:
        block = window.read(at, BLOCK)
        if not block.strip(b"\0"):
            behind = _behind_end(window, at)
            if behind < 0:
                return
            detail = "bytes follow the end mark; some unpackers read on, others do not"
            yield Refusal(b"", "lying-header", detail, window.size - behind)
            if not is_header(window.read(behind, BLOCK)):
                return
            at = behind
            continue
        if not is_header(block):
            yield Refusal(b"", "damaged", f"no valid header at offset {at}", window.size - at)
            return
        header = _header(window, block, at, extended)
        if header is None:
            yield Refusal(b"", "damaged", f"a header without a size at offset {at}", window.size - at)
            return
        count += 1
        if count > 2 * budget.limits.entries:
            yield Refusal(b"", "too-many", f"more than {budget.limits.entries} entries")
            return
        at = header.data + -(-header.size // BLOCK) * BLOCK
        if header.type in b"xXgLK" and header.size <= _HEADER_LIMIT:
            target = everywhere if header.type == b"g" else extended
            target.update(_extension(header, window.read(header.data, header.size)))
            continue
        yield from _member(window, header, {**everywhere, **extended})
        extended = {}
    if at > window.size or window.size - at:
        yield Refusal(b"", "damaged", "the archive ends in the middle of an entry", max(0, window.size - at))


def _behind_end(window: Window, at: int) -> int:
    """Where something that is not padding stands behind the end mark, in whole blocks; -1 when nothing does."""
    rest = window.read(at, _PADDING)
    kept = rest.lstrip(b"\0")
    return at + (len(rest) - len(kept)) // BLOCK * BLOCK if kept else -1


def _header(window: Window, block: bytes, at: int, extended: Mapping[bytes, bytes]) -> _Header | None:
    size = _number(block[124:136])
    stated = extended.get(b"size", b"")
    if stated.isdigit() and len(stated) < 20:
        size = int(stated)
    if size is None or size < 0:
        return None
    kind, name, data = block[156:157], _text(block[:100]), at + BLOCK
    if block[257:263] == b"ustar\0" and (prefix := _text(block[345:500])):
        name = prefix + b"/" + name
    if kind == b"S":  # old GNU sparse: more header blocks may follow
        more = block[482]
        while more and data < window.size:
            more = (window.read(data, BLOCK) + bytes(BLOCK))[504]
            data += BLOCK
    if kind in b"12345":
        size = size if kind == b"1" and stated else 0
    return _Header(name, _text(block[157:257]), kind, size, data)


def _extension(header: _Header, body: bytes) -> dict[bytes, bytes]:
    """What an extended header says of the next entry: its name, its link's target, its size, whether it is sparse."""
    if header.type == b"L":
        return {b"path": _text(body)}
    if header.type == b"K":
        return {b"linkpath": _text(body)}
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(body):
        space = body.find(b" ", at, at + 20)
        length = body[at:space] if space > at else b""
        if not length.isdigit() or int(length) <= space - at + 1:
            break
        key, _, value = body[space + 1 : at + int(length) - 1].partition(b"=")
        if key in (b"path", b"linkpath", b"size"):
            found[key] = value
        elif key.startswith(b"GNU.sparse."):
            found[b"sparse"] = b"1"
        at += int(length)
    return found


def _member(window: Window, header: _Header, extended: Mapping[bytes, bytes]) -> Iterator[Entry | Refusal]:
    name, kind = extended.get(b"path", header.name), header.type
    if kind == b"5" or (kind in b"0\0" and name.endswith(b"/") and not header.size) or kind in _IGNORED:
        return
    if kind in b"xXgLK":
        yield Refusal(name, "bomb", f"an extended header of {header.size} bytes", header.size)
    elif kind in _SPECIAL:
        yield Refusal(name, "special", _SPECIAL[kind])
    elif kind == b"S" or b"sparse" in extended:
        yield Refusal(name, "not-unpacked", "a sparse file: its holes are not stored", header.size)
    elif kind in b"12":
        link = extended.get(b"linkpath", header.link)
        yield Entry(name, 0, window.locator(0, 0), link=link, hard=kind == b"1")
    elif kind not in _REGULAR:
        yield Refusal(name, "special", f"an entry of the unknown type {kind!r}", header.size)
    elif header.data + header.size > window.size:
        yield Refusal(name, "damaged", "the archive ends inside this member", header.size)
    else:
        yield Entry(name, header.size, window.locator(header.data, header.size))


def _text(raw: bytes) -> bytes:
    return raw.split(b"\0", 1)[0]


def _number(field: bytes) -> int | None:
    """Octal, or base 256 when the first bit is set; None when it is neither."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big", signed=False) & ((1 << (8 * len(field) - 1)) - 1)
        return None if field[0] == 0xFF or value > 1 << 62 else value
    digits = field.split(b"\0", 1)[0].strip(b" ")
    if not digits:
        return 0
    return None if digits.translate(None, b"01234567") else int(digits, 8)
