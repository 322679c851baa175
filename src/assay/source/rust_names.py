"""Names and types in Rust: what `use` brings in, what a path or a call is called in full, types written down."""

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node

from assay.source.adapter import Adapter, Unit
from assay.source.order import reaching
from assay.source.places import Binding, Imports

_USES = "(use_declaration) @use (extern_crate_declaration) @extern"
_OWN = """
  (source_file [
    (mod_item name: (_) @name) (struct_item name: (_) @name) (enum_item name: (_) @name) (trait_item name: (_) @name)
    (function_item name: (_) @function) (union_item name: (_) @name)
  ])
"""
_ALIASES = "(type_item name: (type_identifier) @name type: (_) @type) @item"
_FIELDS = "(field_declaration name: (field_identifier) @name type: (_) @type)"
_HOLDERS = frozenset({"Box", "Arc", "Rc", "Option", "Result", "RefCell", "Mutex", "RwLock", "Cow", "Zeroizing"})
_KEEPING = frozenset(
    {"unwrap", "expect", "clone", "unwrap_or_default", "map_err", "lock", "borrow", "borrow_mut", "to_owned"}
)
_HOLDING = {
    "generic_type": "type", "bracketed_type": "type", "qualified_type": "type", "reference_type": "type",
    "pointer_type": "type", "generic_function": "function", "struct_expression": "name",
}  # fmt: skip
_DEEPEST = 16  # braces in braces


def used(text: str) -> Iterator[tuple[str, str]]:
    """Local names and paths of a `use`: `a::{b::C, d as e, f::*}` gives C, e and a star."""
    yield from _tree(re.sub(r"/\*.*?\*/|//[^\n]*|\br#", " ", text, flags=re.DOTALL), "")


