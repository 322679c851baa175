"""Composing the report's document from what a review left: facts, attempts, judgements, books.

One pass over the facts and one over the attempts, so both may be streams; evidence of the facts that judgements quote
is asked for once, by id. Everything is ordered by what it is about, never by when it arrived.

A rule of a book about the review never convicts the product: it is a limit of this review. A demand is met only by
rules that are met (or, for the source itself, by its delivery); what no rule judged stays open.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import islice

from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.facts import Fact
from assay.core.kinds import DEMANDS, Demand
from assay.core.product import Product
from assay.core.rules import Clause, Judgement, Rule, Rulebook
from assay.core.text import Text
from assay.report.coverage import Attempted, FileRow, attempted, coverage
from assay.report.document import (
    OUTCOME_ORDER,
    Action,
    BookFindings,
    BookRow,
    ClauseFindings,
    Coverage,
    Delivery,
    DemandRow,
    Document,
    Finding,
    NamedProduct,
    Source,
    Tally,
    worst_first,
)
from assay.report.gathering import gather
from assay.report.grounds import Step, deciding, excerpt, ids_to_show, saw, todo
from assay.report.seen import Amount
from assay.report.words import KNOWN, filled

_REMEDIES = 5  # steps for broken rules among what to do first
_DECIDERS = 3  # steps for open rules

_NOBODY = Text("Nobody looked yet.", "尚无人检查。")
_UNJUDGED = Text("Examined, but no rule of the books named judges it.", "已检查，但所选规则集中没有相应规则。")
_STANDING = {
    "broken": Text("Broken: {n} of {all} rules.", "{all} 条规则中有 {n} 条被违反。"),
    "open": Text("None seen broken; open: {n} of {all} rules.", "未见规则被违反，但 {all} 条中有 {n} 条待定。"),
    "met": Text("All {n} rules that apply are met.", "适用的 {n} 条规则均符合。"),
}
_WAIVED = Text(
    "Nothing else is broken or open, but {n} broken rules are waived.", "其余均符合，但有 {n} 条被违反的规则获豁免。"
)
_NO_SOURCE = Text("No source code was delivered.", "未提交源代码。")
_SOURCE = Text(
    "{n} source files were delivered. Whether that is all, nobody compared.",
    "已提交 {n} 个源代码文件；其完整性尚无人比对。",
)
_SOURCE_PARTLY = Text(
    "{n} source files were delivered. Nobody compared them with the compiled files, of which there are {all}.",
    "已提交 {n} 个源代码文件，另有 {all} 个二进制文件尚无人与源代码比对。",
)
_SOURCE_WITHHELD = Text(
    "{n} source files were delivered; others were withheld.", "已提交 {n} 个源代码文件；另有部分被拒绝提交。"
)


def compose(
    product: Product,
    *,
    artifact_digest: str,
    as_of: date,
    version: str,
    books: Sequence[Rulebook],
    judgements: Sequence[Judgement],
    facts: Iterable[Fact],
    attempts: Iterable[Attempt],
    files: Sequence[FileRow],
    find_facts: Callable[[Sequence[str]], Mapping[str, Fact]],
) -> Document:
    """The document of a review. `facts` and `attempts` come in dossier order and are read once each.

    `files` counts what was delivered as (class, format, scope, files, bytes). `find_facts` is called once, with the
    ids whose evidence is shown; ids it does not know are shown without a place.
    """
    found = find_facts(ids_to_show(judgements))
    by_rule = {(judgement.book, judgement.rule): judgement for judgement in judgements}
    findings = {book.id: _findings(book, by_rule, found) for book in books}
    rows = {book.id: _book_row(book, findings[book.id]) for book in books}
    about_product = [book for book in books if book.about == "product"]
    judged = [finding for book in about_product for finding in findings[book.id]]
    seen = attempted(attempts)
    gathered = gather(facts)
    covered = coverage(files, seen)
    return Document(
        version,
        as_of,
        _named(product),
        Delivery(artifact_digest, sum((Amount(row[3], row[4]) for row in files), Amount())),
        named_tally(judged),
        tuple(_demand(demand, judged, seen, covered) for demand in DEMANDS),
        _first(judged, [by_rule[finding.book, finding.rule] for finding in judged]),
        tuple(rows[book.id] for book in books),
        tuple(BookFindings(rows[book.id], _by_clause(findings[book.id])) for book in about_product),
        tuple(finding for book in books if book.about == "review" for finding in findings[book.id]),
        covered,
        gathered.inventory(),
        tuple(sorted(gathered.stated, key=lambda stated: (stated.claim, stated.content, stated.who))),
        gathered.statements_unlisted(),
    )


def _named(product: Product) -> NamedProduct:
    """Names as stated, capped like any excerpt: a product does not choose how long the first page is."""
    vendor, version = product.vendor, product.version
    return NamedProduct(
        excerpt(product.name),
        None if version is None else excerpt(version),
        None if vendor is None else excerpt(vendor.name),
        None if vendor is None or vendor.country is None else excerpt(vendor.country),
    )


def _findings(
    book: Rulebook, judgements: Mapping[tuple[str, str], Judgement], found: Mapping[str, Fact]
) -> list[Finding]:
    """The judged rules of a book, worst first; a rule without a judgement was not asked and is left out."""
    pairs = [(rule, judgements.get((book.id, rule.id))) for rule in book.rules]
    review = book.about == "review"
    findings = [
        _finding(rule, judgement, found, about_review=review) for rule, judgement in pairs if judgement is not None
    ]
    return sorted(findings, key=worst_first)


def _finding(rule: Rule, judgement: Judgement, found: Mapping[str, Fact], *, about_review: bool) -> Finding:
    return Finding(
        rule.book,
        rule.id,
        rule.title,
        judgement.outcome,
        rule.severity,
        judgement.demand,
        _source(rule.clause),
        tuple(_source(clause) for clause in rule.also),
        rule.cwe,
        rule.because,
        tuple(saw(ground, found, about_review=about_review) for ground in judgement.grounds),
        todo(rule, judgement),
    )


def _source(clause: Clause) -> Source:
    words = KNOWN[clause.known]
    return Source(clause.document, clause.at, clause.known, words, clause.url, clause.numbered_as_of)


def _book_row(book: Rulebook, findings: Sequence[Finding]) -> BookRow:
    return BookRow(
        book.id,
        book.title,
        book.status,
        book.about,
        book.source,
        book.owner,
        book.digest,
        named_tally(findings),
        book.in_force_from,
        book.in_force_until,
    )


def named_tally(findings: Iterable[Finding]) -> Tally:
    counts: dict[str, int] = dict.fromkeys(OUTCOME_ORDER, 0)
    for finding in findings:
        counts[finding.outcome] += 1
    return Tally(**{outcome.replace("-", "_"): count for outcome, count in counts.items()})


def _by_clause(findings: Sequence[Finding]) -> tuple[ClauseFindings, ...]:
    """Clauses in the order of their worst rule; `findings` come worst first."""
    clauses: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        clauses.setdefault((finding.source.document, finding.source.at), []).append(finding)
    return tuple(ClauseFindings(document, at, tuple(group)) for (document, at), group in clauses.items())


def _demand(demand: Demand, judged: Sequence[Finding], seen: Attempted, covered: Coverage) -> DemandRow:
    tally = named_tally(finding for finding in judged if finding.demand == demand)
    title = DEMANDS[demand]
    if tally.broken:
        return DemandRow(demand, title, "broken", _standing("broken", tally.broken, tally.judged), tally)
    if tally.open:
        return DemandRow(demand, title, "open", _standing("open", tally.open, tally.judged), tally)
    if demand == "source":
        return replace(_source_demand(seen, covered), rules=tally)
    if tally.met:
        return DemandRow(demand, title, "met", _standing("met", tally.met, tally.judged), tally)
    words = _UNJUDGED if seen.looked_at(demand) else _NOBODY
    return DemandRow(demand, title, "open", words, tally)


def standing_of(row: DemandRow, tally: Tally) -> DemandRow:
    """The row of a demand under another tally, in which broken rules may be waived."""
    if tally == row.rules:
        return row
    if tally.broken:
        return replace(row, words=_standing("broken", tally.broken, tally.judged), rules=tally)
    if tally.open:
        return replace(row, state="open", words=_standing("open", tally.open, tally.judged), rules=tally)
    return replace(row, state="waived", words=filled(_WAIVED, n=tally.waived), rules=tally)


def _standing(state: str, n: int, judged: int) -> Text:
    if state == "met" and n == 1:
        return Text("The one rule that applies is met.", "适用的 1 条规则符合。")
    return filled(_STANDING[state], n=n, all=judged)


def _source_demand(seen: Attempted, covered: Coverage) -> DemandRow:
    """Met by delivery alone, and only when nothing was delivered or withheld beside it that could differ from it."""
    source = sum(row.size.files for row in covered.rows if row.file_class == "source")
    binary = sum(row.size.files for row in covered.rows if row.file_class == "binary")
    title, none = DEMANDS["source"], Tally()
    if not source:
        return DemandRow("source", title, "open", _NO_SOURCE, none)
    if seen.withheld():
        return DemandRow("source", title, "open", filled(_SOURCE_WITHHELD, n=source), none)
    if binary:
        return DemandRow("source", title, "open", filled(_SOURCE_PARTLY, n=source, all=binary), none)
    return DemandRow("source", title, "met", filled(_SOURCE, n=source), none)


def _first(judged: Sequence[Finding], judgements: Sequence[Judgement]) -> tuple[Action, ...]:
    """Remedies of the worst broken rules, then the steps that would settle most open ones."""
    waiting: dict[str, list[Step]] = {}
    for judgement in judgements:
        if judgement.outcome == "open":
            own = {step.about: step for ground in judgement.grounds for step in deciding(ground)}
            for about, decider in own.items():
                waiting.setdefault(about, []).append(decider)
    most = sorted(waiting, key=lambda about: (-len(waiting[about]), about))[:_DECIDERS]
    return (*first_remedies(judged), *(_decider(waiting[about]) for about in most))


def first_remedies(judged: Sequence[Finding]) -> tuple[Action, ...]:
    """Steps that mend the worst broken rules; one that several rules ask for is listed once."""
    remedies: dict[Text, list[Finding]] = {}
    for finding in sorted((finding for finding in judged if finding.outcome == "broken"), key=worst_first):
        for step in finding.todo:
            remedies.setdefault(step, []).append(finding)
    return tuple(_remedy(step, findings) for step, findings in islice(remedies.items(), _REMEDIES))


def _remedy(step: Text, findings: Sequence[Finding]) -> Action:
    worst = findings[0]
    return Action(step, worst.title, "broken", len(findings), worst.book, worst.rule, worst.severity)


def _decider(steps: Sequence[Step]) -> Action:
    """The step as worded for the rule that misses most files, and how many rules wait for it."""
    widest = max(steps, key=lambda step: step.files)
    return Action(widest.words, Text("", ""), "open", len(steps))
