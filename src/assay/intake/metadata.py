"""Name and version of a product, from what its packages say of themselves.

Order: manifest, then the delivery's own package metadata at its root (a deb's control, wheel METADATA, sdist PKG-INFO,
pyproject.toml, pom.xml, a jar's pom.properties and MANIFEST.MF, package.json), then the file name. The vendor is never
guessed: an author field is not the party that sells. What cannot be parsed says nothing.

Cannot see: values computed at build time (dynamic versions, properties of a parent POM).
"""

import json
import re
import tomllib
import xml.parsers.expat
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from assay.core.examination import Member
from assay.intake.logical import cut_version, without_version
from assay.intake.places import open_locator

_LIMIT = 1 << 20
_LONGEST = 200
Read = tuple[str | None, str | None]


class Naming(Struct, frozen=True):
    """`source` is the delivered path that said it, or "file name"."""

    name: str
    version: str | None
    source: str


def naming(members: Sequence[Member], logical: Mapping[str, str], file_name: str, *, folder: bool) -> Naming:
    """The first source, in the order of `_SOURCES`, that gives a name; shallower files first."""
    at_root = [(logical[member.path], member) for member in members if "!" not in _own(logical[member.path])]
    at_root = [(path, member) for path, member in at_root if path.count("/") <= 4 and member.size <= _LIMIT]
    at_root.sort(key=lambda pair: (pair[0].count("/"), pair[0]))
    for pattern, reader in _SOURCES:
        for path, member in at_root:
            if pattern.fullmatch(path):
                name, version = reader(_content(member))
                if name:
                    return Naming(name[:_LONGEST], version and version[:_LONGEST], member.path)
    return _from_file_name(file_name, folder=folder)


def _own(path: str) -> str:
    """The control archive of a package lies beside what it installs; for the package it is its root."""
    return path.removeprefix("control!")


def _from_file_name(file_name: str, *, folder: bool) -> Naming:
    bare = without_version(file_name)
    if folder or bare != file_name:
        name, version = cut_version(file_name if folder else _stem(file_name))
        return Naming(name or file_name, version or None, "file name")
    return Naming(_stem(file_name), None, "file name")


def _stem(name: str) -> str:
    stem = re.sub(r"(\.orig)?\.tar\.\w+$", "", name)
    return stem if stem != name else (name.rpartition(".")[0] or name)


def _content(member: Member) -> str:
    try:
        with open_locator(member.locator) as stream:
            return stream.read(_LIMIT).decode("utf-8", "replace")
    except OSError:
        return ""


def _headers(text: str) -> Read:
    """Core metadata of Python packages: headers up to the first empty line."""
    found = dict(
        re.findall(r"^(Name|Version):[ \t]*(\S[^\r\n]*)", re.split(r"\r?\n\r?\n", text, maxsplit=1)[0], re.MULTILINE)
    )
    return found.get("Name"), found.get("Version")


def _pyproject(text: str) -> Read:
    try:
        project = tomllib.loads(text).get("project", {})
    except (tomllib.TOMLDecodeError, RecursionError):
        return None, None
    return (_text(project.get("name")), _text(project.get("version"))) if isinstance(project, dict) else (None, None)


def _pom(text: str) -> Read:
    """artifactId and version of the project itself, else its parent's version. A document type is refused outright."""
    found: dict[str, str] = {}
    path: list[str] = []
    parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")

    def start(tag: str, _: object) -> None:
        path.append(tag.rpartition(" ")[2])

    def end(_: str) -> None:
        path.pop()

    def characters(content: str) -> None:
        if path in (["project", "artifactId"], ["project", "version"], ["project", "parent", "version"]):
            key = ".".join(path[1:])
            found[key] = (found.get(key, "") + content)[:_LONGEST]

    def refuse(*_: object) -> None:
        raise ValueError("a document type is not needed in a POM")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, refuse
    try:
        parser.Parse(text, True)
    except (xml.parsers.expat.ExpatError, ValueError):
        return None, None
    version = _text(found.get("version") or found.get("parent.version"))
    return _text(found.get("artifactId")), None if version is None or "${" in version else version


def _properties(text: str) -> Read:
    found = dict(re.findall(r"^(artifactId|version)\s*=\s*(\S+)", text, re.MULTILINE))
    return found.get("artifactId"), found.get("version")


def _manifest(text: str) -> Read:
    main = re.split(r"\r?\n\r?\n", re.sub(r"\r?\n ", "", text), maxsplit=1)[0]
    found = dict(re.findall(r"^([\w-]+): *(\S[^\r\n]*)", main, re.MULTILINE))
    name = found.get("Implementation-Title") or found.get("Bundle-SymbolicName", "").partition(";")[0]
    return name or None, found.get("Implementation-Version") or found.get("Bundle-Version")


def _package_json(text: str) -> Read:
    try:
        package = json.loads(text)
    except (ValueError, RecursionError):
        return None, None
    return (_text(package.get("name")), _text(package.get("version"))) if isinstance(package, dict) else (None, None)


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _control(text: str) -> Read:
    found = dict(re.findall(r"^(Package|Version):[ \t]*(\S[^\r\n]*)", text, re.MULTILINE))
    return found.get("Package"), found.get("Version")


_SOURCES: tuple[tuple[re.Pattern[str], Callable[[str], Read]], ...] = (
    (re.compile(r"control!control"), _control),
    (re.compile(r"[^/]+\.dist-info/METADATA"), _headers),
    (re.compile(r"PKG-INFO"), _headers),
    (re.compile(r"pyproject\.toml"), _pyproject),
    (re.compile(r"pom\.xml"), _pom),
    (re.compile(r"META-INF/maven/[^/]+/[^/]+/pom\.properties"), _properties),
    (re.compile(r"META-INF/MANIFEST\.MF"), _manifest),
    (re.compile(r"package\.json"), _package_json),
)
