"""The first message of a TLS or TLCP client, read without answering it.

What is read: legacy version, server name, suites, groups, signature algorithms, application protocols, versions.
What it cannot see: an encrypted client hello's inner name; a hello spread over more than `LARGEST` bytes.
Source: RFC 8446 section 4.1.2, RFC 6066 section 3, RFC 7301, GB/T 38636-2020 (TLCP, version 0x0101).
"""

from msgspec import Struct

LARGEST = 1 << 15


class Hello(Struct, frozen=True):
    """Numbers as four hex digits, in the client's order. `whole` is False when the message was cut or malformed."""

    version: str
    name: str = ""
    suites: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    whole: bool = True


class _Cursor:
    """Reads lengths and vectors. Past the end it raises EOFError."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def take(self, count: int) -> bytes:
        piece = self.content[self.at : self.at + count]
        if len(piece) != count:
            raise EOFError
        self.at += count
        return piece

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def vector(self, width: int) -> bytes:
        return self.take(self.number(width))

    @property
    def left(self) -> bool:
        return self.at < len(self.content)


def is_hello(content: bytes) -> bool:
    return len(content) > 5 and content[0] == 22 and content[1] in (1, 3) and content[5] == 1


def missing_bytes(content: bytes) -> int:
    """How many bytes of the first record have not come yet."""
    return max(0, 5 + int.from_bytes(content[3:5], "big") - len(content)) if len(content) >= 5 else 5 - len(content)


def read_hello(content: bytes) -> Hello | None:
    """None when this is not the beginning of a handshake."""
    if not is_hello(content):
        return None
    body = _joined(content)
    fields: dict[str, tuple[str, ...] | str] = {}
    version, whole = "", True
    try:
        cursor = _Cursor(body)
        cursor.take(4)
        version = cursor.take(2).hex()
        cursor.take(32)
        cursor.vector(1)
        fields["suites"] = _pairs(cursor.vector(2))
        cursor.vector(1)
        extensions = _Cursor(cursor.vector(2) if cursor.left else b"")
        while extensions.left:
            _extension(extensions.number(2), extensions.vector(2), fields)
    except EOFError:
        whole = False
    return Hello(version, whole=whole, **fields)  # type: ignore[arg-type]


def _joined(content: bytes) -> bytes:
    """The handshake message without the headers of the records that carry it."""
    cursor, message = _Cursor(content[:LARGEST]), b""
    try:
        while cursor.left and content[cursor.at] == 22:
            cursor.take(3)
            message += cursor.vector(2)
    except EOFError:
        message += content[cursor.at : LARGEST]
    return message


def _extension(number: int, body: bytes, fields: dict[str, tuple[str, ...] | str]) -> None:
    cursor = _Cursor(body)
    if number == 0:
        cursor.take(3)
        fields["name"] = cursor.vector(2).decode("ascii", "backslashreplace")
    elif number == 10:
        fields["groups"] = _pairs(cursor.vector(2))
    elif number == 13:
        fields["signatures"] = _pairs(cursor.vector(2))
    elif number == 43:
        fields["versions"] = _pairs(cursor.vector(1))
    elif number == 16:
        names, offered = _Cursor(cursor.vector(2)), []
        while names.left:
            offered.append(names.vector(1).decode("ascii", "backslashreplace"))
        fields["protocols"] = tuple(offered)


def _pairs(content: bytes) -> tuple[str, ...]:
    return tuple(content[at : at + 2].hex() for at in range(0, len(content) - 1, 2))
