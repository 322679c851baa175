"""The facts and attempts of a review as they are judged: with what people answer for, on the day of judging.

The dossier keeps what the program reached; answers are statements of the operator's manifest (`core/answers.py`), bound
by SHA-256 to a file or to the whole delivery. Judging again on another day lets an answer begin or lapse.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain

from msgspec import Struct

from assay.core.answers import (
    CLAIM,
    SEEN,
    VALUE,
    WITHOUT,
    Answer,
    Told,
    added,
    answer_of,
    answered,
    by_fact,
    contradicted,
    seen_of,
    told_about,
    told_of,
    with_determined,
)
from assay.core.attempts import Attempt
from assay.core.facts import Scalar, canonical
from assay.core.text import Text
from assay.dossier.records import FileRecord, Glimpse
from assay.dossier.store import Review


def facts_judged(review: Review, as_of: date, kind: str | None = None) -> Iterator[Glimpse | Told]:
    """All facts, or those of one kind, and what people saw besides."""
    facts = facts_determined(review, as_of, kind)
    seen = [one for one in _answers(review, seen_of) if one.counts(as_of) and kind in {None, one.about}]
    return chain(facts, _added(review, seen)) if seen else facts


def facts_determined(review: Review, as_of: date, kind: str | None = None) -> Iterator[Glimpse | Told]:
    """The facts of the review alone. Reads its files only when somebody determined a value."""
    told = _answers(review, told_of)
    if not told:
        return review.glimpses(kind)
    return with_determined(review.glimpses(kind), told, artifact_digest(list(review.files())), as_of)


def _added(review: Review, answers: Sequence[Answer]) -> Iterator[Told]:
    for record in review.files():
        for answer in answers:
            if answer.digest == record.sha256:
                yield added(answer, record.component, record.logical, record.scope)


def attempts_judged(review: Review, as_of: date) -> Iterator[Attempt]:
    """Reads the files of the review only when somebody answers for one."""
    answers = _answers(review, answer_of)
    if not answers:
        return review.attempts()
    return answered(review.attempts(), answers, _digests(review.files(), answers), as_of)


def _answers(review: Review, read: Callable[[Mapping[str, Scalar]], Answer | None]) -> list[Answer]:
    return [found for seen in review.glimpses("statement") if (found := read(seen.value)) is not None]


def _digests(files: Iterable[FileRecord], answers: Iterable[Answer]) -> dict[str, str]:
    wanted = {one.digest for one in answers}
    return {record.path: record.sha256 for record in files if record.sha256 in wanted}


class Idle(Struct, frozen=True):
    """An answer that changes nothing on that day, and why."""

    claim: str
    digest: str
    who: str
    why: Text


_IDLE = {
    "day": Text("does not count on this day", "在该日不生效"),
    "file": Text("no file of the delivery has this digest", "交付物中没有此摘要的文件"),
    "gap": Text("nothing is open in that file for this reason", "该文件并无因此原因而待定之处"),
    "delivery": Text("was given for another delivery", "针对的是另一件交付物"),
    "fact": Text("no fact has this id", "没有此标识的事实"),
}
_AGAINST = Text("says {said}, where {known} was seen", "答复为 {said}，而所见为 {known}")


def idle(review: Review, as_of: date) -> Iterator[Idle]:
    """Answers of the operator's manifest that change nothing: nobody would know otherwise. In order of the statements;
    reads files, attempts and facts only where somebody answers."""
    read = ((CLAIM, _answers(review, answer_of)), (VALUE, _answers(review, told_of)), (SEEN, _answers(review, seen_of)))
    digests: dict[str, str] = {}
    whole = ""
    if any(answers for _, answers in read):
        files = list(review.files())
        digests, whole = {record.path: record.sha256 for record in files}, artifact_digest(files)
    present = frozenset(digests.values())
    gaps = _gaps(review, digests) if read[0][1] else frozenset()
    about = _about(review, read[1][1]) if read[1][1] else {}
    for prefix, answers in read:
        for one in answers:
            why = _IDLE["day"]
            if one.counts(as_of) and prefix == VALUE:
                why = _IDLE["delivery"] if one.digest != whole else about.get((one.about, one.told), _IDLE["fact"])
            elif one.counts(as_of):
                lacks = prefix == CLAIM and (one.digest, one.about) not in gaps
                why = _IDLE["file"] if one.digest not in present else _IDLE["gap"] if lacks else _HEARD
            if why is not _HEARD:
                yield Idle(f"{prefix}{one.about}", one.digest, one.who, why)


_HEARD = Text("", "")


def _gaps(review: Review, digests: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    open_ = (one for one in review.attempts() if one.status in {"partial", "skipped", "failed"})
    return frozenset((digests.get(one.path, ""), one.reason) for one in open_)


def _about(review: Review, answers: Sequence[Answer]) -> dict[tuple[str, str], Text]:
    """By fact and what is told of it: nothing against it, or what was seen instead."""
    found: dict[tuple[str, str], Text] = {}
    said = by_fact(answers)
    for seen in review.glimpses():
        for one in told_about(said, seen.kind, seen.id):
            against = contradicted(seen.kind, seen.value, one.told)
            told = ", ".join(f"{key}={item}" for key, item in against.items())
            known = ", ".join(f"{key}={seen.value.get(key, WITHOUT)}" for key in against)
            found[one.about, one.told] = _AGAINST.fill(said=told, known=known) if against else _HEARD
    return found


def artifact_digest(files: Sequence[FileRecord]) -> str:
    """SHA-256 over path, size and SHA-256 of every file, in order of path."""
    digest = hashlib.sha256()
    for record in sorted(files, key=lambda record: record.path):
        digest.update(canonical([record.path, record.size, record.sha256]) + b"\n")
    return digest.hexdigest()
