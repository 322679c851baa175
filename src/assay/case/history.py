"""The history of a case: signed acts in the order that they prove, and for each the acts that its party had seen.

Each act names the heads that its party knew, by digest; from these follow all acts before it. Two acts neither of
which has seen the other are *concurrent*: forks, which merge by being put side by side. The order is that of depth (how
long the longest chain below an act is), then of id: every copy of the same acts has the same order.

A set of acts is a whole number with one bit for each, so that "was this seen by then" costs one shift.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from assay.case.acts import Act
from assay.core.errors import NotVerifiedError
from assay.core.text import Text
from assay.ledger.signing import NamedKey

MOST = 4_096  # acts of one case; a real one has some hundreds
Past = int
"""A set of acts: bit n stands for act n of the history."""


class Signed(Struct, frozen=True):
    """An act in its envelope. `keys` are those whose signatures were verified; empty until they were."""

    act: Act
    envelope: bytes
    keys: tuple[NamedKey, ...] = ()


class History:
    """Acts in order. `past[n]` are the acts before act n; nothing here says whether an act counts (`view` does)."""

    def __init__(self, acts: Iterable[Signed]) -> None:
        """Raises NotVerifiedError when an act is missing that another one names, or there is not one beginning."""
        found = {item.act.id: item for item in acts}
        if len(found) > MOST:
            raise _too_many(len(found))
        self.signed = _ordered(found)
        self.place: Mapping[str, int] = {item.act.id: number for number, item in enumerate(self.signed)}
        self.past: list[Past] = []
        self.by_kind: dict[str, list[int]] = {}
        self.by_party: dict[str, list[int]] = {}
        for item in self.signed:
            self._add(item)

    def _add(self, item: Signed) -> None:
        past = 0
        for parent in item.act.parents:
            number = self.place[parent]
            past |= self.past[number] | 1 << number
        self.by_kind.setdefault(item.act.kind, []).append(len(self.past))
        self.by_party.setdefault(item.act.by, []).append(len(self.past))
        self.past.append(past)

    def __len__(self) -> int:
        return len(self.signed)

    def __contains__(self, id_: object) -> bool:
        return id_ in self.place

    @property
    def case(self) -> str:
        return self.signed[0].act.id

    @property
    def everything(self) -> Past:
        return (1 << len(self.signed)) - 1

    def act(self, id_: str) -> Act:
        """Raises KeyError."""
        return self.signed[self.place[id_]].act

    def acts(self) -> Iterator[Act]:
        return (item.act for item in self.signed)

    def heads(self) -> tuple[str, ...]:
        """Ids of the acts that no other act has seen, sorted: what the next act names."""
        seen = 0
        for past in self.past:
            seen |= past
        return tuple(sorted(item.act.id for number, item in enumerate(self.signed) if not seen >> number & 1))

    def saw(self, later: str, earlier: str) -> bool:
        """Whether the party of one act had seen another act."""
        return bool(self.past[self.place[later]] >> self.place[earlier] & 1)

    def concurrent(self, one: str, other: str) -> bool:
        return one != other and not self.saw(one, other) and not self.saw(other, one)

    def joined(self, acts: Iterable[Signed]) -> "History":
        """With these acts too; of two envelopes of one act, ours stays."""
        ours = {item.act.id: item for item in self.signed}
        return History({**{item.act.id: item for item in acts}, **ours}.values())


def _ordered(found: Mapping[str, Signed]) -> list[Signed]:
    depth: dict[str, int] = {}
    waiting = list(found)
    while waiting:
        id_ = waiting[-1]
        parents = found[id_].act.parents
        lacking = [parent for parent in parents if parent not in depth]
        for parent in lacking:
            if parent not in found:
                raise _dropped(found[id_].act, parent)
        if lacking:
            waiting += lacking  # an id is a digest over its parents, so there is no circle to be caught in
            continue
        waiting.pop()
        depth[id_] = 1 + max((depth[parent] for parent in parents), default=0)
    beginnings = [item.act for item in found.values() if not item.act.parents]
    if len(beginnings) != 1:
        raise _beginnings(beginnings)
    for item in found.values():
        _must_be_of(item.act, beginnings[0].id)
    return sorted(found.values(), key=lambda item: (depth[item.act.id], item.act.id))


def _must_be_of(act: Act, case: str) -> None:
    if act.case and act.case != case:
        raise NotVerifiedError(
            Text(
                f"{act.label} is of another case ({act.case[:12]}), replayed here",
                f"{act.label} 属于另一案件（{act.case[:12]}），在此被重放",
            ),
            Text("ask its party for the act of this case", "请向该当事方索取本案件的行为"),
        )


def _dropped(act: Act, parent: str) -> NotVerifiedError:
    return NotVerifiedError(
        Text(
            f"an act was dropped: {act.label} has seen act {parent[:12]}, which is not here",
            f"有行为被删去：{act.label} 已见过行为 {parent[:12]}，而此处没有该行为",
        ),
        Text(
            "take the case file from another party, and ask whoever gave you this one where the act is",
            "请从另一当事方取得案件文件，并向提供此文件者查询该行为的下落",
        ),
    )


def _beginnings(found: list[Act]) -> NotVerifiedError:
    named = ", ".join(act.id[:12] for act in found) or "-"
    return NotVerifiedError(
        Text(
            f"a case has one beginning, here are {len(found)}: {named}",
            f"案件只有一个起点，此处有 {len(found)} 个：{named}",
        ),
        Text("keep each case in a folder and a file of its own", "每个案件须使用各自的文件夹与文件"),
    )


def _too_many(count: int) -> NotVerifiedError:
    return NotVerifiedError(
        Text(f"{count} acts: a case has at most {MOST}", f"共 {count} 项行为：一个案件最多 {MOST} 项"),
        Text("close the case and open another for what follows", "请结案，后续事项另立新案"),
    )
