"""The story of a case: vendor, laboratory and buyer on three folders without a network, and an auditor with two files.

One broken rule is remedied and reviewed again, one is objected to with evidence, one part is withheld, two persons of
two parties decide, the buyer's share changes, and the auditor verifies all of it. A laboratory that drops an answer
and a vendor that swaps the delivery are caught, and the message says what does not verify.
"""

import json as stdlib_json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from assay.case import compose, consents, html, json, manifest, text
from assay.case.acts import Act
from assay.case.bought import bought
from assay.case.contents import (
    Acknowledgement,
    Answer,
    Closing,
    Disclosure,
    Objection,
    Permission,
    Remedy,
    Withholding,
)
from assay.case.delivery import NAME, submitted
from assay.case.exchange import at, bring_in, compare, must_be_known
from assay.case.folder import ACTS, RECEIPT, Attached, Case
from assay.case.standing import state
from assay.case.verdict import disclosure, materialise
from assay.case.view import View
from assay.core.errors import Exit, NotVerifiedError
from assay.core.text import LANGS
from assay.dossier.store import Dossier
from assay.estate.register import Register, Row
from assay.estate.shares import decision as by_decision
from assay.estate.shares import shares
from assay.intake import consent_covers
from assay.ledger.verify import main as verify_alone
from assay.report.document import Document
from assay.review.explain import explain
from assay.review.steps import Plan, review
from assay.rulebooks import load
from tests.case import made
from tests.case.made import Desk, opened, passed

WEAK = """from Crypto.Cipher import ARC4, DES


def seal(key, card):
    return DES.new(key, DES.MODE_CBC, card)


def banner(key, page):
    return ARC4.new(key).encrypt(page)
"""
MENDED = WEAK.replace("DES.new(key, DES.MODE_CBC, card)", "AES.new(key, AES.MODE_GCM)").replace(", DES", ", AES")
BROKEN = WEAK.replace("ARC4.new(key)", "ARC4.new(b'0')")
DES_RULE, RC4_RULE = "baseline/crypto.des", "baseline/crypto.rc4"
HELD_BACK = Withholding("crypto.material", "keys of customers", "Cryptography Law, art. 31")


@dataclass(frozen=True, slots=True)
class Story:
    """What is left when all was said: the folders, the acts that matter, and the two files of the auditor."""

    root: Path
    vendor: Desk
    laboratory: Desk
    buyer: Desk
    asked: Act
    answer: Act
    before_answer: Path
    first_verdict: Act
    verdict: Act
    objection: Act
    decision: Act
    second: Act
    documents: tuple[Document, Document]
    files: tuple[Path, Path]


def delivered(desk: Desk, root: Path, name: str, code: str) -> Path:
    """The vendor writes and submits a delivery; what it hands over is a copy."""
    folder = root / name
    folder.mkdir()
    (folder / "gateway.py").write_text(code)
    found = submitted(folder, made_scratch(root, name), "Gateway", name)
    desk.does(found.content, [Attached(NAME, found.listing)])
    return folder


def made_scratch(root: Path, name: str) -> Path:
    return root / f"scratch-{name}"


def reviewed(desk: Desk, root: Path, delivery: Path) -> tuple[Dossier, Document]:
    """The laboratory reviews with the manifest that the case gives it."""
    operator = root / "operator.yaml"
    operator.write_bytes(manifest.written(manifest.manifest_of(desk.case.view, desk.clock.day)))
    return review(Plan(delivery, desk.clock.day, operator, ("baseline",), root / "lab.assay"))


def discloses(desk: Desk, dossier: Dossier) -> Act:
    until = date.fromordinal(desk.clock.day.toordinal() + 14)
    return desk.does(*disclosure(desk.case, dossier.latest(), until))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    root = tmp_path_factory.mktemp("story")
    vendor, laboratory, buyer = opened(root, sm2=True)
    # 1. The vendor delivers, consents to a probe, and withholds one part.
    first = delivered(vendor, root, "1.0", WEAK)
    current = vendor.case.view.current
    assert current is not None
    until = date.fromordinal(vendor.clock.day.toordinal() + 60)
    vendor.does(Permission(current[0].id, current[1].artifact, ("probe.tls",), ("192.0.2.7",), until))
    vendor.does(HELD_BACK)
    passed(vendor, laboratory)
    # 2. The laboratory asks, the vendor answers, the laboratory reviews and discloses.
    asked = laboratory.does(made.question(laboratory))
    passed(laboratory, vendor)
    before_answer = laboratory.sends("before-answer")
    answer = vendor.does(Answer(asked.id, "It is a banner that everybody may read."))
    passed(vendor, laboratory)
    dossier, document_1 = reviewed(laboratory, root, first)
    first_verdict = discloses(laboratory, dossier)
    passed(laboratory, vendor, buyer)
    # 3. The vendor mends one rule in a new delivery, which is reviewed again.
    vendor.clock.days(7)
    second = delivered(vendor, root, "1.1", MENDED)
    current = vendor.case.view.current
    assert current is not None
    vendor.does(Remedy(first_verdict.id, current[0].id, (DES_RULE,), "DES gave way to AES-GCM."))
    passed(vendor, laboratory)
    dossier, document_2 = reviewed(laboratory, root, second)
    verdict = discloses(laboratory, dossier)
    passed(laboratory, vendor, buyer)
    # 4. It objects to another rule with evidence, and is answered.
    evidence = Attached("banner.txt", b"the banner, as every visitor gets it\n")
    objection = vendor.does(
        Objection(verdict.id, "RC4 hides a public banner from nobody.", (RC4_RULE,), (evidence.body,)), [evidence]
    )
    passed(vendor, laboratory)
    laboratory.does(Answer(objection.id, "The rule stands; what it hides is weighed in the decision.", upheld=False))
    passed(laboratory, vendor, buyer)
    # 5. It has seen everything; two persons of two parties decide.
    vendor.does(Acknowledgement(verdict.id))
    passed(vendor, laboratory, buyer)
    decision = laboratory.does(made.decision(laboratory, "Zhang Wei"))
    passed(laboratory, buyer)
    second_signature = buyer.does(made.decision(buyer, "Li Na", concurs=decision.id))
    passed(buyer, laboratory, vendor)
    passed(vendor, laboratory, buyer)
    files = (laboratory.sends("from-laboratory"), vendor.sends("from-vendor"))
    return Story(
        root, vendor, laboratory, buyer, asked, answer, before_answer, first_verdict, verdict, objection, decision,
        second_signature, (document_1, document_2), files,
    )  # fmt: skip


