"""What was built, compared with what the licensee runs: a fact `deposit.comparison` for each delivered file and member.

    equal             the same bytes
    equal-but-for     the same but for what is named: times, order, compression and owners in archives, and what
                      `normal` puts aside of files
    differs           with what differs; of an archive, which members
    only-delivered    nothing that was built is its counterpart
    only-built        nothing that was delivered is

A file's counterpart is a built one with the same bytes, else one of the same name, the longest common end of both
paths first. An archive without a counterpart is compared member by member with all that was built: that is how a
package is held against the folder that a build installs.

This is the first, plain leg of correspondence: whole files against a rebuild. Explaining a difference function by
function, or a file from the history of its source, is another examination's; what differs here is not yet false.
It runs in a process of its own with limits on memory and time; what it could not see to the end stays undecided.
Source: the binary comparison of escrow agents; `normal`, `members`.
"""

import hashlib
import multiprocessing
import posixpath
import re
import resource
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from assay.core.attempts import Attempt, ReasonCode, Status
from assay.core.errors import said
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.examinations.handover.members import Budget, Container, Member, UndecidedError, opened
from assay.examinations.handover.normal import normal

BY = "handover.compare@1"
KIND = "deposit.comparison"
MOST = 5_000  # facts
_DEPTH = 6
_MEMORY, _SECONDS = 6 << 30, 1800
_LARGEST = 256 << 20
_UMASK = 0o020
_LICENSES = re.compile(r"^([^/]+\.dist-info/)licenses/")
_LICENSE = re.compile(r"[^/]+\.dist-info/(licen[cs]e|copying|notice|authors)[^/]*$", re.IGNORECASE)
_NAMES = 12


class Side(Struct, frozen=True):
    """A file of one side: its path, and a copy of it on this machine."""

    path: str
    copy: Path


class Finding(Struct, frozen=True):
    """How a delivered file, or a member of one, compares. `result` is '' where that was not found out."""

    path: str
    result: str
    built: str = ""
    but_for: frozenset[str] = frozenset()
    what: str = ""


def compared(delivered: Sequence[Side], built: Sequence[Side], component: str) -> tuple[list[Fact], list[Attempt]]:
    """Facts for everything on both sides."""
    context = multiprocessing.get_context("spawn")
    findings: list[Finding] = []
    failed: tuple[ReasonCode, str] | None = None
    with ProcessPoolExecutor(1, context, initializer=_confined) as pool:
        try:
            findings = pool.submit(compare, delivered, built).result()
        except BrokenProcessPool:
            failed = "crash", "the comparison ended its process: too much memory or time, or a crash"
        except MemoryError:
            failed = "memory", "the comparison needs more memory than it may have"
    tried: list[Attempt] = []
    if failed is not None:
        tried.append(_attempt(component, "failed", *failed))
    if len(findings) > MOST:
        kept = sorted(findings, key=lambda one: one.result in ("equal", "equal-but-for"))[:MOST]
        tried.append(_attempt(component, "partial", "too-many", f"{len(findings)} comparisons; {MOST} are listed"))
        findings = sorted(kept, key=lambda one: one.path)
    tried += [
        _attempt(component, "partial", "not-verified", f"not compared to the end: {one.what}"[:300], one.path)
        for one in findings if not one.result
    ]  # fmt: skip
    done = Attempt(BY, (KIND,), "completed", "", "unknown", "", component, "unknown", files=len(delivered))
    return [_fact(one, component) for one in findings], [*tried, done]


def _fact(finding: Finding, component: str) -> Fact:
    value: dict[str, Scalar] = {
        "result": finding.result or None,
        "built": finding.built,
        "but_for": ", ".join(sorted(finding.but_for)),
        "what": finding.what,
    }
    return Fact(KIND, Subject(component, finding.path, "", "unknown"), value, BY, (Evidence(finding.path),))


def _attempt(component: str, status: Status, reason: ReasonCode, detail: str, path: str = "") -> Attempt:
    return Attempt(BY, (KIND,), status, reason, "unknown", "", component, "unknown", path, detail)


