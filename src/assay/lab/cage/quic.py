"""The client hello inside QUIC's first packets: the name that a client asks for, and the suites that it offers.

An Initial packet is encrypted with keys that follow from its own connection id, so whoever sees it can read it. Nothing
is answered: the sink speaks no QUIC, so whether the client checks certificates stays unknown, and most clients go on to
TCP. A hello may be spread over several packets; it is read when the last has come.

What it cannot see: versions other than 1 and 2; an encrypted hello's inner name; what follows the first packets.
Source: RFC 9000 sections 16, 17.2 and 19.6, RFC 9001 sections 5.2 to 5.4, RFC 9369 section 3.
"""

import functools
import struct
from collections import OrderedDict
from collections.abc import Iterator, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from assay.lab.cage.hello import Hello, read_hello

SMALLEST = 1200  # bytes of a datagram that carries a client's first packet
_MOST_OPEN, _MOST_BYTES, _MOST_PIECES = 256, 1 << 16, 64


class _Version(Struct, frozen=True):
    salt: bytes
    label: str
    initial: int  # the packet type in the first byte


_VERSIONS: Mapping[int, _Version] = {
    1: _Version(bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), "quic", 0),
    0x6B3343CF: _Version(bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"), "quicv2", 1),
}


def is_initial(datagram: bytes) -> bool:
    """A client's first packet, as far as its outside tells."""
    if len(datagram) < SMALLEST or datagram[0] & 0xC0 != 0xC0:
        return False
    version = _VERSIONS.get(int.from_bytes(datagram[1:5], "big"))
    return version is not None and datagram[0] >> 4 & 3 == version.initial


@functools.lru_cache(_MOST_OPEN)
def keys(version: int, connection: bytes) -> tuple[bytes, bytes, bytes]:
    """Key, iv and header key of a client that chose this connection id."""
    known = _VERSIONS[version]
    secret = _expanded(_hmac(known.salt, connection), "client in", 32)
    return (
        _expanded(secret, f"{known.label} key", 16),
        _expanded(secret, f"{known.label} iv", 12),
        _expanded(secret, f"{known.label} hp", 16),
    )


class Hellos:
    """Gathers what came so far of each connection; the oldest is forgotten when there are too many."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, int, bytes], dict[int, bytes]] = OrderedDict()

    def read(self, destination: str, port: int, datagram: bytes) -> Hello | None:
        """The hello when this datagram completes it. Never raises, whatever the bytes are."""
        try:
            for connection, offset, piece in _pieces(datagram):
                pieces = self._open.setdefault((destination, port, connection), {})
                if offset + len(piece) <= _MOST_BYTES and len(pieces) < _MOST_PIECES:
                    pieces[offset] = piece
                message = _joined(pieces)
                if len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4], "big"):
                    del self._open[destination, port, connection]
                    return read_hello(b"\x16\x03\x01" + struct.pack(">H", min(len(message), 0xFFFF)) + message)
        except (IndexError, struct.error, InvalidTag, ValueError):
            return None
        while len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)
        return None


def _joined(pieces: Mapping[int, bytes]) -> bytes:
    message = b""
    for offset in sorted(pieces):
        if offset > len(message):
            break
        message += pieces[offset][len(message) - offset :]
    return message


def _pieces(datagram: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Connection id, offset and bytes of each CRYPTO frame of the Initial packets in a datagram."""
    at = 0
    while is_initial(datagram[at:].ljust(SMALLEST, b"\0")):
        version = int.from_bytes(datagram[at + 1 : at + 5], "big")
        end = at + 6 + datagram[at + 5]
        connection = datagram[at + 6 : end]
        token, here = _number(datagram, end + 1 + datagram[end])
        length, here = _number(datagram, here + token)
        if length < 20 or here + length > len(datagram):
            return
        plain = _opened(datagram[at : here + length], here - at, *keys(version, connection))
        yield from ((connection, offset, piece) for offset, piece in _frames(plain))
        at = here + length


def _opened(packet: bytes, number_at: int, key: bytes, iv: bytes, header: bytes) -> bytes:
    """Header protection off, then the payload decrypted. Raises InvalidTag for what the keys do not fit."""
    sample = packet[number_at + 4 : number_at + 20]
    mask = Cipher(algorithms.AES(header), modes.ECB()).encryptor().update(sample)  # noqa: S305  (RFC 9001, 5.4.3)
    first = packet[0] ^ (mask[0] & 15)
    size = (first & 3) + 1
    number = bytes(one ^ two for one, two in zip(packet[number_at : number_at + size], mask[1:], strict=False))
    nonce = (int.from_bytes(iv, "big") ^ int.from_bytes(number, "big")).to_bytes(12, "big")
    outside = bytes([first]) + packet[1:number_at] + number
    return AESGCM(key).decrypt(nonce, packet[number_at + size :], outside)


def _frames(plain: bytes) -> Iterator[tuple[int, bytes]]:
    """CRYPTO frames; padding, pings and acknowledgements are skipped, anything else ends it."""
    at = 0
    while at < len(plain):
        kind = plain[at]
        at += 1
        if kind in (0, 1):
            continue
        if kind == 6:
            offset, at = _number(plain, at)
            size, at = _number(plain, at)
            yield offset, plain[at : at + size]
            at += size
        elif kind in (2, 3):
            for _ in range(2):
                _, at = _number(plain, at)
            ranges, at = _number(plain, at)
            for _ in range(min(2 * ranges + 1 + 3 * (kind == 3), len(plain))):
                _, at = _number(plain, at)
        else:
            return


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer and where it ends. Raises IndexError past the end."""
    size = 1 << (content[at] >> 6)
    if at + size > len(content):
        raise IndexError(at)
    return int.from_bytes(content[at : at + size], "big") & ((1 << (8 * size - 2)) - 1), at + size


def _expanded(secret: bytes, label: str, size: int) -> bytes:
    """HKDF-Expand-Label of one block (RFC 8446, 7.1)."""
    named = b"tls13 " + label.encode()
    return _hmac(secret, struct.pack(">HB", size, len(named)) + named + b"\0\x01")[:size]


def _hmac(key: bytes, content: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(content)
    return made.finalize()
