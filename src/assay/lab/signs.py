"""Signs: short texts of which one stands wherever something may stand that takes an expression to find.

One native walk over a text looks for a few dozen signs at a tenth of what any expression costs, so it is made first.
Bytes are compared as they are; `either_case` spells a sign in every mixture of capitals and small letters of ASCII.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import product

_BLOCK = 256 << 10  # bounds the list of matches that the automaton returns at once
Finder = Callable[[bytes | memoryview], Sequence[tuple[int, int, int]]]


class Signs:
    """The automaton is made on first use. Some sixty signs of three bytes and more are found at once; of others the
    walk is slower, not wrong."""

    def __init__(self, *signs: bytes) -> None:
        self.signs = signs
        self._reach = max(map(len, signs)) - 1

    def within(self, content: bytes) -> bool:
        """Whether any of them stands in a text."""
        return any(found for _, found in self._found(content))

    def places(self, content: bytes) -> Iterator[int]:
        """Where they stand; of signs that overlap one is told, and one at the edge of a block may be told twice."""
        for start, found in self._found(content):
            for _, at, _ in found:
                yield start + at

    def _found(self, content: bytes) -> Iterator[tuple[int, Sequence[tuple[int, int, int]]]]:
        if len(content) <= _BLOCK:
            yield 0, self._find(content)
            return
        view = memoryview(content)
        for start in range(0, len(content), _BLOCK):
            yield start, self._find(view[start : start + _BLOCK + self._reach])

    @cached_property
    def _find(self) -> Finder:
        from ahocorasick_rs import BytesAhoCorasick, MatchKind  # noqa: PLC0415  (native, loaded on first use)

        find: Finder = BytesAhoCorasick(self.signs, matchkind=MatchKind.LeftmostLongest).find_matches_as_indexes
        return find


def either_case(sign: bytes) -> Iterator[bytes]:
    """A sign in every mixture of capitals and small letters."""
    letters = [{sign[at : at + 1].lower(), sign[at : at + 1].upper()} for at in range(len(sign))]
    return map(b"".join, product(*letters))
