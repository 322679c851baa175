"""A case's report laid out for readers in one language: sections of items, the same for a terminal and for a page.

Nothing is escaped here: each output passes every string through its own function.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from assay.case import labels, words
from assay.case.contents import Body
from assay.case.document import CaseDocument, DecisionRow, Said, VerdictRow
from assay.core.text import Lang
from assay.report.words import sentence, singular, size

Pair = tuple[str, str]


class Item(Struct, frozen=True):
    """`mark` is a mark of the report (broken, open, met, waived, not-applicable), "" for none."""

    title: str
    pairs: tuple[Pair, ...] = ()
    mark: str = ""
    state: str = ""


class Section(Struct, frozen=True):
    id: str
    title: str
    items: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


_MARKS = {
    "open": "open", "late": "broken", "answered": "met", "withheld": "open", "withdrawn": "not-applicable",
    "upheld": "", "dismissed": "", "stands": "", "proposed": "open", "superseded": "not-applicable",
    "broken": "broken", "waived": "waived", "settled": "met", "": "",
}  # fmt: skip


def sections(document: CaseDocument, lang: Lang) -> list[Section]:
    """In the order of the report."""
    page = _Page(lang)
    return [
        Section("parties", page.w("parties"), tuple(page.parties(document))),
        Section("delivered", page.w("delivered"), tuple(page.deliveries(document))),
        Section("consents", page.w("consents"), tuple(page.consents(document))),
        Section("withheld", page.w("withheld"), tuple(page.withheld(document))),
        Section("asked", page.w("asked"), tuple(page.questions(document))),
        Section("found", page.w("found"), tuple(map(page.verdict, document.verdicts))),
        Section("remedies", page.w("remedies"), tuple(page.remedies(document))),
        Section("objections", page.w("objections"), tuple(page.objections(document))),
        Section(
            "decided",
            page.w("decided"),
            tuple(map(page.decision, document.decisions)),
            (labels.said("not-a-verdict").to(lang),),
        ),
        Section(
            "limits",
            page.w("limits"),
            notes=tuple(text.to(lang) for text in (*document.late, *document.clocks, *document.limits)),
        ),
        page.record(document),
        page.provable(document),
    ]


def particulars(document: CaseDocument, lang: Lang) -> list[Pair]:
    state = words.STATES[document.state].to(lang)
    if document.reopened:
        state += f" ({labels.label('reopened', lang)})"
    pairs = [("state", state), ("product", document.product), ("convener", document.convener)]
    pairs += [("voucher", document.voucher)] if document.voucher else []
    pairs += [("books", ", ".join(document.books))] if document.books else []
    pairs += [("as-of", document.as_of.isoformat()), ("case", document.case)]
    return [(labels.label(key, lang), text) for key, text in pairs]


class _Page:
    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang

    def w(self, key: str) -> str:
        return labels.label(key, self.lang)

    def standing(self, code: str) -> str:
        return labels.STANDINGS[code].to(self.lang)

    def list(self, texts: Iterable[str]) -> str:
        return ("、" if self.lang == "zh" else ", ").join(texts)

    def by(self, said: Said | None) -> str:
        """Who, when and which act."""
        if said is None:
            return self.w("not-acknowledged")
        late = f" ({self.standing('late')})" if said.late else ""
        return f"{said.by}, {said.at:%Y-%m-%d %H:%M:%S}Z, {said.id[:12]}{late}"

    def pairs(self, *pairs: tuple[str, str]) -> tuple[Pair, ...]:
        """Labels in words; pairs without text are left out."""
        return tuple((self.w(key), _one_line(text)) for key, text in pairs if text)

    def bodies(self, evidence: Sequence[Body]) -> str:
        return self.list(f"{body.name} (sha256 {body.sha256[:16]}…)" for body in evidence)

    def parties(self, document: CaseDocument) -> Iterator[Item]:
        for row in document.parties:
            pairs = [("keys", key) for key in row.keys] + [("former-keys", key) for key in row.former_keys]
            pairs.append(("acts", str(row.acts)))
            yield Item(row.name, self.pairs(*pairs), state=words.ROLES[row.role].to(self.lang))

    def deliveries(self, document: CaseDocument) -> Iterator[Item]:
        for row in document.deliveries:
            state = self.w("current") if row.current else self.standing("withdrawn") if row.withdrawn else ""
            amount = sentence("files-bytes", self.lang, files=row.files, bytes=size(row.bytes))
            yield Item(
                f"{row.product} {row.version}".strip(),
                self.pairs(
                    ("by", self.by(row.said)), ("digest", row.artifact), ("files", amount), ("reason", row.withdrawn)
                ),
                state=state,
            )

    def consents(self, document: CaseDocument) -> Iterator[Item]:
        for row in document.consents:
            yield Item(
                self.list(row.tests),
                self.pairs(
                    ("by", self.by(row.said)),
                    ("addresses", self.list(row.addresses)),
                    ("digest", row.artifact),
                    ("until", row.until.isoformat()),
                    ("reason", row.withdrawn),
                ),
                state=self.standing("withdrawn") if row.withdrawn else "",
            )

    def withheld(self, document: CaseDocument) -> Iterator[Item]:
        for row in document.withheld:
            state = "withdrawn" if row.withdrawn else "withheld"
            law = row.law or self.w("no-law")
            yield Item(
                row.what,
                self.pairs(("by", self.by(row.said)), ("reason", row.reason), ("law", law)),
                _MARKS[state],
                self.standing(state),
            )

    def questions(self, document: CaseDocument) -> Iterator[Item]:
        for row in document.questions:
            yield Item(
                _one_line(row.text),
                self.pairs(
                    ("by", self.by(row.said)),
                    ("to", row.to),
                    ("rule", row.rule),
                    ("until", row.until.isoformat()),
                    ("answer", row.answer),
                    ("answered-by", self.by(row.answered) if row.answered is not None else ""),
                    ("evidence", self.bodies(row.evidence)),
                ),
                _MARKS[row.standing],
                self.standing(row.standing),
            )

    def verdict(self, row: VerdictRow) -> Item:
        titles = dict(row.titles)

        def listed(key: str, rules: Sequence[str]) -> list[Pair]:
            return [(key, f"{rule}: {titles[rule].to(self.lang)}" if rule in titles else rule) for rule in rules]

        tally = labels.said("tally", broken=len(row.broken), open=len(row.open), waived=len(row.waived), met=row.met)
        return Item(
            labels.said("as-delivered", n=row.review, day=row.as_of).to(self.lang),
            self.pairs(
                ("by", self.by(row.said)),
                ("examined", self.coverage(row)),
                ("rules", tally.to(self.lang)),
                *listed("broken", row.broken),
                *listed("open", row.open),
                *listed("waived", row.waived),
                ("books", self.list(f"{book} {digest[:12]}" for book, digest in row.books)),
                ("until", row.until.isoformat()),
                ("acknowledged", self.by(row.acknowledged)),
                ("checked", self.w("checked-yes" if row.checked else "checked-no")),
            ),
            "broken" if row.broken else "open" if row.open else "met",
        )

    def coverage(self, row: VerdictRow) -> str:
        if not row.coverage:
            return ""
        examined, partly, unexamined, inert = row.coverage
        said = labels.said("coverage", examined=examined, partly=partly, unexamined=unexamined, inert=inert)
        return singular(said.to(self.lang)) if self.lang == "en" else said.to(self.lang)

    def remedies(self, document: CaseDocument) -> Iterator[Item]:
        for row in document.remedies:
            now = labels.RULES[row.now].to(self.lang)
            yield Item(
                row.rule, self.pairs(("by", self.by(row.said)), ("words", row.text), ("now", now)), _MARKS[row.now], now
            )

    def objections(self, document: CaseDocument) -> Iterator[Item]:
        for row in document.objections:
            yield Item(
                _one_line(row.text),
                self.pairs(
                    ("by", self.by(row.said)),
                    ("about", row.about[:12]),
                    ("rule", self.list(row.rules)),
                    ("evidence", self.bodies(row.evidence)),
                    ("answer", row.answer),
                    ("answered-by", self.by(row.answered) if row.answered is not None else ""),
                ),
                _MARKS[row.standing],
                self.standing(row.standing),
            )

    def decision(self, row: DecisionRow) -> Item:
        second = f"{row.second_person} — {self.by(row.second)}" if row.second is not None else self.w("nobody-yet")
        departs = [("departs", f"{rule}: {reason}") for rule, reason in row.departs]
        return Item(
            words.OUTCOMES[row.outcome].to(self.lang),
            self.pairs(
                ("person", f"{row.person} — {self.by(row.first)}"),
                ("second", second),
                ("verdict", row.verdict[:12]),
                ("reason", row.reason),
                ("follows", self.list(row.follows)),
                *departs,
                *(("conditions", condition) for condition in row.conditions),
                ("until", row.until.isoformat()),
                ("acknowledged", self.by(row.acknowledged)),
            ),
            _MARKS[row.standing],
            self.standing(row.standing),
        )

    def record(self, document: CaseDocument) -> Section:
        head = tuple(self.w(key) for key in ("number", "act", "at", "by", "words", "marks"))
        rows = tuple(
            (
                str(row.number),
                f"{words.KINDS[row.kind].to(self.lang)} {row.said.id[:12]}",
                f"{row.said.at:%Y-%m-%d %H:%M}",
                row.said.by,
                _one_line(row.words),
                self.list(labels.MARKS[mark].to(self.lang) for mark in row.marks),
            )
            for row in document.acts
        )
        return Section("record", self.w("record"), notes=(labels.said("dates").to(self.lang),), head=head, rows=rows)

    def provable(self, document: CaseDocument) -> Section:
        pairs = self.pairs(("case", document.case), *(("heads", head) for head in document.heads))
        notes = tuple(labels.said(key).to(self.lang) for key in ("verify", "two-files"))
        return Section("provable", self.w("provable"), (Item(document.title, pairs),), notes)


def _one_line(text: str) -> str:
    """Outputs show a newline as a code; between sentences of people it is a pause."""
    return " ⏎ ".join(text.splitlines())
