"""The contract that other programs rely on: exit codes, what goes to stdout, the form of facts."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import assay
from assay.cli import signing
from assay.core.errors import Exit
from assay.core.kinds import KINDS

PAYGATE = Path(__file__).parents[2] / "examples" / "paygate"
WEAK = "import hashlib\nfrom Crypto.Cipher import DES\n\n\ndef f(key, x):\n    return DES.new(key, DES.MODE_CBC, x)\n"


def run(*words: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-W", "error", "-m", "assay.cli", *map(str, words)]
    kept = {name: value for name, value in os.environ.items() if name not in {"LANG", "LC_ALL", "LC_MESSAGES"}}
    return subprocess.run(command, cwd=cwd, capture_output=True, timeout=120, env={**kept, **environment}, check=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a weak delivery, a plain one, and the dossier of the weak one."""
    folder = tmp_path_factory.mktemp("cli")
    for name, code in (("weak", WEAK), ("plain", "import hashlib\nhashlib.sha256(b'')\n")):
        (folder / name).mkdir()
        (folder / name / "a.py").write_text(code)
    assert run("review", "weak", "--as-of", "2026-01-01", cwd=folder).returncode == Exit.BROKEN
    return folder


def test_a_broken_rule_ends_10_and_the_report_is_on_stdout(place: Path) -> None:
    done = run("review", "weak", "--dossier", "x.assay", cwd=place)
    assert done.returncode == Exit.BROKEN
    assert b"DES" in done.stdout
    assert b"dossier: x.assay" in done.stderr
    assert b"dossier:" not in done.stdout


def test_the_default_dossier_is_named_after_the_product(place: Path) -> None:
    assert (place / "weak.assay").is_dir()


def test_nothing_broken_ends_0_and_open_ends_11_only_when_asked(place: Path) -> None:
    assert run("review", "plain", cwd=place).returncode == Exit.NOTHING_TO_REPORT
    (place / "unread").mkdir(exist_ok=True)
    (place / "unread" / "a.swift").write_text("let x = 1\n")
    assert run("review", "unread", cwd=place).returncode == Exit.NOTHING_TO_REPORT
    assert run("review", "unread", "--fail-on", "open", cwd=place).returncode == Exit.OPEN


@pytest.mark.parametrize(
    "words",
    [
        ("review",),
        ("review", "nowhere"),
        ("review", "weak", "--rulebook", "no-such-book"),
        ("review", "weak", "--as-of", "yesterday"),
        ("review", "weak", "--jobs", "0"),
        ("review", "weak", "--output", "no/such/../\0"),
        ("facts", "weak"),
        ("facts", "weak.assay", "--kind", "crypto.nothing"),
        ("why", "no.such.rule", "--dossier", "weak.assay"),
        ("rules", "show", "baseline", "no.such.rule"),
        ("intake", "init", "nowhere"),
        ("border", "find", "nowhere"),
        ("ledger", "log", "nowhere"),
        ("nonsense",),
    ],
)
def test_wrong_usage_ends_2_with_words_and_no_traceback(place: Path, words: tuple[str, ...]) -> None:
    if "\0" in words[-1]:
        words = (*words[:-1], "a.py/" + "x" * 300)
    done = run(*words, cwd=place)
    assert done.returncode == Exit.USAGE, done.stderr
    assert done.stderr.strip()
    assert b"Traceback" not in done.stderr


def test_a_dossier_of_another_product_is_pointed_out(place: Path) -> None:
    run("review", "weak", "--dossier", "shared.assay", cwd=place)
    done = run("review", "plain", "--dossier", "shared.assay", cwd=place)
    assert done.returncode == Exit.NOTHING_TO_REPORT
    assert b"also holds a review of weak" in done.stderr


def test_nothing_to_examine_ends_3(place: Path) -> None:
    (place / "empty").mkdir(exist_ok=True)
    assert run("review", "empty", cwd=place).returncode == Exit.NOTHING_TO_EXAMINE


