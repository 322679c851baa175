"""A large mixed source tree out of smaller ones, each repeated under changed identifiers.

    python benchmarks/mixed_tree.py OUT TREE... [--megabytes 200]

Every identifier of five letters or more that the catalogues do not use, and that is no word of a language, gets a
suffix in each copy, so that copies differ in content while the places that a review looks at stay as dense as they
were. Version control and binaries over 1 MB are left out.
"""

import argparse
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from assay.examinations.cipher.catalogue import libraries
from assay.source.languages import BY_NAME

_IDENTIFIER = re.compile(rb"(?<![\w.#@\"'])[A-Za-z_]\w{4,}(?![\w\"'(])")
_KEPT = """abstract assert async await boolean break catch class const continue default define defined double elif else
endif enum except extends extern false final finally float from global goto implements import include inline instanceof
interface lambda local native nonlocal package private protected public raise register return short signed sizeof static
struct super switch throw throws trait transient typedef undef union unsigned using virtual volatile where while with
yield this self None True False String"""


def kept() -> frozenset[bytes]:
    words = set(_KEPT.encode().split())
    for library in libraries():
        for name in (*library.values, *library.aliases, *itertools.chain(*(entry.calls for entry in library.entries))):
            words.update(part.encode() for part in re.split(r"\W+", name))
    return frozenset(words)


def files(tree: Path) -> Iterator[Path]:
    for path in sorted(tree.rglob("*")):
        if path.is_file() and not path.is_symlink() and ".git" not in path.parts and path.stat().st_size < 1_000_000:
            yield path


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("out", type=Path)
    arguments.add_argument("trees", type=Path, nargs="+")
    arguments.add_argument("--megabytes", type=int, default=200)
    given = arguments.parse_args()
    keep, target, written = kept(), given.megabytes * 1_000_000, 0
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / ".semgrepignore").touch()  # a peer's default would leave out tests and more
    for copy in itertools.count():
        suffix = b"" if copy == 0 else f"_{copy}".encode()
        for tree in given.trees:
            for path in files(tree):
                content = path.read_bytes()
                if suffix:
                    content = _IDENTIFIER.sub(lambda m, s=suffix: m[0] if m[0] in keep else m[0] + s, content)  # type: ignore[misc]
                place = given.out / f"copy{copy}" / tree.name / path.relative_to(tree)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                written += len(content)
                if written >= target:
                    print(f"{written / 1e6:.0f} MB in {copy + 1} copies; {len(BY_NAME)} languages are read")
                    return


if __name__ == "__main__":
    main()
