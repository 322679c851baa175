"""A review made by hand with all that stands behind its document: for outputs that list everything."""

from collections.abc import Sequence
from datetime import date

from assay.core.attempts import Attempt
from assay.core.facts import Fact, fact_id, order_key
from assay.core.judge import judge_all
from assay.core.product import Product, Vendor
from assay.core.rules import Rulebook
from assay.core.waivers import Waiver, weigh
from assay.report.compose import compose
from assay.report.document import Document
from assay.report.record import Record
from assay.report.waiving import waive

from . import sample

NAMED = Product("PayGate", "2.4.1", Vendor("Example Payments Ltd", "SG"), {})


def reviewed(
    facts: Sequence[Fact],
    attempts: Sequence[Attempt] = (),
    *,
    books: Sequence[Rulebook] | None = None,
    waivers: Sequence[Waiver] = (),
    product: Product = NAMED,
) -> tuple[Document, Record]:
    """Judged by the real judge, in dossier order; waivers as a dossier would hold them."""
    books = sample.books() if books is None else books
    known = sorted(facts, key=lambda fact: order_key(fact, fact_id(fact)))
    by_id = sample.finder(known)
    judgements = [item for book in books for item in judge_all(book.rules, {}, known, attempts, sample.AS_OF)]
    document = compose(
        product,
        artifact_digest="ab" * 32,
        as_of=sample.AS_OF,
        version="0.1.0",
        books=books,
        judgements=judgements,
        facts=iter(known),
        attempts=iter(attempts),
        files=sample.FILES if facts else [],
        find_facts=lambda ids: {id_: by_id[id_] for id_ in ids},
    )
    record = Record(lambda kind: [(fact_id(fact), fact) for fact in known if fact.kind == kind], judgements, waivers)
    if waivers:
        broken = {key: frozenset(id_ for id_, _, keys in record.breaking() if key in keys) for key in record.by_rule}
        keys = {(waiver.book, waiver.rule) for waiver in waivers}
        weighed = {
            key: weigh(
                record.by_rule.get(key),
                [waiver for waiver in waivers if (waiver.book, waiver.rule) == key],
                broken.get(key, frozenset()),
                sample.AS_OF,
            )
            for key in keys
        }
        document = waive(document, weighed)
    return document, record


def whole(*, hostile: bool = True, waivers: Sequence[Waiver] = ()) -> tuple[Document, Record]:
    """The sample review with its record."""
    evil = sample.EVIL if hostile else ""
    product = Product(f"PayGate{evil}", f"2.4.1{evil}", Vendor(f"Example Payments Ltd{evil}", "CN"), {})
    return reviewed(sample.facts(hostile=hostile), sample.attempts(hostile=hostile), waivers=waivers, product=product)


def waiver(rule: str, facts: Sequence[str] = (), until: date = date(2027, 1, 31), evil: str = "") -> Waiver:
    return Waiver(
        "sample",
        rule,
        tuple(facts),
        f"replaced in March{evil}",
        f"Li Wei{evil}",
        f"Anna Roth{evil}",
        date(2026, 10, 1),
        until,
    )
