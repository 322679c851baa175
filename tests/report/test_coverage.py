"""A file counts once, as the worst that happened to it; what nobody looks into never passes for examined."""

from typing import Literal

from assay.core.attempts import Attempt, ReasonCode, Status
from assay.core.kinds import FileClass
from assay.report.coverage import attempted, coverage
from assay.report.document import CoverageRow
from assay.report.seen import Amount


def attempt(
    status: Status, reason: ReasonCode | Literal[""], path: str = "", *, by: str = "a@1", files: int = 1,
    size: int = 10, format_: str = "java", file_class: FileClass = "source",
    kinds: tuple[str, ...] = ("crypto.use",), owner: str = "",
) -> Attempt:  # fmt: skip
    return Attempt(by, kinds, status, reason, file_class, format_, "product", "shipped", path, "", files, size,
                   owner=owner)  # fmt: skip


def row(files: int, *attempts: Attempt) -> CoverageRow:
    return coverage([("source", "java", "shipped", files, files * 10)], attempted(attempts)).rows[0]


def test_a_file_failed_by_one_and_partial_for_another_counts_once_as_not_examined() -> None:
    got = row(
        10, attempt("completed", "", files=9, size=90), attempt("failed", "crash", "x.java"),
        attempt("partial", "syntax", "x.java", by="b@1"), attempt("partial", "syntax", "y.java", by="b@1"),
    )  # fmt: skip
    assert (got.examined, got.partly, got.unexamined, got.inert) == (
        Amount(8, 80), Amount(1, 10), Amount(1, 10), Amount(0, 0),
    )  # fmt: skip


def test_two_examinations_of_the_same_files_are_not_added_up() -> None:
    got = row(10, attempt("completed", "", files=10, size=100), attempt("completed", "", by="b@1", files=10, size=100))
    assert got.examined == Amount(10, 100)


def test_intake_alone_is_no_examination() -> None:
    got = row(10, attempt("completed", "", files=10, size=100, kinds=("intake.content", "review.gap")))
    assert (got.examined, got.inert) == (Amount(), Amount(10, 100))


def test_work_that_names_no_format_is_shared_out_within_its_class() -> None:
    files = [("source", "java", "shipped", 6, 60), ("source", "c", "shipped", 5, 50)]
    got = coverage(files, attempted([attempt("completed", "", files=8, size=80, format_="")]))
    assert [(item.format, item.examined.files, item.inert.files) for item in got.rows] == [("java", 6, 0), ("c", 2, 3)]


def test_reasons_count_a_path_once_and_name_the_first() -> None:
    missed = [attempt("skipped", "binary", f"f{n}", by=by) for n in range(9) for by in ("a@1", "b@1")]
    gap = coverage([], attempted(missed)).gaps[0]
    assert (gap.size, gap.paths) == (Amount(9, 90), ("f0", "f1", "f2", "f3", "f4"))
    assert gap.title.zh


def test_withheld_is_grouped_by_its_owner() -> None:
    gaps = coverage([], attempted([attempt("withheld", "withheld", "a", owner="V"),
                                   attempt("withheld", "withheld", "b", owner="W")])).gaps  # fmt: skip
    assert [gap.owner for gap in gaps] == ["V", "W"]


def test_the_parts_of_a_row_always_add_up() -> None:
    got = row(1, attempt("failed", "crash", "a"), attempt("failed", "crash", "b"), attempt("completed", "", files=7))
    assert got.examined + got.partly + got.unexamined + got.inert == got.size == Amount(2, 20)


def test_what_assay_leaves_out_has_a_reason_but_is_no_part_of_the_delivery() -> None:
    got = coverage([], attempted([attempt("skipped", "left-out", ".git", files=90, size=900, kinds=())]))
    assert got.rows == ()
    assert got.gaps[0].size == Amount(90, 900)
