"""The steps of a review, and all of them in one go. Each step is a function of what the step before it left.

    take      a delivery becomes files with class, format, scope; refused entries; what is said about the product
    examine   files become facts and attempts, on the bench
    keep      facts, attempts, files, judgements and the document become one sealed review of a dossier
    judge     rulebooks over the facts and attempts of a review
    document  the frozen report

With a ledger, what is done is entered as it happens (`acts`). The day (`as_of`) is given by the caller; nothing here
reads a clock. Facts, judgements and document are the same for any number of jobs.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from assay import __version__
from assay.core.attempts import Attempt
from assay.core.examination import FileMeta, Limits
from assay.core.facts import Fact
from assay.core.judge import judge_all
from assay.core.product import Product, SignedDeclaration
from assay.core.rules import Judgement, Rulebook
from assay.dossier.answering import artifact_digest, attempts_judged, facts_judged
from assay.dossier.names import default_path
from assay.dossier.records import FileRecord, decode_fact, encode, glimpse
from assay.dossier.runs import merge_runs, write_run
from assay.dossier.sealed import Judging, ReviewRecord, RulebookRef
from assay.dossier.store import Dossier, Review
from assay.dossier.writing import ReviewWriter, add_judgements
from assay.examinations import ALL, WHOLES, unlocking
from assay.examinations.handover.levels import levels
from assay.intake import (
    DEFAULT_COMPONENT,
    IMPORTING,
    Intake,
    IntakeLimits,
    hangs_on_name,
    open_locator,
    settle,
    settled,
    take_in,
)
from assay.lab import bench
from assay.lab.index import Index
from assay.lab.scratch import scratch_folder
from assay.report.compose import compose
from assay.report.document import Document
from assay.review.acts import Acts
from assay.review.gaps import gaps, no_source
from assay.review.needs import needs
from assay.review.submitted import submitted
from assay.review.under import Under, parted
from assay.review.waiving import under_waivers
from assay.rulebooks import default_books, load
from assay.source.languages import BY_NAME

if TYPE_CHECKING:
    from assay.deposit.tree import SealedTree

HAND_OVER = "hand-over"  # the book on deposits
STREAMS = ("files", "attempts", "facts", "judgements", "document")
Progress = Callable[[str, int, int], None]
Enter = Callable[[Dossier], Acts]


class Plan(Struct, frozen=True):
    """What the operator asks for. `rulebooks` empty is the default books; `dossier` None is named after the product.

    The dossier and the file that the report goes to (`output`) are no part of the delivery, wherever they lie.
    `scratch` is the folder for what must not reach a disk, `under` the terms of a deposit: see `sealed`.
    """

    path: "Path | SealedTree"
    as_of: date
    manifest: Path | None = None
    rulebooks: tuple[str, ...] = ()
    dossier: Path | None = None
    jobs: int = 1
    output: Path | None = None
    limits: Limits = field(default_factory=Limits)
    intake: IntakeLimits = field(default_factory=IntakeLimits)
    scratch: Path | None = None
    under: Under | None = None
    declaration: SignedDeclaration | None = None


class Examined(Struct, frozen=True):
    """What the bench left: sorted runs of facts in the scratch folder, attempts, and one record per file."""

    taken: Intake
    runs: tuple[Path, ...]
    attempts: tuple[Attempt, ...]
    files: tuple[FileRecord, ...]
    digest: str
    result: bench.BenchResult


def review(plan: Plan, progress: Progress | None = None, enter: Enter | None = None) -> tuple[Dossier, Document]:
    """Intake, examine, judge, report. Returns the dossier that holds the new review, and the document.

    `enter` opens the dossier's ledger once it is known which: acts are entered as they happen. Its owner closes it.
    """
    return _review(plan, progress, enter, judged=True)


def examine_only(plan: Plan, progress: Progress | None = None, enter: Enter | None = None) -> tuple[Dossier, Document]:
    """The same without any rulebook: facts and attempts are stated, nothing is judged."""
    return _review(plan, progress, enter, judged=False)


def _review(plan: Plan, progress: Progress | None, enter: Enter | None, *, judged: bool) -> tuple[Dossier, Document]:
    with scratch_folder(plan.scratch) as scratch:
        taken = take(plan, scratch / "intake")
        folder = plan.dossier or default_path(titled(taken.product), Path())
        if plan.dossier is None:
            plan = replace(plan, dossier=folder)
            path = plan.path
            if isinstance(path, Path) and path.is_dir() and folder.resolve().is_relative_to(path.resolve()):
                taken = take(plan, scratch / "again")  # the dossier lies in the delivery and must be left out
        books = books_for(taken.product, plan.rulebooks, plan.as_of) if judged else ()
        if judged and plan.under is not None and HAND_OVER not in {book.id for book in books}:
            books = (*books, load(HAND_OVER))
        dossier = Dossier.create_or_open(folder)
        acts = enter(dossier) if enter is not None else None
        if acts is not None:
            acts.intake(max(dossier.reviews(), default=0) + 1, taken, plan.manifest)
        examined = examine(taken, plan, scratch, progress)
        kept, document = keep(dossier, examined, books, plan)
        if acts is not None:
            acts.reviewed(kept, list(kept.judgements()))
        return dossier, document


def take(plan: Plan, scratch: Path) -> Intake:
    """Raises NothingToExamineError when the delivery holds no file, InputError for a wrong manifest."""
    leave_out = [path for path in (plan.dossier, plan.output) if path is not None]
    scratch.mkdir()
    signed = plan.declaration
    return take_in(
        plan.path, manifest=plan.manifest, scratch=scratch, limits=plan.intake, leave_out=leave_out, declaration=signed
    )


def examine(taken: Intake, plan: Plan, scratch: Path, progress: Progress | None = None) -> Examined:
    """Every file once through every examination, and what follows from the attempts alone.

    Files that only a name keeps from being shipped come last: by then it is known which of them shipped code imports.
    """
    folder = scratch / "lab"
    folder.mkdir()
    others, waiting = _parted(taken.artifact.files)

    def late(index: Index) -> tuple[Sequence[FileMeta], int]:
        found = settle(waiting, others, index)
        return found.files, found.bytes_read

    singles, wholes, refused = parted(plan.under, unlocking(taken.manifest.unlock), WHOLES)
    result = bench.run(
        (*others, *waiting),
        singles,
        wholes,
        open_member=open_locator,
        write_run=write_run,
        scratch=folder,
        jobs=plan.jobs,
        limits=plan.limits,
        progress=progress,
        late=bench.Late(len(waiting), late),
        readable=(plan.path, scratch) if isinstance(plan.path, Path) else None,
        indexed=_indexed(taken.artifact.files),
    )
    taken = settled(taken, result.files)
    files = taken.artifact.files
    digests = {meta.path: digest for meta, digest in zip(result.files, result.digests, strict=True)}
    attempts = tuple(sorted({*taken.attempts, *result.attempts}))
    if plan.under is not None:
        attempts = tuple(sorted({*map(plan.under.quoting.attempt, attempts), *refused}))
    own = scratch / "own.run"
    records = tuple(_record(meta, digests[meta.path]) for meta in files)
    artifact = artifact_digest(records)
    taken = submitted(taken, artifact)
    stated: list[Fact] = [*taken.facts, *gaps(attempts)]
    if plan.under is not None:
        needed, read = needs(files, plan.under)
        attempts = tuple(sorted({*attempts, *read}))
        reached, tried = levels(files, attempts, signed=True, component=DEFAULT_COMPONENT, stated=needed)
        stated += [plan.under.stated, *needed, *reached]
        attempts = tuple(sorted({*attempts, *tried}))
    write_run([*stated, *([] if _has_source(files) else [no_source()])], own)
    runs: tuple[Path, ...] = (own, *result.runs)
    if plan.under is not None:
        runs = plan.under.settled(merge_runs(runs), scratch)
    return Examined(taken, runs, attempts, records, artifact, result)


def keep(
    dossier: Dossier, examined: Examined, books: Sequence[Rulebook], plan: Plan, also: Sequence[str] = ()
) -> tuple[Review, Document]:
    """Write one sealed review. A killed write leaves what was complete. `also` are examinations outside of `ALL`.

    Returns the review that was written, whatever another process writes meanwhile.
    """
    product = examined.taken.product
    with ReviewWriter(dossier) as writer:
        writer.plan(STREAMS)
        writer.write("files", (encode(record) for record in examined.files))
        writer.write("attempts", (encode(attempt) for attempt in examined.attempts))
        writer.write("facts", merge_runs(examined.runs))
        unsealed = dossier.review(writer.number)
        judgements = judge(unsealed, product, books, plan.as_of)
        writer.write("judgements", (encode(judgement) for judgement in judgements))
        document = document_of(unsealed, product, examined.digest, books=books, judgements=judgements, as_of=plan.as_of)
        writer.write("document", [encode(document)])
        writer.seal(
            ReviewRecord(
                product,
                examined.digest,
                plan.as_of,
                {**asdict(plan.limits), **asdict(plan.intake)},
                tuple(sorted([*also, *(item.id for item in ALL if plan.under is None or plan.under.allows(item))])),
                references(books),
            )
        )
    kept = dossier.review(writer.number)
    return kept, under_waivers(document, kept, judgements)


def judge(review: Review, product: Product, books: Sequence[Rulebook], as_of: date) -> list[Judgement]:
    """Judge a review; books about the review itself come first. Streams the facts once.

    Where a person read what the program could not, and says so in the operator's manifest, that day's answers count.
    """
    rules = [rule for book in sorted(books, key=lambda book: book.about != "review") for rule in book.rules]
    if not rules:
        return []
    return judge_all(rules, product.attributes, facts_judged(review, as_of), attempts_judged(review, as_of), as_of)


def judge_again(review: Review, product: Product, books: Sequence[Rulebook], as_of: date, digest: str) -> Document:
    """Judge a sealed review under other books or another day, keep the judgements beside it, and compose a document."""
    judgements = judge(review, product, books, as_of)
    add_judgements(review, Judging(as_of, references(books)), judgements)
    document = document_of(review, product, digest, books=books, judgements=judgements, as_of=as_of)
    return under_waivers(document, review, judgements)


def document_of(
    review: Review,
    product: Product,
    digest: str,
    *,
    books: Sequence[Rulebook],
    judgements: Sequence[Judgement],
    as_of: date,
) -> Document:
    return compose(
        product,
        artifact_digest=digest,
        as_of=as_of,
        version=__version__,
        books=books,
        judgements=judgements,
        facts=review.facts(),
        attempts=review.attempts(),
        files=file_rows(review.files()),
        find_facts=lambda ids: find_facts(review, ids),
    )


def books_for(product: Product, named: Sequence[str], as_of: date) -> tuple[Rulebook, ...]:
    """The named books and always `limits`; without names, the default ones."""
    if not named:
        return default_books(product.attributes, as_of)
    return tuple(load(id_) for id_ in dict.fromkeys(("limits", *named)))


def titled(product: Product) -> str:
    """Vendor and name: what a dossier is called after. The same product again adds a review to the same dossier."""
    return f"{product.vendor.name} {product.name}" if product.vendor is not None else product.name


def references(books: Sequence[Rulebook]) -> tuple[RulebookRef, ...]:
    return tuple(RulebookRef(book.id, book.digest) for book in books)


def find_facts(review: Review, ids: Sequence[str]) -> Mapping[str, Fact]:
    """The facts with these ids, by streaming the kinds once.

    Of several records that share an id the first certain one counts: what may be has other places than what is.
    """
    wanted = set(ids)
    found: dict[str, Fact] = {}
    for line in review.fact_lines() if wanted else ():
        id_ = glimpse(line).id
        if id_ in wanted and (id_ not in found or found[id_].value.get("reach") == "possible"):
            fact = decode_fact(line)
            if id_ not in found or fact.value.get("reach") == "certain":
                found[id_] = fact
    return found


def file_rows(files: Iterator[FileRecord]) -> list[tuple[str, str, str, int, int]]:
    """Files and bytes by class, format and scope."""
    counts: Counter[tuple[str, str, str]] = Counter()
    sizes: Counter[tuple[str, str, str]] = Counter()
    for record in files:
        row = (record.file_class, record.format, record.scope)
        counts[row] += 1
        sizes[row] += record.size
    return [(*row, counts[row], sizes[row]) for row in sorted(counts)]


def _record(meta: FileMeta, digest: str) -> FileRecord:
    own = (meta.file_class, meta.format, meta.component, meta.scope, meta.scope_from)
    return FileRecord(meta.path, meta.logical, meta.size, digest, *own)


def _parted(files: Sequence[FileMeta]) -> tuple[list[FileMeta], list[FileMeta]]:
    others: list[FileMeta] = []
    waiting: list[FileMeta] = []
    for meta in files:
        (waiting if hangs_on_name(meta) else others).append(meta)
    return others, waiting


def _indexed(files: Sequence[FileMeta]) -> frozenset[str]:
    """Formats whose words somebody asks for: what imports or is resolved, and the settings that it names."""
    asked = IMPORTING | BY_NAME.keys()
    return frozenset(meta.format for meta in files if meta.file_class == "configuration" or meta.format in asked)


def _has_source(files: Sequence[FileMeta]) -> bool:
    return any(meta.file_class == "source" for meta in files)
