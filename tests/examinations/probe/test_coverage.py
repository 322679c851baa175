"""What a run covered: the worst of each phase, and what is whole."""

from datetime import datetime

from assay.core.attempts import Attempt
from assay.examinations.probe.coverage import attempts_of
from assay.examinations.probe.run import PHASES, Record, Short, offsets


def told(*runs: list[Short]) -> dict[str, Attempt]:
    records = [Record(str(number), shorts=shorts) for number, shorts in enumerate(runs)]
    return {attempt.path: attempt for attempt in attempts_of(records, "product")}


def test_a_whole_run_is_one_completed_attempt() -> None:
    (attempt,) = told([], []).values()
    assert (attempt.status, attempt.files, attempt.ran) == ("completed", len(PHASES), "cage")


def test_a_phase_is_as_good_as_its_worst_run() -> None:
    found = told([Short("idle", "limit", "memory")], [Short("idle", "no-start", "gone", "failed")])
    assert (found["run/idle"].status, found["run/idle"].reason) == ("failed", "no-start")
    assert found[""].files == len(PHASES) - 1


def test_a_clock_is_unmoved_only_when_no_run_saw_it_move() -> None:
    unmoved = Short("clock-year", "clock", "static")
    assert "run/clock-year" not in told([unmoved], [])
    assert told([unmoved], [unmoved])["run/clock-year"].reason == "clock"


def test_what_is_about_all_of_a_run_leaves_it_partial() -> None:
    found = told([Short("", "too-many", "more happened than is kept")], [])
    assert found["run/whole"].status == "partial"


def test_the_other_clocks() -> None:
    moment = datetime(2026, 11, 22, 4, 30)
    moved = offsets(moment)
    assert moved["clock-year"] == 366 * 86_400
    friday = datetime.fromtimestamp(moment.timestamp() + moved["clock-friday"])
    leap = datetime.fromtimestamp(moment.timestamp() + moved["clock-leap"])
    assert (friday.weekday(), friday.hour, friday.minute) == (4, 23, 30)
    assert (leap.year, leap.month, leap.day) == (2028, 2, 29)
    late = datetime(2026, 11, 27, 23, 45)
    assert 6 * 86_400 < offsets(late)["clock-friday"] < 8 * 86_400
