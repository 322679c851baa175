from collections.abc import Mapping
from pathlib import Path

import pytest

from assay.intake import IntakeLimits, take_in

from .deliveries import alpine, deb, gem, npm, rpm
from .packing import tarred, zipped


def scopes(tmp_path: Path, content: bytes) -> dict[str, tuple[str, str]]:
    (tmp_path / "in").write_bytes(content)
    taken = take_in(tmp_path / "in", manifest=None, scratch=tmp_path / "s", limits=IntakeLimits())
    return {meta.path: (meta.scope, meta.scope_from) for meta in taken.artifact.files}


def tree(*paths: str) -> Mapping[str, bytes]:
    return dict.fromkeys((*paths, "other/zz"), b"x")


NAMED = [
    ("src/a.c", "shipped"), ("tests/a.c", "test"), ("a/testdata/b.json", "test"), ("pkg/a_test.go", "test"),
    ("pkg/test_x.py", "test"), ("pkg/latest.py", "shipped"), ("web/a.spec.ts", "test"), ("src/FooTest.java", "test"),
    ("examples/a.py", "example"), ("docs/conf.py", "example"), ("com/example/A.java", "shipped"),
    ("vendor/x/a.go", "vendored"), ("pip/_vendor/x.py", "vendored"), ("node_modules/x/i.js", "vendored"),
    ("vendor/x/tests/a.go", "test"), ("setup.py", "build"), ("configure", "build"), ("cmake/x.cmake", "build"),
    ("CMakeLists.txt", "build"), (".github/workflows/x.yml", "build"), ("contest/a.c", "shipped"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "expected"), NAMED)
def test_path_names(tmp_path: Path, path: str, expected: str) -> None:
    assert scopes(tmp_path, zipped(tree(path)))[path][0] == expected


def test_a_wheels_record_beats_path_names(tmp_path: Path) -> None:
    record = b"foo/tests/t.py,sha256=x,1\nfoo/_vendor/v.py,,\nfoo/a.py,,\n"
    files = {"foo/tests/t.py": b"1", "foo/_vendor/v.py": b"1", "foo/a.py": b"1", "extra/tests/u.py": b"1"}
    wheel = zipped({**files, "foo-1.0.dist-info/RECORD": record, "foo-1.0.dist-info/METADATA": b"Name: foo\n"})
    found = scopes(tmp_path, wheel)
    assert found["foo/tests/t.py"] == ("shipped", "wheel RECORD")
    assert found["foo/_vendor/v.py"] == ("vendored", "path name _vendor/")
    assert found["extra/tests/u.py"][0] == "test"
    nested = scopes(tmp_path, tarred({"dist/foo.whl": wheel, "tests/foo.whl": wheel, "a": b""}))
    assert nested["dist/foo.whl!foo/tests/t.py"] == ("shipped", "wheel RECORD")
    assert nested["tests/foo.whl!foo/a.py"] == ("test", "path name tests/")


def test_a_jars_content_is_shipped_and_a_source_folder_is_no_jar(tmp_path: Path) -> None:
    jar = zipped({"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\n", "org/tests/A.class": b"1", "x/B.class": b"1"})
    assert scopes(tmp_path, jar)["org/tests/A.class"] == ("shipped", "jar manifest")
    inside = tree("src/META-INF/MANIFEST.MF", "src/tests/a.py")
    assert scopes(tmp_path, tarred(inside))["src/tests/a.py"][0] == "test"


def test_the_maven_layout(tmp_path: Path) -> None:
    files = tree("pom.xml", "src/main/java/tests/A.java", "src/test/java/B.java", "core/src/main/java/example/C.java",
                 "core/pom.xml", "core/src/integrationTest/java/D.java", "else/src/test/E.java")  # fmt: skip
    found = scopes(tmp_path, zipped(files))
    assert found["src/main/java/tests/A.java"] == ("shipped", "build layout src/main")
    assert found["src/test/java/B.java"] == ("test", "build layout src/test")
    assert found["core/src/main/java/example/C.java"] == ("shipped", "build layout src/main")
    assert found["core/src/integrationTest/java/D.java"] == ("test", "build layout src/integrationTest")
    assert found["else/src/test/E.java"] == ("test", "path name test/")


def test_a_project_of_tests_is_told_by_its_name(tmp_path: Path) -> None:
    names = ("Pay.Core.Tests/Factory.cs", "Pay.UnitTests/a.cs", "Pay.Latest/b.cs")
    found = scopes(tmp_path, zipped(dict.fromkeys(names, b"")))
    assert [found[name][0] for name in names] == ["test", "test", "shipped"]


def test_an_sdists_top_level_names_are_shipped(tmp_path: Path) -> None:
    files = {"foo-1/PKG-INFO": b"Name: foo\n", "foo-1/foo/test/a.py": b"", "foo-1/tests/b.py": b"",
             "foo-1/foo.egg-info/top_level.txt": b"foo\none\n", "foo-1/one.py": b"", "foo-1/setup.py": b""}  # fmt: skip
    found = scopes(tmp_path, tarred(files))
    assert found["foo-1/foo/test/a.py"] == ("shipped", "sdist top_level.txt")
    assert found["foo-1/one.py"] == ("shipped", "sdist top_level.txt")
    assert found["foo-1/tests/b.py"][0] == "test"
    assert found["foo-1/setup.py"][0] == "build"


