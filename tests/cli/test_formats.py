"""The formats on the command line: each of them from one review, and valid."""

import json
from pathlib import Path

import pytest

from assay.cli.options import FORMATS
from assay.core.errors import Exit
from tests.report.schemas import CHECKS

from .test_contract import WEAK, run

RULE = "crypto.des"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("formats")
    (folder / "weak").mkdir()
    (folder / "weak" / "a.py").write_text(WEAK)
    made = run("review", "weak", "--as-of", "2026-01-01", "--format", "sarif", "--output", "a.sarif", cwd=folder)
    assert made.returncode == Exit.BROKEN
    return folder


@pytest.mark.parametrize("form", FORMATS)
def test_a_dossier_is_reported_in_every_format(place: Path, form: str) -> None:
    done = run("report", "weak.assay", "--format", form, cwd=place)
    assert done.returncode == Exit.NOTHING_TO_REPORT
    assert done.stdout
    assert CHECKS[form](done.stdout) == [] if form in CHECKS else True


def test_a_review_writes_what_a_report_of_its_dossier_writes(place: Path) -> None:
    assert run("report", "weak.assay", "--format", "sarif", cwd=place).stdout == (place / "a.sarif").read_bytes()


def test_judging_again_lists_the_facts_of_its_own_books(place: Path) -> None:
    judged = run("judge", "weak.assay", "--rulebook", "limits", "--as-of", "2026-01-01", "--format", "sarif", cwd=place)
    kinds = {result["kind"] for result in json.loads(judged.stdout)["runs"][0]["results"]}
    assert "fail" not in kinds
    judged = run("judge", "weak.assay", "--as-of", "2026-02-01", "--format", "sarif", cwd=place)
    assert CHECKS["sarif"](judged.stdout) == []
    (des,) = (item for item in json.loads(judged.stdout)["runs"][0]["results"] if item["ruleId"] == f"baseline/{RULE}")
    assert des["locations"][0]["physicalLocation"]["region"]["startLine"] == 6


def test_a_waiver_reaches_every_format(place: Path, tmp_path: Path) -> None:
    run("review", "weak", "--as-of", "2026-01-01", "--dossier", tmp_path / "w.assay", cwd=place)
    persons = ("--asked-by", "Li Wei", "--granted-by", "Anna Roth")
    until = ("--reason", "old terminals", "--until", "2026-12-31", "--as-of", "2026-01-01")
    assert run("waive", tmp_path / "w.assay", RULE, *persons, *until, cwd=place).returncode == Exit.NOTHING_TO_REPORT
    found = {form: run("report", tmp_path / "w.assay", "--format", form, cwd=place).stdout for form in CHECKS}
    assert {form: CHECKS[form](content) for form, content in found.items()} == {form: [] for form in CHECKS}
    (des,) = (item for item in json.loads(found["sarif"])["runs"][0]["results"] if item["ruleId"] == f"baseline/{RULE}")
    assert [item["status"] for item in des["suppressions"]] == ["accepted"]
    (risk,) = json.loads(found["oscal"])["assessment-results"]["results"][0]["risks"]
    assert risk["status"] == "deviation-approved"
    assert b"waived until 2026-12-31: old terminals" in found["junit"]
