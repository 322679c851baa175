"""What the accuracy scripts share: facts of a tree with their price, cases, and TPR-FPR.

A case is flagged when a fact of its rule or category is stated for one of its files with `state: used`, certain or
possible; what is `overwritten` or `unused` is listed by assay and flags nothing. TPR-FPR (Youden's index) is the score:
F1 rewards a program that flags everything where most cases are bad.

Prices are CPU seconds. `inside` runs the source examinations once more in this process, with clocks around parsing and
around the resolver, because the review itself runs in workers.
"""

import json
import resource
import shlex
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assay.core.facts import Fact

KINDS = ("crypto.use", "crypto.protocol", "crypto.misuse")


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a truth: its files (logical paths or their ends), the category, and whether it is bad."""

    name: str
    files: tuple[str, ...]
    category: str
    bad: bool


@dataclass(frozen=True, slots=True)
class Seen:
    facts: Mapping[str, tuple[Fact, ...]]  # by the path of the subject
    cpu: float


def cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def seen_in(root: Path, jobs: int = 1) -> Seen:
    """Facts of cryptography by the file that they are about, below `root`."""
    from assay.review.steps import Plan, examine_only

    start, found = cpu(), defaultdict(list)
    with tempfile.TemporaryDirectory() as scratch:
        plan = Plan(root, date(2026, 1, 1), dossier=Path(scratch) / "accuracy.assay", jobs=jobs)
        reviewed = examine_only(plan)[0].latest()
        for kind in KINDS:
            for fact in reviewed.facts(kind):
                found[fact.subject.path].append(fact)
    return Seen({path: tuple(rows) for path, rows in found.items()}, cpu() - start)


def in_use(fact: Fact) -> bool:
    return fact.value.get("state") in {"used", None}


def inside(root: Path) -> str:
    """One line: CPU seconds of parsing and of the resolver in the source examinations of a tree."""
    from assay.core.examination import FileView, Limits
    from assay.examinations.cipher.source import SourceCryptography
    from assay.intake import IntakeLimits, open_locator, take_in
    from assay.lab.hits import Prefilter
    from assay.lab.identifiers import words
    from assay.source.languages import BY_NAME
    from assay.source.parsed import Parsed
    from assay.source.values import Resolver

    class Lab:
        limits = Limits()

    spent, depth = dict.fromkeys(("all", "parse", "resolve", "bytes"), 0.0), Counter[str]()
    make, resolve = Parsed.__init__, Resolver.resolve

    def clocked(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            depth[name] += 1
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                depth[name] -= 1
                spent[name] += 0 if depth[name] else time.process_time() - start

        return call

    ones = {language: SourceCryptography(language) for language in BY_NAME}
    prefilters = {language: Prefilter([one], Limits().hits_per_unit) for language, one in ones.items()}
    with tempfile.TemporaryDirectory() as scratch:
        taken = take_in(root, manifest=None, scratch=Path(scratch), limits=IntakeLimits())
        Parsed.__init__ = clocked("parse", make)  # type: ignore[assignment, method-assign]
        Resolver.resolve = clocked("resolve", resolve)  # type: ignore[assignment, method-assign]
        try:
            for meta in taken.artifact.files:
                one = ones.get(meta.format)
                if one is None or not one.accepts(meta) or meta.size > Limits().unit_bytes:
                    continue
                with open_locator(meta.locator) as stream:
                    content = stream.read()
                prefilter = prefilters[meta.format]
                found = prefilter.interested(content, (0,), words(content)).get(0)
                hits = found.hits if found is not None else []
                if hits:
                    clocked("all", one.examine)(FileView(meta, content), hits, Lab())
                    spent["bytes"] += len(content)
        finally:
            Parsed.__init__, Resolver.resolve = make, resolve  # type: ignore[method-assign]
    return (
        f"inside the source examinations, {spent['bytes'] / 1e6:.1f} MB opened: {spent['all']:.2f} CPU-s, of it "
        f"{spent['parse']:.2f} parsing and {spent['resolve']:.2f} in the resolver"
    )


def of_case(case: Case, facts: Mapping[str, Sequence[Fact]]) -> list[Fact]:
    return [fact for file in case.files for path in _paths(file, facts) for fact in facts[path]]


def _paths(file: str, facts: Mapping[str, Sequence[Fact]]) -> Iterable[str]:
    return (path for path in facts if path == file or path.endswith(f"/{file}"))


def table(cases: Sequence[Case], flagged: Callable[[Case], bool], title: str, misses: int = 0) -> float:
    """Print one line per category and one for all; the TPR-FPR of all. `misses` wrong cases are named."""
    rows: dict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    wrong = []
    for case in cases:
        outcome = flagged(case)
        rows[case.category][case.bad, outcome] += 1
        rows["all"][case.bad, outcome] += 1
        if outcome != case.bad:
            wrong.append(f"{'missed' if case.bad else 'false alarm'}: {case.category} {case.name}")
    print(title)
    youden = 0.0
    for category in sorted(rows, key=lambda name: (name == "all", name)):
        counts = rows[category]
        hit, miss, alarm, quiet = (counts[key] for key in ((True, True), (True, False), (False, True), (False, False)))
        recall, fall = (hit / (hit + miss) if hit + miss else 1.0), (alarm / (alarm + quiet) if alarm + quiet else 0.0)
        youden = recall - fall
        print(
            f"  {category:34} TP {hit:4} FN {miss:4} FP {alarm:4} TN {quiet:4}  "
            f"TPR {recall:.3f} FPR {fall:.3f} TPR-FPR {youden:+.3f}"
        )
    for line in wrong[:misses]:
        print(f"    {line}")
    return youden


@dataclass(frozen=True, slots=True)
class Peer:
    """A run of semgrep: the CWE numbers of its findings by file, and what it cost."""

    found: Mapping[str, frozenset[int]]
    cpu: float


def semgrep(root: Path, command: str) -> Peer:
    """`command` is semgrep with its rules, as in `semgrep scan --metrics off --config RULES`."""
    start = cpu()
    ran = subprocess.run([*shlex.split(command), "--json", "--quiet", "."], cwd=root, capture_output=True, check=False)
    found: dict[str, set[int]] = defaultdict(set)
    for row in json.loads(ran.stdout)["results"]:
        told = row["extra"]["metadata"].get("cwe", [])
        for cwe in [told] if isinstance(told, str) else told:
            found[row["path"].removeprefix("./")].add(int(cwe.partition(":")[0].removeprefix("CWE-")))
    return Peer({path: frozenset(numbers) for path, numbers in found.items()}, cpu() - start)


def peer_flags(peer: Peer, case: Case, cwes: frozenset[int]) -> bool:
    return any(
        not cwes.isdisjoint(numbers)
        for file in case.files
        for path, numbers in peer.found.items()
        if path == file or path.endswith(f"/{file}")
    )
