"""Places in JavaScript and TypeScript trees: what a word names, what is called, what is only compared."""

from tree_sitter import Node

from assay.source.adapter import Unit

CALLS = {"call_expression": "function", "new_expression": "constructor"}
THROUGH = frozenset({"await_expression", "parenthesized_expression", "as_expression", "satisfies_expression",
                      "non_null_expression"})  # fmt: skip
MEMBERS = frozenset({"member_expression", "subscript_expression"})
_DECLARING = frozenset(
    {"import_specifier", "import_clause", "namespace_import", "formal_parameters", "required_parameter",
     "optional_parameter", "object_pattern", "pair_pattern", "array_pattern", "rest_pattern", "import_statement",
     "labeled_statement", "field_definition", "public_field_definition", "property_signature", "method_signature"}
)  # fmt: skip


def named_place(node: Node) -> tuple[Node, str] | None:
    """The expression that a word is the last name of, or the pair whose key it is, with that key; None elsewhere."""
    text = (node.text or b"").decode("utf-8", "replace")
    parent = node.parent
    if node.type == "string_fragment" and parent is not None and parent.type == "string":
        node, parent = parent, parent.parent
    if parent is None or parent.type in _DECLARING:
        return None
    match node.type:
        case "property_identifier" | "string" if parent.type == "pair":
            return (parent, text) if parent.child_by_field_name("key") == node else None
        case "property_identifier" if parent.type == "method_definition":
            inside = parent.parent is not None and parent.parent.type == "object"
            return (parent, text) if inside else None
        case "property_identifier" if parent.type == "member_expression":
            return parent, ""
        case "string" if parent.type == "subscript_expression" and parent.child_by_field_name("index") == node:
            return parent, ""
        case "shorthand_property_identifier":
            return node, text
        case "identifier":
            named = parent.child_by_field_name("name") == node and parent.type != "jsx_attribute"
            return None if named else (node, "")
    return None


def literal_index(node: Node) -> bool:
    index = node.child_by_field_name("index")
    return index is not None and index.type == "string"


def last_name(parsed: Unit, node: Node) -> str:
    """The member that a member expression takes; '*' where it is chosen at run time."""
    last = node.child_by_field_name("property") or node.child_by_field_name("index")
    if last is None:
        return parsed.text(node)
    if node.type == "subscript_expression":
        return parsed.text(last)[1:-1] if last.type == "string" else "*"
    return parsed.text(last)


def called(node: Node) -> Node | None:
    """The call of an expression as it stands, or of `(0, expression)`."""
    parent = node.parent
    while parent is not None and parent.type in {"sequence_expression", "parenthesized_expression"}:
        if parent.type == "sequence_expression" and parent.named_children[-1] != node:
            return None
        node, parent = parent, parent.parent
    if parent is None or parent.type not in CALLS:
        return None
    return parent if parent.child_by_field_name(CALLS[parent.type]) == node else None


def compared(parent: Node) -> bool:
    """Whether a name is only compared, or asked for its type."""
    if parent.type == "unary_expression":
        operator = parent.child_by_field_name("operator")
        return operator is not None and operator.text in {b"typeof", b"!", b"delete"}
    if parent.type == "binary_expression":
        operator = parent.child_by_field_name("operator")
        return operator is not None and operator.text in {b"===", b"!==", b"==", b"!=", b"in", b"instanceof"}
    outer = parent.parent if parent.type == "parenthesized_expression" else None
    return outer is not None and outer.type == "if_statement"
