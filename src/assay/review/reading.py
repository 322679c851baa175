"""Reading what a sealed review left."""

from collections.abc import Iterable, Iterator

from assay.core.errors import InputError
from assay.core.facts import Fact
from assay.core.rules import Judgement
from assay.core.text import Text
from assay.dossier.records import decode, decode_fact, glimpse
from assay.dossier.sealed import ReviewRecord
from assay.dossier.store import Dossier, Review
from assay.dossier.waivers import waivers
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


def another_product(dossier: Dossier) -> str | None:
    """The name of the product reviewed before the newest one, when it is another."""
    names = [
        record.product.name
        for number in dossier.reviews()[-2:]
        if (record := dossier.review(number).record) is not None
    ]
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
