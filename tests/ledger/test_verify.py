"""What an auditor runs alone: `verify.py` against what the room writes, and against what somebody changed."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from assay.core.errors import NotVerifiedError
from assay.ledger import verify as verifier
from assay.ledger.entries import Entry, digest, salted
from assay.ledger.envelope import seal
from assay.ledger.export import export
from assay.ledger.log import Log
from assay.ledger.signing import Signer, Sm2Signer, ephemeral, named
from assay.ledger.statements import PAYLOAD_TYPE, Outcome, svr
from assay.ledger.witness import Seen, Witness, joined, request
from assay.sm.sm2 import PrivateKey
from tests.ledger.made import AT, ORIGIN, entries, entry, key, made, signer, sqlite, witness_key

SIZE = 700
BANK = str(key(known_as="bank.example"))
VENDOR = str(witness_key("vendor"))


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = verifier.main(list(map(str, arguments)))
    return code, capsys.readouterr().out


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log, its export, a receipt, statements, all cosigned by the vendor."""
    folder = tmp_path_factory.mktemp("given")
    vendor = Witness("vendor.example/witness", signer("vendor"), [key()], Seen(folder / "seen"), lambda: AT)
    with made(folder / "ledger.sqlite", [100, 300, SIZE]) as log:
        (folder / "early").write_bytes(dict(log._store.checkpoints())[300])
        answer = vendor.answer(request(log, 0))
        log.cosigned(joined(log.checkpoint().note.render(), answer, "x"), [witness_key("vendor")])
        export(log, folder / "out")
        body, receipt = log.prove(17)
    (folder / "17.json").write_bytes(body)
    (folder / "17.json.tlog-proof").write_bytes(receipt.render())
    sm2 = Sm2Signer(PrivateKey.generate())
    (folder / "sm2.vkey").write_text(str(named(sm2, "bank.example")))
    statement = svr(Outcome("p", "ab" * 32, "2026-01-02T03:04:05Z", ["a:b"], [], []))
    signers: dict[str, list[Signer]] = {"both": [signer(), sm2], "one": [signer()], "sm2": [sm2]}
    for name, by in signers.items():
        (folder / f"{name}.dsse.json").write_bytes(seal(PAYLOAD_TYPE, statement, "bank.example", by))
    return folder


@pytest.fixture
def place(given: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(given, tmp_path / "given"))


