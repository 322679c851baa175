"""The report as OSCAL assessment results (JSON), for tools of governance and audit.

    clause of a rulebook     control of a control selection, defined locally
    rule                     objective of that control
    fact that decides        observation, method EXAMINE; its identifier follows from the fact's id
    judgement met, broken    finding on the objective: satisfied / pass, not-satisfied / fail
    judgement open           observation of its reasons, and no finding
    not applicable           a remark on the control selection, and no finding
    waiver in force          risk with status `deviation-approved`, related to the finding

OSCAL's objective status knows *satisfied* and *not-satisfied* and nothing between. Saying either of an open rule would
be false, so it has no finding, and its objective is not among those selected as assessed; a tool that counts findings
sees it as not assessed, which is what it is. No finding, risk or observation is made that the review did not make. A
limit of the review is an observation. At most `OBSERVATIONS` facts are listed; a remark counts the others.

OSCAL wants an assessment plan: `import-ap` points to a resource that says that there was none, only the
rulebooks named. Identifiers are version 5 UUIDs of what they name; every moment is the day of judging. Source:
OSCAL 1.2.3.
"""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from uuid import UUID, uuid5

from assay.core.facts import Fact
from assay.core.text import Lang, Text
from assay.report import escape, words
from assay.report.document import Document, Finding, WaiverRow, worst_first
from assay.report.grounds import excerpt, what
from assay.report.record import Key, Record, shares

VERSION = "1.2.3"
OBSERVATIONS = 10_000  # facts listed
PLACES = 5  # pieces of evidence of an observation
NAMESPACE = UUID("0f0b8f4e-64b3-5a53-8e0e-0c1d7d2e9a42")
_NS = "urn:assay:oscal"
_Json = dict[str, object]

_TITLE = Text("Cybersecurity review of {product}", "{product} 的网络安全审查")
_ABOUT = Text(
    "What assay saw in the delivery {digest}, judged by the rulebooks named. It is no decision and no certification.",
    "assay 在交付物 {digest} 中所见，依所列规则集判定。本文件不是决定，也不是认证。",
)
_PLAN = Text(
    "There was no assessment plan in OSCAL; what was assessed follows from the rulebooks selected.",
    "没有 OSCAL 形式的评估计划；评估范围由所选规则集确定。",
)
_RULES = Text("Rules of the book {book} that were judged.", "规则集 {book} 中已作判定的规则。")
_NOT = Text("Not applicable: {rules}.", "不适用：{rules}。")
_OPEN = Text("Open, nobody can tell: {title}", "待定，无法判断：{title}")
_LIMIT = Text("A limit of this review: {title}", "本次审查的局限：{title}")
_SEEN = Text("Seen in the delivery: {what} ({kind})", "交付物中所见：{what}（{kind}）")
_UNLISTED = Text(
    "{n} further facts that decide a rule are not listed as observations; the dossier holds them.",
    "另有 {n} 项影响结论的事实未列为观察项；卷宗中保存全部。",
)
_WAIVED = Text(
    "Waived until {until}: {reason}. Asked by {asked}, granted by {granted} on {day}; {covers} of {facts} facts.",
    "豁免至 {until}：{reason}。申请人 {asked}，批准人 {granted}，批准日 {day}；涉及 {covers}/{facts} 项事实。",
)
_TOOL = Text("Examines a delivery without running it and judges what it sees.", "不运行交付物而检查之，并判定所见。")


def render(document: Document, lang: Lang, record: Record) -> bytes:
    """UTF-8, one space of indent; the same review gives the same bytes."""
    return _Results(document, lang, record).encoded()


