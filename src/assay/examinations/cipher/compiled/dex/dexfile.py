"""DEX files: tables of strings, types, fields, methods and classes, and the code of methods, as they stand in the file.

Rows are read where they are asked for, so that what nobody asks for costs nothing. Offsets and counts are those of a
stranger: every one is checked against the file, and a file whose classes claim more members than it has bytes for is
damaged. Nothing is followed here: see `method.py`.

*It cannot see* annotations, and what stands in a file of the run time (ODEX, OAT, VDEX, compact DEX).
Source: Android Open Source Project, Dalvik Executable format (versions 035 to 041).
"""

import struct
from collections.abc import Iterator

from msgspec import Struct

from assay.examinations.cipher.compiled.classfile import text_of
from assay.examinations.cipher.compiled.damage import DamagedError

NEWEST = 41  # version of the format beyond which nothing is taken for granted
LEAST = 1 << 20  # bytes that are read of any file
_LITTLE = 0x12345678
_NONE = 0xFFFFFFFF
_HEADER = struct.Struct("<20I")  # from the size of the file on
_MAP, _CALL_SITES, _HANDLES = 0x1000, 0x0007, 0x0008
_SIGNED = {0x00: "b", 0x02: "h", 0x04: "i", 0x06: "q"}
Value = tuple[str, object]  # what an encoded value is: number, float, double, text, type, truth, null, other


class Member(Struct, frozen=True):
    """A field or method that a class declares. `body` is the offset of its code, None where it has none; `value` is
    what a static field begins with, None where that is not told."""

    access: int
    name: str
    descriptor: str
    body: int | None = None
    value: Value | None = None


class Row(Struct, frozen=True):
    """A class as its row says it: names are internal ones, offsets 0 where there is nothing."""

    access: int
    name: str
    parent: str
    interfaces: tuple[str, ...]
    members: int
    values: int


class DexClass(Struct, frozen=True):
    """A class with its members. D8 makes members that other classes use public, so that none is nested."""

    access: int
    name: str
    parent: str
    interfaces: tuple[str, ...]
    fields: tuple[Member, ...]
    methods: tuple[Member, ...]
    nested: bool = False


class Code(Struct, frozen=True):
    """The code of a method in units of two bytes; `ins` are its last registers, which hold what it is given.

    `handlers` are start, end, handler and the class that is caught ('' for any).
    """

    content: memoryview
    registers: int
    ins: int
    handlers: tuple[tuple[int, int, int, str], ...]
    debug: int


