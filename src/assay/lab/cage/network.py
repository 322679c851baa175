"""A network in which every address of the world is local, and nothing is connected to anything.

The namespace has one interface, its loopback. A local route for all addresses makes the kernel deliver whatever is
sent, to itself; TCP connections to other than the loopback are turned to the sink, which asks the kernel for the
original destination. UDP is not turned: replies would come from the wrong address.
"""

import ipaddress
import os
import socket
import struct
import subprocess
from pathlib import Path

from assay.lab.cage.spec import MACHINE
from assay.lab.cage.tools import found

SINK_PORT = 9
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
    rows: list[tuple[str, str, int, int]] = []
    for transport, name, state in (
        ("tcp", "tcp", "0A"),
        ("tcp", "tcp6", "0A"),
        ("udp", "udp", "07"),
        ("udp", "udp6", "07"),
    ):
        for line in Path("/proc/net", name).read_text().splitlines()[1:]:
            columns = line.split()
            address, _, port = columns[1].partition(":")
            if columns[3] == state:
                rows.append((transport, _address(address), int(port, 16), int(columns[9])))
    for line in Path("/proc/net/unix").read_text(errors="backslashreplace").splitlines()[1:]:
        columns = line.split(maxsplit=7)
        if len(columns) == 8 and int(columns[3], 16) & 0x10000:  # __SO_ACCEPTCON
            rows.append(("unix", columns[7], 0, int(columns[6])))
    return rows


def _address(hexadecimal: str) -> str:
    """As /proc writes it: words of four bytes in the machine's own order."""
    words = [int(hexadecimal[at : at + 8], 16) for at in range(0, len(hexadecimal), 8)]
    return str(ipaddress.ip_address(struct.pack(f"={len(words)}I", *words)))
