"""What a build needs, as its files say it; hostile build files are an attempt, never a crash."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.attempts import Attempt
from assay.core.examination import FileMeta, Locator
from assay.core.facts import Scope, check
from assay.core.kinds import FileClass
from assay.examinations.handover.dependencies import READERS, UnreadableError
from assay.examinations.handover.inputs import LARGEST, inputs
from assay.examinations.handover.systems import SYSTEMS, recipe_for, roots

_CLASSES: dict[str, tuple[FileClass, str]] = {
    ".c": ("source", "C"), ".h": ("source", "C"), ".py": ("source", "Python"), ".js": ("source", "JavaScript"),
    ".sh": ("source", "Shell"), ".xml": ("configuration", "XML"), ".md": ("text", "text"),
}  # fmt: skip


def tree(contents: dict[str, str], scope: Scope = "shipped") -> tuple[list[FileMeta], dict[str, bytes]]:
    files = []
    for path, text in contents.items():
        kind, form = _CLASSES.get("." + path.rpartition(".")[2], ("text", "text"))
        size = len(text.encode())
        files.append(FileMeta(path, path, size, kind, form, "product", scope, Locator("file", path)))
    return files, {path: text.encode() for path, text in contents.items()}


def needed(
    contents: dict[str, str], beside: Iterable[str] = (), scope: Scope = "shipped"
) -> tuple[dict[tuple[str, str], str | None], list[Attempt]]:
    files, bodies = tree(contents, scope)
    facts, attempts = inputs(files, lambda meta: bodies[meta.path][:LARGEST], "product", beside)
    for fact in facts:
        check(fact)
    return {(str(one.value["input"]), str(one.value["name"])): one.value["state"] for one in facts}, attempts  # type: ignore[misc]


def parts(contents: dict[str, str], beside: Iterable[str] = ()) -> dict[str, str | None]:
    found, attempts = needed(contents, beside)
    assert [item.status for item in attempts] == ["completed"]
    return {name: state for (what, name), state in found.items() if what == "dependency"}


def test_the_four_that_every_deposit_has() -> None:
    found, _ = needed({"src/a.c": ""})
    assert {key: state for key, state in found.items() if key[0] == key[1]} == {
        (what, what): "absent" for what in ("instructions", "recipe", "parts-list", "documents")
    }
    whole, _ = needed({"BUILD.md": "how", "src/Makefile": "all:", "bom.json": "{}", "docs/manual.pdf": ""})
    assert set(whole.values()) == {"present"}


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("A payment switch.", "absent"),
        ("To build: make", "present"),
        ("运行 make 以构建", "present"),
        ("rebuilding trust", "absent"),
    ],
)
def test_a_readme_gives_instructions_when_it_speaks_of_building(text: str, state: str) -> None:
    assert needed({"README.md": text})[0]["instructions", "instructions"] == state


def test_a_script_called_build_is_no_instruction() -> None:
    assert needed({"build.sh": "make", "build.xml": "<p/>"})[0]["instructions", "instructions"] == "absent"


PIN = "certifi==2024.1 \\\n    --hash=sha256:00\n-r more.txt\n# x\ntomli>=2; python_version < '3.11'\n"
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><parent><groupId>p</groupId><artifactId>base</artifactId>
<version>3</version></parent><dependencies><dependency><groupId>g</groupId><artifactId>lib</artifactId>
<version>1.2</version></dependency><dependency><groupId>g</groupId><artifactId>t</artifactId><scope>test</scope>
</dependency></dependencies></project>"""
LOCK = {"packages": {"": {}, "node_modules/a": {"version": "1"}, "node_modules/@s/b": {"version": "2"},
                     "node_modules/a/node_modules/c": {"version": "3"}, "node_modules/w": {"link": True}}}  # fmt: skip
CARGO = '[[package]]\nname="app"\nversion="0"\n[[package]]\nname="serde"\nversion="1.0"\nsource="registry+x"\n'
GO = """module m
require example.org/a v1.2.3 // indirect
require (
	example.org/b/v2 v2.0.0
	example.org/own v0.0.1
)
replace example.org/own => ./own
"""


