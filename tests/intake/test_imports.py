from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

from assay.core.examination import FileMeta
from assay.intake import IntakeLimits, hangs_on_name, open_locator, settle, settled, take_in
from assay.intake.imports import _PATTERNS, pattern

from .packing import tarred, zipped


class Words:
    """What the lab's index says, read afresh."""

    def __init__(self, files: Collection[FileMeta]) -> None:
        self._files = files

    def holding(self, words: Collection[bytes]) -> Iterator[tuple[FileMeta, bytes]]:
        from assay.lab.identifiers import words as words_of

        for meta in self._files:
            with open_locator(meta.locator) as stream:
                for word in words_of(stream.read()) & set(words):
                    yield meta, word


def scopes(tmp_path: Path, files: Mapping[str, str | bytes]) -> dict[str, tuple[str, str]]:
    packed = {name: text if isinstance(text, bytes) else text.encode() for name, text in files.items()}
    (tmp_path / "in").write_bytes(zipped({**packed, "other/zz": b""}))
    taken = take_in(tmp_path / "in", manifest=None, scratch=tmp_path / "s", limits=IntakeLimits())
    waiting = [meta for meta in taken.artifact.files if hangs_on_name(meta)]
    others = [meta for meta in taken.artifact.files if not hangs_on_name(meta)]
    final = settled(taken, [*others, *settle(waiting, others, Words(others)).files])
    assert [meta.path for meta in final.artifact.files] == [meta.path for meta in taken.artifact.files]
    rows = [fact for fact in final.facts if fact.kind == "intake.content"]
    for scope in {meta.scope for meta in final.artifact.files}:
        count = sum(meta.scope == scope for meta in final.artifact.files)
        assert sum(int(str(row.value["files"])) for row in rows if row.subject.scope == scope) == count
    return {meta.path: (meta.scope, meta.scope_from) for meta in final.artifact.files}


IMPORTED = {
    "python absolute": ("app/a.py", "from app.tests.h import x\n", "app/tests/h.py"),
    "python module": ("app/a.py", "import os, app.tests.h as h\n", "app/tests/h.py"),
    "python name of a package": ("app/a.py", "from app.tests import (\n    other,\n    h,\n)\n", "app/tests/h.py"),
    "python relative": ("app/sub/a.py", "def f():\n    from ..tests import h\n", "app/tests/h.py"),
    "python below src": ("src/app/a.py", "import app.tests.h\n", "src/app/tests/h.py"),
    "python beside": ("tools/a.py", "from examples import h\n", "tools/examples/h.py"),
    "python package": ("app/a.py", "from app import build_tools\n", "app/build_tools/__init__.py"),
    "python by name": ("app/a.py", "import_module('app.tests.h')\n", "app/tests/h.py"),
    "python file called a test": ("app/a.py", "from . import test_mode\n", "app/test_mode.py"),
    "javascript require": ("lib/a.js", "const h = require('../test/h')\n", "test/h.js"),
    "javascript import": ("lib/a.mjs", "import {x} from '../test/h.mjs'\n", "test/h.mjs"),
    "javascript index": ("lib/a.js", "import '../examples/h'\n", "examples/h/index.js"),
    "javascript dynamic": ("lib/a.js", "const m = await import(`./__mocks__/h.js`)\n", "lib/__mocks__/h.js"),
    "javascript of a name with a dash": ("lib/a.js", "require('../test/my-helper.js')\n", "test/my-helper.js"),
    "typescript by its compiled name": ("lib/a.ts", "import {x} from '../test/h.js'\n", "test/h.ts"),
    "java": ("src/com/x/A.java", "import com.x.test.H;\n", "src/com/x/test/H.java"),
    "java of a whole package": ("src/com/x/A.java", "import com.x.test.*; class A { H h; }\n", "src/com/x/test/H.java"),
    "java by its full name": ("src/com/x/A.java", "class A { int o = com.x.test.H.f(); }\n", "src/com/x/test/H.java"),
    "java behind a mark": ("src/com/x/A.java", "\ufeffimport com.x.test.H;\n", "src/com/x/test/H.java"),
    "python behind a semicolon": ("app/a.py", "x = 1; import app.tests.h\n", "app/tests/h.py"),
    "python in one line": ("app/a.py", "try: from app.tests import h\n", "app/tests/h.py"),
    "python over two lines": ("app/a.py", "from app.tests \\\n  import h\n", "app/tests/h.py"),
    "java static": ("src/com/x/A.java", "import static com.x.test.H.f;\n", "src/com/x/test/H.java"),
    "java same package": ("src/com/x/A.java", "class A { HTest t = new HTest(); }\n", "src/com/x/HTest.java"),
    "kotlin imports java": ("src/com/x/A.kt", "import com.x.test.H\n", "src/com/x/test/H.java"),
    "c beside": ("src/a.c", '#include "../test/h.h"\n', "test/h.h"),
    "c on a search path": ("src/a.c", "# include <h_keys.h>\n", "test/include/h_keys.h"),
    "c source": ("src/a.cpp", '#include "examples/h.c"\n', "examples/h.c"),
    "go": ("cmd/a.go", 'import (\n\tx "example.com/m/internal/testdata/h"\n)\n', "internal/testdata/h/x.go"),
    "php": ("lib/a.php", "<?php require_once __DIR__ . '/../tests/h.php';\n", "tests/h.php"),
    "php namespace": ("lib/a.php", "<?php\nuse App\\Tests\\H;\n", "app/Tests/H.php"),
    "ruby": ("lib/a.rb", "require_relative '../spec/test/h'\n", "spec/test/h.rb"),
}  # fmt: skip