def test_one_broken_rule_was_remedied_and_the_next_verdict_shows_it(story: Story) -> None:
    before, after = story.first_verdict.content, story.verdict.content
    assert isinstance(before, Disclosure)
    assert isinstance(after, Disclosure)
    assert {DES_RULE, RC4_RULE} <= {*before.broken}
    assert DES_RULE not in {*after.broken, *after.open}
    assert RC4_RULE in after.broken
    document = compose.compose(story.vendor.case, story.vendor.clock.day)
    assert [(row.rule, row.now) for row in document.remedies] == [(DES_RULE, "settled")]


def test_what_was_withheld_is_an_attempt_of_the_review_and_leaves_rules_open(story: Story) -> None:
    dossier = Dossier.open(story.root / "lab.assay")
    held = [attempt for attempt in dossier.latest().attempts() if attempt.status == "withheld"]
    assert [(attempt.kinds, attempt.owner, attempt.law) for attempt in held] == [
        (("crypto.material",), "vendor.example", HELD_BACK.law)
    ]
    assert isinstance(story.verdict.content, Disclosure)
    assert "baseline/crypto.certificate-expired" in story.verdict.content.open


def test_the_vendor_explains_every_judgement_from_its_own_copy(story: Story) -> None:
    assert isinstance(story.verdict.content, Disclosure)
    disclosed = materialise(story.vendor.case, story.verdict.content, story.root / "vendor.assay")
    judgement = next(item for item in disclosed.judgements() if item.rule == "crypto.rc4")
    assert "gateway.py:9" in "\n".join(explain(disclosed, judgement, "en"))


def test_consent_of_the_case_is_one_that_a_review_takes(story: Story) -> None:
    view, day = story.laboratory.case.view, story.laboratory.clock.day
    (consent,) = consents(view, day)
    assert (consent.by, consent.tests, consent.addresses) == ("vendor.example", ("probe.tls",), ("192.0.2.7",))
    consent_covers(consent, digest=consent.digest, test="probe.tls", address="192.0.2.7", on=day)
    assert manifest.manifest_of(view, day).consent is None  # it was for the first delivery, not for the current one
    assert consents(view, date(2030, 1, 1)) == ()


def test_two_persons_decided_and_the_buyers_share_changes(story: Story) -> None:
    view, book = story.buyer.case.view, load("baseline")
    row = Row("Gateway", version="1.1", vendor="Vendor", category="software", year=2026, count=1)
    undecided = View.before(view.history, story.decision.id)
    found = []
    for known in (undecided, view):
        entered = bought(row, known, "from-laboratory.case")
        register = Register(story.root / "register.csv", (entered,))
        counted = [by_decision(item) for item in register.rows]
        reckoned = shares(register, counted, book, story.buyer.clock.day, by="decision", bases=("count",))
        found.append((entered.decision, reckoned.groups[0].low, reckoned.groups[0].high))
    assert found == [("", 0, 1_000_000), (f"from-laboratory.case#{story.decision.id}", 1_000_000, 1_000_000)]


def test_the_auditor_verifies_all_of_it_from_two_files(story: Story, tmp_path: Path) -> None:
    with at(story.files[0]) as first, at(story.files[1]) as second:
        keys = [key for desk in (story.vendor, story.laboratory) for key in desk.party.keys]
        unnamed = list(must_be_known(first.history, keys))
        assert {key.name for key in unnamed} == {"bank.example"}
        compared = compare(first, second)
        assert [act.kind for act in (*compared.only_first, *compared.only_second)] in ([], ["receive"])
        document = compose.compose(first, story.vendor.clock.day)
    assert document.state == "decided"
    assert (document.limits, document.late, document.clocks) == ((), (), ())
    assert all(row.checked for row in document.verdicts)
    assert [(row.standing, row.person, row.second_person) for row in document.decisions] == [
        ("stands", "Zhang Wei", "Li Na")
    ]
    assert [row.standing for row in document.objections] == ["dismissed"]
    assert [row.standing for row in document.questions] == ["answered"]


