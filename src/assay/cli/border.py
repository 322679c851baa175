"""`assay border`: personal and commercial data, found and counted. `find` prints what a file holds and where."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli import options
from assay.cli.border_export import export, register_, withdraw
from assay.cli.border_mask import mask
from assay.cli.words import say, talk
from assay.core.errors import Exit, InputError, UsageError, refused
from assay.core.text import Text
from assay.dossier.durable import read_plain
from assay.lab.scratch import scratch_folder

if TYPE_CHECKING:
    from assay.examinations.border.finding import Found


@click.group("border", help=say(Text("Personal and commercial data: what there is.", "个人与商业数据：有哪些。")))
@options.lang
def command() -> None:
    pass


@command.command(
    "find",
    help=say(
        Text(
            "Find personal and commercial data in FILE. Text gives one hit a line, with line, start and end in "
            "characters; tables give one verdict a column. Values are never printed, except with --reveal.",
            "查找 FILE 中的个人与商业数据。文本逐条给出行号与起止字符；数据表逐列给出结论。"
            "除非使用 --reveal，不输出任何数据值。",
        )
    ),
)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "jsonl"]), default="text", help=say(Text("Form.", "格式。"))
)
@click.option(
    "--as-text", is_flag=True, help=say(Text("Read tables in text form as lines.", "将文本形式的数据表按行读取。"))
)
@click.option(
    "--reveal",
    is_flag=True,
    help=say(
        Text(
            "Show what was found in a text: on a terminal only, and never credentials.",
            "显示文本中的命中内容：仅限终端，且不显示鉴别信息。",
        )
    ),
)
@click.option(
    "--database",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say(
        Text(
            "Read a live database, read-only; FILE holds its address (needs assay[databases]).",
            "以只读方式读取在线数据库；FILE 中写有其地址（需 assay[databases]）。",
        )
    ),
)
@click.option("--schema", "schemas", multiple=True, help=say(Text("Schema of the database.", "数据库模式。")))
@options.output
@options.lang
def find(
    file: Path | None,
    form: str,
    *,
    as_text: bool,
    reveal: bool,
    database: Path | None,
    schemas: tuple[str, ...],
    output: Path | None,
) -> int:
    if (file is None) == (database is None):
        message = Text("name a file, or a database", "请指定文件或数据库之一")
        raise UsageError(message, Text("assay border find FILE", "assay border find FILE"))
    if reveal and (output is not None or not sys.stdout.isatty()):
        message = Text("--reveal shows values on a terminal only", "--reveal 仅可在终端显示数据值")
        raise UsageError(message, Text("leave --reveal out, or run it on a terminal", "请去掉 --reveal，或在终端运行"))
    with scratch_folder() as scratch:
        found = _in_file(file, scratch, as_text=as_text) if file is not None else _in_database(database, schemas)
        return _print(found, form, reveal=reveal, output=output)


for one in (export, register_, withdraw, mask):
    command.add_command(one)


def _in_file(file: Path, scratch: Path, *, as_text: bool) -> "Iterator[Found]":
    from assay.examinations.border.finding import find_in  # noqa: PLC0415
    from assay.examinations.border.persons import new_key  # noqa: PLC0415

    return find_in(file, scratch, new_key(), as_text=as_text)


def _in_database(address: Path | None, schemas: tuple[str, ...]) -> "Iterator[Found]":
    from assay.examinations.border.finding import find_in_database  # noqa: PLC0415
    from assay.examinations.border.persons import new_key  # noqa: PLC0415

    assert address is not None  # noqa: S101
    try:
        url = read_plain(address, 1 << 16).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        message = Text(f"{address} cannot be read as text", f"无法以文本读取 {address}")
        raise InputError(message, Text("write the address into a file", "请将地址写入文件")) from error
    return find_in_database(url, schemas, new_key())


def _print(found: "Iterator[Found]", form: str, *, reveal: bool, output: Path | None) -> int:
    from assay.examinations.border.finding import Unread  # noqa: PLC0415

    unread = 0
    formats: Counter[str] = Counter()
    try:
        with click.open_file(str(output) if output is not None else "-", "w", encoding="utf-8") as target:
            for one in found:
                if not isinstance(one, Unread):
                    row = _row(one, reveal=reveal)
                    target.write((json.dumps(row, ensure_ascii=False) if form == "jsonl" else _line(row)) + "\n")
                    continue
                unread += 1
                if one.shortfall.reason == "no-reader":
                    formats[one.shortfall.detail] += 1
                    continue
                detail = one.shortfall.detail or one.shortfall.reason
                talk(Text(f"not read: {one.file}: {detail}", f"未读取：{one.file}：{detail}"))
    except OSError as error:
        if output is None:
            raise
        raise refused(error.filename or output, error, Text("choose another --output", "请另选 --output")) from error
    for format_, files in sorted(formats.items()):
        talk(
            Text(
                f"not read, since nobody reads {format_}: files: {files}", f"未读取，无法读取 {format_}：{files} 个文件"
            )
        )
    return int(Exit.OPEN if unread else Exit.NOTHING_TO_REPORT)


def _row(one: Any, *, reveal: bool) -> dict[str, Any]:
    from assay.examinations.border.files import field_value  # noqa: PLC0415
    from assay.examinations.border.finding import FoundText  # noqa: PLC0415
    from assay.examinations.border.grades import grades  # noqa: PLC0415

    if not isinstance(one, FoundText):
        return {"file": one.file, "set": one.set, **field_value(one.verdict)}
    hit = one.hit
    row = {"line": hit.line, "start": hit.start, "end": hit.end, "class": hit.class_, "confidence": hit.confidence}
    if one.file:
        row["file"] = one.file
    if reveal and grades()[hit.class_].jrt0171 != "C3":
        row["text"] = one.content
    return row


def _line(row: dict[str, Any]) -> str:
    from assay.report.escape import terminal  # noqa: PLC0415

    if "line" in row:
        place = f"{row['file']}:{row['line']}:{row['start']}-{row['end']}"
        return terminal(f"{place}  {row['class']}  {row['confidence']}" + (f"  {row['text']}" if "text" in row else ""))
    place = ":".join(part for part in (row["file"], row["set"], row["column"]) if part)
    graded = " ".join(f"{key.removeprefix('grade_')}={value}" for key, value in row.items() if key.startswith("grade_"))
    return terminal(
        f"{place}  {row['class']}  cells={row['cells']} valid={row['valid']} plausible={row['plausible']}  {graded}"
    )
