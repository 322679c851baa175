"""Running a product: consent, an entry in the ledger, the cage, facts, a review.

Whose word the declaration is decides what it can do. The operator's own, one signed by a key that the operator names
as the vendor's, and the one in a delivery that the vendor submitted in a case, meet rules and break them. One that only
the delivery carries can break a rule and never meets one.

Steps, in this order: 1 take the delivery in and hash it; 2 the owner's consent to this test of this delivery on this
day, or the operator's word that the product is its own; 3 an entry in the ledger; 4 the runs in the cage; 5 facts,
compared with the declaration; 6 a new review that keeps what other examinations stated of the same delivery.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from assay.core.attempts import Attempt
from assay.core.errors import InputError, UsageError
from assay.core.examination import FileMeta
from assay.core.facts import Fact
from assay.core.product import SignedDeclaration
from assay.core.text import Text
from assay.dossier.answering import artifact_digest
from assay.dossier.names import default_path
from assay.dossier.records import FileRecord, decode_fact
from assay.dossier.runs import write_run
from assay.dossier.store import Dossier, Review
from assay.examinations.probe import behaviour, calls
from assay.examinations.probe.compare import compared
from assay.examinations.probe.coverage import attempts_of
from assay.examinations.probe.evasion import differing, evasions
from assay.examinations.probe.recipes import recipe_for
from assay.examinations.probe.run import PHASES, Plan, Record, Waiting, observe
from assay.intake import DEFAULT_COMPONENT, Intake, consent_covers, open_locator
from assay.lab.bench import BenchResult
from assay.lab.cage.spec import CageLimits
from assay.lab.place import Spent
from assay.ledger.notes import unverified
from assay.report.document import Document
from assay.review import steps
from assay.review.gaps import gaps
from assay.rulebooks import load

TEST = "probe.run"
BOOK = "declared-behaviour"
_PER_RUN = 50_000


@dataclass(frozen=True, slots=True)
class Probe:
    """What the operator asks for. `own` is the word that the product is the operator's; it marks every fact."""

    path: Path
    as_of: date
    manifest: Path | None = None
    dossier: Path | None = None
    command: tuple[str, ...] = ()
    phases: tuple[str, ...] = PHASES
    rulebooks: tuple[str, ...] = ()
    own: bool = False
    raw: bool = False
    root: bool = False
    marker: bool = False
    waiting: Waiting = field(default_factory=Waiting)
    limits: CageLimits = field(default_factory=CageLimits)
    declaration: SignedDeclaration | None = None


def probe(asked: Probe, enter: steps.Enter | None = None) -> tuple[Dossier, Document]:
    """Run a product and keep what was seen.

    Raises InputError without consent, NotVerifiedError for a declaration that the vendor did not sign, CageError.
    """
    asked = replace(asked, path=asked.path.resolve())  # the name that it has in the cage
    with TemporaryDirectory(prefix="assay-") as folder:
        scratch = Path(folder)
        plan = steps.Plan(
            asked.path, asked.as_of, asked.manifest, asked.rulebooks, asked.dossier, declaration=asked.declaration
        )
        # 1. the delivery
        taken = steps.take(plan, scratch / "intake")
        records = tuple(_hashed(meta) for meta in taken.artifact.files)
        artifact = artifact_digest(records)
        claimed = _only_claimed(taken, artifact)
        # 2. consent
        _permitted(asked, taken, artifact)
        # 3. the entry
        dossier = Dossier.create_or_open(asked.dossier or default_path(steps.titled(taken.product), Path()))
        acts = enter(dossier) if enter is not None else None
        recipe = recipe_for(asked.path, taken.artifact.files, asked.command)
        if acts is not None:
            number = max(dossier.reviews(), default=0) + 1
            acts.intake(number, taken, asked.manifest)
            counts = {"phases": len(asked.phases), "self-asserted": int(asked.own)}
            signed = taken.manifest.declaration
            envelope = Path(signed.file) if signed is not None and signed.file else None
            acts.probe(number, artifact, (recipe.name, *recipe.start), counts, envelope)
        # 4. and 5. the runs
        facts, attempts = observed(asked, taken, claimed=claimed)
        # 6. the review
        previous = _previous(dossier, artifact)
        examined = _together(taken, records, artifact, facts, attempts, previous, scratch)
        books = steps.books_for(taken.product, asked.rulebooks, asked.as_of)
        if not asked.rulebooks:
            books = (*books, load(BOOK))
        kept, document = steps.keep(dossier, examined, books, plan, (behaviour.BY, calls.BY))
        if acts is not None:
            acts.reviewed(kept, list(kept.judgements()))
        return dossier, document


