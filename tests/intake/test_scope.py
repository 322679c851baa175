from collections.abc import Mapping
from pathlib import Path

import pytest

from assay.intake import IntakeLimits, take_in

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


def test_an_sdists_top_level_names_are_shipped(tmp_path: Path) -> None:
    files = {"foo-1/PKG-INFO": b"Name: foo\n", "foo-1/foo/test/a.py": b"", "foo-1/tests/b.py": b"",
             "foo-1/foo.egg-info/top_level.txt": b"foo\none\n", "foo-1/one.py": b"", "foo-1/setup.py": b""}  # fmt: skip
    found = scopes(tmp_path, tarred(files))
    assert found["foo-1/foo/test/a.py"] == ("shipped", "sdist top_level.txt")
    assert found["foo-1/one.py"] == ("shipped", "sdist top_level.txt")
    assert found["foo-1/tests/b.py"][0] == "test"
    assert found["foo-1/setup.py"][0] == "build"
