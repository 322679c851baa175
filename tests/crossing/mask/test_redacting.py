"""Texts redacted all at once hold what they hold when `find` reads them one by one."""

import hashlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.crossing.mask import redacting
from assay.crossing.mask.columns import Masker
from assay.examinations.border import scanning
from assay.examinations.border.wording import worded
from tests.examinations.border.made import Maker

KEY = hashlib.sha256(b"of tests").digest()
made = Maker(9)
WORDS = (
    "身份证号", "卡号：", "手机", "客户", "张伟", "女士", "的", "，", "。", " ", "\n", "-", "于",
    "北京市海淀区中关村大街1号", "密码：a1b2c3d4",
    "先生", "1３８00138000", "账号 ", "出生", "1990-01-01", "P<CHN", "流水", "x", "@", "a.b@c.cn", "订单", "🙂", "1.5",
    "欧阳娜娜", "现任", "司马相如", "\u3000", "\xa0", "\u2028",
)  # fmt: skip
VALUES = [
    getattr(made, make)()
    for make in ("resident_id", "mobile", "bank_card", "grouped_card", "iban", "bad_id", "bad_card", "email")
    for _ in range(4)
]
TEXT = st.lists(st.sampled_from([*WORDS, *VALUES]), max_size=8).map("".join)


def redacted(texts: list[str]) -> list[str]:
    masker = Masker(KEY)
    return list(redacting.redacted(pa.array(texts, pa.string()), lambda of: masker._pseudonyms("", of)).to_pylist())


@given(st.lists(TEXT, max_size=12))
def test_at_once_and_one_by_one_give_the_same(texts: list[str]) -> None:
    masker = Masker(KEY)
    one_by_one = redacting._one_by_one(list(texts), lambda of: masker._pseudonyms("", of))
    assert redacted(texts) == one_by_one


def test_compiled_and_sliced_too() -> None:
    if scanning.compiled() is None:
        pytest.skip("numba is not installed")
    texts = [f"{WORDS[at % 7]}{VALUES[at % len(VALUES)]}{WORDS[at % 5]}" for at in range(700)]
    masker = Masker(KEY)
    whole = pa.array(["13800138000", *texts], pa.string())
    at_once = redacting.redacted(whole[1:], lambda of: masker._pseudonyms("", of)).to_pylist()
    assert at_once == redacting._one_by_one(list(texts), lambda of: masker._pseudonyms("", of))


@given(TEXT)
def test_what_needs_words_is_all_that_words_tell(text: str) -> None:
    line = text.replace("\n", " ")
    assert not list(worded(line, line.encode())) or bool(redacting.needs_words(pa.array([line], pa.string()))[0])


def test_a_cell_of_several_lines_is_redacted_whole() -> None:
    passport = "P<CHNZHANG<<WEI" + "<" * 29 + "\r\nE123456782CHN9001011M3001019" + "<" * 14 + "02"
    assert redacted(["第一行13800138000\r\n第二行"])[0].startswith("第一行[mobile:")
    assert "E12345678" not in redacted([passport])[0]


def test_a_number_that_is_hidden_gets_the_pseudonym_of_the_number() -> None:
    texts = ["电话13800138000", "电话138\u200b00138000", "电话138&nbsp;0013&nbsp;8000"]
    marks = {text.partition("[")[2] for text in redacted(texts)}
    assert len(marks) == 1
    masker = Masker(KEY)
    of = pa.array(["13800138000", "１３８００１３８０００", "138\u200b00138000", "138-0013-8000"])
    assert len(set(masker.apply("pseudonym", "mobile", of).to_pylist())) == 1
