"""What a package calls its own files."""

from pathlib import Path

import pytest

from assay.core.examination import Locator, Member
from assay.intake import IntakeLimits, take_in
from assay.intake.modules import Modules, read_modules

MODULES = Modules(
    {"Go": {"": "example.org/lib", "sub/": "example.org/sub"}, "npm": {"a.tgz!package/": "lib", "w/": "@scope/lib"}}
)


@pytest.mark.parametrize(
    ("path", "language", "module"),
    [
        ("sm2/a.go", "Go", "example.org/lib/sm2"),
        ("a.go", "Go", "example.org/lib"),
        ("sub/x/a.go", "Go", "example.org/sub/x"),
        ("vendor/github.com/t/g/sm2/x.go", "Go", "github.com/t/g/sm2"),
        ("sub/vendor/github.com/t/g/sm2/x.go", "Go", "github.com/t/g/sm2"),
        ("go/pkg/mod/github.com/t/g@v1.2.3/sm2/x.go", "Go", "github.com/t/g/sm2"),
        ("a.tgz!package/src/i.js", "JavaScript", "lib/src/i.js"),
        ("w/n/i.ts", "TypeScript", "@scope/lib/n/i.ts"),
        ("w/node_modules/other/src/i.js", "JavaScript", "other/src/i.js"),
        ("w/node_modules/@a/b/i.js", "JavaScript", "@a/b/i.js"),
        ("i.js", "JavaScript", ""),
        ("w/X.java", "Java", ""),
    ],
)
def test_what_a_file_is_called(path: str, language: str, module: str) -> None:
    assert MODULES.of(path, language) == module


def test_without_anything_that_tells_a_file_has_no_name() -> None:
    assert Modules().of("src/i.js", "JavaScript") == Modules().of("a.go", "Go") == ""


def test_names_are_read_from_the_nearest_file_that_has_one(tmp_path: Path) -> None:
    (tmp_path / "p" / "dist").mkdir(parents=True)
    (tmp_path / "p" / "package.json").write_text('{"name": "lib"}')
    (tmp_path / "p" / "dist" / "package.json").write_text('{"type": "module"}')
    (tmp_path / "p" / "dist" / "i.js").write_text("f()\n")
    (tmp_path / "go.mod").write_text("// a module\nmodule example.org/lib/v2 // of ours\n\ngo 1.24\n")
    (tmp_path / "x.go").write_text("package lib\n")
    taken = take_in(tmp_path, manifest=None, scratch=tmp_path.parent / "s", limits=IntakeLimits(), progress=None)
    named = {meta.path: meta.module for meta in taken.artifact.files}
    assert named["p/dist/i.js"] == "lib/dist/i.js"
    assert named["x.go"] == "example.org/lib/v2"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"name": 3}', b'{"name": "../x"}', b'{"name": "a b"}', b"[" * 90_000]
)
def test_a_manifest_that_cannot_be_read_names_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "package.json"
    path.write_bytes(content)
    member = Member("package.json", len(content), Locator("file", str(path)))
    assert read_modules([member, Member("go.mod", 9, Locator("file", str(tmp_path / "gone")))]) == Modules()
