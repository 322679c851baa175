"""The rows of a register as a sheet."""

from collections.abc import Sequence

from assay.core.text import Lang
from assay.estate.contradictions import Contradiction
from assay.estate.register import Register, cells_of
from assay.estate.sections import contradicting
from assay.estate.sheet import Section, Sheet, Table
from assay.estate.words import say
from assay.report.words import number

_SHOWN = ("product", "version", "vendor", "country", "country_known", "category", "year", "count", "value", "currency")


def list_sheet(register: Register, found: Sequence[Contradiction], lang: Lang) -> Sheet:
    """Every row with the columns that fit a page, then what contradicts; JSON holds every column."""
    rows = tuple(
        (str(register.place(at)), *(cells[name] or "–" for name in _SHOWN))
        for at, cells in enumerate(map(cells_of, register.rows))
    )
    table = Table(("#", *_SHOWN), rows, frozenset({0, 7, 8, 9})) if rows else None
    listed = Section(say("listed", lang, n=len(rows)), table=table)
    particulars = ((say("rows", lang), number(len(rows))),)
    return Sheet(
        lang, say("register", lang), register.path.name, particulars, (), (listed, *contradicting(found, lang))
    )