class DexFile:
    """The tables of one DEX. Raises DamagedError when made, and by whatever asks for a row that is not there."""

    def __init__(self, content: bytes, at: int = 0) -> None:
        """`at` is where its header stands, in a container of several."""
        if content[at : at + 4] != b"dex\n" or not content[at + 4 : at + 7].isdigit():
            raise DamagedError("no DEX file")
        if int(content[at + 4 : at + 7]) > NEWEST:
            raise DamagedError("a DEX file of an unknown version")
        self.content, self._view = content, memoryview(content)
        try:
            row = _HEADER.unpack_from(content, at + 32)
        except struct.error as error:
            raise DamagedError("the header is cut short") from error
        if row[2] != _LITTLE:
            raise DamagedError("numbers in an order that no machine uses")
        self.end = at + row[0]
        if not at < self.end <= len(content):
            raise DamagedError(f"{len(content) - at} bytes of {row[0]} are there")
        self._map = row[5]
        self._strings, self._types = self._table(row[6], row[7], 4), self._table(row[8], row[9], 4)
        self._protos, self._fields = self._table(row[10], row[11], 12), self._table(row[12], row[13], 8)
        self._methods, self._classes = self._table(row[14], row[15], 8), self._table(row[16], row[17], 32)
        self.strings, self.types, self.fields, self.methods = row[6], row[8], row[12], row[14]
        self.classes = row[16]
        self._texts: dict[int, str] = {}
        self._members: dict[int, tuple[str, str, str]] = {}  # methods that were asked for
        self._left = 4 * len(content)  # members that its classes may have together, each time that they are read
        self._work = 3 * len(content) + LEAST  # bytes of code that may be read, where methods share it
        self._linked: dict[int, tuple[int, int]] | None = None

    def _table(self, count: int, at: int, size: int) -> int:
        if count and (at % 4 or at + count * size > len(self.content)):
            raise DamagedError("a table reaches beyond the file")
        return at

    def _u4(self, at: int) -> int:
        return int.from_bytes(self.content[at : at + 4], "little")

    # Rows

    def raw(self, index: int) -> bytes:
        """A string as it stands: modified UTF-8."""
        if not 0 <= index < self.strings:
            raise DamagedError(f"string {index} is not there")
        _, at = uleb(self.content, self._u4(self._strings + 4 * index))
        end = self.content.find(b"\0", at)
        if end < 0:
            raise DamagedError("a string without an end")
        return self.content[at:end]

    def text(self, index: int) -> str:
        known = self._texts.get(index)
        if known is None:
            known = self._texts[index] = text_of(self.raw(index))
        return known

    def type_text(self, index: int) -> int:
        """The string that is the descriptor of a type."""
        if not 0 <= index < self.types:
            raise DamagedError(f"type {index} is not there")
        return self._u4(self._types + 4 * index)

    def type(self, index: int) -> str:
        """The descriptor of a type."""
        return self.text(self.type_text(index))

    def klass(self, index: int) -> str:
        """The internal name of a class; of an array its descriptor."""
        return internal(self.type(index))

    def proto(self, index: int) -> str:
        """The descriptor of a method."""
        shorty = self._protos + 12 * index
        if index < 0 or shorty + 12 > len(self.content):
            raise DamagedError(f"prototype {index} is not there")
        given = "".join(self._types_at(self._u4(shorty + 8)))
        return f"({given}){self.type(self._u4(shorty + 4))}"

    def _types_at(self, at: int) -> list[str]:
        if not at:
            return []
        count = self._u4(at)
        if count > 0xFFFF or at + 4 + 2 * count > len(self.content):
            raise DamagedError("a list of types reaches beyond the file")
        return [self.type(one) for one in struct.unpack_from(f"<{count}H", self.content, at + 4)]

    def field(self, index: int) -> tuple[str, str, str]:
        """Class, name and descriptor."""
        if not 0 <= index < self.fields:
            raise DamagedError(f"field {index} is not there")
        owner, kind, name = struct.unpack_from("<HHI", self.content, self._fields + 8 * index)
        return self.klass(owner), self.text(name), self.type(kind)

    def method(self, index: int) -> tuple[str, str, str]:
        """Class, name and descriptor."""
        known = self._members.get(index)
        if known is None:
            if not 0 <= index < self.methods:
                raise DamagedError(f"method {index} is not there")
            owner, proto, name = struct.unpack_from("<HHI", self.content, self._methods + 8 * index)
            known = self._members[index] = self.klass(owner), self.text(name), self.proto(proto)
        return known

    def rows_of_fields(self) -> bytes:
        """Class, type and name of each field."""
        return self.content[self._fields : self._fields + 8 * self.fields]

    def rows_of_methods(self) -> bytes:
        """Class, prototype and name of each method."""
        return self.content[self._methods : self._methods + 8 * self.methods]

    # Classes

    def defined(self) -> Iterator[str]:
        """The names of its classes, by their rows."""
        for index in range(self.classes):
            yield self.klass(self._u4(self._classes + 32 * index))

    def row(self, index: int) -> Row:
        """What the row of a class says."""
        name, access, parent, listed, _, _, members, values = struct.unpack_from(
            "<8I", self.content, self._classes + 32 * index
        )
        above = self.klass(parent) if parent != _NONE else ""
        return Row(access, self.klass(name), above, tuple(map(internal, self._types_at(listed))), members, values)

    def bodies(self, row: Row) -> Iterator[tuple[int, int, int | None]]:
        """Index, access and code of each method of a class, of its fields nothing."""
        return iter(self._declared(row)[1])

    def _declared(self, row: Row) -> tuple[list[tuple[int, int]], list[tuple[int, int, int | None]], int]:
        """Fields and methods by their index, and how many of the fields are static."""
        if not row.members:
            return [], [], 0
        at, counts = row.members, list[int]()
        for _ in range(4):
            count, at = uleb(self.content, at)
            counts.append(count)
        self._left -= sum(counts)
        if self._left < 0:
            raise DamagedError("more members than the file has bytes for")
        fields, methods = list[tuple[int, int]](), list[tuple[int, int, int | None]]()
        for count in counts[:2]:
            index = 0
            for _ in range(count):
                step, at = uleb(self.content, at)
                access, at = uleb(self.content, at)
                index += step
                fields.append((index, access))
        for count in counts[2:]:
            index = 0
            for _ in range(count):
                step, at = uleb(self.content, at)
                access, at = uleb(self.content, at)
                code, at = uleb(self.content, at)
                index += step
                methods.append((index, access, code or None))
        return fields, methods, counts[0]

    def declared(self, row: Row) -> DexClass:
        """A class with its members. Raises DamagedError."""
        listed, methods, statics = self._declared(row)
        values = list(Encoded(self, row.values).array(statics)) if row.values else []
        fields = []
        for at, (index, access) in enumerate(listed):
            _, name, descriptor = self.field(index)
            value = values[at] if at < min(len(values), statics) else None
            fields.append(Member(access, name, descriptor, value=value))
        made = (Member(access, *self.method(index)[1:], body=code) for index, access, code in methods)
        return DexClass(row.access, row.name, row.parent, row.interfaces, tuple(fields), tuple(made))

    def units(self, at: int) -> int:
        """How long the code at an offset is."""
        return self._u4(at + 12)

    def code(self, at: int) -> Code:
        """The code at an offset. Raises DamagedError."""
        try:
            registers, ins, _, tries, debug, units = struct.unpack_from("<HHHHII", self.content, at)
        except struct.error as error:
            raise DamagedError("the code of a method is cut short") from error
        start, end = at + 16, at + 16 + 2 * units
        self._work -= 2 * units + 8 * tries + 16
        if self._work < 0:
            raise DamagedError("more code than the file has bytes for")
        if end > len(self.content) or ins > registers:
            raise DamagedError("the code of a method reaches beyond the file")
        return Code(self._view[start:end], registers, ins, self._handlers(end + 2 * (units & 1), tries), debug)

    def _handlers(self, at: int, count: int) -> tuple[tuple[int, int, int, str], ...]:
        if not count:
            return ()
        first, found = at + 8 * count, []
        if first > len(self.content):
            raise DamagedError("handlers reach beyond the file")
        for row in range(count):
            start, units, offset = struct.unpack_from("<IHH", self.content, at + 8 * row)
            for kind, handler in self._caught(first + offset):
                found.append((start, start + units, handler, kind))
        return tuple(found)

    def _caught(self, at: int) -> Iterator[tuple[str, int]]:
        size, at = sleb(self.content, at)
        if abs(size) > self.types:
            raise DamagedError("more handlers than classes")
        for _ in range(abs(size)):
            kind, at = uleb(self.content, at)
            handler, at = uleb(self.content, at)
            yield self.klass(kind), handler
        if size <= 0:
            yield "", uleb(self.content, at)[0]

    # What is linked at run time

    def call_site(self, index: int) -> list[Value]:
        """The method that links a call, and what it is given."""
        return list(Encoded(self, self._u4(self._item(_CALL_SITES, index, 4))).array(0xFFFF))

    def handle(self, index: int) -> tuple[int, tuple[str, str, str]]:
        """How a method handle calls, and the method or field that it means."""
        kind, _, of = struct.unpack_from("<HHH", self.content, self._item(_HANDLES, index, 8))
        return kind, self.field(of) if kind < 4 else self.method(of)

    def _item(self, kind: int, index: int, size: int) -> int:
        if self._linked is None:
            count = self._u4(self._map)
            if self._map + 4 + 12 * count > len(self.content):
                raise DamagedError("the map reaches beyond the file")
            rows = (struct.unpack_from("<HHII", self.content, self._map + 4 + 12 * row) for row in range(count))
            self._linked = {row[0]: (row[2], row[3]) for row in rows if row[0] in {_CALL_SITES, _HANDLES}}
        count, at = self._linked.get(kind, (0, 0))
        if not 0 <= index < count or at + size * (index + 1) > len(self.content):
            raise DamagedError("what is linked at run time is not there")
        return at + size * index


