"""Java, by the tree-sitter-java grammar (Java 21).

*It cannot see* inherited members, or code that Lombok and other processors generate.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from msgspec.structs import replace
from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.adapter import Adapter, Unit
from assay.source.places import Arguments, Binding, Imports, Objects, Site
from assay.source.trail import noted

_IMPORTS = "(import_declaration) @import (package_declaration) @package"


class Java(Adapter):
    name = "Java"
    functions = frozenset({"method_declaration", "constructor_declaration", "lambda_expression", "static_initializer"})
    expressions: Mapping[str, str] = {
        "string_literal": "text", "character_literal": "text", "decimal_integer_literal": "number",
        "hex_integer_literal": "number", "octal_integer_literal": "number", "binary_integer_literal": "number",
        "binary_expression": "binary", "ternary_expression": "condition", "parenthesized_expression": "group",
        "cast_expression": "group", "array_creation_expression": "array", "array_initializer": "array",
        "identifier": "name", "type_identifier": "name", "field_access": "member", "scoped_identifier": "member",
        "method_invocation": "call", "object_creation_expression": "new", "true": "true", "false": "false",
        "null_literal": "null", "lambda_expression": "lambda", "method_declaration": "lambda",
    }  # fmt: skip
    binding_query = """
      (variable_declarator name: (identifier) @name) @declarator
      (assignment_expression left: (_) @left right: (_) @value) @assignment
      (update_expression (identifier) @changed)
      (enhanced_for_statement name: (identifier) @changed)
      (catch_formal_parameter name: (identifier) @changed)
      ((method_invocation name: (identifier) @method arguments: (argument_list . (identifier) @filled)) @call
        (#any-of? @method "nextBytes" "read" "readFully" "readNBytes" "engineNextBytes"))
    """
    declaring = frozenset({"variable_declarator", "enhanced_for_statement", "catch_formal_parameter", "identifier",
                           "resource", "method_invocation"})  # fmt: skip

    blocks = frozenset({"block", "constructor_body", "program"})
    statements = frozenset({"expression_statement", "local_variable_declaration"})
    returns = "return_statement"
    comparing = frozenset({"switch_label"})
    listing = frozenset({"asList", "of", "singletonList", "singleton"})
    loops = Adapter.loops | {"enhanced_for_statement"}
    transparent = frozenset({"parenthesized_expression", "cast_expression"})
    calls: Mapping[str, str] = {"method_invocation": "name", "object_creation_expression": "type"}
    members: Mapping[str, tuple[str, str]] = {"method_invocation": ("object", "name")}
    calls_query = """
      (method_invocation object: (_) @object name: (identifier) @method arguments: (argument_list) @arguments) @call
    """

    def grammar(self) -> Grammar:
        import tree_sitter_java  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_java.language())

    def imports(self, parsed: Unit) -> Imports:
        names: dict[str, str] = {}
        stars: list[str] = []
        package = ""
        for captures in parsed.matches(_IMPORTS, parsed.root, depth=1):
            for node in captures.get("package", ()):
                package = parsed.text(node).removeprefix("package").strip(" ;\n\t")
            for node in captures.get("import", ()):
                words = parsed.text(node).removeprefix("import").strip(" ;\n\t").split()
                static = words[0] == "static"
                path = "".join(words[1:] if static else words)
                if path.endswith(".*"):
                    stars.append(path[:-2])
                else:
                    names[("static " if static else "") + path.rpartition(".")[2]] = path
        return Imports(names, (*stars, "java.lang"), package)

    def site(self, parsed: Unit, node: Node, word: str) -> Site | None:  # noqa: ARG002
        if node.type not in {"identifier", "type_identifier"}:
            return None
        while (parent := node.parent) is not None and parent.type in _NAMES and not _is_constant(parsed, node):
            node = parent
        if parent is None:
            return None
        match parent.type:
            case "method_invocation" if not _is_constant(parsed, node):
                if node in {parent.child_by_field_name("object"), parent.child_by_field_name("name")}:
                    return self._called(parsed, node, parent)
            case "object_creation_expression" if parent.child_by_field_name("type") == node:
                return self._created(parsed, parent)
            case "field_declaration" | "local_variable_declaration" | "cast_expression" if (
                parent.child_by_field_name("type") == node
            ):
                declarator = parent.child_by_field_name("declarator") or parent
                value = declarator.child_by_field_name("value")
                return Site(self.qualified(parsed, node), node, Arguments((value,))) if value is not None else None
            case "type_list" | "super_interfaces" | "superclass":
                return self._implemented(parsed, node, parent)
            case "method_reference" | "class_literal" if parent.named_children[0] == node:
                return self._handed_on(parsed, node, parent)
            case "method_declaration" if parent.child_by_field_name("name") == node:
                return Site((parsed.text(node),), parent, None)
        if node.type == "field_access":
            return Site(self.qualified(parsed, node), node, None, settled=not self.compared(node))
        return self._constant(parsed, node, parent)

    def _called(self, parsed: Unit, node: Node, call: Node) -> Site:
        """A call of a method, which of a constant of the own class also names that."""
        own: tuple[str, ...] = ()
        if node == call.child_by_field_name("object") and parsed.text(node).isupper():
            own = self._own(parsed, node, parsed.text(node))
        arguments = self.arguments(parsed, call.child_by_field_name("arguments"))
        return Site((*self.qualified(parsed, call), *own), call, arguments)

    def _constant(self, parsed: Unit, node: Node, parent: Node) -> Site | None:
        """A constant without its class: imported by itself, or of the own class and an argument."""
        name = parsed.text(node)
        imported = parsed.imports.names.get(f"static {name}")
        if imported is not None:
            return Site((imported,), node, None) if parent.type not in _NAMING else None
        own = parent.type == "argument_list" and name[:1].isupper()
        return Site(self._own(parsed, node, name), node, None) if own else None

    def _handed_on(self, parsed: Unit, node: Node, parent: Node) -> Site:
        """`T::method`, `T::new` and `T.class`."""
        last = "class" if parent.type == "class_literal" else parsed.text(parent.children[-1]).replace("new", "<init>")
        return Site(tuple(f"{name}.{last}" for name in self.qualified(parsed, node)), parent, None)

    def _created(self, parsed: Unit, node: Node) -> Site:
        """`new T(...)`; the named arguments are the methods of an anonymous class."""
        given = self.arguments(parsed, node.child_by_field_name("arguments"))
        body = next((child for child in node.named_children if child.type == "class_body"), None)
        methods = _methods(parsed, body) if body is not None else {}
        return Site(self.qualified(parsed, node), node, replace(given, named=methods))

    def _implemented(self, parsed: Unit, node: Node, parent: Node) -> Site | None:
        """`class X implements T`: a site of T whose named arguments are the methods of X; whoever makes an X that
        `extends T` makes a T."""
        if parent.type == "superclass":
            return Site(tuple(f"{name}.<init>" for name in self.qualified(parsed, node)), node, None, inherited=True)
        above: Node | None = parent
        while above is not None and above.type in {"type_list", "super_interfaces"}:
            above = above.parent
        body = above.child_by_field_name("body") if above is not None else None
        if body is None:
            return None
        return Site(self.qualified(parsed, node), node, Arguments(named=_methods(parsed, body)))

    def other_names(self, parsed: Unit, words: frozenset[bytes]) -> frozenset[bytes]:
        found = set()
        for name, path in parsed.imports.names.items():
            if name.startswith("static ") and any(part.encode() in words for part in path.split(".")[:-1]):
                found.add(name.removeprefix("static ").encode())
        return frozenset(found)

    def qualified(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        match node.type:
            case "identifier" | "type_identifier":
                return self._type(parsed, parsed.text(node))
            case "generic_type":
                inner = node.named_children[0] if node.named_children else None
                return self.qualified(parsed, inner) if inner is not None else ()
            case "scoped_identifier" | "scoped_type_identifier":
                return self._dotted(parsed, "".join(parsed.text(node).split()))
            case "field_access":
                return self._dotted(parsed, "".join(parsed.text(node).split()))
            case "object_creation_expression":
                of = node.child_by_field_name("type")
                return tuple(f"{name}.<init>" for name in self.qualified(parsed, of)) if of is not None else ()
            case "method_invocation":
                return self._method(parsed, node)
        return ()

    def _method(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        name = node.child_by_field_name("name")
        receiver = node.child_by_field_name("object")
        if name is None:
            return ()
        method = parsed.text(name)
        if receiver is None or receiver.type == "this":
            path = parsed.imports.names.get(f"static {method}")
            stars = tuple(f"{star}.{method}" for star in parsed.imports.stars if star.rpartition(".")[2][:1].isupper())
            own = self._own(parsed, node, method)
            inherited = (f".{method}",) if _is_inherited(parsed, method) else ()
            return (path, *own, *stars) if path else (*own, *stars, *inherited)
        if receiver.type in {"identifier", "field_access", "scoped_identifier"}:
            return (*(f"{owner}.{method}" for owner in self.qualified(parsed, receiver)), f".{method}")
        return (f".{method}",)

    def _own(self, parsed: Unit, node: Node, member: str) -> tuple[str, ...]:
        """What a member is called that stands without its class: that of each class around, the innermost first."""
        named = [self.declared_name(parsed, above) for above in parsed.above(node) if above.type in _TYPES][::-1]
        package = [parsed.imports.package] if parsed.imports.package else []
        return tuple(".".join((*package, *named[:end], member)) for end in range(len(named), 0, -1))

    def objects(self, parsed: Unit, node: Node) -> Objects | None:
        while (parent := node.parent) is not None and parent.type in {"scoped_type_identifier", "generic_type"}:
            node = parent
        if parent is None or parent.type not in _HOLDING or parent.child_by_field_name("type") != node:
            return None
        holders = parent.children_by_field_name("declarator") or [parent]
        named = [holder.child_by_field_name("name") for holder in holders]
        names = tuple(parsed.text(name) for name in named if name is not None)
        field = parent.type == "field_declaration"
        scope = parsed.root if field else parsed.function_of(parent)
        spelt = (*names, *(f"this.{name}" for name in names)) if field else names
        types = tuple(f"{name}.<init>" for name in self.qualified(parsed, node))
        return Objects(types, spelt, scope) if scope is not None else None

    def _dotted(self, parsed: Unit, text: str) -> tuple[str, ...]:
        head, _, rest = text.partition(".")
        if not head.isidentifier():
            return ()
        if head[:1].islower() and head not in parsed.imports.names:
            return (text,)  # a package: fully qualified
        return tuple(f"{name}.{rest}" for name in self._type(parsed, head))

    def _type(self, parsed: Unit, name: str) -> tuple[str, ...]:
        imports = parsed.imports
        if name in imports.names:
            return (imports.names[name],)
        static = imports.names.get(f"static {name}")
        if static is not None:
            return (static,)
        own = f"{imports.package}.{name}" if imports.package else name
        nested = _nested(parsed).get(name)
        return (*((nested,) if nested is not None else ()), own, *(f"{star}.{name}" for star in imports.stars))

    def declared_name(self, parsed: Unit, node: Node) -> str:
        if node.type in _DECLARATIONS:
            name = node.child_by_field_name("name")
            return parsed.text(name) if name is not None else ""
        return ""

    def parameter(self, parsed: Unit, function: Node, name: str) -> tuple[bool, Node | None]:
        parameters = function.child_by_field_name("parameters")
        if parameters is None:
            return False, None
        if parameters.type == "identifier":
            return parsed.text(parameters) == name, None
        for child in parameters.named_children:
            declared = child if child.type == "identifier" else child.child_by_field_name("name")
            if declared is not None and parsed.text(declared) == name:
                return True, None
        return False, None

    def closed(self, parsed: Unit, function: Node) -> str:
        modifiers = next((child for child in function.children if child.type == "modifiers"), None)
        if modifiers is not None and "private" in parsed.text(modifiers).split():
            return "" if _is_handed_on(parsed, function) else "unit"
        return "program" if _is_program(parsed) else ""

    def zeroes(self, parsed: Unit, node: Node) -> int | None:
        """`new byte[16]` that goes straight into a call."""
        straight = node.parent is not None and node.parent.type == "argument_list"
        return self.size_of(parsed, node) if straight else None

    def size_of(self, parsed: Unit, value: Node) -> int | None:
        node = value
        if node.type != "array_creation_expression" or node.child_by_field_name("value") is not None:
            return None
        size = node.child_by_field_name("dimensions")
        digits = parsed.text(size.named_children[0]) if size is not None and size.named_children else ""
        return int(digits) if digits.isdigit() and len(digits) < 9 else None

    def binding(self, parsed: Unit, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        if "changed" in captures:
            node = captures["changed"][0]
            return parsed.text(node), node, Binding(None)
        if "filled" in captures:
            return parsed.text(captures["filled"][0]), captures["call"][0], Binding(None, filled=True)
        if "declarator" in captures:
            node, name = captures["declarator"][0], captures["name"][0]
            value = node.child_by_field_name("value")
            holder = node.parent
            if value is None:
                return None
            return parsed.text(name), node, Binding(value, holder is not None and _final(parsed, holder))
        node, left = captures["assignment"][0], captures["left"][0]
        operator = node.child_by_field_name("operator")
        value = captures["value"][0] if operator is None or parsed.text(operator) == "=" else None
        text = parsed.text(left)
        if text.startswith("this."):
            return "self." + text.removeprefix("this."), node, Binding(value)
        return (text, node, Binding(value)) if left.type == "identifier" else None


_DECLARATIONS = frozenset(
    {"class_declaration", "interface_declaration", "enum_declaration", "record_declaration", "method_declaration",
     "constructor_declaration", "annotation_type_declaration"}
)  # fmt: skip


_MAIN = re.compile(rb"\bstatic\s+(?:final\s+)?void\s+main\s*\(\s*(?:final\s+)?(?:String|\))")
_TYPES = frozenset({"class_declaration", "interface_declaration", "enum_declaration", "record_declaration"})
_NESTED = """
  (class_body [(class_declaration name: (_) @name) (interface_declaration name: (_) @name)
               (enum_declaration name: (_) @name) (record_declaration name: (_) @name)])
"""
_HOLDING = frozenset({"field_declaration", "formal_parameter", "local_variable_declaration", "resource"})
_NAMES = frozenset({"scoped_type_identifier", "generic_type", "field_access"})
_NAMING = frozenset({"import_declaration", "scoped_identifier", "variable_declarator", "formal_parameter"})


@noted
def _is_program(parsed: Unit) -> bool:
    return _MAIN.search(parsed.content) is not None


@lru_cache(maxsize=4)
def _nested(parsed: Unit) -> Mapping[str, str]:
    """Types that the unit declares inside of others, by their own name."""
    package = f"{parsed.imports.package}." if parsed.imports.package else ""
    declared = sum(parsed.content.count(word) for word in (b"class ", b"enum ", b"interface ", b"record "))
    rows = parsed.matches(_NESTED, parsed.root) if declared > 1 else []
    return {parsed.text(row["name"][0]): package + parsed.name_of(row["name"][0]) for row in rows}


def _is_inherited(parsed: Unit, method: str) -> bool:
    """Whether a method that is called on the own object can only be one of the parent: the text declares none."""
    declared = rb"\b%b\s*\([^()]*\)\s*(?:throws\b[^{;]*)?\{" % re.escape(method.encode())
    return b" extends " in parsed.content and re.search(declared, parsed.content) is None


def _is_constant(parsed: Unit, node: Node) -> bool:
    """`Holder.CONSTANT` or `Holder.constant`, as against `package.Holder` and `Holder.Inner`."""
    if node.type != "field_access":
        return False
    owner, _, field = "".join(parsed.text(node).split()).rpartition(".")
    nested = field[:1].isupper() and field[1:2].islower()
    return owner.rpartition(".")[2][:1].isupper() and not nested


def _methods(parsed: Unit, body: Node) -> dict[str, Node]:
    """The methods of a class body by name."""
    named = (
        (child, child.child_by_field_name("name"))
        for child in body.named_children
        if child.type == "method_declaration"
    )
    return {parsed.text(name): child for child, name in named if name is not None}


def _final(parsed: Unit, declaration: Node) -> bool:
    """Final by its modifiers, or a field of an interface."""
    modifiers = next((child for child in declaration.children if child.type == "modifiers"), None)
    interface = declaration.type == "constant_declaration"
    return interface or (modifiers is not None and "final" in parsed.text(modifiers).split())


def _is_handed_on(parsed: Unit, function: Node) -> bool:
    """Whether a method reference names a function, so that it is called through what it was handed to."""
    name = function.child_by_field_name("name")
    made = rb"%b\s*(?:<[^<>]*>\s*)?::\s*new" if function.type == "constructor_declaration" else rb"::\s*%b"
    return name is not None and re.search(made % re.escape(name.text or b"") + rb"\b", parsed.content) is not None
