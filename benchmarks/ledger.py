"""What the ledger costs, beside raw SQLite commits timed in the same run.

    python benchmarks/ledger.py [--appends N] [--entries N] [--receipts N] [--folder DIR] [--review TREE]

Bars: a durable append costs at most 1.5 times a raw one-row commit with synchronous=FULL of the same bytes; batches of
1,000 go at 15,000 entries a second or more; a receipt is at most 1.3 KB at a million entries; 70,000 entries are
verified offline, by `verify.py` as an auditor runs it, in at most 3 seconds of CPU; of a whole review of TREE, entering
and signing its acts is under 2 % of the CPU. Opening the keys is shown beside it: a passphrase is stretched on purpose,
twice, a fixed tenth of a second. Ends 1 when a bar is missed.

Raw and ledger take turns in blocks, so that a busy machine slows both; each connection has written its first thousand
pages before it is timed, as a write-ahead log that grows costs more than one that is used again.
"""

import argparse
import hashlib
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

from assay.dossier.store import Dossier
from assay.ledger import verify
from assay.ledger.entries import Entry, digest
from assay.ledger.export import export
from assay.ledger.log import Log
from assay.ledger.party import open_party
from assay.ledger.signing import ephemeral
from assay.ledger.sqlite import SqliteStore
from assay.report import text
from assay.review.acts import Acts
from assay.review.steps import Plan, review

ORIGIN = "bank.example/reviews/7"
APPEND_BAR, BATCH_BAR, RECEIPT_BAR, VERIFY_BAR, SHARE_BAR = 1.5, 15_000, 1_300, 3.0, 2.0
BLOCK, WARM, BATCH, VERIFIED = 200, 1_200, 1_000, 70_000


def entry(number: int) -> Entry:
    body = digest(number.to_bytes(8))
    return Entry("attempts", "deadbeef/1", 1_700_000_000 + number, {"reviews/0001/review.json": body})


def raw(path: Path, body: bytes) -> Callable[[], None]:
    """One row, one durable commit."""
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, body BLOB NOT NULL)")

    def commit() -> None:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO rows (body) VALUES (?)", (body,))
        db.execute("COMMIT")

    return commit


def timed(action: Callable[[], object], times: int) -> list[float]:
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        spent.append(time.perf_counter() - start)
    return spent


def durable_append(folder: Path, appends: int) -> bool:
    log = Log.create(SqliteStore(folder / "single.sqlite"), ORIGIN, [ephemeral()])
    made = iter([entry(number) for number in range(appends + WARM)])
    commit = raw(folder / "raw.sqlite", entry(0).canonical())
    timed(commit, WARM)
    timed(lambda: log.append(next(made)), WARM)
    plain, ours = list[float](), list[float]()
    for _ in range(0, appends, BLOCK):
        plain += timed(commit, BLOCK)
        ours += timed(lambda: log.append(next(made)), BLOCK)
    log.close()
    ratio, middle = sum(ours) / sum(plain), median(ours) / median(plain)
    for title, spent in (("raw one-row commit", plain), ("durable append of one entry", ours)):
        print(f"  {title:29} mean {1e6 * sum(spent) / len(spent):8.1f} us, median {1e6 * median(spent):8.1f}")
    print(f"  ratio                         mean {ratio:8.2f}   , median {middle:8.2f}    (bar {APPEND_BAR})")
    return ratio <= APPEND_BAR


def batches(log: Log, entries: int) -> bool:
    spent = 0.0
    while log.size < entries:
        batch = [entry(log.size + number) for number in range(BATCH)]
        start = time.perf_counter()
        log.append(*batch)
        spent += time.perf_counter() - start
        if log.size in (VERIFIED, entries):
            log.checkpoint()
    rate = log.size / spent
    print(f"  batches of {BATCH:,}              {rate:12,.0f} entries/s    (bar {BATCH_BAR:,})")
    return rate >= BATCH_BAR


