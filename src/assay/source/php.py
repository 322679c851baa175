"""PHP, by the grammar tree-sitter-php (8.x, with text around `<?php`).

Names of functions and classes do not depend on case and are given in lower case, namespaces with dots:
`\\phpseclib3\\Crypt\\AES` is `phpseclib3.crypt.aes`. A function without a namespace is the language's own unless the
file declares or imports one of its name. An array literal that is an argument counts as keyword arguments, one level
deep; `curl_setopt($c, OPTION, $v)` sets OPTION.

*It cannot see* what a variable function or class stands for, references, `extract`, and names that an autoloader makes.
"""

import re
from collections.abc import Mapping

from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.adapter import Adapter, Unit
from assay.source.answers import unescape
from assay.source.php_parts import ARRAYS, array_of, dotted, is_key, keys, own_functions, repeated, used
from assay.source.places import Arguments, Binding, Imports, Site

_USES = "(namespace_use_declaration) @use (namespace_definition) @namespace"
_SETTERS = frozenset({"curl_setopt", "curl_multi_setopt", "stream_context_set_option", "ini_set", "setopt"})
_ASKING = frozenset(
    {"define", "function_exists", "defined", "is_callable", "extension_loaded", "in_array", "method_exists"}
)
_OWN_CLASS = frozenset({"self", "static", "parent"})
_METHODS = frozenset({"member_call_expression", "nullsafe_member_call_expression"})
_EVERYDAY = frozenset({"hash", "crypt", "rand", "random", "md4", "verify", "key", "sign"})  # words of many array keys


