"""Functions that are asked whether a certificate, a host or a user is the right one, and refuse nobody.

A callback that is handed on by its name (`SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, always)`) is looked up in its own
file: what it yields on every path is what the catalogue tests. One that is not there may let everybody pass; one that
callers give whom nobody has seen leaves the question open. A method
that refuses by an exception, such as Java's `checkServerTrusted`, refuses nobody when it throws nothing, or only at an
empty chain, and calls nothing that could; and perhaps nobody when it catches what would have refused, or when it
calls what nobody knows. One that accepts whatever is there at all (`(host, session) -> host != null`) refuses nobody
either.

*It cannot see* a check whose outcome is only stored for later, nor whether what a check looks at is what it should.
"""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from assay.core import late
from assay.source.answers import Answer, Value, unknown
from assay.source.calls import functions_of_name
from assay.source.entering import PARAMETER
from assay.source.parsed import Parsed
from assay.source.values import Resolver

ELSEWHERE: Final = "a function that is not in sight"
GIVEN: Final = "a function that a caller gives"
_NAME = late.expression(r"&?\s*(?:\w+(?:\.|->|::))*(\w+)")
# A lambda that does nothing but call another function.
_CALLING = late.expression(
    r"(?:async\s+)?(?:\([^()]*\)|\w+)\s*=>\s*(?:\{\s*return\s+)?(?:this\.)?(\w+)\((?:[^()]|\(\)){0,400}\)\s*;?\s*\}?"
)
_WORD = late.expression(r"\w+")
_YES: Final = frozenset({"true", "1"})
_NO: Final = frozenset({"false", "0"})
# `host != null`, `!host.isEmpty()` and the like, brackets as spaces: what is there, and what is not.
_PATH, _NIL = r"([A-Za-z_$][\w$]*)(?:(?:\.|->|\?\.)\w+ ?){0,3}?", r"(?:null|NULL|nullptr|None|nil|undefined|\"\"|'')"
_EMPTINESS: Final = r"(?:[\w.]+\.)?(?i:is_?(?:null_?or_?)?(?:empty|blank|whitespace))"
_COUNT: Final = r"(?i:\.(?:length|size|count))"
_PRESENT = late.expression(
    rf"{_PATH} ?(?:!==?|is not) ?{_NIL}|{_NIL} ?!==? ?{_PATH}|! ?{_PATH}\.(?i:is_?empty|isblank|empty)"
    rf"|{_PATH}\.(?i:is_?not_?(?:empty|blank))|{_PATH}{_COUNT} ?(?:> ?0|!==? ?0|>= ?1)|(?:!|not) ?{_EMPTINESS} {_PATH}"
)
_ABSENT = late.expression(
    rf"{_PATH} ?(?:===?|is) ?{_NIL}|{_NIL} ?===? ?{_PATH}|{_PATH}\.(?i:is_?empty|isblank|empty)"
    rf"|{_PATH}{_COUNT} ?(?:===? ?0|< ?1|<= ?0)|{_EMPTINESS} {_PATH}"
)
_JOINING = late.expression(r"&&|\|\||\band\b|\bor\b")
_BOTH = late.expression(r"&&|\band\b")
_STOPPING = late.expression(rb"\b(?:throw|raise|panic|abort|try|catch|except)\b")
MOST_NODES = 2000
_NOTHING: Final = frozenset({b"return;", b"return", b"Unit"})
_REFUSING = late.expression(rb"\bthrow\b")
_REFUSING_IN_KOTLIN = late.expression(rb"(?<![.\w])(?:error|TODO|check|require)(?:NotNull)?\s*[({]")
_CATCHING = late.expression(rb"\bcatch\b")
_CALLED = late.expression(rb"(?<!\bnew )\b(\w+)\s*\(")
# Calls that refuse nothing: words of the language, logging, and reading what a certificate says.
_HARMLESS = late.expression(
    rb"if|for|while|switch|catch|return|synchronized|super|print\w*|log\w*|debug|info|warn\w*|error|trace|fine|finest"
    rb"|get\w*|is[A-Z]\w*|to[A-Z]\w*|format|append|length|size|equals|hashCode|toString|valueOf|add|put|printStackTrace|[dviwe]"
)
_KNOWN_TO_REFUSE = frozenset({b"checkServerTrusted", b"checkClientTrusted", b"checkTrusted", b"validate", b"verify"})
# `if (chain == null || chain.length == 0) throw ...;` refuses what no server sends.
_EMPTY = rb"[\w.()\[\]]{1,200}\s*(?:==\s*null|\.?length(?:\(\))?\s*(?:==|<|<=)\s*[01]|\.isEmpty\(\)|\.isBlank\(\))"
_REFUSING_NOTHING = late.expression(
    rb"\bif\s*\(\s*%b(?:\s*\|\|\s*%b)*\s*\)\s*\{?\s*throw\b[^;{}]*;\s*\}?" % (_EMPTY, _EMPTY)
)
_DEEPEST = 3


