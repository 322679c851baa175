"""Java class files: the constant pool, fields, methods and their code, as they stand in the file.

`pool_of` reads no more than the constant pool, which is enough to know what a class can name; `class_of` reads all of
it. Nothing is followed here: see `machine.py`.

*It cannot see* attributes beyond those that the transcript needs (code, constant values, line numbers, names of
variables, bootstrap methods, nests).
Source: The Java Virtual Machine Specification, Java SE 21, chapter 4.
"""

import struct
from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field

from assay.examinations.cipher.compiled.damage import DamagedError

UTF8, INTEGER, FLOAT, LONG, DOUBLE, CLASS, STRING = 1, 3, 4, 5, 6, 7, 8
FIELD, METHOD, INTERFACE_METHOD, NAME_AND_TYPE = 9, 10, 11, 12
HANDLE, METHOD_TYPE, DYNAMIC, INVOKE_DYNAMIC, MODULE, PACKAGE = 15, 16, 17, 18, 19, 20
PRIVATE, STATIC, FINAL, NATIVE, INTERFACE, ABSTRACT, IS_MODULE = 0x2, 0x8, 0x10, 0x100, 0x200, 0x400, 0x8000
NEWEST = 80  # major version of the format beyond which nothing is taken for granted
_U2, _U4 = struct.Struct(">H"), struct.Struct(">I")
_PAIR = struct.Struct(">HH")
_NUMBERS = {3: struct.Struct(">i"), 4: struct.Struct(">f"), 5: struct.Struct(">q"), 6: struct.Struct(">d")}
Constant = tuple[int, Any, Any]  # tag, and up to two of: bytes, number, index


class Pool(Struct, frozen=True):
    """The constant pool; entry 0, and the second half of a long or double, is None. `end` is what follows it."""

    entries: Sequence[Constant | None]
    end: int
    texts: dict[int, str] = field(default_factory=dict)  # that were asked for

    def of(self, index: int, *tags: int) -> Constant:
        found = self.entries[index] if 0 <= index < len(self.entries) else None
        if found is None or found[0] not in tags:
            raise DamagedError(f"constant {index} is not of kind {tags}")
        return found

    def raw(self, index: int) -> bytes:
        return bytes(self.of(index, UTF8)[1])

    def text(self, index: int) -> str:
        """A modified UTF-8 constant."""
        known = self.texts.get(index)
        if known is None:
            known = self.texts[index] = text_of(self.raw(index))
        return known

    def named(self, index: int, *tags: int) -> str:
        """The name that a class, string, module or package constant leads to."""
        return self.text(self.of(index, *tags)[1])

    def klass(self, index: int) -> str:
        return self.named(index, CLASS)

    def pair(self, index: int) -> tuple[str, str]:
        """Name and descriptor."""
        _, name, descriptor = self.of(index, NAME_AND_TYPE)
        return self.text(name), self.text(descriptor)

    def member(self, index: int) -> tuple[str, str, str]:
        """Class, name and descriptor of a field or method."""
        _, owner, pair = self.of(index, FIELD, METHOD, INTERFACE_METHOD)
        return (self.klass(owner), *self.pair(pair))


class Code(Struct, frozen=True):
    """`handlers` are start, end, handler and the class that is caught ('' for any); `lines` and `names` may be empty,
    for they are written only when the compiler is asked to. `names` are start, end, slot and name of a variable."""

    content: bytes
    handlers: tuple[tuple[int, int, int, str], ...] = ()
    lines: tuple[tuple[int, int], ...] = ()
    names: tuple[tuple[int, int, int, str], ...] = ()


class Member(Struct, frozen=True):
    """A field or a method. `body` is its code as it stands, for `ClassFile.code`; `constant` is the index of the value
    that a static final field begins with."""

    access: int
    name: str
    descriptor: str
    body: bytes | None = None
    constant: int = 0


class ClassFile(Struct, frozen=True):
    pool: Pool
    access: int
    name: str
    parent: str
    interfaces: tuple[str, ...]
    fields: tuple[Member, ...]
    methods: tuple[Member, ...]
    bootstraps: tuple[tuple[int, tuple[int, ...]], ...] = ()  # handle, and its arguments, as indexes
    nested: bool = False  # other classes may use its private members
    codes: dict[bytes, Code] = field(default_factory=dict)  # that were asked for

    def code(self, member: Member) -> Code | None:
        """The code of a method; None where it has none. Raises DamagedError."""
        if member.body is None:
            return None
        known = self.codes.get(member.body)
        if known is None:
            try:
                known = self.codes[member.body] = _code(_Reader(member.body), self.pool)
            except (struct.error, IndexError) as error:
                raise DamagedError("the code of a method is cut short") from error
        return known


def pool_of(content: bytes) -> Pool:
    """The constant pool. Raises DamagedError."""
    try:
        return _pool(content)
    except (struct.error, IndexError) as error:
        raise DamagedError("the constant pool is cut short") from error


