"""What the packaging manifests of a delivery say about what is shipped. A manifest that cannot be read says nothing.

Read are a wheel's RECORD, an egg-info's `top_level.txt`, the packages that a `pyproject.toml` names for setuptools,
hatch, poetry and flit (or the one called like the project), `package.json`, and the files by which a jar, war, Android,
iOS or NuGet package is known. Only what a manifest *includes* is believed, never what it leaves out.

Cannot see: packages that setup.py computes; patterns with wildcards in the middle in the `files` of npm.
"""

import csv
import io
import json
import posixpath
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from assay.core.examination import Member
from assay.intake.places import open_locator

_RECORD_LIMIT = 16 << 20
_MARKS = {
    "META-INF/MANIFEST.MF": "jar manifest",
    "WEB-INF/web.xml": "war content",
    "AndroidManifest.xml": "Android package",
    "BundleConfig.pb": "Android package",
}
"""A file at the root of a zip, and what the zip then is."""
_JARS = (".jar!", ".war!", ".ear!", ".aar!")


class Packaging(Struct, frozen=True):
    """What the packaging manifests of a delivery say. Paths are as delivered; folders end in `/`, `!` or are ''.

    `packed` are zips of which everything ships, `packages` installed Python packages (without a closing slash), `npm`
    the folders of published npm packages and what `files` lists; each with what says so. `hidden` are files that an
    image's upper layer took away, and that layer.
    """

    installed: frozenset[str] = frozenset()
    packed: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    npm: Mapping[str, str] = field(default_factory=dict)
    build_roots: frozenset[str] = frozenset()
    containers: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)

    def published(self, path: str) -> str:
        """What says that an npm package publishes the file, '' when nothing does."""
        if not self.npm:
            return ""
        end = len(path)
        while end > 0:
            if said := self.npm.get(path[:end]):
                return said
            end = max(path.rfind("/", 0, end), path.rfind("!", 0, end))
        return self.npm.get("", "")


def read_packaging(
    members: Iterable[Member], containers: Mapping[str, str], hidden: Mapping[str, str] | None = None
) -> Packaging:
    installed: set[str] = set()
    packed = {prefix: "jar content" for prefix, kind in containers.items() if kind == "zip" and _is_jar(prefix)}
    packages: dict[str, str] = {}
    npm: dict[str, str] = {}
    roots: set[str] = set()
    projects: list[tuple[str, Member]] = []
    members = list(members)
    for member in members:
        folder, _, name = member.path.rpartition("/")
        if name == "RECORD" and folder.endswith(".dist-info"):
            base = _folder(_above(folder))
            installed.update(base + path for path in _record(member))
        elif name == "top_level.txt" and folder.endswith(".egg-info"):
            base = _folder(_above(folder))
            packages |= {
                base + line.strip(): "sdist top_level.txt" for line in _text(member).splitlines() if line.strip()
            }
        elif name in ("pom.xml", "build.gradle", "build.gradle.kts"):
            roots.add(_folder(folder))
        elif _named_file(member.path, "pyproject.toml"):
            projects.append((member.path[: -len("pyproject.toml")], member))
        elif _named_file(member.path, "package.json"):
            if "node_modules/" not in member.path:
                npm |= _npm(member.path[: -len("package.json")], member, containers)
        else:
            prefix, said = _package(member.path)
            if said and containers.get(prefix) == "zip":
                packed[prefix] = said
    known = {member.path for member in members} if projects else set()
    for base, member in projects:
        packages = dict.fromkeys(_pyproject(base, member, known), "pyproject.toml") | packages
    return Packaging(frozenset(installed), packed, packages, npm, frozenset(roots), containers, hidden or {})


def _is_jar(prefix: str) -> bool:
    return prefix.lower().endswith(_JARS)


def _root_of(path: str) -> int:
    return path.rfind("!") + 1


def _named_file(path: str, name: str) -> bool:
    return path.endswith(name) and path[: -len(name)][-1:] in ("", "/", "!")


