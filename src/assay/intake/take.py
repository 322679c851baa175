"""Taking a product in: from a path to an artifact, its facts and its attempts.

States `intake.content` (files and bytes per component, scope, class and format) and `statement` (what the manifest
says; `trust` tells whose word it is). It looks at every file's first bytes and says nothing about what is in them.
The same content gives the same result, whatever it was packed in and wherever it lies.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assay.core.attempts import Attempt, ReasonCode
from assay.core.errors import InputError, NothingToExamineError, said
from assay.core.examination import Artifact, FileMeta, Member
from assay.core.facts import SCOPES, Evidence, Fact, Scalar, Scope, Subject
from assay.core.kinds import KINDS
from assay.core.product import Component, Manifest, Product, SignedDeclaration, Statement, Withheld
from assay.core.text import Text
from assay.intake import manifest as manifests
from assay.intake.declared import vouched
from assay.intake.delivery import DEFAULT_COMPONENT, Delivery, Seen
from assay.intake.entries import BY, kinds_for
from assay.intake.images import effective
from assay.intake.limits import IntakeLimits
from assay.intake.logical import LOWER, ROOTFS, logical_paths
from assay.intake.metadata import Naming, naming
from assay.intake.modules import Modules, read_modules
from assay.intake.packaging import read_packaging
from assay.intake.places import open_locator
from assay.intake.scope import Scopes
from assay.intake.signatures import OPENED
from assay.rulebooks.strict_yaml import MAX_BYTES

if TYPE_CHECKING:
    from assay.deposit.tree import SealedTree

PROGRESS_EVERY = 500
_NAMED = 5
_OVER_ALL = ("intake.content", "review.gap", "statement")


class Intake(Struct, frozen=True):
    """What was taken in. `naming` says where the name comes from; `bytes_read` counts what intake itself read."""

    product: Product
    manifest: Manifest
    artifact: Artifact
    attempts: tuple[Attempt, ...]
    facts: tuple[Fact, ...]
    naming: Naming
    bytes_read: int
    claimed: frozenset[str] = frozenset()  # parts of the manifest that only the delivery itself says


def take_in(
    path: "Path | SealedTree",
    *,
    manifest: Path | None,
    scratch: Path,
    limits: IntakeLimits,
    leave_out: Sequence[Path] = (),
    progress: Callable[[int], None] | None = None,
    declaration: SignedDeclaration | None = None,
) -> Intake:
    """Take a folder, archive or file in. `scratch` must outlive every use of the artifact's locators.

    Raises InputError when `path` or the operator's manifest cannot be read, NothingToExamineError, and NotVerifiedError
    for a declaration that the vendor did not sign. `declaration` stands in place of the manifest's.
    """
    operator = _operator(manifest, declaration)
    delivery = Delivery(path, scratch, limits, leave_out)
    seen = _walked(delivery, progress)
    if not seen:
        raise NothingToExamineError(
            Text(f"{delivery.name} holds no file that could be examined", f"{delivery.name} 中没有可供审查的文件"),
            _why_nothing(delivery.refused),
        )
    shipped = effective(delivery.layers, {item.member.path: item.member.size for item in seen}, delivery.containers)
    seen = [item for item in seen if item.member.path not in shipped.whiteouts]
    members = [item.member for item in seen]
    logical = logical_paths((member.path for member in members), delivery.containers)
    logical |= {path: logical[path].replace(f"{ROOTFS}!", f"{LOWER}!", 1) for path in shipped.hidden}
    embedded, notes = _embedded(members, logical)
    given, ignored = manifests.combine(operator, embedded)
    named = naming(members, logical, delivery.name, folder=delivery.is_folder)
    placing = _Placing(
        given.manifest.components,
        logical,
        Scopes(read_packaging(members, delivery.containers, shipped.hidden), logical),
        read_modules(members),
    )
    files = tuple(sorted((placing.meta(item) for item in seen), key=lambda meta: meta.path))
    attempts = [placing.attempt(item) for item in (*delivery.refused, *delivery.opened)] + notes + ignored
    attempts += _withheld(given.manifest.withheld) + _unopened(files, delivery.refused) + _packed(seen, files)
    attempts += _completed(files)
    facts = [*_contents(files), *_statements(given)]
    return Intake(
        _product(given.manifest, operator, named),
        given.manifest,
        Artifact(files),
        tuple(sorted(attempts)),
        tuple(facts),
        named,
        delivery.budget.read,
        given.claimed,
    )


def _operator(path: Path | None, declaration: SignedDeclaration | None) -> Manifest | None:
    operator = manifests.read(path) if path is not None else None
    if declaration is not None:
        return vouched(replace(operator or Manifest(), declaration=declaration), Path())
    if operator is None or path is None or operator.declaration is None or not operator.declaration.file:
        return operator
    return vouched(operator, path.parent)


def settled(taken: Intake, files: Sequence[FileMeta]) -> Intake:
    """The same intake with the scopes that were found after it: files, counts and attempts follow them."""
    files = tuple(sorted(files, key=lambda meta: meta.path))
    before = {meta.path: meta.scope for meta in taken.artifact.files}
    scopes = {meta.path: meta.scope for meta in files if meta.scope != before[meta.path]}
    if not scopes:
        return taken
    attempts = [
        replace(attempt, scope=scopes.get(attempt.path, attempt.scope))
        for attempt in taken.attempts
        if attempt.status != "completed"
    ]
    facts = [*_contents(files), *(fact for fact in taken.facts if fact.kind != "intake.content")]
    attempts = sorted(attempts + _completed(files))
    return replace(taken, artifact=Artifact(files), attempts=tuple(attempts), facts=tuple(facts))


def _first_refusal(refused: Sequence[Attempt]) -> Text:
    if not refused:
        return Text("it is empty; check the path", "其内容为空，请检查路径")
    first = f"{refused[0].path}: {refused[0].reason} ({refused[0].detail})"
    return Text(
        f"{len(refused)} entries were refused, first {first}", f"有 {len(refused)} 个条目被拒绝，首个为 {first}"
    )


def _why_nothing(refused: Sequence[Attempt]) -> Text:
    """There will be no dossier to look these up in."""
    if not refused:
        return Text("there is not one file in it", "其中没有任何文件")
    named = ", ".join(f"{item.path} ({item.detail or item.reason})" for item in refused[:_NAMED])
    more = len(refused) - _NAMED
    if more <= 0:
        return Text(f"refused: {named}", f"被拒绝：{named}")
    return Text(f"refused: {named}, and {more} more", f"被拒绝：{named}，另有 {more} 个")


def _walked(delivery: Delivery, progress: Callable[[int], None] | None) -> list[Seen]:
    seen: list[Seen] = []
    for item in delivery.walk():
        seen.append(item)
        if progress is not None and len(seen) % PROGRESS_EVERY == 0:
            progress(len(seen))
    if progress is not None:
        progress(len(seen))
    return seen


def _embedded(members: Sequence[Member], logical: Mapping[str, str]) -> tuple[Manifest | None, list[Attempt]]:
    """The delivery's own manifest. A wrong one is recorded, never an error: no product stops its own review."""
    for member in members:
        if logical[member.path] != manifests.NAME:
            continue
        try:
            with open_locator(member.locator) as stream:
                return manifests.parse(stream.read(MAX_BYTES + 1), member.path), []
        except InputError as fault:
            reason: ReasonCode = "syntax"
            detail = fault.message.en
        except OSError as fault:
            reason, detail = "damaged", said(fault).en
        failed = Attempt(BY, ("statement",), "failed", reason, "configuration", "YAML", DEFAULT_COMPONENT, "unknown")
        return None, [replace(failed, path=member.path, detail=detail, bytes=member.size, ran="inline")]
    return None, []


