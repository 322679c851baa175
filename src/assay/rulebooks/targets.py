"""Targets of a book: `targets:` in `book.yaml`, shares of a buyer's products that a document asks for until a day.

    targets:
      - id: desktops-2015
        title: {en: ..., zh: ...}
        category: desktop            # left out: all categories; `software` covers `software/anti-virus`
        of: purchases                # bought in the year of `by`; or `use`: all that was bought up to then
        base: count                  # or value; left out where the document does not say
        share: 800000                # parts per million, at least
        by: 2015-12-31
        clause: {document: ..., at: ..., known: press}
        because: {en: ..., zh: ...}  # what the document leaves open; names a `known` of press or memory

A target is about many products: `assay estate shares` reckons it, and no product is judged by it.
"""

import re
from datetime import date
from typing import get_args

from assay.core.rules import Base, Reckoned, Target
from assay.core.text import Text
from assay.rulebooks.fields import Fields
from assay.rulebooks.rule_file import CLAUSE, read_clause

WHOLE = 1_000_000
_TARGET = ("id", "title", "category", "of", "base", "share", "by", "clause", "because")
_ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_CATEGORY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)*")


def read_targets(fields: Fields) -> tuple[Target, ...]:
    """The targets of a book's head; none when the key is absent. Raises PlaceError."""
    found: dict[str, Target] = {}
    for item in fields.each("targets", _TARGET):
        target = _target(item)
        if target.id in found:
            item.refuse(
                "id", Text(f"target {target.id} exists twice", f"目标 {target.id} 重复"), Text("rename one", "请改名")
            )
        found[target.id] = target
    return tuple(found.values())


def _target(fields: Fields) -> Target:
    id_, category = fields.text("id"), fields.text("category", "")
    for key, pattern, item in (("id", _ID, id_), ("category", _CATEGORY, category)):
        if item and not pattern.fullmatch(item):
            fields.refuse(
                key,
                Text("must be lower case words with hyphens", "须为小写字母、数字与连字符"),
                Text("write e.g. software/anti-virus", "例如 software/anti-virus"),
            )
    share = fields.number("share")
    if not 0 < share <= WHOLE:
        fields.refuse(
            "share",
            Text("is no share in parts per million", "不是百万分比"),
            Text("75 per cent is 750000", "75% 写作 750000"),
        )
    by = fields.day("by")
    return Target(
        id=id_,
        title=fields.languages("title"),
        clause=read_clause(fields.under("clause", CLAUSE)),
        category=category,
        of=fields.choice("of", get_args(Reckoned)),
        base=fields.choice("base", get_args(Base)) if "base" in fields else None,
        share=share,
        by=by if by is not None else _no_day(fields),
        because=fields.languages("because"),
    )


def _no_day(fields: Fields) -> date:
    fields.refuse(None, Text("key by is missing", "缺少键 by"), Text("write `by: YYYY-MM-DD`", "请写 `by: YYYY-MM-DD`"))
