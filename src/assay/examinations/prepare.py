"""Writes what assay ships as YAML in the forms that load at once; see `cipher.prepared` and `rulebooks.prepared`.
`make install` runs it.

python -m assay.examinations.prepare
"""

from itertools import chain
from pathlib import Path

from assay import examinations, rulebooks
from assay.examinations.cipher import prepared as libraries
from assay.rulebooks import prepared as documents
from assay.rulebooks.strict_yaml import compose


def main() -> None:
    tables, rules = Path(examinations.__file__).parent, Path(rulebooks.__file__).parent
    catalogue = tables / "cipher" / "catalogue"
    (catalogue / libraries.FILE).write_bytes(libraries.prepared())
    files = sorted(file for file in chain(tables.rglob("*.yaml"), rules.rglob("*.yaml")) if file.parent != catalogue)
    contents = ((file.read_bytes(), file.name) for file in files)
    (rules / documents.FILE).write_bytes(documents.prepared((data, compose(data, name)[0]) for data, name in contents))


if __name__ == "__main__":
    main()
