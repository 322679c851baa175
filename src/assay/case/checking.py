"""Believing a history: every act's signature, its place, and that each party speaks with one voice.

A history is believed whole or not at all. The first thing that does not verify is named, with the party whose act it
is; nothing of the copy is used then.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from assay.case.acts import Act, read
from assay.case.contents import Charter
from assay.case.history import History, Signed
from assay.case.procedure import refusal
from assay.case.view import View
from assay.core.errors import NotVerifiedError
from assay.core.text import Text
from assay.ledger.envelope import open_envelope, peek
from assay.ledger.notes import unverified
from assay.ledger.signing import NamedKey, read_key


def unopened(envelope: bytes, what: str) -> Signed:
    """An act as its envelope says it, unverified. Raises NotVerifiedError when it is none."""
    return Signed(read(*peek(envelope, what), what), envelope)


def verified(acts: Iterable[Signed]) -> History:
    """The history of these acts. Raises NotVerifiedError at the first that is not what it should be."""
    # 1. Nothing that an act has seen is missing, all are of one case, and it has one beginning.
    history = History(acts)
    for number, item in enumerate(history.signed):
        view = View(history, history.past[number])
        # 2. The act is signed with every key that its party had where the act stands.
        history.signed[number] = _signed(item, view)
        # 3. What it names as seen are heads: none of them had seen another.
        _must_name_heads(history, item.act)
        # 4. The rules of procedure allow it where it stands.
        refused = refusal(view, item.act)
        if refused is not None:
            raise _out_of_order(item.act, refused)
    everything = View(history)
    # 5. Each party has one chain of acts: nobody says one thing here and another there.
    _must_be_chains(everything)
    # 6. No two parties have one key, also where two invitations did not see each other.
    _must_be_apart(everything)
    return history


def _signed(item: Signed, view: View) -> Signed:
    act, what = item.act, item.act.label
    if isinstance(act.content, Charter):
        keys = [read_key(key) for key in act.content.convener.keys] if act.by == act.content.convener.party else []
    else:
        party = view.parties.get(act.by)
        keys = party.keys if party is not None else []
    if not keys:
        raise unverified(
            what,
            f"{act.by} is no party with a key where this act stands",
            f"在该行为所处位置，{act.by} 不是持有密钥的当事方",
        )
    opened = open_envelope(item.envelope, keys, what, [key.kind for key in keys])
    return replace(item, keys=opened.by)


def _must_name_heads(history: History, act: Act) -> None:
    for parent in act.parents:
        if any(history.saw(other, parent) for other in act.parents if other != parent):
            raise unverified(act.label, "it names more than heads as seen", "其所见列表不止于最新行为")


def _must_be_chains(view: View) -> None:
    history = view.history
    last: dict[str, Act] = {}
    for number, item in enumerate(history.signed):
        if number in view.void:
            continue
        before = last.get(item.act.by)
        if before is not None and not history.saw(item.act.id, before.id):
            raise _two_voices(before, item.act)
        last[item.act.by] = item.act


def _must_be_apart(view: View) -> None:
    owners: dict[tuple[bytes, bytes], NamedKey] = {}
    for party in view.parties.values():
        for key in party.ever:
            other = owners.setdefault((key.kind, key.public), key)
            if other.name != key.name:
                raise unverified(
                    "this case",
                    f"{other.name} and {key.name} have one key ({key.label})",
                    f"{other.name} 与 {key.name} 共用一把密钥（{key.label}）",
                )


def _out_of_order(act: Act, why: Text) -> NotVerifiedError:
    return NotVerifiedError(
        Text(f"{act.label} is out of order: {why.en}", f"{act.label} 不合程序：{why.zh}"),
        Text(
            "its party must do it again where it is in order; keep this file as evidence",
            "该方须在合乎程序时重新作出；请保留此文件作为证据",
        ),
    )


def _two_voices(one: Act, other: Act) -> NotVerifiedError:
    return NotVerifiedError(
        Text(
            f"{one.by} speaks with two voices: {one.label} and {other.label} are both signed by it, "
            "and neither has seen the other",
            f"{one.by} 前后不一：{one.label} 与 {other.label} 均由其签署，且互不相见",
        ),
        Text(
            "one of its copies was hidden or rewritten; keep both files as evidence and show them to the other parties",
            "其中一份被隐瞒或改写；请保留两份文件作为证据，并出示给其他当事方",
        ),
    )
