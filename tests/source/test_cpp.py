import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Node

from assay.source.answers import Answer
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.values import Resolver

_CPP = BY_NAME["C++"]


def _parsed(code: str) -> Parsed:
    return Parsed(_CPP, code.encode())


def _at(parsed: Parsed, word: str, nth: int = 0) -> Node:
    places = [found.start() for found in re.finditer(rb"\b" + word.encode() + rb"\b", parsed.content)]
    node = parsed.at(places[nth], len(word))
    assert node is not None
    return node


def _site(code: str, word: str, nth: int = 0) -> Site | None:
    parsed = _parsed(code)
    return _CPP.site(parsed, _at(parsed, word, nth), word)


def _named(code: str, word: str, nth: int = 0) -> tuple[str, ...]:
    site = _site(code, word, nth)
    return site.names if site is not None else ()


def _argument(code: str, position: int = 0, known: tuple[str, ...] = ()) -> Answer:
    """What the argument of the call of `sink` can be."""
    parsed = _parsed(code)
    site = _CPP.site(parsed, _at(parsed, "sink"), "sink")
    assert site is not None
    assert site.arguments is not None
    return Resolver(parsed, known.__contains__, 500).resolve(site.arguments.positional[position])


def test_names_follow_namespaces_aliases_and_using() -> None:
    assert "A.B.run" in _named("void f() { A::B::run(1); }", "run")
    assert "A.B.run" in _named("namespace n = A::B;\nvoid f() { n::run(1); }", "run")
    assert "A.run" in _named("using namespace A;\nvoid f() { run(1); }", "run")
    assert "A.B.run" in _named("void f() { using A::B; B::run(1); }", "run")
    assert "run" in _named("void f() { ::run(1); }", "run")
    assert "A.B.run" in _named("using Short = A::B;\nvoid f() { Short::run(1); }", "Short", 1)


@pytest.mark.parametrize(
    "code",
    [
        "void f() { A::X v; }",
        "void f() { A::X v(k, 16); }",
        "void f() { A::X v{k, 16}; }",
        "void f() { auto v = A::X(k, 16); }",
        "void f() { auto v = A::X{k, 16}; }",
        "void f() { auto *v = new A::X(k, 16); }",
        "void f() { auto v = std::make_unique<A::X>(k, 16); }",
        "class C { A::X v_; };",
        "using Y = A::X;",
        "typedef A::X Y;",
        "class C : public A::X { };",
    ],
)
def test_an_object_that_is_made_is_a_call_of_its_constructor(code: str) -> None:
    assert "A.X.<init>" in _named(code, "X")


@pytest.mark.parametrize(
    "code",
    [
        "void f(A::X *v);",
        "void f(const A::X &v) { }",
        "A::X *f();",
        "class C { A::X *v_; };",
        "class C { std::unique_ptr<A::X> v_; };",
        "void A::X::run() { }",
        "extern A::X v;",
        "class X;",
        "using A::X;",
        "namespace X { }",
        "enum class E { X };",
        "void f() { int X = 1; }",
        "void f() { if (s.X) return; }",
        "class X { public: X(int a); };\nvoid f() { X v(1); }",
    ],
)
def test_what_only_names_a_type_is_no_site(code: str) -> None:
    for nth in range(len(re.findall(r"\bX\b", code))):
        assert not any(name.endswith("A.X.<init>") for name in _named(code, "X", nth)), nth


def test_templates_are_named_arguments() -> None:
    for code in (
        "void f() { A::Mode<A::Cipher, 8>::Encryption e; }",
        "using E = A::Mode<A::Cipher, 8>::Encryption;",
        "using E = A::Mode<A::Cipher, 8>::Encryption;\nvoid f() { E e; }",
    ):
        site = _site(code, "Mode")
        assert site is not None
        assert site.arguments is not None
        assert site.names[0] == "A.Mode.Encryption.<init>"
        assert [site.arguments.named[f"<{place}>"].text for place in (0, 1)] == [b"A::Cipher", b"8"]