def _package(path: str) -> tuple[str, str]:
    """The zip whose kind this file tells, and the kind; '' when it tells none."""
    prefix, file = path[: (at := _root_of(path))], path[at:]
    if file in _MARKS:
        return prefix, _MARKS[file]
    if file.endswith(".nuspec") and "/" not in file:
        return prefix, "NuGet package"
    if file.startswith("Payload/") and re.fullmatch(r"Payload/[^/]+\.app/Info\.plist", file):
        return prefix, "iOS package"
    return prefix, ""


def _above(folder: str) -> str:
    """The folder above, which is the archive itself for a top folder of an archive (`x.whl!foo.dist-info`)."""
    cut = max(folder.rfind("/"), folder.rfind("!"))
    return folder[: cut + 1]


def _folder(path: str) -> str:
    return path if not path or path.endswith(("/", "!")) else path + "/"


def _text(member: Member) -> str:
    if member.size > _RECORD_LIMIT:
        return ""
    try:
        with open_locator(member.locator) as stream:
            return stream.read(_RECORD_LIMIT).decode("utf-8", "replace")
    except OSError:
        return ""


def _record(member: Member) -> set[str]:
    try:
        rows = csv.reader(io.StringIO(_text(member)))
        return {posixpath.normpath(row[0].replace("\\", "\\x5c")) for row in rows if row and row[0]}
    except csv.Error:
        return set()


def _npm(base: str, member: Member, containers: Mapping[str, str]) -> dict[str, str]:
    """A published package as a whole (`npm pack` puts all into `package/` of a tar), or what `files` lists."""
    try:
        package = json.loads(_text(member))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(package, dict) or not package.get("name"):
        return {}
    if base.endswith("package/") and containers.get(base[: -len("package/")]) == "tar":
        return {base: "npm package", base[:-1]: "npm package"}
    listed = package.get("files")
    found = {}
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, str) and not item.startswith("!"):
            plain = posixpath.normpath(re.sub(r"(/\*\*?)+(/\*)?$", "", item.strip().lstrip("/")) or ".")
            if plain not in (".", "*", "**") and not plain.startswith("..") and not re.search(r"[*?\[{(!]", plain):
                found[base + plain] = "package.json files"
    return found


def _pyproject(base: str, member: Member, known: Collection[str]) -> Iterator[str]:
    """Installed packages and modules, without the closing slash; only those that are there."""
    try:
        said = tomllib.loads(_text(member))
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    for candidate in dict.fromkeys(_named(said)):
        path = base + candidate
        if f"{path}/__init__.py" in known or f"{path}.py" in known:
            yield path


def _named(said: Mapping[str, Any]) -> Iterator[str]:
    """The packages that a pyproject names, relative to it; '/' for dots."""
    for packages in (
        _at(said, "tool", "hatch", "build", "targets", "wheel", "packages"),
        _at(said, "tool", "setuptools", "packages"),
    ):
        for package in packages if isinstance(packages, list) else ():
            if isinstance(package, str):
                folder = package if "/" in package else package.replace(".", "/")
                yield from (folder, f"src/{folder}")
    poetry = _at(said, "tool", "poetry", "packages")
    for package in poetry if isinstance(poetry, list) else ():
        if isinstance(package, dict) and isinstance(package.get("include"), str):
            yield posixpath.normpath(posixpath.join(str(package.get("from", "")), package["include"]))
    modules = _at(said, "tool", "setuptools", "py-modules")
    yield from (module for module in modules if isinstance(module, str)) if isinstance(modules, list) else ()
    for name in (
        _at(said, "tool", "flit", "module", "name"),
        _at(said, "project", "name"),
        _at(said, "tool", "poetry", "name"),
    ):
        if isinstance(name, str):
            for spelled in (
                name,
                re.sub(r"[-.]+", "_", name),
                re.sub(r"[-.]+", "_", name).lower(),
                name.replace(".", "/"),
            ):
                yield from (spelled, f"src/{spelled}")


def _at(said: object, *keys: str) -> object:
    for key in keys:
        said = said.get(key) if isinstance(said, dict) else None
    return said
