"""Other names of modules: a place that is passed over for its text is one of which the tree says nothing either."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.examination import FileMeta, FileView, Limits, Locator
from assay.examinations.cipher.outlook import OUTLOOKS, Outlook
from assay.examinations.cipher.outward import OutOfSight
from assay.lab.hits import Prefilter

MADE = (
    "const c = require('crypto'), s = c.subtle, v = require('vm'), r = require('child_process'), w = webcrypto;",
    "import c from 'crypto'; const s = c.webcrypto.subtle, v = process, {r} = require('shelljs'), w = WebAssembly;",
    "var forge = require('node-forge'), c = forge.cipher, s = forge.md, v = s.sha1, r = c.aes, w = eval;",
)
USED = (
    "f({0}{1});", "x = {0}{1};", "{0}{1}(a);", "new {0}{1}(a, b);", "return {{ a: {0}{1} }};", "{0}{1} = a;",
    "const {{ b }} = {0}{1};", "f(...{0}{1})", "(0, {0}{1})(a)", "a ? {0}{1} : {0}", "if ({0}{1}) f({0})", "[{0}{1}]",
    "{0}{1}`a`", "typeof {0}{1}", "({0}{1}).subtle.digest(a)", "{0}{1}<a>(b)",
)  # fmt: skip
MEMBERS = (
    ".default", ".call", ".apply", ".bind", ".subtle", ".exec", ".Script", ".compile", ".sha1", ".other", ".binding",
    "[a]", "['subtle']", "?.subtle", " .subtle", ".createHash", ".spawn", ".webcrypto", "\n  .runInContext", ".dlopen",
)  # fmt: skip


def blind(content: bytes, language: str) -> list[str]:
    meta = FileMeta("a.js", "a.js", len(content), "source", language, "product", "shipped", Locator("file", "a.js"))
    outward = OutOfSight(language)
    found = Prefilter([outward], 5000).interested(content, (0,))
    hits = found[0].hits if found else []

    class Lab:
        limits = Limits()

    return [item.detail for item in outward.examine(FileView(meta, content), hits, Lab()).shortfalls]


@pytest.mark.parametrize("language", ["JavaScript", "TypeScript"])
@given(
    made=st.sampled_from(MADE),
    uses=st.lists(
        st.tuples(st.sampled_from(USED), st.sampled_from("csvrw"), st.lists(st.sampled_from(MEMBERS), max_size=3)),
        max_size=4,
    ),
)
def test_a_place_that_is_passed_over_is_no_way_out(
    language: str, made: str, uses: list[tuple[str, str, list[str]]]
) -> None:
    lines = [made, *("function g() { " + use.format(name, "".join(members)) + " }" for use, name, members in uses)]
    content = "\n".join(lines).encode()
    known = type(OUTLOOKS[language])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known, "may_lead", Outlook.may_lead)
        whole = blind(content, language)
    assert blind(content, language) == whole


def test_a_module_that_is_handed_on_under_another_name_is_a_way_out() -> None:
    content = b"const forge = require('node-forge');\nconst m = forge.md;\nf(m);\nf(m.default);\nm.sha1.create();\n"
    assert {"line 3: node-forge.md handed on", "line 4: node-forge.md handed on"} <= set(blind(content, "JavaScript"))
