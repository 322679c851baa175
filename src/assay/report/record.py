"""The review behind a document, for outputs that list everything instead of the first few places.

A `Document` is small on purpose. SARIF wants a result per fact that breaks a rule, a CBOM every occurrence, OSCAL an
observation per fact; they read a `Record` as well, which holds judgements and waivers and can stream the facts of a
kind as often as asked. Nothing here keeps a fact: what an output keeps of a stream is its own cap. See ADR 12.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from msgspec import Struct, field

from assay.core.facts import Fact, Scalar
from assay.core.families import with_open
from assay.core.matching import Seen
from assay.core.rules import Ground, Judgement, Matched
from assay.core.waivers import Waiver

Key = tuple[str, str]  # book, rule
_BREAKING = frozenset({"forbidden-seen"})
_DECIDING = frozenset({"forbidden-seen", "required-seen", "perhaps"})


def _no_facts(_: str) -> Iterable[tuple[str, Fact]]:
    return ()


class Record(Struct, frozen=True, dict=True):
    """`facts(kind)` streams (id, fact) of one kind in dossier order; it may be called again and starts anew."""

    facts: Callable[[str], Iterable[tuple[str, Fact]]] = _no_facts
    judgements: Sequence[Judgement] = ()
    waivers: Sequence[Waiver] = field(default=())

    @cached_property
    def by_rule(self) -> Mapping[Key, Judgement]:
        return {(judgement.book, judgement.rule): judgement for judgement in self.judgements}

    def breaking(self) -> Iterator[tuple[str, Fact, list[Key]]]:
        """Each fact that breaks a rule, with the rules that it breaks."""
        return self._deciding(_BREAKING)

    def deciding(self) -> Iterator[tuple[str, Fact, list[Key]]]:
        """Each fact that a judgement rests on: what breaks, what is required and seen, what may decide."""
        return self._deciding(_DECIDING)

    def breaks(self, key: Key) -> int:
        """How many facts break a rule, without reading one."""
        return self._count(key, _BREAKING)

    def decides(self, key: Key) -> int:
        """How many facts the judgement of a rule rests on."""
        return self._count(key, _DECIDING)

    def _count(self, key: Key, because: frozenset[str]) -> int:
        judgement = self.by_rule.get(key)
        grounds = judgement.grounds if judgement is not None else ()
        return sum(item.count for ground in grounds for item in _matched(ground, because))

    def waiver(self, key: Key, id_: str, as_of: date) -> Waiver | None:
        """The waiver that covers this fact of this rule on that day; with an empty id, one for what is absent."""
        for waiver, ids in self._by_key.get(key, ()):
            named = id_ in ids if id_ else not ids
            if named and waiver.granted <= as_of <= waiver.until:
                return waiver
        return None

    @cached_property
    def _by_key(self) -> Mapping[Key, list[tuple[Waiver, frozenset[str]]]]:
        found: dict[Key, list[tuple[Waiver, frozenset[str]]]] = {}
        for waiver in self.waivers:
            found.setdefault((waiver.book, waiver.rule), []).append((waiver, frozenset(waiver.facts)))
        return found

    def _deciding(self, because: frozenset[str]) -> Iterator[tuple[str, Fact, list[Key]]]:
        wanted: dict[str, Groups] = {}
        for key, judgement in sorted(self.by_rule.items()):
            for ground in judgement.grounds:
                for matched in _matched(ground, because):
                    wanted.setdefault(matched.kind, Groups()).add(key, matched)
        for kind in sorted(wanted):
            groups = wanted[kind]
            for id_, fact in self.facts(kind):
                keys = groups.of(fact)
                if keys:
                    yield id_, fact, keys


def shares(counts: Mapping[Key, int], room: int) -> dict[Key, int]:
    """How many facts of each rule an output with so much room lists: the first rules given have all of theirs."""
    found: dict[Key, int] = {}
    for key, count in counts.items():
        found[key] = max(0, min(count, room))
        room -= found[key]
    return found


def _matched(ground: Ground, because: frozenset[str]) -> Sequence[Matched]:
    return ground.matched if ground.because in because else ()


class Groups:
    """The groups of deciding values of one kind: which rules a fact with these values belongs to."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, ...], dict[tuple[Scalar, ...], list[Key]]] = {}

    def add(self, key: Key, matched: Matched) -> None:
        names = tuple(sorted(matched.values))
        keys = self._rules.setdefault(names, {}).setdefault(tuple(matched.values[name] for name in names), [])
        if key not in keys:
            keys.append(key)

    def of(self, fact: Seen) -> list[Key]:
        """The rules whose judgement quotes a group with this fact's values.

        A judgement leaves out keys that were absent; no pattern that passed tested them, except that a value which is
        only possible convicts nobody.
        """
        values = {**with_open(fact.value), "scope": fact.subject.scope}
        found: dict[Key, None] = {}
        for names, rules in self._rules.items():
            if not all(name in values for name in names):
                continue
            if values.get("reach") == "possible" and "reach" not in names:
                continue
            found.update(dict.fromkeys(rules.get(tuple(values[name] for name in names), ())))
        return list(found)
