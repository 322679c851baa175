"""Bad days of a case: lost and stolen keys, forks, replays, a folder that was lost, a writer that was killed."""

import json
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.case import compose
from assay.case.acts import MOST_PARENTS, make
from assay.case.checking import verified
from assay.case.contents import Answer, Charter, Content, Objection, Question, Reception, Revocation
from assay.case.exchange import at, bring_in, compare, export, must_be_known
from assay.case.folder import ACTS, BODIES, ENVELOPE, RECEIPT, Case, convener, signed
from assay.case.history import Signed
from assay.core.errors import InputError, NotVerifiedError, UsageError
from assay.ledger.envelope import seal
from assay.ledger.party import Party, nobody
from assay.ledger.sqlite import NAME
from assay.ledger.statements import PAYLOAD_TYPE
from assay.ledger.witness import Seen
from tests.case.made import (
    START,
    Clock,
    Desk,
    answered,
    decided,
    delivery,
    invitation,
    judged,
    opened,
    party,
    passed,
    question,
)


def questioned(root: Path) -> tuple[Desk, Desk, Desk]:
    """A question was asked and everybody knows."""
    vendor, laboratory, buyer = opened(root)
    vendor.does(*delivery())
    passed(vendor, laboratory)
    laboratory.does(question(laboratory))
    passed(laboratory, vendor, buyer)
    return vendor, laboratory, buyer


def forged(desk: Desk, content: Content, by: Party) -> Signed:
    """An act under the forger's name and key, after all that this desk holds."""
    history = desk.case.history
    act, payload = make(history.case, by.name, desk.clock.now, history.heads(), "0" * 32, content)
    return Signed(act, seal(PAYLOAD_TYPE, payload, act.by, by.signers))


def test_a_forged_act_names_whose_signature_is_missing(tmp_path: Path) -> None:
    vendor, laboratory, _ = questioned(tmp_path)
    asked = laboratory.case.view.open_questions[0][0]
    thief = party("vendor.example", "another seed")
    lie = forged(laboratory, Answer(asked.id, "we confess"), thief)
    with pytest.raises(NotVerifiedError, match=r"\(vendor\.example\) does not verify: no known key signed"):
        verified([*laboratory.case.history.signed, lie])
    stranger = forged(laboratory, Reception(), party("stranger.example"))
    with pytest.raises(NotVerifiedError, match=r"stranger\.example is no party"):
        verified([*laboratory.case.history.signed, stranger])
    assert vendor.stands == "questions"


def test_an_act_that_procedure_refuses_is_refused_to_its_readers_too(tmp_path: Path) -> None:
    vendor, laboratory, buyer = questioned(tmp_path)
    asked = vendor.case.view.open_questions[0][0]
    for by, content, reason in (
        (buyer, Answer(asked.id, "for them"), "was asked of vendor.example"),
        (vendor, invitation(party("friend.example"), "laboratory"), "only lab.example"),
        (laboratory, Objection(asked.id, "x"), "may object"),
    ):
        lie = signed(by.case.history.case, by.party, by.clock.now, by.case.history.heads(), content)
        with pytest.raises(NotVerifiedError, match=f"is out of order: .*{reason}"):
            verified([*by.case.history.signed, lie])


def test_an_act_of_another_case_is_named_as_replayed(tmp_path: Path) -> None:
    vendor, laboratory, _ = questioned(tmp_path / "one")
    other, _, _ = questioned(tmp_path / "two")
    replayed = other.case.history.signed[-1]
    with pytest.raises(NotVerifiedError, match="here are 2"):
        verified([*vendor.case.history.signed, *other.case.history.signed])
    with pytest.raises(NotVerifiedError, match="an act was dropped"):
        verified([*vendor.case.history.signed, replayed])
    grafted = replace(replayed, act=replace(replayed.act, parents=laboratory.case.history.heads()))
    with pytest.raises(NotVerifiedError, match="is of another case"):
        verified([*laboratory.case.history.signed, grafted])


def test_copies_that_went_apart_merge_into_the_same_case_in_any_order(tmp_path: Path) -> None:
    vendor, laboratory, buyer = questioned(tmp_path)
    asked = vendor.case.view.open_questions[0][0]
    answered(vendor, asked)
    laboratory.does(question(laboratory))
    buyer.does(Question("vendor.example", "What does it cost to run?", asked.day.replace(year=2027)))
    files = [desk.sends() for desk in (vendor, laboratory, buyer)]
    merged = []
    for number, order in enumerate(((0, 1, 2), (2, 1, 0), (1, 2, 0))):
        folder = tmp_path / f"merged-{number}"
        for which in order:
            bring_in(folder, files[which], None, 0)
        target = tmp_path / f"merged-{number}.case"
        export(Case.open(folder), target)
        merged.append(target.read_bytes())
    assert merged[0] == merged[1] == merged[2]
    again = bring_in(tmp_path / "merged-0", files[0], None, 0)
    assert (list(again.fresh), again.bodies, again.receipt) == ([], 0, None)


