"""Which assignments a unit has: those below a scope, and those of the file to one name.

Part of `parsed.Parsed`. Most names are asked for once in a file, and most files assign thousands: so a name is looked
for as bytes, and the query of the language runs only where it stands.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from tree_sitter import Node

from assay.source.adapter import Adapter
from assay.source.names import whole
from assay.source.places import Binding
from assay.source.trail import Below

MOST_PLACES = 64  # of a name; where it stands more often, all assignments of the file are found
Captures = dict[str, list[Node]]
Known = tuple[Mapping[str, tuple[Binding, ...]], Sequence[Binding]]


class Assigned:
    """The half of a unit that knows its assignments."""

    adapter: Adapter
    content: bytes
    root: Node

    def __init__(self) -> None:
        self._bindings: dict[int, Mapping[str, tuple[Binding, ...]]] = {}
        self._inner: dict[str, list[Binding]] = {}  # assignments in functions, once those of the file are known
        self._named: dict[str, Known] = {}

    def matches(self, query: str, node: Node, depth: int | None = None) -> list[Captures]:
        raise NotImplementedError

    def matches_at(self, query: str, places: Iterable[tuple[int, int]]) -> list[Captures]:
        raise NotImplementedError

    def function_of(self, node: Node) -> Node | None:
        raise NotImplementedError

    @cached_property
    def assignments(self) -> list[Captures]:
        """Captures of `Adapter.binding_query` in the whole file, which are kept: for adapters that bind at once."""
        return self.matches(self.adapter.binding_query, self.root)

    @cached_property
    def _placed(self) -> Below[Captures]:
        return Below((next(iter(row.values()))[0], row) for row in self.assignments)

    def bindings(self, scope: Node) -> Mapping[str, tuple[Binding, ...]]:
        """Assignments below a scope, by name, in order of text; of the whole file, only constants and fields."""
        known = self._bindings.get(scope.id)
        if known is None:
            rows: dict[str, list[Binding]] = {}
            if scope == self.root:
                self._sort(self._bound(self.assignments), rows, self._inner)
            else:
                at_once = self.adapter.binds_at_once or "assignments" in self.__dict__
                found = self._placed.below(scope) if at_once else self.matches(self.adapter.binding_query, scope)
                for name, _, binding in self._bound(found):
                    rows.setdefault(name, []).append(binding)
            known = self._bindings[scope.id] = {name: _assigning(row) for name, row in rows.items()}
        return known

    def declared(self, name: str) -> tuple[Binding, ...]:
        """Assignments to a constant of the file or class; where there are none, to a field of that name."""
        rows = self._declared(name)[0]
        return rows.get(name) or rows.get(f"self.{name}") or ()

    def _declared(self, name: str) -> Known:
        """`bindings` of the whole file, of which only a name counts, and assignments to that name in functions."""
        known = self._named.get(name)
        if known is None:
            known = self._named[name] = self._found(name) or (self.bindings(self.root), self._inner.get(name, ()))
        return known

    def _found(self, name: str) -> Known | None:
        """The same from the places where the name stands; None where these are many, or all of the file is known."""
        if self.root.id in self._bindings or self.adapter.binds_at_once or not name.isidentifier():
            return None
        word = name.encode()
        places = list(islice(whole(self.content, word), MOST_PLACES + 1))
        if len(places) > MOST_PLACES:
            return None
        found = self.matches_at(self.adapter.binding_query, ((at, at + len(word)) for at in places))
        rows, inner = dict[str, list[Binding]](), dict[str, list[Binding]]()
        self._sort((row for row in self._bound(found) if row[0] in {name, f"self.{name}"}), rows, inner)
        return {key: _assigning(row) for key, row in rows.items()}, inner.get(name, ())

    def _sort(
        self,
        bound: Iterable[tuple[str, Node, Binding]],
        rows: dict[str, list[Binding]],
        inner: dict[str, list[Binding]],
    ) -> None:
        """Assignments of the file and its classes, and of objects, into `rows`; those of functions into `inner`."""
        last = None
        for name, place, binding in bound:
            if not name.startswith("self."):  # most stand in one function after the other
                last = last if _inside(place, last) else self.function_of(place)
            into = rows if name.startswith("self.") or last is None else inner
            into.setdefault(name, []).append(binding)

    def _bound(self, rows: Iterable[Captures]) -> Iterator[tuple[str, Node, Binding]]:
        """Name, place and value of each assignment."""
        for captures in rows:
            found = self._binding(captures)
            if found is not None:
                name, place, binding = found
                yield name, place, Binding(binding.value, binding.final, place, binding.filled)

    def _binding(self, captures: Captures) -> tuple[str, Node, Binding] | None:
        raise NotImplementedError


def _assigning(row: list[Binding]) -> tuple[Binding, ...]:
    """In order of text. A declaration without a value counts only where nothing is assigned."""
    assigned = [item for item in row if item.value is not None or not item.final]
    return tuple(sorted(assigned or row, key=_start))


def _start(binding: Binding) -> int:
    return binding.place.start_byte if binding.place is not None else 0


def _inside(node: Node, outer: Node | None) -> bool:
    """Whether a node is below another: of two with the same bytes either may be the one around."""
    return outer is not None and outer.start_byte < node.start_byte < node.end_byte < outer.end_byte
