"""Signs are found wherever they stand, at the edges of blocks too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.lab import signs
from assay.lab.signs import Signs, either_case

_TEXTS = st.lists(st.sampled_from([b"a", b"b", b"ab", b"ba", b" ", b"\xc3"]), max_size=40).map(b"".join)


@given(_TEXTS, st.lists(st.sampled_from([b"ab", b"bab", b"aab", b"b a"]), min_size=1, unique=True))
def test_any_that_stands_in_a_text_is_found(content: bytes, some: list[bytes]) -> None:
    assert Signs(*some).within(content) is any(sign in content for sign in some)


@given(_TEXTS, st.integers(1, 9))
def test_the_places_are_those_of_one_sign(content: bytes, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "_BLOCK", block)
        expected = {at for at in range(len(content)) if content.startswith(b"ab", at)}
        assert set(Signs(b"ab").places(content)) == expected


@given(_TEXTS, st.integers(1, 9))
def test_each_sign_is_told_or_overlaps_one_that_is(content: bytes, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "_BLOCK", block)
        told = set(Signs(b"aba", b"bb").places(content))
        for sign in (b"aba", b"bb"):
            for at in range(len(content)):
                if content.startswith(sign, at):
                    assert any(abs(at - other) < 3 for other in told)


def test_either_case_spells_all_mixtures() -> None:
    assert sorted(either_case(b"a-1b")) == [b"A-1B", b"A-1b", b"a-1B", b"a-1b"]
