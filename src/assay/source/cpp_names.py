"""Names, paths and declarators of the tree-sitter-cpp grammar, as `cpp.py` reads them."""

from collections.abc import Iterator

from tree_sitter import Node

from assay.source.adapter import Unit

PATHS = frozenset({"qualified_identifier", "template_type", "template_function", "dependent_name", "template_method"})
NAMES = frozenset({"identifier", "type_identifier", "namespace_identifier"})
_DECLARED_BY = frozenset({"init_declarator", "pointer_declarator", "array_declarator", "function_declarator",
                          "reference_declarator", "parameter_declaration", "optional_parameter_declaration",
                          "declaration", "field_declaration", "for_range_loop"})  # fmt: skip


def as_argument(parameter: Node) -> Node:
    """The argument that a parameter of a declaration read as a variable is."""
    kind = parameter.child_by_field_name("type")
    return kind if kind is not None and parameter.child_by_field_name("declarator") is None else parameter


def real_children(node: Node) -> list[Node]:
    return [child for child in node.named_children if not child.is_extra]


def fields_of(node: Node) -> set[str]:
    return {"parameters"} if node.child_by_field_name("parameters") is not None else set()


def inner_of(node: Node) -> Node | None:
    inner = node.child_by_field_name("declarator")
    if inner is None and node.type in {"reference_declarator", "parenthesized_declarator", "attributed_declarator"}:
        inner = next(iter(real_children(node)), None)
    return inner


def declared_in(node: Node | None) -> Node | None:
    """The name inside pointer, reference, array and function declarators."""
    while node is not None and node.type not in {*NAMES, "field_identifier", *PATHS, "operator_name"}:
        node = inner_of(node)
    return node


def last_of(node: Node | None) -> Node | None:
    """The last name of a path."""
    while node is not None and node.type in PATHS:
        node = node.child_by_field_name("name") or node.child_by_field_name("scope")
    return node


def path_of(parsed: Unit, node: Node | None) -> str:
    """A path with dots and without the arguments of its templates; '' when it is none."""
    if node is None:
        return ""
    if node.type in NAMES or node.type == "field_identifier":
        return parsed.text(node)
    if node.type == "nested_namespace_specifier":
        return parsed.text(node).replace("::", ".")
    if node.type not in PATHS:
        return ""
    parts = (path_of(parsed, node.child_by_field_name(field)) for field in ("scope", "name"))
    return ".".join(filter(None, parts))


def is_part(path: Node, node: Node) -> bool:
    return node in (path.child_by_field_name("scope"), path.child_by_field_name("name"))


def is_declared(parent: Node, node: Node) -> bool:
    """Whether a name is what is declared there, not what it is declared with."""
    if parent.type not in _DECLARED_BY and parent.type not in {"type_definition", "alias_declaration"}:
        return False
    if parent.type in {"reference_declarator", "type_definition", "alias_declaration"}:
        return parent.child_by_field_name("type") != node
    return node in parent.children_by_field_name("declarator")


def template_arguments(node: Node) -> Iterator[Node]:
    if node.type in {"template_type", "template_function"}:
        given = node.child_by_field_name("arguments")
        yield from real_children(given) if given is not None else ()
    elif node.type == "qualified_identifier":
        for field in ("scope", "name"):
            inner = node.child_by_field_name(field)
            if inner is not None:
                yield from template_arguments(inner)
