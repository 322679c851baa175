"""What collections and configuration hold: items put under a literal key, properties, environment variables.

An item of a map of the unit is what the last call before put there under the same key. A setting is pending as `?key`
until files of configuration were read; its default counts beside whatever they say. *It cannot see* a map that another
function fills, and keys that are not literal.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from tree_sitter import Node

from assay.source.answers import Answer, either, unknown

if TYPE_CHECKING:
    from assay.source.values import Resolver

GETTING = frozenset({"get", "getOrDefault", "getItem", "getInt", "getString", "GetString"})
PUTTING = frozenset({"put", "set", "setdefault", "Add", "setProperty", "putIfAbsent"})
SETTINGS = frozenset(
    {"getProperty", "getenv", "getString", "GetString", "Getenv", "LookupEnv", "getRequiredProperty", "get"}
)
MOST_KEYS = 64
_HOLDERS = ("environ", "config", "environment", "settings", "conf", "properties", "props")


def held(resolver: "Resolver", node: Node, callee: str, seen: frozenset[int]) -> Answer | None:
    """The item of a map that a call gets by a key."""
    parsed, adapter = resolver.parsed, resolver.parsed.adapter
    receiver = adapter.receiver(node) if callee in GETTING or callee == "getProperty" else None
    scope = parsed.function_of(node)
    if receiver is None or scope is None:
        return None
    given = adapter.arguments(parsed, adapter.argument_list(node)).positional
    calls = [call for call in parsed.calls_of_name(parsed.text(receiver), scope) if call.method in PUTTING]
    if not given or not calls or len(calls) > MOST_KEYS:
        return None
    asked = resolver.value(given[0], seen)
    found: Answer | None = None
    for call in calls:
        pair = adapter.arguments(parsed, adapter.argument_list(call.node)).positional
        if len(pair) != 2 or call.node.start_byte > node.start_byte:
            continue
        key = resolver.value(pair[0], seen)
        if not key.certain or not asked.certain:
            return unknown("a key that is not literal")
        if key.values[0].text == asked.values[0].text:
            found = resolver.value(pair[1], seen)
    return found or unknown("not put into the map here")


def setting(resolver: "Resolver", node: Node, callee: str, seen: frozenset[int]) -> Answer | None:
    """A property or variable of the environment, and what the call takes where nobody sets it."""
    parsed, adapter = resolver.parsed, resolver.parsed.adapter
    given = adapter.arguments(parsed, adapter.argument_list(node)).positional
    if callee not in SETTINGS or not 0 < len(given) < 3 or (callee == "get" and not _of_environment(resolver, node)):
        return None
    if callee in {"getString", "getProperty"} and held(resolver, node, callee, seen) is not None:
        return None
    key = resolver.value(given[0], seen)
    if not key.certain or key.values[0].kind != "text":
        return unknown("a setting of an unknown name")
    default = resolver.value(given[1], seen) if len(given) > 1 else None
    name = f"?{key.values[0].text}"
    known = resolver.elsewhere.get(name)
    if known is not None:
        return known if known.values or default is None else either((known, default))
    if default is None:
        return unknown("a setting", pending=name)
    return replace(default, complete=False, reason="a setting", pending=name)


def _of_environment(resolver: "Resolver", node: Node) -> bool:
    receiver = resolver.parsed.adapter.receiver(node)
    return receiver is not None and resolver.parsed.text(receiver).lower().endswith(_HOLDERS)
