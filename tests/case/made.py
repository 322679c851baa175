"""Parties, their folders and a clock for the tests of cases. Ed25519 keys are made from fixed bytes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.case.acts import Act
from assay.case.contents import (
    Acknowledgement,
    Answer,
    Body,
    Charter,
    Content,
    Decision,
    Delivery,
    Departure,
    Disclosure,
    Question,
    Role,
)
from assay.case.exchange import Merged, bring_in, export
from assay.case.folder import Attached, Case, convener
from assay.case.standing import state
from assay.core.errors import UsageError
from assay.ledger.log import Memory
from assay.ledger.party import Party
from assay.ledger.signing import Ed25519Signer, Signer, Sm2Signer
from assay.ledger.witness import Seen
from assay.sm.sm2 import PrivateKey

START = int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp())
DAY = 86_400


def signer(seed: str) -> Ed25519Signer:
    return Ed25519Signer(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest()))


@cache
def sm2_signer(seed: str) -> Sm2Signer:
    """Made once for each name; SM2 keys of the backend are random."""
    return Sm2Signer(PrivateKey.generate())


def party(name: str, seed: str = "", *, sm2: bool = False, memory: Memory | None = None) -> Party:
    signers: tuple[Signer, ...] = (signer(seed or name), sm2_signer(seed or name)) if sm2 else (signer(seed or name),)
    return Party(name, signers, memory)


@dataclass(slots=True)
class Clock:
    """Seconds that pass only when a test says so."""

    now: int = START

    def tick(self, seconds: int = 60) -> int:
        self.now += seconds
        return self.now

    def days(self, count: int) -> None:
        self.now += count * DAY

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.now, UTC).date()


@dataclass(slots=True)
class Desk:
    """A party at its own folder, with no network: what it knows of others comes in files."""

    root: Path
    party: Party
    clock: Clock = field(default_factory=Clock)

    @property
    def name(self) -> str:
        return self.party.name

    @property
    def folder(self) -> Path:
        return self.root / self.name

    @property
    def case(self) -> Case:
        return Case.open(self.folder)

    @property
    def stands(self) -> str:
        return state(self.case.view).name

    def does(self, content: Content, attached: Sequence[Attached] = ()) -> Act:
        return self.case.act(content, self.party, self.clock.tick(), attached)

    def refuses(self, content: Content) -> str:
        """Why the act is refused; the folder stays as it was."""
        before = self.case.history.heads()
        with pytest.raises(UsageError) as caught:
            self.does(content)
        assert self.case.history.heads() == before
        assert caught.value.message.zh != caught.value.message.en
        return caught.value.message.en

    def sends(self, name: str = "") -> Path:
        path = self.root / f"{name or self.name}.case"
        export(self.case, path)
        return path

    def takes(self, path: Path) -> Merged:
        return bring_in(self.folder, path, self.party, self.clock.tick())


def opened(root: Path, *, sm2: bool = False, answer_days: int = 14) -> tuple[Desk, Desk, Desk]:
    """Vendor, laboratory and buyer in a case that the laboratory opened, each with its own folder."""
    clock = Clock()
    vendor, laboratory, buyer = (
        Desk(root, party(name, sm2=sm2, memory=Seen(root / f"seen-{name}")), clock)
        for name in ("vendor.example", "lab.example", "bank.example")
    )
    charter = Charter(
        "Review of a gateway",
        "Gateway",
        convener(laboratory.party, "laboratory"),
        ("baseline",),
        "bank.example",
        answer_days,
    )
    Case.begin(laboratory.folder, charter, laboratory.party, clock.tick())
    for desk, role in ((vendor, "vendor"), (buyer, "buyer")):
        laboratory.does(invitation(desk.party, role))
    passed(laboratory, vendor, buyer)
    return vendor, laboratory, buyer


def invitation(party_: Party, role: str) -> Content:
    found: Role = role  # type: ignore[assignment]
    return convener(party_, found)


def passed(desk: Desk, *others: Desk) -> None:
    """One file from one desk to the others."""
    path = desk.sends()
    for other in others:
        other.takes(path)


def delivery(seed: str = "one") -> tuple[Delivery, list[Attached]]:
    listing = f'["{seed}.py",3,"{hashlib.sha256(seed.encode()).hexdigest()}"]\n'.encode()
    artifact = hashlib.sha256(listing).hexdigest()
    content = Delivery("Gateway", seed, artifact, 1, 3, Body("delivery.jsonl", artifact, len(listing)))
    return content, [Attached("delivery.jsonl", listing)]


def disclosure(desk: Desk, *, broken: Sequence[str] = (), open_: Sequence[str] = (), days: int = 14) -> Disclosure:
    """A verdict without the review behind it, for tests of procedure."""
    current = desk.case.view.current
    assert current is not None
    until = date.fromordinal(desk.clock.day.toordinal() + days)
    return Disclosure(
        current[0].id,
        current[1].artifact,
        1,
        desk.clock.day,
        "0" * 64,
        tuple(broken),
        tuple(open_),
        waived=(),
        met=3,
        books=(("baseline", "0" * 64),),
        files=(),
        until=until,
    )


def question(desk: Desk, to: str = "vendor.example", *, days: int = 14) -> Question:
    return Question(to, "What is this for?", date.fromordinal(desk.clock.day.toordinal() + days))


def decision(desk: Desk, person: str, *, outcome: str = "admit", concurs: str = "", days: int = 14) -> Decision:
    """A decision that departs from whatever the verdict left broken or open."""
    verdict = desk.case.view.verdict
    assert verdict is not None
    unsettled = () if concurs else tuple(sorted({*verdict[1].broken, *verdict[1].open}))
    departs = tuple(Departure(rule, "weighed") for rule in unsettled) if outcome != "decline" else ()
    return Decision(
        verdict[0].id,
        outcome,  # type: ignore[arg-type]
        person,
        "weighed by both",
        date.fromordinal(desk.clock.day.toordinal() + days),
        unsettled if outcome == "decline" else (),
        departs,
        concurs=concurs,
    )


def judged(root: Path, *, broken: Sequence[str] = (), open_: Sequence[str] = ()) -> tuple[Desk, Desk, Desk, Act]:
    """A case in which the laboratory disclosed a verdict, and all hold the same acts."""
    vendor, laboratory, buyer = opened(root)
    vendor.does(*delivery())
    passed(vendor, laboratory)
    act = laboratory.does(disclosure(laboratory, broken=broken, open_=open_))
    passed(laboratory, vendor, buyer)
    return vendor, laboratory, buyer, act


def decided(root: Path) -> tuple[Desk, Desk, Desk, Act]:
    """A case that two persons of two parties decided, and all hold the same acts."""
    vendor, laboratory, buyer, verdict = judged(root)
    vendor.does(Acknowledgement(verdict.id))
    passed(vendor, laboratory)
    first = laboratory.does(decision(laboratory, "Zhang Wei"))
    passed(laboratory, buyer)
    buyer.does(decision(buyer, "Li Na", concurs=first.id))
    passed(buyer, vendor, laboratory)
    return vendor, laboratory, buyer, first


def answered(desk: Desk, asked: Act, text: str = "It marks a page.") -> Act:
    return desk.does(Answer(asked.id, text))
