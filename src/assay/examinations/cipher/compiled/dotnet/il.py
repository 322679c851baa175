"""The instructions of a .NET method, its blocks, and which variables they touch.

Variables are numbered through: parameters first, `this` among them, then those of the body. One whose address is taken
counts as read and assigned there. What leaves a protected part goes on where it says, and through the code that runs at
last as well.

Source: ECMA-335, 6th edition, partition III.
"""

import re
import struct
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from assay.examinations.cipher.compiled import flow
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dotnet.assembly import Body
from assay.examinations.cipher.compiled.flow import Block

NOP, LDARGA, STARG, LDLOCA, STLOC, LDNULL, LDSTR, DUP, POP, RET, SWITCH, THROW = (
    0x00, 0x0F, 0x10, 0x12, 0x13, 0x14, 0x72, 0x25, 0x26, 0x2A, 0x45, 0x7A,
)  # fmt: skip
JMP, CALL, CALLI, CALLVIRT, NEWOBJ = 0x27, 0x28, 0x29, 0x6F, 0x73
ENDFINALLY, LEAVE, LEAVE_S, ENDFILTER, RETHROW = 0xDC, 0xDD, 0xDE, 0xFE11, 0xFE1A
FILTER, FINALLY, FAULT = 1, 2, 4  # kinds of handlers
LDARG, LDLOC = 0x0E, 0x11
MOST_STEPS = 1 << 24  # instructions times guarded parts
_SHORT = {
    **{0x02 + at: (LDARG, at) for at in range(4)},
    **{0x06 + at: (LDLOC, at) for at in range(4)},
    **{0x0A + at: (STLOC, at) for at in range(4)},
}
_LONG = {0xFE09: LDARG, 0xFE0A: LDARGA, 0xFE0B: STARG, 0xFE0C: LDLOC, 0xFE0D: LDLOCA, 0xFE0E: STLOC}
_TOUCHING = frozenset({LDARG, LDARGA, STARG, LDLOC, LDLOCA, STLOC})
_OF_TOKEN = frozenset(
    {*range(0x27, 0x2A), *range(0x6F, 0x76), 0x79, *range(0x7B, 0x82), 0x8C, 0x8D, 0x8F, *range(0xA3, 0xA6), 0xC2, 0xC6,
     0xD0}
)  # fmt: skip
_SIZES: dict[int, str] = {
    **dict.fromkeys(_OF_TOKEN, "<I"),
    **dict.fromkeys(range(0x2B, 0x38), "<b"), **dict.fromkeys(range(0x38, 0x45), "<i"),
    **dict.fromkeys(range(0x0E, 0x14), "<B"), 0x1F: "<b", 0x20: "<i", 0x21: "<q", 0x22: "<f", 0x23: "<d",
    LEAVE: "<i", LEAVE_S: "<b",
    **dict.fromkeys((0xFE06, 0xFE07, 0xFE15, 0xFE16, 0xFE1C), "<I"), **dict.fromkeys(range(0xFE09, 0xFE0F), "<H"),
    0xFE12: "<B", 0xFE19: "<B",
}  # fmt: skip
_READ = {operation: struct.Struct(shape) for operation, shape in _SIZES.items()}
_NONE = frozenset({0x24, 0x77, 0x78, *range(0xA6, 0xB3), *range(0xBB, 0xC2), 0xC4, 0xC5, *range(0xC7, 0xD0)})
BRANCHES = frozenset({*range(0x2B, 0x45), LEAVE, LEAVE_S})
JUMPS = frozenset({0x2B, 0x38})
_ENDS = frozenset({*JUMPS, LEAVE, LEAVE_S, RET, THROW, JMP, ENDFINALLY, ENDFILTER, RETHROW})


class Instruction(Struct, frozen=True):
    """`operands` follow the operation; `targets` are where it may go on beside the next instruction. Short forms are
    written as the long ones."""

    at: int
    operation: int
    operands: tuple[int, ...] = ()
    targets: tuple[int, ...] = ()
    end: int = 0
    slot: int | None = None  # the variable that it touches
    reads: tuple[int, ...] = ()
    writes: int | None = None

    @property
    def again(self) -> bool:
        return self.writes is not None and bool(self.reads)


def _alternatives() -> bytes:
    by_size: dict[int, list[bytes]] = {}
    for operation in range(0xE1):
        if operation not in _NONE and operation != SWITCH:
            size = _READ[operation].size if operation in _READ else 0
            by_size.setdefault(size, []).append(re.escape(bytes((operation,))))
    for operation in range(0xFE00, 0xFE1F):
        if operation not in {0xFE08, 0xFE10, 0xFE1B}:
            size = _READ[operation].size if operation in _READ else 0
            by_size.setdefault(size + 1, []).append(b"\xfe(?:%b)" % re.escape(bytes((operation & 0xFF,))))
    plain = []
    for size, row in sorted(by_size.items()):
        single = b"".join(one for one in row if not one.startswith(b"\xfe"))
        double = b"".join(one[4:-1] for one in row if one.startswith(b"\xfe"))
        if single:
            plain.append(b"[%b]%b" % (single, b"." * size))
        if double:
            plain.append(b"\xfe[%b]%b" % (double, b"." * (size - 1)))
    return b"|".join(plain)


