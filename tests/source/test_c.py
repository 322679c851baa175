import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Node

from assay.source.answers import Answer
from assay.source.c import C
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.values import Resolver

_C = BY_NAME["C"]


def _parsed(code: str) -> Parsed:
    return Parsed(_C, code.encode())


def _at(parsed: Parsed, word: str, nth: int = 0) -> Node:
    places = [found.start() for found in re.finditer(rb"\b" + word.encode() + rb"\b", parsed.content)]
    node = parsed.at(places[nth], len(word))
    assert node is not None
    return node


def _site(code: str, word: str, nth: int = 0) -> Site | None:
    parsed = _parsed(code)
    return _C.site(parsed, _at(parsed, word, nth), word)


def _argument(code: str, position: int = 0, known: tuple[str, ...] = ()) -> Answer:
    """What the argument of the call of `sink` can be."""
    parsed = _parsed(code)
    site = _C.site(parsed, _at(parsed, "sink"), "sink")
    assert site is not None
    assert site.arguments is not None
    return Resolver(parsed, known.__contains__, 500).resolve(site.arguments.positional[position])


def test_a_call_is_a_site_with_its_arguments() -> None:
    site = _site("void f(void) { run(a, /* note */ b); }", "run")
    assert site is not None
    assert site.arguments is not None
    assert (site.names, [node.text for node in site.arguments.positional]) == (("run",), [b"a", b"b"])


def test_declarations_and_members_are_no_sites() -> None:
    for code in (
        "int run(int a);",
        "extern T *run(void);",
        "int run(int a) { return a; }",
        "struct s { int run; };",
        "int f(int run) { return 0; }",
        "int f(run) int run; { return 0; }",
        "enum e { run };",
        "#define run other\n",
        "#undef run\n",
        "#ifdef run\n#endif\n",
        "typedef int run;",
        "void f(void) { goto run; run: return; }",
        "void f(S *s) { s->run = 1; }",
    ):
        assert _site(code, "run") is None, code


def test_what_is_only_compared_or_measured_is_not_settled() -> None:
    for code in ("if (x == run) ;", "if (x != run()) ;", "n = sizeof(run);", "switch (x) { case run: ; }"):
        site = _site(f"void f(T *x) {{ {code} }}", "run")
        assert site is not None, code
        assert not site.settled, code
    site = _site("void f(T *x) { if (run(x) == 1) ; }", "run")
    assert site is not None
    assert site.settled


def test_values_of_locals_constants_and_macros() -> None:
    assert _argument("#define N (2048)\nvoid f(void) { sink(N); }").values[0].text == "2048"
    assert _argument("enum { N = 2 * 512 };\nvoid f(void) { sink(N); }").values[0].text == "1024"
    assert _argument("static const int n = 1 << 10;\nvoid f(void) { sink(n); }").certain
    assert [value.text for value in _argument("void f(int a) { int n = a ? 1 : 2; sink(n); }").values] == ["1", "2"]
    joined = _argument('void f(void) { const char *s = "AES" "-128"; sink(s); }')
    assert [value.text for value in joined.values] == ["AES-128"]


def test_flags_joined_by_or_are_known_to_be_several() -> None:
    code = "void f(void) { sink(RED | BLUE); }"
    assert [value.text for value in _argument(code, known=("RED", "BLUE")).values] == ["RED|BLUE"]
    assert [value.text for value in _argument("void f(void) { sink(1 | 4); }").values] == ["5"]


def test_what_is_declared_here_and_set_elsewhere_is_unknown_and_waits_for_no_other_file() -> None:
    for code in (
        "void f(void) { unsigned char k[16]; fill(k); sink(k); }",
        "void f(T *k) { sink(k); }",
        "void f(k) T *k; { sink(k); }",
        "void f(void) { T *k = 0; find(&k); sink(k); }",
    ):
        answer = _argument(code)
        assert (answer.complete, answer.pending) == (False, ""), code
    assert _argument("void f(void) { sink(SIZE); }").pending == "SIZE"