@pytest.mark.parametrize(
    ("build_file", "text", "absent", "extra", "present"),
    [
        ("requirements.txt", PIN, {"certifi": "absent", "tomli": None}, "certifi-2024.1-py3-none-any.whl", "certifi"),
        ("pom.xml", POM, {"p:base": "absent", "g:lib": "absent"}, "repo/g/lib/1.2/lib-1.2.jar", "g:lib"),
        ("package-lock.json", json.dumps(LOCK), {"a": "absent", "@s/b": "absent", "c": "absent"},
         "node_modules/@s/b/index.js", "@s/b"),
        ("package.json", '{"dependencies": {"a": "^1", "mine": "file:../mine"}}', {"a": "absent"}, "a-1.0.tgz", "a"),
        ("Cargo.lock", CARGO, {"serde": "absent"}, "vendor/serde-1.0/Cargo.toml", "serde"),
        ("go.mod", GO, {"example.org/a": "absent", "example.org/b/v2": "absent"},
         "vendor/example.org/a/a.go", "example.org/a"),
        ("pyproject.toml", '[build-system]\nrequires=["hatchling"]\n[project]\ndependencies=["rich[x]>=1"]\n',
         {"hatchling": "absent", "rich": "absent"}, "wheels/hatchling-1.2-py3-none-any.whl", "hatchling"),
        ("build.gradle", "implementation 'g:lib:1.2'", {"g:lib": "absent"}, "libs/lib-1.2.jar", "g:lib"),
        ("a.csproj", '<PackageReference Include="N.J" Version="1" />', {"N.J": "absent"}, "n.j.1.0.nupkg", "N.J"),
        ("CMakeLists.txt", "FetchContent_Declare(fmt GIT_REPOSITORY x)\nfind_package(ZLIB)\n",
         {"fmt": "absent", "ZLIB": None},
         "third_party/fmt/CMakeLists.txt", "fmt"),
        ("subprojects/z.wrap", "[wrap-file]\ndirectory = z-1\n", {"z-1": "absent"},
         "subprojects/z-1/meson.build", "z-1"),
        ("WORKSPACE", 'http_archive(\n  name = "abc",\n  urls = [])', {"abc": "absent"},
         "third_party/abc/BUILD", "abc"),
        ("composer.lock", '{"packages": [{"name": "v/p", "version": "1"}]}', {"v/p": "absent"},
         "vendor/v/p/x.php", "v/p"),
        ("Gemfile.lock", "GEM\n  specs:\n    rack (3.0)\n", {"rack": "absent"}, "vendor/cache/rack-3.0.gem", "rack"),
        ("configure.ac", "dnl AC_CHECK_LIB([no])\nAC_CHECK_LIB([z], [inflate])\nPKG_CHECK_MODULES([X], [glib-2.0])\n",
         {"z": None, "glib-2.0": None}, "", ""),
        ("meson.build", "dependency('openssl')", {"openssl": None}, "", ""),
        ("all/pom.xml", POM, {"p:base": "absent", "g:lib": "absent"}, "lib/pom.xml", "g:lib"),
        ("requirements-dev.txt", "pytest==8", {"pytest": None}, "pytest-8-py3-none-any.whl", "pytest"),
    ],
)  # fmt: skip
def test_parts_that_build_files_ask_for(
    build_file: str, text: str, absent: dict[str, str | None], extra: str, present: str
) -> None:
    assert parts({build_file: text}) == absent
    if extra:
        assert parts({build_file: text, extra: "<p/>" if extra.endswith("pom.xml") else ""}) == {
            **absent,
            present: "present",
        }


def test_parts_delivered_beside_count() -> None:
    assert parts({"requirements.txt": "certifi==1"}, ["certifi-1-py3-none-any.whl"]) == {"certifi": "present"}


def test_a_lock_file_speaks_for_the_file_beside_it_only() -> None:
    lock, package = json.dumps(LOCK), '{"dependencies": {"other": "1"}}'
    assert "other" not in parts({"package-lock.json": lock, "package.json": package})
    assert "other" in parts({"package-lock.json": lock, "web/package.json": package})


def test_tests_and_vendored_code_are_not_asked() -> None:
    scopes: tuple[Scope, ...] = ("test", "vendored", "example")
    for scope in scopes:
        found, _ = needed({"requirements.txt": "certifi", "a.c": '#include "gone.h"'}, scope=scope)
        assert not {what for what, _ in found} & {"dependency", "include"}


def test_one_folder_that_asks_in_vain_counts() -> None:
    contents = {"a/package.json": '{"dependencies": {"x": "1"}}', "b/package.json": '{"dependencies": {"x": "1"}}'}
    assert parts({**contents, "a/node_modules/x/package.json": "{}"})["x"] == "absent"


