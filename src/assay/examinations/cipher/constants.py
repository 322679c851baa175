"""Algorithms named by a constant that another file declares, such as `Constants.DIGEST` or a macro of a header.

`source.py` hands on the uses whose argument waits for such a name. Once all files were read, the identifier index says
which files hold it; only those are reopened, and only a declaration in the class, module or header that the use names
counts. A constant found in one final declaration is certain; several declarations give possible values.

*It cannot see* a constant whose value is computed, comes from configuration, or is itself declared in a third file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from assay.core.examination import Artifact, Concluded, FileMeta, FileView, Index, Lab
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.examinations.cipher.uses import Use, facts_of
from assay.lab.identifiers import is_one_word
from assay.source.answers import Answer, either, unknown
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.values import Resolver

LISTED = 3  # declarations named in the evidence
MOST_FILES = 64  # reopened per name; more than that leaves the value open


class CrossFileConstants:
    """An `Examination` over the summaries of one language's `cipher.source`."""

    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse")

    def __init__(self, language: str) -> None:
        slug = BY_NAME[language].slug
        self.language = language
        self.id = f"cipher.constants.{slug}@1"
        self.summaries_of = f"cipher.source.{slug}@1"

    def __reduce__(self) -> tuple[type["CrossFileConstants"], tuple[str]]:
        return (type(self), (self.language,))

    def conclude(
        self, artifact: Artifact, summaries: Mapping[str, Sequence[object]], index: Index, lab: Lab
    ) -> Concluded:
        waiting = {path: list(_uses(rows)) for path, rows in summaries.items()}
        names = {name: None for uses in waiting.values() for use in uses for _, name in use.pending()}
        if not names:
            return Concluded()
        metas = {meta.path: meta for meta in artifact.files}
        found = _Declarations(self.language, names, metas, index).read(index, lab.limits.steps_per_value)
        facts: list[Fact] = []
        for path, uses in waiting.items():
            for use in uses:
                filled = use
                for role, name in use.pending():
                    answer, declared = found[name]
                    if answer.values:
                        filled = replace(filled.with_answer(role, answer), evidence=_found(filled.evidence, declared))
                facts += facts_of(filled, metas[path], catalogue_of(self.language), self.id)
        return Concluded(tuple(facts))


def _found(evidence: tuple[Evidence, ...], declared: tuple[str, ...]) -> tuple[Evidence, ...]:
    return (replace(evidence[0], origin=", ".join(declared[:LISTED])), *evidence[1:]) if declared else evidence


def _uses(rows: Sequence[object]) -> Iterator[Use]:
    for row in rows:
        if isinstance(row, tuple):
            yield from (use for use in row if isinstance(use, Use))


class _Declarations:
    """What files of the product give to constants. Each file is reopened and parsed once, whatever it declares."""

    def __init__(self, language: str, names: Iterable[str], metas: Mapping[str, FileMeta], index: Index) -> None:
        self.language = language
        self.outlook = OUTLOOKS[language]
        self.answers: dict[str, list[Answer]] = {name: [] for name in names}
        self.places: dict[str, list[str]] = {name: [] for name in self.answers}
        self.beyond: set[str] = set()  # names whose value stays open, for not every file was looked at
        positions = {path: at for at, path in enumerate(metas)}
        asking: dict[str, list[str]] = {}
        meant = [name for name in self.answers if self._meant(name)]
        held = self._held(meant, index)
        for name in meant:
            told = held.get(self._told(name))
            holders = [path for path in held[_constant(name)] if metas[path].format in self.outlook.shares]
            for path in holders[:MOST_FILES]:
                if told is None or path in told:
                    asking.setdefault(path, []).append(name)
            if len(holders) > MOST_FILES:
                self.beyond.add(name)
        self.files = [(metas[path], asking[path]) for path in sorted(asking, key=positions.__getitem__)]

    def read(self, index: Index, steps: int) -> dict[str, tuple[Answer, tuple[str, ...]]]:
        """The values of each name, and where they are declared."""
        ended: set[str] = set()
        for meta, asking in self.files:
            names = [name for name in asking if name not in ended]
            view = index.view(meta) if names else None
            if view is None:
                self.beyond.update(names)
                ended.update(names)
                continue
            declaring = [name for name in names if self._declares(name, view)]
            if declaring:
                self._resolve(declaring, view, steps)
        return {name: self._answer(name) for name in self.answers}

    def _held(self, names: Iterable[str], index: Index) -> dict[str, dict[str, None]]:
        """The files that hold the words which the names need, in delivery order."""
        words = {word for name in names for word in (_constant(name), self._told(name)) if word}
        held: dict[str, dict[str, None]] = {word: {} for word in words}
        for meta, word in index.holding([word.encode() for word in words]) if words else ():
            held[word.decode()][meta.path] = None
        return held

    def _told(self, name: str) -> str:
        """A word that stands wherever the owner of the name is declared, '' when none has to."""
        told = self.outlook.told_by(name.rpartition(".")[0])
        return told if is_one_word(told.encode()) else ""

    def _meant(self, name: str) -> bool:
        return ("." in name or self.outlook.rootless) and is_one_word(_constant(name).encode())

    def _declares(self, name: str, view: FileView) -> bool:
        owner, constant = name.rpartition(".")[0], _constant(name)
        if self.outlook.declaration(constant).search(view.content) is None:
            return False
        return self.outlook.declares(owner, view.meta, view.content)

    def _resolve(self, names: Sequence[str], view: FileView, steps: int) -> None:
        parsed, catalogue = Parsed(BY_NAME[view.meta.format], view.content), catalogue_of(self.language)
        declared = parsed.bindings(parsed.root)
        resolver = Resolver(parsed, catalogue.known, steps, catalogue.constant)
        for name in names:
            for binding in declared.get(_constant(name)) or declared.get(f"self.{_constant(name)}", ()):
                answer = unknown("changed at run time")
                if binding.value is not None:
                    answer = resolver.resolve(binding.value)
                    self.places[name].append(f"{view.meta.path}:{parsed.line(binding.value)}")
                final = answer if binding.final else replace(answer, complete=False, reason="not final")
                self.answers[name].append(final)

    def _answer(self, name: str) -> tuple[Answer, tuple[str, ...]]:
        if not self._meant(name):
            return unknown("not a constant of a class or module"), ()
        answers = self.answers[name]
        if name in self.beyond:
            answers = [*answers, unknown("too many files, or too large a file, hold the name")]
        if not answers:
            return unknown("declared nowhere in the product"), ()
        return replace(either(answers), origins=(), expression=name), tuple(self.places[name])


def _constant(name: str) -> str:
    return name.rpartition(".")[2]
