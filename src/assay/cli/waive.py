"""`assay waive DOSSIER RULE`: a named person grants that something may go on breaking a rule until a day."""

from datetime import date
from pathlib import Path

import click

from assay.cli import options
from assay.cli.dossiers import dossier_at
from assay.cli.signing import entering
from assay.cli.words import say, talk
from assay.core.errors import Exit, UsageError
from assay.core.text import Text


def _until(_: click.Context, __: click.Parameter, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        message = Text(f"--until {value}: not a date", f"--until {value}：不是日期")
        raise UsageError(message, Text("write it as 2026-03-31", "请写作 2026-03-31")) from error


@click.command(
    "waive",
    help=say(
        Text(
            "Waive what breaks RULE in the newest review of a dossier, for a reason and until a day. A new fact breaks "
            "the rule again; an expired or stale waiver is shown and not applied.",
            "就卷宗最新审查中违反 RULE 的事项给予豁免，须有理由与截止日。新出现的事实仍构成违反；"
            "过期或失效的豁免仅列示，不予适用。",
        )
    ),
)
@click.argument("dossier", type=click.Path(path_type=Path))
@click.argument("rule")
@click.option(
    "--fact",
    "facts",
    metavar="ID",
    multiple=True,
    help=say(
        Text("Only this fact, repeatable; else all that break the rule now.", "仅豁免该事实，可重复；默认为现有全部。")
    ),
)
@click.option("--reason", required=True, help=say(Text("Why it may be so.", "理由。")))
@click.option("--asked-by", required=True, metavar="NAME", help=say(Text("Who asks.", "申请人。")))
@click.option(
    "--granted-by", required=True, metavar="NAME", help=say(Text("Who grants; somebody else.", "批准人，须为他人。"))
)
@click.option("--until", required=True, metavar="DATE", callback=_until, help=say(Text("The last day.", "截止日。")))
@options.as_of
@options.lang
def command(
    dossier: Path,
    rule: str,
    facts: tuple[str, ...],
    reason: str,
    asked_by: str,
    granted_by: str,
    until: date,
    as_of: date,
) -> int:
    from assay.review.waiving import add  # noqa: PLC0415

    kept = dossier_at(dossier)
    with entering() as enter:
        acts = enter(kept)
        number, waiver = add(
            kept,
            rule,
            facts=facts,
            reason=reason,
            asked_by=asked_by,
            granted_by=granted_by,
            granted=as_of,
            until=until,
        )
        acts.waiver(number)
    count = len(waiver.facts)
    talk(
        Text(
            f"waived until {waiver.until}: {waiver.book}/{waiver.rule}, facts: {count}",
            f"豁免至 {waiver.until}：{waiver.book}/{waiver.rule}，{count} 项事实",
        )
    )
    return int(Exit.NOTHING_TO_REPORT)
