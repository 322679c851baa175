"""How far a deposit was verified: scan, read, build, compare; then the five levels, in a new review.

Source in a folder or an archive, or sealed source under an order for review (`sealed`). Steps, in this order: 1 take
the source in and hash it; 2 whoever may say so lets it be built: the owner's consent to `deposit.build` of this source,
or the operator's word that it is its own; for sealed source terms that name `handover.build` (a `*` is for tools that
read); 3 an entry in the ledger; 4 the examinations; 5 facts, cut to what the terms let leave, and the levels that
follow from them; 6 a new review, which keeps what other examinations, and earlier ones of these, stated of the same
source.

What is not asked for, or cannot be done here, is an attempt with the reason, and its level stays open. Sealed source is
built by a recipe that is known here or by the command in its own manifest, never by one that the operator gives, and
only when the terms keep no file back. It is laid out in memory; what the build makes is digested and thrown away.
"""

import calendar
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.errors import InputError, UsageError
from assay.core.examination import Locator
from assay.core.facts import Fact
from assay.core.paths import raw, shown
from assay.core.text import Text
from assay.deposit.tree import SealedTree
from assay.dossier.answering import artifact_digest
from assay.dossier.names import default_path
from assay.dossier.records import decode_fact
from assay.dossier.store import Dossier, Review
from assay.examinations.handover import build, compare, levels, scan
from assay.examinations.handover.systems import recipe_for
from assay.intake import DEFAULT_COMPONENT, Intake, consent_covers, open_locator
from assay.lab.cage import tools
from assay.lab.cage.session import CageError
from assay.lab.cage.spec import CageLimits
from assay.lab.scratch import scratch_folder
from assay.report.document import Document
from assay.review import steps
from assay.review.needs import READ, Found, Tool, allowed, needs, refused
from assay.review.together import hashed, previous, together
from assay.review.under import Under
from assay.rulebooks import load

TEST = "deposit.build"
Open = Callable[[], BinaryIO]
_PARTS = ("deposit.scan", "deposit.hit", "deposit.input", "deposit.build", "deposit.output", "deposit.request",
          "deposit.tool", "deposit.comparison")  # fmt: skip


class Wanted(Struct, frozen=True):
    """What the operator asks for. `plan` is that of a review; `scanner` '' is no scan; `delivered` what the licensee
    runs; `beside` a folder delivered for the build; `own` the word that the source is the operator's."""

    plan: steps.Plan
    scanner: str = ""
    signatures: Path | None = None
    build: bool = False
    command: str = ""
    beside: Path | None = None
    delivered: Path | None = None
    own: bool = False
    twice: bool = True
    limits: CageLimits = field(default_factory=lambda: build.LIMITS)


SCAN = Tool(scan.BY, (scan.KIND, scan.HIT))
BUILD = Tool(build.BY, build.KINDS)
COMPARE = Tool(compare.BY, (compare.KIND,))


