"""Calls on fields, variables and parameters whose type is declared, and whose objects other files make.

The type tells the algorithm; mode, padding and key were told where the object was made, so that nothing is said of
them. A class whose algorithm is an argument of its constructor tells nothing here.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec.structs import replace

from assay.core.examination import Hit
from assay.examinations.cipher.catalogue import Catalogue, catalogue_of, word_of
from assay.examinations.cipher.library import Entry, FollowUp
from assay.examinations.cipher.naming import PLAIN
from assay.source.parsed import Parsed
from assay.source.places import Call, Objects


def calls_on_declared(
    parsed: Parsed, catalogue: Catalogue, hits: Sequence[Hit]
) -> Iterator[tuple[Entry, FollowUp, Call]]:
    """What the class offers, what the method says, and the call, for each call of such a method."""
    types = _types(catalogue.language)
    for hit in hits:
        node = parsed.at(hit.offset, len(hit.literal)) if hit.literal in types else None
        objects = parsed.adapter.objects(parsed, node) if node is not None else None
        entry = _made(catalogue, objects) if objects is not None else None
        if objects is None or entry is None:
            continue
        for call in parsed.calls_of(objects):
            told = next((row for row in entry.then if row.method == call.method), None)
            if told is not None:
                yield entry, told, call


def _made(catalogue: Catalogue, objects: Objects) -> Entry | None:
    """What every constructor of a class has in common; None when that does not tell the algorithm."""
    named = (catalogue.entries.get(catalogue.canonical(name)) for name in objects.constructors)
    rows = next((found for found in named if found is not None), ())
    made = [row for row in rows if row.then and row.use and row.misuse is None]
    if len({row.algorithm for row in made}) != 1 or made[0].algorithm is None:
        return None
    return replace(made[0], fixed={}, defaults={}, arguments={}, dialect=PLAIN)


@lru_cache(maxsize=16)
def _types(language: str) -> frozenset[bytes]:
    """Words of classes whose methods say what an object is used for."""
    entries = catalogue_of(language).entries.items()
    made = (call for call, rows in entries if call.endswith(".<init>") and any(row.then for row in rows))
    return frozenset(word_of(call, language).encode() for call in made)
