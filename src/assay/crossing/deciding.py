"""The route of an export: the rules of a book over the facts of the crossing, and what follows from them.

Routes are tried in the book's order, the gravest first. A route whose rules are all met (or do not apply) is excluded.
The first that is not is the route: needed, when a rule of it is broken; "cannot be decided", when a rule is open and
none is broken. Where nothing graver is needed, the last route of the book is left.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from assay.core.attempts import Attempt, ReasonCode
from assay.core.errors import UsageError
from assay.core.facts import Fact, Scalar, Subject
from assay.core.judge import judge_all
from assay.core.rules import Judgement, Route, Rule, Rulebook
from assay.core.text import Text
from assay.crossing.profile import Held, Profile
from assay.crossing.register import Export, Totals

BY = "crossing.export@1"
KINDS = (
    "crossing.recipient",
    "crossing.persons",
    "crossing.sensitive",
    "crossing.important",
    "crossing.exemption_claimed",
)


class Decided(Struct, frozen=True):
    """`route` None is "cannot be decided": `open` are the rules that leave it so. `held` was gone already."""

    book: Rulebook
    route: Route | None
    tried: Route
    judgements: Mapping[str, Judgement]
    broken: tuple[Rule, ...]
    open: tuple[Rule, ...]
    held: Held | None

    @property
    def free(self) -> bool:
        """Nothing stands in the way: no route is needed, or the one that is was gone."""
        return self.route is not None and (self.route == self.book.routes[-1] or self.held is not None)


def facts_of(profile: Profile, export: Export, totals: Totals) -> list[Fact]:
    """What is stated about an export in its year. A number that rests on what is not certain is `possible`."""
    year, about = totals.year, Subject("", "", f"{export.country} {export.recipient}", "shipped")
    facts = [
        _fact(
            "crossing.recipient",
            about,
            country=export.country,
            recipient=export.recipient,
            year=year,
            outside=export.country != profile.home,
            personal=_personal(export),
        ),
        _fact("crossing.important", about, year=year, contained=profile.important_data, who=profile.stated_by),
    ]
    for kind, sure, perhaps in (
        ("crossing.persons", totals.ordinary, totals.possible_ordinary),
        ("crossing.sensitive", totals.sensitive, totals.possible_sensitive),
    ):
        certain, possible = sure.count(), perhaps.count()
        facts.append(_fact(kind, about, year=year, persons=certain, exact=sure.exact, reach="certain"))
        if possible > certain:
            facts.append(_fact(kind, about, year=year, persons=possible, exact=perhaps.exact, reach="possible"))
    claimed = {one.exemption: one for one in totals.exports if one.exemption}
    for exemption, one in sorted(claimed.items()):
        confirmation = profile.confirms(exemption)
        who = confirmation.confirmed_by if confirmation is not None else ""
        facts.append(
            _fact("crossing.exemption_claimed", about, exemption=exemption, year=year, confirmed=one.confirmed, who=who)
        )
    return facts


def attempts_of(totals: Totals) -> list[Attempt]:
    """Counting is complete when every export of the year was read whole; what was not read leaves counts open."""
    unread = [item for one in totals.exports for item in one.unread]
    whole = Attempt(BY, KINDS, "completed", "", "data", "", "", "shipped", ran="inline")
    return [whole, *(_partial(item.path, item.reason) for item in unread)]


def decide(
    book: Rulebook, profile: Profile, export: Export, facts: Iterable[Fact], attempts: Iterable[Attempt]
) -> Decided:
    """Raises UsageError for a book that is not about exports."""
    if not book.routes:
        raise UsageError(
            Text(f"{book.id} has no routes: it is not about exports", f"{book.id} 没有路径：与出境无关"),
            Text("name a book about exports: assay rules list", "请指定关于出境的规则集：assay rules list"),
        )
    judged = {item.rule: item for item in judge_all(book.rules, profile.attributes, facts, attempts, export.day)}
    rules = {rule.id: rule for rule in book.rules}
    for route in book.routes:
        outcomes = {id_: judged[id_].outcome for id_ in route.rules}
        broken = tuple(rules[id_] for id_, outcome in outcomes.items() if outcome == "broken")
        undecided = tuple(rules[id_] for id_, outcome in outcomes.items() if outcome == "open")
        if broken or not route.rules:
            held = profile.holds(route.id, export.country, export.recipient, export.day)
            return Decided(book, route, route, judged, broken, undecided, held)
        if undecided:
            return Decided(book, None, route, judged, broken, undecided, None)
    raise AssertionError("the loader sees to it that the last route has no rules")


def applying(books: Sequence[Rulebook], profile: Profile) -> Iterator[Rulebook]:
    """The books about exports that are for handlers where this one is."""
    from assay.core.judge import applicable  # noqa: PLC0415

    for book in books:
        excluded = applicable(book.applies, profile.attributes)
        if excluded is None or excluded[0] == "open":
            yield book


def _personal(export: Export) -> bool | None:
    if any(column.certain for column in export.columns):
        return True
    return None if export.columns or export.unread else False


def _partial(path: str, reason: str) -> Attempt:
    code: ReasonCode = reason  # type: ignore[assignment]
    return Attempt(BY, KINDS[1:3], "partial", code, "data", "", "", "shipped", path, ran="inline")


def _fact(kind: str, about: Subject, **value: Scalar) -> Fact:
    return Fact(kind, about, value, BY, ())
