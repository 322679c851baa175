"""Names, sites, arguments and settings of PHP text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.source.answers import Answer
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.values import Resolver

PHP = BY_NAME["PHP"]


def site(code: str, word: str, nth: int = 0) -> Site | None:
    code = "<?php\n" + code
    parsed = Parsed(PHP, code.encode())
    at = -1
    for _ in range(nth + 1):
        at = code.index(word, at + 1)
    node = parsed.at(at, len(word))
    return PHP.site(parsed, node, word.lower()) if node is not None else None


@pytest.mark.parametrize(
    ("code", "word", "nth", "name"),
    [
        ("md5($x);", "md5", 0, "md5"),
        ("Md5($x);", "Md5", 0, "md5"),
        ("\\md5($x);", "md5", 0, "md5"),
        ("namespace A; md5($x);", "md5", 0, "md5"),
        ("use function A\\h as md5; md5($x);", "md5", 1, "a.h"),
        ("use A\\B; new B();", "B", 1, "a.b.<init>"),
        ("use A\\{B, C as D}; new D();", "D", 1, "a.c.<init>"),
        ("use A\\B; B::go(1);", "go", 0, "a.b.go"),
        ("use A\\B; B\\C::go(1);", "go", 0, "a.b.c.go"),
        ("namespace N; C::go(1);", "go", 0, "n.c.go"),
        ("new \\A\\B(1);", "B", 0, "a.b.<init>"),
        ("$x->go(1);", "go", 0, ".go"),
        ("$x?->go(1);", "go", 0, ".go"),
        ("use A\\B; f(B::MODE);", "MODE", 0, "a.b.mode"),
        ("f(PASSWORD_BCRYPT);", "PASSWORD_BCRYPT", 0, "password_bcrypt"),
        ("f(['verify_peer' => false]);", "verify_peer", 0, "=verify_peer"),
        ("$o['verify_peer'] = false;", "verify_peer", 0, "=verify_peer"),
        ("curl_setopt($c, CURLOPT_X, 0);", "CURLOPT_X", 0, "=curlopt_x"),
        ("curl_setopt_array($c, [CURLOPT_X => 0]);", "CURLOPT_X", 0, "=curlopt_x"),
        ("stream_context_set_option($c, 'ssl', 'verify_peer', false);", "verify_peer", 0, "=verify_peer"),
        ("array_map('md5', $x);", "md5", 0, "md5"),
        ("$c = 'A\\\\B';", "B", 0, "a.b.<init>"),
    ],
)
def test_a_site_has_the_qualified_name(code: str, word: str, nth: int, name: str) -> None:
    found = site(code, word, nth)
    assert found is not None
    assert name in found.names


@pytest.mark.parametrize(
    ("code", "word", "nth"),
    [
        ("$md5 = 1;", "md5", 0),
        ("function md5x($a) {}\n// md5($x)", "md5(", 0),
        ("echo 'a md5 of x';", "md5", 0),
        ("if (function_exists('md5')) {}", "md5", 0),
        ("$x->md5 = 1;", "md5", 0),
        ("use A\\md5;", "md5", 0),
        ("class md5 {}", "md5", 0),
    ],
)
def test_what_only_declares_or_mentions_is_no_site(code: str, word: str, nth: int) -> None:
    assert site(code, word.rstrip("("), nth) is None


def test_a_function_that_the_file_declares_is_its_own() -> None:
    found = site("namespace A; function md5($x) { return 1; }\nmd5($x);", "md5", 1)
    assert found is not None
    assert found.names == ()


def test_a_first_class_callable_is_not_called() -> None:
    found = site("$f = md5(...);", "md5")
    assert found is not None
    assert found.arguments is None


def value_of(code: str) -> Answer:
    """What the argument of the last `go(...)` can be."""
    code = "<?php\n" + code
    parsed = Parsed(PHP, code.encode())
    node = parsed.at(code.rindex("go("), 2)
    assert node is not None
    assert node.parent is not None
    given_to = PHP.arguments(parsed, PHP.argument_list(node.parent))
    return Resolver(parsed, lambda _: False, 1000).resolve(given_to.positional[0])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("go('a' . 'b');", "ab"),
        ("go('aes-' . 256 . '-cbc');", "aes-256-cbc"),
        ('$n = "x"; go("a{$n}b");', "axb"),
        ("class A { const B = 'x'; function f() { go(self::B); } }", "x"),
        ("const B = 'x'; go(B);", "x"),
        ("define('B', 'x'); go(B);", "x"),
        ("enum A: string { case B = 'x'; } go(A::B);", "x"),
        ("go(strtolower('X'));", "x"),
        ("$a = 'x'; go($a);", "x"),
        ("go(false);", "false"),
    ],
)
def test_values(code: str, text: str) -> None:
    assert [value.text for value in value_of(code).values] == [text]


@pytest.mark.parametrize(
    "code",
    [
        "function f($a) { go($a); }",
        "foreach ($b as $a) { go($a); }",
        "class A { private $a = 'x'; function f() { go($this->a); } }",
        "go($a ?: 'x');",
        "go($a['b']);",
    ],
)
def test_values_that_cannot_be_told_are_not_complete(code: str) -> None:
    assert not value_of(code).complete


def test_zeros_are_bytes() -> None:
    answer = value_of('go(str_repeat("\\0", 16));')
    assert [(value.kind, value.size) for value in answer.values] == [("bytes", 16)]


def test_members_of_array_literals_are_arguments() -> None:
    code = "<?php go($x, ['a' => 1, 'ssl' => ['b' => 2]], name: 3);"
    parsed = Parsed(PHP, code.encode())
    node = parsed.at(code.index("go("), 2)
    assert node is not None
    assert node.parent is not None
    found = PHP.arguments(parsed, PHP.argument_list(node.parent))
    shown = {name: parsed.text(item) for name, item in found.named.items()}
    assert shown["a"] == shown["1.a"] == "1"
    assert shown["ssl.b"] == "2"
    assert shown["name"] == "3"
    assert found.get(1, ".c") is None


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<?php $md5('x')->{}[]=>;,:\n/*\" ", max_size=80))
def test_any_text_is_read(text: str) -> None:
    code = f"<?php\n{text}".encode()
    parsed = Parsed(PHP, code)
    for at in range(6, len(code), 5):
        node = parsed.at(at, 1)
        if node is not None and not parsed.hopeless:
            PHP.site(parsed, node, "x")
    parsed.bindings(parsed.root)
