"""Cipher strings: what is named is certain, what a class brings in is possible, what is excluded is gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.facts import Scalar
from assay.examinations.cipher.names import suite
from assay.examinations.cipher.settings.ciphers import _WORDS, _suites, chosen


def named(text: str, *, certain: bool) -> set[Scalar]:
    return {fields["algorithm"] for fields, sure in chosen(text).algorithms if sure is certain}


@pytest.mark.parametrize(
    ("text", "certain", "possible", "never"),
    [
        ("RC4-SHA", {"RC4-128", "HMAC-SHA-1", "RSA-PKCS1-1.5"}, set(), {"AES-128-GCM"}),
        ("RC4-SHA:!RC4", set(), set(), {"RC4-128", "RC4"}),
        ("!RC4:RC4-SHA", set(), set(), {"RC4-128"}),
        ("RC4-SHA:-RC4:RC4-MD5", {"RC4-128", "HMAC-MD5"}, set(), set()),
        ("HIGH:!aNULL:!MD5", set(), {"AES-256-GCM", "3DES-168-CBC", "RSA-PKCS1-1.5"}, {"aNULL", "HMAC-MD5", "RC4-128"}),
        ("HIGH:!3DES:!kRSA:!PSK", set(), {"AES-256-GCM", "aNULL"}, {"3DES-168-CBC", "RSA-PKCS1-1.5"}),
        ("HIGH:!MEDIUM", set(), {"3DES-168-CBC"}, {"RC4-128"}),
        ("ALL:!SSLv3", set(), {"HMAC-SHA-1"}, {"DES-40-CBC"}),
        ("DEFAULT@SECLEVEL=1", set(), {"AES-128-CBC", "RC4-128"}, {"aNULL", "eNULL", "DES-CBC"}),
        ("EECDH+AESGCM", {"ECDHE", "AES-GCM"}, {"AES-128-GCM"}, {"FFDHE", "AES-128-CBC"}),
        ("eNULL", {"eNULL"}, set(), {"AES-128-CBC"}),
        ("ECC-SM2-WITH-SM4-SM3", {"SM2-ENC", "SM4-CBC", "HMAC-SM3"}, set(), set()),
        ("TLS_AES_128_GCM_SHA256,TLS_RSA_WITH_3DES_EDE_CBC_SHA", {"AES-128-GCM", "3DES-168-CBC"}, set(), set()),
        ("RC4+RSA", {"RC4"}, {"RC4-128"}, set()),
    ],
)
def test_lists(text: str, certain: set[str], possible: set[str], never: set[str]) -> None:
    assert certain <= named(text, certain=True)
    assert possible <= named(text, certain=False)
    assert not never & (named(text, certain=True) | named(text, certain=False))


@pytest.mark.parametrize("text", ["PROFILE=SYSTEM", "NORMAL", "SECURE256", "RC4-SHA:enigma", "ECDHE+enigma"])
def test_unknown_words(text: str) -> None:
    assert chosen(text).unknown


def test_the_table_names_suites_that_the_tables_of_names_read() -> None:
    rows = _suites()
    assert len(rows) > 180
    assert len({row.name for row in rows}) == len(rows)
    assert not [row.name for row in rows if not suite(row.name)]
    assert not [
        word for word, choice in _WORDS.items() if word not in {"KRB5", "GOST", "SSLV2"} and not any(map(choice, rows))
    ]


@given(st.text("ABCDEHIGLMNRSaken+-!:@ 0123456789", max_size=60))
def test_any_text_is_a_list(text: str) -> None:
    chosen(text)


@given(st.lists(st.sampled_from(sorted(_WORDS)), min_size=1, max_size=4), st.sampled_from(sorted(_WORDS)))
def test_excluding_only_takes_away(words: list[str], excluded: str) -> None:
    before = {key for key, _ in map(_key, chosen(":".join(words)).algorithms)}
    after = {key for key, _ in map(_key, chosen(":".join((*words, f"!{excluded}"))).algorithms)}
    assert after <= before


def _key(pair: tuple[object, bool]) -> tuple[str, bool]:
    fields, certain = pair
    return str(fields), certain
