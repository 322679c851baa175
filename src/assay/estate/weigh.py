"""What a rulebook would do to the products in use: `assay rules weigh`.

Every product of the register that has a dossier is judged again under the book, and compared with another book, or
with the judgements that its review holds. Three figures are about the rule itself, each with its arithmetic:

- *breadth*: the share of products that fall, that is, break a clause of the book;
- *opacity*: the share of clauses that no evidence of this register decides: open for every product they apply to;
- *disparity*: the share of judgements that flip when nothing but the vendor's country is swapped. It is 0 unless a
  clause names the country, and those clauses are listed.

A product counts once, however often it was bought. What cannot be judged widens breadth and enters neither of the
others. What the figures cannot see: products that are not in the register, and how much of a product is in use.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from assay.core.rules import Because, Clause, Outcome, Rule, Rulebook, Severity
from assay.core.text import Text
from assay.estate.register import Register, Row
from assay.estate.standing import (
    BECAUSE,
    COUNTRY_KEYS,
    NOWHERE,
    OUTCOMES,
    Judged,
    Left,
    Progress,
    Question,
    Standing,
    judged_rules,
    left_out,
    of_row,
    paths,
    stand,
)

NAMED = 10  # products named for each clause and move; JSON holds as many, the counts hold all


class Part(Struct, frozen=True):
    """A share and its arithmetic: `part` of `whole`."""

    part: int
    whole: int

    @property
    def ppm(self) -> int | None:
        return self.part * 1_000_000 // self.whole if self.whole else None


class Moves(Struct, frozen=True):
    """Products that come to an outcome they did not have: how many, and the first by name."""

    count: int
    products: tuple[str, ...]


class Weighed(Struct, frozen=True):
    """One clause over all judged products. `before` is None where the other side has no such rule.

    `newly` holds broken, met and open; `why_open` counts the deciding grounds of what is open; `flips` the products
    whose outcome depends on the vendor's country.
    """

    rule: str
    title: Text
    clause: Clause
    severity: Severity
    names_country: bool
    now: Mapping[Outcome, int]
    before: Mapping[Outcome, int] | None
    newly: Mapping[Outcome, Moves]
    why_open: Mapping[Because, int]
    flips: int


class Weighing(Struct, frozen=True):
    """All that `assay rules weigh` says. `against` None compares with the judgements that the reviews hold."""

    book: Rulebook
    against: Rulebook | None
    as_of: date
    in_force: bool
    products: int
    judged: int
    left: tuple[Left, ...]
    fall: int
    undecided: int  # judged, nothing broken, something open
    untouched: int  # judged, and no clause applies
    newly_falling: Moves
    clauses: tuple[Weighed, ...]
    informative: tuple[str, ...]
    dropped: tuple[str, ...]  # clauses of `against` that the book has no more
    countries: tuple[str, ...]

    @property
    def breadth(self) -> tuple[Part, Part]:
        """At least, and at most: what is open or could not be judged may fall as well."""
        return Part(self.fall, self.products), Part(self.fall + self.undecided + len(self.left), self.products)

    @property
    def opaque(self) -> tuple[str, ...]:
        """Clauses that apply to some product and are open for all they apply to."""
        return tuple(
            item.rule for item in self.clauses if item.now["open"] and not item.now["broken"] + item.now["met"]
        )

    @property
    def opacity(self) -> Part:
        applied = sum(bool(item.now["open"] + item.now["broken"] + item.now["met"]) for item in self.clauses)
        return Part(len(self.opaque), applied)

    @property
    def disparity(self) -> Part:
        return Part(sum(item.flips for item in self.clauses), len(self.clauses) * self.judged)


def question(book: Rulebook, against: Rulebook | None, register: Register, as_of: date) -> Question:
    """What weighing asks of each dossier."""
    rules = judged_rules(book)
    others = judged_rules(against) if against is not None else ()
    return Question(rules, as_of, others, against is None, countries(rules, register))


def countries(rules: Iterable[Rule], register: Register) -> tuple[str, ...]:
    """Countries to swap in: each that a clause names, and two that none does; where a clause names countries by
    anything but a list, the register's as well."""
    compared = [item for rule in rules for key in COUNTRY_KEYS for item in rule.applies.get(key, ())]
    named = {
        str(item) for comparison in compared if comparison.operator in {"in", "not"} for item in comparison.operand
    }
    if any(comparison.operator not in {"in", "not"} for comparison in compared):
        named |= {row.country for row in register.rows if row.country}
    return tuple(sorted({*named, *NOWHERE}))


