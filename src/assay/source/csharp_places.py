"""Places in C# trees: what a name stands in, what a declaration gives, what a class implements."""

from tree_sitter import Node

from assay.source.adapter import Unit

TYPED = frozenset({"variable_declaration", "property_declaration", "parameter"})


def is_hidden(parent: Node) -> bool:
    """Whether a name stands in `nameof(...)`, in an attribute or in a directive."""
    above = parent.parent.parent if parent.type == "argument" and parent.parent is not None else None
    callee = above.child_by_field_name("function") if above is not None else None
    return (callee is not None and callee.text == b"nameof") or parent.type in {"attribute", "using_directive"}


def names_type(parent: Node, node: Node) -> bool:
    return parent.type == "nullable_type" or parent.child_by_field_name("type") == node


def is_callee(node: Node) -> bool:
    """Whether a generic name is that of a call, which can make what its type arguments name."""
    above = node.parent
    while above is not None and above.type in {"member_access_expression", "member_binding_expression"}:
        node, above = above, above.parent
    return above is not None and above.type == "invocation_expression" and above.child_by_field_name("function") == node


def plain_name(parsed: Unit, node: Node) -> str:
    """A dotted name without spaces, type arguments, `?` and `!`."""
    text = "".join(parsed.text(node).split()).replace("?.", ".").replace("!.", ".").replace("@", "")
    return text.partition("<")[0] if text.endswith(">") else text


def is_constant(parsed: Unit, node: Node) -> bool:
    """A member that is itself the object of a member: `Holder.CONSTANT.Name`, where the owner is no namespace."""
    owner, _, field = plain_name(parsed, node).rpartition(".")
    return "." not in owner and owner[:1].isupper() and field.upper() == field


def target_type(node: Node) -> Node | None:
    """The type of the variable or property to which `new(...)` goes."""
    above = node.parent
    while above is not None and above.type == "variable_declarator":
        above = above.parent
    found = above.child_by_field_name("type") if above is not None and above.type in TYPED else None
    return found.named_children[0] if found is not None and found.type == "nullable_type" else found


def given_value(declaration: Node) -> Node | None:
    """What stands behind the sign of equality."""
    children = declaration.children
    at = next((place for place, child in enumerate(children) if child.type == "="), None)
    return next((child for child in children[at + 1 :] if child.is_named), None) if at is not None else None


def is_fixed(parsed: Unit, declarator: Node) -> bool:
    """Whether the declaration is `const` or `readonly`."""
    holder = declarator.parent.parent if declarator.parent is not None else None
    words = (
        {parsed.text(child) for child in holder.children if child.type == "modifier"} if holder is not None else set()
    )
    return not words.isdisjoint({"const", "readonly"})


def methods_of(parsed: Unit, body: Node) -> dict[str, Node]:
    """The methods of a class body by name."""
    named = (
        (child, child.child_by_field_name("name"))
        for child in body.named_children
        if child.type == "method_declaration"
    )
    return {parsed.text(name): child for child, name in named if name is not None}
