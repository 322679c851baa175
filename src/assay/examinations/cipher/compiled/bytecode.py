"""The code of a method of a class file as instructions and blocks.

Source: The Java Virtual Machine Specification, Java SE 21, chapter 6.
"""

import struct
from collections.abc import Iterator

from msgspec import Struct

from assay.examinations.cipher.compiled.classfile import Code
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.flow import Block
from assay.examinations.cipher.compiled.flow import blocks_of as linked

_LONGER = {
    2: (16, 18, *range(21, 26), *range(54, 59), 169, 188),
    3: (17, 19, 20, 132, *range(153, 169), *range(178, 185), 187, 189, 192, 193, 198, 199),
    4: (197,),
    5: (185, 186, 200, 201),
}
_SIZE = {operation: size for size, row in _LONGER.items() for operation in row}  # 1 where none is told
_LAST = 201
TABLE, LOOKUP, WIDE, IINC, RET, JSR, JSR_W, GOTO, GOTO_W, ATHROW = 170, 171, 196, 132, 169, 168, 201, 167, 200, 191
_RETURNS = frozenset(range(172, 178))
_BRANCHES = frozenset({*range(153, 168), 198, 199, GOTO_W})
_ENDS = frozenset({GOTO, GOTO_W, TABLE, LOOKUP, ATHROW, *_RETURNS})
LOADS = {**{21 + at: (at, None) for at in range(5)}, **{26 + at: (at // 4, at % 4) for at in range(20)}}
STORES = {**{54 + at: (at, None) for at in range(5)}, **{59 + at: (at // 4, at % 4) for at in range(20)}}
_TOUCHED = {row: -1 if told[1] is None else told[1] for row, told in (*LOADS.items(), *STORES.items())}
_ASSIGNING = frozenset({*STORES, IINC})


class Instruction(Struct, frozen=True):
    """`operands` follow the operation; `targets` are where it may go on beside the next instruction."""

    at: int
    operation: int
    operands: tuple[int, ...] = ()
    targets: tuple[int, ...] = ()
    end: int = 0
    slot: int | None = None  # the one that it reads or writes
    reads: tuple[int, ...] = ()
    writes: int | None = None

    @property
    def again(self) -> bool:
        return self.operation == IINC


def _made(at: int, operation: int, operands: tuple[int, ...], end: int) -> Instruction:
    """An instruction, with the slot that it touches."""
    told = _TOUCHED.get(operation)
    if told is None and operation not in {IINC, RET}:
        return Instruction(at, operation, operands, (), end)
    slot = operands[0] if told is None or told < 0 else told
    reads = () if operation in STORES else (slot,)
    return Instruction(at, operation, operands, (), end, slot, reads, slot if operation in _ASSIGNING else None)


def instructions(code: bytes) -> Iterator[Instruction]:
    """Raises DamagedError, struct.error or IndexError where the code is no code."""
    at = 0
    while at < len(code):
        operation = code[at]
        if operation > _LAST:
            raise DamagedError(f"an unknown operation {operation}")
        size = _SIZE.get(operation, 1)
        if operation in {TABLE, LOOKUP}:
            found = _switch(code, at, operation)
        elif operation == WIDE:
            inner = code[at + 1]
            size = 6 if inner == IINC else 4
            values = struct.unpack_from(">Hh" if inner == IINC else ">H", code, at + 2)
            found = _made(at, inner, values, at + size)
        elif operation in _BRANCHES or operation in {JSR, JSR_W}:
            wide = operation in {GOTO_W, JSR_W}
            target = at + struct.unpack_from(">i" if wide else ">h", code, at + 1)[0]
            found = Instruction(at, operation, (), (target,), at + size)
        else:
            given = _operands(code, at, operation, size) if size > 1 else ()
            found = _made(at, operation, given, at + size)
        if found.end > len(code) or (found.targets and not 0 <= min(found.targets) <= max(found.targets) < len(code)):
            raise DamagedError("code that leads out of the method")
        yield found
        at = found.end


def _operands(code: bytes, at: int, operation: int, size: int) -> tuple[int, ...]:
    if operation == IINC:
        return code[at + 1], struct.unpack_from(">b", code, at + 2)[0]
    if operation in {16, 17}:  # bipush, sipush
        return tuple(struct.unpack_from(">b" if operation == 16 else ">h", code, at + 1))
    if size == 2:
        return (code[at + 1],)
    if size == 4:  # multianewarray
        return struct.unpack_from(">HB", code, at + 1)
    return tuple(struct.unpack_from(">H", code, at + 1)) if size > 2 else ()


def _switch(code: bytes, at: int, operation: int) -> Instruction:
    start = (at + 4) & ~3
    default, first = struct.unpack_from(">ii", code, start)
    if operation == TABLE:
        last = struct.unpack_from(">i", code, start + 8)[0]
        count, start, step = last - first + 1, start + 12, 4
    else:
        count, start, step = first, start + 8, 8
    if not 0 <= count <= len(code):
        raise DamagedError("a switch beyond the method")
    jumps = [struct.unpack_from(">i", code, start + step * row + step - 4)[0] for row in range(count)]
    targets = tuple(dict.fromkeys(at + jump for jump in (default, *jumps)))
    return Instruction(at, operation, (), targets, start + step * count)


def blocks_of(code: Code) -> dict[int, Block[Instruction]]:
    """Blocks by their start. Raises DamagedError; also for subroutines, which no compiler has made since Java 5."""
    rows = list(instructions(code.content))
    if not rows or any(row.operation in {JSR, JSR_W, RET} for row in rows):
        raise DamagedError("no code, or subroutines in it")
    return linked(rows, (row.at for row in rows if row.operation in _ENDS), [row[:3] for row in code.handlers])
