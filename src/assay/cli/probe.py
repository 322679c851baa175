"""`assay probe run | declare | sign | diff`: a product in a cage, what it did held against what its vendor declared."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from assay.cli import options
from assay.cli.dossiers import dossier_at
from assay.cli.signing import entering
from assay.cli.words import language, say, talk
from assay.core.errors import Exit, UsageError
from assay.core.text import Text

if TYPE_CHECKING:
    from assay.core.product import SignedDeclaration


@click.group(
    "probe",
    help=say(
        Text(
            "Run a product in a cage, by its owner's consent, and compare what it does with what was declared.",
            "经所有者同意在牢笼中运行产品，并将其行为与声明对照。",
        )
    ),
)
def command() -> None:
    pass


@command.command(
    "run",
    help=say(
        Text(
            "Run PRODUCT in a cage that nothing leaves: installed, started, idle, used, stopped, restarted, and with "
            "the clock moved. After -- stands the command that starts it, with the unpacked product in /product.",
            "在与外界隔绝的牢笼中运行 PRODUCT：安装、启动、空闲、使用、停止、重启，并移动时钟。"
            "-- 之后为启动命令，解包后的产品位于 /product。",
        )
    ),
)
@click.argument("product", type=click.Path(path_type=Path))
@click.argument("start", nargs=-1, metavar="[-- CMD ARG...]")
@options.dossier
@options.manifest
@options.rulebooks
@options.as_of
@click.option(
    "--phase",
    "phases",
    multiple=True,
    help=say(Text("Only this phase, repeatable; else all of them.", "仅运行该阶段，可重复；默认为全部阶段。")),
)
@click.option(
    "--i-own-this",
    "own",
    is_flag=True,
    help=say(
        Text(
            "The product is mine: no consent is asked for, and every fact says that this was only asserted.",
            "产品属于本人：不要求同意，但每项事实都会注明系自称。",
        )
    ),
)
@click.option(
    "--raw",
    is_flag=True,
    help=say(Text("Grant raw sockets over the cage's own network.", "准许在牢笼自身网络上使用原始套接字。")),
)
@click.option("--as-root", "root", is_flag=True, help=say(Text("User 0 inside the cage.", "在牢笼内以用户 0 运行。")))
@click.option(
    "--idle",
    type=click.FloatRange(0, 600),
    default=5.0,
    show_default=True,
    help=say(Text("Seconds to watch it doing nothing.", "空闲阶段的观察秒数。")),
)
@click.option(
    "--wall",
    type=click.FloatRange(1, 3600),
    default=120.0,
    show_default=True,
    help=say(Text("Seconds that one start may last.", "单次启动的最长秒数。")),
)
@click.option(
    "--memory",
    type=click.IntRange(64, 65536),
    default=2048,
    show_default=True,
    help=say(Text("Mebibytes that all its processes may hold.", "全部进程可占用的内存（MiB）。")),
)
@click.option(
    "--declaration",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say(Text("What the vendor signed with assay probe sign.", "供应方以 assay probe sign 签名的声明。")),
)
@click.option(
    "--key",
    "keys",
    metavar="KEY",
    multiple=True,
    help=say(Text("The vendor's public key, as text or a file; repeatable.", "供应方的公钥，文本或文件；可重复。")),
)
@options.lang
@options.color
@options.fail_on
def run(
    product: Path,
    start: tuple[str, ...],
    dossier: Path | None,
    manifest: Path | None,
    rulebooks: tuple[str, ...],
    as_of: date,
    phases: tuple[str, ...],
    own: bool,
    raw: bool,
    root: bool,
    idle: float,
    wall: float,
    memory: int,
    declaration: Path | None,
    keys: tuple[str, ...],
    no_color: bool,  # noqa: ARG001  (the page has no colour)
    fail_on: str,
    against: Path | None,
) -> int:
    from assay.cli.closing import close  # noqa: PLC0415
    from assay.examinations.probe.run import PHASES, Waiting  # noqa: PLC0415
    from assay.lab.cage.spec import CageLimits  # noqa: PLC0415
    from assay.report.behaviour import page  # noqa: PLC0415
    from assay.review.probing import Probe, probe  # noqa: PLC0415

    options.check_against(fail_on, against)
    earlier = dossier_at(against) if against is not None else None
    limits = replace(CageLimits(), wall=wall, memory=memory << 20, session=max(900.0, wall * 10))
    asked = Probe(
        product,
        as_of,
        manifest,
        dossier,
        start,
        phases or PHASES,
        rulebooks,
        own=own,
        raw=raw,
        root=root or raw,
        waiting=replace(Waiting(), idle=idle),
        limits=limits,
        declaration=_signed(declaration, keys),
    )
    with entering() as enter:
        kept, document = probe(asked, enter)
    latest = kept.latest()
    click.echo(page(latest.facts(), latest.attempts(), language()), nl=False)
    return close(kept, document, enter.signed, rulebooks, as_of, fail_on=fail_on, earlier=earlier)


def _signed(declaration: Path | None, keys: tuple[str, ...]) -> "SignedDeclaration | None":
    from assay.cli.signing import trusted_keys  # noqa: PLC0415
    from assay.core.product import SignedDeclaration  # noqa: PLC0415

    if declaration is None and not keys:
        return None
    if declaration is None or not keys:
        raise UsageError(
            Text("--declaration and --key go together", "--declaration 与 --key 须同时给出"),
            Text("--key is the vendor's: it is in no envelope", "--key 为供应方的公钥，信封中并不包含"),
        )
    return SignedDeclaration(str(declaration), tuple(map(str, trusted_keys(keys))))


@command.command(
    "sign",
    help=say(
        Text(
            "Sign what DECLARATION, a product.yaml, declares: the vendor's act, with the vendor's key.",
            "由供应方以自己的密钥为 DECLARATION（product.yaml）中的声明签名。",
        )
    ),
)
@click.argument("declaration", type=click.Path(path_type=Path))
@options.output
@options.lang
def sign(declaration: Path, output: Path | None) -> int:
    from assay.cli.deliver import deliver  # noqa: PLC0415
    from assay.cli.signing import party  # noqa: PLC0415
    from assay.dossier.durable import read_given  # noqa: PLC0415
    from assay.intake.declared import LARGEST, check, signed  # noqa: PLC0415

    content = read_given(declaration, LARGEST)
    check(content, str(declaration))
    vendor = party()
    if not vendor.known:
        raise UsageError(
            Text("a declaration signed by nobody known binds nobody", "签名者未知的声明没有约束力"),
            Text("type a passphrase, or set ASSAY_KEY_PASSPHRASE", "请输入口令，或设置 ASSAY_KEY_PASSPHRASE"),
        )
    deliver(signed(content, vendor), output)
    talk(vendor.words)
    return int(Exit.NOTHING_TO_REPORT)


@command.command(
    "declare",
    help=say(
        Text(
            "Draft a declaration from the newest run in DOSSIER, for the vendor to edit and then to sign. "
            "A draft declares nothing and satisfies no rule.",
            "根据 DOSSIER 中最近一次运行起草声明，供供应方修改并签名（assay probe sign）。"
            "草稿不构成声明，不满足任何规则。",
        )
    ),
)
@click.argument("dossier", type=click.Path(path_type=Path))
@options.lang
def declare(dossier: Path) -> int:
    from assay.examinations.probe.draft import draft  # noqa: PLC0415

    latest = dossier_at(dossier).latest()
    product = latest.record.product if latest.record is not None else None
    click.echo(draft(latest.facts(), product.name if product is not None else ""), nl=False)
    return int(Exit.NOTHING_TO_REPORT)


@command.command(
    "diff",
    help=say(
        Text(
            "What NEW does that OLD did not, and the other way round; one page.",
            "NEW 与 OLD 行为的差异，一页呈现。",
        )
    ),
)
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@options.lang
def diff(old: Path, new: Path) -> int:
    from assay.report.behaviour import difference  # noqa: PLC0415

    before, after = dossier_at(old).latest(), dossier_at(new).latest()
    click.echo(
        difference(
            list(before.facts()), list(after.facts()), list(before.attempts()), list(after.attempts()), language()
        ),
        nl=False,
    )
    return int(Exit.NOTHING_TO_REPORT)