def verify(wanted: Wanted, enter: steps.Enter | None = None) -> tuple[Dossier, Document]:
    """Raises InputError without consent, UsageError for what cannot be asked for."""
    plan = wanted.plan
    if isinstance(plan.path, Path):
        plan = replace(plan, path=plan.path.resolve())
    with scratch_folder(plan.scratch) as scratch:
        # 1. the source
        taken = steps.take(plan, scratch / "intake")
        records = tuple(hashed(meta) for meta in taken.artifact.files)
        artifact = artifact_digest(records)
        # 2. consent
        if wanted.scanner:
            scan.scanner(wanted.scanner)  # a name that is not known is refused before anything is entered
        if wanted.build:
            _permitted(wanted, taken, artifact)
        # 3. the entry
        dossier = Dossier.create_or_open(plan.dossier or default_path(steps.titled(taken.product), Path()))
        acts = enter(dossier) if enter is not None else None
        work = _Work(replace(wanted, plan=plan), taken, scratch)
        if acts is not None:
            number = max(dossier.reviews(), default=0) + 1
            acts.intake(number, taken, plan.manifest)
            if wanted.build and work.recipe is not None:
                counts = {"self-asserted": int(wanted.own)}
                acts.probe(number, artifact, (work.recipe.name, work.recipe.folder, work.recipe.command), counts, None)
        # 4. the examinations, and 5. the levels
        before = previous(dossier, artifact)
        facts, attempts, done = work.all()
        facts, attempts = _left(plan.under, facts, attempts)
        kept = _kept(before, done)
        signed = plan.under is not None
        every = [*(before.attempts() if before is not None else taken.attempts), *attempts]
        every = [item for item in every if item in attempts or not _replaced(item, done)]
        told, tried = levels.levels(
            taken.artifact.files, every, signed=signed, component=DEFAULT_COMPONENT, stated=[*kept, *facts],
            as_of=plan.as_of,
        )  # fmt: skip
        stated = [*facts, *told, *([plan.under.stated] if plan.under is not None else [])]
        # 6. the review
        examined = together(
            taken, records, stated, [*attempts, *tried], before, scratch, lambda item: _replaced(item, done)
        )
        books = steps.books_for(taken.product, plan.rulebooks, plan.as_of)
        if steps.HAND_OVER not in {book.id for book in books}:
            books = (*books, load(steps.HAND_OVER))
        review, document = steps.keep(dossier, examined, books, plan, (*sorted(done), levels.BY))
        if acts is not None:
            acts.reviewed(review, list(review.judgements()))
        return dossier, document


