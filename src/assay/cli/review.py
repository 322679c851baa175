"""`assay review PATH`: the main job."""

from datetime import date
from pathlib import Path

import click

from assay.cli import options
from assay.cli.deliver import deliver, progress, render
from assay.cli.dossiers import dossier_at
from assay.cli.sealed import in_place
from assay.cli.sealed import options as of_deposits
from assay.cli.signing import entering
from assay.cli.words import say, talk
from assay.core.text import Text
from assay.report.record import Record


@click.command(
    "review",
    help=say(
        Text(
            "Review a product: a folder, a checkout, an archive, a file, or sealed source (deposit:ID). Takes it in, "
            "examines it, judges what was seen and reports. Nothing of the product is run and nothing leaves this "
            "machine.",
            "审查一件产品：目录、检出的代码、归档、单个文件，或封存的源代码（deposit:编号）。"
            "接收、检查、判定并出具报告。不运行产品的任何部分，也不向外发送任何内容。",
        )
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@options.manifest
@options.rulebooks
@options.as_of
@options.dossier
@options.format_
@options.output
@options.jobs
@options.lang
@options.color
@options.fail_on
@of_deposits
def command(
    path: Path,
    manifest: Path | None,
    rulebooks: tuple[str, ...],
    as_of: date,
    dossier: Path | None,
    form: str,
    output: Path | None,
    jobs: int,
    no_color: bool,
    fail_on: str,
    against: Path | None,
    address: str,
    room: Path | None,
    trusted: tuple[str, ...],
) -> int:
    from assay.cli.closing import close  # noqa: PLC0415  (the review's rooms, on first use)
    from assay.review.reading import record_of  # noqa: PLC0415
    from assay.review.steps import Plan, review  # noqa: PLC0415

    options.check_against(fail_on, against)
    earlier = dossier_at(against) if against is not None else None
    plan = Plan(path, as_of, manifest, rulebooks, dossier, jobs, output)
    with entering() as enter, in_place(plan, address, room, trusted, enter.party) as plan:
        kept, document = review(plan, progress(), enter)
        latest = kept.latest()

        def record() -> Record:
            return record_of(latest, latest.judgements())

        content = render(document, record, form, enter.signed, no_color=no_color, to_file=output is not None)
        deliver(content, output)
        enter.report(latest, form, content, output)
    if output is not None:
        talk(Text(f"report: {output}", f"报告：{output}"))
    return close(kept, document, enter.signed, rulebooks, as_of, fail_on=fail_on, earlier=earlier)
