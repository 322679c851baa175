"""The code of a method of a DEX file as instructions and blocks.

Of two registers that hold one wide value the first stands for both.
Source: Android Open Source Project, Dalvik bytecode; Dalvik executable instruction formats.
"""

import struct
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dex.dexfile import Code
from assay.examinations.cipher.compiled.flow import Block
from assay.examinations.cipher.compiled.flow import blocks_of as linked

MOVES = frozenset({*range(0x01, 0x0A)})
RESULTS = frozenset({0x0A, 0x0B, 0x0C})
CAUGHT = 0x0D
CONSTANTS = frozenset({*range(0x12, 0x1D)})
FILL, PACKED, SPARSE = 0x26, 0x2B, 0x2C
RETURNS = frozenset({0x0E, 0x0F, 0x10, 0x11})
THROW = 0x27
GOTOS = frozenset({0x28, 0x29, 0x2A})
CUSTOM, POLYMORPHIC = frozenset({0xFC, 0xFD}), frozenset({0xFA, 0xFB})
INVOKES = frozenset({*range(0x6E, 0x73), *range(0x74, 0x79), *CUSTOM, *POLYMORPHIC})
ENDS = RETURNS | GOTOS | {THROW}
_UNUSED = frozenset({*range(0x3E, 0x44), 0x73, 0x79, 0x7A, *range(0xE3, 0xFA)})
_FORMATS = {
    "10x": (0x00, 0x0E),
    "12x": (0x01, 0x04, 0x07, 0x21, *range(0x7B, 0x90), *range(0xB0, 0xD0)),
    "22x": (0x02, 0x05, 0x08),
    "32x": (0x03, 0x06, 0x09),
    "11x": (*range(0x0A, 0x0E), 0x0F, 0x10, 0x11, 0x1D, 0x1E, THROW),
    "11n": (0x12,),
    "21s": (0x13, 0x16),
    "31i": (0x14, 0x17),
    "21h": (0x15, 0x19),
    "51l": (0x18,),
    "21c": (0x1A, 0x1C, 0x1F, 0x22, *range(0x60, 0x6E), 0xFE, 0xFF),
    "31c": (0x1B,),
    "22c": (0x20, 0x23, *range(0x52, 0x60)),
    "35c": (0x24, *range(0x6E, 0x73), 0xFA, 0xFC),
    "3rc": (0x25, *range(0x74, 0x79), 0xFB, 0xFD),
    "31t": (FILL, PACKED, SPARSE),
    "10t": (0x28,),
    "20t": (0x29,),
    "30t": (0x2A,),
    "23x": (*range(0x2D, 0x32), *range(0x44, 0x52), *range(0x90, 0xB0)),
    "22t": tuple(range(0x32, 0x38)),
    "21t": tuple(range(0x38, 0x3E)),
    "22s": tuple(range(0xD0, 0xD8)),
    "22b": tuple(range(0xD8, 0xE3)),
}
# What of its first register an instruction does: most write it; these only read it.
_READING = frozenset(
    {*RETURNS, 0x1D, 0x1E, FILL, THROW, PACKED, SPARSE, *range(0x32, 0x3E), *range(0x4B, 0x52), *range(0x59, 0x60),
     *range(0x67, 0x6E)}
)  # fmt: skip
_BOTH = frozenset({0x1F, *range(0xB0, 0xD0)})  # check-cast, and arithmetic into one of its operands


class Instruction(Struct, frozen=True):
    """`registers` are those that it names, in order; `number` a literal, an index of a table or a place, `other` the
    prototype of a polymorphic call. `reads` and `writes` are of them."""

    at: int
    operation: int
    end: int
    registers: tuple[int, ...] = ()
    number: int = 0
    other: int = 0
    targets: tuple[int, ...] = ()
    reads: tuple[int, ...] = ()
    writes: int | None = None

    @property
    def again(self) -> bool:
        return False


_Fields = tuple[int, tuple[int, ...], int]  # units, registers, number
_S2, _S4, _S8, _U4 = struct.Struct("<h"), struct.Struct("<i"), struct.Struct("<q"), struct.Struct("<I")


def _u2(code: memoryview, at: int) -> int:
    return code[at] | code[at + 1] << 8


