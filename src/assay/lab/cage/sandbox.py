"""One launch: limits and the refusing filter on a new process, strace around bubblewrap around the product.

The order matters. 1. rlimits, so that even the sandbox is bound by them. 2. the filter of `refusals`. 3. strace, when
the launch is traced. 4. bubblewrap: another user namespace that may not make further ones, no capability, own process
and IPC namespaces, a new terminal session, an empty environment. 5. the product. Output goes through a bounded pipe.
"""

import contextlib
import fcntl
import json
import os
import resource
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from assay.lab.cage import refusals, trace
from assay.lab.cage.events import Teller, plain
from assay.lab.cage.layers import Layers
from assay.lab.cage.spec import HOME, CageLimits, CageSpec, Launch
from assay.lab.cage.tools import PATH, found
from assay.lab.cage.watch import folder_of

# User 0 gains at each exec what its bounding set holds: it is cut down to the one capability, for good.
_ONLY_RAW = (
    "/usr/bin/setpriv", "--inh-caps", "-all,+net_raw", "--ambient-caps", "-all,+net_raw",
    "--bounding-set", "-all,+net_raw",
)  # fmt: skip
_MEMORY = str(256 << 20)  # bytes of /dev/shm of a launch whose every open is traced, which may have its own
_STARTING = 20.0
_REAPING = 2.0
_PIPE = 1 << 20  # bytes; what a user who is not root may ask of a pipe
_GATHERING = 0.01  # seconds


