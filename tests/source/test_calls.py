"""Calls and functions are found by their bytes as a plain pattern finds them; broken regions as a query does."""

import re

from hypothesis import given
from hypothesis import strategies as st

from assay.source import calls
from assay.source.c import C
from assay.source.languages import BY_NAME
from assay.source.names import standing
from assay.source.parsed import Parsed, _broken

_PARTS = st.lists(st.sampled_from([*"fg$.()<>\n=&*;,?1x", "ff", "<T>", "==", "[0]", "->"]), max_size=16)


@given(_PARTS)
def test_names_before_a_bracket(parts: list[str]) -> None:
    content = " ".join(parts).replace("f (", "f(").encode()
    for ahead, before in ((rb"(?<![\w$])", calls._PART), (rb"(?<![\w$.])", calls._MEMBER)):
        plain = re.compile(ahead + rb"f\s*(?:<[^<>()]*>\s*)?\(")
        assert list(calls._followed(content, "f", before)) == [found.start() for found in plain.finditer(content)]


_C = st.lists(
    st.sampled_from(["int f = 1;", "f(1);", "f = 2;", "g(&f);", "f++;", "--f;", "#define f 1\n", "enum { f = 3 };",
                     "g(f);", "if (f == 1) g();", "x->f;", "int f[2] = {1};", "f /**/ = 1;", "f += 1;", "return f;",
                     "/* f */", "static int f;", "{", "}", "void h() {", "f < 1;", "f <<= 1;", "(f) = 1;",
                     "int ff = 1;"]),
    max_size=8,
)  # fmt: skip


@given(_C)
def test_what_is_bound_may_be(parts: list[str]) -> None:
    content = " ".join(parts).encode()
    parsed = Parsed(BY_NAME["C"], content)
    assert isinstance(parsed.adapter, C)
    bound = parsed.bindings(parsed.root).get("f") or parsed._inner.get("f") or ()
    assert not any(not item.final or item.value for item in bound) or parsed.adapter.may_bind(content, "f")


@given(_C)
def test_bytes_that_do_not_parse(parts: list[str]) -> None:
    parsed = Parsed(BY_NAME["C"], " ".join((*parts, ")")).encode())
    rows = parsed.matches("(ERROR) @error", parsed.root)
    assert _broken(parsed.root) == sum(node.end_byte - node.start_byte for row in rows for node in row["error"])


@given(_PARTS, st.integers(0, 8), st.integers(8, 40))
def test_names_by_themselves(parts: list[str], start: int, end: int) -> None:
    content = "".join(parts).encode()
    end = min(end, len(content))
    plain = re.compile(rb"(?<![\w.$])f(?!\w)")
    found = [match.start() for match in plain.finditer(content, start, end)]
    assert list(standing(content, "f", start, end)) == found
