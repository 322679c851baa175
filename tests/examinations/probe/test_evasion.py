"""What shows in only one kind of run, twice."""

from assay.core.facts import Fact, check
from assay.examinations.probe.behaviour import facts_of
from assay.examinations.probe.evasion import differing, evasions
from assay.examinations.probe.run import Record
from tests.examinations.probe.observed import contact, event


def pair(traced: list[str], untraced: list[str]) -> list[Fact]:
    runs = {"traced": traced, "untraced": untraced}
    records = [
        Record(run, [contact("198.18.0.1", 443, name, run=run) for name in names]) for run, names in runs.items()
    ]
    return facts_of(records, "product", "owner")


def test_the_same_difference_twice_is_evasion() -> None:
    first, second = pair(["a"], ["a", "hidden"]), pair(["a"], ["a", "hidden"])
    (fact,) = evasions(first, second)
    check(fact)
    assert (fact.value["only"], fact.value["content"]) == ("untraced", "tcp hidden 443")


def test_once_or_the_other_way_round_is_chance() -> None:
    assert evasions(pair(["a"], ["a", "late"]), pair(["a"], ["a"])) == []
    assert evasions(pair(["a"], ["a", "late"]), pair(["a", "late"], ["a"])) == []
    assert differing(pair(["a"], ["a"])) == {}


def test_what_only_a_trace_can_see_is_no_difference() -> None:
    record = Record("traced", [event("exec", program="/bin/sh", arguments=[], by="/x", first=False)])
    assert differing(facts_of([record, Record("untraced")], "product", "owner")) == {}
