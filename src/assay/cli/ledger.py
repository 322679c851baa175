"""`assay ledger append | prove | verify | export | witness | log | keys | take-over`: acts, and their proof to others.

PLACE is a dossier, a `ledger.sqlite`, or the URL of a PostgreSQL database.
"""

import functools
import json
import os
import re
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli import options
from assay.cli.deliver import deliver
from assay.cli.dossiers import dossier_at
from assay.cli.ledger_witness import moment, read_file, witness
from assay.cli.signing import RECEIPT, entering, home, own_keys, party, trusted_keys, verify
from assay.cli.words import say, talk
from assay.core.errors import Exit, UsageError
from assay.core.text import Text

if TYPE_CHECKING:
    from assay.ledger.entries import Entry
    from assay.ledger.log import Log

_PATH = click.Path(path_type=Path)


@click.group(
    "ledger",
    help=say(Text("Every act of a review, provable to a stranger offline.", "审查的每一项行为，均可离线向他人证明。")),
)
def command() -> None:
    pass


@command.command(
    "append",
    help=say(
        Text(
            "Enter an act: digests of files, never their content. ACT is a plain lower-case name.",
            "登记一项行为：只记文件摘要，不记内容。ACT 为小写名称。",
        )
    ),
)
@click.argument("place")
@click.argument("act")
@click.option(
    "--review",
    metavar="ID",
    help=say(Text("Opaque id of the review; else of the ledger.", "审查的不透明编号；默认取账本编号。")),
)
@click.option(
    "--file",
    "files",
    metavar="[NAME=]FILE",
    multiple=True,
    help=say(Text("The digest of this file, under this name.", "以该名称登记此文件的摘要。")),
)
@click.option("--begin", is_flag=True, help=say(Text("Begin a ledger where none is.", "若无账本则新建。")))
@options.lang
def append(place: str, act: str, review: str | None, files: tuple[str, ...], begin: bool) -> int:
    from assay.ledger.entries import Entry, digest  # noqa: PLC0415

    digests = {name: digest(read_file(path)) for name, path in (_named_file(given, Path(place)) for given in files)}
    with _writing(place, begin=begin) as log:
        id_ = review or log.origin.rpartition("/")[2]
        try:
            entry = Entry(act, id_, int(time.time()), digests)
        except ValueError as error:
            raise UsageError(
                Text(f"no entry: {error}", f"不能登记：{error}"),
                Text(
                    "an entry has no free text: a lower-case act, a review like 5f3a9c01/2, names like letter-of-may",
                    "条目不含自由文本：行为用小写名称，审查编号如 5f3a9c01/2，文件名如 letter-of-may",
                ),
            ) from error
        (position,) = log.append(entry)
        click.echo(position)
    return int(Exit.NOTHING_TO_REPORT)


@command.command(
    "log", help=say(Text("The entries of a ledger, each verified before it is shown.", "账本条目，均经校验后列出。"))
)
@click.argument("place")
@click.option("--act", help=say(Text("Only this act.", "仅列此行为。")))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    help=say(Text("Form of the list.", "列表格式。")),
)
@options.keys
@options.lang
def log(place: str, act: str | None, form: str, keys: tuple[str, ...]) -> int:
    from assay.ledger.log import Log  # noqa: PLC0415
    from assay.ledger.place import open_store  # noqa: PLC0415
    from assay.report.escape import terminal  # noqa: PLC0415

    trusted = trusted_keys(keys)
    with closing(Log(open_store(place, writable=False))) as opened:
        whole = opened.verify()
        for position, entry in opened.entries():
            if act in (None, entry.act):
                click.echo(_as_json(position, entry) if form == "jsonl" else terminal(_as_line(position, entry)))
        by = opened.checkpoint().by
        known = [
            key.label for key in by if any(mine.public == key.public and mine.speaks_for(key.name) for mine in trusted)
        ]
    signers = ", ".join(known)
    who = Text(f"signed by {signers}", f"签名者：{signers}") if known else Text("signed by nobody known", "签名者未知")
    talk(
        Text(
            f"{whole.signed} of {whole.size} entries signed; {who.en}",
            f"{whole.size} 条中已签名 {whole.signed} 条；{who.zh}",
        )
    )
    return int(Exit.NOTHING_TO_REPORT)


