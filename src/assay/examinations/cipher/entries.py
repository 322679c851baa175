"""What an entry of the catalogue asks of a call, and what it says where nothing is called."""

import re
from collections.abc import Iterator, Mapping

from assay.examinations.cipher.library import Entry, FollowUp
from assay.examinations.cipher.vectors import of_key
from assay.source.answers import Answer, Value, unknown
from assay.source.parsed import Parsed
from assay.source.places import Site

_ONLY_TELLS = re.compile(
    r"(?:cmp|_is_a|printf|puts|(?:^|_)print\w*|message|_(?:eq|ne)|assert\w*|expect\w*|log\w*|err|error|raise\w*|warn\w*|debug|trace|alias|starts?_?with|prefix)$",
    re.IGNORECASE,
)  # calls that compare or print their arguments


def only_makes(entry: Entry) -> bool:
    """Whether a call does nothing but to make an object on which others are called."""
    return bool(entry.then) and entry.out is None and entry.misuse is None and entry.protocol is None


def may_be_literal(role: str, answer: Answer) -> bool:
    """Whether an argument that should be no literal may be one all the same: nothing told its value, or a key is what a
    call of the catalogue gives."""
    if answer.values and answer.values[0].kind != "zeros":
        return role in {"key", "password"} and all(value.kind == "reference" for value in answer.values)
    return not answer.complete


def of_any_object(entry: Entry) -> bool:
    """Whether an entry is a method of any object that says how a cipher unknown here is used."""
    return "mode" in entry.fixed and all(call.startswith(".") for call in entry.calls)


def so_many(entry: Entry, site: Site) -> bool:
    """Whether the call has as many arguments as the entry asks for; what is unpacked may be any number."""
    given = site.arguments
    return given is None or given.spread or len(given.positional) + len(given.named) in entry.given


def is_placed(parsed: Parsed, entry: Entry, site: Site) -> bool:
    """Whether a call has as many arguments as the entry asks for, and stands outside of the calls that it names."""
    if entry.given and not so_many(entry, site):
        return False
    for above in parsed.above(site.node) if entry.outside else ():
        if above.type in parsed.adapter.functions:
            break
        method = parsed.adapter.method(above) if above.type in parsed.adapter.calls else None
        if method is not None and parsed.text(method).rpartition(".")[2] in entry.outside:
            return False
    return True


def is_excepted(entry: Entry, answer: Answer | None) -> bool:
    return answer is not None and answer.certain and answer.values[0].text.lower() in entry.excepted


def hashes_nothing(entry: Entry, answers: Mapping[str, Answer]) -> bool:
    """Whether a password is hashed that is none: what it makes no password will match."""
    given = answers.get("password") if entry.purpose == "password-hash" else None
    return given is not None and given.certain and given.values[0].kind == "null"


def settled(follow: FollowUp) -> Iterator[str]:
    """The roles that a call settles; one that it only leaves open says nothing where it is not made."""
    return (role for role, value in follow.fixed.items() if value is not None)


def said(value: str | int | None) -> Answer:
    if value is None:
        return unknown("left to the library")
    return Answer((Value("number" if isinstance(value, int) else "text", str(value)),))


def speaks_alone(entry: Entry) -> bool:
    """Whether a reference that is not called still says something."""
    if any(call.endswith(".*") for call in entry.calls):
        return True
    if entry.when is not None:
        return False
    if entry.part and not entry.arguments and "mode" in entry.fixed:
        return True
    return entry.algorithm is not None or entry.protocol is not None or entry.misuse is not None


def is_passed(parsed: Parsed, site: Site) -> bool:
    """Whether a constant is an argument of a call that a function makes to have something done with it."""
    around = parsed.call_around(site.node)
    if around is None or _ONLY_TELLS.search(around.method) is not None:
        return False
    return parsed.function_of(site.node) is not None


def vector_of_key(parsed: Parsed, entry: Entry, site: Site) -> Answer | None:
    """The vector of a call that is made of its key."""
    rows = [entry.arguments[role] for role in ("key", "iv")]
    nodes = [site.arguments.get(row.at, row.name) if site.arguments is not None else None for row in rows]
    return of_key(parsed, nodes[0], nodes[1]) if nodes[0] is not None and nodes[1] is not None else None
