"""The report as text for a terminal or a pipe: the same document, top to bottom, in `width` columns.

Colour is only added when asked for, and nothing depends on it: every outcome is also a word and a mark. What the
product wrote is escaped by `layout.py` before it is measured.
"""

from collections.abc import Sequence

from assay.core.text import Lang, Text
from assay.report.document import Action, BookFindings, Document, Finding, Standing, Tally, WaiverRow
from assay.report.inventory import Count, SpottedRow
from assay.report.layout import Page, cells
from assay.report.seen import Gap, Place, Saw
from assay.report.words import (
    ATTEMPTS,
    CLASSES,
    LABELS,
    LIMIT_OUTCOMES,
    MISUSES,
    OUTCOMES,
    SCOPES,
    SEVERITIES,
    STATUSES,
    WAIVERS,
    number,
    percent,
    sentence,
    size,
)

_MARKS = {"broken": "✗", "open": "?", "waived": "~", "met": "✓", "not-applicable": "–"}
_ANSWERS: tuple[tuple[str, Standing, str], ...] = (
    ("what-broken", "broken", "nothing-broken"),
    ("what-open", "open", "nothing-open"),
)
_SETTLED = ("met", "not-applicable")
NARROWEST = 60  # columns that the coverage table needs
_ROWS = 40  # rows of an inventory table; JSON holds them all


def render(
    document: Document, lang: Lang, signed: Text | None = None, *, width: int = 100, color: bool = False
) -> bytes:
    """UTF-8 text ending in one newline; no line is wider than `width` cells (`NARROWEST` at least).

    `signed` says by whom the ledger that this report is entered in is signed.
    """
    writer = _Writer(Page(max(width, NARROWEST), color, []), lang)
    writer.title(document)
    writer.glance(document)
    writer.demands(document)
    writer.findings(document)
    writer.coverage(document)
    writer.inventory(document)
    writer.statements(document)
    writer.waivers(document)
    writer.limits(document)
    writer.about(document, signed)
    return writer.page.render()


