"""How fast class files are examined, beside `javap`, which prints their code and looks for nothing.

    python benchmarks/compiled.py JAR...

Prints a row for each jar and one for all: classes, MB (10**6 bytes of class files, unpacked), MB per CPU second of
assay in one process, and the same of `javap -c -p` over the same classes, its threads included. The catalogue is loaded
before the clock starts. Source of `javap`: a JDK (Debian: default-jdk-headless).
"""

import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from assay.core.examination import FileMeta, FileView, Limits, Locator
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.compiled.classes import CompiledJava
from assay.examinations.cipher.ways import ways


@dataclass(frozen=True)
class Row:
    """CPU seconds of assay and of javap."""

    name: str
    classes: int
    bytes: int
    own: float
    other: float


class _Lab:
    limits = Limits()


def main(jars: list[Path]) -> int:
    examination = CompiledJava()
    catalogue_of("Java")
    ways("Java")
    print("| Jar | Classes | MB | assay, MB per CPU-s | javap, MB per CPU-s | ratio |\n|" + " --- |" * 6)
    rows = [measured(jar, examination) for jar in jars]
    own, other = sum(row.own for row in rows), sum(row.other for row in rows)
    total = Row("all", sum(row.classes for row in rows), sum(row.bytes for row in rows), own, other)
    for row in (*rows, total):
        size = row.bytes / 1e6
        speeds = f"{size / row.own:.1f} | {size / row.other:.1f} | {row.other / row.own:.2f}"
        print(f"| {row.name} | {row.classes} | {size:.1f} | {speeds} |")
    return 0


def measured(jar: Path, examination: CompiledJava) -> Row:
    with zipfile.ZipFile(jar) as archive:
        found = {name: archive.read(name) for name in archive.namelist() if name.endswith(".class")}
    started = time.process_time()
    for name, content in found.items():
        examination.examine(_view(name, content), (), _Lab())
    own = time.process_time() - started
    size = sum(map(len, found.values()))
    return Row(jar.name, len(found), size, own, _javap(found))


def _javap(found: dict[str, bytes]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, content in enumerate(found.values()):
            path = Path(folder, f"{number}.class")
            path.write_bytes(content)
            paths.append(str(path))
        started = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(["javap", "-c", "-p", *paths], stdout=subprocess.DEVNULL, check=True)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime - started.ru_utime + ended.ru_stime - started.ru_stime


def _view(name: str, content: bytes) -> FileView:
    meta = FileMeta(name, name, len(content), "binary", "Java class", "p", "shipped", Locator("file", ""))
    return FileView(meta, content)


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
