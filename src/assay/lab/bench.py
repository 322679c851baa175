"""The bench: every file of a delivery once through every examination, in worker processes, whatever the files do.

`run` reads each file once (hash, words, literal prefilter, examination of the units that hold a literal), then lets
the whole examinations conclude. Facts come back as sorted runs in scratch files, for the dossier to merge; everything
else that happened is an attempt. Nothing in the outcome depends on the number of jobs or on who was faster: pieces are
cut by bytes and count, a worker that dies takes only its own piece with it, and what killed it is named by its
journal. The watchdog alone counts seconds; a machine so slow that honest work outlasts it will report hangs.

A hang, a crash or a lack of memory is charged to a file only when the file did it again in a fresh worker after all
others were done, with nothing beside it: load and leaks of other files are not its doing. It is charged to the
examination that was running, and the others get the file again without it.
"""

import pickle
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from assay.core.attempts import Attempt, ReasonCode
from assay.core.examination import Examination, FileExamination, FileMeta, Limits, Locator, Shortfall
from assay.core.facts import Fact
from assay.lab.conclusion import Conclusion, ToConclude, conclude
from assay.lab.coverage import LAB, Group, Roster, Tallies, Tally, count, of_file, of_groups, reason_by_class
from assay.lab.firstpass import examine_piece
from assay.lab.index import Index
from assay.lab.journal import WRITING, Death
from assay.lab.lanes import Lanes, MakeExecutor, Task
from assay.lab.place import Outcome, Setup, Spent, here
from assay.lab.returned import inside
from assay.lab.shards import Piece, halves, pieces, split

Progress = Callable[[str, int, int], None]


class Late(Struct, frozen=True):
    """The last `count` files wait. `settle` gives them back, the same files in the same order, perhaps in another
    scope, and how many bytes it read."""

    count: int
    settle: Callable[[Index], tuple[Sequence[FileMeta], int]]


class BenchResult(Struct, frozen=True):
    """What a run gave.

    `runs` are sorted runs of facts, in delivery order. `digests` (SHA-256, hex) goes with the files, '' for a file
    that was not read whole; `files` are the files as they were examined. `bytes_read` counts every byte once for each
    time that a task which ended read it, and what settling the late files read.
    """

    runs: tuple[Path, ...]
    attempts: tuple[Attempt, ...]
    digests: tuple[str, ...]
    files: tuple[FileMeta, ...]
    bytes_read: int
    spent: Spent
    peak_memory: int
    workers_lost: int


def run(
    files: Sequence[FileMeta],
    singles: Sequence[FileExamination],
    wholes: Sequence[Examination],
    *,
    open_member: Callable[[Locator], BinaryIO],
    write_run: Callable[[Sequence[Fact], Path], object],
    scratch: Path,
    jobs: int,
    limits: Limits,
    unread: Callable[[FileMeta], ReasonCode] = reason_by_class,
    progress: Progress | None = None,
    make_executor: MakeExecutor | None = None,
    late: Late | None = None,
    readable: tuple[Path, ...] | None = None,
    indexed: frozenset[str] | None = None,
) -> BenchResult:
    """Examine a delivery. `scratch` is an empty folder of the caller's, who also deletes it; workers must see it.

    `open_member`, `write_run` and `unread` are functions of modules that can be imported, and run in workers, as do the
    examinations; all are pickled. `write_run` writes one sorted run of facts. `unread` gives the reason for a file that
    no examination accepts. `progress(stage, done, total)` is called here, with the stage "files" or the id of an
    examination.
    `late` holds the last files back until the words of all others are known; then it says what they are.
    `readable` are the files and folders that the delivery lies in: workers then stand behind walls (`lab.walls`), where
    the machine has them, and read nothing else; without it they are held by limits alone. Attempts say which.
    `indexed` are the formats whose words the index is asked for, by examinations or by `late`; None is every one.
    Raises ValueError for examinations that contradict each other, AssayError when workers cannot be started at all.
    """
    if readable is not None:
        readable = tuple(path.resolve() for path in readable)
    roster, folder = (tuple(singles), tuple(wholes)), scratch.resolve()
    setup = Setup(*roster, open_member, write_run, unread, limits, folder, here(), readable, indexed)
    (setup.scratch / "pieces").mkdir(parents=True)
    setup.file.write_bytes(pickle.dumps(setup))
    setup.delivery.write_bytes(pickle.dumps(tuple(files)))
    bench = _Bench(setup, files, progress)
    with Lanes(jobs, setup.scratch / "lanes", make_executor) as lanes:
        bench.examine(lanes, late)
        bench.conclude(lanes)
    return bench.result(lanes.lost)


