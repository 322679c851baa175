"""Two reviews side by side: facts new, gone, same and changed; rules that moved; what is examined now and was not.

Facts come in one order in every dossier, so two streams are merged without holding either. A fact is *changed* when
its id is in both and its measures differ (a count, a key's expiry, whether a result is used). A fact that is gone is
no repair where nobody looks any more: it is `unlooked` when the new review has an attempt on its file and kind that
was not completed, and the old one had none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter

from assay.core.attempts import Attempt
from assay.core.errors import InputError
from assay.core.facts import Fact, canonical
from assay.core.rules import Judgement
from assay.core.text import Text
from assay.dossier.records import decode_fact, glimpse
from assay.dossier.store import Dossier, Review
from assay.report.difference import Change, CoverageChange, Difference, FactChange, RuleChange
from assay.review.reading import sealed_record
from assay.review.steps import books_for, judge
from assay.review.waiving import breaking_facts, covered

LISTED = 200  # facts listed of each kind and change; the counts hold all


def compare(old: Review, new: Review) -> Difference:
    """Raises InputError for a review that was not completed."""
    counts: dict[str, Counter[str]] = {}
    listed: list[FactChange] = []
    unlooked = _Unlooked(old.attempts(), new.attempts())
    for before, after in _paired(_identified(old), _identified(new)):
        change = _change(before, after, unlooked)
        row = counts.setdefault(change.kind, Counter())
        row[change.change] += 1
        if change.change != "same" and row[change.change] <= LISTED:
            listed.append(change)
    return Difference(
        {kind: dict(sorted(row.items())) for kind, row in sorted(counts.items())},
        tuple(sorted(listed, key=lambda item: (item.kind, item.change, item.place, item.id))),
        _rules(old, new),
        _coverage(old.attempts(), new.attempts()),
    )


_Row = tuple[bytes, str, list[Fact]]


def _identified(review: Review) -> Iterator[_Row]:
    """Order key, id and records of each fact; several records of one id differ in measures, scope or examination."""
    rows = ((glimpse(line).id, line) for line in review.fact_lines())
    for id_, group in groupby(rows, key=lambda row: row[0]):
        facts = [decode_fact(line) for _, line in group]
        subject = facts[0].subject
        yield canonical([facts[0].kind, subject.component, subject.path, subject.name, id_]), id_, facts


def _paired(old: Iterator[_Row], new: Iterator[_Row]) -> Iterator[tuple[_Row | None, _Row | None]]:
    """A merge of two sorted streams by key."""
    before, after = next(old, None), next(new, None)
    while before is not None or after is not None:
        if after is None or (before is not None and before[0] < after[0]):
            yield before, None
            before = next(old, None)
        elif before is None or after[0] < before[0]:
            yield None, after
            after = next(new, None)
        else:
            yield before, after
            before, after = next(old, None), next(new, None)


def _change(before: _Row | None, after: _Row | None, unlooked: "_Unlooked") -> FactChange:
    row = after or before
    if row is None:
        raise ValueError("a pair holds at least one row")
    fact = row[2][0]
    was, now = (_measures(item[2]) if item is not None else {} for item in (before, after))
    change: Change
    if before is None:
        change = "new"
    elif after is None:
        change = "unlooked" if unlooked.at(fact) else "gone"
    else:
        change = "same" if was == now else "changed"
    differing = [key for key in {**was, **now} if was.get(key) != now.get(key)] if change == "changed" else []
    place = fact.evidence[0] if fact.evidence else None
    where = f"{place.path}:{place.line}" if place is not None and place.line else fact.subject.path
    return FactChange(
        change,
        row[1],
        fact.kind,
        where,
        fact.subject.name,
        dict(fact.value),
        {key: was[key] for key in differing if key in was},
        {key: now[key] for key in differing if key in now},
    )


def _measures(facts: Sequence[Fact]) -> dict[str, object]:
    """All values of the records of one id, scope included, and how many places name it."""
    found: dict[str, set[object]] = {}
    for fact in facts:
        for key, item in (*fact.value.items(), ("scope", fact.subject.scope)):
            found.setdefault(key, set()).add(item)
    places = {(place.path, place.line, place.address) for fact in facts for place in fact.evidence}
    shown = {key: _joined(items) for key, items in sorted(found.items())}
    return {**shown, "places": len(places)}


def _joined(items: set[object]) -> object:
    return next(iter(items)) if len(items) == 1 else " | ".join(sorted(map(str, items)))


class _Unlooked:
    """Files on which the new review completed less than the old one."""

    def __init__(self, old: Iterable[Attempt], new: Iterable[Attempt]) -> None:
        before = {(item.path, kind) for item in old for kind in item.kinds if item.status != "completed"}
        after = {(item.path, kind) for item in new for kind in item.kinds if item.status != "completed"}
        self._lost = after - before

    def at(self, fact: Fact) -> bool:
        paths = {place.path for place in fact.evidence}
        return any((path, fact.kind) in self._lost for path in paths)


def _rules(old: Review, new: Review) -> tuple[RuleChange, ...]:
    before, after = ({(item.book, item.rule): item for item in review.judgements()} for review in (old, new))
    broken_before, broken_after = breaking_facts(old, before.values()), breaking_facts(new, after.values())
    changes = []
    for key in sorted({*before, *after}):
        was, now = (side[key].outcome if key in side else None for side in (before, after))
        ids_before, ids_after = broken_before.get(key, frozenset()), broken_after.get(key, frozenset())
        if was != now or ids_before != ids_after:
            changes.append(RuleChange(*key, was, now, len(ids_after - ids_before), len(ids_before - ids_after)))
    return tuple(changes)


def _coverage(old: Iterable[Attempt], new: Iterable[Attempt]) -> tuple[CoverageChange, ...]:
    before, after = _gaps(old), _gaps(new)
    keys = sorted(key for key in {*before, *after} if before[key] != after[key])
    return tuple(CoverageChange(*key, before[key], after[key]) for key in keys)


_group = attrgetter("by", "status", "reason", "format")


def _gaps(attempts: Iterable[Attempt]) -> Counter[tuple[str, str, str, str]]:
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for item in attempts:
        if item.status != "completed":
            counts[_group(item)] += item.files
    return counts


def newly_broken(
    old: Review, judged_old: Sequence[Judgement], new: Review, judged_new: Sequence[Judgement]
) -> dict[tuple[str, str], frozenset[str]]:
    """Rules that something breaks now and did not before, with the ids of the facts that do.

    Both reviews must have been judged by the same rules. A rule broken by what is absent has no ids; it is new when
    it was not broken before.
    """
    broken_before = {(item.book, item.rule) for item in judged_old if item.outcome == "broken"}
    before, after = breaking_facts(old, judged_old), breaking_facts(new, judged_new)
    found = {}
    for key, ids in after.items():
        fresh = ids - before.get(key, frozenset())
        if fresh or (not ids and key not in broken_before):
            found[key] = fresh
    return found


def newly_broken_against(review: Review, against: Dossier, named: Sequence[str], as_of: date) -> Mapping[str, int]:
    """Rules that something breaks in a review and did not in the newest complete other one, with how many facts are
    new.

    Both are judged by the same books, the facts that waivers cover left out. Raises InputError when there is no other
    complete review.
    """
    numbers = against.sealed()
    if against.path.resolve() == review.dossier.path.resolve():
        numbers = [number for number in numbers if number < review.number]
    if not numbers:
        message = Text("{path} holds no earlier complete review", "{path} 中没有更早的完整审查").fill(path=against.path)
        raise InputError(message, Text("run once without --fail-on new", "请先运行一次，不加 --fail-on new"))
    old = against.review(numbers[-1])
    product = sealed_record(review).product
    books = books_for(product, named, as_of)
    before, after = (judge(side, product, books, as_of) for side in (old, review))
    about_product = {book.id for book in books if book.about == "product"}
    waived = covered(review.dossier, as_of)
    found = {}
    for (book, rule), facts in newly_broken(old, before, review, after).items():
        left = facts - waived.get((book, rule), frozenset())
        if book in about_product and (left or not facts):
            found[f"{book}/{rule}"] = len(left)
    return found