_CODE = re.compile(b"(?:%b)*+" % _alternatives(), re.DOTALL)


def is_code(code: bytes) -> bool:
    """Whether bytes are instructions from the first to the last."""
    at = 0
    while at < len(code):
        found = _CODE.match(code, at)
        at = found.end() if found is not None else at
        if at < len(code):
            if code[at] != SWITCH or at + 5 > len(code):
                return False
            at += 5 + 4 * struct.unpack_from("<I", code, at + 1)[0]
    return at == len(code)


def instructions(code: bytes, given: int) -> Iterator[Instruction]:
    """`given` is the number of parameters. Raises DamagedError or struct.error where the code is no code."""
    at = 0
    while at < len(code):
        operation, end = code[at], at + 1
        if operation == 0xFE:
            operation, end = 0xFE00 | code[end] if end < len(code) else 0xFEFF, end + 1
        if operation in _NONE or 0xE0 < operation < 0xFE00 or operation > 0xFE1E:
            raise DamagedError(f"an unknown operation {operation:#x}")
        value: tuple[int, ...] = ()
        targets: tuple[int, ...] = ()
        if operation == SWITCH:
            count = struct.unpack_from("<I", code, end)[0]
            if count > len(code):
                raise DamagedError("a switch beyond the method")
            start = end + 4 + 4 * count
            targets = tuple(dict.fromkeys(start + jump for jump in struct.unpack_from(f"<{count}i", code, end + 4)))
            end = start
        elif operation in _READ:
            value = _READ[operation].unpack_from(code, end)
            end += _READ[operation].size
            if operation in BRANCHES:
                targets, value = (end + value[0],), ()
        if targets and not 0 <= min(targets) <= max(targets) < len(code):
            raise DamagedError("code that leads out of the method")
        short = _SHORT.get(operation)
        operation, slot = short if short is not None else (_LONG.get(operation, operation), value[0] if value else 0)
        if operation in _TOUCHING:
            place = slot if operation in {LDARG, LDARGA, STARG} else slot + given
            reads = () if operation in {STARG, STLOC} else (place,)
            writes = None if operation in {LDARG, LDLOC} else place
            yield Instruction(at, operation, value, (), end, place, reads, writes)
        else:
            yield Instruction(at, operation, value, targets, end)
        at = end


def blocks_of(body: Body, given: int, lends: Callable[[Instruction], bool]) -> dict[int, Block[Instruction]]:
    """Blocks by their start. `lends` says of what follows the address of a variable whether it may write there.

    Raises DamagedError or struct.error.
    """
    rows, size = list(instructions(body.code, given)), len(body.code)
    if not rows or len(rows) * (len(body.handlers) + 1) > MOST_STEPS:
        raise DamagedError("no code, or too many ways through it")
    for place, row in enumerate(rows[:-1]):
        if row.operation in {LDARGA, LDLOCA} and not lends(rows[place + 1]):
            rows[place] = replace(row, writes=None)
    covered = []
    for _, start, end, handler, last, filtered, _ in body.handlers:
        if not (start < end <= size and handler < last <= size):
            raise DamagedError("code that is guarded beyond the method")
        covered += [(start, end, handler), *([(start, end, filtered)] if filtered else [])]
    found = flow.blocks_of(rows, (row.at for row in rows if row.operation in _ENDS), covered)
    for block in found.values():
        for target in dict.fromkeys(_left(body, found, block.body[-1])):
            if target not in block.after:
                block.after = (*block.after, target)
                found[target].before += 1
    return found


def reached(blocks: Mapping[int, Block[Instruction]]) -> set[int]:
    """The blocks that the code can come to: compilers leave some behind that it never does."""
    found, waiting = {0}, [0]
    while waiting:
        block = blocks[waiting.pop()]
        more = {*block.after, *block.handlers} - found
        found |= more
        waiting += more
    return found


def _left(body: Body, found: Mapping[int, Block[Instruction]], last: Instruction) -> Iterator[int]:
    """Where code that runs at last, or a filter, goes on: wherever the code that it guards leads."""
    if last.operation == ENDFILTER:
        yield from (row[3] for row in body.handlers if row[5] and row[5] <= last.at < row[3])
    elif last.operation == ENDFINALLY:
        for kind, start, end, handler, past, _, _ in body.handlers:
            if kind == FINALLY and handler <= last.at < past:
                inside = (block.body[-1] for place, block in found.items() if start <= place < end)
                leaving = (row for row in inside if row.operation in {LEAVE, LEAVE_S})
                yield from (row.targets[0] for row in leaving if not start <= row.targets[0] < end)
