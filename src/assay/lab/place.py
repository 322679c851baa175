"""What every task in a worker process stands on: the place, its guard, and the form of an outcome.

The only broad `except` of assay is `Place.guarded`: an examination is somebody's code over somebody else's bytes and
may raise anything; it becomes a failed attempt, with the exception's type and place but never its words, which could
quote the product. MemoryError alone is let through until the file has had a fresh worker to itself.
"""

import functools
import gc
import os
import pickle
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

from msgspec import Struct, field

from assay.core.attempts import Attempt, ReasonCode
from assay.core.examination import Examination, FileExamination, FileMeta, Limits, Locator, Shortfall
from assay.core.facts import Fact, check
from assay.lab import journal
from assay.lab.confine import Confinement
from assay.lab.coverage import Roster, Tallies
from assay.lab.hits import Prefilter
from assay.lab.index import WordsShard

_T = TypeVar("_T")
Raised = Exception | SystemExit

_FACTS_PER_RUN = 50_000
# Trees and facts are freed by counting references; looking for cycles among them, and among all that was imported, took
# a twentieth of a review.
_OBJECTS_PER_COLLECTION = 500_000


class Setup(Struct, frozen=True):
    """What every worker of a run needs, pickled once into the scratch folder. Callables are module-level functions."""

    singles: tuple[FileExamination, ...]
    wholes: tuple[Examination, ...]
    open_member: Callable[[Locator], BinaryIO]
    write_run: Callable[[Sequence[Fact], Path], object]
    unread: Callable[[FileMeta], ReasonCode]
    limits: Limits
    scratch: Path
    bench: tuple[str, int]
    readable: tuple[Path, ...] | None = None
    indexed: frozenset[str] | None = None

    @property
    def file(self) -> Path:
        return self.scratch / "setup.pickle"

    @property
    def delivery(self) -> Path:
        return self.scratch / "delivery.pickle"


def here() -> tuple[str, int]:
    return platform.node(), os.getpid()


class Spent(Struct):
    """CPU seconds of workers by phase: reading and hashing, words and prefilter, examining, concluding."""

    read: float = 0.0
    prefilter: float = 0.0
    examine: float = 0.0
    conclude: float = 0.0

    def add(self, other: "Spent") -> None:
        self.read += other.read
        self.prefilter += other.prefilter
        self.examine += other.examine
        self.conclude += other.conclude


class Outcome(Struct):
    """What a task gave; small whatever the product is, for facts, words and summaries stay in scratch files."""

    runs: list[Path] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    completed: dict[int, Tallies] = field(default_factory=dict)
    digests: list[str] = field(default_factory=list)
    words: WordsShard | None = None
    summaries: dict[int, Path] = field(default_factory=dict)
    bytes_read: int = 0
    spent: Spent = field(default_factory=Spent)
    peak_memory: int = 0
    walled: bool = False

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that the caller is to read."""
        return (*self.runs, *self.summaries.values(), *((self.words.path,) if self.words is not None else ()))


class Lab(Struct):
    """All that an examination sees of the lab."""

    limits: Limits


class Place:
    """One worker process of one run, made at its first task."""

    def __init__(self, setup_file: Path, lane: Path) -> None:
        gc.set_threshold(_OBJECTS_PER_COLLECTION)
        setup = pickle.loads(setup_file.read_bytes())  # noqa: S301  (written by the bench into its own folder)
        gc.freeze()
        if setup.bench == here():
            raise RuntimeError("examinations must run in processes of their own: the executor runs them in the bench's")
        self.setup: Setup = setup
        self.lab = Lab(setup.limits)
        self.confinement = Confinement(lane, setup.limits, setup.readable)
        self.journal = journal.Journal(lane)
        self.roster = Roster(setup.singles, setup.wholes)
        self.prefilter = Prefilter(setup.singles, setup.limits.hits_per_unit)

    @functools.cached_property
    def delivered(self) -> tuple[FileMeta, ...]:
        """All files of the delivery, for the second pass: by then the bench has written the last of them."""
        files: tuple[FileMeta, ...] = pickle.loads(self.setup.delivery.read_bytes())  # noqa: S301  (the bench's own)
        return files

    def guarded(self, call: Callable[..., _T], *arguments: object, alone: bool) -> tuple[_T | None, Raised | None]:
        try:
            return call(*arguments), None
        except MemoryError as error:
            if not alone:
                raise
            return None, error
        except (Exception, SystemExit) as error:  # noqa: BLE001  (see the module's docstring)
            return None, error


place_of = functools.cache(Place)  # a worker process belongs to one run and one lane


class Clock:
    """CPU time of this process since the last question."""

    def __init__(self) -> None:
        self._last = time.process_time()

    def lap(self) -> float:
        before, self._last = self._last, time.process_time()
        return self._last - before


class Runs:
    """Facts of a task, written as sorted runs of bounded size."""

    def __init__(self, base: Path, write_run: Callable[[Sequence[Fact], Path], object], runs: list[Path]) -> None:
        self._base = base
        self._write = write_run
        self._runs = runs
        self._facts: list[Fact] = []

    def add(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            self._facts.append(fact)
            if len(self._facts) >= _FACTS_PER_RUN:
                self.flush()

    def flush(self) -> None:
        if self._facts:
            path = self._base.with_name(f"{self._base.name}.{len(self._runs):04d}.run")
            path.unlink(missing_ok=True)  # left by a worker that died
            self._write(self._facts, path)
            self._runs.append(path)
            self._facts.clear()


def check_facts(facts: Sequence[Fact], kinds: Sequence[str]) -> None:
    for fact in facts:
        if fact.kind not in kinds:
            raise ValueError("a fact of a kind that the examination does not declare")
    check(*facts)


def fault(error: BaseException | None) -> Shortfall:
    """Type and innermost place inside assay; never the message."""
    if isinstance(error, MemoryError):
        return Shortfall("memory", "out of memory", "failed")
    place, trace = "", error.__traceback__ if error is not None else None
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.startswith("assay."):
            place = f" at {module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return Shortfall("fault", f"{type(error).__name__}{place}", "failed")