def test_all_of_it(given: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [
        given / name for name in ("out", "ledger.sqlite", "17.json.tlog-proof", "both.dsse.json", "out/checkpoint")
    ]
    trust = ["--key", BANK, "--key", given / "sm2.vkey", "--witness", VENDOR, "--both", "--seen", given / "early"]
    code, said = run(capsys, *trust, *paths)
    assert code == 0, said
    assert f"{ORIGIN}: {SIZE} entries, 1 checkpoints, whole" in said
    assert f"{ORIGIN}: {SIZE} entries, 4 checkpoints, whole" in said
    assert f"entry 17 of {ORIGIN}" in said
    assert "(SM2)" in said


def test_it_runs_alone(given: Path, tmp_path: Path) -> None:
    """Copied elsewhere, isolated, with nothing of assay in sight but what pip installed."""
    alone = shutil.copy(str(verifier.__file__), tmp_path / "verify.py")
    command = [sys.executable, "-I", alone, "--key", BANK, "--lang", "zh", given / "out"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, "PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stderr
    assert "完整" in done.stdout
    imported = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import verify; print(*sys.modules)",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert not [name for name in imported if name.split(".")[0] == "assay"]


def test_without_a_key_nothing_is_believed(given: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (given / "out", given / "ledger.sqlite", given / "17.json.tlog-proof", given / "one.dsse.json"):
        code, said = run(capsys, path)
        assert code == 12
        assert "signed by nobody known" in said
    code, said = run(capsys, "--key", str(key("mallory", "bank.example")), given / "out")
    assert (code, "signed by nobody known" in said) == (12, True)
    code, said = run(capsys, "--key", str(key(known_as="bank.exam")), given / "out")
    assert code == 12
    assert run(capsys, "--nobody", given / "out", given / "ledger.sqlite")[0] == 0


def test_an_ephemeral_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Log.create(sqlite(tmp_path / "ledger.sqlite"), ORIGIN, [ephemeral()]) as log:
        log.append(entry(0))
    with Log(sqlite(tmp_path / "ledger.sqlite"), [ephemeral()]) as log:
        log.append(entry(1))
        body, receipt = log.prove(0)
    (tmp_path / "0.json").write_bytes(body)
    (tmp_path / "0.json.tlog-proof").write_bytes(receipt.render())
    assert run(capsys, tmp_path)[0] == 12
    assert run(capsys, "--nobody", tmp_path)[0] == 0


def test_a_missing_cosignature(given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = witness_key("auditor")
    code, said = run(capsys, "--key", BANK, "--witness", VENDOR, "--witness", other, given / "out")
    assert (code, "not cosigned by those who must" in said) == (12, True)
    for members, quorum, expected in (
        ("any", "g", 0),
        ("1", "g", 0),
        ("all", "g", 12),
        ("2", "g", 12),
        ("all", "none", 0),
    ):
        policy = tmp_path / "policy"
        policy.write_text(
            f"# a policy\nlog {BANK}\n\nwitness v {VENDOR}\nwitness a {other} https://a.example\n"
            f"group g {members} v a\nquorum {quorum}\n"
        )
        assert run(capsys, "--policy", policy, given / "out", given / "17.json.tlog-proof")[0] == expected
    for wrong in (
        "quorum x\n",
        f"log {BANK}\n",
        "group g any x\nquorum g\n",
        "what\nquorum none\n",
        "log x\nquorum none\n",
    ):
        policy.write_text(wrong)
        assert run(capsys, "--policy", policy, given / "out")[0] == 2


def test_sm2_without_anything_that_checks_it(
    given: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, and never 0 where both are demanded."""
    monkeypatch.setattr(verifier, "_sm2_openssl", lambda *_: None)
    monkeypatch.setattr(verifier, "_sm2_assay", lambda *_: None)
    keys = ["--key", BANK, "--key", given / "sm2.vkey"]
    code, said = run(capsys, *keys, given / "both.dsse.json")
    assert code == 0
    assert "present, not checked" in said
    code, said = run(capsys, *keys, "--both", given / "both.dsse.json")
    assert code == 12
    assert "present, not checked" in said
    assert run(capsys, *keys, given / "sm2.dsse.json")[0] == 12


def test_both_where_only_one_is(given: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = ["--key", BANK, "--key", given / "sm2.vkey"]
    for name in ("one", "sm2"):
        assert run(capsys, *keys, given / f"{name}.dsse.json")[0] == 0
        assert run(capsys, *keys, "--both", given / f"{name}.dsse.json")[0] == 12
    assert run(capsys, "--key", BANK, "--both", given / "both.dsse.json")[0] == 12


@pytest.mark.parametrize("way", ["_sm2_openssl", "_sm2_assay"])
def test_sm2_both_ways(way: str) -> None:
    if way == "_sm2_openssl" and shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    sm2 = Sm2Signer(PrivateKey.generate())
    check: Callable[[bytes, bytes, bytes], bool | None] = getattr(verifier, way)
    signature = sm2.sign(b"message")
    assert check(sm2.public, signature, b"message") is True
    assert check(sm2.public, signature, b"another") is False
    assert check(Sm2Signer(PrivateKey.generate()).public, signature, b"message") is False
    assert verifier.sm2(sm2.public, b"nonsense", b"message") is False


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_changed_byte_of_an_export_is_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every file, three places, each also cut off and removed."""
    rng = random.Random(7)
    for path in files(place / "out"):
        if path.name == "log.vkey":
            continue
        whole = path.read_bytes()
        where = rng.randrange(len(whole))
        changes = [
            bytes([*whole[:at], whole[at] ^ 1 << rng.randrange(8), *whole[at + 1 :]])
            for at in (0, where, len(whole) - 1)
        ]
        for content in [*changes, whole[:where], b""]:
            path.write_bytes(content)
            code, said = run(capsys, "--key", BANK, place / "out")
            assert code == 12, (path, said)
            assert "NOT VERIFIED" in said
            name = path.relative_to(place / "out").as_posix()
            if "/entries/" not in name and name != "checkpoint":
                assert name in said, said
            elif name != "checkpoint":
                assert name in said or "entry " in said, said
        path.unlink()
        code, said = run(capsys, "--key", BANK, place / "out")
        assert code == 12
        assert path.name in said
        path.write_bytes(whole)
    assert run(capsys, "--key", BANK, place / "out")[0] == 0


@pytest.mark.parametrize("content", [b"\xff\xfe\0k", bytes(range(256)), b"a+b+c", BANK.encode("utf-16")])
def test_keys_of_an_export_that_are_none(place: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    """Whatever the file holds, it is named and nothing else ends."""
    path = place / "out" / "log.vkey"
    whole = path.read_bytes()
    path.write_bytes(content)
    code, said = run(capsys, place / "out")
    assert (code, "NOT VERIFIED" in said) == (12, True)
    path.write_bytes(whole)


@pytest.mark.parametrize("name", ["17.json", "17.json.tlog-proof", "one.dsse.json", "early"])
def test_a_changed_byte_of_anything_else(place: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    path = place / name
    whole = path.read_bytes()
    target = place / "17.json.tlog-proof" if name == "17.json" else path
    rng = random.Random(name)
    trust = ["--key", BANK, *(["--witness", VENDOR] if name.startswith("17.json") else [])]
    for at in rng.sample(range(len(whole)), 60):
        path.write_bytes(bytes([*whole[:at], whole[at] ^ 1 << rng.randrange(8), *whole[at + 1 :]]))
        code, said = run(capsys, *trust, target)
        if code == 0:  # DSSE: bytes of JSON that are not signed, and mean the same
            assert name == "one.dsse.json"
            assert "signed by bank.example" in said
        path.write_bytes(whole[:at])
        assert run(capsys, *trust, target)[0] == 12
    path.write_bytes(whole)
    assert run(capsys, *trust, target)[0] == 0


def test_a_flipped_bit_of_the_database_file(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """12, or 0 with the same words as before: some bytes of an SQLite file mean nothing."""
    path = place / "ledger.sqlite"
    whole = path.read_bytes()
    expected = run(capsys, "--key", BANK, path)[1]
    rng = random.Random(5)
    refused = 0
    for at in rng.sample(range(len(whole)), 150):
        path.write_bytes(bytes([*whole[:at], whole[at] ^ 1 << rng.randrange(8), *whole[at + 1 :]]))
        code, said = run(capsys, "--key", BANK, path)
        assert code in (0, 12)
        assert code == 12 or said == expected or "checkpoints, whole" in said
        refused += code == 12
    assert refused > 50


def test_rollback_and_fork_against_what_was_seen(
    place: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    seen = ["--seen", place / "out" / "checkpoint"]
    with made(tmp_path / "short.sqlite", [300]):
        pass
    code, said = run(capsys, "--key", BANK, *seen, tmp_path / "short.sqlite")
    assert (code, f"rolled back: you saw {SIZE} entries, 300 are here" in said) == (12, True)
    with made(tmp_path / "fork.sqlite") as log:
        log.append(*entries(0, 650), *[entry(number, 5) for number in range(650, 800)])
    code, said = run(capsys, "--key", BANK, *seen, tmp_path / "fork.sqlite")
    assert (code, f"a fork: the first {SIZE} entries" in said) == (12, True)
    with made(tmp_path / "longer.sqlite", [800]):
        pass
    assert run(capsys, "--key", BANK, *seen, tmp_path / "longer.sqlite")[0] == 0


def test_an_unsigned_tail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = made(tmp_path / "ledger.sqlite", [300])
    log.append(*entries(300, 310))
    log.close()
    code, said = run(capsys, "--key", BANK, tmp_path / "ledger.sqlite")
    assert (code, "300 entries are signed, 310 are here" in said) == (12, True)


def test_a_dossier(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files that entries name, lists of files, salted ones, and one whose salt was destroyed."""
    review = "reviews/0001/review.json"
    contents = {
        "dossier.json": b"{}",
        review: b'{"a": 1}',
        "segments/x.zst": b"abc",
        "consent.json": b"yes",
    }
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    listed = f"{sha256(b'abc').hexdigest()}  segments/x.zst\n".encode()
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger/0001.sha256").write_bytes(listed)
    (tmp_path / "consent.json.salt").write_bytes(bytes(range(32)))
    with made(tmp_path / "ledger/ledger.sqlite") as log:
        log.append(
            Entry("facts", "deadbeef/1", AT, {review: digest(b"an older one"), "facts": digest(b"")}),
            Entry("facts", "deadbeef/1", AT, {review: digest(contents[review])}),
            Entry("attempts", "deadbeef/1", AT, {"ledger/0001.sha256": digest(listed)}),
            Entry("consent", "deadbeef/1", AT, {"consent.json": salted(b"yes", bytes(range(32)))}),
        )
    check = ["--key", BANK, tmp_path]
    assert run(capsys, *check)[0] == 0
    for name, said_name in [
        (review, "review.json is not what entry 1 says"),
        ("segments/x.zst", "segments/x.zst is not what ledger/0001.sha256 says"),
        ("ledger/0001.sha256", "ledger/0001.sha256 is not what entry 2 says"),
        ("consent.json", "consent.json is not what entry 3 says"),
        ("consent.json.salt", "consent.json is not what entry 3 says"),
    ]:
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        code, said = run(capsys, *check)
        assert code == 12
        assert said_name in said
        (tmp_path / name).unlink()
        assert run(capsys, *check)[0] == 12
        (tmp_path / name).write_bytes(whole)
    (tmp_path / "consent.json").unlink()
    (tmp_path / "consent.json.salt").unlink()
    code, said = run(capsys, *check)
    assert (code, "was forgotten" in said) == (0, True)
    code, said = run(capsys, "--key", BANK, tmp_path / "ledger" / "ledger.sqlite")
    assert (code, "3 files that its entries name were not looked at" in said) == (0, True)
    (tmp_path / "dossier.json").unlink()
    (tmp_path / review).write_bytes(b"changed")
    assert run(capsys, *check)[0] == 12


def test_a_log_signed_with_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sm2 = Sm2Signer(PrivateKey.generate())
    with Log.create(sqlite(tmp_path / "ledger.sqlite"), ORIGIN, [signer(), sm2]) as log:
        log.append(*entries(0, 300))
    known = [key(known_as="bank.example"), named(sm2, "bank.example")]
    for trusted in (known, known[:1], known[1:]):
        with Log(sqlite(tmp_path / "ledger.sqlite"), trusted=trusted) as log:
            assert [by.kind for by in log.checkpoint().by] == [by.kind for by in trusted]
            export(log, tmp_path / f"out{len(trusted)}{trusted[0].kind[0]}")
        keys = [word for trust in trusted for word in ("--key", trust)]
        assert run(capsys, *keys, tmp_path / "ledger.sqlite")[0] == 0
    other = named(Sm2Signer(PrivateKey.generate()), "bank.example")
    assert run(capsys, "--key", other, tmp_path / "ledger.sqlite")[0] == 12
    with pytest.raises(NotVerifiedError, match="no known key signed it"):
        Log(sqlite(tmp_path / "ledger.sqlite"), trusted=[other])


@pytest.mark.parametrize("content", [b"", b"{", b"\xff" * 50, b"SQLite format 3\0" + bytes(84)])
def test_nonsense(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    for name in ("x", "x.sqlite", "x.tlog-proof", "x.dsse.json"):
        (tmp_path / name).write_bytes(content)
        assert run(capsys, "--key", BANK, tmp_path / name)[0] == 12
    (tmp_path / "x").unlink()
    assert run(capsys, "--key", BANK, tmp_path / "x", tmp_path, tmp_path / "nothing")[0] == 12
    assert run(capsys, "--key", "nonsense", tmp_path)[0] == 2
    with pytest.raises(SystemExit) as caught:
        run(capsys)
    assert caught.value.code == 2


def test_nothing_read_reaches_the_terminal_raw() -> None:
    assert verifier.shown("a\x1b[31m\u202eb中") == "a\\u001b[31m\\u202eb中"


def test_a_key_that_is_none_is_wrong_usage_and_no_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    for wrong in (str(tmp_path / "binary"), str(tmp_path / "gone"), "a" * 5000, "a\0b", "name+x+y", str(tmp_path)):
        assert verifier.main(["--key", wrong, str(tmp_path)]) == 2, wrong
        said = capsys.readouterr()
        assert "nothing was verified" in said.err
        assert "NOT VERIFIED" not in said.out


def test_a_log_is_told_by_what_it_is_not_by_its_name(
    given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(given / "ledger.sqlite", tmp_path / "acts")
    assert run(capsys, "--key", BANK, tmp_path / "acts")[0] == 0


def test_a_receipt_alone_names_no_key(given: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "--nobody", given / "17.json.tlog-proof")
    assert (code, "nothing here names a key" in said) == (12, True)
