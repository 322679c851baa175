"""`assay ledger witness ask | answer | keep`: cosigning by files, between parties that share no network."""

import os
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from assay.cli import options
from assay.cli.deliver import deliver
from assay.cli.signing import home, trusted_keys
from assay.cli.words import say
from assay.core.errors import Exit, UsageError
from assay.core.text import Text
from assay.dossier.durable import read_given

_PATH = click.Path(path_type=Path)


@click.group(
    "witness",
    help=say(
        Text(
            "Cosign what continues what you saw: requests and answers are files.",
            "会签延续您所见的日志：请求与答复均为文件。",
        )
    ),
)
def witness() -> None:
    pass


@witness.command("ask", help=say(Text("A request to cosign this ledger's checkpoint.", "请求会签此账本的检查点。")))
@click.argument("place")
@click.option(
    "--old",
    type=click.IntRange(0),
    default=0,
    help=say(Text("How many entries the witness last saw.", "见证方上次所见的条目数。")),
)
@options.output
@options.lang
def ask_(place: str, old: int, output: Path | None) -> int:
    from assay.ledger.log import Log  # noqa: PLC0415
    from assay.ledger.place import open_store  # noqa: PLC0415
    from assay.ledger.witness import request  # noqa: PLC0415

    with closing(Log(open_store(place, writable=False))) as opened:
        deliver(request(opened, old), output)
    return int(Exit.NOTHING_TO_REPORT)


@witness.command(
    "answer", help=say(Text("Cosign a request, when it continues what you saw.", "在其延续您所见内容时会签请求。"))
)
@click.argument("request", type=_PATH)
@options.keys
@options.output
@options.lang
def answer(request: Path, keys: tuple[str, ...], output: Path | None) -> int:
    from assay.cli.signing import ask  # noqa: PLC0415
    from assay.ledger.party import open_witness  # noqa: PLC0415
    from assay.ledger.witness import Witness  # noqa: PLC0415

    trusted = trusted_keys(keys)
    if not keys:
        raise UsageError(
            Text("whose log is it? no key was named", "未指定公钥：这是谁的日志？"),
            Text("name the key that its owner gave you: --key", "请用 --key 给出其所有者提供的公钥"),
        )
    name, signer, seen = open_witness(os.environ, home(), ask)
    deliver(Witness(name, signer, trusted, seen, time.time).answer(read_file(request)), output)
    return int(Exit.NOTHING_TO_REPORT)


@witness.command("keep", help=say(Text("Keep a witness's answer in the ledger.", "将见证方的答复存入账本。")))
@click.argument("place")
@click.argument("answer", type=_PATH)
@click.option(
    "--witness",
    "witnesses",
    metavar="KEY",
    multiple=True,
    required=True,
    help=say(Text("The witness's key.", "见证方公钥。")),
)
@options.lang
def keep(place: str, answer: Path, witnesses: tuple[str, ...]) -> int:
    from assay.ledger.log import Log  # noqa: PLC0415
    from assay.ledger.place import open_store  # noqa: PLC0415
    from assay.ledger.witness import joined  # noqa: PLC0415

    known = trusted_keys(witnesses)
    with closing(Log(open_store(place, writable=True))) as opened:
        joint = joined(opened.checkpoint().note.render(), read_file(answer), str(answer))
        cosigned = opened.cosigned(joint, known).cosigned
    if not cosigned:
        raise UsageError(
            Text(f"{answer} bears no cosignature of the keys named", f"{answer} 中没有所列公钥的会签"),
            Text(
                "name the witness's key as assay ledger keys prints it there",
                "请按对方 assay ledger keys 的输出给出公钥",
            ),
        )
    for key, at in cosigned:
        click.echo(f"{key.label} {moment(at)}")
    return int(Exit.NOTHING_TO_REPORT)


_LARGEST = 1 << 32


def read_file(path: Path) -> bytes:
    return read_given(path, _LARGEST)


def moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
