"""Names, sites, values and structures of C# text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Node

from assay.source.answers import Answer
from assay.source.calls import MOST_PLACES, functions_of_name, sizes
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.values import Resolver

CSHARP = BY_NAME["C#"]
USING = "using Sec.Crypto;"


def site(code: str, word: str, nth: int = 0) -> Site | None:
    parsed = Parsed(CSHARP, code.encode())
    at = -1
    for _ in range(nth + 1):
        at = code.index(word, at + 1)
    node = parsed.at(at, len(word))
    return CSHARP.site(parsed, node, word) if node is not None else None


def inside(body: str, using: str = USING) -> str:
    return f'{using}\nnamespace P.Q {{ class T {{ void F(string given, string other = "d") {{\n{body}\n}} }} }}\n'


@pytest.mark.parametrize(
    ("code", "word", "nth", "name"),
    [
        (inside("Aes.Create();"), "Aes", 0, "Sec.Crypto.Aes.Create"),
        (inside("var a = Aes.Create();"), "Aes", 0, "P.Q.Aes.Create"),
        (inside("var a = Aes.Create();"), "Aes", 0, "P.Aes.Create"),
        (inside("Sec.Crypto.Aes.Create();", ""), "Aes", 0, "Sec.Crypto.Aes.Create"),
        (inside("global::Sec.Crypto.Aes.Create();", ""), "Aes", 0, "Sec.Crypto.Aes.Create"),
        (inside("A.Create();", "using A = Sec.Crypto.Aes;"), "A.C", 0, "Sec.Crypto.Aes.Create"),
        (inside("@Aes.Create();"), "@Aes", 0, "Sec.Crypto.Aes.Create"),
        (inside("new Spec(a);"), "Spec", 0, "Sec.Crypto.Spec.<init>"),
        (inside("new Spec<A>(a);"), "Spec", 0, "Sec.Crypto.Spec.<init>"),
        (inside("new Spec { Mode = a };"), "Spec", 0, "Sec.Crypto.Spec.<init>"),
        (inside("Spec s = new(a);"), "Spec", 0, "Sec.Crypto.Spec.<init>"),
        (inside("Spec? s = new(a);"), "Spec", 0, "Sec.Crypto.Spec.<init>"),
        (inside("x(Mode.ECB);"), "Mode", 0, "Sec.Crypto.Mode.ECB"),
        (inside("x(typeof(Aes));"), "Aes", 0, "Sec.Crypto.Aes.class"),
        (inside("Make<Aes>();"), "Aes", 0, "Sec.Crypto.Aes.class"),
        (inside("Func<A> f = Aes.Create;"), "Aes", 0, "Sec.Crypto.Aes.Create"),
        (inside("s?.Protect(a);"), "Protect", 0, ".Protect"),
        (inside("s.Mode = a;"), "Mode", 0, "=Mode"),
        (inside("s.Call += a;"), "Call", 0, "=Call"),
        (inside("new S { Mode = a };"), "Mode", 0, "=Mode"),
        (inside("Create();", "using static Sec.Crypto.Aes;"), "Create", 0, "Sec.Crypto.Aes.Create"),
        ("namespace N;\nusing Sec.Crypto;\nclass T { Aes a = Aes.Create(); }", "Aes", 1, "Sec.Crypto.Aes.Create"),
        ("class T { object r = new Random(); }", "Random", 0, "System.Random.<init>"),
    ],
)
def test_a_site_has_the_qualified_name(code: str, word: str, nth: int, name: str) -> None:
    parsed = Parsed(CSHARP, code.encode())
    at = -1
    for _ in range(nth + 1):
        at = code.index(word, at + 1)
    node = parsed.at(at, len(word.partition(".")[0]))
    assert node is not None
    found = CSHARP.site(parsed, node, word)
    assert found is not None
    assert name in found.names


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("using Sec.Crypto.Aes;", "Aes"),
        ("class Aes { }", "Aes"),
        (inside("// Aes.Create()"), "Aes"),
        (inside('x("Aes.Create()");'), "Aes"),
        (inside("Aes a;"), "Aes"),
        (inside("Aes a = null;"), "Aes"),
        (inside("x(nameof(Aes));"), "Aes"),
        (inside("x(nameof(Aes.Create));"), "Aes"),
        ("class T { void F(Aes a) { } }", "Aes"),
        (inside("s.Mode -= a;"), "Mode"),
    ],
)
def test_what_only_declares_or_mentions_is_no_site(code: str, word: str) -> None:
    assert site(code, word) is None


@pytest.mark.parametrize(
    "code",
    [
        "if (a == K.NONE) {}",
        "if (K.NONE.Equals(a)) {}",
        "a.Equals(K.NONE);",
        "switch (a) { case K.NONE: break; }",
        "x = a is K.NONE;",
    ],
)
def test_a_constant_that_is_only_compared_has_no_effect(code: str) -> None:
    found = site(inside(code), "NONE")
    assert found is not None
    assert not found.settled


def test_a_constant_that_an_arm_yields_has_an_effect() -> None:
    found = site(inside("var x = a switch { 1 => K.NONE, _ => b };"), "NONE")
    assert found is not None
    assert found.settled


def test_methods_of_a_class_are_named_arguments_of_what_it_implements() -> None:
    found = site("class T : V { public bool Check(A a) { return true; } void Other() { } }", "V")
    assert found is not None
    assert found.arguments is not None
    assert set(found.arguments.named) == {"Check", "Other"}


def test_arguments_by_name() -> None:
    found = site(inside("S.Make(1, size: 2);"), "Make")
    assert found is not None
    assert found.arguments is not None
    assert [len(found.arguments.positional), set(found.arguments.named)] == [1, {"size"}]


@pytest.mark.parametrize(
    "body",
    [
        "var a = Aes.Create();\na.Mode = m;",
        "using var a = Aes.Create();\na.Mode = m;",
        "using (var a = Aes.Create()) { a.Mode = m; }",
        "var a = (A)Aes.Create();\na.Mode = m;",
        "var a = Aes.Create()!;\na.Mode = m;",
    ],
)
def test_an_assigned_property_counts_as_a_later_call(body: str) -> None:
    code = inside(body)
    found = site(code, "Aes")
    assert found is not None
    assert {call.method for call in Parsed(CSHARP, code.encode()).later_calls(found.node)} == {"Mode"}


def test_an_initialiser_counts_as_later_calls() -> None:
    code = inside("var a = new Aes { Mode = m, Inner = new B { Size = 1 } };\na?.Go();")
    found = site(code, "Aes")
    assert found is not None
    assert {call.method for call in Parsed(CSHARP, code.encode()).later_calls(found.node)} == {"Mode", "Inner", "Go"}


def resolved(body: str, fields: str = "") -> Answer:
    """Values of the first argument of the call of `Ask`."""
    code = inside(body).replace("class T {", f"class T {{ {fields}", 1)
    parsed = Parsed(CSHARP, code.encode())
    node: Node | None = parsed.at(code.index("Ask("), 3)
    while node is not None and node.type != "invocation_expression":
        node = node.parent
    assert node is not None
    given = CSHARP.arguments(parsed, CSHARP.argument_list(node))
    return Resolver(parsed, {"Sec.Crypto.Mode.ECB"}.__contains__, 2000).resolve(given.positional[0])


def texts(answer: Answer) -> list[str]:
    return [value.text for value in answer.values]


@pytest.mark.parametrize(
    ("body", "fields", "expected"),
    [
        ('Ask("a" + "b");', "", ["ab"]),
        ('Ask("a\\"b\\u0041");', "", ['a"bA']),
        ('Ask(@"a\\b""c");', "", ['a\\b"c']),
        ('Ask("a"u8);', "", ["a"]),
        ('var n = "b"; Ask($"a{n}");', "", ["ab"]),
        ("Ask(N);", 'const string N = "b";', ["b"]),
        ("Ask(N);", 'static readonly string N = "b";', ["b"]),
        ("Ask(N);", 'string N => "b";', ["b"]),
        ("Ask(T.N);", 'const string N = "b";', ["b"]),
        ('Ask(x ? "a" : "b");', "", ["a", "b"]),
        ('Ask(x switch { 1 => "a", _ => "b" });', "", ["a", "b"]),
        ('Ask((string)"a"!);', "", ["a"]),
        ('Ask(Encoding.UTF8.GetBytes("a"));', "", ["a"]),
        ("Ask(2 * 1_024);", "", ["2048"]),
        ("Ask(true);", "", ["true"]),
        ("Ask(Mode.ECB);", "", ["Sec.Crypto.Mode.ECB"]),
        ("Ask(new byte[] { 1, 2 });", "", [""]),
        ("Ask(new[] { 1, (byte)2 });", "", [""]),
        ("Ask([1, 2]);", "", [""]),
        ("Ask(new byte[16]);", "", [""]),
        ("Ask((a, b) => true);", "", ["true"]),
        ("Ask(delegate { return true; });", "", ["true"]),
        ("Ask((a, b) => { Log(a); if (b) { return true; } return true; });", "", ["true"]),
        ("Ask(All);", "bool All(object a) { Log(a); return true; }", ["true"]),
        ("Ask(All);", "bool All(object a) => true;", ["true"]),
    ],
)
def test_certain_values(body: str, fields: str, expected: list[str]) -> None:
    answer = resolved(body, fields)
    assert (answer.complete, texts(answer)) == (True, expected)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Ask(given);", []),
        ("Ask(other);", ["d"]),
        ('Ask($"a{given}");', []),
        ('Ask(x ?? "b");', ["b"]),
        ("Ask(Call());", []),
        ("foreach (var i in all) { Ask(i); }", []),
        ('var n = "a"; Change(ref n); Ask(n);', ["a"]),
        ("x.TryGet(out var n); Ask(n);", []),
    ],
)
def test_values_that_may_be_others(body: str, expected: list[str]) -> None:
    answer = resolved(body)
    assert (answer.complete, texts(answer)) == (False, expected)


@pytest.mark.parametrize(
    "code", ["Ask((a, b) => { if (a) { return false; } return true; });", "Ask((a, b) => a == b);"]
)
def test_a_callback_that_may_refuse_does_not_yield_true(code: str) -> None:
    assert texts(resolved(code)) == [""]


@given(st.binary(max_size=200))
def test_any_bytes_parse_and_no_place_raises(content: bytes) -> None:
    parsed = Parsed(CSHARP, b"using A.B;\n" + content)
    resolver = Resolver(parsed, {"A.B.C"}.__contains__, 200)
    for at in range(0, len(parsed.content), 7):
        node = parsed.at(at, 1)
        if node is not None:
            found = CSHARP.site(parsed, node, "x")
            parsed.name_of(node)
            resolver.resolve(node)
            if found is not None:
                parsed.later_calls(found.node)


_TOKENS = (
    'var x = ; C . ? ! :: ( ) { } "a" $"a{x}" @"b" new using static class => , [ ] switch 1 out ref < > + += typeof'
)


@given(st.lists(st.sampled_from(_TOKENS.split()), max_size=40))
def test_any_tokens_parse_and_no_place_raises(tokens: list[str]) -> None:
    test_any_bytes_parse_and_no_place_raises.hypothesis.inner_test(" ".join(tokens).encode())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "names", "most"),
    [
        ("class A { void F(string a, params byte[] rest) { } }", ("a", "rest"), MOST_PLACES),
        ("class A { void F(params ReadOnlySpan<char> rest) { } }", ("rest",), MOST_PLACES),
        ('class A { void F(string a = "x", params string[] rest) { } }', ("a", "rest"), MOST_PLACES),
        ("class A { void F(string a, byte[] b) { } }", ("a", "b"), 2),
    ],
)
def test_what_takes_the_rest_of_the_arguments_is_one_parameter(code: str, names: tuple[str, ...], most: int) -> None:
    parsed = Parsed(CSHARP, code.encode())
    (function,) = functions_of_name(parsed, "F")
    least = len(names) - (most == MOST_PLACES) - code.count('= "x"')
    assert CSHARP.parameters(parsed, function) == names
    assert sizes(parsed, function) == (least, most)
    assert CSHARP.parameter(parsed, function, names[-1]) == (True, None)
