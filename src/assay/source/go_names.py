"""Names and types in Go: imports, what a name, a member or a call is called in full, types that are written down."""

import re
from collections.abc import Mapping
from itertools import chain

from tree_sitter import Node

from assay.source.adapter import Adapter, Unit
from assay.source.order import reaching
from assay.source.places import Binding, Imports

_IMPORTS = "(import_spec) @spec (package_clause (package_identifier) @package)"
FIELDS = "(field_declaration name: (field_identifier) @name type: (_) @type)"
_QUOTED = re.compile(rb"[\"`]([\w./~@+-]+)[\"`]")
_BODY = re.compile(rb"^(?:func|type|var|const)\b", re.MULTILINE)
_VERSION = re.compile(r"v\d+")
_PACKAGES = {"sha256-simd": "sha256", "blake2b-simd": "blake2b", "md5-simd": "md5simd"}  # named otherwise than the path
_DATED = re.compile(r"[^.]+(?:\.v\d+(?=\.|$))?")  # the last part of a path, `go-jose.v2` of gopkg.in among them
_EVERYWHERE = frozenset({"net/http", "os"})  # packages whose name would open nearly every file
_DEPTH = 8  # calls and names that are followed from one expression
_DECLARING = frozenset({"function_declaration", "method_declaration", "type_spec"})


def import_paths(content: bytes) -> set[bytes]:
    """Paths of the packages that a file imports, read without parsing."""
    body = _BODY.search(content)
    return set(_QUOTED.findall(content, 0, body.start() if body is not None else len(content)))


def package_of(path: str) -> str:
    """The name that a package most likely has, by its path."""
    parts = path.split("/")
    last = parts[-2] if len(parts) > 1 and _VERSION.fullmatch(parts[-1]) else parts[-1]
    last = re.sub(r"\.v\d+$", "", last)
    return _PACKAGES.get(last) or last.removeprefix("go-").removesuffix("-go").removesuffix(".go")


def outside_paths(path: str) -> tuple[str, ...]:
    """The paths under which others import a package: its own, and for an internal one that without `internal`."""
    parts = path.split("/")
    if "internal" not in parts[1:]:
        return (path,)
    return path, "/".join(part for part in parts if part != "internal")


def split(call: str) -> tuple[str, str, str]:
    """Path of the package, dot, and what stands behind: of `golang.org/x/md4.New` the path is all before `.New`."""
    folder, slash, last = call.rpartition("/")
    found = _DATED.match(last)
    package = found[0] if found is not None else ""
    rest = last[len(package) :]
    return folder + slash + package, rest[:1], rest[1:]


