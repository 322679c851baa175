"""Calls on the object that a use makes, and on those that it goes on in: what `then` of an entry asks for.

*It cannot see* calls in other files, save what `reading.py` is told by callers, nor more than `MOST_CALLS` of them.
"""

from collections.abc import Callable, Iterator

from assay.examinations.cipher.library import RESULT, Entry, FollowUp
from assay.source.parsed import Parsed
from assay.source.places import Arguments, Call, Site

MOST_CALLS = 200  # calls on one object that are looked at


def on_object(
    parsed: Parsed, entry: Entry, site: Site, spelt: Callable[[str], str], followed: set[tuple[int, int]]
) -> Iterator[tuple[FollowUp, Call]]:
    """Follow-ups and the calls that are one, on the object of a site and on those that it goes on in; where the calls
    stand is added to `followed`."""
    if not entry.then or site.arguments is None:
        return
    out = site.arguments.get(entry.out, None) if entry.out is not None else None
    calls = parsed.calls_on(out, site.node) if out is not None else parsed.later_calls(site.node)
    known = {call.node.id for call in calls}
    for call in calls:  # grows
        for follow in entry.then:
            if spelt(call.method) != spelt(follow.method):
                continue
            followed.add((call.node.start_byte, call.node.end_byte))
            yield follow, call
            given = parsed.adapter.arguments(parsed, parsed.adapter.argument_list(call.node))
            if follow.onto is None or len(calls) >= MOST_CALLS:
                continue
            further = [other for other in _further(parsed, follow.onto, call, given) if other.node.id not in known]
            calls += further
            known.update(other.node.id for other in further)


def _further(parsed: Parsed, onto: int, call: Call, given: Arguments) -> list[Call]:
    """Calls on what an object goes on in, up to where its variable is given another value."""
    pointer = given.get(onto, None) if onto != RESULT else None
    if onto == RESULT:
        found, name = parsed.later_calls(call.node), parsed.assigned_to(call.node)
    else:
        found = parsed.calls_on(pointer, call.node) if pointer is not None else []
        name = parsed.text(pointer).lstrip("&*( ") if pointer is not None else ""
    function, after = parsed.function_of(call.node), call.node.end_byte
    places = (row.place for row in parsed.bindings(function).get(name, ()) if row.value) if function else ()
    end = min((place.start_byte for place in places if place and place.start_byte >= after), default=None)
    return [
        row for row in found if function is None
        or (after <= row.node.start_byte and (end is None or row.node.start_byte < end))
        or not (function.start_byte <= row.node.start_byte < function.end_byte)
    ]  # fmt: skip
