"""The vendor's side of a room: read what the host entered since last time, then cosign it; never the other way round.

The host sends a copy of its log, and each order that it entered since. `watch` verifies the copy as a whole, that it
goes on from what the vendor saw before, that the vendor has every new order before its eyes, and only then cosigns. So
no share is given, by a custodian who runs this program, under an order that the vendor's witness has not read.

What it cannot see: views that the host never entered. The bodies of views stay in the room until the end (`audit`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from msgspec import Struct

from assay.core.text import Text
from assay.deposit.acts import PREFIX
from assay.deposit.documents import open_signed, sha256
from assay.deposit.orders import ORDER, Order
from assay.deposit.terms import Terms
from assay.ledger.entries import Entry
from assay.ledger.log import Log
from assay.ledger.notes import unverified
from assay.ledger.signing import NamedKey, Signer
from assay.ledger.sqlite import SqliteStore
from assay.ledger.witness import Seen, Witness, request


class Watched(Struct, frozen=True):
    """What is new, for people, and the cosignature for the host."""

    lines: tuple[Text, ...]
    answer: bytes


def watch(
    log: Path,
    orders: Sequence[bytes],
    terms: Terms,
    deposit: str,
    *,
    host: Sequence[NamedKey],
    name: str,
    signer: Signer,
    seen: Seen,
    now: int,
) -> Watched:
    """Read and cosign a copy of the host's log. `name` and `signer` are the witness's, `seen` what it remembers.

    Raises NotVerifiedError: damaged, forked, rolled back, of another deposit, or with an order that was not shown.
    """
    shown = dict(_order(envelope, terms) for envelope in orders)
    store = SqliteStore(log, writable=False)
    try:
        opened = Log(store, trusted=host)
        if opened.origin != f"{terms.host.name}/{deposit}":
            raise unverified(str(log), f"it is the log {opened.origin!r}", f"它是日志 {opened.origin!r}")
        # 1. It continues what was seen; 2. each new order is here; 3. cosigned, and remembered.
        last = seen.last(opened.origin)
        if last is not None:
            opened.must_continue(last)
        old = last.size if last is not None else 0
        lines: list[Text] = []
        fresh = ((position, entry) for position, entry in opened.entries() if position >= old)
        for act, together in groupby(fresh, key=lambda pair: pair[1].act):
            if act == f"{PREFIX}grant":
                lines.append(_grants(list(together)))
            else:
                lines += (line for position, entry in together for line in _lines(position, entry, shown))
        witness = Witness(name, signer, list(host), seen, lambda: now)
        return Watched(tuple(lines), witness.answer(request(opened, old)))
    finally:
        store.close()


def _order(envelope: bytes, terms: Terms) -> tuple[str, Order]:
    order, payload = open_signed(Order, ORDER, envelope, terms.all_keys, "the order")
    return f"sha256:{sha256(payload.content)}", order


def _grants(entered: Sequence[tuple[int, Entry]]) -> Text:
    """One line for the files of an opening: there may be thousands, and the order that was shown says which."""
    (first, entry), (last, _) = entered[0], entered[-1]
    size = sum(one.counts.get("bytes", 0) for _, one in entered)
    where = str(first) if first == last else f"{first}-{last}"
    head = f"{where} {_moment(entry.at)} grant files={len(entered)} bytes={size} of={entry.counts.get('of', 0)}"
    return Text(head, head)


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def _lines(position: int, entry: Entry, shown: dict[str, Order]) -> list[Text]:
    when = _moment(entry.at)
    act = entry.act.removeprefix(PREFIX)
    counts = " ".join(f"{name}={number}" for name, number in sorted(entry.counts.items()))
    head = " ".join(part for part in (str(position), when, act, entry.by, counts) if part)
    if act != "order":
        return [Text(head, head)]
    order = shown.get(entry.digests.get("order", ""))
    if order is None:
        raise unverified(
            f"entry {position}",
            "it is an order that nobody showed you; nothing was cosigned",
            "这是一份未曾向您出示的命令；未作会签",
            Text("ask the host for the order, and name its file", "请向主机方索取该命令并给出其文件"),
        )
    return [Text(head, head), *order.lines()]
