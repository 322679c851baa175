"""Which part of a product a file belongs to: shipped, test, example, build, vendored.

`DECIDERS` is an ordered tuple; the first that knows decides and is named in `scope_from`. What a package ships stands
before path names: a wheel's RECORD, whatever is inside a jar, deb, rpm, app or image layer, the `files` of an npm
package, the packages that an sdist installs and the Maven layout; a folder called `tests` only suggests it. A wheel
that installs `foo/tests/` therefore ships it, because RECORD lists it: a bank that installs the wheel has these files
on its machines. In an npm package and a gem, which carry whatever the author forgot to leave out, a test by name stays
one unless shipped code imports it. Code of others inside what is shipped (`_vendor`, `third_party`, `node_modules`) is
vendored, whoever installs it. An archive that lies in a test folder is test as a whole. What nothing speaks about is
shipped.

A path name is the vendor's word. `imports.py` therefore has the last one: what shipped code imports is shipped.

Cannot see: what a build file would leave out of the package (MANIFEST.in, which speaks about the sdist and not about
what is installed, Gradle source sets with other names).
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from msgspec import Struct

from assay.core import late
from assay.core.facts import Scope
from assay.intake.containers import GEM_DATA, INSTALLED
from assay.intake.delivery import container_of
from assay.intake.names import last
from assay.intake.packaging import Packaging

Decision = tuple[Scope, str]


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


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
_TEST_FILE = late.expression(
    r"(test_.*|.*_test|.*_tests|conftest)\.(py|pyi|c|cc|cpp|go|rs|rb|sh|dart)|.*[._-](test|spec)\.[cm]?[jt]sx?|"
    r".*_(spec|unittest)\.(rb|cc|cpp)"
)
_TEST_PROJECT = late.expression(r"[\w.-]+\.(?:unit|integration|functional)?tests?")  # of .NET: `Pay.Core.Tests`
_TEST_CLASS = late.expression(r".*(Test|Tests|TestCase|IT|Spec)\.(java|kt|scala|groovy|cs)")
_BUILD_FILE = late.expression(
    r"setup\.(py|cfg)|pyproject\.toml|noxfile\.py|tox\.ini|manifest\.in|configure(\.ac|\.in)?|config\.(guess|sub)|"
    r"(gnu|bsd)?makefile(\..*)?|.*\.(cmake|m4|mk|am)|cmakelists\.txt|pom\.xml|(build|settings)\.gradle(\.kts)?|gradlew(\.bat)?|"
    r"mvnw(\.cmd)?|rakefile|jenkinsfile|meson\.build|meson_options\.txt|sconstruct|sconscript|wscript|build\.(rs|sbt|xml|zig)|"
    r"(gulpfile|gruntfile)\.[cm]?js|(webpack|rollup|vite|babel|jest|karma)\.conf(ig)?.*\.[cm]?[jt]s|install-sh|missing|depcomp|"
    r"ltmain\.sh|aclocal\.m4|\.(travis|gitlab-ci|appveyor|pre-commit-config)\.ya?ml|appveyor\.yml|build\.(sh|bat|cmd)|autogen\.sh"
)

_DOC_EXAMPLE = late.expression(r"usr/share/doc/(.+/)?examples/")
_SOURCE_SET = late.expression(r"(?:^|(?<=[/!]))(src)/([^/!]+)/")


class _Place(Struct, frozen=True):
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


def _by_package(place: _Place) -> Decision | None:
    """All that a jar, an app or a NuGet package holds is delivered."""
    kind = place.packaging.packed.get(place.container)
    return ("shipped", kind) if kind else None


def _by_installed(place: _Place) -> Decision | None:
    """All that a system package or an image layer holds is installed."""
    kind = place.packaging.containers.get(place.container, "")
    if kind not in INSTALLED:
        return None
    if _DOC_EXAMPLE.match(place.path[len(place.container) :]):
        return "example", "path name usr/share/doc/*/examples/"
    return _vendored(place) or ("shipped", kind)


def _by_published(place: _Place) -> Decision | None:
    """npm packages and gems, or the list of what an npm package would hold: shipped unless it is test by its name."""
    packaging = place.packaging
    kind = "gem" if packaging.containers.get(place.container) == GEM_DATA else packaging.published(place.path)
    if not kind or _test_name(place.logical) is not None:
        return None
    return _vendored(place) or ("shipped", kind)


def _by_sdist(place: _Place) -> Decision | None:
    """Packages and modules that the sdist installs; tests inside a package are installed with it."""
    packages = place.packaging.packages
    if not packages:
        return None
    start = 0
    while (start := place.path.find("/", start + 1)) >= 0:
        if place.path[:start] in packages:
            return _vendored(place) or ("shipped", packages[place.path[:start]])
    if place.path.endswith(".py") and (said := packages.get(place.path.removesuffix(".py"))):
        return "shipped", said
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


def _test_name(path: str) -> Decision | None:
    for part in _folders(path):
        if part in _TEST_FOLDERS or _TEST_PROJECT.fullmatch(part):
            return "test", f"path name {part}/"
    name = last(path)
    if _TEST_CLASS.fullmatch(name) or _TEST_FILE.fullmatch(name.lower()):
        return "test", "file name"
    return None


def _by_path_name(place: _Place) -> Decision | None:
    test = _test_name(place.logical)
    if test is not None:
        return test
    parts = _folders(place.logical)
    for before, part in zip(("", *parts), parts, strict=False):
        if part in _EXAMPLE_FOLDERS and before not in ("com", "org", "net"):  # com.example is a package
            return "example", f"path name {part}/"
    vendored = _vendored(place)
    if vendored is not None:
        return vendored
    for part in parts:
        if part in _BUILD_FOLDERS:
            return "build", f"path name {part}/"
    name = last(place.logical)
    return ("build", "file name") if _BUILD_FILE.fullmatch(name.lower()) else None


def _folders(path: str) -> tuple[str, ...]:
    return _parts(path[: max(path.rfind("/"), path.rfind("!"), 0)])


@lru_cache(maxsize=64)  # files of one folder come together
def _parts(folder: str) -> tuple[str, ...]:
    return tuple(re.split(r"[/!]", folder.lower())) if folder else ()


DECIDERS: tuple[Callable[[_Place], Decision | None], ...] = (
    _by_wheel, _by_package, _by_installed, _by_published, _by_sdist, _by_layout, _by_path_name,
)  # fmt: skip


class Scopes:
    """Decides for one delivery; archives are decided once, and what lies in them follows unless they are shipped."""

    def __init__(self, packaging: Packaging, logical: Mapping[str, str]) -> None:
        self._packaging, self._logical = packaging, logical
        self._archives: dict[str, Decision] = {"": ("shipped", "")}

    def of(self, path: str) -> Decision:
        """Scope and what decided it. `path` is as delivered; without a known logical path its own names decide."""
        if layer := self._packaging.hidden.get(path):
            return "build", f"not in the image's file system: deleted or replaced by {layer}"
        container = container_of(path, self._packaging.containers)
        outer = self._archive(container)
        if outer[0] != "shipped":
            return outer
        logical = self._logical.get(path, path)
        inner = logical[logical.rfind("!") + 1 :] if container else logical
        place = _Place(path, container, inner, self._packaging)
        decided = (found for decide in DECIDERS if (found := decide(place)) is not None)
        return next(decided, ("shipped", outer[1] or "default"))

    def _archive(self, container: str) -> Decision:
        if container not in self._archives:
            self._archives[container] = self.of(container[:-1])
        return self._archives[container]
