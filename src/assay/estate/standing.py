"""The dossiers of a register under rulebooks: each is read once, verified, and judged by all rules at once.

Work goes to processes in lots of dossiers; a lot comes back as a few letters for each rule, not as judgements, so that
ten thousand products fit in memory. What cannot be judged (no dossier, damaged, never sealed) is a reason, not an
outcome. With `swaps`, each dossier is judged again with nothing changed but the country of its vendor: judging reads a
product's attributes and nothing else of it, so what flips, flips because a clause names the country.

Waivers change no judgement and are not looked at. A product's attributes are those of its dossier: what the register
says of a product decides no rule.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct

from assay.core.errors import AssayError, Exit, InputError, NotVerifiedError, UsageError
from assay.core.facts import Scalar
from assay.core.judge import judge_each
from assay.core.product import Product
from assay.core.rules import Because, Judgement, Outcome, Rule, Rulebook
from assay.core.text import Text
from assay.dossier.answering import attempts_judged, facts_judged
from assay.dossier.records import settled
from assay.dossier.store import JUDGEMENTS, Dossier, Review
from assay.estate.register import Register, Row
from assay.lab.confine import deaf

LOT = 32
OUTCOMES: Mapping[str, Outcome | None] = {"b": "broken", "m": "met", "o": "open", "n": "not-applicable", "-": None}
BECAUSE: tuple[Because, ...] = get_args(Because)
COUNTRY_KEYS = ("vendor.country", "country")
NOWHERE = ("XA", "ZZ")  # codes that ISO 3166-1 leaves to users: no clause names them
_LETTERS = {outcome: letter for letter, outcome in OUTCOMES.items()}

Trouble = Literal["none", "unreadable", "incomplete", "unverified"]
Progress = Callable[[str, int, int], None]


class Unjudged(Struct, frozen=True):
    """Why a product could not be judged."""

    why: Trouble
    text: Text


class Judged(Struct, frozen=True):
    """One dossier under the rules, a letter of `OUTCOMES` for each rule.

    `because` holds the place in `BECAUSE` of each rule's deciding ground. `before` is the other side: a letter for each
    rule to compare with, or for each of the same rules where stored judgements are, `-` for one not judged then.
    `flips` are places of rules whose outcome depends on the vendor's country. `product` is what the sealed review says.
    """

    product: Product
    now: str
    because: bytes
    before: str = ""
    flips: tuple[int, ...] = ()


Standing = Judged | Unjudged


class Question(Struct, frozen=True):
    """What is asked of each dossier: the outcomes of `rules`, and those of `against`, or with `stored` what the review
    itself held of the same rules. `countries` are those to swap in; empty is no swapping.
    """

    rules: tuple[Rule, ...]
    as_of: date
    against: tuple[Rule, ...] = ()
    stored: bool = False
    countries: tuple[str, ...] = ()


def judged_rules(book: Rulebook) -> tuple[Rule, ...]:
    """The rules of a book that are judged at all. Raises UsageError for a book that is not about products."""
    if book.about != "product":
        raise UsageError(
            Text(f"{book.id} does not judge products", f"{book.id} 不判定产品"),
            Text("name a book that does: assay rules list", "请指定判定产品的规则集：assay rules list"),
        )
    return tuple(rule for rule in book.rules if not rule.clause.informative)


def stand(
    paths: Sequence[Path], question: Question, *, jobs: int = 1, progress: Progress | None = None
) -> dict[Path, Standing]:
    """How each dossier stands. The outcome does not depend on `jobs`."""
    lots = [paths[start : start + LOT] for start in range(0, len(paths), LOT)]
    found: dict[Path, Standing] = {}
    for lot, standings in zip(lots, _answers(lots, question, min(jobs, len(lots))), strict=True):
        found.update(zip(lot, standings, strict=True))
        if progress is not None:
            progress("dossiers", len(found), len(paths))
    return found


def _answers(lots: Sequence[Sequence[Path]], question: Question, jobs: int) -> Iterator[list[Standing]]:
    if jobs < 2:
        yield from ([answer(path, question) for path in lot] for lot in lots)
        return
    spawned = get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=spawned, initializer=_ask, initargs=(question,)) as pool:
        try:
            with deaf():
                answers = pool.map(_answer_lot, lots)
            yield from answers
        except BrokenProcessPool as error:
            raise AssayError(
                Text("a process that judged dossiers ended", "判定卷宗的进程意外终止"),
                Text("try again with fewer --jobs", "请减少 --jobs 后重试"),
            ) from error


_asked: list[Question] = []  # of a worker process: sent once, not with every lot


def _ask(question: Question) -> None:
    _asked[:] = [question]


def _answer_lot(paths: Sequence[Path]) -> list[Standing]:
    return [answer(path, _asked[0]) for path in paths]


def answer(path: Path, question: Question) -> Standing:
    """How one dossier stands: its newest complete review under the question's rules."""
    try:
        review = Dossier.open(path).latest()
        if review.record is None:
            text = Text(f"{path}: none of its reviews was completed", f"{path}：其中的审查均未完成")
            return Unjudged("incomplete", text)
        return _judged(review, review.record.product, question)
    except NotVerifiedError as error:
        return Unjudged("unverified", error.message)
    except InputError as error:
        return Unjudged("unreadable", error.message)


