"""A text that was written of compiled code, read by the examinations of source: one catalogue serves both.

What waits for other files is stated as it is: nothing is reopened for compiled code. Places are those of the source
that the code was compiled from, where it tells them.
"""

import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from assay.core.examination import FileExamination, FileMeta, FileView, Hit, Lab, Shortfall
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.connecting import Connections
from assay.examinations.cipher.embedded import EmbeddedKeys
from assay.examinations.cipher.outward import OutOfSight
from assay.examinations.cipher.source import SourceCryptography
from assay.examinations.cipher.started import StartedTools
from assay.examinations.cipher.structure import HomemadeCiphers
from assay.examinations.cipher.tables import HandWritten
from assay.examinations.cipher.use import Waiting
from assay.examinations.cipher.uses import facts_of
from assay.examinations.cipher.ways import ways
from assay.lab.identifiers import places, words

_LINE = re.compile(r"line (\d+)")
_ASSIGNED = re.compile(rb"^(?:if \([\w.$]+\) \{ )?(?:[\w.$]+(?:\[\])* )?(\w+ = [^\n]*;)(?: \})?$", re.MULTILINE)
_STEPPED = re.compile(rb"^(\w+) = \1 [+-] -?\d+;$", re.MULTILINE)
_TURNED = re.compile(rb"^(\w+) = ([^\n^]+\)) \^ (\w+);$", re.MULTILINE)
_PLACE = re.compile(r":(\d+)(?=,|$)")


class Written(Struct):
    """A text, the lines of the source by its own lines counted from 1, and what it cannot show, by lines of the source.

    `within` is the qualified name of what encloses it when a file holds more than one text.
    """

    text: str
    lines: list[int]
    hidden: list[tuple[int, str]]
    within: str = ""


class Rereading:
    """The examinations of one language, for an examination of compiled code that states their facts as its own."""

    def __init__(self, language: str, by: str) -> None:
        self.language, self.by = language, by

    @cached_property
    def _readers(self) -> tuple[FileExamination, ...]:
        own = SourceCryptography(self.language), OutOfSight(self.language)
        return *own, HandWritten(), HomemadeCiphers(), EmbeddedKeys(), Connections(), StartedTools()

    def read(self, of: FileMeta, written: Written, lab: Lab) -> tuple[list[Fact], list[Shortfall]]:
        text = written.text.encode("utf-8", "replace")
        meta = replace(of, file_class="source", format=self.language, module="")
        inner = FileView(meta, text)
        named = words(text) - self._absent(text)
        facts: list[Fact] = []
        missing: list[Shortfall] = []
        for reader in self._readers:
            found = ((at, word) for word in reader.literals & named for at in places(text, word))
            hits = [Hit(word, at) for at, word in sorted(found)]
            if reader.literals and not hits:
                continue
            seen = replace(inner, content=_bare(text)) if isinstance(reader, HomemadeCiphers) else inner
            examined = reader.examine(seen, hits[: lab.limits.hits_per_unit], lab)
            facts += examined.facts
            facts += self._waiting(examined.summary, meta)
            missing += examined.shortfalls
            if len(hits) > lab.limits.hits_per_unit:
                missing.append(Shortfall("too-many-places", f"more than {lab.limits.hits_per_unit}"))
        return [_placed(fact, written, self.by) for fact in facts], [_told(one, written) for one in missing]

    def _absent(self, text: bytes) -> set[bytes]:
        """Words of strangers none of which is named: names are written out here, and hold words such as `crypto`."""
        rows = ways(self.language)
        named = {word for word, names in rows.strangers.items() if any(name.encode() in text for name in names)}
        return set(rows.strangers) - named - catalogue_of(self.language).words - set(rows.words)

    def _waiting(self, summary: object, meta: FileMeta) -> Iterator[Fact]:
        for use in summary.uses if isinstance(summary, Waiting) else ():
            yield from facts_of(use, meta, catalogue_of(self.language), "")


def _bare(text: bytes) -> bytes:
    """Assignments as people write them, for shapes are looked for in what has one name and stands side by side; steps
    of counters, which a compiler puts between them, are left away, and of an exclusive or the variable stands first."""
    bare = _STEPPED.sub(b"", _ASSIGNED.sub(rb"\1", text.replace(b"this.", b"")))
    return _TURNED.sub(rb"\1 = \3 ^ \2;", bare)


def _placed(fact: Fact, written: Written, by: str) -> Fact:
    """A fact with the lines of the source."""
    name = ".".join(filter(None, (written.within, fact.subject.name.replace("$", "."))))
    subject = replace(fact.subject, name=name)
    return replace(fact, by=by, subject=subject, evidence=tuple(_line(one, written) for one in fact.evidence))


def _line(evidence: Evidence, written: Written) -> Evidence:
    return replace(
        evidence,
        line=_of(written, evidence.line),
        origin=_PLACE.sub(lambda row: f":{_of(written, int(row[1]))}", evidence.origin),
    )


def _told(shortfall: Shortfall, written: Written) -> Shortfall:
    detail = _LINE.sub(lambda row: f"line {_of(written, int(row[1]))}", shortfall.detail, count=1)
    return replace(shortfall, detail=detail)


def _of(written: Written, line: int) -> int:
    return written.lines[line] if 0 < line < len(written.lines) else 0
