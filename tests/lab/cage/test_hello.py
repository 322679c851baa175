"""What a TLS or TLCP client says first."""

import ssl
import struct

from hypothesis import given
from hypothesis import strategies as st

from assay.lab.cage.hello import is_hello, missing_bytes, read_hello


def of_openssl(name: str, protocols: list[str]) -> bytes:
    """The hello of this Python's own client."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(protocols)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def test_a_real_client_is_read() -> None:
    hello = read_hello(of_openssl("pay.example", ["h2", "http/1.1"]))
    assert hello is not None
    assert (hello.name, hello.protocols, hello.whole, hello.version) == (
        "pay.example",
        ("h2", "http/1.1"),
        True,
        "0303",
    )
    assert "1301" in hello.suites
    assert "0304" in hello.versions
    assert hello.groups
    assert hello.signatures


def test_a_hello_in_two_records_is_joined() -> None:
    whole = of_openssl("split.example", [])
    body = whole[5:]
    two = b"".join(b"\x16\x03\x01" + struct.pack(">H", len(part)) + part for part in (body[:40], body[40:]))
    assert read_hello(two) == read_hello(whole)


def test_tlcp_is_told_by_its_version() -> None:
    body = b"\x01\x01" + bytes(32) + b"\x00" + b"\x00\x04\xe0\x13\xe0\x53" + b"\x01\x00"
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    hello = read_hello(b"\x16\x01\x01" + len(message).to_bytes(2, "big") + message)
    assert hello is not None
    assert (hello.version, hello.suites, hello.whole) == ("0101", ("e013", "e053"), True)


def test_what_is_cut_says_so_and_what_is_none_is_none() -> None:
    whole = of_openssl("cut.example", [])
    cut = read_hello(whole[:80])
    assert cut is not None
    assert not cut.whole
    assert missing_bytes(whole[:80]) == len(whole) - 80
    assert read_hello(b"GET / HTTP/1.1\r\n") is None
    assert read_hello(b"") is None


@given(st.binary(max_size=400))
def test_nothing_from_a_wire_raises(content: bytes) -> None:
    head = b"\x16\x03\x01" + struct.pack(">H", len(content) + 1) + b"\x01" + content
    assert is_hello(head) == (len(head) > 5)
    assert read_hello(head) is not None
    read_hello(content)
    missing_bytes(content)
