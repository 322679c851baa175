"""Rust, by the tree-sitter-rust grammar (Rust 2024).

The `::` of a path is written `.`: `sha2.Sha256.new`, `openssl.symm.Cipher.aes_128_cbc`. A method is qualified by the
type of its receiver where that is written down or was made by a function of the type, and stands alone, `.method`, too.
The arguments of a generic are arguments of the call under the names `<0>`, `<1>`, as in `Encryptor::<Aes128>::new(k)`.
A `type` alias stands for what it names. Code under `#[cfg(test)]` and `#[test]` counts as absent: no delivery runs it.
In the arguments of a macro, which the grammar leaves as tokens, names are read and single tokens as arguments.

*It cannot see* what a macro of the product expands to, what traits choose at run time, names that a crate renames in
its manifest, or modules that another file re-exports.
"""

import re
from collections.abc import Mapping, Sequence

from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.adapter import Unit
from assay.source.places import Arguments, Binding, Site
from assay.source.rust_names import RustNames

_PATHS = frozenset({"scoped_identifier", "scoped_type_identifier"})
_WRAPPING = frozenset({"generic_type", "generic_function", "bracketed_type", "qualified_type", *_PATHS})
_TEST = re.compile(rb"#\s*\[\s*(?:cfg\s*\(\s*(?:all\s*\(\s*)?test\s*[,)]|(?:\w+\s*::\s*)*test\s*[\](])")
_BEFORE = re.compile(rb"(?:[A-Za-z_]\w*\s*::\s*)*$")
_AFTER = re.compile(rb"\w*(?:\s*::\s*[A-Za-z_]\w*)*")
_DEFAULTED = re.compile(rb"(?:efault::default|Digest::new|Mac::new\w*|KeyInit::new\w*|KeyIvInit::new\w*)\s*\(")
_ZEROES = re.compile(rb"(?:vec!\s*)?\[\s*0(?:x0+|u8)?\s*[;,]")
_SPANNED = re.compile(r"\s+")


