"""The acts of a review in the ledger of its dossier: entered as they happen, and every byte of them vouched for."""

import importlib.util
import json
import random
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path

import pytest

from assay.core.errors import NotVerifiedError, UsageError
from assay.dossier.store import Dossier
from assay.ledger import verify as verifier
from assay.ledger.log import Log
from assay.ledger.party import Party, nobody
from assay.ledger.place import open_store
from assay.ledger.signing import Sm2Signer
from assay.report import text
from assay.review.acts import Acts, take_over
from assay.review.steps import Plan, review
from assay.review.waiving import add
from assay.sm.sm2 import PrivateKey
from tests.ledger.made import AT, signer

DAY = date(2026, 6, 1)
DES = "from Crypto.Cipher import DES\n\n\ndef seal(k, x):\n    return DES.new(k, DES.MODE_CBC, x)\n"
MANIFEST = """\
name: cashbox
consent:
  by: Vendor Ltd
  digest: {digest}
  until: 2027-01-01
  tests: [review]
"""
BANK = Party("bank.example", (signer(), Sm2Signer(PrivateKey.generate())))
VENDOR = Party("vendor.example", (signer("vendor"),))


def reviewed(folder: Path, party: Party, plan: Plan | None = None) -> Dossier:
    product = folder / "product"
    product.mkdir(exist_ok=True)
    (product / "a.py").write_text(DES)
    plan = plan or Plan(product, DAY, dossier=folder / "p.assay")
    opened: list[Acts] = []

    def enter(dossier: Dossier) -> Acts:
        opened.append(Acts(dossier, party, lambda: AT))
        return opened[0].__enter__()

    dossier, document = review(plan, enter=enter)
    with opened[0] as acts:
        acts.report(dossier.latest(), "text", text.render(document, "en", party.words), None)
    return dossier


def acts_of(dossier: Dossier) -> list[str]:
    with closing(Log(open_store(str(dossier.path), writable=False))) as log:
        return [entry.act for _, entry in log.entries()]


