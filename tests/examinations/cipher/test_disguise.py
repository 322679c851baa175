"""Names in disguise are blind spots; ordinary text in other alphabets is not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.examination import FileMeta, FileView, Limits, Locator
from assay.examinations.cipher.disguise import DisguisedNames


class _Lab:
    limits = Limits()


def details(language: str, content: bytes) -> list[str]:
    meta = FileMeta("a", "a", len(content), "source", language, "product", "shipped", Locator("file", "a"))
    return [item.detail for item in DisguisedNames().examine(FileView(meta, content), (), _Lab()).shortfalls]


@pytest.mark.parametrize(
    ("language", "content", "line"),
    [
        ("Java", b'class A { Object o =\n \\u004dessageDigest.getInstance("M"); }', 2),
        ("Java", b"class A { Object o = MessageDigest.get\\uuu0049nstance(x); }", 1),
        ("Python", "import hashlib\nx = hashlib.\uff4d\uff445(b'')\n".encode(), 2),
        ("Python", "import hashlib\nx = hashlib.\U0001d426d5(b'')\n".encode(), 2),
        ("C", b"int f(void)\n{\n  M\\\nD5(x);\n}", 3),
        ("C", b"int f(void) { \\u004dD5(x); }", 1),
        ("C", b"#define GLUE(a, b) a##b\nint f(void) { return GLUE(EVP_m, d5)(); }", 2),
        ("JavaScript", b"const c = require('crypto');\nc['create' + 'Hash'](x);", 2),
        ("JavaScript", b"process.env['NODE_TLS_' + \"REJECT_UNAUTHORIZED\"] = 0;", 1),
        ("Python", b"import sys\nsys.modules['hash' + 'lib'].sha1()", 2),
        ("PHP", b"<?php $f = 'm' . 'd5'; $f($x);", 1),
    ],
)
def test_a_disguised_name_is_a_blind_spot(language: str, content: bytes, line: int) -> None:
    assert details(language, content) == [f"line {line}: a name in disguise"]


def test_every_character_that_folds_to_ascii_is_found() -> None:
    folding = [
        character
        for character in map(chr, (*range(0x80, 0xD800), *range(0xE000, 0x30000)))
        if f"a{character}".isidentifier() and unicodedata.normalize("NFKC", character).isascii()
    ]
    assert len(folding) > 800
    for character in folding:
        assert details("Python", f"x{character} = 1\n".encode()), f"{ord(character):x}"


@pytest.mark.parametrize(
    ("language", "content"),
    [
        ("Java", 'class A { String s = "密码 \\u5bc6"; }'.encode()),
        ("Python", "# 使用国密算法\nnom_clé = 'é'  # naïve\n".encode()),
        ("Python", 'x = \'ＭＤ５ in a string\'  # ＭＤ５ in a comment\n"""ＭＤ５\nin a docstring"""\n'.encode()),
        ("C", b'#define A(x) \\\n  do { f(x); } while (0)\nchar *s = "a\\u0041b\\\nc";\n'),
        ("C", b"/* wor\\\nd */ int x;\n"),
    ],
)
def test_ordinary_text_is_not(language: str, content: bytes) -> None:
    assert details(language, content) == []


@given(st.sampled_from(["Java", "Python", "C"]), st.binary(max_size=300))
def test_any_bytes_end(language: str, content: bytes) -> None:
    assert len(details(language, content)) <= 1