def yielded(parsed: Parsed, resolver: Resolver, node: Node) -> Answer | None:
    """What a function yields that is handed on by its name, or that a lambda does nothing but call: unknown where this
    file has none of the name, or several; None for anything else, and for a variable or a parameter. One that does more
    than to yield a literal may store what it found, so that the answer is then not complete; one that yields it for a
    reason that has nothing to do with what it is asked, such as a setting, may let everybody pass."""
    named, calls = _NAME.fullmatch(parsed.text(node)), _CALLING.fullmatch(parsed.text(node))
    if node.type in parsed.adapter.functions and calls is None:
        return _asks_presence(parsed, node) or _unasked(parsed, node)
    name = named[1] if named is not None else calls[1] if calls is not None else ""
    found = functions_of_name(parsed, name) if name else []
    if named is None and len(found) != 1:
        return None
    if not found and _is_variable(parsed, node, name):
        return None
    if len(found) != 1:
        return unknown(ELSEWHERE)
    body = parsed.adapter.body(found[0]) or []
    answer = resolver.yielded(found[0], certain=len(body) == 1)
    told = any(value.text for value in answer.values)
    return answer if told else _asks_presence(parsed, found[0]) or _unasked(parsed, found[0]) or answer


def given_by_callers(parsed: Parsed, resolver: Resolver, node: Node) -> bool:
    """Whether callers that nobody has seen say who is asked: a parameter, a field that one fills, or such in an
    array."""
    parts = parsed.adapter.elements(node) if parsed.adapter.kind(node) == "array" else []
    return any(resolver.resolve(one).reason == PARAMETER for one in (parts or [node]))


def _is_variable(parsed: Parsed, node: Node, name: str) -> bool:
    around = parsed.function_of(node)
    return name in parsed.bindings(around or parsed.root) or (around is not None and parsed.parameter(around, name)[0])


def _unasked(parsed: Parsed, function: Node) -> Answer | None:
    """The literal that a function may yield without having looked at what it is given; None for none."""
    own = {*parsed.adapter.parameters(parsed, function), *parsed.bindings(function)} - {""}
    for place in _below(function):
        value = place.named_children[-1] if place.named_children else None
        given = parsed.text(value) if value is not None else ""
        if place.type.startswith("return") and given.lower() in _YES:
            conditions = [condition for condition in map(_condition, _inside(place, function)) if condition is not None]
            if conditions and not any(_speaks_of(parsed, condition, own) for condition in conditions):
                return Answer((Value("yields", given.lower()),), complete=False)
        if place.type == "binary_expression" and _is_or(place) and not _speaks_of(parsed, place.named_children[0], own):
            return Answer((Value("yields", "true"),), complete=False)
    return None


