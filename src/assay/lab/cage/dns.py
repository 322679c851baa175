"""A resolver that knows every name: each gets an address of its own, so that a later connection can be named.

IPv4 answers come from 198.18.0.0/15 (RFC 2544), IPv6 answers from 2001:db8::/32 (RFC 3849). Other types are answered
empty and still logged: what a tunnel carries stands in the name. Source: RFC 1035 sections 3 and 4.
"""

import ipaddress
import threading
from collections.abc import Mapping

from msgspec import Struct

TYPES = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 65: "HTTPS"}
_FIRST4 = int(ipaddress.IPv4Address("198.18.0.1"))
_FIRST6 = int(ipaddress.IPv6Address("2001:db8::1:0:0:1"))
_MOST = (1 << 17) - 2


class Question(Struct, frozen=True):
    """`name` without the final dot, lower case, bytes that are not ASCII escaped. `end` is where the question ends."""

    name: str
    type: int
    end: int

    @property
    def type_name(self) -> str:
        return TYPES.get(self.type, f"TYPE{self.type}")


class Names:
    """Which address was given to which name. Shared by the threads of the sink."""

    def __init__(self, fixed: Mapping[str, str] | None = None) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._fixed = dict(fixed or {})
        for name, address in self._fixed.items():
            self._names[address] = name

    def addresses(self, name: str) -> tuple[str, str]:
        """The IPv4 and IPv6 address of a name. After 131,070 names the last pair is shared."""
        with self._lock:
            number = self._numbers.setdefault(name, min(len(self._numbers), _MOST - 1))
            four = self._fixed.get(name) or str(ipaddress.IPv4Address(_FIRST4 + number))
            six = str(ipaddress.IPv6Address(_FIRST6 + number))
            self._names.setdefault(four, name)
            self._names.setdefault(six, name)
            return four, six

    def name_of(self, address: str) -> str:
        """The name that was asked for, '' for an address that nobody was given."""
        with self._lock:
            return self._names.get(address, "")


def question(message: bytes) -> Question:
    """The first question. Raises ValueError for what is no query."""
    if len(message) < 17 or message[2] & 0x80 or message[4:6] == b"\0\0":
        raise ValueError("not a query")
    at, labels = 12, []
    while at < len(message) and message[at]:
        size = message[at]
        if size > 63 or at + 1 + size > len(message):
            raise ValueError("a label that is none")
        labels.append(message[at + 1 : at + 1 + size])
        at += 1 + size
    if at + 5 > len(message):
        raise ValueError("cut short")
    name = b".".join(labels).decode("ascii", "backslashreplace").lower()
    return Question(name, int.from_bytes(message[at + 1 : at + 3], "big"), at + 5)


def answer(message: bytes, asked: Question, names: Names) -> bytes:
    """A reply with at most one record."""
    four, six = names.addresses(asked.name)
    wanted = {1: ipaddress.ip_address(four).packed, 28: ipaddress.ip_address(six).packed}.get(asked.type, b"")
    record = b""
    if wanted:
        record = b"\xc0\x0c" + asked.type.to_bytes(2, "big") + b"\0\1\0\0\0\5" + len(wanted).to_bytes(2, "big") + wanted
    counts = b"\0\1" + (b"\0\1" if wanted else b"\0\0") + b"\0\0\0\0"
    return message[:2] + b"\x81\x80" + counts + message[12 : asked.end] + record
