"""`assay estate add | list | shares | export`: the buyer's register of products."""

import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli import options
from assay.cli.deliver import deliver, deliver_sheet, progress
from assay.cli.dossiers import dossier_at, tell_unfinished
from assay.cli.words import language, say, talk
from assay.core.errors import Exit, UsageError
from assay.core.text import Text

if TYPE_CHECKING:
    from assay.estate.register import Row
    from assay.estate.shares import Rates

_register = click.argument("register", type=click.Path(path_type=Path))


@click.group("estate", help=say(Text("The register of products bought, and its shares.", "采购产品登记册及其占比。")))
def command() -> None:
    pass


def _option(name: str, en: str, zh: str, **more: Any) -> Callable[[options.F], options.F]:
    return click.option(name, help=say(Text(en, zh)), **more)


@command.command(
    "add",
    help=say(
        Text(
            "Add a product to REGISTER (.csv or .parquet; made when it is not there): what the manifest of its dossier "
            "states, and what you say beside it. What nobody states stays empty.",
            "向 REGISTER（.csv 或 .parquet，不存在则新建）添加产品：取自其卷宗的产品清单，并以所给选项补充。"
            "无人说明的内容留空。",
        )
    ),
)
@_register
@_option("--dossier", "The product's dossier.", "该产品的卷宗。", type=click.Path(path_type=Path))
@_option("--product", "Its name.", "产品名称。")
@_option("--version", "Its version.", "产品版本。")
@_option("--vendor", "Who sells it.", "供应商。")
@_option("--country", "The vendor's country (ISO 3166-1 alpha-2).", "供应商国别（ISO 3166-1 二字母代码）。")
@_option(
    "--country-known",
    "How the country is known; a guess is left out.",
    "国别如何得知；猜测的不填。",
    type=click.Choice(["statement", "evidence"]),
)
@_option("--country-source", "Who stated it, or the evidence.", "声明者或证据。")
@_option("--category", "E.g. software/anti-virus.", "如 software/anti-virus。")
@_option("--year", "Year of purchase.", "采购年份。")
@_option("--count", "Pieces bought.", "采购数量。")
@_option("--value", "What was paid, with --currency.", "金额，须同时给出 --currency。")
@_option("--currency", "ISO 4217, e.g. CNY.", "ISO 4217 货币代码，如 CNY。")
@_option(
    "--function",
    "A function of the bank that rests on it; repeatable.",
    "依赖该产品的银行职能，可重复。",
    multiple=True,
)
@_option(
    "--criticality",
    "How critical those functions are.",
    "这些职能的重要程度。",
    type=click.Choice(["critical", "important", "other"]),
)
@_option("--decision", "Where the signed decision is kept.", "已签署决定的存放处。")
@_option(
    "--decided",
    "What the decision came to.",
    "决定的结论。",
    type=click.Choice(["admit", "admit-with-conditions", "decline"]),
)
@_option(
    "--case",
    "A case file: its decision stands, instead of --decision and --decided.",
    "案件文件：以其中的决定为准，代替 --decision 与 --decided。",
    type=click.Path(path_type=Path),
)
@options.lang
def add(register: Path, dossier: Path | None, case: Path | None, function: tuple[str, ...], **said: str | None) -> int:
    from assay.estate import adding  # noqa: PLC0415
    from assay.estate.register import Row  # noqa: PLC0415

    if dossier is None and not said["product"]:
        message = Text("neither --dossier nor --product is given", "未给出 --dossier 或 --product")
        raise UsageError(message, Text("name the product's dossier, or the product", "请指定产品的卷宗或产品名称"))
    if case is not None and (said["decision"] or said["decided"]):
        message = Text("--case says what was decided", "决定以 --case 为准")
        raise UsageError(message, Text("leave --decision and --decided out", "请去掉 --decision 与 --decided"))
    given: dict[str, Any] = {**said, "functions": function}
    row = adding.stated(dossier_at(dossier), register) if dossier is not None else Row(said["product"] or "")
    if case is not None:
        row = _decided(row, case, register)
    added = adding.add(register, row, **given)
    talk(Text(f"{register}: added {added.named}", f"{register}：已添加 {added.named}"))
    return int(Exit.NOTHING_TO_REPORT)


def _decided(row: "Row", case: Path, register: Path) -> "Row":
    from assay.case.bought import bought  # noqa: PLC0415
    from assay.case.exchange import at  # noqa: PLC0415

    with at(case) as opened:
        return bought(row, opened.view, os.path.relpath(case, register.parent))


@command.command(
    "list",
    help=say(Text("The rows of a register, and where they contradict each other.", "登记册各行及相互矛盾之处。")),
)
@_register
@_option("--format", "Form.", "输出格式。", type=click.Choice(["text", "json"]), default="text")
@options.output
@options.lang
@options.color
def list_(register: Path, format: str, output: Path | None, no_color: bool) -> int:  # noqa: A002
    from assay.estate import files, json  # noqa: PLC0415
    from assay.estate.contradictions import contradictions  # noqa: PLC0415
    from assay.estate.list_sheet import list_sheet  # noqa: PLC0415

    held = files.read(register)
    found = contradictions(held)
    if format == "json":
        deliver(json.of_rows(held, found), output)
    else:
        deliver_sheet(list_sheet(held, found, language()), format, output, no_color=no_color)
    return int(Exit.NOTHING_TO_REPORT)


