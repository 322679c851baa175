"""What other files say: constants, results of functions, settings, and what callers pass.

`source.py` hands on the uses whose values hang on names of other files or on parameters. Once all files were read, the
identifier index says which files hold these names; only those are reopened.

1. A name that is a value as it stands, such as `Constants.DIGEST` or a macro of a header, is put in its place. Only a
   declaration in the class, module or header that the use names counts; one final declaration is certain, several give
   possible values.
2. Where a value is made with such names, or a condition decides by one, the unit is read again knowing them. What they
   hang on themselves is asked for in the next round, up to `ROUNDS`.
3. A function that hands its parameter to cryptography is an entry of the catalogue for its callers: each call in
   another file that settles the value is a use of its own there, its evidence the call and the place that it leads to.

*It cannot see* what a caller passes on from its own callers in a third file, what an operator sets instead of the
delivered configuration, and callers by reflection or through an interface of another name.
"""

from collections.abc import Iterator, Mapping, Sequence, Set

from msgspec.structs import replace

from assay.core.examination import Artifact, Concluded, FileMeta, Hit, Index, Lab
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.authentication import unauthenticated
from assay.examinations.cipher.borrowed import borrowed
from assay.examinations.cipher.callers import Callers
from assay.examinations.cipher.catalogue import Catalogue, catalogue_of
from assay.examinations.cipher.library import Entry
from assay.examinations.cipher.opened import Opened
from assay.examinations.cipher.reading import Reading
from assay.examinations.cipher.told import ROUNDS, Told
from assay.examinations.cipher.use import Use, Waiting
from assay.examinations.cipher.uses import facts_of
from assay.source.answers import unknown
from assay.source.languages import slug_of
from assay.source.places import Site

LISTED = 3  # declarations named in the evidence


class CrossFileConstants:
    """An `Examination` over the summaries of one language's `cipher.source`."""

    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse")

    def __init__(self, language: str) -> None:
        slug = slug_of(language)
        self.language = language
        self.id = f"cipher.constants.{slug}@1"
        self.summaries_of = f"cipher.source.{slug}@1"

    def __reduce__(self) -> tuple[type["CrossFileConstants"], tuple[str]]:
        return (type(self), (self.language,))

    def conclude(
        self, artifact: Artifact, summaries: Mapping[str, Sequence[object]], index: Index, lab: Lab
    ) -> Concluded:
        waiting = {path: [row for row in rows if isinstance(row, Waiting)] for path, rows in summaries.items()}
        waiting = {path: rows for path, rows in waiting.items() if rows}
        if not waiting:
            return Concluded()
        metas = {meta.path: meta for meta in artifact.files}
        opened = Opened(metas, index)
        told = Told(self.language, opened, lab.limits.steps_per_value)
        asked = {path: [one for row in rows for use in row.uses for one in use.asked] for path, rows in waiting.items()}
        callers = Callers(self.language, asked, opened, told)
        files = [
            _File(metas[path], row, callers.sealed(metas[path], (one for use in row.uses for one in use.asked)))
            for path, rows in waiting.items()
            for row in rows
        ]
        for _ in range(ROUNDS):
            new = {name for file in files for use in file.uses for name in use.names() if name not in told.answers}
            told.ask(sorted(new))
            for file in files:
                file.read(opened, catalogue_of(self.language), told, new)
            if not new:
                break
        facts = [fact for file in files for fact in file.facts(catalogue_of(self.language), told, self.id)]
        for file in files:
            for use in (one for one in file.uses if one.lends):
                facts += borrowed(use, file.meta, callers, self.id)
            for use in file.uses if file.reading is not None else ():
                facts += callers.facts(use, file.reading, self.id) if file.reading is not None else ()
        callers.forget()
        for file in files:
            if file.reading is not None:
                file.reading.resolver.forget()
        return Concluded(tuple(facts))


class _Again(Reading):
    """A unit read again for the uses that wait, and for the parts that may lend to them: all else was stated."""

    waiting: frozenset[tuple[int, str, int]] = frozenset()  # by `Use.key`

    def _entries(self, site: Site) -> tuple[str, tuple[Entry, ...]]:
        name, entries = super()._entries(site)
        if site.arguments is None:
            return name, entries
        at = site.node.start_byte
        return name, tuple(row for row in entries if row.part or (at, row.library, row.index) in self.waiting)

    def _on_declared(self, hits: Sequence[Hit]) -> Iterator[tuple[Site, Use]]:  # noqa: ARG002
        """What such a call says is told by its type, and never waits."""
        return iter(())


class _File:
    """A file whose uses wait, and what they became when it was read again."""

    def __init__(self, meta: FileMeta, waiting: Waiting, sealed: frozenset[int]) -> None:
        self.meta, self.uses, self.hits, self.sealed = meta, waiting.uses, waiting.hits, sealed
        self.reading: Reading | None = None

    def read(self, opened: Opened, catalogue: Catalogue, told: Told, new: Set[str]) -> None:
        """Read again, where that can tell more: for the first time, or knowing names that are new."""
        again = any(use.again() for use in self.uses) if self.reading is None else False
        if not again and new.isdisjoint(name for use in self.uses if use.again() for name in use.names()):
            return
        view, tree = opened.view(self.meta.path), opened.parsed(self.meta.path)
        if view is None:
            return
        self.reading = reading = _Again(view, catalogue, told.steps, told.known, self.sealed, tree)
        reading.waiting = frozenset(use.key for use in self.uses)
        found = {use.key: use for use in reading.uses(self.hits)}
        self.uses = tuple(found.get(use.key, use) for use in self.uses)

    def facts(self, catalogue: Catalogue, told: Told, by: str) -> Iterator[Fact]:
        for use in self.uses:
            filled = use
            for role, name in use.pending():
                answer, declared = told.answers.get(name, (unknown(""), ()))
                if answer.values:
                    filled = replace(filled.with_answer(role, answer), evidence=_found(filled.evidence, declared))
            stated = tuple(facts_of(filled, self.meta, catalogue, by))
            yield from stated
            if self.reading is not None:
                yield from unauthenticated(stated, self.reading.view.content, by)


def _found(evidence: tuple[Evidence, ...], declared: tuple[str, ...]) -> tuple[Evidence, ...]:
    return (replace(evidence[0], origin=", ".join(declared[:LISTED])), *evidence[1:]) if declared else evidence
