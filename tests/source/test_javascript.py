"""Names, sites, arguments and settings of JavaScript, TypeScript and TSX text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.source.answers import Answer
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.places import Arguments, Site
from assay.source.values import Resolver

JAVASCRIPT = BY_NAME["JavaScript"]
TYPESCRIPT = BY_NAME["TypeScript"]
CRYPTO = "const c = require('crypto');\n"


def site(code: str, word: str, nth: int = 0, language: str = "JavaScript") -> Site | None:
    parsed = Parsed(BY_NAME[language], code.encode())
    at = -1
    for _ in range(nth + 1):
        at = code.index(word, at + 1)
    node = parsed.at(at, len(word))
    return parsed.adapter.site(parsed, node, word) if node is not None else None


@pytest.mark.parametrize(
    ("code", "word", "nth", "name"),
    [
        (CRYPTO + "c.createHash(x)", "createHash", 0, "crypto.createHash"),
        ("const { createHash } = require('node:crypto');\ncreateHash(x)", "createHash", 1, "crypto.createHash"),
        ("const { createHash: h } = require('crypto');\nh(x)", "h(", 0, "crypto.createHash"),
        ("const { webcrypto: { subtle } } = require('crypto');\nsubtle.a(x)", "subtle", 1, "crypto.webcrypto.subtle.a"),
        ("import c from 'crypto';\nc.createHash(x)", "createHash", 0, "crypto.createHash"),
        ("import * as c from 'crypto';\nc.createHash(x)", "createHash", 0, "crypto.createHash"),
        ("import { createHash as h } from 'crypto';\nh(x)", "h(", 0, "crypto.createHash"),
        ("import AES from 'crypto-js/aes.js';\nAES.encrypt(x)", "encrypt", 0, "crypto-js/aes.encrypt"),
        ("const c = await import('crypto');\nc.createHash(x)", "createHash", 0, "crypto.createHash"),
        ("const c = __importStar(require('crypto'));\nc.default.createHash(x)", "createHash", 0, "crypto.createHash"),
        ("require('crypto').createHash(x)", "createHash", 0, "crypto.createHash"),
        (CRYPTO + "(0, c.createHash)(x)", "createHash", 0, "crypto.createHash"),
        (CRYPTO + "c['createHash'](x)", "createHash", 0, "crypto.createHash"),
        (CRYPTO + "c?.createHash?.(x)", "createHash", 0, "crypto.createHash"),
        (CRYPTO + "const d = c;\nd.createHash(x)", "createHash", 0, "crypto.createHash"),
        (CRYPTO + "const { subtle } = c;\nsubtle.sign(x)", "subtle", 1, "crypto.subtle.sign"),
        (CRYPTO + "f(c[n])", "c[", 0, "crypto.*"),
        (CRYPTO + "c.createHash.bind(c)", "createHash", 0, "crypto.createHash"),
        ("class A { a() { this.c = require('crypto'); } f() { this.c.sign(x); } }", "sign", 0, "crypto.sign"),
        ("window.crypto.subtle.sign(x)", "subtle", 0, "crypto.subtle.sign"),
        ("const f = require('node-forge');\nnew f.A(x)", "A", 0, "node-forge.A.<init>"),
        ("x.createHash(y)", "createHash", 0, ".createHash"),
        ("function f(crypto) { crypto.createHash(x) }", "createHash", 0, ".createHash"),
        ("get({ rejectUnauthorized: false })", "rejectUnauthorized", 0, "=rejectUnauthorized"),
        ("get({ 'rejectUnauthorized': false })", "rejectUnauthorized", 0, "=rejectUnauthorized"),
        ("get({ rejectUnauthorized })", "rejectUnauthorized", 0, "=rejectUnauthorized"),
        ("get({ checkServerIdentity() {} })", "checkServerIdentity", 0, "=checkServerIdentity"),
        ("o.minVersion = 'TLSv1'", "minVersion", 0, "=minVersion"),
        ("process.env['X_Y'] = '0'", "X_Y", 0, "=X_Y"),
    ],
)  # fmt: skip
def test_a_site_has_the_qualified_name(code: str, word: str, nth: int, name: str) -> None:
    found = site(code, word.rstrip("([") if word not in {"h(", "c["} else word[0], _nth(code, word, nth))
    assert found is not None
    assert name in found.names


def _nth(code: str, word: str, nth: int) -> int:
    """Which occurrence of the bare word the longer one is."""
    if word not in {"h(", "c["}:
        return nth
    return code[: code.rindex(word)].count(word[0])


@pytest.mark.parametrize(
    ("code", "word", "nth"),
    [
        ("import { createHash } from 'crypto'", "createHash", 0),
        ("const { createHash } = require('crypto')", "createHash", 0),
        ("function createHash(x) {}", "createHash", 0),
        ("class A { createHash(x) {} }", "createHash", 0),
        ("function f(createHash) {}", "createHash", 0),
        ("// createHash(x)", "createHash", 0),
        ("f('createHash(x)')", "createHash", 0),
        ("minVersion = 'x'", "minVersion", 0),
    ],
)
def test_what_only_declares_or_mentions_is_no_site(code: str, word: str, nth: int) -> None:
    assert site(code, word, nth) is None


def test_a_method_of_a_file_of_the_product_is_no_method_of_any_object() -> None:
    found = site("const c = require('./crypto');\nc.createHash(x)", "createHash")
    assert found is not None
    assert found.names == ("./crypto.createHash",)


def test_what_is_only_compared_or_asked_for_its_type_is_not_settled() -> None:
    for code in ("if (typeof c.subtle === 'x') {}", "if (c.subtle) {}"):
        found = site(CRYPTO + code, "subtle")
        assert found is not None
        assert not found.settled


def _arguments(code: str) -> tuple[Parsed, Arguments]:
    parsed = Parsed(JAVASCRIPT, code.encode())
    node = parsed.at(code.rindex("go("), 2)
    assert node is not None
    call = node.parent
    assert call is not None
    return parsed, JAVASCRIPT.arguments(parsed, call.child_by_field_name("arguments"))


def test_object_literals_are_keyword_arguments_one_level_deep() -> None:
    parsed, found = _arguments(
        "go('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki' }, hash: { name: 'x' } })"
    )
    shown = {name: parsed.text(node) for name, node in found.named.items()}
    assert shown["modulusLength"] == shown["1.modulusLength"] == "2048"
    assert shown["publicKeyEncoding.type"] == "'spki'"
    assert shown["hash"] == "'x'"
    assert found.get(1, ".padding") is None
    assert found.objects == frozenset({1})


def test_a_literal_in_a_variable_counts_until_it_is_changed() -> None:
    _, kept = _arguments("const o = { a: 1 };\ngo(x, o)")
    assert kept.get(1, ".a") is not None
    assert kept.get(1, ".b") is None
    for change in ("o.b = 2;", "o[k] = 2;", "Object.assign(o, x);"):
        parsed, changed = _arguments(f"const o = {{ a: 1 }};\n{change}\ngo(x, o)")
        node = changed.get(1, ".b")
        assert node is not None, change
        assert parsed.text(node) == "o"


def test_members_that_are_unpacked_are_not_all_seen() -> None:
    _, found = _arguments("go({ a: 1, ...rest })")
    assert found.get(0, ".b") is not None
    _, spread = _arguments("go(...rest)")
    assert spread.spread


def value_of(code: str, language: str = "JavaScript") -> Answer:
    """What the argument of the last `go(...)` can be."""
    parsed = Parsed(BY_NAME[language], code.encode())
    node = parsed.at(code.rindex("go("), 2)
    assert node is not None
    assert node.parent is not None
    given = parsed.adapter.arguments(parsed, node.parent.child_by_field_name("arguments"))
    return Resolver(parsed, lambda name: name.startswith("crypto."), 1000).resolve(given.positional[0])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("go('a' + 'b')", "ab"),
        ("go('sha' + 256)", "sha256"),
        ("go(`sha${256}`)", "sha256"),
        ("const n = 'aes';\ngo(`${n}-128`)", "aes-128"),
        ("const A = { B: 'x' };\ngo(A.B)", "x"),
        ("const A = Object.freeze({ B: 'x' });\ngo(A.B)", "x"),
        ("class A { static B = 'x'; f() { go(A.B); } }", "x"),
        ("var a = 'x';\nfunction f() { go(a); }", "x"),
        ("go('X'.toLowerCase())", "x"),
        ("go(Buffer.from('x'))", "x"),
        ("go(!1)", "false"),
        ("go(() => undefined)", "nothing"),
        ("go(() => {})", "nothing"),
    ],
)
def test_values(code: str, text: str) -> None:
    found = value_of(code)
    assert [value.text for value in found.values] == [text]


@pytest.mark.parametrize(
    "code",
    [
        "function f(a) { go(a); }",
        "let a = 'x';\nfunction g() { a = h(); }\nfunction f() { go(a); }",
        "const A = { B: 'x' };\nA.B = h();\ngo(A.B)",
        "go(process.env.X)",
        "go(a ?? 'x')",
    ],
)
def test_values_that_cannot_be_told_are_not_complete(code: str) -> None:
    assert not value_of(code).complete


def test_typescript_and_elements() -> None:
    assert [value.text for value in value_of("enum A { B = 'x' }\ngo(A.B as string)", "TypeScript").values] == ["x"]
    found = site("import c from 'crypto';\nconst e = <p a={c.createHash(x)}>text</p>;", "createHash", 0, "TypeScript")
    assert found is not None
    assert "crypto.createHash" in found.names
    flow = site("import c from 'crypto';\nfunction f(x: ?string): string { return c.createHash(x); }", "createHash")
    assert flow is not None
    assert "crypto.createHash" in flow.names


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="c.createHash('md5'){}[]=>;,`$\n/* ", max_size=80))
def test_any_text_is_read(text: str) -> None:
    code = (CRYPTO + text).encode()
    for adapter in (JAVASCRIPT, TYPESCRIPT):
        parsed = Parsed(adapter, code)
        for at in range(len(CRYPTO), len(code), 5):
            node = parsed.at(at, 1)
            if node is not None and not parsed.hopeless:
                parsed.adapter.site(parsed, node, "x")
        parsed.bindings(parsed.root)
