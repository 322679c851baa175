"""`assay border export | register | withdraw`: whether data may leave, and what left this year already."""

import json
import os
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli import options
from assay.cli.deliver import deliver
from assay.cli.signing import home, party
from assay.cli.words import language, say, talk
from assay.core.errors import Exit
from assay.core.text import Text

if TYPE_CHECKING:
    from assay.crossing.exporting import Answer

_PATH = click.Path(path_type=Path)
_REGISTER = click.option(
    "--register",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("exports.register"),
    help=say(Text("The handler's register; default ./exports.register.", "处理者的登记册，默认 ./exports.register。")),
)


@click.command(
    "export",
    help=say(
        Text(
            "May FILES leave for a country? Counts the persons, adds the export to the handler's register, and names "
            "the route that the law asks for, with its arithmetic and articles. Ends 0 when nothing stands in the way, "
            "10 when a route is needed first, 11 when that cannot be decided.",
            "FILES 可否出境？统计人数，将本次出境记入处理者的登记册，并给出法律要求的路径及其计算与条款。"
            "无障碍时以 0 结束；须先办理某一路径时为 10；无法判定时为 11。",
        )
    ),
)
@click.argument("files", nargs=-1, required=True, type=_PATH)
@click.option(
    "--to",
    "country",
    required=True,
    metavar="COUNTRY",
    help=say(Text("Where it goes, e.g. SG or HK.", "目的地，如 SG 或 HK。")),
)
@click.option("--purpose", required=True, help=say(Text("What for.", "用途。")))
@click.option("--recipient", default="", help=say(Text("Who receives it.", "接收方。")))
@click.option(
    "--handler",
    type=_PATH,
    help=say(Text("What the handler says of itself (docs/border.md).", "处理者的自述（见 docs/border.zh.md）。")),
)
@click.option(
    "--exemption", default="", metavar="ID", help=say(Text("An exemption that is claimed.", "所主张的豁免情形。"))
)
@click.option(
    "--book",
    "books",
    multiple=True,
    metavar="ID|PATH",
    help=say(Text("Book about exports; else the laws that apply.", "出境规则集；默认为适用的法律。")),
)
@_REGISTER
@click.option(
    "--prepare",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help=say(Text("Write what the route needs into DIR.", "将该路径所需材料写入 DIR。")),
)
@options.as_of
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help=say(Text("Form of the answer.", "答复格式。")),
)
@options.output
@options.lang
def export(
    files: tuple[Path, ...],
    country: str,
    purpose: str,
    recipient: str,
    handler: Path | None,
    exemption: str,
    books: tuple[str, ...],
    register: Path,
    prepare: Path | None,
    as_of: date,
    form: str,
    output: Path | None,
) -> int:
    from assay.crossing import exporting  # noqa: PLC0415
    from assay.crossing.profile import Profile, read_profile  # noqa: PLC0415
    from assay.crossing.register import Register  # noqa: PLC0415

    profile = read_profile(handler) if handler is not None else Profile("", "CN")
    chosen = exporting.books_for(profile, books)
    signing = party()
    kept = Register.open_or_begin(register, profile.handler, keys())
    asked = exporting.Asked(files, country, purpose, recipient, as_of, exemption)
    answer = exporting.export(asked, profile, chosen, kept, signing, time.time)
    page = _json(answer) if form == "json" else _text(answer)
    deliver(page.encode(), output)
    talk(
        Text(
            f"register: {register}, export {answer.export.number}; {signing.words.en}",
            f"登记册：{register}，第 {answer.export.number} 次；{signing.words.zh}",
        )
    )
    if prepare is not None:
        for path in exporting.prepare(answer, prepare, language()):
            talk(Text(f"prepared: {path}", f"已准备：{path}"))
    return int(Exit.NOTHING_TO_REPORT if answer.free else Exit.BROKEN if answer.needed else Exit.OPEN)


