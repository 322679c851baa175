"""Throughput of a whole review over a tree, its floors in the same run, and a peer beside it.

    python benchmarks/review_throughput.py TREE [--jobs N] [--peer 'semgrep scan --metrics off -j 1 --config R {tree}']

Prints megabytes (10**6) of the whole tree per CPU-second, workers included. Floors: reading and hashing every file;
the same with the word prefilter; parsing every file of a language that is read, whole, which is the cost to avoid.
CPU seconds, never wall time: machines are shared. The peer runs in the tree, so that its own ignore file counts:
`mixed_tree.py` writes an empty `.semgrepignore`, so that semgrep reads what assay reads.
"""

import argparse
import hashlib
import resource
import shlex
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a spawned worker runs the main module of its parent again; that of the command line imports little
    from assay.core.examination import FileMeta, Hit
    from assay.intake import Intake

MB = 1e6


def cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def timed(work: Callable[[], object]) -> float:
    start = cpu()
    work()
    return cpu() - start


def contents(taken: "Intake") -> list[tuple["FileMeta", bytes]]:
    from assay.intake import open_locator

    rows = []
    for meta in taken.artifact.files:
        with open_locator(meta.locator) as stream:
            rows.append((meta, stream.read()))
    return rows


def floors(taken: "Intake") -> dict[str, float]:
    """CPU seconds of the steps that nothing can avoid, and of parsing everything."""
    from assay.core.examination import Limits
    from assay.intake import open_locator
    from assay.lab.identifiers import words
    from assay.source.languages import BY_NAME
    from assay.source.parsed import Parsed

    def read_and_hash() -> None:
        for meta in taken.artifact.files:
            with open_locator(meta.locator) as stream:
                hashlib.sha256(stream.read()).digest()

    rows = contents(taken)
    sources = [(meta, content) for meta, content in rows if meta.format in BY_NAME and meta.file_class == "source"]

    def prefilter() -> None:
        for _, content in sources:
            words(content)

    def parse() -> None:
        for meta, content in sources:
            if len(content) <= Limits().unit_bytes:
                Parsed(BY_NAME[meta.format], content)

    return {"read + hash": timed(read_and_hash), "words of source": timed(prefilter), "parse all source": timed(parse)}


def inside(taken: "Intake") -> dict[str, float]:
    """CPU seconds inside the source examination: parsing, queries, and the Python around them."""
    from assay.core.examination import FileView, Limits
    from assay.examinations.cipher.source import SourceCryptography
    from assay.lab.hits import Prefilter
    from assay.lab.identifiers import words
    from assay.source.languages import BY_NAME
    from assay.source.parsed import Parsed

    spent = {"parse": 0.0, "query": 0.0, "total": 0.0}
    make, query = Parsed.__init__, Parsed.matches

    def counted(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent[name] += time.process_time() - start

        return call

    Parsed.__init__ = counted("parse", make)  # type: ignore[assignment, method-assign]
    Parsed.matches = counted("query", query)  # type: ignore[assignment, method-assign]
    examinations = {language: SourceCryptography(language) for language in BY_NAME}
    prefilters = {language: Prefilter([one], Limits().hits_per_unit) for language, one in examinations.items()}

    class Lab:
        limits = Limits()

    files = 0
    try:
        for meta, content in contents(taken):
            examination = examinations.get(meta.format)
            if examination is None or not examination.accepts(meta) or len(content) > Limits().unit_bytes:
                continue
            prefilter = prefilters[meta.format]
            found = prefilter.interested(content, (0,), words(content)).get(0)
            hits: list[Hit] = found.hits if found is not None else []
            if hits:
                files += 1
                start = time.process_time()
                examination.examine(FileView(meta, content), hits, Lab())
                spent["total"] += time.process_time() - start
    finally:
        Parsed.__init__, Parsed.matches = make, query  # type: ignore[method-assign]
    python = spent["total"] - spent["parse"] - spent["query"]
    return {"files with hits": files, "parse": spent["parse"], "query": spent["query"], "python": python}


def main() -> None:
    from assay.intake import IntakeLimits, take_in
    from assay.review.steps import Plan, examine

    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("tree", type=Path)
    arguments.add_argument("--jobs", type=int, default=1)
    arguments.add_argument("--peer", help="command of a peer; {tree} is replaced by the tree")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "intake").mkdir()
        start = cpu()
        taken = take_in(given.tree, manifest=None, scratch=scratch / "intake", limits=IntakeLimits())
        intake = cpu() - start
        size = sum(meta.size for meta in taken.artifact.files)
        source = sum(meta.size for meta in taken.artifact.files if meta.file_class == "source")
        print(f"{len(taken.artifact.files)} files, {size / MB:.1f} MB, {source / size:.0%} of the bytes source")
        start = cpu()
        examined = examine(taken, Plan(given.tree, date(2026, 1, 1), jobs=given.jobs), scratch)
        spent = cpu() - start
        peak = examined.result.peak_memory
        read = examined.result.bytes_read + taken.bytes_read
        rate = size / MB / (intake + spent)
        print(
            f"assay: {intake + spent:.2f} CPU-s, {rate:.1f} MB per CPU-s; intake {intake:.2f}, {examined.result.spent}"
        )
        print(f"assay: peak worker memory {peak / MB:.0f} MB; bytes read {read / size:.2f} of the tree")
        for name, seconds in floors(taken).items():
            print(f"floor: {name}: {seconds:.2f} CPU-s, {size / MB / max(seconds, 1e-9):.0f} MB of tree per CPU-s")
        print("inside cipher.source:", {name: round(value, 2) for name, value in inside(taken).items()})
    if given.peer:
        command = shlex.split(given.peer.replace("{tree}", str(given.tree)))
        start = cpu()
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        done = subprocess.run(command, cwd=given.tree, check=False, **silent)  # type: ignore[call-overload]
        other = cpu() - start
        print(f"peer: exit {done.returncode}, {other:.2f} CPU-s, {size / MB / other:.2f} MB per CPU-s")
        print(f"ratio: assay is {rate / (size / MB / other):.1f} times the peer")


if __name__ == "__main__":
    main()