def test_a_damaged_segment_ends_12_and_is_named(place: Path, tmp_path: Path) -> None:
    run("review", "weak", "--dossier", tmp_path / "d.assay", cwd=place)
    for segment in (tmp_path / "d.assay" / "segments").iterdir():
        content = bytearray(segment.read_bytes())
        content[len(content) // 2] ^= 1
        segment.write_bytes(content)
    done = run("facts", tmp_path / "d.assay", cwd=place)
    assert done.returncode == Exit.NOT_VERIFIED
    assert b".jsonl.zst" in done.stderr


def test_facts_printed_as_json_move_no_cursor(tmp_path: Path) -> None:
    (tmp_path / "evil").mkdir()
    name = "a\u009b2J\u202egnp\x1b\U000e0041.py"
    (tmp_path / "evil" / name).write_text(WEAK)
    run("review", "evil", cwd=tmp_path)
    done = run("facts", "evil.assay", "--format", "jsonl", cwd=tmp_path)
    assert not any(map(done.stdout.decode().__contains__, "\u009b\u202e\x1b\U000e0041"))
    assert name in {json.loads(line)["subject"]["path"] for line in done.stdout.splitlines()}


def test_facts_are_one_json_object_a_line(place: Path) -> None:
    done = run("facts", "weak.assay", "--kind", "crypto.use", "--format", "jsonl", cwd=place)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows
    for row in rows:
        assert {"id", "kind", "subject", "value", "by", "evidence"} <= row.keys()
        assert row["kind"] in KINDS
    (place_of,) = {
        (item["path"], item["line"]) for row in rows for item in row["evidence"] if row["value"]["family"] == "DES"
    }
    assert place_of == ("a.py", 6)


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_every_format_renders_in_both_languages(place: Path, form: str) -> None:
    english = run("report", "weak.assay", "--format", form, "--lang", "en", cwd=place)
    chinese = run("report", "weak.assay", "--format", form, "--lang", "zh", cwd=place)
    assert english.returncode == chinese.returncode == Exit.NOTHING_TO_REPORT
    assert "违反" in chinese.stdout.decode() or form == "json"
    if form == "json":
        assert json.loads(english.stdout)["product"]["name"] == "weak"


def test_output_goes_to_the_file_and_stdout_stays_empty(place: Path) -> None:
    done = run("review", "weak", "--dossier", "y.assay", "--format", "html", "--output", "out/report.html", cwd=place)
    assert done.stdout == b""
    assert (place / "out" / "report.html").read_bytes().startswith(b"<!DOCTYPE html>")


def test_why_tells_of_each_file_that_it_names_what_could_not_be_followed(tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for number in range(25):
        (tmp_path / "many" / f"m{number:02}.py").write_text("import hashlib\n\n\nhashlib.new(eval(x))\n")
    run("review", "many", cwd=tmp_path)
    shown = run("why", "crypto.des", cwd=tmp_path).stdout.decode()
    assert shown.count(": line 4: eval") == 20
    assert "and 5 more (--all)" in shown
    assert run("why", "crypto.des", "--all", cwd=tmp_path).stdout.decode().count(": line 4: eval") == 25


def test_why_lists_only_files_of_scopes_that_the_rule_asks_for(tmp_path: Path) -> None:
    for name in ("src/a.swift", "tests/test_b.swift", "tests/test_c.swift"):
        (tmp_path / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / name).write_text("let x = 1\n")
    run("review", "p", cwd=tmp_path)
    shown = run("why", "crypto.des", "--all", cwd=tmp_path).stdout.decode()
    assert "1 file, 10 bytes" in shown
    assert "├─ src/a.swift" in shown
    assert "tests/" not in shown


def test_why_says_how_many_count_where_the_rulebook_is_not_here(tmp_path: Path) -> None:
    book = tmp_path / "own"
    shutil.copytree(Path(assay.__file__).parent / "rulebooks" / "books" / "baseline", book)
    (book / "book.yaml").write_text((book / "book.yaml").read_text().replace("id: baseline", "id: own"))
    for name in ("a.swift", "tests/test_b.swift"):
        (tmp_path / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / name).write_text("let x = 1\n")
    reviewed = run("review", "p", "--rulebook", "own", cwd=tmp_path)
    assert reviewed.returncode == Exit.NOTHING_TO_REPORT, reviewed.stderr
    shown = run("why", "own/crypto.des", "--all", cwd=tmp_path).stdout.decode()
    assert "of these, 1 count" in shown
    assert "├─ tests/test_b.swift" in shown


def test_why_prints_the_place_of_the_bytes(place: Path) -> None:
    done = run("why", "crypto.des", "--dossier", "weak.assay", cwd=place)
    assert done.returncode == Exit.NOTHING_TO_REPORT
    assert b"a.py:6" in done.stdout
    assert b"DES.new(key" in done.stdout


def test_judging_again_by_one_book_does_not_touch_the_product(place: Path, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "a.py").write_text(WEAK)
    run("review", tmp_path / "gone", "--dossier", tmp_path / "g.assay", cwd=place)
    (tmp_path / "gone" / "a.py").unlink()
    done = run("judge", tmp_path / "g.assay", "--rulebook", "baseline", "--format", "json", cwd=place)
    assert done.returncode == Exit.BROKEN
    assert {book["id"] for book in json.loads(done.stdout)["books"]} == {"limits", "baseline"}


def test_help_and_errors_speak_chinese(place: Path) -> None:
    assert "审查" in run("--help", cwd=place, ASSAY_LANG="zh").stdout.decode()
    assert "不是日期" in run("review", "weak", "--as-of", "x", "--lang", "zh", cwd=place).stderr.decode()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_locale_without_chinese_ends_no_verb(place: Path, encoding: str) -> None:
    for words in (("intake", "plain"), ("rules", "list"), ("ledger", "verify", "weak.assay", "--nobody")):
        done = run(*words, "--lang", "zh", cwd=place, PYTHONIOENCODING=encoding)
        assert done.returncode == Exit.NOTHING_TO_REPORT, done.stderr
        assert done.stdout.strip()
        assert b"Traceback" not in done.stderr


def test_a_user_without_an_account_and_a_home_signs_as_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(_: type[Path]) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", classmethod(homeless))
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert signing.home() == Path("/")
    assert not signing.party().known


def test_a_full_disk_behind_stdout_is_no_fault_of_assay(place: Path) -> None:
    command = [sys.executable, "-m", "assay.cli", "rules", "list"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, cwd=place, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == Exit.USAGE
    assert done.stderr.decode().startswith("assay: stdout: No space left on device\ncheck the path")


def test_a_device_in_place_of_a_file_is_refused_and_not_read(place: Path) -> None:
    for words in (
        ("review", "plain", "--manifest", "/dev/zero"),
        ("border", "find", "--database", "/dev/zero"),
        ("ledger", "append", "weak.assay", "note", "--file", "/dev/zero"),
    ):
        done = run(*words, cwd=place)
        assert done.returncode == Exit.USAGE
        assert b"/dev/zero" in done.stderr


def test_intake_init_writes_a_manifest_that_reads_back(place: Path, tmp_path: Path) -> None:
    for lang in ("en", "zh"):
        path = tmp_path / f"{lang}.yaml"
        assert run("intake", "init", "weak", "-o", path, "--lang", lang, cwd=place).returncode == Exit.NOTHING_TO_REPORT
        assert run("intake", "weak", "--manifest", path, cwd=place).returncode == Exit.NOTHING_TO_REPORT
    assert run("intake", "init", "weak", "-o", tmp_path / "en.yaml", cwd=place).returncode == Exit.USAGE


def test_doctor_and_rules_find_nothing_wrong(place: Path) -> None:
    assert run("doctor", cwd=place).returncode == Exit.NOTHING_TO_REPORT
    assert run("rules", "lint", cwd=place).returncode == Exit.NOTHING_TO_REPORT
    assert run("rules", "test", cwd=place).returncode == Exit.NOTHING_TO_REPORT
    assert b"baseline" in run("rules", "list", cwd=place).stdout


def test_version_imports_no_native_library(place: Path) -> None:
    code = (
        "import sys\nsys.argv = ['assay', '--version']\nfrom assay.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('tree_sitter', 're2', 'yaml', 'jinja2') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=place, capture_output=True, check=True)
    assert done.stdout.splitlines()[-1] == b"[]"


def test_a_reader_that_stops_early_is_no_error(place: Path) -> None:
    pipe = subprocess.Popen(
        [sys.executable, "-m", "assay.cli", "facts", "weak.assay", "--format", "jsonl"],
        cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert pipe.stdout is not None
    assert pipe.stderr is not None
    pipe.stdout.close()
    deadline = time.monotonic() + 60
    while pipe.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert b"Traceback" not in pipe.stderr.read()
    pipe.stderr.close()


def test_waiving_and_comparing_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").write_text(WEAK)
    review = ("review", "p", "--dossier", "d.assay", "--as-of", "2026-01-01")
    assert run(*review, cwd=tmp_path).returncode == Exit.BROKEN
    people = ("--reason", "old terminals", "--asked-by", "Li Wei", "--granted-by", "Anna Roth", "--until", "2026-12-31")
    done = run("waive", "d.assay", "crypto.des", *people, "--as-of", "2026-01-01", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (Exit.NOTHING_TO_REPORT, b"")
    assert b"crypto.des" in done.stderr
    again = run(*review, "--fail-on", "new", "--against", "d.assay", cwd=tmp_path)
    assert again.returncode == Exit.NOTHING_TO_REPORT
    (tmp_path / "p" / "b.py").write_text(WEAK)
    assert run(*review, "--fail-on", "new", "--against", "d.assay", cwd=tmp_path).returncode == Exit.BROKEN
    difference = json.loads(run("diff", "d.assay", "--format", "json", cwd=tmp_path).stdout)
    assert difference["counts"]["crypto.use"]["new"] == 1
    assert run(*review, "--fail-on", "new", cwd=tmp_path).returncode == Exit.USAGE
    assert run("waive", "d.assay", "crypto.ssl", *people, cwd=tmp_path).returncode == Exit.USAGE
