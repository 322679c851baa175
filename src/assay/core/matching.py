"""Which facts match a rule's patterns: each comparison is tried once per distinct value, not once per fact.

Facts of a kind become rows of distinct deciding values; each column knows the rows of each of its values. A pattern
keeps the rows whose value passes in every column, starting with the column that keeps fewest. What is quoted of a
match is grouped by the keys that this rule names, so a judgement does not depend on which other rules were judged.

A family that could not be determined is still narrowed by the primitive of its fact (`families.py`): a digest of any
name is no use of DES. What such a use may have and its fact does not say, a mode or iterations, is not determined
either, and neither are the iterations of a derivation that counts them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol

from msgspec import Struct

from assay.core.facts import Scalar, fact_id
from assay.core.families import DEPENDENT, lacks, possible, with_open
from assay.core.kinds import KINDS
from assay.core.rules import Comparison, Matched, Pattern, Rule

QUOTED = 20  # fact ids kept per group of equal deciding values; `assay why` streams the rest from the dossier

_ABSENT = object()
_SCOPE = "scope"  # the subject's scope travels with the value keys inside this module only
_REACH = "reach"
_FAMILY, _PRIMITIVE = "family", "primitive"


class _Narrowed(Struct, frozen=True):
    """A family that could not be determined, with the primitive that says which it may be."""

    primitive: object


class Scoped(Protocol):
    @property
    def scope(self) -> str: ...


class Seen(Protocol):
    """As much of a fact as judging looks at: a `Fact`, or what a dossier reads of it, which carries its `id` along."""

    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> Scoped: ...
    @property
    def value(self) -> Mapping[str, Scalar]: ...


def matches(pattern: Pattern, fact: Seen) -> bool | None:
    """True, False, or None when a value that would decide could not be determined."""
    if fact.kind != pattern.kind:
        return False
    sure, value = True, with_open(fact.value)
    for name, comparisons in _tests(pattern).items():
        item: Any = fact.subject.scope if name == _SCOPE else value.get(name, _ABSENT)
        if name == _FAMILY and item is None:
            item = _Narrowed(fact.value.get(_PRIMITIVE))
        passes = _passes(name, comparisons, pattern, item)
        if passes is False:
            return False
        sure = sure and passes is True
    return True if sure else None


def _tests(pattern: Pattern) -> dict[str, tuple[Comparison, ...]]:
    """What a pattern asks of each column, the scope's and the implied one on `reach` included."""
    return {_SCOPE: (), _REACH: (), **pattern.where}


def _passes(name: str, comparisons: tuple[Comparison, ...], pattern: Pattern, item: Any) -> bool | None:
    """Whether one value passes the pattern's test of one column; None is "could not be determined"."""
    if name == _SCOPE:
        if item in pattern.scope or not pattern.scope:
            return True
        return None if item == "unknown" else False
    if name == _REACH and not comparisons:  # unless the rule asks for it, a value that is only possible convicts nobody
        return None if item == "possible" else True
    if item is _ABSENT:
        return False
    if isinstance(item, _Narrowed):
        listed = (c.operand for c in comparisons if c.operator == "in")
        return None if all(any(possible(one, item.primitive) for one in row) for row in listed) else False
    if item is None or any(c.operator == "perhaps" and item in c.operand for c in comparisons):
        return None
    return all(comparison.holds(item) for comparison in comparisons)


