"""`assay deposit draw submit | answer | reveal | show | compare`: a review without hand-over, as files in one folder.

FOLDER goes to and fro between vendor and reviewer: `header.json` and `statement.json` (what the vendor signed when it
sealed), `facts.txt`, `submission.json`, `answer.json`, `reveal.json`, and `shown/`. The vendor's number stays at home.
"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli import deposit as group
from assay.cli import options
from assay.cli.deliver import deliver
from assay.cli.deposit_room import PATH, content, hosting, signed_deposit, signing
from assay.cli.dossiers import dossier_at
from assay.cli.signing import trusted_keys
from assay.cli.words import say, talk
from assay.core.errors import Exit, UsageError, refused
from assay.core.text import Text
from assay.lab.scratch import scratch_folder

if TYPE_CHECKING:
    from assay.deposit.drawn import Lot
    from assay.deposit.manifest import Version
    from assay.ledger.signing import NamedKey

_FOLDER = click.argument("folder", type=PATH)
_VENDOR = click.option(
    "--vendor", multiple=True, required=True, metavar="KEY", help=say(Text("The vendor's key.", "供应商公钥。"))
)
_REVIEWER = click.option(
    "--reviewer", multiple=True, required=True, metavar="KEY", help=say(Text("The reviewer's key.", "审查方公钥。"))
)


@click.group(
    "draw",
    help=say(
        Text(
            "Review without hand-over: the vendor submits facts, files drawn by lot are shown and looked at again.",
            "不移交的审查：供应商提交事实，抽签文件予以出示并复核。",
        )
    ),
)
def draw() -> None:
    pass


@draw.command(
    "submit",
    help=say(
        Text(
            "The vendor's: commit to the facts of its own review of a sealed version, without a word of source.",
            "供应商：就封存版本的自行审查提交事实，不含任何源代码文字。",
        )
    ),
)
@click.argument("deposit")
@click.argument("dossier", type=PATH)
@_FOLDER
@click.option(
    "--number", type=PATH, help=say(Text("Where to keep your number; else FOLDER.number.", "保存随机数之处。"))
)
@group.store
@group.keys
@options.lang
def submit_(
    deposit: str, dossier: Path, folder: Path, number: Path | None, address: str, trusted: tuple[str, ...]
) -> int:
    from assay import __version__  # noqa: PLC0415
    from assay.deposit.drawn import submit  # noqa: PLC0415
    from assay.deposit.packs import header_path  # noqa: PLC0415
    from assay.review.drawn import product_of, submitted  # noqa: PLC0415

    opened = signed_deposit(address, deposit, trusted)
    version = opened.version()
    review = dossier_at(dossier).latest()
    facts = submitted(review, product_of(review))
    me = signing()
    envelope, secret = submit(
        deposit=deposit,
        version=version.number,
        statement=version.digest,
        files=version.files,
        facts=facts,
        assay=__version__,
        party=me,
    )
    kept = number or _number(folder)
    _keep(kept, secret.hex().encode(), folder)
    for name, body in (
        ("header.json", opened.storage.read(header_path(deposit))),
        ("statement.json", version.statement),
        ("facts.txt", facts),
        ("submission.json", envelope),
    ):
        deliver(body, folder / name)
    talk(Text(f"keep {kept} until the reviewer has answered", f"在审查方答复之前请保管 {kept}"))
    return int(Exit.NOTHING_TO_REPORT)


@draw.command(
    "answer", help=say(Text("The reviewer's: how many files, and its number.", "审查方：抽取数量与己方随机数。"))
)
@_FOLDER
@click.option(
    "--files", type=click.IntRange(1), help=say(Text("Else what shows 1 % with 95 %.", "默认以 95% 发现 1%。"))
)
@_VENDOR
@options.lang
def answer_(folder: Path, files: int | None, vendor: tuple[str, ...]) -> int:
    from assay.deposit.drawn import answer, needed, open_submission  # noqa: PLC0415

    keys, envelope = trusted_keys(vendor), content(folder / "submission.json")
    number = files or needed(open_submission(envelope, keys).files, 10_000, 950_000)
    deliver(answer(envelope, keys, number, signing()), folder / "answer.json")
    talk(Text(f"{number} files will be drawn", f"将抽取 {number} 个文件"))
    return int(Exit.NOTHING_TO_REPORT)


@draw.command(
    "reveal", help=say(Text("The vendor's: its number, which decides the lot.", "供应商：公开随机数以定抽签。"))
)
@_FOLDER
@click.option("--number", type=PATH, help=say(Text("Where your number lies; else FOLDER.number.", "随机数所在。")))
@_REVIEWER
@options.lang
def reveal_(folder: Path, number: Path | None, reviewer: tuple[str, ...]) -> int:
    from assay.deposit.documents import sha256  # noqa: PLC0415
    from assay.deposit.drawn import read_number, reveal  # noqa: PLC0415

    kept = number or _number(folder)
    secret = read_number(content(kept))
    envelope, answered = content(folder / "submission.json"), content(folder / "answer.json")
    revealed = reveal(envelope, answered, secret, trusted_keys(reviewer), signing())
    # Who knows the number could answer again, until the lot names the files that it wants to see.
    once, digest = kept.with_name(kept.name + ".revealed"), sha256(answered).encode()
    if not once.exists():
        _keep(once, digest, folder)
    if content(once) != digest:
        raise UsageError(
            Text("your number was revealed for another answer already", "您的随机数已就另一份答复公开"),
            Text(
                "submit again, with a new number: assay deposit draw submit",
                "请重新提交并使用新的随机数：assay deposit draw submit",
            ),
        )
    deliver(revealed, folder / "reveal.json")
    return int(Exit.NOTHING_TO_REPORT)


@draw.command(
    "show", help=say(Text("The vendor's: lay out the drawn files with their proofs.", "供应商：附证明出示抽签文件。"))
)
@_FOLDER
@click.argument("source", type=PATH)
@click.option(
    "--manifest", type=PATH, required=True, help=say(Text("As seal --manifest wrote it.", "seal --manifest 所写。"))
)
@_VENDOR
@_REVIEWER
@options.lang
def show_(folder: Path, source: Path, manifest: Path, vendor: tuple[str, ...], reviewer: tuple[str, ...]) -> int:
    from assay.deposit.manifest import read_manifest  # noqa: PLC0415
    from assay.deposit.shown import show  # noqa: PLC0415

    drawn, version = _drawn(folder, trusted_keys(vendor), trusted_keys(reviewer))
    show(read_manifest(content(manifest), version), source, drawn.positions, folder / "shown")
    talk(
        Text(
            f"{len(drawn.positions)} files in {folder / 'shown'}",
            f"{folder / 'shown'} 中 {len(drawn.positions)} 个文件",
        )
    )
    return int(Exit.NOTHING_TO_REPORT)


@draw.command(
    "compare",
    help=say(
        Text(
            "The reviewer's: examine the drawn files, compare, and keep the submission with its assurance as a review. "
            "With --room, what was shown is entered there and counts with all else that the terms limit; without, "
            "it counts nowhere.",
            "审查方：检查抽签文件并比对，将提交内容及其保证度存为一次审查。"
            "给出 --room 时，所出示内容登记于该阅览室并计入条款限额；否则不计入任何限额。",
        )
    ),
)
@_FOLDER
@click.option("--dossier", type=PATH, required=True, help=say(Text("Dossier to write.", "写入的卷宗。")))
@_VENDOR
@_REVIEWER
@click.option(
    "--room",
    type=PATH,
    envvar="ASSAY_ROOM",
    help=say(Text("The host's folder for this deposit, if there is one.", "主机方存放此保管件的目录（如有）。")),
)
@group.store
@options.rulebooks
@options.as_of
@options.lang
def compare_(
    folder: Path,
    dossier: Path,
    vendor: tuple[str, ...],
    reviewer: tuple[str, ...],
    room: Path | None,
    address: str,
    rulebooks: tuple[str, ...],
    as_of: date,
) -> int:
    from assay.deposit.drawn import assurance, compare, must_be_facts  # noqa: PLC0415
    from assay.deposit.shown import enter_draw, files_below, received  # noqa: PLC0415
    from assay.dossier.store import Dossier  # noqa: PLC0415
    from assay.review.drawn import adopt, by_file, look_again, paths, read_submitted, stated  # noqa: PLC0415

    drawn, version = _drawn(folder, trusted_keys(vendor), trusted_keys(reviewer))
    facts = content(folder / "facts.txt")
    must_be_facts(drawn.submission, facts)
    given = read_submitted(facts, str(folder / "facts.txt"))
    with scratch_folder() as scratch:
        shown = received(folder / "shown", version, drawn.positions, scratch)
        if room is not None:
            with hosting(address, drawn.submission.deposit, vendor, room) as host:
                enter_draw(host, drawn, content(folder / "submission.json"), files_below(scratch))
        else:
            talk(
                Text(
                    "no room was named: the files that were shown count in no limit of the terms",
                    "未指定阅览室：所出示的文件不计入条款的任何限额",
                )
            )
        seen = look_again(scratch, as_of)
    again = {path: seen.get(path, []) if path in shown.values() else None for path in paths(shown)}
    compared = compare(again, by_file(given.facts), again)
    found = assurance(version.files, len(drawn.positions), compared.against)
    adopt(Dossier.create_or_open(dossier), given, stated(drawn, compared, found), as_of, rulebooks)
    for path in compared.differ:
        talk(Text(f"differs: {path}", f"不一致：{path}"))
    for path in compared.unclear:
        talk(Text(f"unclear: {path}", f"待查：{path}"))
    click.echo(say(found.words()))
    if compared.differ:
        return int(Exit.BROKEN)
    return int(Exit.OPEN if compared.unclear else Exit.NOTHING_TO_REPORT)


def _number(folder: Path) -> Path:
    """Where the vendor's number lies when nothing else is said: beside the folder, never in it."""
    place = folder.absolute()
    return place.with_name(place.name + ".number")


