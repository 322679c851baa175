"""Names, sites and structures of Java text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.places import Site

JAVA = BY_NAME["Java"]


def site(code: str, word: str, nth: int = 0) -> Site | None:
    parsed = Parsed(JAVA, code.encode())
    at = -1
    for _ in range(nth + 1):
        at = code.index(word, at + 1)
    node = parsed.at(at, len(word))
    return JAVA.site(parsed, node, word) if node is not None else None


def inside(body: str, imports: str = "") -> str:
    return f"package p;\n{imports}\nclass T {{ void f() {{ {body} }} }}\n"


CIPHER = "import javax.crypto.Cipher;"


@pytest.mark.parametrize(
    ("code", "word", "nth", "name"),
    [
        (inside('Cipher.getInstance("A");', CIPHER), "Cipher", 1, "javax.crypto.Cipher.getInstance"),
        (inside('Cipher.getInstance("A");', "import javax.crypto.*;"), "Cipher", 0, "javax.crypto.Cipher.getInstance"),
        (inside('javax.crypto.Cipher.getInstance("A");'), "Cipher", 0, "javax.crypto.Cipher.getInstance"),
        (inside("new Spec(a);", "import q.Spec;"), "Spec", 1, "q.Spec.<init>"),
        (inside("new Spec<String>(a);", "import q.Spec;"), "Spec", 1, "q.Spec.<init>"),
        (inside("new q.Spec(a);"), "Spec", 0, "q.Spec.<init>"),
        (inside("new Spec.Inner(a);", "import q.Spec;"), "Inner", 0, "q.Spec.Inner.<init>"),
        (inside("x(Ids.md5);", "import q.Ids;"), "md5", 0, "q.Ids.md5"),
        (inside("x(Ids.md5.getId());", "import q.Ids;"), "md5", 0, "q.Ids.md5"),
        (inside("x(md5);", "import static q.Ids.md5;"), "md5", 1, "q.Ids.md5"),
        (inside("make(1);", "import static q.Spec.make;"), "make", 1, "q.Spec.make"),
        (inside("make(1);", "import static q.Spec.*;"), "make", 0, "q.Spec.make"),
        (inside("socket.setEnabledProtocols(a);"), "setEnabledProtocols", 0, ".setEnabledProtocols"),
        (inside("get().setEnabledProtocols(a);"), "setEnabledProtocols", 0, ".setEnabledProtocols"),
        (inside("Cipher c = Cipher.getInstance(a);"), "Cipher", 1, "p.Cipher.getInstance"),
    ],
)
def test_a_site_has_the_qualified_name(code: str, word: str, nth: int, name: str) -> None:
    found = site(code, word, nth)
    assert found is not None
    assert name in found.names


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (CIPHER, "Cipher"),
        ("class Cipher { }", "Cipher"),
        (inside("// Cipher.getInstance(a)"), "Cipher"),
        (inside('x("Cipher.getInstance(a)");'), "Cipher"),
        (inside("Cipher c;", ""), "Cipher"),
        ("class T { void f(Cipher c) { } }", "Cipher"),
    ],
)
def test_what_only_declares_or_mentions_is_no_site(code: str, word: str) -> None:
    assert site(code, word) is None


def test_methods_of_an_implementing_and_of_an_anonymous_class_are_named_arguments() -> None:
    named = site("class T implements V { public boolean verify(A a) { return true; } void other() { } }", "V")
    assert named is not None
    assert named.arguments is not None
    assert set(named.arguments.named) == {"verify", "other"}
    anonymous = site(inside("new V() { boolean verify(A a) { return true; } };"), "V")
    assert anonymous is not None
    assert anonymous.arguments is not None
    assert set(anonymous.arguments.named) == {"verify"}


def test_a_method_declaration_is_a_site_of_its_name() -> None:
    found = site("class T { void check(A a) { } }", "check")
    assert found is not None
    assert (found.names, found.node.type) == (("check",), "method_declaration")


def test_later_calls_follow_fields_in_both_spellings() -> None:
    code = "class T { C c; T() { this.c = C.make(); } void f() { c.one(); this.c.two(); other.three(); } }"
    found = site(code, "C.make".partition(".")[0], 1)
    assert found is not None
    methods = {call.method for call in Parsed(JAVA, code.encode()).later_calls(found.node)}
    assert methods == {"one", "two"}


def test_the_call_around_an_argument() -> None:
    code = inside("key.sign(data, (P) new P());")
    parsed = Parsed(JAVA, code.encode())
    node = parsed.at(code.index("new P"), 7)
    assert node is not None
    around = parsed.call_around(node)
    assert around is not None
    assert around.method == "sign"


@given(st.binary(max_size=200))
def test_any_bytes_parse_and_no_place_raises(content: bytes) -> None:
    parsed = Parsed(JAVA, b"import a.B;\n" + content)
    for at in range(0, len(parsed.content), 7):
        node = parsed.at(at, 1)
        if node is not None:
            JAVA.site(parsed, node, "x")
            parsed.name_of(node)