def _asks_presence(parsed: Parsed, function: Node) -> Answer | None:
    """What a function yields that only looks whether it was given anything at all: certain where it does nothing more.
    None for any other function, and for one that may refuse by an exception."""
    given = {*parsed.adapter.parameters(parsed, function)} - {""} - parsed.bindings(function).keys()
    body = parsed.adapter.body(function) or []
    own = [one for one in _below(function) if one.type.startswith("return") and parsed.function_of(one) == function]
    results = [one.named_children[-1] for one in own if one.named_children] or (body if len(body) == 1 else [])
    if _STOPPING.search(parsed.content, function.start_byte, function.end_byte) is not None:
        return None
    trusting: list[bool] = []  # of each `true`, whether it hangs on something that is there
    refusing: list[bool] = []  # of each `false`, whether it hangs on something that is not
    for one in results:
        text, ways = parsed.text(one), [_way(parsed, above, one, given) for above in _inside(one, function)]
        hangs = [way for way in ways if way != ""]
        if None in hangs:
            return None
        if text.lower() in _YES and "absent" not in hangs:
            trusting.append(bool(hangs))
        elif text.lower() in _NO:
            refusing.append(set(hangs) == {"absent"})
        elif not _looks_only(text, given, _PRESENT):
            return None
    if len(results) == len(refusing) or not (all(refusing) or (trusting and all(trusting))):
        return None
    true = "1" if parsed.adapter.name == "C" else "true"
    return Answer((Value("yields", true),), complete=len(body) == 1 and len(results) == 1)


def _way(parsed: Parsed, above: Node, place: Node, given: set[str]) -> str | None:
    """Whether a place is reached where parameters are `present` or `absent`, as a condition around it has it; '' where
    there is no condition, None where it asks something else."""
    condition = _condition(above)
    if condition is None:
        return ""
    text = parsed.text(condition)
    looks = "absent" if _looks_only(text, given, _ABSENT) else "present" if _looks_only(text, given, _PRESENT) else None
    branches = [child for child in above.named_children if child.id != condition.id and not child.is_extra]
    otherwise = bool(branches) and place.start_byte >= branches[0].end_byte
    return {"absent": "present", "present": "absent"}.get(looks or "") if otherwise else looks


def _looks_only(text: str, given: set[str], looking: re.Pattern[str]) -> bool:
    """Whether an expression does nothing but to look whether parameters, or what they hold, are there. One that is met
    by what is there, whatever else would meet it too, asks no more."""
    parts = _JOINING.split(" ".join(re.sub(r"[()]", " ", text).split()))
    found = [looking.fullmatch(part.strip()) for part in parts]
    alike = any if looking is _PRESENT and _BOTH.search(text) is None else all
    return alike(one is not None and one.lastindex is not None and one[one.lastindex] in given for one in found)


def _below(function: Node) -> Iterator[Node]:
    """A node and all below it, as many as a check has."""
    waiting, seen = [function], 0
    while waiting and seen < MOST_NODES:
        node, seen = waiting.pop(), seen + 1
        yield node
        waiting += reversed(node.named_children)


def _inside(place: Node, function: Node) -> Iterator[Node]:
    while (above := place.parent) is not None and place.id != function.id:
        yield above
        place = above


def _condition(node: Node) -> Node | None:
    return node.child_by_field_name("condition")


def _is_or(node: Node) -> bool:
    return any(child.type == "||" for child in node.children)


def _speaks_of(parsed: Parsed, node: Node, names: set[str]) -> bool:
    return not names.isdisjoint(_WORD.findall(parsed.text(node)))


def refuses_nobody(parsed: Parsed, node: Node, depth: int = 0) -> bool | None:
    """Whether a method that refuses by throwing lets everything pass: True, None for "perhaps", False."""
    body = parsed.adapter.body(node)
    if body is None:
        return False
    text = _REFUSING_NOTHING.sub(b"", b"\n".join(child.text or b"" for child in body))
    if all(child.text in _NOTHING for child in body):
        return True
    if _REFUSING.search(text) is not None:
        return False
    if parsed.adapter.name == "Kotlin" and _REFUSING_IN_KOTLIN.search(text) is not None:
        return False
    others = {name for name in _CALLED.findall(text) if _HARMLESS.fullmatch(name) is None}
    if not others:
        return True
    if _CATCHING.search(text) is not None:
        return None
    if not others.isdisjoint(_KNOWN_TO_REFUSE):
        return False
    told = [_told(parsed, name.decode("utf-8", "replace"), depth) for name in sorted(others)]
    return False if False in told else True if all(told) else None


def _told(parsed: Parsed, name: str, depth: int) -> bool | None:
    """The same of a function of this file that is called; None where there is none, or several."""
    found = functions_of_name(parsed, name) if depth < _DEEPEST else []
    return refuses_nobody(parsed, found[0], depth + 1) if len(found) == 1 else None
