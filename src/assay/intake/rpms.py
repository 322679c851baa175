"""An rpm package: its scriptlets, and where its payload stands. Lead, signature header, header, compressed cpio.

The headers are skipped by the lengths that they state. Of the main header only the scriptlets are read, which run as
root at the customer's: each is a slice of the header, named `scriptlet/post.sh` by when it runs and what runs it. Which
compression the payload has is seen in its own first bytes, not in the header's tag.

Cannot see: triggers and what else the header says of the package (recorded when there are triggers); packages of the
first format.
Source: Linux Standard Base 5.0, chapter "Package File Format".
"""

import struct
from collections.abc import Iterator

from assay.core.examination import Locator
from assay.intake.entries import Entry, Refusal
from assay.intake.inflate import BadContentError
from assay.intake.places import Window

_LEAD = 96
_HEADER = b"\x8e\xad\xe8\x01"
_LONGEST = 256 << 20  # rpm itself refuses larger headers
_STRING = 6
_SCRIPTS = {
    1023: (b"pre", 1085), 1024: (b"post", 1086), 1025: (b"preun", 1087), 1026: (b"postun", 1088),
    1079: (b"verify", 1091), 1151: (b"pretrans", 1153), 1152: (b"posttrans", 1154),
}  # fmt: skip
"""Tag of a scriptlet to when it runs, and the tag of the program that runs it."""
_TRIGGERS = frozenset({1065, 5066, 5076})
_LONGEST_SCRIPT = 1 << 20


def payload(window: Window) -> tuple[Locator, list[Entry | Refusal]]:
    """The compressed payload, and the scriptlets. Raises BadContentError."""
    signature = _header(window, _LEAD, "signature header")
    start = _LEAD + 16 + -(-signature // 8) * 8
    size = _header(window, start, "header")
    at = start + 16 + size
    if at >= window.size:
        raise BadContentError("the package ends before its payload")
    return window.locator(at, window.size - at), list(_scripts(window, start))


def _header(window: Window, at: int, which: str) -> int:
    """How many bytes follow the first sixteen."""
    head = window.read(at, 16)
    if head[:4] != _HEADER or len(head) < 16:
        raise BadContentError(f"the package has no {which} at offset {at}")
    size = 16 * int.from_bytes(head[8:12], "big") + int.from_bytes(head[12:16], "big")
    if size > _LONGEST or at + 16 + size > window.size:
        raise BadContentError(f"the {which} announces {size} bytes")
    return size


def _scripts(window: Window, at: int) -> Iterator[Entry | Refusal]:
    count = int.from_bytes(window.read(at + 8, 4), "big")
    store = at + 16 + 16 * count
    found: dict[int, int] = {}
    for tag, kind, offset, _ in struct.iter_unpack(">IIII", window.read(at + 16, 16 * count)):
        if tag in _TRIGGERS:
            yield Refusal(b"scriptlet/trigger", "not-unpacked", "triggers in the package's header")
        elif kind == _STRING:
            found[tag] = store + offset
    for tag, (when, program) in _SCRIPTS.items():
        if tag not in found:
            continue
        length = window.read(found[tag], _LONGEST_SCRIPT).find(b"\0")
        runs = window.read(found[program], 64).partition(b"\0")[0] if program in found else b"/bin/sh"
        name = b"scriptlet/" + when + (b".sh" if runs.endswith(b"sh") else b".lua" if runs == b"<lua>" else b"")
        if length < 0:
            yield Refusal(name, "damaged", "a scriptlet without an end")
        elif length:
            yield Entry(name, length, window.locator(found[tag], length))
