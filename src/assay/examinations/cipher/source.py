"""Cryptography in source text.

Looks at the places where a word of the catalogue stands, asks `source/` what is named there and what its arguments can
be, and states `crypto.use`, `crypto.protocol` and `crypto.misuse`. A place whose value waits for another file, or may
be given by a caller in one, is handed on to `constants.py`.

*It cannot see* cryptography written by hand or taken from a library that no catalogue knows; calls through reflection,
`getattr`, `eval`, `dlsym` or a foreign-function interface whose target is not a literal (each makes the attempt
partial); what a macro or a generator produces.
Source: the library manuals named in `catalogue/*.yaml`; names by CycloneDX 1.7.
"""

from collections.abc import Sequence
from functools import cached_property

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.examinations.cipher.authentication import unauthenticated
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.opened import kept
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.examinations.cipher.reading import Reading
from assay.examinations.cipher.use import Waiting
from assay.examinations.cipher.uses import facts_of
from assay.source.languages import FOLDING, slug_of


class SourceCryptography:
    """A `FileExamination` of one language: the words of another would open files for nothing."""

    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse")
    by_format = True

    def __init__(self, language: str) -> None:
        self.language = language
        self.fold_case = language in FOLDING
        self.id = f"cipher.source.{slug_of(language)}@1"

    @cached_property
    def literals(self) -> frozenset[bytes]:
        return catalogue_of(self.language).words

    def __reduce__(self) -> tuple[type["SourceCryptography"], tuple[str]]:
        return (type(self), (self.language,))

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format == self.language

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        if not view.whole and b"\n" not in view.content:
            return Examined(shortfalls=(Shortfall("packed", "a line longer than one unit"),))
        catalogue, outlook = catalogue_of(self.language), OUTLOOKS[self.language]
        own = outlook.own(view.meta.module, view.content, hits, catalogue) if view.meta.module else []
        wanted = outlook.reachable(view.content, hits, catalogue)
        wanted += [hit for hit in own if hit not in wanted]
        if not own and not any(outlook.promising(view.content, hit, catalogue.shapes[hit.literal]) for hit in wanted):
            return Examined()
        unit = Reading(view, catalogue, lab.limits.steps_per_value)
        if unit.parsed.hopeless:
            return Examined(shortfalls=(Shortfall("syntax", "the text does not parse"),))
        uses = unit.uses(wanted)
        if any(use.entry.secret for use in uses) and outlook.made(view.content):
            uses = [use for use in uses if not use.entry.secret]  # short names speak of nothing; it is open as packed
        unit.note_unused_imports()
        waiting = Waiting(tuple(use for use in uses if use.waits()), tuple(wanted))
        stated = (use for use in uses if not use.waits())
        facts = tuple(fact for use in stated for fact in facts_of(use, view.meta, catalogue, self.id))
        unit.resolver.forget()
        if any(use.again() for use in waiting.uses):
            kept.keep(view, unit.parsed)
        facts += tuple(unauthenticated(facts, view.content, self.id))
        return Examined(facts, waiting if waiting.uses else None, tuple(unit.shortfalls))
