"""Judging 100,000 facts by 200 rules: the README claims under 2 seconds of CPU.

    python benchmarks/judge.py [--facts N] [--rules N] [--values N] [--seed N]

70 % of the facts and half of the rules are `crypto.use`, 5 % of the values could not be determined. A product states
the same few thousand values over and over (`--values`), because libraries offer a few hundred calls; the bar is on
that. Reported beside it, without a bar: every fact with a value of its own, drawn key by key, where grouping wins
nothing. The floor in the same run is a plain loop that counts the facts by kind. Ends 1 when the bar is missed.
"""

import argparse
import datetime
import random
import sys
import time
from collections import Counter

from assay.core.attempts import Attempt
from assay.core.facts import SCOPES, Evidence, Fact, Scalar, Subject
from assay.core.judge import judge_all
from assay.core.kinds import KINDS, PRIMITIVES
from assay.core.rules import Clause, Comparison, Operator, Pattern, Rule
from assay.core.text import Text

BAR = 2.0
FAMILIES = ("AES", "SM4", "DES", "3DES", "RC4", "RSA", "ECDSA", "SM2", "MD5", "SHA-1", "SHA-2", "SM3", "HMAC", "PBKDF2")
ALGORITHMS = tuple(f"{family}-{size}" for family in FAMILIES for size in (56, 128, 160, 192, 256, 1024, 2048))
MODES = ("ecb", "cbc", "ctr", "gcm", "ccm", "ofb")
LIBRARIES = ("jca", "bouncycastle", "openssl-evp", "hashlib", "pyca", "pycryptodome", "gmssl")
_WORDS = ("key", "text", "name")


def value(rng: random.Random, kind: str) -> dict[str, Scalar]:
    """A plausible value of the kind: some keys absent, one in twenty undetermined."""
    known = {"family": FAMILIES, "algorithm": ALGORITHMS, "mode": MODES, "library": LIBRARIES, "primitive": PRIMITIVES}
    made: dict[str, Scalar] = {}
    for name, key in KINDS[kind].keys.items():
        if rng.random() < 0.25:
            continue
        if rng.random() < 0.05:
            made[name] = None
        elif key.type is bool:
            made[name] = rng.random() < 0.5
        elif key.type is int:
            made[name] = rng.choice((56, 128, 160, 192, 256, 1024, 2048, 3072, 4096))
        else:
            made[name] = rng.choice(key.choices or known.get(name, _WORDS))
    return made


def facts(rng: random.Random, count: int, values: int) -> list[Fact]:
    """`values` is how many distinct values there are; 0 is a new one for every fact."""
    others = [kind for kind in KINDS if kind != "crypto.use"]
    drawn = {kind: [value(rng, kind) for _ in range(values)] for kind in KINDS}
    made = []
    for number in range(count):
        kind = "crypto.use" if number % 10 < 7 else rng.choice(others)
        subject = Subject("server", f"src/com/acme/Part{number // 40}.java", f"run{number % 40}", rng.choice(SCOPES))
        evidence = (Evidence(f"acme-1.0/{subject.path}", number % 900 + 1, "Cipher.getInstance(name)"),)
        stated = rng.choice(drawn[kind]) if values else value(rng, kind)
        made.append(Fact(kind, subject, stated, "cipher.source@1", evidence))
    return made


def rule(rng: random.Random, number: int) -> Rule:
    """A rule on one to four keys of a kind; half of the rules are on crypto.use."""
    kind = "crypto.use" if number % 2 else rng.choice([name for name in KINDS if name != "crypto.use"])
    names = rng.sample(sorted(KINDS[kind].keys), min(len(KINDS[kind].keys), rng.randint(1, 4)))
    where = {name: (_comparison(rng, kind, name),) for name in names}
    scope = frozenset(rng.sample(SCOPES, 2)) if rng.random() < 0.7 else frozenset[str]()
    patterns = (Pattern(kind, where, scope),)
    forbid = rng.random() < 0.8
    text = Text("made for a benchmark", "为基准测试而作")
    clause = Clause("benchmark", str(number), "own")
    return Rule(
        f"made.{number}", "made", text, clause, (), {}, "low",
        patterns if forbid else (), () if forbid else patterns, text, text, {},
    )  # fmt: skip


def _comparison(rng: random.Random, kind: str, name: str) -> Comparison:
    wanted = [item for item in (value(rng, kind).get(name) for _ in range(20)) if item is not None]
    if KINDS[kind].keys[name].type is int:
        operator: Operator = rng.choice(("at_least", "at_most"))
        return Comparison(operator, (int(wanted[0]),))
    return Comparison(rng.choice(("in", "not")), tuple(wanted[: rng.randint(1, 4)]))


def attempts() -> list[Attempt]:
    kinds = tuple(KINDS)
    return [Attempt("cipher.source@1", kinds, "completed", "", "source", "java", "server", scope) for scope in SCOPES]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--rules", type=int, default=200)
    parser.add_argument("--values", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    rules = [rule(rng, number) for number in range(given.rules)]
    spent = measured("values recur", facts(rng, given.facts, given.values), rules)
    measured("every fact its own value", facts(rng, given.facts, 0), rules)
    print(f"bar: {BAR} s CPU where values recur")
    return 0 if spent < BAR else 1


def measured(title: str, stream: list[Fact], rules: list[Rule]) -> float:
    """CPU seconds that judging took; prints them beside the floor."""
    start = time.process_time()
    counted = Counter(fact.kind for fact in stream)
    floor = time.process_time() - start
    start = time.process_time()
    judgements = judge_all(rules, {}, stream, attempts(), datetime.date(2025, 1, 1))
    spent = time.process_time() - start
    outcomes = dict(sorted(Counter(judgement.outcome for judgement in judgements).items()))
    print(f"{title}: {len(stream):,} facts, {counted['crypto.use']:,} crypto.use; {len(rules)} rules {outcomes}")
    print(f"  floor, count by kind {floor:7.3f} s CPU")
    print(f"  judge_all            {spent:7.3f} s CPU")
    return spent


if __name__ == "__main__":
    sys.exit(main())