def _tree(text: str, prefix: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    text = text.strip()
    before, brace, inner = text.partition("{")
    if brace and depth < _DEEPEST:
        path = prefix + re.sub(r"\s+", "", before).replace("::", ".").lstrip(".")
        for part in _parts(inner.rpartition("}")[0]):
            yield from _tree(part, path, depth + 1)
        return
    words = text.replace("::", " ").split()
    if len(words) > 2 and words[-2] == "as":
        yield words[-1], (prefix + ".".join(words[:-2])).removesuffix(".self")
    elif words and words[-1] == "self":
        path = (prefix + ".".join(words[:-1])).rstrip(".")
        yield path.rpartition(".")[2], path
    elif words and words[-1] == "*":
        yield "*", (prefix + ".".join(words[:-1])).rstrip(".")
    elif words:
        yield words[-1], prefix + ".".join(words)


def _parts(text: str) -> list[str]:
    """Split at the commas that stand outside braces."""
    depth, start, found = 0, 0, []
    for at, char in enumerate(text):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if char == "," and depth == 0:
            found.append(text[start:at])
            start = at + 1
    return [part for part in (*found, text[start:]) if part.strip()]


def _given_on(path: str) -> Iterator[str]:
    """A path, and what it may be where a crate gives on another as a module of its own: `mine.sha2.Sha256`."""
    yield path
    parts = path.split(".") if not path.startswith((".", "/")) else []
    for at in range(1, len(parts) - 1):
        if parts[at][:1].islower():
            yield ".".join(parts[at:])


class RustNames(Adapter):
    """What the adapter of Rust knows of names."""

    members: Mapping[str, tuple[str, str]] = {
        "field_expression": ("value", "field"),
        "scoped_identifier": ("path", "name"),
    }

    def imports(self, parsed: Unit) -> Imports:
        """Names that `use` brings in, anywhere in the file; what the file itself declares is `./name`."""
        names, stars = dict(self._own(parsed)), []
        for local, path in self._brought_in(parsed):
            if local == "*":
                stars.append(path)
            elif local != "_":
                names[local] = path
        for name, path in list(names.items()):
            head, dot, rest = path.partition(".")
            if head != name and head in names and names[head] != path:
                names[name] = names[head] + dot + rest  # a path that begins with another import
        return Imports(names, tuple(stars))

    def _own(self, parsed: Unit) -> Iterator[tuple[str, str]]:
        for row in parsed.matches(_OWN, parsed.root, depth=2):
            for node in row.get("name", ()):
                yield parsed.text(node), f"./{parsed.text(node)}"
            for node in row.get("function", ()):  # whose names are apart from those of modules
                yield f"{parsed.text(node)}()", f"./{parsed.text(node)}"

    def _brought_in(self, parsed: Unit) -> Iterator[tuple[str, str]]:
        for row in parsed.matches(_USES, parsed.root):
            for node in row.get("extern", ()):
                crate, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
                if crate is not None:
                    yield parsed.text(alias or crate), parsed.text(crate)
            for node in row.get("use", ()):
                argument = node.child_by_field_name("argument")
                if argument is not None:
                    yield from used(parsed.text(argument))

    def other_names(self, parsed: Unit, words: frozenset[bytes]) -> frozenset[bytes]:
        """Aliases of `use ... as` and of `type`, whose names stand for what a word names."""
        found = {
            local.encode()
            for local, path in parsed.imports.names.items()
            if not (path.startswith("./") or local.endswith(")"))
            and (last := path.rpartition(".")[2]) != local
            and last.encode() in words
        }
        for row in parsed.matches(_ALIASES, parsed.root) if b"type " in parsed.content else ():
            name, target = row["name"][0], row["type"][0]
            if any(word.encode() in words for word in re.findall(r"\w+", parsed.text(target))):
                found.add(parsed.text(name).encode())
        return frozenset(found)

    def callee(self, call: Node) -> Node | None:
        found = super().callee(call)
        return (
            found.child_by_field_name("function") if found is not None and found.type == "generic_function" else found
        )

    def qualified(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        match node.type:
            case "identifier" | "type_identifier":
                return self._path(parsed, parsed.text(node))
            case "scoped_identifier" | "scoped_type_identifier":
                return self._scoped(parsed, node)
            case "call_expression":
                return self._called(parsed, node)
        field = _HOLDING.get(node.type)
        if field is None:
            return ()
        inner = node.child_by_field_name(field) or next(iter(node.named_children), None)
        return self.qualified(parsed, inner) if inner is not None else ()

    def _scoped(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        path, name = node.child_by_field_name("path"), node.child_by_field_name("name")
        if name is None:
            return ()
        if path is None:
            return (parsed.text(name),)  # `::name`
        if path.type == "identifier":
            return self._path(parsed, f"{parsed.text(path)}.{parsed.text(name)}")
        if path.type in {"self", "super", "crate"}:
            return (f"./{parsed.text(path)}.{parsed.text(name)}",)
        return tuple(f"{outer}.{parsed.text(name)}" for outer in self.qualified(parsed, path))

    def _called(self, parsed: Unit, call: Node) -> tuple[str, ...]:
        callee = self.callee(call)
        if callee is None or callee.type != "field_expression":
            return self.qualified(parsed, callee) if callee is not None else ()
        value, field = self.parts(callee)
        if value is None or field is None:
            return ()
        types = self._type_of(parsed, value)
        return (*(f"{item}.{parsed.text(field)}" for item in types), f".{parsed.text(field)}")

    def _path(self, parsed: Unit, path: str) -> tuple[str, ...]:
        """Qualified names of a path as written, its first name looked up."""
        path = path.replace("r#", "")
        head, dot, rest = path.partition(".")
        if head in {"self", "super", "crate"}:
            return (f"./{path}",)
        alias = self._alias(parsed, head)
        if alias is not None:
            return tuple(outer + dot + rest for outer in self.qualified(parsed, alias))
        if not rest and f"{head}()" in parsed.imports.names:
            return (f"./{head}",)
        if head in parsed.imports.names:
            known = parsed.imports.names[head]
            own = "./" if known.startswith(("crate.", "self.", "super.")) else ""
            return tuple(_given_on(own + known + dot + rest))
        return tuple(
            form for full in (path, *(f"{star}.{path}" for star in parsed.imports.stars)) for form in _given_on(full)
        )

    def _alias(self, parsed: Unit, name: str) -> Node | None:
        """What a `type` of the file stands for; the first of that name, and none that names itself."""
        if not name[:1].isupper() or f"type {name}".encode() not in parsed.content:
            return None
        for row in parsed.matches(_ALIASES, parsed.root):
            target = row["type"][0]
            if parsed.text(row["name"][0]) == name and name not in re.findall(r"\w+", parsed.text(target)):
                return target
        return None

    def _types(self, parsed: Unit, kind: Node | None) -> tuple[str, ...]:
        """Qualified name of a type, of what it refers to, or of what a box or an option holds."""
        for _ in range(4):
            if kind is None:
                return ()
            if kind.type in {"reference_type", "pointer_type"}:
                kind = kind.child_by_field_name("type")
            elif kind.type == "generic_type" and parsed.text(kind).partition("<")[0].rpartition("::")[2] in _HOLDERS:
                listed = kind.child_by_field_name("type_arguments")
                kind = next(iter(listed.named_children), None) if listed is not None else None
            else:
                break
        return self.qualified(parsed, kind) if kind is not None else ()

    def _type_of(self, parsed: Unit, node: Node, depth: int = 6) -> tuple[str, ...]:
        """Type of an expression: declared, or that whose function made it."""
        match node.type if depth else "":
            case "parenthesized_expression" | "reference_expression" | "try_expression" | "await_expression":
                inner = self.inner(node)
                return self._type_of(parsed, inner, depth - 1) if inner is not None else ()
            case "struct_expression":
                return self.qualified(parsed, node)
            case "call_expression":
                callee = self.callee(node)
                if callee is not None and callee.type == "field_expression":
                    value, field = self.parts(callee)
                    keeps = field is not None and (
                        parsed.text(field) in _KEEPING or parsed.text(field) in self.conversions
                    )
                    made = self._type_of(parsed, value, depth - 1) if value is not None else ()
                    chained = tuple(item for item in made if item.rpartition(".")[2].endswith("Builder"))
                    return made if keeps else chained
                names = self.qualified(parsed, node)
                owners = tuple(name.rpartition(".")[0] for name in names)
                types = tuple(owner for owner in owners if owner.rpartition(".")[2][:1].isupper())
                last = names[0].rpartition(".")[2] if names else ""
                return tuple(f"{item}Builder" for item in types) if last == "builder" else types
            case "identifier":
                return self._type_of_name(parsed, node, depth)
            case "field_expression":
                field = node.child_by_field_name("field")
                rows = parsed.matches(_FIELDS, parsed.root) if field is not None else []
                kinds = [row["type"][0] for row in rows if field is not None and row["name"][0].text == field.text]
                found = {self._types(parsed, kind) for kind in kinds}
                return found.pop() if len(found) == 1 else ()
        return ()

    def _type_of_name(self, parsed: Unit, node: Node, depth: int) -> tuple[str, ...]:
        name, function = parsed.text(node), parsed.function_of(node)
        while function is not None:
            bound = [item for item in parsed.bindings(function).get(name, ()) if item.value is not None]
            if bound:
                bound = [item for item in reaching(parsed, bound, node) if item.value is not None]
                made = {self._type_of_binding(parsed, item, depth) for item in bound}
                return made.pop() if len(made) == 1 else ()
            for child in _parameters(function):
                pattern = child.child_by_field_name("pattern")
                if pattern is not None and parsed.text(pattern).removeprefix("mut ") == name:
                    return self._types(parsed, child.child_by_field_name("type"))
            function = parsed.function_of(function.parent) if function.parent is not None else None
        bound = list(parsed.bindings(parsed.root).get(name, ()))
        return self._type_of_binding(parsed, bound[0], depth) if len(bound) == 1 else ()

    def _type_of_binding(self, parsed: Unit, binding: Binding, depth: int) -> tuple[str, ...]:
        declared = binding.place.child_by_field_name("type") if binding.place is not None else None
        if declared is not None:
            return self._types(parsed, declared)
        return self._type_of(parsed, binding.value, depth - 1) if binding.value is not None else ()

    def parameter(self, parsed: Unit, function: Node, name: str) -> tuple[bool, Node | None]:
        for child in _parameters(function):
            pattern = child if child.type == "identifier" else child.child_by_field_name("pattern")
            if pattern is not None and parsed.text(pattern).removeprefix("mut ") == name:
                return True, None
        return False, None

    def declared_name(self, parsed: Unit, node: Node) -> str:
        field = {"function_item": "name", "mod_item": "name", "trait_item": "name", "impl_item": "type"}.get(node.type)
        name = node.child_by_field_name(field) if field is not None else None
        return parsed.text(name).partition("<")[0] if name is not None else ""


def _parameters(function: Node) -> list[Node]:
    listed = function.child_by_field_name("parameters")
    return [child for child in listed.named_children if child.type != "self_parameter"] if listed is not None else []
