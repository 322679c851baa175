"""What a person could answer: the places that hold rules open, as statements to fill in.

One entry per content, or per fact whose value could not be determined, with where to look as a comment; what
was delivered several times is asked once, what is answered on the day of judging not again: only how much that is. A
value that is still missing, and one of which the answer was refused, is asked again. The list is YAML for the
operator's manifest; `content` and `who` are empty, and an answer without them is refused, so that nobody answers by
passing it on. What nobody can read (withheld, left out) is not asked. See `core/answers.py`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice

from assay.core.answers import ABOUT, ANSWERABLE, BY, CLAIM, SHORTEST, VALUE, Told
from assay.core.attempts import Attempt
from assay.core.facts import Fact, fact_id
from assay.core.rules import Judgement
from assay.core.text import Lang, Text
from assay.dossier.answering import artifact_digest, attempts_judged, facts_determined
from assay.dossier.store import Review
from assay.report.escape import terminal
from assay.report.record import Groups
from assay.review.steps import find_facts

PLACES = 5  # of a fact
_SHIPPED = frozenset({"shipped", "vendored", "unknown"})
_DECIDING = ("algorithm", "family", "misuse", "protocol", "version", "purpose", "mode", "reach")
_HEAD = (
    Text(
        "Keep what you have read yourself and fill it in; take out the rest. For --manifest.",
        "只保留本人读过的条目并填写完整，其余删去；供 --manifest 使用。",
    ),
    Text(
        "What one ground answers for is one statement: several `claims`, or `documents` (digests of files).",
        "同一依据可作一项声明：以 `claims` 列出多项主张，或以 `documents` 列出多个文件的摘要。",
    ),
    Text(
        "nothing-hidden: the file holds and reaches no cryptography beyond the facts. content: what was seen there.",
        "nothing-hidden：除已列事实外，该文件不含也不触及密码应用。content：所见内容。",
    ),
    Text(
        "determined: content is `key=value ...: ground`, or `never: ground` for what is only possible and is not so.",
        "determined：content 写作 `键=值 …: 依据`；对“可能”而实际不成立者写作 `never: 依据`。",
    ),
)


_ANSWERED = Text(
    "Answered in this delivery and not asked again: gaps in files {gaps}, values {values}.",
    "本交付物中已答复、不再询问者：文件中的缺口 {gaps} 处，取值 {values} 项。",
)


def questions(review: Review, judgements: Iterable[Judgement], lang: Lang) -> Iterator[str]:
    """Lines of the YAML. `judgements` say which rules are open; nothing is asked for any other."""
    waiting = [one for one in judgements if one.outcome == "open"]
    day = review.record.as_of if review.record is not None else date.max
    wanted = _wanted(review, waiting, day)
    for line in _HEAD:
        yield f"# {line.to(lang)}"
    gaps, values = _answered(review, day, wanted)
    if gaps or values:
        yield f"# {_ANSWERED.fill(gaps=gaps, values=values).to(lang)}"
    yield "statements:"
    yield from _gaps(review, waiting, day)
    yield from _values(review, wanted)


def _answered(review: Review, day: date, asked: Iterable[str]) -> tuple[int, int]:
    """How many gaps in files and how many values, of those that nothing else is asked about."""
    gaps = {(item.path, item.reason) for item in attempts_judged(review, day) if item.by == BY and item.owner}
    told = {one.id for one in facts_determined(review, day) if isinstance(one, Told) and not one.against}
    return len(gaps), len(told.difference(asked))


def _gaps(review: Review, waiting: list[Judgement], day: date) -> Iterator[str]:
    rows: dict[tuple[str, ...], int] = {}  # how many files the widest of the rules lacks
    for judgement in waiting:
        for unseen in (unseen for ground in judgement.grounds for unseen in ground.unseen):
            if unseen.status not in {"completed", "withheld"} and unseen.reason in ANSWERABLE:
                row = (unseen.status, unseen.reason, unseen.file_class, unseen.format)
                rows[row] = max(rows.get(row, 0), unseen.files)
    found: dict[tuple[str, str], Attempt] = {}
    for attempt in _lacking(review, rows, day):
        if attempt.path:
            kept = found.setdefault((attempt.path, attempt.reason), attempt)
            if attempt.detail and not kept.detail:
                found[attempt.path, attempt.reason] = attempt
    digests = {record.path: record.sha256 for record in review.files()} if found else {}
    asked: dict[str, list[Attempt]] = {}
    for (path, _), attempt in sorted(found.items()):
        if digests.get(path):
            asked.setdefault(digests[path], []).append(attempt)
    for digest, attempts in asked.items():
        for attempt in attempts:
            yield _comment(f"{attempt.path}: {attempt.detail}" if attempt.detail else attempt.path)
        yield from _entry(digest, *dict.fromkeys(f"{CLAIM}{attempt.reason}" for attempt in attempts))


def _lacking(review: Review, rows: Mapping[tuple[str, ...], int], day: date) -> Iterator[Attempt]:
    """The attempts of the rows; without those on tests and the like, where the others are all that the rules lack."""
    by_row: dict[tuple[str, ...], list[Attempt]] = {}
    for item in attempts_judged(review, day):
        key: tuple[str, ...] = (item.status, item.reason, item.file_class, item.format)
        if key in rows and any(kind.startswith(ABOUT) for kind in item.kinds):
            by_row.setdefault(key, []).append(item)
    for key, items in by_row.items():
        shipped = [item for item in items if item.scope in _SHIPPED]
        yield from shipped if len({item.path for item in shipped}) >= rows[key] else items


def _wanted(review: Review, waiting: list[Judgement], day: date) -> Mapping[str, str]:
    """By id, the kind of each fact that holds a rule open for a value that nobody determined."""
    wanted: dict[str, Groups] = {}
    for judgement in waiting:
        for ground in judgement.grounds:
            for matched in ground.matched if ground.because == "perhaps" else ():
                if matched.kind.startswith(ABOUT):
                    wanted.setdefault(matched.kind, Groups()).add((judgement.book, judgement.rule), matched)
    return {
        seen.id: kind
        for kind, groups in sorted(wanted.items())
        for seen in facts_determined(review, day, kind)
        if groups.of(seen) and not (isinstance(seen, Told) and not seen.holds)
    }


def _values(review: Review, wanted: Mapping[str, str]) -> Iterator[str]:
    files = list(review.files()) if wanted else []
    digest, contents = artifact_digest(files), {record.path: record.sha256 for record in files}
    found = find_facts(review, list(wanted))
    for kind in dict.fromkeys(wanted.values()):
        for alike in _alike([found[id_] for id_, of in wanted.items() if of == kind and id_ in found], contents):
            for fact in alike:
                yield from _asked(fact)
            yield from _entry(digest, *(f"{VALUE}{fact_id(fact)[:SHORTEST]}" for fact in alike))


def _alike(facts: Iterable[Fact], contents: Mapping[str, str]) -> Iterable[list[Fact]]:
    """The facts of one place in one content, however often that content was delivered: one ground answers for all."""
    found: dict[tuple[object, ...], list[Fact]] = {}
    for fact in facts:
        content = tuple(contents.get(place.path, place.path) for place in fact.evidence)
        lines = tuple(place.line for place in fact.evidence)
        same = (content, lines, fact.subject.name, frozenset(fact.value.items()))
        found.setdefault(same, []).append(fact)
    return found.values()


def _asked(fact: Fact) -> Iterator[str]:
    said = {key: fact.value[key] for key in _DECIDING if key in fact.value}
    yield _comment(f"{fact.kind} " + " ".join(f"{key}={'?' if one is None else one}" for key, one in said.items()))
    for place in islice(fact.evidence, PLACES):
        yield _comment(f"{place.path}:{place.line}: {place.excerpt} {place.expression}".rstrip())


def _comment(text: str) -> str:
    """On one line whatever it quotes: what follows a line break would be read as YAML."""
    return "  # " + " ".join(terminal(text).split())


def _entry(digest: str, *claims: str) -> Iterator[str]:
    yield f"  - claim: {json.dumps(claims[0])}" if len(claims) == 1 else f"  - claims: {json.dumps(claims)}"
    yield f"    document: {json.dumps(digest)}"
    yield from ('    content: ""', '    who: ""', "    role: laboratory", "    date:")
