"""OWASP BenchmarkJava and BenchmarkPython: the categories about cryptography.

    python benchmarks/accuracy/owasp.py CHECKOUT [--variant NAME|all] [--misses N] [--peer 'semgrep scan ...']

CHECKOUT is OWASP-Benchmark/BenchmarkJava or OWASP-Benchmark/BenchmarkPython; which one shows by its expected results.
Only the cases of the categories crypto, hash and weakrand are read, with everything else of the program beside them
(helpers, resources). Score: TPR-FPR by file, as the benchmark itself does.

Bar: 1.00 in each category, within 0.15 of it on the variants.
"""

import argparse
import csv
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import scoring
import variants

from assay.core.facts import Fact

CATEGORIES: Mapping[str, frozenset[int]] = {
    "crypto": frozenset({327, 326}), "hash": frozenset({328, 327}), "weakrand": frozenset({330, 338}),
}  # fmt: skip
_WEAK: Mapping[str, frozenset[str]] = {
    "crypto": frozenset({"DES", "3DES", "RC2", "RC4", "Blowfish", "IDEA"}),
    "hash": frozenset({"MD2", "MD4", "MD5", "SHA-1"}),
}


def cases_of(table: Path, ending: str) -> list[scoring.Case]:
    rows = csv.reader(table.read_text(encoding="utf-8").splitlines())
    return [
        scoring.Case(row[0], (f"{row[0]}{ending}",), row[1], row[2] == "true")
        for row in rows
        if len(row) > 3 and row[1] in CATEGORIES
    ]


def program_of(checkout: Path, cases: Sequence[scoring.Case], target: Path) -> Path:
    """The program without the cases of other categories, and without pages and test data."""
    wanted = {file for case in cases for file in case.files}
    root = checkout / "src" / "main" if (checkout / "src").is_dir() else checkout
    for path in root.rglob("*"):
        if path.suffix not in {".java", ".py", ".properties", ".xml"} or path.parent.name == "results":
            continue
        if path.parent.name == "testcode" and path.name not in wanted:
            continue
        copied = target / path.relative_to(root)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copied)
    return target


def flags(case: scoring.Case, fact: Fact) -> bool:
    if not scoring.in_use(fact):
        return False
    if case.category == "weakrand":
        return fact.value.get("misuse") == "weak-random"
    return fact.kind == "crypto.use" and fact.value.get("family") in _WEAK[case.category]


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("checkout", type=Path)
    arguments.add_argument("--variant", choices=[*variants.JAVA, "all"])
    arguments.add_argument("--misses", type=int, default=0, help="name so many wrong cases")
    arguments.add_argument("--peer", help="semgrep with its rules; run over the same files")
    given = arguments.parse_args()
    truth = next(given.checkout.glob("expectedresults-*.csv"))
    python = not (given.checkout / "src").is_dir()
    cases = cases_of(truth, ".py" if python else ".java")
    known = variants.PYTHON if python else variants.JAVA
    with tempfile.TemporaryDirectory() as folder:
        source = program_of(given.checkout, cases, Path(folder) / "program")
        for name, tree, _ in variants.trees(source, Path(folder), given.variant, known):
            seen = scoring.seen_in(tree)
            print(f"== {name}: assay {seen.cpu:.1f} CPU-s; {scoring.inside(tree)}")
            by_name: dict[str, list[Fact]] = {}
            for path, facts in seen.facts.items():
                by_name.setdefault(path.rpartition("/")[2], []).extend(facts)
            flagged = {case for case in cases if any(flags(case, fact) for fact in by_name.get(case.files[0], ()))}
            scoring.table(cases, flagged.__contains__, "by file", given.misses)
        if given.peer:
            peer = scoring.semgrep(source, given.peer)
            print(f"== semgrep {peer.cpu:.1f} CPU-s")
            scoring.table(cases, lambda case: scoring.peer_flags(peer, case, CATEGORIES[case.category]), "by file")


if __name__ == "__main__":
    main()
