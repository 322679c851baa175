"""Composing the report of a case from one copy of it: the acts in view, and what travels with them.

The same acts, bodies and day give the same document. What could not be checked here becomes a limit of the report,
never silence.
"""

from datetime import date

from assay.case import labels
from assay.case.acts import Act
from assay.case.contents import (
    Acknowledgement,
    Answer,
    Charter,
    Closing,
    Decision,
    Delivery,
    Disclosure,
    Invitation,
    Objection,
    Permission,
    Question,
    Remedy,
    Revocation,
    Withdrawal,
    Withholding,
)
from assay.case.document import (
    ActRow,
    CaseDocument,
    ConsentRow,
    DecisionRow,
    DeliveryRow,
    ObjectionRow,
    PartyRow,
    QuestionRow,
    RemedyRow,
    Said,
    VerdictRow,
    WithheldRow,
)
from assay.case.folder import Case
from assay.case.standing import State, contradictions, dues, state
from assay.case.verdict import check
from assay.case.view import View
from assay.core.errors import InputError
from assay.core.text import Text
from assay.report.document import Document


def compose(case: Case, as_of: date) -> CaseDocument:
    """Raises NotVerifiedError when a body or a disclosed review is not what its act says."""
    view = case.view
    rows = _Rows(case, view, as_of)
    charter = view.charter
    verdicts = tuple(rows.verdict(act, said) for act, said in view.of(Disclosure))
    return CaseDocument(
        view.history.case,
        charter.title,
        charter.product,
        charter.convener.party,
        charter.voucher,
        charter.books,
        as_of,
        rows.state.name,
        rows.state.reopened,
        tuple(rows.parties()),
        tuple(rows.delivery(act, said) for act, said in view.of(Delivery)),
        tuple(
            ConsentRow(rows.said(act), said.artifact, said.tests, said.addresses, said.until, rows.withdrawn(act))
            for act, said in view.of(Permission)
        ),
        tuple(
            WithheldRow(rows.said(act), said.what, said.reason, said.law, said.question, rows.withdrawn(act))
            for act, said in view.of(Withholding)
        ),
        tuple(rows.question(act, said) for act, said in view.of(Question)),
        verdicts,
        tuple(row for act, said in view.of(Remedy) for row in rows.remedies(act, said)),
        tuple(rows.objection(act, said) for act, said in view.of(Objection)),
        tuple(rows.decision(act, said) for act, said in view.of(Decision) if not said.concurs),
        tuple(rows.late()),
        tuple(rows.clocks()),
        tuple(rows.limits()),
        tuple(rows.acts()),
        view.history.heads(),
    )


