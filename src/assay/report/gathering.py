"""One pass over the facts: the inventory and the statements of a report, in memory that does not grow with places.

Facts are counted under the values that the inventory shows; each such row keeps its first few places, in dossier
order. A product that invents more than `ROWS` distinct combinations has the rest counted in totals only, and the
document says how many.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from assay.core.facts import Fact, Scalar
from assay.core.text import Text
from assay.report.document import Stated
from assay.report.grounds import PLACES, excerpt, place
from assay.report.inventory import AlgorithmRow, Count, FamilyRow, Inventory, KeySizeRow, Quantum, SpottedRow
from assay.report.seen import Place

ROWS = 20_000  # distinct rows per table
UNRESOLVED = 40  # places shown of uses whose algorithm could not be determined
STATEMENTS = 500  # statements shown
STATED = 1_000  # characters of a statement's field

_USE = ("algorithm", "family", "primitive", "library", "key_bits", "purpose", "quantum_vulnerable")
_SHIPPED = ("shipped", "vendored")

_Key = tuple[Scalar, ...]


class _Row(Struct):
    """Facts with equal shown values: facts, those shipped, places, and the first few places."""

    uses: int = 0
    shipped: int = 0
    places: int = 0
    first: list[Place] = field(default_factory=list)

    def add(self, fact: Fact) -> None:
        self.uses += 1
        self.shipped += fact.subject.scope in _SHIPPED
        self.places += len(fact.evidence)
        room = PLACES - len(self.first)
        if room > 0:
            self.first += [place(fact, evidence) for evidence in fact.evidence[:room]]

    def join(self, other: "_Row") -> None:
        self.uses += other.uses
        self.shipped += other.shipped
        self.places += other.places
        self.first += other.first[: max(0, PLACES - len(self.first))]


class Gathered(Struct):
    """What one pass leaves. Call `add` for each fact in dossier order, then the two methods at the end."""

    uses: dict[_Key, _Row] = field(default_factory=dict)
    protocols: dict[_Key, _Row] = field(default_factory=dict)
    misuses: dict[_Key, _Row] = field(default_factory=dict)
    unresolved: int = 0
    unresolved_first: list[Place] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    statements: int = 0
    unlisted: int = 0
    quantum: dict[Scalar, int] = field(default_factory=dict)

    def add(self, fact: Fact) -> None:
        value = fact.value
        match fact.kind:
            case "crypto.use":
                self._row(self.uses, tuple(map(value.get, _USE)), fact)
                vulnerable = value.get("quantum_vulnerable")
                self.quantum[vulnerable] = self.quantum.get(vulnerable, 0) + 1
                if value.get("algorithm") is None:
                    self._unresolved(fact)
            case "crypto.protocol":
                self._row(self.protocols, (value.get("protocol"), value.get("version"), value.get("library")), fact)
            case "crypto.misuse":
                self._row(self.misuses, (value.get("misuse"), value.get("cwe"), value.get("library")), fact)
            case "statement":
                self.statements += 1
                if len(self.stated) < STATEMENTS:
                    self.stated.append(_stated(value))

    def _row(self, rows: dict[_Key, _Row], key: _Key, fact: Fact) -> None:
        row = rows.get(key)
        if row is None:
            if len(rows) >= ROWS:
                self.unlisted += 1
                return
            row = rows[key] = _Row()
        row.add(fact)

    def _unresolved(self, fact: Fact) -> None:
        self.unresolved += 1
        if len(self.unresolved_first) < UNRESOLVED:
            self.unresolved_first += [place(fact, evidence) for evidence in fact.evidence[:1]]

    def inventory(self) -> Inventory:
        """The tables of the inventory, most used first, ties by name."""
        return Inventory(
            sum(self.quantum.values()),
            _algorithms(self.uses),
            _families(self.uses),
            _counted((key[3], row.uses) for key, row in self.uses.items()),
            _key_sizes(self.uses),
            Quantum(self.quantum.get(True, 0), self.quantum.get(False, 0), self.quantum.get(None, 0)),
            _spotted(self.protocols),
            _spotted(self.misuses),
            self.unresolved,
            tuple(self.unresolved_first),
            self.unlisted,
        )

    def statements_unlisted(self) -> int:
        return self.statements - len(self.stated)


def gather(facts: Iterable[Fact]) -> Gathered:
    gathered = Gathered()
    for fact in facts:
        gathered.add(fact)
    return gathered


def _algorithms(uses: Mapping[_Key, _Row]) -> tuple[AlgorithmRow, ...]:
    groups: dict[str, list[tuple[_Key, _Row]]] = {}
    for key, row in uses.items():
        if key[0] is not None:
            groups.setdefault(str(key[0]), []).append((key, row))
    rows = [_algorithm(name, members) for name, members in groups.items()]
    return tuple(sorted(rows, key=lambda row: (-row.uses, row.algorithm)))


def _algorithm(name: str, members: list[tuple[_Key, _Row]]) -> AlgorithmRow:
    total = _Row()
    for _, row in members:
        total.join(row)
    flags = {key[6] for key, _ in members}
    vulnerable = True if True in flags else (False if flags == {False} else None)
    return AlgorithmRow(
        name,
        _first_text(key[1] for key, _ in members),
        _first_text(key[2] for key, _ in members),
        total.uses,
        total.shipped,
        total.places,
        vulnerable,
        _counted((key[3], row.uses) for key, row in members),
        _counted((key[5], row.uses) for key, row in members),
        _counted((key[4], row.uses) for key, row in members if key[4] is not None),
        tuple(total.first),
    )


def _families(uses: Mapping[_Key, _Row]) -> tuple[FamilyRow, ...]:
    totals: dict[str | None, list[int]] = {}
    for key, row in uses.items():
        family = None if key[1] is None else str(key[1])
        counts = totals.setdefault(family, [0, 0])
        counts[0] += row.uses
        counts[1] += row.uses if key[6] is True else 0
    rows = [FamilyRow(family, *counts) for family, counts in totals.items()]
    return tuple(sorted(rows, key=lambda row: (-row.uses, row.family is None, row.family or "")))


def _key_sizes(uses: Mapping[_Key, _Row]) -> tuple[KeySizeRow, ...]:
    totals: dict[tuple[str | None, int | None], int] = {}
    for key, row in uses.items():
        if isinstance(key[4], int):
            group = (None if key[1] is None else str(key[1]), int(key[4]))
            totals[group] = totals.get(group, 0) + row.uses
    rows = [KeySizeRow(family, bits, count) for (family, bits), count in totals.items()]
    return tuple(sorted(rows, key=lambda row: (row.family is None, row.family or "", row.bits or 0)))


def _spotted(found: Mapping[_Key, _Row]) -> tuple[SpottedRow, ...]:
    groups: dict[tuple[Scalar, Scalar], list[tuple[_Key, _Row]]] = {}
    for key, row in found.items():
        groups.setdefault((key[0], key[1]), []).append((key, row))
    rows = []
    for (name, detail), members in groups.items():
        total = _Row()
        for _, row in members:
            total.join(row)
        libraries = _counted((key[2], row.uses) for key, row in members)
        text = None if name is None else str(name)
        rows.append(SpottedRow(text, detail, total.uses, total.shipped, total.places, libraries, tuple(total.first)))
    return tuple(sorted(rows, key=lambda row: (-row.uses, row.name or "", str(row.detail))))


def _counted(pairs: Iterable[tuple[Scalar, int]]) -> tuple[Count, ...]:
    totals: dict[Scalar, int] = {}
    for name, count in pairs:
        totals[name] = totals.get(name, 0) + count
    rows = [Count(name, count) for name, count in totals.items()]
    return tuple(sorted(rows, key=lambda row: (-row.count, row.name is None, str(row.name))))


def _first_text(names: Iterable[Scalar]) -> str | None:
    known = sorted({str(name) for name in names if name is not None})
    return known[0] if known else None


def _stated(value: Mapping[str, Scalar]) -> Stated:
    def text(key: str) -> str:
        item = value.get(key)
        return "" if item is None else excerpt(str(item), STATED)

    who = text("who")
    words = Text(f"stated by {who}, not verified", f"由 {who} 声明，未经核实")
    if value.get("trust") == "claim":
        words = Text(f"claimed inside the delivery by {who}, not verified", f"交付物内 {who} 自称，未经核实")
    return Stated(
        text("claim"), text("content"), who, text("role"), text("date"), text("expires"), text("document"), words
    )