class Php(Adapter):
    name = "PHP"
    folds = True
    coerces = True
    functions = frozenset({"function_definition", "method_declaration", "anonymous_function", "arrow_function"})
    returns = "return_statement"
    expressions: Mapping[str, str] = {
        "string": "text", "encapsed_string": "joined", "string_content": "text", "escape_sequence": "text",
        "integer": "number", "boolean": "boolean", "null": "null", "binary_expression": "binary",
        "conditional_expression": "condition", "parenthesized_expression": "group", "cast_expression": "group",
        "error_suppression_expression": "group", "variable_name": "name", "name": "name", "qualified_name": "name",
        "class_constant_access_expression": "member", "member_access_expression": "member",
        "scoped_property_access_expression": "member", "function_call_expression": "call",
        "member_call_expression": "call", "nullsafe_member_call_expression": "call", "scoped_call_expression": "call",
        "object_creation_expression": "new", "array_creation_expression": "items", "unary_op_expression": "unary",
        "anonymous_function": "lambda", "arrow_function": "lambda", "argument": "group",
    }  # fmt: skip
    binding_query = """
      (assignment_expression left: (_) @left right: (_) @value) @assignment
      (augmented_assignment_expression left: (_) @changed)
      (update_expression (variable_name) @changed)
      (foreach_statement (variable_name) @changed)
      (foreach_statement (pair (variable_name) @changed))
      (list_literal (variable_name) @changed)
      (global_declaration (variable_name) @changed)
      (const_element . (name) @left . (_) @value) @const
      (property_element name: (variable_name) @left default_value: (_) @value) @property
      (static_variable_declaration name: (_) @left value: (_) @value) @static
      (enum_case name: (_) @left value: (_) @value) @const
      (function_call_expression function: (name) @define
        arguments: (arguments . (argument [(string (string_content) @left) (encapsed_string (string_content) @left)])
          . (argument (_) @value))) @defined
    """
    calls_query = """
      (member_call_expression object: (_) @object name: (name) @method arguments: (arguments) @arguments) @call
      (nullsafe_member_call_expression object: (_) @object name: (name) @method
        arguments: (arguments) @arguments) @call
    """
    blocks = frozenset({"compound_statement", "program", "colon_block"})
    loops = frozenset({"for_statement", "while_statement", "do_statement", "foreach_statement"})
    transparent = frozenset(
        {"parenthesized_expression", "cast_expression", "error_suppression_expression", "clone_expression"}
    )
    assigning = frozenset({"assignment_expression", "property_element", "const_element"})
    lists = frozenset({"arguments"})
    around_arguments = frozenset({"argument", "array_element_initializer", "array_creation_expression"})
    calls: Mapping[str, str] = {
        "function_call_expression": "function", "member_call_expression": "name",
        "nullsafe_member_call_expression": "name", "scoped_call_expression": "name", "object_creation_expression": "",
    }  # fmt: skip
    members: Mapping[str, tuple[str, str]] = {
        "member_call_expression": ("object", "name"), "nullsafe_member_call_expression": ("object", "name"),
        "scoped_call_expression": ("scope", "name"), "member_access_expression": ("object", "name"),
    }  # fmt: skip
    conversions: Mapping[str, str] = {
        "strtolower": "lower", "strtoupper": "upper", "trim": "argument", "strval": "argument", "intval": "argument",
        "hex2bin": "argument", "base64_decode": "argument",
    }  # fmt: skip
    carrying = frozenset(
        {"function_call_expression", "arguments", "argument", "binary_expression", "parenthesized_expression",
         "cast_expression", "encapsed_string", "member_call_expression", "conditional_expression"}
    )  # fmt: skip
    common = Adapter.common | {"createkey", "load", "string", "digest", "decode", "encode", "file"}

    def grammar(self) -> Grammar:
        import tree_sitter_php  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_php.language_php())

    def literal(self, text: str) -> tuple[str, str] | None:
        """A string with its quotes, or a part of one without."""
        if len(text) > 1 and text[0] == text[-1] == "'":
            return "text", text[1:-1].replace("\\'", "'").replace("\\\\", "\\")
        body = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
        return "text", unescape(body) if "\\" in body else body

    def kind(self, node: Node) -> str:
        return "array" if repeated(node) else super().kind(node)

    def zeroes(self, parsed: Unit, node: Node) -> int | None:  # noqa: ARG002
        return repeated(node)

    def items(self, node: Node) -> list[Node]:
        """Values of an array literal, whatever their keys."""
        elements = (child for child in node.named_children if child.type == "array_element_initializer")
        return [element.named_children[-1] for element in elements if element.named_children]

    def branches(self, node: Node) -> list[Node]:
        fields = [node.child_by_field_name(field) for field in ("body", "condition", "alternative")]
        then, condition, other = fields
        return [branch for branch in (then or condition, other) if branch is not None]

    def inner(self, node: Node) -> Node | None:
        if node.type == "argument":
            return node.named_children[-1] if node.named_children else None
        return super().inner(node)

    # Names

    def imports(self, parsed: Unit) -> Imports:
        """Classes by their local name; functions by their local name and `()`."""
        names: dict[str, str] = {}
        namespace = ""
        for row in parsed.matches(_USES, parsed.root, depth=4):
            for node in row.get("namespace", ()):
                name = node.child_by_field_name("name")
                namespace = namespace or (dotted(parsed.text(name)) if name is not None else "")
            for node in row.get("use", ()):
                for local, path, function in used(parsed, node):
                    names.setdefault(local + ("()" if function else ""), path)
        return Imports(names, (), namespace)

    def other_names(self, parsed: Unit, words: frozenset[bytes]) -> frozenset[bytes]:
        """Local names in the cases in which they stand in the text, for a search goes by bytes."""
        wanted = [
            local.removesuffix("()")
            for local, path in parsed.imports.names.items()
            if local.encode() not in words and any(part.encode() in words for part in path.split("."))
        ]
        found: set[bytes] = set()
        for local in wanted:
            found.update(re.findall(rb"(?<![\w$])%b(?!\w)" % re.escape(local.encode()), parsed.content, re.IGNORECASE))
        return frozenset(found)

    def qualified(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        match node.type:
            case "function_call_expression":
                callee = node.child_by_field_name("function")
                return self._function(parsed, callee) if callee is not None else ()
            case "scoped_call_expression" | "class_constant_access_expression":
                scope = node.child_by_field_name("scope") or (node.named_children[0] if node.named_children else None)
                last = node.child_by_field_name("name") or (node.named_children[-1] if node.named_children else None)
                if scope is None or last is None or last.type != "name":
                    return ()
                member = parsed.text(last).lower()
                return tuple(f"{owner}.{member}" for owner in self._class(parsed, scope)) or (
                    (f".{member}",) if node.type == "scoped_call_expression" else ()
                )
            case "object_creation_expression":
                made = next((child for child in node.named_children if child.type in {"name", "qualified_name"}), None)
                return tuple(f"{owner}.<init>" for owner in self._class(parsed, made)) if made is not None else ()
            case kind if kind in _METHODS:
                name = node.child_by_field_name("name")
                return (f".{parsed.text(name).lower()}",) if name is not None and name.type == "name" else ()
            case "name" | "qualified_name":
                above = node.parent
                if above is not None and above.type == "object_creation_expression":
                    return self._class(parsed, node)
                return (parsed.text(node).rpartition("\\")[2].lower(),)
        return ()

    def elsewhere(self, parsed: Unit, node: Node) -> str:
        """Constants keep their case."""
        if node.type not in {"name", "qualified_name", "class_constant_access_expression"}:
            return ""
        last = node.named_children[-1] if node.type == "class_constant_access_expression" else node
        constant = parsed.text(last).rpartition("\\")[2]
        owner = "".join(self.qualified(parsed, node)[:1]).rpartition(".")[0]
        return f"{owner}.{constant}" if owner else constant

    def _function(self, parsed: Unit, callee: Node) -> tuple[str, ...]:
        text = parsed.text(callee)
        if callee.type == "qualified_name":
            return (dotted(text),)
        if callee.type != "name":
            return ()
        name = text.lower()
        known = parsed.imports.names.get(f"{name}()")
        if known is not None:
            return (known,)
        return () if name in own_functions(parsed) else (name,)

    def _class(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        text = parsed.text(node)
        if node.type not in {"name", "qualified_name", "namespace_name"} or text.lower() in _OWN_CLASS:
            return ()
        if text.startswith("\\"):
            return (dotted(text),)
        head, dot, rest = dotted(text).partition(".")
        if head in parsed.imports.names:
            return (parsed.imports.names[head] + dot + rest,)
        package = parsed.imports.package
        return (f"{package}.{head}{dot}{rest}" if package else head + dot + rest,)

    # Places

    def site(self, parsed: Unit, node: Node, word: str) -> Site | None:  # noqa: ARG002
        parent = node.parent
        if node.type == "string_content" and parent is not None:
            return self._in_text(parsed, parent)
        if node.type != "name" or parent is None or parent.type in _DECLARING:
            return None
        while parent is not None and parent.type in {"namespace_name", "qualified_name"}:
            node, parent = parent, parent.parent
        if parent is None or parent.type in _DECLARING:
            return None
        match parent.type:
            case kind if kind in self.calls:
                aside = kind in _METHODS and parent.child_by_field_name("name") != node
                return None if aside else Site(self.qualified(parsed, parent), parent, self._given(parsed, parent))
            case "class_constant_access_expression":
                names = self.qualified(parsed, parent)
                above = parent.parent
                if above is not None and above.type == "array_element_initializer" and is_key(above, parent):
                    return _set(above, names[0].rpartition(".")[2]) if names else None
                return Site(names, parent, None) if names else None
            case "array_element_initializer" if is_key(parent, node):
                return _set(parent, parsed.text(node).rpartition("\\")[2])
            case "base_clause":  # whoever makes one of this class makes one of that
                return Site(tuple(f"{name}.<init>" for name in self._class(parsed, node)), node, None, inherited=True)
            case "argument":
                return self._option(parsed, parent, parsed.text(node)) or Site(self.qualified(parsed, node), node, None)
        return Site(self.qualified(parsed, node), node, None, settled=parent.type != "binary_expression")

    def _in_text(self, parsed: Unit, text: Node) -> Site | None:
        """A key of an array, an option that a call sets, or the name of a function or class that is handed on."""
        above, content = text.parent, parsed.text(text)[1:-1]
        if above is None:
            return None
        if above.type == "array_element_initializer" and is_key(above, text):
            return _set(above, content)
        if above.type == "subscript_expression":
            outer = above.parent
            if outer is None or outer.type != "assignment_expression" or outer.child_by_field_name("left") != above:
                return None
            return _set(outer, content)
        if above.type == "argument" and self._asks(parsed, above):
            return None
        if above.type == "argument" and (option := self._option(parsed, above, content)) is not None:
            return option
        name = dotted(content.replace("\\\\", "\\"))
        if above.type not in _HOLDING or name in _EVERYDAY or not re.fullmatch(r"[\w.]+(?:::\w+)?", name):
            return None
        return Site((name.replace("::", "."), *((f"{name}.<init>",) if "." in name else ())), text, None)

    def _asks(self, parsed: Unit, argument: Node) -> bool:
        """Whether a call only asks whether a name is there."""
        call = argument.parent.parent if argument.parent is not None else None
        method = self.method(call) if call is not None else None
        return method is not None and parsed.text(method).lower() in _ASKING

    def _option(self, parsed: Unit, argument: Node, name: str) -> Site | None:
        """`curl_setopt($c, NAME, $value)`: the argument behind the name is its value."""
        call = argument.parent.parent if argument.parent is not None else None
        method = self.method(call) if call is not None else None
        if call is None or method is None or parsed.text(method).lower() not in _SETTERS or argument.parent is None:
            return None
        given = argument.parent.named_children
        behind = given[given.index(argument) + 1 :]
        return Site((f"={name.lower()}",), call, Arguments((behind[0],))) if behind else None

    def _given(self, parsed: Unit, call: Node) -> Arguments | None:
        """Arguments of a call; None of `f(...)`, which only hands the function on."""
        listed = self.argument_list(call)
        if listed is not None and any(child.type == "variadic_placeholder" for child in listed.named_children):
            return None
        return self.arguments(parsed, listed)

    def arguments(self, parsed: Unit, node: Node | None) -> Arguments:
        positional: list[Node] = []
        named: dict[str, Node] = {}
        objects: set[int] = set()
        spread = False
        for child in node.named_children if node is not None else ():
            value = child.named_children[-1] if child.type == "argument" and child.named_children else child
            name = child.child_by_field_name("name") if child.type == "argument" else None
            if value.type == "variadic_unpacking":
                spread = True
                continue
            if child.is_extra:
                continue
            if name is not None:
                named[parsed.text(name)] = value
                continue
            literal = value if value.type in ARRAYS else array_of(parsed, value)
            inside: dict[str, Node] = {}
            if literal is not None and keys(parsed, literal, inside):
                objects.add(len(positional))
            for key, member in inside.items():
                named[f"{len(positional)}.{key}"] = member
                named.setdefault(key, member)
            positional.append(value)
        return Arguments(tuple(positional), named, spread, frozenset(objects))

    def argument_list(self, call: Node) -> Node | None:
        found = call.child_by_field_name("arguments")
        return found or next((child for child in call.named_children if child.type == "arguments"), None)

    def callee(self, call: Node) -> Node | None:
        if call.type == "object_creation_expression":
            return next((child for child in call.named_children if child.type in {"name", "qualified_name"}), None)
        return super().callee(call)

    def keyed(self, node: Node) -> Node | None:
        pair = node.type == "array_element_initializer" and len(node.named_children) > 1
        return node.named_children[0] if pair else None

    # Declarations

    def declared_name(self, parsed: Unit, node: Node) -> str:
        if node.type not in _DECLARATIONS:
            return ""
        name = node.child_by_field_name("name")
        return parsed.text(name) if name is not None else ""

    def parameter(self, parsed: Unit, function: Node, name: str) -> tuple[bool, Node | None]:
        parameters = function.child_by_field_name("parameters")
        for child in parameters.named_children if parameters is not None else ():
            declared = child.child_by_field_name("name")
            if declared is not None and parsed.text(declared) == name:
                return True, child.child_by_field_name("default_value")
        return False, None

    def binding(self, parsed: Unit, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        if "changed" in captures:
            node = captures["changed"][0]
            return parsed.text(node), node, Binding(None)
        left, value = captures["left"][0], captures["value"][0]
        text = parsed.text(left)
        if "const" in captures:
            return text, captures["const"][0], Binding(value, final=True)
        if "defined" in captures:
            place = captures["defined"][0]
            return (text, place, Binding(value, final=True)) if parsed.text(captures["define"][0]) == "define" else None
        if "property" in captures:
            place = captures["property"][0]
            return f"self.{text.lstrip('$')}", place, Binding(value)
        if "static" in captures:
            return text, captures["static"][0], Binding(value)
        place = captures["assignment"][0]
        if left.type == "variable_name":
            return text, place, Binding(value, final=True)
        if left.type == "member_access_expression" and text.startswith("$this->"):
            return f"self.{text.removeprefix('$this->')}", place, Binding(value)
        return None


_DECLARATIONS = frozenset(
    {"class_declaration", "interface_declaration", "trait_declaration", "enum_declaration", "method_declaration",
     "function_definition"}
)  # fmt: skip
_DECLARING = frozenset(
    {*_DECLARATIONS, "variable_name", "namespace_use_clause", "namespace_use_group", "namespace_use_declaration",
     "namespace_definition", "const_element", "named_type", "class_interface_clause", "enum_case",
     "attribute", "goto_statement", "use_declaration", "property_element", "member_access_expression", "catch_clause",
     "type_list", "optional_type", "union_type"}
)  # fmt: skip
_HOLDING = frozenset(
    {"argument", "assignment_expression", "array_element_initializer", "return_statement", "parenthesized_expression",
     "conditional_expression"}
)  # fmt: skip


def _set(place: Node, name: str) -> Site:
    value = place.child_by_field_name("right") or place.named_children[-1]
    return Site((f"={name.lower()}",), place, Arguments((value,)))
