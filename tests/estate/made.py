"""Registers, dossiers and books for the tests of this room."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from assay.core.attempts import Attempt
from assay.core.facts import Fact, Scalar
from assay.core.product import Product, Vendor
from assay.core.rules import Judgement
from assay.dossier.records import encode
from assay.dossier.sealed import ReviewRecord
from assay.dossier.store import Dossier
from assay.dossier.writing import ReviewWriter
from assay.estate.register import Register, Row
from tests.core.made import AS_OF, attempt, fact
from tests.dossier.made import lines
from tests.rulebooks.books import HEAD, book

RC4, AES = fact(family="RC4", state="used"), fact(family="AES", state="used")
LOOKED, SKIPPED = attempt(), attempt("skipped", reason="no-reader", path="a.go")

TARGETS = """\
targets:
  - id: software-2025
    title: {en: New software, zh: 新购软件}
    category: software
    of: purchases
    share: 500000
    by: '2025-12-31'
    clause: {document: My standard, at: section 2, known: text}
    because: {en: It says so., zh: 原文如此。}
  - id: all-2026
    title: {en: Everything, zh: 全部}
    of: use
    base: value
    share: 750000
    by: '2026-12-31'
    clause: {document: My standard, at: section 3, known: text}
    because: {en: It says so., zh: 原文如此。}
"""


def reviewed(
    folder: Path,
    name: str,
    facts: Iterable[Fact] = (AES,),
    attempts: Sequence[Attempt] = (LOOKED,),
    *,
    vendor: Vendor | None = None,
    attributes: Mapping[str, Scalar] | None = None,
    judgements: Sequence[Judgement] = (),
    sealed: bool = True,
) -> Path:
    """A dossier `<folder>/<name>.assay` with one review."""
    dossier = Dossier.create_or_open(folder / f"{name}.assay")
    with ReviewWriter(dossier) as writer:
        writer.plan(["attempts", "facts", "judgements"])
        writer.write("attempts", map(encode, attempts))
        writer.write("facts", lines(list(facts), folder))
        writer.write("judgements", map(encode, judgements))
        if sealed:
            writer.seal(ReviewRecord(Product(name, "1", vendor, attributes or {}), "ab" * 32, AS_OF))
    return dossier.path


def register(folder: Path, *rows: Row) -> Register:
    return Register(folder / "register.csv", rows)


def targeted(folder: Path) -> str:
    """A book with one rule against RC4 and two targets."""
    return book(folder, head=HEAD + TARGETS)
