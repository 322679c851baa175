"""Facts from what key material gave: one per certificate or key and file, one per use of an algorithm and file.

The same certificate twice in a file is one fact with two places. A place is the line of a block, or the file alone.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from assay.core.examination import FileMeta
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.examinations.cipher.material.found import Item

_Key = tuple[str, frozenset[tuple[str, Scalar]]]


class Statements(Struct):
    """Collects the facts of one unit."""

    meta: FileMeta
    by: str
    uses: bool = True
    _held: dict[_Key, tuple[Mapping[str, Scalar], list[Evidence]]] = field(default_factory=dict)

    def add(self, item: Item, line: int, excerpt: str, encoding: str) -> None:
        place = Evidence(self.meta.path, line, excerpt)
        self._hold("crypto.material", {**item.material, "encoding": encoding}, place)
        for use in item.uses if self.uses else ():
            self._hold("crypto.use", use, place)

    def misuse(self, algorithm: Scalar, line: int, excerpt: str, reach: str) -> None:
        """A private key written into code."""
        value: dict[str, Scalar] = {
            "misuse": "hard-coded-key",
            "cwe": 321,
            "algorithm": algorithm,
            "seen": "constant",
            "state": "used",
            "reach": reach,
        }
        self._hold("crypto.misuse", value, Evidence(self.meta.path, line, excerpt))

    def facts(self) -> Iterator[Fact]:
        subject: Subject = self.meta.subject()
        for (kind, _), (value, places) in self._held.items():
            yield Fact(kind, subject, value, self.by, tuple(places))

    def __len__(self) -> int:
        return len(self._held)

    def _hold(self, kind: str, value: Mapping[str, Scalar], place: Evidence) -> None:
        places = self._held.setdefault((kind, frozenset(value.items())), (value, []))[1]
        if not places or places[-1] != place:
            places.append(place)
