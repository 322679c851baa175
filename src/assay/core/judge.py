"""Judging: facts and attempts against rules, by evidence alone.

Partial evidence can convict; it can never acquit. `matching.py` finds the facts that a rule is about; this module says
what follows. The order of facts and attempts given does not matter to the outcome; it decides only which few ids are
quoted, so callers pass them in dossier order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter

from msgspec.structs import replace

from assay.core.answers import WITHOUT, Told
from assay.core.attempts import Attempt
from assay.core.facts import Fact, Scalar
from assay.core.kinds import STATED
from assay.core.matching import QUOTED, Seen, matched, matches, tabled
from assay.core.rules import Because, Comparison, Ground, Judgement, Matched, Outcome, Rule, Unseen

_path = attrgetter("path")


def _path_first(attempt: Attempt) -> tuple[str, Attempt]:
    return attempt.path, attempt


Found = tuple[tuple[Matched, ...], tuple[Matched, ...]]


class Evidenced:
    """Facts and attempts prepared for a set of rules: tables of facts by kind, attempts by kind."""

    def __init__(self, rules: Sequence[Rule], facts: Iterable[Seen], attempts: Iterable[Attempt]) -> None:
        self.told: dict[str, dict[str, list[str]]] = {}  # by kind and person: ids of facts with a value of theirs
        self.against: list[Told] = []  # facts of which somebody says what the program saw to be otherwise
        self.tables = tabled(rules, self._holding(facts))
        self.attempts: dict[str, list[Attempt]] = {}
        self.unseen: dict[object, tuple[Unseen, ...]] = {}  # rules on the same kinds and scopes lack the same
        self.found: dict[int, Found] = {}  # by the place of the rule: what matches does not depend on the product
        for attempt in attempts:
            for kind in attempt.kinds:
                if kind in self.tables:
                    self.attempts.setdefault(kind, []).append(attempt)

    def _holding(self, facts: Iterable[Seen]) -> Iterator[Seen]:
        for fact in facts:
            if type(fact) is Told and fact.against:
                self.against.append(fact)
            elif type(fact) is Told:
                self.told.setdefault(fact.kind, {}).setdefault(fact.who, []).append(fact.id)
                if not fact.holds:
                    continue
            yield fact


def judge_all(
    rules: Sequence[Rule],
    product: Mapping[str, Scalar],
    facts: Iterable[Seen],
    attempts: Iterable[Attempt],
    as_of: date,
) -> list[Judgement]:
    """Judge every rule. `facts` and `attempts` are read once and may be streams; memory grows with distinct values."""
    return judge_each(rules, (product,), facts, attempts, as_of)[0]


def judge_each(
    rules: Sequence[Rule],
    products: Sequence[Mapping[str, Scalar]],
    facts: Iterable[Seen],
    attempts: Iterable[Attempt],
    as_of: date,
) -> list[list[Judgement]]:
    """Judge the same evidence once for each set of attributes: what changes, changes because of them alone."""
    rules = [rule.on(as_of) for rule in rules]
    evidenced = Evidenced(rules, facts, attempts)
    return [
        [_judge(rule, place, product, evidenced, as_of) for place, rule in enumerate(rules)] for product in products
    ]


def judge(
    rule: Rule, product: Mapping[str, Scalar], facts: Iterable[Fact], attempts: Iterable[Attempt], as_of: date
) -> Judgement:
    """Judge one rule (design, section 4)."""
    return judge_all((rule,), product, facts, attempts, as_of)[0]


def _judge(rule: Rule, place: int, product: Mapping[str, Scalar], evidenced: Evidenced, as_of: date) -> Judgement:
    def say(outcome: Outcome, *grounds: Ground) -> Judgement:
        return Judgement(rule.book, rule.id, outcome, grounds, rule.demand)

    # 0. a clause that is only reported, or not in force on that day, is not judged
    if rule.clause.informative:
        return say("not-applicable", Ground("informative"))
    if not in_force(rule.in_force_from, rule.in_force_until, as_of):
        return say("not-applicable", Ground("not-in-force", key=as_of.isoformat()))
    # 1. applies
    applies = applicable(rule.applies, product)
    if applies is not None:
        return say(*applies)
    if place not in evidenced.found:
        evidenced.found[place] = matched(rule.patterns, evidenced.tables)
    sure, perhaps = evidenced.found[place]
    # 2. a forbidden fact convicts, whatever else is missing
    if rule.forbid and sure:
        told = (ground for ground in _told(rule, evidenced) if _share(ground.matched, sure))
        doubts = _contradicted(rule, evidenced)
        return say("broken", Ground("forbidden-seen", matched=sure), *_maybe("perhaps", perhaps), *told, *doubts)
    # 3. a needed kind that nobody looked for
    unlooked = [kind for kind in dict.fromkeys(p.kind for p in rule.patterns) if not _covering(kind, rule, evidenced)]
    if unlooked:
        return say("open", *(Ground("nobody-looked", key=kind) for kind in unlooked))
    # 4. a covering attempt that was not completed, or a deciding value that could not be determined
    missing = _unseen(rule, evidenced)
    doubts = _contradicted(rule, evidenced)
    if missing:
        withheld = tuple(item for item in missing if item.status == "withheld")
        others = tuple(item for item in missing if item.status != "withheld")
        grounds = [Ground("withheld", unseen=withheld)] if withheld else []
        if withheld and rule.clause.demands_delivery:
            return say("broken", *grounds)
        grounds += [Ground("not-completed", unseen=others)] if others else []
        return say("open", *grounds, *_maybe("perhaps", perhaps), *doubts)
    if perhaps and (rule.forbid or not sure):
        return say("open", Ground("perhaps", matched=perhaps), *doubts)
    if doubts:
        return say("open", *doubts)
    # 5. everything was looked at, by this program or by a person who answers for it
    return say(*_seen_all(rule, sure), *_answered(_answers(rule, evidenced)), *_told(rule, evidenced))


def _seen_all(rule: Rule, sure: tuple[Matched, ...]) -> tuple[Outcome, Ground]:
    """What follows once all that could hold a fact was examined, and nothing is in doubt."""
    if rule.forbid:
        return "met", Ground("forbidden-absent")
    if sure:
        return "met", Ground("required-seen", matched=sure)
    if {pattern.kind for pattern in rule.patterns} <= STATED:  # that nobody said so proves nothing
        return "open", Ground("nobody-stated", key=_claims(rule))
    return "broken", Ground("required-absent")


def in_force(start: date | None, end: date | None, as_of: date) -> bool:
    """Whether `as_of` lies in [start, end]; None is unbounded."""
    return (start is None or start <= as_of) and (end is None or as_of <= end)


def applicable(
    conditions: Mapping[str, tuple[Comparison, ...]], product: Mapping[str, Scalar]
) -> tuple[Outcome, Ground] | None:
    """None when the conditions hold; else the outcome and its ground. An undeclared attribute never excludes."""
    undeclared: str | None = None
    for key, comparisons in conditions.items():
        item = product.get(key)
        if item is None:
            undeclared = undeclared or key
        elif not all(comparison.holds(item) for comparison in comparisons):
            return "not-applicable", Ground("attribute-excludes", key=key)
    if undeclared is not None:
        return "open", Ground("attribute-undeclared", key=undeclared)
    return None


def _maybe(because: Because, found: tuple[Matched, ...]) -> tuple[Ground, ...]:
    return (Ground(because, matched=found),) if found else ()


def _answered(answers: tuple[Unseen, ...]) -> tuple[Ground, ...]:
    people = ", ".join(dict.fromkeys(sorted(item.owner for item in answers)))
    return (Ground("answered", key=people, unseen=answers),) if answers else ()


def _told(rule: Rule, evidenced: Evidenced) -> tuple[Ground, ...]:
    """Of the kinds that the rule is about, whatever they say: who reads the judgement sees what it may rest on."""
    found: dict[str, list[Matched]] = {}
    for kind in dict.fromkeys(pattern.kind for pattern in rule.patterns):
        for who, ids in sorted(evidenced.told.get(kind, {}).items()):
            found.setdefault(who, []).append(Matched(kind, {}, len(ids), tuple(ids[:QUOTED])))
    return tuple(Ground("determined", key=who, matched=tuple(groups)) for who, groups in found.items())


def _contradicted(rule: Rule, evidenced: Evidenced) -> tuple[Ground, ...]:
    """Where a person says of a fact what the program saw to be otherwise, and one of the two may decide the rule."""
    found: dict[str, list[Matched]] = {}
    for fact in evidenced.against:
        told = {key: item for key, item in {**fact.value, **fact.against}.items() if item != WITHOUT}
        either = (fact, replace(fact, value=told))
        deciding = [one for one in rule.patterns if not fact.against.keys().isdisjoint(("reach", *one.where))]
        if any(matches(pattern, one) is not False for pattern in deciding for one in either):
            said = ", ".join(f"{key}={item} ≠ {fact.value.get(key, '-')}" for key, item in sorted(fact.against.items()))
            found.setdefault(f"{fact.who}: {said}", []).append(Matched(fact.kind, {}, 1, (fact.id,)))
    return tuple(
        Ground("contradicted", key=said, matched=(Matched(rows[0].kind, {}, len(rows), _ids(rows)),))
        for said, rows in sorted(found.items())
    )


def _ids(rows: Sequence[Matched]) -> tuple[str, ...]:
    return tuple(id_ for row in rows[:QUOTED] for id_ in row.facts)


def _share(some: Sequence[Matched], others: Sequence[Matched]) -> bool:
    """Whether both quote one fact."""
    quoted = {id_ for matched in others for id_ in matched.facts}
    return any(not quoted.isdisjoint(matched.facts) for matched in some)


def _claims(rule: Rule) -> str:
    """What somebody would have to state."""
    compared = (comparison for pattern in rule.patterns for comparison in pattern.where.get("claim", ()))
    return ", ".join(str(item) for comparison in compared for item in comparison.operand)


def _scope(rule: Rule, kind: str) -> frozenset[str]:
    """Scopes that matter to the rule for this kind; empty is all of them."""
    wanted = [pattern.scope for pattern in rule.patterns if pattern.kind == kind]
    return frozenset() if not all(wanted) else frozenset().union(*wanted)


def _lies_in(attempt: Attempt, scopes: frozenset[str]) -> bool:
    return not scopes or attempt.scope in scopes or attempt.scope == "unknown"


def counts_for(rule: Rule, attempt: Attempt) -> bool:
    """Whether it matters to a rule what an attempt saw: it is of a kind and a scope that the rule asks for."""
    asked = {pattern.kind for pattern in rule.patterns}.intersection(attempt.kinds)
    return any(_lies_in(attempt, _scope(rule, kind)) for kind in asked)


def _covering(kind: str, rule: Rule, evidenced: Evidenced) -> list[Attempt]:
    wanted = _scope(rule, kind)
    return [item for item in evidenced.attempts.get(kind, ()) if _lies_in(item, wanted)]


def _unseen(rule: Rule, evidenced: Evidenced) -> tuple[Unseen, ...]:
    return _summed(rule, evidenced, answered=False)


def _answers(rule: Rule, evidenced: Evidenced) -> tuple[Unseen, ...]:
    """What this program did not complete, and a person answers for."""
    return _summed(rule, evidenced, answered=True)


def _summed(rule: Rule, evidenced: Evidenced, *, answered: bool) -> tuple[Unseen, ...]:
    kinds = dict.fromkeys(pattern.kind for pattern in rule.patterns)
    key = (answered, *((kind, _scope(rule, kind)) for kind in kinds))
    if key not in evidenced.unseen:
        rows: dict[tuple[str, ...], list[Attempt]] = {}
        for kind in kinds:
            for item in _covering(kind, rule, evidenced):
                if (item.status == "completed") is answered and (item.owner or not answered):
                    row = (item.status, item.reason, item.file_class, item.format, item.owner, item.law)
                    rows.setdefault(row, []).append(item)
        evidenced.unseen[key] = tuple(_sum_up(row, items) for row, items in sorted(rows.items()))
    return evidenced.unseen[key]


def _sum_up(row: tuple[str, ...], items: list[Attempt]) -> Unseen:
    status, reason, file_class, format_, owner, law = row
    by_path = {path: next(group) for path, group in groupby(sorted(items, key=_path_first), key=_path)}
    files = sum(item.files for item in by_path.values())
    size = sum(item.bytes for item in by_path.values())
    return Unseen(status, reason, file_class, format_, files, size, tuple(by_path)[:QUOTED], owner, law)
