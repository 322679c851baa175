"""Sections that several sheets have: what contradicts, and what was not judged."""

from collections.abc import Iterator, Sequence

from assay.core.text import Lang
from assay.estate.contradictions import Contradiction
from assay.estate.sheet import Section, Table
from assay.estate.standing import Left
from assay.estate.words import say

_LISTED = 50


def contradicting(found: Sequence[Contradiction], lang: Lang) -> Iterator[Section]:
    """The contradictions of a register; nothing when there are none."""
    if not found:
        return
    rows = tuple(
        (", ".join(map(str, item.rows[:8])) + (", …" if len(item.rows) > 8 else ""), item.column, item.what.to(lang))
        for item in found[:_LISTED]
    )
    more = (say("more", lang, n=len(found) - _LISTED),) if len(found) > _LISTED else ()
    head = (say("rows-named", lang), say("column", lang), say("what", lang))
    yield Section(say("contradictions", lang), (say("contradict", lang), *more), Table(head, rows))


def left_section(left: Sequence[Left], lang: Lang) -> Iterator[Section]:
    """The products that were not judged, with the reason; nothing when there are none."""
    if left:
        rows = tuple((item.product, item.text.to(lang)) for item in left[:_LISTED])
        more = (say("more", lang, n=len(left) - _LISTED),) if len(left) > _LISTED else ()
        yield Section(say("unjudged", lang), more, Table((say("product", lang), say("why", lang)), rows))
