"""The verdict of a case: a sealed review of a dossier, all of it, disclosed to every party before anybody decides.

The act names each file of the review by digest and lists the rules that are broken, open or waived; the files travel
as bodies. Whoever holds them makes a dossier of them again, on which `assay why`, `facts` and `report` work, and checks
that the act says what the review says, and that the facts lead to these judgements under the same rulebooks.

A review that does not record what the vendor withheld would take silence for absence: it is no verdict of the case.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from assay.case.acts import Act
from assay.case.contents import Body, Delivery, Disclosure
from assay.case.delivery import must_be_delivered, of_records, read_listing
from assay.case.folder import Attached, Case
from assay.case.manifest import withheld
from assay.case.view import View
from assay.core.errors import InputError, NotVerifiedError, UsageError, refused
from assay.core.product import Withheld
from assay.core.text import Text
from assay.dossier.durable import write_durably
from assay.dossier.records import encode
from assay.dossier.sealed import RulebookRef
from assay.dossier.store import MARK, Dossier, Review
from assay.dossier.waivers import WAIVERS
from assay.lab.scratch import scratch_folder
from assay.ledger.notes import unverified
from assay.report.document import Document
from assay.review.reading import sealed_record, stored_document
from assay.review.steps import document_of, judge
from assay.review.waiving import under_waivers
from assay.rulebooks import load, shipped

# The only files that a disclosed review may bring, so that no name leads out of the folder it is made in.
_NAMES = re.compile(
    r"dossier\.json|reviews/[0-9]{4,9}/review\.json|segments/[0-9a-f]{64}\.jsonl\.zst|waivers/[0-9]{4,9}\.json",
    re.ASCII,
)


class Standings(Struct, frozen=True):
    """Rules of a review by where they stand, as `book/rule`; rules about the review itself convict nobody."""

    broken: tuple[str, ...]
    open: tuple[str, ...]
    waived: tuple[str, ...]
    met: int


def disclosure(case: Case, review: Review, until: date) -> tuple[Disclosure, list[Attached]]:
    """The act that discloses a review, and the files that go with it.

    Raises NotVerifiedError when the review is not of the current delivery or is damaged, InputError when it was never
    sealed, UsageError when nothing was delivered.
    """
    current = case.view.current
    if current is None:
        raise UsageError(
            Text("nothing was delivered in this case", "本案尚无交付"),
            Text("the vendor delivers first: assay case submit", "须先由供应商交付：assay case submit"),
        )
    record = sealed_record(review)
    review.verify()
    _must_be_of(case, current[1], review)
    _must_record(review, withheld(case.view))
    attached = [_attached(review.dossier, path) for path in _paths(review)]
    standing = standings(stored_document(review))
    return (
        Disclosure(
            current[0].id,
            current[1].artifact,
            review.number,
            record.as_of,
            judged_digest(review),
            standing.broken,
            standing.open,
            standing.waived,
            standing.met,
            tuple((book.id, book.digest) for book in record.rulebooks),
            tuple(item.body for item in attached),
            until,
        ),
        attached,
    )


def standings(document: Document) -> Standings:
    rows = [(finding.outcome, f"{finding.book}/{finding.rule}") for finding in document.each_finding()]

    def of(outcome: str) -> tuple[str, ...]:
        return tuple(sorted(rule for found, rule in rows if found == outcome))

    return Standings(of("broken"), of("open"), of("waived"), len(of("met")))


def judged_digest(review: Review) -> str:
    """SHA-256 over the judgements of a review, as they were sealed."""
    return hashlib.sha256(b"".join(line + b"\n" for line in review.lines("judgements"))).hexdigest()


def materialise(case: Case, said: Disclosure, folder: Path) -> Review:
    """Make the disclosed dossier in a new folder. Raises InputError when a part of it is not in this copy."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            Text(f"{folder} is not empty", f"{folder} 不是空文件夹"), Text("name a new folder", "请指定新的文件夹")
        )
    contents = {body.name: _held(case, body) for body in said.files}
    try:
        for name, content in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, content)
    except OSError as error:
        raise refused(folder, error) from error
    return Dossier.open(folder).review(said.review)


