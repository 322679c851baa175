"""`assay deposit levels SOURCE`: how far a deposit is verified, from a virus check to a comparison with what runs."""

from datetime import date
from pathlib import Path

import click
from msgspec.structs import replace

from assay.cli import options
from assay.cli.dossiers import dossier_at
from assay.cli.sealed import in_place
from assay.cli.sealed import options as of_deposits
from assay.cli.signing import entering
from assay.cli.words import language, say
from assay.core.errors import UsageError
from assay.core.text import Text


@click.command(
    "levels",
    help=say(
        Text(
            "How far SOURCE, a folder, an archive or deposit:ID, is verified by the levels of escrow agents: readable "
            "and virus-checked, inventory, complete, built in a clean room, compared. After -- stands the shell "
            "command that builds it; else its own manifest or a known build system tells. Building needs the owner's "
            "consent.",
            "按托管机构的级别核验 SOURCE（目录、归档或 deposit:编号）：可读并经病毒检查、清点、完整、净室构建、已比对。"
            "-- 之后为构建命令；缺省取其自带清单或已知构建系统。构建须经所有者同意。",
        )
    ),
)
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("command", nargs=-1, metavar="[-- COMMAND...]")
@click.option(
    "--scanner",
    metavar="NAME",
    default="",
    help=say(Text("Have every file scanned for viruses by it: clamscan.", "以该程序对每个文件查毒：clamscan。")),
)
@click.option(
    "--signatures",
    type=click.Path(path_type=Path),
    help=say(Text("Folder of its signatures; else the system's.", "其特征库目录；默认取系统目录。")),
)
@click.option("--build", "wanted", is_flag=True, help=say(Text("Build it in a cage, twice.", "在牢笼中构建两次。")))
@click.option("--once", is_flag=True, help=say(Text("Build it only once.", "只构建一次。")))
@click.option(
    "--beside",
    type=click.Path(path_type=Path),
    help=say(
        Text(
            "Folder of parts that were delivered for the build; the build finds it in /beside.",
            "为构建另行交付的组成部分所在目录；构建时位于 /beside。",
        )
    ),
)
@click.option(
    "--delivered",
    type=click.Path(path_type=Path),
    help=say(Text("What the licensee runs, to be compared.", "被许可方所用产品，用于比对。")),
)
@click.option(
    "--i-own-this",
    "own",
    is_flag=True,
    help=say(Text("The source is mine: no consent is asked for.", "源代码属于本人：不要求同意。")),
)
@click.option(
    "--wall",
    type=click.FloatRange(1, 86_400),
    default=1800.0,
    show_default=True,
    help=say(Text("Seconds that one build may last.", "单次构建的最长秒数。")),
)
@click.option(
    "--memory",
    type=click.IntRange(64, 1 << 20),
    default=4096,
    show_default=True,
    help=say(Text("Mebibytes that a build's processes may hold.", "构建进程可占用的内存（MiB）。")),
)
@click.option(
    "--disk",
    type=click.IntRange(16, 1 << 20),
    default=2048,
    show_default=True,
    help=say(Text("Mebibytes that a build may write; it lies in memory.", "构建可写入的空间（MiB），位于内存中。")),
)
@options.manifest
@options.rulebooks
@options.as_of
@options.dossier
@options.lang
@options.color
@options.fail_on
@of_deposits
def levels_(
    source: Path,
    command: tuple[str, ...],
    scanner: str,
    signatures: Path | None,
    wanted: bool,
    once: bool,
    beside: Path | None,
    delivered: Path | None,
    own: bool,
    wall: float,
    memory: int,
    disk: int,
    manifest: Path | None,
    rulebooks: tuple[str, ...],
    as_of: date,
    dossier: Path | None,
    no_color: bool,  # noqa: ARG001  (the page has no colour)
    fail_on: str,
    against: Path | None,
    address: str,
    room: Path | None,
    trusted: tuple[str, ...],
) -> int:
    from assay.cli.closing import close  # noqa: PLC0415
    from assay.examinations.handover.build import LIMITS  # noqa: PLC0415
    from assay.report.levels import page  # noqa: PLC0415
    from assay.review.steps import Plan  # noqa: PLC0415
    from assay.review.verifying import Wanted, verify  # noqa: PLC0415

    options.check_against(fail_on, against)
    if not wanted and (command or delivered is not None):
        raise UsageError(
            Text("a command and --delivered are for a build", "构建命令与 --delivered 仅用于构建"),
            Text("ask for it with --build", "请加上 --build"),
        )
    for folder in (signatures, beside):
        if folder is not None and not folder.is_dir():
            raise UsageError(Text(f"{folder} is no folder", f"{folder} 不是目录"))
    if delivered is not None and not delivered.exists():
        raise UsageError(Text(f"{delivered} does not exist", f"{delivered} 不存在"))
    earlier = dossier_at(against) if against is not None else None
    limits = replace(LIMITS, wall=wall, cpu=int(wall), memory=memory << 20, disk=disk << 20, session=wall + 900)
    plan = Plan(source, as_of, manifest, rulebooks, dossier)
    with entering() as enter, in_place(plan, address, room, trusted, enter.party) as plan:
        asked = Wanted(
            plan, scanner, signatures, wanted, " ".join(command), beside, delivered, own=own, twice=not once,
            limits=limits,
        )  # fmt: skip
        kept, document = verify(asked, enter)
    latest = kept.latest()
    click.echo(page(latest.facts(), latest.attempts(), language()), nl=False)
    return close(kept, document, enter.signed, rulebooks, as_of, fail_on=fail_on, earlier=earlier)
