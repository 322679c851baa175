"""`assay deposit order | sign | enter | notice | open | drill | revoke`: from an order to the files that it opens."""

import time
from pathlib import Path
from typing import get_args

import click

from assay.cli import deposit as group
from assay.cli import options
from assay.cli.deliver import deliver
from assay.cli.deposit_room import PATH, content, hosting, room, secret, signed_deposit, signing
from assay.cli.words import say, talk
from assay.core.errors import Exit
from assay.core.text import Text
from assay.deposit.orders import Use

_RELEASES = click.argument("releases", type=PATH, nargs=-1, required=True)


@click.command(
    "order",
    help=say(
        Text(
            "Draft an order at the host: why, for whom, which files, for how long. Others sign it then.",
            "在主机方起草命令：缘由、对象、文件与期限；随后由各方签署。",
        )
    ),
)
@click.argument("deposit")
@click.option("--condition", required=True, help=say(Text("Which condition of the terms.", "条款中的情形。")))
@click.option("--for", "use", type=click.Choice(get_args(Use)), required=True)
@click.option("--examiner", default="", help=say(Text("Who reads, NAME+ID.", "阅览人，名称+编号。")))
@click.option(
    "--path", "paths", multiple=True, help=say(Text("A file or pattern, repeatable.", "文件或模式，可重复。"))
)
@click.option("--days", type=click.IntRange(1), default=7, help=say(Text("How long it is good for.", "有效天数。")))
@click.option("--version", "number", type=click.IntRange(1), help=say(Text("Else the newest.", "默认最新版本。")))
@room
@group.store
@group.keys
@options.output
@options.lang
def order_(
    deposit: str,
    condition: str,
    use: Use,
    examiner: str,
    paths: tuple[str, ...],
    days: int,
    number: int | None,
    room: Path,
    address: str,
    trusted: tuple[str, ...],
    output: Path | None,
) -> int:
    with hosting(address, deposit, trusted, room) as host:
        version = host.deposit.version(number).number
        drafted = host.draft(
            version,
            condition=condition,
            use=use,
            examiner=examiner,
            paths=paths,
            days=days,
            passphrase=secret(new=True),
        )
        deliver(drafted, output)
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "sign",
    help=say(
        Text(
            "Sign an order, or a certificate after `assay deposit audit --unsigned`. Signatures of others are kept.",
            "签署命令；或在 `assay deposit audit --unsigned` 之后签署证书。他人的签名予以保留。",
        )
    ),
)
@click.argument("deposit")
@click.argument("file", type=PATH)
@group.store
@group.keys
@options.output
@options.lang
def sign_(deposit: str, file: Path, address: str, trusted: tuple[str, ...], output: Path | None) -> int:
    from assay.deposit.certificate import countersign  # noqa: PLC0415
    from assay.deposit.documents import payload_type  # noqa: PLC0415
    from assay.deposit.opening import checked_terms  # noqa: PLC0415
    from assay.deposit.orders import about, sign  # noqa: PLC0415
    from assay.ledger.statements import PAYLOAD_TYPE  # noqa: PLC0415

    terms, given = checked_terms(signed_deposit(address, deposit, trusted)), content(file)
    if payload_type(given) == PAYLOAD_TYPE:
        deliver(countersign(given, terms, signing()), output)
        return int(Exit.NOTHING_TO_REPORT)
    for line in about(given, terms).lines():
        talk(line)
    deliver(sign(given, signing()), output)
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "enter",
    help=say(
        Text(
            "Enter an order that all have signed, or a revocation, in the host's log; prints the order's digest.",
            "将各方已签署的命令或撤销登记到主机方日志；输出命令摘要。",
        )
    ),
)
@click.argument("deposit")
@click.argument("file", type=PATH)
@room
@group.store
@group.keys
@options.lang
def enter_(deposit: str, file: Path, room: Path, address: str, trusted: tuple[str, ...]) -> int:
    from assay.deposit.documents import payload_type  # noqa: PLC0415
    from assay.deposit.grants import REVOCATION  # noqa: PLC0415

    envelope = content(file)
    with hosting(address, deposit, trusted, room) as host:
        if payload_type(envelope) == REVOCATION:
            host.revoke(envelope)
            talk(Text("revoked; what was read before cannot be unread", "已撤销；此前已阅内容无法收回"))
        else:
            click.echo(host.enter(envelope))
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "notice",
    help=say(
        Text(
            "The proof for custodians that an order was entered and a witness saw it.",
            "供保管人核验：命令已登记且经见证。",
        )
    ),
)
@click.argument("deposit")
@click.argument("order")
@room
@group.store
@group.keys
@options.output
@options.lang
def notice_(deposit: str, order: str, room: Path, address: str, trusted: tuple[str, ...], output: Path | None) -> int:
    with hosting(address, deposit, trusted, room) as host:
        deliver(host.notice(order), output)
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "open",
    help=say(
        Text(
            "Combine released shares under an order: grants for reading, or a review in place.",
            "凭命令合并已给出的份额：阅览授权，或就地审查。",
        )
    ),
)
@click.argument("deposit")
@click.argument("order")
@_RELEASES
@room
@group.store
@group.keys
@options.lang
def open_(
    deposit: str, order: str, releases: tuple[Path, ...], room: Path, address: str, trusted: tuple[str, ...]
) -> int:
    from assay.report.escape import terminal  # noqa: PLC0415

    with hosting(address, deposit, trusted, room) as host:
        given = host.open(order, [content(path) for path in releases], secret())
        for grant in given:
            click.echo(terminal(f"{grant.path}  {grant.size}"))
        if not given:
            talk(Text("open for review: assay review deposit:" + deposit, "可供审查：assay review deposit:" + deposit))
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "drill",
    help=say(
        Text(
            "Prove that released shares open this deposit, without opening a file of it.",
            "验证已给出的份额可开启此保管件，而不打开任何文件。",
        )
    ),
)
@click.argument("deposit")
@click.argument("order")
@_RELEASES
@room
@group.store
@group.keys
@options.lang
def drill_(
    deposit: str, order: str, releases: tuple[Path, ...], room: Path, address: str, trusted: tuple[str, ...]
) -> int:
    with hosting(address, deposit, trusted, room) as host:
        host.drill(order, [content(path) for path in releases], secret())
    talk(Text("the shares fit; nothing was opened", "份额相合；未开启任何内容"))
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "revoke",
    help=say(
        Text(
            "Sign the end of an order, or of one grant under it; the host enters it.",
            "签署命令或其下某项授权的终止；由主机方登记。",
        )
    ),
)
@click.argument("deposit")
@click.argument("order")
@click.option("--grant", default="", help=say(Text("Only this grant, by its digest.", "仅撤销该授权（摘要）。")))
@options.output
@options.lang
def revoke_(deposit: str, order: str, grant: str, output: Path | None) -> int:
    from assay.deposit.grants import revocation  # noqa: PLC0415

    deliver(revocation(order, deposit, signing(), int(time.time()), grant), output)
    return int(Exit.NOTHING_TO_REPORT)