class _Rows:
    """Rows of one view, and what could not be checked while they were made."""

    def __init__(self, case: Case, view: View, as_of: date) -> None:
        self.case, self.view, self.as_of = case, view, as_of
        self.state: State = state(view)
        self.unchecked: list[Text] = []
        self._late = {due.act.id for due in dues(view) if due.late(as_of)}
        self._late_answers = {due.done.id for due in dues(view) if due.done is not None and due.late(as_of)}

    def said(self, act: Act) -> Said:
        return Said(act.id, act.by, act.moment, act.id in self._late_answers)

    def maybe(self, act: Act | None) -> Said | None:
        return None if act is None else self.said(act)

    def withdrawn(self, act: Act) -> str:
        """The reason for which an act was withdrawn, or ""."""
        by = self.view.withdrawn.get(act.id)
        withdrawal = self.view.find(Withdrawal, by) if by is not None else None
        return withdrawal.reason if withdrawal is not None else ""

    def parties(self) -> list[PartyRow]:
        return [
            PartyRow(
                member.name,
                member.role,
                tuple(str(key) for key in member.keys),
                tuple(str(key) for key in member.ever if key not in member.keys),
                sum(act.by == member.name for act in self.view.history.acts()),
            )
            for member in self.view.parties.values()
        ]

    def delivery(self, act: Act, said: Delivery) -> DeliveryRow:
        current = self.view.current
        return DeliveryRow(
            self.said(act),
            said.product,
            said.version,
            said.artifact,
            said.files,
            said.bytes,
            current is not None and current[0].id == act.id,
            self.withdrawn(act),
        )

    def question(self, act: Act, said: Question) -> QuestionRow:
        settled = self.view.settled.get(act.id)
        content = settled.content if settled is not None else None
        standing = "late" if act.id in self._late else "open"
        if content is not None:
            standing = "withheld" if isinstance(content, Withholding) else "answered"
        elif act.id in self.view.withdrawn:
            standing = "withdrawn"
        answer = content.text if isinstance(content, Answer) else ""
        if isinstance(content, Withholding):
            answer = content.reason
        evidence = content.evidence if isinstance(content, Answer) else ()
        return QuestionRow(
            self.said(act), said.to, said.text, said.rule, said.until, standing, self.maybe(settled), answer, evidence
        )

    def verdict(self, act: Act, said: Disclosure) -> VerdictRow:
        document: Document | None = None
        try:
            document, notes = check(self.case, act, said)
            self.unchecked += notes
        except InputError as error:
            self.unchecked.append(error.message)
        listed = {*said.broken, *said.open, *said.waived}
        titles = tuple(
            (rule, finding.title)
            for finding in (document.each_finding() if document is not None else ())
            if (rule := f"{finding.book}/{finding.rule}") in listed
        )
        return VerdictRow(
            self.said(act),
            said.delivery,
            said.review,
            said.as_of,
            said.broken,
            said.open,
            said.waived,
            said.met,
            said.books,
            said.until,
            self.maybe(self.view.acknowledged(act.id)),
            document is not None,
            titles,
            _coverage(document) if document is not None else (),
        )

    def remedies(self, act: Act, said: Remedy) -> list[RemedyRow]:
        after = [content for _, content in self.view.of(Disclosure) if content.delivery == said.delivery]
        return [RemedyRow(self.said(act), rule, said.text, _standing(rule, after)) for rule in said.rules]

    def objection(self, act: Act, said: Objection) -> ObjectionRow:
        settled = self.view.settled.get(act.id)
        answer = settled.content if settled is not None and isinstance(settled.content, Answer) else None
        standing = "withdrawn" if act.id in self.view.withdrawn else "open"
        if answer is not None:
            standing = "upheld" if answer.upheld else "dismissed"
        return ObjectionRow(
            self.said(act),
            said.about,
            said.text,
            said.rules,
            said.evidence,
            standing,
            self.maybe(settled),
            answer.text if answer is not None else "",
        )

    def decision(self, act: Act, said: Decision) -> DecisionRow:
        second = next((second for first, second in self.view.decisions if first.id == act.id), None)
        stands = self.state.decision is not None and self.state.decision[0].id == act.id
        standing = "stands" if stands else "superseded" if second is not None else "proposed"
        if act.id in self.view.withdrawn:
            standing = "withdrawn"
        signed = second.content if second is not None and isinstance(second.content, Decision) else None
        known = self.view.acknowledged(act.id) or (self.view.acknowledged(second.id) if second is not None else None)
        return DecisionRow(
            self.said(act),
            said.person,
            self.maybe(second),
            signed.person if signed is not None else "",
            said.verdict,
            said.outcome,
            said.reason,
            said.follows,
            tuple((departure.rule, departure.reason) for departure in said.departs),
            said.conditions,
            said.until,
            self.maybe(known),
            standing,
        )

    def late(self) -> list[Text]:
        return [
            labels.said(
                "late-answered" if due.done is not None else "late-open",
                party=due.party,
                act=due.act.label,
                until=due.until,
                day=due.done.day if due.done is not None else "",
            )
            for due in dues(self.view)
            if due.late(self.as_of)
        ]

    def clocks(self) -> list[Text]:
        return [
            labels.said("clock", later=item.later.label, earlier=item.earlier.label, seconds=item.seconds)
            for item in contradictions(self.view)
        ]

    def limits(self) -> list[Text]:
        found = [labels.said("unseen", act=act.label) for act in self.state.unseen]
        found += [labels.said("contradicting", act=act.label) for act in self.state.contradicting]
        found += [labels.said("unheard", act=second.label) for second in self.unheard()]
        found += [
            labels.said("vouched", party=said.party, by=act.label)
            for act, said in self.view.of(Revocation)
            if act.by != said.party
        ]
        void = [self.view.history.signed[number].act for number in sorted(self.view.void)]
        found += [labels.said("void", act=act.label) for act in void]
        found += [labels.said("no-receipt", act=act.label) for act in self.case.without_receipt]
        lacking = [body for body in self.case.lacking() if "/" not in body.name and body.name != "dossier.json"]
        found += [labels.said("lacking", name=body.name, digest=body.sha256[:12]) for body in lacking]
        return found + self.unchecked

    def unheard(self) -> list[Act]:
        """Second signatures of decisions that no act of the vendor shows to have known the verdict."""
        history = self.view.history
        vendor = [act for act in history.acts() if act.by == self.view.vendor]
        return [
            second
            for first, second in self.view.decisions
            if isinstance(first.content, Decision)
            and not any(history.saw(act.id, first.content.verdict) and history.saw(second.id, act.id) for act in vendor)
        ]

    def acts(self) -> list[ActRow]:
        history = self.view.history
        without = {act.id for act in self.case.without_receipt}
        clocks = {item.later.id for item in contradictions(self.view)}
        unseen = {act.id for act in self.state.unseen}
        rows = []
        for number, act in enumerate(history.acts()):
            marks = [
                name
                for name, holds in (
                    ("void", number in self.view.void),
                    ("withdrawn", act.id in self.view.withdrawn),
                    ("no-receipt", act.id in without),
                    ("clock", act.id in clocks),
                    ("unseen", act.id in unseen),
                )
                if holds
            ]
            rows.append(ActRow(number + 1, self.said(act), act.kind, _short(act), tuple(marks)))
        return rows


def _standing(rule: str, verdicts: list[Disclosure]) -> str:
    """Where a rule stands in the last of these verdicts: a rule that none lists is met, or applies no more."""
    if not verdicts:
        return ""
    last = verdicts[-1]
    for name, rules in (("broken", last.broken), ("open", last.open), ("waived", last.waived)):
        if rule in rules:
            return name
    return "settled"


def _coverage(document: Document) -> tuple[int, ...]:
    rows = [(row.examined, row.partly, row.unexamined, row.inert) for row in document.coverage.rows]
    return tuple(sum(amount.files for amount in column) for column in zip(*rows, strict=True))


def _short(act: Act) -> str:
    """What an act is about, in its party's words."""
    match act.content:
        case Charter(title=title):
            return title
        case Invitation(party=party, role=role):
            return f"{party} ({role})"
        case Delivery(product=product, version=version, artifact=artifact):
            return f"{product} {version} {artifact[:12]}"
        case Permission(tests=tests, until=until):
            return f"{', '.join(tests)} → {until}"
        case Question(text=text) | Answer(text=text) | Objection(text=text) | Remedy(text=text):
            return text
        case Withholding(what=what):
            return what
        case Disclosure(review=review, broken=broken, open=open_):
            return f"#{review}: {len(broken)} / {len(open_)}"
        case Decision(outcome=outcome, person=person):
            return f"{outcome} ({person})"
        case Withdrawal(act=other) | Acknowledgement(act=other):
            return other[:12]
        case Revocation(party=party):
            return party
        case Closing(reason=reason):
            return reason
    return ""
