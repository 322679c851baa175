"""Minified and bundled JavaScript, and names written with escapes."""

import pytest

from assay.core.examination import FileMeta, FileView, Limits, Locator
from assay.examinations.cipher.disguise import DisguisedNames
from assay.examinations.cipher.outlook import OUTLOOKS


class _Lab:
    limits = Limits()


def reasons(content: str, language: str = "JavaScript") -> list[str]:
    code = content.encode()
    meta = FileMeta("a.js", "a.js", len(code), "source", language, "product", "shipped", Locator("file", "a.js"))
    return [item.reason for item in DisguisedNames().examine(FileView(meta, code), (), _Lab()).shortfalls]


WRITTEN = "function add(a, b) {\n  return a + b;\n}\n"


@pytest.mark.parametrize(
    "content",
    [
        "!function(){" + "var a=function(b,c){return b+c};" * 80 + "}()",
        "/*! A licence. */\n" + "var a=function(b,c){return b+c};" * 80 + "\n//# sourceMappingURL=a.js.map\n",
        "var a=function(b,c){return b+c};" * 80 + f"\n//# sourceMappingURL=data:a/json;base64,{'A' * 9000}",
        WRITTEN * 40 + f"//# sourceMappingURL=data:a/json;base64,{'A' * 9000}\nvar a={'b+' * 9000}1",
        WRITTEN + "(() => { function __webpack_require__(n) { return m[n]; } })();\n",
        WRITTEN + '(self["webpackChunkapp"] = self["webpackChunkapp"] || []).push([[1], {}]);\n',
        WRITTEN + "var x = parcelRequire('a');\n",
        WRITTEN + "System.register(['a'], function (e) {});\n",
        WRITTEN + "{ var n = new Error('no module'); n.code = 'MODULE_NOT_FOUND' }\n",
    ],
)
def test_text_that_a_program_made_is_packed(content: str) -> None:
    assert reasons(content) == ["packed"]
    assert reasons(content, "TypeScript") == ["packed"]


@pytest.mark.parametrize(
    "content",
    [
        WRITTEN * 40,
        WRITTEN * 400 + f"const picture = '{'A' * 3000}';\n",
        WRITTEN * 40 + f"//# sourceMappingURL=data:application/json;base64,{'A' * 9000}==",
        "const name = '__webpack_require__';\n" + WRITTEN,
        "const s = '\\u0041bc', r = /[\\u0041-\\u005a]/;\n",
        "x" * 400,
    ],
)
def test_text_that_a_person_wrote_is_not(content: str) -> None:
    assert reasons(content) == []


@pytest.mark.parametrize(
    "content", ["c.create\\u0048ash(x)", "c['create\\x48ash'](x)", "c.create\\u{48}ash(x)", "e\\u0076al(x)"]
)
def test_a_word_of_the_catalogue_in_escapes_is_a_disguise(content: str) -> None:
    assert reasons(content) == ["blind-spot"]


def test_long_runs_of_escapes_take_no_time() -> None:
    assert OUTLOOKS["JavaScript"].disguised(b"'" + b"A" * 200_000 + b"\\x41" * 5_000 + b"'") == -1