def _list(code: memoryview, at: int) -> _Fields:
    count, row = code[at + 1] >> 4, _u2(code, at + 4)
    told = (row & 15, row >> 4 & 15, row >> 8 & 15, row >> 12, code[at + 1] & 15)
    if count > len(told):
        raise DamagedError("a call with more registers than it can name")
    return 3, told[:count], _u2(code, at + 2)


def _range(code: memoryview, at: int) -> _Fields:
    first = _u2(code, at + 4)
    return 3, tuple(range(first, first + code[at + 1])), _u2(code, at + 2)


def _high(code: memoryview, at: int) -> _Fields:
    shift = 16 if code[at] == 0x15 else 48
    return 2, (code[at + 1],), _S2.unpack_from(code, at + 2)[0] << shift


_READERS: dict[str, Callable[[memoryview, int], _Fields]] = {
    "10x": lambda code, at: (1, (), 0),  # noqa: ARG005
    "12x": lambda code, at: (1, (code[at + 1] & 15, code[at + 1] >> 4), 0),
    "11x": lambda code, at: (1, (code[at + 1],), 0),
    "11n": lambda code, at: (1, (code[at + 1] & 15,), (code[at + 1] >> 4 ^ 8) - 8),
    "10t": lambda code, at: (1, (), (code[at + 1] ^ 128) - 128),
    "20t": lambda code, at: (2, (), _S2.unpack_from(code, at + 2)[0]),
    "30t": lambda code, at: (3, (), _S4.unpack_from(code, at + 2)[0]),
    "22x": lambda code, at: (2, (code[at + 1], _u2(code, at + 2)), 0),
    "32x": lambda code, at: (3, (_u2(code, at + 2), _u2(code, at + 4)), 0),
    "21t": lambda code, at: (2, (code[at + 1],), _S2.unpack_from(code, at + 2)[0]),
    "21s": lambda code, at: (2, (code[at + 1],), _S2.unpack_from(code, at + 2)[0]),
    "21h": _high,
    "21c": lambda code, at: (2, (code[at + 1],), _u2(code, at + 2)),
    "31c": lambda code, at: (3, (code[at + 1],), _U4.unpack_from(code, at + 2)[0]),
    "31i": lambda code, at: (3, (code[at + 1],), _S4.unpack_from(code, at + 2)[0]),
    "31t": lambda code, at: (3, (code[at + 1],), _S4.unpack_from(code, at + 2)[0]),
    "51l": lambda code, at: (5, (code[at + 1],), _S8.unpack_from(code, at + 2)[0]),
    "22c": lambda code, at: (2, (code[at + 1] & 15, code[at + 1] >> 4), _u2(code, at + 2)),
    "22t": lambda code, at: (2, (code[at + 1] & 15, code[at + 1] >> 4), _S2.unpack_from(code, at + 2)[0]),
    "22s": lambda code, at: (2, (code[at + 1] & 15, code[at + 1] >> 4), _S2.unpack_from(code, at + 2)[0]),
    "23x": lambda code, at: (2, (code[at + 1], code[at + 2], code[at + 3]), 0),
    "22b": lambda code, at: (2, (code[at + 1], code[at + 2]), (code[at + 3] ^ 128) - 128),
    "35c": _list,
    "3rc": _range,
}
_UNITS = {"51l": 5, **dict.fromkeys(("30t", "31c", "31i", "31t", "32x", "35c", "3rc"), 3)}
_SIZES = [0] * 256  # units of each operation, 0 where there is none
for _name, _row in _FORMATS.items():
    for _operation in _row:
        _SIZES[_operation] = 4 if _operation in POLYMORPHIC else _UNITS.get(_name, 1 if _name[0] == "1" else 2)
_OF = {operation: _READERS[name] for name, row in _FORMATS.items() for operation in row}


def beginning(content: memoryview, places: Sequence[int]) -> list[int]:
    """Those of some places, in units and in order, at which an instruction begins; all that lie behind one that is no
    code. Raises DamagedError, struct.error or IndexError for a table that is none."""
    found, at, waiting = list[int](), 0, iter(places)
    place = next(waiting, None)
    while place is not None:
        while at < place:
            operation = content[2 * at]
            if operation == 0 and content[2 * at + 1]:
                at += payload_size(content, at)
                continue
            size = _SIZES[operation]
            if not size:
                return [*found, place, *waiting]
            at += size
        if at == place:
            found.append(place)
        place = next(waiting, None)
    return found


