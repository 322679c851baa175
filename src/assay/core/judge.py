"""Judging: facts and attempts against rules, by evidence alone.

Partial evidence can convict; it can never acquit. Facts are grouped once by the distinct values that any rule looks
at, so that 200 rules over 100,000 facts cost little more than one pass. The order of facts and attempts given does
not matter to the outcome; it decides only which few ids are quoted, so callers pass them in dossier order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import attrgetter

from assay.core.attempts import Attempt
from assay.core.facts import Fact, Scalar, fact_id
from assay.core.kinds import KINDS
from assay.core.rules import Comparison, Ground, Judgement, Matched, Outcome, Pattern, Rule, Unseen

QUOTED = 20  # fact ids and paths kept per ground; `assay why` streams the rest from the dossier

_ABSENT = object()
_path = attrgetter("path")
_SCOPE = "scope"  # the subject's scope travels with the value keys inside this module only


@dataclass(slots=True)
class _Group:
    """Facts of one kind with equal deciding values."""

    values: Mapping[str, object]
    count: int = 0
    first: list[Fact] = field(default_factory=list)
    _ids: tuple[str, ...] | None = None

    def ids(self) -> tuple[str, ...]:
        if self._ids is None:
            self._ids = tuple(fact_id(fact) for fact in self.first)
        return self._ids


class Evidenced:
    """Facts and attempts prepared for a set of rules: groups by kind, attempts by kind."""

    def __init__(self, rules: Sequence[Rule], facts: Iterable[Fact], attempts: Iterable[Attempt]) -> None:
        keys = _deciding_keys(rules)
        self.groups = _grouped(keys, facts)
        self.attempts: dict[str, list[Attempt]] = {}
        for attempt in attempts:
            for kind in attempt.kinds:
                if kind in keys:
                    self.attempts.setdefault(kind, []).append(attempt)


def judge_all(
    rules: Sequence[Rule],
    product: Mapping[str, Scalar],
    facts: Iterable[Fact],
    attempts: Iterable[Attempt],
    as_of: date,
) -> list[Judgement]:
    """Judge every rule. `facts` and `attempts` are read once and may be streams; memory grows with distinct values."""
    evidenced = Evidenced(rules, facts, attempts)
    return [_judge(rule, product, evidenced, as_of) for rule in rules]


def judge(
    rule: Rule, product: Mapping[str, Scalar], facts: Iterable[Fact], attempts: Iterable[Attempt], as_of: date
) -> Judgement:
    """Judge one rule (design, section 4)."""
    return judge_all((rule,), product, facts, attempts, as_of)[0]


def _judge(rule: Rule, product: Mapping[str, Scalar], evidenced: Evidenced, as_of: date) -> Judgement:
    def say(outcome: Outcome, *grounds: Ground) -> Judgement:
        demand = KINDS[rule.patterns[0].kind].demand if rule.patterns else "source"
        return Judgement(rule.book, rule.id, outcome, grounds, demand)

    # 0. a clause that is only reported, or not in force on that day, is not judged
    if rule.clause.informative:
        return say("not-applicable", Ground("informative"))
    if not in_force(rule.in_force_from, rule.in_force_until, as_of):
        return say("not-applicable", Ground("not-in-force", key=as_of.isoformat()))
    # 1. applies
    applies = applicable(rule.applies, product)
    if applies is not None:
        return say(*applies)
    sure, perhaps = _matches(rule.patterns, evidenced)
    # 2. a forbidden fact convicts, whatever else is missing
    if rule.forbid and sure:
        return say("broken", Ground("forbidden-seen", matched=sure), *_maybe("perhaps", perhaps))
    # 3. a needed kind that nobody looked for
    unlooked = [kind for kind in dict.fromkeys(p.kind for p in rule.patterns) if not _covering(kind, rule, evidenced)]
    if unlooked:
        return say("open", *(Ground("nobody-looked", key=kind) for kind in unlooked))
    # 4. a covering attempt that was not completed, or a deciding value that could not be determined
    missing = _unseen(rule, evidenced)
    if missing:
        withheld = tuple(item for item in missing if item.status == "withheld")
        others = tuple(item for item in missing if item.status != "withheld")
        grounds = [Ground("withheld", unseen=withheld)] if withheld else []
        if withheld and rule.clause.demands_delivery:
            return say("broken", *grounds)
        grounds += [Ground("not-completed", unseen=others)] if others else []
        return say("open", *grounds, *_maybe("perhaps", perhaps))
    if perhaps and (rule.forbid or not sure):
        return say("open", Ground("perhaps", matched=perhaps))
    # 5. everything was looked at
    if rule.forbid:
        return say("met", Ground("forbidden-absent"))
    if sure:
        return say("met", Ground("required-seen", matched=sure))
    return say("broken", Ground("required-absent"))


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


def matches(pattern: Pattern, fact: Fact) -> bool | None:
    """True, False, or None when a value that would decide could not be determined."""
    values: dict[str, object] = {**fact.value, _SCOPE: fact.subject.scope}
    return fact.kind == pattern.kind and _verdict(pattern, values)


def _verdict(pattern: Pattern, values: Mapping[str, object]) -> bool | None:
    unknown = False
    for key, comparisons in pattern.where.items():
        item = values.get(key, _ABSENT)
        if item is _ABSENT:
            return False
        if item is None or any(c.operator == "perhaps" and item in c.operand for c in comparisons):
            unknown = True
        elif not all(comparison.holds(item) for comparison in comparisons):  # type: ignore[arg-type]
            return False
    if pattern.scope:
        scope = values[_SCOPE]
        if scope == "unknown":
            unknown = True
        elif scope not in pattern.scope:
            return False
    if values.get("reach") == "possible" and "reach" not in pattern.where:
        unknown = True
    return None if unknown else True


def _deciding_keys(rules: Sequence[Rule]) -> dict[str, tuple[str, ...]]:
    keys: dict[str, set[str]] = {}
    for rule in rules:
        for pattern in rule.patterns:
            keys.setdefault(pattern.kind, {"reach"}).update(pattern.where)
    return {kind: tuple(sorted(names)) for kind, names in keys.items()}


def _grouped(keys: Mapping[str, tuple[str, ...]], facts: Iterable[Fact]) -> dict[str, list[_Group]]:
    found: dict[str, dict[tuple[object, ...], _Group]] = {kind: {} for kind in keys}
    for fact in facts:
        names = keys.get(fact.kind)
        if names is None:
            continue
        get = fact.value.get
        deciding = (fact.subject.scope, *[get(name, _ABSENT) for name in names])
        groups = found[fact.kind]
        group = groups.get(deciding)
        if group is None:
            present = {name: item for name, item in zip(names, deciding[1:], strict=True) if item is not _ABSENT}
            group = groups[deciding] = _Group({**present, _SCOPE: fact.subject.scope})
        group.count += 1
        if group.count <= QUOTED:
            group.first.append(fact)
    return {kind: list(groups.values()) for kind, groups in found.items()}


def _matches(patterns: tuple[Pattern, ...], evidenced: Evidenced) -> tuple[tuple[Matched, ...], tuple[Matched, ...]]:
    sure: dict[int, Matched] = {}
    perhaps: dict[int, Matched] = {}
    for pattern in patterns:
        for group in evidenced.groups.get(pattern.kind, ()):
            verdict = _verdict(pattern, group.values)
            if verdict is False or id(group) in sure:
                continue
            target = perhaps if verdict is None else sure
            if id(group) not in target:
                target[id(group)] = _quote(pattern, group)
    possible = tuple(matched for key, matched in perhaps.items() if key not in sure)
    return _ordered(sure.values()), _ordered(possible)


def _quote(pattern: Pattern, group: _Group) -> Matched:
    return Matched(pattern.kind, dict(group.values), group.count, group.ids())  # type: ignore[arg-type]


def _ordered(found: Iterable[Matched]) -> tuple[Matched, ...]:
    return tuple(sorted(found, key=lambda matched: (matched.kind, repr(sorted(matched.values.items())))))


def _maybe(because: str, matched: tuple[Matched, ...]) -> tuple[Ground, ...]:
    return (Ground(because, matched=matched),) if matched else ()  # type: ignore[arg-type]


def _scope(rule: Rule, kind: str) -> frozenset[str]:
    """Scopes that matter to the rule for this kind; empty is all of them."""
    wanted = [pattern.scope for pattern in rule.patterns if pattern.kind == kind]
    return frozenset() if not all(wanted) else frozenset().union(*wanted)


def _covering(kind: str, rule: Rule, evidenced: Evidenced) -> list[Attempt]:
    wanted = _scope(rule, kind)
    attempts = evidenced.attempts.get(kind, ())
    return [item for item in attempts if not wanted or item.scope in wanted or item.scope == "unknown"]


def _unseen(rule: Rule, evidenced: Evidenced) -> tuple[Unseen, ...]:
    rows: dict[tuple[str, ...], list[Attempt]] = {}
    for kind in dict.fromkeys(pattern.kind for pattern in rule.patterns):
        for item in _covering(kind, rule, evidenced):
            if item.status != "completed":
                row = (item.status, item.reason, item.file_class, item.format, item.owner, item.law)
                rows.setdefault(row, []).append(item)
    return tuple(_sum_up(row, items) for row, items in sorted(rows.items()))


def _sum_up(row: tuple[str, ...], items: list[Attempt]) -> Unseen:
    status, reason, file_class, format_, owner, law = row
    unique = {(item.path, item.by): item for item in items}.values()
    by_path = {path: next(group) for path, group in groupby(sorted(unique, key=_path), key=_path)}
    files = sum(item.files for item in by_path.values())
    size = sum(item.bytes for item in by_path.values())
    return Unseen(status, reason, file_class, format_, files, size, tuple(by_path)[:QUOTED], owner, law)
