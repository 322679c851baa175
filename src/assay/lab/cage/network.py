"""A network in which every address of the world is local, and nothing is connected to anything.

The namespace has one interface, its loopback. A local route for all addresses makes the kernel deliver whatever is
sent, to itself; TCP connections to other than the loopback are turned to the sink, which asks the kernel for the
original destination. UDP is not turned: replies would come from the wrong address.
"""

import functools
import ipaddress
import os
import socket
import struct
import subprocess
from pathlib import Path

from assay.lab.cage.spec import MACHINE
from assay.lab.cage.tools import found

SINK_PORT = 9
_STATES = {"tcp": b"0A", "tcp6": b"0A", "udp": b"07", "udp6": b"07"}
_ORIGINAL_DESTINATION = 80
_RULES = f"""table inet cage {{
  chain turned {{
    type nat hook output priority -100;
    ip daddr != 127.0.0.0/8 ip daddr != {MACHINE} meta l4proto tcp redirect to :{SINK_PORT}
    ip6 daddr != ::1 meta l4proto tcp redirect to :{SINK_PORT}
  }}
}}
"""
_SETTINGS = {
    "net/ipv4/ip_unprivileged_port_start": "0",
    "net/ipv4/ping_group_range": "0 0",
    "net/ipv6/ip_nonlocal_bind": "1",
    "net/ipv4/ip_nonlocal_bind": "0",
}


def build() -> None:
    """Raises OSError or CalledProcessError when any part cannot be made: half a network is none."""
    for arguments in (
        ("link", "set", "lo", "up"),
        ("address", "add", f"{MACHINE}/32", "dev", "lo"),
        ("route", "add", "local", "default", "dev", "lo"),
        ("-6", "route", "add", "local", "default", "dev", "lo"),
    ):
        _run("ip", *arguments)
    _run("nft", "-f", "-", given=_RULES)
    for name, setting in _SETTINGS.items():
        Path("/proc/sys", name).write_text(setting)


def _run(program: str, *arguments: str, given: str = "") -> None:
    path = found(program)
    if path is None:
        raise FileNotFoundError(program)
    subprocess.run([path, *arguments], input=given.encode(), check=True, capture_output=True)  # noqa: S603


def interfaces() -> list[str]:
    """The network interfaces of this namespace."""
    return sorted(name for _, name in socket.if_nameindex())


def namespace() -> str:
    return os.readlink("/proc/self/ns/net")  # noqa: PTH115  (the text of the link is what is asked for)


def destination(connection: socket.socket) -> tuple[str, int]:
    """Where a turned connection wanted to go."""
    try:
        if connection.family == socket.AF_INET6:
            raw = connection.getsockopt(socket.IPPROTO_IPV6, _ORIGINAL_DESTINATION, 28)
            return str(ipaddress.IPv6Address(raw[8:24])), struct.unpack(">H", raw[2:4])[0]
        raw = connection.getsockopt(socket.SOL_IP, _ORIGINAL_DESTINATION, 16)
        return str(ipaddress.IPv4Address(raw[4:8])), struct.unpack(">H", raw[2:4])[0]
    except OSError:
        address = connection.getsockname()
        return str(address[0]), int(address[1])


def listening() -> list[tuple[str, str, int, int]]:
    """Transport, address, port and inode of everything that listens, except the sink itself."""
    return [row for name in (*_STATES, "unix") for row in _rows(name, Path("/proc/net", name).read_bytes())]


@functools.lru_cache(32)
def _rows(name: str, table: bytes) -> tuple[tuple[str, str, int, int], ...]:
    """Of one table of the kernel; most of the time it is the same as before."""
    lines = [line.split(maxsplit=7 if name == "unix" else -1) for line in table.split(b"\n")[1:]]
    if name == "unix":
        found = [row for row in lines if len(row) == 8 and int(row[3], 16) & 0x10000]  # __SO_ACCEPTCON
        return tuple(("unix", row[7].decode("utf-8", "backslashreplace"), 0, int(row[6])) for row in found)
    found = [row for row in lines if len(row) > 9 and row[3] == _STATES[name]]
    ends = [(row[1].partition(b":"), int(row[9])) for row in found]
    return tuple((name[:3], _address(end[0].decode()), int(end[2], 16), inode) for end, inode in ends)


def _address(hexadecimal: str) -> str:
    """As /proc writes it: words of four bytes in the machine's own order."""
    words = [int(hexadecimal[at : at + 8], 16) for at in range(0, len(hexadecimal), 8)]
    return str(ipaddress.ip_address(struct.pack(f"={len(words)}I", *words)))
