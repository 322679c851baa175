"""The metadata of a managed PE: its header, heaps and tables, as they stand in the file.

Everything is bounded by the file: a table holds no more rows than its stream has bytes, a name or blob lies in its
heap. Nothing is followed here that could lead in a circle; see `assembly.py` for what the rows mean.

*It cannot see* metadata that is written to be edited (a table of pointers between types and members), resources,
machine code beside the instructions of the runtime. Source: ECMA-335, 6th edition, partition II, chapters 22 to 25.
"""

import struct
from collections.abc import Sequence

from msgspec import Struct, field

from assay.examinations.cipher.compiled.damage import DamagedError

(MODULE, TYPE_REF, TYPE_DEF, FIELD_PTR, FIELD, METHOD_PTR, METHOD, PARAM_PTR, PARAM) = range(9)
(INTERFACE_IMPL, MEMBER_REF, CONSTANT, CUSTOM_ATTRIBUTE) = range(9, 13)
STAND_ALONE_SIG, MODULE_REF, TYPE_SPEC, IMPL_MAP, FIELD_RVA = 0x11, 0x1A, 0x1B, 0x1C, 0x1D
PROPERTY, RESOURCE, NESTED_CLASS, METHOD_SPEC, USER_STRING = 0x17, 0x28, 0x29, 0x2B, 0x70
_LAST = 0x2C
# Columns of each table: 2 and 4 bytes, s(tring), g(uid), b(lob), the number of a table, or the name of a coded index.
_COLUMNS = (
    "2 s g g g", "scope s s", "4 s s type 04 06", "04", "2 s b", "06", "4 2 2 s b 08", "08", "2 2 s", "02 type",
    "parent s b", "2 constant b", "attributed attribute b", "marshal b", "2 secured b", "2 4 02", "4 04", "b", "02 14",
    "14", "2 s type", "02 17", "17", "2 s b", "2 06 semantics", "02 method method", "s", "b", "2 forwarded s 1a",
    "4 04", "4 4", "4", "4 2 2 2 2 4 b s s", "4", "4 4 4", "2 2 2 2 4 b s s b", "4 23", "4 4 4 23", "4 s b",
    "4 4 s s implementation", "4 4 s implementation", "02 02", "2 2 generic s", "method b", "2a type",
)  # fmt: skip
_NONE = -1
_CODED: dict[str, tuple[int, ...]] = {
    "type": (TYPE_DEF, TYPE_REF, TYPE_SPEC),
    "constant": (FIELD, PARAM, PROPERTY),
    "attributed": (
        6, 4, 1, 2, 8, 9, 0xA, 0, 0xE, 0x17, 0x14, 0x11, 0x1A, 0x1B, 0x20, 0x23, 0x26, 0x27, 0x28, 0x2A, 0x2C, 0x2B,
    ),
    "marshal": (FIELD, PARAM),
    "secured": (TYPE_DEF, METHOD, 0x20),
    "parent": (TYPE_DEF, TYPE_REF, MODULE_REF, METHOD, TYPE_SPEC),
    "semantics": (0x14, PROPERTY),
    "method": (METHOD, MEMBER_REF),
    "forwarded": (FIELD, METHOD),
    "implementation": (0x26, 0x23, 0x27),
    "attribute": (_NONE, _NONE, METHOD, MEMBER_REF, _NONE),
    "scope": (MODULE, MODULE_REF, 0x23, TYPE_REF),
    "generic": (TYPE_DEF, METHOD),
}  # fmt: skip
_BITS = {name: (len(rows) - 1).bit_length() for name, rows in _CODED.items()}
_U4 = struct.Struct("<I")
ILONLY = 1
MOST_ROWS = 4 << 20
Row = tuple[int, ...]


class Section(Struct, frozen=True):
    at: int  # in memory
    size: int
    offset: int  # in the file