class Sandbox:
    """A launch under way. Made by the keeper; every method may be called from any of its threads."""

    def __init__(self, launch: Launch, spec: CageSpec, layers: Layers, teller: Teller, number: int) -> None:
        self._teller = teller
        self._limits = spec.limits
        self.number = number
        self.over = ""  # the limit that ended it
        self.read_whole = not launch.traced  # the trace was read to its end
        self.cpu = 0.0  # of the product, and of what recorded it
        self._spent = spent()
        self.tracing = trace.Trace(teller, launch.cwd, 2 + spec.raw, folder_of) if launch.traced else None
        self._threads: list[threading.Thread] = []
        info_read, info_write = os.pipe()
        near, far = socket.socketpair()
        arguments = sandboxed(launch, spec, layers, info_write)
        pipe = Path(spec.folder, f"trace.{number}")
        if launch.traced:
            os.mkfifo(pipe, 0o600)
            self._lines = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
            arguments = [*trace.command(str(pipe), opens=launch.opens), *arguments]
        with near, far:
            self.process = subprocess.Popen(  # noqa: S603
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(info_write,),
                preexec_fn=_confined(spec.limits, far),  # noqa: PLW1509  (the filter must be on before exec)
                env={"PATH": PATH},
                cwd="/",
            )
            os.close(info_write)
            _, (listener, *_), _, _ = socket.recv_fds(near, 1, 1)
        refusals.listen(listener, teller, raw=spec.raw)
        self.first = _first_process(info_read)
        self.main = self._main()  # the product's first process, 0 when it was over at once
        self._background(self._drain)
        if launch.traced:
            pipe.unlink()
            os.set_blocking(self._lines, True)
            self._background(self._read_trace)

    def _main(self) -> int:
        until = time.monotonic() + 1.0
        while time.monotonic() < until and self.process.poll() is None:
            children = self.processes()
            if children:
                return children[0]
            time.sleep(0.002)
        return 0

    def _background(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _drain(self) -> None:
        """Keep the first bytes of the output, read the rest so that the product is not blocked by us."""
        kept, left = [], self._limits.output
        stream = self.process.stdout
        while stream is not None and (piece := os.read(stream.fileno(), 65536)):
            kept.append(piece[:left])
            left = max(0, left - len(piece))
        said = b"".join(kept)
        self._teller.tell("output", launch=self.number, text=plain(said, 4000), bytes=len(said), whole=left > 0)

    def _read_trace(self) -> None:
        """Many lines at a time: who wakes for each line costs as much as who writes it."""
        if self.tracing is None:
            return
        with os.fdopen(self._lines, "rb", 0) as pipe:
            with contextlib.suppress(OSError):  # this user has too many large pipes: a small one is only slower
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
            rest = b""
            while piece := pipe.read(_PIPE):
                *lines, rest = (rest + piece).split(b"\n")
                self.tracing.read(lines)
                if len(piece) < _PIPE // 2:
                    time.sleep(_GATHERING)
            self.tracing.read([rest] if rest else [])
        self.read_whole = True

    def processes(self) -> list[int]:
        """The product's processes that the sandbox's first process is the parent of."""
        children: list[int] = []
        with contextlib.suppress(OSError):
            listed = Path(f"/proc/{self.first}/task/{self.first}/children").read_text()
            children = [int(item) for item in listed.split()]
        return children

    @property
    def alive(self) -> bool:
        return bool(self.first) and Path(f"/proc/{self.first}/ns").exists() and bool(self.processes())

    def signal(self, number: int) -> list[int]:
        """Signal what the product started first, or what it left behind; returns whom."""
        reached = []
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
                reached.append(process)
        return reached

    def wait(self, seconds: float) -> bool:
        """Whether nothing of the product runs any more."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None and not self.alive:
                return True
            time.sleep(0.02)
        return self.process.poll() is not None and not self.alive

    def end(self) -> int:
        """Kill all of it, whatever it ignores, and read its records to their end. Returns the exit code."""
        for process in (self.first, self.process.pid):
            if process:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        code = self.process.wait()
        until = time.monotonic() + _REAPING
        with contextlib.suppress(ChildProcessError):
            while self.first and time.monotonic() < until and os.waitpid(self.first, os.WNOHANG) == (0, 0):
                time.sleep(0.002)
        for thread in self._threads:
            thread.join(10)
        self.cpu = spent() - self._spent
        return code


def spent() -> float:
    """CPU seconds of this process and of all that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def sandboxed(launch: Launch, spec: CageSpec, layers: Layers, info: int) -> list[str]:
    """The arguments of bubblewrap. Raises FileNotFoundError when it is not here."""
    bwrap = found("bwrap")
    if bwrap is None:
        raise FileNotFoundError("bwrap")
    files = ["--bind", str(layers.root), "/"]
    if not layers.container:
        files += ["--bind", str(layers.usr), "/usr"]
    if launch.staging:
        files += ["--bind", str(layers.stage), "/stage", "--ro-bind", f"{spec.folder}/in", "/in"]
    memory = ["--bind", str(layers.memory)] if not launch.opens else ["--perms", "1777", "--size", _MEMORY, "--tmpfs"]
    files += ["--proc", "/proc", "--dev", "/dev", *memory, "/dev/shm", "--remount-ro", "/dev"]  # noqa: S108
    who = ["--unshare-user", "--disable-userns", "--uid", str(spec.uid), "--gid", str(spec.uid), "--cap-drop", "ALL"]
    if spec.raw:
        who = ["--cap-drop", "ALL", "--cap-add", "CAP_NET_RAW", "--cap-add", "CAP_SETPCAP"]
    apart = ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "probe"]
    given = {"HOME": HOME, "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", "USER": "app"}
    named = [item for name, value in {**given, **launch.env}.items() for item in ("--setenv", name, value)]
    rest = ["--new-session", "--clearenv", *named, "--chdir", launch.cwd, "--info-fd", str(info), "--"]
    return [bwrap, *files, *who, *apart, *rest, *(_ONLY_RAW if spec.raw else ()), *launch.argv]


def _first_process(info: int) -> int:
    """The number of the sandbox's first process, 0 when the sandbox could not be made."""
    text = b""
    try:
        while b"}" not in text and select.select([info], [], [], _STARTING)[0]:
            piece = os.read(info, 4096)
            if not piece:
                break
            text += piece
        return int(json.loads(text)["child-pid"])
    except (ValueError, KeyError):
        return 0
    finally:
        os.close(info)


def _confined(limits: CageLimits, channel: socket.socket) -> Callable[[], None]:
    """What the new process does before it becomes strace or bubblewrap."""
    bounds = (
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_FSIZE, limits.disk),
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_DATA, limits.private),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 8 << 20),
        (resource.RLIMIT_MSGQUEUE, 1 << 20),
        (resource.RLIMIT_SIGPENDING, 4096),
    )

    def apply() -> None:
        os.nice(5)
        for which, most in bounds:
            _, hard = resource.getrlimit(which)
            resource.setrlimit(which, (most, most) if hard == resource.RLIM_INFINITY else (min(most, hard),) * 2)
        socket.send_fds(channel, [b"."], [refusals.install()])

    return apply
