"""What a parsed unit remembers, so that nothing is looked for twice: the way to a node, and answers of a whole file.

Going up from a node costs the depth at every step, so the nodes around it are found from the root; and places are
looked at in the order of the text, so most of the way to the next one is known.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Set
from functools import wraps
from operator import itemgetter
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from tree_sitter import Node

if TYPE_CHECKING:
    from assay.source.adapter import Unit

Told = TypeVar("Told")
UnitLike = TypeVar("UnitLike", bound="Unit")


class Trail:
    """The nodes around the node that was looked at last, from the root on.

    A node that is no root, and is not empty, is below any other whose bytes lie around its own and are more.
    """

    def __init__(self, root: Node, functions: Set[str]) -> None:
        self._functions = functions
        self._nodes, self._spans = [root], [root.byte_range]
        self._inside = [root if root.type in functions else None]  # the innermost function, at the first of the nodes

    def reach(self, node: Node, deepest: int | None = None) -> bool:
        """Follow the tree to a node; False when as many nodes as `deepest`, or more, stand around it."""
        nodes, spans = self._nodes, self._spans
        start, end = span = node.byte_range
        keep = len(nodes)
        while keep > 1:
            first, past = around = spans[keep - 1]
            if first <= start < end <= past and around != span:
                break
            keep -= 1
        if keep < len(nodes):
            del nodes[keep:], spans[keep:], self._inside[keep:]
        step = nodes[-1].child_with_descendant(node) if node != nodes[-1] else None
        while step is not None and step != node:
            if deepest is not None and len(nodes) >= deepest:
                return False
            nodes.append(step)
            spans.append(step.byte_range)
            step = step.child_with_descendant(node)
        return deepest is None or len(nodes) < deepest

    def above(self, node: Node) -> list[Node]:
        """The nodes around a node, innermost first."""
        self.reach(node)
        return self._nodes[::-1] if node != self._nodes[0] else []

    def function_of(self, node: Node) -> Node | None:
        """The innermost function around a node, or the node where it is one."""
        if node.type in self._functions:
            return node
        self.reach(node)
        inside = self._inside
        for step in self._nodes[len(inside) :]:
            inside.append(step if step.type in self._functions else inside[-1])
        return inside[-1]


class Below(Generic[Told]):
    """What was found in a file, by the nodes at which it stands: what is below a node is told without a query."""

    def __init__(self, found: Iterable[tuple[Node, Told]]) -> None:
        rows = [(node.start_byte, at, node.end_byte, told) for at, (node, told) in enumerate(found)]
        self._rows = sorted(rows, key=itemgetter(0, 1))
        self._starts = [row[0] for row in self._rows]

    def below(self, node: Node) -> list[Told]:
        """What stands at a node or below it, in the order in which it was found."""
        start, end = node.byte_range
        rows = self._rows[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        return [row[3] for row in sorted((row for row in rows if row[2] <= end), key=itemgetter(1))]


def noted(question: "Callable[[UnitLike], Told]") -> "Callable[[UnitLike], Told]":
    """A question about a unit as a whole, answered once and kept as long as the unit."""

    @wraps(question)
    def ask(parsed: "UnitLike") -> Told:
        notes = parsed.notes
        if question not in notes:
            notes[question] = question(parsed)
        return cast(Told, notes[question])

    return ask
