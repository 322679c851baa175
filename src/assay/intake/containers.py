"""The kinds of containers, and what follows from each: which reader lists it, what its root is, how deep it counts.

`Delivery.containers` maps the prefix of every opened container to one of these words. A package is often a container
inside a container (`data.tar.xz` inside a deb, the layers of an image); such an inner one counts no level of its own
and is told apart from any other tar, because all of it is installed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from assay.core.examination import Locator
from assay.intake import ars, cpios, tars, zips
from assay.intake.entries import Entry, Refusal
from assay.intake.limits import Budget
from assay.intake.places import Window, open_locator

READERS: Mapping[str, Callable[[Window, Budget], Iterator[Entry | Refusal]]] = {
    "tar": tars.entries,
    "zip": zips.entries,
    "deb": ars.entries,
    "cpio": cpios.entries,
}
"""Formats that are read in place, and their readers."""

LAYER = "image layer"
DEB_DATA, DEB_CONTROL, GEM_DATA = "deb data", "deb control", "gem data"
SYSTEM_PACKAGE = "system package"  # Alpine, Arch: a tar with .PKGINFO
ROOT = "root file system"  # a tar of an installed system: it has an os-release(5)
INNER = frozenset({LAYER, DEB_DATA, DEB_CONTROL, GEM_DATA})
FILE_SYSTEMS = frozenset({"rpm", "cpio", "ISO 9660", DEB_DATA, SYSTEM_PACKAGE, ROOT, LAYER})
"""Absolute links count from the root of these, and may end at something that another package installs."""
ROOTED = frozenset({"deb", "rpm", "gem", SYSTEM_PACKAGE, ROOT}) | INNER
"""A single top folder of these means something (`usr/`) and is kept in logical paths."""
INSTALLED = frozenset({"rpm", DEB_DATA, DEB_CONTROL, SYSTEM_PACKAGE, ROOT, LAYER})
"""All that these hold is installed as it is, whatever its folders are called."""

_INNER_NAMES = {
    ("deb", "data"): DEB_DATA,
    ("deb", "control"): DEB_CONTROL,
    ("gem", "data"): GEM_DATA,
}
_WITH_INNER = {outer for outer, _ in _INNER_NAMES}
_TAR = re.compile(r"(data|control)\.tar(\.\w+)?")
_OS_RELEASE = (b"etc/os-release", b"usr/lib/os-release")
_EMPTY_TAR = 1 << 16


def inner_kind(outer: str, name: str) -> str:
    """What a container that lies in a package is, by its name; '' when it is nothing special."""
    if outer not in _WITH_INNER:
        return ""
    match = _TAR.fullmatch(name)
    return _INNER_NAMES.get((outer, match[1]), "") if match else ""


def kind_of(format_: str, items: Sequence[Entry | Refusal]) -> str:
    """What a tar is, by what it holds."""
    if format_ != "tar":
        return format_
    names = {item.name.removeprefix(b"./") for item in items[:8]}
    if b".PKGINFO" in names:
        return SYSTEM_PACKAGE
    if any(item.name.endswith(b"/os-release") and item.name.removeprefix(b"./") in _OS_RELEASE for item in items):
        return ROOT
    return "gem" if {b"metadata.gz", b"data.tar.gz"} <= names else format_


def is_empty_tar(locator: Locator, size: int) -> bool:
    """Whether there is nothing but the end mark of a tar, which has no signature."""
    if not 1024 <= size <= _EMPTY_TAR or size % tars.BLOCK:
        return False
    with open_locator(locator) as stream:
        return not stream.read().strip(b"\0")