def test_receipts_do_not_answer_receipts(tmp_path: Path) -> None:
    vendor, laboratory, _ = questioned(tmp_path)
    passed(vendor, laboratory)
    before = laboratory.case.history.heads()
    passed(vendor, laboratory)
    assert laboratory.case.history.heads() == before


def test_a_party_with_two_copies_that_went_apart_has_two_voices(tmp_path: Path) -> None:
    vendor, laboratory, _ = questioned(tmp_path)
    shutil.copytree(vendor.folder, tmp_path / "laptop" / vendor.name)
    laptop = Desk(tmp_path / "laptop", replace(vendor.party, memory=None), vendor.clock)
    asked = vendor.case.view.open_questions[0][0]
    answered(vendor, asked, "yes")
    answered(laptop, asked, "no")
    passed(vendor, laboratory)
    before = laboratory.case.history.heads()
    with pytest.raises(NotVerifiedError, match=r"vendor\.example speaks with two voices"):
        laboratory.takes(laptop.sends())
    assert laboratory.case.history.heads() == before
    with at(vendor.folder) as one, at(laptop.folder) as other, pytest.raises(NotVerifiedError, match="two voices"):
        compare(one, other)


def test_a_ledger_remembers_what_a_folder_forgot(tmp_path: Path) -> None:
    vendor, _, _ = questioned(tmp_path)
    before = tmp_path / "before"
    shutil.copytree(vendor.folder, before)
    answered(vendor, vendor.case.view.open_questions[0][0])
    shutil.rmtree(vendor.folder)
    shutil.copytree(before, vendor.folder)
    with pytest.raises(NotVerifiedError, match="rolled back, or restored from an old backup"):
        answered(vendor, vendor.case.view.open_questions[0][0], "something else")


def test_acts_that_left_the_folder_are_missed_by_the_ledger(tmp_path: Path) -> None:
    vendor, _, _ = questioned(tmp_path)
    answer = answered(vendor, vendor.case.view.open_questions[0][0])
    for end in (ENVELOPE, RECEIPT):
        (vendor.folder / ACTS / f"{answer.id}{end}").unlink()
    with pytest.raises(NotVerifiedError, match="is of an act that is not here"):
        answered(replace_memory(vendor), vendor.case.view.open_questions[0][0], "something else")


def replace_memory(desk: Desk) -> Desk:
    """The same party, that forgot what it had seen of logs."""
    return Desk(desk.root, replace(desk.party, memory=None), desk.clock)


def test_a_lost_folder_comes_back_from_another_party_with_the_same_ledger(tmp_path: Path) -> None:
    vendor, laboratory, _ = questioned(tmp_path)
    asked = vendor.case.view.open_questions[0][0]
    answered(vendor, asked)
    passed(vendor, laboratory)
    shutil.rmtree(vendor.folder)
    vendor.takes(laboratory.sends())
    vendor.does(Objection(asked.id, "why is this asked?"))
    passed(vendor, laboratory)
    assert laboratory.case.without_receipt == []


def test_a_killed_writer_leaves_a_whole_case_and_the_next_act_enters_what_was_not(tmp_path: Path) -> None:
    vendor, laboratory, _ = questioned(tmp_path)
    asked = vendor.case.view.open_questions[0][0]
    answer = answered(vendor, asked)
    (vendor.folder / ACTS / f"{answer.id}{RECEIPT}").unlink()
    assert [act.id for act in vendor.case.without_receipt] == [answer.id]
    (vendor.folder / NAME).unlink()
    vendor.does(Objection(asked.id, "why is this asked?"))
    assert vendor.case.without_receipt == []
    passed(vendor, laboratory)
    for name in ("case.json", f"{ACTS}/x.partial", f"{BODIES}/y.partial"):
        (tmp_path / "new" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "new" / name).touch()
    with pytest.raises(InputError, match="is no folder of a case"):
        Case.open(tmp_path / "new")


