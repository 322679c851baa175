"""Which examinations a unit concerns: where their literals stand in it.

Where the index of identifiers needs the words of the unit, those among them that are literals are looked for, by an
automaton made of the few that are there; a unit without any is not searched. Where nobody needs the words, one
automaton of all the literals is run, at a sixth of the cost of the words. A literal counts as a whole word only. A
literal that is not one word could never be seen, so it is refused when it is asked for rather than silently missed.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Protocol

from msgspec import Struct, field

from assay.core.examination import FileExamination, Hit
from assay.lab.identifiers import IS_WORD, folded, is_one_word

_BLOCK = 256 << 10  # bounds the list of matches that an automaton returns at once
_FEW = 64  # literals for which an automaton that is quickly made is the better one
_GAP = re.compile(rb"[^0-9A-Za-z_\x80-\xff]")


class _Search(Protocol):
    def find_matches_as_indexes(self, haystack: memoryview) -> Sequence[tuple[int, int, int]]: ...


_Make = Callable[[Sequence[bytes]], _Search]


class Found(Struct):
    """One examination's hits in one unit, in order. `capped` when there were more than the limit."""

    hits: list[Hit] = field(default_factory=list)
    capped: bool = False


class _Union:
    """The literals of some examinations of one fold mode."""

    def __init__(self, literals_of: Mapping[int, frozenset[bytes]], *, fold: bool) -> None:
        self._fold = fold
        self._owners: dict[bytes, list[int]] = defaultdict(list)
        for which, literals in literals_of.items():
            for literal in literals:
                self._owners[literal].append(which)
        self._literals = frozenset(self._owners)
        self._every: _Automaton | None = None

    def collect(self, content: bytes, distinct: set[bytes] | None, cap: int, found: defaultdict[int, Found]) -> None:
        """Add the hits of each examination that has any, at most `cap`."""
        if distinct is None:
            if self._every is None:
                self._every = _Automaton(self._literals)
            automaton = self._every
        elif present := self._literals & (folded(distinct) if self._fold else distinct):
            automaton = _Automaton(present)
        else:
            return
        for hits in automaton.hits(content.lower() if self._fold else content):
            for hit in hits:
                for which in self._owners[hit.literal]:
                    found[which].hits.append(hit)
            for one in found.values():
                if len(one.hits) > cap:
                    one.capped = True
                    del one.hits[cap:]


@cache
def _native() -> tuple[_Make, _Make]:
    """What makes an automaton quickly, and what makes a quick one."""
    from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind  # noqa: PLC0415  (loaded on first use)

    many = partial(BytesAhoCorasick, matchkind=MatchKind.LeftmostLongest)
    return partial(many, implementation=Implementation.NoncontiguousNFA), many


class _Automaton:
    """Finds whole words.

    Leftmost-longest is enough: a match holds word bytes only, so none that begins before a whole word can reach into
    it, and of those that begin with it the longest is the word itself.
    """

    def __init__(self, literals: Iterable[bytes]) -> None:
        self._literals = list(literals)
        few, many = _native()
        self._search = (few if len(self._literals) <= _FEW else many)(self._literals)

    def hits(self, content: bytes) -> Iterator[list[Hit]]:
        """Those of one block of the content after the other."""
        literals, view, size = self._literals, memoryview(content), len(content)
        for start, end in _blocks(content):
            yield [
                Hit(literals[which], at)
                for which, first, past in self._search.find_matches_as_indexes(view[start:end])
                if ((at := start + first) == 0 or not IS_WORD[content[at - 1]])
                and ((to := start + past) == size or not IS_WORD[content[to]])
            ]


def _blocks(content: bytes) -> Iterator[tuple[int, int]]:
    """Ranges that cover the content and end between words."""
    start = 0
    while start < len(content):
        end = start + _BLOCK
        gap = _GAP.search(content, end) if end < len(content) else None
        end = gap.start() if gap else len(content)
        yield start, end
        start = end


class Prefilter:
    """Made once per worker for all examinations, which are named by their position."""

    def __init__(self, examinations: Sequence[FileExamination], hits_per_unit: int) -> None:
        self._examinations = examinations
        self._literals: dict[int, frozenset[bytes]] = {}
        self._cap = hits_per_unit
        self._unions: dict[tuple[int, ...], list[_Union]] = {}

    def literals(self, which: int) -> frozenset[bytes]:
        """Asked for when the first file is accepted: most products need the words of few languages.

        Raises ValueError for a literal that is not one word, or not in lower case where case is folded.
        """
        known = self._literals.get(which)
        if known is None:
            examination = self._examinations[which]
            known = self._literals[which] = examination.literals
            for literal in known:
                if not is_one_word(literal) or (examination.fold_case and literal != literal.lower()):
                    raise ValueError(f"{examination.id}: literal {literal!r} is not one word, or not in lower case")
        return known

    def interested(
        self, content: bytes, accepting: tuple[int, ...], distinct: set[bytes] | None = None
    ) -> dict[int, Found]:
        """Those of the accepting examinations that have a hit, in their order; one without literals always is there.

        `distinct` are the words of the content, None when they are not known.
        """
        found = defaultdict[int, Found](Found)
        for union in self._unions_of(accepting):
            union.collect(content, distinct, self._cap, found)
        return {which: found[which] for which in accepting if which in found or not self._literals[which]}

    def _unions_of(self, accepting: tuple[int, ...]) -> list[_Union]:
        """One for each fold mode. Files of one language are accepted by the same examinations, so there are few."""
        known = self._unions.get(accepting)
        if known is None:
            known = self._unions[accepting] = []
            for fold in (False, True):
                asking = (which for which in accepting if self._examinations[which].fold_case is fold)
                literals_of = {which: self.literals(which) for which in asking}
                if any(literals_of.values()):
                    known.append(_Union(literals_of, fold=fold))
        return known