class Encoded:
    """Values that are written one behind the other, each with its kind and size."""

    def __init__(self, of: DexFile, at: int) -> None:
        self.of, self.at = of, at

    def array(self, most: int) -> Iterator[Value]:
        """The values of an array, `most` of them. Raises DamagedError."""
        count, self.at = uleb(self.of.content, self.at)
        for _ in range(min(count, most)):
            yield self._value()

    def _value(self) -> Value:
        content = self.of.content
        if self.at >= len(content):
            raise DamagedError("a value reaches beyond the file")
        kind, size = content[self.at] & 31, (content[self.at] >> 5) + 1
        if kind in {0x1C, 0x1D}:
            raise DamagedError("a value of a kind that no field has")
        if kind in {0x1E, 0x1F}:
            self.at += 1
            return ("null", None) if kind == 0x1E else ("truth", size == 2)
        told = content[self.at + 1 : self.at + 1 + size]
        self.at += 1 + size
        if kind in _SIGNED:
            return "number", int.from_bytes(told, "little", signed=True)
        index = int.from_bytes(told, "little")
        match kind:
            case 0x03:
                return "number", index
            case 0x10:
                return "float", struct.unpack("<f", told.rjust(4, b"\0")[-4:])[0]
            case 0x11:
                return "double", struct.unpack("<d", told.rjust(8, b"\0")[-8:])[0]
            case 0x15:
                return "proto", self.of.proto(index)
            case 0x16:
                return "handle", index
            case 0x17:
                return "text", self.of.text(index)
            case 0x18:
                return "type", self.of.klass(index)
        return "other", index


