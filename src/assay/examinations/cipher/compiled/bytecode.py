"""The code of a method as instructions, blocks, and variables.

A slot of the machine holds many variables of the source, one after the other: assignments are told apart by what reads
them, so that two variables in one slot never mix. What an exception carries into a handler is every assignment that
may have run before.

Source: The Java Virtual Machine Specification, Java SE 21, chapter 6.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

from assay.examinations.cipher.compiled.classfile import Code, DamagedError

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
MOST_STATES = 8 << 20  # blocks times assignments
MOST_VISITS = 40_000  # of blocks, until the assignments that reach them are known


class Instruction(Struct, frozen=True):
    """`operands` follow the operation; `targets` are where it may go on beside the next instruction."""

    at: int
    operation: int
    operands: tuple[int, ...] = ()
    targets: tuple[int, ...] = ()
    end: int = 0

    slot: int | None = None  # the one that it reads or writes
    assigns: bool = False


def _slot(operation: int, operands: tuple[int, ...]) -> int | None:
    told = _TOUCHED.get(operation)
    if told is None:
        return operands[0] if operation in {IINC, RET} else None
    return told if told >= 0 else operands[0]


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
            found = Instruction(at, inner, values, (), at + size, _slot(inner, values), inner in _ASSIGNING)
        elif operation in _BRANCHES or operation in {JSR, JSR_W}:
            wide = operation in {GOTO_W, JSR_W}
            target = at + struct.unpack_from(">i" if wide else ">h", code, at + 1)[0]
            found = Instruction(at, operation, (), (target,), at + size)
        else:
            given = _operands(code, at, operation, size) if size > 1 else ()
            slot = _slot(operation, given) if operation in _TOUCHED or operation in {IINC, RET} else None
            found = Instruction(at, operation, given, (), at + size, slot, operation in _ASSIGNING)
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


class Block(Struct):
    start: int
    body: list[Instruction] = field(default_factory=list)
    after: tuple[int, ...] = ()  # where it goes on
    handlers: tuple[int, ...] = ()
    before: int = 0  # how many ways lead to it


def blocks_of(code: Code) -> dict[int, Block]:
    """Blocks by their start. Raises DamagedError; also for subroutines, which no compiler has made since Java 5."""
    rows = list(instructions(code.content))
    if not rows or any(row.operation in {JSR, JSR_W, RET} for row in rows):
        raise DamagedError("no code, or subroutines in it")
    places = {row.at for row in rows}
    leaders = {0, *(target for row in rows for target in row.targets)}
    leaders |= {row.end for row in rows if (row.targets or row.operation in _ENDS) and row.end < len(code.content)}
    leaders |= {at for row in code.handlers for at in row[:3] if at < len(code.content)}
    if not leaders <= places:
        raise DamagedError("code that leads into an instruction")
    found: dict[int, Block] = {}
    block = Block(0)
    for row in rows:
        if row.at in leaders:
            block = found[row.at] = Block(row.at)
        block.body.append(row)
    for block in found.values():
        last = block.body[-1]
        following = (last.end,) if last.operation not in _ENDS and last.end < len(code.content) else ()
        block.after = (*following, *(target for target in last.targets if target not in following))
        covering = (handler for start, end, handler, _ in code.handlers if start <= block.start < end)
        block.handlers = tuple(dict.fromkeys(covering))
    for block in found.values():
        for target in block.after:
            found[target].before += 1
    return found


def opening(blocks: Mapping[int, Block]) -> set[int]:
    """The blocks that every way through the method passes first: up to one that leads, or is led to, from two."""
    found, block = {0}, blocks[0]
    while len(block.after) == 1 and not block.handlers:
        block = blocks[block.after[0]]
        if block.before > 1 or block.start in found:
            break
        found.add(block.start)
    return found if not block.handlers else found - {block.start}


class Variables:
    """Which variable each read and each assignment is about, and how often each is assigned.

    `parameters` are slots that are filled when the method begins. Raises DamagedError when it takes too long to tell.
    """

    def __init__(self, blocks: Mapping[int, Block], parameters: Sequence[int]) -> None:
        self._slots: list[int] = list(parameters)
        self._at: dict[int, int] = {}  # assignment by its place
        for block in blocks.values():
            for row in block.body:
                if row.assigns and row.slot is not None:
                    self._at[row.at] = len(self._slots)
                    self._slots.append(row.slot)
        if len(blocks) * len(self._slots) > MOST_STATES:
            raise DamagedError("too many ways through the method")
        self._root = list(range(len(self._slots)))
        self._read: dict[int, int] = {}
        self._flow(blocks, len(parameters))
        self._counts: dict[int, int] = {}
        for each in range(len(self._slots)):
            self._counts[self._find(each)] = self._counts.get(self._find(each), 0) + 1

    def read(self, at: int) -> int | None:
        """The variable that an instruction reads; None when nothing was put there."""
        known = self._read.get(at)
        return self._find(known) if known is not None else None

    def assigned(self, at: int) -> int:
        return self._find(self._at[at])

    def parameter(self, number: int) -> int:
        """The variable of a parameter, counted as they were given."""
        return self._find(number)

    def assignments(self, variable: int) -> int:
        """How often it is assigned, as a parameter included."""
        return self._counts[variable]

    def _find(self, one: int) -> int:
        while self._root[one] != one:
            self._root[one] = self._root[self._root[one]]
            one = self._root[one]
        return one

    def _flow(self, blocks: Mapping[int, Block], given: int) -> None:
        start: dict[int, dict[int, int]] = {0: {self._slots[each]: 1 << each for each in range(given)}}
        waiting, visits = [0], 0
        while waiting:
            visits += 1
            if visits > MOST_VISITS:
                raise DamagedError("too many ways through the method")
            block = blocks[waiting.pop()]
            state = dict(start[block.start])
            risen = dict(state)
            for row in block.body:
                if row.assigns and row.slot is not None:
                    state[row.slot] = 1 << self._at[row.at]
                    risen[row.slot] = risen.get(row.slot, 0) | state[row.slot]
            for target, brought in (*((one, state) for one in block.after), *((one, risen) for one in block.handlers)):
                if _join(start.get(target), brought, start, target):
                    waiting.append(target)
        for place, state in start.items():
            self._bind(blocks[place], dict(state))

    def _bind(self, block: Block, state: dict[int, int]) -> None:
        """Join the assignments that one read may see."""
        for row in block.body:
            slot = row.slot
            if slot is None:
                continue
            if row.operation not in STORES and (seen := state.get(slot, 0)):
                first = (seen & -seen).bit_length() - 1
                self._read[row.at] = first
                while seen:
                    each = (seen & -seen).bit_length() - 1
                    self._root[self._find(each)] = self._find(first)
                    seen &= seen - 1
            if row.assigns:
                own = self._at[row.at]
                if row.operation == IINC and row.at in self._read:
                    self._root[self._find(own)] = self._find(self._read[row.at])
                state[slot] = 1 << own


def _join(
    known: dict[int, int] | None, brought: Mapping[int, int], start: dict[int, dict[int, int]], target: int
) -> bool:
    """Whether a block begins with more than it was known to."""
    if known is None:
        start[target] = dict(brought)
        return True
    more = {slot: seen for slot, seen in brought.items() if seen & ~known.get(slot, 0)}
    for slot, seen in more.items():
        known[slot] = known.get(slot, 0) | seen
    return bool(more)
