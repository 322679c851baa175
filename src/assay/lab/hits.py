"""Where the literals of the examinations stand in a unit.

The set of a unit's words decides whether anybody is interested; only then are positions looked for, by one automaton
over the literals of those examinations that accept such a file. A literal counts as a whole word only. A literal that
is not one word could never be seen, so it is refused when it is asked for rather than silently missed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct, field

from assay.core.examination import FileExamination, Hit
from assay.lab.identifiers import IS_WORD, folded, is_one_word

_BLOCK = 256 << 10  # bounds the list of matches that the automaton returns at once
_FEW = 64  # words for which an automaton is made anew
_GAP = re.compile(rb"[^0-9A-Za-z_\x80-\xff]")


class _Automaton(Protocol):
    def find_matches_as_indexes(self, haystack: memoryview) -> Sequence[tuple[int, int, int]]: ...


class Found(Struct):
    """One examination's hits in one unit, in order. `capped` when there were more than the limit."""

    hits: list[Hit] = field(default_factory=list)
    capped: bool = False


class _Union:
    """The literals of some examinations of one fold mode."""

    def __init__(self, literals_of: Mapping[int, frozenset[bytes]]) -> None:
        self.literals = tuple(sorted(frozenset().union(*literals_of.values())))
        self.owners = tuple(
            tuple(which for which, literals in literals_of.items() if literal in literals) for literal in self.literals
        )
        self._automaton: _Automaton | None = None

    def places(self, content: bytes) -> Iterator[tuple[int, int]]:
        """(literal, offset) of every whole-word occurrence.

        Leftmost-longest is enough: a match holds word bytes only, so none that begins before a whole word can reach
        into it, and of those that begin with it the longest is the word itself.
        """
        automaton = self._compiled()
        view, size = memoryview(content), len(content)
        for start, end in _blocks(content):
            for which, first, past in automaton.find_matches_as_indexes(view[start:end]):
                at, to = start + first, start + past
                if (at == 0 or not IS_WORD[content[at - 1]]) and (to == size or not IS_WORD[content[to]]):
                    yield which, at

    def _compiled(self) -> _Automaton:
        if self._automaton is None:
            from ahocorasick_rs import BytesAhoCorasick, MatchKind  # noqa: PLC0415  (native, loaded on first use)

            self._automaton = BytesAhoCorasick(self.literals, matchkind=MatchKind.LeftmostLongest)
        return self._automaton


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
        self._folds = [examination.fold_case for examination in examinations]
        self._cap = hits_per_unit
        self._unions: dict[frozenset[int], _Union] = {}

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

    def interested(self, distinct: set[bytes], accepting: Sequence[int]) -> list[int]:
        """Which of the accepting examinations have a literal among the words; one without literals always has."""
        lower = folded(distinct) if any(self._folds[which] for which in accepting) else distinct
        return [
            which
            for which in accepting
            if not self.literals(which)
            or not self.literals(which).isdisjoint(lower if self._folds[which] else distinct)
        ]

    def hits(
        self, content: bytes, accepting: Sequence[int], interested: Sequence[int], distinct: set[bytes] | None = None
    ) -> dict[int, Found]:
        """Hits of the interested examinations, some of those that accept the file.

        `distinct` are the words of the content: an automaton of the few that are meant is ten times as fast as one of
        all literals.
        """
        found = {which: Found() for which in interested}
        for fold in (False, True):
            asking = {which for which in interested if self._folds[which] is fold and self.literals(which)}
            if asking:
                present = folded(distinct) if distinct is not None and fold else distinct
                meant = {which: self.literals(which) & present for which in asking} if present is not None else {}
                if present is not None and sum(map(len, meant.values())) <= _FEW:
                    union = _Union(meant)
                else:
                    union = self._union(which for which in accepting if self._folds[which] is fold)
                self._collect(union, content.lower() if fold else content, asking, found)
        return found

    def _union(self, whiches: Iterable[int]) -> _Union:
        """Files of one language are accepted by the same examinations, so there are few unions."""
        key = frozenset(which for which in whiches if self.literals(which))
        union = self._unions.get(key)
        if union is None:
            union = self._unions[key] = _Union({which: self.literals(which) for which in key})
        return union

    def _collect(self, union: _Union, content: bytes, asking: set[int], found: Mapping[int, Found]) -> None:
        for literal, offset in union.places(content):
            for which in union.owners[literal]:
                if which not in asking:
                    continue
                if len(found[which].hits) < self._cap:
                    found[which].hits.append(Hit(union.literals[literal], offset))
                else:
                    found[which].capped = True
                    asking.discard(which)
            if not asking:
                return
