"""C#, by the tree-sitter-c-sharp grammar (C# 13).

A type is looked for under the aliases of the file, in its namespaces and those around them, and in each namespace that
a `using` opens, the implicit ones of the SDK among them. An assignment to a property, also in an object initialiser,
counts as a call on the object.

*It cannot see* what a `global using` of another file or of the project brings, inherited members, other parts of a
partial class, or code that a source generator writes.
"""

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.adapter import Unit
from assay.source.csharp_places import (
    given_value,
    is_callee,
    is_constant,
    is_fixed,
    is_hidden,
    methods_of,
    names_type,
    plain_name,
    target_type,
)
from assay.source.csharp_values import CSharpValues
from assay.source.places import Arguments, Binding, Call, Imports, Site

_IMPORTS = """
  (using_directive) @using
  (namespace_declaration name: (_) @namespace)
  (file_scoped_namespace_declaration name: (_) @namespace)
"""
_IMPLICIT = ("System", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
             "System.Collections.Generic")  # fmt: skip
_SET = "(assignment_expression left: (identifier) @property) @call"
_CALLED = {"invocation_expression": "function", "object_creation_expression": "type"}


class CSharp(CSharpValues):
    name = "C#"
    functions = frozenset(
        {"method_declaration", "constructor_declaration", "destructor_declaration", "operator_declaration",
         "local_function_statement", "lambda_expression", "anonymous_method_expression", "accessor_declaration"}
    )  # fmt: skip
    binding_query = """
      (variable_declarator name: (identifier) @name) @declarator
      (property_declaration name: (identifier) @name) @property
      (assignment_expression left: (_) @left right: (_) @value) @assignment
      (foreach_statement left: (identifier) @changed)
      (declaration_expression name: (identifier) @changed)
      (declaration_pattern name: (identifier) @changed)
      (argument ["ref" "out"] (identifier) @changed)
      (prefix_unary_expression ["++" "--"] (identifier) @changed)
      (postfix_unary_expression (identifier) @changed ["++" "--"])
    """
    calls_query = """
      (invocation_expression function: (member_access_expression expression: (_) @object name: (_) @method)) @call
      (invocation_expression
        function: (conditional_access_expression
          condition: (_) @object (member_binding_expression name: (_) @method))) @call
      (assignment_expression
        left: (member_access_expression expression: (_) @object name: (identifier) @property)) @call
    """
    declaring = frozenset({"variable_declarator", "property_declaration", "identifier"})
    blocks = frozenset({"block", "declaration_list", "compilation_unit", "switch_section"})
    statements = frozenset(
        {"expression_statement", "variable_declaration", "local_declaration_statement", "field_declaration"}
    )
    loops = frozenset({"for_statement", "foreach_statement", "while_statement", "do_statement"})
    transparent = frozenset(
        {"parenthesized_expression", "cast_expression", "as_expression", "await_expression", "postfix_unary_expression",
         "conditional_access_expression"}
    )  # fmt: skip
    assigning = frozenset({"variable_declarator", "assignment_expression", "property_declaration"})
    around_arguments = frozenset({"argument"})
    calls: Mapping[str, str] = {
        "invocation_expression": "function", "object_creation_expression": "type",
        "implicit_object_creation_expression": "type",
    }  # fmt: skip
    members: Mapping[str, tuple[str, str]] = {
        "member_access_expression": ("expression", "name"), "conditional_access_expression": ("condition", "name"),
    }  # fmt: skip

    def grammar(self) -> Grammar:
        import tree_sitter_c_sharp  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_c_sharp.language())

    # Names

    def word(self, call: str) -> str:
        """The class: `Create` and the like stand in every file. Interfaces and delegates stand alone in a catalogue."""
        parts = call.split(".")
        return parts[-1] if len(parts) == 1 or _ALONE.fullmatch(parts[-1]) else parts[-2]

    def imports(self, parsed: Unit) -> Imports:
        """`names` holds aliases, and the classes of `using static` under `static` and their name."""
        names: dict[str, str] = {}
        stars: list[str] = []
        package = ""
        for captures in parsed.matches(_IMPORTS, parsed.root):
            for node in captures.get("namespace", ()):
                package = package or "".join(parsed.text(node).split())
            for node in captures.get("using", ()):
                text = parsed.text(node).strip().rstrip(";")
                words = text.removeprefix("global ").strip().removeprefix("using ").split("=")
                path = "".join(words[-1].split()).replace("global::", "")
                if len(words) > 1:
                    names[words[0].strip()] = path
                elif words[0].strip().startswith("static "):
                    path = path.removeprefix("static")
                    names[f"static {path}"] = path
                else:
                    stars.append(path)
        return Imports(names, (*stars, *_IMPLICIT), package)

    def other_names(self, parsed: Unit, words: frozenset[bytes]) -> frozenset[bytes]:
        return frozenset(
            name.encode()
            for name, path in parsed.imports.names.items()
            if not name.startswith("static ")
            and name.encode() not in words
            and any(part.encode() in words for part in path.split("."))
        )

    def qualified(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        match node.type:
            case "identifier" | "generic_name":
                return self._type(parsed, plain_name(parsed, node))
            case "member_access_expression" | "qualified_name" | "alias_qualified_name":
                return self._dotted(parsed, plain_name(parsed, node))
            case "object_creation_expression":
                of = node.child_by_field_name("type")
                return tuple(f"{name}.<init>" for name in self.qualified(parsed, of)) if of is not None else ()
            case "implicit_object_creation_expression":
                of = target_type(node)
                return tuple(f"{name}.<init>" for name in self.qualified(parsed, of)) if of is not None else ()
            case "nullable_type":
                return self.qualified(parsed, node.named_children[0]) if node.named_children else ()
            case "invocation_expression":
                return self._called(parsed, node)
        return ()

    def _called(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        callee = self.callee(node)
        if callee is None:
            return ()
        if callee.type == "identifier":
            name = parsed.text(callee)
            static = (path for key, path in parsed.imports.names.items() if key.startswith("static "))
            return (*(f"{path}.{name}" for path in static), name)
        method = self.method(node)
        if method is None or callee.type not in self.members:
            return ()
        return (*self.qualified(parsed, callee), f".{plain_name(parsed, method).rpartition('.')[2]}")

    def _dotted(self, parsed: Unit, text: str) -> tuple[str, ...]:
        whole = text.startswith("global::")
        text = text.removeprefix("global::")
        head, _, rest = text.partition(".")
        if not head.isidentifier() or not all(part.isidentifier() for part in rest.split(".")):
            return ()
        if whole:
            return (text,)
        return (*(f"{name}.{rest}" for name in self._type(parsed, head)), text)

    def _type(self, parsed: Unit, name: str) -> tuple[str, ...]:
        """Names that a type can have, the nearest namespace first."""
        imports = parsed.imports
        name = name.lstrip("@")
        if name in imports.names:
            return (imports.names[name],)
        parts = imports.package.split(".") if imports.package else []
        own = (".".join((*parts[:end], name)) for end in range(len(parts), -1, -1))
        return (*own, *(f"{star}.{name}" for star in imports.stars))

    # Places

    def site(self, parsed: Unit, node: Node, word: str) -> Site | None:  # noqa: ARG002
        if node.type != "identifier":
            return None
        while (parent := node.parent) is not None and parent.type in _NAMES:
            if node.type == "member_access_expression" and is_constant(parsed, node):
                break
            node = parent
        if parent is None or is_hidden(parent):
            return None
        if parent.child_by_field_name(_CALLED.get(parent.type, "name")) == node and parent.type in _CALLED:
            named = parsed.text(node) != "nameof"
            given = self.arguments(parsed, self.argument_list(parent))
            return Site(self.qualified(parsed, parent), parent, given) if named else None
        if parent.type == "assignment_expression" and parent.child_by_field_name("left") == node:
            return self._set(parsed, parent, node)
        found = self._type_site(parsed, node, parent)
        if found is not None or node.type not in {"member_access_expression", "qualified_name"}:
            return found
        if parent.type in _DECLARING:
            return None
        return Site(self._dotted(parsed, plain_name(parsed, node)), node, None, settled=not self.compared(node))

    def _type_site(self, parsed: Unit, node: Node, parent: Node) -> Site | None:
        """A type that is implemented, handed on, or gives a value its meaning; the name of a method."""
        match parent.type:
            case "variable_declaration" | "property_declaration" | "nullable_type" if names_type(parent, node):
                return self._typed(parsed, parent, node)
            case "base_list" | "primary_constructor_base_type":
                return self._implemented(parsed, node)
            case "type_argument_list" if parent.parent is None or not is_callee(parent.parent):
                return None
            case "typeof_expression" | "type_argument_list":
                return Site(tuple(f"{name}.class" for name in self.qualified(parsed, node)), parent, None)
            case "method_declaration" if parent.child_by_field_name("name") == node:
                return Site((parsed.text(node),), parent, None, at=node.start_byte)
        return None

    def _set(self, parsed: Unit, assignment: Node, left: Node) -> Site | None:
        """`x.Name = value`, `x.Name += value`, and `Name = value` in an initialiser or in the object itself."""
        value, operator = assignment.child_by_field_name("right"), assignment.child_by_field_name("operator")
        if value is None or (operator is not None and parsed.text(operator) not in {"=", "+=", "|=", "??="}):
            return None
        last = plain_name(parsed, left).rpartition(".")[2]
        return Site((f"={last}", *self.qualified(parsed, left)), assignment, Arguments((value,)))

    def _typed(self, parsed: Unit, declaration: Node, node: Node) -> Site | None:
        """A type of a variable or property: of `new(...)` without a type, or of the function that it is given."""
        while declaration.type == "nullable_type" and declaration.parent is not None:
            declaration = declaration.parent
        made = next(iter(self._made(declaration)), None)
        if made is None:
            return None
        if made.type == "implicit_object_creation_expression":
            return Site(self.qualified(parsed, made), made, self.arguments(parsed, self.argument_list(made)))
        return Site(self.qualified(parsed, node), node, Arguments((made,)))

    def _made(self, declaration: Node) -> Iterator[Node]:
        """Values of a declaration, of the kinds that take their meaning from its type."""
        for place in (declaration, *declaration.named_children):
            value = given_value(place) if place.type in {"variable_declarator", "property_declaration"} else None
            if value is not None and value.type in _TAKING:
                yield value

    def _implemented(self, parsed: Unit, node: Node) -> Site | None:
        """`class X : T`: a site of T whose named arguments are the methods of X."""
        above = node.parent
        while above is not None and above.type in {"base_list", "primary_constructor_base_type"}:
            above = above.parent
        body = above.child_by_field_name("body") if above is not None else None
        if body is None:
            return None
        names = self.qualified(parsed, node)
        both = (*names, *(f"{name}.<init>" for name in names))
        return Site(both, node, Arguments(named=methods_of(parsed, body)), inherited=True)

    # Calls

    def parts(self, member: Node) -> tuple[Node | None, Node | None]:
        if member.type == "conditional_access_expression":
            bound = member.named_children[-1] if member.named_children else None
            named = bound.child_by_field_name("name") if bound is not None else None
            return member.child_by_field_name("condition"), named
        return super().parts(member)

    def argument_list(self, call: Node) -> Node | None:
        if call.type == "assignment_expression":
            return call
        return call.child_by_field_name("arguments") or next(
            (child for child in call.named_children if child.type == "argument_list"), None
        )

    def arguments(self, parsed: Unit, node: Node | None) -> Arguments:
        """Of a call, or of an assignment to a property."""
        if node is None:
            return Arguments()
        if node.type == "assignment_expression":
            value = node.child_by_field_name("right")
            return Arguments((value,) if value is not None else ())
        positional: list[Node] = []
        named: dict[str, Node] = {}
        for child in node.named_children:
            if child.type != "argument" or not child.named_children:
                continue
            name, value = child.child_by_field_name("name"), child.named_children[-1]
            if name is not None:
                named[parsed.text(name)] = value
            else:
                positional.append(value)
        return Arguments(tuple(positional), named)

    def scoped(self, parsed: Unit, call: Node) -> Iterator[Call]:
        """Assignments in the initialiser of a new object."""
        initialiser = call.child_by_field_name("initializer") or next(
            (child for child in call.named_children if child.type == "initializer_expression"), None
        )
        if initialiser is None or self.calls.get(call.type) != "type":
            return
        for row in parsed.matches(_SET, initialiser, depth=1):
            yield Call(parsed.text(row["property"][0]), row["call"][0])

    # Declarations

    def declared_name(self, parsed: Unit, node: Node) -> str:
        if node.type in _DECLARATIONS:
            name = node.child_by_field_name("name")
            return parsed.text(name) if name is not None else ""
        return ""

    def parameter(self, parsed: Unit, function: Node, name: str) -> tuple[bool, Node | None]:
        parameters = function.child_by_field_name("parameters")
        if function.type == "accessor_declaration":
            return name == "value", None
        if parameters is None:
            return False, None
        if parameters.type != "parameter_list":
            return parsed.text(parameters) == name, None
        for child in parameters.named_children:
            declared = child.child_by_field_name("name")
            if declared is not None and parsed.text(declared) == name:
                return True, given_value(child)
        rest = parameters.child_by_field_name("name")
        return rest is not None and parsed.text(rest) == name, None

    def parameters(self, parsed: Unit, function: Node) -> tuple[str, ...]:
        """Type and name of `params byte[] rest` stand in the list itself."""
        listed = function.child_by_field_name("parameters")
        rest = listed.child_by_field_name("name") if listed is not None else None
        if listed is None or rest is None:
            return super().parameters(parsed, function)
        named = (child.child_by_field_name("name") for child in listed.named_children if child.type == "parameter")
        return (*(parsed.text(name) if name is not None else "" for name in named), parsed.text(rest))

    def binding(self, parsed: Unit, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        if "changed" in captures:
            node = captures["changed"][0]
            changing = node.parent if node.parent is not None and node.parent.type in _CHANGING else node
            return parsed.text(node), changing, Binding(None)
        if "declarator" in captures:
            node, name = captures["declarator"][0], parsed.text(captures["name"][0])
            value = given_value(node)
            return name, node, Binding(value, value is None or is_fixed(parsed, node))
        if "property" in captures:
            node, name = captures["property"][0], parsed.text(captures["name"][0])
            value = node.child_by_field_name("value")
            settable = node.child_by_field_name("accessors")
            fixed = settable is None or not any(word in parsed.text(settable) for word in ("set", "init"))
            return (name, node, Binding(value, fixed)) if value is not None else None
        node, left = captures["assignment"][0], captures["left"][0]
        operator = node.child_by_field_name("operator")
        value = captures["value"][0] if operator is None or parsed.text(operator) == "=" else None
        text = parsed.text(left)
        if text.startswith("this."):
            return "self." + text.removeprefix("this."), node, Binding(value)
        initialising = node.parent is not None and node.parent.type == "initializer_expression"
        return (text, node, Binding(value)) if left.type == "identifier" and not initialising else None


_CHANGING = frozenset({"argument", "prefix_unary_expression", "postfix_unary_expression"})
_ALONE = re.compile(r"I[A-Z]\w*|\w+Callback")
_NAMES = frozenset(
    {"member_access_expression", "qualified_name", "alias_qualified_name", "generic_name", "member_binding_expression",
     "conditional_access_expression"}
)  # fmt: skip
_TAKING = frozenset({"implicit_object_creation_expression", "lambda_expression", "anonymous_method_expression"})
_DECLARATIONS = frozenset(
    {"class_declaration", "struct_declaration", "interface_declaration", "record_declaration", "enum_declaration",
     "method_declaration", "constructor_declaration", "local_function_statement"}
)  # fmt: skip
_DECLARING = frozenset(
    {"using_directive", "namespace_declaration", "file_scoped_namespace_declaration", "variable_declaration",
     "parameter", "method_declaration", "property_declaration", "attribute", "type_argument_list", "nullable_type",
     "array_type", "cast_expression", "qualified_name", "object_creation_expression", "catch_declaration",
     "declaration_pattern", "explicit_interface_specifier", "base_list"}
)  # fmt: skip