def receipts(log: Log, count: int) -> bool:
    places = [int.from_bytes(hashlib.sha256(b"%d" % number).digest()[:6]) % log.size for number in range(count)]
    start = time.perf_counter()
    largest = max(len(log.prove(place)[1].render()) for place in places)
    each = 1e3 * (time.perf_counter() - start) / count
    print(f"  receipt at {log.size:9,} entries   {largest:12,} bytes, {each:.2f} ms each    (bar {RECEIPT_BAR:,})")
    return largest <= RECEIPT_BAR


def verified_offline(folder: Path) -> bool:
    with Log.create(SqliteStore(folder / "verified.sqlite"), ORIGIN, [ephemeral()]) as log:
        for start in range(0, VERIFIED, BATCH):
            log.append(*[entry(start + number) for number in range(BATCH)])
        export(log, folder / "out")
        key = str(log.claimed[0])
    good = True
    for place in (folder / "out", folder / "verified.sqlite"):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-I", verify.__file__, "--key", key, place], check=True, stdout=subprocess.DEVNULL
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"  verify.py, {VERIFIED:,} entries, {place.name:15} {spent:6.2f} s CPU    (bar {VERIFY_BAR})")
        good &= spent <= VERIFY_BAR
    return good


ACTS = ("intake", "consent", "probe", "reviewed", "judged", "summary", "waiver", "report")


class Timed(Acts):
    """The acts of a review, and what they cost. `tests/review/test_acts.py` holds that a review calls no others."""

    spent = 0.0

    def __getattribute__(self, name: str) -> object:
        found = super().__getattribute__(name)
        if name not in ACTS:
            return found

        def timed_(*given: object) -> object:
            start = time.process_time()
            try:
                return found(*given)
            finally:
                Timed.spent += time.process_time() - start

        return timed_


def share_of_a_review(folder: Path, tree: Path) -> bool:
    environ = {
        "XDG_CONFIG_HOME": str(folder),
        "ASSAY_KEY_PASSPHRASE": "of the benchmark",
        "ASSAY_PARTY": "bank.example",
    }
    open_party(environ, folder, lambda _: None)  # the pair is made once, not by each review
    before = sum(os.times()[:4])
    start = time.process_time()
    party = open_party(environ, folder, lambda _: None)
    keys = time.process_time() - start
    opened: list[Timed] = []

    def enter(dossier: Dossier) -> Acts:
        start = time.process_time()
        opened.append(Timed(dossier, party, time.time))
        Timed.spent += time.process_time() - start
        return opened[0]

    kept, document = review(Plan(tree, date.today(), dossier=folder / "p.assay", jobs=2), enter=enter)
    content = text.render(document, "en", party.words)
    start = time.process_time()
    with opened[0] as acts:
        acts.report(kept.latest(), "text", content, None)
    Timed.spent += time.process_time() - start
    whole = sum(os.times()[:4]) - before
    start = time.process_time()
    list(kept.latest().judgements())  # read again for the ledger alone
    Timed.spent += time.process_time() - start
    share, with_keys = 100 * Timed.spent / whole, 100 * (Timed.spent + keys) / (whole + keys)
    print(
        f"  review of {tree.name}: {whole:.2f} s CPU; its acts {1e3 * Timed.spent:.0f} ms, {share:.2f} %    "
        f"(bar {SHARE_BAR}); with opening the keys, {1e3 * keys:.0f} ms once a run, {with_keys:.2f} %"
    )
    return share < SHARE_BAR


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--appends", type=int, default=4_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--receipts", type=int, default=200)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--review", type=Path, default=None)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        good = [durable_append(folder, given.appends)]
        log = Log.create(SqliteStore(folder / "batches.sqlite"), ORIGIN, [ephemeral()])
        good += [batches(log, given.entries), receipts(log, given.receipts)]
        log.close()
        good.append(verified_offline(folder))
        if given.review is not None:
            good.append(share_of_a_review(folder, given.review))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
