"""A review that was killed: verbs answer from the complete one before it, and say so."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assay.core.errors import Exit
from tests.cli.test_contract import WEAK, run

KILLED = """
import os, signal
from assay.cli.main import main
from assay.review import steps
steps.judge = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
main()
"""
PEOPLE = ("--reason", "old", "--asked-by", "Li Wei", "--granted-by", "Anna Roth", "--until", "2026-12-31")
REVIEW = ("review", "p", "--dossier", "d.assay", "--as-of", "2026-01-01", "--jobs", "1")


def killed(folder: Path, *words: str) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, *words], cwd=folder, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete review of a weak product, and one of a better delivery that was killed before it was judged."""
    folder = tmp_path_factory.mktemp("killed")
    (folder / "p").mkdir()
    (folder / "p" / "a.py").write_text(WEAK)
    assert run(*REVIEW, cwd=folder).returncode == Exit.BROKEN
    (folder / "p" / "a.py").write_text("import hashlib\n")
    killed(folder, *REVIEW)
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "copy")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, ("facts", "d.assay")),
        (0, ("report", "d.assay", "--format", "json")),
        (0, ("why", "crypto.des", "--dossier", "d.assay")),
        (10, ("judge", "d.assay", "--as-of", "2026-01-01")),
        (0, ("questions", "d.assay")),
        (0, ("waive", "d.assay", "crypto.des", *PEOPLE)),
        (0, ("ledger", "verdict", "d.assay")),
        (0, ("probe", "declare", "d.assay")),
        (0, ("estate", "add", "register.csv", "--dossier", "d.assay")),
    ],
)
def test_the_complete_review_answers_and_the_other_is_told_of(place: Path, code: int, words: tuple[str, ...]) -> None:
    done = run(*words, cwd=place)
    assert done.returncode == code, done.stderr
    (note,) = (line for line in done.stderr.decode().splitlines() if line.startswith("note:"))
    assert "d.assay: review 2 was begun at 20" in note
    assert "review 1 answers" in note
    assert "review the product again" in note


def test_a_ledger_that_cannot_be_read_takes_only_the_date_from_the_note(place: Path) -> None:
    (place / "d.assay" / "ledger" / "ledger.sqlite").write_bytes(b"x")
    done = run("facts", "d.assay", "--kind", "crypto.use", "--lang", "zh", cwd=place)
    assert b"DES" in done.stdout
    assert "第 2 次审查已开始但未完成" in done.stderr.decode()


def test_a_register_stands_by_the_complete_review_and_says_of_how_many(place: Path) -> None:
    run("estate", "add", "register.csv", "--dossier", "d.assay", "--year", "2026", "--count", "1", cwd=place)
    done = run("rules", "weigh", "baseline", "--estate", "register.csv", "--format", "json", cwd=place)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["left"] == []
    assert b"not finished: 1, the first is" in done.stderr


def test_two_reviews_are_compared_past_the_one_between_them(place: Path) -> None:
    alone = run("diff", "d.assay", cwd=place)
    assert (alone.returncode, alone.stdout) == (Exit.USAGE, b"")
    assert b"two complete reviews" in alone.stderr
    (place / "p" / "a.py").write_text(WEAK + WEAK.replace("f(", "g("))
    again = run(*REVIEW, "--fail-on", "new", "--against", "d.assay", cwd=place)
    assert again.returncode == Exit.BROKEN, again.stderr
    assert b"new: baseline/crypto.des" in again.stderr
    assert b"review 1 answers" in again.stderr
    done = run("diff", "d.assay", "--format", "json", cwd=place)
    assert json.loads(done.stdout)["counts"]["crypto.use"]["new"] == 1
    assert b"not finished" not in done.stderr, "a later one is complete"
    verified = run("ledger", "verify", "d.assay", "--nobody", cwd=place)
    assert verified.returncode == Exit.NOTHING_TO_REPORT, verified.stdout


def test_a_dossier_without_a_complete_review_says_what_is_missing(place: Path) -> None:
    shutil.rmtree(place / "d.assay" / "reviews" / "0001")
    for code, words in ((Exit.USAGE, ("report",)), (Exit.USAGE, ("judge",)), (Exit.NOTHING_TO_REPORT, ("facts",))):
        done = run(*words, "d.assay", cwd=place)
        assert done.returncode == code
        assert b"missing: judgements, document, seal" in done.stderr
        assert b"answers" not in done.stderr
