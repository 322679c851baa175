"""What C# expressions can yield: literals, interpolated strings, arrays, branches, bodies of functions.

The part of the adapter in `csharp.py` that the resolver asks.
"""

from collections.abc import Iterator, Mapping

from tree_sitter import Node

from assay.source.adapter import Adapter, Unit
from assay.source.answers import unescape
from assay.source.places import Piece

_FUNCTIONS = """
  [(method_declaration name: (identifier) @name) (local_function_statement name: (identifier) @name)] @function
"""


class CSharpValues(Adapter):
    expressions: Mapping[str, str] = {
        "string_literal": "text", "verbatim_string_literal": "text", "raw_string_literal": "text",
        "interpolated_string_expression": "text", "character_literal": "text", "integer_literal": "number",
        "binary_expression": "binary", "conditional_expression": "condition", "switch_expression": "condition",
        "parenthesized_expression": "group", "cast_expression": "group", "checked_expression": "group",
        "as_expression": "group", "arrow_expression_clause": "group", "identifier": "name",
        "member_access_expression": "member", "qualified_name": "member", "invocation_expression": "call",
        "object_creation_expression": "new", "implicit_object_creation_expression": "new",
        "array_creation_expression": "array", "implicit_array_creation_expression": "array",
        "initializer_expression": "array", "collection_expression": "array", "stackalloc_expression": "array",
        "lambda_expression": "lambda", "anonymous_method_expression": "lambda", "method_declaration": "lambda",
        "local_function_statement": "lambda", "null_literal": "null",
    }  # fmt: skip
    returns = "return_statement"
    comparing = frozenset({"constant_pattern", "case_switch_label"})

    def kind(self, node: Node) -> str:
        if node.type == "boolean_literal":
            return "true" if node.text == b"true" else "false"
        if node.type == "postfix_unary_expression":
            return "group" if node.children[-1].type == "!" else ""
        return self.expressions.get(node.type, "")

    def branches(self, node: Node) -> list[Node]:
        if node.type == "switch_expression":
            arms = [child for child in node.named_children if child.type == "switch_expression_arm"]
            return [arm.named_children[-1] for arm in arms if arm.named_children]
        return super().branches(node)

    def elements(self, node: Node) -> list[Node]:
        if node.type == "collection_expression":
            return [child.named_children[0] for child in _flat(node) if child.named_children]
        inside = node if node.type == "initializer_expression" else _initialiser(node)
        return [child for child in inside.named_children if not child.is_extra] if inside is not None else []

    def literal(self, text: str) -> tuple[str, str] | None:
        mark = text[: text.find('"')] if '"' in text and not text.startswith("'") else text
        body = text[len(mark) :]
        if body.startswith('"""'):
            return "text", body.strip('"').strip()
        if "@" in mark:
            return "text", body[1:-1].replace('""', '"')
        if not body:
            return "text", unescape(text[1:-1])  # a character
        kind = "bytes" if body.lower().endswith('"u8') else "text"
        return kind, unescape(body[1 : body.rfind('"')])

    def pieces(self, parsed: Unit, node: Node) -> list[Piece] | None:
        if node.type != "interpolated_string_expression":
            return None
        found: list[Piece] = []
        for child in node.named_children:
            if child.type == "interpolation":
                inside = [part for part in child.named_children if part.type != "interpolation_brace"]
                found.append(Piece(node=inside[0]) if len(inside) == 1 else Piece(name="?"))
            elif child.type == "string_content":
                found.append(Piece(parsed.text(child).replace("{{", "{").replace("}}", "}")))
            elif child.type == "escape_sequence":
                found.append(Piece(unescape(parsed.text(child))))
        return found

    def zeroes(self, parsed: Unit, node: Node) -> int | None:
        """`new byte[16]` that goes straight into a call or a property."""
        if node.type != "array_creation_expression" or _initialiser(node) is not None or node.parent is None:
            return None
        if node.parent.type not in {"argument", "assignment_expression"}:
            return None
        rank = next(
            (part for child in node.named_children for part in child.named_children if "rank" in part.type), None
        )
        digits = parsed.text(rank.named_children[0]) if rank is not None and rank.named_children else ""
        return int(digits) if digits.isdigit() and len(digits) < 9 else None

    def body(self, function: Node) -> list[Node] | None:
        found = function.child_by_field_name("body") or next(
            (child for child in function.named_children if child.type in {"block", "arrow_expression_clause"}), None
        )
        if found is None:
            return None
        inside = found.named_children if found.type in {"block", "arrow_expression_clause"} else [found]
        return [child for child in inside if not child.is_extra]

    def function(self, parsed: Unit, name: str) -> Node | None:
        """A method that is handed on as a delegate."""
        rows = parsed.matches(_FUNCTIONS, parsed.root)
        found = [row["function"][0] for row in rows if parsed.text(row["name"][0]) == name]
        return found[0] if len(found) == 1 else None


def _initialiser(node: Node) -> Node | None:
    return next((child for child in node.named_children if child.type == "initializer_expression"), None)


def _flat(node: Node) -> Iterator[Node]:
    """The expressions of a collection, each in its own node."""
    for child in node.named_children:
        yield from child.named_children if child.type == "collection_element" else (child,)