def check(case: Case, act: Act, said: Disclosure) -> tuple[Document, list[Text]]:
    """The document of a disclosed review, checked against the act; and what could not be checked here.

    Raises NotVerifiedError when the act says something else than the review does, InputError when a part is not here.
    """
    with scratch_folder() as scratch:
        review = materialise(case, said, scratch / "dossier")
        # 1. Every file is what its digest says, and the review is of the delivery.
        review.verify()
        record = sealed_record(review)
        delivery = case.view.find(Delivery, said.delivery)
        if delivery is not None:
            _must_be_of(case, delivery, review)
        _must_record(review, withheld(View.before(case.history, act.id)))
        # 2. The act lists what the review found.
        document = stored_document(review)
        listed = Standings(said.broken, said.open, said.waived, said.met)
        books = tuple((book.id, book.digest) for book in record.rulebooks)
        same = (listed, books, record.as_of, judged_digest(review))
        if same != (standings(document), said.books, said.as_of, said.judgements):
            raise unverified(act.label, "it does not say what its review says", "与其审查所述不符")
        # 3. The facts lead to these judgements, where the same rulebooks are here.
        return document, _judged_again(act, review, record.rulebooks)


def _judged_again(act: Act, review: Review, books: Sequence[RulebookRef]) -> list[Text]:
    record = sealed_record(review)
    known = [load(book.id) for book in books if book.id in shipped()]
    if [(book.id, book.digest) for book in known] != [(book.id, book.digest) for book in books]:
        return [
            Text(
                f"{act.label} was not judged again: this assay has other rulebooks",
                f"未对 {act.label} 重新评判：此 assay 的规则集不同",
            )
        ]
    found = judge(review, record.product, known, record.as_of)
    document = document_of(review, record.product, record.artifact, books=known, judgements=found, as_of=record.as_of)
    same = standings(under_waivers(document, review, found)) == standings(stored_document(review))
    if not same or [encode(item) for item in found] != list(review.lines("judgements")):
        raise unverified(
            act.label,
            "its facts do not lead to its judgements under the same rulebooks",
            "以相同规则集评判其事实，得不出所列判定",
        )
    return []


def _must_be_of(case: Case, delivery: Delivery, review: Review) -> None:
    what = f"the review {review.number} of {sealed_record(review).product.name}"
    listing = case.body(delivery.listing)
    if listing is not None:
        must_be_delivered(read_listing(listing, delivery.listing.name), of_records(review.files()), what)
    elif sealed_record(review).artifact != delivery.artifact:
        raise unverified(what, "it is of another delivery", "针对的是另一次交付")


def _must_record(review: Review, refused: Sequence[Withheld]) -> None:
    recorded = {(item.path, item.owner) for item in review.attempts() if item.status == "withheld"}
    missing = [item.what for item in refused if (item.what, item.by) not in recorded]
    if missing:
        raise NotVerifiedError(
            Text(
                f"review {review.number} does not record what the vendor withheld: {missing[0]}",
                f"第 {review.number} 次审查未记录供应商拒绝提交的内容：{missing[0]}",
            ),
            Text(
                "review with the manifest of the case: assay case export --manifest CASE FILE",
                "请以案件的清单进行审查：assay case export --manifest CASE FILE",
            ),
        )


def _paths(review: Review) -> list[str]:
    waivers = sorted((review.dossier.path / WAIVERS).glob("[0-9]*.json"))
    return [MARK, *review.paths(), *(f"{WAIVERS}/{path.name}" for path in waivers)]


def _attached(dossier: Dossier, path: str) -> Attached:
    try:
        return Attached(path, (dossier.path / path).read_bytes())
    except OSError as error:
        raise refused(dossier.path / path, error) from error


def _held(case: Case, body: Body) -> bytes:
    if not _NAMES.fullmatch(body.name):
        raise unverified(body.name[:80], "it is no file of a review", "不是审查的文件")
    content = case.body(body)
    if content is None:
        raise InputError(
            Text(f"{body.name} of the review does not travel with this copy", f"此副本未附带审查文件 {body.name}"),
            Text("ask for a case file with its bodies", "请索取含附件的案件文件"),
        )
    return content
