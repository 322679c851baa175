"""Object literals and parameters of JavaScript and TypeScript, and buffers of zeros."""

import re
from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node

from assay.source.adapter import Unit
from assay.source.javascript_places import CALLS, THROUGH

_OWNED = re.compile(rb"[\w.$]")
_ZEROED = re.compile(rb"(?:Buffer\.alloc|new (?:Uint8Array|Buffer))\(\s*(\d{1,6})\s*(?:,\s*0\s*)?\)")


def zeroed(node: Node) -> int | None:
    """Size of `Buffer.alloc(16)` that goes straight into a call, so that nothing can have filled it."""
    if node.type not in CALLS or node.parent is None or node.parent.type != "arguments":
        return None
    found = _ZEROED.fullmatch(node.text or b"")
    return int(found[1]) if found is not None else None


def object_of(parsed: Unit, node: Node) -> Node | None:
    """The object literal that a name stands for; None when it is assigned twice or changed before it is used."""
    if node.type not in {"identifier", "shorthand_property_identifier"}:
        return None
    name = parsed.text(node)
    scope: Node | None = parsed.function_of(node)
    while True:
        bound = parsed.bindings(scope or parsed.root).get(name, ())
        if bound or scope is None:
            break
        if parsed.parameter(scope, name)[0]:
            return None
        scope = parsed.function_around(scope)
    value = bound[0].value if len(bound) == 1 else None
    if value is not None and value.type == "call_expression" and parsed.text(value).startswith("Object.freeze("):
        value = value.child_by_field_name("arguments").named_children[0]  # type: ignore[union-attr]
    while value is not None and value.type in THROUGH:
        value = value.named_children[0]
    if value is None or value.type != "object":
        return None
    return None if _is_changed(parsed.content, name) else value


@lru_cache(maxsize=64)
def _is_changed(content: bytes, name: str) -> bool:
    """Whether a member of an object is assigned, or the object is extended. Both forms begin with a literal, which is
    found natively."""
    word = re.escape(name.encode())
    if re.search(rb"assign\(\s*%b\b" % word, content) is not None:
        return True
    touched = re.finditer(rb"%b\s*(?:\.\s*\w+\s*=(?!=)|\[)" % word, content)
    return any(_OWNED.match(content[found.start() - 1 : found.start()]) is None for found in touched)


def keys(parsed: Unit, literal: Node, named: dict[str, Node], prefix: str = "") -> bool:
    """Put the members of an object literal among the named arguments; whether all of them are seen.

    Of an object inside, `name` also stands for the whole, as in `hash: {name: "SHA-256"}`.
    """
    whole = True
    for child in literal.named_children:
        key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
        match child.type:
            case "pair" if key is not None and value is not None:
                name = parsed.text(key).strip("\"'")
                whole = whole and key.type != "computed_property_name"
                inner: dict[str, Node] = {}
                if value.type == "object" and not prefix:
                    keys(parsed, value, inner, f"{name}.")
                named.update((key, item) for key, item in inner.items() if key not in named)
                named.setdefault(prefix + name, inner.get(f"{name}.name", value))
            case "shorthand_property_identifier":
                named.setdefault(prefix + parsed.text(child), child)
            case "method_definition":
                method = child.child_by_field_name("name")
                if method is not None:
                    named.setdefault(prefix + parsed.text(method), child)
            case "spread_element":
                whole = False
    return whole


def parameters_of(parameters: Node) -> Iterator[tuple[Node, Node | None]]:
    """Names and defaults of parameters, those inside of patterns too."""
    for child in parameters.named_children:
        default = child.child_by_field_name("value") or child.child_by_field_name("right")
        name = child.child_by_field_name("pattern") or child.child_by_field_name("left") or child
        match child.type:
            case "pair_pattern":
                inner = child.child_by_field_name("value") or child
                default = inner.child_by_field_name("right")
                name = inner.child_by_field_name("left") or inner
            case "rest_pattern" if child.named_children:
                name = child.named_children[0]
        if name.type in {"object_pattern", "array_pattern"}:
            yield from parameters_of(name)
        else:
            yield name, default
