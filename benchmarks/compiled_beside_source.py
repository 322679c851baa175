"""What is found in classes, beside what is found in the source that they were compiled from.

    python benchmarks/compiled_beside_source.py SOURCE CLASSES

Reviews both folders and compares the facts on cryptography by the name of the top class: algorithm, protocol version or
misuse, and purpose. Prints how many are determined and how many are certain in each, and in both. CLASSES are made
with `javac -g -proc:none -d CLASSES` of all that stands in SOURCE.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from assay.dossier.store import Dossier

Told = tuple[str, str, object, object, object]


def main(source: Path, classes: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        one, other = found(source, Path(folder, "source")), found(classes, Path(folder, "classes"))
    print("| | source | classes | both |\n| --- | --- | --- | --- |")
    for name, reaches in (("determined", {"certain", "possible"}), ("certain", {"certain"})):
        left, right = ({fact[:4] for fact in facts if fact[4] in reaches} for facts in (one, other))
        print(f"| {name} | {len(left)} | {len(right)} | {len(left & right)} |")
    return 0


def found(delivery: Path, dossier: Path) -> set[Told]:
    command = [sys.executable, "-m", "assay.cli", "review", str(delivery), "--dossier", str(dossier)]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    facts: set[Told] = set()
    for fact in Dossier.open(dossier).latest().facts():
        told = fact.value.get("misuse") or fact.value.get("algorithm") or fact.value.get("version")
        if fact.kind in {"crypto.use", "crypto.protocol", "crypto.misuse"} and told is not None:
            top = fact.subject.path.rsplit("/", 1)[-1].split(".")[0].split("$")[0]
            facts.add((top, fact.kind, told, fact.value.get("purpose"), fact.value.get("reach")))
    return facts


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
