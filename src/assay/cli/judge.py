"""`assay judge DOSSIER --rulebook BOOK`: the same facts under other rules or another day, in moments."""

from datetime import date
from pathlib import Path

import click

from assay.cli import options
from assay.cli.deliver import deliver, render
from assay.cli.dossiers import dossier_at
from assay.cli.signing import entering
from assay.cli.words import say
from assay.core.text import Text
from assay.report.record import Record


@click.command(
    "judge",
    help=say(
        Text(
            "Judge the newest review of a dossier again, without touching the product; the outcome is kept as well.",
            "不接触产品，重新判定卷宗中最新的审查；判定结果一并保存。",
        )
    ),
)
@click.argument("dossier", type=click.Path(path_type=Path))
@options.rulebooks
@options.as_of
@options.format_
@options.output
@options.lang
@options.color
@options.fail_on
def command(
    dossier: Path,
    rulebooks: tuple[str, ...],
    as_of: date,
    form: str,
    output: Path | None,
    no_color: bool,
    fail_on: str,
    against: Path | None,
) -> int:
    from assay.cli.closing import tell_idle  # noqa: PLC0415
    from assay.dossier.sealed import Judging  # noqa: PLC0415
    from assay.report.document import summary  # noqa: PLC0415
    from assay.review.comparing import newly_broken_against  # noqa: PLC0415
    from assay.review.reading import record_of, sealed_record  # noqa: PLC0415
    from assay.review.steps import books_for, judge_again, references  # noqa: PLC0415

    options.check_against(fail_on, against)
    review = dossier_at(dossier).latest()
    record = sealed_record(review)
    books = books_for(record.product, rulebooks, as_of)
    judging = Judging(as_of, references(books))

    def records() -> Record:
        return record_of(review, review.judgements(judging))

    with entering() as enter:
        acts = enter(review.dossier)
        document = judge_again(review, record.product, books, as_of, record.artifact)
        acts.judged(review, judging, list(review.judgements(judging)))
        content = render(document, records, form, enter.signed, no_color=no_color, to_file=output is not None)
        deliver(content, output)
        enter.report(review, form, content, output)
    tell_idle(review, as_of)
    counts = summary(document)
    if against is not None:
        return int(options.exit_new(newly_broken_against(review, dossier_at(against), rulebooks, as_of)))
    return options.exit_code(fail_on, counts.broken, counts.open + counts.limits)
