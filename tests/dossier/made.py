"""A small review on disk for the tests of this room."""

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path

from assay.core.attempts import Attempt
from assay.core.facts import Fact
from assay.core.product import Product, Vendor
from assay.core.rules import Ground, Judgement, Matched
from assay.dossier.records import FileRecord, encode
from assay.dossier.runs import merge_runs, write_run
from assay.dossier.sealed import ReviewRecord, RulebookRef
from assay.dossier.store import Dossier, Review
from assay.dossier.writing import ReviewWriter
from tests.core.made import fact

STREAMS = ("files", "attempts", "facts", "judgements")
RECORD = ReviewRecord(
    Product("pay", "1.2", Vendor("Acme 付", "CN"), {"sector": "banking", "listed": None}),
    "ab" * 32,
    datetime.date(2025, 6, 1),
    {"unit_bytes": 4 << 20, "watchdog_seconds": 60.5},
    ("cipher.source@1",),
    (RulebookRef("baseline", "cd" * 32),),
)
ATTEMPT = Attempt(
    "cipher.source@1", ("crypto.use",), "skipped", "no-reader", "source", "go", "server", "shipped", "a.go"
)
FILE = FileRecord("x-1/a.py", "a.py", 12, "ef" * 32, "source", "python", "server", "shipped", "path name")
JUDGEMENT = Judgement(
    "baseline", "no-md5", "broken",
    (Ground("forbidden-seen", matched=(Matched("crypto.use", {"family": "MD5", "mode": None}, 2, ("ff", "00")),)),),
    "cryptography",
)  # fmt: skip
FACTS = [fact(path=f"{n:03}.py", family="MD5", key_bits=n) for n in range(60)]
FACTS += [fact("crypto.misuse", path=f"{n:03}.py", misuse="static-iv", cwe=329) for n in range(20)]


def lines(facts: Iterable[Fact], folder: Path) -> list[bytes]:
    """Facts as a review gets them: through a run."""
    path = folder / "made.run"
    write_run(facts, path)
    return list(merge_runs([path]))


def add_review(dossier: Dossier, fact_lines: Sequence[bytes]) -> Review:
    with ReviewWriter(dossier) as writer:
        writer.plan(STREAMS)
        writer.write("files", [encode(FILE)])
        writer.write("attempts", [encode(ATTEMPT)])
        writer.write("facts", fact_lines)
        writer.write("judgements", [encode(JUDGEMENT)])
        return writer.seal(RECORD)


def begin_review(dossier: Dossier) -> None:
    """A review whose writer ended before it was sealed."""
    with ReviewWriter(dossier) as writer:
        writer.plan(STREAMS)
        writer.write("files", [encode(FILE)])


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
