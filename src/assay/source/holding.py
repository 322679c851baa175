"""What collections and configuration hold: items put under a literal key, properties, environment variables.

An item of a map of the unit is what the last call before put there under the same key, and what calls on other ways
put there; where the map is handed to others in between, they may have filled it. A setting is pending as `?key`
until files of configuration were read; its default counts beside whatever they say. *It cannot see* a map that another
function fills under another name, and keys that are not literal.
"""

from msgspec.structs import replace
from tree_sitter import Node

from assay.source.answers import Answer, either, unknown
from assay.source.entering import Entering
from assay.source.order import always_before, in_loop

GETTING = frozenset({"get", "getOrDefault", "getItem", "getInt", "getString", "GetString"})
PUTTING = frozenset({"put", "set", "setdefault", "Add", "setProperty", "putIfAbsent"})
ABSENT = frozenset({"putIfAbsent", "setdefault"})
ASKING = GETTING | {"containsKey", "containsValue", "isEmpty", "size", "keySet", "keys", "has", "toString"}
SETTINGS = frozenset(
    {"getProperty", "getenv", "getString", "GetString", "Getenv", "LookupEnv", "getRequiredProperty", "get"}
)
MOST_KEYS = 64
_HOLDERS = ("environ", "config", "environment", "settings", "conf", "properties", "props")


def held(resolver: Entering, node: Node, callee: str, seen: frozenset[int]) -> Answer | None:
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
    asked, looped = resolver.value(given[0], seen), in_loop(parsed, node)
    found, since = list[Answer](), None
    for call in reversed(calls):  # the last one counts, and others before it until one is passed on every path
        pair = adapter.arguments(parsed, adapter.argument_list(call.node)).positional
        later = call.node.start_byte > node.start_byte
        if len(pair) != 2 or (later and not looped):
            continue
        key = resolver.value(pair[0], seen)
        if not key.certain or not asked.certain:
            return unknown("a key that is not literal")
        if key.values[0].text != asked.values[0].text:
            continue
        found.append(resolver.value(pair[1], seen))
        if not later and call.method not in ABSENT and always_before(parsed, call.node, node):
            since = call.node
            break
    if since is None:
        return either((*found, unknown("not put into the map here")))
    named = parsed.mentions(parsed.text(receiver), scope)
    plain = {call.node.start_byte for call in parsed.calls_of_name(parsed.text(receiver), scope)
             if call.method in PUTTING | ASKING}  # fmt: skip
    lent = any(since.start_byte < one.start_byte < node.start_byte and one.start_byte not in plain for one in named)
    name = parsed.text(receiver)
    if name not in parsed.bindings(scope) and name not in adapter.parameters(parsed, scope):  # a field
        own = {call.node.id for call in calls}
        lent |= any(one.method in PUTTING and one.node.id not in own for one in parsed.calls_of_name(name, parsed.root))
    return either((*found, unknown("a map that others may fill"))) if lent else either(found)


def setting(resolver: Entering, node: Node, callee: str, seen: frozenset[int]) -> Answer | None:
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


def _of_environment(resolver: Entering, node: Node) -> bool:
    receiver = resolver.parsed.adapter.receiver(node)
    return receiver is not None and resolver.parsed.text(receiver).lower().endswith(_HOLDERS)