def _pool(content: bytes) -> Pool:
    if content[:4] != b"\xca\xfe\xba\xbe" or _U2.unpack_from(content, 6)[0] > NEWEST:
        raise DamagedError("no class file of a known version")
    count = _U2.unpack_from(content, 8)[0]
    entries: list[Constant | None] = [None]
    add, at, size = entries.append, 10, len(content)
    while len(entries) < count:
        tag = content[at]
        if tag == UTF8:
            start = at + 3
            at = start + (content[at + 1] << 8 | content[at + 2])
            if at > size:
                raise DamagedError("a constant reaches beyond the file")
            add((1, content[start:at], None))
        elif 9 <= tag <= 12 or tag in {17, 18}:
            add((tag, content[at + 1] << 8 | content[at + 2], content[at + 3] << 8 | content[at + 4]))
            at += 5
        elif tag in {7, 8, 16, 19, 20}:
            add((tag, content[at + 1] << 8 | content[at + 2], None))
            at += 3
        elif 3 <= tag <= 6:
            add((tag, _NUMBERS[tag].unpack_from(content, at + 1)[0], None))
            at += 5 if tag < 5 else 9
            if tag >= 5:
                add(None)
        elif tag == HANDLE:
            add((tag, content[at + 1], content[at + 2] << 8 | content[at + 3]))
            at += 4
        else:
            raise DamagedError(f"a constant of unknown kind {tag}")
    return Pool(entries, at)


def class_of(content: bytes, pool: Pool) -> ClassFile:
    """The whole class. Raises DamagedError."""
    try:
        return _class(content, pool)
    except (struct.error, IndexError) as error:
        raise DamagedError("the class is cut short") from error


def _class(content: bytes, pool: Pool) -> ClassFile:
    reader = _Reader(content, pool.end)
    access, name, parent = reader.u2(), pool.klass(reader.u2()), reader.u2()
    interfaces = tuple(pool.klass(reader.u2()) for _ in range(reader.u2()))
    fields = tuple(_member(reader, pool) for _ in range(reader.u2()))
    methods = tuple(_member(reader, pool) for _ in range(reader.u2()))
    attributes = _attributes(reader, pool)
    if reader.at != len(content):
        raise DamagedError(f"{len(content) - reader.at} bytes follow the class")
    nested = not attributes.keys().isdisjoint({"NestHost", "NestMembers"})
    above = pool.klass(parent) if parent else ""
    bootstraps = _bootstraps(attributes.get("BootstrapMethods"))
    return ClassFile(pool, access, name, above, interfaces, fields, methods, bootstraps, nested)


class _Reader:
    def __init__(self, content: bytes, at: int = 0) -> None:
        self.content, self.at = content, at

    def u2(self) -> int:
        self.at += 2
        return int(_U2.unpack_from(self.content, self.at - 2)[0])

    def u4(self) -> int:
        self.at += 4
        return int(_U4.unpack_from(self.content, self.at - 4)[0])

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.content):
            raise DamagedError("an attribute reaches beyond the file")
        self.at += size
        return self.content[self.at - size : self.at]


def _attributes(reader: _Reader, pool: Pool) -> dict[str, bytes]:
    return {pool.text(reader.u2()): reader.take(reader.u4()) for _ in range(reader.u2())}


def _member(reader: _Reader, pool: Pool) -> Member:
    access, name, descriptor = reader.u2(), pool.text(reader.u2()), pool.text(reader.u2())
    attributes = _attributes(reader, pool)
    constant = _U2.unpack_from(attributes["ConstantValue"])[0] if "ConstantValue" in attributes else 0
    return Member(access, name, descriptor, attributes.get("Code"), constant)


def _code(reader: _Reader, pool: Pool) -> Code:
    reader.u4()  # depth of the stack, number of variables
    content = reader.take(reader.u4())
    rows = [(reader.u2(), reader.u2(), reader.u2(), reader.u2()) for _ in range(reader.u2())]
    handlers = tuple((start, end, at, pool.klass(kind) if kind else "") for start, end, at, kind in rows)
    attributes = _attributes(reader, pool)
    table = _Reader(attributes.get("LineNumberTable", b"\0\0"))
    lines = tuple(_PAIR.unpack(table.take(4)) for _ in range(table.u2()))
    table, names = _Reader(attributes.get("LocalVariableTable", b"\0\0")), []
    for _ in range(table.u2()):
        start, size, name, _, slot = (table.u2() for _ in range(5))
        names.append((start, start + size, slot, pool.text(name)))
    return Code(content, handlers, lines, tuple(names))


def _bootstraps(content: bytes | None) -> tuple[tuple[int, tuple[int, ...]], ...]:
    reader, found = _Reader(content or b"\0\0"), []
    for _ in range(reader.u2()):
        handle = reader.u2()
        found.append((handle, tuple(reader.u2() for _ in range(reader.u2()))))
    return tuple(found)


def text_of(content: bytes) -> str:
    """Modified UTF-8: NUL in two bytes, and what is beyond 16 bits as two halves of three bytes each."""
    if content.isascii():
        return content.decode("ascii")
    text = content.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass") if _well_formed(content) else ""
    return (text or content.decode("utf-8", "replace")).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _well_formed(content: bytes) -> bool:
    try:
        content.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
