"""A group of verbs whose modules are imported when they are called, so that `assay --version` stays quick."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from assay.cli.words import say
from assay.core.text import Text


class Verbs(click.Group):
    """`verbs`: by name the module of this folder, the command in it, and what it does, as the help page lists them."""

    def __init__(self, *args: Any, verbs: Mapping[str, tuple[str, str, Text]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self._verbs:
            return None
        module, name, _ = self._verbs[cmd_name]
        command: click.Command = getattr(import_module(f"assay.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section(say(Text("Verbs", "命令"))):
            formatter.write_dl([(name, say(about)) for name, (_, _, about) in self._verbs.items()])