class _Work:
    """The examinations of one source, each once."""

    def __init__(self, wanted: Wanted, taken: Intake, scratch: Path) -> None:
        self._wanted, self._taken, self._scratch = wanted, taken, scratch
        self._under = wanted.plan.under
        self._path = wanted.plan.path
        self.recipe = recipe_for(taken.artifact.files, self._declared())
        self._outputs: tuple[build.Output, ...] = ()

    def all(self) -> tuple[list[Fact], list[Attempt], frozenset[str]]:
        """Facts, attempts, and the ids of the examinations that were asked for."""
        facts, attempts, done = list[Fact](), list[Attempt](), {READ.id}
        parts = [(SCAN, self._scanned, bool(self._wanted.scanner)), (READ, self._read, True),
                 (BUILD, self._built, self._wanted.build),
                 (COMPARE, self._compared, self._wanted.delivered is not None)]  # fmt: skip
        for tool, work, asked in parts:
            if not asked:
                continue
            done.add(tool.id)
            if self._under is not None and not allowed(self._under, tool):
                attempts.append(refused(self._under, tool))
                continue
            found, tried = work()
            facts += found
            attempts += tried
        return facts, attempts, frozenset(done)

    def _declared(self) -> str:
        """The command that the operator gives, else that of a manifest; for sealed source only the vendor's own."""
        manifest = self._taken.manifest.build
        if self._under is not None:
            return manifest if "build" in self._taken.claimed else ""
        return self._wanted.command or manifest

    def _cages(self) -> Path | None:
        """Where cages are made: for sealed source in memory. Whom root becomes there must get through to its own."""
        place = self._wanted.plan.scratch
        if place is not None:
            place.chmod(0o711)
        return place

    def _scanned(self) -> Found:
        by = scan.scanner(self._wanted.scanner, self._wanted.signatures)
        if by is None:
            name = self._wanted.scanner
            detail = f"{name} is not installed here (Debian: {scan.PACKAGES[name]})"
            return [], [_skipped(SCAN, detail)]
        return scan.scanned(list(self._items()), by, DEFAULT_COMPONENT, self._scratch, self._cages())

    def _items(self) -> Iterator[scan.Item]:
        """Every file as delivered, then what archives hold."""
        given = {path: (size, open_) for path, size, open_ in _handed(self._path)}
        inside = {meta.path: (meta.size, _opener(meta.locator)) for meta in self._taken.artifact.files}
        for path, (size, open_) in sorted((inside | given).items()):
            yield scan.Item(path, size, open_)

    def _read(self) -> Found:
        beside = self._wanted.beside
        names = [path.name for path in beside.rglob("*")] if beside is not None else []
        return needs(self._taken.artifact.files, self._under, names)

    def _built(self) -> Found:
        if self.recipe is None:
            told = build.not_built(DEFAULT_COMPONENT, "nothing tells how it is built: declare the command")
            return [*told.facts], [*told.attempts]
        if isinstance(self._path, SealedTree) and self._path.withheld:
            detail = f"the terms keep {len(self._path.withheld)} files back, without which it is another product"
            told = build.not_built(DEFAULT_COMPONENT, detail, "withheld", "withheld")
            return [], [replace(attempt, owner=self._path.owner) for attempt in told.attempts]
        lacking = [f"{program} (Debian: {package})" for program, package in tools.missing()]
        if lacking:
            told = build.not_built(DEFAULT_COMPONENT, f"there is no cage here without {', '.join(lacking)}")
            return [], [*told.attempts]
        source = self._path
        if isinstance(source, SealedTree):
            source = _laid_out(source, self._scratch / "source")
        keep = self._scratch / "outputs"
        keep.mkdir()
        epoch = calendar.timegm(self._wanted.plan.as_of.timetuple())
        plan = build.Plan(
            source, self.recipe, keep, epoch, DEFAULT_COMPONENT, self._wanted.beside, self._cages(), self._wanted.twice,
            self._wanted.limits, {meta.logical: meta.path for meta in self._taken.artifact.files},
        )  # fmt: skip
        try:
            told = build.built(plan)
        except CageError as fault:
            told = build.not_built(DEFAULT_COMPONENT, fault.message.en)
        self._outputs = told.outputs
        return [*told.facts], [*told.attempts]

    def _compared(self) -> Found:
        delivered = self._wanted.delivered
        made = [compare.Side(one.path, one.copy) for one in self._outputs if one.copy is not None]
        if delivered is None or not made:
            return [], [_skipped(COMPARE, "nothing was built that could be compared")]
        theirs = [compare.Side(path, file) for path, file in _plain(delivered)]
        if not theirs:
            return [], [_skipped(COMPARE, "nothing was delivered that could be compared")]
        facts, attempts = compare.compared(theirs, made, DEFAULT_COMPONENT)
        return facts, [*attempts, *_links(delivered)]


def _permitted(wanted: Wanted, taken: Intake, artifact: str) -> None:
    """Raises InputError or UsageError when nobody who may allows the source to be built."""
    under = wanted.plan.under
    if under is not None:
        if not {"handover", BUILD.id, BUILD.id.partition("@")[0]} & set(under.tools):
            raise InputError(
                Text("the terms of the deposit do not let it be built", "保管件条款不允许构建"),
                Text(
                    "the vendor names handover.build among the tools of its terms",
                    "须由供应方在条款的 tools 中写明 handover.build",
                ),
            )
        if wanted.command:
            raise UsageError(
                Text(
                    "sealed source is built by the vendor's command, not by another", "封存的源代码只按供应方的命令构建"
                ),
                Text(
                    "the vendor states it in the deposit: product.yaml, build",
                    "由供应方在保管件的 product.yaml 中以 build 写明",
                ),
            )
        return
    if wanted.own:
        return
    try:
        consent_covers(taken.manifest.consent, digest=artifact, test=TEST, address="", on=wanted.plan.as_of)
    except InputError as refusal:
        raise InputError(
            refusal.message,
            Text(
                f"the owner's consent in --manifest names digest: {artifact}, tests: [{TEST}], by and until; for "
                "source of your own: --i-own-this",
                f"所有者在 --manifest 中的同意须写明 digest: {artifact}、tests: [{TEST}]、by 与 until；"
                "若源代码属于您本人：--i-own-this",
            ),
        ) from refusal