def test_submodules_and_pointers() -> None:
    modules = '[submodule "x"]\n\tpath = third/x\n\turl = u\n[submodule "y"]\n\tpath = third/y\n'
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    found, _ = needed({".gitmodules": modules, "third/y/a.c": "", "data/big.bin": pointer})
    assert found["submodule", "third/x"] == "absent"
    assert found["submodule", "third/y"] == "present"
    assert found["large-file", "data/big.bin"] == "absent"


def test_headers_and_modules_that_lie_nowhere() -> None:
    contents = {
        "src/a.c": '#include "gone.h"\n#include "sub/here.h"\n#include "made.h"\n#include <stdio.h>\n',
        "include/sub/here.h": "", "src/made.h.in": "",
        "pkg/a.py": "from .b import x\nfrom .c.d import y\nfrom . import z\nfrom ..up import w\n", "pkg/b.py": "",
        "pkg/c/d/__init__.py": "",
        "web/a.js": 'import x from "./b.js"; const y = require("../lib"); require("./gone")\n', "web/b.ts": "",
        "lib/index.js": "",
    }  # fmt: skip
    found, _ = needed(contents)
    lacking = {key for key in found if key[0] in ("include", "import") and key != ("import", "lib")}
    assert lacking == {("include", "gone.h"), ("import", "up"), ("import", "web/gone")}
    assert {found[key] for key in lacking} == {None}


@pytest.mark.parametrize(
    ("name", "text"),
    [("package.json", "{"), ("pom.xml", "<a>"), ("pom.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
     ("Cargo.lock", "= ="), ("package.json", "[" * 100_000), ("composer.lock", "x")],
)  # fmt: skip
def test_a_build_file_that_does_not_parse_is_told(name: str, text: str) -> None:
    _, attempts = needed({name: text})
    assert (attempts[0].path, attempts[0].status) == (name, "partial")


def test_one_that_is_too_large_or_unreadable_is_told() -> None:
    _, attempts = needed({"go.mod": "x" * (LARGEST + 1)})
    assert attempts[0].path == "go.mod"
    files, _ = tree({"go.mod": "x"})

    def broken(meta: FileMeta) -> bytes:
        raise OSError("damaged")

    _, attempts = inputs(files, broken, "product")
    assert attempts[0].detail == "it cannot be read: damaged"


@given(st.text(max_size=300), st.sampled_from([reader for _, _, reader, _ in READERS]))
def test_no_text_breaks_a_reader(text: str, reader: object) -> None:
    try:
        list(reader(text))  # type: ignore[operator]
    except UnreadableError:
        pass


_KEYS = st.sampled_from(["packages", "dependencies", "package", "name", "x"])
_LEAVES = st.none() | st.integers() | st.text(max_size=5)
_JSON = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3))


@given(_JSON)
def test_no_json_breaks_a_reader(value: object) -> None:
    names = ("package.json", "package-lock.json", "composer.lock")
    for pattern, _, reader, _ in READERS:
        if any(pattern.fullmatch(name) for name in names):
            list(reader(json.dumps(value)))


def test_the_shallowest_recipe_is_taken_and_its_likes_are_told() -> None:
    files, _ = tree({"a/go.mod": "", "b/pom.xml": "", "b/deep/Makefile": ""})
    recipe = recipe_for(files)
    assert recipe is not None
    assert (recipe.name, recipe.folder, recipe.others) == ("Go", "a", ("b",))
    root, _ = tree({"configure": "", "Makefile": "", "a/go.mod": ""})
    assert [(folder, system.name) for folder, system in roots(root)] == [("", "autotools"), ("a", "Go")]
    declared = recipe_for(root, "make all")
    assert declared is not None
    assert (declared.name, declared.command, declared.folder) == ("declared", "make all", "")


def test_no_recipe_where_nothing_tells() -> None:
    files, _ = tree({"a.c": "", "Dockerfile": "FROM x", "x.zip!Makefile": ""})
    assert recipe_for(files) is None
    vendored, _ = tree({"vendor/Makefile": ""}, "vendored")
    assert recipe_for(vendored) is None


def test_every_system_that_is_run_names_its_programs() -> None:
    for system in SYSTEMS:
        assert bool(system.command) == bool(system.tools), system.name
