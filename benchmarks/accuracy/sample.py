"""A random sample of facts for a person to judge, one a line: place, what is stated, and the line of the evidence.

    python benchmarks/accuracy/sample.py Java=DIR Go=DIR C=DIR Python=DIR JavaScript=DIR [--each 40] [--seed 9]

The same trees, number and seed give the same sample. `docs/accuracy.md` has what a reader made of it.
"""

import argparse
import random
from pathlib import Path

import scoring

ENDINGS = {
    "Java": (".java",), "Go": (".go",), "C": (".c", ".h"), "Python": (".py",), "JavaScript": (".js", ".ts"),
}  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("trees", nargs="+", metavar="LANGUAGE=DIR")
    arguments.add_argument("--each", type=int, default=40)
    arguments.add_argument("--seed", type=int, default=9)
    given = arguments.parse_args()
    drawn = random.Random(given.seed)
    for tree in given.trees:
        language, _, root = tree.partition("=")
        facts = [fact for rows in scoring.seen_in(Path(root)).facts.values() for fact in rows]
        kept = [fact for fact in facts if fact.evidence[0].path.endswith(ENDINGS[language])]
        kept.sort(key=lambda fact: (fact.subject.path, fact.subject.name, sorted(map(str, fact.value.items()))))
        print(f"## {language}: {len(kept)} facts")
        for fact in drawn.sample(kept, min(given.each, len(kept))):
            value, place = fact.value, fact.evidence[0]
            told = " ".join(f"{key}={value[key]}" for key in sorted(value) if key not in {"oid", "quantum_vulnerable"})
            print(f"{place.path}:{place.line} {fact.kind} {told} | {place.expression} | {place.excerpt}")


if __name__ == "__main__":
    main()
