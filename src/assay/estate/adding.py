"""Adding a product to a register from its dossier: what the manifest states, and what the buyer says beside it."""

import os
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from assay.core.errors import InputError
from assay.core.text import Text
from assay.dossier.store import Dossier
from assay.estate import files
from assay.estate.register import Register, Row, checked
from assay.estate.words import WORDS


def stated(dossier: Dossier, register: Path) -> Row:
    """What the newest complete review of a dossier states of its product. A country is a statement: the manifest's.

    Raises InputError when it has none.
    """
    record = dossier.latest().record
    if record is None:
        raise InputError(
            Text(f"{dossier.path}: none of its reviews was completed", f"{dossier.path}：其中的审查均未完成"),
            Text("review the product again", "请重新审查该产品"),
        )
    product, vendor = record.product, record.product.vendor
    category = product.attributes.get("category")
    row = Row(
        product.name,
        version=product.version or "",
        vendor=vendor.name if vendor is not None else "",
        category=category if isinstance(category, str) else "",
        dossier=Path(os.path.relpath(dossier.path, register.parent)).as_posix(),
    )
    if vendor is None or not vendor.country:
        return row
    return replace(row, country=vendor.country, country_known="statement", country_source=WORDS["from-dossier"].en)


def add(path: Path, row: Row, **said: Any) -> Row:
    """Append a row to the register at `path`, made when there is none; `said` holds cells of text that replace
    what the row states.

    Raises InputError when the row is not one that can be read back, or already stands in the register.
    """
    form = files.form_of(path)
    if said.get("country"):  # the buyer's own word takes the place of the manifest's, with how it is known
        row = replace(row, country_known="", country_source="")
    row = checked(replace(row, **{name: item for name, item in said.items() if item not in (None, "", ())}))
    with files.alone(path):
        held = files.read(path) if path.exists() else Register(path, (), 1 if form == "parquet" else 2)
        if row in held.rows:
            number = held.place(held.rows.index(row))
            raise InputError(
                Text(f"{path}: row {number} states the same already", f"{path}：第 {number} 行已有相同内容"),
                Text(
                    "give another --year, --count or --version if it is another purchase",
                    "若为另一次采购，请给出不同的 --year、--count 或 --version",
                ),
            )
        files.write(path, (*held.rows, row))
    return row