class _Results:
    def __init__(self, document: Document, lang: Lang, record: Record) -> None:
        self.document, self.lang, self.record = document, lang, record
        self.day = f"{document.as_of.isoformat()}T00:00:00Z"
        self.findings = list(document.each_finding())
        self.related: dict[Key, list[str]] = {}  # observations of each rule
        self.unlisted = 0

    def encoded(self) -> bytes:
        observations = [*self._facts(), *self._undecided()]
        risks = [risk for finding in self.findings for risk in self._risks(finding)]
        findings = [self._finding(item) for item in self.findings if item.outcome in {"met", "broken", "waived"}]
        result: _Json = {
            "uuid": self._id("result"),
            "title": self._line(self._title()),
            "description": self._said(_ABOUT.fill(digest=self.document.delivery.digest)),
            "start": self.day,
            "end": self.day,
            "props": [_prop("delivery-digest", self.document.delivery.digest)],
            "local-definitions": self._local(),
            "reviewed-controls": self._controls(),
        }
        parts = {"observations": observations, "risks": risks, "findings": findings}
        result |= {name: items for name, items in parts.items() if items}  # OSCAL has no empty lists
        if self.unlisted:
            result["remarks"] = self._said(_UNLISTED.fill(n=words.number(self.unlisted)))
        plan = self._id("plan")
        whole: _Json = {
            "uuid": self._id("assessment-results"),
            "metadata": self._metadata(),
            "import-ap": {"href": f"#{plan}"},
            **({"local-definitions": {"objectives-and-methods": items}} if (items := self._objectives()) else {}),
            "results": [result],
            "back-matter": {"resources": [{"uuid": plan, "description": self._said(_PLAN)}]},
        }
        encoded = json.dumps({"assessment-results": whole}, ensure_ascii=False, indent=1)
        return (escape.json(encoded) + "\n").encode()

    def _id(self, *names: str) -> str:
        """Of a thing of this review: the delivery, the day and its name."""
        return _uuid(self.document.delivery.digest, self.document.as_of.isoformat(), *names)

    def _said(self, text: Text) -> str:
        return self._line(text.to(self.lang))

    def _line(self, text: str) -> str:
        """One line of markup, never empty."""
        return escape.markup(text.strip()) or "\\-"

    def _title(self) -> str:
        named = " ".join(filter(None, (self.document.product.name, self.document.product.version)))
        return _TITLE.fill(product=named).to(self.lang)

    def _metadata(self) -> _Json:
        return {
            "title": self._line(self._title()),
            "last-modified": self.day,
            "version": self.document.as_of.isoformat(),
            "oscal-version": VERSION,
        }

    def _local(self) -> _Json:
        """The product that was assessed and the tool that assessed it."""
        product = self.document.product
        tool: _Json = {
            "uuid": _uuid("tool", self.document.assay),
            "type": "software",
            "title": "assay",
            "description": self._said(_TOOL),
            "props": [_prop("version", self.document.assay)],
            "status": {"state": "operational"},
        }
        props = [("version", product.version), ("vendor", product.vendor), ("country-as-stated", product.country)]
        stated = [_prop(name, value) for name, value in props if value and value.strip()]
        return {
            "components": [
                {
                    "uuid": self._id("product"),
                    "type": "software",
                    "title": self._line(product.name),
                    "description": self._said(_ABOUT.fill(digest=self.document.delivery.digest)),
                    **({"props": stated} if stated else {}),
                    "status": {"state": "other"},
                }
            ],
            "assessment-assets": {
                "components": [tool],
                "assessment-platforms": [{"uuid": self._id("platform"), "title": "assay"}],
            },
        }

    def _objectives(self) -> list[_Json]:
        """Clauses as controls, each with its rules as objectives."""
        clauses: dict[tuple[str, str], list[Finding]] = {}
        for finding in self.findings:
            clauses.setdefault((finding.source.document, finding.source.at), []).append(finding)
        return [
            {
                "control-id": _control(findings[0]),
                "description": self._line(f"{document}, {at} ({findings[0].source.known_words.to(self.lang)})"),
                "parts": [self._objective(finding) for finding in findings],
            }
            for (document, at), findings in clauses.items()
        ]

    def _objective(self, finding: Finding) -> _Json:
        return {
            "id": _objective_id(finding),
            "name": "assessment-objective",
            "title": self._said(finding.title),
            "prose": self._said(finding.because),
            "props": [_prop("severity", finding.severity), *(_prop("cwe", str(number)) for number in finding.cwe)],
        }

    def _controls(self) -> _Json:
        """What was assessed: the clauses of each book, and of its rules those with a finding."""
        selected: list[_Json] = []
        for book in self.document.findings:
            findings = [finding for clause in book.clauses for finding in clause.findings]
            if not findings:
                continue
            controls = dict.fromkeys(_control(finding) for finding in findings)
            left = [item.rule for item in findings if item.outcome == "not-applicable"]
            selected.append(
                {
                    "description": self._said(_RULES.fill(book=book.book.id)),
                    "props": [_prop("rulebook-digest", book.book.digest)],
                    "include-controls": [{"control-id": control} for control in controls],
                    **({"remarks": self._said(_NOT.fill(rules=", ".join(left)))} if left else {}),
                }
            )
        decided = [_objective_id(item) for item in self.findings if item.outcome in {"met", "broken", "waived"}]
        objectives = [{"include-objectives": [{"objective-id": id_} for id_ in decided]}] if decided else []
        return {
            "control-selections": selected or [{"description": self._said(_PLAN), "include-all": {}}],
            **({"control-objective-selections": objectives} if objectives else {}),
        }

    def _facts(self) -> Iterator[_Json]:
        """An observation per fact that a judgement about the product rests on, as many as there is room for."""
        worst = [(finding.book, finding.rule) for finding in sorted(self.findings, key=worst_first)]
        room = shares({key: self.record.decides(key) for key in worst}, OBSERVATIONS)
        seen: set[str] = set()
        for id_, fact, keys in self.record.deciding():
            rules = [key for key in keys if room.get(key, 0) > len(self.related.get(key, ()))]
            if not rules:
                self.unlisted += any(key in room for key in keys)
                continue
            uuid = _uuid("fact", id_)
            for key in rules:
                self.related.setdefault(key, []).append(uuid)
            if uuid not in seen:
                seen.add(uuid)
                yield self._observation(uuid, id_, fact)

    def _observation(self, uuid: str, id_: str, fact: Fact) -> _Json:
        evidence = [
            {"description": self._line(_place(item.path, item.line, item.excerpt))} for item in fact.evidence[:PLACES]
        ]
        return {
            **self._observed(uuid, _SEEN.fill(what=what(fact) or fact.kind, kind=fact.kind)),
            "props": [
                _prop("fact-id", id_),
                _prop("kind", fact.kind),
                _prop("scope", fact.subject.scope),
                _prop("places", str(len(fact.evidence))),
            ],
            **({"relevant-evidence": evidence} if evidence else {}),
        }

    def _observed(self, uuid: str, words_: Text) -> _Json:
        return {
            "uuid": uuid,
            "description": self._said(words_),
            "methods": ["EXAMINE"],
            "types": ["discovery"],
            "origins": [{"actors": [{"type": "tool", "actor-uuid": _uuid("tool", self.document.assay)}]}],
            "subjects": [{"subject-uuid": self._id("product"), "type": "component"}],
            "collected": self.day,
        }

    def _undecided(self) -> Iterator[_Json]:
        """Open rules and limits of the review: their reasons, and what would decide them."""
        undecided = [(item, _OPEN) for item in (*self.findings, *self.document.limits) if item.outcome == "open"]
        limits = [(item, _LIMIT) for item in self.document.limits if item.outcome in {"broken", "waived"}]
        for finding, said in (*undecided, *limits):
            reasons = [saw.words.to(self.lang) for saw in finding.saw]
            reasons += [step.to(self.lang) for step in finding.todo]
            paths = [path for saw in finding.saw for gap in saw.gaps for path in gap.paths]
            observation = self._observed(
                self._id("undecided", finding.book, finding.rule), said.fill(title=finding.title.to(self.lang))
            )
            observation["props"] = [
                _prop("rule", f"{finding.book}/{finding.rule}"),
                _prop("standing", "limit" if said is _LIMIT else "open"),
            ]
            shown = [{"description": self._line(excerpt(path))} for path in dict.fromkeys(paths)][:PLACES]
            if shown:
                observation["relevant-evidence"] = shown
            if reasons:
                observation["remarks"] = self._line(" ".join(reasons))
            yield observation

    def _finding(self, finding: Finding) -> _Json:
        key = (finding.book, finding.rule)
        met = finding.outcome == "met"
        status: _Json = (
            {"state": "satisfied", "reason": "pass"} if met else {"state": "not-satisfied", "reason": "fail"}
        )
        stated = [_prop("standing", finding.outcome), _prop("severity", finding.severity)]
        made: _Json = {
            "uuid": self._id("finding", *key),
            "title": self._said(finding.title),
            "description": self._line(" ".join(saw.words.to(self.lang) for saw in finding.saw)),
            "props": [_prop("rule", f"{finding.book}/{finding.rule}"), *stated],
            "target": {"type": "objective-id", "target-id": _objective_id(finding), "status": status},
        }
        if finding.todo:
            made["remarks"] = self._line(" ".join(step.to(self.lang) for step in finding.todo))
        observed = self.related.get(key)
        if observed:
            made["related-observations"] = [{"observation-uuid": uuid} for uuid in observed]
        risks = [{"risk-uuid": risk["uuid"]} for risk in self._risks(finding)]
        return {**made, "related-risks": risks} if risks else made

    def _risks(self, finding: Finding) -> Iterator[_Json]:
        """Waivers in force: a deviation that named persons approved until a day. Others change nothing."""
        rows = sorted((row for row in finding.waivers if row.state == "applied"), key=_waiver_order)
        for _, same in groupby(rows, key=_waiver_order):
            row = next(same)
            said = _WAIVED.fill(
                until=row.until.isoformat(),
                reason=row.reason,
                asked=row.asked_by,
                granted=row.granted_by,
                day=row.granted.isoformat(),
                covers=row.covers,
                facts=finding.facts,
            )
            yield {
                "uuid": self._id("risk", finding.book, finding.rule, *_waiver_order(row)),
                "title": self._said(finding.title),
                "description": self._said(said),
                "statement": self._said(finding.because),
                "status": "deviation-approved",
                "deadline": f"{row.until.isoformat()}T00:00:00Z",
            }


def _waiver_order(row: WaiverRow) -> tuple[str, ...]:
    return (row.until.isoformat(), row.granted.isoformat(), row.reason, row.asked_by, row.granted_by)


def _uuid(*names: str) -> str:
    return str(uuid5(NAMESPACE, json.dumps(names)))


def _place(path: str, line: int, text: str) -> str:
    at = f"{path}:{line}" if line else path
    return excerpt(f"{at}: {text}" if text else at, 500)


def _prop(name: str, value: str) -> _Json:
    """A property; its value is one line without space at its ends, never empty."""
    return {"name": name, "ns": _NS, "value": " ".join(escape.terminal(value).split()) or "-"}


def _token(text: str) -> str:
    """An OSCAL token: letters, digits, dots, hyphens; what had to be replaced is told apart by a digest."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", text)
    plain = plain if plain[:1].isalpha() else f"_{plain}"
    return plain if plain == text else f"{plain[:80]}-{_uuid(text)[:8]}"


def _control(finding: Finding) -> str:
    return _token(f"{finding.source.document} {finding.source.at}")


def _objective_id(finding: Finding) -> str:
    return _token(f"{finding.book}.{finding.rule}")
