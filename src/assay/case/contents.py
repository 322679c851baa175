"""What a party may state in a case: one type for each kind of act, plain values, nothing verified.

`acts` spells them, `procedure` says when they are in order. Digests are SHA-256 in hex; an act is named by its id, a
rule as `book/rule`, a party by the name on its keys.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal, TypeVar, get_args

from msgspec import Struct

Role = Literal["vendor", "laboratory", "buyer", "authority", "auditor"]
EXAMINERS: tuple[Role, ...] = ("laboratory", "buyer", "authority")  # who asks, discloses and decides


class Body(Struct, frozen=True):
    """A file that stays outside: evidence, a list of what was delivered, a part of a dossier."""

    name: str
    sha256: str
    size: int


class Invitation(Struct, frozen=True):
    """A party: the name under which its keys are known, what it does here, and its verifier keys."""

    party: str
    role: Role
    keys: tuple[str, ...]


class Charter(Struct, frozen=True):
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


class Delivery(Struct, frozen=True):
    """What the vendor hands over: `artifact` is the digest that a review of it has, `listing` the files in it."""

    product: str
    version: str
    artifact: str
    files: int
    bytes: int
    listing: Body


class Permission(Struct, frozen=True):
    """Consent of an owner: for one delivery, named tests and addresses, until a day."""

    delivery: str
    artifact: str
    tests: tuple[str, ...]
    addresses: tuple[str, ...]
    until: date


class Question(Struct, frozen=True):
    """`rule` is `book/rule` when the question is about one. No question makes a rule, and none is broken by silence."""

    to: str
    text: str
    until: date
    rule: str = ""


class Answer(Struct, frozen=True):
    """To a question, or to an objection: `upheld` says which way, and is None for a question."""

    to: str
    text: str
    evidence: tuple[Body, ...] = ()
    upheld: bool | None = None


class Withholding(Struct, frozen=True):
    """What an owner refuses: a path of the product or a kind of fact; `question` when it was asked for."""

    what: str
    reason: str
    law: str = ""
    question: str = ""


class Withdrawal(Struct, frozen=True):
    act: str
    reason: str


class Remedy(Struct, frozen=True):
    """The vendor's claim that the current delivery mends rules of an earlier verdict. Only a new verdict shows it."""

    verdict: str
    delivery: str
    rules: tuple[str, ...]
    text: str


class Disclosure(Struct, frozen=True):
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


class Acknowledgement(Struct, frozen=True):
    """The vendor has read a verdict or decision and does not wait for its deadline."""

    act: str


Outcome = Literal["admit", "admit-with-conditions", "decline"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class Departure(Struct, frozen=True):
    rule: str
    reason: str


class Decision(Struct, frozen=True):
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


class Objection(Struct, frozen=True):
    """Against a verdict (and which of its rules), a decision, a question or an answer."""

    about: str
    text: str
    rules: tuple[str, ...] = ()
    evidence: tuple[Body, ...] = ()


class Revocation(Struct, frozen=True):
    """Keys of a party that count no more, by itself or by who vouches for it, who may name new ones."""

    party: str
    keys: tuple[str, ...]
    reason: str
    replacement: tuple[str, ...] = ()


class Reception(Struct, frozen=True):
    """The party has seen the heads that this act names."""


class Closing(Struct, frozen=True):
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
