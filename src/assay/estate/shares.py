"""Shares of a register: how much of what was bought meets a rulebook, by category and year, against its targets.

A product counts *for* when every rule of the book that applies to it is met, *against* when one is broken, and is
*unknown* otherwise: no dossier, something open, no rule that applies. Or, when asked by decision, as the signed
decisions say; one with conditions is unknown. Nothing else of a product counts, its vendor's country least of all.

A share is an interval: its low end takes every unknown as against, its high end as for. A row without category or
year may belong to any, and widens those; a row without count or value may weigh anything, and moves the end that it
could move as far as that end goes. Values in several currencies are added only with the rates that the caller states.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.rules import Base, Reckoned, Rulebook, Target
from assay.estate.register import Register, Row, folded
from assay.estate.standing import (
    Judged,
    Left,
    Progress,
    Question,
    Standing,
    Unjudged,
    judged_rules,
    left_out,
    of_row,
    paths,
    stand,
)

Counts = Literal["for", "against", "unknown"]
State = Literal["met", "missed", "open", "nothing-bought"]
BASES: tuple[Base, ...] = get_args(Base)
WHOLE = 1_000_000


class Rates(Struct, frozen=True):
    """What one unit of each currency is worth in `currency`, as the caller states it."""

    currency: str = ""
    of: Mapping[str, Decimal] = field(default_factory=dict)

    def to(self, currency: str) -> Decimal | None:
        return Decimal(1) if currency == self.currency else self.of.get(currency)


class Amount(Struct, frozen=True):
    """What counts for, against, or is unknown: pieces, or units of the share's currency; and how many rows that is."""

    rows: int = 0
    yes: Decimal = Decimal(0)
    no: Decimal = Decimal(0)
    unknown: Decimal = Decimal(0)


class Share(Struct, frozen=True):
    """One share: `low` and `high` in parts per million, rounded outwards; None when there is nothing to divide by.

    `perhaps` are rows that may belong here, `unsized` rows that state no count or value, `unrated` the currencies that
    keep the values from being added up. `category` '' and `year` None: all of them.
    """

    category: str
    year: int | None
    of: Reckoned
    base: Base
    surely: Amount
    perhaps: Amount
    unsized: int
    currency: str
    unrated: tuple[str, ...]
    low: int | None
    high: int | None


class Measured(Struct, frozen=True):
    """A target and one share that answers it. `due` says whether its day has come."""

    target: Target
    share: Share
    state: State
    due: bool


class Shares(Struct, frozen=True):
    """All that `assay estate shares` says, beside the register's contradictions."""

    book: Rulebook
    as_of: date
    by: Literal["verdict", "decision"]
    rates: Rates
    bases: tuple[Base, ...]
    counted: int
    later: tuple[int, ...]  # rows of a year after `as_of`, which do not count
    targets: tuple[Measured, ...]
    groups: tuple[Share, ...]
    unstated: Mapping[str, int]  # rows without category, year, count, value
    unknown: Mapping[str, int] = field(default_factory=dict)  # rows by why their verdict is unknown
    left: tuple[Left, ...] = ()  # products whose dossier could not be judged


def verdict(standing: Standing | None) -> Counts:
    """How a product counts by what the program derives."""
    if not isinstance(standing, Judged):
        return "unknown"
    if "b" in standing.now:
        return "against"
    return "unknown" if "o" in standing.now or "m" not in standing.now else "for"


def decision(row: Row) -> Counts:
    """How a product counts by what people decided. Whether conditions were fulfilled the register does not say."""
    return "for" if row.decided == "admit" else "against" if row.decided == "decline" else "unknown"


By = Literal["verdict", "decision"]


