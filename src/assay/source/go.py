"""Go, by the tree-sitter-go grammar (Go 1.25).

A name is qualified by the path of its package: `crypto/md5.New`, `crypto.SHA256.New`. A method is qualified by the type
of its receiver where that is written down, `crypto/rsa.PrivateKey.Sign`, or by the function that made it,
`crypto/rsa.GenerateKey().Sign`; the name of the package's own is `./package.Name`. A field that a literal or an
assignment sets is qualified by its type, `crypto/tls.Config.MinVersion`, or stands alone, `=MinVersion`, where the type
is not written down.

*It cannot see* types that functions of other files return, methods that embedding promotes, what an interface holds, or
which files a build tag leaves out.
"""

import re
from collections.abc import Mapping

from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.adapter import Unit
from assay.source.go_names import FIELDS, GoNames
from assay.source.places import Arguments, Binding, Site

_CONVERTING = frozenset(
    {"string", "byte", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64"}
)
_BLOCK_SIZES = {"aes.BlockSize": 16, "sm4.BlockSize": 16, "des.BlockSize": 8}
_LITERAL = frozenset({"keyed_element", "literal_element"})
_SWITCHES = frozenset({"InsecureSkipVerify", "CipherSuites"})  # fields that mean the same in the types of all packages


class Go(GoNames):
    name = "Go"
    functions = frozenset({"function_declaration", "method_declaration", "func_literal"})
    returns = "return_statement"
    expressions: Mapping[str, str] = {
        "interpreted_string_literal": "text", "raw_string_literal": "text", "rune_literal": "text",
        "int_literal": "number", "binary_expression": "binary", "parenthesized_expression": "group",
        "identifier": "name", "selector_expression": "member", "call_expression": "call", "true": "true",
        "false": "false", "nil": "null", "composite_literal": "group", "literal_value": "array",
        "literal_element": "group", "type_conversion_expression": "group", "func_literal": "lambda",
        "expression_list": "group",
    }  # fmt: skip
    binding_query = """
      (short_var_declaration left: (expression_list (_) @left) right: (expression_list) @right) @place
      (assignment_statement left: (expression_list (_) @left) right: (expression_list) @right) @place
      (var_spec name: (identifier) @left) @place
      (const_spec name: (identifier) @left) @place
      (range_clause left: (expression_list (identifier) @changed))
      (inc_statement (identifier) @changed)
      (dec_statement (identifier) @changed)
      (argument_list (unary_expression operator: "&" operand: (identifier) @changed))
    """
    calls_query = """
      (call_expression
        function: (selector_expression operand: (_) @object field: (field_identifier) @method)
        arguments: (argument_list) @arguments) @call
    """
    blocks = frozenset({"statement_list", "source_file"})
    statements = frozenset({"expression_statement", "var_declaration", "const_declaration"})
    loops = frozenset({"for_statement"})
    transparent = frozenset({"parenthesized_expression", "unary_expression", "literal_element"})
    assigning = frozenset({"expression_list"})
    hands_makers = True
    conversions: Mapping[str, str] = {"DecodeString": "argument"}

    def grammar(self) -> Grammar:
        import tree_sitter_go  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_go.language())

    def site(self, parsed: Unit, node: Node, word: str) -> Site | None:  # noqa: ARG002
        parent = node.parent
        if parent is None:
            return None
        match node.type, parent.type:
            case "type_identifier", "composite_literal" if parsed.module:
                return self._made(parsed, node)
            case "package_identifier", "qualified_type":
                return self._made(parsed, parent)
            case "identifier", _ if parent.type not in _LITERAL or not self._is_key(node):
                imported = parsed.text(node) in parsed.imports.names
                if not (imported or parsed.module) or self.is_local(parsed, node):
                    return None
                return self._member_site(parsed, node) if imported else self._own_site(parsed, node)
            case "identifier", "literal_element":
                return self._field_of_literal(parsed, parent)
            case "field_identifier", "selector_expression":
                return self._method_site(parsed, parent)
        return None

    def _own_site(self, parsed: Unit, node: Node) -> Site | None:
        """`Function()` of the package that the file itself is in, where that is known."""
        call = self._call_of(node)
        if call is None:
            return None
        return Site(self.qualified(parsed, node), call, self.arguments(parsed, self.argument_list(call)))

    def _member_site(self, parsed: Unit, node: Node) -> Site | None:
        """`package.Name`, called or not, and `package.NAME.Method()`."""
        top = node
        while (above := top.parent) is not None and above.type == "selector_expression":
            top = above
        if top == node:
            return None
        call = self._call_of(top)
        if call is None:
            return Site(self.qualified(parsed, top), top, None, settled=not _is_compared(top))
        names = self.qualified(parsed, top)
        inner = [] if top.child_by_field_name("operand") == node else [names[0].rpartition(".")[0]] if names else []
        return Site((*names, *inner), call, self.arguments(parsed, self.argument_list(call)))

    def _method_site(self, parsed: Unit, selector: Node) -> Site | None:
        """`object.Method()`, and `object.Field = value`."""
        call = self._call_of(selector)
        if call is not None:
            return Site(self.qualified(parsed, call), call, self.arguments(parsed, self.argument_list(call)))
        field, listed = selector.child_by_field_name("field"), selector.parent
        place = listed.parent if listed is not None and listed.type == "expression_list" else None
        if place is None or field is None or place.type != "assignment_statement" or listed is None:
            return None
        left, right = place.child_by_field_name("left"), place.child_by_field_name("right")
        if left != listed:
            return None
        value = _paired(listed, selector, right) or selector  # of several results only the first is followed
        operand = selector.child_by_field_name("operand")
        types = self._type_of(parsed, operand) if operand is not None else ()
        names = tuple(f"{name}.{parsed.text(field)}" for name in types)
        told = self._type_of(parsed, operand, guess=False) if operand is not None else ()
        declared = self._has_field(parsed, told, field)
        return Site((*names, *(() if declared else (f"={parsed.text(field)}",))), selector, Arguments((value,)))

    def _has_field(self, parsed: Unit, types: tuple[str, ...], field: Node) -> bool:
        """Whether a field is known to be of these types, and not of one that is embedded: of another package by its
        name alone, save where it means the same in whatever type."""
        if any(name.startswith("./") for name in types):
            return any(row["name"][0].text == field.text for row in parsed.matches(FIELDS, parsed.root))
        return bool(types) and parsed.text(field) not in _SWITCHES and not any(name.endswith("()") for name in types)

    def _field_of_literal(self, parsed: Unit, key: Node) -> Site | None:
        """`Type{Field: value}`; the type of an inner literal may be left out."""
        element = key.parent
        value = element.child_by_field_name("value") if element is not None else None
        literal = element.parent.parent if element is not None and element.parent is not None else None
        if element is None or value is None:
            return None
        kind = literal.child_by_field_name("type") if literal is not None else None
        types = self._types(parsed, kind) if kind is not None and kind.type != "map_type" else ()
        name, own = parsed.text(key), any(item.startswith("./") for item in types)
        alone = () if own or (types and name not in _SWITCHES) else (f"={name}",)
        return Site((*(f"{item}.{name}" for item in types), *alone), element, Arguments((value,)))

    def _made(self, parsed: Unit, kind: Node) -> Site | None:
        """`package.Type{...}` and `new(package.Type)`; a type that is only named is no use."""
        above = kind.parent
        if above is not None and above.type == "composite_literal":
            body = above.child_by_field_name("body")
            given = [child for child in (body.named_children if body is not None else ()) if not child.is_extra]
            named = {
                parsed.text(pair.named_children[0]): pair.named_children[-1]
                for pair in given
                if pair.type == "keyed_element" and len(pair.named_children) > 1
            }
            placed = tuple(child for child in given if child.type == "literal_element")
            return Site(self._types(parsed, kind), above, Arguments(placed, named))
        if above is not None and above.type == "ERROR":
            return Site(self._types(parsed, kind), kind, None)
        made = above.parent if above is not None and above.type == "argument_list" else None
        if made is not None and (function := self.callee(made)) is not None and function.text == b"new":
            return Site(self._types(parsed, kind), made, Arguments())
        call = above.parent if above is not None and above.type == "generic_type" else None
        if call is not None and call.type == "type_conversion_expression":  # a function with a type argument
            return Site(self._types(parsed, kind), call, Arguments((call.named_children[-1],)))
        return None

    def _is_key(self, node: Node) -> bool:
        """Whether a name is the field that an element of a literal sets."""
        element = node.parent.parent if node.parent is not None and node.parent.type == "literal_element" else None
        if element is None or element.type != "keyed_element" or element.child_by_field_name("key") != node.parent:
            return False
        literal = element.parent.parent if element.parent is not None else None
        kind = literal.child_by_field_name("type") if literal is not None else None
        return kind is None or kind.type != "map_type"

    def _call_of(self, node: Node) -> Node | None:
        above = node.parent
        if above is not None and above.type == "index_expression" and above.child_by_field_name("operand") == node:
            node, above = above, above.parent  # an instantiation
        return above if above is not None and above.type == "call_expression" and _is(above, "function", node) else None

    def kind(self, node: Node) -> str:
        if node.type == "call_expression":
            function = node.child_by_field_name("function")
            text = function.text if function is not None and function.type == "identifier" else None
            if text == b"make":
                return "array"
            return "group" if text is not None and text.decode() in _CONVERTING else "call"
        if node.type == "unary_expression":
            return "group" if node.children[0].type in {"&", "*", "+"} else ""
        if node.type == "slice_expression":
            return "group" if not {"start", "end"} & {node.field_name_for_child(i) for i in range(4)} else ""
        return super().kind(node)

    def inner(self, node: Node) -> Node | None:
        if node.type == "call_expression":
            arguments = self.argument_list(node)
            return next(iter(arguments.named_children), None) if arguments is not None else None
        held = node.child_by_field_name("body") or node.child_by_field_name("operand")
        return held or super().inner(node)

    def literal(self, text: str) -> tuple[str, str] | None:
        return ("text", text[1:-1]) if text.startswith("`") else super().literal(text)

    def declares(self, content: bytes, start: int) -> bool | None:
        """Behind `func`, a function; behind the bracket of a receiver a method, or a call of what is in brackets."""
        ahead = content[max(0, start - 40) : start].rstrip()
        return True if ahead.endswith(b"func") else None if ahead[-1:] in (b"", b")", b"/") else False

    def function(self, parsed: Unit, name: str) -> Node | None:
        found = re.search(rb"^func %b\(" % re.escape(name.encode()), parsed.content, re.MULTILINE)
        node = parsed.at(found.start() + 5, len(name.encode())) if found is not None else None
        above = node.parent if node is not None else None
        return above if above is not None and above.type == "function_declaration" else None

    def zeroes(self, parsed: Unit, node: Node) -> int | None:
        """`make([]byte, 16)` that goes straight into a call, or into a variable that only the call names again."""
        if node.type != "call_expression":
            return None
        given = self.arguments(parsed, self.argument_list(node)).positional
        size = parsed.text(given[1]) if len(given) > 1 else ""
        bytes_made = int(size) if size.isdigit() and len(size) < 7 else _BLOCK_SIZES.get(size)
        if bytes_made is None or parsed.text(given[0]) != "[]byte":
            return None
        if node.parent is not None and node.parent.type == "argument_list":
            return bytes_made
        name, function = parsed.assigned_to(node), parsed.function_of(node)
        if function is None or not name.isidentifier():
            return None
        text = parsed.content[function.start_byte : function.end_byte]
        return bytes_made if len(re.findall(rb"\b" + name.encode() + rb"\b", text)) == 2 else None

    def assigned(self, place: Node) -> Node | None:
        """The first target of an assignment whose only value the list holds."""
        above = place.parent
        if above is None or len(place.named_children) != 1:
            return None
        left = above.child_by_field_name("left")
        if left is not None:
            return next(iter(left.named_children), None)
        return above.child_by_field_name("name")

    def body(self, function: Node) -> list[Node] | None:
        found = function.child_by_field_name("body")
        if found is None:
            return None
        inner = next((child for child in found.named_children if child.type == "statement_list"), found)
        return [child for child in inner.named_children if not child.is_extra]

    def binding(self, parsed: Unit, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        if "changed" in captures:
            node = captures["changed"][0]
            return parsed.text(node), node, Binding(None)
        place, left = captures["place"][0], captures["left"][0]
        if left.type != "identifier":
            return None
        name = parsed.text(left)
        if place.type in {"var_spec", "const_spec"}:
            right = place.child_by_field_name("value")
            names = place.children_by_field_name("name")
            value = _at(right, names.index(left), len(names)) if right is not None else None
            return name, place, Binding(value, final=place.type == "const_spec" or value is None)
        operator = place.child_by_field_name("operator")
        if operator is not None and parsed.text(operator) not in {"=", ":="}:
            return name, place, Binding(None)
        value = _paired(place.child_by_field_name("left"), left, captures["right"][0])
        return (name, place, Binding(value)) if name != "_" else None


def _paired(left: Node | None, target: Node, right: Node | None) -> Node | None:
    """The value that an assignment gives to one of its targets; the first takes the first of several results."""
    if left is None or right is None:
        return None
    targets = [child for child in left.named_children if not child.is_extra]
    return _at(right, targets.index(target), len(targets)) if target in targets else None


def _at(right: Node, index: int, wanted: int) -> Node | None:
    values = [child for child in right.named_children if not child.is_extra]
    if len(values) == wanted:
        return values[index]
    return values[0] if index == 0 and len(values) == 1 else None


def _is_compared(node: Node) -> bool:
    """Whether a constant is only compared, or the key of a table."""
    above = node.parent
    if above is not None and above.type == "binary_expression":
        return any(child.type in {"==", "!="} for child in above.children)
    listed = above.parent if above is not None and above.type in {"expression_list", "literal_element"} else None
    if listed is not None and listed.type == "keyed_element":
        return listed.child_by_field_name("key") == above
    return listed is not None and listed.type == "expression_case"


def _is(above: Node, field: str, node: Node) -> bool:
    return above.child_by_field_name(field) == node
