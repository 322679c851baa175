"""What a class gives to the maker of the class that it is made from: `super(...)`, `: base(...)`, `: Parent(...)`.

*It cannot see* C++'s lists of initialisers, and makers that are called under another name.
"""

import re
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace
from tree_sitter import Node

from assay.source.names import whole
from assay.source.parsed import Parsed
from assay.source.places import Arguments, Site

MOST_PLACES = 64  # where a class may call the maker of its parent
_CLASSES = frozenset(
    {"class_declaration", "class_definition", "class", "abstract_class_declaration", "record_declaration",
     "object_declaration", "object_literal", "companion_object", "object_creation_expression", "anonymous_class"}
)  # fmt: skip
_INHERITING = frozenset(
    {"superclass", "base_list", "base_clause", "class_heritage", "delegation_specifier"}
)  # where a parent is named; in Python, among the arguments of a class
_LISTS = frozenset({"argument_list", "value_arguments", "arguments"})
_BESIDE = frozenset({"constructor_invocation", "primary_constructor_base_type", "base_list"})
_CALLING = frozenset(
    {"explicit_constructor_invocation", "constructor_initializer", "constructor_delegation_call", "call_expression",
     "scoped_call_expression", "call"}
)  # fmt: skip
_WORD = re.compile(rb"\b(super|base|parent|__init__|__new__)\b")
_MAKER = re.compile(r"\s*:?\s*(?:super|base|parent\s*::\s*__construct)\s*\(")
_PYTHON = re.compile(r"[\w.]+(?:\([^()]*\))?\s*\.\s*__(?:init|new)__\s*\(")
_HANDING_ON = frozenset({"JavaScript", "PHP", "Python", "TypeScript"})  # an heir without a maker has that of its parent
_ITSELF = frozenset({"self", "cls"})


def of_parent(parsed: Parsed, site: Site) -> Site:
    """The site of a class that another is made from, as it is given what the other gives to its maker."""
    given, own = given_to_parent(parsed, site.node), site.arguments or Arguments()
    return replace(site, arguments=replace(given, named={**own.named, **given.named}))


def given_to_parent(parsed: Parsed, node: Node) -> Arguments:
    """What the class whose parent the node names gives to the maker of that; spread where nobody can tell."""
    found = list(_gifts(parsed, node))
    return found[0] if len(found) == 1 else Arguments(spread=bool(found) or parsed.adapter.name in _HANDING_ON)


def heirs_in(parsed: Parsed, name: str) -> Iterator[tuple[Node, Arguments]]:
    """Where a class of the unit names its parent, once for each way in which it calls the maker of that."""
    for place in islice(whole(parsed.content, name.encode()), MOST_PLACES):
        node = parsed.at(place, len(name.encode()))
        above = parsed.above(node)[:4] if node is not None else []
        if node is not None and any(one.type in _INHERITING or _is_listed(one, above) for one in above):
            named = above[0] if above[0].type == "user_type" else node  # Kotlin's names of types
            yield from ((node, given) for given in _gifts(parsed, named))


def _is_listed(holder: Node, above: list[Node]) -> bool:
    """Whether a node is among the arguments of a class of Python."""
    return holder.type == "class_definition" and holder.child_by_field_name("superclasses") in above


def _gifts(parsed: Parsed, node: Node) -> Iterator[Arguments]:
    beside = _beside(node)
    holder = next((above for above in parsed.above(node) if above.type in _CLASSES), None)
    found = [beside] if beside is not None else _calls(parsed, holder) if holder is not None else []
    for row in found:
        held = row.parent if row.type == "value_arguments" else row  # as Kotlin's adapter has it
        given = parsed.adapter.arguments(parsed, held)
        own = given.positional[:1] and parsed.text(given.positional[0]) in _ITSELF
        yield replace(given, positional=given.positional[1:]) if own else given


def _beside(node: Node) -> Node | None:
    """The arguments that stand behind the name of the parent."""
    above, after = node.parent, node.next_named_sibling
    return after if above is not None and above.type in _BESIDE and after is not None and after.type in _LISTS else None


def _calls(parsed: Parsed, holder: Node) -> list[Node]:
    maker = _PYTHON if parsed.adapter.name == "Python" else _MAKER
    found: dict[int, Node] = {}
    for word in list(_WORD.finditer(parsed.content, holder.start_byte, holder.end_byte))[:MOST_PLACES]:
        place = parsed.at(word.start(1), len(word[1]))
        around = [place, *parsed.above(place)] if place is not None else []
        inner = next((above for above in around if above.type in _CLASSES), None)
        call = next((one for one in around[:5] if one.type in _CALLING and maker.match(parsed.text(one))), None)
        given = next((child for child in call.named_children if child.type in _LISTS), None) if call else None
        if given is not None and inner == holder:
            found[given.start_byte] = given
    return list(found.values())