def instructions(code: Code) -> Iterator[Instruction]:
    """In the order of their places, which count units. What a switch or an array is filled from is none of them.

    Raises DamagedError, struct.error or IndexError where the code is no code.
    """
    content, at, units = code.content, 0, len(code.content) // 2
    while at < units:
        operation = content[2 * at]
        if operation == 0 and content[2 * at + 1]:
            at += payload_size(content, at)
            continue
        read = _OF.get(operation)
        if read is None:
            raise DamagedError(f"an unknown operation {operation}")
        size, registers, number = read(content, 2 * at)
        other = 0
        if operation in POLYMORPHIC:
            size, other = 4, _u2(content, 2 * at + 6)
        if at + size > units or (registers and max(registers) >= code.registers):
            raise DamagedError("code that leads out of the method")
        yield _made(content, at, operation, at + size, registers, number, other)
        at += size


def _made(
    content: memoryview, at: int, operation: int, end: int, registers: tuple[int, ...], number: int, other: int
) -> Instruction:
    targets: tuple[int, ...] = ()
    if operation in GOTOS or 0x32 <= operation <= 0x3D:
        targets = (at + number,)
    elif operation in {PACKED, SPARSE}:
        targets = _switch(content, at, at + number)
    if targets and not 0 <= min(targets) <= max(targets) < len(content) // 2:
        raise DamagedError("code that leads out of the method")
    if operation in INVOKES or operation in {0x24, 0x25} or operation in _READING:
        return Instruction(at, operation, end, registers, number, other, targets, registers)
    reads = registers if operation in _BOTH else registers[1:]
    return Instruction(
        at, operation, end, registers, number, other, targets, reads, registers[0] if registers else None
    )


def payload_size(content: memoryview, at: int) -> int:
    """Units of the table of a switch, or of the items of an array. Raises DamagedError."""
    kind, count = content[2 * at + 1], _u2(content, 2 * at + 2)
    match kind:
        case 1:
            return 4 + 2 * count
        case 2:
            return 2 + 4 * count
        case 3:
            return 4 + (count * int(_U4.unpack_from(content, 2 * at + 4)[0]) + 1) // 2
    raise DamagedError(f"a table of unknown kind {kind}")


def _switch(content: memoryview, at: int, table: int) -> tuple[int, ...]:
    units = len(content) // 2
    if not 0 <= table < units or content[2 * table] or content[2 * table + 1] not in {1, 2}:
        raise DamagedError("a switch without its table")
    count = _u2(content, 2 * table + 2)
    first = table + (4 if content[2 * table + 1] == 1 else 2 + 2 * count)
    if first + 2 * count > units:
        raise DamagedError("a switch beyond the method")
    return tuple(dict.fromkeys(at + jump for jump in struct.unpack_from(f"<{count}i", content, 2 * first)))


def items_of(code: Code, table: int) -> tuple[int, list[int]]:
    """The size of an item, and the items that an array is filled with. Raises as `instructions` does."""
    content = code.content
    if table < 0 or content[2 * table] or content[2 * table + 1] != 3:
        raise DamagedError("an array without its items")
    width, count = _u2(content, 2 * table + 2), _U4.unpack_from(content, 2 * table + 4)[0]
    kind = {1: "b", 2: "h", 4: "i", 8: "q"}.get(width)
    if kind is None or 2 * table + 8 + width * count > len(content):
        raise DamagedError("items beyond the method")
    return width, list(struct.unpack_from(f"<{count}{kind}", content, 2 * table + 8))


def blocks_of(code: Code) -> dict[int, Block[Instruction]]:
    """Blocks by their start. Raises DamagedError."""
    rows = list(instructions(code))
    known = {row.at for row in rows}
    rows = [row for row in rows if row.operation or row.end in known]  # not what only fills up to a table
    if not rows or rows[0].at:
        raise DamagedError("a method without code")
    places = [row.at for row in rows]
    follows = dict(zip((row.end for row in rows), places[1:], strict=False))
    results = {row.at: row.end for row in rows if row.operation in RESULTS}  # they stay with their calls
    covered = []
    for start, end, handler, _ in code.handlers:
        first, last = (follows.get(place, place) for place in (results.get(start, start), results.get(end, end)))
        covered.append((first, last, handler))
    return linked(rows, (row.at for row in rows if row.operation in ENDS), covered)
