"""Logical paths: where a file is, without what changes from one release to the next.

A single top folder of the delivery, or of an archive inside it, is dropped once (`foo-1.2.3/src/a.c` is `src/a.c`);
version parts are cut from the names of archives (`lib/foo-1.2.3.jar!x` is `lib/foo.jar!x`) and of package metadata
folders (`foo-1.2.3.dist-info`). Two releases of the same tree thus give equal paths, and facts equal ids. Two versions
of one library side by side share a logical path: their facts merge, and the evidence tells them apart.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from assay.intake.containers import DEB_CONTROL, DEB_DATA, GEM_DATA, LAYER, ROOTED
from assay.intake.delivery import container_of

_ARCHIVE_ENDINGS = (
    ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tgz", ".tbz2", ".txz", ".tzst", ".tar", ".gz", ".bz2", ".xz",
    ".zst", ".zip", ".jar", ".war", ".ear", ".aar", ".whl", ".egg", ".apk", ".aab", ".ipa", ".deb", ".rpm", ".7z",
    ".rar", ".nupkg", ".gem", ".crate", ".cab", ".msi", ".iso", ".img", ".cpio", ".pyz", ".xpi", ".vsix",
)  # fmt: skip
ROOTFS, LOWER = "rootfs", "lower layer"
"""The effective file system of an image, and what lies in its lower layers only."""
_NAMED = {LAYER: ROOTFS, DEB_DATA: "data", DEB_CONTROL: "control", GEM_DATA: "data"}
_NUMBER = re.compile(r"v?\d[\w.+~]*", re.IGNORECASE)
_QUALIFIER = re.compile(
    r"(snapshot|release|final|ga|alpha|beta|rc|cr|dev|post|pre|preview|milestone|m|b|a|sp|p|r|build)[.\d]*",
    re.IGNORECASE,
)
_BEHIND_DOT = re.compile(r"(.+?)[._]v?\d+(\.\d+)+[\w.+~]*", re.IGNORECASE)
_METADATA_FOLDER = re.compile(r"([^/]+?)-\d[^/-]*(?:-py[\d.]+)?\.(dist-info|data|egg-info)(?=/|$)")


def logical_paths(paths: Iterable[str], containers: Collection[str]) -> dict[str, str]:
    """Delivered path to logical path. `containers` are the prefixes of all opened archives, '' among them.

    As a mapping they also say of what kind each is: the root of a file system has no top folder to drop.
    """
    placed = {path: container_of(path, containers) for path in paths}
    kinds = containers if isinstance(containers, Mapping) else {}
    prefixes = sorted(containers, key=len)
    held: dict[str, set[str]] = {prefix: set() for prefix in prefixes}
    for path, prefix in placed.items():
        held.setdefault(prefix, set()).add(_top(path[len(prefix) :]))
    outer = {prefix: container_of(prefix[:-1], containers) for prefix in prefixes if prefix}
    for prefix, outside in outer.items():
        held.setdefault(outside, set()).add(_top(prefix[len(outside) : -1]))
    dropped = {
        prefix: next(iter(tops)) if len(tops) == 1 and kinds.get(prefix) not in ROOTED else ""
        for prefix, tops in held.items()
    }
    logical = {"": ""}
    for prefix, outside in outer.items():  # shorter prefixes first: an outer archive is known before an inner one
        name = _within(prefix[len(outside) : -1], dropped[outside])
        if (kind := kinds.get(prefix, "")) in _NAMED:  # its own name says how it is packed, or is a digest
            name = _NAMED[kind]
        logical[prefix] = f"{logical[outside]}{name}!"
    return {path: logical[prefix] + _within(path[len(prefix) :], dropped[prefix]) for path, prefix in placed.items()}


def _top(path: str) -> str:
    """The first folder with its slash; '' for a file that lies in none."""
    first, slash, _ = path.partition("/")
    return first + slash if slash else ""


def _within(path: str, dropped: str) -> str:
    path = path[len(dropped) :]
    folder, slash, name = path.rpartition("/")
    if "-info" in folder or ".data" in folder:
        folder = _METADATA_FOLDER.sub(r"\1.\2", folder)
    return folder + slash + without_version(name)


@lru_cache(maxsize=4096)
def without_version(name: str) -> str:
    """The name of an archive without its version; any other name unchanged."""
    lower = name.lower()
    if not lower.endswith(_ARCHIVE_ENDINGS):
        return name
    ending = next(end for end in _ARCHIVE_ENDINGS if lower.endswith(end))
    if len(ending) == len(name):
        return name
    stem, ending = name[: -len(ending)], name[-len(ending) :]
    return cut_version(stem)[0] + ending


def cut_version(stem: str) -> tuple[str, str]:
    """A name without its version, and the version ('' when there is none)."""
    parts = stem.split("-")
    numbers = [index for index, part in enumerate(parts) if index and _NUMBER.fullmatch(part)]
    if not numbers:
        match = _BEHIND_DOT.fullmatch(stem)
        return (match[1], stem[len(match[1]) + 1 :]) if match else (stem, "")
    first = last = numbers[-1]
    while first > 1 and _is_version(parts[first - 1]):
        first -= 1
    while last + 1 < len(parts) and _is_version(parts[last + 1]):
        last += 1
    while not _NUMBER.fullmatch(parts[first]):
        first += 1
    return "-".join(parts[:first] + parts[last + 1 :]), "-".join(parts[first : last + 1])


def _is_version(part: str) -> bool:
    return bool(_NUMBER.fullmatch(part) or _QUALIFIER.fullmatch(part))
