"""Types and signatures as blobs of the metadata hold them, written in C#.

Arguments of generic types are left away, for the readers of source pass over them; those of a generic method stay.
Source: ECMA-335, 6th edition, partition II, 23.2.
"""

import struct
from collections.abc import Callable

from msgspec import Struct

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dotnet.metadata import TYPE_DEF, TYPE_REF, TYPE_SPEC, length_at

PRIMITIVE = {
    0x01: "void", 0x02: "bool", 0x03: "char", 0x04: "sbyte", 0x05: "byte", 0x06: "short", 0x07: "ushort", 0x08: "int",
    0x09: "uint", 0x0A: "long", 0x0B: "ulong", 0x0C: "float", 0x0D: "double", 0x0E: "string",
    0x16: "System.TypedReference", 0x18: "System.IntPtr", 0x19: "System.UIntPtr", 0x1C: "object",
}  # fmt: skip
SIZES = {"bool": "<?", "char": "<H", "sbyte": "<b", "byte": "<B", "short": "<h", "ushort": "<H", "int": "<i",
         "uint": "<I", "long": "<q", "ulong": "<Q", "float": "<f", "double": "<d"}  # fmt: skip
_VALUE, _CLASS, _VAR, _ARRAY, _GENERIC, _FUNCTION, _METHOD_VAR = 0x11, 0x12, 0x13, 0x14, 0x15, 0x1B, 0x1E
_REQUIRED, _OPTIONAL, _SENTINEL = 0x1F, 0x20, 0x41
_MARKS = {0x0F: "*", 0x10: "&", 0x1D: "[]", 0x45: ""}  # a pointer, a reference, an array, what is not moved
HAS_THIS, EXPLICIT, _GENERIC_METHOD = 0x20, 0x40, 0x10
_TABLES = (TYPE_DEF, TYPE_REF, TYPE_SPEC)
DEEPEST = 40
MOST = 4096  # parameters


class Signature(Struct, frozen=True):
    """Of a method; a parameter that is passed by reference ends in `&`."""

    this: bool
    given: tuple[str, ...]
    result: str


class Reader:
    """One blob. `named` gives the name of a type by its token. All of it raises DamagedError or IndexError."""

    def __init__(self, blob: bytes, named: Callable[[int], str], at: int = 0) -> None:
        self.blob, self.named, self.at = blob, named, at

    def number(self) -> int:
        value, self.at = length_at(self.blob, self.at)
        return value

    def byte(self) -> int:
        self.at += 1
        if self.at > len(self.blob):
            raise DamagedError("a signature cut short")
        return self.blob[self.at - 1]

    def token(self) -> int:
        value = self.number()
        if value & 3 == 3:
            raise DamagedError("a type of no table")
        return _TABLES[value & 3] << 24 | value >> 2

    def type(self, depth: int = 0) -> str:
        if depth > DEEPEST:
            raise DamagedError("types in types without end")
        kind = self.byte()
        if kind in PRIMITIVE:
            return PRIMITIVE[kind]
        if kind in {_VALUE, _CLASS}:
            return self.named(self.token())
        if kind in {_VAR, _METHOD_VAR}:
            return f"T{'M' if kind == _METHOD_VAR else ''}{self.number()}"
        if kind in {_REQUIRED, _OPTIONAL}:  # what else is to be known of a type
            self.token()
            return self.type(depth + 1)
        return self._composed(kind, depth + 1)

    def _composed(self, kind: int, depth: int) -> str:
        """A type that is made of others."""
        if kind == _FUNCTION:
            self.method(depth)
            return "System.IntPtr"
        if kind not in _MARKS and kind not in {_ARRAY, _GENERIC}:
            raise DamagedError(f"a type of unknown kind {kind:#x}")
        of = self.type(depth)
        if kind == _ARRAY:
            rank = self.number()
            for _ in range(2):  # sizes, and where each begins
                for _ in range(min(self.number(), MOST)):
                    self.number()
            return f"{of}[{',' * (min(rank, 32) - 1)}]"
        if kind == _GENERIC:
            for _ in range(min(self.number(), MOST)):
                self.type(depth)
        return of + _MARKS.get(kind, "")

    def method(self, depth: int = 0) -> Signature:
        how = self.byte()
        if how & _GENERIC_METHOD:
            self.number()
        count = self.number()
        if count > MOST:
            raise DamagedError("more parameters than any method")
        result = self.type(depth)
        given = []
        for _ in range(count):
            if self.at < len(self.blob) and self.blob[self.at] == _SENTINEL:
                self.at += 1
            given.append(self.type(depth))
        return Signature(bool(how & HAS_THIS) and not how & EXPLICIT, tuple(given), result)

    def locals(self) -> tuple[str, ...]:
        if self.byte() != 0x07:
            raise DamagedError("no signature of variables")
        return tuple(self.type() for _ in range(min(self.number(), 1 << 16)))

    def field(self) -> str:
        if self.byte() != 0x06:
            raise DamagedError("no signature of a field")
        return self.type()

    def arguments(self) -> tuple[str, ...]:
        """Of a generic method."""
        if self.byte() != 0x0A:
            raise DamagedError("no arguments of a method")
        return tuple(self.type() for _ in range(min(self.number(), MOST)))


def constant(kind: int, blob: bytes) -> int | float | str | None:
    """The value that the table of constants has for a field or parameter."""
    told = PRIMITIVE.get(kind, "")
    if told == "string":
        return blob.decode("utf-16-le", "replace")
    shape = SIZES.get(told)
    if shape is None or len(blob) != struct.calcsize(shape):
        return None
    value: int | float = struct.unpack(shape, blob)[0]
    return value
