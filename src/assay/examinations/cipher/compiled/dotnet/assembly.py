"""What the rows of the metadata mean: types with their members, names of what code refers to, bodies of methods.

Source: ECMA-335, 6th edition, partition II, chapters 22, 23 and 25.4.
"""

import struct
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dotnet import metadata as rows
from assay.examinations.cipher.compiled.dotnet.metadata import Metadata
from assay.examinations.cipher.compiled.dotnet.signatures import SIZES, Reader, Signature, constant
from assay.examinations.cipher.compiled.dotnet.spelling import SPELT, dotted, local, word

STATIC, INIT_ONLY, LITERAL, ACCESS, PRIVATE, ABSTRACT, IMPORTED = 0x10, 0x20, 0x40, 7, 1, 0x400, 0x2000
NESTED = frozenset(range(2, 8))  # visibility of types inside of others
CODE_TYPE, INTERNAL_CALL = 3, 0x1000
_TINY, _MORE, _EXCEPTIONS, _FAT_ROWS, _MORE_ROWS = 2, 8, 1, 0x40, 0x80
DEEPEST = 40  # types in types
MOST_CODE = 4  # times the size of the file: many methods may share a body


class Field(Struct, frozen=True):
    index: int
    flags: int
    name: str
    blob: int


class Method(Struct, frozen=True):
    """`at` is where its body begins in memory, 0 for none; `names` are those of its parameters."""

    index: int
    at: int
    how: int
    flags: int
    name: str
    blob: int
    names: Mapping[int, str]

    def parameter(self, at: int, prefix: str, mark: str) -> str:
        """The name of a parameter, counted from 0 without `this`; of one that has none, `prefix` and its place."""
        told = self.names.get(at + 1, "")
        return f"{local(told)}{mark}" if told else f"{prefix or 'p'}_{mark}{at}"


class Kind(Struct):
    """A type that is defined here. `parent` is a token, 0 for none; `inside` are indexes of types nested in it."""

    index: int
    flags: int
    name: str
    space: str
    parent: int
    fields: range
    methods: range
    interfaces: list[int] = field(default_factory=list)
    inside: list[int] = field(default_factory=list)
    outer: int = 0


class Member(Struct, frozen=True):
    """What a token of a field or method means. `own` is its index when it is defined here, `kind` that of its type;
    `arguments` are those of a generic method."""

    owner: str
    name: str
    blob: int
    is_field: bool
    own: int = 0
    kind: int = 0
    arguments: tuple[str, ...] = ()


Handler = tuple[int, int, int, int, int, int, str]


class Body(Struct, frozen=True):
    """`handlers` are kind, start, end, handler, end of it, place of the filter or 0, and the type that is caught."""

    code: bytes
    at: int = 0  # in the file
    variables: tuple[str, ...] = ()
    handlers: tuple[Handler, ...] = ()


