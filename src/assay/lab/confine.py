"""The limits of a worker process: memory, a watchdog, and an end when the bench ends.

1. `fault` and `stderr` of the lane take the last words of this process. 2. RLIMIT_AS bounds its memory where the
platform has it. 3. A watchdog thread of faulthandler, which needs no interpreter lock, ends the process when nothing
was reported alive in time. 4. Interrupts are left to the bench (`deaf`), and a process whose bench died ends by itself.
5. Where the bench says what may be read, walls stand around it (`lab.walls`), before any of its threads: then `walled`.
"""

import faulthandler
import functools
import math
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from assay.core.examination import Limits
from assay.lab import walls

_OF_THE_KEY = "ASSAY_KEY"  # the passphrase of the operator's key, or the address of its token


class Confinement:
    """Made once in a worker process; it cannot be undone."""

    def __init__(self, lane: Path, limits: Limits, readable: Sequence[Path] | None = None) -> None:
        """`readable` is what the product lies in; of the bench's folder, `lane` and `pieces` can be written to."""
        # 1. last words
        self._fault = (lane / "fault").open("wb")
        faulthandler.enable(file=self._fault)
        with (lane / "stderr").open("wb") as printed:
            os.dup2(printed.fileno(), 2)
        # 2. memory
        if sys.platform != "win32":
            import resource  # noqa: PLC0415  (not on every platform)

            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            soft = limits.memory_bytes if hard == resource.RLIM_INFINITY else min(limits.memory_bytes, hard)
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        # 5. walls
        around = lane.parents[1]
        self.walled = readable is not None and walls.raised((*readable, around), (lane, around / "pieces"))
        if self.walled:
            tempfile.tempdir = str(lane)
        # 3. see alive() and rest()
        self._seconds = limits.watchdog_seconds
        self._armed = -math.inf
        # 4. interrupts and orphans
        if threading.current_thread() is threading.main_thread():  # a cluster's worker may run tasks in a thread
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        parent = multiprocessing.parent_process()
        if parent is not None:
            _or_no_memory(threading.Thread(target=_end_with, args=(parent,), daemon=True).start)

    def alive(self) -> None:
        """Give the next step its time, or nine tenths of it: arming starts a thread, so it is done ten times a period.

        Raises MemoryError when not even a thread can be had.
        """
        now = time.monotonic()
        if now < self._armed + self._seconds / 10:
            return
        self._armed = now
        arm = functools.partial(faulthandler.dump_traceback_later, self._seconds, exit=True, file=self._fault)
        _or_no_memory(arm)

    def rest(self) -> None:
        """Waiting for work is not a hang."""
        self._armed = -math.inf
        faulthandler.cancel_dump_traceback_later()


@contextmanager
def deaf() -> Iterator[None]:
    """Processes that are started in this block do not hear Ctrl-C, from their first moment: ending them, without a word
    from each, is for the one that started them. It hears what came meanwhile when the block ends."""
    heard: list[int] = []
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # what they take over; another thread may hear it
    main = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number)) if main else None
    try:
        yield
    finally:
        if main:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if heard:
            signal.raise_signal(signal.SIGINT)


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """What a process that parses may know of its caller's environment: not how its key is opened."""
    return {name: value for name, value in environ.items() if not name.startswith(_OF_THE_KEY)}


def _or_no_memory(start: Callable[[], object]) -> None:
    """A thread that cannot be started, which Python reports as RuntimeError, is a lack of memory."""
    try:
        start()
    except RuntimeError as error:
        raise MemoryError from error


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def peak_memory() -> int:
    """Peak resident bytes of this process, 0 where the platform does not say.

    VmHWM is preferred: ru_maxrss of a spawned process includes what its parent held before exec.
    """
    try:
        with Path("/proc/self/status").open("rb") as status:
            for line in status:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) << 10
    except (OSError, ValueError):
        pass
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10
