"""Calls and functions are found by their bytes as a plain pattern finds them; broken regions as a query does."""

import re

import pytest
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


_FUNCTIONS = [
    ("C", "int f(int a, char *b, int (*c)(int)) { return a; }", ("a", "b", "c"), (3, 3)),
    ("C", "int f(void) { return 1; }", (), (0, 0)),
    ("C++", 'int f(const X& a, std::string b = "x") { return a; }', ("a", "b"), (1, 2)),
    ("Go", "package p\nfunc (x *T) f(a, b int, c string) { }", ("a", "b", "c"), (3, 3)),
    ("Kotlin", 'fun f(a: Int, b: String = "x"): Int { return a }', ("a", "b"), (1, 2)),
    ("Rust", "impl T { fn f(&self, a: u8) { } }", ("a",), (1, 1)),
    ("TypeScript", "function f(a: string, b?: number, c: number = 1) { }", ("a", "b", "c"), (1, 3)),
    ("Python", "def f(a, b=1):\n    pass\n", ("a", "b"), (1, 2)),
    ("Python", "f = lambda a, b=1: a\n", ("a", "b"), (1, 2)),
    ("JavaScript", "const f = (a, b) => a;\n", ("a", "b"), (2, 2)),
    ("TypeScript", "const f: (a: string) => string = (a) => a;\n", ("a",), (1, 1)),
    ("JavaScript", "exports.f = function (a) { return a; };\n", ("a",), (1, 1)),
]


@pytest.mark.parametrize(("language", "code", "names", "sizes"), _FUNCTIONS)
def test_what_a_function_takes(language: str, code: str, names: tuple[str, ...], sizes: tuple[int, int]) -> None:
    parsed = Parsed(BY_NAME[language], code.encode())
    found = calls.functions_of_name(parsed, "f")
    assert [parsed.adapter.parameters(parsed, one) for one in found] == [names]
    assert [calls.sizes(parsed, one) for one in found] == [sizes]


@pytest.mark.parametrize(
    ("language", "code", "called", "defined"),
    [
        ("Go", "package p\nfunc f() int { return 1 }\n", False, True),
        ("Go", "package p\nfunc (t *T) f() int { return 1 }\n", True, True),  # not told apart from a call of `(g)`
        ("Go", "package p\nvar x = f(1) + p.f(2)\n", True, False),
        ("Go", "package p\nvar f = 1\n", False, False),
        ("C", "int f(int a);\nstatic void *f (void) { }\n", False, True),
        ("C", "int f(int a);\nint g(void) { return f(1); }\n", True, True),
        ("Java", "class A { int f() { return 1; } }", True, True),
        ("JavaScript", "const f = (a) => a;\n", False, True),
        ("JavaScript", "exports.f = async function (a) { };\n", False, True),
        ("JavaScript", "const f = a, g = f == (1);\n", False, False),
    ],
)
def test_what_a_text_may_call_or_define(language: str, code: str, *, called: bool, defined: bool) -> None:
    adapter, content = BY_NAME[language], code.encode()
    assert (calls.may_call(adapter, content, "f"), calls.may_define(adapter, content, "f")) == (called, defined)


_LINES = ["f(a)", "int f(a)", "func f(a)", "func (t T) f(a)", "{ x = 1 }", ";", "\n", "return", "*f(a)", "(g) f(a)"]


@pytest.mark.parametrize("language", ["Go", "C", "Java"])
@given(parts=st.lists(st.sampled_from(_LINES), max_size=8))
def test_a_function_that_is_found_may_be_defined(language: str, parts: list[str]) -> None:
    content = " ".join(parts).encode()
    if calls.functions_of_name(Parsed(BY_NAME[language], content), "f"):
        assert calls.may_define(BY_NAME[language], content, "f")


@pytest.mark.parametrize(
    "code",
    [
        "let f = () => 'a';\nif (x) f = () => 'b';\n",  # it may be either
        "let f = g;\n",
        "const o = { f: () => 'a' };\n",  # called on an object, which may be another one
    ],
)
def test_a_variable_that_may_be_something_else_is_no_function(code: str) -> None:
    assert calls.functions_of_name(Parsed(BY_NAME["JavaScript"], code.encode()), "f") == []
