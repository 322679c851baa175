"""Runs `cipher.source` on a snippet, as the bench would: whole-word hits, then facts, those that wait included."""

import re
from collections.abc import Iterator

from assay.core.examination import Examined, FileExamination, FileMeta, FileView, Hit, Limits, Locator
from assay.core.facts import Fact, Scalar, check
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.source import SourceCryptography
from assay.examinations.cipher.use import Use, Waiting
from assay.examinations.cipher.uses import facts_of

_WORD = re.compile(rb"[0-9A-Za-z_\x80-\xff]+")
_SUFFIX = {
    "C": "c", "C++": "cpp", "C#": "cs", "Go": "go", "Java": "java", "JavaScript": "js", "Kotlin": "kt", "PHP": "php",
    "Python": "py", "Rust": "rs", "TypeScript": "ts",
}  # fmt: skip


class Bench:
    limits = Limits()


def examined(language: str, code: str) -> tuple[FileMeta, Examined]:
    content = code.encode()
    path = f"src/Snippet.{_SUFFIX[language]}"
    meta = FileMeta(path, path, len(content), "source", language, "main", "shipped", Locator("file", path))
    words = catalogue_of(language).words
    examination = SourceCryptography(language)
    searched = content.lower() if examination.fold_case else content
    hits = [Hit(found[0], found.start()) for found in _WORD.finditer(searched) if found[0] in words]
    return meta, examination.examine(FileView(meta, content), hits, Bench())


def facts_by(examination: FileExamination, language: str, content: bytes) -> list[Fact]:
    """What one examination says of a text, whose words it is given as the bench would."""
    meta = FileMeta("a", "a", len(content), "source", language, "main", "shipped", Locator("file", "a"))
    hits = [Hit(found[0], found.start()) for found in _WORD.finditer(content) if found[0] in examination.literals]
    facts = examination.examine(FileView(meta, content), hits, Bench()).facts
    for fact in facts:
        check(fact)
    return list(facts)


def facts_in(language: str, code: str) -> list[Fact]:
    """Distinct facts, also of uses that wait for a constant which no other file declares."""
    meta, found = examined(language, code)
    waiting = found.summary.uses if isinstance(found.summary, Waiting) else ()
    facts = [*found.facts, *_waiting(waiting, meta, language)]
    for fact in facts:
        check(fact)
    distinct = {(fact.kind, fact.evidence[0].line, tuple(sorted(fact.value.items()))): fact for fact in facts}
    return list(distinct.values())


def _waiting(rows: tuple[object, ...], meta: FileMeta, language: str) -> Iterator[Fact]:
    for row in rows:
        if isinstance(row, Use):
            yield from facts_of(row, meta, catalogue_of(language), SourceCryptography(language).id)


def shown(fact: Fact) -> dict[str, Scalar]:
    return {"kind": fact.kind, "line": fact.evidence[0].line, **fact.value}
