"""The second pass: a whole examination concludes from the summaries of the first, in a worker as well."""

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from assay.core.attempts import Attempt
from assay.core.examination import Artifact, Concluded, Examination, FileMeta, Shortfall
from assay.core.facts import Fact
from assay.lab import journal
from assay.lab.confine import peak_memory
from assay.lab.coverage import of_shortfalls
from assay.lab.index import Index, WordsShard
from assay.lab.place import Clock, Outcome, Place, Runs, check_facts, fault, place_of


class ToConclude(Struct, frozen=True):
    """The position of the whole examination, and what the first pass left for it."""

    which: int
    words: tuple[WordsShard, ...]
    summaries: tuple[Path, ...]
    alone: bool


class Conclusion(Struct, frozen=True):
    """`short` are the files that fell short; `failed` says why there is no conclusion at all."""

    outcome: Outcome
    short: tuple[FileMeta, ...] = ()
    failed: Shortfall | None = None


def conclude(lane: Path, serial: int, setup_file: Path, work: ToConclude) -> Conclusion:
    """Conclude one examination. Raises MemoryError when it should be tried in a fresh worker."""
    place = place_of(setup_file, lane)
    outcome, clock = Outcome(), Clock()
    whole = place.setup.wholes[work.which]
    place.journal.begin(serial, 0, work.which)
    place.confinement.alive()
    try:
        told, error = place.guarded(lambda: _tell(place, whole, work, outcome), alone=work.alone)
        facts, attempts, short = told or ((), [], ())
        outcome.attempts.extend(attempts)
        runs = Runs(place.setup.scratch / "pieces" / f"whole-{work.which:04d}", place.setup.write_run, outcome.runs)
        runs.add(facts)
        runs.flush()
    finally:
        place.confinement.rest()
    outcome.spent.conclude = clock.lap()
    outcome.peak_memory, outcome.walled = peak_memory(), place.confinement.walled
    place.journal.begin(serial, 0, journal.NOTHING)
    return Conclusion(outcome, short, None if told is not None else fault(error))


def _tell(
    place: Place, whole: Examination, work: ToConclude, outcome: Outcome
) -> tuple[tuple[Fact, ...], list[Attempt], tuple[FileMeta, ...]]:
    files = place.delivered
    index = Index(files, work.words, place.setup.open_member, place.setup.limits, place.confinement.alive)
    try:
        concluded = whole.conclude(Artifact(files), _summaries(work.summaries), index, place.lab)
    finally:
        outcome.bytes_read = index.bytes_read
    check_facts(concluded.facts, whole.kinds)
    attempts, short = _fallen_short(whole, concluded)
    return concluded.facts, attempts, short


def _fallen_short(whole: Examination, concluded: Concluded) -> tuple[list[Attempt], tuple[FileMeta, ...]]:
    by_path: dict[str, tuple[FileMeta, list[Shortfall]]] = {}
    for meta, shortfall in concluded.shortfalls:
        by_path.setdefault(meta.path, (meta, []))[1].append(shortfall)
    attempts = [
        attempt
        for meta, shortfalls in by_path.values()
        for attempt in of_shortfalls(meta, whole.id, whole.kinds, shortfalls)
    ]
    return attempts, tuple(meta for meta, _ in by_path.values())


def _summaries(paths: Sequence[Path]) -> dict[str, Sequence[object]]:
    """By file path in delivery order, each file's units in order."""
    by_path: dict[str, list[object]] = {}
    for name in paths:
        with name.open("rb") as file:
            for path, pickled in _records(file):
                by_path.setdefault(path, []).append(pickle.loads(pickled))  # noqa: S301  (written by a worker)
    return dict(by_path)


def _records(file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    while True:
        try:
            yield pickle.load(file)  # noqa: S301  (written by a worker)
        except EOFError:
            return
