"""The phases of a run, in a cage, once traced and once not.

    install        what the package does when it is installed
    start          until it listens, ends, or a few seconds are over
    idle           nothing is asked of it
    use            each port that it listens on is asked one plain question
    stop           asked to end, then killed
    restart        started and stopped again over the files that it left
    clock-year     started a year from now; likewise clock-friday (23:30) and clock-leap (29 February, noon)

From restart on, which is short, the trace has every open as well: what the product looked for in vain, or was refused,
shows there alone. Before, what is written, and whoever reads a file that is a bait.

The clock is moved by libfaketime, which needs a dynamic program: that it was really loaded is read from the memory map
of the running product, and otherwise said. A phase that was not asked for, or that did not come to its end, is told as
a shortfall, never left out.
"""

import datetime
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.attempts import ReasonCode
from assay.examinations.probe.recipes import Recipe
from assay.lab.cage.cage import Cage
from assay.lab.cage.session import Ended, Event
from assay.lab.cage.spec import CageLimits, Launch

PHASES = ("install", "start", "idle", "use", "stop", "restart", "clock-year", "clock-friday", "clock-leap")
RUNS = ("traced", "untraced")
_FAKETIME = "/usr/lib/*/faketime/libfaketime.so.1"
_STAGING = 120.0
_DISPLAY = (
    "no x11 display",
    "headlessexception",
    "cannot open display",
    "unable to open display",
    "no display",
    "could not connect to display",
)


class Waiting(Struct, frozen=True):
    """Seconds. `settle` is the longest that a start may take; a product that listens earlier is not waited for."""

    settle: float = 4.0
    idle: float = 5.0
    clock: float = 2.0
    grace: float = 5.0
    install: float = 60.0


class Plan(Struct, frozen=True):
    """What to run. `path` is the delivered file or folder; `as_of` is the moment from which the clock is moved."""

    path: Path
    recipe: Recipe
    moment: datetime.datetime
    phases: tuple[str, ...] = PHASES
    waiting: Waiting = field(default_factory=Waiting)
    limits: CageLimits = field(default_factory=CageLimits)
    raw: bool = False
    uid: int = 1000
    marker: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    shadows: tuple[tuple[Path, Path], ...] = ()  # where the product sees a library, and the copy that it sees


class Short(Struct, frozen=True):
    """Why a phase is not a whole observation."""

    phase: str
    reason: ReasonCode
    detail: str = ""
    status: str = "partial"


class Record(Struct):
    """What one run left. `conduct` are processes that did not end as they should; `mapped` what was in memory."""

    run: str
    events: list[Event] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    conduct: list[tuple[str, str, str]] = field(default_factory=list)  # phase, conduct, program or limit
    mapped: set[str] = field(default_factory=set)
    shorts: list[Short] = field(default_factory=list)


def observe(plan: Plan) -> tuple[Record, ...]:
    """Both runs, side by side in cages of their own. Raises CageError where there is no cage; nothing ran then."""
    with ThreadPoolExecutor(len(RUNS)) as pool:
        return tuple(pool.map(lambda run: _Run(plan, run).whole(), RUNS))


