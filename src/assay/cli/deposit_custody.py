"""`assay deposit terms | key | share | release | gave-up`: the terms, and what a custodian does with a share."""

import time
from pathlib import Path

import click

from assay.cli import deposit as group
from assay.cli import options
from assay.cli.deliver import deliver
from assay.cli.deposit_room import PATH, content, secret, signed_deposit, signing
from assay.cli.words import say, talk
from assay.core.errors import Exit
from assay.core.text import Text

_SHARE = click.option("--share", type=PATH, required=True, help=say(Text("Your share's file.", "您的份额文件。")))
_WITH = click.option(
    "--with", "key", type=PATH, required=True, help=say(Text("Your sealing key, FILE.key.", "您的密封密钥 FILE.key。"))
)


@click.command(
    "terms", help=say(Text("Check terms, and say what they come to before anybody signs.", "检查条款并说明其要点。"))
)
@click.argument("file", type=PATH)
@options.lang
def terms_(file: Path) -> int:
    from assay.deposit.terms import read_terms  # noqa: PLC0415
    from assay.report.escape import terminal  # noqa: PLC0415

    for line in read_terms(file).lines():
        click.echo(terminal(say(line)))
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "key",
    help=say(
        Text(
            "Make a sealing key, to which a share can be sealed: FILE.key, and FILE.pub to give away.",
            "生成可接收份额的密封密钥：FILE.key 自留，FILE.pub 对外提供。",
        )
    ),
)
@click.argument("file", type=PATH)
@click.option("--name", required=True, help=say(Text("Under which others know the key.", "密钥名称。")))
@click.option("--kind", type=click.Choice(["x25519", "sm2"]), default="x25519")
@options.lang
def key_(file: Path, name: str, kind: str) -> int:
    from assay.core.errors import UsageError  # noqa: PLC0415
    from assay.deposit.wrapping import SealingPair  # noqa: PLC0415

    try:
        pair = SealingPair.generate(name, "sm2" if kind == "sm2" else "x25519")
    except ValueError as error:
        message = Text(f"{name!r} is no name for a key", f"{name!r} 不能用作密钥名称")
        raise UsageError(message, Text("without spaces and plus signs", "不含空格与加号")) from error
    pair.save(file.with_name(file.name + ".key") if file.suffix != ".key" else file, secret(new=True))
    click.echo(str(pair.key))
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "share",
    help=say(
        Text(
            "Check that your share opens with your key and is the one that the vendor dealt to you.",
            "检查份额能用您的密钥打开，且确为供应方分发给您的那一份。",
        )
    ),
)
@click.argument("deposit")
@_SHARE
@_WITH
@group.store
@group.keys
@options.lang
def share_(deposit: str, share: Path, key: Path, address: str, trusted: tuple[str, ...]) -> int:
    from assay.deposit.opening import checked_terms  # noqa: PLC0415
    from assay.deposit.shares import open_share, read_custody  # noqa: PLC0415
    from assay.deposit.wrapping import SealingPair  # noqa: PLC0415

    opened = signed_deposit(address, deposit, trusted)
    custody = read_custody(opened.custody, deposit, checked_terms(opened))
    own = open_share(content(share), SealingPair.load(key, secret()), custody, str(share))
    talk(
        Text(f"{share}: your share of group {own.group}, as it was dealt", f"{share}：{own.group} 组份额，与分发时一致")
    )
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "release",
    help=say(
        Text(
            "Give your share for one order, sealed to its host; refused unless the order is signed by all whom its "
            "condition names, in force, entered, and seen by a witness of the vendor.",
            "为一份命令给出您的份额并密封给主机方；命令须经其情形所列各方签署、在有效期内、已登记且经供应方见证，否则拒绝。",
        )
    ),
)
@click.argument("deposit")
@click.argument("order", type=PATH)
@click.option("--notice", type=PATH, required=True, help=say(Text("From the host.", "由主机方提供。")))
@_SHARE
@_WITH
@group.store
@group.keys
@options.output
@options.lang
def release_(
    deposit: str,
    order: Path,
    notice: Path,
    share: Path,
    key: Path,
    address: str,
    trusted: tuple[str, ...],
    output: Path | None,
) -> int:
    from assay.deposit.opening import checked_terms, target  # noqa: PLC0415
    from assay.deposit.orders import release, shown  # noqa: PLC0415
    from assay.deposit.shares import read_custody  # noqa: PLC0415
    from assay.deposit.wrapping import SealingPair  # noqa: PLC0415

    opened = signed_deposit(address, deposit, trusted)
    terms, envelope = checked_terms(opened), content(order)
    read = shown(envelope, terms)
    for line in read.lines():
        talk(line)
    pair = SealingPair.load(key, secret())
    custody = read_custody(opened.custody, deposit, terms)
    about = target(opened, terms, read.version)
    given = release(content(share), pair, envelope, content(notice), about, custody, int(time.time()))
    deliver(given, output)
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "gave-up",
    help=say(
        Text(
            "State, signed by their party, that custodians of a group destroyed their shares.",
            "由所属方签署声明：某组保管人已销毁其份额。",
        )
    ),
)
@click.argument("deposit")
@click.option("--group", "name", required=True, help=say(Text("The group of shares.", "份额组。")))
@click.option(
    "--holder", "holders", multiple=True, required=True, help=say(Text("A custodian's key, NAME+ID.", "保管人密钥。"))
)
@group.store
@group.keys
@options.output
@options.lang
def gave_up_(
    deposit: str,
    name: str,
    holders: tuple[str, ...],
    address: str,
    trusted: tuple[str, ...],
    output: Path | None,
) -> int:
    from assay.deposit.certificate import gave_up, open_gave_up  # noqa: PLC0415
    from assay.deposit.opening import checked_terms  # noqa: PLC0415
    from assay.deposit.shares import read_custody  # noqa: PLC0415

    opened = signed_deposit(address, deposit, trusted)
    terms = checked_terms(opened)
    custody = read_custody(opened.custody, deposit, terms)
    statement = gave_up(custody, name, holders, signing(), int(time.time()))
    open_gave_up(statement, custody, terms)
    deliver(statement, output)
    return int(Exit.NOTHING_TO_REPORT)
