"""Names, `use` clauses and array literals of PHP."""

import re
from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node

from assay.source.adapter import Unit

ARRAYS = frozenset({"array_creation_expression"})
_OWN = "(function_definition name: (name) @name)"
_REPEATED = re.compile(
    rb"str_repeat\(\s*(?:\"(?:\\0|\\x00|[^\"\\$])\"|'[^'\\]'|chr\(\d+\))\s*,\s*(\d{1,6})\s*\)", re.IGNORECASE
)


@lru_cache(maxsize=4)
def own_functions(parsed: Unit) -> frozenset[str]:
    return frozenset(parsed.text(node).lower() for row in parsed.matches(_OWN, parsed.root) for node in row["name"])


def repeated(node: Node) -> int | None:
    """Size of `str_repeat("\\0", 16)`."""
    found = _REPEATED.fullmatch(node.text or b"") if node.type == "function_call_expression" else None
    return int(found[1]) if found is not None else None


def dotted(text: str) -> str:
    return text.strip("\\ ").lower().replace("\\", ".")


def used(parsed: Unit, node: Node) -> Iterator[tuple[str, str, bool]]:
    """Local name, path and whether it is a function, of each clause of a `use`."""
    prefix = next((dotted(parsed.text(child)) for child in node.named_children if child.type == "namespace_name"), "")
    kind = any(child.type == "function" for child in node.children)
    group = node.child_by_field_name("body")
    for clause in (group or node).named_children:
        if clause.type != "namespace_use_clause":
            continue
        alias = clause.child_by_field_name("alias")
        target = clause.named_children[0] if clause.named_children else None
        if target is None or any(child.type == "const" for child in clause.children):
            continue
        path = ".".join(filter(None, (prefix, dotted(parsed.text(target)))))
        local = parsed.text(alias).lower() if alias is not None else path.rpartition(".")[2]
        yield local, path, kind or any(child.type == "function" for child in clause.children)


def is_key(element: Node, node: Node) -> bool:
    return len(element.named_children) > 1 and element.named_children[0] == node


def array_of(parsed: Unit, node: Node) -> Node | None:
    """The array literal that a variable stands for; None when it is assigned twice or changed."""
    if node.type != "variable_name":
        return None
    name = parsed.text(node)
    bound = parsed.bindings(parsed.function_of(node) or parsed.root).get(name, ())
    value = bound[0].value if len(bound) == 1 else None
    if value is None or value.type not in ARRAYS:
        return None
    return None if re.search(rb"%b\s*\[" % re.escape(name.encode()), parsed.content) else value


def keys(parsed: Unit, literal: Node, named: dict[str, Node], prefix: str = "") -> bool:
    """Put the members of an array literal among the named arguments; whether all of them are seen."""
    whole = True
    for child in literal.named_children:
        parts = child.named_children if child.type == "array_element_initializer" else []
        if any(part.type == "variadic_unpacking" for part in parts):
            whole = False
        if len(parts) < 2:
            continue
        key, value = parts[0], parts[-1]
        whole = whole and key.type in {
            "string",
            "encapsed_string",
            "name",
            "class_constant_access_expression",
            "integer",
        }
        name = prefix + re.split(r"[:\\]", parsed.text(key).strip("\"'"))[-1]
        if value.type in ARRAYS and not prefix:
            keys(parsed, value, named, f"{name}.")
        named.setdefault(name, value)
    return whole
