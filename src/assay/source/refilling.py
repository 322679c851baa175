"""Values that go into a member of a local variable which a call fills whole before anything reads it.

`ts.tv_nsec = random(); clock_gettime(CLOCK_REALTIME, &ts);`: what was drawn is gone. The filling call is the next
mention of the variable, stands in a block that holds the assignment, and nothing between the two leaves that block. *It
cannot see* functions of the product that fill what they are given.
"""

import re
from itertools import islice
from typing import Final

from tree_sitter import Node

from assay.source.parsed import Parsed

# Calls that write every byte of what an argument points to, by its position.
_FILLING: Final = {
    "clock_gettime": 1, "clock_getres": 1, "gettimeofday": 0, "getrusage": 1, "gmtime_r": 1, "localtime_r": 1,
    "memset": 0, "bzero": 0, "explicit_bzero": 0, "OPENSSL_cleanse": 0,
}  # fmt: skip
_SIZED: Final = frozenset({"memset", "bzero", "explicit_bzero", "OPENSSL_cleanse"})  # whole only by `sizeof`
_LEAVING: Final = re.compile(rb"\b(?:return|goto|break|continue|longjmp|siglongjmp)\b")
MOST_MENTIONS: Final = 64


def refilled(parsed: Parsed, node: Node) -> bool:
    """Whether nothing can read a value that is assigned to a member."""
    name, dot, _ = parsed.assigned_to(node).partition(".")
    place, function = node.parent, parsed.function_of(node)
    if not dot or not name.isidentifier() or place is None or function is None:
        return False
    if parsed.adapter.is_shared(parsed, name, function):
        return False
    mentions = list(islice(parsed.mentions(name, function), MOST_MENTIONS))
    after = next((item for item in mentions if item.start_byte >= place.end_byte), None)
    call = _filling(parsed, after, name) if after is not None and len(mentions) < MOST_MENTIONS else None
    if call is None or _LEAVING.search(parsed.content, place.end_byte, call.start_byte) is not None:
        return False
    statement = call.parent
    block = statement.parent if statement is not None and statement.type in parsed.adapter.statements else None
    around = parsed.above(node)
    if block is None or block.type not in parsed.adapter.blocks or block not in around:
        return False
    inside = around[: around.index(block)]  # a loop in it may bring the value to what stands ahead of the assignment
    loops = [above for above in inside if above.type in parsed.adapter.loops]
    others = [item.start_byte for item in mentions if item.start_byte != place.start_byte]
    return not any(loop.start_byte <= at < loop.end_byte for loop in loops for at in others)


def _filling(parsed: Parsed, mention: Node, name: str) -> Node | None:
    """The call that fills what a mention points to."""
    adapter, pointer = parsed.adapter, mention.parent
    listed = pointer.parent if pointer is not None and parsed.text(pointer).replace(" ", "") == f"&{name}" else None
    call = listed.parent if listed is not None and listed.type in adapter.lists else None
    callee = adapter.callee(call) if call is not None else None
    if call is None or listed is None or callee is None:
        return None
    at = _FILLING.get(parsed.text(callee))
    given = adapter.arguments(parsed, listed).positional
    whole = parsed.text(callee) not in _SIZED or re.search(rf"\bsizeof\s*\(?\s*{name}\b", parsed.text(call)) is not None
    return call if at is not None and whole and at < len(given) and given[at] == pointer else None
