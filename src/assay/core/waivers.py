"""Waivers: a named person's grant that certain facts may go on breaking a rule until a day.

A waiver changes no fact and no judgement. It is weighed against a judgement afterwards, by the day of the review: an
expired one, and a *stale* one whose facts break the rule no longer, are shown and never applied. It covers only the
facts it names, so a new fact breaks the rule again; and it never settles what is open, for nobody can waive what
nobody looked at. Whoever asks does not grant.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from assay.core.errors import InputError
from assay.core.rules import Judgement
from assay.core.text import Text

WaiverState = Literal["applied", "expired", "not-yet", "stale"]
_ABSENCES = frozenset({"required-absent", "withheld"})  # grounds of a broken rule that no fact can name


class Waiver(Struct, frozen=True):
    """`facts` are ids of the facts that may break `book`/`rule`; empty when the rule is broken by what is absent.

    `artifact` is the digest of the delivery for which it was granted: a later one may deserve another look.
    """

    book: str
    rule: str
    facts: tuple[str, ...]
    reason: str
    asked_by: str
    granted_by: str
    granted: date
    until: date
    artifact: str = ""


class Weighed(Struct, frozen=True):
    """A waiver against one review: its state, and how many of the facts that break the rule now it covers."""

    waiver: Waiver
    state: WaiverState
    covers: int = 0


def grant(waiver: Waiver) -> Waiver:
    """The waiver, if it may be given. Raises InputError for one without reason, without two persons or without end."""
    if not waiver.reason.strip():
        raise _refused("a waiver needs a reason", "豁免须说明理由", "--reason")
    persons = [_person(waiver.asked_by), _person(waiver.granted_by)]
    if not all(persons):
        raise _refused("a waiver names who asked and who granted it", "豁免须写明申请人与批准人", "--asked-by")
    if persons[0] == persons[1]:
        raise _refused("nobody grants a waiver to themselves", "申请人不得自行批准", "--granted-by")
    if waiver.until < waiver.granted:
        raise _refused("the waiver would end before it begins", "豁免的截止日早于批准日", "--until")
    return waiver


def _person(name: str) -> str:
    return " ".join(name.casefold().split())


def weigh(
    judgement: Judgement | None, waivers: Sequence[Waiver], breaking: frozenset[str], as_of: date
) -> tuple[bool, tuple[Weighed, ...]]:
    """Whether the waivers of a rule cover all that breaks it, and the state of each.

    `breaking` holds the ids of all facts that break the rule now.
    """
    absent = (
        judgement is not None
        and judgement.outcome == "broken"
        and any(ground.because in _ABSENCES for ground in judgement.grounds)
    )
    weighed = tuple(_weighed(waiver, breaking, as_of, absent=absent) for waiver in waivers)
    if judgement is None or judgement.outcome != "broken":
        return False, weighed
    applied = [item.waiver for item in weighed if item.state == "applied"]
    return (bool(applied) if absent else bool(breaking) and breaking <= _covered(applied)), weighed


def _weighed(waiver: Waiver, breaking: frozenset[str], as_of: date, *, absent: bool) -> Weighed:
    covers = len(breaking.intersection(waiver.facts))
    if as_of > waiver.until:
        return Weighed(waiver, "expired", covers)
    if as_of < waiver.granted:
        return Weighed(waiver, "not-yet", covers)
    return Weighed(waiver, "applied" if covers or (absent and not waiver.facts) else "stale", covers)


def _covered(waivers: Iterable[Waiver]) -> frozenset[str]:
    return frozenset(id_ for waiver in waivers for id_ in waiver.facts)


def _refused(en: str, zh: str, option: str) -> InputError:
    return InputError(Text(en, zh), Text(f"give it with {option}", f"请以 {option} 给出"))
