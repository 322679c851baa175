"""Whether the facts of DEX are those of its code, beside two that know: a disassembler, and the classes it was made of.

    python benchmarks/android_truth.py calls APK_OR_DEX...
    python benchmarks/android_truth.py classes JAR DEX

`calls` holds every call of `getInstance` of the JCA and JSSE that `dexdump -d` (Debian: dexdump) prints against the
facts: it prints how many of them a fact places in their class and on their line, and those that none does. `classes`
examines the classes of a jar and a DEX that dx or d8 made of them, and prints how many facts are the same, and those of
either alone.
"""

import io
import re
import subprocess
import sys
import tempfile
import zipfile
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from assay.core.examination import FileMeta, FileView, Limits, Locator
from assay.core.facts import Fact
from assay.examinations.cipher.compiled.classes import CompiledJava
from assay.examinations.cipher.compiled.dex.examination import AndroidCode

_MADE = "MessageDigest|Cipher|Mac|Signature|KeyFactory|SSLContext|KeyPairGenerator|SecretKeyFactory|KeyGenerator"
_METHOD = re.compile(r"[0-9a-f]+:\s+\|\[[0-9a-f]+\] (\S+):\(")
_CALL = re.compile(rf"\|([0-9a-f]{{4}}): invoke.*/(?:{_MADE});\.getInstance:")
_LINE = re.compile(r"\s+0x([0-9a-f]+) line=(\d+)")


class _Lab:
    limits = Limits()


def main(asked: list[str]) -> int:
    match asked:
        case ["calls", *paths] if paths:
            return sum(_calls(Path(path)) for path in paths)
        case ["classes", jar, dex]:
            return _classes(Path(jar), Path(dex))
    print(__doc__)
    return 2


def _calls(path: Path) -> int:
    contents = _contents(path, ".dex")
    printed = [place for content in contents.values() for place in _printed(content)]
    stated = {
        (fact.subject.name, place.line)
        for content in contents.values()
        for fact in _facts(content)
        for place in fact.evidence
        if "getInstance(" in place.excerpt
    }
    missed = [
        (name, line) for name, line in printed if not any(own.startswith(name) for own, at in stated if at == line)
    ]
    print(f"{path.name}: {len(printed) - len(missed)} of {len(printed)} calls")
    for name, line in missed:
        print(f"  {name}:{line}")
    return len(missed)


def _printed(content: bytes) -> Iterator[tuple[str, int]]:
    """Class and line of each call."""
    with tempfile.NamedTemporaryFile(suffix=".dex") as file:
        file.write(content)
        file.flush()
        printed = subprocess.run(["dexdump", "-d", file.name], check=True, capture_output=True).stdout
    name, calls, lines = "", list[int](), list[tuple[int, int]]()
    for row in [*printed.decode("utf-8", "replace").splitlines(), "0:  |[0] end:("]:
        if (method := _METHOD.match(row)) is not None:
            for call in calls:
                at = bisect_right(lines, (call, sys.maxsize))
                yield name, lines[at - 1][1] if at else 0
            name, calls, lines = method[1].rpartition(".")[0].replace("$", "."), [], []
        elif (called := _CALL.search(row)) is not None:
            calls.append(int(called[1], 16))
        elif (line := _LINE.match(row)) is not None:
            lines.append((int(line[1], 16), int(line[2])))


def _classes(jar: Path, dex: Path) -> int:
    one: set[tuple[object, ...]] = set()
    for name, content in _contents(jar, ".class").items():
        package, _, simple = name.removesuffix(".class").rpartition("/")
        found = CompiledJava().examine(FileView(_meta(name, content, "Java class"), content), (), _Lab())
        for fact in found.facts:
            told = fact.subject.name or simple.replace("$", ".")
            one.add(_said(fact, ".".join(filter(None, (package.replace("/", "."), told)))))
    other = {_said(fact, fact.subject.name) for fact in _facts(dex.read_bytes())}
    print(f"{len(one)} facts of classes, {len(other)} of DEX, {len(one & other)} the same")
    for sign, rows in (("-", one - other), ("+", other - one)):
        for row in sorted(rows, key=str):
            print(sign, *row)
    return len(one - other)


def _said(fact: Fact, name: str) -> tuple[object, ...]:
    return fact.kind, name, *sorted(f"{key}={value}" for key, value in fact.value.items())


def _facts(content: bytes) -> tuple[Fact, ...]:
    return AndroidCode().read(_meta("classes.dex", content, "DEX"), io.BytesIO(content), _Lab(), lambda: None).facts


def _meta(name: str, content: bytes, of: str) -> FileMeta:
    return FileMeta(name, name, len(content), "binary", of, "p", "shipped", Locator("file", ""))


def _contents(path: Path, ending: str) -> dict[str, bytes]:
    if not zipfile.is_zipfile(path):
        return {path.name: path.read_bytes()}
    with zipfile.ZipFile(path) as archive:
        names = (name for name in archive.namelist() if name.endswith(ending) and not name.startswith("META-INF/"))
        return {name: archive.read(name) for name in names}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
