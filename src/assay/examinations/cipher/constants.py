"""Algorithms named by a constant that another file declares, such as `Constants.DIGEST` or a macro of a header.

`source.py` hands on the uses whose argument waits for such a name. Once all files were read, the identifier index says
which files hold it; only those are reopened, and only a declaration in the class, module or header that the use names
counts. A constant found in one final declaration is certain; several declarations give possible values.

*It cannot see* a constant whose value is computed, comes from configuration, or is itself declared in a third file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from assay.core.examination import Artifact, Concluded, Index, Lab
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.examinations.cipher.uses import Use, facts_of
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
        metas = {meta.path: meta for meta in artifact.files if meta.path in summaries}
        found: dict[tuple[str, str], tuple[Answer, tuple[str, ...]]] = {}
        facts: list[Fact] = []
        for path, rows in summaries.items():
            meta = metas[path]
            for use in _uses(rows):
                filled = use
                for role, name in use.pending():
                    key = (meta.format, name)
                    if key not in found:
                        found[key] = _declared(name, meta.format, index, lab.limits.steps_per_value)
                    answer, declared = found[key]
                    if answer.values:
                        filled = replace(filled.with_answer(role, answer), evidence=_found(filled.evidence, declared))
                facts += facts_of(filled, meta, catalogue_of(meta.format), self.id)
        return Concluded(tuple(facts))


def _found(evidence: tuple[Evidence, ...], declared: tuple[str, ...]) -> tuple[Evidence, ...]:
    return (replace(evidence[0], origin=", ".join(declared[:LISTED])), *evidence[1:]) if declared else evidence


def _uses(rows: Sequence[object]) -> Iterator[Use]:
    for row in rows:
        if isinstance(row, tuple):
            yield from (use for use in row if isinstance(use, Use))


def _declared(name: str, language: str, index: Index, steps: int) -> tuple[Answer, tuple[str, ...]]:
    """The values that files of the product give a constant, and where."""
    owner, _, constant = name.rpartition(".")
    outlook = OUTLOOKS[language]
    if not owner and not outlook.rootless:
        return unknown("not a constant of a class or module"), ()
    answers: list[Answer] = []
    places: list[str] = []
    declaration = outlook.declaration(constant)
    metas = (meta for meta in index.files_with(constant.encode()) if meta.format in outlook.shares)
    for reopened, meta in enumerate(metas):
        view = index.view(meta)
        if view is None or reopened >= MOST_FILES:
            answers.append(unknown("too many files, or too large a file, hold the name"))
            break
        if not declaration.search(view.content) or not outlook.declares(owner, meta, view.content):
            continue
        parsed = Parsed(BY_NAME[meta.format], view.content)
        declared = parsed.bindings(parsed.root)
        bound = declared.get(constant) or declared.get(f"self.{constant}", ())
        resolver = Resolver(parsed, catalogue_of(language).known, steps, catalogue_of(language).constant)
        for binding in bound:
            answer = resolver.resolve(binding.value) if binding.value is not None else unknown("changed at run time")
            answers.append(answer if binding.final else replace(answer, complete=False, reason="not final"))
            if binding.value is not None:
                places.append(f"{meta.path}:{parsed.line(binding.value)}")
    if not answers:
        return unknown("declared nowhere in the product"), ()
    return replace(either(answers), origins=(), expression=name), tuple(places)
