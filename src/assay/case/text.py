"""The report of a case as text for a terminal or a pipe; `Page` escapes what parties wrote."""

from assay.case import labels
from assay.case.document import CaseDocument
from assay.case.layout import Item, particulars, sections
from assay.core.text import Lang
from assay.report.layout import Page, cells

_SIGNS = {"broken": "✗", "open": "?", "waived": "~", "met": "✓", "not-applicable": "–", "": "•"}
_NARROWEST = 60


def render(document: CaseDocument, lang: Lang, *, width: int = 100, color: bool = False) -> bytes:
    """UTF-8 text ending in one newline."""
    page = Page(max(width, _NARROWEST), color, [])
    page.put(f"{labels.label('report', lang)}: {document.title}", style="bold")
    _pairs(page, particulars(document, lang), 0)
    for section in sections(document, lang):
        page.heading(section.title)
        for item in section.items:
            _item(page, item)
        if section.rows:
            page.table(section.head, section.rows, right=(0,))
        for note in section.notes:
            page.put(note, first="• ")
        if not (section.items or section.rows or section.notes):
            page.put(labels.label("none", lang))
    return page.render()


def summary(document: CaseDocument, lang: Lang, *, width: int = 100, color: bool = False) -> bytes:
    """Where a case stands, its record, and what is late, contradicts or could not be checked."""
    page = Page(max(width, _NARROWEST), color, [])
    page.put(document.title, style="bold")
    _pairs(page, particulars(document, lang), 0)
    for section in sections(document, lang):
        if section.id in ("record", "limits"):
            page.heading(section.title)
            if section.rows:
                page.table(section.head, section.rows, right=(0,))
            for note in section.notes or (() if section.rows else (labels.label("none", lang),)):
                page.put(note, first="• ")
    return page.render()


def _item(page: Page, item: Item) -> None:
    state = f" [{item.state}]" if item.state else ""
    page.put(item.title + state, first=f"{_SIGNS[item.mark]} ", style=item.mark)
    _pairs(page, item.pairs, 4)


def _pairs(page: Page, pairs: tuple[tuple[str, str], ...] | list[tuple[str, str]], indent: int) -> None:
    wide = max((cells(label) for label, _ in pairs), default=0) + 2
    for label, text in pairs:
        page.put(text, indent=indent, first=label + " " * (wide - cells(label)))
