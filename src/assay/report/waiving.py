"""Waivers laid over a composed document: a rule all of whose breaking facts are waived stands as `waived`.

Nothing else of a finding changes: what was seen stays on the page, with the waiver beside it. Tallies, demands and
what to do first follow. An expired, stale or future waiver is listed and changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from assay.core.waivers import Weighed
from assay.report.compose import first_remedies, named_tally, standing_of
from assay.report.document import BookFindings, BookRow, ClauseFindings, Document, Finding, WaiverRow

Key = tuple[str, str]


def waive(document: Document, weighed: Mapping[Key, tuple[bool, Sequence[Weighed]]]) -> Document:
    """The document under the waivers of each (book, rule), as `core.waivers.weigh` left them."""
    if not weighed:
        return document
    rows = {key: tuple(_row(item, document) for item in items) for key, (_, items) in weighed.items()}

    def settled(finding: Finding) -> Finding:
        key = (finding.book, finding.rule)
        if key not in rows:
            return finding
        standing = "waived" if weighed[key][0] else finding.outcome
        return replace(finding, outcome=standing, waivers=rows[key])

    books = tuple(_book(book, settled) for book in document.findings)
    judged = [finding for book in books for clause in book.clauses for finding in clause.findings]
    tallied = {book.book.id: book.book for book in books}
    return replace(
        document,
        rules=named_tally(judged),
        demands=tuple(
            standing_of(row, named_tally(finding for finding in judged if finding.demand == row.demand))
            for row in document.demands
        ),
        first=(*first_remedies(judged), *(action for action in document.first if action.outcome == "open")),
        books=tuple(tallied.get(book.id, book) for book in document.books),
        findings=books,
        limits=tuple(map(settled, document.limits)),
        waivers=tuple(row for key in sorted(rows) for row in rows[key]),
    )


def _book(findings: BookFindings, settled: Callable[[Finding], Finding]) -> BookFindings:
    clauses = tuple(
        ClauseFindings(clause.document, clause.at, tuple(map(settled, clause.findings))) for clause in findings.clauses
    )
    return BookFindings(_counted(findings.book, (item for clause in clauses for item in clause.findings)), clauses)


def _counted(book: BookRow, findings: Iterable[Finding]) -> BookRow:
    return replace(book, rules=named_tally(findings))


def _row(weighed: Weighed, document: Document) -> WaiverRow:
    waiver = weighed.waiver
    return WaiverRow(
        waiver.book,
        waiver.rule,
        weighed.state,
        weighed.covers,
        len(waiver.facts),
        waiver.reason,
        waiver.asked_by,
        waiver.granted_by,
        waiver.granted,
        waiver.until,
        (waiver.until - document.as_of).days,
        waiver.artifact not in {"", document.delivery.digest},
    )
