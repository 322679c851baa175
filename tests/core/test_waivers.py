"""Waivers as data: who may grant, what is applied, and what is only shown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from assay.core.errors import InputError
from assay.core.rules import Because, Ground, Judgement, Outcome
from assay.core.waivers import Waiver, grant, weigh

DAY = date(2026, 6, 1)
WAIVER = Waiver("b", "r", ("f1", "f2"), "old terminals", "Li Wei", "Anna Roth", date(2026, 1, 1), date(2026, 12, 31))


def judged(outcome: Outcome = "broken", because: Because = "forbidden-seen") -> Judgement:
    return Judgement("b", "r", outcome, (Ground(because),), "cryptography")


@pytest.mark.parametrize(
    "fields",
    [
        {"reason": " "},
        {"asked_by": ""},
        {"granted_by": " "},
        {"granted_by": "LI  wei"},
        {"until": date(2025, 12, 31)},
    ],
)
def test_a_waiver_without_reason_two_persons_and_an_end_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(InputError):
        grant(replace(WAIVER, **fields))
    assert grant(WAIVER) == WAIVER


@pytest.mark.parametrize(
    ("breaking", "as_of", "waived", "state", "covers"),
    [
        ({"f1", "f2"}, DAY, True, "applied", 2),
        ({"f1"}, DAY, True, "applied", 1),
        ({"f1", "new"}, DAY, False, "applied", 1),
        ({"f1", "f2"}, date(2027, 1, 1), False, "expired", 2),
        ({"f1", "f2"}, date(2025, 12, 31), False, "not-yet", 2),
        ({"new"}, DAY, False, "stale", 0),
        ({"f1", "f2"}, date(2026, 12, 31), True, "applied", 2),
        ({"f1", "f2"}, date(2026, 1, 1), True, "applied", 2),
    ],
)
def test_weighing(breaking: set[str], as_of: date, waived: bool, state: str, covers: int) -> None:
    done, (weighed,) = weigh(judged(), [WAIVER], frozenset(breaking), as_of)
    assert (done, weighed.state, weighed.covers) == (waived, state, covers)


@pytest.mark.parametrize("outcome", ["open", "met", "not-applicable"])
def test_only_what_is_broken_is_waived(outcome: Outcome) -> None:
    done, (weighed,) = weigh(judged(outcome), [WAIVER], frozenset(), DAY)
    assert (done, weighed.state) == (False, "stale")
    assert weigh(None, [WAIVER], frozenset(), DAY)[0] is False


def test_what_is_absent_is_waived_by_a_waiver_without_facts_only() -> None:
    absent = judged(because="required-absent")
    assert weigh(absent, [replace(WAIVER, facts=())], frozenset(), DAY)[0]
    assert not weigh(absent, [WAIVER], frozenset(), DAY)[0]
    assert not weigh(judged(), [replace(WAIVER, facts=())], frozenset({"f1"}), DAY)[0]


def test_several_waivers_add_up() -> None:
    halves = [replace(WAIVER, facts=("f1",)), replace(WAIVER, facts=("f2",))]
    assert weigh(judged(), halves, frozenset({"f1", "f2"}), DAY)[0]


@given(st.frozensets(st.sampled_from("abcd")), st.lists(st.frozensets(st.sampled_from("abcd"))), st.dates())
def test_a_fact_that_no_waiver_in_force_names_is_never_waived(
    breaking: frozenset[str], named: list[frozenset[str]], as_of: date
) -> None:
    waivers = [replace(WAIVER, facts=tuple(sorted(facts))) for facts in named]
    done, _ = weigh(judged(), waivers, breaking, as_of)
    in_force = WAIVER.granted <= as_of <= WAIVER.until
    covered = frozenset().union(*named) if in_force else frozenset()
    assert done == (bool(breaking) and breaking <= covered)
