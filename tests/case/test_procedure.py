"""Acts out of order are refused with the reason, to who acts and to who reads them."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.case import compose
from assay.case.contents import (
    Acknowledgement,
    Answer,
    Charter,
    Closing,
    Content,
    Departure,
    Disclosure,
    Invitation,
    Objection,
    Permission,
    Remedy,
    Withdrawal,
    Withholding,
)
from assay.case.folder import Case, convener
from assay.case.standing import contradictions, dues, state
from assay.core.errors import UsageError
from tests.case.made import (
    Clock,
    Desk,
    decided,
    decision,
    delivery,
    disclosure,
    invitation,
    judged,
    opened,
    party,
    passed,
    question,
)

NOBODY = "0" * 64
LATER = date(2026, 12, 31)


def test_the_states_follow_each_other(tmp_path: Path) -> None:
    vendor, laboratory, buyer = opened(tmp_path)
    assert vendor.stands == "draft"
    vendor.does(*delivery())
    assert vendor.stands == "delivered"
    passed(vendor, laboratory)
    assert laboratory.stands == "examining"
    asked = laboratory.does(question(laboratory))
    assert laboratory.stands == "questions"
    passed(laboratory, vendor)
    vendor.does(Answer(asked.id, "It marks a page."))
    assert vendor.stands == "answered"
    passed(vendor, laboratory)
    verdict = laboratory.does(disclosure(laboratory))
    assert laboratory.stands == "judged"
    passed(laboratory, vendor)
    vendor.does(Acknowledgement(verdict.id))
    passed(vendor, laboratory)
    first = laboratory.does(decision(laboratory, "Zhang Wei"))
    assert laboratory.stands == "judged"
    passed(laboratory, buyer)
    buyer.does(decision(buyer, "Li Na", concurs=first.id))
    assert buyer.stands == "decided"
    passed(buyer, vendor, laboratory)
    vendor.does(Acknowledgement(first.id))
    passed(vendor, laboratory)
    laboratory.does(Closing("done"))
    assert laboratory.stands == "closed"


def test_who_may_do_what(tmp_path: Path) -> None:
    vendor, laboratory, buyer, verdict = judged(tmp_path, broken=["b/r"])
    current = vendor.case.view.current
    assert current is not None
    consent = Permission(current[0].id, current[1].artifact, ("probe",), (), LATER)
    refused: list[tuple[Desk, Content, str]] = [
        (laboratory, delivery("two")[0], "delivery is the vendor's act"),
        (laboratory, consent, "consent is given by the vendor or the buyer"),
        (laboratory, Withholding("x", "y"), "withholding is the vendor's act"),
        (laboratory, Acknowledgement(verdict.id), "acknowledgement is the vendor's act"),
        (laboratory, Remedy(verdict.id, current[0].id, ("b/r",), "x"), "remedy is the vendor's act"),
        (laboratory, Objection(verdict.id, "no"), "may object"),
        (vendor, disclosure(vendor), "verdict is an act of the laboratory"),
        (vendor, decision(vendor, "Wang Fang"), "decision is an act of the laboratory"),
        (vendor, Closing("x"), "closing is an act of the laboratory"),
        (vendor, invitation(party("other.example"), "auditor"), "only lab.example, who opened the case, invites"),
        (buyer, invitation(party("other.example"), "auditor"), "only lab.example"),
    ]
    for desk, content, reason in refused:
        assert reason in desk.refuses(content)


def test_parties_and_their_keys(tmp_path: Path) -> None:
    _, laboratory, _ = opened(tmp_path)
    known = party("vendor.example")
    other = party("other.example")
    two = tuple(str(key) for seed in ("a", "b") for key in party("other.example", seed).keys)
    refused: list[tuple[Invitation, str]] = [
        (convener(known, "buyer"), "vendor.example is a party already"),
        (convener(other, "vendor"), "vendor.example is the vendor of this case"),
        (Invitation("other.example", "buyer", ()), "has no key"),
        (Invitation("another.example", "buyer", tuple(map(str, other.keys))), "does not bear the name another.example"),
        (Invitation("other.example", "buyer", ("no key",)), "is no verifier key"),
        (
            Invitation("other.example", "auditor", (str(replace(known.keys[0], name="other.example")),)),
            "two parties never have one key",
        ),
        (Invitation("other.example", "buyer", two), "two keys of one algorithm"),
    ]  # fmt: skip
    for invitation_, reason in refused:
        assert reason in laboratory.refuses(invitation_)


def test_a_case_is_opened_by_who_may(tmp_path: Path) -> None:
    me = party("lab.example")
    for charter, reason in (
        (Charter("t", "p", convener(me, "auditor")), "opened by its convener"),
        (Charter("t", "p", convener(party("vendor.example"), "vendor")), "opened by its convener"),
        (Charter(" ", "p", convener(me, "laboratory")), "is empty"),
        (Charter("t", "p", convener(me, "laboratory"), answer_days=-1), "0 to 366 days"),
    ):
        with pytest.raises(UsageError, match=reason):
            Case.begin(tmp_path / reason[:4], charter, me, 1)


def test_deliveries_and_consents_are_of_each_other(tmp_path: Path) -> None:
    vendor, laboratory, _ = opened(tmp_path)
    assert "nothing is delivered yet" in laboratory.refuses(question(laboratory))
    content, attached = delivery()
    submitted = vendor.does(content, attached)
    assert "is the current one already" in vendor.refuses(content)
    consent = Permission(submitted.id, content.artifact, ("probe",), ("192.0.2.1",), LATER)
    for changed, reason in (
        (replace(consent, artifact=NOBODY), "another digest"),
        (replace(consent, delivery=NOBODY), "names no delivery"),
        (replace(consent, tests=()), "names its tests"),
        (replace(consent, until=date(2020, 1, 1)), "is before"),
    ):
        assert reason in vendor.refuses(changed)
    vendor.does(consent)
    vendor.does(Withdrawal(submitted.id, "the wrong one"))
    assert vendor.stands == "draft"
    assert "was withdrawn" in vendor.refuses(Withdrawal(submitted.id, "again"))


def test_a_question_is_answered_once_by_whom_it_was_asked(tmp_path: Path) -> None:
    vendor, laboratory, buyer = opened(tmp_path)
    vendor.does(*delivery())
    passed(vendor, laboratory, buyer)
    assert "no other party" in laboratory.refuses(question(laboratory, "lab.example"))
    assert "no other party" in laboratory.refuses(question(laboratory, "nobody.example"))
    assert "is before" in laboratory.refuses(question(laboratory, days=-3))
    asked, refused, taken_back = (laboratory.does(question(laboratory)) for _ in range(3))
    laboratory.does(Withdrawal(taken_back.id, "it is in the manual"))
    passed(laboratory, vendor, buyer)
    assert "was asked of vendor.example" in buyer.refuses(Answer(asked.id, "I know"))
    assert "only an objection is upheld" in vendor.refuses(Answer(asked.id, "yes", upheld=True))
    assert "is empty" in vendor.refuses(Answer(asked.id, " "))
    assert "was withdrawn" in vendor.refuses(Answer(taken_back.id, "yes"))
    assert "no question" in vendor.refuses(Answer(NOBODY, "yes"))
    vendor.does(Answer(asked.id, "yes"))
    assert "has its answer already" in vendor.refuses(Answer(asked.id, "no"))
    vendor.does(Withholding("keys", "of customers", "a law", refused.id))
    assert "has its answer already" in vendor.refuses(Answer(refused.id, "no"))
    assert "is no act of this party" in vendor.refuses(Withdrawal(asked.id, "x"))
    assert vendor.stands == "answered"


def test_nobody_decides_before_the_vendor_was_heard(tmp_path: Path) -> None:
    vendor, laboratory, buyer, verdict = judged(tmp_path)
    said = decision(laboratory, "Zhang Wei", days=30)
    assert "has not acknowledged it" in laboratory.refuses(said)
    objection = vendor.does(Objection(verdict.id, "not so"))
    vendor.does(Acknowledgement(verdict.id))
    passed(vendor, laboratory, buyer)
    assert f"the objection {objection.id[:12]} is not answered" in laboratory.refuses(said)
    assert "is upheld or dismissed" in laboratory.refuses(Answer(objection.id, "hm"))
    assert "must" not in buyer.refuses(Answer(NOBODY, "hm", upheld=True))
    laboratory.does(Answer(objection.id, "it is so", upheld=False))
    laboratory.does(said)
    assert "signed a decision on this verdict already" in laboratory.refuses(said)


def test_the_day_of_the_verdict_passes_without_the_vendor(tmp_path: Path) -> None:
    vendor, laboratory, buyer = opened(tmp_path)
    vendor.does(*delivery())
    passed(vendor, laboratory, buyer)
    laboratory.does(disclosure(laboratory))
    laboratory.clock.days(15)
    first = laboratory.does(decision(laboratory, "Zhang Wei"))
    assert [due.done for due in dues(laboratory.case.view)] == [None]
    passed(laboratory, buyer)
    buyer.does(decision(buyer, "Li Na", concurs=first.id))
    limits = [text.en for text in compose.compose(buyer.case, buyer.clock.day).limits]
    assert any("no act of the vendor showed that it had seen the verdict" in text for text in limits)
    passed(buyer, vendor)
    vendor.does(Objection(first.id, "nobody told us"))
    assert state(vendor.case.view).reopened


def test_a_question_that_is_open_holds_up_verdict_and_decision_until_its_day(tmp_path: Path) -> None:
    vendor, laboratory, _ = opened(tmp_path)
    vendor.does(*delivery())
    passed(vendor, laboratory)
    asked = laboratory.does(question(laboratory, days=5))
    reason = f"the question {asked.id[:12]} has until"
    assert reason in laboratory.refuses(disclosure(laboratory))
    laboratory.clock.days(6)
    laboratory.does(disclosure(laboratory))
    (late,) = [due for due in dues(laboratory.case.view) if due.late(laboratory.clock.day)]
    assert (late.party, late.act.id) == ("vendor.example", asked.id)


def test_an_upheld_objection_takes_the_verdict_away(tmp_path: Path) -> None:
    vendor, laboratory, _, verdict = judged(tmp_path, broken=["b/r"])
    assert "not among the broken" in vendor.refuses(Objection(verdict.id, "no", ("b/other",)))
    objection = vendor.does(Objection(verdict.id, "no", ("b/r",)))
    passed(vendor, laboratory)
    laboratory.does(Answer(objection.id, "you are right", upheld=True))
    assert laboratory.stands == "examining"
    laboratory.does(disclosure(laboratory))
    assert laboratory.stands == "judged"


def test_who_admits_departs_with_reasons_and_who_declines_follows(tmp_path: Path) -> None:
    vendor, laboratory, _, verdict = judged(tmp_path, broken=["b/broken"], open_=["b/open"])
    vendor.does(Acknowledgement(verdict.id))
    passed(vendor, laboratory)
    said = decision(laboratory, "Zhang Wei")
    for changed, reason in (
        (replace(said, departs=said.departs[:1]), "without a reason: b/open first"),
        (replace(said, departs=(*said.departs[:1], Departure("b/open", " "))), "each departure has its reason"),
        (replace(said, departs=(*said.departs, Departure("b/met", "x"))), "b/met is not among"),
        (replace(said, follows=("b/open",)), "followed or departed from, once"),
        (replace(said, outcome="admit-with-conditions"), "the conditions are missing"),
        (replace(said, outcome="decline", departs=()), "name a broken or open rule"),
        (replace(said, person=" "), "person / reason is empty"),
        (replace(said, verdict=NOBODY), "cites the last verdict"),
        (replace(said, until=date(2020, 1, 1)), "is before"),
    ):
        assert reason in laboratory.refuses(changed)
    laboratory.does(replace(said, outcome="decline", departs=(), follows=("b/broken",)))


def test_two_persons_of_two_parties_sign_the_same_decision(tmp_path: Path) -> None:
    vendor, laboratory, buyer, verdict = judged(tmp_path)
    vendor.does(Acknowledgement(verdict.id))
    passed(vendor, laboratory, buyer)
    first = laboratory.does(decision(laboratory, "Zhang Wei"))
    passed(laboratory, buyer)
    second = decision(buyer, "Li Na", concurs=first.id)
    assert "two persons" in buyer.refuses(replace(second, person=" zhang  WEI "))
    assert "two persons" in laboratory.refuses(replace(second, person="Li Na"))
    assert "the very decision" in buyer.refuses(replace(second, outcome="decline"))
    assert "the very decision" in buyer.refuses(replace(second, conditions=("x",)))
    assert "waits for a second" in buyer.refuses(replace(second, concurs=NOBODY))
    signed = buyer.does(second)
    assert "the case is decided" in buyer.refuses(decision(buyer, "Li Na"))
    passed(buyer, laboratory)
    assert "was signed by two" in laboratory.refuses(Withdrawal(first.id, "x"))
    assert "was signed by two" in buyer.refuses(Withdrawal(signed.id, "x"))


def test_a_proposal_is_withdrawn_and_made_anew(tmp_path: Path) -> None:
    vendor, laboratory, buyer, verdict = judged(tmp_path)
    vendor.does(Acknowledgement(verdict.id))
    passed(vendor, laboratory)
    first = laboratory.does(decision(laboratory, "Zhang Wei"))
    laboratory.does(Withdrawal(first.id, "too early"))
    passed(laboratory, buyer)
    assert "waits for a second" in buyer.refuses(decision(buyer, "Li Na", concurs=first.id))
    laboratory.does(decision(laboratory, "Zhang Wei"))


def test_an_objection_reopens_a_decision_until_it_is_dismissed(tmp_path: Path) -> None:
    vendor, laboratory, buyer, first = decided(tmp_path)
    objection = vendor.does(Objection(first.id, "we were not asked"))
    found = state(vendor.case.view)
    assert (found.name, found.reopened) == ("judged", True)
    passed(vendor, laboratory, buyer)
    laboratory.does(Answer(objection.id, "you were", upheld=False))
    assert laboratory.stands == "decided"
    passed(laboratory, vendor)
    again = vendor.does(Objection(first.id, "but not in writing"))
    passed(vendor, buyer)
    buyer.does(Answer(again.id, "true", upheld=True))
    assert (buyer.stands, state(buyer.case.view).reopened) == ("judged", True)
    buyer.does(decision(buyer, "Li Na"))


def test_a_decision_that_had_not_seen_what_the_vendor_said_does_not_stand(tmp_path: Path) -> None:
    vendor, laboratory, buyer, verdict = judged(tmp_path)
    vendor.does(Acknowledgement(verdict.id))
    passed(vendor, laboratory)
    objection = vendor.does(Objection(verdict.id, "wait, this is wrong"))
    first = laboratory.does(decision(laboratory, "Zhang Wei"))
    passed(laboratory, buyer)
    buyer.does(decision(buyer, "Li Na", concurs=first.id))
    assert buyer.stands == "decided"
    passed(vendor, buyer)
    found = state(buyer.case.view)
    assert (found.name, found.reopened, [act.id for act in found.unseen]) == ("judged", True, [objection.id])


def test_two_decisions_that_contradict_each_other_do_not_stand(tmp_path: Path) -> None:
    vendor, laboratory, buyer, verdict = judged(tmp_path)
    vendor.does(Acknowledgement(verdict.id))
    passed(vendor, laboratory, buyer)
    one = laboratory.does(decision(laboratory, "Zhang Wei"))
    other = buyer.does(decision(buyer, "Li Na", outcome="decline"))
    file_one, file_other = laboratory.sends(), buyer.sends()
    laboratory.takes(file_other)
    buyer.takes(file_one)
    laboratory.does(decision(laboratory, "Zhang Wei", outcome="decline", concurs=other.id))
    buyer.does(decision(buyer, "Li Na", concurs=one.id))
    passed(buyer, laboratory)
    found = state(laboratory.case.view)
    assert (found.name, {act.id for act in found.contradicting}) == ("judged", {one.id, other.id})


def test_dates_that_contradict_the_order_are_named(tmp_path: Path) -> None:
    vendor, laboratory, _ = opened(tmp_path)
    fast = Desk(tmp_path, vendor.party, Clock(vendor.clock.now + 3 * 3600))
    submitted = fast.does(*delivery())
    passed(fast, laboratory)
    (found,) = contradictions(laboratory.case.view)
    assert (found.earlier.id, found.later.by, found.seconds) == (submitted.id, "lab.example", 3 * 3600)


def test_a_remedy_is_a_delivery_after_the_verdict(tmp_path: Path) -> None:
    vendor, laboratory, _, verdict = judged(tmp_path, broken=["b/r"])
    current = vendor.case.view.current
    assert current is not None
    said = Remedy(verdict.id, current[0].id, ("b/r",), "mended")
    assert "made after the verdict" in vendor.refuses(said)
    again = vendor.does(*delivery("two"))
    assert "not among the broken" in vendor.refuses(replace(said, delivery=again.id, rules=("b/x",)))
    assert "no verdict" in vendor.refuses(replace(said, delivery=again.id, verdict=NOBODY))
    vendor.does(replace(said, delivery=again.id))
    passed(vendor, laboratory)
    assert laboratory.stands == "examining"
    old = laboratory.case.history.act(verdict.id).content
    assert isinstance(old, Disclosure)
    assert "not about the current delivery" in laboratory.refuses(replace(old, until=LATER))
    assert "judged by baseline too" in laboratory.refuses(replace(disclosure(laboratory), books=()))
    assert "was delivered" in laboratory.refuses(replace(disclosure(laboratory), artifact=NOBODY))
