"""C, by the tree-sitter-c grammar (C11, GNU extensions). The preprocessor is not run.

*It cannot see* what a macro expands to beyond `#define NAME value` of the same file, code switched off by `#if`, which
counts as present, or calls through function pointers.
"""

from collections.abc import Mapping

from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.parsed import Arguments, Binding, Imports, Parsed, Site

_INCLUDES = "(preproc_include path: (_) @path)"


class C:
    name = "C"
    functions = frozenset({"function_definition"})
    expressions: Mapping[str, str] = {
        "string_literal": "text", "concatenated_string": "joined", "number_literal": "number", "char_literal": "text",
        "binary_expression": "binary", "conditional_expression": "condition", "parenthesized_expression": "group",
        "cast_expression": "group", "pointer_expression": "group", "initializer_list": "array", "identifier": "name",
        "field_expression": "member", "call_expression": "call", "preproc_arg": "macro", "true": "true",
        "false": "false", "null": "null",
    }  # fmt: skip
    binding_query = """
      (init_declarator declarator: (_) @left value: (_) @value) @declaration
      (assignment_expression left: (_) @left right: (_) @value) @assignment
      (update_expression argument: (identifier) @changed)
      (preproc_def name: (identifier) @left value: (preproc_arg) @value) @macro
      (enumerator name: (identifier) @left value: (_) @value) @macro
    """

    calls_query = ""

    def grammar(self) -> Grammar:
        import tree_sitter_c  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_c.language())

    def imports(self, parsed: Parsed) -> Imports:
        paths = (parsed.text(node) for row in parsed.matches(_INCLUDES, parsed.root) for node in row["path"])
        return Imports({}, tuple(path.strip('<>"') for path in paths))

    def site(self, parsed: Parsed, node: Node, word: str) -> Site | None:
        if node.type == "preproc_arg":
            return Site((word,), node, None)
        parent = node.parent
        if node.type != "identifier" or parent is None:
            return None
        if parent.type in _DECLARING and not _is_value(parent, node):
            return None
        name = parsed.text(node)
        if parent.type == "call_expression" and parent.child_by_field_name("function") == node:
            above = parent.parent
            if above is not None and above.type in {"preproc_if", "preproc_elif", "preproc_defined"}:
                return None
            return Site((name,), parent, self.arguments(parsed, parent.child_by_field_name("arguments")))
        settled = parent.type not in {"binary_expression", "case_statement", "preproc_defined", "sizeof_expression"}
        return Site((name,), node, None, settled=settled)

    def other_names(self, parsed: Parsed, words: frozenset[bytes]) -> frozenset[bytes]:  # noqa: ARG002
        return frozenset()

    def qualified(self, parsed: Parsed, node: Node) -> tuple[str, ...]:
        if node.type == "call_expression":
            node = node.child_by_field_name("function") or node
        return (parsed.text(node),) if node.type == "identifier" else ()

    def arguments(self, parsed: Parsed, node: Node | None) -> Arguments:  # noqa: ARG002
        given = node.named_children if node is not None else ()
        return Arguments(tuple(child for child in given if not child.is_extra))

    def declared_name(self, parsed: Parsed, node: Node) -> str:
        if node.type != "function_definition":
            return ""
        declarator = node.child_by_field_name("declarator")
        name = _declared(declarator)
        return parsed.text(name) if name is not None else ""

    def parameter(self, parsed: Parsed, function: Node, name: str) -> tuple[bool, Node | None]:
        declarator = function.child_by_field_name("declarator")
        while declarator is not None and declarator.type != "function_declarator":
            declarator = declarator.child_by_field_name("declarator")
        parameters = declarator.child_by_field_name("parameters") if declarator is not None else None
        for child in parameters.named_children if parameters is not None else ():
            declared = _declared(child.child_by_field_name("declarator"))
            if declared is not None and parsed.text(declared) == name:
                return True, None
        return False, None

    def binding(self, parsed: Parsed, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        if "changed" in captures:
            node = captures["changed"][0]
            return parsed.text(node), node, Binding(None)
        left = captures["left"][0]
        if "macro" in captures:
            return parsed.text(left), captures["macro"][0], Binding(captures["value"][0], final=True)
        if "declaration" in captures:
            node, name = captures["declaration"][0], _declared(left)
            holder = node.parent
            final = holder is not None and any(
                child.type == "type_qualifier" and parsed.text(child) == "const" for child in holder.children
            )
            return (parsed.text(name), node, Binding(captures["value"][0], final)) if name is not None else None
        node = captures["assignment"][0]
        operator = node.child_by_field_name("operator")
        plain = operator is None or parsed.text(operator) == "="
        return (
            (parsed.text(left), node, Binding(captures["value"][0] if plain else None))
            if left.type == "identifier"
            else None
        )


_DECLARING = frozenset(
    {"function_declarator", "init_declarator", "pointer_declarator", "array_declarator", "parameter_declaration",
     "declaration", "preproc_def", "preproc_function_def", "preproc_params", "preproc_ifdef", "enumerator",
     "type_definition", "attributed_declarator", "labeled_statement", "goto_statement", "field_designator"}
)  # fmt: skip


def _is_value(parent: Node, node: Node) -> bool:
    return parent.child_by_field_name("value") == node


def _declared(node: Node | None) -> Node | None:
    """The identifier inside pointer, array and function declarators."""
    while node is not None and node.type != "identifier":
        node = node.child_by_field_name("declarator")
    return node
