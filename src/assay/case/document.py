"""The report of a case as one frozen document: what was asked, delivered, withheld, examined, found, answered, decided.

Made from the acts and bodies of one copy; every row names its act by id, so that each sentence can be traced to a
signature. `Text` values are assay's own; plain strings are what parties wrote, and each output escapes them. It says
the same for every copy that holds the same acts and bodies, on the same day.

What it cannot say: what parties said to each other elsewhere, and anything about a body that does not travel with this
copy; `limits` lists these.
"""

from datetime import date, datetime

from msgspec import Struct, field

from assay.case.contents import Body
from assay.core.text import Text

FORMAT = 1


class Said(Struct, frozen=True):
    """An act as every row names it. `late` when its day had passed, by the dates that parties state."""

    id: str
    by: str
    at: datetime
    late: bool = False


class PartyRow(Struct, frozen=True):
    name: str
    role: str
    keys: tuple[str, ...]
    former_keys: tuple[str, ...]
    acts: int


class DeliveryRow(Struct, frozen=True):
    said: Said
    product: str
    version: str
    artifact: str
    files: int
    bytes: int
    current: bool
    withdrawn: str = ""


class ConsentRow(Struct, frozen=True):
    said: Said
    artifact: str
    tests: tuple[str, ...]
    addresses: tuple[str, ...]
    until: date
    withdrawn: str = ""


class WithheldRow(Struct, frozen=True):
    said: Said
    what: str
    reason: str
    law: str
    question: str
    withdrawn: str = ""


class QuestionRow(Struct, frozen=True):
    """`standing` is open, late, answered, withheld or withdrawn."""

    said: Said
    to: str
    text: str
    rule: str
    until: date
    standing: str
    answered: Said | None
    answer: str
    evidence: tuple[Body, ...]


class VerdictRow(Struct, frozen=True):
    """`titles` are those of the rules listed, where the review itself travels with this copy.

    `coverage` counts files: examined, partly, not examined, nothing to examine; empty where the review is not here.
    """

    said: Said
    delivery: str
    review: int
    as_of: date
    broken: tuple[str, ...]
    open: tuple[str, ...]
    waived: tuple[str, ...]
    met: int
    books: tuple[tuple[str, str], ...]
    until: date
    acknowledged: Said | None
    checked: bool
    titles: tuple[tuple[str, Text], ...] = ()
    coverage: tuple[int, ...] = ()


class RemedyRow(Struct, frozen=True):
    """A claim, and where the rule stands in the verdict on the delivery that claims it; "" while there is none."""

    said: Said
    rule: str
    text: str
    now: str


class ObjectionRow(Struct, frozen=True):
    said: Said
    about: str
    text: str
    rules: tuple[str, ...]
    evidence: tuple[Body, ...]
    standing: str
    answered: Said | None
    answer: str


class DecisionRow(Struct, frozen=True):
    """`standing` is stands, proposed, withdrawn or superseded. `second` is None while one person signed."""

    first: Said
    person: str
    second: Said | None
    second_person: str
    verdict: str
    outcome: str
    reason: str
    follows: tuple[str, ...]
    departs: tuple[tuple[str, str], ...]
    conditions: tuple[str, ...]
    until: date
    acknowledged: Said | None
    standing: str


class ActRow(Struct, frozen=True):
    """One line of the record. `marks` are codes: void, withdrawn, no-receipt, clock, unseen."""

    number: int
    said: Said
    kind: str
    words: str
    marks: tuple[str, ...]


class CaseDocument(Struct, frozen=True):
    case: str
    title: str
    product: str
    convener: str
    voucher: str
    books: tuple[str, ...]
    as_of: date
    state: str
    reopened: bool
    parties: tuple[PartyRow, ...]
    deliveries: tuple[DeliveryRow, ...]
    consents: tuple[ConsentRow, ...]
    withheld: tuple[WithheldRow, ...]
    questions: tuple[QuestionRow, ...]
    verdicts: tuple[VerdictRow, ...]
    remedies: tuple[RemedyRow, ...]
    objections: tuple[ObjectionRow, ...]
    decisions: tuple[DecisionRow, ...]
    late: tuple[Text, ...]
    clocks: tuple[Text, ...]
    limits: tuple[Text, ...]
    acts: tuple[ActRow, ...]
    heads: tuple[str, ...]
    format: int = field(default=FORMAT)
