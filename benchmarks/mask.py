"""What a masked copy costs, beside a peer that does the same column work in the same run.

    python benchmarks/mask.py [--rows N] [--peer-rows N]

Bar: a masked copy of the table of `tests/examinations/border/made.py` is written at 50 MB/s of CPU or more per core,
from file to file, both passes included, for Parquet and CSV; megabytes are those of the cells. Measured apart and
without a bar: the same with the digits of numbers enciphered in place (FF1, ten rounds of AES for each), and its column
of running text, of thirty bytes a cell. Ends 1 when the bar is missed.

The peer is the loop that one writes in a day: `hmac.new` of the standard library for every cell of the same columns,
one after the other, CSV in and out, without finding anything (it is told the columns). It is given fewer rows.
"""

import argparse
import csv
import hashlib
import hmac
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from assay.crossing.mask.columns import Masker
from assay.crossing.mask.copying import Copied, copy
from assay.crossing.mask.hashing import Algorithm
from assay.crossing.mask.policy import Policy, in_format

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.examinations.border.made import table

BAR = 50.0
KEY = hashlib.sha256(b"the key of the benchmark").digest()


def megabytes(of: pa.Table) -> float:
    return sum(len(cell.encode()) for column in of.columns for cell in column.to_pylist() if cell) / 1e6


def spent(source: Path, output: Path, masker: Masker, policy: Policy | None = None) -> tuple[float, Copied]:
    """The least of three runs."""
    best = float("inf")
    for _ in range(3):
        output.unlink(missing_ok=True)
        start = time.process_time()
        copied = copy(source, output, masker, policy or Policy())
        best = min(best, time.process_time() - start)
    return best, copied


def peer(source: Path, output: Path, columns: set[str]) -> float:
    start = time.process_time()
    with source.open(encoding="utf-8", newline="") as read, output.open("w", encoding="utf-8", newline="") as write:
        rows = csv.reader(read)
        writer = csv.writer(write)
        header = next(rows)
        writer.writerow(header)
        masked = [place for place, name in enumerate(header) if name in columns]
        for row in rows:
            for place in masked:
                row[place] = hmac.new(KEY, row[place].encode(), hashlib.sha256).hexdigest()[:32]
            writer.writerow(row)
    return time.process_time() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--peer-rows", type=int, default=50_000)
    given = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = table(given.rows)
        memo = {"memo": whole.pop("memo")}
        made = pa.table(whole)
        size = megabytes(made)
        pyarrow.parquet.write_table(made, folder / "in.parquet")
        pyarrow.csv.write_csv(made, folder / "in.csv")
        pyarrow.csv.write_csv(made.slice(0, given.peer_rows), folder / "few.csv")
        algorithms: tuple[Algorithm, ...] = ("hmac-sha256", "hmac-sm3")
        for algorithm in algorithms:  # compiled code comes from its cache from here on
            spent(folder / "few.csv", folder / "warm.csv", Masker(KEY, algorithm))
        print(f"{given.rows:,} rows, {made.num_columns} columns, {size:.0f} MB of cells")
        for form in ("parquet", "csv"):
            for algorithm in algorithms:
                masker = Masker(KEY, algorithm)
                seconds, copied = spent(folder / f"in.{form}", folder / f"{algorithm}.{form}", masker)
                done = [one.column for one in copied.columns if one.action != "keep"]
                rate = size / seconds
                good &= rate >= BAR
                print(
                    f"  {form:8} {algorithm:12} {seconds:6.2f} s CPU, {rate:6.1f} MB/s (bar {BAR}); masked: {len(done)}"
                )
        seconds, _ = spent(folder / "in.parquet", folder / "ff1.parquet", Masker(KEY), in_format(Policy()))
        print(f"  parquet, digits in place {seconds:5.2f} s CPU, {size / seconds:6.1f} MB/s (no bar)")
        few = size * given.peer_rows / given.rows
        theirs = peer(folder / "few.csv", folder / "peer.csv", set(done))
        ours, _ = spent(folder / "few.csv", folder / "ours.csv", Masker(KEY))
        print(
            f"  peer, told the columns {theirs:6.2f} s CPU, {few / theirs:6.1f} MB/s; assay {theirs / ours:.1f} times"
        )
        pyarrow.parquet.write_table(pa.table(memo), folder / "memo.parquet")
        seconds, _ = spent(folder / "memo.parquet", folder / "memo.out.parquet", Masker(KEY))
        size = megabytes(pa.table(memo))
        print(f"  running text alone     {seconds:6.2f} s CPU, {size / seconds:6.1f} MB/s ({size:.0f} MB, no bar)")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
