"""What the adapter of Rust names, and what values expressions have."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Node

from assay.source.answers import Answer
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.rust_names import used
from assay.source.values import Resolver

_RUST = BY_NAME["Rust"]


def _parsed(code: str) -> Parsed:
    return Parsed(_RUST, code.encode())


def _at(parsed: Parsed, word: str, nth: int = -1) -> Node:
    places = [found.start() for found in re.finditer(rb"\b" + word.encode() + rb"\b", parsed.content)]
    node = parsed.at(places[nth], len(word))
    assert node is not None
    return node


def _site(code: str, word: str, nth: int = -1) -> Site | None:
    parsed = _parsed(code)
    return _RUST.site(parsed, _at(parsed, word, nth), word)


def _names(code: str, word: str, nth: int = -1) -> tuple[str, ...]:
    site = _site(code, word, nth)
    return site.names if site is not None else ()


def _argument(code: str, known: tuple[str, ...] = ()) -> Answer:
    """What the first argument of the call of `sink` can be."""
    parsed = _parsed(code)
    site = _RUST.site(parsed, _at(parsed, "sink"), "sink")
    assert site is not None
    assert site.arguments is not None
    return Resolver(parsed, known.__contains__, 500).resolve(site.arguments.positional[0])


def test_trees_of_use() -> None:
    text = "a::{self, b::C, d as e, f::*, g::{h, /* x */ i as _}}"
    assert list(used(text)) == [
        ("a", "a"), ("C", "a.b.C"), ("e", "a.d"), ("*", "a.f"), ("h", "a.g.h"), ("_", "a.g.i"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("use sha2::Sha256; fn f() { Sha256::new(); }", "sha2.Sha256.new"),
        ("use sha2::{Digest, Sha256}; fn f() { Sha256::digest(x); }", "sha2.Sha256.digest"),
        ("fn f() { sha2::Sha256::new(); }", "sha2.Sha256.new"),
        ("fn f() { ::sha2::Sha256::new(); }", "sha2.Sha256.new"),
        ("use sha2 as s; fn f() { s::Sha256::new(); }", "sha2.Sha256.new"),
        ("extern crate sha2 as s; fn f() { s::Sha256::new(); }", "sha2.Sha256.new"),
        ("use sha2; fn f() { <sha2::Sha256 as Digest>::digest(x); }", "sha2.Sha256.digest"),
        ("use a::b; use b::Sha256; fn f() { Sha256::new(); }", "a.b.Sha256.new"),
        ("fn f() { use sha2::Sha256; Sha256::new(); }", "sha2.Sha256.new"),
        ("use crate::Sha256; fn f() { Sha256::new(); }", "./crate.Sha256.new"),
        ("struct Sha256; fn f() { Sha256::new(); }", "./Sha256.new"),
        ("mod sha2; fn f() { sha2::Sha256::new(); }", "./sha2.Sha256.new"),
        ("fn f() { println!(\"{}\", sha2::Sha256::digest(x)); }", "sha2.Sha256.digest"),
    ],
)  # fmt: skip
def test_paths_are_qualified(code: str, expected: str) -> None:
    assert _names(code, "Sha256")[0] == expected


def test_a_star_is_one_possibility() -> None:
    assert _names("use sha2::*; fn f() { Sha256::new(); }", "Sha256")[:2] == ("Sha256.new", "sha2.Sha256.new")


@pytest.mark.parametrize(
    "code",
    ["use sha2::Sha256;", "fn f(x: Sha256) {}", "fn f() -> Option<Sha256> { None }", "impl Hash for Sha256 {}",
     "struct S { h: Sha256 }", "#[cfg(test)] mod t { fn f() { Sha256::new(); } }", "#[test] fn f() { Sha256::new(); }",
     "#[tokio::test] async fn f() { Sha256::new(); }", "fn f() { let Sha256 = 1; }", "// Sha256::new()",
     "#[derive(Sha256)] struct S;", "fn f<T: Into<Sha256>>(x: T) {}"],
)  # fmt: skip
def test_what_makes_nothing_is_no_site(code: str) -> None:
    site = _site(code, "Sha256")
    assert site is None or not any(name.startswith("sha2") for name in site.names)
    assert site is None or site.arguments is None


def test_generics_are_arguments() -> None:
    for code in (
        "fn f() { cbc::Encryptor::<aes::Aes128>::new(k, v); }",
        "type E = cbc::Encryptor<aes::Aes128>; fn f() { E::new(k, v); }",
    ):
        parsed = _parsed(code)
        word = "E" if "type" in code else "Encryptor"
        site = _RUST.site(parsed, _at(parsed, word), word)
        assert site is not None
        assert site.arguments is not None
        assert site.names == ("cbc.Encryptor.new", "cbc.Encryptor")
        assert parsed.text(site.arguments.named["<0>"]) == "aes::Aes128"
        assert [parsed.text(node) for node in site.arguments.positional] == ["k", "v"]
    assert _RUST.other_names(_parsed("type E = cbc::Encryptor<A>;"), frozenset({b"Encryptor"})) == {b"E"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("use d::Key; fn f(k: &Key) { k.sign(1); }", "d.Key.sign"),
        ("use d::Key; fn f(k: Arc<Key>) { k.sign(1); }", "d.Key.sign"),
        ("use d::Key; fn f() { let k = Key::generate(&mut r)?; k.sign(1); }", "d.Key.sign"),
        ("use d::Key; fn f() { let k = Key::generate(r).await.unwrap(); k.sign(1); }", "d.Key.sign"),
        ("use d::Key; fn f() { let k: Key = x.into(); k.sign(1); }", "d.Key.sign"),
        ("use d::Key; struct S { k: Key } impl S { fn f(&self) { self.k.sign(1); } }", "d.Key.sign"),
        ("fn f(k: T) { g().sign(1); }", ".sign"),
    ],
)
def test_methods_are_qualified_by_the_type_of_their_receiver(code: str, expected: str) -> None:
    assert _names(code, "sign")[0] == expected


def test_fields_that_are_set() -> None:
    assert _names("use t::Config; fn f() { Config { verify: false }; }", "verify") == ("t.Config.verify",)
    assert _names("fn f(c: &mut T) { g().verify = false; }", "verify") == ("=verify",)


@pytest.mark.parametrize(
    ("expression", "kind", "size"),
    [
        ('b"abcd"', "bytes", 4), ('"abc".as_bytes()', "text", 3), ('r#"ab"#', "text", 2), ("[0u8; 16]", "bytes", 16),
        ("&[1u8, 2, 3]", "bytes", 3), ("vec![0; 12]", "bytes", 12), ('hex!("00ff00ff")', "bytes", 4),
        ("KEY", "bytes", 5), ("&iv.into()", "bytes", 8), ('Nonce::from_slice(b"xyz")', "bytes", 3),
        ('Some(&b"xy"[..])', "bytes", 2), ('String::from("abc").into_bytes()', "text", 3),
        ('include_bytes!("key.bin")', "bytes", 1), ('*b"abc"', "bytes", 3), ("{ KEY }", "bytes", 5),
    ],
)  # fmt: skip
def test_bytes(expression: str, kind: str, size: int) -> None:
    code = f'const KEY: &[u8] = b"12345"; fn f() {{ let iv = [0u8; 8]; sink({expression}); }}'
    answer = _argument(code)
    assert answer.certain, answer
    assert (answer.values[0].kind, answer.values[0].size) == (kind, size)


def test_choices_numbers_and_what_is_filled() -> None:
    assert [value.text for value in _argument("fn f() { sink(if a { 1 } else { 2 }); }").values] == ["1", "2"]
    several = "fn f() { sink(match a { A => 1, B => 2, _ => panic!() }); }"
    assert [value.text for value in _argument(several).values] == ["1", "2"]
    assert _argument("fn f() { sink(1_000u32); }").values[0].text == "1000"
    assert _argument("fn f() { sink(None); }").values[0].kind == "null"
    assert not _argument("fn f() { let mut iv = [0u8; 16]; rng.fill(&mut iv); sink(iv); }").complete
    assert not _argument("fn f() { let mut iv = [0u8; 16]; iv.copy_from_slice(x); sink(iv); }").complete
    assert not _argument("fn f(n: u32) { sink(n); }").complete
    assert not _argument("fn f() { sink(!true); sink(-1); }").values
    assert [value.text for value in _argument("fn f() { let n = 1; let n = 2; sink(n); }").values] == ["2"]


def test_the_digest_of_a_mac() -> None:
    code = "use sha2::Sha256; fn f() { sink::<Hmac<Sha256>>(1); }"
    parsed = _parsed(code)
    site = _RUST.site(parsed, _at(parsed, "sink"), "sink")
    assert site is not None
    assert site.arguments is not None
    answer = Resolver(parsed, {"sha2.Sha256"}.__contains__, 100).resolve(site.arguments.named["<0>"])
    assert answer.values[0].text == "sha2.Sha256"


def test_tokens_of_a_macro_are_arguments_only_where_each_is_one_token() -> None:
    one = _site('fn f() { log!(md5::compute(b"x")); }', "compute")
    assert one is not None
    assert one.arguments is not None
    assert (one.names[0], len(one.arguments.positional), one.arguments.spread) == ("md5.compute", 1, False)
    other = _site("fn f() { log!(md5::compute(a.b, c)); }", "compute")
    assert other is not None
    assert other.arguments is not None
    assert other.arguments.spread


def test_names_of_functions() -> None:
    parsed = _parsed("mod m { impl S<T> { fn f() { run(); } } }")
    assert parsed.name_of(_at(parsed, "run")) == "m.S.f"


@given(st.text(alphabet="md5::compute()<>[]{}!&;,=\"'# \n", max_size=80))
def test_any_text_is_read_without_a_crash(text: str) -> None:
    parsed = _parsed("use md5; fn f() { " + text + " }")
    for found in re.finditer(rb"\bmd5\b", parsed.content):
        node = parsed.at(found.start(), 3)
        site = _RUST.site(parsed, node, "md5") if node is not None else None
        for argument in site.arguments.positional if site is not None and site.arguments is not None else ():
            Resolver(parsed, lambda _: False, 200).resolve(argument)


@given(st.text(alphabet="ab:{},*_ \n/", max_size=60))
def test_any_use_is_read(text: str) -> None:
    assert all(isinstance(local, str) for local, _ in used(text))
