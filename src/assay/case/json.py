"""The report of a case as JSON: the document field by field, sentences in both languages, dates ISO 8601.

Invisible and direction characters are written as `\\uXXXX`: the same value to a parser, harmless on a screen.
"""

import json
from datetime import date, datetime

import msgspec

from assay.case.document import CaseDocument
from assay.report import escape


def render(document: CaseDocument) -> bytes:
    """UTF-8, two spaces of indent, keys in the order of the document, one newline at the end."""
    encoded = json.dumps(
        msgspec.to_builtins(document, builtin_types=(date, datetime)), ensure_ascii=False, indent=2, default=_moment
    )
    return (escape.json(encoded) + "\n").encode("utf-8")


def _moment(item: object) -> str:
    if isinstance(item, date):  # a moment is a date too
        return item.isoformat()
    raise TypeError(f"a document holds no {type(item).__name__}")
