"""Names in bytes, found as a regular expression would find them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from assay.lab.identifiers import places, words

_LETTERS = st.sampled_from([b"a", b"b", b"ab", b"_", b"$", b" ", b".", b"\n", b"\xc3\xa9", b"1"])


@given(st.lists(_LETTERS, max_size=40), st.sampled_from([b"a", b"ab", b"aba", b"$a", b"a$", b"\xc3\xa9", b"_"]))
def test_places_are_those_of_the_pattern(parts: list[bytes], name: bytes) -> None:
    content = b"".join(parts)
    expected = [found.start() for found in re.finditer(rb"(?<!\w)" + re.escape(name) + rb"(?!\w)", content)]
    assert list(places(content, name)) == expected


def test_no_name_is_nowhere() -> None:
    assert list(places(b"a b", b"")) == []


def test_words() -> None:
    assert words(b"a-b $c d_1 \xc3\xa9") == {b"a", b"b", b"c", b"d_1", b"\xc3\xa9"}