def test_the_report_says_what_everybody_said(story: Story) -> None:
    document = compose.compose(story.buyer.case, story.buyer.clock.day)
    pages = [output.render(document, lang).decode() for output in (text, html) for lang in LANGS]
    for page in pages:
        for said in ("It is a banner", "RC4 hides", "art. 31", "DES gave way", "Zhang Wei", "Li Na", "weighed"):
            assert said in page
        assert document.case in page
    plain = stdlib_json.loads(json.render(document))
    assert plain["decisions"][0]["person"] == "Zhang Wei"
    assert json.render(document) == json.render(compose.compose(story.buyer.case, story.buyer.clock.day))
    assert "<script" not in pages[2]


def test_acts_and_receipts_verify_alone_without_assay(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    folder = story.buyer.folder / ACTS
    keys = [option for key in story.vendor.party.keys for option in ("--key", str(key))]
    receipt = folder / f"{story.answer.id}{RECEIPT}"
    assert verify_alone([*keys, str(receipt), str(receipt).removesuffix(".tlog-proof")]) == 0
    assert verify_alone([*keys, str(story.vendor.folder / "ledger.sqlite")]) == 0
    assert "vendor.example" in capsys.readouterr().out


def test_a_laboratory_that_drops_an_answer_is_caught(story: Story, tmp_path: Path) -> None:
    # It cuts the answer out of its folder: what it said later has seen it.
    shutil.copytree(story.laboratory.folder, tmp_path / "cut")
    (tmp_path / "cut" / ACTS / f"{story.answer.id}.dsse.json").unlink()
    with pytest.raises(NotVerifiedError, match=f"an act was dropped: receive .* has seen act {story.answer.id[:12]}"):
        Case.open(tmp_path / "cut")
    # It goes on from a copy without the answer, as if there had been none until its day passed: it has two voices.
    cheat = Desk(tmp_path / "cheat", made.party("lab.example", sm2=True), made.Clock(story.laboratory.clock.now))
    bring_in(cheat.folder, story.before_answer, None, 0)
    cheat.clock.days(20)
    cheat.does(made.disclosure(cheat, broken=[RC4_RULE]))
    with pytest.raises(NotVerifiedError, match=r"lab\.example speaks with two voices") as caught:
        story.vendor.takes(cheat.sends())
    assert caught.value.exit_code == Exit.NOT_VERIFIED
    with at(cheat.sends()) as shown, at(story.files[1]) as kept, pytest.raises(NotVerifiedError, match="two voices"):
        compare(shown, kept)
    assert story.vendor.stands == "decided"


def test_a_vendor_that_swaps_the_delivery_is_caught(story: Story, tmp_path: Path) -> None:
    (tmp_path / "swapped").mkdir()
    (tmp_path / "swapped" / "gateway.py").write_text(BROKEN)
    dossier, _ = review(Plan(tmp_path / "swapped", date(2026, 3, 9), None, ("baseline",), tmp_path / "swapped.assay"))
    with pytest.raises(NotVerifiedError, match=r"is not what the vendor submitted: gateway\.py is not the file"):
        disclosure(story.laboratory.case, dossier.latest(), date(2026, 4, 9))
    # Nor can it rewrite what it said: the laboratory holds its signature.
    cheat = Desk(tmp_path / "cheat", made.party("vendor.example", sm2=True), made.Clock(story.vendor.clock.now))
    passed_on = story.laboratory.root / "case-of-invitation.case"
    shutil.copy(story.before_answer, passed_on)
    bring_in(cheat.folder, passed_on, None, 0)
    delivered(cheat, tmp_path, "1.0", BROKEN)
    with pytest.raises(NotVerifiedError, match=r"vendor\.example speaks with two voices: .*submit"):
        story.laboratory.takes(cheat.sends())


def test_the_case_closes_after_the_day_for_objections_and_reopens_by_a_delivery(story: Story, tmp_path: Path) -> None:
    clock = made.Clock(story.laboratory.clock.now)
    desks = [Desk(tmp_path, desk.party, clock) for desk in (story.vendor, story.laboratory)]
    for desk, told in zip(desks, (story.vendor, story.laboratory), strict=True):
        shutil.copytree(told.folder, desk.folder)
    vendor, laboratory = desks
    assert "may object until" in laboratory.refuses(Closing("done"))
    clock.days(20)
    laboratory.does(Closing("nobody objected"))
    assert laboratory.stands == "closed"
    assert "the case is closed" in laboratory.refuses(made.question(laboratory))
    passed(laboratory, vendor)
    delivered(vendor, tmp_path, "2.0", MENDED.replace("ARC4", "ChaCha20"))
    found = state(vendor.case.view)
    assert (found.name, found.reopened) == ("delivered", True)
