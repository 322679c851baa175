"""What is written so that a search misses it is found where it stands."""

import base64
import re

import pyarrow as pa
import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from assay.examinations.border import sieve
from assay.examinations.border.columns import Column, as_text
from assay.examinations.border.folding import FOLDS, HIDING, LEADS, ODD_BYTES, folded, plain, unfolded
from assay.examinations.border.text import find

HIDDEN = (
    ("138\u200b0013\u200b8000", "mobile"),
    ("138\u00ad0013\u00ad8000", "mobile"),
    ("138\u00a00013\u00a08000", "mobile"),
    ("138\u20090013\u20098000", "mobile"),
    ("138–0013–8000", "mobile"),
    ("".join(f"&#{ord(digit)};" for digit in "13800138000"), "mobile"),
    ("".join(f"&#x{ord(digit):x};" for digit in "13800138000"), "mobile"),
    ("138&nbsp;0013&nbsp;8000", "mobile"),
    ("\\u0031\\u0033800138000", "mobile"),
    ("%31%33800138000", "mobile"),
    ("١٣٨٠٠١٣٨٠٠٠", "mobile"),
    ("𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", "mobile"),
    ("１３８００１３８０００", "mobile"),
    ("ab.c%40mail.com", "email"),
    ("ab&#64;mail.com", "email"),
    ("110101\u200b19900101\u200b1237", "resident_id"),
)


@given(
    st.from_regex(
        re.compile(
            r"1&(?:nbsp|ensp|emsp|thinsp);1|a&(?:shy|commat|period);|&#(?:x2b|X40|45|50|64);|%(?:2[bB]|3[0-9]|40)|\\\\u00(?:2D|3[0-9]|40)"
        ),
        fullmatch=True,
    )
)
def test_what_hides_in_ascii_has_a_sign(value: str) -> None:
    assert sieve.HIDDEN.search(value.encode()) is not None
    assert HIDING.within(value.encode())


@pytest.mark.parametrize(("value", "class_"), HIDDEN)
def test_hidden_values_in_a_text(value: str, class_: str) -> None:
    text = f"第一行\n号 {value} 。\n电话13900139000 x"
    hits = find(text)
    assert [(hit.line, hit.class_, hit.confidence) for hit in hits] == [(2, class_, "valid"), (3, "mobile", "valid")]
    assert text.split("\n")[1][hits[0].start : hits[0].end] == value


@pytest.mark.parametrize(("value", "class_"), HIDDEN)
def test_hidden_values_in_a_column(value: str, class_: str) -> None:
    column = Column("c")
    column.add(pa.array([value] * 20))
    assert [(one.class_, one.valid) for one in column.verdicts()] == [(class_, 20)]


def test_a_name_with_a_character_that_nobody_sees() -> None:
    (hit,) = find("姓名：张\u200b伟")
    assert (hit.class_, hit.start, hit.end) == ("person_name", 3, 6)


@given(st.text(st.sampled_from("0123456789a&#;x%u\\ \n\u200b\u00a0–٣"), max_size=40))
def test_places_lie_in_the_text(text: str) -> None:
    line = folded(text)
    assert len(line) == len(text)
    left, starts, ends = unfolded(line)
    assert len(left) == len(starts) == len(ends)
    assert all(0 <= start < end <= len(line) for start, end in zip(starts, ends, strict=True))
    for hit in find(text):
        assert 0 <= hit.start < hit.end <= len(text.split("\n")[hit.line - 1])


@given(st.text(max_size=30))
def test_what_is_not_folded_stays(text: str) -> None:
    if not any(ord(char) in FOLDS for char in text):
        assert folded(text) == text
    if text.isascii() and not set(text) & set("&%\\"):
        assert plain(text) == text


def test_the_sieve_is_of_the_same_expression() -> None:
    assert re2.search(sieve.HIDDEN.pattern, "0&#49;") is not None
    assert sieve.HIDDEN.search("100% &amp; 5–a \\u4e2d &#39;".encode()) is None


def test_a_column_in_base64() -> None:
    coded = [base64.b64encode(f"1380013{number:04}".encode()).decode() for number in range(30)]
    column = Column("c")
    column.add(pa.array([*coded, None, "", "not coded"]))
    assert [(one.class_, one.valid) for one in column.verdicts()] == [("mobile", 30)]
    for quiet in ("administrator", "ABCD1234EFGH", "4111111111111111"):
        said = as_text(pa.array([quiet] * 5))
        assert said is not None
        assert said.to_pylist() == [quiet] * 5


def test_every_fold_begins_with_one_of_its_bytes() -> None:
    assert all(chr(char).encode()[0] in LEADS for char in FOLDS if char != 0x3000)
    assert all(mark[0] in LEADS for mark in ODD_BYTES)
