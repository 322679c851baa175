import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from assay.core.examination import Hit
from assay.lab import hits as hits_module
from assay.lab.hits import Found, Prefilter
from assay.lab.identifiers import words

from .lab_examinations import Words

LITERALS = [b"a", b"ab", b"abc", b"bc", b"A", b"a_b", b"\xe5"]
texts = st.lists(st.sampled_from([*LITERALS, b" ", b"(", b"\n", b"x", b"9", b"\x00", b"-", b"AB"]), max_size=40).map(
    b"".join
)


def _oracle(literals: frozenset[bytes], content: bytes) -> list[Hit]:
    """Every word of the text by a regular expression, kept when it is a literal."""
    runs = re.finditer(rb"[0-9A-Za-z_\x80-\xff]+", content)
    return [Hit(run.group(), run.start()) for run in runs if run.group() in literals]


@given(texts, st.sets(st.sampled_from(LITERALS), min_size=1).map(frozenset))
def test_hits_are_the_whole_words(content: bytes, literals: frozenset[bytes]) -> None:
    prefilter = Prefilter([replace(Words(), literals=literals)], 1000)
    expected = _oracle(literals, content)
    for distinct in (None, words(content)):
        interested = prefilter.interested(content, (0,), distinct)
        assert {which: found.hits for which, found in interested.items()} == ({0: expected} if expected else {})


@given(texts)
def test_folded_literals_match_in_any_case(content: bytes) -> None:
    literals = frozenset({b"a", b"ab"})
    prefilter = Prefilter([replace(Words(), literals=literals, fold_case=True)], 1000)
    expected = _oracle(literals, content.lower())
    for distinct in (None, words(content)):
        interested = prefilter.interested(content, (0,), distinct)
        assert {which: found.hits for which, found in interested.items()} == ({0: expected} if expected else {})


@given(texts, st.integers(1, 9))
def test_blocks_do_not_change_the_hits(content: bytes, block: int) -> None:
    literals = frozenset(LITERALS)
    prefilter = Prefilter([replace(Words(), literals=literals)], 1000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hits_module, "_BLOCK", block)
        found = prefilter.interested(content, (0,))
        assert found.get(0, Found()).hits == _oracle(literals, content)


def test_each_examination_gets_its_own_hits_up_to_the_limit() -> None:
    one = replace(Words(), literals=frozenset({b"MD5", b"shared"}))
    two = replace(Words(), literals=frozenset({b"shared", b"sm3"}), fold_case=True)
    prefilter = Prefilter([one, two], 2)
    found = prefilter.interested(b"MD5 Shared shared SM3 MD5 MD5", (0, 1))
    assert found[0].hits == [Hit(b"MD5", 0), Hit(b"shared", 11)]
    assert found[0].capped
    assert found[1].hits == [Hit(b"shared", 4), Hit(b"shared", 11)]
    assert found[1].capped


@pytest.mark.parametrize(
    ("literal", "fold"), [(b"AES/ECB", False), (b"", False), (b"two words", False), (b"MD5", True)]
)
def test_a_literal_that_could_never_be_seen_is_refused(literal: bytes, fold: bool) -> None:
    with pytest.raises(ValueError, match="not one word"):
        Prefilter([replace(Words(), literals=frozenset({literal}), fold_case=fold)], 10).literals(0)


def test_the_limit_holds_over_blocks_and_one_without_literals_is_always_interested() -> None:
    one, all_ = replace(Words(), literals=frozenset({b"a"})), replace(Words(), literals=frozenset[bytes]())
    prefilter = Prefilter([one, all_], 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hits_module, "_BLOCK", 4)
        found = prefilter.interested(b"a a a a a", (0, 1))
        assert (found[0].hits, found[0].capped) == ([Hit(b"a", at) for at in (0, 2, 4)], True)
        assert prefilter.interested(b"a a a", (0, 1))[0].capped is False
        assert prefilter.interested(b"b", (0, 1)) == {1: Found()}


@given(st.sets(st.sampled_from([b"w%d" % number for number in range(200)])), st.booleans())
def test_many_words_are_found_as_few_are(present: set[bytes], fold: bool) -> None:
    literals = frozenset(b"w%d" % number for number in range(0, 200, 2))
    prefilter = Prefilter([replace(Words(), literals=literals, fold_case=fold)], 1000)
    content = b" ".join(word.upper() if fold else word for word in present)
    expected = _oracle(literals, content.lower() if fold else content)
    for distinct in (None, words(content)):
        assert prefilter.interested(content, (0,), distinct).get(0, Found()).hits == expected