class _Bench:
    """The bookkeeping of one run, in the process that called it."""

    def __init__(self, setup: Setup, files: Sequence[FileMeta], progress: Progress | None) -> None:
        self.setup = setup
        self.files = files
        self.roster = Roster(setup.singles, setup.wholes)
        self._progress = progress
        self._seen = 0
        self._read = 0
        self._outcomes: dict[int, Outcome] = {}  # by first file
        self._conclusions: dict[int, Conclusion] = {}
        self._attempts: list[Attempt] = []
        self._suspects: list[Piece] = []
        self._unconcluded: list[int] = []

    # The first pass

    def examine(self, lanes: Lanes, late: Late | None) -> None:
        """All files but the late ones, then these; a suspect runs after all others of its sort."""
        first = len(self.files) - (late.count if late is not None else 0)
        self._examine(lanes, pieces(self.files[:first]))
        if late is not None and late.count:
            words = tuple(outcome.words for outcome in self._in_order() if outcome.words is not None)
            settled, self._read = late.settle(Index(self.files, words, self.setup.open_member, self.setup.limits))
            self.files = (*self.files[:first], *settled)
            self.setup.delivery.write_bytes(pickle.dumps(self.files))
            self._examine(lanes, pieces(self.files, first))

    def _examine(self, lanes: Lanes, work: Iterable[Piece]) -> None:
        lanes.run([self._piece_task(piece) for piece in work], self._settle_piece)
        suspects = [self._piece_task(piece) for piece in sorted(self._suspects, key=attrgetter("start"))]
        self._suspects = []
        lanes.run(suspects, self._settle_piece, one_by_one=True)

    def _piece_task(self, piece: Piece) -> Task[Piece, Outcome]:
        files = tuple(self.files[piece.start : piece.stop])
        return Task(piece, examine_piece, (self.setup.file, piece, files), fresh=piece.alone)

    def _settle_piece(self, piece: Piece, result: Outcome | Death) -> list[Task[Piece, Outcome]]:
        if isinstance(result, Outcome):
            self._keep(piece, result)
            return []
        if result.begun.examination == WRITING and piece.stop - piece.start > 1:
            return [self._piece_task(part) for part in halves(piece)]
        before, culprit, after = split(piece, result.begun.file)
        if piece.alone:
            shortfall = Shortfall(result.reason, result.detail, "failed")
            return [self._piece_task(part) for part in self._charge(culprit, result.begun.examination, shortfall)]
        self._suspects.append(culprit)
        return [self._piece_task(part) for part in (*before, *after)]

    def _charge(self, culprit: Piece, which: int, shortfall: Shortfall) -> list[Piece]:
        """Record that examination `which`, or the bench itself, failed; what is left to do with the file."""
        meta = self.files[culprit.start]
        if which >= 0:
            by, kinds = self.setup.singles[which].id, self.roster.answers[which]
            self._attempts.append(of_file(meta, by, kinds, shortfall))
            return [replace(culprit, without=culprit.without | {which})]
        everything = self.roster.carried(meta) | self.roster.accepted(range(len(self.setup.singles)))
        lost = everything - self.roster.accepted(culprit.without)
        self._attempts.append(of_file(meta, LAB, lost, shortfall))
        self._keep(culprit, Outcome(digests=[""]))
        return []

    def _keep(self, piece: Piece, outcome: Outcome) -> None:
        inside(outcome.files, self.setup.scratch)
        self._outcomes[piece.start] = outcome
        self._seen += piece.stop - piece.start
        if self._progress is not None:
            self._progress("files", self._seen, len(self.files))

    # The second pass

    def conclude(self, lanes: Lanes) -> None:
        tasks = [self._whole_task(which) for which in range(len(self.setup.wholes))]
        for work in (task.key for task in tasks if not task.key.summaries):
            self._settle_whole(work, Conclusion(Outcome()))
        lanes.run([task for task in tasks if task.key.summaries], self._settle_whole)
        suspects = [self._whole_task(which, alone=True) for which in sorted(self._unconcluded)]
        lanes.run(suspects, self._settle_whole, one_by_one=True)

    def _whole_task(self, which: int, *, alone: bool = False) -> Task[ToConclude, Conclusion]:
        single, outcomes = self._single_of(which), self._in_order()
        words = tuple(outcome.words for outcome in outcomes if outcome.words is not None)
        summaries = tuple(outcome.summaries[single] for outcome in outcomes if single in outcome.summaries)
        work = ToConclude(which, words, summaries, alone)
        return Task(work, conclude, (self.setup.file, work), fresh=alone)

    def _settle_whole(self, work: ToConclude, result: Conclusion | Death) -> list[Task[ToConclude, Conclusion]]:
        if isinstance(result, Death):
            if not work.alone:
                self._unconcluded.append(work.which)
                return []
            result = Conclusion(Outcome(), failed=Shortfall(result.reason, result.detail, "failed"))
        inside(result.outcome.files, self.setup.scratch)
        self._conclusions[work.which] = result
        if self._progress is not None:
            self._progress(self.setup.wholes[work.which].id, 1, 1)
        return []

    def _single_of(self, which: int) -> int:
        """The position of the file examination that a whole one builds on."""
        name = self.setup.wholes[which].summaries_of
        return next(position for position, single in enumerate(self.setup.singles) if single.id == name)

    # The result

    def _in_order(self) -> list[Outcome]:
        return [self._outcomes[first] for first in sorted(self._outcomes)]

    def result(self, lost: int) -> BenchResult:
        outcomes = self._in_order()
        attempts = [*self._attempts, *(attempt for outcome in outcomes for attempt in outcome.attempts)]
        completed = self._completed(outcomes)
        for which, single in enumerate(self.setup.singles):
            attempts += of_groups(completed[which], single.id, single.kinds)
        concluded = [self._conclusions[which] for which in sorted(self._conclusions)]
        for which, (whole, conclusion) in enumerate(zip(self.setup.wholes, concluded, strict=True)):
            attempts += _of_whole(whole, conclusion, completed[self._single_of(which)])
        everything = [*outcomes, *(conclusion.outcome for conclusion in concluded)]
        spent = Spent()
        for outcome in everything:
            spent.add(outcome.spent)
        if all(outcome.walled for outcome in everything if outcome.peak_memory):  # those that ran
            attempts = [replace(attempt, ran="cage") if attempt.ran == "worker" else attempt for attempt in attempts]
        return BenchResult(
            runs=tuple(path for outcome in everything for path in outcome.runs),
            attempts=tuple(sorted(attempts)),
            digests=tuple(digest for outcome in outcomes for digest in outcome.digests),
            files=tuple(self.files),
            bytes_read=self._read + sum(outcome.bytes_read for outcome in everything),
            spent=spent,
            peak_memory=max((outcome.peak_memory for outcome in everything), default=0),
            workers_lost=lost,
        )

    def _completed(self, outcomes: Sequence[Outcome]) -> list[Tallies]:
        """What each file examination completed, over all pieces."""
        completed: list[Tallies] = [{} for _ in self.setup.singles]
        for outcome in outcomes:
            for which, tallies in outcome.completed.items():
                for group, tally in tallies.items():
                    count(completed[which], group, *tally)
        return completed


def _of_whole(whole: Examination, conclusion: Conclusion, covered: Tallies) -> list[Attempt]:
    """Its own shortfalls, and the files that the first pass completed for it, completed or failed as a group."""
    failed = conclusion.failed
    if failed is not None:
        nowhere: Tallies = {Group("source", "", "", "unknown"): Tally(1, 0)}
        return of_groups(covered or nowhere, whole.id, whole.kinds, failed)
    rest = dict(covered)
    for meta in conclusion.short:
        if Group.of(meta) in rest:
            count(rest, Group.of(meta), -1, -meta.size)
    return [*conclusion.outcome.attempts, *of_groups(rest, whole.id, whole.kinds)]
