"""What PHP hides in variables that are called, computed paths and backquotes."""

import pytest

from assay.core.examination import FileMeta, FileView, Limits, Locator
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.examinations.cipher.outlook.php import PhpText

PHP = OUTLOOKS["PHP"]


def view(code: str) -> FileView:
    content = f"<?php\n{code}\n".encode()
    meta = FileMeta("a.php", "a.php", len(content), "source", "PHP", "product", "shipped", Locator("file", "a.php"))
    assert Limits().unit_bytes > len(content)
    return FileView(meta, content)


@pytest.mark.parametrize(
    "code",
    [
        "$f = 'm' . 'd5'; $f($x);",
        "$f = $conf['f']; $f($x);",
        "$f = base64_decode($x); $f($x);",
        "$c = get(); new $c();",
        "$f = g(); call_user_func($f, $x);",
        "$f = g(); usort($a, $f);",
        "$f = g(); uksort($a->b['c'], $f);",
        "call_user_func('m' . 'd5', $x);",
        "(self::F)($x);",
        "$x = `openssl md5 a`;",
        "echo `$command`;",
    ],
)
def test_a_name_that_is_made_at_run_time_is_a_disguise(code: str) -> None:
    offset = PHP.disguised(view(code).content)
    assert offset is not None
    assert offset >= 0


@pytest.mark.parametrize(
    "code",
    [
        "$f = 'strlen'; $f($x);",
        "$f = function ($a) { return $a; }; $f($x);",
        "$f = fn($a) => $a; $f($x);",
        "function f($g) { $g(1); }",
        "$f = $this->callback; $f($x);",
        "$this->go($x); $o->$m;",
        "call_user_func($f, $x);",
        "call_user_func([$this, 'go'], $x);",
        "$a = g(); usort($a, function ($x, $y) { return 0; });",
        "$a = g(); usort($a, [$this, 'go']);",
        "new Thing($x);",
        "$s = 'a `openssl` b';",
        "// `openssl md5`",
    ],
)
def test_what_the_text_shows_is_none(code: str) -> None:
    assert PHP.disguised(view(code).content) == -1


@pytest.mark.parametrize(("code", "found"), [
    ("include $path;", True),
    ("require_once dirname(__FILE__) . '/a.txt';", True),
    ("require __DIR__ . '/a.php';", False),
    ("include_once('a.inc');", False),
    ("// include $path;", False),
    ("$this->include($path);", False),
    ("?><p>Please include the prefix; or not.</p>", False),
])  # fmt: skip
def test_files_that_are_included(code: str, found: bool) -> None:
    assert bool(list(PhpText().around(view(code), ()))) is found
