"""How fast .NET assemblies are examined, beside `dnfile`, which reads their tables and none of their code.

    python benchmarks/assemblies.py DLL...

Prints a row for each assembly and one for all: types, MB (10**6 bytes of the file), facts, MB per CPU second of assay
in one process, and the same of `dnfile` over the same file. The catalogue is loaded before the clock starts. Source of
`dnfile`: PyPI, into the environment that runs this.
"""

import importlib
import io
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from assay.core.examination import FileMeta, Limits, Locator
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.compiled.dotnet.assemblies import FORMAT, CompiledDotNet
from assay.examinations.cipher.compiled.dotnet.metadata import TYPE_DEF, metadata_of
from assay.examinations.cipher.ways import ways


@dataclass(frozen=True)
class Row:
    """CPU seconds of assay and of dnfile."""

    name: str
    types: int
    bytes: int
    facts: int
    own: float
    other: float


class _Lab:
    limits = Limits()


def main(assemblies: list[Path]) -> int:
    examination = CompiledDotNet()
    catalogue_of("C#")
    ways("C#")
    measured(assemblies[0], examination)  # modules and expressions load on first use
    print("| Assembly | Types | MB | Facts | assay, MB per CPU-s | dnfile, MB per CPU-s | ratio |\n|" + " --- |" * 7)
    rows = [measured(path, examination) for path in assemblies]
    own, other = sum(row.own for row in rows), sum(row.other for row in rows)
    types, facts = sum(row.types for row in rows), sum(row.facts for row in rows)
    for row in (*rows, Row("all", types, sum(row.bytes for row in rows), facts, own, other)):
        size = row.bytes / 1e6
        speeds = f"{size / row.own:.1f} | {size / row.other:.1f} | {row.other / row.own:.2f}"
        print(f"| {row.name} | {row.types} | {size:.1f} | {row.facts} | {speeds} |")
    return 0


def measured(path: Path, examination: CompiledDotNet) -> Row:
    content = path.read_bytes()
    meta = FileMeta(path.name, path.name, len(content), "binary", FORMAT, "p", "shipped", Locator("file", ""))
    started = time.process_time()
    found = examination.read(meta, io.BytesIO(content), _Lab(), lambda: None)
    own = time.process_time() - started
    types = len(metadata_of(content).rows(TYPE_DEF))
    return Row(path.name, types, len(content), len(found.facts), own, _dnfile(content))


def _dnfile(content: bytes) -> float:
    dnfile = importlib.import_module("dnfile")
    started = time.process_time()
    dnfile.dnPE(data=content)
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
