"""paygate-settle DAY FILE: build the report of a day, store it and send it."""

import argparse
import csv
import sys
from pathlib import Path

from paygate_settle import archive, exchange, report


def read_lines(path: Path) -> list[report.Line]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        return [report.Line(row["token"], row["merchant"], int(row["amount"]), row["currency"]) for row in rows]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="paygate-settle", description=__doc__)
    parser.add_argument("day", help="YYYY-MM-DD")
    parser.add_argument("file", type=Path, help="payments of the day as CSV")
    parser.add_argument("--keys", type=Path, required=True, help="folder with archive.key and exchange.key")
    parser.add_argument("--out", type=Path, default=Path())
    asked = parser.parse_args(arguments)

    body = report.render(read_lines(asked.file))
    name = report.archive_name(body, asked.day)
    sealed = archive.store(body, (asked.keys / "archive.key").read_bytes(), name)
    (asked.out / name).with_suffix(".sealed").write_bytes(sealed)
    if not exchange.send(body, (asked.keys / "exchange.key").read_bytes()):
        print("the clearing house did not take the report; run again later", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
