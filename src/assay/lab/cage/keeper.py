"""The first process of a cage's namespaces: it builds the network and the files, keeps the sink, starts and ends.

Run as `python -P -m assay.lab.cage.keeper FD` by `Cage`, never by hand; FD is a stream socket to the outside. It reads
one command a line, answers each with `reply`, and tells events in between. When it ends, for whatever reason, the
kernel ends everything in its process namespace. It never opens a path that a product could have turned into a link,
except below the upper folders, where it follows none.
"""

import base64
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
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from assay.lab.cage import bait, namespaces, network, packets, quic, refusals
from assay.lab.cage import layers as files
from assay.lab.cage.asking import ask
from assay.lab.cage.dns import Names
from assay.lab.cage.events import Teller, plain
from assay.lab.cage.sandbox import Sandbox
from assay.lab.cage.sink import Sink, self_signed
from assay.lab.cage.spec import MACHINE, CageSpec, Launch
from assay.lab.cage.watch import Watch, mapped, program_of

Command = dict[str, Any]
_MOST_REACHED, _MOST_UNNAMED = 100_000, 1_000
_LAUNCHED = Launch.__struct_fields__


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
        self._hellos = quic.Hellos()
        self._named: set[tuple[str, int]] = set()
        self._reached = {MACHINE}
        self._unnamed: dict[tuple[str, int], tuple[packets.Packet, str, str]] = {}
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
            if packet.refusal and packet.destination in self._reached:
                continue  # to an address that was told of already
            if len(self._reached) < _MOST_REACHED:
                self._reached.add(packet.destination)
            if packet.protocol == "udp" and (packet.port == 53 or self._sink.replied(packet)):
                continue  # the resolver's
            if packet.protocol == "udp" and quic.is_initial(packet.payload):
                self._quick(packet)
            else:
                self._told(packet, first=plain(packet.first))

    def _told(self, packet: packets.Packet, name: str = "", **more: object) -> None:
        name = name or self._names.name_of(packet.destination)
        about = {"protocol": packet.protocol, "destination": packet.destination, "port": packet.port}
        self._teller.tell("packet", **about, type=packet.type, name=name, **more)

    def _quick(self, packet: packets.Packet) -> None:
        """QUIC: told when its hello is whole, for that has the name; at the latest when the phase is flushed."""
        about = (packet.destination, packet.port)
        hello = self._hellos.read(*about, packet.payload)
        if hello is None:
            if len(self._unnamed) >= _MOST_UNNAMED:
                self._told(packet, application="quic")
            elif about not in self._named:
                self._unnamed[about] = packet, self._teller.phase, self._teller.run
            return
        if len(self._named) < _MOST_REACHED:
            self._named.add(about)
        self._unnamed.pop(about, None)
        self._told(packet, hello.name, application="quic", hello=to_builtins(hello))

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
        while self._unnamed:
            packet, phase, run = self._unnamed.popitem()[1]
            self._told(packet, application="quic", phase=phase, run=run)
        if packets.lost(self._lo):
            self._teller.tell("limit", what="packets")
        return {}

    def _do_phase(self, command: Command) -> Command:
        self._teller.phase, self._teller.run = str(command["phase"]), str(command["run"])
        return {}

    def _do_assemble(self, _: Command) -> Command:
        """The files as they are now: the first time nothing is staged, later what was unpacked is a layer."""
        self._layers = files.assemble(self._layers)
        if not self._layers.container:
            bait.put(self._layers.root)
        bait.watch(self._layers.root, self._teller)
        return {"container": self._layers.container}

    def _do_launch(self, command: Command) -> Command:
        launch = Launch(**{**{key: command[key] for key in _LAUNCHED}, "argv": tuple(command["argv"])})
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

    def _do_difference(self, command: Command) -> Command:
        inside = command.get("inside", "")
        changes, whole = (
            files.difference(self._layers, inside, command["most"]) if inside else files.difference(self._layers)
        )
        return {"changes": [to_builtins(change) for change in changes], "whole": whole}

    def _do_read(self, command: Command) -> Command:
        """A piece of a file that was written; `content` is absent where there is no such file."""
        try:
            with os.fdopen(files.opened(self._layers, command["path"]), "rb") as file:
                file.seek(command["offset"])
                return {"content": base64.b64encode(file.read(command["size"])).decode()}
        except (OSError, ValueError):
            return {}


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
