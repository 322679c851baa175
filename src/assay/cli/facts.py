"""`assay facts DOSSIER`: one JSON object a line, or a table for people."""

import sys
from pathlib import Path

import click

from assay.cli import options
from assay.cli.dossiers import dossier_at
from assay.cli.words import say, talk
from assay.core.errors import UsageError
from assay.core.kinds import KINDS
from assay.core.text import Text


@click.command(
    "facts", help=say(Text("Print the facts of the newest review of a dossier.", "输出卷宗中最新审查的事实。"))
)
@click.argument("dossier", type=click.Path(path_type=Path))
@click.option(
    "--kind", help=say(Text("Only facts of this kind, e.g. crypto.use.", "仅输出此类事实，例如 crypto.use。"))
)
@click.option("--format", "form", type=click.Choice(["jsonl", "text"]), default="text")
@options.lang
def command(dossier: Path, kind: str | None, form: str) -> int:
    from assay.report.escape import json, terminal  # noqa: PLC0415

    if kind is not None and kind not in KINDS:
        known = ", ".join(KINDS)
        raise UsageError(Text(f"no kind {kind}", f"没有事实类别 {kind}"), Text(f"kinds: {known}", f"可用类别：{known}"))
    review = dossier_at(dossier).latest()
    if not review.complete:
        missing = ", ".join(review.missing)
        talk(Text(f"this review is not complete; missing: {missing}", f"此次审查不完整；缺少：{missing}"))
    if form == "jsonl":
        for line in review.fact_lines(kind):
            harmless = line.isascii() and b"\x7f" not in line
            sys.stdout.buffer.write((line if harmless else json(line.decode()).encode()) + b"\n")
        return 0
    for fact in review.facts(kind):
        first = fact.evidence[0] if fact.evidence else None
        where = first.where if first is not None else fact.subject.path
        value = " ".join(f"{key}={'?' if item is None else item}" for key, item in fact.value.items())
        click.echo(terminal(f"{fact.kind}  {where}  {value}"))
    return 0
