"""The `ar` archive around a Debian package, read so that one hostile entry costs one entry.

Members are slices of the file that holds the archive. Names are at most 16 bytes, with or without a closing slash
(dpkg writes none, binutils one). Static libraries are `ar` archives as well and are not opened: they are binaries.

Cannot see: names in a GNU or BSD name table (no Debian package has one; such an entry keeps its short name).
Source: deb(5), ar(5).
"""

from collections.abc import Iterator

from assay.intake.entries import Entry, Refusal
from assay.intake.limits import Budget
from assay.intake.places import Window

_MAGIC = b"!<arch>\n"
_HEADER = 60


def entries(window: Window, budget: Budget) -> Iterator[Entry | Refusal]:
    """Every member once, in the order of the archive."""
    at, count = len(_MAGIC), 0
    while at < window.size:
        head = window.read(at, _HEADER)
        stated = head[48:58].strip(b" ")
        if len(head) < _HEADER or head[58:] != b"`\n" or not stated.isdigit():
            yield Refusal(b"", "damaged", f"no valid header at offset {at}", window.size - at)
            return
        count += 1
        if count > budget.limits.entries:
            yield Refusal(b"", "too-many", f"more than {budget.limits.entries} entries")
            return
        name, size, data = head[:16].rstrip(b" ").removesuffix(b"/"), int(stated), at + _HEADER
        at = data + size + (size & 1)
        held = min(size, window.size - data)
        if held < size:
            yield Refusal(name, "damaged", "the archive ends inside this member; what is left of it is examined", size)
        if held > 0 or not size:
            yield Entry(name, held, window.locator(data, held))
