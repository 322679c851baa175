"""The report: one frozen document that every output renders and none adds to.

`compose.py` makes it from facts, attempts and judgements; `text.py`, `json.py` and `html.py` lay it out. It holds
plain values only: no clock, no machine path, no random id, so that the same evidence gives the same bytes.

Strings of two origins live here. `Text` values are assay's or a rulebook's sentences, in both languages, and may
quote the product; plain `str` values are the product's own (paths, excerpts, names). Neither is escaped here: each
output passes every string through its one function in `escape.py`.

What a document cannot say: that a product is fit for use. It states what was seen and which rules that breaks; a
decision is a named human's act, kept elsewhere.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from msgspec import Struct, field

from assay.core.kinds import Demand
from assay.core.rules import BookStatus, Known, Outcome, Severity
from assay.core.text import Text
from assay.core.waivers import WaiverState
from assay.report.inventory import Inventory
from assay.report.seen import Amount, Gap, Saw

Standing = Outcome | Literal["waived"]  # where a rule stands: broken, but waived for all that breaks it
OUTCOME_ORDER: tuple[Standing, ...] = ("broken", "open", "waived", "met", "not-applicable")
SEVERITY_ORDER: tuple[Severity, ...] = ("critical", "high", "medium", "low", "note")
FORMAT = 1  # of the JSON output; raised when a field changes its meaning or goes away


class NamedProduct(Struct, frozen=True):
    """What was reviewed. None is "not stated"; `country` is repeated as stated and weighs nothing."""

    name: str
    version: str | None
    vendor: str | None
    country: str | None


class Delivery(Struct, frozen=True):
    """The artifact as received: `digest` covers path, size and SHA-256 of every file that was read."""

    digest: str
    size: Amount


class Tally(Struct, frozen=True):
    """Rules by standing. A waived rule is broken, and counted here instead of there."""

    broken: int = 0
    open: int = 0
    met: int = 0
    not_applicable: int = 0
    waived: int = 0

    def of(self, standing: "Standing") -> int:
        counted: int = getattr(self, standing.replace("-", "_"))
        return counted

    @property
    def judged(self) -> int:
        return self.broken + self.open + self.waived + self.met


class DemandRow(Struct, frozen=True):
    """One of the six demands a review makes. `words` says why it stands where it stands."""

    demand: Demand
    title: Text
    state: Literal["met", "broken", "open", "waived"]
    words: Text
    rules: Tally


class BookRow(Struct, frozen=True):
    """A rulebook that was judged; `about` is review for the book whose rules are limits, never convictions."""

    id: str
    title: Text
    status: BookStatus
    about: Literal["product", "review", "export"]
    source: Text
    owner: str
    digest: str
    rules: Tally
    in_force_from: date | None = None
    in_force_until: date | None = None


class Source(Struct, frozen=True):
    """The clause a rule restates; `known_words` says how well its document is known."""

    document: str
    at: str
    known: Known
    known_words: Text
    url: str = ""
    numbered_as_of: date | None = None


class WaiverRow(Struct, frozen=True):
    """A waiver and what became of it; `covers` counts the facts that break the rule now and that it names.

    `elsewhere` says that it was granted for another delivery than this one.
    """

    book: str
    rule: str
    state: WaiverState
    covers: int
    facts: int
    reason: str
    asked_by: str
    granted_by: str
    granted: date
    until: date
    days_left: int
    elsewhere: bool


class Finding(Struct, frozen=True):
    """A judged rule: why it matters (`because`), what we saw (`saw`), what to do (`todo`)."""

    book: str
    rule: str
    title: Text
    outcome: Standing
    severity: Severity
    demand: Demand
    source: Source
    also: tuple[Source, ...]
    cwe: tuple[int, ...]
    because: Text
    saw: tuple[Saw, ...]
    todo: tuple[Text, ...]
    waivers: tuple[WaiverRow, ...] = ()

    @property
    def facts(self) -> int:
        """Facts that the deciding ground rests on."""
        return sum(seen.facts for seen in self.saw[0].seen) + self.saw[0].more_facts if self.saw else 0


def worst_first(finding: Finding) -> tuple[int, int, int, str, str]:
    """Sort key: by outcome, severity, number of facts, then by name."""
    outcome, severity = OUTCOME_ORDER.index(finding.outcome), SEVERITY_ORDER.index(finding.severity)
    return outcome, severity, -finding.facts, finding.book, finding.rule


class ClauseFindings(Struct, frozen=True):
    document: str
    at: str
    findings: tuple[Finding, ...]


class BookFindings(Struct, frozen=True):
    book: BookRow
    clauses: tuple[ClauseFindings, ...]


class Action(Struct, frozen=True):
    """A step worth doing first: it mends or decides `settles` rules; `rule` is the worst broken one."""

    words: Text
    why: Text
    outcome: Literal["broken", "open"]
    settles: int
    book: str = ""
    rule: str = ""
    severity: Severity | None = None


class CoverageRow(Struct, frozen=True):
    """Files of one class and format. `inert` is what no examination looks into, such as images and prose."""

    file_class: str
    format: str
    size: Amount
    examined: Amount
    partly: Amount
    unexamined: Amount
    inert: Amount


class Coverage(Struct, frozen=True):
    rows: tuple[CoverageRow, ...]
    gaps: tuple[Gap, ...]
    scopes: tuple[tuple[str, Amount], ...]


class Stated(Struct, frozen=True):
    """Something a party states: shown as stated by them, not verified."""

    claim: str
    content: str
    who: str
    role: str
    date: str
    expires: str
    document: str
    words: Text


class Document(Struct, frozen=True):
    """The whole report. `findings` are of books about the product; `limits` of books about this review."""

    assay: str
    as_of: date
    product: NamedProduct
    delivery: Delivery
    rules: Tally
    demands: tuple[DemandRow, ...]
    first: tuple[Action, ...]
    books: tuple[BookRow, ...]
    findings: tuple[BookFindings, ...]
    limits: tuple[Finding, ...]
    coverage: Coverage
    inventory: Inventory
    statements: tuple[Stated, ...]
    statements_unlisted: int = 0
    waivers: tuple[WaiverRow, ...] = ()
    format: int = field(default=FORMAT)

    def each_finding(self) -> Iterator[Finding]:
        """Every rule about the product, in the order of the report."""
        for book in self.findings:
            for clause in book.clauses:
                yield from clause.findings

    def worst(self, outcome: Standing) -> list[Finding]:
        """Rules about the product that stand so, worst first."""
        return sorted((finding for finding in self.each_finding() if finding.outcome == outcome), key=worst_first)


class Summary(Struct, frozen=True):
    """What an exit code is decided by: rules about the product, and limits found in this review."""

    broken: int
    open: int
    limits: int
    waived: int = 0


def summary(document: Document) -> Summary:
    """A broken rule about the review is a limit and convicts nobody; an open rule is open whatever it is about."""
    limits = sum(finding.outcome == "broken" for finding in document.limits)
    unsure = sum(finding.outcome == "open" for finding in document.limits)
    return Summary(document.rules.broken, document.rules.open + unsure, limits, document.rules.waived)
