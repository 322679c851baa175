"""What the scan of data costs and finds, beside peers in the same run.

    python benchmarks/border.py [--rows N] [--peer-rows N] [--names FILE] [--addresses FILE] [--full]

Bars: Arrow strings are scanned at 300 MB/s of CPU or more, 100 times presidio's pattern recognisers and 20 times the
fastest peer that is installed; Parquet is counted from file to verdict at 100 MB/s or more; a small file is answered
within 2 seconds of CPU by a fresh process that compiles nothing. On `tests/examinations/border/made.py` every class
with a check has recall of 0.99 or more as *valid*, near-misses are hit in 0.05 % or fewer, and numbers with a wrong
check digit are plausible beside a label and never valid. Distinct persons are exact at 2 million and within 0.5 % at
100 million (`--full`; hashes drawn at random), 1,000 sketches of 10,000 merge within 1 second, 100 full ones within 30
seconds and 1 GB (`--full`). Ends 1 when a bar is missed.

Peers, as shipped and only when installed: presidio-analyzer (its pattern recognisers over an empty spaCy pipeline),
cpex-pii-filter, cloakpii, datafog, argus-redact, scrubadub, duckdb (one regular expression per class and no checksum:
the fastest thing that could be written in a day). They are given the same cells, fewer of them (`--peer-rows`), since
some are slow; rates are per byte.

Names are measured on text that others labelled, when it is named: a file of one character and one BMES tag a line
(`B-NAME`), such as the résumés published with "Chinese NER Using Lattice LSTM" (Zhang and Yang, ACL 2018). It is read
and never kept. Addresses are measured on a file of the same form in which every line is one address with its parts
labelled, such as those published with "Neural Chinese Address Parsing" (Li and others, NAACL 2019; no licence is
named): F1 over the characters that belong to a part of an address, and beside it how many lines are seen at all and how
many are marked from their first part to their last.
"""

import argparse
import importlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assay.examinations.border import scanning
from assay.examinations.border.columns import bytes_of
from assay.examinations.border.counting import Counted
from assay.examinations.border.persons import SIZE, Sketch, key_id, merged, new_key
from assay.examinations.border.text import find

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.examinations.border.made import HARD, NEAR, RIGHT, Maker, column, lines, table

_FAILED: list[str] = []


def bar(name: str, figure: str, *, met: bool) -> None:
    print(f"{'ok  ' if met else 'MISS'} {name}: {figure}")
    if not met:
        _FAILED.append(name)


