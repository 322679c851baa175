"""`assay report DOSSIER`: the document of the newest sealed review, laid out."""

from pathlib import Path

import click

from assay.cli import options
from assay.cli.deliver import deliver, render
from assay.cli.words import say, talk
from assay.core.text import Text
from assay.report.record import Record


@click.command(
    "report", help=say(Text("Render the report of the newest review of a dossier.", "输出卷宗中最新审查的报告。"))
)
@click.argument("dossier", type=click.Path(path_type=Path))
@options.format_
@options.output
@options.lang
@options.color
def command(dossier: Path, form: str, output: Path | None, no_color: bool) -> int:
    from assay.dossier.store import Dossier  # noqa: PLC0415
    from assay.review.reading import record_of, stored_document  # noqa: PLC0415

    review = Dossier.open(dossier).latest()
    document = stored_document(review)

    def record() -> Record:
        return record_of(review, review.judgements())

    deliver(render(document, record, form, no_color=no_color, to_file=output is not None), output)
    if output is not None:
        talk(Text(f"report: {output}", f"报告：{output}"))
    return 0
