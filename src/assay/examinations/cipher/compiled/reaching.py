"""Which methods of a class have to be read: those that name something, and those that values reach them through.

With a method that names something count the methods of the class that it calls, for what they return; that call it,
for what they pass; that assign a field which it reads, or fill what it holds; and so on, as far as texts, numbers,
collections and objects of the catalogue are concerned, for no other value is followed. Of a private method all callers
count, and of a field all assignments, for the reader takes them to be all there are.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeVar

from msgspec import Struct, field

Key = tuple[str, str]  # name and descriptor of a method
T = TypeVar("T")
_OBJECT = re.compile(r"\[*L([^;]+);")


class Touched(Struct):
    """What the code of one method touches of its own class, and whether it names something by itself."""

    direct: bool = False
    calls: set[Key] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)


def reached(touched: Mapping[Key, Touched], private: Collection[Key], carries: Callable[[str], bool]) -> frozenset[Key]:
    """The methods that count. `carries` says of a descriptor whether a value of one of its types may be followed."""
    found = {key for key, one in touched.items() if one.direct}
    waiting = list(found)
    callers = _reversed({key: one.calls for key, one in touched.items()})
    writers = _reversed({key: one.writes for key, one in touched.items()})
    while waiting:
        key = waiting.pop()
        one = touched[key]
        more = {call for call in one.calls & touched.keys() if carries(call[1].rpartition(")")[2])}
        if key in private or carries(key[1].partition(")")[0][1:]):
            more |= callers.get(key, set())
        for name in one.reads:
            more |= writers.get(name, set())
        waiting += more - found
        found |= more
    return frozenset(found)


def carried(descriptor: str, object_carries: Callable[[str], bool]) -> bool:
    """Whether a value of one of the types of a descriptor may be one that is followed."""
    if descriptor.strip("[") in {"V", "F", "D"}:
        return False
    objects = _OBJECT.findall(descriptor)
    if len(_OBJECT.sub("", descriptor).strip("[")) > 0:
        return True
    return any(map(object_carries, objects))


def _reversed(rows: Mapping[Key, Iterable[T]]) -> dict[T, set[Key]]:
    found: dict[T, set[Key]] = {}
    for key, row in rows.items():
        for item in row:
            found.setdefault(item, set()).add(key)
    return found