@click.command("register", help=say(Text("What left this year, and of how many persons.", "当年出境情况及所涉人数。")))
@_REGISTER
@options.as_of
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help=say(Text("Form of the list.", "列表格式。")),
)
@options.lang
def register_(register: Path, as_of: date, form: str) -> int:
    from assay.crossing.preparing import arithmetic  # noqa: PLC0415
    from assay.crossing.register import Register  # noqa: PLC0415
    from assay.report.escape import terminal  # noqa: PLC0415

    kept = Register(register, keys())
    gone = kept.withdrawn()
    rows = [
        {
            "number": one.number,
            "day": one.day.isoformat(),
            "country": one.country,
            "recipient": one.recipient,
            "purpose": one.purpose,
            "exemption": one.exemption,
            "confirmed": one.confirmed,
            "unread": len(one.unread),
            "withdrawn": gone[one.number].reason if one.number in gone else None,
        }
        for one in kept.exports()
        if one.day.year == as_of.year
    ]
    lines = [say(line) for line in arithmetic(kept.totals(as_of.year))]
    if form == "json":
        click.echo(json.dumps({"year": as_of.year, "exports": rows, "totals": lines}, ensure_ascii=False, indent=2))
        return int(Exit.NOTHING_TO_REPORT)
    for row in rows:
        state = say(Text(" withdrawn", " 已撤回")) if row["withdrawn"] is not None else ""
        click.echo(
            terminal(f"{row['number']:>5}  {row['day']}  {row['country']}  {row['recipient']}  {row['purpose']}{state}")
        )
    for line in lines:
        click.echo(line)
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "withdraw",
    help=say(
        Text(
            "Say that an export did not take place; it stays in the register.",
            "说明某次出境并未发生；登记册仍保留该条。",
        )
    ),
)
@click.argument("number", type=click.IntRange(1))
@click.option("--reason", required=True, help=say(Text("Why.", "原因。")))
@_REGISTER
@options.as_of
@options.lang
def withdraw(number: int, reason: str, register: Path, as_of: date) -> int:
    from assay.crossing.register import Register  # noqa: PLC0415

    Register(register, keys()).withdraw(number, as_of, reason, party(), int(time.time()))
    talk(Text(f"export {number} is withdrawn", f"第 {number} 次出境已撤回"))
    return int(Exit.NOTHING_TO_REPORT)


def keys() -> Path:
    """Where this user keeps the keys of registers."""
    from assay.ledger.keys import configuration  # noqa: PLC0415

    return configuration(os.environ, home()) / "registers"


def _text(answer: "Answer") -> str:
    from assay.crossing.preparing import arithmetic, reasons  # noqa: PLC0415
    from assay.report.escape import terminal  # noqa: PLC0415

    lines = []
    for one in answer.decided:
        lines += [terminal(f"{one.book.id}: {say(one.book.title)}"), *(f"  {say(line)}" for line in reasons(one)), ""]
    lines += [say(Text("how many", "人数")), *(f"  {say(line)}" for line in arithmetic(answer.totals)), ""]
    lines.append(say(Text("what leaves", "出境内容")))
    for column in answer.export.columns:
        marks = [Text("sensitive", "敏感")] if column.sensitive else []
        marks += [] if column.certain else [Text("plausible", "疑似")]
        said = ", ".join(say(mark) for mark in marks)
        lines.append(terminal(f"  {column.set}  {column.name or '-'}  {column.class_}  {said}").rstrip())
    for item in answer.export.unread:
        lines.append(terminal(f"  {say(Text('not read', '未读'))}: {item.path} ({item.reason})"))
    return "\n".join(lines) + "\n"


def _json(answer: "Answer") -> str:
    from assay.crossing.preparing import arithmetic, reasons  # noqa: PLC0415

    lang = language()
    body = {
        "export": answer.export.number,
        "free": answer.free,
        "books": [
            {
                "book": one.book.id,
                "route": one.route.id if one.route is not None else None,
                "tried": one.tried.id,
                "held": one.held is not None,
                "broken": [rule.id for rule in one.broken],
                "open": [rule.id for rule in one.open],
                "why": [line.to(lang) for line in reasons(one)],
            }
            for one in answer.decided
        ],
        "arithmetic": [line.to(lang) for line in arithmetic(answer.totals)],
        "facts": [{"kind": fact.kind, "value": dict(fact.value)} for fact in answer.facts],
        "columns": [
            {
                "set": one.set,
                "column": one.name,
                "class": one.class_,
                "sensitive": one.sensitive,
                "certain": one.certain,
            }
            for one in answer.export.columns
        ],
        "unread": [{"path": one.path, "reason": one.reason} for one in answer.export.unread],
    }
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"
