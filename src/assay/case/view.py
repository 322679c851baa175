"""What counts at one point of the history: the acts that somebody had seen by then, without those that are void.

Every rule of procedure asks a view, never the whole case: an act is judged by what its own party had seen. So every
copy of the case comes to the same answer about it, whatever else it holds.

An act is *void* when a key signed it that another party, who vouches, revoked, and the revocation had not seen it; or
when its party was invited by such an act. It stays in the history and is shown; it counts for nothing. A party's own
revocation voids nothing, or whoever regrets an act could unsay it by revoking from before it; and a revocation is void
only where its party is nobody.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field

from assay.case.acts import Act
from assay.case.contents import (
    EXAMINERS,
    KIND_OF,
    Acknowledgement,
    Answer,
    C,
    Charter,
    Decision,
    Delivery,
    Disclosure,
    Invitation,
    Objection,
    Question,
    Revocation,
    Role,
    Withdrawal,
    Withholding,
)
from assay.case.history import History, Past, Signed
from assay.ledger.signing import NamedKey, read_key


class Member(Struct):
    """A party as the case knows it. `keys` may sign now; `ever` are all that could at some time."""

    name: str
    role: Role
    keys: list[NamedKey]
    ever: list[NamedKey] = field(default_factory=list)


class View:
    """Questions about the acts of `history` that are in `past`."""

    def __init__(self, history: History, past: Past | None = None) -> None:
        self.history = history
        self.past = history.everything if past is None else past

    @classmethod
    def before(cls, history: History, id_: str) -> "View":
        """What the party of this act had seen."""
        return cls(history, history.past[history.place[id_]])

    # -- acts ----------------------------------------------------------------------------------------------------

    def has(self, id_: str) -> bool:
        """Whether the act is in view and not void."""
        number = self.history.place.get(id_)
        return number is not None and bool(self.past >> number & 1) and number not in self.void

    def of(self, type_: type[C]) -> Iterator[tuple[Act, C]]:
        """Acts of a kind that count, in order."""
        for number in self.history.by_kind.get(KIND_OF[type_], ()):
            if self.past >> number & 1 and number not in self.void:
                act = self.history.signed[number].act
                yield act, act.content  # type: ignore[misc]

    def find(self, type_: type[C], id_: str) -> C | None:
        """The content of an act of this kind, when it counts here."""
        if not self.has(id_):
            return None
        content = self.history.act(id_).content
        return content if isinstance(content, type_) else None

    @cached_property
    def void(self) -> frozenset[int]:
        """Places of acts whose key another party revoked, by a revocation in view that had not seen them; and of acts
        whose party is here by such an invitation alone.
        """
        stolen = self._stolen
        invited = {self.charter.convener.party}
        for number in self._in_view("invite"):
            content = self.history.signed[number].act.content
            if number not in stolen and isinstance(content, Invitation):
                invited.add(content.party)
        strangers = (places for name, places in self.history.by_party.items() if name not in invited)
        return stolen | {place for places in strangers for place in places if self._in(place)}

    def _in(self, place: int) -> bool:
        return bool(self.past >> place & 1)

    @cached_property
    def _stolen(self) -> frozenset[int]:
        found: set[int] = set()
        history = self.history
        for number in self._in_view("revoke"):
            act = history.signed[number].act
            revocation = act.content
            if not isinstance(revocation, Revocation) or act.by == revocation.party:
                continue
            keys = frozenset(revocation.keys)
            for place in history.by_party.get(revocation.party, ()):
                item = history.signed[place]
                unseen = self.past >> place & 1 and not history.past[number] >> place & 1
                if unseen and item.act.kind != "revoke" and keys.intersection(_labels(item)):
                    found.add(place)
        return frozenset(found)

    def _in_view(self, kind: str) -> Iterator[int]:
        return (number for number in self.history.by_kind.get(kind, ()) if self.past >> number & 1)

    def heads(self) -> tuple[str, ...]:
        """Acts that count and that no other that counts has seen, sorted: what the next act names.

        Void acts are left out, or whoever stole a key could make more heads than an act may name.
        """
        history = self.history
        counted = [n for n in range(len(history)) if self.past >> n & 1 and n not in self.void]
        seen = 0
        for number in counted:
            seen |= history.past[number]
        return tuple(sorted(history.signed[number].act.id for number in counted if not seen >> number & 1))

    # -- parties -------------------------------------------------------------------------------------------------

    @property
    def charter(self) -> Charter:
        content = self.history.signed[0].act.content
        if not isinstance(content, Charter):
            raise ValueError("a history begins with a charter")
        return content

    @cached_property
    def parties(self) -> Mapping[str, Member]:
        found: dict[str, Member] = {}
        if not self.past & 1:
            return found
        _admit(found, self.charter.convener)
        for _, invitation in self.of(Invitation):
            _admit(found, invitation)
        for _, revocation in self.of(Revocation):
            party = found.get(revocation.party)
            if party is not None:
                party.keys = [key for key in party.keys if str(key) not in revocation.keys]
                fresh = [read_key(key) for key in revocation.replacement]
                party.keys += fresh
                party.ever += fresh
        return found

    def role(self, name: str) -> Role | None:
        party = self.parties.get(name)
        return None if party is None else party.role

    def examines(self, name: str) -> bool:
        return self.role(name) in EXAMINERS

    @property
    def vendor(self) -> str:
        """Name of the vendor, or "" while none was invited."""
        return next((party.name for party in self.parties.values() if party.role == "vendor"), "")

    # -- what was said -------------------------------------------------------------------------------------------

    @cached_property
    def withdrawn(self) -> Mapping[str, str]:
        """Act -> the act that withdrew it."""
        return {withdrawal.act: act.id for act, withdrawal in self.of(Withdrawal)}

    def standing(self, type_: type[C]) -> list[tuple[Act, C]]:
        """Acts of a kind that count and were not withdrawn, in order."""
        return [(act, content) for act, content in self.of(type_) if act.id not in self.withdrawn]

    @cached_property
    def deliveries(self) -> Sequence[tuple[Act, Delivery]]:
        """The vendor's own chain orders them: the last one is the current one in every copy of the case."""
        return self.standing(Delivery)

    @property
    def current(self) -> tuple[Act, Delivery] | None:
        return self.deliveries[-1] if self.deliveries else None

    @cached_property
    def settled(self) -> Mapping[str, Act]:
        """Question or objection -> the answer to it, or the act that withholds what was asked for."""
        found = {answer.to: act for act, answer in self.of(Answer)}
        return {**{held.question: act for act, held in self.standing(Withholding) if held.question}, **found}

    @cached_property
    def open_questions(self) -> Sequence[tuple[Act, Question]]:
        return [(act, question) for act, question in self.standing(Question) if act.id not in self.settled]

    @cached_property
    def open_objections(self) -> Sequence[tuple[Act, Objection]]:
        return [(act, objection) for act, objection in self.standing(Objection) if act.id not in self.settled]

    @property
    def verdict(self) -> tuple[Act, Disclosure] | None:
        """The last one disclosed for the current delivery, unless an objection to it was upheld."""
        current = self.current
        if current is None:
            return None
        found = [row for row in self.of(Disclosure) if row[1].delivery == current[0].id]
        return found[-1] if found and not self.upheld_against(found[-1][0].id) else None

    def upheld_against(self, id_: str) -> bool:
        """Whether an examiner upheld an objection to this act."""
        return any(
            objection.about == id_ and (answer := self.settled.get(act.id)) is not None
            and isinstance(answer.content, Answer) and answer.content.upheld is True
            for act, objection in self.standing(Objection)
        )  # fmt: skip

    def acknowledged(self, id_: str) -> Act | None:
        return next((act for act, content in self.of(Acknowledgement) if content.act == id_), None)

    @cached_property
    def decisions(self) -> Sequence[tuple[Act, Act]]:
        """First and second signature of each decision that has both."""
        first = {act.id: act for act, decision in self.standing(Decision) if not decision.concurs}
        return [
            (first[decision.concurs], act) for act, decision in self.standing(Decision) if decision.concurs in first
        ]


def _admit(parties: dict[str, Member], invitation: Invitation) -> None:
    keys = [read_key(key) for key in invitation.keys]
    parties.setdefault(invitation.party, Member(invitation.party, invitation.role, keys, list(keys)))


def _labels(item: Signed) -> list[str]:
    return [str(key) for key in item.keys]
