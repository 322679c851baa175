"""Review without hand-over, as steps: what a vendor submits of its review at home, and what the reviewer makes of it.

    submitted(review)          the facts, attempts and files of a sealed review, with not one word of source
    look_again(folder)         the drawn files, examined here
    adopt(dossier, ...)        the submission as a review of the reviewer's own, with the fact of the draw, judged

`deposit.drawn` says what is signed, drawn and compared, and what the arithmetic is. The dossier states the vendor's
facts as the vendor's: that only so many files were looked at is the fact `deposit.draw`, which the book `hand-over`
judges.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.errors import InputError, NothingToExamineError
from assay.core.facts import Fact, Scalar, Subject
from assay.core.product import Product
from assay.core.text import Text
from assay.deposit.drawn import Assurance, Compared, Lot, stripped
from assay.dossier.answering import artifact_digest
from assay.dossier.records import FileRecord, decode, decode_fact, encode
from assay.dossier.runs import merge_runs, write_run
from assay.dossier.sealed import ReviewRecord
from assay.dossier.store import Dossier, Review
from assay.dossier.writing import ReviewWriter
from assay.intake import DEFAULT_COMPONENT
from assay.lab.scratch import scratch_folder
from assay.ledger.notes import unverified
from assay.report.document import Document
from assay.review.steps import STREAMS, Plan, books_for, document_of, examine, judge, references, take
from assay.rulebooks import load

BY = "handover.drawn@1"
KIND, BOOK = "deposit.draw", "drawn"
_ABOUT_REVIEW = ("intake.", "review.", "statement", "deposit.")


class Submitted(Struct, frozen=True):
    """What a submission holds."""

    product: Product
    files: tuple[FileRecord, ...]
    attempts: tuple[Attempt, ...]
    facts: tuple[Fact, ...]


def product_of(review: Review) -> Product:
    """The product of a sealed review. Raises InputError when it was never sealed."""
    if review.record is None:
        message = Text(f"review {review.number} is not complete", f"第 {review.number} 次审查不完整")
        raise InputError(message, Text("review the product again", "请重新审查产品"))
    return review.record.product


def submitted(review: Review, product: Product) -> bytes:
    """Tagged lines of JSON: product, files, attempts, facts. Nothing in it quotes the source."""
    lines = [b"P " + encode(product)]
    lines += [b"M " + encode(record) for record in review.files()]
    lines += [b"A " + encode(replace(attempt, detail="")) for attempt in review.attempts()]
    lines += [b"F " + encode(stripped(fact)) for fact in review.facts() if not fact.kind.startswith("review.")]
    return b"\n".join(lines) + b"\n"


def read_submitted(content: bytes, name: str) -> Submitted:
    """Raises NotVerifiedError when these bytes are no submission."""
    found: dict[bytes, list[bytes]] = {b"P": [], b"M": [], b"A": [], b"F": []}
    for number, line in enumerate(content.splitlines(), 1):
        tag, _, body = line.partition(b" ")
        if tag not in found:
            raise unverified(f"{name}:{number}", "it is no line of a submission", "不是提交文件的行")
        found[tag].append(body)
    if len(found[b"P"]) != 1:
        raise unverified(name, "it names no product", "未写明产品")
    return Submitted(
        decode(Product, found[b"P"][0], name, 1),
        tuple(decode(FileRecord, line, name, at) for at, line in enumerate(found[b"M"], 1)),
        tuple(decode(Attempt, line, name, at) for at, line in enumerate(found[b"A"], 1)),
        tuple(decode_fact(line, name, at) for at, line in enumerate(found[b"F"], 1)),
    )


def by_file(facts: Sequence[Fact]) -> dict[str, list[Fact]]:
    """Facts about files of the product, by the delivered path of the outermost file."""
    rows: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.evidence and not fact.kind.startswith(_ABOUT_REVIEW):
            for path in dict.fromkeys(place.path.partition("!")[0] for place in fact.evidence):
                rows.setdefault(path, []).append(fact)
    return rows


def look_again(folder: Path, as_of: date) -> dict[str, list[Fact]]:
    """Examine the files of a folder; facts by delivered path. Files that nothing is stated about are not in it."""
    with scratch_folder() as scratch:
        plan = Plan(folder, as_of)
        try:
            taken = take(plan, scratch / "intake")
        except NothingToExamineError:
            return {}
        examined = examine(taken, plan, scratch)
        return by_file([decode_fact(line) for line in merge_runs(examined.runs)])


def stated(drawn: Lot, compared: Compared, found: Assurance) -> Fact:
    """The draw as a fact."""
    value: dict[str, Scalar] = {
        "deposit": drawn.submission.deposit,
        "statement": drawn.submission.statement,
        "seed": drawn.seed.hex(),
        "files": found.files,
        "drawn": found.drawn,
        "agree": len(compared.agree),
        "differ": len(compared.differ),
        "unclear": len(compared.unclear),
        "confidence": found.confidence,
        "at_most": found.at_most,
        "one_percent": found.one_percent,
    }
    return Fact(KIND, Subject(DEFAULT_COMPONENT, "", "", "unknown"), value, BY, ())


def adopt(
    dossier: Dossier, given: Submitted, draw: Fact, as_of: date, rulebooks: Sequence[str] = ()
) -> tuple[Document, Review]:
    """The submission as a sealed review of this dossier, with the draw, judged by the books and by `drawn`."""
    books = books_for(given.product, rulebooks, as_of)
    if BOOK not in {book.id for book in books}:
        books = (*books, load(BOOK))
    tried = Attempt(BY, (KIND,), "completed", "", "unknown", "", DEFAULT_COMPONENT, "unknown", ran="inline")
    attempts = tuple(sorted({*given.attempts, tried}))
    digest = artifact_digest(given.files)
    with scratch_folder() as scratch, ReviewWriter(dossier) as writer:
        run = scratch / "facts.run"
        write_run([*given.facts, draw], run)
        writer.plan(STREAMS)
        writer.write("files", (encode(record) for record in given.files))
        writer.write("attempts", (encode(attempt) for attempt in attempts))
        writer.write("facts", merge_runs([run]))
        unsealed = dossier.review(writer.number)
        judgements = judge(unsealed, given.product, books, as_of)
        writer.write("judgements", (encode(judgement) for judgement in judgements))
        document = document_of(unsealed, given.product, digest, books=books, judgements=judgements, as_of=as_of)
        writer.write("document", [encode(document)])
        writer.seal(ReviewRecord(given.product, digest, as_of, {}, (BY,), references(books)))
    return document, dossier.latest()


def paths(positions: Mapping[int, str | None]) -> Iterator[str]:
    """A name for each drawn file: its path, or its position when it was not shown."""
    return (f"#{at}" if path is None else path for at, path in sorted(positions.items()))
