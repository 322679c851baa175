"""C++, by the tree-sitter-cpp grammar (C++20). The preprocessor is not run; what `c.py` says of C holds here too.

`A::B<C>::f` is the qualified name A.B.f, and C its named argument `<0>`. A variable, field or temporary of a class, and
`new` or `make_unique` of it, is a call of `X.<init>`; a pointer, a reference, a parameter or a result of that type is
none. `X v(a, b);` inside a function, which the grammar takes for a declaration of a function, is read as a variable.

*It cannot see* what a macro expands to, a `using namespace` of an included header, arguments passed by reference and
changed there, or which overload a call means.
"""

import re
from collections.abc import Mapping

from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.adapter import Unit
from assay.source.c import FILE_LEVEL, INCLUDES, C, has_effect, is_compared, switched_off
from assay.source.cpp_names import (
    NAMES,
    PATHS,
    as_argument,
    declared_in,
    fields_of,
    inner_of,
    is_declared,
    is_part,
    last_of,
    path_of,
    real_children,
    template_arguments,
)
from assay.source.places import Arguments, Binding, Imports, Site

_NAMED = """
  (using_declaration) @using
  (namespace_alias_definition name: (_) @alias (_) @of .)
  (alias_declaration name: (_) @alias type: (type_descriptor type: (_) @of))
  (type_definition type: [(qualified_identifier) (template_type)] @of declarator: (type_identifier) @alias)
"""
_OWN = """
  (function_definition declarator: (_) @own)
  (preproc_function_def name: (identifier) @own)
  (class_specifier name: (type_identifier) @own body: (_))
  (struct_specifier name: (type_identifier) @own body: (_))
"""
_USING = re.compile(r"using\s+(namespace\s+)?(?:::)?\s*([\w:]+)\s*;")
_INITIALIZERS = "(field_initializer (field_identifier) @name [(argument_list) (initializer_list)] @given)"
_PATH = r"((?:\w+::)*%s(?:::\w+)*)"
_MAKERS = frozenset({"make_unique", "make_shared", "make_optional", "allocate_shared"})
_HOLDERS = frozenset({"vector", "array", "optional", "map", "unordered_map", "list", "deque", "pair", "tuple",
                      "variant", "multimap", "set"})  # fmt: skip
_NO_SITE = frozenset({"using_declaration", "namespace_alias_definition", "namespace_definition", "enumerator",
                      "preproc_def", "preproc_function_def", "preproc_params", "preproc_ifdef", "labeled_statement",
                      "goto_statement", "field_designator", "class_specifier", "struct_specifier", "enum_specifier",
                      "friend_declaration", "template_instantiation", "destructor_name", "operator_cast",
                      "type_parameter_declaration", "preproc_defined", "nested_namespace_specifier"})  # fmt: skip


