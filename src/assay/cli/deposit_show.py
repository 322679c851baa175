"""`assay deposit list | show | verify`: what is there, who signed it, and whether it is whole."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from assay.cli import deposit as group
from assay.cli import options, sealed
from assay.cli.deposit_room import PATH, content, signed_deposit
from assay.cli.words import say, spoken, talk
from assay.core.errors import AssayError, Exit, UsageError
from assay.core.text import Text

_FORM = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")


@click.command(
    "list", help=say(Text("The deposits of a store, with their newest version.", "列出保管件及其最新版本。"))
)
@group.store
@group.keys
@_FORM
@options.lang
def list_(address: str, trusted: tuple[str, ...], form: str) -> int:
    from assay.deposit.deposits import deposits_in  # noqa: PLC0415
    from assay.deposit.storage import open_storage  # noqa: PLC0415
    from assay.report.escape import terminal  # noqa: PLC0415

    code = Exit.NOTHING_TO_REPORT
    for id_ in deposits_in(open_storage(address)):
        try:
            deposit = group.opened_at(address, id_, trusted)
        except AssayError as fault:
            talk(Text(*(f"{id_}: {spoken(fault)}",) * 2))
            code = Exit.NOT_VERIFIED
            continue
        last = deposit.versions[-1] if deposit.versions else None
        row = {
            "deposit": id_,
            "vendor": deposit.header.vendor,
            "suite": deposit.suite.name,
            "versions": len(deposit.versions),
            "label": last.label if last else "",
            "files": last.files if last else 0,
        }
        click.echo(
            json.dumps(row, ensure_ascii=False) if form == "json" else terminal("  ".join(map(str, row.values())))
        )
    return int(code)


@click.command(
    "show", help=say(Text("What a deposit holds, as far as it is signed in public.", "保管件公开签名的内容。"))
)
@click.argument("deposit")
@click.option(
    "--files",
    is_flag=True,
    help=say(
        Text(
            "The files of a version: by the vendor's --manifest, or those that the terms allow, in a --room under an "
            "order for review.",
            "列出一个版本的文件：凭供应商给出的 --manifest；或在 --room 中凭审查命令列出条款允许的文件。",
        )
    ),
)
@click.option("--manifest", type=PATH, help=say(Text("As seal --manifest wrote it.", "seal --manifest 所写。")))
@click.option("--version", "number", type=click.IntRange(1), help=say(Text("Else the newest.", "默认最新版本。")))
@sealed.options
@_FORM
@options.lang
def show(
    deposit: str,
    files: bool,
    manifest: Path | None,
    number: int | None,
    address: str,
    room: Path | None,
    trusted: tuple[str, ...],
    form: str,
) -> int:
    if files:
        return _files(deposit, manifest, number, address, room, trusted, form)
    if manifest is not None or number is not None:
        raise UsageError(
            Text("--manifest and --version list files", "--manifest 与 --version 用于列出文件"),
            Text("give --files as well", "请同时给出 --files"),
        )
    opened = group.opened_at(address, deposit, trusted)
    header = opened.header
    about = {
        "deposit": opened.id,
        "vendor": header.vendor,
        "signed": [key.label for key in header.signed_by],
        "checked": "--key" if trusted else say(Text("its own word", "其自称的公钥")),
        "suite": opened.suite.title,
        "made": _moment(header.at),
        "terms": header.terms,
        "custody": header.custody,
    }
    versions = [
        {
            "version": version.number,
            "label": version.label,
            "sealed": _moment(version.at),
            "files": version.files,
            "packs": len(version.packs),
            "stored": sum(size for _, size in version.packs),
            "manifest": version.sha256,
            "manifest-sm3": version.sm3,
            "statement": version.digest,
        }
        for version in opened.versions
    ]
    if form == "json":
        click.echo(json.dumps({**about, "versions": versions}, ensure_ascii=False, indent=2))
        return int(Exit.NOTHING_TO_REPORT)
    group.rows(about)
    for row in versions:
        click.echo()
        group.rows(row)
    if not trusted:
        talk(
            Text(
                "held to the keys that the deposit itself names: it is whole; whose it is, --key shows",
                "仅以保管件自称的公钥校验：内容完整；归属请以 --key 校验",
            )
        )
    return int(Exit.NOTHING_TO_REPORT)


@click.command(
    "verify",
    help=say(
        Text(
            "Check header, statements, terms, and every pack and object against its signed name; no key is needed. "
            "With --room, under an order for review, also open every file that the terms allow, and hold it to the "
            "signed manifest.",
            "校验头部、声明、条款，以及每个数据包与对象的签名名称，无需密钥。"
            "给出 --room 时，凭审查命令打开条款允许的每个文件并与签名清单核对。",
        )
    ),
)
@click.argument("deposit")
@sealed.options
@options.lang
def verify(deposit: str, address: str, room: Path | None, trusted: tuple[str, ...]) -> int:
    opened = (group.opened_at if room is None else signed_deposit)(address, deposit, trusted)
    faults = list(opened.check())
    for name in opened.unnamed():
        talk(Text(f"named by no version: {name}", f"未被任何版本引用：{name}"))
    packs = {name for version in opened.versions for name, _ in version.packs}
    said = [
        Text(
            f"{len(opened.versions)} versions, {len(packs)} packs",
            f"{len(opened.versions)} 个版本，{len(packs)} 个数据包",
        )
    ]
    if room is not None:
        looked = sealed.every_file(opened, room)
        faults += looked.faults
        number, kept = looked.version.number, looked.kept_back
        said.append(Text(f"{looked.opened} files of version {number}", f"第 {number} 版的 {looked.opened} 个文件"))
        if kept:
            said.append(Text(f"{kept} that the terms keep back not opened", f"条款保留的 {kept} 个文件未打开"))
    for fault in faults:
        click.echo(spoken(fault))
    en, zh = ", ".join(part.en for part in said), "，".join(part.zh for part in said)
    click.echo(
        say(Text(f"deposit {opened.id}: {en}, {len(faults)} faults", f"保管件 {opened.id}：{zh}，{len(faults)} 处错误"))
    )
    return int(Exit.NOT_VERIFIED if faults else Exit.NOTHING_TO_REPORT)


def _files(
    deposit: str,
    manifest: Path | None,
    number: int | None,
    address: str,
    room: Path | None,
    trusted: tuple[str, ...],
    form: str,
) -> int:
    from assay.deposit.manifest import read_manifest  # noqa: PLC0415
    from assay.report.escape import terminal  # noqa: PLC0415

    if manifest is not None:
        version = group.opened_at(address, deposit, trusted).version(number)
        rows, kept_back = list(read_manifest(content(manifest), version).rows), 0
    elif room is not None:
        rows, kept_back = sealed.allowed_files(signed_deposit(address, deposit, trusted), number, room)
    else:
        raise UsageError(
            Text("the names of files are sealed too", "文件名同样已封存"),
            Text(
                "give --manifest, as the vendor handed it out, or --room under an order for review",
                "请给出供应商提供的 --manifest，或凭审查命令给出 --room",
            ),
        )
    for row in rows:
        said = {"path": row.path, "size": row.size, "sha256": row.sha256, "sm3": row.sm3, "link": row.link}
        line = f"{row.sha256}  {row.size:>10}  {row.path}{f' -> {row.link}' if row.link else ''}"
        click.echo(json.dumps(said, ensure_ascii=False) if form == "json" else terminal(line))
    if kept_back:
        talk(Text(f"{kept_back} more are kept back by the terms", f"另有 {kept_back} 个文件按条款不予开放"))
    return int(Exit.NOTHING_TO_REPORT)


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
