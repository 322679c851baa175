"""Running a product: consent, an entry in the ledger, the cage, facts, a review.

Whose word the declaration is decides what it can do. The operator's own, one signed by a key that the operator names
as the vendor's, and the one in a delivery that the vendor submitted in a case, meet rules and break them. One that only
the delivery carries can break a rule and never meets one.

Steps, in this order: 1 take the delivery in and hash it; 2 the owner's consent to this test of this delivery on this
day, or the operator's word that the product is its own; 3 an entry in the ledger; 4 the runs in the cage; 5 facts,
compared with the declaration; 6 a new review that keeps what other examinations stated of the same delivery.
"""

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.errors import InputError, UsageError
from assay.core.facts import Fact
from assay.core.product import SignedDeclaration
from assay.core.text import Text
from assay.dossier.answering import artifact_digest
from assay.dossier.names import default_path
from assay.dossier.store import Dossier
from assay.examinations.probe import behaviour, calls
from assay.examinations.probe.compare import compared
from assay.examinations.probe.coverage import attempts_of
from assay.examinations.probe.evasion import differing, evasions
from assay.examinations.probe.recipes import recipe_for
from assay.examinations.probe.run import PHASES, Plan, Record, Waiting, observe
from assay.intake import DEFAULT_COMPONENT, Intake, consent_covers
from assay.lab.cage.spec import CageLimits
from assay.lab.scratch import scratch_folder
from assay.report.document import Document
from assay.review import steps
from assay.review.submitted import submitted
from assay.review.together import hashed, previous, together
from assay.rulebooks import load

TEST = "probe.run"
BOOK = "declared-behaviour"


class Probe(Struct, frozen=True):
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
    with scratch_folder() as scratch:
        plan = steps.Plan(
            asked.path, asked.as_of, asked.manifest, asked.rulebooks, asked.dossier, declaration=asked.declaration
        )
        # 1. the delivery
        taken = steps.take(plan, scratch / "intake")
        records = tuple(hashed(meta) for meta in taken.artifact.files)
        artifact = artifact_digest(records)
        taken = submitted(taken, artifact)
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
        facts, attempts = observed(asked, taken)
        # 6. the review
        examined = together(taken, records, facts, attempts, previous(dossier, artifact), scratch, _of_runs)
        books = steps.books_for(taken.product, asked.rulebooks, asked.as_of)
        if not asked.rulebooks:
            books = (*books, load(BOOK))
        kept, document = steps.keep(dossier, examined, books, plan, (behaviour.BY, calls.BY))
        if acts is not None:
            acts.reviewed(kept, list(kept.judgements()))
        return dossier, document


def observed(asked: Probe, taken: Intake) -> tuple[list[Fact], list[Attempt]]:
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
    claimed = "declares" in taken.claimed
    return compared([*facts, *evading], taken.manifest.declares, claimed=claimed), attempts


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


def _of_runs(stated: Fact | Attempt) -> bool:
    """What another run of the product replaces."""
    return stated.kind.startswith("run.") if isinstance(stated, Fact) else stated.by.startswith("probe.")
