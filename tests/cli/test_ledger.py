"""`assay ledger` and `assay report --verify`, as a party, its witness and an auditor use them."""

import base64
import json
from pathlib import Path

import pytest

from assay.cli.ledger import keys_
from assay.core.errors import AssayError, Exit
from tests.cli.test_contract import WEAK, run


class Side:
    """A party at its own terminal."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.environ = {
            "XDG_CONFIG_HOME": str(folder / name),
            "ASSAY_KEY_PASSPHRASE": f"of {name}",
            "ASSAY_PARTY": f"{name}.example",
        }

    def run(self, *words: str | Path) -> tuple[int, str, str]:
        done = run(*words, cwd=self.folder, **self.environ)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def ledger(self, *words: str | Path) -> tuple[int, str, str]:
        return self.run("ledger", *words)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bank reviewed a weak product, with a report in a file."""
    place = tmp_path_factory.mktemp("ledger")
    (place / "weak").mkdir()
    (place / "weak" / "a.py").write_text(WEAK)
    code, _, said = Side(place, "bank").run("review", "weak", "--format", "html", "-o", "r.html")
    assert code == Exit.BROKEN
    assert "signed by bank.example+" in said
    return place


@pytest.fixture
def bank(folder: Path) -> Side:
    return Side(folder, "bank")


@pytest.fixture
def vendor(folder: Path) -> Side:
    return Side(folder, "vendor")


def test_a_party_verifies_its_own_and_a_stranger_names_the_key(bank: Side, vendor: Side) -> None:
    assert bank.ledger("verify", "weak.assay")[0] == 0
    assert vendor.ledger("verify", "weak.assay")[0] == Exit.NOT_VERIFIED
    keys = [part for key in bank.ledger("keys")[1].split() for part in ("--key", key)]
    code, said, _ = vendor.ledger("verify", "weak.assay", *keys, "--both")
    assert (code, "SM2" in said) == (0, True)


def test_a_report_verifies_by_its_receipt_alone(bank: Side, folder: Path) -> None:
    code, said, _ = bank.run("report", "--verify", "r.html")
    assert (code, "entry 5" in said) == (0, True)
    (folder / "forged.html").write_bytes((folder / "r.html").read_bytes().replace(b"DES", b"AES"))
    (folder / "forged.html.tlog-proof").write_bytes((folder / "r.html.tlog-proof").read_bytes())
    code, said, _ = bank.run("report", "--verify", "forged.html", "--lang", "zh")
    assert (code, "forged.html" in said) == (Exit.NOT_VERIFIED, True)
    assert bank.run("report", "--verify", "weak/a.py")[0] == Exit.NOT_VERIFIED
    assert bank.run("report", "--verify", "r.html", "weak.assay")[0] == Exit.USAGE


def test_entries_are_listed_as_lines_and_as_json(bank: Side) -> None:
    code, said, talk = bank.ledger("log", "weak.assay", "--format", "jsonl")
    entries = [json.loads(line) for line in said.splitlines()]
    assert code == 0
    assert [entry["act"] for entry in entries][:2] == ["intake", "attempts"]
    assert "signed by bank.example" in talk
    assert bank.ledger("log", "weak.assay", "--act", "verdict")[1].count("\n") == 1


def test_an_act_is_appended_and_proven(bank: Side, vendor: Side, folder: Path) -> None:
    (folder / "letter.txt").write_text("dear vendor")
    code, said, _ = bank.ledger("append", "weak.assay", "letter", "--file", "letter.txt")
    assert code == 0
    code, receipt, _ = bank.ledger("prove", "weak.assay", said.strip(), "-o", "letter.json")
    assert json.loads((folder / "letter.json").read_bytes())["act"] == "letter"
    keys = [part for key in bank.ledger("keys")[1].split() for part in ("--key", key)]
    assert vendor.ledger("verify", receipt.strip(), *keys)[0] == 0
    (folder / "letter.json").write_bytes((folder / "letter.json").read_bytes().replace(b"letter", b"better"))
    assert vendor.ledger("verify", receipt.strip(), *keys)[0] == Exit.NOT_VERIFIED


@pytest.mark.parametrize(
    "words",
    [
        ("append", "weak.assay", "a letter"),
        ("append", "weak.assay", "letter", "--review", "Anna Roth"),
        ("append", "weak.assay", "letter", "--file", "gone.txt"),
        ("append", "weak.assay", "letter", "--file", "ledger/gone.txt=weak/a.py"),
        ("append", "nowhere", "letter"),
        ("prove", "weak.assay", "9999"),
        ("log", "weak"),
        ("witness", "answer", "weak/a.py"),
        ("witness", "ask", "nowhere"),
    ],
)
def test_wrong_usage_is_said_and_nothing_is_entered(bank: Side, words: tuple[str, ...]) -> None:
    before = bank.ledger("log", "weak.assay")[1]
    code, _, said = bank.ledger(*words)
    assert code == Exit.USAGE
    assert said.count("\n") >= 2, "a message and advice"
    assert bank.ledger("log", "weak.assay")[1] == before


