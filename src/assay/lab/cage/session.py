"""One session with the keeper of a cage: what it is told to do, what it answers, and what is recorded meanwhile.

The folder with the sink's log belongs to this side; the product sees none of it. A session that was not tested runs
nothing: `launch` refuses. The walls are tried by `cage.Cage`, which is what others open.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from assay.core.errors import AssayError, UsageError, said
from assay.core.text import Text
from assay.lab.cage import layers, tools
from assay.lab.cage.namespaces import owner
from assay.lab.cage.spec import CageLimits, CageSpec, Launch
from assay.lab.scratch import scratch_folder

_ANSWER = 60.0
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE")  # no secret of the operator's
_LARGEST_LINE = 32 << 20
_PIECE = 1 << 20
_LOSING = frozenset({"events", "packets"})
Event = Mapping[str, Any]


class CageError(AssayError):
    """There is no cage, or it broke. Nothing of a product was or will be run."""


class Ended(Struct, frozen=True):
    """How a launch ended. `ignored`: its first process had to be killed; `left`: programs that it left behind."""

    code: int
    started: bool
    ignored: bool
    left: tuple[str, ...]
    over: str
    unread: int
    cpu: float  # seconds, what recorded it included


class Session:
    """One session: one network, one set of files, any number of launches."""

    def __init__(
        self,
        limits: CageLimits | None = None,
        *,
        uid: int = 1000,
        raw: bool = False,
        marker: bool = False,
        answers: Mapping[str, str] | None = None,
        place: Path | None = None,
    ) -> None:
        """`place` is where the session's folder is made: in memory, for what must not reach a disk."""
        self._place = place
        self.limits = limits or CageLimits()
        self.events: list[Event] = []
        self.whole = True
        self.spec = CageSpec("", self.limits, 0 if raw else uid, raw, marker, dict(answers or {}))
        self._closing = contextlib.ExitStack()
        self._buffer = b""
        self._tested = False
        self._assembled = False

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as failed:
            failed.callback(self._closing.close)
            self._open()
            failed.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        self._closing.close()

    def _open(self) -> None:
        tools.require()
        scratch = self._closing.enter_context(scratch_folder(self._place))
        scratch.chmod(0o711)  # whom root becomes there must get through to its own
        self.folder = scratch / "cage"
        self.folder.mkdir()
        user, group = owner()
        for name in ("skeleton", "shadow", "in"):
            (self.folder / name).mkdir()
        layers.skeleton(self.folder / "skeleton", marker=self.spec.marker, uid=self.spec.uid)
        _given_to(self.folder, user, group)
        self.spec = replace(self.spec, folder=str(self.folder))
        near, far = socket.socketpair()
        self._channel = near
        self._closing.callback(near.close)
        kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        command = [sys.executable, "-P", "-W", "ignore", "-m", "assay.lab.cage.keeper", str(far.fileno())]
        with far:
            self._keeper = subprocess.Popen(  # noqa: S603
                command, pass_fds=(far.fileno(),), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, cwd="/", env=kept,
            )  # fmt: skip
        self._closing.callback(self._end_keeper)
        self._send(self.spec.dump())
        self._reply()
        self._deadline = time.monotonic() + self.limits.session

    def _end_keeper(self) -> None:
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)
        try:
            self._keeper.wait(5)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()
        if self._keeper.stderr is not None:
            self._keeper.stderr.close()

    def put(self, path: Path, name: str, *, move: bool = False) -> None:
        """Copy (or move) a file or a folder to /in/NAME. Links are copied as links, devices and sockets are left out.

        Raises UsageError when not all of it can be read.
        """
        target = self.folder / "in" / name
        try:
            if move:
                shutil.move(path, target)
            elif path.is_dir():
                shutil.copytree(path, target, symlinks=True, ignore=_special)
            else:
                shutil.copyfile(path, target)
                shutil.copymode(path, target)
        except OSError as fault:
            message = Text("{path} cannot be copied into the cage: {why}", "{path} 无法复制到牢笼中：{why}")
            raise UsageError(
                message.fill(path=path, why=said(fault)),
                Text("check that all of it can be read, and the free space", "请检查其是否全部可读以及可用空间"),
            ) from fault
        _given_to(self.folder / "in", *owner())

    def shadow(self, place: Path, library: Path) -> None:
        """Have the product see `library` at `place`, the same file: what watches it sees only cages."""
        target = self.folder / "shadow" / place.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(library, target)
        _given_to(self.folder / "shadow", *owner())

    def ask(self, do: str, **values: object) -> dict[str, Any]:
        """One command to the keeper. Raises CageError when the session is over its time or the keeper is gone."""
        if time.monotonic() > self._deadline:
            raise CageError(
                Text("the session in the cage is over its time", "牢笼会话超时"),
                Text("raise the limit, or ask for fewer phases", "请提高上限或减少阶段"),
            )
        self._send(json.dumps({"do": do, **values}))
        return self._reply()

    def phase(self, name: str, run: str = "") -> None:
        """What is told from now on belongs to this phase of this run."""
        self.ask("phase", phase=name, run=run)

    def launch(self, launch: Launch, *, testing: bool = False) -> int:
        """Start a program; returns its number. Only the self-test may run in a cage that was not tested."""
        if not (self._tested or testing) or not self._assembled:
            raise CageError(Text("the cage was not tested", "牢笼未经自检"))
        answer = self.ask("launch", **{**to_builtins(launch), "env": dict(launch.env)})
        number: int = answer["launch"]
        return number

    def wait(self, number: int, seconds: float) -> bool:
        """Wait for a launch; True when nothing of it runs any more."""
        until = time.monotonic() + seconds
        while True:
            step = max(0.05, min(2.0, until - time.monotonic()))
            answer = self.ask("wait", launch=number, seconds=step)
            if answer["done"] or time.monotonic() >= until:
                return bool(answer["done"])

    def watch(self, seconds: float) -> None:
        """Let time pass and read what is told meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self._channel], [], [], left)[0]:
                self._read()

    def stop(self, number: int, grace: float = 5.0) -> Ended:
        """Ask it to end as a service manager would, then kill what is left."""
        asked = self.ask("signal", launch=number, signal=int(signal.SIGTERM))["reached"]
        quiet = self.wait(number, grace) if asked else True
        return self.end(number, asked=not quiet)

    def end(self, number: int, *, asked: bool = False) -> Ended:
        """Kill it at once. `asked`: it was asked to end and did not."""
        answer = self.ask("end", launch=number)
        left = () if answer["main"] else tuple(answer["left"])
        ignored = asked and bool(answer["main"])
        return Ended(answer["code"], answer["started"], ignored, left, answer["over"], answer["unread"], answer["cpu"])

    def run(self, launch: Launch, seconds: float, *, testing: bool = False) -> Ended:
        """Start, wait until it ends by itself or time is up, end."""
        number = self.launch(launch, testing=testing)
        return self.end(number, asked=not self.wait(number, seconds))

    def flush(self, seconds: float = 5.0) -> None:
        """Have the sink finish its conversations, so that each is told."""
        self.ask("flush", seconds=seconds)

    def listeners(self) -> list[tuple[str, str, int]]:
        """What of the product listens now: transport, address, port."""
        return [(str(row[0]), str(row[1]), int(row[2])) for row in self.ask("listeners")["listeners"]]

    def mapped(self) -> list[str]:
        """What the product's processes have mapped to execute."""
        return [str(path) for path in self.ask("mapped")["mapped"]]

    def difference(self) -> list[dict[str, Any]]:
        """Files created, changed and deleted since `assemble`."""
        answer = self.ask("difference")
        self.whole = self.whole and answer["whole"]
        return list(answer["changes"])

    def written(self, inside: str, most: int) -> tuple[list[dict[str, Any]], bool]:
        """Files created or changed in a folder since `assemble`, without digests; False when there are more."""
        answer = self.ask("difference", inside=inside, most=most)
        return list(answer["changes"]), bool(answer["whole"])

    def read(self, path: str, limit: int) -> Iterator[bytes]:
        """The first `limit` bytes of a file that was written inside, in pieces; nothing where there is none."""
        offset = 0
        while offset < limit:
            answer = self.ask("read", path=path, offset=offset, size=min(_PIECE, limit - offset))
            piece = base64.b64decode(answer.get("content", ""))
            if not piece:
                return
            yield piece
            offset += len(piece)

    def told(self, *kinds: str) -> Iterable[Event]:
        """Events of these kinds so far."""
        return [event for event in self.events if event["kind"] in kinds]

    def _send(self, line: str) -> None:
        try:
            self._channel.sendall(line.encode() + b"\n")
        except OSError as fault:
            raise self._broken(str(fault)) from fault

    def _reply(self) -> dict[str, Any]:
        until = time.monotonic() + _ANSWER
        while True:
            for at, event in enumerate(self.events):
                if event["kind"] == "reply":
                    del self.events[at]
                    if "fault" in event:
                        raise self._broken(str(event["fault"]))
                    return dict(event)
                if event["kind"] == "fault":
                    raise self._broken(str(event["why"]))
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._channel], [], [], left)[0]:
                raise self._broken("the keeper does not answer")
            self._read()

    def _read(self) -> None:
        try:
            piece = self._channel.recv(1 << 16)
        except ConnectionResetError:
            piece = b""
        if not piece:
            raise self._broken("the keeper ended")
        *lines, self._buffer = (self._buffer + piece).split(b"\n")
        if len(self._buffer) > _LARGEST_LINE:
            raise self._broken("a line without end")
        self.events.extend(json.loads(line) for line in lines)
        lost = (
            event["kind"] == "limit" and event["what"] in _LOSING
            for event in self.events[len(self.events) - len(lines) :]
        )
        self.whole = self.whole and not any(lost)

    def _broken(self, why: str) -> CageError:
        said = b""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._keeper.wait(1)
            said = self._keeper.stderr.read()[-600:] if self._keeper.stderr is not None else b""
        why = f"{why} {said.decode('utf-8', 'backslashreplace')}".strip()
        return CageError(
            Text(f"the cage does not hold: {why}", f"牢笼不成立：{why}"),
            Text(
                "user namespaces, overlayfs and seccomp must be allowed here; `assay doctor` says which is not",
                "此处须允许用户命名空间、overlayfs 与 seccomp；运行 assay doctor 可查看缺少哪一项",
            ),
        )


def _special(folder: str, names: list[str]) -> list[str]:
    """Names in a folder that are neither file, folder nor link."""
    left_out = []
    for name in names:
        path = Path(folder, name)
        if not (path.is_symlink() or path.is_file() or path.is_dir()):
            left_out.append(name)
    return left_out


def _given_to(folder: Path, user: int, group: int) -> None:
    """To the user that the session will be, and to nobody else."""
    if os.geteuid() != user:
        for base, names, found in os.walk(folder):
            for name in (*names, *found):
                os.chown(Path(base, name), user, group, follow_symlinks=False)
        os.chown(folder, user, group)
    folder.chmod(0o700)
