"""The verification levels of a deposit, and that a level nobody tried is never silence."""

from datetime import UTC, datetime

from assay.core.attempts import Attempt
from assay.core.examination import FileMeta, Locator
from assay.core.facts import check
from assay.core.judge import judge
from assay.core.rules import Outcome
from assay.examinations.handover.levels import levels
from assay.rulebooks import load
from tests.deposit.parties import AT

DAY = datetime.fromtimestamp(AT, UTC).date()


def file(path: str) -> FileMeta:
    return FileMeta(path, path, 1, "text", "text", "product", "shipped", Locator("file", path))


WHOLE = [file(path) for path in ("README.md", "src/Makefile", "bom.json", "docs/manual.pdf", "src/a.c")]


def standing(files: list[FileMeta], attempts: tuple[Attempt, ...] = (), *, signed: bool = True) -> dict[str, Outcome]:
    facts, tried = levels(files, attempts, signed=signed, component="product")
    for fact in facts:
        check(fact)
    return {rule.id: judge(rule, {}, facts, (*attempts, *tried), DAY).outcome for rule in load("hand-over").rules}


def test_what_was_reached_and_what_nobody_tried() -> None:
    assert standing(WHOLE) == {
        "hand-over.readable": "open",
        "hand-over.inventory": "met",
        "hand-over.complete": "met",
        "hand-over.built": "open",
        "hand-over.compared": "open",
    }


def test_what_is_missing_is_named() -> None:
    facts, tried = levels([file("src/a.c")], (), signed=False, component="product")
    by_level = {fact.value["level"]: fact for fact in facts}
    missing = by_level["complete"].value["missing"]
    assert missing == "build instructions, build recipe, list of third-party parts, documents"
    assert standing([file("src/a.c")], signed=False)["hand-over.inventory"] == "broken"
    assert standing([file("src/a.c")])["hand-over.complete"] == "broken"
    skipped = [item.by for item in tried if item.status == "skipped"]
    assert skipped == ["handover.readable@1", "handover.built@1", "handover.compared@1"]


def test_a_file_that_cannot_be_read_breaks_the_first_level() -> None:
    locked = Attempt("intake@1", (), "failed", "encrypted", "archive", "zip", "product", "shipped", "src/locked.zip")
    assert standing(WHOLE, (locked,))["hand-over.readable"] == "broken"
    facts, _ = levels(WHOLE, (locked,), signed=True, component="product")
    assert [place.path for place in facts[0].evidence] == ["src/locked.zip"]
