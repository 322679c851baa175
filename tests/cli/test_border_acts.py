"""`assay border export | register | withdraw | mask` as an operator uses them."""

import json
from pathlib import Path

import pyarrow.csv
import pytest

from assay.core.errors import Exit
from tests.cli.test_contract import run
from tests.crossing.mask.test_copying import table

PROFILE = """\
handler: Example Bank
home: CN
critical: false
important_data: false
stated_by: Li Wei
"""
TO = ("--to", "SG", "--purpose", "reporting", "--as-of", "2026-03-01")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    pyarrow.csv.write_csv(table(), tmp_path / "customers.csv")
    (tmp_path / "plain.csv").write_text("branch,visits\n" + "north,3\nsouth,4\n" * 20)
    (tmp_path / "profile.yaml").write_text(PROFILE)
    return tmp_path


def export(place: Path, *words: str, code: int) -> dict[str, object]:
    done = run("border", "export", *words, *TO, "--format", "json", cwd=place, XDG_CONFIG_HOME=str(place / "conf"))
    assert done.returncode == code, done.stderr.decode()
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_an_export_is_answered_entered_and_prepared(place: Path) -> None:
    answer = export(place, "customers.csv", "--handler", "profile.yaml", "--prepare", "papers", code=Exit.BROKEN)
    book = answer["books"][0]  # type: ignore[index]
    assert (book["book"], book["route"]) == ("cn-data-export", "contract-or-certification")
    assert book["broken"] == ["export.sensitive-any"]
    assert sorted(path.name for path in (place / "papers").iterdir()) == [
        "fields.csv",
        "impact-assessment-cn-data-export.md",
    ]
    register = b"".join(path.read_bytes() for path in (place / "exports.register").rglob("*") if path.is_file())
    assert b"13800000" not in register
    assert run("ledger", "verify", "exports.register", "--nobody", cwd=place).returncode == 0


def test_nothing_of_persons_is_free_and_what_is_unsaid_leaves_it_open(place: Path) -> None:
    assert export(place, "plain.csv", "--handler", "profile.yaml", code=0)["free"] is True
    (place / "silent.yaml").write_text("handler: Example Bank\nhome: CN\n")
    answer = export(place, "plain.csv", "--handler", "silent.yaml", code=Exit.OPEN)
    assert answer["books"][0]["route"] is None  # type: ignore[index]


def test_what_cannot_be_read_leaves_it_open(place: Path) -> None:
    (place / "cut.parquet").write_bytes(b"PAR1" + b"\0" * 100)
    answer = export(place, "plain.csv", "cut.parquet", "--handler", "profile.yaml", code=Exit.OPEN)
    assert answer["unread"]


def test_the_register_lists_and_withdraws(place: Path) -> None:
    export(place, "customers.csv", "--handler", "profile.yaml", code=Exit.BROKEN)
    config = {"XDG_CONFIG_HOME": str(place / "conf")}
    assert run("border", "withdraw", "1", "--reason", "not sent", cwd=place, **config).returncode == 0
    assert run("border", "withdraw", "1", "--reason", "not sent", cwd=place, **config).returncode == Exit.USAGE
    done = run("border", "register", "--as-of", "2026-12-31", "--format", "json", cwd=place, **config)
    listed = json.loads(done.stdout)
    assert listed["exports"][0]["withdrawn"] == "not sent"
    assert "0 distinct persons" in listed["totals"][1]


@pytest.mark.parametrize(
    "words",
    [
        ("border", "export", "gone.csv", *TO),
        ("border", "export", "plain.csv", "--to", "Singapore", "--purpose", "x"),
        ("border", "export", "plain.csv", *TO, "--book", "baseline", "--handler", "profile.yaml"),
        ("border", "export", "plain.csv", *TO, "--handler", "plain.csv"),
        ("border", "register", "--register", "nowhere"),
        ("border", "mask", "plain.csv", "--output", "."),
        ("border", "mask", "gone.csv", "--output", "out"),
        ("border", "mask", "plain.csv", "--output", "out", "--key", "profile.yaml2"),
        ("border", "mask", "plain.csv", "--output", "out", "--quasi", "nowhere"),
    ],
)
def test_wrong_usage_is_said_with_advice(place: Path, words: tuple[str, ...]) -> None:
    done = run(*words, cwd=place, XDG_CONFIG_HOME=str(place / "conf"))
    assert done.returncode == Exit.USAGE, done.stderr.decode()
    assert done.stderr.count(b"\n") >= 2


def test_masked_copies_agree_between_runs_and_the_key_stays_home(place: Path) -> None:
    config = {"XDG_CONFIG_HOME": str(place / "conf")}
    for folder in ("one", "two"):
        done = run("border", "mask", "customers.csv", "-o", folder, "--hash", "hmac-sm3", cwd=place, **config)
        assert done.returncode == 0, done.stderr.decode()
    assert (place / "one/customers.csv").read_bytes() == (place / "two/customers.csv").read_bytes()
    key = (place / "conf/assay/mask.key").read_bytes()
    assert key not in (place / "one/customers.csv").read_bytes()
    done = run(
        "border", "mask", "customers.csv", "-o", "three", "--quasi", "地址,branch", "--k", "50", cwd=place, **config
    )
    assert done.returncode == Exit.BROKEN
    assert "groups" in done.stdout.decode()


def test_what_would_put_a_value_or_a_key_where_it_does_not_belong_is_refused(place: Path) -> None:
    config = {"XDG_CONFIG_HOME": str(place / "conf")}
    profile = ("--handler", "profile.yaml")
    for words in (
        ("border", "export", "customers.csv", *TO, *profile, "--exemption", "Wang Wei 13800000000"),
        ("border", "export", "customers.csv", "--to", "CN", "--purpose", "x", *profile),
    ):
        done = run(*words, cwd=place, **config)
        assert done.returncode == Exit.USAGE, done.stderr.decode()
        assert b"13800000000" not in done.stderr
    assert not list((place / "exports.register").glob("exports/*"))
    (place / "out").mkdir()
    (place / "out" / "key").write_bytes(bytes(32))
    done = run("border", "mask", "customers.csv", "-o", "out", "--key", "out/key", cwd=place, **config)
    assert done.returncode == Exit.USAGE
    assert [path.name for path in (place / "out").iterdir()] == ["key"]


def test_a_route_that_one_book_needs_is_not_hidden_by_what_another_leaves_open(place: Path) -> None:
    (place / "home.yaml").write_text("handler: Example Bank\nhome: CN\nsector: banking\n")
    words = ("--handler", "home.yaml", "--book", "pboc-17-2011", "--book", "cn-data-export")
    answer = export(place, "customers.csv", *words, code=Exit.BROKEN)
    routes = [book["route"] for book in answer["books"]]  # type: ignore[attr-defined]
    assert None in routes
