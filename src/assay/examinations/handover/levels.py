"""How far a deposit was verified, in the five levels that escrow agents sell, each stated as a fact of its own.

    readable    every file can be read, none is locked, damaged or of unknown form; and a virus scanner saw them
    inventory   there is a list with digests that the vendor signed
    complete    instructions for the build, its recipe, the list of third-party parts, documents
    built       it was built in a clean room
    compared    what was built was compared with what the licensee runs

`levels` looks at files as intake classed them and at the attempts of the review. A level that was not tried is a fact
whose state is undetermined, and a skipped attempt with the reason, never silence. A level says nothing of those above.

What it cannot see: whether instructions are right (that is what `built` is for), or parts that no list names. No virus
scanner is spoken to yet, nothing is built and nothing compared here: these levels stay undetermined.
Source: the published levels of escrow agents, in their common order.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from assay.core.attempts import Attempt, ReasonCode, Status
from assay.core.examination import FileMeta
from assay.core.facts import Evidence, Fact, Scalar, Subject

State = Literal["reached", "missed"] | None
KIND = "deposit.level"
BY = "handover.levels@1"
_UNREADABLE: frozenset[str] = frozenset(
    {"encrypted", "damaged", "unreadable", "unknown-format", "bomb", "lying-header"}
)
_SHOWN = 20
_WANTED: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "build instructions",
        re.compile(r"(build(ing)?|install(ing|ation)?|hacking|compil(e|ing)|readme)(\.[a-z]+)?", re.IGNORECASE),
    ),
    (
        "build recipe",
        re.compile(
            r"(gnu)?makefile(\.(am|in))?|cmakelists\.txt|meson\.build|build(\.gradle(\.kts)?|\.bazel|\.xml|\.zig|\.sbt)?"
            r"|pom\.xml|configure(\.ac|\.in)?|package\.json|pyproject\.toml|setup\.(py|cfg)|cargo\.toml|go\.mod"
            r"|composer\.json|dockerfile|rakefile|.*\.(csproj|vcxproj|sln|gemspec|nimble|cabal)",
            re.IGNORECASE,
        ),
    ),
    (
        "list of third-party parts",
        re.compile(
            r".*\.(spdx(\.json|\.rdf|\.yaml)?|cdx\.(json|xml))|bom\.(json|xml)|sbom.*|package-lock\.json|yarn\.lock"
            r"|pnpm-lock\.yaml|poetry\.lock|uv\.lock|pipfile\.lock|requirements.*\.(txt|lock)|cargo\.lock|go\.sum"
            r"|gradle\.lockfile|packages\.lock\.json|composer\.lock|third[-_]?party.*|notice(\.[a-z]+)?",
            re.IGNORECASE,
        ),
    ),
    ("documents", re.compile(r".*\.(md|rst|adoc|pdf|docx?|odt|html?)|manual.*|changelog.*", re.IGNORECASE)),
)


def levels(
    files: Sequence[FileMeta], attempts: Iterable[Attempt], *, signed: bool, component: str
) -> tuple[tuple[Fact, ...], tuple[Attempt, ...]]:
    """Facts and attempts of all five. `signed`: the files are those of a manifest that their vendor signed."""
    locked = sorted({item.path for item in attempts if item.reason in _UNREADABLE and item.path})
    lacking = ", ".join(_lacking(files))
    readable: tuple[State, str] = ("missed", "unreadable files, virus check") if locked else (None, "virus check")
    states: dict[str, tuple[State, str]] = {
        "readable": readable,
        "inventory": ("reached", "") if signed else ("missed", "signed manifest"),
        "complete": ("missed", lacking) if lacking else ("reached", ""),
        "built": (None, "clean-room build"),
        "compared": (None, "binary comparison"),
    }
    subject = Subject(component, "", "", "unknown")
    places = tuple(Evidence(path) for path in locked[:_SHOWN])
    facts, tried = [], [_attempt("levels", (KIND,), "completed", "", component)]
    for level, (state, missing) in states.items():
        value: dict[str, Scalar] = {"level": level, "state": state, "missing": missing, "files": len(files)}
        evidence = places if level == "readable" else ()
        facts.append(Fact(KIND, subject, value, BY, evidence))
        if state is None:
            tried.append(_attempt(level, (), "skipped", f"{missing} is not done here yet", component))
    return tuple(facts), tuple(tried)


def _lacking(files: Sequence[FileMeta]) -> Iterator[str]:
    names = {meta.logical.rpartition("/")[2] for meta in files}
    for what, pattern in _WANTED:
        if not any(pattern.fullmatch(name) for name in names):
            yield what


def _attempt(name: str, kinds: tuple[str, ...], status: Status, detail: str, component: str) -> Attempt:
    """One that was skipped covers no kind: it is told, and leaves the other levels alone."""
    reason: ReasonCode | Literal[""] = "no-reader" if status == "skipped" else ""
    by = f"handover.{name}@1"
    return Attempt(by, kinds, status, reason, "unknown", "", component, "unknown", "", detail, ran="inline")
