"""Third-party parts that build files ask for, by name and version, and where a deposit would hold each.

    reader(text) -> Asked(name, version, folders, files, ...)      for each entry of READERS whose pattern fits a name

Read are the build files of npm, Go, Cargo, Python, Maven, Gradle, .NET, CMake, autoconf, Meson, Bazel, Composer and
Bundler, as far as they can be read without being run. A part that is asked of the machine (a library that `configure`
looks for) is marked so: only a build shows whether it is there.

What it cannot see: names that a build file computes, versions that a parent file gives, parts of parts where no lock
file lists them. Source: the documentation of each build system.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
from msgspec import Struct
from msgspec.structs import replace


class Asked(Struct, frozen=True):
    """A part that is asked for. A deposit holds it in one of `folders`, below the build file's folder or one above (a
    file of that path does as well), or as a file whose name `files` matches. `unsure`: the machine is asked for it, or
    it is asked for only sometimes."""

    name: str
    version: str
    folders: tuple[str, ...] = ()
    files: str = ""
    unsure: bool = False


_KEPT = ("third_party", "third-party", "external", "extern", "vendor", "deps", "subprojects", "libs", "lib")
Reader = Callable[[str], Iterator[Asked]]


class UnreadableError(ValueError):
    """A build file that does not parse."""


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise UnreadableError(str(error)[:200]) from error


def _toml(text: str) -> Any:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(str(error)[:200]) from error


def _table(value: object, *keys: str) -> Mapping[str, Any]:
    """A table inside of tables, {} where the file has something else there."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _npm_lock(text: str) -> Iterator[Asked]:
    lock = _json(text)
    for path, entry in _table(lock, "packages").items():
        if "node_modules/" in path and isinstance(entry, dict) and not entry.get("link") and not entry.get("optional"):
            yield _npm(path.rpartition("node_modules/")[2], str(entry.get("version", "")), path)
    if not _table(lock, "packages"):
        for name, entry in _table(lock, "dependencies").items():
            yield _npm(name, str(_table(entry).get("version", "")), f"node_modules/{name}")


def _npm_package(text: str) -> Iterator[Asked]:
    package = _json(text)
    for group in ("dependencies", "devDependencies"):
        for name, version in _table(package, group).items():
            if not str(version).startswith(("file:", "link:", "workspace:")):
                yield _npm(name, str(version), f"node_modules/{name}")


def _npm(name: str, version: str, path: str) -> Asked:
    bare = re.escape(name.lstrip("@").replace("/", "-"))
    return Asked(name, version, (path,), rf"{bare}-\d.*\.tgz")


def _go(text: str) -> Iterator[Asked]:
    lines = [line.partition("//")[0].split() for line in text.splitlines()]
    local = {words[words[0] == "replace"] for words in lines if "=>" in words[1:-1] and words[-1].startswith(".")}
    for line in lines:
        words = line[1:] if line[:1] == ["require"] else line
        if len(words) == 2 and words[1].startswith("v") and words[0] not in local:
            yield Asked(words[0], words[1], (f"vendor/{words[0]}",))


def _cargo_lock(text: str) -> Iterator[Asked]:
    packages = _toml(text).get("package", [])
    for entry in packages if isinstance(packages, list) else ():
        if isinstance(entry, dict) and entry.get("source"):
            yield _crate(str(entry.get("name", "")), str(entry.get("version", "")))


def _cargo(text: str) -> Iterator[Asked]:
    cargo = _toml(text)
    for group in ("dependencies", "build-dependencies"):
        for name, entry in _table(cargo, group).items():
            if isinstance(entry, str) or not (_table(entry).get("path") or _table(entry).get("workspace")):
                yield _crate(name, entry if isinstance(entry, str) else str(_table(entry).get("version", "")))


def _crate(name: str, version: str) -> Asked:
    return Asked(name, version, (f"vendor/{name}", f"vendor/{name}-{version}"), rf"{re.escape(name)}-\d.*\.crate")


def _pyproject(text: str) -> Iterator[Asked]:
    project = _toml(text)
    listed = _texts(_table(project, "build-system").get("requires")) + _texts(
        _table(project, "project").get("dependencies")
    )
    for line in listed:
        yield from _requirement(line)
    for name, version in _table(project, "tool", "poetry", "dependencies").items():
        if name != "python":
            yield from _requirement(f"{name} {version if isinstance(version, str) else ''}")


def _requirements(text: str) -> Iterator[Asked]:
    for line in text.splitlines():
        yield from _requirement(line)


def _tools(text: str) -> Iterator[Asked]:
    """Of a file for developers: tests and pages need it, a build does only sometimes."""
    return (replace(asked, unsure=True) for asked in _requirements(text))


def _requirement(line: str) -> Iterator[Asked]:
    found = re.match(r"\s*([A-Za-z0-9][\w.\-]*)\s*(?:\[[^\]]*\])?\s*([^;#]*)", line)
    if found:
        bare = re.sub(r"[-_.]+", "[-_.]+", found[1])
        files = rf"{bare}-\d.*\.(whl|tar\.gz|zip)"
        yield Asked(found[1], found[2].strip().rstrip("\\").strip(), (), files, unsure=";" in line)


def _pom(text: str) -> Iterator[Asked]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableError("it declares entities")
    try:
        root = ET.fromstring(text)  # noqa: S314  (no declarations of entities come this far)
    except (ET.ParseError, ValueError) as error:
        raise UnreadableError(str(error)[:200]) from error
    for kind in ("parent", "dependency", "plugin", "extension"):
        for entry in root.iter():
            if entry.tag.rpartition("}")[2] == kind:
                said = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in entry}
                if said.get("scope") not in ("test", "system") and said.get("artifactId"):
                    group = said.get("groupId", "org.apache.maven.plugins")
                    yield _maven(group, said["artifactId"], said.get("version", ""))


