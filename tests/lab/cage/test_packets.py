"""Frames as packets."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.lab.cage.packets import Packet, parse


def four(protocol: int, destination: str, payload: bytes) -> bytes:
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0)
    return bytes(12) + b"\x08\x00" + head + socket.inet_aton("198.51.100.1") + socket.inet_aton(destination) + payload


def six(header: int, destination: str, payload: bytes) -> bytes:
    head = struct.pack(">IHBB", 0x60000000, len(payload), header, 64)
    addresses = socket.inet_pton(socket.AF_INET6, "::1") + socket.inet_pton(socket.AF_INET6, destination)
    return bytes(12) + b"\x86\xdd" + head + addresses + payload


def test_udp_over_both_versions() -> None:
    datagram = struct.pack(">HHHH", 5000, 123, 14, 0) + b"marker"
    for packet in (parse(four(17, "203.0.113.5", datagram)), parse(six(17, "2001:db8::5", datagram))):
        assert packet is not None
        assert (packet.protocol, packet.port, packet.source_port, packet.first) == ("udp", 123, 5000, b"marker")
        assert not packet.inside


def test_extension_headers_are_passed_over() -> None:
    datagram = struct.pack(">HHHH", 1, 443, 9, 0) + b"x"
    packet = parse(six(0, "2001:db8::9", bytes([17, 0]) + bytes(6) + datagram))
    assert packet is not None
    assert (packet.protocol, packet.port) == ("udp", 443)


@pytest.mark.parametrize(
    ("protocol", "destination", "payload", "inside"),
    [
        (17, "127.0.0.1", bytes(12), True),
        (1, "203.0.113.5", b"\x03\x03" + bytes(20), False),
        (1, "203.0.113.5", b"\x08\x00" + bytes(6) + b"ping", False),
        (253, "203.0.113.5", b"raw", False),
    ],
)
def test_what_stays_inside(protocol: int, destination: str, payload: bytes, *, inside: bool) -> None:
    packet = parse(four(protocol, destination, payload))
    assert isinstance(packet, Packet)
    assert packet.inside is inside
    assert packet.refusal is (payload[:1] == b"\x03")


@given(st.binary(max_size=120))
def test_no_frame_raises(frame: bytes) -> None:
    for start in (b"", bytes(12) + b"\x08\x00", bytes(12) + b"\x86\xdd"):
        packet = parse(start + frame)
        assert packet is None or packet.inside in (True, False)
