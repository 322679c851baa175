"""Waivers of a dossier against one of its reviews: which facts break a rule, and what the waivers leave of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from assay.core.errors import InputError
from assay.core.rules import Judgement
from assay.core.text import Text
from assay.core.waivers import Waiver, grant, weigh
from assay.dossier.answering import facts_judged
from assay.dossier.store import Dossier, Review
from assay.dossier.waivers import add_waiver, waivers
from assay.report.document import Document
from assay.report.record import Groups
from assay.report.waiving import waive

Key = tuple[str, str]


def under_waivers(document: Document, review: Review, judgements: Sequence[Judgement]) -> Document:
    """The document of a review under the waivers that its dossier holds, by the document's day."""
    held: dict[Key, list[Waiver]] = {}
    for waiver in waivers(review.dossier):
        held.setdefault((waiver.book, waiver.rule), []).append(waiver)
    if not held:
        return document
    by_rule = {(item.book, item.rule): item for item in judgements}
    breaking = breaking_facts(review, [by_rule[key] for key in held if key in by_rule], document.as_of)
    return waive(
        document,
        {
            key: weigh(by_rule.get(key), items, breaking.get(key, frozenset()), document.as_of)
            for key, items in held.items()
        },
    )


def breaking_facts(
    review: Review, judgements: Iterable[Judgement], as_of: date | None = None
) -> Mapping[Key, frozenset[str]]:
    """Ids of all facts that break each broken rule on that day, the day of the review where none is given; streams the
    facts of each kind once."""
    day = as_of or (review.record.as_of if review.record is not None else date.max)
    wanted: dict[str, Groups] = {}
    found: dict[Key, set[str]] = {}
    for judgement in judgements:
        if judgement.outcome != "broken":
            continue
        key = (judgement.book, judgement.rule)
        found[key] = set()
        for matched in judgement.grounds[0].matched:
            wanted.setdefault(matched.kind, Groups()).add(key, matched)
    for kind, groups in wanted.items():
        for seen in facts_judged(review, day, kind):
            for key in groups.of(seen):
                found[key].add(seen.id)
    return {key: frozenset(ids) for key, ids in found.items()}


def covered(dossier: Dossier, as_of: date) -> Mapping[Key, frozenset[str]]:
    """Facts that the waivers in force on that day name, by rule."""
    found: dict[Key, set[str]] = {}
    for waiver in waivers(dossier):
        if waiver.granted <= as_of <= waiver.until:
            found.setdefault((waiver.book, waiver.rule), set()).update(waiver.facts)
    return {key: frozenset(ids) for key, ids in found.items()}


def add(
    dossier: Dossier,
    rule: str,
    *,
    facts: Sequence[str],
    reason: str,
    asked_by: str,
    granted_by: str,
    granted: date,
    until: date,
) -> tuple[int, Waiver]:
    """Grant a waiver for what breaks a rule in the newest review, or for those of the facts that are named.

    Returns its number in the dossier, and the waiver.

    A fact may be named by the start of its id. Raises InputError when the rule is not broken, a named fact does not
    break it, or the waiver lacks a reason, a second person or an end.
    """
    review = dossier.latest()
    judgement = _broken(review, rule)
    breaking = breaking_facts(review, [judgement])[judgement.book, judgement.rule]
    chosen = {id_ for given in facts for id_ in _named(given, breaking, judgement.rule)} if facts else breaking
    artifact = review.record.artifact if review.record is not None else ""
    ids = tuple(sorted(chosen))
    waiver = grant(Waiver(judgement.book, judgement.rule, ids, reason, asked_by, granted_by, granted, until, artifact))
    return add_waiver(dossier, waiver), waiver


def _broken(review: Review, rule: str) -> Judgement:
    judged = [item for item in _judgements(review) if rule in {item.rule, f"{item.book}/{item.rule}"}]
    for item in judged:
        if item.outcome == "broken":
            return item
    if judged:
        message = Text(f"{rule} is {judged[0].outcome}, not broken", f"{rule} 未被违反（{judged[0].outcome}）")
        advice = Text(
            "only what was seen to break a rule can be waived; see assay why", "只有已见的违反才可豁免；参见 assay why"
        )
        raise InputError(message, advice)
    message = Text(f"{rule} was not judged in the newest review", f"最新的审查未评判 {rule}")
    raise InputError(message, Text("name a rule of the report", "请指定报告中的规则"))


def _judgements(review: Review) -> Iterable[Judgement]:
    yield from review.judgements()
    for judging in review.judgings():
        yield from review.judgements(judging)


def _named(given: str, breaking: frozenset[str], rule: str) -> list[str]:
    found = sorted(id_ for id_ in breaking if id_.startswith(given)) if len(given) >= 8 else []
    if len(found) == 1:
        return found
    message = Text(f"--fact {given}: no fact that breaks {rule}", f"--fact {given}：没有这样一项违反 {rule} 的事实")
    advice = Text(
        f"assay why {rule} --all lists them; the first 16 characters of an id are enough",
        f"assay why {rule} --all 会列出全部；标识的前 16 个字符即可",
    )
    raise InputError(message, advice)