def products(register: Register) -> list[Row]:
    """Each product once, by name, version and vendor; once for each dossier where it has several."""
    found: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in register.rows:
        found.setdefault(row.key, {}).setdefault(row.dossier, row)
    return [row for rows in found.values() for dossier, row in rows.items() if dossier or len(rows) == 1]


def weighed(
    register: Register,
    book: Rulebook,
    against: Rulebook | None,
    as_of: date,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> tuple[Weighing, Mapping[Path, Standing]]:
    """Judge every dossier of the register and weigh the book. Raises UsageError for a book not about products."""
    standings = stand(paths(register), question(book, against, register, as_of), jobs=jobs, progress=progress)
    return weigh(register, standings, book, against, as_of), standings


def weigh(
    register: Register, standings: Mapping[Path, Standing], book: Rulebook, against: Rulebook | None, as_of: date
) -> Weighing:
    """What the standings of all dossiers come to."""
    asked = question(book, against, register, as_of)
    rows = products(register)
    judged: list[tuple[str, Judged]] = []
    left: list[Left] = []
    for row in rows:
        item = of_row(register, row, standings)
        if isinstance(item, Judged):
            judged.append((row.named, item))
        else:
            left.append(left_out(row, item))
    fallen = [(name, item) for name, item in judged if "b" in item.now]
    newly = [name for name, item in fallen if "b" not in item.before]
    kept = {rule.id for rule in book.rules}
    others = {rule.id: place for place, rule in enumerate(asked.rules if asked.stored else asked.against)}
    return Weighing(
        book,
        against,
        as_of,
        (book.in_force_from or as_of) <= as_of <= (book.in_force_until or as_of),
        len(rows),
        len(judged),
        tuple(left),
        len(fallen),
        sum("b" not in item.now and "o" in item.now for _, item in judged),
        sum(not set(item.now) - {"n"} for _, item in judged),
        _moves(newly),
        tuple(_weighed(place, rule, others.get(rule.id), judged) for place, rule in enumerate(asked.rules)),
        tuple(rule.id for rule in book.rules if rule.clause.informative),
        tuple(rule.id for rule in against.rules if rule.id not in kept) if against is not None else (),
        asked.countries,
    )


def _weighed(place: int, rule: Rule, other: int | None, judged: Sequence[tuple[str, Judged]]) -> Weighed:
    """One clause; `other` is the place of the same rule on the other side."""
    now = Counter(item.now[place] for _, item in judged)
    before: Counter[str] = Counter()
    moved: dict[Outcome, list[str]] = {"broken": [], "met": [], "open": []}
    for name, item in judged:
        was = "-" if other is None else item.before[other]
        before[was] += 1
        outcome = OUTCOMES[item.now[place]]
        if outcome in moved and item.now[place] != was:
            moved[outcome].append(name)
    why = Counter(BECAUSE[item.because[place]] for _, item in judged if item.now[place] == "o")
    compared = any(letter != "-" for letter in before)
    return Weighed(
        rule.id,
        rule.title,
        rule.clause,
        rule.severity,
        any(key in rule.applies for key in COUNTRY_KEYS),
        _by_outcome(now),
        _by_outcome(before) if compared else None,
        {outcome: _moves(names) for outcome, names in moved.items()},
        dict(sorted(why.items())),
        sum(place in item.flips for _, item in judged),
    )


def _by_outcome(letters: Counter[str]) -> Mapping[Outcome, int]:
    return {outcome: letters[letter] for letter, outcome in OUTCOMES.items() if outcome is not None}


def _moves(names: Sequence[str]) -> Moves:
    return Moves(len(names), tuple(names[:NAMED]))