def cpu(work: Callable[[], object], times: int = 1) -> float:
    """The least CPU seconds of some runs."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def accuracy(rows: int) -> None:
    made = lines(rows)
    by_line: dict[int, list[Any]] = {}
    for hit in find("\n".join(line.text for line in made)):
        by_line.setdefault(hit.line, []).append(hit)
    total, found, wrong = Counter[str](), Counter[str](), Counter[str]()
    for number, line in enumerate(made, 1):
        hits = by_line.get(number, [])
        total[line.make] += 1
        wrong[line.make] += bool(hits)
        found[line.make] += any(
            (hit.class_, hit.confidence) == (line.class_, "valid")
            and abs(hit.start - line.start) <= 1
            and abs(hit.end - line.end) <= 1
            for hit in hits
        )
    for make in RIGHT:
        bar(
            f"recall {make}", f"{found[make] / total[make]:.4f} of {total[make]}", met=found[make] >= 0.99 * total[make]
        )
    near = sum(total[make] for make in NEAR)
    taken = sum(wrong[make] for make in NEAR)
    worst = max(NEAR, key=lambda make: wrong[make] / total[make])
    bar("near-misses hit", f"{taken / near:.4%} of {near}; most of {worst}: {wrong[worst]}", met=taken <= 0.0005 * near)
    maker, labels = Maker(5), (("bad_id", "身份证号"), ("bad_card", "卡号"))
    for make, label in labels:
        values = [getattr(maker, make)() for _ in range(2000)]
        beside = [find(f"{label}：{value}") for value in values]
        plausible = sum([hit.confidence for hit in hits] == ["plausible"] for hits in beside)
        valid = sum(any(hit.confidence == "valid" for hit in find(value)) for value in values)
        bar(
            f"{make} beside a label",
            f"plausible {plausible}, valid {valid} of 2000",
            met=plausible >= 1980 and not valid,
        )
    for make in HARD:
        counted = Counted("", bytes(16))
        counted.add([make], [pa.array(column(make, 20_000))])
        said = {verdict.class_: verdict.valid for verdict in counted.verdicts()}
        print(f"     a column of random digits, {make}: said to hold {said or 'nothing'}")


def speed(rows: int, peer_rows: int, folder: Path) -> None:
    data = pa.table(table(min(rows, 40_000)))
    data = pa.concat_tables([data] * max(rows // 40_000, 1)).combine_chunks()
    size = sum(int(bytes_of(data[name].chunk(0))[1][-1]) for name in data.column_names)
    arrays = [bytes_of(data[name].chunk(0)) for name in data.column_names]
    if scanning.compiled() is None:
        print("     numba is not installed: the interpreter scans")
    scanning.scan(*arrays[0])
    spent = cpu(lambda: [scanning.scan(*array) for array in arrays], 3)
    rate = size / spent / 1e6
    bar("scan of Arrow strings", f"{rate:.0f} MB/s of CPU ({size / 1e6:.0f} MB, {data.num_rows} rows)", met=rate >= 300)
    path = folder / "table.parquet"
    pq.write_table(data, path)

    def end_to_end() -> None:
        counted = Counted("", bytes(16))
        for batch in pq.ParquetFile(path).iter_batches(1 << 16, use_threads=False):
            counted.add(batch.schema.names, batch.columns)
        list(counted.verdicts())

    whole = size / cpu(end_to_end, 2) / 1e6
    bar("Parquet end to end", f"{whole:.0f} MB/s of CPU", met=whole >= 100)
    cells = [value for values in data.slice(0, peer_rows).to_pydict().values() for value in values]
    for name, peer in PEERS.items():
        try:
            run, of = peer(cells, data)
        except ImportError as missing:
            print(f"     {name} is not installed ({missing.name})")
            continue
        theirs = of / cpu(run, 2) / 1e6
        least = 100 if name.startswith("presidio") else 1 if name == "duckdb" else 20
        bar(f"beside {name}", f"{rate / theirs:.0f} times ({theirs:.3f} MB/s)", met=rate >= least * theirs)


def presidio(cells: list[str], _: pa.Table) -> tuple[Callable[[], object], int]:
    analyzer = importlib.import_module("presidio_analyzer")
    spacy = importlib.import_module("spacy")
    nlp = importlib.import_module("presidio_analyzer.nlp_engine").SpacyNlpEngine(
        models=[{"lang_code": "en", "model_name": "blank"}]
    )
    nlp.nlp = {"en": spacy.blank("en")}
    suffixes: Any = importlib.import_module(
        "tldextract.tldextract"
    )  # the list of domains that it ships, not the network's
    suffixes.TLD_EXTRACTOR = suffixes.TLDExtract(suffix_list_urls=(), cache_dir=None)
    engine = analyzer.AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])
    some = cells[:: max(len(cells) // 600, 1)]
    return lambda: [engine.analyze(cell, "en") for cell in some], sum(len(cell.encode()) for cell in some)


def cpex(cells: list[str], _: pa.Table) -> tuple[Callable[[], object], int]:
    made = importlib.import_module("cpex_pii_filter").PIIDetectorRust({})
    return lambda: [made.detect(cell) for cell in cells], sum(len(cell.encode()) for cell in cells)


def cloakpii(cells: list[str], _: pa.Table) -> tuple[Callable[[], object], int]:
    match = importlib.import_module("cloakpii.pii").match_pii_type
    return lambda: [match(cell) for cell in cells], sum(len(cell.encode()) for cell in cells)


def datafog(cells: list[str], _: pa.Table) -> tuple[Callable[[], object], int]:
    scanner = importlib.import_module("datafog.processing.text_processing.regex_annotator").RegexAnnotator()
    some = cells[:: max(len(cells) // 2000, 1)]
    return lambda: [scanner.annotate(cell) for cell in some], sum(len(cell.encode()) for cell in some)


def argus(cells: list[str], _: pa.Table) -> tuple[Callable[[], object], int]:
    redact = importlib.import_module("argus_redact").redact
    some = cells[:: max(len(cells) // 600, 1)]
    return lambda: [redact(cell, lang="zh") for cell in some], sum(len(cell.encode()) for cell in some)


def scrubadub(cells: list[str], _: pa.Table) -> tuple[Callable[[], object], int]:
    scrubber = importlib.import_module("scrubadub").Scrubber()
    some = cells[:: max(len(cells) // 600, 1)]
    return lambda: [list(scrubber.iter_filth(cell)) for cell in some], sum(len(cell.encode()) for cell in some)


def duckdb(_: list[str], data: pa.Table) -> tuple[Callable[[], object], int]:
    duck = importlib.import_module("duckdb")
    database = duck.connect(config={"threads": 1})
    some = data.slice(0, 40_000)
    database.register("cells", some)
    patterns = (
        r"[1-9]\d{5}(18|19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dXx]", r"1[3-9]\d{9}", r"\d{15,19}",
        r"[\w.+-]+@[\w-]+(\.[\w-]+)+", r"(\d{1,3}\.){3}\d{1,3}", r"[0-9A-Z]{18}", r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}",
        r"\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}",
    )  # fmt: skip
    parts = [f"count_if(regexp_matches({name}, '{one}'))" for name in data.column_names for one in patterns]
    size = sum(pc.sum(pc.binary_length(some[name])).as_py() for name in data.column_names)
    return lambda: database.execute(f"select {', '.join(parts)} from cells").fetchall(), size


PEERS: dict[str, Callable[[list[str], pa.Table], tuple[Callable[[], object], int]]] = {
    "presidio-analyzer": presidio,
    "cpex-pii-filter": cpex,
    "cloakpii": cloakpii,
    "datafog": datafog,
    "argus-redact": argus,
    "scrubadub": scrubadub,
    "duckdb": duckdb,
}


def first_answer(folder: Path) -> None:
    path = folder / "small.txt"
    path.write_text("\n".join(line.text for line in lines(5_000)), encoding="utf-8")
    cache = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "cache")}
    command = [
        sys.executable,
        "-c",
        "from assay.cli.main import main; main()",
        "border",
        "find",
        str(path),
        "--format",
        "jsonl",
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=cache, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    compiled = any((folder / "cache").rglob("*.nbc")) if (folder / "cache").exists() else False
    bar(
        "first answer on a small file",
        f"{spent:.2f} s of CPU for {path.stat().st_size} bytes",
        met=spent < 2 and not compiled,
    )


def persons(*, full: bool) -> None:
    random, key = np.random.default_rng(11), new_key()

    def sketch(count: int) -> Sketch:
        one = Sketch(key_id(key))
        one.add(random.integers(0, 2**64, count, np.uint64))
        one.settle()
        return one

    two = sketch(2_000_000)
    bar("2 million persons", f"{two.count()}, exact: {two.exact}", met=two.count() == 2_000_000 and two.exact)
    many = [sketch(10_000) for _ in range(1000)]
    spent = cpu(lambda: merged(many))
    bar("merge of 1,000 sketches of 10,000", f"{spent:.2f} s of CPU", met=spent < 1)
    if not full:
        return
    one = Sketch(key_id(key))
    for _ in range(100):
        one.add(random.integers(0, 2**64, 1_000_000, np.uint64))
    off = abs(one.count() / 1e8 - 1)
    bar("100 million persons", f"{one.count()}, {off:.3%} off", met=off < 0.005)

    def full_ones() -> Iterator[Sketch]:
        for _ in range(100):
            kept = np.sort(random.integers(0, 2**60, SIZE, np.uint64))
            yield Sketch(key_id(key), SIZE, kept, full=True)

    making = cpu(lambda: [0 for _ in full_ones()])
    spent = cpu(lambda: merged(full_ones())) - making
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    bar(
        "merge of 100 full sketches",
        f"{spent:.1f} s of CPU; peak of this process {peak} MB",
        met=spent < 30 and peak < 1024,
    )


def names(path: Path) -> None:
    right = said = both = 0
    for text, labelled in labelled_names(path):
        found = {(hit.start, hit.end) for hit in find(text) if hit.class_ == "person_name"}
        right, said, both = right + len(labelled), said + len(found), both + len(found & labelled)
    precision, recall = both / max(said, 1), both / max(right, 1)
    figure = 2 * precision * recall / max(precision + recall, 1e-9)
    bar(
        f"names in {path.name}",
        f"F1 {figure:.3f} (precision {precision:.3f}, recall {recall:.3f}, {right} names)",
        met=figure >= 0.9,
    )


def addresses(path: Path) -> None:
    lines = list(labelled(path))
    said: dict[int, list[tuple[int, int]]] = {}
    for hit in find("\n".join(text for text, _ in lines)):
        if hit.class_ == "address":
            said.setdefault(hit.line - 1, []).append((hit.start, hit.end))
    both = found = right = seen = whole = 0
    for at, (_, tags) in enumerate(lines):
        parts = {place for place, tag in enumerate(tags) if tag[2:] not in _NO_PART}
        marked = {place for span in said.get(at, ()) for place in range(*span)}
        both, found, right = both + len(parts & marked), found + len(marked), right + len(parts)
        seen += bool(marked)
        whole += bool(parts) and parts <= marked
    precision, recall = both / max(found, 1), both / max(right, 1)
    figure = 2 * precision * recall / max(precision + recall, 1e-9)
    bar(
        f"addresses in {path.name}",
        f"F1 of characters {figure:.3f} (precision {precision:.3f}, recall {recall:.3f}); of {len(lines)} lines "
        f"{seen / len(lines):.3f} are seen, {whole / len(lines):.3f} from end to end",
        met=figure >= 0.85,
    )


_NO_PART = frozenset({"", "person", "redundant", "otherinfo", "assist"})


def labelled_names(path: Path) -> Iterator[tuple[str, set[tuple[int, int]]]]:
    for text, tags in labelled(path):
        spans, start = set[tuple[int, int]](), 0
        for place, tag in enumerate(tags):
            start = place if tag in ("B-NAME", "S-NAME") else start
            if tag in ("E-NAME", "S-NAME"):
                spans.add((start, place + 1))
        yield text, spans


def labelled(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Lines of text with the tag of each character."""
    text, tags = "", list[str]()
    for line in [*path.read_text(encoding="utf-8").split("\n"), ""]:
        char, _, tag = line.strip("\r").partition(" ")
        if tag:
            text, tags = text + char, [*tags, tag]
        elif text:
            yield text, tags
            text, tags = "", []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--peer-rows", type=int, default=500)
    parser.add_argument("--names", type=Path, action="append", default=[])
    parser.add_argument("--addresses", type=Path, action="append", default=[])
    parser.add_argument("--full", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        accuracy(48_000)
        first_answer(Path(folder))
        persons(full=asked.full)
        for path in asked.names:
            names(path)
        for path in asked.addresses:
            addresses(path)
        speed(asked.rows, asked.peer_rows, Path(folder))
    print(f"{len(_FAILED)} missed" if _FAILED else "all bars met")
    return 1 if _FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
