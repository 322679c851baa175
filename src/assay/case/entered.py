"""Each act is an entry in its party's own ledger, and travels with the receipt that proves it.

A party keeps one ledger for each case. Entry n of it is the party's n-th act: digests of the act and of its envelope,
and nothing else, so that the log could be shown to anybody. The entries follow from the acts: a party that lost its
folder makes the same log again from the others' copies.

A receipt that travels carries its entry and a signed checkpoint. It shows that the party had entered the act, that no
act of that party before it is missing, and that its log had not grown beyond the acts that are shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from assay.case.acts import Act
from assay.case.history import History, Signed
from assay.case.view import View
from assay.core.errors import InputError, NotVerifiedError
from assay.core.text import Text
from assay.ledger.entries import Entry, digest
from assay.ledger.log import Log
from assay.ledger.notes import unverified
from assay.ledger.party import Party
from assay.ledger.receipts import open_receipt, read_receipt
from assay.ledger.sqlite import NAME, SqliteStore


def origin(party: str, case: str) -> str:
    """The name of a party's log of a case; any key of the party speaks for it."""
    return f"{party}/cases/{case}"


def entry_of(case: str, item: Signed) -> Entry:
    """What the ledger says of an act: the same for every reader."""
    digests = {"act": f"sha256:{item.act.id}", "envelope": digest(item.envelope)}
    return Entry(f"case.{item.act.kind}", case, item.act.at, digests, by=item.keys[0].id.hex())


def enter(folder: Path, history: History, party: Party, entered: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Enter the party's acts that its ledger does not hold yet; yields act id and receipt for each without one.

    Raises NotVerifiedError when the ledger is not that of these acts; see `ledger.log.Log` for the rest.
    """
    case = history.case
    own = [item for item in history.signed if item.act.by == party.name]
    entries = [entry_of(case, item) for item in own]
    ever = View(history).parties[party.name].ever
    _begin(folder / NAME, origin(party.name, case), entries, party)
    with Log(SqliteStore(folder / NAME), party.signers, party.memory, ever) as log:
        log.checkpoint()
        for position, body in log.bodies():
            if position >= len(entries) or body != entries[position].canonical():
                raise _other_acts(log.origin, position)
        log.append(*entries[log.size :])
        for position, item in enumerate(own):
            if item.act.id not in entered:
                body, receipt = log.prove(position)
                yield item.act.id, receipt.carrying(body).render()


def _begin(path: Path, name: str, entries: Sequence[Entry], party: Party) -> None:
    """A log where there is none, or where its making was cut short. It is whole before memory is asked whether it
    continues what was seen: who lost the folder makes the same log from the acts that others kept.
    """
    with closing(SqliteStore(path)) as store:
        try:
            store.origin()
        except InputError:
            with Log.create(store, name, party.signers) as log:
                log.append(*entries)


def check_receipts(history: History, receipts: Mapping[str, bytes]) -> None:
    """Raises NotVerifiedError for a receipt that proves something else, or that more was entered than is here."""
    view = View(history)
    chains: dict[str, list[Signed]] = {}
    for item in history.signed:
        chains.setdefault(item.act.by, []).append(item)
    voided = {history.signed[number].act.by for number in view.void}
    for name, chain in chains.items():
        if name not in view.parties:
            continue  # invited by a stolen key: nothing that it says counts
        for number, item in enumerate(chain):
            content = receipts.get(item.act.id)
            if content is None:
                continue
            position, size = _opened(history, view, item, content)
            if name in voided:
                continue  # whoever stole the key has a log of their own
            if position != number:
                raise _dropped(name, item.act, position, number)
            if size > len(chain):
                raise _dropped(name, item.act, size, len(chain))


def _opened(history: History, view: View, item: Signed, content: bytes) -> tuple[int, int]:
    what = f"the receipt of {item.act.label}"
    entry = entry_of(history.case, item).canonical()
    receipt = read_receipt(content, what)
    if receipt.extra != entry or receipt.render() != content:
        raise unverified(what, "it is of another entry", "它属于另一条目")
    position, believed = open_receipt(content, entry, view.parties[item.act.by].ever, what)
    if believed.checkpoint.origin != origin(item.act.by, history.case):
        raise unverified(what, "it is of another log", "它属于另一账本")
    return position, believed.checkpoint.size


def _other_acts(name: str, position: int) -> NotVerifiedError:
    return NotVerifiedError(
        Text(
            f"entry {position} of {name} is of an act that is not here: acts were removed from this folder",
            f"{name} 第 {position} 条所指的行为不在此处：该文件夹中的行为被移除",
        ),
        Text(
            "import the case from another party's file: it brings the acts back",
            "请导入另一当事方的案件文件，以取回这些行为",
        ),
    )


def _dropped(name: str, act: Act, there: int, here: int) -> NotVerifiedError:
    return NotVerifiedError(
        Text(
            f"acts of {name} are missing: by its ledger {act.label} comes after {there} entries, here are {here}",
            f"缺少 {name} 的行为：按其账本，{act.label} 之前有 {there} 条，此处为 {here} 条",
        ),
        Text(
            "somebody left out what it said; ask it for its own copy of the case",
            "有人删去了其陈述；请向该方索取其所持的案件副本",
        ),
    )
