"""`assay questions`: what a person could answer of what stayed open, as statements to fill in."""

from pathlib import Path

import click

from assay.cli import options
from assay.cli.dossiers import dossier_at
from assay.cli.words import language, say
from assay.core.errors import Exit
from assay.core.text import Text


@click.command(
    "questions",
    help=say(Text("What a person could answer, as statements to fill in.", "可由人员答复的问题，以待填写的声明列出。")),
)
@click.argument("dossier", type=click.Path(path_type=Path))
@click.option(
    "--rule",
    help=say(Text("Only what holds this rule open.", "只列出使该规则未决者。")),
)
@options.lang
def command(dossier: Path, rule: str | None) -> int:
    from assay.review.asking import questions  # noqa: PLC0415

    review = dossier_at(dossier).latest()
    judgements = [one for one in review.judgements() if rule in (None, one.rule, f"{one.book}/{one.rule}")]
    for line in questions(review, judgements, language()):
        click.echo(line)
    return int(Exit.NOTHING_TO_REPORT)
