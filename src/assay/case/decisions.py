"""Decisions against the verdict that they cite: what they follow, what they depart from and why, and who signs.

The verdict is what the program derives, the decision what two named humans answer for. Whoever admits a product
departs from every rule of the verdict that is broken, and from every one that is open, since nobody saw that it is
met; each departure has its reason. Whoever declines follows at least one of them, where there is one. A waived rule
has its reason in the waiver.
"""

import unicodedata
from collections.abc import Iterable

from assay.case import words
from assay.case.acts import Act
from assay.case.contents import Decision, Disclosure
from assay.case.view import View
from assay.core.text import Text


def decision_refused(view: View, act: Act, said: Decision, verdict: Disclosure) -> Text | None:
    """Why this signature of a decision does not count; the verdict is the current one."""
    if said.concurs:
        return _second_refused(view, act, said)
    if any(first.by == act.by and first.content.verdict == said.verdict for first in _proposals(view)):  # type: ignore[union-attr]
        return words.of("proposed-already")
    unsettled = {*verdict.broken, *verdict.open}
    departed = [departure.rule for departure in said.departs]
    known = {*unsettled, *verdict.waived}
    for rule in (*said.follows, *departed):
        if rule not in known:
            return words.of("not-in-verdict", rule=rule)
    if len({*said.follows, *departed}) != len(said.follows) + len(departed):
        return words.of("follows-and-departs")
    if any(not departure.reason.strip() for departure in said.departs):
        return words.of("departure-reason")
    if said.outcome == "admit-with-conditions" and not any(text.strip() for text in said.conditions):
        return words.of("conditions")
    if said.outcome == "decline":
        return words.of("declines-nothing") if unsettled and not said.follows else None
    missing = sorted(unsettled - {*departed})
    return words.of("departure-missing", rule=missing[0], n=len(missing)) if missing else None


def _second_refused(view: View, act: Act, said: Decision) -> Text | None:
    first = next((item for item in _proposals(view) if item.id == said.concurs), None)
    if first is None or not isinstance(first.content, Decision):
        return words.of("no-proposal", act=said.concurs[:12])
    if first.by == act.by or person(first.content.person) == person(said.person):
        return words.of("two-persons")
    same = (first.content.verdict, first.content.outcome) == (said.verdict, said.outcome)
    if not same or said.follows or said.departs or said.conditions:
        return words.of("other-decision", act=first.id[:12])
    return None


def _proposals(view: View) -> Iterable[Act]:
    """First signatures that are not withdrawn and have no second yet."""
    signed = {first.id for first, _ in view.decisions}
    return [act for act, decision in view.standing(Decision) if not decision.concurs and act.id not in signed]


def person(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
