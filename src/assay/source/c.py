"""C, by the tree-sitter-c grammar (C11, GNU extensions). The preprocessor is not run.

Code under `#if 0` counts as absent, under every other condition as present. A function that the file itself defines
is its own: calls of it are no site, whatever a library may call by the same name.

*It cannot see* what a macro expands to beyond `#define NAME value` of the same file, or calls through function
pointers; in the body of a macro it sees names and no arguments.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.adapter import Adapter, Unit
from assay.source.names import whole
from assay.source.places import Binding, Imports, Site

FILE_LEVEL = 8  # `#if` inside `#if` counts as levels
INCLUDES = "(preproc_include path: (_) @path)"
_INCLUDE = re.compile(rb"#[ \t]*include")  # as the grammar has it
_CONDITIONAL = re.compile(rb"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b((?:[^\n\\]|\\\r?\n|\\.)*)", re.MULTILINE)
_FIRST = re.compile(r"\w+")
_GIVING = (b"=", b",", b"(", b"{", b":", b"?", b"&")
_READ = re.compile(rb"\s*(?:[(),;.\]}?:]|->|[=!]=|[<>](?![<>]))")
_IN_WORD = re.compile(rb"\w")
_ENDS = re.compile(rb"\s*[,;)}:]")
_CHANGING = (b"&", b"+", b"-", b"*", b"/", b"\\", b"define")
_TYPE = re.compile(
    rb"\b(?:void|int|char|long|short|unsigned|signed|float|double|_Bool)(?:\s+|[ \t]*\*[\s*]*(?:const\s+)?)\Z"
)
_QUIET = re.compile(rb"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", re.DOTALL)


class C(Adapter):
    name = "C"
    constant = frozenset({"const"})
    functions = frozenset({"function_definition"})
    returns = "return_statement"
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
      (declaration declarator: [(identifier) (pointer_declarator) (array_declarator)] @declared)
      (update_expression argument: (identifier) @changed)
      (argument_list (pointer_expression operator: "&" argument: (identifier) @changed))
      (preproc_def name: (identifier) @left value: (preproc_arg) @value) @macro
      (enumerator name: (identifier) @left value: (_) @value) @macro
    """
    shared_query = "(translation_unit (declaration declarator: [(identifier) (pointer_declarator)] @name))"
    shared_depth = 0  # levels below the root at which a match of it may begin
    blocks = frozenset({"compound_statement", "translation_unit"})
    statements = frozenset({"expression_statement", "declaration"})
    transparent = frozenset({"parenthesized_expression", "cast_expression"})
    assigning = frozenset({"assignment_expression", "init_declarator"})
    declaring = frozenset(
        {"init_declarator", "identifier", "pointer_declarator", "array_declarator", "preproc_def", "enumerator"}
    )
    private = r"^static\b[^;={{}}()\n]*\b{}\b\s*[;=,\[]"
    calls_query = """
      (call_expression function: (identifier) @method arguments: (argument_list . (_) @object)) @call
    """

    conversions: Mapping[str, str] = dict.fromkeys(("TEXT", "_T", "_TEXT", "L"), "argument")  # macros of Windows

    def grammar(self) -> Grammar:
        import tree_sitter_c  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_c.language())

    def word(self, call: str) -> str:
        """Of a text with its quotes, the first word."""
        return _FIRST.findall(call)[0] if call.startswith('"') else super().word(call)

    def plain(self, content: bytes) -> bytes:
        """Without the directives of conditional compilation, which may stand in the middle of a statement: all branches
        stay, save those that `#if 0` switches off."""
        text = bytearray(content)
        off: list[int] = []  # where the switched-off branch of each open condition began, -1 when it has none
        for found in _CONDITIONAL.finditer(content):
            word, condition = found[1], found[2].strip()
            if word.startswith(b"if"):
                off.append(found.end() if (word, condition) == (b"if", b"0") else -1)
            elif off:
                start = off.pop()
                if start >= 0:
                    text[start : found.start()] = _spaces(content[start : found.start()])
                if word != b"endif":
                    off.append(-1)
            text[found.start() : found.end()] = _spaces(found[0])
        return bytes(text)

    def imports(self, parsed: Unit) -> Imports:
        """Headers as stars."""
        paths: list[str] = []
        for found in _INCLUDE.finditer(parsed.content):
            word = parsed.root.descendant_for_byte_range(*found.span())
            node = word.parent if word is not None else None
            path = node.child_by_field_name("path") if node is not None and node.type == "preproc_include" else None
            paths += [parsed.text(path).strip('<>"')] if path is not None else []
        return Imports({}, tuple(paths))

    def site(self, parsed: Unit, node: Node, word: str) -> Site | None:
        parent = node.parent
        if node.type == "preproc_arg":
            body = parent is not None and parent.type in {"preproc_def", "preproc_function_def"}
            if not body or switched_off(parsed, node) or _extends(parsed, node, word):
                return None
            place = _place_in(node.text or b"", word.encode())
            return Site((word,), node, None, at=node.start_byte + place) if place >= 0 else None
        if node.type == "string_content" and parent is not None and parent.type == "string_literal":
            return None if switched_off(parsed, node) else Site((parsed.text(parent),), parent, None)
        if node.type != "identifier" or parent is None:
            return None
        if parent.type in _DECLARING and not _is_value(parent, node):
            return None
        name = parsed.text(node)
        if _is_own(parsed, name) or switched_off(parsed, node):
            return None
        if parent.type == "call_expression" and parent.child_by_field_name("function") == node:
            above = parent.parent
            if above is not None and above.type in {"preproc_if", "preproc_elif", "preproc_defined"}:
                return None
            arguments = self.arguments(parsed, parent.child_by_field_name("arguments"))
            return Site((name,), parent, arguments, settled=bool(arguments.positional) or not is_compared(parent))
        while parent.type == "parenthesized_expression" and parent.parent is not None:
            parent = parent.parent
        return Site((name,), node, None, settled=has_effect(parent))

    def qualified(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        if node.type == "call_expression":
            node = node.child_by_field_name("function") or node
        return (parsed.text(node),) if node.type == "identifier" else ()

    def is_shared(self, parsed: Unit, name: str, function: Node) -> bool:
        places = (item.place for item in parsed.bindings(function).get(name, ()))
        if any(place is not None and place.type == "init_declarator" for place in places):
            return False  # declared where it is used
        return not parsed.parameter(function, name)[0] and name in _shared(parsed, self.shared_query, self.shared_depth)

    def literal(self, text: str) -> tuple[str, str] | None:
        return super().literal(text[text.index('"') :] if '"' in text and text[0] in "LuU" else text)

    def declared_name(self, parsed: Unit, node: Node) -> str:
        if node.type != "function_definition":
            return ""
        declarator = node.child_by_field_name("declarator")
        name = _declared(declarator)
        return parsed.text(name) if name is not None else ""

    def parameter(self, parsed: Unit, function: Node, name: str) -> tuple[bool, Node | None]:
        declarator = function.child_by_field_name("declarator")
        while declarator is not None and declarator.type != "function_declarator":
            declarator = declarator.child_by_field_name("declarator")
        parameters = declarator.child_by_field_name("parameters") if declarator is not None else None
        for child in parameters.named_children if parameters is not None else ():
            declared = _taken(child)
            if declared is not None and parsed.text(declared) == name:
                return True, None
        return False, None

    def parameters(self, parsed: Unit, function: Node) -> tuple[str, ...]:
        declarator = function.child_by_field_name("declarator")
        while declarator is not None and declarator.type != "function_declarator":
            declarator = declarator.child_by_field_name("declarator")
        listed = declarator.child_by_field_name("parameters") if declarator is not None else None
        given = listed.named_children if listed is not None else []
        rows = [_taken(child) for child in given if not child.is_extra and child.text != b"void"]
        return tuple(parsed.text(row) if row is not None else "" for row in rows)

    def closed(self, parsed: Unit, function: Node) -> str:
        head = parsed.content[function.start_byte : function.start_byte + 40].split()
        return "unit" if b"static" in head[:3] and not _is_handed_on(parsed, function) else ""

    def may_bind(self, content: bytes, name: str) -> bool:
        """Most names are only read: what stands behind ends an expression, and nothing ahead changes them."""
        word = name.encode()
        at = content.find(word) if word else -1
        while at >= 0:
            end = at + len(word)
            whole = _IN_WORD.match(content, end) is None and (at == 0 or _IN_WORD.match(content, at - 1) is None)
            if whole and (
                _READ.match(content, end) is None or content[max(0, at - 40) : at].rstrip().endswith(_CHANGING)
            ):
                return True
            at = content.find(word, end)
        return False

    def declares(self, content: bytes, start: int) -> bool | None:
        """Behind a type that has a keyword for its name no expression begins."""
        return True if _TYPE.search(content, max(0, start - 40), start) is not None else None

    def binding(self, parsed: Unit, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        if "changed" in captures:
            node = captures["changed"][0]
            return parsed.text(node), node, Binding(None)
        if "declared" in captures:
            node = captures["declared"][0]
            local = parsed.function_of(node) is not None and _declared(node)
            return (parsed.text(local), node, Binding(None, final=True)) if local else None
        left = captures["left"][0]
        if "macro" in captures:
            return parsed.text(left), captures["macro"][0], Binding(captures["value"][0], final=True)
        if "declaration" in captures:
            node, name = captures["declaration"][0], _declared(left)
            final = node.parent is not None and self._is_constant(parsed, node.parent)
            if name is None:
                return None
            value = captures["value"][0]
            filled = not final and value.type == "initializer_list" and self._is_filled(parsed, node, value, name)
            return parsed.text(name), node, Binding(None if filled else value, final)
        node = captures["assignment"][0]
        operator = node.child_by_field_name("operator")
        plain = operator is None or parsed.text(operator) == "="
        return (
            (parsed.text(left), node, Binding(captures["value"][0] if plain else None))
            if left.type == "identifier"
            else None
        )

    def _is_constant(self, parsed: Unit, declaration: Node) -> bool:
        return any(
            child.type == "type_qualifier" and parsed.text(child) in self.constant for child in declaration.children
        )

    def _is_filled(self, parsed: Unit, node: Node, value: Node, name: Node) -> bool:
        """Whether an array begins as zeros and is named more than twice: declared, used, and likely filled between."""
        if any(parsed.text(item).strip("0x") for item in value.named_children if not item.is_extra):
            return False
        scope = parsed.function_of(node) or parsed.root
        text = parsed.content[scope.start_byte : scope.end_byte]
        word = re.escape(parsed.content[name.start_byte : name.end_byte])
        return len(re.findall(rb"\b" + word + rb"\b", text)) > 2


_DECLARING = frozenset(
    {"function_declarator", "init_declarator", "pointer_declarator", "array_declarator", "parameter_declaration",
     "declaration", "preproc_def", "preproc_function_def", "preproc_params", "preproc_ifdef", "enumerator",
     "type_definition", "attributed_declarator", "labeled_statement", "goto_statement", "field_designator",
     "parameter_list"}
)  # fmt: skip


@lru_cache(maxsize=4)
def _shared(parsed: Unit, query: str, depth: int) -> frozenset[str]:
    rows = parsed.matches(query, parsed.root, depth=depth)
    return frozenset(parsed.text(row["name"][0]).rpartition("*")[2].strip() for row in rows)


def _spaces(text: bytes) -> bytes:
    return re.sub(rb"[^\r\n]", b" ", text)


def is_compared(node: Node) -> bool:
    """Whether a getter is called only to compare what it gives."""
    above = node.parent
    operator = (
        above.child_by_field_name("operator") if above is not None and above.type == "binary_expression" else None
    )
    return operator is not None and operator.text in {b"==", b"!="}


def has_effect(parent: Node) -> bool:
    """Whether what stands around a name does more than compare or measure it; flags are joined by `|`."""
    if parent.type == "binary_expression":
        operator = parent.child_by_field_name("operator")
        return operator is not None and operator.text == b"|"
    return parent.type not in {"case_statement", "preproc_defined", "sizeof_expression"}


def _is_value(parent: Node, node: Node) -> bool:
    return parent.child_by_field_name("value") == node


def _taken(parameter: Node) -> Node | None:
    """The name of a parameter, in whatever brackets, pointers and references it stands."""
    found: Node | None = parameter
    while found is not None and found.type != "identifier":
        inner = (child for child in found.named_children if child.type == "identifier" or "declarator" in child.type)
        found = found.child_by_field_name("declarator") or (next(inner, None) if found != parameter else None)
    return found


def _declared(node: Node | None) -> Node | None:
    """The identifier inside pointer, array and function declarators."""
    while node is not None and node.type != "identifier":
        node = node.child_by_field_name("declarator")
    return node


def _is_own(parsed: Unit, name: str) -> bool:
    """Whether the unit defines a function, or a macro with arguments, of that name."""
    key = ("own", name)
    if key not in parsed.notes:
        stand = whole(parsed.content, name.encode())
        nodes = (parsed.at(at, len(name.encode())) for at in stand)
        parsed.notes[key] = any(_defines(parsed, node) for node in nodes if node is not None)
    return bool(parsed.notes[key])


def _defines(parsed: Unit, name: Node) -> bool:
    """Whether a name is that of a function or macro at file level, where it is defined."""
    if name.type != "identifier":
        return False
    inner, above = name, parsed.above(name)
    for level, outer in zip(range(len(above) - 1, -1, -1), above, strict=True):
        if outer.type == "preproc_function_def":
            return outer.child_by_field_name("name") == inner and level <= FILE_LEVEL
        if outer.child_by_field_name("declarator") != inner:
            return False
        if outer.type == "function_definition":
            return level <= FILE_LEVEL
        inner = outer
    return False


def _place_in(body: bytes, word: bytes) -> int:
    """Where the body of a macro names a word outside comments and literals and does not paste it, -1 when nowhere."""
    quiet = _QUIET.sub(lambda found: _spaces(found[0]), body)
    found = re.search(rb"(?<![\w#.>])" + re.escape(word) + rb"(?=\s*(?:[(),;}]|$))", quiet)
    return found.start() if found is not None else -1


def _extends(parsed: Unit, node: Node, word: str) -> bool:
    """Whether a macro is only a shorter name of the word, as a library's own header has them."""
    name = node.parent.child_by_field_name("name") if node.parent is not None else None
    return name is not None and word.startswith(parsed.text(name)) and parsed.text(node).strip().startswith(word)


def _ended(content: bytes, word: bytes) -> Iterator[int]:
    """Where a word stands as the end of an expression. A pattern that begins between two letters costs far more."""
    at = content.find(word) if word else -1
    while at >= 0:
        end = at + len(word)
        if _ENDS.match(content, end) is not None and (at == 0 or _IN_WORD.match(content, at - 1) is None):
            yield at
        at = content.find(word, end)


def _is_handed_on(parsed: Unit, function: Node) -> bool:
    """Whether a function may be called through a pointer that was given or put somewhere."""
    content, word = parsed.content, parsed.adapter.declared_name(parsed, function).encode()
    ahead = (content[max(0, at - 80) : at].rstrip() for at in _ended(content, word))
    return any(not text or text.endswith(_GIVING) for text in ahead)


def switched_off(parsed: Unit, node: Node) -> bool:
    """Whether a node stands under `#if 0`, or under the `#else` of `#if 1`."""
    inner = node
    for outer in parsed.above(node):
        if outer.type == "preproc_if":
            condition = outer.child_by_field_name("condition")
            text = condition.text if condition is not None else None
            other = outer.child_by_field_name("alternative") == inner
            if text == (b"1" if other else b"0") and condition != inner:
                return True
        inner = outer
    return False
