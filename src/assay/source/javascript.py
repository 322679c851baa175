"""JavaScript, JSX, TypeScript and TSX, by the grammars tree-sitter-javascript and tree-sitter-typescript.

Modules are followed through `require`, `import`, `await import`, the wrappers that compilers put around them,
destructuring and further names for them; an object literal that is an argument counts as keyword arguments, one level
deep. Qualified names are module and members, `crypto.createHash`; `node:` and endings are dropped, and so is
`.default`. A name that nothing in the file declares is a global of its own name.

*It cannot see* modules that a bundler numbered, prototypes that are changed, `with`, or what a proxy answers.
"""

import re
from collections.abc import Mapping

from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.adapter import Adapter, Unit
from assay.source.answers import unescape
from assay.source.javascript_modules import (
    LOADS,
    WRAPPERS,
    aliases,
    bind,
    constant,
    declared,
    imported,
    imports_name,
    loaded,
    loading,
    outside_name_of,
    outside_names,
)
from assay.source.javascript_objects import keys, object_of, parameters_of, zeroed
from assay.source.javascript_places import (
    CALLS,
    MEMBERS,
    THROUGH,
    called,
    compared,
    last_name,
    literal_index,
    named_place,
)
from assay.source.places import Arguments, Binding, Imports, Site
from assay.source.trail import noted

_GLOBAL_OBJECTS = ("window.", "globalThis.", "self.", "global.")
_FUNCTIONS = frozenset(
    {"function_declaration", "function_expression", "arrow_function", "method_definition",
     "generator_function_declaration", "generator_function"}
)  # fmt: skip
_BINDING = frozenset({"bind", "call", "apply"})
_HEIRS = frozenset({"class_heritage", "extends_clause"})
_LONGEST_CHAIN = 12  # names for names that are followed


