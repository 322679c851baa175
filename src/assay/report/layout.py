"""Lines for a terminal: width in cells, wrapping, columns and colour. Everything printed is escaped here, first.

Chinese characters take two cells and may be broken between any two; words of other scripts break at spaces, and are
cut only when one alone is wider than the line.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from msgspec import Struct

from assay.report.escape import terminal

_WIDE = "WF"
_RUNS = re.compile(" |[^ ]+")
_SGR = {"bold": "1", "dim": "2", "broken": "1;31", "open": "33", "met": "32", "not-applicable": "2"}
# Chinese closing punctuation does not begin a line.
_NEVER_FIRST = "，。；：、）》”？！…"


def cells(text: str) -> int:
    """Columns that a terminal gives the text."""
    return len(text) if text.isascii() else sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def _pieces(text: str) -> Iterator[str]:
    """What may not be broken: a wide character with what must follow it, or a run without spaces."""
    if text.isascii():
        yield from _RUNS.findall(text)
        return
    piece = ""
    for char in text:
        wide = unicodedata.east_asian_width(char) in _WIDE
        sticks = char in _NEVER_FIRST or _cells(char) == 0
        if piece and not sticks and (char == " " or wide or piece[-1] == " " or _ends_wide(piece)):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def _ends_wide(piece: str) -> bool:
    return unicodedata.east_asian_width(piece[-1]) in _WIDE


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells (at least 2), escaped; at least one line."""
    width = max(width, 2)
    lines, line, used = [], "", 0
    for piece in _pieces(terminal(text)):
        need = cells(piece)
        if used and used + need > width:
            lines.append(line.rstrip())
            line, used = "", 0
        if not used and piece == " ":
            continue
        if need <= width:
            line, used = line + piece, used + need
            continue
        for char in piece:
            if used + _cells(char) > width:
                lines.append(line)
                line, used = "", 0
            line, used = line + char, used + _cells(char)
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


def clip(text: str, width: int) -> str:
    """The escaped text in at most `width` cells, its end replaced by an ellipsis where it is cut."""
    shown = terminal(text)
    if cells(shown) <= width:
        return shown
    kept, used = "", 1
    for char in shown:
        if used + _cells(char) > width:
            break
        kept, used = kept + char, used + _cells(char)
    return kept + "…"


def pad(shown: str, width: int, *, right: bool = False) -> str:
    """Escaped text filled with spaces to a width in cells."""
    space = " " * max(0, width - cells(shown))
    return space + shown if right else shown + space


class Page(Struct):
    """Lines being written. Every text is escaped on its way in; colour is added after and around it."""

    width: int
    color: bool
    lines: list[str]

    def paint(self, shown: str, style: str) -> str:
        """Escaped text in a style; without colour, or with an unknown style, unchanged."""
        if not self.color or style not in _SGR:
            return shown
        return f"\x1b[{_SGR[style]}m{shown}\x1b[0m"

    def blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def heading(self, text: str) -> None:
        self.blank()
        self.lines.append(self.paint(clip(text, self.width), "bold"))
        self.lines.append(self.paint("─" * min(self.width, 100), "dim"))

    def put(self, text: str, *, indent: int = 0, first: str = "", style: str = "") -> None:
        """A wrapped paragraph; `first` hangs in front of it and is escaped like it."""
        lead = terminal(first)
        hang = indent + cells(lead)
        for number, line in enumerate(wrap(text, self.width - hang)):
            before = " " * indent + lead if number == 0 else " " * hang
            self.lines.append(before + self.paint(line, style))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
        """Columns as wide as they need; when they do not fit, the widest give way and are cut."""
        grid = [[terminal(cell) for cell in row] for row in (head, *rows)]
        widths = [max(cells(row[column]) for row in grid) for column in range(len(head))]
        while sum(widths) + 2 * (len(widths) - 1) > self.width and max(widths) > 4:
            widths[widths.index(max(widths))] -= 1
        for number, row in enumerate(grid):
            shown = [
                pad(clip(cell, width), width, right=column in right)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            line = "  ".join(shown).rstrip()
            self.lines.append(self.paint(line, "dim") if number == 0 else line)

    def render(self) -> bytes:
        return ("\n".join(self.lines).rstrip("\n") + "\n").encode("utf-8")