def verify(capsys: pytest.CaptureFixture[str], path: Path, party: Party = BANK, *more: str) -> tuple[int, str]:
    keys = [part for key in party.keys for part in ("--key", str(key))]
    code = verifier.main([*keys, *more, str(path)])
    return code, capsys.readouterr().out


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dossier with a review, a waiver and a second review, all signed by the bank."""
    folder = tmp_path_factory.mktemp("acts")
    dossier = reviewed(folder, BANK)
    number, _ = add(
        dossier, "crypto.des", facts=(), reason="old", asked_by="A", granted_by="B", granted=DAY, until=date(2027, 1, 1)
    )
    with Acts(dossier, BANK, lambda: AT) as acts:
        acts.waiver(number)
    return reviewed(folder, BANK).path


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Iterator[Path]:
    return Path(shutil.copytree(made, tmp_path / "p.assay"))  # type: ignore[return-value]


def test_a_review_enters_its_acts_in_order(made: Path) -> None:
    each = ["intake", "attempts", "facts", "judgement", "verdict", "report"]
    assert acts_of(Dossier.open(made)) == [*each, "waiver", *each]


def test_a_dossier_verifies_by_the_keys_of_its_party(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = verify(capsys, place, BANK, "--both")
    assert (code, "Ed25519" in said, "SM2" in said) == (0, True, True), said
    assert verify(capsys, place, VENDOR)[0] == 12


def test_a_changed_byte_in_any_file_is_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(path for path in place.rglob("*") if path.is_file() and path.name not in {"lock", "ledger.sqlite"})
    assert len(files) > 10
    chance = random.Random(4)
    for path in files:
        content = path.read_bytes()
        at = chance.randrange(len(content))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        code, said = verify(capsys, place)
        assert code == 12, f"{path}: {said}"
        named = path.relative_to(place).as_posix().removesuffix(".salt")
        assert named in said or path.name in said, said
        path.write_bytes(content)
    assert verify(capsys, place)[0] == 0


def test_a_file_that_is_gone_or_was_put_there_is_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forged = place / "waivers" / "0002.json"
    shutil.copy(place / "waivers" / "0001.json", forged)
    code, said = verify(capsys, place)
    assert (code, "waivers/0002.json is named by no entry" in said) == (12, True)
    forged.unlink()
    (place / "notes.txt").write_text("mine")
    code, said = verify(capsys, place)
    assert (code, "note: no entry names notes.txt" in said) == (0, True)
    (place / "reviews" / "0001" / "review.json").unlink()
    code, said = verify(capsys, place)
    assert (code, "reviews/0001/review.json" in said) == (12, True)


def test_a_forgotten_waiver_is_said_to_be_forgotten(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("0001.json", "0001.json.salt"):
        (place / "waivers" / name).unlink()
    code, said = verify(capsys, place)
    assert (code, "waivers/0001.json of entry 6 was forgotten" in said) == (0, True)


def test_nobody_signs_whole_logs_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    party = nobody()
    dossier = reviewed(tmp_path, party)
    assert verifier.main(["--nobody", str(dossier.path)]) == 0
    code, said = verify(capsys, dossier.path)
    assert (code, "signed by nobody known" in said) == (12, True)
    assert party.words.en == "signed by nobody known"


def test_a_known_key_takes_over_what_nobody_signed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reviewed(tmp_path, nobody())
    dossier = reviewed(tmp_path, BANK)
    assert acts_of(dossier)[0] == "key"
    assert verify(capsys, dossier.path)[0] == 0
    before = dossier.ledger / "before-1" / "0001.verdict.dsse.json"
    before.write_bytes(before.read_bytes().replace(b"A", b"B", 1))
    code, said = verify(capsys, dossier.path)
    assert (code, "before-1/0001.verdict.dsse.json" in said) == (12, True)


def test_another_party_goes_on_only_when_it_takes_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dossier = reviewed(tmp_path, BANK)
    with pytest.raises(NotVerifiedError, match="not by your key"):
        Acts(dossier, VENDOR, lambda: AT)
    take_over(dossier, VENDOR, lambda: AT)
    reviewed(tmp_path, VENDOR)
    assert verify(capsys, dossier.path, VENDOR)[0] == 0


def test_what_nobody_adds_to_a_known_ledger_waits_for_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dossier = reviewed(tmp_path, BANK)
    reviewed(tmp_path, nobody())
    code, said = verify(capsys, dossier.path)
    assert (code, "6 entries are signed, 12 are here" in said) == (12, True)
    with Acts(dossier, BANK, lambda: AT):
        pass
    code, said = verify(capsys, dossier.path)
    assert (code, "0002.verdict.dsse.json is signed by nobody known" in said) == (12, True)


def test_the_receipt_of_a_report_carries_its_entry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dossier = reviewed(tmp_path, BANK)
    report = tmp_path / "report.html"
    report.write_bytes(b"<p>broken: 1")
    with Acts(dossier, BANK, lambda: AT) as acts:
        receipt = acts.report(dossier.latest(), "html", report.read_bytes(), report)
    assert receipt is not None
    assert verify(capsys, receipt)[0] == 0
    report.write_bytes(b"<p>broken: 0")
    code, said = verify(capsys, receipt)
    assert (code, "report.html is not the file that entry 6 is of" in said) == (12, True)


def test_consent_is_entered_before_anything_is_examined_and_cannot_be_guessed(tmp_path: Path) -> None:
    manifest = tmp_path / "m.yaml"
    manifest.write_text(MANIFEST.format(digest="ab" * 32))
    (tmp_path / "product").mkdir()
    dossier = reviewed(tmp_path, BANK, Plan(tmp_path / "product", DAY, manifest, dossier=tmp_path / "p.assay"))
    assert acts_of(dossier)[:3] == ["intake", "consent", "attempts"]
    with closing(Log(open_store(str(dossier.path), writable=False))) as log:
        consent = log.entry(1)
    assert all(digest.startswith("hmac-sha256:") for digest in consent.digests.values())
    kept = json.loads((dossier.ledger / "0001.consent.json").read_bytes())
    assert kept["by"] == "Vendor Ltd"


def test_a_rolled_back_ledger_is_refused(tmp_path: Path) -> None:
    from assay.ledger.witness import Seen

    bank = Party("bank.example", BANK.signers, Seen(tmp_path / "seen"))
    dossier = reviewed(tmp_path, bank)
    backup = (dossier.ledger / "ledger.sqlite").read_bytes()
    reviewed(tmp_path, bank)
    (dossier.ledger / "ledger.sqlite").write_bytes(backup)
    with pytest.raises(NotVerifiedError, match="rolled back"):
        Acts(dossier, bank, lambda: AT)


@pytest.mark.parametrize("moved", range(5))
def test_a_take_over_that_was_killed_is_completed_by_the_next(
    tmp_path: Path, moved: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dossier = reviewed(tmp_path, nobody())
    (dossier.path / "odd\nname").write_text("x")
    left = [moved]

    def rename(self: Path, target: Path) -> Path:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return os_rename(self, target)

    os_rename = Path.rename
    with monkeypatch.context() as killing:
        killing.setattr(Path, "rename", rename)
        killing.setattr("assay.review.acts.begin_log", _killed)
        with pytest.raises(KeyboardInterrupt):
            Acts(dossier, BANK, lambda: AT)
    with Acts(dossier, BANK, lambda: AT):
        pass
    assert acts_of(dossier) == ["key"]
    code, said = verify(capsys, dossier.path)
    assert code == 0, said


def _killed(*_: object) -> Log:
    raise KeyboardInterrupt


def test_a_log_begun_without_its_first_entry_is_completed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dossier = reviewed(tmp_path, nobody())
    with pytest.MonkeyPatch.context() as killing:
        killing.setattr("assay.review.acts.listing", _killed)
        with pytest.raises(KeyboardInterrupt):
            Acts(dossier, BANK, lambda: AT)
    with Acts(dossier, BANK, lambda: AT):
        pass
    assert acts_of(dossier) == ["key"]
    assert verify(capsys, dossier.path)[0] == 0


def test_nobody_takes_over_what_another_is_writing(tmp_path: Path) -> None:
    dossier = reviewed(tmp_path, nobody())
    with Acts(dossier, nobody(), lambda: AT), pytest.raises(UsageError, match="another process"):
        Acts(dossier, BANK, lambda: AT)
    with Acts(dossier, BANK, lambda: AT):
        pass


def test_a_link_among_the_reviews_is_named(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forged = Path(shutil.copytree(place / "reviews" / "0002", tmp_path / "forged"))
    (place / "reviews" / "0003").symlink_to(forged)
    code, said = verify(capsys, place)
    assert (code, "reviews/0003 is named by no entry" in said) == (12, True)


def test_the_benchmark_times_every_act_of_a_review(tmp_path: Path) -> None:
    """Nothing of the ledger hides in the rest of the review: all that it is asked for is among what is timed."""
    spec = importlib.util.spec_from_file_location("timed", Path(__file__).parents[2] / "benchmarks" / "ledger.py")
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    asked: set[str] = set()

    class Asked(benchmark.Timed):  # type: ignore[misc, name-defined]
        def __getattribute__(self, name: str) -> object:
            caller = sys._getframe(1).f_globals["__name__"]
            if caller not in ("assay.review.acts", "timed", __name__):
                asked.add(name)
            return super().__getattribute__(name)

    (tmp_path / "product").mkdir()
    (tmp_path / "product" / "a.py").write_text(DES)
    with ExitStack() as opened:
        plan = Plan(tmp_path / "product", DAY, dossier=tmp_path / "p.assay")
        review(plan, enter=lambda dossier: opened.enter_context(Asked(dossier, BANK, lambda: AT)))
    assert {"intake", "reviewed"} <= asked <= set(benchmark.ACTS), asked
    assert benchmark.Timed.spent > 0
