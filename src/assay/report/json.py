"""The report as JSON: the document field by field, every sentence in both languages, every product string exact.

Field names are those of `document.py`; `format` says which version of them. Sentences are `{"en": ..., "zh": ...}`,
dates ISO 8601. Control, bidi and invisible characters are written as `\\uXXXX`, so the output is the same value to a
parser and harmless on a screen.
"""

import json
from datetime import date

import msgspec

from assay.core.text import Lang
from assay.report import escape
from assay.report.document import Document


def render(document: Document, lang: Lang = "en") -> bytes:  # noqa: ARG001  one signature for every output
    """UTF-8, two spaces of indent, keys in the order of the document, one newline at the end. Holds both languages."""
    encoded = json.dumps(
        msgspec.to_builtins(document, builtin_types=(date,)), ensure_ascii=False, indent=2, default=_date
    )
    return (escape.json(encoded) + "\n").encode("utf-8")


def _date(item: object) -> str:
    if isinstance(item, date):
        return item.isoformat()
    raise TypeError(f"a document holds no {type(item).__name__}")