class Rust(RustNames):
    name = "Rust"
    functions = frozenset({"function_item", "closure_expression"})
    expressions: Mapping[str, str] = {
        "string_literal": "text", "raw_string_literal": "text", "char_literal": "text", "integer_literal": "number",
        "binary_expression": "binary", "parenthesized_expression": "group", "reference_expression": "group",
        "try_expression": "group", "await_expression": "group", "type_cast_expression": "group", "block": "group",
        "else_clause": "group", "unsafe_block": "group", "expression_statement": "group", "if_expression": "condition",
        "match_expression": "condition", "array_expression": "array", "identifier": "name", "type_identifier": "name",
        "scoped_identifier": "member", "scoped_type_identifier": "member", "generic_type": "member",
        "generic_function": "member", "field_expression": "member", "call_expression": "call",
        "closure_expression": "lambda",
    }  # fmt: skip
    binding_query = """
      (let_declaration pattern: (identifier) @left) @place
      (const_item name: (identifier) @left) @place
      (static_item name: (identifier) @left) @place
      (assignment_expression left: (_) @left) @place
      (compound_assignment_expr left: (identifier) @changed)
      (for_expression pattern: (identifier) @changed)
      (reference_expression (mutable_specifier) value: (identifier) @changed)
      (call_expression function: (field_expression value: (identifier) @changed field: (field_identifier) @filling))
      (let_declaration pattern: (tuple_pattern (identifier) @changed))
      (let_declaration pattern: (tuple_struct_pattern (identifier) @changed))
    """
    calls_query = """
      (call_expression
        function: (field_expression value: (_) @object field: (field_identifier) @method)
        arguments: (arguments) @arguments) @call
    """
    blocks = frozenset({"block", "source_file"})
    loops = frozenset({"for_expression", "while_expression", "loop_expression"})
    transparent = frozenset(
        {
            "parenthesized_expression",
            "try_expression",
            "await_expression",
            "reference_expression",
            "type_cast_expression",
        }
    )
    assigning = frozenset({"let_declaration", "assignment_expression"})
    lists = frozenset({"arguments"})
    conversions: Mapping[str, str] = {
        "into": "receiver", "try_into": "receiver", "as_bytes": "receiver", "as_ref": "receiver", "as_mut": "receiver",
        "as_slice": "receiver", "as_str": "receiver", "to_vec": "receiver", "to_owned": "receiver",
        "to_string": "receiver", "into_bytes": "receiver", "into_boxed_slice": "receiver", "clone": "receiver",
        "unwrap": "receiver", "expect": "receiver", "from_slice": "argument", "clone_from_slice": "argument",
        "from": "argument", "from_static": "argument", "Some": "argument", "Ok": "argument", "Zeroizing": "argument",
        "from_str": "argument",
    }  # fmt: skip
    common = frozenset(
        {"new", "default", "builder", "generate", "random", "generate_key", "from_slice", "open", "load", "u8", "u16",
         "u32", "u64", "u128", "usize", "i32", "i64", "f32", "f64", "bool", "char", "fill", "shuffle", "alphanumeric"}
    )  # fmt: skip

    def grammar(self) -> Grammar:
        import tree_sitter_rust  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_rust.language())

    def absent(self, parsed: Unit, node: Node) -> bool:
        """What only a test build holds."""
        return _is_test(parsed.above(node))

    def site(self, parsed: Unit, node: Node, word: str) -> Site | None:  # noqa: ARG002
        if node.parent is None or node.type not in {"identifier", "type_identifier", "field_identifier"}:
            return None
        above = parsed.above(node)
        kinds = {item.type for item in above}
        if kinds & _QUIET or _in_signature(node, above) or self.absent(parsed, node):
            return None
        if node.parent.type == "token_tree":
            return self._token_site(parsed, node)
        if node.type == "field_identifier":
            return self._member_site(parsed, node)
        top = node
        while (parent := top.parent) is not None and (
            parent.type in _WRAPPING and "arguments" not in _field_of(parent, top)
        ):
            top = parent
        if parent is None or _field_of(parent, top) in {"name", "pattern", "alias"}:
            return None
        if top == node and node.type == "identifier" and self.is_local(parsed, node):
            return None
        if parent.type == "call_expression" and _field_of(parent, top) == "function":
            names = self.qualified(parsed, parent)
            return Site((*names, *_owners(names)), parent, self._given(parsed, parent))
        if parent.type == "struct_expression" and _field_of(parent, top) == "name":
            return Site(self.qualified(parsed, top), parent, Arguments(named=self._fields(parsed, parent)))
        return self._reference_site(parsed, top, parent, kinds)

    def _reference_site(self, parsed: Unit, top: Node, parent: Node, kinds: set[str]) -> Site | None:
        """A name that is not called: a constant, a function that is handed on, or a type that a generic is given."""
        names = self.qualified(parsed, top)
        names = (*names, *_owners(names))  # of a function of a type that is handed on
        if top.type == "generic_type" and parent.type == "type_arguments" and self.kind(top) == "group":
            return None  # what it holds is a site of its own
        if parent.type == "type_item":
            name = parent.child_by_field_name("name")
            hidden = any(child.type == "visibility_modifier" for child in parent.children)
            return Site(names, top, None) if hidden and name is not None else None
        if parent.type in {"let_declaration", "static_item", "const_item"} and _field_of(parent, top) == "type":
            value = parent.child_by_field_name("value")
            made = value is not None and _DEFAULTED.search(value.text or b"") is not None
            return Site(names, top, Arguments()) if made else None
        if kinds & _DECLARED and "type_arguments" not in kinds:
            made = "field_declaration" in kinds and b"efault" in parsed.content
            return Site(names, top, None) if made else None
        return Site(names, top, None) if kinds.isdisjoint(_TYPES) or "type_arguments" in kinds else None

    def _member_site(self, parsed: Unit, node: Node) -> Site | None:
        """`object.method()`, `object.field = value` and `Type { field: value }`."""
        parent, name = node.parent, parsed.text(node)
        if parent is not None and parent.type == "field_initializer":
            value, literal = parent.child_by_field_name("value"), parent.parent.parent if parent.parent else None
            of = literal.child_by_field_name("name") if literal is not None else None
            types = self.qualified(parsed, of) if of is not None else ()
            names = tuple(f"{item}.{name}" for item in types) or (f"={name}",)
            return Site(names, parent, Arguments((value,))) if value is not None else None
        call = parent.parent if parent is not None else None
        if call is not None and call.type == "generic_function":
            call = call.parent
        if parent is None or call is None or parent.type != "field_expression":
            return None
        if call.type == "call_expression" and self.callee(call) == parent:
            return Site(self.qualified(parsed, call), call, self._given(parsed, call))
        if call.type == "assignment_expression" and call.child_by_field_name("left") == parent:
            value, operand = call.child_by_field_name("right"), parent.child_by_field_name("value")
            types = self._type_of(parsed, operand) if operand is not None else ()
            names = tuple(f"{item}.{name}" for item in types) or (f"={name}",)
            return Site(names, parent, Arguments((value,))) if value is not None else None
        return None

    def _token_site(self, parsed: Unit, node: Node) -> Site | None:
        """A path among the tokens of a macro, and what follows it in brackets."""
        content = parsed.content
        before = _BEFORE.search(content, max(0, node.start_byte - 200), node.start_byte)
        after = _AFTER.match(content, node.start_byte)
        start, end = before.start() if before else node.start_byte, after.end() if after else node.end_byte
        path = _SPANNED.sub("", content[start:end].decode("utf-8", "replace")).replace("::", ".")
        dotted = content[:start].rstrip().endswith(b".")
        names = (f".{path}",) if dotted else self._path(parsed, path)
        last = node
        while (follow := last.next_sibling) is not None and last.end_byte < end:
            last = follow
        if follow is None or follow.type != "token_tree" or not (follow.text or b"").startswith(b"("):
            return Site((*names, *_owners(names)), node, None, at=start)
        rows = _separated(follow)
        single = all(len(row) == 1 for row in rows)
        arguments = Arguments(tuple(row[0] for row in rows)) if single else Arguments(spread=True)
        return Site((*names, *_owners(names)), node, arguments, at=start)

    def _given(self, parsed: Unit, call: Node) -> Arguments:
        """The arguments of a call, with those of the generics of its path, or of the alias that it begins with."""
        given = self.arguments(parsed, self.argument_list(call))
        named: dict[str, Node] = {}
        node = call.child_by_field_name("function")
        while node is not None:
            listed = node.child_by_field_name("type_arguments") if node.type in _GENERIC else None
            if listed is None and node.type in {"identifier", "type_identifier"}:
                alias = self._alias(parsed, parsed.text(node))
                listed = alias.child_by_field_name("type_arguments") if alias is not None else None
            for index, argument in enumerate(listed.named_children if listed is not None else ()):
                named.setdefault(f"<{index}>", argument)
            node = next((inner for field in _INWARD if (inner := node.child_by_field_name(field)) is not None), None)
        return Arguments(given.positional, named, given.spread)

    def _fields(self, parsed: Unit, literal: Node) -> dict[str, Node]:
        body = literal.child_by_field_name("body")
        rows = [row for row in (body.named_children if body is not None else ()) if row.type == "field_initializer"]
        pairs = ((row.child_by_field_name("field"), row.child_by_field_name("value")) for row in rows)
        return {parsed.text(name): value for name, value in pairs if name is not None and value is not None}

    def literal(self, text: str) -> tuple[str, str] | None:
        return super().literal(
            text.rstrip("#").replace("#", "", text.find('"')) if text[:3].lstrip("b")[:2] == "r#" else text
        )

    def kind(self, node: Node) -> str:
        match node.type:
            case "identifier" if node.text == b"None":
                return "null"
            case "generic_type":
                inner = node.child_by_field_name("type")
                keyed = inner is not None and (inner.text or b"").rpartition(b"::")[2] in _KEYED
                return "group" if keyed else "member"
            case "boolean_literal":
                return "true" if node.text == b"true" else "false"
            case "unary_expression":
                return "group" if (node.text or b"").startswith(b"*") else ""
            case "index_expression":
                return "group" if node.named_children and node.named_children[-1].text == b".." else ""
            case "macro_invocation":
                return "array"
            case "block":
                return "group" if len(node.named_children) == 1 else ""
        return super().kind(node)

    def inner(self, node: Node) -> Node | None:
        """Of `Hmac<Sha256>` the digest, for it is what the choice is about."""
        listed = node.child_by_field_name("type_arguments") if node.type == "generic_type" else None
        return super().inner(listed if listed is not None else node)

    def branches(self, node: Node) -> list[Node]:
        if node.type != "match_expression":
            return super().branches(node) if node.child_by_field_name("alternative") is not None else []
        body = node.child_by_field_name("body")
        arms = [child for child in (body.named_children if body is not None else ()) if child.type == "match_arm"]
        values = [value for arm in arms if (value := arm.child_by_field_name("value")) is not None]
        return [value for value in values if not _ends(value)]

    def zeroes(self, parsed: Unit, node: Node) -> int | None:
        """`[0u8; 16]`, `vec![0; 16]`, `hex!("00ff")` and `include_bytes!(...)`."""
        if node.type == "array_expression":
            size = node.child_by_field_name("length")
            return _digits(parsed.text(size)) if size is not None else None
        macro = node.child_by_field_name("macro") if node.type == "macro_invocation" else None
        tree = next((child for child in node.named_children if child.type == "token_tree"), None)
        if macro is None or tree is None:
            return None
        name, items = (
            parsed.text(macro).rpartition("::")[2],
            [child for child in tree.named_children if not child.is_extra],
        )
        if name in {"include_bytes", "include_str"}:
            return 1
        if name == "hex" and items and items[0].type == "string_literal":
            return (len(parsed.text(items[0])) - 2) // 2 or None
        if name == "vec" and items and all(item.type == "integer_literal" for item in items):
            return _digits(parsed.text(items[-1])) if b";" in (tree.text or b"") else len(items)
        return None

    def _is_filled(self, parsed: Unit, place: Node, value: Node, name: str) -> bool:
        """Whether an array begins as zeros and something is given it to fill."""
        function = parsed.function_of(place)
        if function is None or self.kind(value) != "array" or not _ZEROES.match(value.text or b""):
            return False
        own = re.escape(name.encode())
        filling = rb"&mut\s+%b\b|(?<!\w)%b\s*(?:\[|\.\s*(?:%b)\b)" % (own, own, "|".join(_FILLING).encode())
        return re.search(filling, parsed.content[place.end_byte : function.end_byte]) is not None

    def assigned(self, place: Node) -> Node | None:
        target = place.child_by_field_name("pattern") or place.child_by_field_name("left")
        return target if target is None or target.type in {"identifier", "field_expression"} else None

    def binding(self, parsed: Unit, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        if "changed" in captures:
            node = captures["changed"][0]
            filling = captures.get("filling")
            if filling is not None and parsed.text(filling[0]) not in _FILLING:
                return None
            return parsed.text(node), node, Binding(None)
        place, left = captures["place"][0], captures["left"][0]
        value = place.child_by_field_name("value") or place.child_by_field_name("right")
        name = parsed.text(left)
        if place.type == "assignment_expression":
            if left.type == "field_expression":
                return (name, place, Binding(value)) if name.startswith("self.") else None
            return (name, place, Binding(value)) if left.type == "identifier" else None
        mutable = any(child.type == "mutable_specifier" for child in place.children)
        if mutable and value is not None and self._is_filled(parsed, place, value, name):
            value = None
        return name, place, Binding(value, final=value is None or (place.type != "let_declaration" and not mutable))


_QUIET = frozenset({"use_declaration", "attribute_item", "inner_attribute_item", "where_clause", "trait_bounds"})
_DECLARED = frozenset({"field_declaration", "parameter", "enum_variant", "ordered_field_declaration_list"})
_TYPES = frozenset({"parameter", "type_parameters", "generic_type", "reference_type"})
_SIGNED = frozenset(
    {"function_item", "function_signature_item", "closure_expression", "impl_item", "trait_item", "function_type"}
)
_KEYED = frozenset({b"Hmac", b"SimpleHmac"})
_GENERIC = frozenset({"generic_type", "generic_function"})
_INWARD = ("function", "path", "type", "value")
_FILLING = frozenset(
    {"copy_from_slice", "clone_from_slice", "fill", "fill_with", "extend_from_slice", "push", "resize"}
)


def _field_of(parent: Node, node: Node) -> str:
    """The field under which a node stands in its parent, '' when under none."""
    at = next((index for index, child in enumerate(parent.children) if child == node), -1)
    return parent.field_name_for_child(at) or "" if at >= 0 else ""


def _owners(names: Sequence[str]) -> tuple[str, ...]:
    """The types whose functions are called: `sha2.Sha256` of `sha2.Sha256.digest`."""
    owners = (name.rpartition(".")[0] for name in names)
    return tuple(owner for owner in owners if owner.rpartition(".")[2][:1].isupper())


def _in_signature(node: Node, above: Sequence[Node]) -> bool:
    """Whether a node stands in what a function takes or yields, or in what an `impl` is for: others make that."""
    inner = node
    for item in above:
        if item.type in _SIGNED and _field_of(item, inner) in {
            "parameters",
            "return_type",
            "type",
            "trait",
            "type_parameters",
        }:
            return True
        inner = item
    return False


def _is_test(above: Sequence[Node]) -> bool:
    """Whether a node stands in an item that only a test build holds."""
    for item in above:
        if item.type not in {"mod_item", "function_item", "impl_item"}:
            continue
        before = item.prev_named_sibling
        while before is not None and before.type in {"attribute_item", "line_comment", "block_comment"}:
            if before.type == "attribute_item" and _TEST.match(before.text or b""):
                return True
            before = before.prev_named_sibling
    return False


def _separated(tree: Node) -> list[list[Node]]:
    """The tokens between brackets, split at commas."""
    rows: list[list[Node]] = [[]]
    for child in tree.children[1:-1]:
        if child.type == ",":
            rows.append([])
        elif not child.is_extra:
            rows[-1].append(child)
    return [row for row in rows if row]


def _ends(value: Node) -> bool:
    """Whether an arm yields nothing, for it leaves."""
    text = value.text or b""
    return value.type in {"return_expression", "break_expression", "continue_expression"} or text.startswith(
        (b"panic!", b"unreachable!", b"unimplemented!", b"todo!", b"bail!")
    )


def _digits(text: str) -> int | None:
    found = re.match(r"(\d[\d_]*)(?:usize)?$", text)
    return int(found[1].replace("_", "")) if found is not None and len(found[1]) < 9 else None
