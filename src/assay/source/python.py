"""Python, by the tree-sitter-python grammar (3.8 to 3.14 syntax; Python's own `ast` refuses what is newer than itself).

*It cannot see* names put into a module at run time, `getattr` with an unknown name, or what a star import brings.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.adapter import Adapter, Unit
from assay.source.places import Arguments, Binding, Imports, Site
from assay.source.python_types import is_type

_IMPORTING = (re.compile(rb"import\b"), re.compile(rb"from\b"))  # each begins with a literal, which is found natively


class Python(Adapter):
    name = "Python"
    functions = frozenset({"function_definition", "lambda"})
    returns = "return_statement"
    expressions: Mapping[str, str] = {
        "string": "text", "concatenated_string": "joined", "integer": "number", "binary_operator": "binary",
        "boolean_operator": "binary", "conditional_expression": "condition", "parenthesized_expression": "group",
        "identifier": "name", "attribute": "member", "call": "call", "list": "array", "tuple": "array",
        "true": "true", "false": "false", "none": "null", "lambda": "lambda",
    }  # fmt: skip
    binding_query = """
      (assignment left: (_) @left right: (_) @value) @assignment
      (augmented_assignment left: (_) @changed)
      (named_expression name: (identifier) @left value: (_) @value) @assignment
      (for_statement left: (_) @changed)
      (for_in_clause left: (_) @changed)
      (as_pattern alias: (as_pattern_target (identifier) @changed))
      (global_statement (identifier) @changed)
    """
    blocks = frozenset({"block", "module"})
    loops = frozenset({"for_statement", "while_statement", "list_comprehension", "set_comprehension",
                       "dictionary_comprehension", "generator_expression"})  # fmt: skip
    transparent = frozenset({"parenthesized_expression", "await"})
    assigning = frozenset({"assignment", "named_expression"})
    calls: Mapping[str, str] = {"call": "function"}
    members: Mapping[str, tuple[str, str]] = {"attribute": ("object", "attribute")}
    calls_query = """
      (call function: (attribute object: (_) @object attribute: (identifier) @method)
        arguments: (argument_list) @arguments) @call
    """

    def grammar(self) -> Grammar:
        import tree_sitter_python  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_python.language())

    def imports(self, parsed: Unit) -> Imports:
        """Of two imports of one name, as in `try: ... except ImportError: ...`, the first counts."""
        names: dict[str, str] = {}
        stars: list[str] = []
        spans = sorted(found.span() for form in _IMPORTING for found in form.finditer(parsed.content))
        for start, end in spans:
            word = parsed.root.descendant_for_byte_range(start, end) if _begins(parsed.content, start) else None
            node = word.parent if word is not None else None
            if node is None or node.type not in {"import_statement", "import_from_statement"}:
                continue
            module = node.child_by_field_name("module_name")
            origin = parsed.text(module) if module is not None else ""
            for item in node.children_by_field_name("name"):
                path, alias = _alias(parsed, item)
                if module is not None:
                    names.setdefault(alias or path, f"{origin}.{path}")
                elif alias is not None:
                    names.setdefault(alias, path)
                else:
                    names.setdefault(path.partition(".")[0], path.partition(".")[0])
            if any(child.type == "wildcard_import" for child in node.children):
                stars.append(origin)
        return Imports(names, tuple(stars))

    def imported_words(self, content: bytes) -> set[bytes]:
        return imported_words(content)

    def site(self, parsed: Unit, node: Node, word: str) -> Site | None:
        if node.type == "string_content":
            return _named_setting(parsed, node, word)
        if node.type != "identifier" or _imports_or_declares(node):
            return None
        parent = node.parent
        if parent is not None and parent.type == "attribute" and parent.child_by_field_name("attribute") == node:
            node = parent
        elif parent is not None and parent.type == "keyword_argument" and parent.child_by_field_name("name") == node:
            return _setting(parent, parsed.text(node))
        parent = node.parent
        while parent is not None and parent.type == "attribute" and parent.child_by_field_name("object") == node:
            node, parent = parent, parent.parent
        if parent is not None and parent.type == "assignment" and parent.child_by_field_name("left") == node:
            return _setting(parent, parsed.text(node).rpartition(".")[2]) if node.type == "attribute" else None
        if parent is not None and parent.type in _TARGETS and node.type == "attribute":
            value = _beside(parent, node)
            name = parsed.text(node).rpartition(".")[2]
            return Site((f"={name}",), node, Arguments((value,))) if value is not None else None
        chosen = self._chosen(parsed, node)
        node = chosen or node
        names, parent = self.qualified(parsed, node), node.parent
        if parent is not None and parent.type == "call" and parent.child_by_field_name("function") == node:
            method = node.child_by_field_name("attribute")
            names = (*names, f".{parsed.text(method)}") if method is not None else names
            return Site(names, parent, self.arguments(parsed, parent.child_by_field_name("arguments")))
        begun = self._begun(parsed, node) if names else None
        if begun is not None:
            return Site(names, *begun)
        settled = not _compared(node) and not is_type(parsed, node)
        return Site(names, node, None, settled=settled, inherited=_is_parent(node)) if names else None

    def _chosen(self, parsed: Unit, node: Node) -> Node | None:
        """The call `getattr(module, ...)` whose first argument the node is."""
        call = node.parent.parent if node.parent is not None and node.parent.type == "argument_list" else None
        function = call.child_by_field_name("function") if call is not None else None
        if function is None or parsed.text(function) != "getattr" or node.parent is None:
            return None
        return call if node.parent.named_children[0] == node else None

    def _begun(self, parsed: Unit, node: Node) -> tuple[Node, Arguments] | None:
        """The call `partial(function, ...)` whose function the node is, with the arguments that it gives; more may
        follow. None where a keyword among them may be given anew, as far as this file tells."""
        listed = node.parent
        call = listed.parent if listed is not None and listed.type == "argument_list" else None
        if call is None or listed is None or _PARTIAL.isdisjoint(self.qualified(parsed, call)):
            return None
        given = self.arguments(parsed, listed)
        text = parsed.text(parsed.function_of(call) or parsed.root)
        again = any(len(re.findall(rf"\b{re.escape(name)}\s*=", text)) > 1 for name in given.named)
        if given.positional[:1] != (node,) or again or (given.named and parsed.function_of(call) is None):
            return None
        splat = any(child.type == "list_splat" for child in listed.named_children)
        return call, Arguments(() if splat else given.positional[1:], given.named, spread=True)

    def other_names(self, parsed: Unit, words: frozenset[bytes]) -> frozenset[bytes]:
        known = frozenset(word.decode("utf-8", "surrogateescape") for word in words)
        return frozenset(
            alias.encode()
            for alias, path in parsed.imports.names.items()
            if alias not in known and not known.isdisjoint(path.split("."))
        )

    def qualified(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        if node.type == "call":
            function = node.child_by_field_name("function")
            if function is not None and parsed.text(function) == "getattr":
                return self._attribute(parsed, node)
            return self.qualified(parsed, function) if function is not None else ()
        if node.type not in {"identifier", "attribute"}:
            return ()
        text = "".join(parsed.text(node).replace("\\\n", "").split())
        head, dot, rest = text.partition(".")
        if not head.isidentifier():
            return ()
        imports = parsed.imports
        if head in imports.names:
            return (imports.names[head] + dot + rest,)
        if head in {"self", "cls"}:
            return ()
        return (*(f"{star}.{text}" for star in imports.stars), *((text,) if not dot else ()))

    def _attribute(self, parsed: Unit, call: Node) -> tuple[str, ...]:
        """`getattr(module, "name")` is module.name; any other name is module.*, for it could be each of them."""
        given = self.arguments(parsed, call.child_by_field_name("arguments")).positional
        if len(given) < 2 or parsed.text(given[0]).partition(".")[0] not in parsed.imports.names:
            return ()
        literal = parsed.text(given[1]).strip("\"'") if given[1].type == "string" else "*"
        return tuple(f"{module}.{literal}" for module in self.qualified(parsed, given[0]))

    def arguments(self, parsed: Unit, node: Node | None) -> Arguments:
        positional: list[Node] = []
        named: dict[str, Node] = {}
        spread = False
        for child in node.named_children if node is not None else ():
            if child.type == "keyword_argument":
                name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
                if name is not None and value is not None:
                    named[parsed.text(name)] = value
            elif child.type in {"list_splat", "dictionary_splat"}:
                spread = True
            elif not child.is_extra:
                positional.append(child)
        return Arguments(tuple(positional), named, spread)

    def declared_name(self, parsed: Unit, node: Node) -> str:
        if node.type in {"class_definition", "function_definition"}:
            name = node.child_by_field_name("name")
            return parsed.text(name) if name is not None else ""
        return ""

    def parameter(self, parsed: Unit, function: Node, name: str) -> tuple[bool, Node | None]:
        parameters = function.child_by_field_name("parameters")
        for child in parameters.named_children if parameters is not None else ():
            declared = child if child.type == "identifier" else child.child_by_field_name("name")
            if declared is None and child.named_children:
                declared = child.named_children[0]
            if declared is not None and parsed.text(declared) == name:
                return True, child.child_by_field_name("value")
        return False, None

    def binding(self, parsed: Unit, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        if "changed" in captures:
            node = captures["changed"][0]
            return parsed.text(node), node, Binding(None)
        node, left = captures["assignment"][0], captures["left"][0]
        text = parsed.text(left)
        if left.type == "attribute":
            return (text, node, Binding(captures["value"][0])) if text.startswith("self.") else None
        if left.type != "identifier":
            return None
        above = node.parent.parent if node.parent is not None else None
        in_class = above is not None and above.parent is not None and above.parent.type == "class_definition"
        return text, node, Binding(captures["value"][0], final=not in_class or text.isupper())


def _alias(parsed: Unit, item: Node) -> tuple[str, str | None]:
    if item.type == "aliased_import":
        name, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
        if name is not None and alias is not None:
            return parsed.text(name), parsed.text(alias)
    return parsed.text(item), None


def _imports_or_declares(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return True
    if parent.type in {"dotted_name", "aliased_import", "global_statement"}:
        return True
    declares = parent.type in {
        "function_definition",
        "class_definition",
        "parameters",
        "default_parameter",
        "typed_parameter",
    }
    return declares and (parent.child_by_field_name("name") == node or parent.type in {"parameters", "typed_parameter"})


def _setting(node: Node, name: str) -> Site | None:
    """`x.check_hostname = False` and `f(check_hostname=False)`: a site `=check_hostname`, the value its argument."""
    value = node.child_by_field_name("right") or node.child_by_field_name("value")
    return Site((f"={name}",), node, Arguments((value,))) if value is not None else None


_PARTIAL = frozenset({"functools.partial", "functools.partialmethod"})
_TARGETS = frozenset({"pattern_list", "tuple_pattern", "list_pattern"})


def _beside(targets: Node, node: Node) -> Node | None:
    """What one of several targets is given: `a.x, a.y = False, True`; all of it where that cannot be taken apart."""
    assignment = targets.parent
    right = assignment.child_by_field_name("right") if assignment is not None else None
    given = right.named_children if right is not None and right.type in {"expression_list", "tuple", "list"} else []
    one = len(given) == len(targets.named_children)
    return given[targets.named_children.index(node)] if one else right


def _named_setting(parsed: Unit, node: Node, word: str) -> Site | None:
    """`setattr(x, "check_hostname", False)`, and `{"verify": False}` where keywords are unpacked in the file."""
    text = node.parent
    above = text.parent if text is not None and parsed.text(node) == word else None
    if above is None or above.parent is None:
        return None
    if above.type == "pair" and above.child_by_field_name("key") == text:
        return _setting(above, word) if b"**" in parsed.content or _is_option(parsed, above) else None
    function = above.parent.child_by_field_name("function") if above.type == "argument_list" else None
    if function is None or parsed.text(function).rpartition(".")[2] not in {"setattr", "__setattr__"}:
        return None
    given = above.named_children
    return Site((f"={word}",), above.parent, Arguments((given[-1],))) if text in given[:-1] else None


def _is_option(parsed: Unit, pair: Node) -> bool:
    """Whether a dictionary is given as options, or is called so."""
    holder = pair.parent.parent if pair.parent is not None else None
    fields = (holder.child_by_field_name(name) for name in ("name", "left")) if holder is not None else ()
    named = next((field for field in fields if field is not None), None)
    return named is not None and re.search(r"(?i)opt", parsed.text(named)) is not None


def _is_parent(node: Node) -> bool:
    """Whether a class is made from what a name stands for."""
    above = node.parent.parent if node.parent is not None and node.parent.type == "argument_list" else None
    return above is not None and above.type == "class_definition"


def _compared(node: Node) -> bool:
    parent = node.parent
    while parent is not None and parent.type in {"parenthesized_expression", "attribute", "tuple", "list", "set"}:
        parent = parent.parent
    return parent is not None and parent.type in {"comparison_operator", "delete_statement", "except_clause"}


def _begins(content: bytes, start: int) -> bool:
    """Whether a statement may begin at a place: at the start of a line, or behind `;` or `:`."""
    while start and content[start - 1] in b" \t":
        start -= 1
    return not start or content[start - 1] in b"\n;:"


_IMPORT_WORD = re.compile(rb"import\b")
_WORD = re.compile(rb"\w+")


@lru_cache(maxsize=2)
def imported_words(content: bytes) -> set[bytes]:
    """Every name on a line that imports, with the lines that a backslash joins to it. Shared: nobody may change it."""
    lines: list[bytes] = []
    for found in _IMPORT_WORD.finditer(content):
        start, end = content.rfind(b"\n", 0, found.start()), content.find(b"\n", found.end())
        while start > 0 and content[start - 1] in b"\\\r" and _joined(content, start):
            start = content.rfind(b"\n", 0, start)
        while end > 0 and content[end - 1] in b"\\\r" and _joined(content, end):
            end = content.find(b"\n", end + 1)
        lines.append(content[start + 1 : end if end >= 0 else len(content)])
    return set(_WORD.findall(b"\n".join(lines)))


def _joined(content: bytes, line_end: int) -> bool:
    return content[max(line_end - 2, 0) : line_end].rstrip(b"\r").endswith(b"\\")
