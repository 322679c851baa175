"""The resolver that knows every name."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.lab.cage.dns import Names, answer, question


def query(name: str, kind: int) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return b"\x12\x34\x01\x00\x00\x01" + bytes(6) + labels + b"\x00" + struct.pack(">HH", kind, 1)


def test_each_name_has_addresses_of_its_own() -> None:
    names = Names()
    first, second = names.addresses("a.example"), names.addresses("b.example")
    assert first == names.addresses("a.example") != second
    assert [names.name_of(address) for address in (*first, *second)] == ["a.example"] * 2 + ["b.example"] * 2
    assert names.name_of("203.0.113.1") == ""


@pytest.mark.parametrize(("kind", "family"), [(1, socket.AF_INET), (28, socket.AF_INET6)])
def test_an_answer_carries_the_address(kind: int, family: int) -> None:
    names = Names()
    message = query("Pay.Example", kind)
    asked = question(message)
    reply = answer(message, asked, names)
    assert asked.name == "pay.example"
    assert reply[:2] == message[:2]
    assert struct.unpack(">HHHH", reply[4:12]) == (1, 1, 0, 0)
    size = 4 if kind == 1 else 16
    assert socket.inet_ntop(family, reply[-size:]) == names.addresses("pay.example")[kind == 28]


def test_other_types_are_answered_empty_and_named() -> None:
    message = query("data.tunnel.example", 16)
    asked = question(message)
    assert (asked.type_name, asked.name) == ("TXT", "data.tunnel.example")
    assert answer(message, asked, Names())[6:8] == b"\0\0"


def test_an_address_that_the_operator_wants_is_given() -> None:
    names = Names({"db.bank.example": "198.51.100.7"})
    assert names.addresses("db.bank.example")[0] == "198.51.100.7"
    assert names.name_of("198.51.100.7") == "db.bank.example"


def test_more_names_than_addresses_share_the_last() -> None:
    names = Names()
    names._numbers = {str(number): number for number in range(131_070)}
    assert names.addresses("one.more")[0].startswith("198.19.255.")


@given(st.binary(max_size=200))
def test_what_is_no_query_is_refused(message: bytes) -> None:
    try:
        asked = question(message)
    except ValueError:
        return
    assert answer(message, asked, Names())[:2] == message[:2]
