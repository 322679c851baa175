"""CryptoAPI-Bench: misuses of the Java cryptography API, through methods, fields, classes and conditions.

    python benchmarks/accuracy/cryptoapi_bench.py CHECKOUT [--variant NAME|all] [--misses N] [--peer 'semgrep scan ...']

CHECKOUT is CryptoAPI-Bench/CryptoAPI-Bench. Its table (CryptoAPI-Bench_details.xlsx) gives file and true or false;
the rule is the first number of the code. Line cells were turned into dates by a spreadsheet and are not used; file
names lack their ending in some rows, hold several files in others, and the row without a verdict is left out. A bad
case is found when a fact of its rule stands in one of its files.

Bars: TPR-FPR >= 0.75 and recall >= 0.95 over rules 11, 14, 15 and 16; TPR-FPR >= 0.60 over all rules as misuse;
within 0.15 of that on the variants. Rule 18 asks that no secret passes through a String: assay states no such fact.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import scoring
import variants
from python_calamine import CalamineWorkbook

from assay.core.facts import Fact

INVENTORY = frozenset({11, 14, 15, 16})
BY_FAMILY = frozenset({14, 16, 17})  # the algorithm itself is the misuse: the inventory says so, a rulebook judges it
WEAK_CIPHERS = frozenset({"DES", "3DES", "RC2", "RC4", "Blowfish", "IDEA"})
WEAK_HASHES = frozenset({"MD2", "MD4", "MD5", "SHA-1"})
_MISUSES: Mapping[int, frozenset[str]] = {
    1: frozenset({"hard-coded-key"}), 2: frozenset({"hard-coded-password"}), 3: frozenset({"hard-coded-password"}),
    4: frozenset({"host-name-check-off"}), 5: frozenset({"certificate-check-off"}),
    6: frozenset({"host-name-check-off"}), 7: frozenset({"no-encryption"}), 8: frozenset({"weak-random"}),
    9: frozenset({"predictable-seed"}), 10: frozenset({"static-salt"}), 11: frozenset({"ecb-mode"}),
    12: frozenset({"static-iv"}), 13: frozenset({"few-iterations"}), 15: frozenset({"short-key"}),
}  # fmt: skip
_NAMES: Mapping[int, str] = {
    1: "predictable key", 2: "predictable PBE password", 3: "predictable store password", 4: "host name verifier",
    5: "certificate validation", 6: "socket without host name", 7: "HTTP", 8: "untrusted PRNG", 9: "predictable seed",
    10: "static salt", 11: "ECB", 12: "static IV", 13: "PBE iterations", 14: "broken cipher", 15: "RSA key size",
    16: "broken hash", 17: "broken MAC", 18: "credential in String",
}  # fmt: skip
_CWES: Mapping[int, frozenset[int]] = {
    1: frozenset({321, 798}), 2: frozenset({259, 798}), 3: frozenset({259, 798}), 4: frozenset({295, 297}),
    5: frozenset({295}), 6: frozenset({295, 297}), 7: frozenset({319}), 8: frozenset({330, 338}),
    9: frozenset({335, 337, 330}), 10: frozenset({760}), 11: frozenset({327}), 12: frozenset({329, 330}),
    13: frozenset({916}), 14: frozenset({327}), 15: frozenset({326}), 16: frozenset({328, 327}),
    17: frozenset({328, 327}), 18: frozenset(),
}  # fmt: skip


def cases_of(checkout: Path) -> list[scoring.Case]:
    book = CalamineWorkbook.from_path(checkout / "CryptoAPI-Bench_details.xlsx")
    found = []
    for row in book.get_sheet_by_index(0).to_python()[1:]:
        if not isinstance(row[3], bool):
            continue
        files = tuple(f"{name.strip().removesuffix('.java')}.java" for name in str(row[1]).split("\n"))
        rule = int(str(row[2]).partition(".")[0])
        found.append(scoring.Case(files[0], files, f"{rule:02} {_NAMES[rule]}", row[3]))
    return found


def is_weak(rule: int, fact: Fact) -> bool:
    """Whether an entry of the inventory is what the rule is about."""
    value = fact.value
    if fact.kind != "crypto.use":
        return False
    match rule:
        case 11:
            return value.get("mode") == "ecb"
        case 14:
            return value.get("family") in WEAK_CIPHERS
        case 15:
            bits = value.get("key_bits")
            return str(value.get("family")).startswith("RSA") and isinstance(bits, int) and bits < 2048
    if rule == 17 and value.get("family") == "HMAC":
        return str(value.get("algorithm")).removeprefix("HMAC-") in WEAK_HASHES
    return value.get("family") in WEAK_HASHES


def score(cases: Sequence[scoring.Case], facts: Mapping[str, Sequence[Fact]], misses: int) -> None:
    def listed(case: scoring.Case) -> bool:
        return any(scoring.in_use(fact) and is_weak(_rule(case), fact) for fact in scoring.of_case(case, facts))

    def misused(case: scoring.Case) -> bool:
        meant = _MISUSES.get(_rule(case))
        if meant is None:
            return _rule(case) in BY_FAMILY and listed(case)
        return any(scoring.in_use(fact) and fact.value.get("misuse") in meant for fact in scoring.of_case(case, facts))

    scoring.table([case for case in cases if _rule(case) in INVENTORY], listed, "inventory (crypto.use)", misses)
    scoring.table(
        cases, misused, "every rule as misuse (crypto.misuse; 14, 16 and 17 by the family in crypto.use)", misses
    )


def _rule(case: scoring.Case) -> int:
    return int(case.category[:2])


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("checkout", type=Path)
    arguments.add_argument("--variant", choices=[*variants.JAVA, "all"])
    arguments.add_argument("--misses", type=int, default=0, help="name so many wrong cases of each table")
    arguments.add_argument("--peer", help="semgrep with its rules; run over the same files")
    given = arguments.parse_args()
    cases, source = cases_of(given.checkout), given.checkout / "src"
    with tempfile.TemporaryDirectory() as folder:
        for name, tree, undecided in variants.trees(source, Path(folder), given.variant, variants.JAVA):
            seen = scoring.seen_in(tree)
            print(f"== {name}: assay {seen.cpu:.1f} CPU-s; {scoring.inside(tree)}")
            kept = [case for case in cases if not undecided.intersection(case.files)]
            if len(kept) < len(cases):
                print(f"   {len(cases) - len(kept)} cases whose truth hangs on what a caller passes are left out")
            score(kept, seen.facts, given.misses)
        if given.peer:
            peer = scoring.semgrep(source, given.peer)
            print(f"== semgrep {peer.cpu:.1f} CPU-s")
            for title, some in (("rules 11, 14, 15, 16", [c for c in cases if _rule(c) in INVENTORY]), ("all", cases)):
                scoring.table(some, lambda case: scoring.peer_flags(peer, case, _CWES[_rule(case)]), title)


if __name__ == "__main__":
    main()