def test_all_that_a_system_package_holds_is_shipped_but_its_examples(tmp_path: Path) -> None:
    files = {"usr/x.cmake": b"", "usr/lib/python3/dist-packages/foo/tests/t.py": b"", "usr/node_modules/x/i.js": b"",
             "usr/share/foo/examples/f.py": b"", "usr/share/doc/foo/examples/e.py": b""}  # fmt: skip
    packed = {"deb data": deb(files), "rpm": rpm(files), "system package": alpine(files)}
    for kind, content in packed.items():
        found = {path.rpartition("!")[2]: decided for path, decided in scopes(tmp_path, content).items()}
        assert found["usr/lib/python3/dist-packages/foo/tests/t.py"] == ("shipped", kind)
        assert found["usr/share/doc/foo/examples/e.py"][0] == "example"
        assert found["usr/share/foo/examples/f.py"] == ("shipped", kind)
        assert found["usr/x.cmake"] == ("shipped", kind)
        assert found["usr/node_modules/x/i.js"][0] == "vendored"
        nested = scopes(tmp_path, tarred({"pkg/foo": content, "tests/foo": content}))
        assert {decided[0] for path, decided in nested.items() if path.startswith("tests/")} == {"test"}


@pytest.mark.parametrize(
    ("mark", "name", "said"),
    [
        ("WEB-INF/web.xml", "x", "war content"),
        ("AndroidManifest.xml", "x.apk", "Android package"),
        ("BundleConfig.pb", "x.aab", "Android package"),
        ("Payload/Gate.app/Info.plist", "x.ipa", "iOS package"),
        ("Gate.nuspec", "x.nupkg", "NuGet package"),
        ("a.class", "x.jar", "jar content"),
    ],
)
def test_what_an_app_or_a_library_package_holds_is_shipped(tmp_path: Path, mark: str, name: str, said: str) -> None:
    inner = zipped({mark: b"1", "assets/tests/t.js": b"", "test/A.class": b""})
    found = scopes(tmp_path, zipped({f"lib/{name}": inner, "tests/t.js": b""}))
    assert found[f"lib/{name}!assets/tests/t.js"] == ("shipped", said)
    assert found["tests/t.js"][0] == "test"
    unpacked = tree(f"src/{mark}", "src/assets/tests/t.js")
    assert scopes(tmp_path, zipped(unpacked))["src/assets/tests/t.js"][0] == "test"


def test_an_npm_package_ships_what_it_lists_and_what_is_packed(tmp_path: Path) -> None:
    listed = b'{"name": "p", "version": "1", "files": ["docs", "lib/**", "./build/", "test", "x/*.js", "!y", 3, ".."]}'
    files = {"package.json": listed, "docs/d.js": b"", "lib/test/t.js": b"", "build/b.js": b"", "test/t.js": b"",
             "examples/e.js": b"", "ci/c.js": b"", "node_modules/n/package.json": listed, "other/z": b""}  # fmt: skip
    found = scopes(tmp_path, zipped(files))
    assert found["docs/d.js"] == ("shipped", "package.json files")
    assert found["build/b.js"] == ("shipped", "package.json files")
    assert found["test/t.js"][0] == found["lib/test/t.js"][0] == "test"
    assert (found["examples/e.js"][0], found["ci/c.js"][0]) == ("example", "build")
    packed = scopes(
        tmp_path, npm({"docs/d.js": b"", "examples/e.js": b"", "test/t.js": b"", "ci/c.js": b"", "deps/v.js": b""})
    )
    assert {path.rpartition("/")[2]: scope for path, (scope, _) in packed.items()} == {
        "package.json": "shipped", "d.js": "shipped", "e.js": "shipped", "t.js": "test", "c.js": "shipped",
        "v.js": "vendored",
    }  # fmt: skip
    gem_found = scopes(tmp_path, gem({"lib/a.rb": b"", "examples/e.rb": b"", "spec/a_spec.rb": b"", "test/t.rb": b""}))
    assert {path.rpartition("!")[2]: scope for path, (scope, _) in gem_found.items() if "data.tar" in path} == {
        "lib/a.rb": "shipped", "examples/e.rb": "shipped", "spec/a_spec.rb": "test", "test/t.rb": "test",
    }  # fmt: skip


PYPROJECTS = {
    "hatch": '[tool.hatch.build.targets.wheel]\npackages = ["src/foo"]\n',
    "setuptools": '[tool.setuptools]\npackages = ["foo"]\n',
    "poetry": '[tool.poetry]\npackages = [{include = "foo", from = "src"}]\n',
    "flit": '[tool.flit.module]\nname = "foo"\n',
    "name": '[project]\nname = "Foo"\n',
}


@pytest.mark.parametrize("tool", PYPROJECTS)
def test_the_packages_that_a_pyproject_installs(tmp_path: Path, tool: str) -> None:
    files = {"f-1/pyproject.toml": PYPROJECTS[tool].encode(), "f-1/src/foo/__init__.py": b"", "f-1/tests/t.py": b"",
             "f-1/src/foo/tests/t.py": b"", "f-1/src/bar/tests/t.py": b""}  # fmt: skip
    found = scopes(tmp_path, tarred(files))
    assert found["f-1/src/foo/tests/t.py"] == ("shipped", "pyproject.toml")
    assert found["f-1/tests/t.py"][0] == found["f-1/src/bar/tests/t.py"][0] == "test"


@pytest.mark.parametrize("content", [b"[", b"name = 1\n[tool]\nhatch = 3\n", b"[project]\nname = []\n", b"\xff", b""])
def test_manifests_that_say_nothing(tmp_path: Path, content: bytes) -> None:
    files = {"pyproject.toml": content, "package.json": content, "x.egg-info/top_level.txt": b"", "tests/t.py": b"1",
             "other/zz": b""}  # fmt: skip
    assert scopes(tmp_path, zipped(files))["tests/t.py"][0] == "test"