class Cpp(C):
    name = "C++"
    constant = frozenset({"const", "constexpr", "constinit"})
    functions = frozenset({"function_definition", "lambda_expression"})
    common = C.common | {"Encryption", "Decryption", "Encryptor", "Decryptor", "Signer", "Verifier", "PrivateKey",
                         "Domain", "context", "create_or_throw"}  # fmt: skip
    expressions: Mapping[str, str] = {
        **C.expressions, "raw_string_literal": "text", "qualified_identifier": "member", "new_expression": "new",
        "compound_literal_expression": "call", "lambda_expression": "lambda", "type_identifier": "name",
        "parameter_declaration": "call", "type_descriptor": "group", "template_type": "member",
        "user_defined_literal": "group",
    }  # fmt: skip
    binding_query = (
        C.binding_query
        + """
      (declaration declarator: (function_declarator declarator: (identifier) @left
        parameters: (parameter_list . (parameter_declaration !declarator type: (_) @value) .))) @vexing
      (field_declaration declarator: (_) @left default_value: (_) @value) @field
      (field_initializer (field_identifier) @left [(argument_list) (initializer_list)] @value) @made
      (for_range_loop declarator: (identifier) @changed)
      (for_range_loop declarator: (reference_declarator (identifier) @changed))
    """
    )
    shared_query = (
        C.shared_query
        + """
      (translation_unit (declaration declarator: (init_declarator declarator: (_) @name)))
      (field_declaration declarator: [(field_identifier) (pointer_declarator)] @name)
    """
    )
    shared_depth = FILE_LEVEL
    calls_query = (
        C.calls_query
        + """
      (call_expression function: (field_expression argument: (_) @object field: (field_identifier) @method)) @call
    """
    )
    calls: Mapping[str, str] = {"call_expression": "function", "new_expression": "type",
                                "compound_literal_expression": "type", "parameter_declaration": "type"}  # fmt: skip
    members: Mapping[str, tuple[str, str]] = {"field_expression": ("argument", "field")}
    loops = frozenset({"for_statement", "while_statement", "do_statement", "for_range_loop"})
    conversions: Mapping[str, str] = {
        **C.conversions, **dict.fromkeys(("c_str", "data", "toStdString", "toUtf8", "toLatin1", "begin"), "receiver"),
        **dict.fromkeys(("static_cast", "reinterpret_cast", "const_cast", "move", "forward", "string", "wstring",
                         "string_view", "QString", "QByteArray", "QStringLiteral", "QLatin1String", "QLatin1StringView",
                         "QByteArrayLiteral", "fromLatin1", "fromUtf8", "fromHex", "fromBase64"), "argument"),
    }  # fmt: skip

    def grammar(self) -> Grammar:
        import tree_sitter_cpp  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_cpp.language())

    # Names

    def imports(self, parsed: Unit) -> Imports:
        """Headers as stars, `NS::` of `using namespace NS`; aliases, and the names of the unit's own."""
        paths = [
            parsed.text(node).strip('<>"')
            for row in parsed.matches(INCLUDES, parsed.root, depth=FILE_LEVEL)
            for node in row["path"]
        ]
        names: dict[str, str] = {}
        for row in parsed.matches(_OWN, parsed.root, depth=FILE_LEVEL):
            own = last_of(declared_in(row["own"][0]))
            if own is not None and "::" not in parsed.text(row["own"][0]).partition("(")[0]:
                names[parsed.text(own)] = f"./{parsed.text(own)}"
        for row in parsed.matches(_NAMED, parsed.root) if _mentions_names(parsed.content) else ():
            if "using" in row:
                found = _USING.match(parsed.text(row["using"][0]))
                if found is not None and found[1]:
                    paths.append(f"{found[2]}::")
                elif found is not None:
                    names[found[2].rpartition("::")[2]] = found[2].replace("::", ".")
            elif path := path_of(parsed, row["of"][0]):
                names[parsed.text(row["alias"][0])] = path
        return Imports(names, tuple(paths))

    def other_names(self, parsed: Unit, words: frozenset[bytes]) -> frozenset[bytes]:
        return frozenset(
            alias.encode()
            for alias, path in parsed.imports.names.items()
            if alias.encode() not in words and any(part.encode() in words for part in path.split("."))
        )

    def qualified(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        if node.type in self.calls:
            made = self._made(parsed, node)
            callee = self.callee(node) if made is None else made
            return self.qualified(parsed, callee) if callee is not None else ()
        path = path_of(parsed, node)
        head, dot, rest = path.partition(".")
        if not path:
            return ()
        imports = parsed.imports
        if head in imports.names:
            return (imports.names[head] + dot + rest,)
        spaces = (star.removesuffix("::") for star in imports.stars if star.endswith("::"))
        return (path, *(f"{space.replace('::', '.')}.{path}" for space in spaces))

    def _made(self, parsed: Unit, call: Node) -> Node | None:
        """The class that a call of `make_unique` and the like makes."""
        function = last_of(call.child_by_field_name("function")) if call.type == "call_expression" else None
        above = function.parent if function is not None else None
        if above is None or above.type != "template_function" or function is None:
            return None
        if parsed.text(function) not in _MAKERS:
            return None
        given = above.child_by_field_name("arguments")
        kind = given.named_children[0] if given is not None and given.named_children else None
        return kind.child_by_field_name("type") if kind is not None else None

    def method(self, call: Node) -> Node | None:
        callee = self.callee(call)
        if callee is not None and callee.type in self.members:
            callee = callee.child_by_field_name("field")
        return last_of(callee)

    def declared_name(self, parsed: Unit, node: Node) -> str:
        if node.type == "function_definition":
            return path_of(parsed, declared_in(node.child_by_field_name("declarator")))
        if node.type in {"class_specifier", "struct_specifier", "namespace_definition"}:
            return path_of(parsed, node.child_by_field_name("name"))
        return ""

    def parameter(self, parsed: Unit, function: Node, name: str) -> tuple[bool, Node | None]:
        declarator = function.child_by_field_name("declarator")
        while declarator is not None and "parameters" not in fields_of(declarator):
            declarator = inner_of(declarator)
        parameters = declarator.child_by_field_name("parameters") if declarator is not None else None
        for child in parameters.named_children if parameters is not None else ():
            declared = declared_in(child.child_by_field_name("declarator"))
            if declared is not None and parsed.text(declared) == name:
                return True, child.child_by_field_name("default_value")
        return False, None

    def arguments(self, parsed: Unit, node: Node | None) -> Arguments:
        if node is None or node.type != "parameter_list":
            return super().arguments(parsed, node)
        return Arguments(tuple(map(as_argument, real_children(node))))

    def literal(self, text: str) -> tuple[str, str] | None:
        raw = _RAW.fullmatch(text)
        return ("text", raw[2]) if raw is not None else super().literal(text)

    def constructed(self, node: Node) -> Node | None:
        if node.type not in {"declaration", "field_declaration"}:
            return None
        return last_of(declared_in(node.child_by_field_name("declarator")))

    # Assignments

    def binding(self, parsed: Unit, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        if "made" in captures:  # `Box() : mode_(ECB) {}`
            inside = real_children(captures["value"][0])
            value = inside[0] if len(inside) == 1 else None
            return f"self.{parsed.text(captures['left'][0])}", captures["made"][0], Binding(value)
        for key in ("vexing", "field"):
            if key in captures:
                place, left = captures[key][0], last_of(declared_in(captures["left"][0]))
                if left is None or (key == "vexing" and parsed.function_of(place) is None):
                    return None
                return parsed.text(left), place, Binding(captures["value"][0], self._is_constant(parsed, place))
        found = super().binding(parsed, captures)
        value = found[2].value if found is not None else None
        if found is None or value is None or value.type not in {"argument_list", "initializer_list"}:
            return found
        inside = real_children(value)
        if len(inside) == 1 and self.expressions.get(inside[0].type) not in {"number", "array"}:
            return found[0], found[1], Binding(inside[0], found[2].final)  # `x(value)` and `x{value}`
        return (found[0], found[1], Binding(None)) if value.type == "argument_list" else found

    # Sites

    def site(self, parsed: Unit, node: Node, word: str) -> Site | None:
        if node.type == "preproc_arg":
            return self._in_macro(parsed, node, word)
        if node.type == "string_content":
            return super().site(parsed, node, word)
        if node.type == "field_identifier":
            return self._member_site(parsed, node)
        if node.type not in NAMES or switched_off(parsed, node):
            return None
        while node.parent is not None and node.parent.type in PATHS and is_part(node.parent, node):
            node = node.parent
        parent = node.parent
        if parent is None or parent.type in _NO_SITE or is_declared(parent, node):
            return None
        names = self.qualified(parsed, node)
        if not names or names[0].startswith("./"):
            return None
        if parent.type == "call_expression" and parent.child_by_field_name("function") == node:
            return self._call_site(parsed, parent, node, names)
        if node.type != "identifier" and (
            parent.child_by_field_name("type") == node or parent.type == "base_class_clause"
        ):
            return self._type_site(parsed, node, names)
        while parent.type == "parenthesized_expression" and parent.parent is not None:
            parent = parent.parent
        return Site(names, node, None, settled=has_effect(parent))

    def _in_macro(self, parsed: Unit, node: Node, word: str) -> Site | None:
        found = super().site(parsed, node, word)
        path = re.search(_PATH % re.escape(word), parsed.text(node))
        if found is not None or path is None or "::" not in path[0] or switched_off(parsed, node):
            return found
        return Site((path[0].replace("::", "."),), node, None, at=node.start_byte + path.start())

    def _member_site(self, parsed: Unit, node: Node) -> Site | None:
        holder = node.parent
        if holder is not None and holder.type == "template_method":
            holder = holder.parent
        if holder is None or holder.type != "field_expression" or switched_off(parsed, node):
            return None
        above, name = holder.parent, parsed.text(node)
        if above is not None and above.type == "call_expression" and above.child_by_field_name("function") == holder:
            return Site((f".{name}",), above, self.arguments(parsed, above.child_by_field_name("arguments")))
        if above is not None and above.type == "assignment_expression" and above.child_by_field_name("left") == holder:
            value = above.child_by_field_name("right")
            return Site((f"={name}",), above, Arguments((value,))) if value is not None else None
        return None

    def _call_site(self, parsed: Unit, call: Node, callee: Node, names: tuple[str, ...]) -> Site | None:
        if call.parent is not None and call.parent.type in {"preproc_if", "preproc_elif", "preproc_defined"}:
            return None
        given = self.arguments(parsed, call.child_by_field_name("arguments"))
        given = Arguments(given.positional, self._template(parsed, callee))
        last = names[0].rpartition(".")[2]
        own = (f".{last}",) if callee.type == "identifier" else ()  # a method of the class around
        settled = bool(given.positional) or not is_compared(call)
        named = (
            form for name in reversed(names) for form in (f"{name}.<init>", name)
        )  # a namespace's before a bare one
        return Site((*named, *own), call, given, settled=settled)

    def _type_site(self, parsed: Unit, node: Node, names: tuple[str, ...]) -> Site | None:
        """A class where an object of it is made; None where it is only the type of something else."""
        parent = node.parent
        made = tuple(f"{name}.<init>" for name in names)
        template = self._template(parsed, node)
        match parent.type if parent is not None else "":
            case "declaration" | "field_declaration" as kind:
                given = self._given(parsed, parent, kind) if parent is not None else None
                return Site(made, parent, Arguments(given.positional, template)) if parent and given else None
            case "new_expression" | "compound_literal_expression":
                listed = parent and (parent.child_by_field_name("arguments") or parent.child_by_field_name("value"))
                return (
                    Site(made, parent, Arguments(self.arguments(parsed, listed).positional, template))
                    if parent
                    else None
                )
            case "parameter_declaration":
                return self._vexing_site(parsed, parent, node, names) if parent is not None else None
            case "type_definition":
                return Site(made, parent, Arguments((), template)) if parent is not None else None
            case "type_descriptor":
                return self._described(parsed, parent, node, made) if parent is not None else None
            case "base_class_clause":
                return Site(made, node, None)
        return None

    def _given(self, parsed: Unit, declaration: Node, kind: str) -> Arguments | None:
        """What the variables or fields of a declaration are made from; None when none is an object of the type."""
        if any(child.type == "storage_class_specifier" and child.text == b"extern" for child in declaration.children):
            return None
        for declarator in declaration.children_by_field_name("declarator"):
            value = declarator.child_by_field_name("value")
            match declarator.type:
                case "identifier" | "array_declarator":
                    return Arguments()
                case "field_identifier":
                    return self._initialised(parsed, declaration, declarator)
                case "init_declarator":
                    plain = declarator.child_by_field_name("declarator")
                    if plain is None or plain.type not in {"identifier", "array_declarator"} or value is None:
                        continue
                    if value.type in {"argument_list", "initializer_list"}:
                        return self.arguments(parsed, value)
                case "function_declarator" if kind == "declaration" and parsed.function_of(declaration) is not None:
                    return self.arguments(parsed, declarator.child_by_field_name("parameters"))
        return None

    def _initialised(self, parsed: Unit, declaration: Node, field: Node) -> Arguments:
        """The arguments of a field: its own default, or those of the only constructor of the file that gives some."""
        default = declaration.child_by_field_name("default_value")
        rows = [default] if default is not None and default.type in {"initializer_list", "argument_list"} else []
        constructors = parsed.matches(_INITIALIZERS, parsed.root)
        rows += [row["given"][0] for row in constructors if row["name"][0].text == field.text]
        return self.arguments(parsed, rows[0]) if len(rows) == 1 else Arguments()

    def _vexing_site(self, parsed: Unit, parameter: Node, node: Node, names: tuple[str, ...]) -> Site | None:
        """An argument of a variable that the grammar takes for the parameter of a function."""
        function = parameter.parent.parent if parameter.parent is not None else None
        declaration = function.parent if function is not None else None
        if declaration is None or declaration.type != "declaration" or parsed.function_of(declaration) is None:
            return None
        called = parameter.child_by_field_name("declarator")
        if called is None:
            return Site(names, node, None)
        if called.type != "abstract_function_declarator":
            return None
        given = self.arguments(parsed, called.child_by_field_name("parameters"))
        return Site((*names, *(f"{name}.<init>" for name in names)), parameter, given)

    def _described(self, parsed: Unit, kind: Node, node: Node, made: tuple[str, ...]) -> Site | None:
        """A class as the argument of a template, or as what an alias stands for."""
        above = kind.parent
        if above is None or kind.child_by_field_name("declarator") is not None:
            return None
        if above.type == "alias_declaration":
            return Site(made, above, Arguments((), self._template(parsed, node)))
        template = above.parent if above.type == "template_argument_list" else None
        name = last_of(template.child_by_field_name("name")) if template is not None else None
        text = parsed.text(name) if name is not None else ""
        call = template
        while call is not None and call.type in PATHS:
            call = call.parent
        if text in _MAKERS and call is not None and call.type == "call_expression":
            given = self.arguments(parsed, call.child_by_field_name("arguments"))
            return Site(made, call, Arguments(given.positional, self._template(parsed, node)))
        own = template is not None and template.type == "template_function"  # one that may make or call it
        return Site(made, node, None) if own or text in _HOLDERS else None

    def _template(self, parsed: Unit, node: Node) -> Mapping[str, Node]:
        """The arguments of the templates in a path, named by their place; of an alias, those of what it stands for."""
        found = list(template_arguments(node))
        if not found and parsed.text(node) in parsed.imports.names:
            rows = parsed.matches(_NAMED, parsed.root)
            same = (row["of"][0] for row in rows if "alias" in row and row["alias"][0].text == node.text)
            found = [item for of in same for item in template_arguments(of)]
        return {f"<{place}>": item for place, item in enumerate(found)}


_RAW = re.compile(r"(?:u8|[uUL])?R\"([^()\\\s]*)\((.*)\)\1\"", re.DOTALL)


def _mentions_names(content: bytes) -> bool:
    return any(word in content for word in (b"using ", b"namespace ", b"typedef "))
