"""Options that several verbs share, so that they mean the same everywhere."""

import os
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from assay.cli.words import say, talk
from assay.core.errors import Exit, UsageError
from assay.core.text import LANGS, Text

FORMATS = ("text", "json", "html", "sarif", "cyclonedx", "oscal", "junit")  # names of modules of the report room
F = TypeVar("F", bound=Callable[..., Any])


def _day(_: click.Context, __: click.Parameter, value: str | None) -> date:
    if value is None:
        return date.today()  # the operator's day; the only clock that assay reads
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        message = Text(f"--as-of {value}: not a date", f"--as-of {value}：不是日期")
        raise UsageError(message, Text("write it as 2026-03-31", "请写作 2026-03-31")) from error


def lang(function: F) -> F:
    about = say(
        Text(
            "Language of the output; else ASSAY_LANG, else the locale.",
            "输出语言；默认取 ASSAY_LANG，其次为系统区域设置。",
        )
    )
    return click.option("--lang", type=click.Choice(LANGS), expose_value=False, help=about)(function)


def as_of(function: F) -> F:
    about = say(Text("The day by which rules are judged; default today.", "判定所依据的日期，默认今天。"))
    return click.option("--as-of", metavar="DATE", callback=_day, help=about)(function)


def rulebooks(function: F) -> F:
    about = say(
        Text(
            "Rulebook to judge by, repeatable; else the default books.", "判定所用规则集，可重复；默认使用缺省规则集。"
        )
    )
    return click.option("--rulebook", "rulebooks", metavar="ID|PATH", multiple=True, help=about)(function)


def manifest(function: F) -> F:
    about = say(
        Text(
            "What you, the operator, say of the product (see assay intake init).",
            "操作者对产品的说明（参见 assay intake init）。",
        )
    )
    return click.option("--manifest", type=click.Path(path_type=Path), help=about)(function)


def dossier(function: F) -> F:
    about = say(Text("Dossier to write; default ./<product>.assay.", "写入的卷宗，默认 ./<产品>.assay。"))
    return click.option("--dossier", type=click.Path(path_type=Path), help=about)(function)


def jobs(function: F) -> F:
    about = say(Text("Worker processes; the outcome does not depend on it.", "工作进程数；结果与之无关。"))
    return click.option("--jobs", type=click.IntRange(1, 256), default=os.cpu_count() or 1, help=about)(function)


def output(function: F) -> F:
    about = say(Text("File to write instead of stdout.", "写入文件而非标准输出。"))
    return click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help=about)(function)


def format_(function: F) -> F:
    about = say(Text("Form of the report.", "报告格式。"))
    return click.option("--format", "form", type=click.Choice(FORMATS), default="text", help=about)(function)


def color(function: F) -> F:
    about = say(
        Text("No colour, even on a terminal (as does NO_COLOR).", "即使在终端上也不使用颜色（等同 NO_COLOR）。")
    )
    return click.option("--no-color", is_flag=True, help=about)(function)


def fail_on(function: F) -> F:
    about = say(
        Text(
            "When to end with a code other than 0: broken (10), or also when something is open (11), or only when "
            "something breaks a rule that did not in --against (10).",
            "何时以非零代码结束：broken 为有规则被违反（10）；open 为另含待定（11）；"
            "new 为出现 --against 中没有的违反（10）。",
        )
    )
    to = say(
        Text(
            "The dossier that --fail-on new compares with; it may be the one that is written.",
            "--fail-on new 所比较的卷宗，可与写入的卷宗相同。",
        )
    )
    function = click.option("--against", type=click.Path(path_type=Path), metavar="DOSSIER", help=to)(function)
    return click.option("--fail-on", type=click.Choice(["broken", "open", "new"]), default="broken", help=about)(
        function
    )


def keys(function: F) -> F:
    about = say(
        Text(
            "A public key that you had from its owner, or a file with it, repeatable; else your own.",
            "经所有者取得的公钥或其文件，可重复；默认为您自己的公钥。",
        )
    )
    return click.option("--key", "keys", metavar="KEY", multiple=True, help=about)(function)


def trusted(function: F) -> F:
    """`--key` and `--nobody`: what a signature must be of."""
    about = say(
        Text(
            "Accept the key that a ledger itself names: shows that it is whole, not whose it is.",
            "接受账本自称的公钥：仅表明其完整，不表明属于谁。",
        )
    )
    return keys(click.option("--nobody", is_flag=True, help=about)(function))


def check_against(fail_on_: str, against: Path | None) -> None:
    """Raises UsageError where one of `--fail-on new` and `--against` is given without the other."""
    if (fail_on_ == "new") != (against is not None):
        message = Text("--fail-on new and --against go together", "--fail-on new 与 --against 须同时使用")
        raise UsageError(message, Text("name the dossier to compare with", "请指定用于比较的卷宗"))


def exit_new(fresh: Mapping[str, int]) -> Exit:
    """Says on stderr what broke newly."""
    for rule, count in sorted(fresh.items()):
        talk(Text(f"new: {rule}, facts: {count}", f"新增违反：{rule}：{count} 项事实"))
    if not fresh:
        talk(Text("nothing breaks a rule that did not before", "没有新增的违反"))
    return Exit.BROKEN if fresh else Exit.NOTHING_TO_REPORT


def exit_code(fail_on_: str, broken: int, unsettled: int) -> Exit:
    """The code of the design: 10 when a rule is broken, 11 when none is but some are open and that was asked for."""
    if broken:
        return Exit.BROKEN
    return Exit.OPEN if unsettled and fail_on_ == "open" else Exit.NOTHING_TO_REPORT
