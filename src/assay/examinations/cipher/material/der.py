"""A small reader of DER, and of the BER that old keystores are written in: one element at a time, nothing built up.

Only what is asked for is read, so a nested bomb costs nothing below the depth that a format has. Lengths are checked
against the enclosing element; an element of indefinite length is scanned for its end within bounds of depth and count.
*It cannot see* tags above 30 and lengths above 4 GiB; neither occurs in the formats that are read here. Lengths longer
than they need to be are accepted, as most libraries do. Source: ITU-T X.690.
"""

import datetime
from collections.abc import Iterator
from functools import lru_cache

BOOLEAN, INTEGER, BITS, OCTETS, NULL, OID, UTC_TIME, GENERALIZED_TIME = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31
MOST_CHILDREN = 200_000
_DEEPEST = 24
_LONGEST_OID = 64


class DerError(ValueError):
    """The bytes are not what their own headers say, or not of the form that was expected. Says where, never what."""


class Element:
    """One tag, length and content inside `data`. `end` is past the content, `after` past the whole element."""

    __slots__ = ("after", "at", "data", "end", "start", "tag")

    def __init__(self, data: bytes, start: int, limit: int, depth: int = 0) -> None:
        if limit - start < 2:
            raise DerError(f"cut short at {start}")
        tag, length, at = data[start], data[start + 1], start + 2
        if tag & 0x1F == 0x1F:
            raise DerError(f"a long tag at {start}")
        self.data, self.start, self.tag = data, start, tag
        if length == 0x80:
            self.at = at
            self.end = _end_of_contents(data, at, limit, depth) if tag & 0x20 else _refuse(start)
            self.after = self.end + 2
            return
        if length > 0x80:
            count = length & 0x7F
            if count > 4 or at + count > limit:
                raise DerError(f"a length of {count} bytes at {start}")
            length = int.from_bytes(data[at : at + count], "big")
            at += count
        if length > limit - at:
            raise DerError(f"cut short at {start}: {length} bytes are announced, {limit - at} are there")
        self.at, self.end, self.after = at, at + length, at + length

    @property
    def content(self) -> bytes:
        return self.data[self.at : self.end]

    @property
    def raw(self) -> bytes:
        return self.data[self.start : self.after]

    def children(self, tag: int = 0) -> "list[Element]":
        """The elements inside. With `tag`, this element must have it."""
        if tag and self.tag != tag:
            raise DerError(f"tag {self.tag:#04x} instead of {tag:#04x} at {self.start}")
        found: list[Element] = []
        at, end, data = self.at, self.end, self.data
        while at < end:
            child = Element(data, at, end)
            found.append(child)
            at = child.after
            if len(found) > MOST_CHILDREN:
                raise DerError(f"more than {MOST_CHILDREN} elements at {self.start}")
        return found

    def inner(self) -> "Element":
        """The first element inside, such as that of an explicit tag."""
        return Element(self.data, self.at, self.end)

    def bit_length(self) -> int:
        """Of an INTEGER."""
        return int.from_bytes(self._of(INTEGER), "big", signed=True).bit_length()

    def number(self, largest: int = 2**53 - 1) -> int:
        """A small INTEGER; raises DerError when it is larger than `largest`."""
        content = self._of(INTEGER)
        value = int.from_bytes(content, "big", signed=True) if len(content) <= 16 else largest + 1
        if abs(value) > largest:
            raise DerError(f"a number above {largest} at {self.start}")
        return value

    def oid(self) -> str:
        return dotted(self._of(OID))

    def octets(self) -> bytes:
        """An OCTET STRING, in pieces or whole, also under an implicit tag."""
        if not self.tag & 0x20:
            return self.content
        return b"".join(_pieces(self, 0))

    def bits(self) -> bytes:
        """A BIT STRING of whole bytes."""
        content = self._of(BITS)
        if not content or content[0] > 7:
            raise DerError(f"a bit string without its first byte at {self.start}")
        return content[1:]

    def day(self) -> str | None:
        """The day of a time, as 2026-01-31; None when it is none."""
        if self.tag not in {UTC_TIME, GENERALIZED_TIME}:
            raise DerError(f"no time at {self.start}")
        text = self.content.decode("ascii", "replace")
        if self.tag == UTC_TIME:
            text = ("19" if text[:2] >= "50" else "20") + text
        try:
            return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:8])).isoformat()
        except ValueError:
            return None

    def _of(self, tag: int) -> bytes:
        if self.tag != tag:
            raise DerError(f"tag {self.tag:#04x} instead of {tag:#04x} at {self.start}")
        return self.data[self.at : self.end]


def parse(data: bytes) -> Element:
    """The one element that `data` is. Raises DerError when something follows it."""
    element = Element(data, 0, len(data))
    if element.after != len(data):
        raise DerError(f"{len(data) - element.after} bytes follow the end")
    return element


@lru_cache(maxsize=2048)
def dotted(content: bytes) -> str:
    """An object identifier from its content."""
    if not content or len(content) > _LONGEST_OID or content[-1] & 0x80:
        raise DerError("not an object identifier")
    arcs, value = [], 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def _refuse(start: int) -> int:
    raise DerError(f"no length at {start}")


def _end_of_contents(data: bytes, at: int, limit: int, depth: int) -> int:
    """Where the two zero bytes are that end an element of indefinite length."""
    if depth > _DEEPEST:
        raise DerError(f"nested deeper than {_DEEPEST} at {at}")
    for _ in range(MOST_CHILDREN):
        if data[at : at + 2] == b"\0\0":
            return at
        at = Element(data, at, limit, depth + 1).after
    raise DerError("an element without end")


def _pieces(element: Element, depth: int) -> Iterator[bytes]:
    if depth > _DEEPEST:
        raise DerError(f"nested deeper than {_DEEPEST} at {element.start}")
    for child in element.children():
        if child.tag & 0x20:
            yield from _pieces(child, depth + 1)
        else:
            yield child.content


# Writing: as much as the fingerprint of a public key needs.


def written(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def written_integer(content: bytes) -> bytes:
    """An INTEGER from an unsigned big-endian number."""
    content = content.lstrip(b"\0")
    return written(INTEGER, content if content and content[0] < 0x80 else b"\0" + content)


def written_oid(text: str) -> bytes:
    first, second, *rest = map(int, text.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return written(OID, bytes(content))
