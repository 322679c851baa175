"""The acts of `assay case`: each signs one statement of this party and enters it in its ledger.

An act that is out of order is refused with the reason, and nothing is written. Acts are named by the first characters
of their ids, as `assay case status` prints them.
"""

import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli import options
from assay.cli.signing import party
from assay.cli.words import say, talk
from assay.core.errors import Exit, UsageError, refused
from assay.core.text import Text
from assay.lab.scratch import scratch_folder

if TYPE_CHECKING:
    from assay.case.contents import Content
    from assay.case.folder import Attached, Case
    from assay.ledger.signing import NamedKey

CASE = click.Path(path_type=Path)
_LARGEST_KEY = 64 << 10


def day(_: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        message = Text(f"{parameter.opts[0]} {value}: not a date", f"{parameter.opts[0]} {value}：不是日期")
        raise UsageError(message, Text("write it as 2026-03-31", "请写作 2026-03-31")) from error


until_option = click.option("--until", metavar="DATE", callback=day, help=say(Text("The last day.", "截止日。")))
evidence_option = click.option(
    "--evidence",
    "evidence",
    multiple=True,
    type=click.Path(path_type=Path),
    help=say(Text("A file that goes with it, repeatable.", "所附文件，可重复。")),
)


def done(path: Path, content: "Content", attached: "Sequence[Attached]" = ()) -> int:
    """Sign an act in the case at `path`; prints its id."""
    from assay.case.folder import Case  # noqa: PLC0415

    return signed(Case.open(path), content, attached)


def signed(case: "Case", content: "Content", attached: "Sequence[Attached]" = ()) -> int:
    from assay.case.standing import state  # noqa: PLC0415
    from assay.case.words import STATES  # noqa: PLC0415

    act = case.act(content, party(), int(time.time()), attached)
    click.echo(act.id)
    stands = STATES[state(case.view).name]
    talk(Text(f"signed: {act.label}; case: {stands.en}", f"已签署：{act.label}；案件：{stands.zh}"))
    return int(Exit.NOTHING_TO_REPORT)


def read_keys(given: Sequence[str]) -> "list[NamedKey]":
    """Public keys as text or in files, one a line, those for cosignatures left out. Raises InputError."""
    from assay.ledger.signing import COSIGNATURE, read_key  # noqa: PLC0415

    lines: list[str] = []
    for item in given:
        path = Path(item)
        if "+" in item or not path.is_file():
            lines.append(item)
            continue
        try:
            lines += path.read_bytes()[:_LARGEST_KEY].decode("utf-8", "replace").split("\n")
        except OSError as error:
            raise refused(path, error) from error
    found = [read_key(line) for line in lines if line.strip()]
    return [key for key in found if key.kind != COSIGNATURE]


def _attached(paths: Sequence[Path]) -> "list[Attached]":
    from assay.case.carried import LARGEST_BODY  # noqa: PLC0415
    from assay.case.folder import Attached  # noqa: PLC0415

    found = []
    for path in paths:
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_BODY + 1)
        except OSError as error:
            raise refused(path, error) from error
        if len(content) > LARGEST_BODY:
            raise UsageError(
                Text(f"{path} is larger than {LARGEST_BODY} bytes", f"{path} 大于 {LARGEST_BODY} 字节"),
                Text("attach what matters of it", "请仅附其中相关部分"),
            )
        found.append(Attached(path.name, content))
    return found


def deadline(case: "Case", given: date | None, days: int | None = None) -> date:
    charter = case.view.charter
    after = charter.answer_days if days is None else days
    today = time.gmtime()
    return given or date(today.tm_year, today.tm_mon, today.tm_mday) + timedelta(days=after)


@click.command(
    "submit", help=say(Text("Submit a delivery: its files are listed by digest.", "提交交付物：逐一列出文件摘要。"))
)
@click.argument("case", type=CASE)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--product", default="", help=say(Text("Its name; else as it calls itself.", "名称；默认取其自称。")))
@click.option("--version", default="", help=say(Text("Its version; else as it says.", "版本；默认取其自称。")))
@options.lang
def _submit(case: Path, path: Path, product: str, version: str) -> int:
    from assay.case import delivery  # noqa: PLC0415
    from assay.case.folder import Attached  # noqa: PLC0415

    with scratch_folder() as scratch:
        found = delivery.submitted(path, scratch / "intake", product, version)
    return done(case, found.content, [Attached(delivery.NAME, found.listing)])


@click.command(
    "consent",
    help=say(Text("Consent to tests of the current delivery, until a day.", "同意对当前交付进行测试，至截止日为止。")),
)
@click.argument("case", type=CASE)
@click.option("--test", "tests", multiple=True, required=True, help=say(Text("A test, repeatable.", "测试，可重复。")))
@click.option(
    "--address",
    "addresses",
    multiple=True,
    help=say(Text("Where it may be done, repeatable.", "可测试的地址，可重复。")),
)
@click.option("--until", metavar="DATE", callback=day, required=True, help=say(Text("The last day.", "截止日。")))
@options.lang
def _consent(case: Path, tests: tuple[str, ...], addresses: tuple[str, ...], until: date) -> int:
    from assay.case.contents import Permission  # noqa: PLC0415
    from assay.case.folder import Case  # noqa: PLC0415

    opened = Case.open(case)
    act, delivery = _current(opened)
    return signed(opened, Permission(act, delivery, tests, addresses, until))


