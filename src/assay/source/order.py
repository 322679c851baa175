"""The order in which the assignments of a function reach what stands behind them, as far as its blocks tell."""

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from assay.source.adapter import Unit
from assay.source.names import standing
from assay.source.places import Binding

MOST_ASSIGNED = 64  # assignments to one name that are told apart


def always_before(parsed: Unit, place: Node, use: Node) -> bool:
    """Whether every path to a use passes an assignment: it stands in a block that holds the use."""
    block = _block_of(parsed, place)
    return block is not None and any(above.id == block.id for above in around(use))


def in_loop(parsed: Unit, node: Node) -> bool:
    return any(above.type in parsed.adapter.loops for above in around(node))


def only_literals(parsed: Unit, binding: Binding, use: Node) -> bool:
    """Whether nothing but literals can have been put into a new array by the time of a use."""
    place, function = binding.place, parsed.function_of(use)
    if place is None or function is None or use.start_byte < place.end_byte:
        return False
    between = (
        node
        for node in parsed.mentions(parsed.text(use), function)
        if place.end_byte <= node.start_byte < use.start_byte
    )
    return all(_puts_literal(parsed, node) for node in between)


def _puts_literal(parsed: Unit, node: Node) -> bool:
    """`name[3] = 20`, or the length of it."""
    access = node.parent
    if access is not None and access.type == "field_access":
        return True
    place = access.parent if access is not None and access.type == "array_access" else None
    value = place.child_by_field_name("right") if place is not None and place.type == "assignment_expression" else None
    while value is not None and value.type in {"cast_expression", "parenthesized_expression"}:
        value = value.named_children[-1]
    return value is not None and parsed.adapter.kind(value) in {"number", "text"}


def reaching(parsed: Unit, bound: Sequence[Binding], use: Node) -> tuple[Binding, ...]:
    """Those of the assignments to a local name whose value a use in the same function can see.

    1. An assignment behind the use reaches it only through a loop around both.
    2. An assignment that every path to the use passes replaces all before it: it stands earlier in a block that
       holds the use.
    """
    function = parsed.function_of(use) or parsed.root
    if (
        not 1 < len(bound) <= MOST_ASSIGNED
        or parsed.content.find(b"goto ", function.start_byte, function.end_byte) >= 0
    ):
        return tuple(bound)
    loops = [above for above in around(use) if above.type in parsed.adapter.loops]

    def ahead(item: Binding, past: Node | None) -> bool:
        place = item.place
        if place is None or (place.start_byte < use.start_byte and not within(use, place)):
            return True
        return any(within(place, loop) and not (past and within(past, loop)) for loop in loops)

    seen = [item for item in bound if ahead(item, None)]
    blocks = {above.id for above in around(use)}
    last = -1
    for index, item in enumerate(seen):
        place = item.place
        if place is None or place.end_byte > use.start_byte or (item.value is None and not item.filled):
            continue
        block = _block_of(parsed, place)
        if block is not None and block.id in blocks:
            last = index
    # What follows the replacing assignment in a loop comes round to the use again only past that assignment.
    return tuple(item for item in seen[last:] if ahead(item, seen[last].place)) if last >= 0 else tuple(seen)


def overwritten(parsed: Unit, node: Node) -> bool:
    """Whether the value goes into a local variable that the same block assigns again before anything reads it."""
    name, function = parsed.assigned_to(node), parsed.function_of(node)
    if function is None or not name.isidentifier():
        return False
    bound = parsed.bindings(function).get(name, ())[:MOST_ASSIGNED]
    own = next((item.place for item in bound if within(node, item.place)), None)
    if own is None:
        return False
    mention = next(standing(parsed.content, name, own.end_byte, function.end_byte), None)
    if mention is None:
        return False
    other = next((item for item in bound if item.place is not None and item.place.start_byte == mention), None)
    if (
        other is None
        or other.place is None
        or other.value is None
        or (block := _block_of(parsed, own)) is None  # a case of a switch, a branch without a block
        or _block_of(parsed, other.place) != block
    ):
        return False
    return next(standing(parsed.content, name, other.value.start_byte, other.value.end_byte), None) is None


def _block_of(parsed: Unit, place: Node) -> Node | None:
    """The block whose statement an assignment is; None when it is only part of one, as in `if ((x = f()))`."""
    above = place.parent
    while above is not None and above.type in parsed.adapter.statements:
        above = above.parent
    return above if above is not None and above.type in parsed.adapter.blocks else None


def around(node: Node) -> Iterator[Node]:
    """The nodes around a node, innermost first."""
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def within(node: Node, outer: Node | None) -> bool:
    return outer is not None and outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte
