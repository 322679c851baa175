"""Names of columns that may be shown: a name that could be a value is not.

Files without a header put the first row where names are expected, and some documents have a person's number as a key.
Such a name is replaced by its place; a header with one such name is no header at all.
"""

import re
from collections.abc import Sequence
from functools import cache

from assay.examinations.border import names as person_names
from assay.examinations.border.semantics import called
from assay.examinations.border.text import find

_LONGEST = 80
_NUMBER = re.compile(r"\s*[-+]?[\d.,:/ -]+\s*\Z")
_LONG_NUMBER = re.compile(r"\d{5,}")


def is_value(name: str) -> bool:
    """Whether a name looks like a value of some person or account rather than the name of a column."""
    if called(name):
        return False
    return _NUMBER.match(name) is not None or _LONG_NUMBER.search(name) is not None or bool(find(name))


def shown(name: str, place: int) -> str:
    """The name, or `column N` for one that could be a value; cut to what a table can show."""
    name = name.strip()
    if not name or is_value(name):
        return f"column {place}"
    return name if len(name) <= _LONGEST else name[:_LONGEST] + "…"


def header_of(rows: Sequence[Sequence[str]]) -> tuple[list[str], bool]:
    """Names for the columns, and whether the first row was a header. `rows` are the first few."""
    row = rows[0] if rows else []
    filled = [cell for cell in row if cell.strip()]
    header = bool(filled) and not any(is_value(cell) for cell in filled) and not _like_those_below(rows)
    names = [shown(cell, place) if header else f"column {place}" for place, cell in enumerate(row, 1)]
    return unique(names), header


def _like_those_below(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a cell of the first row is a name of a person above nothing but names of persons."""
    for place, cell in enumerate(rows[0]):
        below = [row[place] for row in rows[1:] if place < len(row) and row[place].strip()]
        if below and not called(cell) and all(_name().match(one) for one in (cell, *below)):
            return True
    return False


@cache
def _name() -> re.Pattern[str]:
    return re.compile(person_names.CHINESE_CELL)


def unique(names: Sequence[str]) -> list[str]:
    """Repeated names told apart by a number that makes none of them equal to another."""
    taken, last = set(names), dict[str, int]()
    result = []
    for name in names:
        number = last.get(name, 0) + 1
        while number > 1 and f"{name} ({number})" in taken:
            number += 1
        last[name] = number
        result.append(name if number == 1 else f"{name} ({number})")
        taken.add(result[-1])
    return result