def test_a_lost_key_is_replaced_by_whom_the_charter_names(tmp_path: Path) -> None:
    vendor, laboratory, buyer = questioned(tmp_path)
    old, fresh = vendor.party.keys, party("vendor.example", "a new key")
    new = tuple(map(str, fresh.keys))
    replaced = Revocation("vendor.example", tuple(map(str, old)), "the disk died", new)
    assert "vouched for by bank.example" in laboratory.refuses(replaced)
    assert "vouched for by bank.example" in vendor.refuses(replaced)
    with pytest.raises(UsageError, match="your keys are not those"):
        Case.open(vendor.folder).act(Reception(), fresh, START)
    taken = tuple(str(replace(key, name="vendor.example")) for key in laboratory.party.keys)
    assert "two parties never have one key" in buyer.refuses(replace(replaced, replacement=taken))
    buyer.does(replaced)
    passed(buyer, vendor, laboratory)
    moved = Desk(tmp_path, replace(fresh, memory=Seen(tmp_path / "seen-again")), vendor.clock)
    answered(moved, moved.case.view.open_questions[0][0])
    passed(moved, laboratory)
    assert laboratory.stands == "answered"
    with pytest.raises(UsageError, match="your keys are not those"):
        vendor.does(Objection(moved.case.history.heads()[0], "I am the old key"))
    (row,) = [row for row in compose.compose(laboratory.case, laboratory.clock.day).parties if row.role == "vendor"]
    assert (row.keys, row.former_keys) == (new, tuple(map(str, old)))


def test_what_a_stolen_key_signed_apart_from_its_revocation_is_void(tmp_path: Path) -> None:
    vendor, laboratory, buyer = questioned(tmp_path)
    asked = vendor.case.view.open_questions[0][0]
    thief = Desk(tmp_path / "thief", replace(vendor.party, memory=None), vendor.clock)
    bring_in(thief.folder, vendor.sends(), None, 0)
    lie = answered(thief, asked, "we confess everything")
    passed(vendor, buyer)
    buyer.does(Revocation("vendor.example", tuple(map(str, vendor.party.keys)), "stolen"))
    passed(buyer, vendor, laboratory)
    bring_in(laboratory.folder, thief.sends(), None, 0)
    case = laboratory.case
    assert (laboratory.stands, asked.id in case.view.settled) == ("questions", False)
    document = compose.compose(case, laboratory.clock.day)
    assert [row.marks for row in document.acts if row.said.id == lie.id] == [("void",)]
    assert any("is void" in text.en for text in document.limits)
    assert any("were revoked by another party" in text.en for text in document.limits)
    with pytest.raises(UsageError, match="your keys are not those"):
        vendor.does(Answer(asked.id, "no"))


def test_a_party_that_revokes_its_own_key_ends_its_chain_and_unsays_nothing(tmp_path: Path) -> None:
    vendor, laboratory, _ = questioned(tmp_path)
    asked = vendor.case.view.open_questions[0][0]
    thief = Desk(tmp_path / "thief", replace(vendor.party, memory=None), vendor.clock)
    bring_in(thief.folder, vendor.sends(), None, 0)
    answered(thief, asked, "we confess everything")
    answered(vendor, asked, "It marks a page.")
    keys = tuple(map(str, vendor.party.keys))
    backdated, payload = make(vendor.case.history.case, vendor.name, START, asked.parents, "0" * 32,
                              Revocation(vendor.name, keys, "we never said that"))  # fmt: skip
    unsaid = Signed(backdated, seal(PAYLOAD_TYPE, payload, vendor.name, vendor.party.signers))
    with pytest.raises(NotVerifiedError, match="two voices"):
        verified([*vendor.case.history.signed, unsaid])
    vendor.does(Revocation(vendor.name, keys, "stolen"))
    passed(vendor, laboratory)
    assert laboratory.stands == "answered"
    with pytest.raises(NotVerifiedError, match="two voices"):
        laboratory.takes(thief.sends())
    with pytest.raises(NotVerifiedError, match="is no party with a key where this act stands"):
        verified([*laboratory.case.history.signed, forged(laboratory, Reception(), vendor.party)])


def test_a_stolen_key_cannot_make_more_heads_than_an_act_may_name(tmp_path: Path) -> None:
    vendor, laboratory, buyer = questioned(tmp_path)
    asked = laboratory.case.view.open_questions[0][0]
    lies = [forged(laboratory, Objection(asked.id, str(n)), vendor.party) for n in range(MOST_PARENTS + 1)]
    with pytest.raises(NotVerifiedError, match="two voices"):
        verified([*laboratory.case.history.signed, *lies])
    buyer.does(Revocation("vendor.example", tuple(map(str, vendor.party.keys)), "stolen"))
    passed(buyer, laboratory)
    laboratory.case.keep(lies, {}, [])
    assert len(laboratory.case.history.heads()) > MOST_PARENTS
    laboratory.does(question(laboratory))
    assert laboratory.stands == "questions"


