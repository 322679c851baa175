"""The report as SARIF 2.1.0: what code-scanning pages, editors and result viewers read.

One result per rule and fact that breaks it (kind `fail`), placed where the fact was seen and fingerprinted by the
fact's id, which a moved line does not change. Every other rule is one result without level: `open` with what would
decide it, `pass` only where the rule is met, `notApplicable`. A rule about the review convicts nobody: a limit is
`informational`. Waivers in force are accepted suppressions of the facts they cover; expired and stale ones are none.
What was not examined is a notification of the run, grouped by reason.

URIs are paths as delivered, percent-encoded, relative to `%SRCROOT%`, the delivery, whose own place is not stated. A
member of an archive keeps its `!`: `lib/a.jar!b/C.class`. Excerpts arrive masked. Results are at most `MOST`, the worst
rules first, as code-scanning services take no more; a notification counts what was left out. Source: OASIS SARIF 2.1.0.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice

from assay.core.facts import Evidence, Fact
from assay.core.rules import Severity
from assay.core.text import Lang, Text
from assay.core.waivers import Waiver
from assay.report import escape, words
from assay.report.document import Document, Finding, worst_first
from assay.report.grounds import excerpt, what
from assay.report.record import Key, Record, shares
from assay.report.seen import Gap

MOST = 25_000  # results of a run; GitHub takes no more
PLACES = 20  # locations of a result
PLACES_IN_ALL = 100_000  # of many results each has fewer, and always one
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
_Json = dict[str, object]

_LEVELS: Mapping[Severity, str] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
    "note": "note",
}
# Bands of GitHub's `security-severity`; the number says nothing that the word does not.
_SCORES: Mapping[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.5", "note": "0.1"}
_KINDS = {"open": "open", "met": "pass", "not-applicable": "notApplicable", "broken": "fail", "waived": "fail"}
_ATTEMPTS = {"failed": "error", "partial": "warning", "skipped": "warning", "withheld": "warning"}
_LANGUAGES = {"en": "en", "zh": "zh-CN"}
_PUBLIC = re.compile(r"https://[a-z0-9.-]+(/[A-Za-z0-9._~%!$&'()*+,;=:@/?#-]*)?")

_ROOT_IS = Text("The delivery as received, {digest}.", "所接收的交付物，{digest}。")
_LEFT_OUT = Text(
    "{n} further results are left out: a run holds at most {most}, the worst rules first. The dossier holds them all.",
    "另有 {n} 项结果未列出：每次运行最多 {most} 项，按严重程度优先；卷宗中保存全部结果。",
)
_WAIVED = Text(
    "{reason} (asked by {asked}, granted by {granted} on {day}, until {until})",
    "{reason}（申请人 {asked}，批准人 {granted}，批准日 {day}，至 {until}）",
)
_FILES = Text("{title}: {n} files.", "{title}：{n} 个文件。")
_ADVICE = Text("{advice}.", "{advice}。")
_FIRST = Text("First: {paths}", "前几个：{paths}")


def render(document: Document, lang: Lang, record: Record) -> bytes:
    """One run in UTF-8, one result a line; the same review gives the same bytes."""
    return _Results(document, lang, record).encoded()


class _Results:
    """The results of a run, by rule: rules about the product worst first, then those about the review."""

    def __init__(self, document: Document, lang: Lang, record: Record) -> None:
        self.document, self.lang, self.record = document, lang, record
        about_product = sorted(document.each_finding(), key=worst_first)
        self.findings = {(item.book, item.rule): item for item in (*about_product, *document.limits)}
        self.limits = {(item.book, item.rule) for item in document.limits}
        self.index = {key: number for number, key in enumerate(self.findings)}

    def encoded(self) -> bytes:
        lines: dict[Key, list[str]] = {key: [] for key in self.findings}
        counts = {key: self.record.breaks(key) for key in self.findings if key not in self.limits}
        counts = {key: count for key, count in counts.items() if count}
        for key, finding in self.findings.items():
            if key not in counts:
                lines[key].append(_encoded(self._of_rule(key, finding)))
        room = shares(counts, MOST - len(self.findings) + len(counts))
        listed = sum(room.values())
        places = max(1, min(PLACES, PLACES_IN_ALL // max(1, listed)))
        for id_, fact, keys in self.record.breaking():
            for key in keys:
                if len(lines.get(key, ())) < room.get(key, 0):
                    lines[key].append(_encoded(self._of_fact(key, id_, fact, places)))
        run = _run(self.document, list(self.findings.values()), self.lang, sum(counts.values()) - listed)
        results = ",\n".join(line for of_rule in lines.values() for line in of_rule)
        head = json.dumps({"$schema": SCHEMA, "version": "2.1.0"})[:-1]
        return f'{head}, "runs": [{_encoded(run)[:-1]}, "results": [\n{results}\n]}}]}}\n'.encode()

    def _result(self, key: Key, kind: str, message: str, places: list[_Json]) -> _Json:
        result: _Json = {
            "ruleId": _id(self.findings[key]),
            "ruleIndex": self.index[key],
            "kind": kind,
            "level": _LEVELS[self.findings[key].severity] if kind == "fail" else "none",
            "message": {"text": message},
        }
        return {**result, "locations": places} if places else result

    def _of_fact(self, key: Key, id_: str, fact: Fact, most: int) -> _Json:
        """A fact that breaks a rule. It is gone only when all its places are: they are locations of one result."""
        seen = what(fact)
        text = self.findings[key].title.to(self.lang) + (f" ({seen})" if seen else "")
        found = [_location(item, fact.subject.name) for item in fact.evidence[:most]]
        message = escape.sarif(excerpt(text, 1_000))
        result = self._result(key, "fail", message, [place for place in found if place is not None])
        result["partialFingerprints"] = {"assayFactId/v1": id_}
        result |= self._suppressed(key, id_)
        result["properties"] = {"scope": fact.subject.scope, "kind": fact.kind, "places": len(fact.evidence)}
        return result

    def _of_rule(self, key: Key, finding: Finding) -> _Json:
        """A rule that no fact breaks: open, met, not applicable, broken by what is absent; or one about the review."""
        limit = key in self.limits and finding.outcome in {"broken", "waived"}
        kind = "informational" if limit else _KINDS[finding.outcome]
        said = [finding.title, *(saw.words for saw in finding.saw)]
        said += finding.todo if finding.outcome == "open" else ()
        message = "\n".join(escape.sarif(line) for part in said if (line := part.to(self.lang)))
        result = self._result(key, kind, message, list(islice(_places(finding), PLACES)))
        return {**result, **self._suppressed(key, "")} if kind == "fail" else result

    def _suppressed(self, key: Key, id_: str) -> _Json:
        """The waiver in force that covers this fact, or with an empty id what is absent."""
        waiver = self.record.waiver(key, id_, self.document.as_of)
        return {} if waiver is None else {"suppressions": [_suppression(waiver, self.lang)]}


def _encoded(item: _Json) -> str:
    return escape.json(json.dumps(item, ensure_ascii=False))


def _run(document: Document, findings: list[Finding], lang: Lang, left_out: int) -> _Json:
    gaps = document.coverage.gaps
    reasons = list(dict.fromkeys(gap.reason for gap in gaps))
    titles = {gap.reason: gap.title for gap in gaps}
    notes = [_notification(gap, reasons.index(gap.reason), lang) for gap in gaps]
    if left_out:
        said = _LEFT_OUT.fill(n=words.number(left_out), most=words.number(MOST)).to(lang)
        notes.append({"level": "warning", "message": {"text": escape.sarif(said)}, "properties": {"results": left_out}})
    product, digest = document.product, document.delivery.digest
    category = escape.uri(product.name.replace("/", "_")) or "product"
    stated = {"product": product.name, "productVersion": product.version, "vendor": product.vendor}
    return {
        "tool": {
            "driver": {
                "name": "assay",
                "version": document.assay,
                "language": _LANGUAGES[lang],
                "rules": [_rule(finding, document, lang) for finding in findings],
                "notifications": [
                    {"id": reason, "shortDescription": {"text": escape.sarif(titles[reason].to(lang)) or reason}}
                    for reason in reasons
                ],
            }
        },
        "language": _LANGUAGES[lang],
        "columnKind": "utf16CodeUnits",
        "automationDetails": {"id": f"assay/{category}/{document.as_of.isoformat()}/{escape.uri(digest[-64:])}"},
        "originalUriBaseIds": {ROOT: {"description": {"text": escape.sarif(_ROOT_IS.fill(digest=digest).to(lang))}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "properties": {
            "asOf": document.as_of.isoformat(),
            "deliveryDigest": digest,
            **{name: item for name, item in stated.items() if item is not None},
        },
    }


def _rule(finding: Finding, document: Document, lang: Lang) -> _Json:
    """The rule and its standing: title, why it matters, the clause it restates, and what to do where that is known."""
    source = finding.source
    known = f"{source.document}, {source.at} ({source.known_words.to(lang)})"
    steps = [step.to(lang) for step in finding.todo]
    help_ = [finding.because.to(lang), *steps, known, *([source.url] if source.url else [])]
    status = next((book.status for book in document.books if book.id == finding.book), None)
    described: _Json = {
        "id": _id(finding),
        "name": finding.rule,
        "shortDescription": {"text": escape.sarif(finding.title.to(lang))},
        "fullDescription": {"text": escape.sarif(finding.because.to(lang))},
        "help": {"text": "\n\n".join(escape.sarif(part) for part in help_ if part)},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {
            "severity": finding.severity,
            "security-severity": _SCORES[finding.severity],
            "clause": f"{source.document}, {source.at}",
            "clauseKnown": source.known,
            "demand": finding.demand,
            "standing": finding.outcome,
            **({"bookStatus": status} if status is not None else {}),
            "tags": ["security", finding.demand, *(f"external/cwe/cwe-{number:03}" for number in finding.cwe)],
        },
    }
    if _PUBLIC.fullmatch(source.url):
        described["helpUri"] = source.url
    return described


def _id(finding: Finding) -> str:
    return f"{finding.book}/{finding.rule}"


def _places(finding: Finding) -> Iterator[_Json]:
    """Where to look for what an open rule waits for: values that decide, then files that were not examined."""
    for saw in finding.saw:
        shown = [place for seen in saw.seen for place in seen.places]
        found = [_location(Evidence(at.path, at.line, at.excerpt, at.address), at.name) for at in shown]
        found += [_location(Evidence(path)) for gap in saw.gaps for path in gap.paths]
        yield from (place for place in found if place is not None)


def _location(evidence: Evidence, name: str = "") -> _Json | None:
    """None for a path that has no URI below the delivery, such as one that climbs out of it."""
    uri = escape.uri(evidence.path)
    if not uri:
        return None
    physical: _Json = {"artifactLocation": {"uri": uri, "uriBaseId": ROOT}}
    if evidence.line > 0:
        region: _Json = {"startLine": evidence.line}
        if evidence.excerpt:
            region["snippet"] = {"text": excerpt(evidence.excerpt)}
        physical["region"] = region
    elif evidence.address >= 0:
        physical["address"] = {"absoluteAddress": evidence.address}
    logical: _Json = {"logicalLocations": [{"fullyQualifiedName": excerpt(name)}]} if name else {}
    return {"physicalLocation": physical, **logical}


def _suppression(waiver: Waiver, lang: Lang) -> _Json:
    said = _WAIVED.fill(
        reason=waiver.reason,
        asked=waiver.asked_by,
        granted=waiver.granted_by,
        day=waiver.granted.isoformat(),
        until=waiver.until.isoformat(),
    )
    return {"kind": "external", "status": "accepted", "justification": escape.terminal(said.to(lang))}


def _notification(gap: Gap, index: int, lang: Lang) -> _Json:
    """Files that were not, or not wholly, examined for one reason."""
    said = _FILES.fill(title=gap.title.to(lang), n=words.number(gap.size.files)).to(lang)
    said = words.singular(said) if lang == "en" else said
    if advice := gap.advice.to(lang):
        said += " " + _ADVICE.fill(advice=advice).to(lang)
    if gap.paths:
        said += " " + _FIRST.fill(paths=", ".join(excerpt(path) for path in gap.paths)).to(lang)
    note: _Json = {
        "descriptor": {"id": gap.reason, "index": index},
        "level": _ATTEMPTS[gap.status],
        "message": {"text": escape.sarif(said)},
        "properties": {"status": gap.status, "files": gap.size.files, "bytes": gap.size.bytes},
    }
    places = [place for path in gap.paths if (place := _location(Evidence(path))) is not None]
    return {**note, "locations": places} if places else note
