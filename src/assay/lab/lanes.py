"""Worker processes, one to a lane, so that a worker that dies takes nothing but its own task with it.

A lane is a `concurrent.futures.Executor` of one worker and a folder for its last words. One pool of many workers would
end them all when one dies, and leave the bench to guess who did it. Executors come from `make_executor(1)`; without
one they are spawned processes. Executors of threads are refused by the worker.
"""

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from itertools import count
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from assay.core.errors import AssayError
from assay.core.text import Text
from assay.lab import journal
from assay.lab.confine import deaf, without_secrets
from assay.lab.journal import Death
from assay.lab.returned import Results

_K = TypeVar("_K")
_R = TypeVar("_R")

MakeExecutor = Callable[[int], Executor]

# A lane has one processor, and a pool of threads for linear algebra doubles what numpy takes to load.
_ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_STARTS = 3  # how often a worker may die before it has begun anything


class Task(Struct, Generic[_K, _R], frozen=True):
    """`call(lane folder, serial, *arguments)` runs in a worker, a new one if `fresh`; `key` is the caller's name."""

    key: _K
    call: Callable[..., _R]
    arguments: tuple[object, ...]
    fresh: bool = False
    starts: int = 0


class _Worker(SpawnProcess):
    """Starts without the operator's secrets: a spawned process takes over the environment of this one. Nor does it run
    the caller's program again, as `multiprocessing` would: what it is to call lies in modules."""

    def start(self) -> None:
        kept, program = dict(os.environ), sys.modules["__main__"]
        try:
            for name in kept.keys() - without_secrets(kept).keys():
                del os.environ[name]
            os.environ.update(_ALONE)
            sys.modules["__main__"] = ModuleType("__main__")
            super().start()
        finally:
            sys.modules["__main__"] = program
            for name in _ALONE.keys() - kept.keys():
                os.environ.pop(name, None)
            os.environ.update(kept)

    def run(self) -> None:
        """All that a worker has to say is with the bench when it returns. The system takes its memory back at once; the
        interpreter would free it piece by piece, which costs as much as examining a small tree."""
        super().run()
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
        os._exit(0)


class _Spawned(SpawnContext):
    """Remembers its processes, so that an interrupted bench can end them at once."""

    def __init__(self) -> None:
        super().__init__()
        self.processes: list[SpawnProcess] = []

    def SimpleQueue(self) -> Results:  # noqa: N802
        """What the pool makes its queue of results with."""
        return Results(self.get_context())

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        process = _Worker(*args, **kwargs)
        self.processes.append(process)
        return process


class _Lane:
    def __init__(self, folder: Path, make_executor: MakeExecutor | None) -> None:
        self.folder = folder
        self._make = make_executor
        self._context = _Spawned()
        self._executor: Executor | None = None
        folder.mkdir(parents=True)

    def submit(self, task: Task[_K, _R], serial: int) -> "Future[_R]":
        if task.fresh:
            self.end(now=False)
        if self._executor is None:
            self._executor = self._start()
        with deaf():  # which may start the worker; half begun, it could not be ended
            return self._executor.submit(task.call, self.folder, serial, *task.arguments)

    def _start(self) -> Executor:
        for name in ("journal", "fault", "stderr"):
            (self.folder / name).unlink(missing_ok=True)
        if self._make is not None:
            return self._make(1)
        return ProcessPoolExecutor(1, mp_context=self._context)

    def end(self, *, now: bool) -> None:
        """Let the worker finish, or end it now."""
        executor, self._executor = self._executor, None
        if executor is None:
            return
        if now:
            for process in self._context.processes:
                if process.is_alive():
                    process.kill()
        self._context.processes.clear()
        executor.shutdown(wait=self._make is None or not now, cancel_futures=True)


class Lanes:
    """Runs tasks on up to `jobs` workers. Use as a context: leaving it by an exception ends every worker at once."""

    def __init__(self, jobs: int, folder: Path, make_executor: MakeExecutor | None = None) -> None:
        if jobs < 1:
            raise ValueError("jobs must be 1 or more")
        self._lanes = [_Lane(folder / f"{number:03d}", make_executor) for number in range(jobs)]
        self._serials = count(1)
        self.lost = 0

    def __enter__(self) -> "Lanes":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        for lane in self._lanes:
            lane.end(now=kind is not None)

    def run(
        self,
        tasks: Sequence[Task[_K, _R]],
        settle: Callable[[_K, _R | Death], Sequence[Task[_K, _R]]],
        *,
        one_by_one: bool = False,
    ) -> None:
        """Run all tasks. `settle` gets each one's key and result or death, in any order; what it returns runs next.

        `one_by_one` leaves all lanes but one empty, whatever the number of jobs.
        """
        waiting = deque(tasks)
        idle = self._lanes[:1] if one_by_one else list(reversed(self._lanes))
        running: dict[Future[_R], tuple[_Lane, Task[_K, _R], int]] = {}
        while waiting or running:
            while waiting and idle:
                lane, task, serial = idle.pop(), waiting.popleft(), next(self._serials)
                running[self._submit(lane, task, serial)] = lane, task, serial
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                lane, task, serial = running.pop(future)
                idle.append(lane)
                result = self._result(lane, future, serial)
                if isinstance(result, Death) and result.begun.examination == journal.NOTHING:
                    waiting.appendleft(_again(task, result))
                else:
                    waiting.extendleft(reversed(settle(task.key, result)))

    def _submit(self, lane: _Lane, task: Task[_K, _R], serial: int) -> "Future[_R]":
        try:
            return lane.submit(task, serial)
        except BrokenExecutor:  # the worker died while it had nothing to do
            lane.end(now=True)
            return lane.submit(task, serial)

    def _result(self, lane: _Lane, future: "Future[_R]", serial: int) -> _R | Death:
        try:
            return future.result()
        except MemoryError:
            lane.end(now=True)
            return Death("memory", "out of memory", journal.read(lane.folder, serial))
        except BrokenExecutor:
            self.lost += 1
            lane.end(now=True)
            return journal.post_mortem(lane.folder, serial)


def _again(task: Task[_K, _R], death: Death) -> Task[_K, _R]:
    if task.starts + 1 >= _STARTS:
        raise AssayError(
            Text("worker processes die before they have begun: {why}", "工作进程尚未开始即终止：{why}").fill(
                why=death.detail
            ),
            Text(
                "assay doctor says what this installation can do; raise the memory limit if it is very low",
                "assay doctor 会说明本机安装能做什么；若内存限制过低，请提高",
            ),
        )
    return replace(task, starts=task.starts + 1)