class GoNames(Adapter):
    """What the adapter of Go knows of names."""

    members: Mapping[str, tuple[str, str]] = {"selector_expression": ("operand", "field")}
    common = frozenset({"New", "Sum"})

    def word(self, call: str) -> str:
        """The package of a function, which stands before it under whatever name; of a method its own name."""
        path, _, member = split(call)
        holder, _, last = member.rpartition(".")
        own = holder != "" and not (last in self.common and re.search(r"\d", holder))  # of a type, not of a constant
        return last if own or path in _EVERYWHERE else package_of(path)

    def imports(self, parsed: Unit) -> Imports:
        names: dict[str, str] = {}
        stars: list[str] = []
        package = ""
        for row in parsed.matches(_IMPORTS, parsed.root, depth=3):
            for node in row.get("package", ()):
                package = parsed.text(node)
            for spec in row.get("spec", ()):
                named, quoted = spec.child_by_field_name("name"), spec.child_by_field_name("path")
                path = parsed.text(quoted)[1:-1] if quoted is not None else ""
                if named is not None and named.type == "dot":
                    stars.append(path)
                elif named is None or named.type != "blank_identifier":
                    names[parsed.text(named) if named is not None else package_of(path)] = path
        return Imports(names, tuple(stars), package)

    def other_names(self, parsed: Unit, words: frozenset[bytes]) -> frozenset[bytes]:
        named = parsed.imports.names.items()
        return frozenset(
            alias.encode() for alias, path in named if (own := package_of(path)) != alias and own.encode() in words
        )

    def callee(self, call: Node) -> Node | None:
        found = super().callee(call)
        return found.child_by_field_name("operand") if found is not None and found.type == "index_expression" else found

    def qualified(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        return self._qualified(parsed, node, _DEPTH)

    def _qualified(self, parsed: Unit, node: Node, depth: int) -> tuple[str, ...]:
        match node.type:
            case "identifier":
                return self._own(parsed, parsed.text(node))
            case "selector_expression":
                operand, field = self.parts(node)
                if operand is None or field is None:
                    return ()
                name = parsed.text(field)
                if operand.type == "identifier":
                    path = parsed.imports.names.get(parsed.text(operand))
                    if path is not None and not self.is_local(parsed, operand):
                        return tuple(f"{outside}.{name}" for outside in outside_paths(path))
                if operand.type == "selector_expression" and _root(operand).type == "identifier":
                    return tuple(f"{outer}.{name}" for outer in self._qualified(parsed, operand, depth))
                return ()
            case "call_expression":
                callee = self.callee(node)
                if callee is None or callee.type != "selector_expression":
                    return self._qualified(parsed, callee, depth) if callee is not None else ()
                named = self._qualified(parsed, callee, depth)
                if named:
                    return named
                operand, field = self.parts(callee)
                types = self._type_of(parsed, operand, depth) if operand is not None else ()
                if field is None:
                    return ()
                return tuple(f"{item}.{parsed.text(field)}" for item in types) or (f".{parsed.text(field)}",)
            case "composite_literal":
                kind = node.child_by_field_name("type")
                return self._types(parsed, kind) if kind is not None else ()
        return ()

    def _own(self, parsed: Unit, name: str) -> tuple[str, ...]:
        """What a name without a package is called: of the file's own package, or of one imported with a dot."""
        own = parsed.imports.package
        outside = outside_paths(parsed.module) if parsed.module and not own.endswith("_test") else ()
        return tuple(f"{path}.{name}" for path in (*outside, f"./{own}", *parsed.imports.stars))

    def _types(self, parsed: Unit, kind: Node | None) -> tuple[str, ...]:
        """Qualified name of a type, or of what it points to; () for one without a name."""
        while kind is not None and kind.type in {"pointer_type", "parenthesized_type", "generic_type"}:
            kind = kind.child_by_field_name("type") or next(iter(kind.named_children), None)
        if kind is None:
            return ()
        if kind.type == "type_identifier":
            return self._own(parsed, parsed.text(kind))
        package, last = kind.child_by_field_name("package"), kind.child_by_field_name("name")
        if kind.type != "qualified_type" or package is None or last is None:
            return ()
        path = parsed.imports.names.get(parsed.text(package)) or f"./{parsed.text(package)}"
        return tuple(f"{outside}.{parsed.text(last)}" for outside in outside_paths(path))

    def _type_of(self, parsed: Unit, node: Node, depth: int = _DEPTH, *, guess: bool = True) -> tuple[str, ...]:
        """Type of an expression: declared, asserted, or `package.Function()` for what a function returned. With `guess`
        also what a field of another package's type has if it is embedded there."""
        match node.type if depth else "":
            case "parenthesized_expression" | "unary_expression":
                inner = self.inner(node)
                return self._type_of(parsed, inner, depth - 1, guess=guess) if inner is not None else ()
            case "composite_literal" | "type_assertion_expression":
                return self._types(parsed, node.child_by_field_name("type"))
            case "call_expression":
                function, given = self.callee(node), self.arguments(parsed, self.argument_list(node))
                if function is not None and parsed.text(function) == "new" and given.positional:
                    return self._types(parsed, given.positional[0])
                return tuple(
                    f"{name}()" for name in self._qualified(parsed, node, depth - 1) if not name.startswith(".")
                )
            case "identifier":
                return self._type_of_name(parsed, node, depth, guess=guess)
            case "selector_expression":
                field = node.child_by_field_name("field")
                kinds = [
                    row["type"][0]
                    for row in parsed.matches(FIELDS, parsed.root)
                    if field is not None and row["name"][0].text == field.text
                ]
                found = {self._types(parsed, kind) for kind in kinds}
                if found:
                    return found.pop() if len(found) == 1 else ()
                return self._embedded(parsed, node, field, depth) if guess else ()
        return ()

    def _embedded(self, parsed: Unit, node: Node, field: Node | None, depth: int) -> tuple[str, ...]:
        """The type that a field of another package has if it is embedded there, for then it bears the type's name."""
        operand = node.child_by_field_name("operand")
        if operand is None or field is None or not parsed.text(field)[:1].isupper():
            return ()
        return tuple(f"{split(name)[0]}.{parsed.text(field)}" for name in self._type_of(parsed, operand, depth - 1))

    def _type_of_name(self, parsed: Unit, node: Node, depth: int, *, guess: bool) -> tuple[str, ...]:
        name, function = parsed.text(node), parsed.function_of(node)
        for above in parsed.above(node):
            alias = above.parent.child_by_field_name("alias") if above.type == "type_case" and above.parent else None
            if alias is not None and parsed.text(alias) == name and len(above.children_by_field_name("type")) == 1:
                return self._types(parsed, above.child_by_field_name("type"))
        while function is not None:
            bound = parsed.bindings(function).get(name, ())
            if bound:
                bound = reaching(parsed, bound, node)
                values = [self._type_of_binding(parsed, item, depth, guess=guess) for item in bound]
                return values[0] if values and all(value == values[0] for value in values) else ()
            for child in _parameters(function):
                if any(parsed.text(item) == name for item in child.children_by_field_name("name")):
                    return self._types(parsed, child.child_by_field_name("type"))
            function = parsed.function_of(function.parent) if function.parent is not None else None
        bound = parsed.bindings(parsed.root).get(name, ())
        return self._type_of_binding(parsed, bound[0], depth, guess=guess) if len(bound) == 1 else ()

    def _type_of_binding(self, parsed: Unit, binding: Binding, depth: int, *, guess: bool) -> tuple[str, ...]:
        declared = binding.place.child_by_field_name("type") if binding.place is not None else None
        if declared is not None:
            return self._types(parsed, declared)
        return self._type_of(parsed, binding.value, depth - 1, guess=guess) if binding.value is not None else ()

    def parameter(self, parsed: Unit, function: Node, name: str) -> tuple[bool, Node | None]:
        named = chain.from_iterable(child.children_by_field_name("name") for child in _parameters(function))
        return any(parsed.text(node) == name for node in named), None

    def declared_name(self, parsed: Unit, node: Node) -> str:
        name = node.child_by_field_name("name") if node.type in _DECLARING else None
        if name is None:
            return ""
        receiver = node.child_by_field_name("receiver")
        kinds = [child.child_by_field_name("type") for child in receiver.named_children] if receiver is not None else []
        types = [parsed.text(kind).lstrip("*").partition("[")[0] for kind in kinds if kind is not None]
        return ".".join((*types, parsed.text(name)))


def _parameters(function: Node) -> list[Node]:
    lists = (function.child_by_field_name(field) for field in ("receiver", "parameters"))
    return [child for row in lists if row is not None for child in row.named_children]


def _root(selector: Node) -> Node:
    while selector.type == "selector_expression":
        operand = selector.child_by_field_name("operand")
        if operand is None:
            break
        selector = operand
    return selector