class Table:
    """Facts of one kind, grouped by the distinct values of the columns that any rule looks at."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._rows: dict[tuple[object, ...], int] = {}
        self._counts: list[int] = []
        self._first: list[list[int]] = []  # per row: places in the stream of its first facts
        self._kept: dict[int, Any] = {}  # by place: the fact, or its id once that is known
        self._columns: dict[str, tuple[object, ...]] = {}
        self._places: dict[str, dict[object, list[int]]] = {}
        self._ranks: dict[str, dict[object, int]] = {}

    def add(self, place: int, fact: Seen) -> None:
        get = fact.value.get
        values = (fact.subject.scope, *[get(name, _ABSENT) for name in self._names])
        row = self._rows.get(values)
        if row is None:
            row = self._rows[values] = len(self._rows)
            self._counts.append(0)
            self._first.append([])
        self._counts[row] += 1
        if self._counts[row] <= QUOTED:
            self._first[row].append(place)
            self._kept[place] = getattr(fact, "id", fact)

    def close(self) -> None:
        """Called once, after the last fact."""
        columns = dict(zip((_SCOPE, *self._names), zip(*self._rows, strict=True), strict=False))
        for name in DEPENDENT & columns.keys() if _FAMILY in columns else ():
            lines = zip(columns[name], columns[_FAMILY], columns[_PRIMITIVE], strict=True)
            columns[name] = tuple(_open(name, item, family, use) for item, family, use in lines)
        if _FAMILY in columns and None in columns[_FAMILY]:
            pairs = zip(columns[_FAMILY], columns[_PRIMITIVE], strict=True)
            columns[_FAMILY] = tuple(_Narrowed(use) if family is None else family for family, use in pairs)
        for name, column in columns.items():
            places: dict[object, list[int]] = defaultdict(list)
            for row, item in enumerate(column):
                places[item].append(row)
            self._columns[name] = column
            self._places[name] = dict(places)
            self._ranks[name] = {item: rank for rank, item in enumerate(sorted(set(map(_shown, places)), key=_rank))}
        self._rows.clear()

    def find(self, pattern: Pattern) -> tuple[set[int], set[int]]:
        """Rows that match, and rows that match if a value that could not be determined turns out so."""
        passing: list[tuple[str, dict[object, bool | None]]] = []
        for name, comparisons in _tests(pattern).items():
            tried = {item: _passes(name, comparisons, pattern, item) for item in self._places.get(name, ())}
            passing.append((name, {item: passes for item, passes in tried.items() if passes is not False}))
        passing.sort(key=lambda test: sum(len(self._places[test[0]][item]) for item in test[1]))
        (name, passed), *others = passing
        rows = list(chain.from_iterable(self._places[name][item] for item in passed))
        for name, passed in others:
            if len(passed) < len(self._places.get(name, ())):
                column = self._columns[name]
                rows = [row for row in rows if column[row] in passed]
        unsure: set[int] = set()
        for name, passed in passing:
            doubtful = {item for item, passes in passed.items() if passes is None}
            if doubtful:
                column = self._columns[name]
                unsure.update(row for row in rows if column[row] in doubtful)
        return set(rows) - unsure, unsure

    def narrowed(self, rows: Iterable[int]) -> bool:
        """Whether one of the rows has a family that only its primitive narrows."""
        column = self._columns.get(_FAMILY)
        return column is not None and any(isinstance(column[row], _Narrowed) for row in rows)

    def quote(self, kind: str, names: Sequence[str], rows: Iterable[int]) -> list[Matched]:
        """The rows grouped by the columns `names`, in an order that depends on their values alone."""
        ordered = sorted(rows)
        slices = [[_shown(self._columns[name][row]) for row in ordered] for name in names]
        groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for values, row in zip(zip(*slices, strict=True), ordered, strict=True):
            groups[values].append(row)
        ranks = [self._ranks[name] for name in names]
        by_value = sorted(groups, key=lambda values: [rank[item] for rank, item in zip(ranks, values, strict=True)])
        return [self._matched(kind, names, values, groups[values]) for values in by_value]

    def _matched(self, kind: str, names: Sequence[str], values: tuple[object, ...], rows: list[int]) -> Matched:
        # Rows are in the order of their first facts: whatever is among the first QUOTED facts is in the first rows.
        first = sorted(chain.from_iterable(map(self._first.__getitem__, rows[:QUOTED])))
        ids = tuple(map(self._id, first[:QUOTED]))
        present: Any = {name: item for name, item in zip(names, values, strict=True) if item is not _ABSENT}
        return Matched(kind, present, sum(map(self._counts.__getitem__, rows)), ids)

    def _id(self, place: int) -> str:
        """Computed once, however many rules quote the fact."""
        kept = self._kept[place]
        if not isinstance(kept, str):
            kept = self._kept[place] = fact_id(kept)
        return kept


def tabled(rules: Sequence[Rule], facts: Iterable[Seen]) -> dict[str, Table]:
    """A table for each kind that a rule looks at. Facts are read once; memory grows with distinct values."""
    keys: dict[str, set[str]] = {}
    for rule in rules:
        for pattern in rule.patterns:
            names = keys.setdefault(pattern.kind, {_REACH})
            names.update(pattern.where)
            if not (DEPENDENT | {_FAMILY}).isdisjoint(pattern.where) and _FAMILY in KINDS[pattern.kind].keys:
                names.update((_FAMILY, _PRIMITIVE))
    tables = {kind: Table(tuple(sorted(names))) for kind, names in keys.items()}
    for place, fact in enumerate(facts):
        table = tables.get(fact.kind)
        if table is not None:
            table.add(place, fact)
    for table in tables.values():
        table.close()
    return tables


def matched(
    patterns: Sequence[Pattern], tables: Mapping[str, Table]
) -> tuple[tuple[Matched, ...], tuple[Matched, ...]]:
    """What surely matches one of the patterns, and what perhaps does."""
    sure: list[Matched] = []
    perhaps: list[Matched] = []
    for kind in sorted({pattern.kind for pattern in patterns}):
        table = tables[kind]
        of_kind = [pattern for pattern in patterns if pattern.kind == kind]
        found = [table.find(pattern) for pattern in of_kind]
        certain = set().union(*(rows for rows, _ in found))
        possible = set().union(*(rows for _, rows in found)) - certain
        names = sorted({name for pattern in of_kind for name in _tests(pattern)})
        sure += table.quote(kind, names, certain) if certain else []
        if _FAMILY in names and table.narrowed(possible):  # whoever looks for these facts again finds no others
            names = sorted({*names, _PRIMITIVE})
        perhaps += table.quote(kind, names, possible) if possible else []
    return tuple(sure), tuple(perhaps)


def _open(name: str, item: object, family: object, primitive: object) -> object:
    """None for a key that a use lacks and leaves open."""
    known = None if primitive is _ABSENT else primitive
    return None if item is _ABSENT and lacks(name, family, known) else item


def _shown(item: object) -> object:
    return None if isinstance(item, _Narrowed) else item


def _rank(item: object) -> tuple[str, str]:
    return ("", "") if item is _ABSENT else (type(item).__name__, repr(item))
