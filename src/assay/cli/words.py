"""Which language this process speaks, and its talk on stderr: `--lang`, else ASSAY_LANG, else the locale."""

import os
import sys

import click

from assay.core.errors import AssayError
from assay.core.text import Lang, Text


def language() -> Lang:
    """Language of help, errors and reports."""
    for index, word in enumerate(sys.argv[1:], 1):
        if word in {"--lang=zh", "--lang=en"}:
            return "zh" if word.endswith("zh") else "en"
        if word == "--lang" and sys.argv[index + 1 : index + 2] in (["zh"], ["en"]):
            return "zh" if sys.argv[index + 1] == "zh" else "en"
    for name in ("ASSAY_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.startswith("zh") else "en"
    return "en"


def say(text: Text) -> str:
    return text.to(language())


def spoken(error: AssayError) -> str:
    from assay.report.escape import terminal  # noqa: PLC0415  (only when something went wrong)

    return "\n".join(terminal(line) for line in error.to(language()).split("\n"))


def discard_output() -> None:
    """Nobody reads stdout any more: what is still to be written there goes nowhere, and the exit code stays."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def talk(text: Text) -> None:
    """A line on stderr."""
    from assay.report.escape import terminal  # noqa: PLC0415

    click.echo(terminal(say(text)), err=True)
