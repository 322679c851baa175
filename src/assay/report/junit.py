"""The report as JUnit XML, for the test tab of a CI server: a suite per rulebook, a test case per rule.

    broken          failure, with the first places, why it matters and what to do
    open            skipped: nobody can tell, and the message says so. It is never a pass
    waived          skipped, with the last day of the waiver
    not applicable  skipped
    met             passed

A suite of a book about the review holds its limits: a limit is skipped, for it convicts nobody. JUnit has no place for
an undecided case; whoever wants open rules to fail a build uses the exit code (`--fail-on open`). No clock is read:
`time` is 0 and no suite has a timestamp. What a case cannot show is every place; SARIF and the dossier hold them.
The form is that of `junit-10.xsd` of the Jenkins xUnit plugin.
"""

from collections.abc import Iterator, Sequence

from assay.core.text import Lang, Text
from assay.report import escape, words
from assay.report.document import BookRow, Document, Finding
from assay.report.seen import Place, Saw

_OPEN = Text("open: {reason}", "待定：{reason}")
_UNTIL = Text("waived until {until}: {reason}", "豁免至 {until}：{reason}")
_NOT = Text("not applicable: {reason}", "不适用：{reason}")
_LIMIT = Text("limit of this review: {reason}", "本次审查的局限：{reason}")


def render(document: Document, lang: Lang) -> bytes:
    """One XML document in UTF-8, in one language; the same document gives the same bytes."""
    suites = list(_suites(document))
    cases = sum(len(findings) for _, findings in suites)
    failures = sum(_failures(book, findings) for book, findings in suites)
    product = " ".join(filter(None, (document.product.name, document.product.version)))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    counts = _attributes(name=product, tests=cases, failures=failures, errors=0, time=0)
    lines.append(f"<testsuites{counts}>")
    for book, findings in suites:
        lines += _suite(document, book, findings, lang)
    return "\n".join([*lines, "</testsuites>", ""]).encode()


def _suites(document: Document) -> Iterator[tuple[BookRow, Sequence[Finding]]]:
    """Books about the product, then those about the review, each with its judged rules by name."""
    judged: dict[str, list[Finding]] = {}
    for finding in (*document.each_finding(), *document.limits):
        judged.setdefault(finding.book, []).append(finding)
    for book in sorted(document.books, key=lambda book: book.about == "review"):
        yield book, sorted(judged.get(book.id, ()), key=lambda finding: finding.rule)


def _failures(book: BookRow, findings: Sequence[Finding]) -> int:
    return sum(finding.outcome == "broken" for finding in findings) if book.about == "product" else 0


def _suite(document: Document, book: BookRow, findings: Sequence[Finding], lang: Lang) -> Iterator[str]:
    failures = _failures(book, findings)
    met = sum(finding.outcome == "met" for finding in findings)
    counts = {"tests": len(findings), "failures": failures, "errors": 0, "skipped": len(findings) - failures - met}
    yield f"  <testsuite{_attributes(name=book.id, **counts, time=0)}>"
    yield "    <properties>"
    delivery = document.delivery.digest
    for name, value in (("title", book.title.to(lang)), ("digest", book.digest), ("delivery", delivery)):
        yield f"      <property{_attributes(name=name, value=value)}/>"
    yield f"      <property{_attributes(name='as-of', value=document.as_of.isoformat())}/>"
    yield "    </properties>"
    for finding in findings:
        yield from _case(finding, lang, limit=book.about == "review")
    yield "  </testsuite>"


def _case(finding: Finding, lang: Lang, *, limit: bool) -> Iterator[str]:
    title = finding.title.to(lang)
    opening = f"    <testcase{_attributes(classname=finding.book, name=finding.rule, time=0)}"
    if finding.outcome == "met":
        yield f"{opening}/>"
        return
    yield f"{opening}>"
    if finding.outcome == "broken" and not limit:
        severity = words.SEVERITIES[finding.severity].to(lang)
        yield f"      <failure{_attributes(type=severity, message=title)}>{_body(finding, lang)}</failure>"
    else:
        yield f"      <skipped{_attributes(message=_skipped(finding, lang))}/>"
    yield "    </testcase>"


def _skipped(finding: Finding, lang: Lang) -> str:
    """Why a case has no verdict: the reason of the judgement, or the waiver in force that ends first."""
    reasons = [saw.words.to(lang) for saw in finding.saw]
    steps = [step.to(lang) for step in finding.todo] if finding.outcome == "open" else []
    reason = " ".join([*reasons, *steps])
    applied = [waiver for waiver in finding.waivers if waiver.state == "applied"]
    if finding.outcome == "waived" and applied:
        first = min(applied, key=lambda waiver: (waiver.until, waiver.reason))
        return _UNTIL.fill(until=first.until.isoformat(), reason=first.reason).to(lang)
    said = {"open": _OPEN, "not-applicable": _NOT}.get(finding.outcome, _LIMIT)
    return said.fill(reason=reason).to(lang)


def _body(finding: Finding, lang: Lang) -> str:
    """Lines of text: what was seen and where, why it matters, the clause, what to do."""
    lines = [line for saw in finding.saw for line in _seen(saw, lang)]
    source = finding.source
    lines += [finding.because.to(lang), f"{source.document}, {source.at} ({source.known_words.to(lang)})"]
    lines += [step.to(lang) for step in finding.todo]
    return "\n".join(escape.xml(line) for line in ["", *lines, ""])


def _seen(saw: Saw, lang: Lang) -> Iterator[str]:
    yield saw.words.to(lang)
    for seen in saw.seen:
        yield f"  {seen.words.to(lang)}: {words.sentence('facts', lang, n=seen.facts)}"
        yield from (f"    {_place(place)}" for place in seen.places)
    for gap in saw.gaps:
        yield f"  {gap.title.to(lang)}: {', '.join(gap.paths)}"
    if saw.more_seen:
        yield "  " + words.sentence("more-groups", lang, groups=saw.more_seen, facts=saw.more_facts)


def _place(place: Place) -> str:
    at = f"{place.path}:{place.line}" if place.line else place.path
    return f"{at}: {place.excerpt}" if place.excerpt else at


def _attributes(**values: object) -> str:
    return "".join(f' {name}="{escape.xml(str(value))}"' for name, value in values.items())
