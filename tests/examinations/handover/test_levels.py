"""The verification levels of a deposit, and that a level nobody tried is never silence."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from assay.core.attempts import Attempt
from assay.core.examination import FileMeta, Locator
from assay.core.facts import Evidence, Fact, Scalar, Subject, check
from assay.core.judge import judge
from assay.core.rules import Outcome
from assay.examinations.handover.levels import FEWEST, LEVELS, OLDEST, levels, reached
from assay.rulebooks import load
from tests.deposit.parties import AT

DAY = datetime.fromtimestamp(AT, UTC).date()
FILES = [
    FileMeta(path, path, 1, "text", "text", "product", "shipped", Locator("file", path))
    for path in ("README.md", "src/a.c")
]


def fact(kind: str, path: str = "", /, **value: Scalar) -> Fact:
    made = Fact(f"deposit.{kind}", Subject("product", path, "", "unknown"), value, "handover.test@1", ())
    check(made)
    return made


def scan(**changes: Scalar) -> Fact:
    value: dict[str, Scalar] = {
        "scanner": "clamscan", "version": "1", "database": "daily 1", "dated": DAY.isoformat(), "signatures": FEWEST,
        "files": 2, "scanned": 2, "hits": 0,
    }  # fmt: skip
    return fact("scan", **{**value, **changes})


def needed(what: str, name: str, state: str | None) -> Fact:
    return fact("input", input=what, name=name, state=state, system="", version="")


def built(outcome: str | None = "built", **changes: Scalar) -> Fact:
    value: dict[str, Scalar] = {
        "recipe": "make", "command": "make", "folder": "", "outcome": outcome, "code": 0, "outputs": 1, "requests": 0,
        "again": "same",
    }  # fmt: skip
    return fact("build", **{**value, **changes})


def compared(path: str, result: str | None) -> Fact:
    return fact("comparison", path, result=result, built="app", but_for="", what="")


WHOLE = [needed(what, what, "present") for what in ("instructions", "recipe", "parts-list", "documents")]
ALL = [scan(), *WHOLE, built(), compared("app", "equal")]


def concluded(
    stated: Sequence[Fact], attempts: Sequence[Attempt] = (), *, signed: bool = True, day: date | None = DAY
) -> dict[str, tuple[str | None, str]]:
    facts, tried = levels(FILES, attempts, signed=signed, component="product", stated=stated, as_of=day)
    skipped = {item.by.partition("@")[0].rpartition(".")[2] for item in tried if item.status == "skipped"}
    states = {}
    for one in facts:
        check(one)
        states[str(one.value["level"])] = (one.value["state"], str(one.value["missing"]))
        assert (one.value["level"] in skipped) == (one.value["state"] is None)
    return states  # type: ignore[return-value]


def standing(stated: Sequence[Fact], attempts: tuple[Attempt, ...] = (), *, signed: bool = True) -> dict[str, Outcome]:
    facts, tried = levels(FILES, attempts, signed=signed, component="product", stated=stated, as_of=DAY)
    every, rules = (*facts, *stated), load("hand-over").rules
    outcomes = {rule.id: judge(rule, {}, every, (*attempts, *tried), DAY).outcome for rule in rules}
    return {id_: outcome for id_, outcome in outcomes.items() if id_.rpartition(".")[2] in LEVELS}


def test_all_five_are_reached_when_everything_was_seen() -> None:
    states = concluded(ALL)
    assert set(states.values()) == {("reached", "")}
    facts, _ = levels(FILES, (), signed=True, component="product", stated=ALL, as_of=DAY)
    assert reached(facts) == "compared"
    assert standing(ALL) == {f"hand-over.{level}": "met" for level in LEVELS}


def test_what_nobody_tried_is_open_and_no_level_counts_above_it() -> None:
    states = concluded([])
    assert {level: state for level, (state, _) in states.items()} == {
        "readable": None, "inventory": "reached", "complete": None, "built": None, "compared": None,
    }  # fmt: skip
    facts, _ = levels(FILES, (), signed=True, component="product")
    assert reached(facts) == ""
    outcomes = standing([])
    assert outcomes.pop("hand-over.inventory") == "met"
    assert set(outcomes.values()) == {"open"}
    assert concluded([], signed=False)["inventory"] == ("missed", "signed manifest")


def test_a_file_that_cannot_be_read_breaks_the_first_level() -> None:
    locked = Attempt("intake@1", (), "failed", "encrypted", "archive", "zip", "product", "shipped", "src/locked.zip")
    assert standing(ALL, (locked,))["hand-over.readable"] == "broken"
    facts, _ = levels(FILES, (locked,), signed=True, component="product", stated=ALL, as_of=DAY)
    assert [place.path for place in facts[0].evidence] == ["src/locked.zip"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"signatures": FEWEST - 1}, "complete: clamscan knew 9999"),
        ({"signatures": 0}, "complete: clamscan knew 0"),
        ({"dated": (DAY - timedelta(days=OLDEST + 1)).isoformat()}, "are not old: they are of "),
        ({"dated": None}, "are not old: they are of ?"),
        ({"scanned": 1}, "did not look at: 1"),
    ],
)
def test_a_clean_answer_that_is_worth_nothing_is_open(changes: dict[str, Scalar], why: str) -> None:
    state, missing = concluded([scan(**changes)])["readable"]
    assert state is None
    assert why in missing


def test_without_a_day_no_signatures_are_fresh() -> None:
    assert concluded(ALL, day=None)["readable"][0] is None
    assert concluded([scan(dated=(DAY - timedelta(days=OLDEST)).isoformat())])["readable"][0] == "reached"


def test_a_hit_breaks_the_level_however_old_the_signatures() -> None:
    hit = fact("hit", "src/tool.bin", scanner="clamscan", signature="Example.Test")
    state, missing = concluded([scan(dated="2001-01-01", hits=1), hit])["readable"]
    assert state == "missed"
    assert "src/tool.bin" in missing


def test_a_build_settles_what_reading_cannot_tell_and_nothing_else() -> None:
    asked = [needed("dependency", "zlib", "absent"), needed("include", "made.h", None), *WHOLE]
    assert concluded([*asked, built()])["complete"] == ("reached", "")
    assert concluded(asked)["complete"] == (
        "missed", "third-party parts: zlib; headers, unless the build makes them: made.h",
    )  # fmt: skip
    assert concluded(asked[1:])["complete"][0] is None
    gone = [*WHOLE, needed("submodule", "third/x", "absent"), built()]
    assert concluded(gone)["complete"] == ("missed", "submodules: third/x")


def test_a_build_file_that_could_not_be_read_leaves_it_open() -> None:
    short = Attempt("handover.inputs@1", (), "partial", "unreadable", "text", "", "product", "shipped", "pom.xml")
    state, missing = concluded(WHOLE, [short])["complete"]
    assert state is None
    assert "pom.xml" in missing


def test_what_a_build_may_come_to() -> None:
    request = fact("request", name="registry.example", port=443)
    assert concluded([built("failed", code=2)])["built"][0] == "missed"
    assert "2" in concluded([built("failed", code=2)])["built"][1]
    assert concluded([built("nothing-made")])["built"][0] == "missed"
    state, missing = concluded([built(requests=1), request])["built"]
    assert state == "missed"
    assert "registry.example" in missing
    tool = fact("tool", program="cargo", state="missing", version="", package="cargo")
    state, missing = concluded([built(None), tool])["built"]
    assert state is None
    assert "cargo (Debian: cargo)" in missing


def test_what_was_kept_back_or_not_opened_leaves_open_what_was_seen() -> None:
    kept = Attempt("intake@1", (), "withheld", "withheld", "unknown", "", "product", "unknown", "a.c", owner="vendor")
    states = concluded(ALL, [kept])
    assert states["readable"] == states["complete"] == (None, "files that their owner keeps back: 1")
    packed = Attempt("intake@1", (), "skipped", "not-unpacked", "archive", "7z", "product", "shipped", "a.7z")
    states = concluded(ALL, [packed])
    assert states["readable"] == (None, "archives that were not opened to the end: a.7z")
    assert states["complete"] == ("reached", "")


def test_a_build_that_was_cut_short_is_open() -> None:
    short = Attempt("handover.build@1", (), "partial", "limit", "unknown", "", "product", "unknown", "", "at the limit")
    assert concluded([built()], [short])["built"] == (None, "the whole of it: at the limit")
    refused = Attempt("handover.build@1", (), "withheld", "withheld", "unknown", "", "product", "unknown")
    assert concluded([], [refused])["built"][0] is None


def test_one_difference_or_one_unknown_is_enough() -> None:
    equal = compared("lib/a", "equal-but-for")
    assert concluded([equal, compared("lib/b", "only-built")])["compared"] == ("reached", "")
    assert concluded([equal, compared("bin/x", "differs")])["compared"][0] == "missed"
    assert concluded([equal, compared("bin/y", "only-delivered")])["compared"][0] == "missed"
    assert concluded([equal, compared("bin/z", None)])["compared"][0] is None
    assert concluded([compared("lib/b", "only-built")])["compared"][0] is None
    short = Attempt("handover.compare@1", (), "failed", "crash", "unknown", "", "product", "unknown")
    assert concluded([equal], [short])["compared"][0] is None


def test_evidence_of_the_first_level_is_bounded() -> None:
    locked = [
        Attempt("intake@1", (), "failed", "damaged", "archive", "zip", "product", "shipped", f"{number}.zip")
        for number in range(50)
    ]
    facts, _ = levels(FILES, locked, signed=True, component="product")
    assert len(facts[0].evidence) == 20
    assert isinstance(facts[0].evidence[0], Evidence)
