"""The estate's records as JSON, every figure with its parts, both languages at once; decimals are strings.

A rulebook is named by id and digest, not repeated; what a record computes (`breadth`, `opacity`, `disparity`) is
written out beside the numbers it is computed from.
"""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from assay.core.rules import Rulebook
from assay.estate.contradictions import Contradiction
from assay.estate.register import Register, cells_of
from assay.estate.shares import Shares
from assay.estate.weigh import Part, Weighing
from assay.report import escape


def of_shares(register: Register, shares: Shares, found: tuple[Contradiction, ...]) -> bytes:
    return _bytes({"register": register.path.name, **_plain(shares), "contradictions": _plain(found)})


def of_weighing(register: Register, found: Weighing, contradict: tuple[Contradiction, ...]) -> bytes:
    least, most = found.breadth
    figures = {
        "breadth": {"at_least": _part(least), "at_most": _part(most)},
        "opacity": {**_part(found.opacity), "clauses": list(found.opaque)},
        "disparity": _part(found.disparity),
    }
    return _bytes({"register": register.path.name, **figures, **_plain(found), "contradictions": _plain(contradict)})


def of_rows(register: Register, found: tuple[Contradiction, ...]) -> bytes:
    rows = [{"row": register.place(at), **_stated(cells_of(row))} for at, row in enumerate(register.rows)]
    return _bytes({"register": register.path.name, "rows": rows, "contradictions": _plain(found)})


def _stated(cells: Mapping[str, str]) -> dict[str, str | None]:
    return {name: cell or None for name, cell in cells.items()}


def _part(part: Part) -> dict[str, int | None]:
    return {"part": part.part, "whole": part.whole, "ppm": part.ppm}


def _plain(item: Any) -> Any:
    if isinstance(item, Rulebook):
        span = {"from": _plain(item.in_force_from), "until": _plain(item.in_force_until)}
        return {"id": item.id, "digest": item.digest, "status": item.status, "in_force": span}
    if isinstance(item, Struct):
        return {name: _plain(value) for name, value in asdict(item).items()}
    if isinstance(item, Mapping):
        return {str(key): _plain(value) for key, value in item.items()}
    if isinstance(item, tuple | list):
        return [_plain(value) for value in item]
    if isinstance(item, Decimal):
        return format(item, "f")
    return item.isoformat() if isinstance(item, date) else item


def _bytes(found: Mapping[str, object]) -> bytes:
    return (escape.json(json.dumps(found, ensure_ascii=False, indent=2)) + "\n").encode()