class _Run:
    """One run: a cage of its own, and the record of what it showed."""

    def __init__(self, plan: Plan, run: str) -> None:
        self._plan = plan
        self._traced = run == "traced"
        self._record = Record(run)

    def whole(self) -> Record:
        plan = self._plan
        cage = Cage(plan.limits, uid=plan.uid, raw=plan.raw, marker=plan.marker, answers=plan.answers)
        with cage:
            self._cage = cage
            cage.put(plan.path, plan.path.name)
            for place, library in plan.shadows:
                cage.shadow(place, library)
            cage.assemble()
            if self._staged():
                cage.assemble()
                self._phases()
                cage.flush()
                self._record.changes = cage.difference()
            if not cage.whole:
                self._short("", "too-many", "more happened than is kept")
            for event in cage.told("limit"):
                self._short(str(event["phase"]), "limit", f"held at the limit: {event['what']}")
            self._record.events = [event for event in cage.events if event["phase"] not in ("", "stage")]
        return self._record

    def _staged(self) -> bool:
        """Lay the product out; False when that is not possible."""
        self._cage.phase("stage", self._record.run)
        for argv in self._plan.recipe.stage:
            ended = self._cage.run(Launch(argv, cwd="/", traced=False, staging=True), _STAGING)
            if ended.code != 0:
                said = " ".join(str(event["text"]) for event in self._cage.told("output"))
                for phase in self._plan.phases:
                    self._short(phase, "damaged", f"cannot be unpacked: {said[-200:]}", "failed")
                return False
        return True

    def _phases(self) -> None:
        wanted = set(self._plan.phases)
        for phase in PHASES:
            if phase not in wanted and not (phase == "start" and wanted & {"idle", "use", "stop"}):
                self._short(phase, "not-asked", "this phase was not asked for", "skipped")
        if "install" in wanted:
            self._install()
        if not self._plan.recipe.start:
            for phase in PHASES[1:]:
                if phase in wanted:
                    self._short(phase, "no-start", f"{self._plan.recipe.name}: nothing tells how to start it", "failed")
            return
        if wanted & {"start", "idle", "use", "stop"}:
            self._live(wanted)
        if "restart" in wanted:
            self._again("restart", {}, self._plan.waiting.clock)
        for phase, offset in offsets(self._plan.moment).items():
            if phase in wanted:
                self._moved(phase, offset)

    def _install(self) -> None:
        self._cage.phase("install", self._record.run)
        for argv in self._plan.recipe.install:
            ended = self._cage.run(self._launch(argv), self._plan.waiting.install)
            self._ended("install", argv[0], ended)
            if ended.code != 0:
                self._short("install", "no-start", f"an installation script ended with {ended.code}")

    def _live(self, wanted: set[str]) -> None:
        cage, waiting = self._cage, self._plan.waiting
        cage.phase("start", self._record.run)
        number = cage.launch(self._launch(self._plan.recipe.start))
        alive = self._settle(number, waiting.settle)
        self._record.mapped |= set(cage.mapped())
        if "idle" in wanted and alive:
            cage.phase("idle", self._record.run)
            alive = not cage.wait(number, waiting.idle)
            cage.watch(0)
        listening = cage.listeners() if alive else []
        if "use" in wanted and listening:
            cage.phase("use", self._record.run)
            for transport, address, port in listening:
                if transport == "tcp":
                    cage.ask("ask", address=address, port=port)
            cage.watch(0.3)
        self._record.mapped |= set(cage.mapped())
        cage.phase("stop", self._record.run)
        ended = cage.stop(number, waiting.grace)
        self._ended("stop", self._plan.recipe.start[0], ended)
        if not ended.started or ended.code in (126, 127):
            said = _tail(cage)
            for phase in ("start", "idle", "use", "stop"):
                if phase in wanted:
                    self._short(phase, "no-start", f"it did not start: {said}", "failed")
        elif ended.code > 0 and not alive:
            self._short("start", "no-start", f"it ended by itself with {ended.code}: {_tail(cage)}")

    def _settle(self, number: int, seconds: float) -> bool:
        """Wait until it listens and a moment more, or ends; whether it is alive."""
        step = 0.25
        for turn in range(int(seconds / step)):
            if self._cage.wait(number, step):
                return False
            if turn > 2 and self._cage.listeners():
                return not self._cage.wait(number, 0.5)
        return True

    def _again(self, phase: str, env: Mapping[str, str], seconds: float) -> None:
        self._cage.phase(phase, self._record.run)
        number = self._cage.launch(replace(self._launch(self._plan.recipe.start, env), opens=True))
        if self._settle(number, min(self._plan.waiting.settle, max(seconds, 1.0))):
            self._cage.wait(number, seconds)
        mapped = set(self._cage.mapped())
        self._record.mapped |= mapped
        self._ended(phase, self._plan.recipe.start[0], self._cage.stop(number, self._plan.waiting.grace))
        if env and not any("libfaketime" in path for path in mapped) and not self._faked(phase):
            self._short(phase, "clock", "the clock could not be moved: static, set-id, or libfaketime is missing")

    def _moved(self, phase: str, offset: int) -> None:
        if self._plan.recipe.emulated:
            self._short(phase, "clock", "the emulator's clock could be moved, not surely the program's", "skipped")
            return
        library = next((str(path) for path in Path("/").glob(_FAKETIME.lstrip("/"))), "")
        if not library:
            self._short(phase, "clock", "the Debian package libfaketime is not here", "skipped")
            return
        env = {"LD_PRELOAD": library, "FAKETIME": f"{offset:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self._again(phase, {**env, "FAKETIME_NO_CACHE": "0"}, self._plan.waiting.clock)

    def _faked(self, phase: str) -> bool:
        """For a program that ended before its memory could be read: whether its loader took the library."""
        return any(event["kind"] == "preloaded" and event["phase"] == phase for event in self._cage.events)

    def _launch(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> Launch:
        recipe = self._plan.recipe
        return Launch(tuple(argv), {**recipe.env, **(env or {})}, recipe.cwd, self._traced)

    def _ended(self, phase: str, program: str, ended: Ended) -> None:
        record = self._record
        if ended.ignored:
            record.conduct.append((phase, "ignored-stop", program))
        record.conduct.extend((phase, "left-behind", left or "?") for left in ended.left)
        if ended.over:
            record.conduct.append((phase, "over-limit", ended.over))
            self._short(phase, "limit", f"ended at the limit: {ended.over}")
        if ended.unread:
            self._short(phase, "fault", f"{ended.unread} lines of the trace could not be read")
        if any(words in _said(self._cage).lower() for words in _DISPLAY):
            record.conduct.append((phase, "needs-display", program))
            self._short(phase, "no-start", "it needs a display")

    def _short(self, phase: str, reason: ReasonCode, detail: str, status: str = "partial") -> None:
        self._record.shorts.append(Short(phase, reason, detail, status))


def offsets(moment: datetime.datetime) -> dict[str, int]:
    """Seconds from a moment to each of the clocks; the moment is UTC."""
    friday = moment.replace(hour=23, minute=30, second=0) + datetime.timedelta(days=(4 - moment.weekday()) % 7)
    if friday <= moment:
        friday += datetime.timedelta(days=7)
    year = next(year for year in range(moment.year, moment.year + 9) if _leap_noon(year, moment) is not None)
    leap = _leap_noon(year, moment) or moment
    return {
        "clock-year": 366 * 86_400,
        "clock-friday": int((friday - moment).total_seconds()),
        "clock-leap": int((leap - moment).total_seconds()),
    }


def _leap_noon(year: int, after: datetime.datetime) -> datetime.datetime | None:
    try:
        noon = after.replace(year=year, month=2, day=29, hour=12, minute=0, second=0)
    except ValueError:
        return None
    return noon if noon > after else None


def _said(cage: Cage) -> str:
    """The last output, as much as is kept of it."""
    texts = [str(event["text"]) for event in cage.told("output") if event["text"]]
    return texts[-1] if texts else ""


def _tail(cage: Cage) -> str:
    return _said(cage)[-300:]
