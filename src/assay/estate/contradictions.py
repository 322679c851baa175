"""Where a register contradicts itself. Shown beside every figure and never resolved: each row counts as it stands."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from assay.core.text import Text
from assay.estate.register import Register, Row, folded
from assay.estate.standing import Judged, Standing
from assay.estate.words import WORDS


class Contradiction(Struct, frozen=True):
    """Rows, by their numbers in the file, that cannot all be right about a column."""

    rows: tuple[int, ...]
    column: str
    what: Text


def contradictions(register: Register, standings: Mapping[Path, Standing] | None = None) -> tuple[Contradiction, ...]:
    """Every contradiction among the rows, and between rows and the reviews of their dossiers; by column, then row."""
    found = [*_differing(register), *_twice(register), *_one_dossier(register), *_reviewed(register, standings or {})]
    return tuple(sorted(found, key=lambda item: (item.column, item.rows)))


def _differing(register: Register) -> Iterator[Contradiction]:
    """One vendor in two countries; one product in two categories or of two criticalities."""
    stated: dict[tuple[str, object], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, row in enumerate(register.rows):
        whose = folded(row.vendor) or row.key
        for column, of in (("country", whose), ("category", row.key), ("criticality", row.key)):
            item = getattr(row, column)
            if item:
                stated[column, of][folded(item)].append(register.place(index))
    for (column, _), rows_by_item in stated.items():
        if len(rows_by_item) > 1:
            row = register.rows[min(min(rows) for rows in rows_by_item.values()) - register.first]
            whose = (row.vendor or row.named) if column == "country" else row.named
            items = {
                key: getattr(register.rows[rows[0] - register.first], column) for key, rows in rows_by_item.items()
            }
            said = ", ".join(f"{items[key]} ({_few(rows)})" for key, rows in sorted(rows_by_item.items()))
            rows = tuple(sorted(number for numbers in rows_by_item.values() for number in numbers))
            yield Contradiction(
                rows, column, Text(f"{whose}: {column} differs by row: {said}", f"{whose}：{column} 各行不一：{said}")
            )


def _few(rows: list[int]) -> str:
    shown = ", ".join(map(str, rows[:5]))
    return f"{shown}, …" if len(rows) > 5 else shown


def _twice(register: Register) -> Iterator[Contradiction]:
    """Rows that say the same in every column: perhaps one purchase, entered twice."""
    places: dict[Row, list[int]] = defaultdict(list)
    for index, row in enumerate(register.rows):
        places[row].append(register.place(index))
    for row, rows in places.items():
        if len(rows) > 1:
            yield Contradiction(
                tuple(rows),
                "product",
                Text(f"{row.named}: stated twice, and counted so", f"{row.named}：重复登记，并按重复计数"),
            )


def _reviewed(register: Register, standings: Mapping[Path, Standing]) -> Iterator[Contradiction]:
    """What a row states otherwise than the manifest that its dossier's review was made with."""
    for index, row in enumerate(register.rows):
        standing = standings.get(register.dossier(row)) if row.dossier else None
        if not isinstance(standing, Judged):
            continue
        product, vendor = standing.product, standing.product.vendor
        stated = {
            "product": product.name,
            "version": product.version,
            "vendor": vendor.name if vendor is not None else None,
            "country": vendor.country if vendor is not None else None,
        }
        for column, other in stated.items():
            item = getattr(row, column)
            if item and other and folded(item) != folded(other):
                what = WORDS["differs"].fill(row=register.place(index), column=column, register=item, dossier=other)
                yield Contradiction((register.place(index),), column, what)


def _one_dossier(register: Register) -> Iterator[Contradiction]:
    """One dossier for two products: a dossier holds one."""
    owners: dict[str, dict[tuple[str, str, str], list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, row in enumerate(register.rows):
        if row.dossier:
            owners[row.dossier][row.key].append(register.place(index))
    for dossier, products in owners.items():
        if len(products) > 1:
            rows = tuple(sorted(number for numbers in products.values() for number in numbers))
            yield Contradiction(
                rows, "dossier", Text(f"{dossier}: linked to several products", f"{dossier}：关联了多个产品")
            )