def _current(case: "Case") -> tuple[str, str]:
    current = case.view.current
    if current is None:
        raise UsageError(
            Text("nothing was delivered in this case", "本案尚无交付"),
            Text("the vendor delivers first: assay case submit", "须先由供应商交付：assay case submit"),
        )
    return current[0].id, current[1].artifact


@click.command(
    "answer",
    help=say(Text("Answer a question that was asked of you, or an objection.", "答复向您提出的问题，或答复异议。")),
)
@click.argument("case", type=CASE)
@click.argument("act")
@click.argument("text")
@click.option(
    "--uphold/--dismiss", "upheld", default=None, help=say(Text("Which way an objection goes.", "支持或驳回异议。"))
)
@evidence_option
@options.lang
def _answer(case: Path, act: str, text: str, upheld: bool | None, evidence: tuple[Path, ...]) -> int:
    from assay.case.contents import Answer  # noqa: PLC0415
    from assay.case.folder import Case  # noqa: PLC0415

    opened, attached = Case.open(case), _attached(evidence)
    content = Answer(opened.find(act).id, text, tuple(item.body for item in attached), upheld)
    return signed(opened, content, attached)


@click.command(
    "withhold",
    short_help=say(Text("Refuse to hand something over.", "拒绝提交某项内容。")),
    help=say(
        Text(
            "Refuse to hand over WHAT (a path of the product, or a kind of fact): why, and by which law.",
            "拒绝提交 WHAT（产品中的路径，或事实种类）：说明理由与所引法律。",
        )
    ),
)
@click.argument("case", type=CASE)
@click.argument("what")
@click.option("--reason", required=True, help=say(Text("Why.", "理由。")))
@click.option("--law", default="", help=say(Text("The law that allows it.", "所引法律。")))
@click.option("--question", default="", metavar="ACT", help=say(Text("The question that asked for it.", "所涉提问。")))
@options.lang
def _withhold(case: Path, what: str, reason: str, law: str, question: str) -> int:
    from assay.case.contents import Withholding  # noqa: PLC0415
    from assay.case.folder import Case  # noqa: PLC0415

    opened = Case.open(case)
    return signed(opened, Withholding(what, reason, law, opened.find(question).id if question else ""))


@click.command(
    "withdraw", help=say(Text("Withdraw an act of yours; it stays in the record.", "撤回己方行为；记录仍予保留。"))
)
@click.argument("case", type=CASE)
@click.argument("act")
@click.option("--reason", required=True, help=say(Text("Why.", "理由。")))
@options.lang
def _withdraw(case: Path, act: str, reason: str) -> int:
    from assay.case.contents import Withdrawal  # noqa: PLC0415
    from assay.case.folder import Case  # noqa: PLC0415

    opened = Case.open(case)
    return signed(opened, Withdrawal(opened.find(act).id, reason))


@click.command(
    "remedy",
    short_help=say(Text("Say which rules a new delivery mends.", "声明新交付整改了哪些规则。")),
    help=say(
        Text(
            "Say which rules of the last verdict the current delivery mends; the next verdict shows it.",
            "声明当前交付整改了最近结论中的哪些规则；以下一次结论为准。",
        )
    ),
)
@click.argument("case", type=CASE)
@click.argument("rules", nargs=-1, required=True)
@click.option("--how", required=True, help=say(Text("What was changed.", "所作更改。")))
@click.option(
    "--verdict", default="", metavar="ACT", help=say(Text("Another verdict than the last.", "指定其他结论。"))
)
@options.lang
def _remedy(case: Path, rules: tuple[str, ...], how: str, verdict: str) -> int:
    from assay.case.contents import Disclosure, Remedy  # noqa: PLC0415
    from assay.case.folder import Case  # noqa: PLC0415

    opened = Case.open(case)
    known = [act.id for act, _ in opened.view.of(Disclosure)]
    cited = opened.find(verdict).id if verdict else known[-1] if known else ""
    return signed(opened, Remedy(cited, _current(opened)[0], rules, how))


@click.command(
    "acknowledge",
    short_help=say(Text("Acknowledge a verdict or decision.", "确认知悉结论或决定。")),
    help=say(
        Text(
            "Say, as the vendor, that you have read a verdict or decision and do not wait for its day.",
            "作为供应商确认已知悉结论或决定，不再等待期限届满。",
        )
    ),
)
@click.argument("case", type=CASE)
@click.argument("act")
@options.lang
def _acknowledge(case: Path, act: str) -> int:
    from assay.case.contents import Acknowledgement  # noqa: PLC0415
    from assay.case.folder import Case  # noqa: PLC0415

    opened = Case.open(case)
    return signed(opened, Acknowledgement(opened.find(act).id))


@click.command(
    "object",
    help=say(Text("Object to a verdict, a decision, a question or an answer.", "对结论、决定、提问或答复提出异议。")),
)
@click.argument("case", type=CASE)
@click.argument("act")
@click.argument("text")
@click.option(
    "--rule", "rules", multiple=True, metavar="BOOK/RULE", help=say(Text("A rule of the verdict.", "结论中的规则。"))
)
@evidence_option
@options.lang
def _object(case: Path, act: str, text: str, rules: tuple[str, ...], evidence: tuple[Path, ...]) -> int:
    from assay.case.contents import Objection  # noqa: PLC0415
    from assay.case.folder import Case  # noqa: PLC0415

    opened, attached = Case.open(case), _attached(evidence)
    content = Objection(opened.find(act).id, text, rules, tuple(item.body for item in attached))
    return signed(opened, content, attached)


COMMANDS = (_submit, _consent, _answer, _withhold, _withdraw, _remedy, _acknowledge, _object)
