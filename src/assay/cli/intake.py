"""`assay intake PATH`: what a delivery holds. `assay intake init [PATH]`: a commented product.yaml to fill in."""

import os
from collections import Counter
from pathlib import Path

import click

from assay.cli import options
from assay.cli.deliver import deliver
from assay.cli.words import language, say, talk
from assay.core.errors import Exit, UsageError
from assay.core.text import Text
from assay.lab.scratch import scratch_folder


class _PathOrInit(click.Group):
    """`assay intake init` is a verb; anything else is the path of a delivery."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "show", self.commands["show"], args


@click.group(
    "intake",
    cls=_PathOrInit,
    options_metavar="",
    subcommand_metavar=say(
        Text(
            "PATH [--manifest FILE] | init [PATH] [--output FILE]",
            "路径 [--manifest 文件] | init [路径] [--output 文件]",
        )
    ),
    help=say(
        Text(
            "Take a delivery in and say what it holds; or: assay intake init.",
            "接收交付物并说明其内容；或：assay intake init。",
        )
    ),
)
def command() -> None:
    pass


@command.command("show", hidden=True, help=say(Text("What a delivery holds.", "交付物的内容。")))
@click.argument("path", type=click.Path(path_type=Path))
@options.manifest
@options.lang
def show(path: Path, manifest: Path | None) -> int:
    from assay.intake import IntakeLimits, take_in  # noqa: PLC0415
    from assay.report.escape import terminal  # noqa: PLC0415
    from assay.report.reasons import REASONS  # noqa: PLC0415

    with scratch_folder() as scratch:
        taken = take_in(path, manifest=manifest, scratch=scratch, limits=IntakeLimits())
    product = taken.product
    vendor = product.vendor.name if product.vendor is not None else say(Text("vendor not stated", "未声明供应商"))
    click.echo(terminal(f"{product.name} {product.version or ''} ({vendor})"))
    files: Counter[tuple[str, str, str]] = Counter()
    sizes: Counter[tuple[str, str, str]] = Counter()
    for meta in taken.artifact.files:
        row: tuple[str, str, str] = (meta.file_class, meta.format, meta.scope)
        files[row] += 1
        sizes[row] += meta.size
    for row in sorted(files):
        click.echo(terminal(f"{row[0]:<14}{row[1]:<24}{row[2]:<10}{files[row]:>8}{sizes[row]:>14}"))
    for item in taken.attempts:
        if item.status != "completed" and item.reason:
            words = REASONS[item.reason].title.to(language())
            talk(Text(*(f"{item.path}: {words}" + (f" ({item.detail})" if item.detail else "") for _ in range(2))))
    return int(Exit.NOTHING_TO_REPORT)


@command.command("init", help=say(Text("Write a commented product.yaml.", "写出带注释的 product.yaml。")))
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), default=Path("product.yaml"), show_default=True
)
@options.lang
def init(path: Path | None, output: Path) -> int:
    from assay.intake import Delivery, IntakeLimits, init_text  # noqa: PLC0415

    if os.path.lexists(output):
        message = Text(f"{output} is there already", f"{output} 已存在")
        raise UsageError(message, Text("choose another --output, or move it away", "请另选 --output，或先移走该文件"))
    with scratch_folder() as scratch:
        tree = Delivery(path, scratch, IntakeLimits(), ()) if path is not None else None
        text = init_text(tree, language())
    deliver(text.encode(), output)
    talk(
        Text(f"written: {output}; fill it in and pass it with --manifest", f"已写入 {output}；填写后用 --manifest 传入")
    )
    return int(Exit.NOTHING_TO_REPORT)
