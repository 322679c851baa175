"""`assay deposit room | admit | countersign`: the reading room, who is let in, and what may leave."""

import base64
import binascii
import os
import time
from pathlib import Path

import click

from assay.cli import deposit as group
from assay.cli import options
from assay.cli.deliver import deliver
from assay.cli.deposit_room import PATH, content, hosting, room, secret, signed_deposit, signing
from assay.cli.signing import home
from assay.cli.words import language, say, talk
from assay.core.errors import Exit, UsageError
from assay.core.text import Text


@click.command(
    "room",
    help=say(
        Text(
            "Open the reading room on this machine's loopback address, until stopped.",
            "在本机回环地址开启阅览室，直至停止。",
        )
    ),
)
@click.argument("deposit")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help=say(Text("Else a free one.", "默认任意空闲端口。"))
)
@room
@group.store
@group.keys
@options.lang
def room_(deposit: str, port: int, room: Path, address: str, trusted: tuple[str, ...]) -> int:
    from assay.deposit.room import Room  # noqa: PLC0415
    from assay.deposit.service import ADDRESS, Desk, server  # noqa: PLC0415

    with hosting(address, deposit, trusted, room) as host:
        desk = Desk(Room(host, secret()), signing(), language())
        with server(desk, port) as serving:
            talk(Text(f"http://{ADDRESS}:{serving.server_port}/", f"http://{ADDRESS}:{serving.server_port}/"))
            try:
                serving.serve_forever()
            except KeyboardInterrupt:
                talk(Text("the room is closed for today", "阅览室已停止服务"))
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "admit",
    help=say(
        Text(
            "Sign a challenge of the reading room with your key; paste what is printed.",
            "用您的密钥签署阅览室的质询；粘贴输出内容。",
        )
    ),
)
@click.argument("challenge")
@options.lang
def admit_(challenge: str) -> int:
    from assay.deposit.room import challenged  # noqa: PLC0415

    try:
        asked = base64.b64decode(challenge, validate=True)
    except binascii.Error as error:
        message = Text("that is no challenge", "这不是质询")
        raise UsageError(message, Text("paste it as the room shows it", "请按阅览室所示粘贴")) from error
    me = signing()
    signer, key = me.signers[0], me.keys[0]
    click.echo(f"{key.label} {base64.b64encode(signer.sign(challenged(asked))).decode()}")
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "countersign",
    help=say(
        Text(
            "The vendor's signature on an excerpt, after comparing it with the file that it quotes.",
            "供应方与原文件核对后，对摘录会签。",
        )
    ),
)
@click.argument("deposit")
@click.argument("excerpt", type=PATH)
@click.argument("original", type=PATH)
@group.store
@group.keys
@options.output
@options.lang
def countersign_(
    deposit: str, excerpt: Path, original: Path, address: str, trusted: tuple[str, ...], output: Path | None
) -> int:
    from assay.deposit.excerpts import countersign  # noqa: PLC0415
    from assay.deposit.opening import checked_terms  # noqa: PLC0415

    terms = checked_terms(signed_deposit(address, deposit, trusted))
    deliver(countersign(content(excerpt), terms, signing(), content(original)), output)
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "watch",
    help=say(
        Text(
            "The vendor's: read what the host entered since last time, and cosign it. ORDERS are those it entered.",
            "供应商：阅读主机方自上次以来的登记并会签。ORDERS 为其间登记的命令。",
        )
    ),
)
@click.argument("deposit")
@click.argument("log", type=PATH)
@click.argument("orders", type=PATH, nargs=-1)
@group.store
@group.keys
@options.output
@options.lang
def watch_(
    deposit: str,
    log: Path,
    orders: tuple[Path, ...],
    address: str,
    trusted: tuple[str, ...],
    output: Path | None,
) -> int:
    from assay.cli.signing import ask  # noqa: PLC0415
    from assay.deposit.opening import checked_terms  # noqa: PLC0415
    from assay.deposit.watching import watch  # noqa: PLC0415
    from assay.ledger.party import open_witness  # noqa: PLC0415

    terms = checked_terms(signed_deposit(address, deposit, trusted))
    name, signer, seen = open_witness(os.environ, home(), ask)
    found = watch(
        log,
        [content(path) for path in orders],
        terms,
        deposit,
        host=terms.keys(terms.host_role),
        name=name,
        signer=signer,
        seen=seen,
        now=int(time.time()),
    )
    for line in found.lines:
        talk(line)
    deliver(found.answer, output)
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "close",
    help=say(
        Text(
            "End the room: delete its keys and grants, enter who destroyed which shares; --remove deletes packs too.",
            "终结阅览室：删除密钥与授权，登记份额销毁声明；--remove 同时删除数据包。",
        )
    ),
)
@click.argument("deposit")
@click.argument("statements", type=PATH, nargs=-1)
@click.option("--remove", is_flag=True, help=say(Text("Also delete packs from the store.", "同时删除存储中的数据包。")))
@room
@group.store
@group.keys
@options.lang
def close_(
    deposit: str, statements: tuple[Path, ...], remove: bool, room: Path, address: str, trusted: tuple[str, ...]
) -> int:
    from assay.deposit.certificate import close  # noqa: PLC0415

    with hosting(address, deposit, trusted, room) as host:
        close(host, [content(path) for path in statements], host.deposit.storage if remove else None)
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "certificate",
    help=say(
        Text(
            "Everything that the room's log names, in one file signed by the host; vendor and agent sign it then.",
            "阅览室日志所载全部文件汇成一份由主机方签署的证书；随后由供应方与代理方签署。",
        )
    ),
)
@click.argument("deposit")
@room
@group.store
@group.keys
@options.output
@options.lang
def certificate_(deposit: str, room: Path, address: str, trusted: tuple[str, ...], output: Path | None) -> int:
    from assay.deposit.certificate import certificate  # noqa: PLC0415

    with hosting(address, deposit, trusted, room) as host:
        deliver(certificate(host, signing()), output)
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "audit",
    help=say(
        Text(
            "Check a deposit that has ended, from the room's log and the certificate alone.",
            "仅凭阅览室日志与证书核验已终结的保管件。",
        )
    ),
)
@click.argument("log", type=PATH)
@click.argument("file", type=PATH)
@click.option(
    "--vendor", multiple=True, required=True, metavar="KEY", help=say(Text("The vendor's key.", "供应方公钥。"))
)
@click.option("--host", multiple=True, required=True, metavar="KEY", help=say(Text("The host's key.", "主机方公钥。")))
@click.option("--unsigned", is_flag=True, help=say(Text("The vendor has not signed yet.", "供应方尚未签署。")))
@click.option(
    "--manifest",
    "manifests",
    type=PATH,
    multiple=True,
    help=say(
        Text(
            "A version's manifest, which the vendor has, repeatable: was what was opened the file of that name?",
            "供应方持有的版本清单，可重复：核对所开启的确为该名称的文件。",
        )
    ),
)
@options.lang
def audit_(
    log: Path,
    file: Path,
    vendor: tuple[str, ...],
    host: tuple[str, ...],
    unsigned: bool,
    manifests: tuple[Path, ...],
) -> int:
    from assay.cli.signing import trusted_keys  # noqa: PLC0415
    from assay.deposit.audit import audit  # noqa: PLC0415
    from assay.report.escape import terminal  # noqa: PLC0415

    keys, hosts = trusted_keys(vendor), trusted_keys(host)
    listed = [content(path) for path in manifests]
    for line in audit(log, file, vendor=keys, host=hosts, countersigned=not unsigned, manifests=listed).lines():
        click.echo(terminal(say(line)))
    return int(Exit.NOTHING_TO_REPORT)