class _Placing:
    """Gives each path its component, logical path and scope."""

    def __init__(
        self, components: Sequence[Component], logical: Mapping[str, str], scopes: Scopes, modules: Modules
    ) -> None:
        self._logical, self._scopes, self._modules = logical, scopes, modules
        named = [(part.path.strip("/"), part.role) for part in components]
        self._folders = sorted((pair for pair in named if pair[0]), key=lambda pair: (-len(pair[0]), pair))
        self._default = next((role for path, role in named if not path), DEFAULT_COMPONENT)

    def meta(self, seen: Seen) -> FileMeta:
        member, identity = seen.member, seen.identity
        logical = self._logical[member.path]
        scope, why = self._scopes.of(member.path)
        component = self._component(member.path, logical)
        return FileMeta(
            member.path,
            logical,
            member.size,
            identity.file_class,
            identity.format,
            component,
            scope,
            member.locator,
            why,
            self._modules.of(member.path, identity.format),
        )

    def attempt(self, attempt: Attempt) -> Attempt:
        """A refused entry, placed. One whose name or link leaves the delivery has no place in it."""
        component = self._component(attempt.path, attempt.path)
        if attempt.reason in ("traversal", "link-out", "left-out"):
            return replace(attempt, component=component)
        return replace(attempt, component=component, scope=self._scopes.of(attempt.path)[0])

    def _component(self, path: str, logical: str) -> str:
        for folder, role in self._folders:
            for candidate in (logical, path):
                if candidate.startswith(folder) and candidate[len(folder) : len(folder) + 1] in ("", "/", "!"):
                    return role
        return self._default


