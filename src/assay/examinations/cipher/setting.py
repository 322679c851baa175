"""Cryptography in configuration: protocols, suites, algorithms and checks that files switch on or off.

States `crypto.setting` for every setting that decides, and what follows from it as `crypto.protocol`, `crypto.use`
and `crypto.misuse` with `seen: config`. A file in which nothing mentions cryptography is a completed attempt, unread;
so is one that was read to its end. What its reader cannot interpret, a variable above all, makes the attempt partial,
with the lines.

*It cannot see* a setting spelt in none of the ways of `settings.mentions`, what a template fills in, or whether a
program really reads the file. Comments are no settings. Defaults of a program are named where it listens with TLS
(`settings.services`), and not guessed.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Locator, Shortfall
from assay.core.facts import Evidence, Fact
from assay.core.kinds import FileClass
from assay.examinations.cipher.settings.entries import decoded
from assay.examinations.cipher.settings.includes import Included
from assay.examinations.cipher.settings.mentions import anywhere
from assay.examinations.cipher.settings.messages import is_shown
from assay.examinations.cipher.settings.services import pending
from assay.examinations.cipher.settings.software import read_as, software_of
from assay.examinations.cipher.settings.stating import Stating, stated

MOST_KEPT = 32 << 10  # bytes of a file whose reading is kept for its copies
OWN = "product.yaml"  # read by intake, as the vendor's claim


class Settings:
    """A `FileExamination` without literals: its own search knows parts of words, and costs less than reading."""

    id = "cipher.setting@2"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse", "crypto.setting")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "configuration"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        if view.meta.logical == OWN or not anywhere(view.content):
            return Examined(summary=included_only(view))
        if not view.whole:
            line = view.first_line
            return Examined(
                shortfalls=(Shortfall("configuration", f"from line {line}: larger than one unit", "skipped"),)
            )
        meta, software = view.meta, software_of(view.meta, decoded(view.content))
        name = re.split(r"[/!]", meta.path)[-1] if meta.format == "properties" else ""
        name = meta.path if is_shown(meta.path) else name
        say = _kept if len(view.content) <= MOST_KEPT else _said
        return _placed(say(software, meta.file_class, meta.format, name, view.content, self.id), meta)


def _said(software: str, class_: FileClass, format_: str, name: str, content: bytes, by: str) -> Examined:
    """What a file says, wherever it is: a product holds many a file several times, above all archives of releases."""
    meta = FileMeta(name, "", len(content), class_, format_, "", "unknown", Locator("file", ""))
    reading = read_as(software, meta, content)
    stating = Stating(meta, software, by)
    stating.read(reading)
    summary = Included(software, tuple(reading.includes), *pending(software, reading.entries))
    return Examined(tuple(stated(stating.facts)), summary, stating.shortfalls())


_kept = lru_cache(maxsize=16)(_said)


def _placed(said: Examined, meta: FileMeta) -> Examined:
    """The same, said by a file of the product."""
    subjects = {name: meta.subject(name) for name in {fact.subject.name for fact in said.facts}}
    facts = tuple(
        Fact(
            fact.kind,
            subjects[fact.subject.name],
            fact.value,
            fact.by,
            tuple(_in(meta.path, row) for row in fact.evidence),
        )
        for fact in said.facts
    )
    return Examined(facts, said.summary, said.shortfalls)


def _in(path: str, row: Evidence) -> Evidence:
    return Evidence(path, row.line, row.excerpt, row.address, row.expression, row.origin)


def included_only(view: FileView) -> Included | None:
    """A file that only pulls in others belongs to the circle of those that are read."""
    if b"nclude" not in view.content or not view.whole:
        return None
    software = software_of(view.meta, decoded(view.content))
    includes = tuple(read_as(software, view.meta, view.content).includes) if software != "generic" else ()
    return Included(software, includes) if includes else None
