"""The report of a case as one frozen document: what was asked, delivered, withheld, examined, found, answered, decided.

Made from the acts and bodies of one copy; every row names its act by id, so that each sentence can be traced to a
signature. `Text` values are assay's own; plain strings are what parties wrote, and each output escapes them. It says
the same for every copy that holds the same acts and bodies, on the same day.

What it cannot say: what parties said to each other elsewhere, and anything about a body that does not travel with this
copy; `limits` lists these.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from assay.case.contents import Body
from assay.core.text import Text

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Said:
    """An act as every row names it. `late` when its day had passed, by the dates that parties state."""

    id: str
    by: str
    at: datetime
    late: bool = False


@dataclass(frozen=True, slots=True)
class PartyRow:
    name: str
    role: str
    keys: tuple[str, ...]
    former_keys: tuple[str, ...]
    acts: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    said: Said
    product: str
    version: str
    artifact: str
    files: int
    bytes: int
    current: bool
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class ConsentRow:
    said: Said
    artifact: str
    tests: tuple[str, ...]
    addresses: tuple[str, ...]
    until: date
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class WithheldRow:
    said: Said
    what: str
    reason: str
    law: str
    question: str
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class QuestionRow:
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


@dataclass(frozen=True, slots=True)
class VerdictRow:
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


@dataclass(frozen=True, slots=True)
class RemedyRow:
    """A claim, and where the rule stands in the verdict on the delivery that claims it; "" while there is none."""

    said: Said
    rule: str
    text: str
    now: str


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    said: Said
    about: str
    text: str
    rules: tuple[str, ...]
    evidence: tuple[Body, ...]
    standing: str
    answered: Said | None
    answer: str


@dataclass(frozen=True, slots=True)
class DecisionRow:
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


@dataclass(frozen=True, slots=True)
class ActRow:
    """One line of the record. `marks` are codes: void, withdrawn, no-receipt, clock, unseen."""

    number: int
    said: Said
    kind: str
    words: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseDocument:
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