class Metadata(Struct, frozen=True):
    """`flags` are those of the CLI header. Rows count from 0 here, from 1 in indexes that lead to them."""

    content: bytes
    sections: tuple[Section, ...]
    flags: int
    strings: bytes
    blobs: bytes
    texts: bytes
    tables: tuple[Sequence[Row], ...]
    _names: dict[int, str] = field(default_factory=dict)

    def string(self, index: int) -> str:
        known = self._names.get(index)
        if known is None:
            end = self.strings.find(b"\0", index)
            if not 0 <= index < len(self.strings) or end < 0:
                raise DamagedError("a name beyond its heap")
            known = self._names[index] = self.strings[index:end].decode("utf-8", "replace")
        return known

    def blob(self, index: int) -> bytes:
        return _sized(self.blobs, index)

    def text(self, index: int) -> str:
        """A literal text of the code; the byte behind it says no more than which letters it has."""
        return _sized(self.texts, index)[:-1].decode("utf-16-le", "replace")

    def rows(self, table: int) -> Sequence[Row]:
        return self.tables[table]

    def row(self, table: int, index: int) -> Row:
        """By an index as it stands in a token, counted from 1."""
        rows = self.tables[table] if table < len(self.tables) else ()
        if not 0 < index <= len(rows):
            raise DamagedError(f"no row {index} in table {table:#x}")
        return rows[index - 1]

    def coded(self, name: str, value: int) -> int:
        """A coded index as a token."""
        bits, rows = _BITS[name], _CODED[name]
        which = value & ((1 << bits) - 1)
        if which >= len(rows) or rows[which] < 0:
            raise DamagedError("an index into no table")
        return rows[which] << 24 | value >> bits

    def at(self, address: int) -> int:
        """The offset in the file of an address in memory."""
        for one in self.sections:
            if one.at <= address < one.at + one.size:
                return address - one.at + one.offset
        raise DamagedError("an address outside of the file")

    def until(self, first: int, table: int, index: int, column: int) -> range:
        """The rows, counted from 1, that a list of one row has: from its own index to that of the next row."""
        rows = self.tables[table]
        size = len(self.tables[first])
        start = rows[index - 1][column]
        end = rows[index][column] if index < len(rows) else size + 1
        if start and not 1 <= start <= end <= size + 1:
            raise DamagedError("members in disorder")
        return range(start, end)


def metadata_of(content: bytes) -> Metadata:
    """Raises DamagedError."""
    try:
        return _metadata(content)
    except (struct.error, IndexError) as error:
        raise DamagedError("the metadata is cut short") from error


def _headers(content: bytes) -> tuple[int, int, list[tuple[int, int]]]:
    """Where the sections stand and how many they are; address and size of each directory."""
    at = _U4.unpack_from(content, 60)[0]
    if content[at : at + 4] != b"PE\0\0":
        raise DamagedError("no PE")
    _, count, _, _, _, size, _ = struct.unpack_from("<HHIIIHH", content, at + 4)
    start = at + 24
    wide = struct.unpack_from("<H", content, start)[0] == 0x20B
    first = start + (112 if wide else 96)
    listed = min(_U4.unpack_from(content, first - 4)[0], 16)
    return start + size, count, [struct.unpack_from("<II", content, first + 8 * row) for row in range(listed)]


def _metadata(content: bytes) -> Metadata:
    at, count, directories = _headers(content)
    sections = []
    for row in range(count):
        size, place, raw, offset = struct.unpack_from("<IIII", content, at + 40 * row + 8)
        if offset + raw > len(content):
            raise DamagedError("a section beyond the file")
        sections.append(Section(place, min(max(size, 1), raw) if size else raw, offset))
    empty = Metadata(content, tuple(sections), 0, b"", b"", b"", ())
    if len(directories) < 15 or not directories[14][0]:
        raise DamagedError("no header of the runtime")
    header = empty.at(directories[14][0])
    _, _, _, where, length, flags = struct.unpack_from("<IHHIII", content, header)
    native = _U4.unpack_from(content, header + 64)[0]
    if native and content.startswith(b"RTR\0", empty.at(native)):
        flags |= ILONLY  # made ready beforehand from the same instructions, which it still holds
    start = empty.at(where)
    streams = _streams(content, start, length)
    if "#~" not in streams or "#Strings" not in streams:
        raise DamagedError("no tables")
    tables = _tables(streams["#~"])
    if any(tables[table] for table in (FIELD_PTR, METHOD_PTR, PARAM_PTR)):
        raise DamagedError("members in an order of their own")
    blobs, texts = streams.get("#Blob", b"\0"), streams.get("#US", b"\0")
    return Metadata(content, tuple(sections), flags, streams["#Strings"], blobs, texts, tables)


