"""`assay why RULE`: the tree of reasons of a judgement, down to the bytes."""

from collections.abc import Iterator
from pathlib import Path

import click

from assay.cli import options
from assay.cli.dossiers import dossier_at
from assay.cli.words import language, say
from assay.core.errors import Exit, UsageError
from assay.core.rules import Judgement
from assay.core.text import Text


@click.command("why", help=say(Text("Why a rule was judged as it was.", "解释某条规则的判定依据。")))
@click.argument("rule")
@click.option(
    "--dossier",
    type=click.Path(path_type=Path),
    help=say(Text("The dossier; default the only *.assay here.", "卷宗；默认取当前目录唯一的 *.assay。")),
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help=say(Text("Every fact and path, not the first few.", "列出全部事实与路径。")),
)
@options.lang
def command(rule: str, dossier: Path | None, everything: bool) -> int:
    from assay.report.escape import terminal  # noqa: PLC0415
    from assay.review.explain import explain  # noqa: PLC0415

    review = dossier_at(dossier or _only_dossier()).latest()
    for judging in (None, *review.judgings()):
        for judgement in review.judgements(judging):
            if rule in (judgement.rule, f"{judgement.book}/{judgement.rule}"):
                for line in explain(review, judgement, language(), judging=judging, everything=everything):
                    click.echo(terminal(line))
                return int(Exit.NOTHING_TO_REPORT)
    raise _unknown(rule, review.judgements())


def _only_dossier() -> Path:
    found = sorted(path for path in Path().glob("*.assay") if path.is_dir())
    if len(found) == 1:
        return found[0]
    message = (
        Text("no dossier here", "当前目录没有卷宗")
        if not found
        else Text("several dossiers here", "当前目录有多个卷宗")
    )
    raise UsageError(message, Text("name one with --dossier", "请用 --dossier 指明"))


def _unknown(rule: str, judgements: Iterator[Judgement]) -> UsageError:
    known = sorted(item.rule for item in judgements)
    if not known:
        return UsageError(
            Text("this review was not judged", "此次审查未作判定"),
            Text("judge it: assay judge DOSSIER", "请先判定：assay judge 卷宗"),
        )
    near = [name for name in known if rule.rpartition(".")[2] in name] or known
    listed = ", ".join(near[:12])
    return UsageError(
        Text(f"no judgement of a rule {rule} in this review", f"本次审查中没有规则 {rule} 的判定"),
        Text(f"judged were: {listed}", f"已判定的规则：{listed}"),
    )
