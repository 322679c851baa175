"""Random numbers of a helper in another file: `token = make(32)`, where `make` joins what `random.choice` gives.

A helper whose own name says nothing of a secret is followed to its callers, through those that only give its result
back, up to `DEEPEST` files: where a name there speaks of a secret, that may be guessed. Each is *possible*, as what a
function of the same file gives is (`speaking.py`).

*It cannot see* callers that no name leads to, such as those of a method of an interface, and what minified text calls:
short names say nothing, and lead anywhere.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from assay.core.examination import FileMeta
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.callers import DEEPEST, MOST_ENTERED, Callers
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.flowing import returned_by
from assay.examinations.cipher.library import RESULT
from assay.examinations.cipher.masking import excerpt
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.examinations.cipher.speaking import lent_to
from assay.examinations.cipher.use import Asked, Use, asked_of
from assay.examinations.cipher.uses import facts_of


def borrowed(use: Use, home: FileMeta, callers: Callers, by: str) -> Iterator[Fact]:
    """What callers in other files make of a value that a function of this one gives back."""
    origin = f"{use.evidence[0].path}:{use.evidence[0].line}"
    seen: set[tuple[str, int]] = set()
    waiting: list[tuple[Asked, FileMeta, tuple[int, ...], int]] = [(one, home, use.lends, 0) for one in use.asked]
    while waiting and len(seen) < MOST_ENTERED:
        one, around, positions, depth = waiting.pop()
        for meta, call, resolver in callers.calling(one, around):
            if (meta.path, call.start_byte) in seen:
                continue
            seen.add((meta.path, call.start_byte))
            parsed = resolver.parsed
            if OUTLOOKS[meta.format].made(parsed.content):
                continue
            word = lent_to(parsed, call, positions)
            if word is not None:
                shown = excerpt(parsed.content, call.start_byte)
                place = Evidence(meta.path, parsed.line(call), shown, origin=origin)
                told = replace(use, answers={"secret": replace(word, complete=False)}, name=parsed.name_of(call))
                told = replace(told, evidence=(place, *use.evidence), lends=())
                yield from facts_of(told, meta, catalogue_of(meta.format), by)
            elif depth + 1 < DEEPEST and RESULT in positions and (function := returned_by(parsed, call)) is not None:
                waiting.append((asked_of(function, resolver, meta), meta, (RESULT,), depth + 1))
