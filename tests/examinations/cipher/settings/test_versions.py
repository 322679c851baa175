"""Versions as lists, with signs, and by their limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.examinations.cipher.settings.versions import between, listed, version, words_of


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("TLSv1", ("TLS", "1.0")), ("tls1_2", ("TLS", "1.2")), ("VersionTLS13", ("TLS", "1.3")),
        ("1.1", ("TLS", "1.1")),
        ("TLS_1_0", ("TLS", "1.0")), ("SSLv3", ("SSL", "3.0")), ("DTLSv1.2", ("DTLS", "1.2")),
        ("TLSv9", None), ("http/1.1", None),
    ],
)  # fmt: skip
def test_spellings(word: str, expected: tuple[str, str] | None) -> None:
    assert version(word) == expected


@pytest.mark.parametrize(
    ("text", "certain", "possible"),
    [
        ("TLSv1.2, TLSv1.3", {"1.2", "1.3"}, set()),
        ("!SSLv2 !SSLv3", {"1.2", "1.3"}, {"1.0", "1.1"}),
        ("! TLSv1, !TLSv1.1, !SSLv3", {"1.2", "1.3"}, set()),
        ("no_sslv3", {"1.2", "1.3"}, {"1.0", "1.1"}),
        ("all -TLSv1 -TLSv1.1", {"1.2", "1.3"}, {"3.0"}),
        ("-all", set(), set()),
        ("{ TLSv1.2; }", {"1.2"}, set()),
        ("['TLSv1', \"TLSv1.2\"]", {"1.0", "1.2"}, set()),
    ],
)
def test_lists(text: str, certain: set[str], possible: set[str]) -> None:
    spoken = listed([text])
    assert {number for (_, number), sure in spoken.on if sure} == certain
    assert {number for (_, number), sure in spoken.on if not sure} == possible
    assert spoken.unknown == ()


@pytest.mark.parametrize(
    ("low", "high", "certain", "possible"),
    [
        ("TLSv1", None, {"1.0", "1.1", "1.2", "1.3"}, set()),
        ("TLSv1.1", "TLSv1.2", {"1.1", "1.2"}, set()),
        (None, "TLSv1.2", {"1.2"}, {"3.0", "1.0", "1.1"}),
        ("DTLSv1.2", None, {"1.2", "1.3"}, set()),
        ("TLSv1.3", "TLSv1.2", set(), set()),
    ],
)
def test_limits(low: str | None, high: str | None, certain: set[str], possible: set[str]) -> None:
    spoken = between(low, high)
    assert {number for (_, number), sure in spoken.on if sure} == certain
    assert {number for (_, number), sure in spoken.on if not sure} == possible


def test_a_limit_that_nobody_knows() -> None:
    assert between("modern", None).unknown == ("modern",)
    assert not between("modern", None).on


@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_words(values: list[str]) -> None:
    listed(values)
    listed(values, replacing=True)
    assert all(words_of(values))
