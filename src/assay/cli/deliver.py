"""Where rendered bytes go, and the progress of long work."""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from assay.cli.words import discard_output, language, say
from assay.core.errors import refused
from assay.core.text import Text
from assay.report.document import Document
from assay.report.record import Record

if TYPE_CHECKING:
    from assay.estate.sheet import Sheet

RECORDED = ("sarif", "cyclonedx", "oscal")
_STAGES = {
    "files": Text("examining", "检查中"),
    "sealing": Text("sealing", "封存中"),
    "dossiers": Text("judging", "判定中"),
}


SIGNED = ("text", "html")


def render(
    document: Document,
    record: Callable[[], Record],
    form: str,
    signed: Text | None = None,
    *,
    no_color: bool,
    to_file: bool,
) -> bytes:
    """The document in one of `options.FORMATS`; only those that list more than it holds ask for the record.

    `signed` says by whom its ledger is signed, in the forms that people read.
    """
    lang = language()
    if form == "text":
        from assay.report import text  # noqa: PLC0415  (each output only when asked for)

        width, color = terminal_page(no_color=no_color, to_file=to_file)
        return text.render(document, lang, signed, width=width, color=color)
    output = import_module(f"assay.report.{form}")
    more = [record()] if form in RECORDED else [signed] if form in SIGNED else []
    content: bytes = output.render(document, lang, *more)
    return content


def terminal_page(*, no_color: bool, to_file: bool) -> tuple[int, bool]:
    """Columns of a page of text, and whether it may be coloured."""
    terminal = sys.stdout.isatty() and not to_file
    return get_terminal_size().columns if terminal else 100, terminal and not no_color and "NO_COLOR" not in os.environ


def deliver(content: bytes, output: Path | None) -> None:
    """Write to the file, or to stdout. Raises InputError when the file cannot be written."""
    if output is None:
        try:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            discard_output()
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(content)
    except OSError as error:
        raise refused(output, error, Text("choose another --output", "请另选 --output")) from error


def deliver_sheet(page: "Sheet", form: str, output: Path | None, *, no_color: bool) -> None:
    """A page about many products, as html or as text."""
    from assay.estate import sheet  # noqa: PLC0415

    if form == "html":
        deliver(sheet.render_html(page), output)
        return
    width, color = terminal_page(no_color=no_color, to_file=output is not None)
    deliver(sheet.render_text(page, width=width, color=color), output)


def progress() -> Callable[[str, int, int], None] | None:
    """A line on a terminal's stderr that rewrites itself; nothing in a pipe."""
    if not sys.stderr.isatty():
        return None

    def show(stage: str, done: int, total: int) -> None:
        words = say(_STAGES.get(stage, Text(stage, stage)))
        click.echo(f"\r{words} {done}/{total}\x1b[K", err=True, nl=False)
        if done >= total:
            click.echo("\r\x1b[K", err=True, nl=False)

    return show