@command.command(
    "shares",
    help=say(
        Text(
            "How much of what was bought meets a rulebook, by category and year, against the book's dated targets. "
            "Every share is an interval: what is unknown counts against at its low end and for at its high end.",
            "采购的产品有多少符合规则集，按类别与年份列出，并对照规则集中带期限的目标。占比为区间：下限将未知视为未达标，上限视为达标。",
        )
    ),
)
@_register
@_option(
    "--book", "Rulebook: a shipped id or a folder.", "规则集：自带的标识或文件夹。", required=True, metavar="ID|PATH"
)
@options.as_of
@_option(
    "--base",
    "Count pieces or values; both unless chosen, because sources do not say.",
    "按数量或金额；来源多未说明，默认两者均列。",
    type=click.Choice(["count", "value"]),
)
@_option(
    "--by",
    "What counts: the verdict by the book, or the signed decision.",
    "计算依据：规则集判定，或已签署的决定。",
    type=click.Choice(["verdict", "decision"]),
    default="verdict",
)
@_option("--currency", "Currency to add values up in, when there are several.", "存在多种货币时，用于相加的货币。")
@_option(
    "--rate",
    "What one unit of another currency is worth in it, e.g. USD=7.1; repeatable.",
    "其他货币一单位折合该货币的数额，如 USD=7.1，可重复。",
    multiple=True,
    metavar="CODE=NUMBER",
)
@options.jobs
@_option("--format", "Form.", "输出格式。", type=click.Choice(["text", "json", "html"]), default="text")
@options.output
@options.lang
@options.color
def shares(
    register: Path,
    book: str,
    as_of: date,
    base: str | None,
    by: Any,
    currency: str | None,
    rate: tuple[str, ...],
    jobs: int,
    format: str,  # noqa: A002
    output: Path | None,
    no_color: bool,
) -> int:
    from assay.estate import files, json  # noqa: PLC0415
    from assay.estate.contradictions import contradictions  # noqa: PLC0415
    from assay.estate.shares import BASES, reckoned  # noqa: PLC0415
    from assay.estate.shares_sheet import shares_sheet  # noqa: PLC0415
    from assay.estate.standing import overtaken, worst_exit  # noqa: PLC0415
    from assay.rulebooks import load  # noqa: PLC0415

    held, rates = files.read(register), _rates(currency, rate)
    bases = [item for item in BASES if base in (None, item)]
    found, standings = reckoned(
        held, load(book), as_of, by=by, bases=bases, rates=rates, jobs=jobs, progress=progress()
    )
    tell_unfinished(overtaken(standings))
    contradicting = contradictions(held, standings)
    if format == "json":
        deliver(json.of_shares(held, found, contradicting), output)
    else:
        deliver_sheet(shares_sheet(held, found, contradicting, language()), format, output, no_color=no_color)
    return int(worst_exit(standings))


@command.command("export", help=say(Text("A register in another form.", "以其他格式导出登记册。")))
@_register
@_option(
    "--format",
    "Form; else by the ending of --output.",
    "输出格式；默认取 --output 的扩展名。",
    type=click.Choice(["csv", "parquet", "json"]),
)
@options.output
@options.lang
def export(register: Path, format: str | None, output: Path | None) -> int:  # noqa: A002
    from assay.estate import files, json  # noqa: PLC0415
    from assay.estate.contradictions import contradictions  # noqa: PLC0415

    held = files.read(register)
    form = format or (output.suffix[1:].lower() if output is not None else "csv")
    if form not in {*files.FORMS, "json"}:
        message = Text(f"{output}: unknown form {form!a}", f"{output}：未知格式 {form!a}")
        raise UsageError(message, Text("give --format csv, parquet or json", "请用 --format 给出 csv、parquet 或 json"))
    deliver(json.of_rows(held, contradictions(held)) if form == "json" else files.render(held.rows, form), output)
    return int(Exit.NOTHING_TO_REPORT)


def _rates(currency: str | None, given: tuple[str, ...]) -> "Rates | None":
    """What `--currency` and `--rate` say; None when neither does."""
    from assay.estate.shares import Rates  # noqa: PLC0415

    if currency is None and not given:
        return None
    if currency is None:
        message = Text("--rate without --currency", "给出了 --rate，但没有 --currency")
        raise UsageError(message, Text("say in which currency values are added up", "请说明以何种货币相加"))
    found: dict[str, Decimal] = {}
    for item in given:
        code, _, text = item.partition("=")
        try:
            rate = Decimal(text)
        except InvalidOperation:
            rate = Decimal(0)
        if (
            not (code.isascii() and code.isalpha() and code.isupper() and len(code) == 3)
            or code in {currency, *found}
            or not (rate.is_finite() and Decimal("1e-9") <= rate <= Decimal("1e9"))
        ):
            message = Text(f"--rate {item}: not a rate, or one twice", f"--rate {item}：不是汇率，或重复")
            raise UsageError(message, Text("write USD=7.1, once for each currency", "写作 USD=7.1，每种货币一次"))
        found[code] = rate
    return Rates(currency, found)
