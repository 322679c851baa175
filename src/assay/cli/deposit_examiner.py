"""`assay deposit read | search | quote`: the reading room in a terminal, at its host, without a browser.

The room prints a challenge; the examiner signs it on whichever machine holds the key (`assay deposit admit`) and gives
the answer on standard input, in one line. What is shown goes to stdout and bears the examiner's marks; it counts, and
is entered, as on the pages of `assay deposit room`.
"""

import base64
import binascii
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assay.cli import deposit as group
from assay.cli import options
from assay.cli.deliver import deliver
from assay.cli.deposit_room import hosting, room, secret, signing
from assay.cli.words import say, talk
from assay.core.errors import Exit, UsageError
from assay.core.text import Text

if TYPE_CHECKING:
    from assay.deposit.room import Room, Session

F = TypeVar("F", bound=Callable[..., Any])
_FIRST = click.option("--first", type=click.IntRange(1), default=1, help=say(Text("From which line on.", "起始行。")))


@click.command(
    "read",
    help=say(
        Text(
            "Read a granted file page by page; without PATH, list what is granted. Each further line of input is a "
            "command: empty for the next page, a number for a line, q to end.",
            "逐页阅读已授权文件；不给出 PATH 时列出已授权文件。"
            "此后每行输入为一条指令：空行翻页，数字跳至该行，q 结束。",
        )
    ),
)
@click.argument("deposit")
@click.argument("path", default="")
@_FIRST
@click.option("--lines", type=click.IntRange(1), help=say(Text("Else a whole page.", "默认一整页。")))
@room
@group.store
@group.keys
@options.lang
def read_(
    deposit: str, path: str, first: int, lines: int | None, room: Path, address: str, trusted: tuple[str, ...]
) -> int:
    with _admitted(deposit, room, address, trusted) as (reading, session):
        if not path:
            files = sorted(reading.files(session), key=attrgetter("path"))
            for grant in files:
                _print(f"{grant.path}  {grant.size}")
            if not files:
                talk(Text("no file is granted to you now", "当前没有授权给您的文件"))
            return int(Exit.NOTHING_TO_REPORT)
        at: int | None = first
        while at is not None:
            page = reading.view(session, path, at, lines or 0)
            _print(page.text())
            behind = at + len(page.lines)
            at = _next(behind, page.of)
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "search",
    help=say(
        Text(
            "Search the files that are granted to you. A hit is a view and counts as one; a search costs one line.",
            "检索授权给您的文件。命中即查看并计数；每次检索计一行。",
        )
    ),
)
@click.argument("deposit")
@click.argument("pattern")
@click.option("--regex", is_flag=True, help=say(Text("A regular expression of RE2.", "使用 RE2 正则表达式。")))
@click.option("--path", default="", help=say(Text("Begin with this file; else the first.", "从此文件开始；默认首个。")))
@click.option("--only", is_flag=True, help=say(Text("Search --path alone.", "仅检索 --path。")))
@_FIRST
@room
@group.store
@group.keys
@options.lang
def search_(
    deposit: str,
    pattern: str,
    regex: bool,
    path: str,
    only: bool,
    first: int,
    room: Path,
    address: str,
    trusted: tuple[str, ...],
) -> int:
    from assay.deposit.searching import search  # noqa: PLC0415

    if not path and (only or first > 1):
        raise UsageError(
            Text("--only and --first speak of one file", "--only 与 --first 须针对一个文件"),
            Text("name it with --path", "请用 --path 指定"),
        )
    with _admitted(deposit, room, address, trusted) as (reading, session):
        found = search(reading, session, pattern, regex=regex, path=path, line=first, only=only)
        if found.lines:
            _print(found.text())
        else:
            talk(Text("no hit", "无命中"))
        for note in found.notes():
            talk(note)
        if found.more is not None:
            talk(
                Text(
                    f"not searched to the end; go on with --path {found.more[0]} --first {found.more[1]}",
                    f"尚未检索完毕；请以 --path {found.more[0]} --first {found.more[1]} 继续",
                )
            )
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "quote",
    help=say(
        Text(
            "Quote lines that you were shown, signed by the host; the vendor countersigns then.",
            "摘录已向您显示的行，由主机方签署；随后由供应方会签。",
        )
    ),
)
@click.argument("deposit")
@click.argument("path")
@_FIRST
@click.option("--lines", type=click.IntRange(1), default=1, help=say(Text("How many.", "行数。")))
@room
@group.store
@group.keys
@options.output
@options.lang
def quote_(
    deposit: str,
    path: str,
    first: int,
    lines: int,
    room: Path,
    address: str,
    trusted: tuple[str, ...],
    output: Path | None,
) -> int:
    from assay.deposit.excerpts import quote  # noqa: PLC0415

    with _admitted(deposit, room, address, trusted) as (reading, session):
        deliver(quote(reading, session, path, first, lines, signing()), output)
    return int(Exit.NOTHING_TO_REPORT)


@contextmanager
def _admitted(deposit: str, folder: Path, address: str, trusted: tuple[str, ...]) -> "Iterator[tuple[Room, Session]]":
    """The room, and the examiner who answered its challenge."""
    from assay.deposit.room import Room  # noqa: PLC0415

    with hosting(address, deposit, trusted, folder) as host:
        reading = Room(host, secret())
        challenge = reading.challenge()
        asked = base64.b64encode(challenge).decode()
        talk(
            Text(
                f"sign this, and give the answer: assay deposit admit {asked}",
                f"请签署并给出答复：assay deposit admit {asked}",
            )
        )
        label, _, signed = _line().partition(" ")
        try:
            signature = base64.b64decode(signed, validate=True)
        except (binascii.Error, ValueError):
            signature = b""
        yield reading, reading.admit(label, challenge, signature)


def _next(behind: int, of: int) -> int | None:
    """The line at which the reader goes on; None to end."""
    while True:
        if sys.stdin.isatty():
            talk(Text(f"line {behind} of {of}: Enter, a number, or q", f"第 {behind}/{of} 行：回车、行号或 q"))
        word = _line(ended="q")
        if word == "q" or (not word and behind > of):
            return None
        if not word:
            return behind
        if word.isascii() and word.isdigit() and 0 < int(word) <= of:
            return int(word)
        talk(Text("Enter, the number of a line, or q", "回车、行号或 q"))


def _line(ended: str = "") -> str:
    """A line of input without blanks around it; `ended` behind the last one."""
    typed = sys.stdin.buffer.readline()
    return typed.decode("utf-8", "replace").strip() if typed else ended


def _print(text: str) -> None:
    """Lines of source move no cursor."""
    from assay.report.escape import terminal  # noqa: PLC0415

    for line in text.split("\n"):
        click.echo(terminal(line.removesuffix("\r").expandtabs()))
