"""Names, sites and settings of Python text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.source import order
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.places import Site

PYTHON = BY_NAME["Python"]


def site(code: str, word: str, nth: int = 0) -> Site | None:
    parsed = Parsed(PYTHON, code.encode())
    at = -1
    for _ in range(nth + 1):
        at = code.index(word, at + 1)
    node = parsed.at(at, len(word))
    return PYTHON.site(parsed, node, word) if node is not None else None


@pytest.mark.parametrize(
    ("code", "word", "nth", "name"),
    [
        ("import hashlib\nhashlib.md5(x)", "md5", 0, "hashlib.md5"),
        ("import hashlib as h\nh.md5(x)", "md5", 0, "hashlib.md5"),
        ("from hashlib import md5\nmd5(x)", "md5", 1, "hashlib.md5"),
        ("from hashlib import md5 as d\nd(x)", "d(", 0, "hashlib.md5"),
        ("from hashlib import *\nmd5(x)", "md5", 0, "hashlib.md5"),
        ("import a.b.c\na.b.c.AES.new(x)", "AES", 0, "a.b.c.AES.new"),
        ("import ssl\nx(ssl.CERT_NONE)", "CERT_NONE", 0, "ssl.CERT_NONE"),
        ("import hashlib\ngetattr(hashlib, 'md5')(x)", "hashlib", 1, "hashlib.md5"),
        ("import hashlib\ngetattr(hashlib, name)", "hashlib", 1, "hashlib.*"),
        ("x.set_ciphers('RC4')", "set_ciphers", 0, ".set_ciphers"),
        ("x.check_hostname = False", "check_hostname", 0, "=check_hostname"),
        ("f(verify=False)", "verify", 0, "=verify"),
        ("try:\n    from a import md5\nexcept ImportError:\n    from b import md5\nmd5(x)", "md5", 2, "a.md5"),
    ],
)
def test_a_site_has_the_qualified_name(code: str, word: str, nth: int, name: str) -> None:
    found = site(code, word.rstrip("("), nth) if word != "d(" else _alias(code)
    assert found is not None
    assert name in found.names


def _alias(code: str) -> Site | None:
    parsed = Parsed(PYTHON, code.encode())
    assert PYTHON.other_names(parsed, frozenset({b"md5"})) == frozenset({b"d"})
    node = parsed.at(code.rindex("d("), 1)
    return PYTHON.site(parsed, node, "d") if node is not None else None


@pytest.mark.parametrize(
    ("code", "word", "nth"),
    [
        ("import hashlib.md5", "md5", 0),
        ("from hashlib import md5", "md5", 0),
        ("def md5(x):\n    pass", "md5", 0),
        ("def f(md5):\n    pass", "md5", 0),
        ("def f(verify=False):\n    pass", "verify", 0),
        ("class md5:\n    pass", "md5", 0),
        ("# md5(x)", "md5", 0),
        ("'md5(x)'", "md5", 0),
        ("verify = False", "verify", 0),
    ],
)
def test_what_only_declares_or_mentions_is_no_site(code: str, word: str, nth: int) -> None:
    assert site(code, word, nth) is None


def test_a_comparison_is_not_settled() -> None:
    found = site("import ssl\nif x.mode == ssl.CERT_NONE:\n    pass", "CERT_NONE")
    assert found is not None
    assert not found.settled


def test_arguments_by_position_by_name_and_unpacked() -> None:
    parsed = Parsed(PYTHON, b"f(a, *b, key=c, **d)")
    call = parsed.root.named_children[0].named_children[0]
    found = PYTHON.arguments(parsed, call.child_by_field_name("arguments"))
    assert [parsed.text(node) for node in found.positional] == ["a"]
    assert list(found.named) == ["key"]
    assert found.spread


def test_later_calls_are_chained_or_on_the_variable() -> None:
    lines = ("c = AES.new(k)", "c.encrypt(x)", "c = DES.new(k)", "c.decrypt(x)", "AES.new(k).digest()")
    code = "def f():\n" + "".join(f"    {line}\n" for line in lines)
    parsed = Parsed(PYTHON, code.encode())
    calls = []
    for at in (code.index("AES"), code.index("DES"), code.rindex("AES")):
        node = parsed.at(at, 3)
        assert node is not None
        found = PYTHON.site(parsed, node, "AES")
        assert found is not None
        calls.append([call.method for call in parsed.later_calls(found.node)])
    assert calls == [["encrypt"], ["decrypt"], ["digest"]]


@pytest.mark.parametrize(
    ("body", "overwritten"),
    [
        ("x = make()\nx = other()\nuse(x)", True),
        ("x = make()\nuse(x)\nx = other()", False),
        ("x = make()\nx = wrap(x)", False),
        ("x = make()\nif y:\n    x = other()", False),
        ("x = make()\nreturn x", False),
        ("self.x = make()\nself.x = other()", False),
    ],
)
def test_overwritten(body: str, overwritten: bool) -> None:
    code = "def f(self, y):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    parsed = Parsed(PYTHON, code.encode())
    node = parsed.at(code.index("make"), 4)
    assert node is not None
    assert node.parent is not None
    assert order.overwritten(parsed, node.parent) is overwritten


def test_the_name_around_a_place() -> None:
    code = "class A:\n    def f(self):\n        return g()\n"
    parsed = Parsed(PYTHON, code.encode())
    node = parsed.at(code.index("g()"), 1)
    assert node is not None
    assert parsed.name_of(node) == "A.f"


@given(st.binary(max_size=200))
def test_any_bytes_parse_and_no_place_raises(content: bytes) -> None:
    parsed = Parsed(PYTHON, b"import hashlib\n" + content)
    assert isinstance(parsed.imports.names, dict)
    for at in range(0, len(parsed.content), 7):
        node = parsed.at(at, 1)
        if node is not None:
            PYTHON.site(parsed, node, "x")
            parsed.name_of(node)
