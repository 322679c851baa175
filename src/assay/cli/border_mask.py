"""`assay border mask FILE...`: a copy in which nobody is named, same columns, same types."""

import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli import options
from assay.cli.signing import home
from assay.cli.words import say, talk
from assay.core.errors import Exit, InputError, UsageError
from assay.core.text import Text

if TYPE_CHECKING:
    from assay.crossing.mask.copying import Copied

_PATH = click.Path(path_type=Path)
_SHORTEST = 16


@click.command(
    "mask",
    help=say(
        Text(
            "Write masked copies of FILES (CSV, TSV, Parquet, Arrow): identifiers become keyed pseudonyms, the same in "
            "every file and run under one key; dates, addresses and the like become coarser; credentials go. Not "
            "anonymous: who has the key can test values, and rare rows can still point to a person (--quasi counts).",
            "写出 FILES（CSV、TSV、Parquet、Arrow）的脱敏副本：标识变为带密钥的假名，同一密钥下各文件、各次运行一致；"
            "日期、地址等变粗；鉴别信息删除。并非匿名化：持有密钥者可验证取值，罕见的行仍可指向个人（--quasi 计数）。",
        )
    ),
)
@click.argument("files", nargs=-1, required=True, type=_PATH)
@click.option(
    "--output",
    "-o",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help=say(Text("Folder for the copies.", "副本所在文件夹。")),
)
@click.option(
    "--key",
    "key_file",
    type=_PATH,
    help=say(
        Text(
            "File with the key (16 bytes or more); else one of your own is made and kept.",
            "密钥文件（至少 16 字节）；默认生成并保留您自己的密钥。",
        )
    ),
)
@click.option(
    "--hash",
    "algorithm",
    type=click.Choice(["hmac-sha256", "hmac-sm3"]),
    default="hmac-sha256",
    help=say(Text("What makes pseudonyms.", "生成假名所用算法。")),
)
@click.option(
    "--policy", type=_PATH, help=say(Text("What is done with which class or column.", "各类别或字段的处理方式。"))
)
@click.option(
    "--keep-format",
    is_flag=True,
    help=say(Text("Encipher digits in place (FF1) instead of hashing.", "就地加密数字（FF1），而非散列。")),
)
@click.option(
    "--quasi",
    metavar="COLUMN,...",
    default="",
    help=say(Text("Count groups of rows that agree in these columns.", "统计在这些字段上相同的行组。")),
)
@click.option(
    "--k",
    type=click.IntRange(1),
    default=5,
    help=say(Text("Smallest group that is wanted with --quasi.", "配合 --quasi：所要求的最小组。")),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help=say(Text("Form of what is said of the copies.", "副本说明的格式。")),
)
@options.lang
def mask(
    files: tuple[Path, ...],
    folder: Path,
    key_file: Path | None,
    algorithm: str,
    policy: Path | None,
    keep_format: bool,
    quasi: str,
    k: int,
    form: str,
) -> int:
    from assay.crossing.mask.columns import Masker  # noqa: PLC0415
    from assay.crossing.mask.copying import copy  # noqa: PLC0415
    from assay.crossing.mask.policy import Policy, in_format, read_policy  # noqa: PLC0415

    chosen = read_policy(policy) if policy is not None else Policy()
    if keep_format:
        chosen = in_format(chosen)
    if key_file is not None and key_file.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            Text(f"the key lies in {folder}, where the copies go", f"密钥位于副本所在的文件夹 {folder}"),
            Text("keep it elsewhere: who has it can test values", "请另存他处：持有密钥者可验证取值"),
        )
    masker = Masker(_key(key_file), algorithm)  # type: ignore[arg-type]
    columns = tuple(name.strip() for name in quasi.split(",") if name.strip())
    outputs = [folder / path.name for path in files]
    if len(set(outputs)) < len(outputs):
        raise UsageError(
            Text("two files have the same name", "两个文件同名"),
            Text("mask them into two folders", "请分别写入两个文件夹"),
        )
    copies = [copy(path, output, masker, chosen, columns) for path, output in zip(files, outputs, strict=True)]
    click.echo(
        json.dumps([_row(one, k) for one in copies], ensure_ascii=False, indent=2)
        if form == "json"
        else "\n".join(line for one in copies for line in _lines(one, k))
    )
    for one in copies:
        for missing in one.missing:
            talk(Text(f"not in the copy: {one.source}: {missing}", f"副本中缺少：{one.source}：{missing}"))
    if any(one.groups is not None and one.groups.below(k) for one in copies):
        return int(Exit.BROKEN)
    return int(Exit.OPEN if any(one.missing for one in copies) else Exit.NOTHING_TO_REPORT)


def _key(path: Path | None) -> bytes:
    """The key of a file; without one this user's own, made on first use."""
    from assay.dossier.durable import read_given  # noqa: PLC0415
    from assay.ledger.keys import configuration  # noqa: PLC0415

    own = configuration(os.environ, home()) / "mask.key"
    if path is None and not own.exists():
        own.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
    key = read_given(path or own, 1 << 16)
    if len(key) < _SHORTEST:
        raise InputError(
            Text(
                f"{path or own} holds {len(key)} bytes: too few for a key",
                f"{path or own} 仅 {len(key)} 字节，不足以作密钥",
            ),
            Text("make one: head -c 32 /dev/urandom > mask.key", "生成方法：head -c 32 /dev/urandom > mask.key"),
        )
    return key


def _row(one: "Copied", k: int) -> dict[str, object]:
    row: dict[str, object] = {
        "source": str(one.source),
        "output": str(one.output),
        "rows": one.rows,
        "columns": [
            {"column": item.column, "action": item.action, "classes": list(item.classes)} for item in one.columns
        ],
        "missing": one.missing,
    }
    if one.groups is not None:
        row["groups"] = {
            "columns": list(one.groups.columns),
            "groups": one.groups.groups,
            "smallest": one.groups.smallest(),
            "k": k,
            "rows_below": one.groups.below(k),
        }
    return row


def _lines(one: "Copied", k: int) -> list[str]:
    from assay.report.escape import terminal  # noqa: PLC0415

    lines = [terminal(say(Text(f"{one.output}: {one.rows:,} rows", f"{one.output}：{one.rows:,} 行")))]
    lines += [
        terminal(f"  {item.column}  {say(_ACTIONS[item.action])}  {', '.join(item.classes)}").rstrip()
        for item in one.columns
    ]
    if one.groups is not None:
        smallest, below = one.groups.smallest(), one.groups.below(k)
        lines.append(
            say(
                Text(
                    f"  groups: {one.groups.groups:,}, the smallest of {smallest}; rows in groups below {k}: {below:,}",
                    f"  行组：{one.groups.groups:,}；最小组 {smallest} 行；小于 {k} 的组共 {below:,} 行",
                )
            )
        )
    return lines


_ACTIONS = {
    "keep": Text("kept", "保留"),
    "redact": Text("redacted", "文内替换"),
    "generalise": Text("generalised", "泛化"),
    "format": Text("enciphered in its format", "保留格式加密"),
    "pseudonym": Text("pseudonym", "假名"),
    "remove": Text("removed", "删除"),
}
