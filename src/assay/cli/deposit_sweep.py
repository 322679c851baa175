"""`assay deposit sweep`: what killed sealers left in a store, and its removal."""

import os
import time

import click

from assay.cli import deposit as group
from assay.cli import options
from assay.cli.signing import home, own_keys, trusted_keys
from assay.cli.words import say, spoken, talk
from assay.core.errors import Exit, InputError, NotVerifiedError
from assay.core.text import Text

_DAYS = 7


@click.command(
    "sweep",
    help=say(
        Text(
            "List what no version of a deposit names, of one deposit or of all in the store; --remove removes it. "
            "Nothing that a version names, or that a sealer at work may still name, is ever removed.",
            "列出一个保管件（或存储中全部保管件）里未被任何版本引用的内容；--remove 予以清除。"
            "任何版本所引用、或进行中的封存可能引用的内容均不会被清除。",
        )
    ),
)
@click.argument("deposit", default="")
@click.option(
    "--older-than",
    "days",
    type=click.FloatRange(1),
    default=_DAYS,
    metavar="DAYS",
    help=say(Text(f"Only what is older; {_DAYS} days, at least 1.", f"仅限更早的内容；默认 {_DAYS} 天，至少 1 天。")),
)
@click.option("--remove", is_flag=True, help=say(Text("Remove it; else it is listed.", "予以清除；否则仅列出。")))
@group.store
@group.keys
@options.lang
def sweep_(deposit: str, days: float, remove: bool, address: str, trusted: tuple[str, ...]) -> int:
    from assay.deposit.deposits import ID  # noqa: PLC0415
    from assay.deposit.storage import open_storage  # noqa: PLC0415
    from assay.deposit.sweeping import DAY, deposits_begun, leftovers, sweep  # noqa: PLC0415

    storage, now = open_storage(address), time.time()
    ids = [deposit] if deposit else deposits_begun(storage)
    if deposit and (not ID.fullmatch(deposit) or deposit not in deposits_begun(storage)):
        raise InputError(
            Text(f"{address} holds no deposit {deposit}", f"{address} 中没有保管件 {deposit}"),
            Text("assay deposit list shows what is there", "可用 assay deposit list 查看"),
        )
    keys, code, bytes_, young = trusted_keys(trusted) if trusted else [], Exit.NOTHING_TO_REPORT, 0, 0
    for id_ in ids:
        try:
            left = leftovers(storage, id_, keys, _acknowledged(address, id_))
        except (InputError, NotVerifiedError) as fault:
            talk(Text(*(f"{id_}: {spoken(fault)}",) * 2))
            code = Exit.NOT_VERIFIED
            continue
        old = [item for item in left if now - item.made > days * DAY]
        young += len(left) - len(old)
        if remove:
            swept = sweep(storage, old, now, days * DAY)
            old = list(swept.removed)
            for item in swept.kept:
                talk(Text(f"kept by the store: {item.name}", f"存储拒绝删除：{item.name}"))
        for item in old:
            bytes_ += item.size
            click.echo(f"{item.name}  {item.size}  {(now - item.made) / DAY:.1f} d")
    done = Text(f"{bytes_} bytes removed", f"已清除 {bytes_} 字节")
    would = Text(f"{bytes_} bytes could be removed, with --remove", f"可清除 {bytes_} 字节，须给出 --remove")
    talk(done if remove else would)
    if young:
        talk(Text(f"{young} younger than {days:g} days are not touched", f"{young} 项不足 {days:g} 天，未触及"))
    return int(code)


def _acknowledged(address: str, deposit: str) -> list[str]:
    """Statements that this party acknowledged, by its own log of the deposit and what it remembers of that."""
    from assay.deposit.acts import sealed_log, sealed_statements  # noqa: PLC0415
    from assay.ledger.keys import configuration  # noqa: PLC0415
    from assay.ledger.witness import Seen  # noqa: PLC0415

    kept, own = configuration(os.environ, home()), own_keys()
    if not own:
        return []
    origin = f"{own[0].name}/{deposit}/sealed"
    return sealed_statements(sealed_log(address, deposit, kept), origin, Seen(kept / "seen"))
