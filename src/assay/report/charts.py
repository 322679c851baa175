"""Bar charts as inline SVG: horizontal bars, each in one or several parts, told apart by pattern as well as colour.

Deterministic: integer arithmetic, no ids of its own. The patterns are defined once in the page (`_marks.html.j2`) and
applied by the style sheet through the class of a part. A chart never stands alone: its table holds the figures.
"""

from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct

from assay.report import escape
from assay.report.layout import cells, clip
from assay.report.words import number

_WIDTH = 560  # units of the view box; one is about a pixel at full width
_CELL = 7  # about what a column of text takes
_NOTE = 64  # kept free at least for the figure at the end of a bar
_ROW = 30
_THICK = 16
_LABEL_CELLS = 34
_LEAST = 3  # a part that is there is seen, however small its share


class Bar(Struct, frozen=True):
    """One row: its label, and its parts as (class, amount) from left to right. `note` replaces the total at its end.

    `target` is an amount at which a line crosses the row.
    """

    label: str
    parts: tuple[tuple[str, int], ...]
    note: str = ""
    target: int | None = None

    @property
    def total(self) -> int:
        return sum(amount for _, amount in self.parts)


def bars(description: str, rows: Sequence[Bar], *, shares: bool = False) -> Markup:
    """An `<svg>` of all rows. With `shares` every bar has full length; otherwise the longest has."""
    longest = max((bar.total for bar in rows), default=0)
    edge = min(_LABEL_CELLS, max((cells(bar.label) for bar in rows), default=0)) * _CELL + 14
    room = _WIDTH - edge - max(_NOTE, 14 + _CELL * max((cells(bar.note) for bar in rows), default=0))
    drawn = Markup("").join(
        _row(bar, place * _ROW, edge, room, bar.total if shares else longest)
        for place, bar in enumerate(rows)
        if longest
    )
    height = max(len(rows), 1) * _ROW
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {} {}" aria-label="{}" preserveAspectRatio="xMinYMin meet">{}</svg>'
    ).format(_WIDTH, height, escape.html(description), drawn)


def _row(bar: Bar, top: int, edge: int, room: int, scale: int) -> Markup:
    middle = top + _ROW // 2
    pieces = [
        Markup('<text class="chart-label" x="{}" y="{}" text-anchor="end">{}</text>').format(
            edge - 10, middle + 4, escape.html(clip(bar.label, _LABEL_CELLS))
        )
    ]
    left = edge
    for (kind, amount), width in zip(bar.parts, _widths(bar.parts, scale, room), strict=True):
        if amount:
            pieces.append(
                Markup('<rect class="part part-{}" x="{}" y="{}" width="{}" height="{}"/>').format(
                    escape.html(kind), left, middle - _THICK // 2, width, _THICK
                )
            )
        left += width
    if bar.target is not None and scale > 0:
        at = edge + bar.target * room // scale
        line = Markup('<line class="chart-target" x1="{0}" y1="{1}" x2="{0}" y2="{2}"/>')
        pieces.append(line.format(at, top + 2, top + _ROW - 2))
    note = bar.note or number(bar.total)
    pieces.append(
        Markup('<text class="chart-value" x="{}" y="{}">{}</text>').format(left + 8, middle + 4, escape.html(note))
    )
    return Markup("<g>{}</g>").format(Markup("").join(pieces))


def _widths(parts: Sequence[tuple[str, int]], scale: int, room: int) -> list[int]:
    """Whole units; parts that are there get at least `_LEAST`, taken from the widest so that nothing overflows."""
    if scale <= 0:
        return [0 for _ in parts]
    widths = [max(_LEAST, amount * room // scale) if amount else 0 for _, amount in parts]
    over = sum(widths) - room
    if over > 0:
        widths[widths.index(max(widths))] -= over
    return widths