def test_a_witness_cosigns_what_continues_and_the_ledger_keeps_it(bank: Side, vendor: Side, folder: Path) -> None:
    key = bank.ledger("keys")[1].split()[0]
    assert bank.ledger("witness", "ask", "weak.assay", "-o", "request")[0] == 0
    assert vendor.ledger("witness", "answer", "request", "--key", key, "-o", "answer")[0] == 0
    witness = vendor.ledger("keys")[1].split()[-1]
    code, said, _ = bank.ledger("witness", "keep", "weak.assay", "answer", "--witness", witness)
    assert (code, "vendor.example/witness" in said) == (0, True)
    assert bank.ledger("verify", "weak.assay", "--key", key, "--witness", witness)[0] == 0
    code, _, said = vendor.ledger("witness", "answer", "request", "--key", key)
    assert (code, "ask again with the old size" in said) == (Exit.NOT_VERIFIED, True)
    code, _, said = bank.ledger("witness", "keep", "weak.assay", "answer", "--witness", key)
    assert (code, "no cosignature" in said) == (Exit.USAGE, True)


def test_an_export_verifies_and_another_history_is_not_written_over_it(bank: Side) -> None:
    assert bank.ledger("export", "weak.assay", "out")[0] == 0
    assert bank.ledger("verify", "out")[0] == 0
    assert bank.ledger("append", "own.sqlite", "opened", "--begin")[0] == 0
    code, _, said = bank.ledger("export", "own.sqlite", "out")
    assert (code, "out" in said) == (Exit.NOT_VERIFIED, True)


def test_another_party_takes_a_dossier_over(bank: Side, vendor: Side, folder: Path) -> None:
    code, _, said = vendor.run("review", "weak", "--dossier", "weak.assay")
    assert (code, "take-over" in said) == (Exit.NOT_VERIFIED, True)
    bank.run("review", "weak", "--dossier", "lent.assay")
    assert vendor.ledger("take-over", "lent.assay")[0] == 0
    assert vendor.run("review", "weak", "--dossier", "lent.assay")[0] == Exit.BROKEN
    assert vendor.ledger("verify", "lent.assay")[0] == 0


def test_a_review_without_a_key_says_that_nobody_signed_it(folder: Path) -> None:
    done = run("review", "weak", "--dossier", "nobody.assay", cwd=folder)
    assert b"signed by nobody known" in done.stdout
    assert b"signed by nobody known" in done.stderr
    assert run("ledger", "verify", "nobody.assay", cwd=folder).returncode == Exit.NOT_VERIFIED
    assert run("ledger", "verify", "nobody.assay", "--nobody", cwd=folder).returncode == 0


def test_the_verdict_is_a_signed_statement_and_a_summary_when_asked(bank: Side, folder: Path) -> None:
    code, said, _ = bank.ledger("verdict", "weak.assay")
    statement = json.loads(base64.b64decode(json.loads(said)["payload"]))
    assert (code, statement["predicateType"]) == (0, "https://in-toto.io/attestation/svr/v0.2")
    assert len(json.loads(said)["signatures"]) == 2
    assert not [rule for rule in statement["predicate"]["properties"] if "crypto.des" in rule]
    code, said, _ = bank.ledger("verdict", "weak.assay", "--slsa", "pkg:generic/weak")
    summary = json.loads(base64.b64decode(json.loads(said)["payload"]))["predicate"]
    assert (code, summary["verificationResult"], summary["resourceUri"]) == (0, "FAILED", "pkg:generic/weak")
    assert bank.ledger("verify", "weak.assay")[0] == 0
    assert bank.run("examine", "weak", "--dossier", "unjudged.assay")[0] == 0
    assert bank.ledger("verdict", "unjudged.assay")[0] == Exit.USAGE


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (["", ""], 2, "there is no key yet"),
        (["one", "two", "one", "one"], 0, "they differ"),
        (["\udcff\udcfe", "\udcff\udcfe"], 0, "bank.example/witness"),
    ],
)
def test_a_passphrase_is_typed_once_for_all_keys_and_nothing_means_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], code: int, said: str
) -> None:
    asked: list[str] = []

    def prompt(words: str, **_: object) -> str:
        asked.append(words)
        return typed[len(asked) - 1]

    for stream in ("stdin", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True, raising=False)
    monkeypatch.setattr("assay.cli.signing.click.prompt", prompt)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("ASSAY_PARTY", "bank.example")
    monkeypatch.delenv("ASSAY_KEY_PASSPHRASE", raising=False)
    output: list[str] = []
    monkeypatch.setattr("assay.cli.signing.talk", lambda text: output.append(text.en))
    monkeypatch.setattr("assay.cli.ledger.click.echo", output.append)
    try:
        keys_.callback()  # type: ignore[misc]
        ended = 0
    except AssayError as error:
        ended = 2
        output.append(error.message.en)
    assert (ended, len(asked)) == (code, 1 if code else len(typed))
    assert said in " ".join(output)
