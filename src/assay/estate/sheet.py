"""One frozen sheet in one language, and its two outputs: text for a terminal, and HTML without scripts.

`shares_sheet.py` and `weigh_sheet.py` say what stands on a sheet; here is only how it looks. A plot never stands alone:
the table below it holds its figures. Bars are drawn by `report.charts` in HTML, with characters in a terminal.
"""

from collections.abc import Sequence

from msgspec import Struct

from assay.core.text import Lang
from assay.report.charts import Bar, bars
from assay.report.html import environment
from assay.report.layout import Page, cells, clip, pad

WHOLE = 1_000_000
_BAR = 40
LABEL = 34  # columns of a bar's label
_INK = {"met": "█", "open": "▒", "broken": "░", "none": " "}


class Table(Struct, frozen=True):
    """`right` are the columns of figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()


class Section(Struct, frozen=True):
    """A heading with any of: a plot of shares, a table, and paragraphs. `plotted` describes the plot in words."""

    title: str
    lines: tuple[str, ...] = ()
    table: Table | None = None
    plotted: str = ""
    bars: tuple[Bar, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()


class Sheet(Struct, frozen=True):
    """`figures` are (figure, what it is, its arithmetic); `particulars` (label, item)."""

    lang: Lang
    kicker: str
    title: str
    particulars: tuple[tuple[str, str], ...]
    figures: tuple[tuple[str, str, str], ...]
    sections: tuple[Section, ...]


def render_text(sheet: Sheet, *, width: int = 100, color: bool = False) -> bytes:
    """The sheet for a terminal; every string is escaped by the page."""
    page = Page(width, color, [])
    colon = "：" if sheet.lang == "zh" else ": "
    page.put(f"{sheet.kicker}{colon}{sheet.title}", style="bold")
    for label, item in sheet.particulars:
        page.put(item, indent=2, first=f"{label}{colon}")
    for figure, what, arithmetic in sheet.figures:
        page.put(f"{what}{colon}{figure}", first="• ", style="bold")
        page.put(arithmetic, indent=4)
    for section in sheet.sections:
        page.heading(section.title)
        if section.bars:
            _plot(page, section)
        if section.table is not None:
            page.table(section.table.head, section.table.rows, right=sorted(section.table.right))
        for line in section.lines:
            page.put(line, first="• ")
    return page.render()


def _plot(page: Page, section: Section) -> None:
    edge = min(LABEL, max(cells(bar.label) for bar in section.bars))
    for bar in section.bars:
        page.put(f"{pad(clip(bar.label, edge), edge, right=False)} │{drawn(bar)}│ {bar.note}")
    page.put("  ".join(f"{_INK[kind]} {words}" for kind, words in section.legend), style="dim")
    page.put(section.plotted, style="dim")


def drawn(bar: Bar) -> str:
    """A bar of `_BAR` characters; a target is a line through it. A part that is there is at least one character."""
    total = bar.total or WHOLE
    ink: list[str] = []
    for place in range(_BAR):
        left = 0
        mark = " "
        for kind, amount in bar.parts:
            left += amount
            if place * total < left * _BAR:
                mark = _INK[kind]
                break
        ink.append(mark)
    if bar.target is not None:
        ink[min(_BAR - 1, bar.target * _BAR // total)] = "|"
    return "".join(ink)


def render_html(sheet: Sheet) -> bytes:
    """One self-contained file; the same sheet gives the same bytes."""
    page = environment("assay.estate").get_template("sheet.html.j2")
    plots = [_figure(section.plotted, section.bars) for section in sheet.sections]
    lang = "zh-Hans" if sheet.lang == "zh" else "en"
    return page.render(lang=lang, sheet=sheet, sections=list(zip(sheet.sections, plots, strict=True))).encode("utf-8")


def _figure(description: str, rows: Sequence[Bar]) -> object:
    return bars(description, rows, shares=True) if rows else ""
