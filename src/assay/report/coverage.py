"""Coverage: which files were examined, partly, or not, and why; and which fact kinds anybody looked for.

Completed work arrives as counts per examination and class, everything else file by file. A file counts once: as not
examined when any examination failed or skipped it, else as partly examined when any fell short, else as examined.
What no examination looks into at all (images, prose) is shown apart, so that it never passes for examined.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from assay.core.attempts import Attempt, Status
from assay.core.facts import SCOPES
from assay.core.kinds import KINDS, Demand
from assay.report.document import Coverage, CoverageRow
from assay.report.grounds import PATHS, advice_of, title_of
from assay.report.seen import Amount, Gap

FileRow = tuple[str, str, str, int, int]  # class, format, scope, files, bytes

_PARTIAL = "partial"
_Group = tuple[str, str]  # class, format
_Why = tuple[Status, str, str, str]  # status, reason, owner, law


class _Missed(Struct):
    """Files of one reason: each named path once, and the sum of attempts that name none."""

    named: dict[str, Amount] = field(default_factory=dict)
    unnamed: Amount = field(default_factory=Amount)
    formats: set[str] = field(default_factory=set)

    def add(self, attempt: Attempt) -> None:
        size = Amount(attempt.files, attempt.bytes)
        if attempt.path:
            self.named.setdefault(attempt.path, size)
        else:
            self.unnamed += size
        if attempt.format:
            self.formats.add(attempt.format)

    def size(self) -> Amount:
        return sum(self.named.values(), self.unnamed)


class Attempted(Struct):
    """What one pass over the attempts leaves."""

    completed: dict[_Group, dict[str, Amount]] = field(default_factory=dict)  # by examination
    missed: dict[_Group, tuple[_Missed, _Missed]] = field(default_factory=dict)  # not at all, partly
    reasons: dict[_Why, _Missed] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)

    def add(self, attempt: Attempt) -> None:
        self.kinds.update(attempt.kinds)
        group = (attempt.file_class, attempt.format)
        if attempt.status == "completed":
            if not any(kind in KINDS and KINDS[kind].demand != "source" for kind in attempt.kinds):
                return  # intake saw the file's name and format; nobody has examined its content
            by = self.completed.setdefault(group, {})
            by[attempt.by] = by.get(attempt.by, Amount()) + Amount(attempt.files, attempt.bytes)
            return
        why = (attempt.status, attempt.reason, attempt.owner, attempt.law)
        self.reasons.setdefault(why, _Missed()).add(attempt)
        if not attempt.kinds:
            return  # left out by assay itself: recorded with its reason, no part of what was delivered
        fully, partly = self.missed.setdefault(group, (_Missed(), _Missed()))
        (partly if attempt.status == _PARTIAL else fully).add(attempt)

    def looked_at(self, demand: Demand) -> bool:
        """Whether any examination of a kind that answers the demand was tried."""
        return any(kind in KINDS and KINDS[kind].demand == demand for kind in self.kinds)

    def withheld(self) -> bool:
        return any(why[0] == "withheld" for why in self.reasons)


def attempted(attempts: Iterable[Attempt]) -> Attempted:
    seen = Attempted()
    for attempt in attempts:
        seen.add(attempt)
    return seen


def coverage(files: Sequence[FileRow], seen: Attempted) -> Coverage:
    """The three tables: by class and format, by reason, by scope."""
    totals: dict[_Group, Amount] = {}
    scopes: dict[str, Amount] = {}
    for file_class, format_, scope, count, size in files:
        totals[file_class, format_] = totals.get((file_class, format_), Amount()) + Amount(count, size)
        scopes[scope] = scopes.get(scope, Amount()) + Amount(count, size)
    groups = sorted({*totals, *seen.missed}, key=lambda group: (-totals.get(group, Amount()).bytes, group))
    by_class = {group[0]: _most(by) for group, by in seen.completed.items() if not group[1]}
    rows = []
    for group in groups:
        row = _row(group, totals.get(group, Amount()), seen, by_class.get(group[0], Amount()))
        if group not in seen.completed and group[0] in by_class:
            left = by_class[group[0]]
            by_class[group[0]] = Amount(left.files - row.examined.files, left.bytes - row.examined.bytes)
        rows.append(row)
    known = [scope for scope in SCOPES if scope in scopes]
    return Coverage(tuple(rows), _gaps(seen.reasons), tuple((scope, scopes[scope]) for scope in known))


def _row(group: _Group, delivered: Amount, seen: Attempted, of_class: Amount) -> CoverageRow:
    """`of_class` is work completed on the class without naming a format, shared out until it is used up."""
    fully, partly = seen.missed.get(group, (_Missed(), _Missed()))
    none = fully.size()
    part = sum((size for path, size in partly.named.items() if path not in fully.named), partly.unnamed)
    missed = none + part
    total = Amount(max(delivered.files, missed.files), max(delivered.bytes, missed.bytes))
    rest = Amount(total.files - missed.files, total.bytes - missed.bytes)
    done = _most(seen.completed[group]) if group in seen.completed else of_class
    examined = Amount(min(rest.files, done.files), min(rest.bytes, done.bytes))
    inert = Amount(rest.files - examined.files, rest.bytes - examined.bytes)
    return CoverageRow(*group, total, examined, part, none, inert)


def _most(by: Mapping[str, Amount]) -> Amount:
    return max(by.values(), key=lambda size: (size.files, size.bytes))


def _gaps(reasons: Mapping[_Why, _Missed]) -> tuple[Gap, ...]:
    gaps = []
    for (status, reason, owner, law), missed in reasons.items():
        paths = tuple(sorted(missed.named)[:PATHS])
        formats = tuple(sorted(missed.formats))
        gaps.append(Gap(status, reason, title_of(reason), advice_of(reason), missed.size(), paths, formats, owner, law))
    return tuple(sorted(gaps, key=lambda gap: (-gap.size.bytes, -gap.size.files, gap.reason, gap.status, gap.owner)))
