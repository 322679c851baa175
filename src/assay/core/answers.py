"""What a named person read where the program could not: answers given as statements by the operator.

A statement `nothing-hidden.REASON` says of one file, named by its SHA-256, that its author read it and that what the
program left open there for that reason holds and reaches no cryptography beyond the facts. The attempt then counts as
completed by that person.

A statement `determined.FACT` says of one fact, by the start of its id, and of one delivery, by its digest, what a value
is that the program could not determine: `family=SHA-2 algorithm=SHA-256 reach=certain: RFC 5802`, or `never: ...` for
a fact that is only possible and is not so. Of several values each is a statement, and each occurs. A bare digest may be
told its purpose. It names a delivery and no file, for the value may come from any file.

A statement `seen.KIND` adds what its author saw in a file and the program did not: `family=RSA key_bits=?: ...`. Who
answers that nothing else is hidden there has said what is.

Every judgement that becomes `met` by either says so. Nothing here looks at the product: the answer is the person's, the
program only carries it. It does not count when it is part of the delivery, when its author speaks for the vendor,
before its date or after its expiry, for another content, or for another reason. It never takes back what was seen: a
value that is known stays, and a fact that is certain convicts. Who says otherwise is refused as a whole, and the
contradiction leaves open what would be met: either the program or the person is wrong.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from assay.core.attempts import Attempt, ReasonCode
from assay.core.facts import Fact, Scalar, Scope, Subject, fact_id
from assay.core.families import with_open
from assay.core.kinds import KINDS, Kind
from assay.core.matching import Scoped, Seen

CLAIM = "nothing-hidden."
VALUE = "determined."
SEEN = "seen."
NEVER = "never"
UNKNOWN = "?"  # a value that the person could not determine either
WITHOUT = "-"  # the key does not apply: a stream cipher has no mode
SHORTEST = 16  # characters of a fact's id that name it
_BARE = ("purpose", "digest")  # a call that does not show what its digest is for
_REACH, _CERTAIN, _POSSIBLE = "reach", "certain", "possible"
_TOLD = re.compile(r"(?:never|(?:[a-z_]+=\S+\s+)*[a-z_]+=\S+?):\s+\S")
_FACT = re.compile(rf"[0-9a-f]{{{SHORTEST},64}}")
BY = "statement"
ABOUT = "crypto."  # the kinds that a reader of a file answers for; what a file does when it runs is for no reader
_READ: frozenset[ReasonCode] = frozenset(
    {"no-reader", "binary", "configuration", "material", "not-unpacked", "unknown-format", "encrypted", "packed",
     "not-text", "damaged", "too-many", "too-large", "too-many-places", "hang", "crash", "memory", "fault",
     "blind-spot", "syntax"}
)  # fmt: skip
ANSWERABLE: frozenset[str] = frozenset(_READ)
"""Reasons that stand for a file which somebody can read."""


class Answer(Struct, frozen=True):
    """Who answers for which content, and on which days that counts. `about` is a reason, or a fact by its id; `digest`
    is that of a file, or of the delivery; `told` is what is said of the fact."""

    who: str
    about: str
    digest: str
    given: str
    expires: str = ""
    told: str = ""

    def counts(self, on: date) -> bool:
        return self.given <= on.isoformat() and (not self.expires or on.isoformat() <= self.expires)


def answer_of(value: Mapping[str, Scalar]) -> Answer | None:
    """The answer to a gap that a fact of kind `statement` gives; None when it is none, or none that counts."""
    return _answer(value, CLAIM) if str(value.get("claim") or "").removeprefix(CLAIM) in ANSWERABLE else None


def told_of(value: Mapping[str, Scalar]) -> Answer | None:
    """What such a fact says of another fact; None as above."""
    fact, content = str(value.get("claim") or "").removeprefix(VALUE), str(value.get("content") or "")
    return _answer(value, VALUE) if _FACT.fullmatch(fact) and _TOLD.match(content) else None


def seen_of(value: Mapping[str, Scalar]) -> Answer | None:
    """What such a fact says was seen in a file; `about` is the kind. None as above."""
    kind, content = str(value.get("claim") or "").removeprefix(SEEN), str(value.get("content") or "")
    return _answer(value, SEEN) if not faults(f"{SEEN}{kind}", content) else None


def _answer(value: Mapping[str, Scalar], prefix: str) -> Answer | None:
    claim, digest, who, content, day, expires = (
        str(value.get(key) or "") for key in ("claim", "document", "who", "content", "date", "expires")
    )
    if not (claim.startswith(prefix) and digest and who and content and day):
        return None
    if value.get("trust") != "operator" or value.get("role") == "vendor":
        return None
    told = content.partition(":")[0] if prefix != CLAIM else ""
    return Answer(who, claim.removeprefix(prefix), digest.removeprefix("sha256:"), day, expires, told)


def faults(claim: str, content: str) -> str:
    """Which field of a statement that means to answer says nothing that could count: claim, content, or ''."""
    if claim.startswith(CLAIM):
        return "" if claim.removeprefix(CLAIM) in ANSWERABLE else "claim"
    if claim.startswith(SEEN):
        kind = KINDS.get(claim.removeprefix(SEEN))
        saw = _values(kind, content.partition(":")[0]) if kind and _TOLD.match(content) else None
        return "claim" if kind is None or not claim.startswith(SEEN + ABOUT) else "" if saw else "content"
    if not claim.startswith(VALUE):
        return ""
    if not _FACT.fullmatch(claim.removeprefix(VALUE)):
        return "claim"
    told = content.partition(":")[0]
    good = bool(_TOLD.match(content)) and (told == NEVER or _KEYS.issuperset(_pairs(told)))
    return "" if good else "content"


def answered(
    attempts: Iterable[Attempt], answers: Iterable[Answer], digests: Mapping[str, str], as_of: date
) -> Iterator[Attempt]:
    """The attempts, those that somebody answers for completed by that person. `digests` are SHA-256 (hex) by path.

    Who answers first, by name, is named; that several do changes nothing.
    """
    by_content: dict[tuple[str, str], str] = {}
    for answer in sorted((one for one in answers if one.counts(as_of)), key=lambda one: one.who, reverse=True):
        by_content[answer.digest, answer.about] = answer.who
    for attempt in attempts:
        who = by_content.get((digests.get(attempt.path, ""), attempt.reason)) if by_content else None
        if who is None or attempt.status not in {"partial", "skipped", "failed"}:
            yield attempt
            continue
        kinds = tuple(kind for kind in attempt.kinds if kind.startswith(ABOUT))
        others = tuple(kind for kind in attempt.kinds if not kind.startswith(ABOUT))
        if kinds:
            yield replace(attempt, by=BY, kinds=kinds, status="completed", owner=who)
        if others or not kinds:
            yield replace(attempt, kinds=others)


class Identified(Seen, Protocol):
    """A fact of which the id is known."""

    @property
    def id(self) -> str: ...


Known = TypeVar("Known", bound=Identified)


class Told(Struct, frozen=True):
    """A fact with what `who` determined, as much of it as judging looks at. One that does not hold counts for none."""

    id: str
    kind: str
    subject: Scoped
    value: Mapping[str, Scalar]
    who: str
    holds: bool = True
    against: Mapping[str, Scalar] = {}  # what the person says of keys whose value is known to be another: refused


def with_determined(
    facts: Iterable[Known], answers: Iterable[Answer], digest: str, as_of: date
) -> "Iterator[Known | Told]":
    """The facts of the delivery of that digest, with what people determined: one for each of several values."""
    said = by_fact(one for one in answers if one.digest == digest and one.counts(as_of))
    for seen in facts:
        told = told_about(said, seen.kind, seen.id)
        yield from [_told(seen, one) for one in told] if told else (seen,)


def by_fact(answers: Iterable[Answer]) -> Mapping[str, list[Answer]]:
    """Answers about facts, by as much of the id as each has to name."""
    said: dict[str, list[Answer]] = {}
    for one in answers:
        said.setdefault(one.about[:SHORTEST], []).append(one)
    return said


def told_about(said: Mapping[str, list[Answer]], kind: str, id_: str) -> list[Answer]:
    """Those that are about a fact."""
    if not kind.startswith(ABOUT):
        return []
    return [one for one in said.get(id_[:SHORTEST], ()) if id_.startswith(one.about)]


def added(answer: Answer, component: str, path: str, scope: Scope) -> Told:
    """What a person saw in the file of that logical path: used, and certain, unless said otherwise."""
    kind, subject = KINDS[answer.about], Subject(component, path, "", scope)
    usual: dict[str, Scalar] = {"state": "used", _REACH: _CERTAIN}
    told = {key: item for key, item in (_values(kind, answer.told) or {}).items() if item != WITHOUT}
    value = {**{key: item for key, item in usual.items() if key in kind.keys}, **told}
    return Told(fact_id(Fact(answer.about, subject, value, BY, ())), answer.about, subject, value, answer.who)


def _values(kind: Kind, told: str) -> dict[str, Scalar] | None:
    """None when a key is not declared, or does not admit what is given."""
    given: dict[str, Scalar] = {}
    for key, text in _pairs(told).items():
        declared = kind.keys.get(key)
        item: Scalar = int(text) if declared and declared.type is int and text.isdecimal() else text
        if not text or declared is None:
            return None
        if text not in {UNKNOWN, WITHOUT} and not declared.admits(item):  # type: ignore[arg-type]
            return None
        given[key] = None if text == UNKNOWN else item
    return given


def _told(seen: Known, answer: Answer) -> "Known | Told":
    value, against = _weighed(seen.kind, seen.value, answer.told)
    if against:
        return Told(seen.id, seen.kind, seen.subject, seen.value, answer.who, against=against)
    holds = answer.told != NEVER
    same = holds and value == seen.value
    return seen if same else Told(seen.id, seen.kind, seen.subject, value, answer.who, holds)


def determined(kind: str, value: Mapping[str, Scalar], told: str) -> Mapping[str, Scalar]:
    """The value of a fact with what somebody determined. A value that is known stays what it is."""
    return _weighed(kind, value, told)[0]


def contradicted(kind: str, value: Mapping[str, Scalar], told: str) -> Mapping[str, Scalar]:
    """What is told of keys whose value the program knows to be another."""
    return _weighed(kind, value, told)[1]


def _weighed(kind: str, value: Mapping[str, Scalar], told: str) -> tuple[Mapping[str, Scalar], Mapping[str, Scalar]]:
    """The value with what was open and is told, and what is told against a value that is known."""
    given: dict[str, Scalar] = {}
    against: dict[str, Scalar] = {}
    if told == NEVER:
        return value, {} if value.get(_REACH) == _POSSIBLE else {_REACH: NEVER}
    for key, item in (_values(KINDS[kind], told) or {}).items():
        if (
            _is_open(key, value)
            or _refines(key, item, value)
            or (key == _REACH and value.get(key) == _POSSIBLE and item == _CERTAIN)
        ):
            given[key] = item
        elif item != value.get(key, WITHOUT) and (item is not None or key not in value):
            against[key] = item
    if given and against.get(_REACH) == _POSSIBLE:  # one of several values that it may be: each occurs
        del against[_REACH]
    return {key: item for key, item in {**value, **given}.items() if item != WITHOUT}, against


def _is_open(key: str, value: Mapping[str, Scalar]) -> bool:
    """Whether the program left the key to be told. What an algorithm has that it could not name, nobody knows."""
    if key in value:
        return value[key] is None or (key, value[key]) == _BARE
    return value.get("family", "") is None or key in with_open(value)


def _refines(key: str, item: Scalar, value: Mapping[str, Scalar]) -> bool:
    """Whether a person names more of an algorithm of which the program knows the family alone: PBKDF2-SHA-256."""
    known = value.get(key)
    return (
        key == "algorithm" and known is not None and known == value.get("family") and str(item).startswith(f"{known}-")
    )


def _pairs(told: str) -> dict[str, str]:
    return {key: item for key, _, item in (word.partition("=") for word in told.split())}


_KEYS = frozenset(key for kind in KINDS.values() for key in kind.keys)
