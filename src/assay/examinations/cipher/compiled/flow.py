"""Blocks of a method, and the variables that its slots or registers hold one after the other.

A place of the machine holds many variables of the source: assignments are told apart by what reads them, so that two
variables in one place never mix. What an exception carries into a handler is every assignment that may have run before.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from msgspec import Struct, field

from assay.examinations.cipher.compiled.damage import DamagedError

MOST_STATES = 8 << 20  # blocks times assignments
MOST_VISITS = 40_000  # of blocks, until the assignments that reach them are known


class Step(Protocol):
    """An instruction at a place of the code, up to `end`: the slots that it reads and the one that it then writes.

    `again` is true where it writes the variable that it has read.
    """

    @property
    def at(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def targets(self) -> tuple[int, ...]: ...
    @property
    def reads(self) -> tuple[int, ...]: ...
    @property
    def writes(self) -> int | None: ...
    @property
    def again(self) -> bool: ...


S = TypeVar("S", bound=Step)


class Block(Struct, Generic[S]):
    start: int
    body: list[S] = field(default_factory=list)
    after: tuple[int, ...] = ()  # where it goes on
    handlers: tuple[int, ...] = ()
    before: int = 0  # how many ways lead to it


def blocks_of(rows: Sequence[S], ending: Iterable[int], covered: Sequence[tuple[int, int, int]]) -> dict[int, Block[S]]:
    """Blocks by their start. `ending` are places of instructions that the next one does not follow; `covered` are
    start, end and handler. Raises DamagedError where one leads into an instruction or out of the method."""
    ends = frozenset(ending)
    after = {row.at: next_.at for row, next_ in pairwise(rows)}
    leaders = {rows[0].at, *(target for row in rows for target in row.targets)}
    leaders |= {after[row.at] for row in rows[:-1] if row.targets or row.at in ends}
    leaders |= {at for row in covered for at in row if at < rows[-1].end}
    if not leaders <= {row.at for row in rows}:
        raise DamagedError("code that leads into an instruction")
    found: dict[int, Block[S]] = {}
    block: Block[S] = Block(rows[0].at)
    for row in rows:
        if row.at in leaders:
            block = found[row.at] = Block(row.at)
        block.body.append(row)
    for block in found.values():
        final = block.body[-1]
        following = (final.end,) if final.at not in ends and final.at in after else ()
        if following and after[final.at] != final.end:
            raise DamagedError("code that leads into what is none")
        block.after = (*following, *(target for target in final.targets if target not in following))
        covering = (handler for start, end, handler in covered if start <= block.start < end)
        block.handlers = tuple(dict.fromkeys(covering))
    for block in found.values():
        for target in block.after:
            found[target].before += 1
    return found


def opening(blocks: Mapping[int, Block[S]]) -> set[int]:
    """The blocks that every way through the method passes first: up to one that leads, or is led to, from two."""
    found, block = {0}, blocks[0]
    while len(block.after) == 1 and not block.handlers:
        block = blocks[block.after[0]]
        if block.before > 1 or block.start in found:
            break
        found.add(block.start)
    return found if not block.handlers else found - {block.start}


class Variables(Generic[S]):
    """Which variable each read and each assignment is about, and how often each is assigned.

    `parameters` are slots that are filled when the method begins. Raises DamagedError when it takes too long to tell.
    """

    def __init__(self, blocks: Mapping[int, Block[S]], parameters: Sequence[int]) -> None:
        self._slots: list[int] = list(parameters)
        self._at: dict[int, int] = {}  # assignment by its place
        for block in blocks.values():
            for row in block.body:
                if row.writes is not None:
                    self._at[row.at] = len(self._slots)
                    self._slots.append(row.writes)
        if len(blocks) * len(self._slots) > MOST_STATES:
            raise DamagedError("too many ways through the method")
        self._of: dict[int, list[int]] = {}  # assignments of each slot
        self._bit: list[int] = []  # of each assignment, among those of its slot
        for each, slot in enumerate(self._slots):
            row_of = self._of.setdefault(slot, [])
            self._bit.append(1 << len(row_of))
            row_of.append(each)
        self._root = list(range(len(self._slots)))
        self._read: dict[tuple[int, int], int] = {}
        self._only: dict[tuple[int, int], int] = {}
        self.reached: frozenset[int] = frozenset(self._flow(blocks, len(parameters)))  # blocks by their start
        self._counts: dict[int, int] = {}
        for each in range(len(self._slots)):
            self._counts[self._find(each)] = self._counts.get(self._find(each), 0) + 1

    def read(self, at: int, slot: int) -> int | None:
        """The variable that an instruction reads in a slot; None when nothing was put there."""
        known = self._read.get((at, slot))
        return self._find(known) if known is not None else None

    def only(self, at: int, slot: int) -> int | None:
        """The assignment, by its number, whose value alone an instruction may read; None where there are several."""
        return self._only.get((at, slot))

    def number(self, at: int) -> int:
        """The number of an assignment; those of parameters are first."""
        return self._at[at]

    def of(self, number: int) -> int:
        """The variable of an assignment by its number."""
        return self._find(number)

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

    def _flow(self, blocks: Mapping[int, Block[S]], given: int) -> Iterable[int]:
        start: dict[int, dict[int, int]] = {0: {self._slots[each]: self._bit[each] for each in range(given)}}
        waiting, visits = [0], 0
        while waiting:
            visits += 1
            if visits > MOST_VISITS:
                raise DamagedError("too many ways through the method")
            block = blocks[waiting.pop()]
            state = dict(start[block.start])
            risen = dict(state)
            for row in block.body:
                if row.writes is not None:
                    state[row.writes] = self._bit[self._at[row.at]]
                    risen[row.writes] = risen.get(row.writes, 0) | state[row.writes]
            for target, brought in (*((one, state) for one in block.after), *((one, risen) for one in block.handlers)):
                if _join(start.get(target), brought, start, target):
                    waiting.append(target)
        for place, state in start.items():
            self._bind(blocks[place], dict(state))
        return start

    def _bind(self, block: Block[S], state: dict[int, int]) -> None:
        """Join the assignments that one read may see."""
        for row in block.body:
            for slot in row.reads:
                seen = state.get(slot, 0)
                if not seen:
                    continue
                each = self._of[slot]
                first = each[(seen & -seen).bit_length() - 1]
                self._read[row.at, slot] = first
                if not seen & (seen - 1):
                    self._only[row.at, slot] = first
                while seen:
                    self._root[self._find(each[(seen & -seen).bit_length() - 1])] = self._find(first)
                    seen &= seen - 1
            if row.writes is not None:
                own = self._at[row.at]
                if row.again and (row.at, row.writes) in self._read:
                    self._root[self._find(own)] = self._find(self._read[row.at, row.writes])
                state[row.writes] = self._bit[own]


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
