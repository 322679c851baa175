"""Which way a condition goes, where its values decide it, and which assignments that leaves.

A comparison is decided when both sides are known in full and every combination gives the same; `and`, `or` and `not`
as usual. An assignment under a condition that is never met does not count; one under conditions that are all met
replaces those before it. *It cannot see* conditions on what loops build, exceptions, and what a condition itself does.
"""

from collections.abc import Sequence
from itertools import product

from tree_sitter import Node

from assay.source.answers import Answer, Value
from assay.source.entering import Entering
from assay.source.order import in_loop
from assay.source.places import Binding

_BRANCHING = frozenset({"if_statement", "if_expression", "elif_clause"})
_PLAIN = frozenset(
    {"block", "statement_block", "compound_statement", "else_clause", "expression_statement", "statement_list",
     "parenthesized_expression", "local_variable_declaration", "variable_declarator", "declaration"}
)  # fmt: skip
_COMPARING = {
    "<": lambda left, right: left < right, ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right, ">=": lambda left, right: left >= right,
}  # fmt: skip
_SAME = frozenset({"==", "===", "is"})
_OTHER = frozenset({"!=", "!==", "is not"})
_EQUALS = frozenset({"equals", "Equals", "equalsIgnoreCase"})


def decided(resolver: Entering, node: Node, seen: frozenset[int]) -> bool | None:
    """Which way a condition goes; None when nobody can tell."""
    adapter = resolver.parsed.adapter
    if adapter.kind(node) == "group" or node.type == "parenthesized_expression":
        inner = adapter.inner(node)
        return decided(resolver, inner, seen) if inner is not None else None
    if node.type in {"unary_expression", "not_operator"} and node.children[0].type in {"!", "not"}:
        outcome = decided(resolver, node.named_children[-1], seen)
        return None if outcome is None else not outcome
    sign, left, right = _parts(resolver, node)
    if left is not None and right is not None:
        if sign in {"&&", "and", "||", "or"}:
            sides = (decided(resolver, left, seen), decided(resolver, right, seen))
            final = sign in {"||", "or"}
            return final if final in sides else (not final if None not in sides else None)
        if sign in _COMPARING or sign in _SAME or sign in _OTHER:
            return _compared(sign, resolver.value(left, seen), resolver.value(right, seen))
        return None
    return _called(resolver, node, seen)


def _parts(resolver: Entering, node: Node) -> tuple[str, Node | None, Node | None]:
    if node.type == "comparison_operator" and len(node.named_children) == 2:
        left, right = node.named_children
        return resolver.parsed.content[left.end_byte : right.start_byte].decode("utf-8", "replace").strip(), left, right
    operator = node.child_by_field_name("operator")
    sign = resolver.parsed.text(operator) if operator is not None else ""
    return sign, node.child_by_field_name("left"), node.child_by_field_name("right")


def _called(resolver: Entering, node: Node, seen: frozenset[int]) -> bool | None:
    """`a.equals(b)`, `a.isEmpty()`, and anything that is a boolean or a number by itself."""
    adapter, parsed = resolver.parsed.adapter, resolver.parsed
    method = adapter.method(node) if node.type in adapter.calls else None
    receiver = adapter.receiver(node) if method is not None else None
    if method is not None and receiver is not None:
        told = parsed.text(method)
        given = adapter.arguments(parsed, adapter.argument_list(node)).positional
        if told in _EQUALS and len(given) == 1:
            return _compared("==", resolver.value(receiver, seen), resolver.value(given[0], seen))
        if told == "isEmpty" and not given:
            return _compared("==", resolver.value(receiver, seen), Answer((Value("text", "", 0),)))
    answer = resolver.value(node, seen)
    outcomes = {_truth(item) for item in answer.values} if answer.complete else {None}
    return outcomes.pop() if len(outcomes) == 1 else None


def _truth(item: Value) -> bool | None:
    if item.kind == "boolean":
        return item.text == "true"
    return item.text != "0" if item.kind == "number" else None


def _compared(sign: str, left: Answer, right: Answer) -> bool | None:
    if not left.complete or not right.complete or not left.values or not right.values:
        return None
    outcomes = {_outcome(sign, *pair) for pair in product(left.values, right.values)}
    return outcomes.pop() if len(outcomes) == 1 else None


def _outcome(sign: str, left: Value, right: Value) -> bool | None:
    if left.kind != right.kind or left.kind not in {"number", "text", "boolean", "null"}:
        return None
    if left.kind == "text" and (left.size != len(left.text) or right.size != len(right.text)):
        return None
    if sign in _SAME or sign in _OTHER:
        return (left.text == right.text) == (sign in _SAME)
    return _COMPARING[sign](int(left.text), int(right.text)) if left.kind == "number" else None


def live(resolver: Entering, bound: Sequence[Binding], use: Node, seen: frozenset[int]) -> tuple[Binding, ...]:
    """The assignments that reach a use along conditions that can be met."""
    kept: list[Binding] = []
    for item in bound:
        met = executed(resolver, item.place, use, seen) if item.place is not None and len(bound) > 1 else None
        if met is False:
            continue
        ahead = item.place is not None and item.place.end_byte <= use.start_byte
        replaces = met is True and ahead and (item.value is not None or item.filled)
        kept = [item] if replaces else [*kept, item]
    return tuple(kept)


def executed(resolver: Entering, place: Node, use: Node, seen: frozenset[int]) -> bool | None:
    """Whether the conditions around a place, up to what holds the use as well, are all met, or one never is."""
    inner, outer, met = place, place.parent, True
    conditions = 0
    while outer is not None and not _holds(outer, use):
        if outer.type in _BRANCHING:
            condition, consequence = outer.child_by_field_name("condition"), outer.child_by_field_name("consequence")
            if condition is None or inner == condition:
                return None
            outcome = resolver.decided(condition, seen)
            if outcome is not None and outcome != (inner == consequence):
                return False
            met, conditions = met and outcome is not None, conditions + 1
        elif outer.type not in _PLAIN:
            met = False
        inner, outer = outer, outer.parent
    if outer is not None and outer.type in _BRANCHING:  # one of them in the condition, or each in a branch of its own
        ways = [outer.child_by_field_name(field) for field in ("consequence", "alternative")]
        apart = inner in ways and any(way is not None and way != inner and _holds(way, use) for way in ways)
        return False if apart and not in_loop(resolver.parsed, outer) else None
    return True if met and conditions else None


def _holds(outer: Node, node: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte
