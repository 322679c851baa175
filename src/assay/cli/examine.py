"""`assay examine PATH`: facts and attempts, no judgement."""

from datetime import date
from pathlib import Path

import click

from assay.cli import options
from assay.cli.deliver import progress
from assay.cli.signing import entering
from assay.cli.words import say, talk
from assay.core.text import Text


@click.command(
    "examine",
    help=say(Text("Take in and examine a product; the facts go into the dossier.", "接收并检查产品，事实写入卷宗。")),
)
@click.argument("path", type=click.Path(path_type=Path))
@options.manifest
@options.as_of
@options.dossier
@options.jobs
@options.lang
def command(path: Path, manifest: Path | None, as_of: date, dossier: Path | None, jobs: int) -> int:
    from assay.review.steps import Plan, examine_only  # noqa: PLC0415

    with entering() as enter:
        kept, _ = examine_only(Plan(path, as_of, manifest, (), dossier, jobs), progress(), enter)
    review = kept.latest()
    for kind, count in sorted(review.kinds().items()):
        click.echo(f"{kind}\t{count}")
    talk(Text(f"dossier: {kept.path}", f"卷宗：{kept.path}"))
    return 0
