"""What the parts of a use know, given to the use that they became arguments of.

A cipher inside a mode inside a padding, a key inside of parameters: each is a `Use` of its own at its own place, and
lends what it says to the one around it. `lenders` is by place, as the origins of an answer.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from assay.core.facts import Evidence
from assay.examinations.cipher.use import Use
from assay.examinations.cipher.uses import MOST_PLACES
from assay.source.answers import Answer, Value, either

_LENT: Final = frozenset(
    {"key_bits", "key_bytes", "mode", "padding", "curve", "digest", "iterations", "key", "password", "iv", "salt"}
)
_ASKED: Final = frozenset({"algorithm", "mode", "padding", "spec", "key", "key_bits", "iv"})  # whose object may lend


def lent(use: Use, lenders: Mapping[int, Use]) -> Use:
    """The use, with what the parts know that its arguments came from. `lenders` is by place, an answer's `origins`."""
    answers, places = dict(use.answers), dict(use.places)
    made = answers.pop("object", None)
    parts = [lenders[origin] for origin in made.origins if origin in lenders] if made is not None else []
    if made is not None and use.entry.algorithm is None:
        named = [part.answers.get("algorithm", Answer((Value("text", part.entry.algorithm or ""),))) for part in parts]
        rest = () if parts and made.complete else (replace(made, values=(), complete=False, pending=""),)
        answers["algorithm"] = either((*named, *rest))
    for role in ("algorithm", "digest"):
        if role in answers:
            answers[role] = _through(answers[role], lenders)
    for role in _ASKED & use.answers.keys():
        parts += [lenders[origin] for origin in use.answers[role].origins if origin in lenders]
    for part in parts:
        for role in part.answers.keys() & _LENT:
            if role not in answers or _refers(answers[role]) or _is_part(answers[role], lenders):
                answers[role] = part.answers[role]
                places[role] = part.places.get(role, part.evidence)
        for role in part.entry.fixed.keys() & _LENT - use.entry.fixed.keys():
            if role not in answers or _refers(answers[role]) or _is_part(answers[role], lenders):
                answers[role] = Answer((Value("text", str(part.entry.fixed[role])),))
    asked = tuple(dict.fromkeys((*use.asked, *(one for part in parts for one in part.asked))))
    given = (*use.parts, *(part for part in parts if part not in use.parts))
    named = [use.answers[role] for role in ("digest", "cipher") if role in use.answers]
    shown = [*parts, *(lenders[origin] for answer in named for origin in answer.origins if origin in lenders)]
    return replace(use, answers=answers, places=places, evidence=_shown(use, shown), asked=asked, parts=given)


def _shown(use: Use, parts: Sequence[Use]) -> tuple[Evidence, ...]:
    """The lines of a use, and of the parts that it is made of where these are other ones."""
    rows = {(row.path, row.line): row for part in parts for row in part.evidence}
    rows |= {(row.path, row.line): row for row in use.evidence[1:]}
    rows.pop((use.evidence[0].path, use.evidence[0].line), None)
    return (use.evidence[0], *(rows[place] for place in sorted(rows)[:MOST_PLACES]))


def _refers(answer: Answer) -> bool:
    return bool(answer.values) and all(item.kind == "reference" for item in answer.values)


def _is_part(answer: Answer, lenders: Mapping[int, Use]) -> bool:
    """Whether an argument is itself a part, whose value nothing else tells."""
    return not answer.values and not answer.complete and any(origin in lenders for origin in answer.origins)


def _through(answer: Answer, lenders: Mapping[int, Use]) -> Answer:
    """What was named to a call that finds an algorithm by its name or number, instead of that call."""
    parts = [lenders[origin] for origin in answer.origins if origin in lenders]
    finders = [
        part for part in parts if (part.entry.algorithm is None or part.entry.spelt) and "algorithm" in part.answers
    ]
    if not finders:
        return answer
    calls = {call for part in finders for call in part.entry.calls}
    others = replace(answer, values=tuple(item for item in answer.values if item.text not in calls))
    return either((others, *(_spelt_out(part) for part in finders)))


def _spelt_out(part: Use) -> Answer:
    """The algorithm that a part names, where its argument is only a size of it."""
    answer, entry = part.answers["algorithm"], part.entry
    if not entry.spelt:
        return answer
    sized = [Value("text", entry.spelt.replace("%", item.text)) for item in answer.values if item.text.isdigit()]
    return replace(answer, values=tuple(sized) or (Value("text", entry.algorithm or ""),), complete=True)
