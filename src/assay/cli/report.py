"""`assay report DOSSIER`: the document of the newest sealed review, laid out."""

from contextlib import nullcontext
from pathlib import Path
from typing import cast

import click

from assay.cli import options
from assay.cli.deliver import deliver, render
from assay.cli.dossiers import dossier_at
from assay.cli.signing import RECEIPT, entering, verify
from assay.cli.words import say, talk
from assay.core.errors import UsageError
from assay.core.text import Text
from assay.report.record import Record


@click.command(
    "report", help=say(Text("Render the report of the newest review of a dossier.", "输出卷宗中最新审查的报告。"))
)
@click.argument("dossier", type=click.Path(path_type=Path), required=False)
@click.option(
    "--verify",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=say(
        Text(
            "Verify a report that was written with --output, by the receipt that lies beside it.",
            "凭报告旁的回执校验由 --output 写出的报告。",
        )
    ),
)
@options.trusted
@options.format_
@options.output
@options.lang
@options.color
def command(
    dossier: Path | None,
    file: Path | None,
    keys: tuple[str, ...],
    nobody: bool,
    form: str,
    output: Path | None,
    no_color: bool,
) -> int:
    from assay.review.reading import record_of, stored_document  # noqa: PLC0415

    if (dossier is None) == (file is None):
        message = Text("name a DOSSIER, or a report with --verify", "请指定卷宗，或用 --verify 指定报告")
        raise UsageError(message, Text("see assay report --help", "参见 assay report --help"))
    if file is not None:
        return verify([file.with_name(file.name + RECEIPT)], keys, nobody=nobody)
    review = dossier_at(cast(Path, dossier)).latest()
    document = stored_document(review)

    def record() -> Record:
        return record_of(review, review.judgements())

    # Looking is no act: only a file, which may leave this place, is entered.
    with entering() if output is not None else nullcontext() as enter:
        if enter is not None:
            enter(review.dossier)
        signed = enter.signed if enter is not None else None
        content = render(document, record, form, signed, no_color=no_color, to_file=output is not None)
        deliver(content, output)
        if enter is not None:
            enter.report(review, form, content, output)
            talk(Text(f"report: {output}", f"报告：{output}"))
    return 0
