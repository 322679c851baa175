"""A new review of a delivery that keeps what an earlier one stated, beside what was found now.

    previous(dossier, artifact)     the newest whole review of the same delivery
    together(...)                   its facts and attempts but for those that are replaced, with the new ones

Gaps are stated anew from all attempts. The delivery is the same when the digest over all its files is.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from assay.core.attempts import Attempt
from assay.core.errors import refused
from assay.core.examination import FileMeta
from assay.core.facts import Fact
from assay.core.text import Text
from assay.dossier.answering import artifact_digest
from assay.dossier.records import FileRecord, decode_fact
from assay.dossier.runs import write_run
from assay.dossier.store import Dossier, Review
from assay.intake import Intake, open_locator
from assay.lab.bench import BenchResult
from assay.lab.place import Spent
from assay.review.gaps import gaps
from assay.review.steps import Examined

_PER_RUN = 50_000
Replaced = Callable[[Fact | Attempt], bool]


def hashed(meta: FileMeta) -> FileRecord:
    """The record of a file. Raises InputError when it cannot be read to its end."""
    digest = hashlib.sha256()
    try:
        with open_locator(meta.locator) as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        advice = Text("assay review says what cannot be read", "assay review 会列出无法读取的内容")
        raise refused(meta.path, error, advice) from error
    own = (meta.file_class, meta.format, meta.component, meta.scope, meta.scope_from)
    return FileRecord(meta.path, meta.logical, meta.size, digest.hexdigest(), *own)


def previous(dossier: Dossier, artifact: str) -> Review | None:
    """The newest whole review of the same delivery."""
    for number in reversed(dossier.reviews()):
        review = dossier.review(number)
        if review.complete and review.record is not None and review.record.artifact == artifact:
            return review
    return None


def together(
    taken: Intake,
    records: Sequence[FileRecord],
    facts: Sequence[Fact],
    attempts: Sequence[Attempt],
    before: Review | None,
    scratch: Path,
    replaced: Replaced,
) -> Examined:
    """What was found now, with what stays of the review before."""
    if before is None:
        kept_attempts, files, old = list(taken.attempts), tuple(records), iter(taken.facts)
    else:
        kept_attempts = [attempt for attempt in before.attempts() if not replaced(attempt)]
        files, old = tuple(before.files()), _stated(before, replaced)
    every = tuple(sorted({*kept_attempts, *attempts}))
    runs = [scratch / "found.run"]
    write_run([*facts, *gaps(every)], runs[0])
    batch: list[Fact] = []
    for fact in old:
        batch.append(fact)
        if len(batch) == _PER_RUN:
            runs.append(_written(batch, scratch, len(runs)))
            batch = []
    runs.append(_written(batch, scratch, len(runs)))
    nothing = BenchResult((), (), (), (), 0, Spent(), 0, 0)
    return Examined(taken, tuple(runs), every, files, artifact_digest(records), nothing)


def _stated(review: Review, replaced: Replaced) -> Iterator[Fact]:
    for line in review.fact_lines():
        fact = decode_fact(line)
        gap = fact.kind == "review.gap" and fact.value.get("reason") != "no-source"
        if not replaced(fact) and not gap:
            yield fact


def _written(facts: Sequence[Fact], scratch: Path, number: int) -> Path:
    path = scratch / f"kept-{number}.run"
    write_run(facts, path)
    return path