class _Writer:
    """One section a method, in the order of the report."""

    def __init__(self, page: Page, lang: Lang) -> None:
        self.page = page
        self.lang: Lang = lang

    def say(self, text: Text) -> str:
        return text.to(self.lang)

    def label(self, key: str) -> str:
        return LABELS[key].to(self.lang)

    def sentence(self, key: str, **fields: object) -> str:
        return sentence(key, self.lang, **fields)

    def standing(self, tally: Tally) -> str:
        return standing(tally, self.lang)

    def title(self, document: Document) -> None:
        product = document.product
        unstated = self.label("not-stated")
        name = " ".join(part for part in (product.name, product.version) if part)
        self.page.put(name, style="bold")
        rows = [
            ("vendor", product.vendor or unstated),
            ("country", product.country or unstated),
            ("delivery", self.amount(document.delivery.size.files, document.delivery.size.bytes)),
            ("digest", document.delivery.digest),
            ("as-of", document.as_of.isoformat()),
            ("rules", self.standing(document.rules)),
        ]
        wide = max(cells(self.label(key)) for key, _ in rows) + 2
        for key, said in rows:
            lead = self.label(key)
            self.page.put(said, first=lead + " " * (wide - cells(lead)))

    def amount(self, files: int, count: int) -> str:
        return self.sentence("files-bytes", files=files, bytes=size(count))

    def glance(self, document: Document) -> None:
        for key, outcome, nothing in _ANSWERS:
            self.page.heading(self.label(key))
            found = document.worst(outcome)
            for finding in found:
                severity = SEVERITIES[finding.severity].to(self.lang)
                self.page.put(
                    f"{self.say(finding.title)} [{severity}] {finding.rule}",
                    first=_MARKS[outcome] + " ",
                    style=outcome,
                )
            if not found:
                self.page.put(self.label(nothing if document.rules.judged else "no-rules"))
        if document.first:
            self.page.heading(self.label("what-first"))
        for place, action in enumerate(document.first, 1):
            self.page.put(self.say(action.words), first=f"{place}. ")
            self.page.put(self.why_first(action), indent=3, style="dim")

    def why_first(self, action: Action) -> str:
        if action.outcome == "open":
            return self.sentence("settles", n=action.settles)
        more = self.sentence("also-settles", n=action.settles - 1) if action.settles > 1 else ""
        return " — ".join(part for part in (self.say(action.why), more) if part)

    def demands(self, document: Document) -> None:
        self.page.heading(self.label("demands"))
        states = [f"{_MARKS[row.state]} {OUTCOMES[row.state].to(self.lang)}" for row in document.demands]
        wide = max(map(cells, states)) + 2
        for row, state in zip(document.demands, states, strict=True):
            self.page.put(self.say(row.title), first=state + " " * (wide - cells(state)), style="bold")
            self.page.put(self.say(row.words), indent=wide)

    def findings(self, document: Document) -> None:
        self.page.heading(self.label("rules-by-clause"))
        if not document.findings:
            self.page.put(self.label("no-rules"))
        for book in document.findings:
            self.book(book)

    def book(self, findings: BookFindings) -> None:
        book = findings.book
        self.page.blank()
        self.page.put(f"{self.say(book.title)} ({book.id}, {STATUSES[book.status].to(self.lang)})", style="bold")
        self.page.put(self.standing(book.rules))
        for clause in findings.clauses:
            self.page.blank()
            known = self.say(clause.findings[0].source.known_words)
            self.page.put(f"{clause.document}, {clause.at} ({known})", first="§ ")
            for finding in clause.findings:
                self.finding(finding)

    def finding(self, finding: Finding, *, limit: bool = False) -> None:
        outcome = (LIMIT_OUTCOMES if limit else OUTCOMES)[finding.outcome].to(self.lang)
        severity = SEVERITIES[finding.severity].to(self.lang)
        self.page.put(
            f"{outcome}: {self.say(finding.title)} [{severity}] {finding.rule}",
            indent=2,
            first=_MARKS[finding.outcome] + " ",
            style=finding.outcome,
        )
        if finding.outcome in _SETTLED:
            for saw in finding.saw:
                self.page.put(self.say(saw.words), indent=4, style="dim")
            return
        self.page.put(self.say(finding.because), indent=4, first=self.label("why") + ": ")
        for saw in finding.saw:
            self.saw(saw)
        for row in finding.waivers:
            state = WAIVERS[row.state].to(self.lang)
            self.page.put(f"{state}. {waiver_words(row, self.lang)}", indent=4, first=self.label("waiver") + ": ")
        heading = self.label("decide" if finding.outcome == "open" else "do")
        for step in finding.todo:
            self.page.put(self.say(step), indent=4, first=heading + ": ")

    def saw(self, saw: Saw) -> None:
        self.page.put(self.say(saw.words), indent=4, first=self.label("saw") + ": ")
        for seen in saw.seen:
            self.page.put(f"{self.say(seen.words)} — {self.facts(seen.facts)}", indent=6, first="• ")
            for place in seen.places:
                self.place(place, 8)
        if saw.more_seen:
            self.page.put(self.sentence("more-groups", groups=saw.more_seen, facts=saw.more_facts), indent=6)
        for gap in saw.gaps:
            self.gap(gap, 6)

    def facts(self, n: int) -> str:
        return self.sentence("facts", n=n)

    def place(self, place: Place, indent: int) -> None:
        self.page.put(located(place), indent=indent)
        if place.excerpt or place.expression:
            self.page.put(place.excerpt or place.expression, indent=indent + 2, style="dim")
        if place.origin:
            self.page.put(self.sentence("origin", place=place.origin), indent=indent + 2, style="dim")

    def gap(self, gap: Gap, indent: int) -> None:
        parts = [self.say(gap.title), ", ".join(gap.formats[:5]), self.amount(gap.size.files, gap.size.bytes)]
        status = ATTEMPTS[gap.status].to(self.lang)
        self.page.put(" — ".join(part for part in parts if part), indent=indent, first=f"• {status}: ")
        if gap.owner:
            told = "withheld-by" if gap.status == "withheld" else "answered-by"
            self.page.put(self.sentence(told, owner=gap.owner), indent=indent + 2)
        if gap.law:
            self.page.put(self.sentence("citing", law=gap.law), indent=indent + 2)
        for path in gap.paths:
            self.page.put(path, indent=indent + 2, style="dim")

    def coverage(self, document: Document) -> None:
        self.page.heading(self.label("coverage"))
        head = [self.label(key) for key in ("class", "format", "files", "bytes")]
        head += [self.label(key) for key in ("examined", "partly", "unexamined", "inert")]
        rows = [
            (
                CLASSES[row.file_class].to(self.lang) if row.file_class in CLASSES else row.file_class,
                row.format,
                number(row.size.files),
                size(row.size.bytes),
                *(number(part.files) for part in (row.examined, row.partly, row.unexamined, row.inert)),
            )
            for row in document.coverage.rows
        ]
        self.page.table(head, rows, right=range(2, 8))
        scopes = ", ".join(
            f"{SCOPES[scope].to(self.lang)} {number(amount.files)}" for scope, amount in document.coverage.scopes
        )
        self.page.put(scopes or self.label("none"), first=self.label("by-scope") + ": ")
        if document.coverage.gaps:
            self.page.heading(self.label("gaps"))
        for gap in document.coverage.gaps:
            self.gap(gap, 0)
            self.page.put(self.say(gap.advice), indent=2, first="→ ")

    def inventory(self, document: Document) -> None:
        inventory = document.inventory
        self.page.heading(self.label("inventory"))
        rows = [
            (
                row.algorithm,
                row.family or "",
                number(row.uses),
                number(row.shipped),
                self.counts(row.libraries),
                located(row.first[0]) if row.first else "",
            )
            for row in inventory.algorithms
        ]
        self.rows(("algorithm", "family", "uses", "shipped", "libraries", "first-place"), rows, right=(2, 3))
        if inventory.uses:
            vulnerable = inventory.quantum.vulnerable
            share = percent(vulnerable, inventory.uses)
            self.page.put(f"{self.sentence('quantum', n=vulnerable, all=inventory.uses)} ({share})")
        sizes = [(row.family or "", str(row.bits), number(row.uses)) for row in inventory.key_sizes]
        if sizes:
            self.page.heading(self.label("key-sizes"))
            self.rows(("family", "bits", "uses"), sizes, right=(1, 2))
        self.spotted("protocols", ("protocol", "version"), inventory.protocols)
        self.spotted("misuses", ("misuse", "CWE"), inventory.misuses)
        if inventory.unresolved:
            self.page.heading(f"{self.label('unresolved')} ({number(inventory.unresolved)})")
        for place in inventory.unresolved_first:
            self.place(place, 0)
        if inventory.unlisted:
            self.page.put(self.sentence("unlisted", n=inventory.unlisted))

    def rows(self, head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int]) -> None:
        if not rows:
            self.page.put(self.label("none"))
            return
        self.page.table(
            [LABELS[key].to(self.lang) if key in LABELS else key for key in head], rows[:_ROWS], right=right
        )
        if len(rows) > _ROWS:
            self.page.put(self.sentence("more", n=len(rows) - _ROWS))

    def spotted(self, heading: str, names: tuple[str, str], found: Sequence[SpottedRow]) -> None:
        if not found:
            return
        self.page.heading(self.label(heading))
        unknown = self.label("undetermined-value")
        rows = [
            (
                MISUSES[row.name].to(self.lang) if row.name and row.name in MISUSES else row.name or unknown,
                unknown if row.detail is None else str(row.detail),
                number(row.uses),
                number(row.shipped),
                self.counts(row.libraries),
                located(row.first[0]) if row.first else "",
            )
            for row in found
        ]
        self.rows((*names, "uses", "shipped", "libraries", "first-place"), rows, right=(2, 3))

    def counts(self, counts: Sequence[Count]) -> str:
        unknown = self.label("undetermined-value")
        return ", ".join(unknown if count.name is None else str(count.name) for count in counts)

    def statements(self, document: Document) -> None:
        self.page.heading(self.label("statements"))
        for stated in document.statements:
            dated = " → ".join(part for part in (stated.date, stated.expires) if part)
            self.page.put(f"{stated.claim}: {stated.content}", first="• ")
            self.page.put(" · ".join(part for part in (self.say(stated.words), stated.role, dated) if part), indent=2)
        if not document.statements:
            self.page.put(self.label("none"))
        if document.statements_unlisted:
            self.page.put(self.sentence("more", n=document.statements_unlisted))

    def waivers(self, document: Document) -> None:
        if not document.waivers:
            return
        self.page.heading(self.label("waivers"))
        for row in document.waivers:
            state = WAIVERS[row.state].to(self.lang)
            self.page.put(f"{row.rule}: {state}", first="• ")
            self.page.put(waiver_words(row, self.lang), indent=2)

    def limits(self, document: Document) -> None:
        self.page.heading(self.label("limits"))
        self.page.put(self.label("limits-intro"))
        shown = [finding for finding in document.limits if finding.outcome not in _SETTLED]
        for finding in shown:
            self.page.blank()
            self.finding(finding, limit=True)
        if not shown:
            self.page.put(self.label("none"))
        elif len(document.limits) > len(shown):
            self.page.put(self.sentence("limits-met", n=len(document.limits) - len(shown)))

    def about(self, document: Document, signed: Text | None) -> None:
        self.page.heading(self.label("about"))
        for key in ("about-seen", "about-partial", "about-decision"):
            self.page.put(self.label(key))
        for book in document.books:
            status = STATUSES[book.status].to(self.lang)
            self.page.put(f"{book.id} ({status}): {self.say(book.title)}. {self.say(book.source)}", first="• ")
            self.page.put(book.digest, indent=2, style="dim")
        self.page.put(f"{self.label('by-assay')} {document.assay}")
        if signed is not None:
            self.page.put(f"{self.label('ledger')}{self.say(signed)}")


def standing(tally: Tally, lang: Lang) -> str:
    """How many rules stand how; waived ones only where there are any."""
    said = sentence("standing", lang, broken=tally.broken, open=tally.open, met=tally.met, na=tally.not_applicable)
    waived = sentence("standing-waived", lang, waived=tally.waived)
    return said + ("，" if lang == "zh" else ", ") + waived if tally.waived else said


def waiver_words(row: WaiverRow, lang: Lang) -> str:
    said = sentence(
        "waiver",
        lang,
        reason=row.reason,
        asked=row.asked_by,
        granted=row.granted_by,
        day=row.granted.isoformat(),
        until=row.until.isoformat(),
        facts=row.facts,
        covers=row.covers,
    )
    if row.state == "applied":
        said += ("；" if lang == "zh" else "; ") + sentence("waiver-days", lang, n=row.days_left)
    if row.elsewhere:
        said += ("；" if lang == "zh" else "; ") + sentence("waiver-elsewhere", lang)
    return said


def located(place: Place) -> str:
    """`path:line`, or an address in a binary."""
    if place.line:
        return f"{place.path}:{place.line}"
    return f"{place.path}@0x{place.address:x}" if place.address >= 0 else place.path