def test_a_variable_that_the_grammar_takes_for_a_function_has_arguments() -> None:
    parsed = _parsed("void f() { X v(key, n, make()); v.use(1); }")
    site = _CPP.site(parsed, _at(parsed, "X"), "X")
    assert site is not None
    assert site.arguments is not None
    assert [node.text for node in site.arguments.positional] == [b"key", b"n", b"make()"]
    assert [call.method for call in parsed.later_calls(site.node)] == ["use"]
    inner = _CPP.site(parsed, _at(parsed, "make"), "make")
    assert inner is not None
    assert inner.arguments is not None
    assert "make" in inner.names


def test_the_constructor_gives_a_field_its_arguments() -> None:
    site = _site("class C { C() : v_(kName, 3) { } X v_; };", "X")
    assert site is not None
    assert site.arguments is not None
    assert [node.text for node in site.arguments.positional] == [b"kName", b"3"]


def test_methods_and_settings_of_objects() -> None:
    assert _named("void f(T *x) { x->run(1); }", "run") == (".run",)
    assert _named("void f(T &x) { x.run<int>(1); }", "run") == (".run",)
    assert _named("void f(T &x) { x.run = false; }", "run") == ("=run",)
    assert ".run" in _named("void C::f() { run(1); }", "run")


def test_values_of_cpp() -> None:
    assert _argument("constexpr int N = 2'048;\nvoid f() { sink(N); }").values[0].text == "2048"
    assert _argument('void f() { sink(R"(AES-128)"); }').values[0].text == "AES-128"
    assert _argument('void f() { sink(L"AES" L"-128"); }').values[0].text == "AES-128"
    assert _argument('void f() { sink(std::string("AES") + "-128"); }').values[0].text == "AES-128"
    assert _argument('void f() { std::string s("AES"); sink(s.c_str()); }').values[0].text == "AES"
    assert _argument('class C { static constexpr const char *kName = "AES"; void f() { sink(kName); } };').certain
    assert _argument("const std::array<unsigned char, 3> k{1, 2, 3};\nvoid f() { sink(k); }").values[0].size == 3
    assert _argument("void f() { sink(static_cast<int>(A::B)); }", known=("A.B",)).values[0].text == "A.B"
    assert _argument("void f(int n = 3) { sink(n); }").values[0].text == "3"
    assert not _argument("void f() { for (auto n : all) sink(n); }").complete
    assert _argument("void f() { sink([](bool) { return true; }); }").values[0].kind == "yields"


def test_calls_on_what_a_pointer_was_filled_with() -> None:
    parsed = _parsed("void f() { open(&h, 1); set(h, 2); h2.set(h); open(&h, 3); set(h, 4); }")
    node = _CPP.site(parsed, _at(parsed, "open"), "open")
    assert node is not None
    assert node.arguments is not None
    calls = parsed.calls_on(node.arguments.positional[0], node.node)
    assert [parsed.text(call.node) for call in calls] == ["set(h, 2)"]


def test_names_of_declarations() -> None:
    parsed = _parsed("namespace a { class B { void run() { one(); } }; }\nvoid a::B::walk() { two(); }\n")
    assert parsed.name_of(_at(parsed, "one")) == "a.B.run"
    assert parsed.name_of(_at(parsed, "two")) == "a.B.walk"


_PIECES = (
    "A::X v;", "A::X v(b);", "class C {", "};", "void f() {", "}", "template <typename T>", "using namespace A;",
    "auto l = [&](int z) {", "#if 0", "#endif", "X<Y<Z>> w{1};", "x->X();", "operator<", "R\"(", ")\"", "\u00e9", "::",
    "using E = A::X;", "new A::X(1)", "throw X{};", "<", ">", "(", ")", "enum class X : int { a };",
)  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=30))
def test_any_text_gives_sites_without_failing(lines: list[str]) -> None:
    parsed = Parsed(_CPP, "\n".join(lines).encode())
    for found in re.finditer(rb"\bX\b", parsed.content):
        node = parsed.at(found.start(), 1)
        if node is not None:
            site = _CPP.site(parsed, node, "X")
            if site is not None:
                parsed.name_of(site.node)
                parsed.later_calls(site.node)
                for given_node in site.arguments.positional if site.arguments is not None else ():
                    Resolver(parsed, lambda _: False, 50).resolve(given_node)
