"""The sieve lets through all that the exact expressions find, and `find` gives the same with it as without."""

import re
from collections.abc import Iterator

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from assay.examinations.border import names, scanning, sieve, text, wording
from assay.examinations.border.labels import FOREIGN_DIGIT, LABELS, SECRET, Label
from assay.examinations.border.text import find
from tests.examinations.border.made import TABLE, column, lines

_FRAGMENTS = """
密码 口令 password PassWord passwd pwd pin cvv2 secret_key api-key access_token 账号 account acct a/c 出生日期
生日 birth dob born 坐标 gps location latlng : ： = 是 为 on " ' _ - . , ( ) [ ] { } 1 12 123 1234 19870203
1987-02-03 116.4074 39.9042 hunter2 null x é 例 ſecret eyJhbGciOiJI .eyJhbGciOiJI AKIA ABCDEFGHIJKLMNOP $2a$10$
6222020200112233445=4912 ; %B ? 10.1.2.3 fe80::1 ::1 a@b.cn 13800138000 138 0013 8000 00:1B:44:11:3A:B7 GB82
WEST 1234 5698 7654 32 E12345678 ICBKCNBJ swift (010) &nbsp; %40
""".split()  # noqa: SIM905
_SPACES = ["\n", "\t", "\u3000", "\xa0", "\x1c", "\u2010", "\uff11", "\u200b", "\u0661"]
TEXTS = st.lists(st.sampled_from([*_FRAGMENTS, *_SPACES]) | st.just(" "), max_size=14).map("".join)


def lines_of(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for line in content.split(b"\n"):
        yield at, line
        at += len(line) + 1


def plainly(whole: str) -> Iterator[wording.Span]:
    """What labels and forms say, by the exact expressions alone."""
    for label in LABELS:
        for found in label.exact.finditer(whole):
            if label is not SECRET or not re.match(wording._NOTHING, found["value"]):
                yield *found.span("value"), label.class_, label.confidence
    for pattern in (wording._KEYS, wording._TRACK):
        for found in re.finditer(pattern, whole):
            yield *found.span("value"), "credential", "valid"


@given(TEXTS)
@example("password:\n  hunter2")
@example("secretsecret_key = abcdef")
@example("密码：\u3000hunter2 pin=1234")
@example("1 acct no. 6222 0202 0011")
def test_labels_and_forms_pass(whole: str) -> None:
    content = whole.encode()
    found = sorted(span for span in wording.worded(whole, content) if span[2] not in ("person_name", "address"))
    assert found == sorted(plainly(whole))


@given(TEXTS)
@example("password:\n  hunter2\npassword: hunter2")
def test_lines_of_a_large_text_pass(whole: str) -> None:
    whole += "\n" + "-" * wording.SMALL
    starts = [0, *(found.end() for found in re.finditer("\n", whole))]
    exact = [
        (at + start, at + end, class_, confidence)
        for at, line in zip(starts, whole.split("\n"), strict=True)
        for start, end, class_, confidence in plainly(line)
    ]
    found = wording.worded(whole, whole.encode())
    assert sorted(span for span in found if span[2] not in ("person_name", "address")) == sorted(exact)


_NAMED = """
客户 姓名 户名 联系人 张伟 欧阳建国 王 李小明 阿依古丽·买买提 先生 女士 教授 的手机 的银行卡 男 女 汉族 ， 。 、 ： :
转账给 用户 手机1 电话： 账号 身份证 1990年 出生于 13800138000 （法人） 1. 2、 是 于 x
""".split()  # noqa: SIM905


@given(st.lists(st.sampled_from([*_NAMED, *_SPACES, " "]), max_size=9).map("".join))
@example("1. 张伟，男\n2. 王小明先生")
@example("联系人\n张伟")
@example("张伟，手机13800138000")
def test_names_are_likely(whole: str) -> None:
    assert wording._LIKELY_NAMES.search(whole.encode()) is not None or not list(names.names(whole))


@given(TEXTS)
@example("password: 1\n\n13800138000")
def test_what_is_known_to_pass_is_not_asked_again(whole: str) -> None:
    assert find(whole, sifted=True) == find(whole)


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.class_)
def test_a_label_begins_with_one_of_its_initials(label: Label) -> None:
    @given(st.from_regex(label.words))
    def begins(words: str) -> None:
        found = re.search(label.words, words)
        assert found is not None
        assert found[0][0].casefold() in label.initials

    begins()


def test_digits_of_all_scripts_pass() -> None:
    foreign = re2.compile(FOREIGN_DIGIT)
    digits = [char for char in map(chr, range(128, 0x110000)) if char.isdecimal()]
    assert all(foreign.fullmatch(digit.encode()) for digit in digits)
    for digit in ("\u0967", "\u1c50", "\ua9d0", "\U0001e4f0"):
        for form in (
            "account {0}12345678",
            "account 12345678{0}",
            "account 1234 5{0}",
            "born 19{0}7-02-03",
            "dob 198{0}0203",
            "gps 116.4{0}74, 39.9042",
            "余额：{0}5",
            "余额：RMB {0}",
            "imsi 1234567890123{0}",
            "台胞证1234567{0}",
            "HKID A12345{0}",
            ";622202020011223{0}=4912?4567",
        ):
            text = form.format(digit)
            assert sorted(plainly(text)) == sorted(wording.worded(text, text.encode())), text


@given(TEXTS)
@example("a.-12:34:56:78:9A:BC")
@example("fe80:123::")
@example("_13800138000_")
@example("ARABIC LETTER IN 20 CHARS 1 SYNOPSIS")
@example("\n4 12:34:56:78:9A:BC\n..@b.cd a..@b.cd")
def test_what_is_found_passes(whole: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanning._process, "walk", None)
        patch.setattr(
            scanning, "lines_with", lambda _, content: ((at, at + len(line)) for at, line in lines_of(content))
        )
        patch.setattr(text, "may_hold", lambda _: True)
        plain = find(whole)
    assert find(whole) == plain
    assert sieve.may_hold(whole.encode()) or not plain


def test_the_generator_passes() -> None:
    for make in TABLE:
        for value in column(make, 40):
            if find(value):
                assert sieve.may_hold(value.encode()), value
    made = "\n".join(line.text for line in lines(200))
    passing = [made.encode()[start:end] for start, end in sieve.lines_with(sieve.LINES, made.encode())]
    assert len(passing) == len(set(sieve.lines_with(sieve.LINES, made.encode())))
    assert all(line in made.encode().split(b"\n") for line in passing)


@pytest.mark.parametrize(
    "quiet",
    [
        "int main(void) { return 0; }",
        "version 1.22.333, 2026-11-22 06:15:00",
        "std::dead(d::f)",
        "# password of the user",
    ],
)
def test_what_is_nothing_does_not_pass(quiet: str) -> None:
    assert not sieve.may_hold(quiet.encode())
