"""`assay deposit seal SRC`: the vendor seals a folder, deals the shares of its key, and forgets the key."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import click

from assay.cli import deposit as group
from assay.cli import options
from assay.cli.deliver import deliver, progress
from assay.cli.signing import home, party
from assay.cli.words import say, talk
from assay.core.errors import AssayError, Exit, UsageError
from assay.core.text import Text

_PATH = click.Path(path_type=Path)


@click.command(
    "seal",
    help=say(
        Text(
            "Seal a folder of source as a new deposit, under terms that you sign, its key split among the recipients; "
            "or, with --deposit, as a further version of one that was sealed from here.",
            "按您签署的条款将源代码目录封存为新保管件，其密钥分给各接收方；"
            "或用 --deposit 封存为本机已有保管件的新版本。",
        )
    ),
)
@click.argument("source", type=_PATH)
@click.option("--terms", type=_PATH, help=say(Text("The terms of the hand-over.", "移交条款。")))
@click.option("--recipients", type=_PATH, help=say(Text("Who gets a share of the key.", "密钥份额的接收方。")))
@click.option(
    "--deposit", "existing", metavar="ID", help=say(Text("Add a version to this one.", "为该保管件添加版本。"))
)
@click.option(
    "--label", default="", help=say(Text("What the version is called, e.g. 2.4.1.", "版本名称，例如 2.4.1。"))
)
@click.option(
    "--suite",
    type=click.Choice(["aes", "sm"]),
    default="aes",
    help=say(Text("AES-256-GCM with SHA-512, or SM4-GCM with SM3.", "AES-256-GCM 与 SHA-512，或 SM4-GCM 与 SM3。")),
)
@click.option(
    "--shares", type=_PATH, help=say(Text("Folder for the shares; else ./ID-shares.", "份额目录；默认 ./ID-shares。"))
)
@click.option(
    "--manifest", type=_PATH, help=say(Text("Also write the manifest here, in clear.", "另将明文清单写到此处。"))
)
@group.store
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@options.lang
def seal(
    source: Path,
    terms: Path | None,
    recipients: Path | None,
    existing: str | None,
    label: str,
    suite: str,
    shares: Path | None,
    manifest: Path | None,
    address: str,
    form: str,
) -> int:
    from assay.deposit import sealing  # noqa: PLC0415  (the room, on first use)
    from assay.deposit.acts import record, sealed_log  # noqa: PLC0415
    from assay.deposit.deposits import Deposit  # noqa: PLC0415
    from assay.deposit.founding import found  # noqa: PLC0415
    from assay.deposit.keys import kept  # noqa: PLC0415
    from assay.deposit.shares import read_recipients  # noqa: PLC0415
    from assay.deposit.storage import open_storage  # noqa: PLC0415
    from assay.deposit.suites import SUITES  # noqa: PLC0415
    from assay.deposit.terms import read_terms  # noqa: PLC0415
    from assay.ledger.keys import configuration  # noqa: PLC0415

    if not source.is_dir():
        raise UsageError(
            Text(f"{source} is no folder", f"{source} 不是目录"),
            Text("seal a folder; unpack an archive first", "请封存目录；归档请先解包"),
        )
    if (existing is None) == (terms is None) or (terms is None) != (recipients is None):
        raise UsageError(
            Text(
                "give --terms with --recipients, or --deposit", "请同时给出 --terms 与 --recipients，或给出 --deposit"
            ),
            Text("a further version is sealed under the terms that were signed", "新版本沿用已签署的条款"),
        )
    storage, me, folder = open_storage(address), party(), configuration(os.environ, home())
    if not me.known:
        raise UsageError(
            Text(
                "a deposit is signed by its vendor, and there is no key to sign with",
                "保管件须由供应商签名，当前没有签名密钥",
            ),
            Text("type a passphrase, or set ASSAY_KEY_PASSPHRASE", "请输入口令，或设置 ASSAY_KEY_PASSPHRASE"),
        )
    now = int(time.time())
    if existing is not None:
        header = Deposit.open(storage, existing, me.keys).header
        naming = kept(folder, existing, header.suite)
    elif terms is not None and recipients is not None:
        named = read_recipients(recipients, read_terms(terms))
        header, naming, dealt = found(storage, named, SUITES[suite], me, shares=shares, kept=folder, at=now)
        talk(Text(f"deposit {header.id}", f"保管件 {header.id}"))
        for path in dealt.paths:
            talk(Text(f"share: {path}; send it to its holder, then remove it", f"份额：{path}；请送交持有人后删除"))
    try:
        sealed = sealing.seal(
            storage,
            header,
            naming,
            source,
            label=label or source.resolve().name,
            at=now,
            party=me,
            leave_out=[path for path in (shares or Path(f"{header.id}-shares"), manifest) if path is not None],
            progress=_progress(),
        )
    except AssayError:
        again = f"assay deposit seal {source} --deposit {header.id}"
        talk(Text(f"the deposit is there and holds no new version: {again}", f"保管件已建立，但没有新版本：{again}"))
        raise
    version = sealed.version
    log = sealed_log(address, header.id, folder)
    digests = {"statement": f"sha256:{version.digest}", "manifest": f"sha256:{version.sha256}"}
    record(log, "seal", header.id, now, digests, {"version": version.number, "files": version.files}, me)
    for name in sealed.left_out:
        talk(Text(f"left out: {name}", f"已略过：{name}"))
    if manifest is not None:
        deliver(sealed.manifest, manifest)
        talk(Text(f"manifest: {manifest}; it names every file", f"清单：{manifest}，其中列有所有文件名"))
    row = {
        "deposit": header.id,
        "version": version.number,
        "label": version.label,
        "files": version.files,
        "bytes": sealed.bytes,
        "stored": sealed.added,
        "manifest": version.sha256,
        "statement": version.digest,
    }
    if form == "json":
        click.echo(json.dumps(row, ensure_ascii=False))
    else:
        group.rows(row)
    return int(Exit.NOTHING_TO_REPORT)


def _progress() -> Callable[[int, int], None] | None:
    """A line on a terminal that rewrites itself."""
    show = progress()
    return None if show is None else lambda files, _: show("sealing", files, files + 1)
