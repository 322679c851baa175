"""Attempts: that an examination was tried, how far it got, and why not further.

Completed work is one attempt per examination and file class, with a count. Whatever was not completed is one attempt
per file, so that nothing is lost in a total. Reasons are an enumeration; `report/reasons.py` explains each code once.
"""

from typing import Literal, get_args

from msgspec import Struct

from assay.core.facts import Scope
from assay.core.kinds import FileClass

Status = Literal["completed", "partial", "failed", "skipped", "withheld"]
ReasonCode = Literal[
    "no-reader", "binary", "configuration", "material", "not-unpacked", "unknown-format", "encrypted", "packed",
    "not-text", "damaged", "traversal", "link-out", "special", "bomb", "nested-too-deep", "too-many",
    "duplicate-name", "lying-header", "unreadable", "too-large", "too-many-places", "hang", "crash", "memory",
    "fault", "blind-spot", "syntax", "no-source", "left-out", "withheld", "not-asked", "no-start", "clock", "limit",
    "no-library", "not-verified",
]  # fmt: skip
REASON_CODES: tuple[ReasonCode, ...] = get_args(ReasonCode)


class Attempt(Struct, frozen=True, order=True):
    """`path` is as delivered, '' for a group. `ran` says where: inline, worker or cage.

    `detail` is one short sentence in English for the examiner; it may quote the product and is escaped by outputs.
    `owner` and `law` are set when status is withheld; a completed attempt with an `owner` is one that this person
    answers for (`answers.py`), and keeps the reason that the program had.
    """

    by: str
    kinds: tuple[str, ...]
    status: Status
    reason: ReasonCode | Literal[""]
    file_class: FileClass
    format: str
    component: str
    scope: Scope
    path: str = ""
    detail: str = ""
    files: int = 1
    bytes: int = 0
    ran: Literal["inline", "worker", "cage"] = "worker"
    owner: str = ""
    law: str = ""
