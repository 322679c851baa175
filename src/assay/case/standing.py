"""Where a case stands, who is late, and which dates contradict the order. All of it follows from the acts.

    draft -> delivered -> examining -> questions <-> answered -> judged -> decided -> closed

A case falls back by itself: a new delivery has not been examined, an objection is not answered, or the vendor said
something that a decision had not seen. Such a case is *reopened*.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from msgspec import Struct

from assay.case.acts import Act
from assay.case.contents import (
    Answer,
    Closing,
    Decision,
    Delivery,
    Disclosure,
    Objection,
    Question,
    Remedy,
    Withholding,
)
from assay.case.view import View

StateName = Literal["draft", "delivered", "examining", "questions", "answered", "judged", "decided", "closed"]
_WEIGHTY = (Delivery, Answer, Withholding, Remedy, Objection)  # what a decision of the vendor's product has to know


class State(Struct, frozen=True):
    """`decision` are its two signatures, when one stands. `unseen` are acts that the last decision had not seen."""

    name: StateName
    reopened: bool = False
    decision: tuple[Act, Act] | None = None
    unseen: tuple[Act, ...] = ()
    contradicting: tuple[Act, ...] = ()


class Due(Struct, frozen=True):
    """Something with a day: `act` waits for `party` until `until`; `done` is what settled it.

    A question is owed an answer; where nothing is `owed` (a verdict, a decision) the party may let the day pass.
    """

    act: Act
    party: str
    until: date
    done: Act | None
    owed: bool = False

    def late(self, as_of: date) -> bool:
        return self.owed and (self.done.day if self.done is not None else as_of) > self.until


class Contradiction(Struct, frozen=True):
    """`later` has seen `earlier`, and is dated before it."""

    later: Act
    earlier: Act

    @property
    def seconds(self) -> int:
        return self.earlier.at - self.later.at


def state(view: View) -> State:
    last = _latest(view)
    standing = [pair for pair in last if not _unseen(view, pair) and _holds(view, pair)]
    outcomes = {
        (first.content.verdict, first.content.outcome) for first, _ in standing if isinstance(first.content, Decision)
    }
    contradicting = tuple(first for first, _ in standing) if len(outcomes) > 1 else ()
    unseen = tuple(act for pair in last for act in _unseen(view, pair))
    closed = _closed(view)
    if standing and not contradicting:
        return State("closed" if closed else "decided", decision=standing[-1])
    if closed and not last:
        return State("closed")
    return State(
        _undecided(view),
        reopened=bool(last) or bool(list(view.of(Closing))),
        unseen=unseen,
        contradicting=contradicting,
    )


def _latest(view: View) -> list[tuple[Act, Act]]:
    """Decisions that no later one has seen."""
    pairs = list(view.decisions)
    return [
        pair for pair in pairs if not any(view.history.saw(other[0].id, pair[1].id) for other in pairs if other != pair)
    ]


def _holds(view: View, pair: tuple[Act, Act]) -> bool:
    """The decision is on the current verdict, and no objection to it waits or was upheld."""
    verdict = view.verdict
    decision = pair[0].content
    if verdict is None or not isinstance(decision, Decision) or decision.verdict != verdict[0].id:
        return False
    return not view.open_objections and not any(view.upheld_against(signature.id) for signature in pair)


def _unseen(view: View, pair: tuple[Act, Act]) -> tuple[Act, ...]:
    """What the vendor or an objector said and the second signature had not seen, unless said in view of it."""
    second = pair[1].id
    return tuple(
        act
        for type_ in _WEIGHTY
        for act, _ in view.standing(type_)
        if not view.examines(act.by) and view.history.concurrent(act.id, second)
    )


def closed(view: View) -> bool:
    """Whether nothing but what reopens a case can be done."""
    return bool(list(view.of(Closing))) and state(view).name == "closed"


def _closed(view: View) -> bool:
    """Somebody closed the case, and no delivery or objection came that the closing had not seen."""
    return any(
        all(view.history.saw(act.id, later.id) for type_ in (Delivery, Objection) for later, _ in view.standing(type_))
        for act, _ in view.of(Closing)
    )


def _undecided(view: View) -> StateName:
    current = view.current
    if current is None:
        return "draft"
    if any(view.examines(act.by) for act, _ in view.open_questions):
        return "questions"
    if view.verdict is not None:
        return "judged"
    history = view.history
    if any(view.examines(act.by) and history.saw(act.id, current[0].id) for act, _ in view.standing(Question)):
        return "answered"
    received = any(
        view.past >> number & 1 and view.examines(item.act.by) and history.saw(item.act.id, current[0].id)
        for number, item in enumerate(history.signed)
    )
    return "examining" if received else "delivered"


def dues(view: View) -> Iterator[Due]:
    """Everything that has, or had, a day, in order."""
    for act, question in view.standing(Question):
        yield Due(act, question.to, question.until, view.settled.get(act.id), owed=True)
    for act, verdict in view.of(Disclosure):
        yield Due(act, view.vendor, verdict.until, view.acknowledged(act.id))
    for first, second in view.decisions:
        if isinstance(first.content, Decision):
            done = view.acknowledged(first.id) or view.acknowledged(second.id)
            yield Due(first, view.vendor, first.content.until, done)


def contradictions(view: View) -> Iterator[Contradiction]:
    """For each act the most contradicted act that it names as seen; chains of errors are named at each link."""
    for item in view.history.signed:
        seen = [view.history.act(parent) for parent in item.act.parents]
        latest = max(seen, key=lambda act: act.at, default=None)
        if latest is not None and latest.at > item.act.at:
            yield Contradiction(item.act, latest)
