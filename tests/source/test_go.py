"""What the adapter of Go names, and what values expressions have."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Node

from assay.source.answers import Answer
from assay.source.go import Go
from assay.source.go_names import import_paths, package_of, split
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.values import Resolver

_GO = BY_NAME["Go"]
_HEAD = 'package p\n\nimport (\n\t"crypto/md5"\n\th "crypto/hmac"\n\t"lib.org/x/tls/v2"\n)\n'


def _parsed(code: str) -> Parsed:
    return Parsed(_GO, (_HEAD + code).encode())


def _at(parsed: Parsed, word: str, nth: int = 0) -> Node:
    places = [found.start() for found in re.finditer(rb"\b" + word.encode() + rb"\b", parsed.content)]
    places = [place for place in places if place >= len(_HEAD)]
    node = parsed.at(places[nth], len(word))
    assert node is not None
    return node


def _site(code: str, word: str, nth: int = 0) -> Site | None:
    parsed = _parsed(code)
    return _GO.site(parsed, _at(parsed, word, nth), word)


def _names(code: str, word: str, nth: int = 0) -> tuple[str, ...]:
    site = _site(code, word, nth)
    return site.names if site is not None else ()


def _argument(code: str, known: tuple[str, ...] = ()) -> Answer:
    """What the first argument of the call of `md5.Sink` can be."""
    parsed = _parsed(code)
    site = _GO.site(parsed, _at(parsed, "md5"), "md5")
    assert site is not None
    assert site.arguments is not None
    return Resolver(parsed, known.__contains__, 500).resolve(site.arguments.positional[0])


def test_imports_under_their_names() -> None:
    imports = _parsed("").imports
    assert dict(imports.names) == {"md5": "crypto/md5", "h": "crypto/hmac", "tls": "lib.org/x/tls/v2"}
    assert Parsed(_GO, b'package p\nimport . "crypto/md5"\nimport _ "x/y"\n').imports.stars == ("crypto/md5",)


def test_paths_and_packages() -> None:
    assert split("golang.org/x/crypto/md4.New") == ("golang.org/x/crypto/md4", ".", "New")
    assert split("crypto.SHA256.New") == ("crypto", ".", "SHA256.New")
    assert [package_of(path) for path in ("a/jwt/v5", "a/go-jose", "a/jwt-go", "gopkg.in/x.v2", "md5")] == [
        "jwt", "jose", "jwt", "x", "md5",
    ]  # fmt: skip
    assert import_paths(b'package p\nimport "a/b"\nimport (\n\tc "d"\n)\nvar x = "e"\n') == {b"a/b", b"d"}


def test_words_that_are_searched_for() -> None:
    adapter = Go()
    assert adapter.word("crypto/md5.New") == "md5"
    assert adapter.word("crypto.SHA256.New") == "crypto"
    assert adapter.word("crypto.Hash.New") == "New"
    assert adapter.word("crypto/rsa.GenerateKey().Sign") == "Sign"
    assert adapter.word("github.com/golang-jwt/jwt/v5.SigningMethodHS256") == "jwt"


def test_functions_of_packages_and_references_to_them() -> None:
    assert _names("func f() { md5.New() }", "md5") == ("crypto/md5.New",)
    assert _names("func f() { h.New(md5.New, nil) }", "h") == ("crypto/hmac.New",)
    site = _site("func f() { h.New(md5.New, nil) }", "md5")
    assert site is not None
    assert (site.names, site.arguments) == (("crypto/md5.New",), None)
    assert _names("func f() { tls.Dial[int](1) }", "tls") == ("lib.org/x/tls/v2.Dial",)


@pytest.mark.parametrize(
    "code",
    ["func f(md5 T) { md5.New() }", "func f() { md5 := g(); md5.New() }", "type md5 struct{}", "func f() { x.md5() }",
     "func f() { x.md5 = 1; use(x.md5) }", "var s struct{ md5 int }", "func f(c md5.T) {}", "func md5() {}"],
)  # fmt: skip
def test_variables_types_and_declarations_are_no_sites(code: str) -> None:
    assert not any("crypto/md5" in name for name in _names(code, "md5", -1))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("func f(k *tls.Key) { k.Sign(1) }", "lib.org/x/tls/v2.Key.Sign"),
        ("func (k *tls.Key) f() { k.Sign(1) }", "lib.org/x/tls/v2.Key.Sign"),
        ("func f() { k, err := tls.Make(); k.Sign(1) }", "lib.org/x/tls/v2.Make().Sign"),
        ("func f() { k := &tls.Key{}; k.Sign(1) }", "lib.org/x/tls/v2.Key.Sign"),
        ("func f() { k := new(tls.Key); k.Sign(1) }", "lib.org/x/tls/v2.Key.Sign"),
        ("func f() { var k tls.Key; k.Sign(1) }", "lib.org/x/tls/v2.Key.Sign"),
        ("func f(a any) { k, ok := a.(*tls.Key); k.Sign(1) }", "lib.org/x/tls/v2.Key.Sign"),
        ("func f(a any) { switch k := a.(type) { case *tls.Key: k.Sign(1) } }", "lib.org/x/tls/v2.Key.Sign"),
        ("type S struct { k *tls.Key }\nfunc (s S) f() { s.k.Sign(1) }", "lib.org/x/tls/v2.Key.Sign"),
        ("func f(k Own) { k.Sign(1) }", "./p.Own.Sign"),
        ("func f() { g()(1).Sign(1) }", ".Sign"),
    ],
)
def test_methods_are_qualified_by_the_type_of_their_receiver(code: str, expected: str) -> None:
    assert _names(code, "Sign") == (expected,)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("var c = tls.Config{MinVersion: 1}", ("lib.org/x/tls/v2.Config.MinVersion",)),
        ("var c = map[string]tls.Config{\"a\": {MinVersion: 1}}", ("=MinVersion",)),
        ("func f(c *tls.Config) { c.MinVersion = 1 }", ("lib.org/x/tls/v2.Config.MinVersion",)),
        ("func f() { c := g(); c.MinVersion = 1 }", ("=MinVersion",)),
        ("func f() { c := tls.Make(); c.MinVersion = 1 }", ("lib.org/x/tls/v2.Make().MinVersion", "=MinVersion")),
        ("type O struct { MinVersion int }\nfunc f(c O) { c.MinVersion = 1 }", ("./p.O.MinVersion",)),
        ("type O struct { *tls.Config }\nfunc f(c O) { c.MinVersion = 1 }", ("./p.O.MinVersion", "=MinVersion")),
    ],
)  # fmt: skip
def test_fields_that_are_set(code: str, expected: tuple[str, ...]) -> None:
    parsed = _parsed(code)
    places = [found.start() for found in re.finditer(rb"MinVersion", parsed.content)]
    node = parsed.at(places[-1], 10)
    assert node is not None
    site = _GO.site(parsed, node, "MinVersion")
    assert site is not None
    assert site.names == expected
    assert site.arguments is not None
    assert parsed.text(site.arguments.positional[0]) == "1"


def test_a_field_that_is_read_is_no_site() -> None:
    assert _site("func f(c *tls.Config) { use(c.MinVersion) }", "MinVersion") is None


@pytest.mark.parametrize(
    ("expression", "kind", "value"),
    [
        ('"abc"', "text", "abc"), ("`a\\b`", "text", "a\\b"), ('"a" + "b"', "text", "ab"),
        ("1 << 11", "number", "2048"),
        ("1_000", "number", "1000"), ("0x10", "number", "16"), ("true", "boolean", "true"), ("nil", "null", ""),
        ('[]byte("abcd")', "text", "abcd"), ("uint16(771)", "number", "771"), ("K", "number", "7"),
        ('string([]byte("ab"))', "text", "ab"), ("b[:]", "text", "xy"), ('hex.DecodeString("00ff")', "text", "00ff"),
    ],
)  # fmt: skip
def test_values(expression: str, kind: str, value: str) -> None:
    answer = _argument(f'const K = 7\nfunc f() {{ b := []byte("xy"); md5.Sink({expression}) }}')
    assert answer.certain, answer
    assert (answer.values[0].kind, answer.values[0].text) == (kind, value)


def test_arrays_and_what_is_filled_later() -> None:
    assert _argument("func f() { md5.Sink([]byte{1, 2, 3}) }").values[0].size == 3
    assert _argument("func f() { md5.Sink(make([]byte, 16)) }").values[0].size == 16
    assert _argument("func f() { v := make([]byte, aes.BlockSize); md5.Sink(v) }").values[0].size == 16
    assert not _argument("func f() { v := make([]byte, 16); fill(v); md5.Sink(v) }").values
    assert not _argument("func f() { v := T{}; fill(&v); md5.Sink(v) }").complete
    assert not _argument("func f() { md5.Sink(-1) }").values
    assert not _argument("func f() { md5.Sink(!true) }").values


def test_assignments_in_their_order_and_several_at_once() -> None:
    assert [value.text for value in _argument("func f(c bool) { n := 1; if c { n = 2 }; md5.Sink(n) }").values] == [
        "1",
        "2",
    ]
    assert _argument("func f() { a, b := 1, 2; use(a); md5.Sink(b) }").values[0].text == "2"
    assert not _argument("func f() { a, b := g(); use(a); md5.Sink(b) }").complete
    assert _argument("func f() { x, err := h.New(); use(err); md5.Sink(x) }", ("crypto/hmac.New",)).values[0].text == (
        "crypto/hmac.New"
    )
    assert not _argument("func f() { n := 1; n += 1; md5.Sink(n) }").certain
    assert not _argument("func f(n int) { md5.Sink(n) }").certain


def test_constants_of_other_files_are_waited_for() -> None:
    assert _argument("func f() { md5.Sink(Size) }").pending == "./p.Size"
    assert _argument("func f() { md5.Sink(tls.Size) }").pending == "lib.org/x/tls/v2.Size"


def test_names_of_functions_and_methods() -> None:
    parsed = _parsed("func (s *S[T]) f() { md5.New() }\nfunc g() { md5.New() }")
    assert [parsed.name_of(_at(parsed, "md5", nth)) for nth in (0, 1)] == ["S.f", "g"]


@given(st.text(alphabet="md5.New()[]{}:=,\"' \n\tfunctype*&S", max_size=80))
def test_any_text_is_read_without_a_crash(text: str) -> None:
    parsed = Parsed(_GO, ('package p\nimport "crypto/md5"\n' + text).encode())
    for found in re.finditer(rb"\bmd5\b", parsed.content):
        node = parsed.at(found.start(), 3)
        site = _GO.site(parsed, node, "md5") if node is not None else None
        for argument in site.arguments.positional if site is not None and site.arguments is not None else ():
            Resolver(parsed, lambda _: False, 200).resolve(argument)
