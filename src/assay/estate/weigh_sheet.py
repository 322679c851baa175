"""A weighing as a sheet: three figures with their arithmetic, one plot by clause with its table, what is left out."""

from collections import Counter
from collections.abc import Iterator, Sequence

from assay.core.rules import Outcome
from assay.core.text import Lang
from assay.estate.contradictions import Contradiction
from assay.estate.register import Register
from assay.estate.sections import contradicting, left_section
from assay.estate.sheet import Section, Sheet, Table
from assay.estate.weigh import Part, Weighed, Weighing
from assay.estate.words import say, span, tenths
from assay.report.charts import Bar
from assay.report.words import KNOWN, OUTCOMES, number

_PARTS: tuple[tuple[str, Outcome], ...] = (
    ("broken", "broken"),
    ("open", "open"),
    ("met", "met"),
    ("none", "not-applicable"),
)


def weigh_sheet(register: Register, found: Weighing, contradict: Sequence[Contradiction], lang: Lang) -> Sheet:
    """Everything that is said about a weighed book."""
    sections = [
        _clauses(found, lang),
        _country(found, lang),
        _why(found, lang),
        *left_section(found.left, lang),
        *contradicting(contradict, lang),
        _rest(found, lang),
    ]
    return Sheet(
        lang,
        say("weighing", lang),
        f"{found.book.id}: {found.book.title.to(lang)}",
        tuple(_particulars(register, found, lang)),
        tuple(_figures(found, lang)),
        tuple(section for section in sections if section.table or section.lines),
    )


def _particulars(register: Register, found: Weighing, lang: Lang) -> Iterator[tuple[str, str]]:
    book, against = found.book, found.against
    yield say("status", lang), book.status
    yield say("digest", lang), book.digest
    compared = f"{against.id} ({against.digest[:16]})" if against is not None else say("compared-stored", lang)
    yield say("compared", lang), compared
    yield say("as-of", lang), found.as_of.isoformat()
    yield say("register", lang), register.path.name
    yield say("products", lang), say("judged-of", lang, judged=found.judged, products=found.products)


def _figures(found: Weighing, lang: Lang) -> Iterator[tuple[str, str, str]]:
    least, most = found.breadth
    ends = span(least.ppm, most.ppm) if least.ppm is not None and most.ppm is not None else "–"
    fields = {"fall": found.fall, "undecided": found.undecided, "left": len(found.left), "most": most.part}
    yield ends, say("breadth", lang), say("breadth-sum", lang, products=found.products, **fields)
    yield _figure(found.opacity), say("opacity", lang), say("opacity-sum", lang, **_counts(found.opacity))
    swapped = say(
        "disparity-sum", lang, clauses=len(found.clauses), judged=found.judged, countries=", ".join(found.countries),
        **_counts(found.disparity),
    )  # fmt: skip
    yield _figure(found.disparity), say("disparity", lang), swapped


def _figure(part: Part) -> str:
    """Something is never shown as nothing."""
    return "–" if part.ppm is None else f"{tenths(part.ppm, up=bool(part.part) and part.ppm < 1000)} %"


def _counts(part: Part) -> dict[str, int]:
    return {"part": part.part, "whole": part.whole}


def _clauses(found: Weighing, lang: Lang) -> Section:
    flips = any(item.flips for item in found.clauses)
    head = ["clause", "broken", "open-head", "met-head", "na", "newly-broken", "newly-met", "newly-open", "flips"]
    head = head if flips else head[:-1]
    rows = tuple(
        (
            item.rule,
            *(number(item.now[outcome]) for outcome in ("broken", "open", "met", "not-applicable")),
            *(number(item.newly[outcome].count) for outcome in ("broken", "met", "open")),
            *((number(item.flips),) if flips else ()),
        )
        for item in found.clauses
    )
    bars = tuple(
        Bar(item.rule, tuple((kind, item.now[outcome]) for kind, outcome in _PARTS), number(item.now["broken"]))
        for item in found.clauses
        if found.judged
    )
    legend = tuple((kind, OUTCOMES[outcome].to(lang)) for kind, outcome in _PARTS)
    table = Table(tuple(say(key, lang) for key in head), rows, frozenset(range(1, len(head))))
    return Section(say("clauses", lang), tuple(_newly(found, lang)), table, say("clause-plot", lang), bars, legend)


def _newly(found: Weighing, lang: Lang) -> Iterator[str]:
    yield say("plus", lang)
    moves = found.newly_falling
    yield _named(say("newly-falling", lang, n=moves.count), moves.products, moves.count, lang)
    for item in found.clauses:
        moves = item.newly["broken"]
        if moves.count:
            words = f"{item.rule} (+{number(moves.count)})"
            yield _named(words, moves.products, moves.count, lang)


def _named(words: str, names: tuple[str, ...], count: int, lang: Lang) -> str:
    colon = "：" if lang == "zh" else ": "
    more = [say("more", lang, n=count - len(names))] if count > len(names) else []
    return f"{words}{colon}{', '.join((*names, *more))}" if names else words


def _country(found: Weighing, lang: Lang) -> Section:
    named = [item for item in found.clauses if item.names_country]
    lines = [
        say("names", lang, rule=item.rule, flips=item.flips, judged=found.judged, **_source(item, lang))
        for item in named
    ]
    return Section(say("disparity", lang), tuple(lines) or (say("none-names", lang),))


def _source(item: Weighed, lang: Lang) -> dict[str, str]:
    clause = item.clause
    return {"document": clause.document, "at": clause.at, "known": KNOWN[clause.known].to(lang)}


def _why(found: Weighing, lang: Lang) -> Section:
    """Why what is open is open: what a letter about a draft would ask to be changed."""
    rows: list[tuple[str, ...]] = []
    for item in found.clauses:
        for because, count in Counter(item.why_open).most_common():
            rows.append((item.rule, say(f"why-{because}", lang), number(count)))
    lines = (say("opaque", lang, rules=", ".join(found.opaque)),) if found.opaque else ()
    head = (say("clause", lang), say("why", lang), say("times", lang))
    return Section(say("why-open", lang), lines, Table(head, tuple(rows), frozenset({2})) if rows else None)


def _rest(found: Weighing, lang: Lang) -> Section:
    lines = [] if found.in_force else [say("not-in-force", lang)]
    lines += [say("known-by-clause", lang, rule=item.rule, **_source(item, lang)) for item in found.clauses]
    if found.untouched:
        lines.append(say("untouched", lang, n=found.untouched))
    if found.informative:
        lines.append(say("informative", lang, rules=", ".join(found.informative)))
    if found.dropped and found.against is not None:
        lines.append(say("dropped", lang, book=found.against.id, rules=", ".join(found.dropped)))
    return Section(say("sources", lang), (*lines, say("waivers", lang)))