def observed(asked: Probe, taken: Intake, *, claimed: bool) -> tuple[list[Fact], list[Attempt]]:
    """Run it, twice more when the two runs differ, and compare with the declaration."""
    component = next((part.role for part in taken.manifest.components), DEFAULT_COMPONENT)
    consent = "self-asserted" if asked.own else "owner"
    plan = Plan(
        asked.path,
        recipe_for(asked.path, taken.artifact.files, asked.command),
        datetime.now(UTC).replace(tzinfo=None),
        asked.phases,
        asked.waiting,
        asked.limits,
        asked.raw,
        0 if asked.root else 1000,
        asked.marker,
    )
    with closing(calls.Watched(plan)) as watched:
        first = observe(replace(plan, shadows=watched.libraries))
    facts = behaviour.facts_of(first, component, consent)
    records: list[Record] = [*first]
    evading: list[Fact] = []
    if differing(facts):
        second = observe(plan)
        evading = evasions(facts, behaviour.facts_of(second, component, consent))
        records += second
        facts = behaviour.facts_of(records, component, consent)
    facts += watched.facts(component, consent)
    attempts = [*attempts_of(records, component), *watched.attempts(component, first)]
    return compared([*facts, *evading], taken.manifest.declares, claimed=claimed), attempts


def _only_claimed(taken: Intake, artifact: str) -> bool:
    """Whether nobody but the delivery says what it declares. Raises NotVerifiedError for another delivery's signature.

    The act by which the vendor submitted a delivery signs the digest over all its files, its own manifest among them.
    """
    signature = taken.manifest.declaration
    if signature is not None and signature.digest:
        submitted = signature.digest.removeprefix("sha256:")
        if submitted != artifact:
            raise unverified(
                "declaration",
                f"the vendor signed it for the delivery {submitted[:12]}, this one is {artifact[:12]}",
                f"供应方签名的是交付物 {submitted[:12]}，而此交付物为 {artifact[:12]}",
            )
        return False
    return "declares" in taken.claimed


def _permitted(asked: Probe, taken: Intake, artifact: str) -> None:
    """Raises InputError or UsageError when nobody whose product this is allowed it to be run."""
    unknown = [phase for phase in asked.phases if phase not in PHASES]
    if unknown:
        raise UsageError(
            Text(f"unknown phase: {', '.join(unknown)}", f"未知阶段：{', '.join(unknown)}"),
            Text(f"phases: {', '.join(PHASES)}", f"可用阶段：{', '.join(PHASES)}"),
        )
    if asked.own:
        return
    consent = taken.manifest.consent
    try:
        consent_covers(consent, digest=artifact, test=TEST, address="", on=asked.as_of)
    except InputError as refusal:
        raise InputError(
            refusal.message,
            Text(
                f"the owner's consent in --manifest names digest: {artifact}, tests: [{TEST}], by and until; for a "
                "product of your own: --i-own-this",
                f"所有者在 --manifest 中的同意须写明 digest: {artifact}、tests: [{TEST}]、by 与 until；"
                "若产品属于您本人：--i-own-this",
            ),
        ) from refusal


def _hashed(meta: FileMeta) -> FileRecord:
    with open_locator(meta.locator) as stream:
        digest = hashlib.sha256()
        while piece := stream.read(1 << 20):
            digest.update(piece)
    own = (meta.file_class, meta.format, meta.component, meta.scope, meta.scope_from)
    return FileRecord(meta.path, meta.logical, meta.size, digest.hexdigest(), *own)


def _previous(dossier: Dossier, artifact: str) -> Review | None:
    """The newest whole review of the same delivery: what it states beside runs is kept."""
    for number in reversed(dossier.reviews()):
        review = dossier.review(number)
        if review.complete and review.record is not None and review.record.artifact == artifact:
            return review
    return None


def _together(
    taken: Intake,
    records: Sequence[FileRecord],
    artifact: str,
    facts: Sequence[Fact],
    attempts: Sequence[Attempt],
    previous: Review | None,
    scratch: Path,
) -> steps.Examined:
    """The run's facts with those of the review before; gaps are stated anew from all attempts."""
    if previous is None:
        kept_attempts, files, old = list(taken.attempts), tuple(records), iter(taken.facts)
    else:
        kept_attempts = [attempt for attempt in previous.attempts() if not attempt.by.startswith("probe.")]
        files, old = tuple(previous.files()), _stated(previous)
    every = tuple(sorted({*kept_attempts, *attempts}))
    runs = [scratch / "probe.run"]
    write_run([*facts, *gaps(every)], runs[0])
    batch: list[Fact] = []
    for fact in old:
        batch.append(fact)
        if len(batch) == _PER_RUN:
            runs.append(_written(batch, scratch, len(runs)))
            batch = []
    runs.append(_written(batch, scratch, len(runs)))
    nothing = BenchResult((), (), (), (), 0, Spent(), 0, 0)
    return steps.Examined(taken, tuple(runs), every, files, artifact, nothing)


def _stated(review: Review) -> Iterator[Fact]:
    for line in review.fact_lines():
        fact = decode_fact(line)
        gap = fact.kind == "review.gap" and fact.value.get("reason") != "no-source"
        if not fact.kind.startswith("run.") and not gap:
            yield fact


def _written(facts: Sequence[Fact], scratch: Path, number: int) -> Path:
    path = scratch / f"kept-{number}.run"
    write_run(facts, path)
    return path
