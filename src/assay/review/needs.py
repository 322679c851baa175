"""What building a deposit needs, read as far as its terms let it be read (`examinations.handover.inputs`).

Names of parts and files are the source's own words: of sealed source they are cut to what may leave before any level is
concluded from them, so that a level names nothing that the terms keep back.
"""

from collections.abc import Iterable, Sequence
from typing import cast

from msgspec import Struct

from assay.core.attempts import Attempt
from assay.core.examination import Examination, FileMeta
from assay.core.facts import Fact
from assay.examinations.handover import inputs
from assay.intake import DEFAULT_COMPONENT, open_locator
from assay.review.under import Under

Found = tuple[list[Fact], list[Attempt]]


class Tool(Struct, frozen=True):
    """An examination of a deposit, as terms name it."""

    id: str
    kinds: tuple[str, ...]


READ = Tool(inputs.BY, (inputs.KIND,))


def needs(files: Sequence[FileMeta], under: Under | None, beside: Iterable[str] = ()) -> Found:
    """Facts and attempts; for sealed source whose terms do not name the examination, the attempt that says so."""
    if under is not None and not allowed(under, READ):
        return [], [refused(under, READ)]
    facts, attempts = inputs.inputs(files, _content, DEFAULT_COMPONENT, beside)
    if under is not None:
        facts = [under.quoting.fact(fact) for fact in facts]
        attempts = [under.quoting.attempt(attempt) for attempt in attempts]
    return facts, attempts


def allowed(under: Under, tool: Tool) -> bool:
    return under.allows(cast(Examination, tool))  # it asks for the id, and `refused` for the kinds


def refused(under: Under, tool: Tool) -> Attempt:
    return under.refused(cast(Examination, tool))


def _content(meta: FileMeta) -> bytes:
    with open_locator(meta.locator) as stream:
        return stream.read(inputs.LARGEST)
