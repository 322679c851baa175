"""What the terms of a deposit mean for a review of it: which examinations run, and how much source may leave.

Facts keep as much source as the terms let leave, the rest is cut before the dossier is written; details of attempts,
which may quote the product, go where nothing may be quoted. What may not run is an attempt that says who keeps it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from assay.core.attempts import Attempt
from assay.core.examination import Examination, FileExamination
from assay.core.facts import Evidence, Fact
from assay.intake import DEFAULT_COMPONENT

_OWN = ("intake@", "lab@", "review@")


@dataclass(slots=True)
class Quoting:
    """How much source facts may quote: lines of one excerpt, and percent of the bytes of a file and of all.

    Facts are asked for in their order, so that the same facts give the same quotations.
    """

    lines: int
    file_percent: int
    total_percent: int
    sizes: Mapping[str, int]
    _quoted: dict[str, set[str]] = field(default_factory=dict)
    _spent: dict[str, int] = field(default_factory=dict)
    _total: int = 0

    def fact(self, fact: Fact) -> Fact:
        if fact.by.startswith(_OWN):
            return fact
        return replace(fact, evidence=tuple(self._evidence(item) for item in fact.evidence))

    def attempt(self, attempt: Attempt) -> Attempt:
        """Details of examinations, and of what does not parse, may quote the product: they count as excerpts."""
        own = attempt.by.startswith(_OWN) and attempt.reason != "syntax"
        return attempt if own else replace(attempt, detail=self._quote(attempt.path, attempt.detail))

    def _evidence(self, place: Evidence) -> Evidence:
        return replace(
            place, excerpt=self._quote(place.path, place.excerpt), expression=self._quote(place.path, place.expression)
        )

    def _quote(self, path: str, text: str) -> str:
        """As many lines as may be quoted, '' when no more may leave of this file or at all."""
        text = "\n".join(text.splitlines()[: self.lines])
        file = path.partition("!")[0]
        quoted = self._quoted.setdefault(file, set())
        if not text or text in quoted:
            return text
        size = len(text.encode("utf-8", "replace"))
        spent, total = self._spent.get(file, 0) + size, self._total + size
        whole = sum(self.sizes.values())
        if spent * 100 > self.sizes.get(file, 0) * self.file_percent or total * 100 > whole * self.total_percent:
            return ""
        quoted.add(text)
        self._spent[file], self._total = spent, total
        return text


@dataclass(frozen=True, slots=True)
class Under:
    """What the terms of a deposit mean for a review of it."""

    quoting: Quoting
    tools: tuple[str, ...]
    owner: str
    stated: Fact

    def allows(self, examination: FileExamination | Examination) -> bool:
        """Whether the terms name this examination: by its id with or without version, by a family, or all by `*`."""
        id_ = examination.id
        parts = id_.partition("@")[0].split(".")
        names = {"*", id_, *(".".join(parts[:end]) for end in range(1, len(parts) + 1))}
        return bool(names & set(self.tools))

    def refused(self, examination: FileExamination | Examination) -> Attempt:
        detail = "the terms of the deposit do not allow this examination"
        attempt = Attempt(
            examination.id, examination.kinds, "withheld", "withheld", "unknown", "", DEFAULT_COMPONENT, "unknown"
        )
        return replace(attempt, detail=detail, owner=self.owner, ran="inline")


def parted(
    under: Under | None, singles: Sequence[FileExamination], wholes: Sequence[Examination]
) -> tuple[tuple[FileExamination, ...], tuple[Examination, ...], tuple[Attempt, ...]]:
    """The examinations that may run, and an attempt for each that may not."""
    if under is None:
        return tuple(singles), tuple(wholes), ()
    running = tuple(single for single in singles if under.allows(single))
    ids = {single.id for single in running}
    concluding = tuple(whole for whole in wholes if whole.summaries_of in ids and under.allows(whole))
    kept = {*ids, *(whole.id for whole in concluding)}
    everything: tuple[FileExamination | Examination, ...] = (*singles, *wholes)
    refused = tuple(under.refused(each) for each in everything if each.id not in kept)
    return running, concluding, refused