def _confined() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def compare(delivered: Sequence[Side], built: Sequence[Side]) -> list[Finding]:
    """All findings, in order of the delivered paths; what was only built comes last."""
    made = {side.path: side.copy for side in built}
    shelf = _Shelf({path: _sha256(copy) for path, copy in made.items()})
    found: list[Finding] = []
    for side in sorted(delivered, key=lambda one: one.path):
        try:
            found += _one(side, made, shelf)
        except OSError as error:
            found.append(Finding(side.path, "", what=f"it cannot be read: {said(error).en}"))
    found += [Finding(path, "only-built", path) for path in sorted(made.keys() - shelf.used)]
    return found


def _one(side: Side, made: Mapping[str, Path], shelf: "_Shelf") -> list[Finding]:
    digest, size, budget = _sha256(side.copy), side.copy.stat().st_size, Budget()
    path = shelf.counterpart(side.path, digest)
    if path is not None and digest == shelf.digests[path]:
        return [Finding(side.path, "equal", path)]
    if max(size, made[path].stat().st_size if path is not None else 0) > _LARGEST:
        return [Finding(side.path, "", path or "", what="it is too large")]
    if path is None:
        return list(_spread(side.path, side.copy.read_bytes(), made, shelf, budget))
    return list(pair(side.path, path, side.copy.read_bytes(), made[path].read_bytes(), budget))


class _Shelf:
    """What was built, to find counterparts on: by digest and by name."""

    def __init__(self, digests: Mapping[str, str]) -> None:
        self.digests = digests
        self.used: set[str] = set()
        self._by_digest: dict[str, list[str]] = {}
        self._by_name: dict[str, list[str]] = {}
        for path, digest in sorted(digests.items()):
            self._by_digest.setdefault(digest, []).append(path)
            self._by_name.setdefault(posixpath.basename(path), []).append(path)

    def counterpart(self, path: str, digest: str) -> str | None:
        equal = self._by_digest.get(digest, [])
        named = self._by_name.get(posixpath.basename(path), [])
        best = max(equal or named, key=lambda one: _common(one, path), default=None)
        if best is not None:
            self.used.add(best)
        return best


def _common(one: str, other: str) -> int:
    """How many parts both paths end with."""
    pairs = zip(reversed(one.split("/")), reversed(other.replace("!", "/").split("/")), strict=False)
    count = 0
    for mine, theirs in pairs:
        if mine != theirs:
            break
        count += 1
    return count


def _spread(
    path: str, content: bytes, made: Mapping[str, Path], shelf: _Shelf, budget: Budget, depth: int = 0
) -> Iterator[Finding]:
    """A delivered file without a counterpart: where it is an archive, its members against all that was built."""
    try:
        container = opened(content, budget)
        if depth > _DEPTH:
            raise UndecidedError("more archives are inside of archives than are opened")
        if container is None:
            yield Finding(path, "only-delivered")
            return
        for name, member in container.members.items():
            inner = f"{path}!{name}" if name else path
            digest = hashlib.sha256(member.content).hexdigest()
            if member.kind == "folder":
                continue
            if member.kind != "file":
                yield Finding(
                    inner, "", what=f"a {member.kind} to {member.target[:100]}: the build tells of files only"
                )
                continue
            if member.mode & 0o6000 or member.attributes:
                yield Finding(inner, "", what=f"mode {member.mode:04o}, or attributes: the build tells of neither")
                continue
            own = shelf.counterpart(inner if name else posixpath.splitext(path)[0], digest)
            if own is None:
                yield from _spread(inner, member.content, made, shelf, budget, depth + 1)
                continue
            for finding in pair(inner, own, member.content, made[own].read_bytes(), budget):
                yield finding if name or finding.result not in ("equal", "equal-but-for") else _packed(finding)
    except UndecidedError as why:
        yield Finding(path, "", what=str(why))


def _packed(finding: Finding) -> Finding:
    """What was delivered compressed, and built without."""
    return replace(finding, result="equal-but-for", but_for=finding.but_for | {"archive-compression"})


