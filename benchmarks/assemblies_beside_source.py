"""What is found in assemblies, beside what is found in the C# that they were compiled from.

    PYTHONPATH=. python benchmarks/assemblies_beside_source.py [-v]

Compiles each C# program of the tests (`tests/examinations/cipher/`: the snippets of the catalogue, hidden.yaml and
clean.yaml; `tests/review/hidden_in_kotlin_and_csharp.py`) with `mcs`, passing over those that use what Mono's libraries
lack, and compares distinct facts without their places: kind, algorithm, protocol version or misuse, purpose. Prints
how many programs were compiled, how many give the same, and the facts of each side alone. With -v each difference.
`lost` are kinds of fact that the source states and the assembly does not, nor any shortfall: what a false acquittal
would need. Source of `mcs`: Debian mono-mcs.
"""

import io
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.examinations.cipher.test_catalogue import _instances, _snippets
from tests.review.hidden_in_kotlin_and_csharp import CSHARP

from assay.core.examination import FileMeta, Limits, Locator
from assay.core.facts import Fact
from assay.examinations.cipher.catalogue import libraries
from assay.examinations.cipher.compiled.dotnet.assemblies import FORMAT, CompiledDotNet
from assay.examinations.cipher.compiled.rereading import Rereading, Written
from assay.rulebooks.strict_yaml import parse

_FOLDER = Path(__file__).parent.parent / "tests" / "examinations" / "cipher"
_LIBRARIES = ("System.Core", "System.Security", "Microsoft.CSharp", "System.Numerics")
Told = tuple[str, object, object]


class _Lab:
    limits = Limits()


def main(arguments: list[str]) -> int:
    verbose, counts = "-v" in arguments, Counter[str]()
    for name, code in programs():
        content = compiled(code)
        if content is None:
            counts["not compiled"] += 1
            continue
        one, short_one = of_source(code)
        other, short_other = of_assembly(content)
        counts["compiled"] += 1
        counts["facts of both"] += len(one & other)
        counts["of the source alone"] += len(one - other)
        counts["of the assembly alone"] += len(other - one)
        same = one == other and short_one == short_other
        counts["programs with the same"] += same
        kinds = {kind for kind, *_ in other}
        lost = {row for row in one if row[0] not in kinds and not short_other}
        counts["lost"] += len(lost)
        if short_one and not (short_other or None in {told for _, told, _ in other}):
            counts["partial in the source alone"] += 1
            lost.add(("shortfall", None, None))
        if verbose and (one != other or lost):
            print(f"--- {name}{' LOST' if lost else ''}\n  source   {sorted(one - other, key=str)} {short_one}")
            print(f"  assembly {sorted(other - one, key=str)} {short_other}")
    for name, count in counts.items():
        print(f"{count:6} {name}")
    return 0


def programs() -> Iterator[tuple[str, str]]:
    for library in libraries():
        if library.languages[0] == "C#":
            for row in _snippets(library.id)["rows"] if library.id == "dotnet" else ():
                yield from ((f"{library.id}: {call}", code) for call, code, _ in _instances(row))
    yield from ((name, code) for name, (_, code) in CSHARP.items())
    for corpus in ("hidden.yaml", "clean.yaml"):
        held = parse((_FOLDER / corpus).read_bytes(), corpus).value
        for name, files in held.items():
            yield from ((f"{corpus}: {name}", text) for path, text in _texts(files) if path.endswith(".cs"))


def _texts(files: object) -> Iterator[tuple[str, str]]:
    if isinstance(files, dict):
        for path, text in files.items():
            if isinstance(text, str):
                yield path, text
            else:
                yield from _texts(text)


def compiled(code: str) -> bytes | None:
    """The assembly; a snippet whose method returns nothing is taken as one that says so."""
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "a.cs"), Path(folder, "a.dll")
        for target, text in (("library", code), ("library", code.replace("object f(", "void f(")), ("exe", code)):
            source.write_text(text, encoding="utf-8")
            command = ["mcs", "-nologo", "-unsafe", "-langversion:latest", f"-target:{target}", f"-out:{library}"]
            command += [f"-r:{name}" for name in _LIBRARIES]
            if subprocess.run([*command, str(source)], capture_output=True, check=False).returncode == 0:
                return library.read_bytes()
    return None


def of_source(code: str) -> tuple[set[Told], bool]:
    meta = FileMeta("a.cs", "a.cs", len(code), "source", "C#", "p", "shipped", Locator("file", ""))
    facts, missing = Rereading("C#", "cipher.source@1").read(meta, Written(code, [], []), _Lab())
    return _told(facts), bool(missing)


def of_assembly(content: bytes) -> tuple[set[Told], bool]:
    meta = FileMeta("a.dll", "a.dll", len(content), "binary", FORMAT, "p", "shipped", Locator("file", ""))
    found = CompiledDotNet().read(meta, io.BytesIO(content), _Lab(), lambda: None)
    return _told(found.facts), bool(found.shortfalls)


def _told(facts: list[Fact] | tuple[Fact, ...]) -> set[Told]:
    keys = ("misuse", "algorithm", "version")
    return {
        (fact.kind, next((fact.value[key] for key in keys if fact.value.get(key)), None), fact.value.get("purpose"))
        for fact in facts
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
