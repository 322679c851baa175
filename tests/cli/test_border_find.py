"""`assay border find`, and data files under review."""

import json
from pathlib import Path

import pytest

from assay.core.errors import Exit
from tests.cli.test_contract import run
from tests.examinations.border import made_files

TEXT = "姓名：张三，身份证110105194912310021\n卡号 6222 0212 3456 7890 128 password=hunter2hunter\n"


def test_hits_of_a_text_have_places_and_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    done = run("border", "find", "a.txt", "--format", "jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (Exit.NOTHING_TO_REPORT, b"")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["line"], row["start"], row["end"], row["class"], row["confidence"]) for row in rows] == [
        (1, 3, 5, "person_name", "plausible"),
        (1, 9, 27, "resident_id", "plausible"),
        (2, 3, 26, "bank_card", "valid"),
        (2, 36, 49, "credential", "plausible"),
    ]
    assert {frozenset(row) for row in rows} == {frozenset({"file", "line", "start", "end", "class", "confidence"})}
    for value in ("张三", "110105", "6222", "hunter2"):
        assert value.encode() not in done.stdout + done.stderr


def test_tables_give_verdicts_and_archives_are_opened(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.parquet").write_bytes(made_files.parquet(made_files.rows()))
    done = run("border", "find", "d", "--format", "jsonl", cwd=tmp_path)
    rows = {(row["column"], row["class"]): row for row in map(json.loads, done.stdout.splitlines())}
    assert rows["身份证号", "resident_id"]["valid"] == 36
    assert rows["cvv2", "credential"]["grade_financial"] == "C3"
    done = run("border", "find", "d/a.parquet", "--lang", "zh", cwd=tmp_path)
    assert "bank_card" in done.stdout.decode()


def test_values_are_revealed_to_a_terminal_only(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    for more in ((), ("--output", "x")):
        done = run("border", "find", "a.txt", "--reveal", *more, cwd=tmp_path)
        assert done.returncode == Exit.USAGE
        assert b"6222" not in done.stdout
    assert not (tmp_path / "x").exists()


def test_a_terminal_sees_values_but_no_credentials(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    import os
    import subprocess
    import sys

    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "assay.cli", "border", "find", "a.txt", "--reveal"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # the terminal is gone
            pass
        assert process.wait() == Exit.NOTHING_TO_REPORT
    os.close(ours)
    assert "6222 0212 3456 7890 128" in shown.decode()
    assert "hunter2hunter" not in shown.decode()


def test_what_was_not_read_ends_11(tmp_path: Path) -> None:
    content = made_files.parquet(made_files.rows())
    (tmp_path / "a.parquet").write_bytes(content[: len(content) // 2])
    done = run("border", "find", "a.parquet", cwd=tmp_path)
    assert done.returncode == Exit.OPEN
    assert b"not read: a.parquet" in done.stderr
    assert run("border", "find", "none.csv", cwd=tmp_path).returncode == Exit.USAGE
    assert run("border", "find", cwd=tmp_path).returncode == Exit.USAGE


def test_a_database_by_an_address_in_a_file(tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy")
    made_files.sqlite(made_files.rows(), tmp_path / "live.db")
    (tmp_path / "address").write_text(f"sqlite:///{tmp_path / 'live.db'}\n")
    done = run("border", "find", "--database", "address", "--format", "jsonl", cwd=tmp_path)
    assert {json.loads(line)["set"] for line in done.stdout.splitlines()} == {"cust"}
    (tmp_path / "address").write_text("sqlite+nothing://me:secret-word@host/x\n")
    done = run("border", "find", "--database", "address", cwd=tmp_path)
    assert done.returncode == Exit.USAGE
    assert b"secret-word" not in done.stderr


def test_a_data_file_is_a_delivery(tmp_path: Path) -> None:
    """Larger than one unit of the lab, and completed all the same."""
    rows = made_files.rows(40_000 // 40) * 40
    (tmp_path / "data.parquet").write_bytes(made_files.parquet(rows, group=10_000))
    assert run("examine", "data.parquet", "--dossier", "d.assay", cwd=tmp_path).returncode == Exit.NOTHING_TO_REPORT
    facts = [
        json.loads(line) for line in run("facts", "d.assay", "--format", "jsonl", cwd=tmp_path).stdout.splitlines()
    ]
    fields = {(fact["value"]["column"], fact["value"]["class"]) for fact in facts if fact["kind"] == "data.field"}
    assert {("身份证号", "resident_id"), ("cvv2", "credential")} <= fields
    (persons,) = [fact["value"]["persons"] for fact in facts if fact["kind"] == "data.persons"]
    assert persons == len({row[1] for row in rows})
    assert not [fact for fact in facts if fact["kind"] == "review.gap" and fact["value"]["class"] == "data"]


def _outcomes(folder: Path) -> dict[str, str]:
    done = run("review", "d", "--rulebook", "jrt-data-grades", "--dossier", "d.assay", cwd=folder)
    said = done.stdout.decode()
    outcomes = {"broken": "✗ broken: ", "open": "? open: ", "met": "✓ met: "}
    titles = {
        "in clear in a delivered": "clear", "was written to a log": "log", "Files of test data": "test",
        "The level of financial": "grades",
    }  # fmt: skip
    lines = [line.strip() for line in said.splitlines()]
    return {
        short: outcome
        for outcome, mark in outcomes.items()
        for line in lines
        if line.startswith(mark)
        for title, short in titles.items()
        if title in line
    }


def test_the_book_of_grades_judges_what_was_read_and_no_more(tmp_path: Path) -> None:
    """Data that was read convicts; what was not read acquits nobody."""
    (tmp_path / "d" / "tests").mkdir(parents=True)
    (tmp_path / "d" / "tests" / "a.csv").write_text("a,mobile\n1,13800138000\n2,13800138000,3\n")
    (tmp_path / "d" / "app.log").write_bytes(bytes(range(128, 256)) * 3)
    assert _outcomes(tmp_path) == dict.fromkeys(("clear", "log", "test", "grades"), "open")
    (tmp_path / "d" / "tests" / "b.csv").write_text(made_files.delimited(made_files.rows()), encoding="utf-8")
    (tmp_path / "d" / "b.log").write_text("login\ncvv: 123\n")
    broken = dict.fromkeys(("clear", "log", "test"), "broken")
    assert _outcomes(tmp_path) == {**broken, "grades": "open"}
    for name in ("tests/a.csv", "tests/b.csv", "app.log", "b.log"):
        (tmp_path / "d" / name).unlink()
    (tmp_path / "d" / "c.csv").write_text("mobile,password\n" + f"13800138000,$2b$12${'a' * 53}\n" * 20)
    (tmp_path / "d" / "tests" / "c.csv").write_text("code,amount\n" + "x,1\n" * 20)
    assert _outcomes(tmp_path) == dict.fromkeys(("clear", "log", "test", "grades"), "met")
