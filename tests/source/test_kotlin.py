"""Names, sites, values and structures of Kotlin text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Node

from assay.source.answers import Answer
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.values import Resolver

KOTLIN = BY_NAME["Kotlin"]
CIPHER = "import javax.crypto.Cipher"


def site(code: str, word: str, nth: int = 0) -> Site | None:
    parsed = Parsed(KOTLIN, code.encode())
    at = -1
    for _ in range(nth + 1):
        at = code.index(word, at + 1)
    node = parsed.at(at, len(word))
    return KOTLIN.site(parsed, node, word) if node is not None else None


def inside(body: str, imports: str = "") -> str:
    return f'package p\n{imports}\nclass T {{ fun f(given: String, other: String = "d") {{\n{body}\n}} }}\n'


@pytest.mark.parametrize(
    ("code", "word", "nth", "name"),
    [
        (inside('Cipher.getInstance("A")', CIPHER), "Cipher", 1, "javax.crypto.Cipher.getInstance"),
        (inside('Cipher.getInstance("A")', "import javax.crypto.*"), "Cipher", 0, "javax.crypto.Cipher.getInstance"),
        (inside('C.getInstance("A")', CIPHER + " as C"), "C.g", 0, "javax.crypto.Cipher.getInstance"),
        (inside('javax.crypto.Cipher.getInstance("A")'), "Cipher", 0, "javax.crypto.Cipher.getInstance"),
        (inside('Cipher?.getInstance("A")!!.x()', CIPHER), "Cipher", 1, "javax.crypto.Cipher.getInstance"),
        (inside("Spec(a)", "import q.Spec"), "Spec", 1, "q.Spec.<init>"),
        (inside("q.Spec(a)"), "Spec", 0, "q.Spec.<init>"),
        (inside("Spec.Inner(a)", "import q.Spec"), "Inner", 0, "q.Spec.Inner.<init>"),
        (inside("x(Ids.md5)", "import q.Ids"), "md5", 0, "q.Ids.md5"),
        (inside("x(Ids.Companion.md5)", "import q.Ids"), "md5", 0, "q.Ids.md5"),
        (inside("x(Ids.md5.id)", "import q.Ids"), "md5", 0, "q.Ids.md5"),
        (inside("x(md5)", "import q.Ids.md5"), "md5", 1, "q.Ids.md5"),
        (inside("make(1)", "import q.Spec.make"), "make", 1, "q.Spec.make"),
        (inside("x(Spec::make)", "import q.Spec"), "Spec", 1, "q.Spec.make"),
        (inside("x(Spec::class.java)", "import q.Spec"), "Spec", 1, "q.Spec.class"),
        (inside("socket.setEnabledProtocols(a)"), "setEnabledProtocols", 0, ".setEnabledProtocols"),
        (inside("socket.enabledProtocols = a"), "enabledProtocols", 0, "=enabledProtocols"),
        (inside("x.apply { enabledProtocols = a }"), "enabledProtocols", 0, "=enabledProtocols"),
        (inside("val c = Cipher.getInstance(a)"), "Cipher", 0, "p.Cipher.getInstance"),
        ("typealias M = a.B\nval x = M.make()", "M", 1, "a.B.make"),
    ],
)
def test_a_site_has_the_qualified_name(code: str, word: str, nth: int, name: str) -> None:
    found = site(code, word.partition(".")[0], nth) if "." in word else site(code, word, nth)
    if "." in word:
        parsed = Parsed(KOTLIN, code.encode())
        node = parsed.at(code.index(word), 1)
        assert node is not None
        found = KOTLIN.site(parsed, node, word)
    assert found is not None
    assert name in found.names


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (CIPHER, "Cipher"),
        ("class Cipher { }", "Cipher"),
        (inside("// Cipher.getInstance(a)"), "Cipher"),
        (inside('x("Cipher.getInstance(a)")'), "Cipher"),
        (inside("lateinit var c: Cipher"), "Cipher"),
        ("fun f(c: Cipher) { }", "Cipher"),
        (inside("val protocols = 1"), "protocols"),
        (inside("protocols = given"), "protocols"),
    ],
)
def test_what_only_declares_or_mentions_is_no_site(code: str, word: str) -> None:
    assert site(code, word) is None


@pytest.mark.parametrize("code", ["a == K.NONE", "K.NONE.equals(a)", "a.equals(K.NONE)", "when (a) { K.NONE -> b }"])
def test_a_constant_that_is_only_compared_has_no_effect(code: str) -> None:
    found = site(inside(code, "import q.K"), "NONE")
    assert found is not None
    assert not found.settled


def test_a_constant_that_a_branch_yields_has_an_effect() -> None:
    found = site(inside("when (a) { 1 -> K.NONE }", "import q.K"), "NONE")
    assert found is not None
    assert found.settled


def test_methods_of_an_implementing_class_and_of_an_object_are_named_arguments() -> None:
    for code in (
        "class T : V { override fun verify(a: A) = true }",
        "val t = object : V { override fun verify() = true }",
    ):
        found = site(code, "V")
        assert found is not None
        assert found.arguments is not None
        assert set(found.arguments.named) == {"verify"}


def test_arguments_by_name_and_the_block_behind_them() -> None:
    found = site(inside("make(1, size = 2) { it }"), "make")
    assert found is not None
    assert found.arguments is not None
    assert [len(found.arguments.positional), set(found.arguments.named)] == [2, {"size"}]
    spread = site(inside("make(*all)"), "make")
    assert spread is not None
    assert spread.arguments is not None
    assert spread.arguments.spread


@pytest.mark.parametrize(
    "body",
    [
        "val c = Cipher.make()\nc.init(1)",
        "val c = Cipher.make()\nc!!.init(1)",
        "Cipher.make().apply { init(1) }",
        "Cipher.make().also { it.init(1) }",
        "Cipher.make().let { c -> c.init(1) }",
        "val c = Cipher.make().run { init(1) }",
    ],
)
def test_later_calls_follow_the_object_into_blocks(body: str) -> None:
    code = inside(body)
    found = site(code, "Cipher")
    assert found is not None
    assert "init" in {call.method for call in Parsed(KOTLIN, code.encode()).later_calls(found.node)}


def test_a_property_that_is_set_counts_as_its_setter() -> None:
    code = inside("val p = Parameters.make()\np.protocols = all")
    found = site(code, "Parameters")
    assert found is not None
    assert "setProtocols" in {call.method for call in Parsed(KOTLIN, code.encode()).later_calls(found.node)}
    assert KOTLIN.spellings(".setProtocols") == ("=protocols",)
    assert KOTLIN.spellings("a.B.make") == ()


def resolved(body: str, fields: str = "") -> Answer:
    """Values of the first argument of the call of `ask`."""
    code = inside(body, fields)
    parsed = Parsed(KOTLIN, code.encode())
    node: Node | None = parsed.at(code.index("ask("), 3)
    while node is not None and node.type != "call_expression":
        node = node.parent
    assert node is not None
    return Resolver(parsed, set().__contains__, 2000).resolve(KOTLIN.arguments(parsed, node).positional[0])


def texts(answer: Answer) -> list[str]:
    return [value.text for value in answer.values]


@pytest.mark.parametrize(
    ("body", "fields", "expected"),
    [
        ('ask("a" + "b")', "", ["ab"]),
        ('val n = "b"\nask("a$n/${n}c")', "", ["ab/bc"]),
        ('ask("""a$N""")', 'const val N = "b"', ["ab"]),
        ('ask("cost \\$n")', "", ["cost $n"]),
        ("ask(K.N)", 'object K {\n  const val N = "b"\n}', ["b"]),
        ("ask(N)", 'val N by lazy { "b" }', ["b"]),
        ("ask(N)", 'val N get() = "b"', ["b"]),
        ('ask(if (x) "a" else "b")', "", ["a", "b"]),
        ('ask(if (x) { "a" } else { "b" })', "", ["a", "b"]),
        ('ask(when (x) { 1 -> "a"; else -> "b" })', "", ["a", "b"]),
        ('ask(("a" as String)!!)', "", ["a"]),
        ('ask("A".lowercase().toByteArray())', "", ["a"]),
        ("ask(2 * 1024)", "", ["2048"]),
        ("ask(true)", "", ["true"]),
        ("ask(byteArrayOf(1, 0x2, 3.toByte()))", "", [""]),
        ("ask(ByteArray(16))", "", [""]),
        ("ask { -> true }", "", ["true"]),
        ("ask { log(it)\nreturn@ask true }", "", ["true"]),
    ],
)
def test_certain_values(body: str, fields: str, expected: list[str]) -> None:
    answer = resolved(body.replace("ask {", "ask({").replace("}", "})") if body.startswith("ask {") else body, fields)
    assert (answer.complete, texts(answer)) == (True, expected)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("ask(given)", []),
        ("ask(other)", ["d"]),
        ('ask("a$given")', []),
        ('ask(x ?: "b")', ["b"]),
        ("ask(-n)", []),
        ("ask(call())", []),
        ("for (i in all) { ask(i) }", []),
        ('var n = "a"\nall.forEach { n = it }\nask(n)', ["a"]),
        ('ask("$unseen")', []),
    ],
)
def test_values_that_may_be_others(body: str, expected: list[str]) -> None:
    answer = resolved(body)
    assert (answer.complete, texts(answer)) == (False, expected)


def test_a_text_that_names_itself_ends() -> None:
    assert not resolved("ask(N)", 'val N = "a$N"').complete


@given(st.binary(max_size=200))
def test_any_bytes_parse_and_no_place_raises(content: bytes) -> None:
    parsed = Parsed(KOTLIN, b"import a.B\n" + content)
    resolver = Resolver(parsed, {"a.B"}.__contains__, 200)
    for at in range(0, len(parsed.content), 7):
        node = parsed.at(at, 1)
        if node is not None:
            found = KOTLIN.site(parsed, node, "x")
            parsed.name_of(node)
            resolver.resolve(node)
            if found is not None:
                parsed.later_calls(found.node)


_TOKENS = 'val x = ; B . ? ! :: ( ) { } "a$x ${ } """ object : = , apply it -> when if else 1 @ < >'


@given(st.lists(st.sampled_from(_TOKENS.split()), max_size=40))
def test_any_tokens_parse_and_no_place_raises(tokens: list[str]) -> None:
    test_any_bytes_parse_and_no_place_raises.hypothesis.inner_test(" ".join(tokens).encode())  # type: ignore[attr-defined]