class Assembly:
    """All of it raises DamagedError for what no runtime would load."""

    def __init__(self, of: Metadata) -> None:
        self.of = of
        self._members: dict[int, Member] = {}
        self._types: dict[int, str] = {}
        self._signatures: dict[int, Signature] = {}
        self._bodies: dict[int, Body | None] = {}
        self._shapes: dict[tuple[int, bool], dict[tuple[str, bytes], int]] = {}
        self._depth = 0
        self._left = MOST_CODE * len(of.content)

    @cached_property
    def kinds(self) -> list[Kind]:
        """Types by index less one."""
        of = self.of
        found = []
        for index, (flags, name, space, parent, _, _) in enumerate(of.rows(rows.TYPE_DEF), 1):
            fields = of.until(rows.FIELD, rows.TYPE_DEF, index, 4)
            methods = of.until(rows.METHOD, rows.TYPE_DEF, index, 5)
            above = of.coded("type", parent) if parent else 0
            found.append(Kind(index, flags, of.string(name), of.string(space), above, fields, methods))
        for inner, outer in of.rows(rows.NESTED_CLASS):
            if not (0 < inner <= len(found) and 0 < outer < inner):
                raise DamagedError("a type inside of one that follows it")
            found[inner - 1].outer = outer
            found[outer - 1].inside.append(inner)
        for index, interface in of.rows(rows.INTERFACE_IMPL):
            of.row(rows.TYPE_DEF, index)
            found[index - 1].interfaces.append(of.coded("type", interface))
        return found

    @cached_property
    def _owners(self) -> dict[int, dict[int, int]]:
        """The type of each method and field by its index."""
        methods, fields = dict[int, int](), dict[int, int]()
        for kind in self.kinds:
            methods.update(dict.fromkeys(kind.methods, kind.index))
            fields.update(dict.fromkeys(kind.fields, kind.index))
        return {rows.METHOD: methods, rows.FIELD: fields}

    def owner(self, table: int, index: int) -> int:
        found = self._owners[table].get(index)
        if found is None:
            raise DamagedError("a member of no type")
        return found

    def method(self, index: int) -> Method:
        at, how, flags, name, blob, first = self.of.row(rows.METHOD, index)
        names = {}
        for row in self.of.until(rows.PARAM, rows.METHOD, index, 5) if first else ():
            _, place, told = self.of.row(rows.PARAM, row)
            names[place] = self.of.string(told)
        return Method(index, at, how, flags, self.of.string(name), blob, names)

    def field(self, index: int) -> Field:
        flags, name, blob = self.of.row(rows.FIELD, index)
        return Field(index, flags, self.of.string(name), blob)

    # Names

    def type_name(self, token: int) -> str:
        """As written in C#, without type arguments."""
        known = self._types.get(token)
        if known is None:
            self._depth += 1
            if self._depth > DEEPEST:
                raise DamagedError("types in types without end")
            try:
                known = self._types[token] = self._type_name(token)
            finally:
                self._depth -= 1
        return known

    def _type_name(self, token: int) -> str:
        table, index = token >> 24, token & 0xFFFFFF
        if table == rows.TYPE_DEF:
            self.of.row(table, index)
            kind = self.kinds[index - 1]
            if kind.outer:
                return f"{self.type_name(rows.TYPE_DEF << 24 | kind.outer)}.{word(kind.name)}"
            return dotted(kind.space, kind.name)
        if table == rows.TYPE_REF:
            scope, name, space = self.of.row(table, index)
            above = self.of.coded("scope", scope) if scope else 0
            if above >> 24 == rows.TYPE_REF:
                return f"{self.type_name(above)}.{word(self.of.string(name))}"
            named = dotted(self.of.string(space), self.of.string(name))
            return SPELT.get(named, named)
        if table == rows.TYPE_SPEC:
            blob = self.of.blob(self.of.row(table, index)[0])
            return Reader(blob, self.type_name).type()
        raise DamagedError("a type of no table")

    def member(self, token: int) -> Member:
        known = self._members.get(token)
        if known is None:
            known = self._members[token] = self._member(token)
        return known

    def _member(self, token: int) -> Member:
        table, index = token >> 24, token & 0xFFFFFF
        if table in {rows.METHOD, rows.FIELD}:
            row = self.of.row(table, index)
            kind = self.owner(table, index)
            name, blob = (row[3], row[4]) if table == rows.METHOD else (row[1], row[2])
            owner = self.type_name(rows.TYPE_DEF << 24 | kind)
            return Member(owner, self.of.string(name), blob, table == rows.FIELD, index, kind)
        if table == rows.MEMBER_REF:
            return self._referred(index)
        if table == rows.METHOD_SPEC:
            coded, blob = self.of.row(table, index)
            inner = self.of.coded("method", coded)
            one, given = self.member(inner), Reader(self.of.blob(blob), self.type_name).arguments()
            return Member(one.owner, one.name, one.blob, False, one.own, one.kind, given)
        raise DamagedError("a member of no table")

    def _referred(self, index: int) -> Member:
        """One of another assembly, or of a generic type of this one."""
        parent, name, blob = self.of.row(rows.MEMBER_REF, index)
        above, named = self.of.coded("parent", parent), self.of.string(name)
        is_field = self.of.blob(blob)[:1] == b"\x06"
        table = above >> 24
        if table == rows.METHOD:
            return self.member(above)
        if table == rows.MODULE_REF:
            return Member("", named, blob, is_field)
        owner, inner = self.type_name(above), self._defined(above)
        own = self._within(inner, is_field).get((named, self.of.blob(blob)), 0) if inner else 0
        return Member(owner, named, blob, is_field, own, inner if own else 0)

    def _within(self, kind: int, is_field: bool) -> Mapping[tuple[str, bytes], int]:
        """Fields or methods of a type by name and signature."""
        known = self._shapes.get((kind, is_field))
        if known is None:
            known = self._shapes[kind, is_field] = {}
            table, column = (rows.FIELD, 1) if is_field else (rows.METHOD, 3)
            for own in self.kinds[kind - 1].fields if is_field else self.kinds[kind - 1].methods:
                row = self.of.row(table, own)
                known.setdefault((self.of.string(row[column]), self.of.blob(row[column + 1])), own)
        return known

    def _defined(self, token: int) -> int:
        """The index of a type that is defined here, also of one with type arguments; 0 for others."""
        if token >> 24 == rows.TYPE_SPEC:
            blob = self.of.blob(self.of.row(rows.TYPE_SPEC, token & 0xFFFFFF)[0])
            if blob[:1] != b"\x15":
                return 0
            token = Reader(blob, self.type_name, 2).token()
        return token & 0xFFFFFF if token >> 24 == rows.TYPE_DEF else 0

    def signature(self, blob: int) -> Signature:
        known = self._signatures.get(blob)
        if known is None:
            try:
                known = self._signatures[blob] = Reader(self.of.blob(blob), self.type_name).method()
            except IndexError as error:
                raise DamagedError("a signature cut short") from error
        return known

    def field_type(self, blob: int) -> str:
        return Reader(self.of.blob(blob), self.type_name).field()

    # Tables beside

    @cached_property
    def constants(self) -> Mapping[int, int | float | str | None]:
        """Values of fields that are constants, by the index of the field."""
        found = {}
        for kind, parent, blob in self.of.rows(rows.CONSTANT):
            token = self.of.coded("constant", parent)
            if token >> 24 == rows.FIELD:
                found[token & 0xFFFFFF] = constant(kind & 0xFF, self.of.blob(blob))
        return found

    @cached_property
    def filled(self) -> Mapping[int, int]:
        """Where in the file the bytes of a field stand that begins with some, by the index of the field."""
        return {index: self.of.at(at) for at, index in self.of.rows(rows.FIELD_RVA) if at}

    @cached_property
    def imported(self) -> Mapping[int, str]:
        """Libraries of native methods by the index of the method."""
        found = {}
        for _, forwarded, _, scope in self.of.rows(rows.IMPL_MAP):
            token = self.of.coded("forwarded", forwarded)
            if token >> 24 == rows.METHOD:
                found[token & 0xFFFFFF] = self.of.string(self.of.row(rows.MODULE_REF, scope)[0])
        return found

    @cached_property
    def referred(self) -> tuple[int, ...]:
        """Tokens of the types of other assemblies."""
        return tuple(rows.TYPE_REF << 24 | index for index in range(1, len(self.of.rows(rows.TYPE_REF)) + 1))

    # Bodies

    def body(self, index: int) -> Body | None:
        """The code of a method; None where it has none."""
        if index not in self._bodies:
            try:
                self._bodies[index] = self._body(index)
            except (struct.error, IndexError) as error:
                raise DamagedError("the code of a method is cut short") from error
        return self._bodies[index]

    def extent(self, index: int) -> tuple[int, int] | None:
        """Where the code of a method begins and ends in the file."""
        at = self.of.row(rows.METHOD, index)[0]
        if not at:
            return None
        offset, content = self.of.at(at), self.of.content
        if content[offset] & 3 == _TINY:
            return offset + 1, offset + 1 + (content[offset] >> 2)
        size = struct.unpack_from("<I", content, offset + 4)[0]
        start = offset + (content[offset + 1] >> 4) * 4
        return start, start + size

    def _body(self, index: int) -> Body | None:
        extent = self.extent(index)
        if extent is None:
            return None
        start, end = extent
        content = self.of.content
        self._left -= end - start
        if end > len(content) or self._left < 0:
            raise DamagedError("more code than the file holds")
        offset = self.of.at(self.of.row(rows.METHOD, index)[0])
        if content[offset] & 3 == _TINY:
            return Body(content[start:end], start)
        flags, _, _, token = struct.unpack_from("<HHII", content, offset)
        told: tuple[str, ...] = ()
        if token:
            blob = self.of.row(rows.STAND_ALONE_SIG, token & 0xFFFFFF)[0]
            told = Reader(self.of.blob(blob), self.type_name).locals()
        handlers = tuple(self._handlers(end)) if flags & _MORE else ()
        return Body(content[start:end], start, told, handlers)

    def _handlers(self, at: int) -> Iterator[Handler]:
        content, more = self.of.content, _MORE_ROWS
        while more & _MORE_ROWS:
            at = (at + 3) & ~3
            more = content[at]
            wide = bool(more & _FAT_ROWS)
            size = int.from_bytes(content[at + 1 : at + (4 if wide else 2)], "little")
            if size < 4:
                raise DamagedError("a section of no size")
            if more & 0x3F == _EXCEPTIONS:
                shape = "<IIIIII" if wide else "<HHBHBI"
                step = struct.calcsize(shape)
                for row in range((size - 4) // step):
                    kind, start, length, handler, span, last = struct.unpack_from(shape, content, at + 4 + row * step)
                    caught = self.type_name(last) if kind == 0 and last else ""
                    yield kind, start, start + length, handler, handler + span, last if kind == 1 else 0, caught
            at += size

    def items(self, index: int, told: str, count: int) -> list[int]:
        """The first numbers that the bytes of a field hold, as items of the type. Empty where it holds none."""
        shape, at = SIZES.get(told), self.filled.get(index)
        if shape is None or at is None or shape[-1] in "fd?" or not 0 < count <= len(self.of.content):
            return []
        size = struct.calcsize(shape) * count
        if at + size > len(self.of.content):
            raise DamagedError("items beyond the file")
        return [int(row[0]) for row in struct.iter_unpack(shape, self.of.content[at : at + size])]
