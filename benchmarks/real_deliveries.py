"""Reviews of real deliveries, each by `assay review` in a fresh folder: what it cost, what was seen, what stayed open.

    python benchmarks/real_deliveries.py PATH... [--manifest FILE] [--rulebook ID]... [--as-of DATE] [--jobs N]
                                         [--lang en|zh] [--json FILE] [--keep DIR] [--answers DIR]

PATH is a delivery: an archive, an image, a package, a folder. Prints one row of a Markdown table per delivery, then
what holds rules open, over all of them. Without --manifest the operator says: banking, markets CN and EU, critical.
CPU seconds are of the review and its workers; memory is that of its largest process. Bytes are those of the files that
were taken in, after unpacking. Coverage leaves out what cannot hold cryptography (images, prose). "Decided" is what is
broken or met of the rules that apply; rules that only a statement can decide are counted, and also shown apart. With
--answers, statements of the file DIR/NAME.yaml are added to the manifest of the delivery NAME: what a person read where
the program could not. With --keep the dossiers and reports stay, for `assay why` and `assay facts`. Ends 1 when a
review fails.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

BOOKS = ("baseline", "cn-commercial-crypto", "pci-dss-4-crypto", "eu-dora-crypto")
MANIFEST = "sector: banking\nmarkets: [CN, EU]\ncritical: true\n"
KINDS = {
    "-sources.jar": "source jar", ".jar": "jar", ".whl": "wheel", ".tgz": "npm", ".deb": "deb", ".rpm": "rpm",
    ".apk": "apk", ".iso": "ISO", "-oci.tar": "OCI image", ".docker.tar": "docker save", ".cpio.gz": "cpio",
    ".crate": "crate", ".gem": "gem", ".nupkg": "NuGet", ".7z": "7z", ".zip": "zip", ".tar.gz": "tar.gz",
}  # fmt: skip
HEADINGS = {
    "en": "Delivery|Kind|Files|MB|CPU-s|Peak MB|Facts|Examined / partly / not|"
    "Baseline: broken / open / met|All: broken / open / met|Decided|Decided, by evidence|Rules held open by",
    "zh": "交付物|种类|文件数|MB|CPU 秒|峰值 MB|事实数|已检查 / 部分 / 未检查|"
    "基线：违反 / 未决 / 满足|全部：违反 / 未决 / 满足|已判定|已判定（凭证据）|使规则未决的原因",
}  # fmt: skip
OUTCOMES = ("broken", "open", "met")
STATED = "nobody-stated"


@dataclass(frozen=True, slots=True)
class Row:
    """One review. Counts of rules are of rules that apply; `stated` are open because nobody made a statement."""

    name: str
    kind: str
    files: int
    bytes: int
    cpu: float
    peak: int
    facts: int
    examined: int
    partly: int
    unexamined: int
    baseline: Mapping[str, int]
    rules: Mapping[str, int]
    stated: int
    held: Mapping[str, int]
    breaks: Mapping[str, int]

    @property
    def decided(self) -> int:
        return self.rules["broken"] + self.rules["met"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--manifest", type=Path)
    parser.add_argument("--rulebook", action="append")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date.today())
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--lang", choices=tuple(HEADINGS), default="en")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--answers", type=Path)
    given = parser.parse_args()
    rows: list[Row] = []
    failed = 0
    print(f"| {HEADINGS[given.lang].replace('|', ' | ')} |\n|{' --- |' * (HEADINGS['en'].count('|') + 1)}")
    with tempfile.TemporaryDirectory() as scratch:
        said = given.manifest.read_text(encoding="utf-8") if given.manifest else MANIFEST
        options = ["--as-of", given.as_of.isoformat(), "--jobs", str(given.jobs)]
        for book in given.rulebook or BOOKS:
            options += ["--rulebook", book]
        for path in given.paths:
            folder = Path(given.keep or scratch, path.name)
            folder.mkdir(parents=True)
            answers = given.answers / f"{path.name}.yaml" if given.answers else None
            manifest = folder / "manifest.yaml"
            manifest.write_text(said + (answers.read_text(encoding="utf-8") if answers and answers.is_file() else ""))
            row = reviewed(path, folder, [*options, "--manifest", str(manifest)])
            if row is None:
                failed += 1
                print(f"{path}: the review failed", file=sys.stderr)
                continue
            rows.append(row)
            print(f"| {' | '.join(cells(row))} |", flush=True)
    if rows:
        print(f"| {' | '.join(cells(total(rows)))} |\n\n{ranked(rows)}")
    if given.json:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False), encoding="utf-8")
    return 1 if failed else 0


def reviewed(path: Path, folder: Path, options: Sequence[str]) -> Row | None:
    """None when the review did not end with a report."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "assay.cli", "review", str(path.resolve()), "--format", "json"]
    command += ["--output", str(report), "--dossier", str(folder / "dossier.assay"), *options]
    log = os.open(folder / "stderr.txt", os.O_WRONLY | os.O_CREAT, 0o600)
    started = time.monotonic()
    pid = os.posix_spawn(sys.executable, command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, log, 2)])
    os.close(log)
    _, status, used = os.wait4(pid, 0)
    ended = os.waitstatus_to_exitcode(status)
    print(f"{path.name}: exit {ended}, {time.monotonic() - started:.0f} s", file=sys.stderr)
    if ended not in {0, 10, 11} or not report.is_file():
        return None
    return row_of(path, json.loads(report.read_bytes()), used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def row_of(path: Path, document: Mapping[str, Any], cpu: float, peak: int) -> Row:
    findings = list(each_finding(document))
    of_baseline = [item for item in findings if item["book"] == "baseline"]
    opened = [reasons(item) for item in findings if item["outcome"] == "open"]
    covered = document["coverage"]["rows"]
    size = document["delivery"]["size"]
    return Row(
        name=path.name,
        kind=kind_of(path),
        files=size["files"],
        bytes=size["bytes"],
        cpu=round(cpu, 1),
        peak=peak,
        facts=crypto_facts(document),
        examined=sum(row["examined"]["files"] for row in covered),
        partly=sum(row["partly"]["files"] for row in covered),
        unexamined=sum(row["unexamined"]["files"] for row in covered),
        baseline=tally(of_baseline),
        rules=tally(findings),
        stated=sum(why == {STATED} for why in opened),
        held=dict(Counter(reason for why in opened for reason in why)),
        breaks={item["rule"]: facts_of(item) for item in findings if item["outcome"] == "broken"},
    )


def each_finding(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for book in document["findings"]:
        for clause in book["clauses"]:
            yield from clause["findings"]


def reasons(finding: Mapping[str, Any]) -> set[str]:
    """Why a rule is open: codes of what was not examined, or the ground where none is named."""
    return {
        reason for saw in finding["saw"] for reason in ({gap["reason"] for gap in saw["gaps"]} or {str(saw["because"])})
    }


def facts_of(finding: Mapping[str, Any]) -> int:
    first = finding["saw"][0]
    return sum(int(seen["facts"]) for seen in first["seen"]) + int(first["more_facts"])


def crypto_facts(document: Mapping[str, Any]) -> int:
    seen = document["inventory"]
    spotted = sum(int(row["uses"]) for name in ("protocols", "misuses") for row in seen[name])
    return int(seen["uses"]) + spotted


def tally(findings: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {outcome: sum(item["outcome"] == outcome for item in findings) for outcome in OUTCOMES}


def kind_of(path: Path) -> str:
    if path.is_dir():
        return "folder"
    return next((kind for ending, kind in KINDS.items() if path.name.endswith(ending)), path.suffix.lstrip("."))


def total(rows: Sequence[Row]) -> Row:
    def added(tallies: Sequence[Mapping[str, int]]) -> dict[str, int]:
        return {name: sum(item.get(name, 0) for item in tallies) for name in dict.fromkeys(chain(*tallies))}

    numbers = ("files", "bytes", "facts", "examined", "partly", "unexamined", "stated")
    return Row(
        name=f"**{len(rows)}**",
        kind=str(len({row.kind for row in rows})),
        cpu=round(sum(row.cpu for row in rows), 1),
        peak=max(row.peak for row in rows),
        **{name: sum(getattr(row, name) for row in rows) for name in numbers},
        baseline=added([row.baseline for row in rows]),
        rules=added([row.rules for row in rows]),
        held=added([row.held for row in rows]),
        breaks=added([row.breaks for row in rows]),
    )


def cells(row: Row) -> list[str]:
    applicable = row.decided + row.rules["open"]
    by_evidence = applicable - row.stated
    held = sorted(row.held.items(), key=lambda item: (-item[1], item[0]))
    return [
        row.name,
        row.kind,
        f"{row.files:,}",
        f"{row.bytes / 1e6:.1f}",
        f"{row.cpu:.1f}",
        f"{row.peak >> 20}",
        f"{row.facts:,}",
        f"{row.examined:,} / {row.partly:,} / {row.unexamined:,}",
        " / ".join(str(row.baseline[outcome]) for outcome in OUTCOMES),
        " / ".join(str(row.rules[outcome]) for outcome in OUTCOMES),
        f"{row.decided}/{applicable} = {share(row.decided, applicable)}",
        f"{row.decided}/{by_evidence} = {share(row.decided, by_evidence)}",
        ", ".join(f"{reason} {count}" for reason, count in held[:4]),
    ]


def share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def ranked(rows: Sequence[Row]) -> str:
    """Reasons by how many rules they hold open over all deliveries, and in how many deliveries."""
    held = total(rows).held
    lines = [
        f"{reason}: {count} rules in {sum(reason in row.held for row in rows)} deliveries"
        for reason, count in sorted(held.items(), key=lambda item: (-item[1], item[0]))
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