def reckoned(
    register: Register,
    book: Rulebook,
    as_of: date,
    *,
    by: By = "verdict",
    bases: Sequence[Base] = BASES,
    rates: Rates | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> tuple[Shares, Mapping[Path, Standing]]:
    """Judge the register's dossiers, where verdicts count, and reckon every share.

    Raises UsageError for a book that is not about products.
    """
    rules = judged_rules(book)
    question = Question(rules if by == "verdict" else (), as_of)
    standings = stand(paths(register), question, jobs=jobs, progress=progress)
    stood = [of_row(register, row, standings) for row in register.rows]
    pairs = list(zip(register.rows, stood, strict=True))
    counts = [decision(row) if by == "decision" else verdict(standing) for row, standing in pairs]
    found = shares(register, counts, book, as_of, by=by, bases=bases, rates=rates)
    left = tuple(left_out(row, item) for row, item in pairs if isinstance(item, Unjudged))
    why = Counter(_why(item) for _, item in pairs if by == "verdict" and verdict(item) == "unknown")
    return replace(found, left=left, unknown=dict(sorted(why.items()))), standings


def _why(standing: Standing | None) -> str:
    if isinstance(standing, Judged):
        return "open" if "o" in standing.now else "untouched"
    return "none" if standing is None else "unjudged"


def shares(
    register: Register,
    counts: Sequence[Counts],
    book: Rulebook,
    as_of: date,
    *,
    by: By = "verdict",
    bases: Sequence[Base] = BASES,
    rates: Rates | None = None,
) -> Shares:
    """Every share of the register. `counts` says for each row how it counts."""
    rates = rates or _own_currency(register)
    later = tuple(register.place(at) for at, row in enumerate(register.rows) if row.year and row.year > as_of.year)
    pairs = [
        (row, how) for row, how in zip(register.rows, counts, strict=True) if not (row.year and row.year > as_of.year)
    ]
    measured = []
    for target in book.targets:
        for base in bases if target.base is None else (target.base,):
            share = reckon(pairs, target.category, target.by.year, target.of, base, rates)
            measured.append(Measured(target, share, state(share, target.share), as_of >= target.by))
    names = sorted({folded(row.category) for row, _ in pairs if row.category})
    years = sorted({row.year for row, _ in pairs if row.year})
    groups = [
        reckon(_near(pairs, name), name, year, "purchases", base, rates)
        for name in ["", *names]
        for year in [None, *years]
        for base in bases
    ]
    stated = [share for share in groups if share.surely.rows]
    rows = [row for row, _ in pairs]
    unstated = {
        column: sum(getattr(row, column) in (None, "") for row in rows)
        for column in ("category", "year", "count", "value")
    }
    return Shares(book, as_of, by, rates, tuple(bases), len(pairs), later, tuple(measured), tuple(stated), unstated)


def _near(pairs: Sequence[tuple[Row, Counts]], category: str) -> list[tuple[Row, Counts]]:
    """Rows that belong to a category, or may."""
    return [pair for pair in pairs if not pair[0].category or within(pair[0].category, category)]


def _own_currency(register: Register) -> Rates:
    """The register's currency, when it has only one."""
    stated = {row.currency for row in register.rows if row.currency}
    return Rates(stated.pop()) if len(stated) == 1 else Rates()


def within(category: str, of: str) -> bool:
    """Whether a category is another or lies below it: `software` holds `software/anti-virus`. '' holds all."""
    return not of or _path(category) == of or _path(category).startswith(f"{of}/")


_path = lru_cache(maxsize=4096)(folded)


def reckon(
    pairs: Iterable[tuple[Row, Counts]], category: str, year: int | None, of: Reckoned, base: Base, rates: Rates
) -> Share:
    """One share. `use` is all that was bought up to `year`, `purchases` what was bought in it; None is any year."""
    members = [
        (row, how, sure)
        for row, how in pairs
        if (sure := _belongs(row, category, year, of)) is not None
    ]  # fmt: skip
    sizes = [row.count if base == "count" else row.value for row, _, _ in members]
    currencies = {row.currency for row, _, _ in members if row.currency} if base == "value" else set()
    # a sum in one currency needs no rate; several do, each of them
    common = rates.currency if len(currencies) != 1 or rates.to(*currencies) is not None else next(iter(currencies))
    known = Rates(common, rates.of)
    unrated = tuple(sorted(item for item in currencies if known.to(item) is None))
    weights = [
        None if unrated else _weight(row, size, base, known) for (row, _, _), size in zip(members, sizes, strict=True)
    ]
    surely = _amount([(how, weight) for (_, how, sure), weight in zip(members, weights, strict=True) if sure])
    perhaps = _amount([(how, weight) for (_, how, sure), weight in zip(members, weights, strict=True) if not sure])
    loose = {how for (_, how, _), size in zip(members, sizes, strict=True) if size is None}
    low, high = (None, None) if unrated else _interval(surely, perhaps, loose)
    unsized = sum(size is None for size in sizes)
    return Share(
        category, year, of, base, surely, perhaps, unsized, common if base == "value" else "", unrated, low, high
    )


def _belongs(row: Row, category: str, year: int | None, of: Reckoned) -> bool | None:
    """True, False for "perhaps", None for no."""
    if row.category and not within(row.category, category):
        return None
    if year is not None and row.year is not None and (row.year > year if of == "use" else row.year != year):
        return None
    return bool(row.category or not category) and (row.year is not None or year is None)


def _weight(row: Row, size: Decimal | int | None, base: Base, rates: Rates) -> Decimal | None:
    if size is None or base == "count":
        return None if size is None else Decimal(size)
    rate = rates.to(row.currency)
    if rate is None:
        raise ValueError(f"no rate for {row.currency}")
    with localcontext(prec=60):
        return size * rate


def _amount(parts: Sequence[tuple[Counts, Decimal | None]]) -> Amount:
    with localcontext(prec=60):
        sums = {
            side: sum((weight for how, weight in parts if how == side and weight is not None), Decimal(0))
            for side in get_args(Counts)
        }
    return Amount(len(parts), sums["for"], sums["against"], sums["unknown"])


def _interval(surely: Amount, perhaps: Amount, loose: set[Counts]) -> tuple[int | None, int | None]:
    """Ends of the share in parts per million, rounded outwards.

    low: unknowns are against, rows that may belong do when that lowers it. high: the reverse. `loose` rows weigh
    anything from nothing up: one that could be against takes the low end to 0, one that could be for the high end to 1.
    """
    yes, no, unknown, may_yes, may_no, may_unknown = (
        Fraction(item) for item in (surely.yes, surely.no, surely.unknown, perhaps.yes, perhaps.no, perhaps.unknown)
    )
    if not surely.rows and not perhaps.rows:
        return None, None
    against, favour = no + unknown + may_no + may_unknown, yes + unknown + may_yes + may_unknown
    if not against + favour and not loose:
        return None, None  # free of charge, all of it: no share of nothing
    low = Fraction(0) if loose & {"against", "unknown"} else _part(yes, against, 1)
    high = Fraction(1) if loose & {"for", "unknown"} else 1 - _part(no, favour, 1)
    return low * WHOLE // 1, -(-high * WHOLE // 1)


def _part(part: Fraction, rest: Fraction, empty: int) -> Fraction:
    return part / (part + rest) if part + rest else Fraction(empty)


def state(share: Share, target: int) -> State:
    """A target is met or missed only when both ends of the share say so."""
    if share.low is None or share.high is None:
        return "open" if share.unrated else "nothing-bought"
    if not share.surely.rows:
        return "open"  # nothing is known to belong here
    return "met" if share.low >= target else "missed" if share.high < target else "open"