@command.command(
    "prove",
    help=say(
        Text(
            "One entry and its receipt, for somebody who has no ledger.", "输出一条条目及其回执，供没有账本的一方校验。"
        )
    ),
)
@click.argument("place")
@click.argument("position", type=click.IntRange(0))
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say(Text("File for the entry; its receipt lies beside it.", "条目写入的文件，回执置于其旁。")),
)
@options.lang
def prove(place: str, position: int, output: Path | None) -> int:
    from assay.ledger.log import Log  # noqa: PLC0415
    from assay.ledger.place import open_store  # noqa: PLC0415

    with closing(Log(open_store(place, writable=False))) as opened:
        body, receipt = opened.prove(position)
    path = output or Path(f"entry-{position}.json")
    deliver(body, path)
    deliver(receipt.render(), path.with_name(path.name + RECEIPT))
    click.echo(path.with_name(path.name + RECEIPT))
    return int(Exit.NOTHING_TO_REPORT)


@command.command(
    "export", help=say(Text("A static folder that any tile client reads.", "导出为任何瓦片客户端可读的静态目录。"))
)
@click.argument("place")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@options.lang
def export(place: str, folder: Path) -> int:
    from assay.ledger.export import export as write  # noqa: PLC0415
    from assay.ledger.log import Log  # noqa: PLC0415
    from assay.ledger.place import open_store  # noqa: PLC0415

    with closing(Log(open_store(place, writable=False))) as opened:
        size = write(opened, folder).checkpoint.size
    talk(Text(f"{folder}: {size} entries", f"{folder}：{size} 条"))
    return int(Exit.NOTHING_TO_REPORT)


@command.command(
    "verify",
    help=say(
        Text(
            "Verify dossiers, ledgers, exports, receipts, checkpoints and signed statements: every signature, every "
            "entry, every file that an entry names. Ends 12 and names what does not verify.",
            "校验卷宗、账本、导出目录、回执、检查点与签名声明：每个签名、每条条目、条目所指的每个文件。"
            "有不符之处则指明并以 12 结束。",
        )
    ),
)
@click.argument("paths", nargs=-1, required=True, type=_PATH)
@options.trusted
@click.option(
    "--witness",
    "witnesses",
    metavar="KEY",
    multiple=True,
    help=say(Text("Who must have cosigned.", "必须会签的一方。")),
)
@click.option(
    "--policy",
    type=_PATH,
    help=say(
        Text("Logs, witnesses and quorum (c2sp.org/tlog-policy).", "日志、见证方与法定数（c2sp.org/tlog-policy）。")
    ),
)
@click.option(
    "--seen",
    type=_PATH,
    multiple=True,
    help=say(Text("A checkpoint that you kept: no fork, no rollback.", "您保存的检查点：不得分叉或回滚。")),
)
@click.option(
    "--both",
    is_flag=True,
    help=say(Text("Statements must bear Ed25519 and SM2.", "声明须同时具有 Ed25519 与 SM2 签名。")),
)
@options.lang
def verify_(
    paths: tuple[Path, ...],
    keys: tuple[str, ...],
    nobody: bool,
    witnesses: tuple[str, ...],
    policy: Path | None,
    seen: tuple[Path, ...],
    both: bool,
) -> int:
    more = [part for key in witnesses for part in ("--witness", key)]
    more += ["--policy", str(policy)] if policy else []
    more += [part for path in seen for part in ("--seen", str(path))]
    return verify(paths, keys, [*more, *(["--both"] if both else [])], nobody=nobody)


