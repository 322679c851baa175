"""A case between machines: export to one file, import and merge, and two files side by side.

Merging is a union: acts of both copies, in the one order that they prove. Everything is verified together before a byte
is kept, so a copy that does not fit (a dropped act, a party with two voices, an act out of order) changes nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from assay.case import carried, checking, entered
from assay.case.acts import Act
from assay.case.carried import Carried
from assay.case.contents import Reception
from assay.case.folder import BODIES, MARK, Case, holds_keys, locked, mark, prepare
from assay.case.history import History
from assay.case.view import View
from assay.core.errors import NotVerifiedError, UsageError, refused
from assay.core.text import Text
from assay.lab.scratch import scratch_folder
from assay.ledger.party import Party
from assay.ledger.signing import NamedKey


class Merged(Struct, frozen=True):
    """What an import brought: `fresh` acts, `unknown_there` acts that the file does not have, and our receipt."""

    case: Case
    fresh: Sequence[Act]
    unknown_there: Sequence[Act]
    bodies: int
    receipt: Act | None


class Compared(Struct, frozen=True):
    """Two copies of one case that fit together: what each has alone."""

    history: History
    only_first: Sequence[Act]
    only_second: Sequence[Act]


def export(case: Case, path: Path, *, bodies: bool = True) -> None:
    """Write the case file. Raises InputError when the disk refuses; NotVerifiedError when a body is damaged."""
    lacking = {body.sha256 for body in case.lacking()}
    held = [sha256 for sha256 in case.bodies() if sha256 not in lacking] if bodies else []
    try:
        carried.write(path, case.history, case.receipts, [(item, case.path / BODIES / item) for item in held])
    except OSError as error:
        raise refused(path, error) from error


def bring_in(folder: Path, path: Path, party: Party | None, at: int) -> Merged:
    """Import a case file into a folder, a new one or one of the same case, and sign that it was received.

    `party` None, or one that the case does not know, reads without signing. Raises NotVerifiedError when the copies do
    not fit together; then nothing was written.
    """
    brought, history, receipts = opened(path)
    if (folder / MARK).exists() and Case.open(folder).history.case != history.case:
        raise _another_case(path, folder)
    prepare(folder, history)
    with locked(folder):  # from before it is looked at: what another process adds meanwhile might not fit
        ours = Case.open(folder) if (folder / MARK).exists() else None
        merged = history if ours is None else checking.verified(ours.history.joined(history.signed).signed)
        known = ours.receipts if ours is not None else {}
        entered.check_receipts(merged, {**receipts, **known})
        fresh = [item for item in merged.signed if ours is None or item.act.id not in ours.history]
        case = ours or Case(folder, merged, {})
        case.history = merged
        named = case.bodies()
        wanted = [sha256 for sha256 in brought.bodies if sha256 in named and not (folder / BODIES / sha256).exists()]
        case.keep(
            fresh,
            {id_: receipt for id_, receipt in receipts.items() if id_ not in known},
            ((sha256, brought.body(sha256)) for sha256 in wanted),
        )
        mark(folder, history.case)
    case = Case.open(folder)
    heard = any(
        not isinstance(item.act.content, Reception) for item in fresh if party is None or item.act.by != party.name
    )
    signs = party is not None and party.known and holds_keys(case.view, party) and heard
    receipt = case.act(Reception(), party, at) if party is not None and signs else None
    missing = [item.act for item in merged.signed if item.act.id not in history]
    return Merged(case, [item.act for item in fresh], missing, len(wanted), receipt)


def opened(path: Path) -> tuple[Carried, History, dict[str, bytes]]:
    """A case file, verified as a whole. Raises InputError, NotVerifiedError."""
    brought = carried.read(path)
    history = checking.verified(brought.acts)
    carried.in_order(brought, history)
    receipts = dict(brought.receipts)
    entered.check_receipts(history, receipts)
    return brought, history, receipts


@contextmanager
def at(path: Path) -> Iterator[Case]:
    """A case for reading, from a folder or from a case file. Raises InputError, NotVerifiedError."""
    if path.is_dir():
        yield Case.open(path)
        return
    with scratch_folder() as scratch:
        yield bring_in(scratch / "case", path, None, 0).case


def compare(first: Case, second: Case) -> Compared:
    """Two copies side by side. Raises NotVerifiedError when they do not fit together: somebody has two voices."""
    one, other = first.history, second.history
    if one.case != other.case:
        raise UsageError(
            Text("these are two cases", "这是两个案件"),
            Text("name two copies of one case", "请指定同一案件的两份副本"),
        )
    together = checking.verified(one.joined(other.signed).signed)
    entered.check_receipts(together, {**second.receipts, **first.receipts})
    return Compared(
        together,
        [act for act in together.acts() if act.id not in other],
        [act for act in together.acts() if act.id not in one],
    )


def must_be_known(history: History, keys: Sequence[NamedKey]) -> Iterator[NamedKey]:
    """Keys of the case that nobody named. Raises NotVerifiedError when a named key is not the one of its party here."""
    ever = {str(key): key for party in View(history).parties.values() for key in party.ever}
    names = {key.name for key in ever.values()}
    for key in keys:
        if str(key) not in ever:
            who = (
                Text(f"{key.name} has another key", f"{key.name} 的密钥不同")
                if key.name in names
                else Text(f"{key.name} is no party", f"{key.name} 不是当事方")
            )
            raise NotVerifiedError(
                Text(
                    f"the key {key.label} that you named is not in this case: {who.en}",
                    f"您指定的密钥 {key.label} 不在本案中：{who.zh}",
                ),
                Text(
                    "ask the party which key is its own, over another channel; do not rely on this file",
                    "请经其他渠道向该方核实其密钥；请勿采信此文件",
                ),
            )
    return (key for text, key in ever.items() if text not in {str(item) for item in keys})


def _another_case(path: Path, folder: Path) -> UsageError:
    return UsageError(
        Text(f"{path} is of another case than {folder}", f"{path} 与 {folder} 不是同一案件"),
        Text("import it into a folder of its own", "请导入到单独的文件夹"),
    )
