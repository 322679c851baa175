"""The register on the command line: added to, shown, shared out, weighed; exit codes and where things go."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay.core.errors import Exit
from tests.case.made import decided

from .test_contract import WEAK, run

MANIFEST = """\
name: PayGate
version: "4.2"
vendor: {name: "=cmd|Acme", country: SG}
category: software
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a register of a reviewed product, one without dossier, and one in another currency."""
    folder = tmp_path_factory.mktemp("estate")
    (folder / "weak").mkdir()
    (folder / "weak" / "a.py").write_text(WEAK)
    (folder / "m.yaml").write_text(MANIFEST)
    done = run("review", "weak", "--manifest", "m.yaml", "--dossier", "pay.assay", "--as-of", "2026-01-01", cwd=folder)
    assert done.returncode == Exit.BROKEN
    paid = ("--count", "3", "--value", "10.5", "--currency", "CNY", "--function", "cards", "--function", "-loans")
    assert run("estate", "add", "r.csv", "--dossier", "pay.assay", "--year", "2026", *paid, cwd=folder).returncode == 0
    other = ("--product", "Other", "--category", "desktop", "--value", "1", "--currency", "USD")
    assert run("estate", "add", "r.csv", *other, "--year", "2026", cwd=folder).returncode == 0
    return folder


def test_adding_states_what_the_manifest_states_and_no_more(place: Path) -> None:
    row = next(csv.DictReader(io.StringIO((place / "r.csv").read_text(encoding="utf-8"))))
    assert (row["product"], row["version"], row["category"], row["dossier"]) == (
        "PayGate",
        "4.2",
        "software",
        "pay.assay",
    )
    assert (row["country"], row["country_known"], row["country_source"]) == (
        "SG",
        "statement",
        "manifest of the dossier",
    )
    assert (row["vendor"], row["functions"]) == ("'=cmd|Acme", "cards;'-loans")
    listed = json.loads(run("estate", "list", "r.csv", "--format", "json", cwd=place).stdout)
    assert listed["rows"][0]["vendor"] == "=cmd|Acme"
    assert listed["rows"][1]["country"] is None


def test_the_same_row_twice_a_guess_and_no_product_are_wrong_usage(place: Path) -> None:
    again = ("--product", "Other", "--category", "desktop", "--value", "1", "--currency", "USD", "--year", "2026")
    for words, said in [
        (again, b"row 3 states the same already"),
        (("--product", "A", "--country", "DE"), b"country_known"),
        ((), b"neither --dossier nor --product"),
        (("--product", "A", "--year", "soon"), b"year: 'soon' is no year"),
        (("--dossier", "weak"), b"is not a dossier"),
    ]:
        done = run("estate", "add", "r.csv", *words, cwd=place)
        assert done.returncode == Exit.USAGE
        assert said in done.stderr


def test_of_many_who_add_at_once_nobody_loses_a_row(place: Path) -> None:
    def add(number: int) -> int:
        return run("estate", "add", "many.csv", "--product", f"P{number}", cwd=place).returncode

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(add, range(6))) == {0}
    listed = json.loads(run("estate", "list", "many.csv", "--format", "json", cwd=place).stdout)
    assert {row["product"] for row in listed["rows"]} == {f"P{number}" for number in range(6)}


def test_shares_in_every_form(place: Path) -> None:
    asked = ("estate", "shares", "r.csv", "--book", "baseline", "--as-of", "2026-06-01")
    found = json.loads(run(*asked, "--format", "json", cwd=place).stdout)
    groups = {(item["category"], item["year"], item["base"]): item for item in found["groups"]}
    assert groups["software", 2026, "count"]["high"] == 0
    assert groups["", 2026, "value"]["unrated"] == ["CNY", "USD"]
    rated = ("--currency", "CNY", "--rate", "USD=7.1", "--base", "value", "--format", "json")
    found = json.loads(run(*asked, *rated, cwd=place).stdout)
    (total,) = [item for item in found["groups"] if (item["category"], item["year"]) == ("", 2026)]
    assert (total["surely"]["no"], total["surely"]["unknown"], total["currency"]) == ("10.5", "7.1", "CNY")
    page = run(*asked, "--format", "html", "--output", "shares.html", cwd=place)
    assert (page.returncode, page.stdout) == (Exit.NOTHING_TO_REPORT, b"")
    assert "<script" not in (place / "shares.html").read_text(encoding="utf-8")
    text = run(*asked, "--lang", "zh", cwd=place)
    assert "登记册占比" in text.stdout.decode()


@pytest.mark.parametrize("rate", ["USD", "USD=", "USD=0", "USD=-1", "USD=nan", "USD=inf", "usd=1", "CNY=2", "美元X=1"])
def test_what_is_no_rate_is_wrong_usage(place: Path, rate: str) -> None:
    done = run("estate", "shares", "r.csv", "--book", "baseline", "--currency", "CNY", "--rate", rate, cwd=place)
    assert done.returncode == Exit.USAGE
    assert b"not a rate" in done.stderr


def test_weighing_in_every_form(place: Path) -> None:
    asked = ("rules", "weigh", "baseline", "--estate", "r.csv", "--as-of", "2026-06-01")
    found = json.loads(run(*asked, "--against", "pqc-readiness", "--format", "json", cwd=place).stdout)
    assert (found["breadth"]["at_least"], found["judged"]) == ({"part": 1, "whole": 2, "ppm": 500_000}, 1)
    assert found["newly_falling"]["products"] == ["PayGate 4.2"]
    stored = json.loads(run(*asked, "--format", "json", cwd=place).stdout)
    assert stored["newly_falling"]["count"] == 0
    assert "Breadth" in run(*asked, cwd=place).stdout.decode()
    assert run(*asked, "--format", "html", "--lang", "zh", cwd=place).stdout.startswith(b"<!DOCTYPE html>")
    refused = run("rules", "weigh", "limits", "--estate", "r.csv", cwd=place)
    assert refused.returncode == Exit.USAGE


def test_a_damaged_dossier_ends_12_and_the_figures_are_there(place: Path) -> None:
    done = run("review", "weak", "--dossier", "bad.assay", "--as-of", "2026-01-01", cwd=place)
    assert done.returncode == Exit.BROKEN
    for segment in (place / "bad.assay" / "segments").iterdir():
        segment.write_bytes(b"x")
    (place / "bad.csv").write_text("product,dossier\nBad,bad.assay\n")
    for words in (
        ("estate", "shares", "bad.csv", "--book", "baseline"),
        ("rules", "weigh", "baseline", "--estate", "bad.csv"),
    ):
        done = run(*words, "--format", "json", cwd=place)
        assert done.returncode == Exit.NOT_VERIFIED
        assert json.loads(done.stdout)


def test_export_goes_there_and_back(place: Path) -> None:
    pytest.importorskip("pyarrow")
    assert run("estate", "export", "r.csv", "--output", "r.parquet", cwd=place).returncode == 0
    assert run("estate", "export", "r.parquet", "--output", "back.csv", cwd=place).returncode == 0
    assert (place / "back.csv").read_bytes() == (place / "r.csv").read_bytes()
    assert run("estate", "export", "r.csv", "--output", "r.xlsx", cwd=place).returncode == Exit.USAGE


def test_the_decision_of_a_case_is_taken_from_its_file(place: Path, tmp_path: Path) -> None:
    vendor, *_ = decided(tmp_path)
    file = vendor.sends("decided")
    added = run("estate", "add", "cases.csv", "--product", "PayGate", "--case", file, cwd=place)
    assert added.returncode == 0, added.stderr.decode()
    row = next(csv.DictReader(io.StringIO((place / "cases.csv").read_text(encoding="utf-8"))))
    assert row["decided"] == "admit"
    assert row["decision"].partition("#")[0].endswith(file.name)
    twice = run("estate", "add", "cases.csv", "--product", "X", "--case", file, "--decided", "decline", cwd=place)
    assert twice.returncode == Exit.USAGE
    (tmp_path / "cut.case").write_bytes(file.read_bytes()[:-20])
    cut = run("estate", "add", "cases.csv", "--product", "X", "--case", tmp_path / "cut.case", cwd=place)
    assert cut.returncode == Exit.NOT_VERIFIED