def _withheld(withheld: Sequence[Withheld]) -> list[Attempt]:
    """What an owner keeps back: a kind of fact, or a path that could have held anything."""
    attempts = []
    for item in withheld:
        kinds = (item.what,) if item.what in KINDS else kinds_for("unknown")
        attempt = Attempt(
            BY, kinds, "withheld", "withheld", "unknown", "unknown", DEFAULT_COMPONENT, "unknown", item.what
        )
        attempts.append(replace(attempt, detail=item.reason, owner=item.by, law=item.law, ran="inline"))
    return attempts


def _unopened(files: Sequence[FileMeta], refused: Sequence[Attempt]) -> list[Attempt]:
    """Containers that were recognised and stay closed, unless an attempt already says why."""
    known = {attempt.path for attempt in refused}
    return [
        _of_file(meta, "not-unpacked", f"{meta.format} is recognised, not unpacked")
        for meta in files
        if meta.file_class == "archive" and meta.format not in OPENED and meta.path not in known
    ]


def _packed(seen: Sequence[Seen], files: Sequence[FileMeta]) -> list[Attempt]:
    packed = {item.member.path for item in seen if item.identity.note == "packed"}
    return [_of_file(meta, "packed", "") for meta in files if meta.path in packed]


def _of_file(meta: FileMeta, reason: ReasonCode, detail: str) -> Attempt:
    kinds, file_class, format_ = kinds_for(meta.file_class), meta.file_class, meta.format
    attempt = Attempt(BY, kinds, "skipped", reason, file_class, format_, meta.component, meta.scope, meta.path, detail)
    return replace(attempt, bytes=meta.size, ran="inline")


def _completed(files: Sequence[FileMeta]) -> list[Attempt]:
    """Intake itself, per scope; 'unknown' stands for the delivery as a whole, so that every scope was looked for."""
    counts: Counter[Scope] = Counter()
    sizes: Counter[Scope] = Counter()
    for meta in files:
        counts[meta.scope] += 1
        sizes[meta.scope] += meta.size
    whole = Attempt(BY, _OVER_ALL, "completed", "", "unknown", "", DEFAULT_COMPONENT, "unknown", ran="inline")
    scopes = [scope for scope in SCOPES if counts[scope] or scope == "unknown"]
    return [replace(whole, scope=scope, files=counts[scope], bytes=sizes[scope]) for scope in scopes]


def _contents(files: Sequence[FileMeta]) -> Iterator[Fact]:
    rows: dict[tuple[str, Scope, str, str], list[FileMeta]] = {}
    for meta in files:
        rows.setdefault((meta.component, meta.scope, meta.file_class, meta.format), []).append(meta)
    for (component, scope, file_class, format_), group in sorted(rows.items()):
        value: dict[str, Scalar] = {"class": file_class, "format": format_, "files": len(group)}
        value["bytes"] = sum(meta.size for meta in group)
        yield Fact("intake.content", Subject(component, "", "", scope), value, BY, (Evidence(group[0].path),))


def _statements(given: manifests.Given) -> Iterator[Fact]:
    """Statements and declarations as facts; a declaration of nothing is a statement with empty content."""
    manifest = given.manifest
    vendor = manifest.vendor.name if manifest.vendor else ""
    trust = "claim" if "declares" in given.claimed else "operator"
    for key, items in manifests.declared(manifest.declares).items():
        for item in items or ("",):
            yield _statement(
                {"claim": f"declares.{key}", "content": item, "who": vendor, "role": "vendor", "trust": trust}
            )
    first_claimed = len(manifest.statements) - given.claimed_statements
    for index, statement in enumerate(manifest.statements):
        yield _statement({**_stated(statement), "trust": "claim" if index >= first_claimed else "operator"})


def _stated(item: Statement) -> dict[str, Scalar]:
    value: dict[str, Scalar] = {"claim": item.claim, "content": item.content, "who": item.who, "role": item.role}
    value["date"] = item.date.isoformat()
    if item.document:
        value["document"] = item.document
    if item.expires:
        value["expires"] = item.expires.isoformat()
    return value


def _statement(value: Mapping[str, Scalar]) -> Fact:
    place = manifests.NAME if value["trust"] == "claim" else "--manifest"
    return Fact("statement", Subject(DEFAULT_COMPONENT, "", "", "unknown"), value, BY, (Evidence(place),))


def _product(manifest: Manifest, operator: Manifest | None, named: Naming) -> Product:
    """Attributes, which rules may use to exclude themselves, come from the operator alone."""
    attributes: dict[str, Scalar] = {}
    if operator is not None:
        attributes = {key: getattr(operator, key) for key in ("sector", "category") if getattr(operator, key)}
        if operator.markets:
            attributes["markets"] = " ".join(sorted(operator.markets))
        if operator.critical is not None:
            attributes["critical"] = operator.critical
        if operator.vendor and operator.vendor.country:
            attributes["vendor.country"] = operator.vendor.country
    version = manifest.version or (None if manifest.name and manifest.name != named.name else named.version)
    return Product(manifest.name or named.name, version, manifest.vendor, attributes)
