"""A judgement as a tree of lines: outcome, each ground, the facts or attempts it rests on, and where the bytes are."""

from collections.abc import Iterator, Mapping, Sequence

from assay.core.attempts import Attempt
from assay.core.facts import Fact
from assay.core.judge import counts_for
from assay.core.rules import Ground, Judgement, Matched, Rule, Unseen
from assay.core.text import Lang, Text
from assay.dossier.answering import attempts_judged
from assay.dossier.records import decode_fact, glimpse
from assay.dossier.sealed import Judging, ReviewRecord, RulebookRef
from assay.dossier.store import Review
from assay.report.grounds import in_words
from assay.report.reasons import REASONS
from assay.report.words import OUTCOMES, singular
from assay.review.reading import sealed_record
from assay.review.steps import find_facts
from assay.rulebooks import load, shipped


def explain(
    review: Review, judgement: Judgement, lang: Lang, *, judging: Judging | None = None, everything: bool = False
) -> Iterator[str]:
    """Lines of the tree. Only the first facts and paths of each ground are listed unless `everything` is asked for.

    `judging` is what the review was judged under again, where the judgement is from there.
    """
    yield f"{judgement.book}/{judgement.rule}: {OUTCOMES[judgement.outcome].to(lang)}"
    paths = _paths(review, judgement, judging or sealed_record(review), everything=everything)
    for ground in judgement.grounds:
        yield "├─ " + in_words(ground).to(lang)
        yield from _matched(review, ground, lang, everything=everything)
        for unseen in ground.unseen:
            yield from _unseen(unseen, paths[_row(unseen)], lang)


def _row(item: Attempt | Unseen) -> tuple[str, ...]:
    return item.status, item.reason, item.file_class, item.format, item.owner, item.law


def _paths(
    review: Review, judgement: Judgement, judged: ReviewRecord | Judging, *, everything: bool
) -> Mapping[tuple[str, ...], Mapping[str, str]]:
    """What was not examined, and why not, path by path. The attempts are read once."""
    rows = {_row(item): dict.fromkeys(item.paths, "") for ground in judgement.grounds for item in ground.unseen}
    rule = _rule(judgement, judged.rulebooks) if rows else None
    for attempt in attempts_judged(review, judged.as_of) if rows else ():
        paths = rows.get(_row(attempt))
        counts = rule is None or counts_for(rule, attempt)
        if paths is not None and counts and (everything or attempt.path in paths):
            paths[attempt.path] = attempt.detail
    return rows


def _rule(judgement: Judgement, books: Sequence[RulebookRef]) -> Rule | None:
    """The rule as it judged, where its book is shipped and has not changed since."""
    if judgement.book not in shipped():
        return None
    book = load(judgement.book)
    known = RulebookRef(book.id, book.digest) in books
    return next((rule for rule in book.rules if known and rule.id == judgement.rule), None)


def _matched(review: Review, ground: Ground, lang: Lang, *, everything: bool) -> Iterator[str]:
    found = find_facts(review, [id_ for matched in ground.matched for id_ in matched.facts])
    for matched in ground.matched:
        values = ", ".join(f"{key}={'?' if item is None else item}" for key, item in matched.values.items())
        count = Text(singular(f"{matched.count} facts"), f"{matched.count} 项事实").to(lang)
        yield f"│  ├─ {matched.kind} {{{values}}}: {count}"
        facts = (
            list(_same(review, matched))
            if everything and matched.values
            else [(id_, found[id_]) for id_ in matched.facts if id_ in found]
        )
        for id_, fact in facts:
            yield f"│  │  ├─ {id_[:16]} {fact.by} {fact.subject.name or fact.subject.path}"
            for place in fact.evidence if everything else fact.evidence[:3]:
                unknown = f"  ⟨{place.expression}⟩" if place.expression else ""
                yield f"│  │  │  {place.where}: {place.excerpt}{unknown}"
        if matched.count > len(facts):
            yield "│  │  └─ " + Text(
                f"and {matched.count - len(facts)} more (--all)", f"另有 {matched.count - len(facts)} 项（--all）"
            ).to(lang)


def _same(review: Review, matched: Matched) -> Iterator[tuple[str, Fact]]:
    """Every fact that shares the values which decided."""
    for line in review.fact_lines(matched.kind):
        seen = glimpse(line)
        values = {**seen.value, "scope": seen.subject.scope}
        if all(key in values and values[key] == item for key, item in matched.values.items()):
            yield seen.id, decode_fact(line)


def _unseen(unseen: Unseen, paths: Mapping[str, str], lang: Lang) -> Iterator[str]:
    reason = REASONS[unseen.reason]
    counted = singular(f"{unseen.files} files, {unseen.bytes} bytes")
    size = Text(counted, f"{unseen.files} 个文件，{unseen.bytes} 字节").to(lang)
    owner = f" ({unseen.owner}; {unseen.law})" if unseen.owner else ""
    yield f"│  ├─ {unseen.status}: {reason.title.to(lang)}{owner} [{unseen.file_class} {unseen.format}]: {size}"
    for path, detail in sorted(paths.items()):
        yield f"│  │  ├─ {path}" + (f": {detail}" if detail else "")
    if unseen.files < len(paths):
        yield "│  │  └─ " + Text(
            f"of these, {unseen.files} count: the others are of scopes or kinds that the rule does not ask for, and "
            "its book is not here to tell which",
            f"其中 {unseen.files} 个计入：其余属于该规则不涉及的范围或类别，而其规则集不在本机，无从区分",
        ).to(lang)
    if unseen.files > len(paths):
        yield "│  │  └─ " + Text(
            f"and {unseen.files - len(paths)} more (--all)", f"另有 {unseen.files - len(paths)} 个（--all）"
        ).to(lang)
    yield "│  │     → " + reason.advice.to(lang)