def _keep(path: Path, content_: bytes, folder: Path) -> None:
    """A file for this party alone, never over another. Raises InputError."""
    from assay.ledger.keys import write_private  # noqa: PLC0415

    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_private(path, content_)
    except OSError as error:
        advice = Text("name another file with --number", "请用 --number 指定另一文件")
        raise refused(path, error, advice) from error


def _drawn(folder: Path, vendor: "list[NamedKey]", reviewer: "list[NamedKey]") -> "tuple[Lot, Version]":
    """The lot, and the version that it is drawn from, as the vendor signed it. Raises NotVerifiedError."""
    from assay.deposit.drawn import lot  # noqa: PLC0415
    from assay.deposit.manifest import read_header, read_version  # noqa: PLC0415
    from assay.ledger.notes import unverified  # noqa: PLC0415

    parts = [content(folder / f"{name}.json") for name in ("submission", "answer", "reveal")]
    drawn = lot(parts[0], parts[1], parts[2], vendor, reviewer)
    about = drawn.submission
    header = read_header(content(folder / "header.json"), about.deposit, vendor)
    version = read_version(content(folder / "statement.json"), about.deposit, about.version, header.signing)
    if (version.digest, version.files) != (about.statement, about.files):
        raise unverified("the submission", "it is about another version", "它针对另一版本")
    return drawn, version
