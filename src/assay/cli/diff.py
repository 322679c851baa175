"""`assay diff OLD NEW`: what changed between two reviews."""

from pathlib import Path

import click

from assay.cli import options
from assay.cli.deliver import deliver, terminal_page
from assay.cli.dossiers import dossier_at
from assay.cli.words import language, say
from assay.core.errors import Exit, InputError
from assay.core.text import Text


@click.command(
    "diff",
    help=say(
        Text(
            "What changed between the newest complete reviews of two dossiers, or between the last two of one: facts "
            "new, gone, changed; rules that moved; what is no longer examined.",
            "比较两份卷宗最新的完整审查，或同一卷宗最近的两次完整审查：事实的新增、消失与变化，规则结论的变动，以及不再检查的内容。",
        )
    ),
)
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path), required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=say(Text("Form.", "输出格式。"))
)
@options.output
@options.lang
@options.color
def command(old: Path, new: Path | None, form: str, output: Path | None, no_color: bool) -> int:
    from assay.report.difference import render_json, render_text  # noqa: PLC0415
    from assay.review.comparing import compare  # noqa: PLC0415

    before = dossier_at(old)
    after = dossier_at(new) if new is not None else before
    if before.path.resolve() == after.path.resolve():
        numbers = before.sealed()
        if len(numbers) < 2:
            message = Text(f"{old} does not hold two complete reviews", f"{old} 中没有两次完整的审查")
            raise InputError(message, Text("name a second dossier", "请再指定一份卷宗"))
        pair = (before.review(numbers[-2]), before.review(numbers[-1]))
    else:
        pair = (before.latest(), after.latest())
    difference = compare(*pair)
    if form == "json":
        deliver(render_json(difference), output)
    else:
        width, color = terminal_page(no_color=no_color, to_file=output is not None)
        deliver(render_text(difference, language(), width=width, color=color), output)
    return int(Exit.NOTHING_TO_REPORT)
