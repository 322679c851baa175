"""How fast DEX is examined, beside tools that print or decode its code and look for nothing.

    python benchmarks/android.py [--androguard PYTHON] APK_OR_DEX...

Prints a row for each file and one for all: DEX files in it, MB (10**6 bytes of DEX), facts, MB per CPU second of assay
in one process, of `dexdump -d` (Debian: dexdump), and of androguard, which decodes every instruction of every method
with the interpreter that is named. The catalogue is loaded before the clock starts; so are androguard's modules.
"""

import argparse
import io
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from assay.core.examination import FileMeta, Limits, Locator
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.compiled.dex.examination import AndroidCode
from assay.examinations.cipher.ways import ways

_DECODING = """
import sys, time
from androguard.core.dex import DEX
from loguru import logger
logger.remove()
contents = [open(name, 'rb').read() for name in sys.argv[1:]]
started = time.process_time()
methods = (method for content in contents for method in DEX(content).get_encoded_methods())
count = sum(1 for method in methods for _ in method.get_instructions())
print(time.process_time() - started, count)
"""


@dataclass(frozen=True)
class Row:
    """CPU seconds of assay and of the others; None where one was not asked."""

    name: str
    files: int
    bytes: int
    facts: int
    own: float
    dexdump: float
    androguard: float | None


class _Lab:
    limits = Limits()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--androguard", metavar="PYTHON", help="interpreter that has androguard")
    parser.add_argument("paths", nargs="+", type=Path)
    asked = parser.parse_args()
    catalogue_of("Java")
    ways("Java")
    heads = "App", "DEX", "MB", "Facts", "assay, MB per CPU-s", "dexdump", "ratio", "androguard", "ratio"
    print(f"| {' | '.join(heads)} |\n|" + " --- |" * len(heads))
    rows = [measured(path, asked.androguard) for path in asked.paths]
    whole = [row.androguard for row in rows if row.androguard is not None]
    total = Row(
        "all", sum(row.files for row in rows), sum(row.bytes for row in rows), sum(row.facts for row in rows),
        sum(row.own for row in rows), sum(row.dexdump for row in rows), sum(whole) if whole else None,
    )  # fmt: skip
    for row in (*rows, total):
        print(f"| {row.name} | {row.files} | {row.bytes / 1e6:.1f} | {row.facts} | {_speeds(row)} |")
    return 0


def _speeds(row: Row) -> str:
    def speed(seconds: float) -> str:
        return f"{row.bytes / 1e6 / seconds:.1f}"

    other = f"{speed(row.androguard)} | {row.androguard / row.own:.2f}" if row.androguard is not None else "- | -"
    return f"{speed(row.own)} | {speed(row.dexdump)} | {row.dexdump / row.own:.2f} | {other}"


def measured(path: Path, androguard: str | None) -> Row:
    contents = _contents(path)
    examination, facts, own = AndroidCode(), 0, 0.0
    for name, content in contents.items():
        meta = FileMeta(name, name, len(content), "binary", "DEX", "p", "shipped", Locator("file", ""))
        started = time.process_time()
        facts += len(examination.read(meta, io.BytesIO(content), _Lab(), lambda: None).facts)
        own += time.process_time() - started
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, content in enumerate(contents.values()):
            paths.append(str(Path(folder, f"{number}.dex")))
            Path(paths[-1]).write_bytes(content)
        dumped = _children(["dexdump", "-d", *paths])
        decoded = float(_said([androguard, "-c", _DECODING, *paths]).split()[0]) if androguard else None
    return Row(path.name, len(contents), sum(map(len, contents.values())), facts, own, dumped, decoded)


def _contents(path: Path) -> dict[str, bytes]:
    if not zipfile.is_zipfile(path):
        return {path.name: path.read_bytes()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.endswith(".dex")}


def _children(command: list[str]) -> float:
    started = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime - started.ru_utime + ended.ru_stime - started.ru_stime


def _said(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
