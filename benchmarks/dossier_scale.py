"""Two million facts written, opened and judged: under 1 GB of memory and fewer than 1,000 files.

    python benchmarks/dossier_scale.py [--facts N] [--runs N] [--folder DIR]

Facts are `crypto.use` as a large product states them, in as many runs as a bench of workers leaves. Floors in the same
run: the same lines written plainly to one file, and read back with the standard library's json. Ends 1 when a bar is
missed. Needs about 2.5 GB in the folder at the default size.
"""

import argparse
import datetime
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.core.judge import judge_all
from assay.core.product import Product
from assay.dossier.records import encode
from assay.dossier.runs import merge_runs, write_run
from assay.dossier.sealed import ReviewRecord
from assay.dossier.store import Dossier
from assay.dossier.writing import ReviewWriter
from judge import attempts, rule, value  # type: ignore[import-not-found]  # the script beside this one

MEMORY_BAR, FILES_BAR, DECODE_BAR = 1 << 30, 1_000, 60.0
RULES, VALUES = 40, 800
AS_OF = datetime.date(2025, 1, 1)


def facts(rng: random.Random, numbers: range, values: list[dict[str, Scalar]]) -> Iterator[Fact]:
    for number in numbers:
        path = f"src/main/java/com/acme/pay/module{number // 5_000}/Service{number // 25}.java"
        name = f"com.acme.pay.Service{number // 25}.step{number % 25}"
        line = number % 25 * 40 + 7
        evidence = (Evidence(f"acme-pay-4.2/{path}", line, 'Cipher cipher = Cipher.getInstance("DESede/CBC/PKCS5");'),)
        yield Fact(
            "crypto.use", Subject("server", path, name, "shipped"), rng.choice(values), "cipher.source@1", evidence
        )


@contextmanager
def timed(title: str, spent: dict[str, float]) -> Iterator[None]:
    start = time.process_time()
    yield
    spent[title] = time.process_time() - start
    print(f"  {title:44} {spent[title]:8.2f} s CPU, peak {peak() >> 20:5} MB", flush=True)


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--folder", type=Path, default=None)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        return measure(Path(folder), given.facts, given.runs)


def measure(folder: Path, count: int, parts: int) -> int:
    rng = random.Random(1)
    values = [value(rng, "crypto.use") for _ in range(VALUES)]
    rules = [rule(rng, number * 2 + 1) for number in range(RULES)]
    runs = [folder / f"{part}.run" for part in range(parts)]
    spent: dict[str, float] = {}
    print(f"{count:,} facts, {parts} runs, {RULES} rules")
    with timed("make the facts and write sorted runs (workers)", spent):
        for part, path in enumerate(runs):
            write_run(facts(rng, range(part, count, parts), values), path)
    dossier = Dossier.create_or_open(folder / "scale.assay")
    with timed("merge, compress, seal", spent), ReviewWriter(dossier) as writer:
        writer.plan(["attempts", "facts"])
        writer.write("attempts", map(encode, attempts()))
        writer.write("facts", merge_runs(runs))
        writer.seal(ReviewRecord(Product("scale", None, None, {}), "", AS_OF))
    with timed("open, read and judge", spent):
        review = Dossier.open(dossier.path).latest()
        judgements = judge_all(rules, {}, review.glimpses(), review.attempts(), AS_OF)
    with timed("open and decode every fact whole", spent):
        decoded = sum(1 for _ in review.facts())
    high = peak()
    plain = folder / "plain.jsonl"
    with timed("floor: the same lines into one plain file", spent), plain.open("wb") as file:
        file.writelines(line + b"\n" for line in review.fact_lines())
    with timed("floor: that file read with json", spent), plain.open("rb") as file:
        assert sum(1 for line in file if json.loads(line)["kind"]) == decoded
    files = [path for path in dossier.path.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"  {len(judgements)} judgements, {decoded:,} facts, {len(files)} files, {size:,} bytes")
    print(f"  plain: {plain.stat().st_size:,} bytes; peak memory with judging {high >> 20} MB")
    judged = spent["open, read and judge"]
    return 0 if high < MEMORY_BAR and len(files) < FILES_BAR and judged < DECODE_BAR else 1


if __name__ == "__main__":
    sys.exit(main())
