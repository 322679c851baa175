"""What the review did not look at, as facts, so that the book `limits` judges the review by the same grammar.

A gap is one reason for one class and format of file in one component and scope, with how many files and bytes. Gaps
follow from attempts alone: the same attempts give the same gaps.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from assay.core.attempts import Attempt
from assay.core.facts import Evidence, Fact, Scalar, Scope, Subject
from assay.core.kinds import FileClass

BY = "review@1"
SHOWN = 20  # places kept as evidence; the attempts hold all of them

_Row = tuple[str, FileClass, str, str, Scope]


def gaps(attempts: Iterable[Attempt]) -> Iterator[Fact]:
    """Facts of kind review.gap, one per reason, class, format, component and scope."""
    rows: dict[_Row, dict[str, Attempt]] = {}
    for item in attempts:
        if item.status != "completed" and item.reason:
            row = (item.reason, item.file_class, item.format, item.component, item.scope)
            rows.setdefault(row, {}).setdefault(item.path, item)
    for (reason, file_class, format_, component, scope), items in sorted(rows.items()):
        value: dict[str, Scalar] = {
            "reason": reason,
            "class": file_class,
            "format": format_,
            "files": sum(item.files for item in items.values()),
            "bytes": sum(item.bytes for item in items.values()),
        }
        evidence = tuple(Evidence(path, expression=items[path].detail) for path in islice(sorted(items), SHOWN))
        yield Fact("review.gap", Subject(component, "", "", scope), value, BY, evidence)


def no_source(component: str = "") -> Fact:
    """The gap of a delivery in which nothing is source."""
    value: dict[str, Scalar] = {"reason": "no-source", "class": "source", "format": "", "files": 0, "bytes": 0}
    return Fact("review.gap", Subject(component, "", "", "shipped"), value, BY, ())