def test_the_voucher_itself_is_vouched_for_by_the_convener(tmp_path: Path) -> None:
    _, laboratory, buyer = opened(tmp_path)
    fresh = party("bank.example", "a new key")
    laboratory.does(
        Revocation("bank.example", tuple(map(str, buyer.party.keys)), "left on a train", tuple(map(str, fresh.keys)))
    )
    passed(laboratory, buyer)
    Desk(tmp_path, fresh, buyer.clock).does(Reception())
    assert "these are not keys of lab.example" in laboratory.refuses(Revocation("lab.example", ("no key",), "x"))


def test_two_parties_with_one_key_are_refused_where_forks_meet(tmp_path: Path) -> None:
    vendor, laboratory, buyer = opened(tmp_path)
    shared = party("auditor.example")
    laboratory.does(invitation(shared, "auditor"))
    same = tuple(str(replace(key, name="vendor.example")) for key in shared.keys)
    buyer.does(Revocation("vendor.example", tuple(map(str, vendor.party.keys)), "lost", same))
    with pytest.raises(NotVerifiedError, match="have one key"):
        laboratory.takes(buyer.sends())


def test_nobody_known_signs_no_act(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="signed by somebody known"):
        Case.begin(tmp_path / "x", Charter("t", "p", convener(nobody(), "vendor")), nobody(), START)


def test_both_signatures_are_demanded_of_a_party_with_two_keys(tmp_path: Path) -> None:
    vendor, laboratory, _ = opened(tmp_path, sm2=True)
    item = forged(laboratory, Reception(), Party(vendor.name, vendor.party.signers[:1]))
    with pytest.raises(NotVerifiedError, match="no known key signed it with what is demanded"):
        verified([*laboratory.case.history.signed, item])


def test_a_key_that_the_auditor_named_must_be_the_one_of_the_case(tmp_path: Path) -> None:
    vendor, _, _, _ = judged(tmp_path)
    history = vendor.case.history
    assert {key.name for key in must_be_known(history, vendor.party.keys)} == {"lab.example", "bank.example"}
    for key, reason in (
        (party("vendor.example", "another").keys[0], "vendor.example has another key"),
        (party("x.example").keys[0], "x.example is no party"),
    ):
        with pytest.raises(NotVerifiedError, match=reason):
            list(must_be_known(history, [key]))


def test_a_changed_file_of_the_folder_is_named(tmp_path: Path) -> None:
    vendor, _, _, _ = decided(tmp_path)
    for path in sorted((vendor.folder / ACTS).iterdir()):
        content = path.read_bytes()
        at_byte = len(content) // 2
        path.write_bytes(content[:at_byte] + bytes([content[at_byte] ^ 1]) + content[at_byte + 1 :])
        with pytest.raises(NotVerifiedError):
            Case.open(vendor.folder)
        path.write_bytes(content)
    (body,) = (vendor.folder / BODIES).iterdir()
    body.write_bytes(b"[]")
    with pytest.raises(NotVerifiedError, match=r"is not delivery\.jsonl as it was"):
        compose.compose(vendor.case, vendor.clock.day)


def test_what_does_not_travel_is_a_limit_of_the_report(tmp_path: Path) -> None:
    vendor, _, _, _ = decided(tmp_path)
    export(vendor.case, tmp_path / "acts.case", bodies=False)
    with at(tmp_path / "acts.case") as case:
        limits = [text.en for text in compose.compose(case, vendor.clock.day).limits]
    assert any("delivery.jsonl" in text and "does not travel" in text for text in limits)


def test_a_ledger_holds_nothing_but_digests(tmp_path: Path) -> None:
    vendor, _, _, _ = decided(tmp_path)
    words = ("Gateway", "delivery.jsonl", "Zhang", "page")
    content = (vendor.folder / NAME).read_bytes()
    assert not [word for word in words if word.encode() in content]
    receipt = next((vendor.folder / ACTS).glob("*.tlog-proof")).read_text()
    assert "extra " in receipt


def test_a_clock_beyond_all_years_is_no_act(tmp_path: Path) -> None:
    vendor, _, _ = opened(tmp_path)
    with pytest.raises(UsageError, match="this act is refused"):
        Desk(tmp_path, vendor.party, Clock(1 << 60)).does(Reception())
    assert json.loads((vendor.folder / "case.json").read_bytes())["format"] == 1
