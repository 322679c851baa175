"""Shares as a sheet: the plot of shares against targets, its table, what the sources leave open, what contradicts."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from assay.core.text import Lang
from assay.estate.contradictions import Contradiction
from assay.estate.register import Register
from assay.estate.sections import contradicting, left_section
from assay.estate.shares import WHOLE, Measured, Share, Shares
from assay.estate.sheet import LABEL, Section, Sheet, Table
from assay.estate.words import amount, say, span, tenths
from assay.report.charts import Bar
from assay.report.layout import cells, clip
from assay.report.words import KNOWN, number

PLOTTED = 40
TABLED = 400


def shares_sheet(register: Register, shares: Shares, found: Sequence[Contradiction], lang: Lang) -> Sheet:
    """Everything that is said about the shares of a register."""
    return Sheet(
        lang,
        say("shares", lang),
        register.path.name,
        tuple(_particulars(shares, lang)),
        (),
        (
            _main(shares, lang),
            *_groups(shares, lang),
            *left_section(shares.left, lang),
            *contradicting(found, lang),
            _remarks(shares, lang),
        ),
    )


def _particulars(shares: Shares, lang: Lang) -> Iterator[tuple[str, str]]:
    book = shares.book
    yield say("book", lang), f"{book.id}: {book.title.to(lang)}"
    yield say("digest", lang), book.digest
    if book.in_force_from or book.in_force_until:
        yield say("in-force", lang), f"{book.in_force_from or '…'} – {book.in_force_until or '…'}"
    yield say("as-of", lang), shares.as_of.isoformat()
    yield say("counted-by", lang), say(f"by-{shares.by}", lang)
    if shares.rates.of:
        rates = (f"1 {currency} = {rate} {shares.rates.currency}" for currency, rate in shares.rates.of.items())
        yield say("rates", lang), ", ".join(rates)
    yield say("rows", lang), number(shares.counted)


def _main(shares: Shares, lang: Lang) -> Section:
    """The one plot, targets first, and what each target comes to."""
    drawn = [(item.share, item.target.share) for item in shares.targets]
    known = {(share.category, share.year, share.of, share.base) for share, _ in drawn}
    others = [share for share in shares.groups if share.year is not None or len(shares.groups) <= len(shares.bases)]
    plotted = [
        *(_bar(share, target, lang) for share, target in drawn),
        *(
            _bar(share, None, lang)
            for share in others
            if (share.category, share.year, share.of, share.base) not in known
        ),
    ]
    head = ("target", "wanted", "by-day", "base", "share", "state")
    rows = tuple(_measured(item, lang) for item in shares.targets)
    return Section(
        say("targets", lang),
        () if rows else (say("no-targets", lang),),
        Table(tuple(say(key, lang) for key in head), rows, frozenset({1, 4})) if rows else None,
        say("plot", lang),
        tuple(plotted[:PLOTTED]),
        (("met", say("for", lang)), ("open", say("unknown", lang)), ("broken", say("against", lang))),
    )


def _measured(item: Measured, lang: Lang) -> tuple[str, ...]:
    target, share = item.target, item.share
    state = say(item.state, lang) if item.due else f"{say(item.state, lang)}, {say('not-due', lang)}"
    return (
        target.id, f"≥ {tenths(target.share, up=False)} %", target.by.isoformat(),
        f"{_base(share, lang)}, {say(share.of, lang, year=str(share.year))}", _share(share, lang), state,
    )  # fmt: skip


def _groups(shares: Shares, lang: Lang) -> Iterator[Section]:
    """The arithmetic of every share."""
    found = list(dict.fromkeys([*(item.share for item in shares.targets if item.share.of == "use"), *shares.groups]))
    if not found:
        return
    head = ("category", "year", "base", "share", "row-count", "for", "against", "unknown", "perhaps", "unsized")
    rows = tuple(_row(share, lang) for share in found[:TABLED])
    more = (say("more", lang, n=len(found) - TABLED),) if len(found) > TABLED else ()
    table = Table(tuple(say(key, lang) for key in head), rows, frozenset(range(3, len(head))))
    yield Section(say("groups", lang), (say("interval", lang), say("widened", lang), *more), table)


def _row(share: Share, lang: Lang) -> tuple[str, ...]:
    surely = share.surely
    sums = ("–", "–", "–") if share.unrated else (amount(surely.yes), amount(surely.no), amount(surely.unknown))
    return (
        share.category or say("all", lang), _year(share, lang), _base(share, lang), _share(share, lang),
        number(surely.rows), *sums, number(share.perhaps.rows), number(share.unsized),
    )  # fmt: skip


def _share(share: Share, lang: Lang) -> str:
    if share.unrated:
        return say("unrated", lang, currencies=", ".join(share.unrated))
    return say("nothing-bought", lang) if share.low is None or share.high is None else span(share.low, share.high)


def _base(share: Share, lang: Lang) -> str:
    return f"{say(share.base, lang)} {share.currency}".strip()


def _year(share: Share, lang: Lang) -> str:
    if share.year is None:
        return say("all-years", lang)
    return f"≤ {share.year}" if share.of == "use" else str(share.year)


def _bar(share: Share, target: int | None, lang: Lang) -> Bar:
    rest = f", {_year(share, lang)}, {say(share.base, lang)}"
    label = clip(share.category or say("all", lang), LABEL - cells(rest)) + rest
    if share.low is None or share.high is None:
        return Bar(label, (("none", WHOLE),), "–", target)
    parts = (("met", share.low), ("open", share.high - share.low), ("broken", WHOLE - share.high))
    return Bar(label, parts, span(share.low, share.high), target)


def _remarks(shares: Shares, lang: Lang) -> Section:
    return Section(say("remarks", lang), tuple(_remarked(shares, lang)))


def _remarked(shares: Shares, lang: Lang) -> Iterator[str]:
    book = shares.book
    if not (book.in_force_from or shares.as_of) <= shares.as_of <= (book.in_force_until or shares.as_of):
        yield say("not-in-force", lang)
    for why, rows in shares.unknown.items():
        yield say(f"unknown-{why}", lang, n=rows)
    yield say("no-country", lang)
    yield from _sources(shares, lang)
    unrated = sorted({item for share in shares.groups for item in share.unrated})
    if unrated:
        yield say("mixed", lang, currencies=", ".join(unrated))
    for column, rows in shares.unstated.items():
        if rows:
            yield say("unstated", lang, column=column, n=rows)
    if shares.later:
        shown = ", ".join(map(str, shares.later[:10]))
        yield say("later", lang, n=len(shares.later), rows=shown)


def _sources(shares: Shares, lang: Lang) -> Iterator[str]:
    """Where each target is known from, targets of one source together, and what the source leaves open."""
    comma = "、" if lang == "zh" else ", "
    targets = list(dict.fromkeys(item.target.id for item in shares.targets))
    by_id = {item.target.id: item.target for item in shares.targets}
    for (clause, because), group in groupby((by_id[id_] for id_ in targets), key=lambda one: (one.clause, one.because)):
        ids = comma.join(target.id for target in group)
        fields = {"document": clause.document, "at": clause.at, "known": KNOWN[clause.known].to(lang)}
        yield say("source", lang, target=ids, because=because.to(lang), **fields)
    both = [id_ for id_ in targets if by_id[id_].base is None]
    if both:
        yield say("both-bases", lang, target=comma.join(both))
    if any(by_id[id_].of == "use" for id_ in targets):
        yield say("use-blind", lang)
    end = shares.book.in_force_until
    late = [id_ for id_ in targets if end is not None and end < by_id[id_].by]
    if late:
        yield say("ended-before", lang, target=comma.join(late), end=str(end))
