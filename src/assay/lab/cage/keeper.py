"""The first process of a cage's namespaces: it builds the network and the files, keeps the sink, starts and ends.

Run as `python -P -m assay.lab.cage.keeper FD` by `Cage`, never by hand; FD is a stream socket to the outside. It reads
one command a line, answers each with `reply`, and tells events in between. When it ends, for whatever reason, the
kernel ends everything in its process namespace. It never opens a path that a product could have turned into a link,
except below the upper folders, where it follows none.
"""

import contextlib
import encodings.idna  # noqa: F401  (what is imported later cannot be read by whom this process becomes)
import json
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assay.lab.cage import layers as files
from assay.lab.cage import namespaces, network, packets, refusals
from assay.lab.cage.asking import ask
from assay.lab.cage.dns import Names
from assay.lab.cage.events import Teller, plain
from assay.lab.cage.sandbox import Sandbox
from assay.lab.cage.sink import Sink, self_signed
from assay.lab.cage.spec import CageSpec, Launch
from assay.lab.cage.watch import Watch, mapped, program_of

Command = dict[str, Any]


class Keeper:
    """State of one session. `build` raises OSError or CalledProcessError: there is no cage then."""

    def __init__(self, spec: CageSpec, teller: Teller, context: ssl.SSLContext) -> None:
        self._spec = spec
        self._teller = teller
        self._layers = files.Layers(Path(spec.folder))
        self._running: dict[int, Sandbox] = {}
        self._count = 0
        self._names = Names(spec.answers)
        self._sink = Sink(self._names, teller, context)
        self._watch = Watch(spec.limits, self._layers.up, teller, self._over)

    def build(self) -> None:
        refusals.machine()
        network.build()
        if self._spec.raw:  # the sandbox has no user namespace of its own then, and may not make one
            Path("/proc/sys/user/max_user_namespaces").write_text("0")
        files.prepare(self._layers, self._spec.limits.disk)
        self._sink.start()
        self._lo = packets.listen()
        threading.Thread(target=self._sniff, daemon=True).start()
        self._watch.start()

    def _sniff(self) -> None:
        for packet in packets.outgoing(self._lo):
            if packet is None or packet.inside or packet.protocol == "tcp":
                continue
            if packet.protocol == "udp" and 53 in (packet.port, packet.source_port):
                continue  # the resolver's
            self._teller.tell(
                "packet",
                protocol=packet.protocol,
                destination=packet.destination,
                port=packet.port,
                type=packet.type,
                name=self._names.name_of(packet.destination),
                first=plain(packet.first),
            )

    def _over(self, reason: str) -> None:
        """A limit was passed: everything that runs is killed; `wait` says so to who asks."""
        for sandbox in tuple(self._running.values()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(sandbox.first or sandbox.process.pid, signal.SIGKILL)
            sandbox.over = reason
        self._watch.deadline = float("inf")

    def obey(self, command: Command) -> Command:
        """One command; its answer."""
        work: Callable[[Command], Command] = getattr(self, f"_do_{command['do']}")
        return work(command)

    def _do_facts(self, _: Command) -> Command:
        return {
            "namespace": network.namespace(),
            "interfaces": network.interfaces(),
            "user": os.getuid(),
            "map": Path("/proc/self/uid_map").read_text().split(),
        }

    def _do_flush(self, command: Command) -> Command:
        self._sink.flush(command["seconds"])
        if packets.lost(self._lo):
            self._teller.tell("limit", what="packets")
        return {}

    def _do_phase(self, command: Command) -> Command:
        self._teller.phase, self._teller.run = str(command["phase"]), str(command["run"])
        return {}

    def _do_assemble(self, _: Command) -> Command:
        """The files as they are now: the first time nothing is staged, later what was unpacked is a layer."""
        self._layers = files.assemble(self._layers)
        return {"container": self._layers.container}

    def _do_launch(self, command: Command) -> Command:
        launch = Launch(tuple(command["argv"]), command["env"], command["cwd"], command["traced"], command["staging"])
        self._count += 1
        sandbox = Sandbox(launch, self._spec, self._layers, self._teller, self._count)
        self._running[self._count] = sandbox
        self._watch.deadline = time.monotonic() + self._spec.limits.wall
        return {"launch": self._count, "first": sandbox.first}

    def _do_wait(self, command: Command) -> Command:
        sandbox = self._running[command["launch"]]
        done = sandbox.wait(command["seconds"])
        return {"done": done, "over": sandbox.over, "main": sandbox.process.poll()}

    def _do_signal(self, command: Command) -> Command:
        return {"reached": len(self._running[command["launch"]].signal(command["signal"]))}

    def _do_end(self, command: Command) -> Command:
        sandbox = self._running.pop(command["launch"])
        processes = sandbox.processes()
        left, main = [program_of(process) for process in processes], sandbox.main in processes
        code = sandbox.end()
        tracing = sandbox.tracing
        return {
            "code": code,
            "left": left,
            "main": main,
            "over": sandbox.over,
            "cpu": sandbox.cpu,
            "started": tracing.started if tracing else bool(sandbox.first),
            "unread": (tracing.unread if tracing else 0) + (not sandbox.read_whole),
        }

    def _do_mapped(self, _: Command) -> Command:
        """Libraries and programs that the product's processes have mapped."""
        return {"mapped": sorted(mapped())[:2000]}

    def _do_listeners(self, _: Command) -> Command:
        return {"listeners": self._watch.sample()}

    def _do_ask(self, command: Command) -> Command:
        return ask(command["address"], command["port"], self._teller)

    def _do_difference(self, _: Command) -> Command:
        changes, whole = files.difference(self._layers)
        return {"changes": [asdict(change) for change in changes], "whole": whole}


def main() -> int:
    """Leave the machine, become the first process of the namespaces, obey until the other side closes."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    commands = channel.makefile("r", encoding="utf-8")
    spec = CageSpec.load(commands.readline())
    namespaces.die_with_parent()
    context = self_signed()  # libraries are read while this is still allowed
    try:
        namespaces.leave()
    except OSError as fault:
        channel.sendall(json.dumps({"kind": "fault", "why": str(fault)}).encode() + b"\n")
        return 1
    child = os.fork()
    if child:
        with contextlib.suppress(KeyboardInterrupt):
            os.waitpid(child, 0)
        return 0
    teller = Teller(channel, spec.limits.events)
    try:
        namespaces.settle()
        keeper = Keeper(spec, teller, context)
        keeper.build()
        teller.reply(built=True)
        for line in commands:
            teller.reply(**keeper.obey(json.loads(line)))
    except (OSError, ValueError, KeyError, RuntimeError) as fault:
        said = getattr(fault, "stderr", b"") or b""
        teller.reply(fault=f"{type(fault).__name__}: {fault} {plain(said, 400)}")
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