def _streams(content: bytes, start: int, length: int) -> dict[str, bytes]:
    if content[start : start + 4] != b"BSJB" or start + length > len(content):
        raise DamagedError("no metadata where the header leads")
    at = start + 16 + _U4.unpack_from(content, start + 12)[0]
    count = struct.unpack_from("<H", content, at + 2)[0]
    at += 4
    found: dict[str, bytes] = {}
    for _ in range(count):
        offset, size = struct.unpack_from("<II", content, at)
        end = content.index(b"\0", at + 8, at + 41) if b"\0" in content[at + 8 : at + 41] else at + 40
        name = content[at + 8 : end].decode("ascii", "replace")
        if name in found or offset + size > length:
            raise DamagedError(f"a stream {name} twice, or beyond the metadata")
        found[name] = content[start + offset : start + offset + size]
        at = end + 4 - (end - at - 8) % 4
    return found


def _tables(stream: bytes) -> tuple[Sequence[Row], ...]:
    wide, valid = stream[6], struct.unpack_from("<Q", stream, 8)[0]
    if valid >> (_LAST + 1):
        raise DamagedError("a table that is none")
    at, counts = 24, [0] * (_LAST + 1)
    for table in range(_LAST + 1):
        if valid >> table & 1:
            counts[table] = _U4.unpack_from(stream, at)[0]
            at += 4
    at += 4 if wide & 0x40 else 0
    if sum(counts) > MOST_ROWS:
        raise DamagedError("more rows than any assembly")
    found: list[Sequence[Row]] = []
    for table, columns in enumerate(_COLUMNS):
        shape = struct.Struct("<" + "".join(_width(column, wide, counts) for column in columns.split()))
        end = at + shape.size * counts[table]
        if end > len(stream):
            raise DamagedError("more rows than the file holds")
        found.append(tuple(shape.iter_unpack(stream[at:end])))
        at = end
    return tuple(found)


def _width(column: str, wide: int, counts: Sequence[int]) -> str:
    if column in {"2", "4"}:
        return "H" if column == "2" else "I"
    if column in {"s", "g", "b"}:
        return "I" if wide & {"s": 1, "g": 2, "b": 4}[column] else "H"
    if column in _CODED:
        most = max(counts[table] for table in _CODED[column] if table >= 0)
        return "H" if most < 1 << (16 - _BITS[column]) else "I"
    return "H" if counts[int(column, 16)] < 1 << 16 else "I"


def _sized(heap: bytes, index: int) -> bytes:
    """What stands behind its own length."""
    size, start = length_at(heap, index)
    if start + size > len(heap):
        raise DamagedError("a blob beyond its heap")
    return heap[start : start + size]


def length_at(heap: bytes, at: int) -> tuple[int, int]:
    """A compressed number, and where what follows it begins. Raises DamagedError."""
    if not 0 <= at < len(heap):
        raise DamagedError("a number beyond its heap")
    first = heap[at]
    if first < 0x80:
        return first, at + 1
    size = 2 if first < 0xC0 else 4
    if first >= 0xE0 or at + size > len(heap):
        raise DamagedError("a number that is none")
    return int.from_bytes(heap[at : at + size], "big") & (0x3FFF if size == 2 else 0x1FFFFFFF), at + size
