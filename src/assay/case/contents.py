"""What a party may state in a case: one type for each kind of act, plain values, nothing verified.

`acts` spells them, `procedure` says when they are in order. Digests are SHA-256 in hex; an act is named by its id, a
rule as `book/rule`, a party by the name on its keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar, get_args

Role = Literal["vendor", "laboratory", "buyer", "authority", "auditor"]
EXAMINERS: tuple[Role, ...] = ("laboratory", "buyer", "authority")  # who asks, discloses and decides


@dataclass(frozen=True, slots=True)
class Body:
    """A file that stays outside: evidence, a list of what was delivered, a part of a dossier."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """A party: the name under which its keys are known, what it does here, and its verifier keys."""

    party: str
    role: Role
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Charter:
    """The first act. `voucher` is the party that vouches for new keys of others; the convener does for the voucher's.

    `answer_days` and `objection_days` are the deadlines that an act gets when it names none.
    """

    title: str
    product: str
    convener: Invitation
    books: tuple[str, ...] = ()
    voucher: str = ""
    answer_days: int = 14
    objection_days: int = 14


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the vendor hands over: `artifact` is the digest that a review of it has, `listing` the files in it."""

    product: str
    version: str
    artifact: str
    files: int
    bytes: int
    listing: Body


@dataclass(frozen=True, slots=True)
class Permission:
    """Consent of an owner: for one delivery, named tests and addresses, until a day."""

    delivery: str
    artifact: str
    tests: tuple[str, ...]
    addresses: tuple[str, ...]
    until: date


@dataclass(frozen=True, slots=True)
class Question:
    """`rule` is `book/rule` when the question is about one. No question makes a rule, and none is broken by silence."""

    to: str
    text: str
    until: date
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """To a question, or to an objection: `upheld` says which way, and is None for a question."""

    to: str
    text: str
    evidence: tuple[Body, ...] = ()
    upheld: bool | None = None


@dataclass(frozen=True, slots=True)
class Withholding:
    """What an owner refuses: a path of the product or a kind of fact; `question` when it was asked for."""

    what: str
    reason: str
    law: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    act: str
    reason: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """The vendor's claim that the current delivery mends rules of an earlier verdict. Only a new verdict shows it."""

    verdict: str
    delivery: str
    rules: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The verdict: a sealed review of a dossier, all of it, as bodies. Rules are `book/rule`.

    `judgements` is the SHA-256 over the review's judgements, and `until` the day up to which the vendor may speak
    before a decision.
    """

    delivery: str
    artifact: str
    review: int
    as_of: date
    judgements: str
    broken: tuple[str, ...]
    open: tuple[str, ...]
    waived: tuple[str, ...]
    met: int
    books: tuple[tuple[str, str], ...]
    files: tuple[Body, ...]
    until: date


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The vendor has read a verdict or decision and does not wait for its deadline."""

    act: str


Outcome = Literal["admit", "admit-with-conditions", "decline"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Departure:
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A named human's act. It cites a verdict; `concurs` names the first signature when this is the second."""

    verdict: str
    outcome: Outcome
    person: str
    reason: str
    until: date
    follows: tuple[str, ...] = ()
    departs: tuple[Departure, ...] = ()
    conditions: tuple[str, ...] = ()
    concurs: str = ""


@dataclass(frozen=True, slots=True)
class Objection:
    """Against a verdict (and which of its rules), a decision, a question or an answer."""

    about: str
    text: str
    rules: tuple[str, ...] = ()
    evidence: tuple[Body, ...] = ()


@dataclass(frozen=True, slots=True)
class Revocation:
    """Keys of a party that count no more, by itself or by who vouches for it, who may name new ones."""

    party: str
    keys: tuple[str, ...]
    reason: str
    replacement: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reception:
    """The party has seen the heads that this act names."""


@dataclass(frozen=True, slots=True)
class Closing:
    reason: str


Content = (
    Charter | Invitation | Delivery | Permission | Question | Answer | Withholding | Withdrawal | Remedy
    | Disclosure | Acknowledgement | Decision | Objection | Revocation | Reception | Closing
)  # fmt: skip
C = TypeVar("C", bound=Content)

KINDS: Mapping[str, type[Content]] = {
    "open": Charter,
    "invite": Invitation,
    "submit": Delivery,
    "consent": Permission,
    "ask": Question,
    "answer": Answer,
    "withhold": Withholding,
    "withdraw": Withdrawal,
    "remedy": Remedy,
    "disclose": Disclosure,
    "acknowledge": Acknowledgement,
    "decide": Decision,
    "object": Objection,
    "revoke": Revocation,
    "receive": Reception,
    "close": Closing,
}
KIND_OF: Mapping[type, str] = {type_: kind for kind, type_ in KINDS.items()}


def bodies_of(content: Content) -> tuple[Body, ...]:
    """The bodies that an act names."""
    match content:
        case Delivery():
            return (content.listing,)
        case Disclosure():
            return content.files
        case Answer() | Objection():
            return content.evidence
    return ()
