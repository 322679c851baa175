"""Which part of a product a file belongs to: shipped, test, example, build, vendored.

`DECIDERS` is an ordered tuple; the first that knows decides and is named in `scope_from`. Packaging manifests stand
before path names: a wheel's RECORD, a jar's manifest, the top-level names of an sdist and the Maven layout say what is
installed, a folder called `tests` only suggests it. A wheel that installs `foo/tests/` therefore ships it, because
RECORD lists it: a bank that installs the wheel has these files on its machines. Code of others inside what is shipped
(`_vendor`, `third_party`, `node_modules`) is vendored, whoever installs it. An archive that lies in a test folder is
test as a whole. What nothing speaks about is shipped.

Cannot see: what a build file would leave out of the package (MANIFEST.in, Gradle source sets with other names).
"""

import csv
import io
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from assay.core.examination import Member
from assay.core.facts import Scope
from assay.intake.delivery import container_of
from assay.intake.places import open_locator

Decision = tuple[Scope, str]


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_RECORD_LIMIT = 16 << 20
_TEST_FOLDERS = _names(
    "test tests testing_data testdata test-data test_data testsuite testsuites testcases unittest unittests __tests__ "
    "__mocks__ fixtures testfixtures test-resources androidtest integration-test integrationtest integration_tests "
    "e2e fuzz fuzzing fuzzers it_tests regress regression"
)
_EXAMPLE_FOLDERS = _names(
    "example examples sample samples demo demos tutorial tutorials doc docs documentation benchmark benchmarks bench "
    "perf jmh playground"
)
_VENDORED_FOLDERS = _names(
    "vendor vendors vendored _vendor _vendored third_party third-party thirdparty 3rdparty node_modules "
    "bower_components "
    "extern external externals deps contrib_libs godeps"
)
_BUILD_FOLDERS = _names(
    ".github .gitlab .circleci .azure-pipelines .ci ci cmake m4 build-aux buildsrc debian .mvn .teamcity .buildkite "
    "build-tools build_tools buildtools packaging"
)
_TEST_FILE = re.compile(
    r"(test_.*|.*_test|.*_tests|conftest)\.(py|pyi|c|cc|cpp|go|rs|rb|sh|dart)|.*[._-](test|spec)\.[cm]?[jt]sx?|"
    r".*_(spec|unittest)\.(rb|cc|cpp)"
)
_TEST_CLASS = re.compile(r".*(Test|Tests|TestCase|IT|Spec)\.(java|kt|scala|groovy|cs)")
_BUILD_FILE = re.compile(
    r"setup\.(py|cfg)|pyproject\.toml|noxfile\.py|tox\.ini|manifest\.in|configure(\.ac|\.in)?|config\.(guess|sub)|"
    r"(gnu|bsd)?makefile(\..*)?|.*\.(cmake|m4|mk|am)|cmakelists\.txt|pom\.xml|(build|settings)\.gradle(\.kts)?|gradlew(\.bat)?|"
    r"mvnw(\.cmd)?|rakefile|jenkinsfile|meson\.build|meson_options\.txt|sconstruct|sconscript|wscript|build\.(rs|sbt|xml|zig)|"
    r"(gulpfile|gruntfile)\.[cm]?js|(webpack|rollup|vite|babel|jest|karma)\.conf(ig)?.*\.[cm]?[jt]s|install-sh|missing|depcomp|"
    r"ltmain\.sh|aclocal\.m4|\.(travis|gitlab-ci|appveyor|pre-commit-config)\.ya?ml|appveyor\.yml|build\.(sh|bat|cmd)|autogen\.sh"
)

_SOURCE_SET = re.compile(r"(?:^|(?<=[/!]))(src)/([^/!]+)/")


@dataclass(frozen=True, slots=True)
class Packaging:
    """What the packaging manifests of a delivery say. Paths are as delivered; folders end in `/` or are ''."""

    installed: frozenset[str] = frozenset()
    jars: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    build_roots: frozenset[str] = frozenset()
    containers: Mapping[str, str] = field(default_factory=dict)


