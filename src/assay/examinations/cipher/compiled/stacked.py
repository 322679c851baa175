"""The stack of a machine where ways of its code meet.

What every way brings alike stays what it is; anything else becomes a variable that each way may have assigned.
"""

from collections.abc import Mapping, Sequence

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.expressions import Expression
from assay.examinations.cipher.compiled.flow import Block, S
from assay.examinations.cipher.compiled.statements import Statements


class Stacked(Statements):
    """Of one method."""

    def __init__(self, mark: str) -> None:
        super().__init__(mark)
        self.types: dict[str, str] = {}  # of variables that more than one assignment fills
        self._entries: dict[int, list[list[Expression]]] = {}
        self._begun: dict[int, list[Expression]] = {}

    def enter(self, block: Block[S], caught: Expression | None) -> None:
        """The stack at the beginning of a block. `caught` is all there is where an exception leads.

        Raises DamagedError for stacks of different depth.
        """
        if caught is not None:
            self.stack = [caught]
        else:
            ways = self._entries.pop(block.start, [[]])
            if any(len(way) != len(ways[0]) for way in ways):
                raise DamagedError("stacks of different depth")
            self.stack = [self._joined(block, at, [way[at] for way in ways]) for at in range(len(ways[0]))]
        self._begun[block.start] = list(self.stack)

    def leave(self, block: Block[S], blocks: Mapping[int, Block[S]]) -> None:
        """What a block leaves to those that follow it."""
        for target in block.after:
            if blocks[target].start in self._begun:
                for known, now in zip(self._begun[target], self.stack, strict=False):
                    if known is not now:
                        self.say(f"if ({self.maybe}) {{ {known.type or self.anything} {known} = {now}; }}")
            else:
                self._entries.setdefault(target, []).append(list(self.stack))

    def _joined(self, block: Block[S], at: int, ways: Sequence[Expression]) -> Expression:
        """What several ways put on the stack: a variable, unless it is the same."""
        first = ways[0]
        if block.before == len(ways) and all(way is first for way in ways):
            return first
        known = next((way.type for way in ways if way.type), "")
        return self.either(f"either_{self.mark}{block.start}_{at}", known, ways)

    def either(self, name: str, told: str, ways: Sequence[Expression]) -> Expression:
        """A variable that may have been given any of several values, which it keeps as its items."""
        self.types[name] = told or self.anything
        for text in dict.fromkeys(str(way) for way in ways):
            self.say(f"if ({self.maybe}) {{ {self.types[name]} {name} = {text}; }}")
        return Expression(name, told, ways[0].wide, "either", items=dict(enumerate(ways)))