def pair(path: str, built: str, ours: bytes, theirs: bytes, budget: Budget, depth: int = 0) -> Iterator[Finding]:
    """A delivered file and its counterpart; for archives their members first, then the archive itself."""
    if ours == theirs:
        yield Finding(path, "equal", built)
        return
    try:
        one, other = opened(ours, budget), opened(theirs, budget)
        if one is not None and other is not None and one.format == other.format and depth < _DEPTH:
            yield from _containers(path, built, one, other, budget, depth)
            return
    except UndecidedError as why:
        yield Finding(path, "", built, what=str(why))
        return
    mine, its = normal(path, ours), normal(built, theirs)
    if mine.content == its.content and mine.aside == its.aside and mine.aside:
        yield Finding(path, "equal-but-for", built, mine.aside)
    else:
        yield Finding(path, "differs", built, what=_where(ours, theirs))


def _containers(
    path: str, built: str, one: Container, other: Container, budget: Budget, depth: int
) -> Iterator[Finding]:
    aside, wrong, undecided = _aligned(one, other), list[str](), False
    for name in sorted(one.members.keys() | other.members.keys()):
        inner = f"{path}!{name}" if name else path
        mine, its = one.members.get(name), other.members.get(name)
        if mine is None or its is None:
            result = "only-delivered" if its is None else "only-built"
            if "folder" in {one.kind for one in (mine, its) if one is not None}:
                aside.add("archive-folders")
                continue
            wrong.append(f"{name} ({result})")
            yield Finding(inner, result, "" if its is None else f"{built}!{name}")
            continue
        unlike = _unlike(mine, its)
        if unlike:
            wrong.append(f"{name} ({unlike})")
            yield Finding(inner, "differs", f"{built}!{name}", what=unlike)
            continue
        if mine.mode != its.mode:
            aside.add("umask")
        for finding in pair(inner, f"{built}!{name}" if name else built, mine.content, its.content, budget, depth + 1):
            aside |= finding.but_for
            undecided = undecided or not finding.result
            if finding.result in ("differs", "only-delivered", "only-built"):
                wrong.append(finding.path.removeprefix(f"{path}!"))
            if name or finding.path != path:  # of a compressed stream only the whole is told
                yield finding
    aside |= {what for what in one.aside.keys() | other.aside.keys() if one.aside.get(what) != other.aside.get(what)}
    if one.outside != other.outside:
        wrong.append("bytes that belong to no member")
    listed = ", ".join(wrong[:_NAMES]) + (f" and {len(wrong) - _NAMES} more" if len(wrong) > _NAMES else "")
    if wrong:
        yield Finding(path, "differs", built, frozenset(aside), listed[:1000])
    elif undecided:
        yield Finding(path, "", built, frozenset(aside), "a member was not compared to the end")
    else:
        yield Finding(path, "equal-but-for", built, frozenset(aside) or frozenset({"archive-form"}))


def _aligned(one: Container, other: Container) -> set[str]:
    """Have licences of a wheel that lie in another folder (PEP 639) lie where the first container has them."""
    apart = one.members.keys() ^ other.members.keys()
    ours = {_LICENSES.sub(r"\1", name): name for name in apart & one.members.keys()}
    places = {name: _LICENSES.sub(r"\1", name) for name in apart & other.members.keys()}
    moved = {name: ours[plain] for name, plain in places.items() if plain in ours and _LICENSE.match(plain)}
    for name, place in moved.items():
        other.members[place] = other.members.pop(name)
    return {"license-path"} if moved else set()


def _unlike(one: Member, other: Member) -> str:
    """What differs of two members beside their content, '' for nothing. The group's right to write is the umask's."""
    if one.kind != other.kind:
        return f"{one.kind}, built as {other.kind}"
    if one.target != other.target:
        return f"{one.kind} to {one.target[:100]}, built as one to {other.target[:100]}"
    if one.attributes != other.attributes:
        return "other extended attributes"
    if (one.mode ^ other.mode) & ~_UMASK:
        return f"mode {one.mode:04o}, built with {other.mode:04o}"
    return ""


def _where(ours: bytes, theirs: bytes) -> str:
    """The first byte that differs, and both sizes."""
    size = min(len(ours), len(theirs))
    low, high = 0, size
    while low < high:  # the longest common start, by halves
        middle = (low + high + 1) // 2
        low, high = (middle, high) if ours[:middle] == theirs[:middle] else (low, middle - 1)
    sizes = f"{len(ours)} bytes" if len(ours) == len(theirs) else f"{len(ours)} bytes, built with {len(theirs)}"
    return f"from byte {low} on; {sizes}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