def read_packaging(members: Iterable[Member], containers: Mapping[str, str]) -> Packaging:
    """Collect what manifests say. A manifest that cannot be read says nothing."""
    installed: set[str] = set()
    jars: set[str] = set()
    packages: set[str] = set()
    roots: set[str] = set()
    for member in members:
        folder, _, name = member.path.rpartition("/")
        if name == "RECORD" and folder.endswith(".dist-info"):
            base = _folder(_above(folder))
            installed.update(base + path for path in _record(member))
        elif name == "MANIFEST.MF" and folder.endswith("META-INF"):
            prefix = folder[: -len("META-INF")]
            if prefix in containers and containers[prefix] == "zip":
                jars.add(prefix)
        elif name == "top_level.txt" and folder.endswith(".egg-info"):
            base = _folder(_above(folder))
            packages.update(base + line.strip() for line in _text(member).splitlines() if line.strip())
        elif name in ("pom.xml", "build.gradle", "build.gradle.kts"):
            roots.add(_folder(folder))
    return Packaging(frozenset(installed), frozenset(jars), frozenset(packages), frozenset(roots), containers)


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


@dataclass(frozen=True, slots=True)
class _Place:
    """A delivered path, the archive it lies in, and its logical path."""

    path: str
    container: str
    logical: str
    packaging: Packaging


def _vendored(place: _Place) -> Decision | None:
    """Installed or packaged code of others."""
    for part in _folders(place.logical):
        if part in _VENDORED_FOLDERS:
            return "vendored", f"path name {part}/"
    return None


def _by_wheel(place: _Place) -> Decision | None:
    if place.path not in place.packaging.installed:
        return None
    return _vendored(place) or ("shipped", "wheel RECORD")


def _by_jar(place: _Place) -> Decision | None:
    return ("shipped", "jar manifest") if place.container in place.packaging.jars else None


def _by_sdist(place: _Place) -> Decision | None:
    """Top-level names that the sdist installs; its tests inside a package are installed with it."""
    packages = place.packaging.packages
    if not packages:
        return None
    start = 0
    while (start := place.path.find("/", start + 1)) >= 0:
        if place.path[:start] in packages:
            return _vendored(place) or ("shipped", "sdist top_level.txt")
    if place.path.removesuffix(".py") in packages and place.path.endswith(".py"):
        return "shipped", "sdist top_level.txt"
    return None


def _by_layout(place: _Place) -> Decision | None:
    """Maven and Gradle: src/main is shipped, every other source set is test."""
    for match in _SOURCE_SET.finditer(place.path):
        if place.path[: match.start(1)] not in place.packaging.build_roots:
            continue
        if match[2] == "main":
            return _vendored(place) or ("shipped", "build layout src/main")
        if re.fullmatch(r"test.*|.*[tT]ests?|it|jmh", match[2]):
            return "test", f"build layout src/{match[2]}"
    return None


def _by_path_name(place: _Place) -> Decision | None:
    parts = _folders(place.logical)
    name = re.split(r"[/!]", place.logical)[-1]
    for part in parts:
        if part in _TEST_FOLDERS:
            return "test", f"path name {part}/"
    if _TEST_CLASS.fullmatch(name) or _TEST_FILE.fullmatch(name.lower()):
        return "test", "file name"
    for before, part in zip(("", *parts), parts, strict=False):
        if part in _EXAMPLE_FOLDERS and before not in ("com", "org", "net"):  # com.example is a package
            return "example", f"path name {part}/"
    vendored = _vendored(place)
    if vendored is not None:
        return vendored
    for part in parts:
        if part in _BUILD_FOLDERS:
            return "build", f"path name {part}/"
    return ("build", "file name") if _BUILD_FILE.fullmatch(name.lower()) else None


def _folders(path: str) -> list[str]:
    return re.split(r"[/!]", path.lower())[:-1] if "/" in path or "!" in path else []


DECIDERS: tuple[Callable[[_Place], Decision | None], ...] = (_by_wheel, _by_jar, _by_sdist, _by_layout, _by_path_name)


class Scopes:
    """Decides for one delivery; archives are decided once, and what lies in them follows unless they are shipped."""

    def __init__(self, packaging: Packaging, logical: Mapping[str, str]) -> None:
        self._packaging, self._logical = packaging, logical
        self._archives: dict[str, Decision] = {"": ("shipped", "")}

    def of(self, path: str) -> Decision:
        """Scope and what decided it. `path` is as delivered; without a known logical path its own names decide."""
        container = container_of(path, self._packaging.containers)
        outer = self._archive(container)
        if outer[0] != "shipped":
            return outer
        logical = self._logical.get(path, path)
        inner = logical[logical.rfind("!") + 1 :] if container else logical
        place = _Place(path, container, inner, self._packaging)
        return next((found for decide in DECIDERS if (found := decide(place)) is not None), ("shipped", "default"))

    def _archive(self, container: str) -> Decision:
        if container not in self._archives:
            self._archives[container] = self.of(container[:-1])
        return self._archives[container]
