"""Build systems: by which file each is known, the programs it uses, and how it builds without a network.

The order is that of preference: a folder with a `configure` is built by it, whatever else lies there. Commands are run
by /bin/sh in the folder of the file, with the deposit in /product, what was delivered beside it in /beside, and what
they lay into /out as the result. The build is asked for nothing but to make: no test is run, nothing is fetched.

What it cannot do: know a system of somebody's own (declare the command: `build` in the product's manifest), or choose
among several products in one deposit.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from assay.core.examination import FileMeta

DECLARED = "declared"
OUT = "/out"
_INSTALL = f"make install DESTDIR={OUT}"
_JARS = (
    f"find . -path '*/target/*.[jwe]ar' -exec cp {{}} {OUT}/ ';' -o -path '*/libs/*.[jwe]ar' -exec cp {{}} {OUT}/ ';'"
)
_C = (("make", "make"), ("cc", "gcc"))
_PIP = "python3 -m pip --disable-pip-version-check --no-cache-dir wheel . --no-deps"


class System(Struct, frozen=True):
    """`tools` are programs and their Debian packages; `command` is '' for what is recognised and never run here."""

    name: str
    marker: re.Pattern[str]
    tools: tuple[tuple[str, str], ...]
    command: str = ""


class Recipe(Struct, frozen=True):
    """What is to be run, and in which folder of the deposit ('' is its root). `others` could be built as well."""

    name: str
    command: str
    folder: str
    tools: tuple[tuple[str, str], ...]
    others: tuple[str, ...] = ()


def _system(name: str, marker: str, tools: Sequence[tuple[str, str]], command: str = "") -> System:
    return System(name, re.compile(marker, re.IGNORECASE), tuple(tools), command)


SYSTEMS: tuple[System, ...] = (
    _system("autotools", r"configure", _C, f"sh ./configure --prefix=/usr && make && {_INSTALL}"),
    _system(
        "autotools sources",
        r"configure\.(ac|in)",
        (*_C, ("autoreconf", "autoconf"), ("automake", "automake"), ("libtoolize", "libtool")),
        f"autoreconf --force --install && ./configure --prefix=/usr && make && {_INSTALL}",
    ),
    _system(
        "CMake",
        r"cmakelists\.txt",
        (("cmake", "cmake"), *_C),
        f"cmake -S . -B /tmp/build && cmake --build /tmp/build && DESTDIR={OUT} cmake --install /tmp/build",
    ),
    _system(
        "Meson",
        r"meson\.build",
        (("meson", "meson"), ("ninja", "ninja-build"), ("cc", "gcc")),
        "meson setup /tmp/build --wrap-mode=nodownload && ninja -C /tmp/build && "
        f"DESTDIR={OUT} meson install -C /tmp/build",
    ),
    _system(
        "Cargo",
        r"cargo\.toml",
        (("cargo", "cargo"), ("rustc", "rustc"), ("cc", "gcc")),
        "cargo build --release && "
        f"find target/release -maxdepth 1 -type f ! -name '*.d' ! -name '.*' -exec cp {{}} {OUT}/ ';'",
    ),
    _system(
        "Go",
        r"go\.mod",
        (("go", "golang-go"),),
        "if go list -f '{{.Name}}' ./... | grep -qx main; "
        f"then go build -trimpath -buildvcs=false -o {OUT}/ ./...; "
        "else go build -trimpath -buildvcs=false ./...; fi",
    ),
    _system(
        "Maven",
        r"pom\.xml",
        (("mvn", "maven"), ("javac", "default-jdk-headless")),
        f"mvn --batch-mode --quiet -DskipTests package && {_JARS}",
    ),
    _system(
        "Gradle",
        r"(build|settings)\.gradle(\.kts)?",
        (("gradle", "gradle"), ("javac", "default-jdk-headless")),
        f"gradle --no-daemon assemble && {_JARS}",
    ),
    _system(
        "Python",
        r"pyproject\.toml|setup\.py",
        (("python3", "python3"), ("pip3", "python3-pip")),
        f"if ls /beside/*.whl >/dev/null 2>&1; then {_PIP} --no-index --find-links /beside -w {OUT}; "
        f"else {_PIP} --no-build-isolation -w {OUT}; fi",
    ),
    _system(
        "npm",
        r"package\.json",
        (("node", "nodejs"), ("npm", "npm")),
        "if [ -d node_modules ]; then :; elif [ -f package-lock.json ]; then npm ci --no-audit --no-fund; "
        "else npm install --no-audit --no-fund; fi && "
        f"npm run build --if-present && npm pack --pack-destination {OUT}",
    ),
    _system("dotnet", r".*\.(sln|csproj|fsproj|vbproj)", (("dotnet", "dotnet-sdk-8.0"),), f"dotnet build -o {OUT}"),
    _system("Bazel", r"(module|workspace)(\.bazel)?", (("bazel", "bazel-bootstrap"),), "bazel build //..."),
    _system("Ant", r"build\.xml", (("ant", "ant"), ("javac", "default-jdk-headless")), "ant"),
    _system("make", r"(gnu)?makefile", _C, "make"),
    _system("sbt", r"build\.sbt", ()),
    _system("Composer", r"composer\.json", ()),
    _system("Bundler", r"gemfile|.*\.gemspec", ()),
    _system("MSBuild (C++)", r".*\.vcxproj", ()),
    _system("SCons", r"sconstruct", ()),
    _system("Zig", r"build\.zig", ()),
    _system("Swift", r"package\.swift", ()),
    _system("container image", r"(docker|container)file", ()),
)


def system_of(name: str) -> System | None:
    """The system that a file of this name belongs to."""
    return next((system for system in SYSTEMS if system.marker.fullmatch(name)), None)


def roots(files: Iterable[FileMeta]) -> list[tuple[str, System]]:
    """Folders with a recipe, and the recipe preferred in each; the shallowest first. Archives inside are no folders."""
    found: dict[str, System] = {}
    for meta in files:
        if "!" in meta.logical or meta.scope in ("test", "example", "vendored"):
            continue
        folder, _, name = meta.logical.rpartition("/")
        system = system_of(name)
        if system is not None and (folder not in found or _rank(system) < _rank(found[folder])):
            found[folder] = system
    return sorted(found.items(), key=lambda item: (_depth(item[0]), item[0]))


def recipe_for(files: Iterable[FileMeta], declared: str = "") -> Recipe | None:
    """The command that was declared, else the recipe of the shallowest folder that has one; None when nothing tells.

    Other folders as shallow, which that one does not hold, could be products of their own: they are told.
    """
    found = [(folder, system) for folder, system in roots(files) if system.command]
    if declared:
        tools = tuple(dict.fromkeys(tool for _, system in found for tool in system.tools))
        return Recipe(DECLARED, declared, "", tools)
    if not found:
        return None
    folder, system = found[0]
    others = tuple(other for other, _ in found[1:] if _depth(other) == _depth(folder))
    return Recipe(system.name, system.command, folder, system.tools, others)


def _rank(system: System) -> int:
    return SYSTEMS.index(system)


def _depth(folder: str) -> int:
    return folder.count("/") + bool(folder)