@pytest.mark.parametrize("case", IMPORTED)
def test_what_shipped_code_imports_is_shipped(tmp_path: Path, case: str) -> None:
    importer, text, target = IMPORTED[case]
    idle = scopes(tmp_path, {importer: "\n", target: "x\n"})
    assert idle[target][0] in ("test", "example", "build")
    found = scopes(tmp_path, {importer: text, target: "x\n"})
    assert found[target][0] == "shipped", found
    line = next(number for number, line in enumerate(text.split("\n"), 1) if line.strip() and "def " not in line)
    if case in ("go", "php namespace"):
        line = 2
    assert found[target][1] == f"imported by {importer}:{line}, in spite of its {idle[target][1]}"


KEPT = {
    "a test imports it": {"tests/a.py": "from tests.h import x\n", "tests/h.py": ""},
    "another file of that name": {"app/a.py": "import h\nfrom tests_of import y\n", "tests/h.py": ""},
    "a shipped header of that name": {"src/a.c": '#include "h.h"\n', "include/h.h": "", "test/h.h": ""},
    "a comment names the class": {
        "src/com/x/A.java": "// HTest\n/** {@link HTest} */\n * com.x.HTest\n",
        "src/com/x/HTest.java": "",
    },
    "a package imported whole": {"src/com/x/A.java": "import com.x.test.*; class A {}\n", "src/com/x/test/H.java": ""},
    "a package of others": {"lib/a.js": "import h from 'test/h'\n", "test/h.js": ""},
    "the word alone": {"app/a.py": "tests = h = 1\n", "app/tests/h.py": ""},
    "a test file of an imported folder": {"a.go": 'import "m/testdata/h"\n', "testdata/h/x_test.go": ""},
}


@pytest.mark.parametrize("case", KEPT)
def test_what_is_not_imported_keeps_its_scope(tmp_path: Path, case: str) -> None:
    found = scopes(tmp_path, KEPT[case])
    assert {scope for path, (scope, _) in found.items() if "test" in path.lower()} == {"test"}


def test_what_an_imported_file_imports_is_shipped_too(tmp_path: Path) -> None:
    files = {
        "app/a.py": "from app.tests import h\n", "app/tests/__init__.py": "", "app/tests/h.py": "from .deep import k\n",
        "app/tests/deep/__init__.py": "from . import k\n", "app/tests/deep/k.py": "import app.a\n",
        "app/tests/u.py": "",
    }  # fmt: skip
    found = scopes(tmp_path, files)
    assert {path for path, (scope, _) in found.items() if scope == "test"} == {"app/tests/u.py"}
    assert found["app/tests/deep/k.py"][1].startswith("imported by app/tests/")


def test_code_imports_only_within_its_own_archive(tmp_path: Path) -> None:
    inner = tarred({"app/tests/h.py": b"", "app/x.c": b""})
    found = scopes(tmp_path, {"app/a.py": "import app.tests.h\n", "in.tar": inner})
    assert found["in.tar!app/tests/h.py"][0] == "test"


def test_a_published_packages_test_folder_is_test_until_something_imports_it(tmp_path: Path) -> None:
    files = {"package/package.json": b'{"name": "p", "version": "1"}', "package/index.js": b"",
             "package/test/t.js": b"", "package/docs/d.js": b""}  # fmt: skip
    packed = scopes(tmp_path, {"p.tgz": tarred(files)})
    assert packed["p.tgz!package/test/t.js"] == ("test", "path name test/")
    assert packed["p.tgz!package/docs/d.js"] == ("shipped", "npm package")
    used = tarred({**files, "package/index.js": b"require('./test/t')\n"})
    assert scopes(tmp_path, {"p.tgz": used})["p.tgz!package/test/t.js"][0] == "shipped"


def test_beyond_any_sense_everything_ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.intake.imports._STEPS", 50)
    files = {f"test/{number}/h.h": "" for number in range(20)} | {"src/a.c": '#include "x/h.h"\n' * 9}
    found = scopes(tmp_path, files)
    assert found["test/7/h.h"] == ("shipped", "too many imports to follow")


@pytest.mark.parametrize("group", _PATTERNS)
@pytest.mark.parametrize(
    "piece",
    [
        "from a import (",
        "from a import (\n",
        "#include <\n",
        "import ",
        "require ",
        " \t",
        "a.",
        "use \\",
        '"',
        "require_once x",
    ],
)
def test_hostile_text_costs_no_more_than_its_length(group: str, piece: str) -> None:
    import time

    text = piece.encode() * (400_000 // len(piece))
    start = time.process_time()
    assert len(list(pattern(group).finditer(text))) < len(text)
    assert time.process_time() - start < 3
