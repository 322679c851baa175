"""What Kotlin expressions can yield: literals, string templates, arrays, branches, bodies of functions.

The part of the adapter in `kotlin.py` that the resolver asks; and what the classes around a place and the types of its
declarations tell.
"""

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node

from assay.source.adapter import Adapter, Unit
from assay.source.answers import unescape
from assay.source.places import Objects, Piece

_TEMPLATE = re.compile(r"\\.|\$([A-Za-z_]\w*)")
_WORDS = {b"true": "true", b"false": "false", b"null": "null"}
_HOLDING = frozenset({"variable_declaration", "parameter", "class_parameter"})
_ARRAYS = frozenset({b"ByteArray", b"CharArray", b"IntArray"})


class KotlinValues(Adapter):
    expressions: Mapping[str, str] = {
        "string_literal": "text", "multiline_string_literal": "text", "character_literal": "text",
        "number_literal": "number", "binary_expression": "binary", "if_expression": "condition",
        "when_expression": "condition", "parenthesized_expression": "group", "as_expression": "group",
        "identifier": "name", "navigation_expression": "member", "call_expression": "call", "lambda_literal": "lambda",
        "annotated_lambda": "group", "anonymous_function": "lambda", "function_declaration": "lambda",
    }  # fmt: skip
    returns = "return_expression"
    listing = frozenset(
        {"arrayOf", "listOf", "setOf", "mutableListOf", "mutableSetOf", "arrayListOf", "byteArrayOf", "charArrayOf",
         "intArrayOf", "listOfNotNull", "asList", "of"}
    )  # fmt: skip

    def kind(self, node: Node) -> str:
        if node.type == "identifier" and node.text in _WORDS:
            return _WORDS[node.text]
        if node.type == "unary_expression":
            operator = node.child_by_field_name("operator")
            return "group" if operator is not None and operator.type == "!!" else ""
        if node.type == "call_expression" and node.named_children and node.named_children[0].text in _ARRAYS:
            return "array"
        return self.expressions.get(node.type, "")

    def own_members(self, parsed: Unit, callee: Node) -> tuple[str, ...]:
        """What a member is called that is called without its class: that of each class around, innermost first."""
        around = [above for above in parsed.above(callee) if above.type in {"class_declaration", "object_declaration"}]
        named = [self.declared_name(parsed, above) for above in around][::-1]
        package = [parsed.imports.package] if parsed.imports.package else []
        return tuple(".".join((*package, *named[:end], parsed.text(callee))) for end in range(len(named), 0, -1))

    def objects(self, parsed: Unit, node: Node) -> Objects | None:
        kind = node.parent
        if kind is None or kind.type != "user_type" or kind.parent is None:
            return None
        holder = kind.parent.parent if kind.parent.type == "nullable_type" else kind.parent
        name = holder.named_children[0] if holder is not None and holder.type in _HOLDING else None
        while name is not None and name.type != "identifier":
            name = name.next_named_sibling
        if holder is None or name is None:
            return None
        function = parsed.function_of(holder)
        field = holder.type == "class_parameter" or function is None
        text = parsed.text(name)
        names = (text, f"this.{text}") if field else (text,)
        types = tuple(f"{path}.<init>" for path in self.qualified(parsed, kind))
        return Objects(types, names, parsed.root if field or function is None else function)

    def compared(self, node: Node) -> bool:
        if node.parent is not None and node.parent.type == "when_entry":
            return node in node.parent.children_by_field_name("condition")
        return super().compared(node)

    def branches(self, node: Node) -> list[Node]:
        if node.type == "when_expression":
            found = [child.named_children[-1] for child in node.named_children if child.type == "when_entry"]
        else:
            found = [child for child in node.named_children if not child.is_extra][1:]
            found = found if len(found) == 2 else []  # without else it is no expression
        return [
            branch.named_children[-1] if branch.type == "block" and branch.named_children else branch
            for branch in found
        ]

    def literal(self, text: str) -> tuple[str, str] | None:
        if text.startswith('"""'):
            return "text", text[3:-3]
        return super().literal(text)

    def pieces(self, parsed: Unit, node: Node) -> list[Piece] | None:
        raw, mark = parsed.text(node), 3 if node.type == "multiline_string_literal" else 1
        if "$" not in raw or node.type == "character_literal":
            return None
        found: list[Piece] = []
        begin, end = node.start_byte + mark, node.end_byte - mark
        for child in (*(child for child in node.named_children if child.type == "interpolation"), None):
            stop = child.start_byte if child is not None else end
            found += _named_in(parsed.content[begin:stop].decode("utf-8", "replace"), escapes=mark == 1)
            if child is not None:
                found.append(Piece(node=child.named_children[0]) if child.named_children else Piece(name="?"))
                begin = child.end_byte
        return found

    def zeroes(self, parsed: Unit, node: Node) -> int | None:
        """`ByteArray(16)` that goes straight into a call."""
        given = self.arguments(parsed, node).positional
        if node.parent is None or node.parent.type != "value_argument" or len(given) != 1:
            return None
        digits = parsed.text(given[0])
        return int(digits) if digits.isdigit() and len(digits) < 9 else None

    def body(self, function: Node) -> list[Node] | None:
        if function.type == "lambda_literal":
            return [
                child for child in function.named_children if child.type != "lambda_parameters" and not child.is_extra
            ]
        found = next((child for child in function.named_children if child.type in {"function_body", "block"}), None)
        inside = found.named_children if found is not None else []
        if found is not None and found.type == "function_body" and inside and inside[0].type == "block":
            inside = inside[0].named_children
        return [child for child in inside if not child.is_extra] if found is not None else None


def _named_in(text: str, *, escapes: bool) -> Iterator[Piece]:
    """Text between expressions, in which `$name` is a variable."""
    begin = 0
    for found in _TEMPLATE.finditer(text):
        if found[1] is None or (not escapes and found[0].startswith("\\")):
            continue
        yield Piece(_read(text[begin : found.start()], escapes=escapes))
        yield Piece(name=found[1])
        begin = found.end()
    yield Piece(_read(text[begin:], escapes=escapes))


def _read(text: str, *, escapes: bool) -> str:
    return unescape(text).replace("\\$", "$") if escapes else text
