"""Acts that must not count: of a party that only a stolen key invited; a delivery that names two things."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.case import compose, folder
from assay.case.contents import Acknowledgement, Revocation
from assay.case.decisions import person
from assay.case.exchange import bring_in
from assay.case.folder import Attached
from assay.core.errors import UsageError
from tests.case.made import Desk, decision, delivery, disclosure, invitation, judged, opened, party, passed


def test_a_party_that_only_a_stolen_key_invited_decides_nothing(tmp_path: Path) -> None:
    vendor, laboratory, buyer, verdict = judged(tmp_path)
    vendor.does(Acknowledgement(verdict.id))
    passed(vendor, laboratory, buyer)
    thief = Desk(tmp_path / "thief", replace(laboratory.party, memory=None), laboratory.clock)
    bring_in(thief.folder, laboratory.sends(), None, 0)
    shill = Desk(tmp_path / "thief", party("shill.example"), laboratory.clock)
    thief.does(invitation(shill.party, "laboratory"))
    shill.takes(thief.sends())
    first = shill.does(decision(shill, "Nobody"))
    buyer.does(Revocation("lab.example", tuple(map(str, laboratory.party.keys)), "stolen"))
    bring_in(buyer.folder, shill.sends(), None, 0)
    case = buyer.case
    assert "shill.example" not in case.view.parties
    assert not case.view.has(first.id)
    document = compose.compose(case, buyer.clock.day)
    assert [row.marks for row in document.acts if row.said.id == first.id] == [("void",)]
    assert buyer.stands == "judged"
    assert "waits for a second signature" in buyer.refuses(decision(buyer, "Li Na", concurs=first.id))


def test_a_delivery_has_one_digest(tmp_path: Path) -> None:
    vendor, laboratory, _ = opened(tmp_path)
    content, attached = delivery()
    two = replace(content, artifact="0" * 64)
    assert "digest of its listing" in vendor.refuses(two)
    vendor.does(content, attached)
    passed(vendor, laboratory)
    other = replace(disclosure(laboratory), artifact="0" * 64)
    assert "0000" in laboratory.refuses(other)


def test_a_body_that_nobody_could_read_again_is_not_attached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor, _, _ = opened(tmp_path)
    content, _ = delivery()
    monkeypatch.setattr(folder, "LARGEST_BODY", 10)
    before = vendor.case.history.heads()
    with pytest.raises(UsageError, match="larger than"):
        vendor.case.act(content, vendor.party, vendor.clock.tick(), [Attached("delivery.jsonl", b"x" * 11)])
    assert vendor.case.history.heads() == before


def test_an_import_looks_at_the_folder_only_when_nobody_else_writes(tmp_path: Path) -> None:
    vendor, laboratory, _ = opened(tmp_path)
    vendor.does(*delivery())
    path = vendor.sends()
    with folder.locked(laboratory.folder), pytest.raises(UsageError, match="another process"):
        laboratory.takes(path)
    laboratory.takes(path)
    assert laboratory.stands == "examining"


def test_a_name_in_wide_letters_is_no_second_person() -> None:
    assert person("\uff2c\uff49 \uff2e\uff41") == person("li  na")