def test_calls_on_the_object_that_a_call_made() -> None:
    parsed = _parsed("void f(void) { T *x = make(); set(x, 1); other(y); set(x, 2); }")
    site = _C.site(parsed, _at(parsed, "make"), "make")
    assert site is not None
    assert [(call.method, parsed.text(call.node)) for call in parsed.later_calls(site.node)] == [
        ("set", "set(x, 1)"),
        ("set", "set(x, 2)"),
    ]


@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("-", ""), ("a ? b : ", ""), ("g(", ")")])
def test_endless_nesting_ends(opening: str, closing: str) -> None:
    code = "void f(void) {{ sink({}); }}"
    far = _parsed(code.format(opening * 5000 + "x" + closing * 5000))
    assert far.at(far.content.index(b"x"), 1) is None
    assert far.too_deep == 1
    near = _argument(code.format(opening * 150 + "x" + closing * 150))
    assert not near.complete


def test_headers_are_stars() -> None:
    parsed = _parsed('#include <a/b.h>\n# include "c.h"\n/* #include <d.h> */\n#if X\n#include E\n#endif\n')
    assert parsed.imports.stars == ("a/b.h", "c.h", "E")


def test_what_the_unit_defines_is_no_site() -> None:
    code = (
        "int later(int);\nstatic T *mine(void) { return 0; }\n#define also(x) x\n"
        "#if X\nint far(int a) { return a; }\n#endif\n"
        "void f(void) { mine(1); also(1); far(1); later(1); other(1); }\n"
    )
    parsed = _parsed(code)

    def is_site(word: str) -> bool:
        node = parsed.at(code.rindex(word), len(word))
        return node is not None and parsed.adapter.site(parsed, node, word) is not None

    assert [is_site(word) for word in ("mine", "also", "far")] == [False, False, False]
    assert [is_site(word) for word in ("later", "other")] == [True, True]


@pytest.mark.parametrize(
    ("ahead", "declared"),
    [
        ("int ", True), ("static void *", True), ("unsigned char *const ", True), ("extern int\n", True),
        ("return ", False), ("T *", False), ("x = (int)", False), ("print ", False), ("sizeof(int) * ", False),
    ],
)  # fmt: skip
def test_a_declaration_is_told_by_the_type_ahead(ahead: str, *, declared: bool) -> None:
    code = f"{ahead}f(a, b);".encode()
    assert _C.declares(code, code.index(b"f(a")) is (True if declared else None)


def test_names_of_functions() -> None:
    parsed = _parsed("static T *\nouter(int a)\n{\n  run(a);\n}\n")
    assert parsed.name_of(_at(parsed, "run")) == "outer"


def test_plain_text_keeps_every_branch_but_what_if_zero_switches_off() -> None:
    code = b"#if 0\na\n#else\nb\n#endif\n#ifdef X\\\n Y\nc\n#elif Z\nd\n#endif\n"
    plain = C().plain(code)
    assert plain.split() == [b"b", b"c", b"d"]
    assert len(plain) == len(code)


_PIECES = (
    "#if 0", "#if A", "#ifdef B", "# else", "#elif C \\", "#endif", "x();", "{", "}", "/*", "*/", '"', "MD5_Init(&c);",
    "#define F(x) MD5_Init(x) \\", "if (a) {", "int f(a) int a; {", "\0", "\u00e9", "#define MD5_Init y", "MD5_Init;",
)  # fmt: skip
_LINES = st.lists(st.sampled_from(_PIECES), max_size=30)


@given(_LINES, st.sampled_from(["\n", "\r\n"]))
def test_any_text_keeps_its_places_and_gives_sites_without_failing(lines: list[str], end: str) -> None:
    content = end.join(lines).encode("utf-8")
    plain = C().plain(content)
    assert len(plain) == len(content)
    assert plain.count(b"\n") == content.count(b"\n")
    assert C().plain(plain) == plain
    parsed = Parsed(_C, content)
    for found in re.finditer(rb"MD5_Init", content):
        node = parsed.at(found.start(), len(found[0]))
        if node is not None:
            site = _C.site(parsed, node, "MD5_Init")
            assert site is None or parsed.line(site.node) <= content.count(b"\n") + 1
