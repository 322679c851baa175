"""Where Python text names a class only as a type, so that nothing is made of it there.

An annotation, a union that an alias stands for, what `isinstance` is asked about, the first argument of `cast`. No
value comes of such a name but through what reads types back as values (`__annotations__`, `get_args`, a bound), and a
text that holds a word of those is not trusted with its types at all.

*It cannot see* another file that reads the types of this one back; `taken_back` finds the forms in which such a file
calls what it has read.
"""

import re
from collections.abc import Iterator, Set
from functools import lru_cache

from tree_sitter import Node

from assay.core import late
from assay.source.adapter import Unit

READ_BACK = (
    b"__annotations__",
    b"__args__",
    b"__value__",
    b"__supertype__",
    b"get_type_hints",
    b"get_annotations",
    b"get_args",
)
_READ_BACK = late.expression(
    rb"\b(?:__annotations__|__annotate__|__args__|__value__|__supertype__|__bound__|__constraints__|get_type_hints"
    rb"|__dataclass_fields__|__fields__|model_fields|_field_types|get_annotations|get_args)\b"
    rb"|(?<!def )\b(?:fields|signature|getfullargspec)\s*\(|\.\s*annotation\b|\binspect\s*\.\s*(?:sig|get)"
    rb"|@\s*(?:\w+\.)?inject|\bfrom\s+inspect\b|\bimport\s+inspect\s+as\b"
)
# Between a name and the annotation or union that it is a part of, nothing calls or keeps it.
_THROUGH = frozenset({"generic_type", "union_type", "type_parameter", "constrained_type", "splat_type", "tuple", "list",
                      "parenthesized_expression"})  # fmt: skip
_TYPING = frozenset(
    {"Any", "AsyncGenerator", "AsyncIterable", "AsyncIterator", "Awaitable", "Callable", "ClassVar", "Collection",
     "Concatenate", "Container", "ContextManager", "Coroutine", "DefaultDict", "Deque", "Dict", "Final", "FrozenSet",
     "Generator", "Iterable", "Iterator", "List", "Mapping", "MutableMapping", "MutableSequence", "Optional",
     "Sequence", "Set", "Tuple", "Type", "TypeGuard", "TypeIs", "Union", "dict", "frozenset", "list", "set", "tuple",
     "type"}
)  # fmt: skip
_UNIONS = frozenset({"typing.Union", "typing.Optional", "typing_extensions.Union", "typing_extensions.Optional"})
_CASTS = frozenset({"typing.cast", "typing_extensions.cast"})
_CHECKING = frozenset({"typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"})
_ASKING = frozenset({"isinstance", "issubclass"})
_CALLED_BACK = late.expression(
    rb"(?:\b(?:get_args|get_type_hints|get_annotations|dataclasses\.fields)\s*\([^()]*\)"
    rb"|__args__|__annotations__|__value__|__supertype__)"
    rb"\s*(?:\[[^\]\n]*\]|\.(?:get|pop|values|items)\s*\([^()]*\))?"
)
_CALLING_BACK = tuple(
    late.expression(word)
    for word in (b"get_args", b"get_type_hints", b"get_annotations", rb"dataclasses\.fields", b"__args__",
                 b"__annotations__", b"__value__", b"__supertype__")
)  # fmt: skip
_GOES_ON = re.compile(rb"\s*\(|\.\w+\s*\(")
_CALLED = late.expression(rb"(?<![\w.])(\w+)(?:\[[^\]\n]*\])?(?:\.\w+)?\s*\(")
_KEPT = re.compile(rb"(\w+)\s*(?::[^=\n]+)?=\s*$")


def is_type(parsed: Unit, node: Node) -> bool:
    """Whether a reference that is not called is named as a type and for nothing else."""
    place, above = _whole(parsed, node)
    if above is None:
        return False
    if above.type == "argument_list" and (call := above.parent) is not None and call.type == "call":
        return _asked(parsed, call, above, place)
    aliased = above.type == "assignment" and above.child_by_field_name("right") == place and _is_union(parsed, place)
    return (aliased or above.type == "type") and not _reads_back(parsed.content)


