"""What a cage holds a product to while it runs, and what it sees of it from outside: memory, time, disk, listeners.

Sampled, so a listener that lives less than a sample shows only in the trace. Memory is what is resident and not a
file's, summed over the session; pages shared after a fork count once for each: a product is ended early, not late.
"""

import contextlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from assay.lab.cage.events import Teller
from assay.lab.cage.network import listening
from assay.lab.cage.spec import CageLimits

_PERIOD = 0.05
_AROUND = 4  # those that came and went while they were counted
_RESERVE = 512 << 20  # of the whole machine: below it everything is ended
_AVAILABLE = re.compile(rb"^MemAvailable:\s+(\d+)", re.MULTILINE)
_OWN_MEMORY = re.compile(rb"^Rss(?:Anon|Shmem):\s+(\d+)", re.MULTILINE)


class Watch:
    """Calls `ended(reason)` once for each launch that goes over a limit."""

    def __init__(self, limits: CageLimits, up: Path, teller: Teller, ended: Callable[[str], None]) -> None:
        self._limits = limits
        self._up = up
        self._teller = teller
        self._ended = ended
        self._known: dict[int, tuple[str, str, int]] = {}
        self._own: set[int] = set()
        self._lock = threading.Lock()
        self.deadline = float("inf")

    def start(self) -> None:
        """Called when the sink listens and nothing was launched: what listens now is the sink's own."""
        self._own = {row[3] for row in listening()}
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            began = time.monotonic()
            self.sample()
            reason = self._over()
            if reason:
                self._teller.tell("limit", what=reason)
                self._ended(reason)
            time.sleep(_PERIOD + (time.monotonic() - began))  # never more than half of one core

    def _over(self) -> str:
        if time.monotonic() > self.deadline:
            return "time"
        resident = count = 0
        for process in others():
            count += 1
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{process}/status").read_bytes()
                resident += sum(int(size) << 10 for size in _OWN_MEMORY.findall(status))
        if resident > self._limits.memory or available() < _RESERVE:
            return "memory"
        if count > self._limits.processes // 2 and tasks() + _AROUND >= self._limits.processes:
            self._teller.tell("limit", what="processes")  # RLIMIT_NPROC holds; the product is told, not ended
        room = os.statvfs(self._up)
        if room.f_bavail * room.f_bsize < 64 << 10 or room.f_favail < 16:
            self._teller.tell("limit", what="disk")
        return ""

    def sample(self) -> list[tuple[str, str, int]]:
        """Tell of every listener that is new; returns transport, address and port of those that are there."""
        with self._lock:
            rows = [row for row in listening() if row[3] not in self._own]
            fresh = {row[3] for row in rows} - set(self._known)
            owners = _owners(fresh) if fresh else {}
            present = []
            for transport, address, port, inode in rows:
                if inode in fresh:
                    owner = owners.get(inode)
                    if owner is None:
                        continue  # gone already
                    self._known[inode] = (transport, address, port)
                    self._teller.tell("listener", transport=transport, address=address, port=port, program=owner)
                if inode in self._known:
                    present.append((transport, address, port))
            return present


def others() -> Iterator[int]:
    """Every process of the session but the keeper."""
    return (int(name) for name in os.listdir("/proc") if name.isdecimal() and int(name) != os.getpid())  # noqa: PTH208


def tasks() -> int:
    """Threads of all processes: what RLIMIT_NPROC counts."""
    count = 0
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdecimal():
            with contextlib.suppress(OSError):
                count += len(os.listdir(f"/proc/{name}/task"))  # noqa: PTH208
    return count


def available() -> int:
    """Bytes of memory that the machine has left."""
    found = _AVAILABLE.search(Path("/proc/meminfo").read_bytes())
    return int(found[1]) << 10 if found else 1 << 62


def _owners(inodes: set[int]) -> dict[int, str]:
    """The program that holds each socket."""
    wanted = {f"socket:[{inode}]": inode for inode in inodes}
    owners: dict[int, str] = {}
    for process in others():
        folder = f"/proc/{process}/fd"
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):  # noqa: PTH208
                with contextlib.suppress(OSError):
                    inode = wanted.get(os.readlink(f"{folder}/{name}"))  # noqa: PTH115
                    if inode is not None:
                        owners.setdefault(inode, program_of(process))
    return owners


def program_of(process: int) -> str:
    """Path of the program, as the kernel tells it; '' when it is gone."""
    try:
        return os.readlink(f"/proc/{process}/exe")  # noqa: PTH115  (text, never followed)
    except OSError:
        return ""


def folder_of(process: int) -> str:
    """The folder that a process is in; '' when it is gone."""
    try:
        return os.readlink(f"/proc/{process}/cwd")  # noqa: PTH115  (text, never followed)
    except OSError:
        return ""


def mapped() -> set[str]:
    """Paths of everything executable that processes of the session have in memory."""
    paths: set[str] = set()
    for process in others():
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{process}/maps").read_text(errors="backslashreplace").splitlines():
                columns = line.split(maxsplit=5)
                if len(columns) == 6 and "x" in columns[1] and columns[5].startswith("/"):
                    paths.add(columns[5])
    return paths