class JavaScript(Adapter):
    name = "JavaScript"
    functions = _FUNCTIONS
    returns = "return_statement"
    expressions: Mapping[str, str] = {
        "string": "text", "string_fragment": "text", "escape_sequence": "text", "template_string": "joined",
        "template_substitution": "group", "number": "number", "binary_expression": "binary",
        "ternary_expression": "condition", "parenthesized_expression": "group", "await_expression": "group",
        "identifier": "name", "shorthand_property_identifier": "name", "member_expression": "member",
        "subscript_expression": "member", "call_expression": "call", "new_expression": "new", "array": "array",
        "unary_expression": "unary", "true": "true", "false": "false", "null": "null", "undefined": "null",
        "arrow_function": "lambda", "function_expression": "lambda", "method_definition": "lambda",
    }  # fmt: skip
    binding_query = """
      (variable_declarator name: (identifier) @left value: (_) @value) @declared
      (variable_declarator name: (identifier) @left !value) @empty
      (variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @changed))
      (variable_declarator name: (object_pattern (pair_pattern value: (identifier) @changed)))
      (variable_declarator name: (array_pattern (identifier) @changed))
      (assignment_expression left: [(identifier) (member_expression)] @left right: (_) @value) @assignment
      (augmented_assignment_expression left: (identifier) @changed)
      (update_expression argument: (identifier) @changed)
      (for_in_statement left: (identifier) @changed)
      (field_definition property: (_) @left value: (_) @value) @field
      (assignment_expression left: (member_expression) @of
        right: (object (pair key: (_) @left value: (_) @value))) @exported
      (export_statement value: (object (pair key: (_) @left value: (_) @value))) @exported
      (variable_declarator name: (object_pattern) @apart value: [(identifier) (member_expression)] @value)
      (function_declaration name: (identifier) @named)
      (class_declaration name: (_) @named)
    """
    calls_query = """
      (call_expression function: (member_expression object: (_) @object property: (_) @method)
        arguments: (arguments) @arguments) @call
    """
    binds_at_once = True
    blocks = frozenset({"statement_block", "program"})
    statements = frozenset({"expression_statement", "lexical_declaration", "variable_declaration"})
    loops = frozenset({"for_statement", "while_statement", "do_statement", "for_in_statement"})
    transparent = THROUGH
    assigning = frozenset({"variable_declarator", "assignment_expression", "field_definition",
                           "public_field_definition"})  # fmt: skip
    lists = frozenset({"arguments"})
    around_arguments = frozenset({"pair", "object"})
    calls: Mapping[str, str] = CALLS
    members: Mapping[str, tuple[str, str]] = {"member_expression": ("object", "property")}
    coerces = True
    conversions: Mapping[str, str] = {"from": "argument", "parse": "argument"}  # Buffer.from, CryptoJS.enc.Hex.parse
    carrying = frozenset(
        {"member_expression", "call_expression", "arguments", "binary_expression", "parenthesized_expression",
         "template_substitution", "template_string", "unary_expression", "ternary_expression", "new_expression"}
    )  # fmt: skip

    def grammar(self) -> Grammar:
        import tree_sitter_javascript  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_javascript.language())

    def __init__(self, *variants: Adapter) -> None:
        self._variants = variants

    @property
    def variants(self) -> tuple[Adapter, ...]:
        return self._variants

    def literal(self, text: str) -> tuple[str, str] | None:
        """A string with its quotes, or a part of a template without."""
        body = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
        return "text", unescape(body) if "\\" in body else body

    def word(self, call: str) -> str:
        words: list[str] = re.findall(r"\w+", super().word(call))
        return words[-1]

    def kind(self, node: Node) -> str:
        return "array" if zeroed(node) is not None else super().kind(node)

    def zeroes(self, parsed: Unit, node: Node) -> int | None:  # noqa: ARG002
        return zeroed(node)

    # Modules

    def imports(self, parsed: Unit) -> Imports:
        names: dict[str, str] = {}
        for start, end in loading(parsed.content):
            word = parsed.root.descendant_for_byte_range(start, end)
            above = word.parent if word is not None else None
            if word is None or above is None:
                continue
            if above.type == "import_statement":
                imported(parsed, above, names)
            elif above.type == "call_expression" and above.child_by_field_name("function") == word:
                path = loaded(parsed, above)
                if path:
                    bind(parsed, above, path, names)
        return Imports(names)

    def other_names(self, parsed: Unit, words: frozenset[bytes]) -> frozenset[bytes]:
        return frozenset(alias for alias, path in _renamed(parsed) if alias not in words and not path.isdisjoint(words))

    # Places

    def site(self, parsed: Unit, node: Node, word: str) -> Site | None:  # noqa: ARG002
        found = named_place(node)
        if found is None:
            return None
        node, key = found
        parent = node.parent
        if key:
            value = node.child_by_field_name("value") or node
            short = self.qualified(parsed, node) if value == node else ()
            return Site((f"={key}", *short), node, Arguments((value,)))
        while parent is not None and parent.type in MEMBERS and parent.child_by_field_name("object") == node:
            if parent.type == "subscript_expression" and not literal_index(parent):
                names = tuple(f"{name}.*" for name in self.qualified(parsed, node))
                return Site(names, parent, None) if names else None
            node, parent = parent, parent.parent
        if parent is None:
            return None
        if parent.type == "assignment_expression" and parent.child_by_field_name("left") == node:
            given_to = parent.child_by_field_name("right")
            if node.type not in MEMBERS or given_to is None:
                return None
            return Site((f"={last_name(parsed, node)}",), parent, Arguments((given_to,)))
        if last_name(parsed, node) in _BINDING and (held := node.child_by_field_name("object")) is not None:
            return Site(self.qualified(parsed, held), held, None)
        call = called(node)
        names = self.qualified(parsed, node)
        if call is None:
            settled, heir = not compared(parent) and not imports_name(parsed, node), parent.type in _HEIRS
            made = tuple(f"{name}.<init>" for name in names) if heir else ()
            return Site((*names, *made), node, None, settled=settled, inherited=heir) if names else None
        given = self.arguments(parsed, call.child_by_field_name("arguments"))
        if call.type == "new_expression":
            return Site(tuple(f"{name}.<init>" for name in names), call, given)
        if node.type in MEMBERS and not any(name.startswith(".") for name in names):  # not of a file of the product
            names = (*names, f".{last_name(parsed, node)}")
        return Site(names, call, given)

    def qualified(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        path = self._path(parsed, node, 0)
        for prefix in _GLOBAL_OBJECTS:
            path = path.removeprefix(prefix)
        if path[:1] == ".":
            return (path, *outside_names(parsed.module, path))
        if not path and parsed.module and node.type == "identifier" and called(node) is not None:
            return outside_name_of(parsed, parsed.text(node))
        parts = [part for part in path.split(".") if part != "default"]
        return (".".join(parts),) if path and path != "this" else ()

    def _path(self, parsed: Unit, node: Node, depth: int) -> str:
        """Module and members of an expression, '' when it is none."""
        if depth > _LONGEST_CHAIN * 2:
            return ""
        match node.type:
            case "identifier" | "shorthand_property_identifier":
                return self._head(parsed, node, depth)
            case "this":
                return "this"
            case "member_expression" | "subscript_expression":
                holder = node.child_by_field_name("object")
                owner = self._path(parsed, holder, depth + 1) if holder is not None else ""
                last = last_name(parsed, node)
                whole = f"{owner}.{last}" if owner and last else ""
                return parsed.imports.names.get(whole, whole) if owner == "this" else whole
            case "call_expression":
                callee = node.child_by_field_name("function")
                module = loaded(parsed, node)
                if module or callee is None:
                    return module
                if callee.type == "identifier" and parsed.text(callee) in WRAPPERS:
                    given = node.child_by_field_name("arguments")
                    inner = given.named_children[0] if given is not None and given.named_children else None
                    return self._path(parsed, inner, depth + 1) if inner is not None else ""
                return self._path(parsed, callee, depth + 1)
            case "new_expression":
                made = node.child_by_field_name("constructor")
                owner = self._path(parsed, made, depth + 1) if made is not None else ""
                return f"{owner}.<init>" if owner else ""
            case kind if kind in THROUGH or kind == "sequence_expression":
                inner = node.named_children[-1 if kind == "sequence_expression" else 0] if node.named_children else None
                return self._path(parsed, inner, depth + 1) if inner is not None else ""
            case "binary_expression":
                sides = (node.child_by_field_name("left"), node.child_by_field_name("right"))
                sign = node.child_by_field_name("operator")
                if sign is not None and parsed.text(sign) in {"||", "??", "&&"}:
                    paths = [self._path(parsed, side, depth + 1) for side in sides if side is not None]
                    return next((path for path in reversed(paths) if path), "")
        return ""

    def _head(self, parsed: Unit, node: Node, depth: int) -> str:
        """What a plain name stands for: a module, a further name for one, a global, or '' for somebody's own."""
        name, scope = parsed.text(node), parsed.function_of(node)
        alias, known = aliases(parsed).get(name), _heads(parsed)
        if alias is not None and alias[0].start_byte <= node.start_byte < alias[0].end_byte:
            return self._meant(parsed, node, name, depth)
        key = (scope.id if scope is not None else 0, name, depth)
        if key not in known:
            known[key] = self._meant(parsed, node, name, depth)
        return known[key]

    def _meant(self, parsed: Unit, node: Node, name: str, depth: int) -> str:
        scope = parsed.function_of(node)
        while scope is not None:
            if parsed.parameter(scope, name)[0]:
                return ""
            scope = parsed.function_around(scope)
        if name in parsed.imports.names:
            return parsed.imports.names[name]
        alias = aliases(parsed).get(name)
        if alias is not None:
            if alias[0].start_byte <= node.start_byte < alias[0].end_byte:
                return name  # const crypto = crypto || ...
            path = self._path(parsed, alias[0], depth + 2)
            return ".".join(filter(None, (path, alias[1]))) if path else ""
        return "" if name in declared(parsed) else name

    # Arguments

    def arguments(self, parsed: Unit, node: Node | None) -> Arguments:
        positional: list[Node] = []
        named: dict[str, Node] = {}
        objects: set[int] = set()
        spread = False
        for child in node.named_children if node is not None else ():
            if child.is_extra:
                continue
            if child.type == "spread_element":
                spread = True
                continue
            literal = child if child.type == "object" else object_of(parsed, child)
            inside: dict[str, Node] = {}
            if literal is not None and keys(parsed, literal, inside):
                objects.add(len(positional))
            for name, value in inside.items():
                named[f"{len(positional)}.{name}"] = value
                named.setdefault(name, value)
            positional.append(child)
        return Arguments(tuple(positional), named, spread, frozenset(objects))

    def member_value(self, parsed: Unit, node: Node) -> Node | None:
        holder = node.child_by_field_name("object")
        literal = object_of(parsed, holder) if holder is not None else None
        if literal is None:
            return None
        named: dict[str, Node] = {}
        whole = keys(parsed, literal, named)
        return named.get(last_name(parsed, node)) if whole else None

    # Declarations

    def declared_name(self, parsed: Unit, node: Node) -> str:
        if node.type in {"variable_declarator", "pair", "assignment_expression", "field_definition"}:
            fields = (node.child_by_field_name(field) for field in ("value", "right"))
            value = next((field for field in fields if field is not None), None)
            if value is None or value.type not in self.functions:
                return ""
            fields = (node.child_by_field_name(field) for field in ("name", "key", "left", "property"))
            name = next((field for field in fields if field is not None), None)
            return re.split(r"\W+", parsed.text(name))[-1] if name is not None else ""
        if node.type in {"class_declaration", "method_definition", "internal_module", *self.functions}:
            name = node.child_by_field_name("name")
            return parsed.text(name) if name is not None else ""
        return ""

    def keyed(self, node: Node) -> Node | None:
        return node.child_by_field_name("key") if node.type == "pair" else None

    def parameter(self, parsed: Unit, function: Node, name: str) -> tuple[bool, Node | None]:
        single = function.child_by_field_name("parameter")
        if single is not None:
            return parsed.text(single) == name, None
        parameters = function.child_by_field_name("parameters")
        if parameters is None or name.encode() not in (parameters.text or b""):
            return False, None
        for child, default in parameters_of(parameters):
            if parsed.text(child) == name:
                return True, default
        return False, None

    def binding(self, parsed: Unit, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        if "named" in captures or "apart" in captures:
            return None  # for `javascript_modules`
        node = captures["changed"][0] if "changed" in captures else captures["left"][0]
        name = parsed.text(node)
        if "changed" in captures:  # a member that is taken apart from a module keeps its name
            apart = node.type.endswith("_pattern") or (node.parent is not None and node.parent.type == "pair_pattern")
            taken = apart and (name in parsed.imports.names or name in aliases(parsed))
            return None if taken else (name, node, Binding(None))
        if "empty" in captures:
            return name, captures["empty"][0], Binding(None, final=True)
        value = captures["value"][0]
        if name in parsed.imports.names and LOADS.search(value.text or b"") is not None:
            return None
        if "declared" in captures:
            place = captures["declared"][0]
            return name, place, Binding(value, place.parent is not None and constant(parsed, place.parent, name))
        if "field" in captures:
            place = captures["field"][0]
            fixed = name.isupper() or any(child.type == "readonly" for child in place.children)
            return f"self.{name}", place, Binding(value, fixed)
        if "exported" in captures:
            of = captures["of"][0] if "of" in captures else None
            if of is not None and parsed.text(of) not in {"module.exports", "exports.default"}:
                return None
            return name.strip("\"'"), captures["exported"][0], Binding(value, final=True)
        place = captures["assignment"][0]
        if node.type == "identifier":
            return name, place, Binding(value)
        owner, _, last = name.rpartition(".")
        if owner == "this":
            return f"self.{last}", place, Binding(value)
        return (last, place, Binding(value, final=True)) if owner in {"exports", "module.exports"} else None


@noted
def _heads(parsed: Unit) -> dict[tuple[int, str, int], str]:  # noqa: ARG001
    """What plain names stand for, by the function around them, and by how many names led there."""
    return {}


@noted
def _renamed(parsed: Unit) -> list[tuple[bytes, frozenset[bytes]]]:
    """Names that stand for others, and the words of what they stand for."""
    known = dict(parsed.imports.names)
    for alias, value in aliases(parsed).items():
        for path in parsed.adapter.qualified(parsed, value[0])[:1]:
            known.setdefault(alias, ".".join(filter(None, (path, value[1]))))
    return [
        (alias.encode(), frozenset(part.encode() for part in re.findall(r"\w+", path)))
        for alias, path in known.items()
        if alias.isidentifier()
    ]
