"""Reading what a sealed review left."""

from collections.abc import Iterable, Iterator
from contextlib import closing

from assay.core.errors import AssayError, InputError
from assay.core.facts import Fact
from assay.core.rules import Judgement
from assay.core.text import Text
from assay.dossier.records import decode, decode_fact, glimpse
from assay.dossier.sealed import ReviewRecord
from assay.dossier.store import Dossier, Review
from assay.dossier.waivers import waivers
from assay.ledger.entries import read_entry
from assay.ledger.sqlite import NAME, SqliteStore
from assay.report.document import Document
from assay.report.record import Record
from assay.review.waiving import under_waivers


def sealed_record(review: Review) -> ReviewRecord:
    """Raises InputError for a review that was never sealed."""
    if review.record is None:
        missing = ", ".join(review.missing)
        raise InputError(
            Text(f"this review was not completed; missing: {missing}", f"此次审查未完成；缺少：{missing}"),
            Text("review the product again; what was complete is kept", "请重新审查该产品；已完成的部分保留"),
        )
    return review.record


def begun(dossier: Dossier, number: int) -> int | None:
    """When a review was begun, in POSIX seconds, as its entry in the ledger says; None where no ledger can say.

    The entry is read, not verified: nothing may rest on it.
    """
    try:
        with closing(SqliteStore(dossier.ledger / NAME, writable=False)) as log:
            entries = [read_entry(body, position) for position, body, _ in log.rows(0, log.size())]
    except AssayError:
        return None
    found = (entry.at for entry in reversed(entries) if entry.act == "intake" and entry.review.endswith(f"/{number}"))
    return next(found, None)


def another_product(dossier: Dossier) -> str | None:
    """The name of the product reviewed before the newest one, when it is another."""
    records = [dossier.review(number).record for number in dossier.sealed()[-2:]]
    names = [record.product.name for record in records if record is not None]
    return names[0] if len(names) == 2 and names[0] != names[1] else None


def stored_document(review: Review) -> Document:
    """The document as it was composed when the review was sealed, under the waivers that the dossier holds now."""
    sealed_record(review)
    document = decode(Document, next(review.lines("document")), "document")
    return under_waivers(document, review, list(review.judgements()))


def record_of(review: Review, judgements: Iterable[Judgement]) -> Record:
    """What outputs that list everything read beside the document; facts are streamed when asked for."""

    def facts(kind: str) -> Iterator[tuple[str, Fact]]:
        return ((glimpse(line).id, decode_fact(line)) for line in review.fact_lines(kind))

    return Record(facts, tuple(judgements), tuple(waivers(review.dossier)))