def _gradle(text: str) -> Iterator[Asked]:
    for group, artifact, version in re.findall(r"""['"]([\w.\-]+):([\w.\-]+):([\w.\-+$\{\}]+)['"]""", text):
        yield _maven(group, artifact, version)


def _maven(group: str, artifact: str, version: str) -> Asked:
    digits = re.escape(version) if version and "$" not in version else r"\d.*"
    own = (f"{artifact}/pom.xml",)  # a module of the same product
    return Asked(f"{group}:{artifact}", version, own, rf"{re.escape(artifact)}-{digits}\.(jar|pom|war|aar)")


def _dotnet(text: str) -> Iterator[Asked]:
    for name, version in re.findall(r'<PackageReference\s+Include="([^"]+)"(?:\s+Version="([^"]*)")?', text):
        yield Asked(name, version, (), rf"{re.escape(name)}\.\d.*\.nupkg")


def _cmake(text: str) -> Iterator[Asked]:
    text = re.sub(r"#.*", "", text)
    for name in re.findall(
        r"(?:FetchContent_Declare|ExternalProject_Add)\s*\(\s*([\w.\-]+)[^)]{0,2000}?(?:URL|GIT_REPOSITORY)", text
    ):
        yield Asked(name, "", tuple(f"{folder}/{name}" for folder in _KEPT))
    for name in re.findall(r"\b(?:find_package|find_library)\s*\(\s*([\w.\-]+)", text):
        yield Asked(name, "", unsure=True)


def _autoconf(text: str) -> Iterator[Asked]:
    text = re.sub(r"^\s*(dnl|#).*", "", text, flags=re.MULTILINE)
    for found in re.finditer(
        r"AC_(?:CHECK|SEARCH)_LIBS?\(\[?\s*([\w.\-]+)|PKG_CHECK_MODULES\(\[?\w+\]?,\s*\[?\s*([\w.\-+]+)", text
    ):
        yield Asked(found[1] or found[2], "", unsure=True)


def _meson(text: str) -> Iterator[Asked]:
    for name in re.findall(r"\bdependency\(\s*'([\w.\-+]+)'", text):
        yield Asked(name, "", unsure=True)


def _wrap(text: str) -> Iterator[Asked]:
    found = re.search(r"^\s*directory\s*=\s*(\S+)", text, re.MULTILINE)
    if found:
        yield Asked(found[1], "", (found[1],), rf"{re.escape(found[1])}.*")


def _bazel(text: str) -> Iterator[Asked]:
    text = re.sub(r"#.*", "", text)
    calls = (
        r"\b(?:http_archive|git_repository|http_file|http_jar|bazel_dep)\s*\([^)]{0,2000}?\bname\s*=\s*\"([\w.\-]+)\""
    )
    for name in re.findall(calls, text):
        yield Asked(name, "", tuple(f"{folder}/{name}" for folder in _KEPT))


def _composer(text: str) -> Iterator[Asked]:
    lock = _json(text)
    packages = lock.get("packages", []) if isinstance(lock, dict) else []
    for entry in packages if isinstance(packages, list) else ():
        name = str(_table(entry).get("name", ""))
        yield Asked(name, str(_table(entry).get("version", "")), (f"vendor/{name}",))


def _bundler(text: str) -> Iterator[Asked]:
    for name, version in re.findall(r"^    ([\w.\-]+) \(([\w.\-]+)\)$", text, re.MULTILINE):
        yield Asked(name, version, (), rf"{re.escape(name)}-{re.escape(version)}.*\.gem")


# What a file is called (lower case), its system, its reader; and the lock file beside it that says the same in full.
READERS: tuple[tuple[re.Pattern[str], str, Reader, str], ...] = tuple(
    (re.compile(name), system, reader, lock)
    for name, system, reader, lock in (
        (r"package-lock\.json|npm-shrinkwrap\.json", "npm", _npm_lock, ""),
        (r"package\.json", "npm", _npm_package, "package-lock.json"),
        (r"go\.mod", "Go", _go, ""),
        (r"cargo\.lock", "Cargo", _cargo_lock, ""),
        (r"cargo\.toml", "Cargo", _cargo, "cargo.lock"),
        (r"pyproject\.toml", "Python", _pyproject, ""),
        (r"(.*[-_])?requirements[-_]?(dev|test|doc|lint|ci)[^/]*\.(txt|lock|in)", "Python", _tools, ""),
        (r"(.*[-_])?requirements(?![-_]?(dev|test|doc|lint|ci))[^/]*\.(txt|lock|in)", "Python", _requirements, ""),
        (r"pom\.xml", "Maven", _pom, ""),
        (r".*\.gradle(\.kts)?", "Gradle", _gradle, ""),
        (r".*\.(cs|fs|vb)proj", "dotnet", _dotnet, ""),
        (r"cmakelists\.txt|.*\.cmake", "CMake", _cmake, ""),
        (r"configure\.(ac|in)", "autoconf", _autoconf, ""),
        (r"meson\.build", "Meson", _meson, ""),
        (r".*\.wrap", "Meson", _wrap, ""),
        (r"(module|workspace)(\.bazel)?", "Bazel", _bazel, ""),
        (r"composer\.lock", "Composer", _composer, ""),
        (r"gemfile\.lock", "Bundler", _bundler, ""),
    )
)