@lru_cache(maxsize=2)
def _reads_back(content: bytes) -> bool:
    return _READ_BACK.search(content) is not None


def taken_back(content: bytes, words: Set[bytes]) -> Iterator[int]:
    """Offsets where a text calls, or calls a method of, what it has read from annotations or unions. `words` are those
    of `READ_BACK` that stand in it."""
    called: frozenset[bytes] | None = None
    if words.isdisjoint(READ_BACK) and b"dataclasses.fields" not in content:
        return
    for found in _called_back(content):
        start = content.rfind(b"\n", 0, found.start()) + 1
        kept = _KEPT.search(content, max(start, found.start() - 200), found.start())
        if kept is not None and called is None:
            called = frozenset(_CALLED.findall(content))
        taken = found[0].rstrip().endswith((b"]", b")"))
        if (kept is not None and kept[1] in (called or ())) or (taken and _GOES_ON.match(content, found.end())):
            yield found.start()


def _called_back(content: bytes) -> Iterator[re.Match[bytes]]:
    """Matches of `_CALLED_BACK`: each begins with a word, which is found natively."""
    past = 0
    for start in sorted(found.start() for word in _CALLING_BACK for found in word.finditer(content)):
        found = _CALLED_BACK.match(content, start) if start >= past else None
        if found is not None:
            past = found.end()
            yield found


def _whole(parsed: Unit, node: Node) -> tuple[Node, Node | None]:
    """The largest type expression that a name is a part of, and what stands around it."""
    while (above := node.parent) is not None:
        if above.type == "type" and above.parent is not None and above.parent.type in _THROUGH:
            node = above
        elif above.type in _THROUGH or (above.type == "binary_operator" and _sign(above) == "|"):
            if above.type == "generic_type" and not _is_typing(parsed, above.named_children[0], node):
                return node, None
            node = above
        elif above.type == "subscript" and _is_typing(parsed, above.child_by_field_name("value"), node):
            node = above
        else:
            return node, above
    return node, None


def _sign(node: Node) -> str:
    sign = node.child_by_field_name("operator")
    return sign.type if sign is not None else ""


def _is_typing(parsed: Unit, head: Node | None, node: Node) -> bool:
    """Whether a subscript is one of `typing` or of a container, whose items are types that nobody makes a value of.
    The head itself is only what holds them."""
    if head is None:
        return False
    text = parsed.text(head)
    path = parsed.imports.names.get(text.partition(".")[0], text)
    known = text.rpartition(".")[2] in _TYPING and (path in _TYPING or path.startswith(("typing", "collections")))
    return (known or head == node) and not _is_declared(parsed.content, text)


@lru_cache(maxsize=64)
def _is_declared(content: bytes, name: str) -> bool:
    return re.search(rb"\b(?:class|def)\s+%b\b" % re.escape(name.encode()), content) is not None


def _asked(parsed: Unit, call: Node, arguments: Node, place: Node) -> bool:
    function = call.child_by_field_name("function")
    if function is None:
        return False
    first, text = arguments.named_children[0] == place, parsed.text(function)
    if text in _ASKING:
        return not first and not parsed.imports.stars and not _is_given(parsed.content, text.encode())
    return first and bool(_CASTS.intersection(parsed.adapter.qualified(parsed, function)))


@lru_cache(maxsize=8)
def _is_given(content: bytes, word: bytes) -> bool:
    """Whether anything in the text can have given a built-in name another meaning."""
    given = rb"\b(?:def|class|as|import|global)\s+%b\b|(?<![\w.])%b\s*(?::[^=\n]*)?=(?!=)|[,(]\s*%b\s*[,)=:]"
    return re.search(given.replace(b"%b", word), content) is not None