@command.command(
    "verdict",
    help=say(
        Text(
            "The signed verdict over the newest review: an in-toto statement of what is met. No pass where anything is "
            "broken or open.",
            "输出最新审查的签名判定书：陈述所满足规则的 in-toto 声明。凡有违反或待定，即非通过。",
        )
    ),
)
@click.argument("dossier", type=_PATH)
@click.option(
    "--slsa",
    "resource",
    metavar="URI",
    help=say(
        Text(
            "A SLSA verification summary instead, of what this URI names.", "改为就该 URI 所指对象输出 SLSA 验证摘要。"
        )
    ),
)
@options.output
@options.lang
def verdict(dossier: Path, resource: str | None, output: Path | None) -> int:
    from assay.review.acts import verdict_name  # noqa: PLC0415
    from assay.review.reading import sealed_record  # noqa: PLC0415

    kept = dossier_at(dossier)
    review = kept.latest()
    sealed_record(review)
    if resource is None:
        deliver(read_file(kept.path / verdict_name(review.number)), output)
    else:
        with entering() as enter:
            deliver(enter(kept).summary(review, list(review.judgements()), resource), output)
    return int(Exit.NOTHING_TO_REPORT)


@command.command(
    "keys",
    help=say(
        Text(
            "This party's public keys, as other parties take them; made on first use.",
            "本方公钥，供其他方使用；首次使用时生成。",
        )
    ),
)
@options.lang
def keys_() -> int:
    from assay.cli.signing import ask  # noqa: PLC0415
    from assay.ledger.party import open_party, open_witness  # noqa: PLC0415

    if not own_keys():
        once = functools.cache(ask)  # one passphrase for all the keys that are made now
        if not open_party(os.environ, home(), once).known:
            raise UsageError(
                Text("there is no key yet", "尚无密钥"),
                Text("type a passphrase, or set ASSAY_KEY_PASSPHRASE", "请输入口令，或设置 ASSAY_KEY_PASSPHRASE"),
            )
        open_witness(os.environ, home(), once)
    for key in own_keys():
        click.echo(str(key))
    return int(Exit.NOTHING_TO_REPORT)


@command.command(
    "take-over",
    help=say(
        Text(
            "Begin your own ledger in a dossier that another party signed: its ledger becomes a body of yours.",
            "在他方签名的卷宗中开始己方账本：原账本由己方首条条目述及。",
        )
    ),
)
@click.argument("dossier", type=_PATH)
@options.lang
def take_over_(dossier: Path) -> int:
    from assay.dossier.store import Dossier  # noqa: PLC0415
    from assay.review.acts import take_over  # noqa: PLC0415

    signing = party()
    take_over(Dossier.open(dossier), signing, time.time)
    talk(Text(f"{dossier}: a new ledger, {signing.words.en}", f"{dossier}：新账本，{signing.words.zh}"))
    return int(Exit.NOTHING_TO_REPORT)


command.add_command(witness)


def _writing(place: str, *, begin: bool) -> "Log":
    """A log to append to, signed by this party when the block ends."""
    from assay.ledger.log import Log  # noqa: PLC0415
    from assay.ledger.place import new_store, open_store  # noqa: PLC0415

    signing = party()
    if begin:
        origin = f"{signing.name}/{os.urandom(8).hex()}"
        return Log.create(new_store(place), origin, signing.signers, signing.memory)
    return Log(open_store(place, writable=True), signing.signers, signing.memory)


def _named_file(given: str, place: Path) -> tuple[str, Path]:
    """Name and path. A name with a dot or slash is that of a file inside the dossier, where verifying looks for it."""
    name, equals, path = given.partition("=")
    if not equals:
        return re.sub(r"[^a-z0-9]+", "-", Path(given).name.lower()).strip("-") or "file", Path(given)
    if ("." in name or "/" in name) and not (place / name).is_file():
        message = Text(f"{place} holds no file {name}", f"{place} 中没有文件 {name}")
        advice = Text(
            "put the file there first, or give it a plain name without dot and slash",
            "请先将文件放入其中，或使用不含点与斜线的名称",
        )
        raise UsageError(message, advice)
    return name, Path(path)


def _as_json(position: int, entry: "Entry") -> str:
    return json.dumps({"position": position, **json.loads(entry.canonical())}, sort_keys=True)


def _as_line(position: int, entry: "Entry") -> str:
    counts = " ".join(f"{name}={number}" for name, number in sorted(entry.counts.items()))
    digests = " ".join(f"{name}={digest[:19]}" for name, digest in sorted(entry.digests.items()))
    return f"{position:>6}  {moment(entry.at)}  {entry.act:<10} {entry.review}  {counts}  {digests}".rstrip()