def _judged(review: Review, product: Product, question: Question) -> Judged:
    rules = [*question.rules, *question.against]
    products = [product.attributes, *swapped(product.attributes, question.countries)]
    day = question.as_of
    found = judge_each(rules, products, facts_judged(review, day), attempts_judged(review, day), day)
    count = len(question.rules)
    now = [judgement.outcome for judgement in found[0][:count]]
    flips: tuple[int, ...] = ()
    if question.countries:
        stated = any(key in product.attributes for key in COUNTRY_KEYS)
        compared = found if stated else found[1:]  # to state a country is no swap
        flips = tuple(place for place in range(count) if len({row[place].outcome for row in compared}) > 1)
    return Judged(
        product,
        "".join(_LETTERS[outcome] for outcome in now),
        bytes(BECAUSE.index(judgement.grounds[0].because) for judgement in found[0][:count]),
        _before(review, question, found[0][count:]),
        flips,
    )


def _before(review: Review, question: Question, judged: Sequence[Judgement]) -> str:
    if question.stored:
        held = {} if JUDGEMENTS not in review.streams else {
            (item.book, item.rule): item.outcome for item in map(settled, review.lines(JUDGEMENTS))
        }  # fmt: skip
        return "".join(_LETTERS[held.get((rule.book, rule.id))] for rule in question.rules)
    return "".join(_LETTERS[judgement.outcome] for judgement in judged)


def swapped(attributes: Mapping[str, Scalar], countries: Sequence[str]) -> Iterator[Mapping[str, Scalar]]:
    """The attributes with each of the countries in the place of the vendor's."""
    for country in countries:
        yield {**attributes, **dict.fromkeys(COUNTRY_KEYS, country)}


class Left(Struct, frozen=True):
    """A product that was not judged, and why."""

    product: str
    why: Trouble
    text: Text


def left_out(row: Row, standing: Standing | None) -> Left:
    """Why the product of a row was not judged."""
    if isinstance(standing, Unjudged):
        return Left(row.named, standing.why, standing.text)
    return Left(row.named, "none", Text("no dossier is linked", "未关联卷宗"))


def paths(register: Register) -> list[Path]:
    """The register's dossiers, each once, in its order."""
    return list(dict.fromkeys(register.dossier(row) for row in register.rows if row.dossier))


def of_row(register: Register, row: Row, standings: Mapping[Path, Standing]) -> Standing | None:
    """How the product of a row stands; None where it has no dossier."""
    return standings.get(register.dossier(row)) if row.dossier else None


def overtaken(standings: Mapping[Path, Standing]) -> list[Path]:
    """Dossiers that stand by an earlier review than their last, which was begun and not finished."""
    return [path for path, item in standings.items() if isinstance(item, Judged) and Dossier(path).unfinished()]


def worst_exit(standings: Mapping[Path, Standing]) -> Exit:
    """12 when a dossier does not verify, else 0: figures were given, and what they leave out is in them."""
    broken = any(isinstance(item, Unjudged) and item.why == "unverified" for item in standings.values())
    return Exit.NOT_VERIFIED if broken else Exit.NOTHING_TO_REPORT
