"""Whether a product behaves otherwise when it is traced: what shows in only one run, and again in only the same one.

Compared is what shows in both kinds of run: listeners, contacts, names, and files that differ at the end. A single
difference may be chance (a timer, a race), so a second pair of runs must show the same one. A product that acts at
random escapes this; what it did in any run is a fact all the same.
"""

from collections.abc import Iterable, Sequence

from assay.core.facts import Evidence, Fact, Scalar, Subject, fact_id
from assay.examinations.probe.behaviour import BOTH, BY

_LASTING = frozenset({"created", "changed", "deleted"})


def differing(facts: Iterable[Fact]) -> dict[tuple[str, str], Fact]:
    """By id and run: what only one of the runs showed."""
    return {
        (fact_id(fact), str(fact.value["seen"])): fact
        for fact in facts
        if fact.value["seen"] != "both" and (fact.kind in BOTH or fact.value.get("operation") in _LASTING)
    }


def evasions(first: Sequence[Fact], second: Sequence[Fact]) -> list[Fact]:
    """What differs in the same way in both pairs of runs."""
    again = differing(second)
    return [_fact(fact, only) for key, fact in sorted(differing(first).items()) if key in again for only in key[1:]]


def _fact(fact: Fact, only: str) -> Fact:
    named = {name: item for name, item in fact.value.items() if name in _SAID and item is not None}
    content = " ".join(str(named[name]) for name in _SAID if name in named)
    value: dict[str, Scalar] = {"kind": fact.kind, "content": content, "only": only}
    if fact.value.get("consent") is not None:
        value["consent"] = fact.value["consent"]
    subject = Subject(fact.subject.component, "", "", "shipped")
    return Fact("run.evasion", subject, value, BY, fact.evidence or (Evidence("run"),))


_SAID = ("transport", "address", "destination", "name", "port", "operation", "path")