def _is_union(parsed: Unit, node: Node) -> bool:
    """Whether an expression makes what cannot be called in place of its types; a union of one is that type."""
    head = node.child_by_field_name("value") if node.type == "subscript" else None
    if head is not None and not _UNIONS.intersection(parsed.adapter.qualified(parsed, head)):
        return True  # a call of `List[X]` makes a list
    leaves = list(_leaves(parsed, node))
    return len(leaves) > 1 and "" not in leaves and len(set(leaves)) == len(leaves)


def _leaves(parsed: Unit, node: Node) -> Iterator[str]:
    """What a union joins, by qualified names; '' for what is no name of a class."""
    if node.type == "parenthesized_expression":
        yield from _leaves(parsed, node.named_children[0])
    elif node.type == "binary_operator" and _sign(node) == "|":
        for side in (node.child_by_field_name("left"), node.child_by_field_name("right")):
            yield from _leaves(parsed, side) if side is not None else ("",)
    elif node.type == "subscript":
        head = node.child_by_field_name("value")
        names = parsed.adapter.qualified(parsed, head) if head is not None else ()
        if not _UNIONS.intersection(names):
            yield parsed.text(node)
            return
        if any(name.endswith("Optional") for name in names):
            yield "None"
        for item in node.children_by_field_name("subscript"):
            yield from _leaves(parsed, item)
    elif node.type in {"identifier", "attribute"}:
        text = parsed.text(node).rpartition(".")[2]
        names = parsed.adapter.qualified(parsed, node)
        # `ssl.OP_NO_SSLv3 | x` joins numbers: a class is not written so.
        yield "" if "_" in text.strip("_") and text.upper() == text else next(iter(names), parsed.text(node))
    else:
        yield {"none": "None", "string": parsed.text(node)}.get(node.type, "")


def is_own_variable(parsed: Unit, node: Node) -> bool:
    """Whether a name that is called like a module is a variable: not imported, or declared by a function around it."""
    head = parsed.text(node).partition(".")[0].strip()
    if node.type == "call" or head not in parsed.imports.names:
        return node.type in {"identifier", "attribute"}
    scope = parsed.function_of(node)
    while scope is not None:
        if _is_imported(parsed.content, scope.start_byte, scope.end_byte, head):
            return False
        inside = _within_body(scope, node)
        if inside and (parsed.parameter(scope, head)[0] or parsed.bindings(scope).get(head)):
            return True
        scope = parsed.function_of(scope.parent) if scope.parent is not None else None
    return False


@lru_cache(maxsize=64)
def _is_imported(content: bytes, start: int, end: int, name: str) -> bool:
    """Whether a part of a text imports a name, or declares it global."""
    form = rb"\b(?:import\b[^\n]*|global\b[^\n]*|as\s+)(?<!\w)%b(?!\w)" % re.escape(name.encode())
    return re.search(form, content[start:end]) is not None


def is_for_checkers(parsed: Unit, alias: str) -> bool:
    """Whether a name is imported for type checkers only, so that it is not there when the module runs."""
    word = re.escape(alias.encode())
    for found in re.finditer(rb"(?<!\w)%b(?!\w)" % word, parsed.content):
        node = parsed.at(found.start(), len(alias))
        around = parsed.above(node) if node is not None else []
        if any(above.type in {"import_statement", "import_from_statement"} for above in around):
            return any(_is_checking(parsed, above) for above in around)
    return False


def _is_checking(parsed: Unit, node: Node) -> bool:
    condition = node.child_by_field_name("condition") if node.type == "if_statement" else None
    return condition is not None and bool(_CHECKING.intersection(parsed.adapter.qualified(parsed, condition)))


def _within_body(function: Node, node: Node) -> bool:
    """Whether a place is in the body of a function, and not in its defaults or decorators."""
    body = function.child_by_field_name("body")
    return body is not None and body.start_byte <= node.start_byte < body.end_byte
