"""Rules as values. The loader in `rulebooks/` builds them from YAML; `judge.py` applies them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.facts import Fact, Scalar
from assay.core.kinds import KINDS, Demand
from assay.core.text import Text

Outcome = Literal["met", "broken", "open", "not-applicable"]
Severity = Literal["critical", "high", "medium", "low", "note"]
Known = Literal["text", "copy", "press", "memory", "own"]
BookStatus = Literal["law", "standard", "draft", "history"]
Operator = Literal["in", "not", "at_least", "at_most", "before", "after", "matches", "perhaps"]


AS_OF = "as_of"  # as the operand of `before` and `after`: the day of judging


class Comparison(Struct, frozen=True):
    """One test of one key. `operand` is a tuple for `in` and `not`; `full_match` is set by the loader for `matches`.

    `perhaps` lists values that do not decide the key (a bare digest call does not show what the digest is for): the
    judge treats them like a value that could not be determined; on its own it restricts nothing.
    """

    operator: Operator
    operand: tuple[Scalar, ...]
    full_match: Callable[[str], object] | None = None

    def holds(self, item: str | int | bool) -> bool:
        """Whether a known value satisfies the comparison; a value of the wrong type does not."""
        match self.operator:
            case "in":
                return item in self.operand
            case "not":
                return item not in self.operand
            case "perhaps":
                return True
            case "matches":
                return isinstance(item, str) and self.full_match is not None and bool(self.full_match(item))
        bound = self.operand[0]
        if isinstance(item, bool) or type(item) is not type(bound) or not isinstance(item, str | int):
            return False
        match self.operator:
            case "at_least":
                return item >= bound  # type: ignore[operator]
            case "at_most":
                return item <= bound  # type: ignore[operator]
            case "before":
                return item < bound  # type: ignore[operator]
            case "after":
                return item > bound  # type: ignore[operator]


class Pattern(Struct, frozen=True):
    """Facts of one kind whose keys satisfy every comparison. `scope` restricts the subject; empty is any scope."""

    kind: str
    where: Mapping[str, tuple[Comparison, ...]]
    scope: frozenset[str]

    def on(self, day: date) -> "Pattern":
        """The pattern with the day of judging in the place of `as_of`."""
        if not any(item.operand == (AS_OF,) for row in self.where.values() for item in row):
            return self
        return replace(self, where={key: tuple(_on(item, day) for item in row) for key, row in self.where.items()})


def _on(comparison: Comparison, day: date) -> Comparison:
    dated = comparison.operator in {"before", "after"} and comparison.operand == (AS_OF,)
    return replace(comparison, operand=(day.isoformat(),)) if dated else comparison


class Clause(Struct, frozen=True):
    """The sentence of the source document that the rule restates. `known` says how well that document is known.

    text: the issuer's document was read; copy: a quotation of it; press: reports about it; memory: nobody opened it
    for this rule; own: assay's own requirement on a review. `demands_delivery` marks a clause that withholding breaks.
    """

    document: str
    at: str
    known: Known
    url: str = ""
    numbered_as_of: date | None = None
    demands_delivery: bool = False
    informative: bool = False


class Example(Struct, frozen=True):
    """What a rule is tried on: it must give the outcome that the example is filed under, on that day."""

    facts: tuple[Fact, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    product: Mapping[str, Scalar] = field(default_factory=dict)
    as_of: date | None = None


class Rule(Struct, frozen=True):
    """Exactly one of `forbid` and `require` is non-empty, unless the clause is informative: then both are empty.

    `asks` says which demand of a review the rule belongs to, where its facts do not tell: a statement may be of any.
    """

    id: str
    book: str
    title: Text
    clause: Clause
    also: tuple[Clause, ...]
    applies: Mapping[str, tuple[Comparison, ...]]
    severity: Severity
    forbid: tuple[Pattern, ...]
    require: tuple[Pattern, ...]
    because: Text
    remedy: Text
    examples: Mapping[Outcome, tuple[Example, ...]]
    cwe: tuple[int, ...] = ()
    in_force_from: date | None = None
    in_force_until: date | None = None
    asks: Demand | None = None

    def on(self, day: date) -> "Rule":
        """The rule as it is judged on a day."""
        forbid, require = (tuple(pattern.on(day) for pattern in row) for row in (self.forbid, self.require))
        same = forbid == self.forbid and require == self.require
        return self if same else replace(self, forbid=forbid, require=require)

    @property
    def demand(self) -> Demand:
        return self.asks or (KINDS[self.patterns[0].kind].demand if self.patterns else "source")

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        return self.forbid or self.require


Reckoned = Literal["purchases", "use"]
Base = Literal["count", "value"]


class Target(Struct, frozen=True):
    """A share of a buyer's products that a document asks for until a day, in parts per million, at least.

    `of`: what was bought in the year of `by`, or everything bought up to it. `category` '' is all categories; a base
    of None is one that the document does not state, so that a share of the count and one of the value both answer it.
    """

    id: str
    title: Text
    clause: Clause
    category: str
    of: Reckoned
    base: Base | None
    share: int
    by: date
    because: Text


class Route(Struct, frozen=True):
    """A legal way on which data may leave. It is needed as soon as one of its rules is broken; a book lists the
    gravest first, and last the one without rules, which is left when nothing graver is needed.

    `needs` are what has to be ready, by the names of `crossing.preparing`.
    """

    id: str
    title: Text
    clause: Clause
    rules: tuple[str, ...]
    needs: tuple[str, ...]


class Rulebook(Struct, frozen=True):
    """`about` is 'review' for the book that judges the review itself: its broken rules never convict the product; it is
    'export' for one that judges data that leaves, which no review asks for.
    """

    id: str
    title: Text
    grammar: int
    source: Text
    status: BookStatus
    owner: str
    about: Literal["product", "review", "export"]
    applies: Mapping[str, tuple[Comparison, ...]]
    rules: tuple[Rule, ...]
    digest: str
    in_force_from: date | None = None
    in_force_until: date | None = None
    targets: tuple[Target, ...] = ()
    routes: tuple[Route, ...] = ()


class Matched(Struct, frozen=True):
    """Facts that share the values which decided: how many, and the first few ids in dossier order."""

    kind: str
    values: Mapping[str, Scalar]
    count: int
    facts: tuple[str, ...]


class Unseen(Struct, frozen=True):
    """Attempts that were not completed, grouped by reason and format."""

    status: str
    reason: str
    file_class: str
    format: str
    files: int
    bytes: int
    paths: tuple[str, ...]
    owner: str = ""
    law: str = ""


Because = Literal[
    "not-in-force", "attribute-undeclared", "attribute-excludes", "informative", "forbidden-seen", "required-seen",
    "required-absent", "forbidden-absent", "perhaps", "nobody-looked", "nobody-stated", "not-completed", "withheld",
    "answered", "determined", "contradicted",
]  # fmt: skip


class Ground(Struct, frozen=True):
    """One reason of a judgement. Which fields are set depends on `because`; `assay why` prints all that are."""

    because: Because
    key: str = ""
    matched: tuple[Matched, ...] = ()
    unseen: tuple[Unseen, ...] = ()


class Judgement(Struct, frozen=True):
    """What the rule says of this product, and every ground of it, the deciding one first."""

    book: str
    rule: str
    outcome: Outcome
    grounds: tuple[Ground, ...]
    demand: Demand