def _left(under: Under | None, facts: list[Fact], attempts: list[Attempt]) -> Found:
    """With no more of sealed source than its terms let leave; entered before anybody has it.

    Names of parts and lines of logs are the source's own words; what programs say of themselves is not.
    """
    if under is None:
        return facts, attempts
    quote = under.quoting
    facts = [
        replace(fact, evidence=quote.fact(fact).evidence) if fact.kind == "deposit.build" else fact for fact in facts
    ]
    attempts = [
        quote.attempt(attempt) if attempt.by == BUILD.id and not attempt.owner else attempt for attempt in attempts
    ]
    under.leave(quote.left())
    return facts, attempts


def _replaced(item: Fact | Attempt, done: frozenset[str]) -> bool:
    """Levels are always stated anew, the rest when its examination was asked for again."""
    if isinstance(item, Fact):
        return item.kind in (levels.KIND, "deposit.source") or item.by in done
    families = [by.partition("@")[0] for by in done]
    conclusions = [f"handover.{name}" for name in (*levels.LEVELS, "levels")]
    return item.by.partition("@")[0] in (*families, *conclusions)


def _kept(before: Review | None, done: frozenset[str]) -> list[Fact]:
    """What earlier verification of the same source stated, and is not stated again."""
    if before is None:
        return []
    facts = (decode_fact(line) for line in before.fact_lines())
    return [fact for fact in facts if fact.kind in _PARTS and not _replaced(fact, done)]


def _skipped(tool: Tool, detail: str) -> Attempt:
    about = ("unknown", "", DEFAULT_COMPONENT, "unknown", "", detail)
    return Attempt(tool.id, tool.kinds, "skipped", "not-verified", *about, ran="inline")  # type: ignore[arg-type]


def _handed(path: "Path | SealedTree") -> Iterator[tuple[str, int, Open]]:
    """Files as they were handed over, packed ones packed."""
    if isinstance(path, SealedTree):
        for member in path.members():
            if not member.row.link:
                yield member.row.path, member.row.size, _opener(member.locator)
        return
    for name, file in _plain(path):
        yield shown(os.fsencode(name)), file.stat().st_size, _opener(Locator("file", str(file)))


def _plain(path: Path) -> Iterator[tuple[str, Path]]:
    """Plain files of a folder, or the one file; links hold nothing."""
    if path.is_file():
        yield path.name, path
        return
    for base, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            file = Path(base, name)
            if file.is_file() and not file.is_symlink():
                yield str(file.relative_to(path)), file


def _opener(locator: Locator) -> Open:
    return lambda: open_locator(locator)


def _links(delivered: Path) -> Iterator[Attempt]:
    links = [path for path in delivered.rglob("*") if path.is_symlink()] if delivered.is_dir() else []
    outside = [path for path in links if not path.resolve().is_relative_to(delivered.resolve())]
    if outside:
        yield replace(_skipped(COMPARE, f"{len(outside)} links lead out of what was delivered"), reason="link-out")


def _laid_out(tree: SealedTree, folder: Path) -> Path:
    """The sealed files in a folder that lies in memory. Raises UsageError for names that no folder can hold.

    Files first and links last: nothing is written through a link.
    """
    for member in sorted(tree.members(), key=lambda one: bool(one.row.link)):
        name = raw(member.row.path)
        target = Path(os.fsdecode(os.path.join(os.fsencode(folder), name)))  # noqa: PTH118  (raw bytes)
        if name.startswith(b"/") or b".." in name.split(b"/"):
            raise UsageError(
                Text(f"a path leads out of the deposit: {member.row.path!a}", f"路径越出保管件：{member.row.path!a}")
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        if member.row.link:
            target.symlink_to(os.fsdecode(raw(member.row.link)))
            continue
        with open_locator(member.locator) as source, target.open("xb") as copy:
            while piece := source.read(1 << 20):
                copy.write(piece)
        target.chmod(0o755 if member.row.executable else 0o644)
    return folder
