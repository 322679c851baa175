"""TypeScript and TSX, by the grammars of tree-sitter-typescript: JavaScript with enumerations and types.

*It cannot see* what `javascript.py` cannot, and nothing of types: a method of a typed parameter is one of any object.
"""

from collections.abc import Mapping

from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.adapter import Unit
from assay.source.javascript import JavaScript
from assay.source.places import Binding


class TypeScript(JavaScript):
    name = "TypeScript"
    expressions: Mapping[str, str] = {
        **JavaScript.expressions, "as_expression": "group", "satisfies_expression": "group",
        "non_null_expression": "group",
    }  # fmt: skip
    binding_query = (
        JavaScript.binding_query.replace("(field_definition property: (_)", "(public_field_definition name: (_)")
        + """
      (enum_assignment name: (_) @left value: (_) @value) @enum
      (required_parameter [(accessibility_modifier) "readonly"] pattern: (identifier) @left) @property
    """
    )

    def grammar(self) -> Grammar:
        import tree_sitter_typescript  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_typescript.language_typescript())

    def binding(self, parsed: Unit, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        if "property" in captures:  # `constructor(private name: string)`
            left = captures["left"][0]
            return f"self.{parsed.text(left)}", captures["property"][0], Binding(left)
        if "enum" in captures:
            name = f"self.{parsed.text(captures['left'][0])}"
            return name, captures["enum"][0], Binding(captures["value"][0], final=True)
        return super().binding(parsed, captures)


class Tsx(TypeScript):
    """TypeScript with elements; casts in angle brackets and generic arrow functions do not parse."""

    def grammar(self) -> Grammar:
        import tree_sitter_typescript  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_typescript.language_tsx())


def flow() -> JavaScript:
    """JavaScript: Flow's annotations, which some of it has, are nearly TypeScript's."""
    return JavaScript(Tsx())


def typescript() -> TypeScript:
    return TypeScript(Tsx())
