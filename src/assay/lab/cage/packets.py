"""A log of every packet that is neither TCP nor the loopback's own: UDP, ICMP, SCTP, IGMP, raw IP, and who asks whom.

Reads from an AF_PACKET socket on the only interface, so it sees packets by whatever call they were made. The log holds
one entry per protocol, destination and port with the first bytes; a count of all is kept beside it.
"""

import ctypes
import ipaddress
import socket
import struct
from collections.abc import Iterator

from msgspec import Struct

_OUTGOING = 4
_ATTACH_FILTER, _SOL_PACKET, _STATISTICS = 26, 263, 6
_NOT_TCP = b"".join(
    struct.pack("HBBI", *line)
    for line in (
        (0x28, 0, 0, 12),  # the Ethernet type
        (0x15, 0, 2, 0x0800),
        (0x30, 0, 0, 23),  # the protocol of IPv4
        (0x15, 3, 2, 6),
        (0x30, 0, 0, 20),  # the next header of IPv6
        (0x15, 1, 0, 6),
        (0x06, 0, 0, 0x40000),
        (0x06, 0, 0, 0),
    )
)
_ETHERNET = 14
_PROTOCOLS = {1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 33: "dccp", 58: "icmpv6", 132: "sctp", 136: "udplite"}
_PORTED = {"tcp", "udp", "dccp", "sctp", "udplite"}
_UNREACHABLE = {("icmp", 3), ("icmpv6", 1)}


class Packet(Struct, frozen=True):
    """`port` is 0 where the protocol has none."""

    protocol: str
    source: str
    destination: str
    port: int
    source_port: int
    payload: bytes
    type: int = -1

    @property
    def first(self) -> bytes:
        """As much as is told of it."""
        return self.payload[:64]

    @property
    def inside(self) -> bool:
        """Loopback traffic."""
        return ipaddress.ip_address(self.destination).is_loopback

    @property
    def refusal(self) -> bool:
        """What the kernel answers for a closed port; who may open raw sockets can send the like."""
        return (self.protocol, self.type) in _UNREACHABLE


def listen() -> socket.socket:
    """A socket that gets every packet but TCP. Raises OSError without the right to see."""
    lo = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    program = ctypes.create_string_buffer(_NOT_TCP)
    lo.setsockopt(
        socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HxxxxxxP", len(_NOT_TCP) // 8, ctypes.addressof(program))
    )
    lo.bind(("lo", 0))
    return lo


def outgoing(lo: socket.socket) -> Iterator[Packet | None]:
    """Packets as they are sent, for ever; None for a frame that is no IP."""
    while True:
        frame, address = lo.recvfrom(2048)
        if address[2] == _OUTGOING:
            yield parse(frame)


def lost(lo: socket.socket) -> int:
    """How many packets came faster than they were read, since the last time that this was asked."""
    dropped: int = struct.unpack("II", lo.getsockopt(_SOL_PACKET, _STATISTICS, 8))[1]
    return dropped


def parse(frame: bytes) -> Packet | None:
    """An Ethernet frame as a packet; None when it carries no whole IP header."""
    kind, body = frame[12:14], frame[_ETHERNET:]
    if kind == b"\x08\x00" and len(body) >= 20:
        size, number = (body[0] & 15) * 4, body[9]
        source, destination = body[12:16], body[16:20]
    elif kind == b"\x86\xdd" and len(body) >= 40:
        size, number = 40, body[6]
        source, destination = body[8:24], body[24:40]
        while number in (0, 43, 60) and len(body) >= size + 8:  # extension headers: hop-by-hop, routing, destination
            number, size = body[size], size + 8 + body[size + 1] * 8
    else:
        return None
    protocol = _PROTOCOLS.get(number, f"ip-{number}")
    payload = body[size:]
    ported = protocol in _PORTED and len(payload) >= 4
    source_port, port = struct.unpack(">HH", payload[:4]) if ported else (0, 0)
    header = 8 if protocol in ("udp", "udplite", "icmp", "icmpv6") else 12 if protocol == "sctp" else 0
    type_ = payload[0] if protocol in ("icmp", "icmpv6") and payload else -1
    addresses = (str(ipaddress.ip_address(source)), str(ipaddress.ip_address(destination)))
    return Packet(protocol, *addresses, port, source_port, payload[header:], type_)
