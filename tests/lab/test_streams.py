"""Examinations that read files by themselves, binary and of any size, beside those that are given units."""

from pathlib import Path

from msgspec.structs import replace

from assay.dossier.runs import merge_runs
from assay.lab.bench import BenchResult
from tests.lab.lab_examinations import SMALL, Words
from tests.lab.stream_examination import Sizes
from tests.lab.test_bench import Delivery

TIGHT = replace(SMALL, unit_bytes=1000)


def run(folder: Path, *singles: Sizes | Words, **files: bytes) -> tuple[BenchResult, list[bytes]]:
    delivery = Delivery(folder)
    for name, content in files.items():
        delivery.add(name, content, "data", "CSV")
    result = delivery.run(singles, limits=TIGHT)
    return result, list(merge_runs(result.runs))


def of(result: BenchResult, by: str) -> set[tuple[str, str, int]]:
    return {(attempt.status, attempt.reason, attempt.files) for attempt in result.attempts if attempt.by == by}


def test_binary_and_large_files_are_completed(tmp_path: Path) -> None:
    result, facts = run(tmp_path, Sizes(), small=b"\0\1\2", large=bytes(50_000))
    assert of(result, "test.sizes@1") == {("completed", "", 2)}
    assert {b'"rows":3' in fact or b'"rows":50000' in fact for fact in facts} == {True}
    assert all(result.digests)
    assert result.bytes_read == 3 + 2 * 50_000  # what fits into a unit is read once


def test_what_it_raises_and_what_it_misses_are_attempts(tmp_path: Path) -> None:
    result, facts = run(tmp_path, Sizes(), bad=b"!x", torn=b"?x", good=b"x")
    assert of(result, "test.sizes@1") == {("completed", "", 1), ("failed", "fault", 1), ("partial", "damaged", 1)}
    assert len(facts) == 2


def test_a_file_that_is_no_text_is_refused_to_others_only(tmp_path: Path) -> None:
    words = Words(also=("data",))
    result, facts = run(tmp_path, words, Sizes(), binary=b"MD5 \0\0")
    assert of(result, "test.sizes@1") == {("completed", "", 1)}
    assert of(result, "lab@1") == {("failed", "not-text", 1)}
    assert [attempt.kinds for attempt in result.attempts if attempt.by == "lab@1"] == [("crypto.use",)]
    assert len(facts) == 1