def headers(content: bytes) -> Iterator[int]:
    """Where the headers stand: one, or several where the version is one of containers. Raises DamagedError."""
    at = 0
    while at < len(content):
        found = DexFile(content, at)
        yield at
        if content[at + 4 : at + 7] < b"041":
            return
        at = found.end


def internal(descriptor: str) -> str:
    """The name of a class as class files write it."""
    return descriptor[1:-1] if descriptor[:1] == "L" and descriptor[-1:] == ";" else descriptor


def uleb(content: bytes, at: int) -> tuple[int, int]:
    """An unsigned number of up to five bytes of seven bits, and where the next begins. Raises DamagedError."""
    try:
        byte = content[at]
        if byte < 128:
            return byte, at + 1
        value, shift = byte & 127, 7
        while byte >= 128 and shift < 35:
            at += 1
            byte = content[at]
            value |= (byte & 127) << shift
            shift += 7
    except IndexError as error:
        raise DamagedError("a number is cut short") from error
    return value & 0xFFFFFFFF, at + 1


def sleb(content: bytes, at: int) -> tuple[int, int]:
    """The same with a sign."""
    value, end = uleb(content, at)
    bits = 7 * (end - at)
    return (value - (1 << min(bits, 32)) if bits and value >> (min(bits, 32) - 1) & 1 else value), end
