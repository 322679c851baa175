"""QUIC's first packets: keys of the standard's own example, names out of packets made here, no byte that raises."""

import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from assay.lab.cage.hello import Hello
from assay.lab.cage.quic import Hellos, is_initial, keys

NAME = "quic.route.invalid"


def hello(name: str = NAME, padding: int = 0) -> bytes:
    """A client hello without a record around it; `padding` bytes of an extension make it long."""
    server = struct.pack(">HBH", len(name) + 3, 0, len(name)) + name.encode()
    extensions = struct.pack(">HH", 21, padding) + bytes(padding) + struct.pack(">HH", 0, len(server)) + server
    body = b"\3\3" + bytes(33) + b"\0\4\x13\x01\x13\x03" + b"\1\0" + struct.pack(">H", len(extensions)) + extensions
    return b"\1" + len(body).to_bytes(3, "big") + body


def packet(plain: bytes, connection: bytes, number: int = 0, version: int = 1, token: bytes = b"") -> bytes:
    """An Initial packet as RFC 9001, section 5 makes it."""
    key, iv, header = keys(version, connection)
    first = 0xC3 if version == 1 else 0xD3
    length = struct.pack(">H", 0x4000 | (4 + len(plain) + 16))
    ids = bytes([len(connection)]) + connection + b"\0"
    head = bytes([first]) + version.to_bytes(4, "big") + ids + bytes([len(token)]) + token + length
    nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
    numbered = number.to_bytes(4, "big")
    sealed = AESGCM(key).encrypt(nonce, plain, head + numbered)
    mask = Cipher(algorithms.AES(header), modes.ECB()).encryptor().update(sealed[:16])
    hidden = bytes(one ^ two for one, two in zip(numbered, mask[1:5], strict=True))
    return bytes([head[0] ^ (mask[0] & 15)]) + head[1:] + hidden + sealed


def crypto(offset: int, piece: bytes) -> bytes:
    return b"\6" + struct.pack(">HH", 0x4000 | offset, 0x4000 | len(piece)) + piece


def read(*datagrams: bytes) -> list[Hello | None]:
    hellos = Hellos()
    return [hellos.read("203.0.113.9", 443, datagram) for datagram in datagrams]


def test_keys_are_those_of_the_standard() -> None:
    assert [item.hex() for item in keys(1, bytes.fromhex("8394c8f03e515708"))] == [
        "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2",
    ]  # fmt: skip
    assert keys(0x6B3343CF, bytes.fromhex("8394c8f03e515708"))[0].hex() == "8b1a0bc121284290a29e0971b5cd045d"


def test_the_name_is_read_of_either_version_and_behind_a_token() -> None:
    for version in (1, 0x6B3343CF):
        made = packet(crypto(0, hello()).ljust(1180, b"\0"), b"\1" * 8, version=version, token=b"again")
        assert is_initial(made)
        (found,) = read(made)
        assert found is not None
        assert (found.name, found.suites, found.whole) == (NAME, ("1301", "1303"), True)


def test_a_hello_in_pieces_is_read_when_the_last_has_come() -> None:
    whole = hello(padding=1500)
    later = packet((b"\1" + crypto(900, whole[900:])).ljust(1180, b"\0"), b"\2" * 20, 1)
    first = packet((crypto(400, whole[400:1000]) + crypto(0, whole[:450])).ljust(1180, b"\0"), b"\2" * 20, 0)
    for order in ((first, later), (later, first)):
        before, found = read(*order)
        assert before is None
        assert found is not None
        assert found.name == NAME
    assert read(later, packet(first[:40], b"\3" * 20)) == [None, None]


def test_pieces_without_end_are_not_kept() -> None:
    hellos = Hellos()
    for number in range(200):
        made = packet((crypto(2 + number, bytes(900))).ljust(1180, b"\0"), b"\4" * 8, number)
        assert hellos.read("203.0.113.9", 443, made) is None
    (pieces,) = hellos._open.values()
    assert len(pieces) == 64


def test_what_only_looks_like_it_is_no_hello() -> None:
    made = packet(crypto(0, hello()).ljust(1180, b"\0"), b"\1" * 8)
    assert read(made[:-1] + bytes([made[-1] ^ 1]), made[:1199], bytes([0xC0]) + made[1:300].ljust(1300)) == [None] * 3
    assert not is_initial(b"")
    assert not is_initial(bytes(1300))


@given(st.binary(max_size=80), st.binary(max_size=60))
def test_no_bytes_raise(plain: bytes, connection: bytes) -> None:
    sealed = packet(plain.ljust(40, b"\xff"), connection[:20]).ljust(1200, b"\0")
    read(sealed, b"\xc0\0\0\0\1" + plain.ljust(1200, b"\xff"), b"\xc0\0\0\0\1" + connection.ljust(1200, b"\0"))
