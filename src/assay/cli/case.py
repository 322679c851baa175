"""`assay case`: a review between parties. Here: opening, inviting, carrying and reading; acts are in `case_acts`."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli import case_acts, case_decides, options
from assay.cli.case_acts import CASE
from assay.cli.deliver import deliver, terminal_page
from assay.cli.signing import own_keys, party
from assay.cli.words import language, say, talk
from assay.core.errors import Exit, NotVerifiedError, UsageError
from assay.core.text import Text
from assay.lab.scratch import scratch_folder

if TYPE_CHECKING:
    from assay.case.contents import Role
    from assay.case.folder import Case

_ROLES = ("vendor", "laboratory", "buyer", "authority", "auditor")


@click.group(
    "case",
    help=say(
        Text(
            "A review between parties: what was delivered, asked, answered, withheld, found and decided; each act is "
            "signed by its party. A case travels as one file; there is no server.",
            "多方参与的审查：交付、提问、答复、拒绝提交、结论与决定，各项行为均由当事方签名。案件以单一文件传送，无需服务器。",
        )
    ),
)
def command() -> None:
    pass


for _verb in (*case_acts.COMMANDS, *case_decides.COMMANDS):
    command.add_command(_verb)


@command.command("open", help=say(Text("Open a case in a new folder.", "在新文件夹中立案。")))
@click.argument("case", type=CASE)
@click.option("--title", required=True, help=say(Text("What the case is called.", "案件名称。")))
@click.option("--product", required=True, help=say(Text("The product under review.", "被审查的产品。")))
@click.option("--role", type=click.Choice(_ROLES[:-1]), required=True, help=say(Text("What you are.", "您的角色。")))
@click.option("--book", "books", multiple=True, metavar="ID", help=say(Text("A rulebook to judge by.", "所用规则集。")))
@click.option(
    "--voucher",
    default="",
    metavar="PARTY",
    help=say(Text("Who vouches for new keys of others; else you.", "新密钥的担保方；默认为您。")),
)
@click.option(
    "--answer-days", type=click.IntRange(0, 366), default=14, help=say(Text("Days for an answer.", "答复期限（天）。"))
)
@click.option(
    "--objection-days",
    type=click.IntRange(0, 366),
    default=14,
    help=say(Text("Days for an objection.", "异议期限（天）。")),
)
@options.lang
def open_case(
    case: Path,
    title: str,
    product: str,
    role: "Role",
    books: tuple[str, ...],
    voucher: str,
    answer_days: int,
    objection_days: int,
) -> int:
    from assay.case.contents import Charter  # noqa: PLC0415
    from assay.case.folder import Case, convener  # noqa: PLC0415

    me = party()
    charter = Charter(
        title,
        product,
        convener(me, role),
        books,
        voucher,
        answer_days,
        objection_days,
    )
    opened = Case.begin(case, charter, me, int(time.time()))
    click.echo(opened.history.case)
    talk(Text(f"opened as {me.name}: {case}", f"已以 {me.name} 名义立案：{case}"))
    return int(Exit.NOTHING_TO_REPORT)


@command.command(
    "invite",
    short_help=say(Text("Invite a party by its public keys.", "以公钥邀请一方。")),
    help=say(
        Text(
            "Invite a party: its public keys, as text or in files (it prints them with: assay ledger keys). The name "
            "on them is the party's.",
            "邀请一方：给出其公钥或公钥文件（对方以 assay ledger keys 输出）。公钥上的名称即该方名称。",
        )
    ),
)
@click.argument("case", type=CASE)
@click.argument("keys", nargs=-1, required=True)
@click.option("--role", type=click.Choice(_ROLES), required=True, help=say(Text("What it is.", "其角色。")))
@options.lang
def invite(case: Path, keys: tuple[str, ...], role: "Role") -> int:
    from assay.case.contents import Invitation  # noqa: PLC0415

    given = case_acts.read_keys(keys)
    name = given[0].name if given else ""
    return case_acts.done(case, Invitation(name, role, tuple(str(key) for key in given)))


@command.command(
    "export",
    short_help=say(Text("Write the case to one file that travels.", "将案件写成一个可传送的文件。")),
    help=say(
        Text(
            "Write the case to one FILE that travels; or what a review of it needs: the operator's manifest, or the "
            "dossier of a disclosed verdict.",
            "将案件写成一个可传送的 FILE；或写出审查所需内容：操作者清单，或已披露结论的卷宗。",
        )
    ),
)
@click.argument("case", type=CASE)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--no-bodies",
    is_flag=True,
    help=say(Text("Acts and digests alone, without what they name.", "仅含行为与摘要，不含其所附内容。")),
)
@click.option(
    "--manifest",
    "form",
    flag_value="manifest",
    help=say(
        Text(
            "Consent and what is withheld, for assay review --manifest.",
            "授权同意与拒绝提交的内容，供 assay review --manifest 使用。",
        )
    ),
)
@click.option(
    "--dossier",
    "form",
    flag_value="dossier",
    help=say(
        Text(
            "The dossier of the last verdict, for assay why, facts, report.",
            "最新结论的卷宗，供 assay why、facts、report 使用。",
        )
    ),
)
@options.as_of
@options.lang
def export(case: Path, file: Path, form: str | None, as_of: date, *, no_bodies: bool) -> int:
    from assay.case import exchange, manifest  # noqa: PLC0415

    with exchange.at(case) as opened:
        if form == "manifest":
            deliver(manifest.written(manifest.manifest_of(opened.view, as_of)), file)
        elif form == "dossier":
            _dossier(opened, file)
        else:
            exchange.export(opened, file, bodies=not no_bodies)
    talk(Text(f"written: {file}", f"已写出：{file}"))
    return int(Exit.NOTHING_TO_REPORT)


def _dossier(opened: "Case", folder: Path) -> None:
    from assay.case.contents import Disclosure  # noqa: PLC0415
    from assay.case.verdict import materialise  # noqa: PLC0415

    verdicts = list(opened.view.of(Disclosure))
    if not verdicts:
        raise UsageError(
            Text("no verdict was disclosed", "尚未披露结论"), Text("see assay case status", "参见 assay case status")
        )
    materialise(opened, verdicts[-1][1], folder)


@command.command(
    "import",
    short_help=say(Text("Take in a case file, or merge it.", "导入或合并案件文件。")),
    help=say(
        Text(
            "Take in a case FILE: into a new folder, or merged with what is there. Everything is verified first; what "
            "does not fit changes nothing. If you are a party, a receipt is signed.",
            "导入案件 FILE：写入新文件夹，或与已有内容合并。先核验全部内容，不符则不作更改。您若为当事方，将签署收悉。",
        )
    ),
)
@click.argument("case", type=CASE)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options.lang
def import_case(case: Path, file: Path) -> int:
    from assay.case.exchange import bring_in  # noqa: PLC0415

    merged = bring_in(case, file, party(), int(time.time()))
    for act in merged.fresh:
        talk(Text(f"new: {act.label}", f"新增：{act.label}"))
    if merged.unknown_there:
        count = len(merged.unknown_there)
        talk(Text(f"acts that are here and not in the file: {count}", f"此处已有而该文件缺少的行为：{count} 项"))
    if merged.receipt is not None:
        talk(Text(f"signed: {merged.receipt.label}", f"已签署：{merged.receipt.label}"))
    talk(Text(f"case {merged.case.history.case}", f"案件 {merged.case.history.case}"))
    return int(Exit.NOTHING_TO_REPORT)


@command.command(
    "status",
    short_help=say(Text("Verify a case and say where it stands.", "核验案件并说明现状。")),
    help=say(
        Text(
            "Verify a case, a folder or a file, and say where it stands. With a second one of the same case, say also "
            "what each has alone. Ends 12 when anything does not verify, or when no key in it is known to you.",
            "核验案件（文件夹或文件）并说明现状。给出同一案件的另一份时，还说明各自独有的内容。"
            "任何一项不能通过核验，或其中没有您所知的密钥时，以 12 结束。",
        )
    ),
)
@click.argument("case", type=CASE)
@click.argument("other", type=CASE, required=False)
@click.option(
    "--delivery",
    type=click.Path(path_type=Path),
    help=say(Text("Check that these files are what the vendor submitted.", "核对这些文件是否为供应商所提交的内容。")),
)
@options.trusted
@options.as_of
@options.lang
@options.color
def status(
    case: Path,
    other: Path | None,
    delivery: Path | None,
    keys: tuple[str, ...],
    as_of: date,
    *,
    nobody: bool,
    no_color: bool,
) -> int:
    from assay.case import compose, exchange, text  # noqa: PLC0415

    with ExitStack() as opened:
        first = opened.enter_context(exchange.at(case))
        width, color = terminal_page(no_color=no_color, to_file=False)
        deliver(text.summary(compose.compose(first, as_of), language(), width=width, color=color), None)
        if other is not None:
            second = opened.enter_context(exchange.at(other))
            _compared(first, second, case, other)
        if delivery is not None:
            _must_be_delivered(first, delivery)
        _known(first, keys, nobody=nobody)
    return int(Exit.NOTHING_TO_REPORT)


def _compared(first: "Case", second: "Case", one: Path, two: Path) -> None:
    from assay.case import compose, exchange  # noqa: PLC0415

    compared = exchange.compare(first, second)
    compose.compose(second, date.min)  # its bodies and verdicts are checked as well
    for acts, has, lacks in ((compared.only_first, one, two), (compared.only_second, two, one)):
        for act in acts:
            talk(Text(f"{has} has {act.label}, {lacks} does not", f"{has} 有 {act.label}，{lacks} 没有"))
    if not (compared.only_first or compared.only_second):
        talk(Text("both hold the same acts", "两份所含行为相同"))


def _must_be_delivered(opened: "Case", path: Path) -> None:
    from assay.case import delivery  # noqa: PLC0415

    current = opened.view.current
    listing = opened.body(current[1].listing) if current is not None else None
    if current is None or listing is None:
        raise UsageError(
            Text("this copy holds no listing of a delivery", "此副本没有交付清单"),
            Text("ask for a case file with its bodies", "请索取含附件的案件文件"),
        )
    with scratch_folder() as scratch:
        found = delivery.submitted(path, scratch / "intake")
        name = current[1].listing.name
        delivery.must_be_delivered(
            delivery.read_listing(listing, name), delivery.read_listing(found.listing, name), str(path)
        )
    talk(Text(f"{path} is what was submitted", f"{path} 与所提交的内容一致"))


def _known(opened: "Case", keys: Sequence[str], *, nobody: bool) -> None:
    """Says whose keys were compared. Raises NotVerifiedError when none was, unless that was asked for."""
    from assay.case.exchange import must_be_known  # noqa: PLC0415

    named = case_acts.read_keys(keys)
    unnamed = {str(key): key for key in must_be_known(opened.history, named)}
    own = {str(key) for key in own_keys()}
    strangers = [key for text, key in unnamed.items() if text not in own]
    known = len(named) + len(unnamed) - len(strangers)
    for key in strangers:
        talk(Text(f"not compared with its owner: {key.label}", f"未与所有者核对：{key.label}"))
    if not known and not nobody:
        raise NotVerifiedError(
            Text(
                "the case is whole; whose it is, is not known: you named no key", "案件完整；但归属不明：您未指定公钥"
            ),
            Text(
                "name a key that you had from its owner with --key, or accept that with --nobody",
                "请以 --key 指定取自其所有者的公钥，或以 --nobody 表示接受",
            ),
        )


@command.command(
    "report",
    short_help=say(Text("The report of a case.", "案件报告。")),
    help=say(
        Text(
            "The report of a case: what was asked, delivered, withheld, found, answered and decided, and by whom.",
            "案件报告：提问、交付、拒绝提交、检查、结论、答复与决定，以及各由何方作出。",
        )
    ),
)
@click.argument("case", type=CASE)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "html"]), default="text", help=say(Text("Form.", "格式。"))
)
@options.output
@options.as_of
@options.lang
@options.color
def report(case: Path, form: str, output: Path | None, as_of: date, *, no_color: bool) -> int:
    from assay.case import compose, exchange, html, json, text  # noqa: PLC0415

    with exchange.at(case) as opened:
        document = compose.compose(opened, as_of)
    if form == "json":
        content = json.render(document)
    elif form == "html":
        content = html.render(document, language())
    else:
        width, color = terminal_page(no_color=no_color, to_file=output is not None)
        content = text.render(document, language(), width=width, color=color)
    deliver(content, output)
    return int(Exit.NOTHING_TO_REPORT)
