"""What becomes of every file: completed work counted in groups, everything else an attempt of its own.

Kinds reach a file in two ways: its class can carry them (`core.kinds`), or an examination accepts it. A kind that a
file can carry and that nobody who states the kind accepts is skipped, with the reason that its class gives. What a
file examination could not finish is missing for every whole examination that builds on it, so its attempt names the
kinds of both.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeVar

from assay.core.attempts import Attempt, ReasonCode, Status
from assay.core.examination import Examination, FileExamination, FileMeta, Shortfall
from assay.core.facts import Scope
from assay.core.kinds import KINDS, FileClass

LAB = "lab@1"

_K = TypeVar("_K")

_LONGEST_DETAIL = 300
_STATUSES: dict[str, Status] = {"partial": "partial", "failed": "failed", "skipped": "skipped"}
_BY_CLASS: dict[FileClass, ReasonCode] = {
    "source": "no-reader",
    "binary": "binary",
    "configuration": "configuration",
    "material": "material",
    "archive": "not-unpacked",
    "unknown": "unknown-format",
}


class Group(NamedTuple):
    """Files of which completed work is counted together."""

    file_class: FileClass
    format: str
    component: str
    scope: Scope

    @classmethod
    def of(cls, meta: FileMeta) -> "Group":
        return cls(meta.file_class, meta.format, meta.component, meta.scope)


class Tally(NamedTuple):
    files: int
    bytes: int


Tallies = dict[Group, Tally]
_NONE = Tally(0, 0)


def count(tallies: dict[_K, Tally], key: _K, files: int, size: int) -> None:
    held = tallies.get(key, _NONE)
    tallies[key] = Tally(held.files + files, held.bytes + size)


def reason_by_class(meta: FileMeta) -> ReasonCode:
    """Why nobody examines a file of this class."""
    return _BY_CLASS.get(meta.file_class, "no-reader")


class Roster:
    """The examinations of one run and the kinds that each answers for. File examinations go by position."""

    def __init__(self, singles: Sequence[FileExamination], wholes: Sequence[Examination]) -> None:
        named = {single.id for single in singles}
        for whole in wholes:
            if whole.summaries_of not in named:
                raise ValueError(f"{whole.id} builds on {whole.summaries_of}, which is not among the examinations")
        if len(named | {whole.id for whole in wholes}) != len(singles) + len(wholes):
            raise ValueError("two examinations have one id")
        self.answers = tuple(
            frozenset(single.kinds).union(*(whole.kinds for whole in wholes if whole.summaries_of == single.id))
            for single in singles
        )
        self.by_format = tuple(which for which, single in enumerate(singles) if single.by_format)
        self.one_by_one = tuple(which for which, single in enumerate(singles) if not single.by_format)
        self._streaming = frozenset(which for which, one in enumerate(singles) if hasattr(type(one), "read"))
        stated = [*(single.kinds for single in singles), *(whole.kinds for whole in wholes)]
        self._kinds = frozenset[str]().union(*stated)

        self._carried: dict[str, frozenset[str]] = {}
        self._accepted: dict[tuple[int, ...], frozenset[str]] = {}
        self._parted: dict[tuple[int, ...], tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self._skipped: dict[tuple[str, tuple[int, ...]], frozenset[str]] = {}

    def carried(self, meta: FileMeta) -> frozenset[str]:
        known = self._carried.get(meta.file_class)
        if known is None:
            carriers = (kind for kind in self._kinds if meta.file_class in KINDS[kind].carriers)
            known = self._carried[meta.file_class] = frozenset(carriers)
        return known

    def accepted(self, accepting: Iterable[int]) -> frozenset[str]:
        asked = tuple(accepting)  # of few sorts: one for each sort of file
        known = self._accepted.get(asked)
        if known is None:
            known = self._accepted[asked] = frozenset[str]().union(*(self.answers[which] for which in asked))
        return known

    def parted(self, accepting: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Those that read a file by themselves, and those that are shown its units."""
        known = self._parted.get(accepting)
        if known is None:
            streaming = tuple(which for which in accepting if which in self._streaming)
            asking = tuple(which for which in accepting if which not in self._streaming)
            known = self._parted[accepting] = streaming, asking
        return known

    def skipped(self, meta: FileMeta, asked: tuple[int, ...]) -> frozenset[str]:
        """Kinds that the file can carry and none of these examinations answers for."""
        like = (meta.file_class, asked)
        known = self._skipped.get(like)
        if known is None:
            known = self._skipped[like] = self.carried(meta) - self.accepted(asked)
        return known


def of_file(meta: FileMeta, by: str, kinds: Iterable[str], shortfall: Shortfall) -> Attempt:
    return Attempt(
        by=by,
        kinds=tuple(sorted(kinds)),
        status=_STATUSES.get(shortfall.status, "failed"),
        reason=shortfall.reason,
        file_class=meta.file_class,
        format=meta.format,
        component=meta.component,
        scope=meta.scope,
        path=meta.path,
        detail=shortfall.detail[:_LONGEST_DETAIL],
        bytes=meta.size,
    )


def of_groups(tallies: Tallies, by: str, kinds: Iterable[str], failed: Shortfall | None = None) -> list[Attempt]:
    """Completed, or failed as a whole."""
    stated = tuple(sorted(kinds))
    status: Status = "completed" if failed is None else "failed"
    reason: ReasonCode | Literal[""] = "" if failed is None else failed.reason
    detail = "" if failed is None else failed.detail
    return [
        Attempt(by, stated, status, reason, *group, detail=detail, files=tally.files, bytes=tally.bytes)
        for group, tally in tallies.items()
        if tally.files
    ]


def of_shortfalls(meta: FileMeta, by: str, kinds: Iterable[str], shortfalls: Sequence[Shortfall]) -> list[Attempt]:
    """One attempt per distinct status and reason; the first detail stands for the others, which are counted."""
    details: dict[tuple[str, ReasonCode], dict[str, None]] = {}
    for shortfall in shortfalls:
        details.setdefault((shortfall.status, shortfall.reason), {})[shortfall.detail] = None
    attempts = []
    for (status, reason), (first, *others) in details.items():
        more = f" (and {len(others)} more)" if others else ""
        detail = first[: _LONGEST_DETAIL - len(more)] + more
        attempts.append(of_file(meta, by, kinds, Shortfall(reason, detail, status)))
    return attempts
