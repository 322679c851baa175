"""The facts and attempts of a review as they are judged: with what people answer for, on the day of judging.

The dossier keeps what the program reached; answers are statements of the operator's manifest (`core/answers.py`), bound
by SHA-256 to a file or to the whole delivery. Judging again on another day lets an answer begin or lapse.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain

from assay.core.answers import Answer, Told, added, answer_of, answered, seen_of, told_of, with_determined
from assay.core.attempts import Attempt
from assay.core.facts import Scalar, canonical
from assay.dossier.records import FileRecord, Glimpse
from assay.dossier.store import Review


def facts_judged(review: Review, as_of: date, kind: str | None = None) -> Iterator[Glimpse | Told]:
    """All facts, or those of one kind. Reads the files of the review only when somebody determined a value."""
    told = _answers(review, told_of)
    facts: Iterator[Glimpse | Told] = review.glimpses(kind)
    if told:
        facts = with_determined(review.glimpses(kind), told, artifact_digest(list(review.files())), as_of)
    seen = [one for one in _answers(review, seen_of) if one.counts(as_of) and kind in {None, one.about}]
    return chain(facts, _added(review, seen)) if seen else facts


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


def artifact_digest(files: Sequence[FileRecord]) -> str:
    """SHA-256 over path, size and SHA-256 of every file, in order of path."""
    digest = hashlib.sha256()
    for record in sorted(files, key=lambda record: record.path):
        digest.update(canonical([record.path, record.size, record.sha256]) + b"\n")
    return digest.hexdigest()
