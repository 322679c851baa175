"""Juliet for C, CWE-327, CWE-328 and CWE-338: Windows CryptoAPI, good and bad functions in one file.

    python benchmarks/accuracy/juliet_c.py CHECKOUT [--variant NAME|all] [--misses N]

CHECKOUT is a mirror of the Juliet test suite for C with `testcases/`. A case is a file twice: its bad function, which
is to be flagged, and its good ones, none of which is. What a function is shows by its name as the suite documents it
(`bad`, `good...`); assay's facts carry the name of the function. A weak cipher, a weak hash or a predictable
generator flags; each folder is scored by its own weakness.

Bar: recall >= 0.90 and no good function flagged.
"""

import argparse
import re
import tempfile
from pathlib import Path

import scoring
import variants

from assay.core.facts import Fact

_FOLDERS = ("CWE327", "CWE328", "CWE338")
_WEAK = {
    "CWE327": frozenset({"DES", "3DES", "RC2", "RC4", "RC5", "Blowfish", "IDEA"}),
    "CWE328": frozenset({"MD2", "MD4", "MD5", "SHA-1"}),
}
_GOOD = re.compile(r"good", re.IGNORECASE)


def cases_of(source: Path) -> list[scoring.Case]:
    return [
        scoring.Case(f"{path.stem} {'bad' if bad else 'good'}", (path.name,), path.name[:6], bad)
        for path in sorted(source.rglob("CWE*.c"))
        if path.name.startswith(_FOLDERS)
        for bad in (True, False)
    ]


def flags(case: scoring.Case, fact: Fact) -> bool:
    if not scoring.in_use(fact) or (_GOOD.search(fact.subject.name) is None) != case.bad:
        return False
    if case.category == "CWE338":
        return fact.value.get("misuse") == "weak-random"
    return fact.kind == "crypto.use" and fact.value.get("family") in _WEAK[case.category]


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("checkout", type=Path)
    arguments.add_argument("--variant", choices=[*variants.C, "all"])
    arguments.add_argument("--misses", type=int, default=0, help="name so many wrong cases")
    given = arguments.parse_args()
    cases = cases_of(given.checkout / "testcases")
    with tempfile.TemporaryDirectory() as folder:
        for name, tree, _ in variants.trees(given.checkout / "testcases", Path(folder), given.variant, variants.C):
            seen = scoring.seen_in(tree)
            print(f"== {name}: assay {seen.cpu:.1f} CPU-s; {scoring.inside(tree)}")
            flagged = {case for case in cases if any(flags(case, fact) for fact in scoring.of_case(case, seen.facts))}
            scoring.table(cases, flagged.__contains__, "by function", given.misses)


if __name__ == "__main__":
    main()
