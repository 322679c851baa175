"""Hits in running text, each with its confidence, and what must stay silent."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.examinations.border import find, wording
from tests.examinations.border.made import NEAR, RIGHT, Maker, lines

_SHOWN = [
    ("身份证：11010519491231002X", "resident_id", "valid", "11010519491231002X"),
    ("身份证：110105194912310021", "resident_id", "plausible", "110105194912310021"),
    ("身份证号 110105491231002", "resident_id", "valid", "110105491231002"),
    ("手机１３８００１３８０００。", "mobile", "valid", "１３８００１３８０００"),
    ("联系138-0013-8000转", "mobile", "valid", "138-0013-8000"),
    ("+86 138 0013 8000", "mobile", "valid", "86 138 0013 8000"),
    ("卡号6222 0212 3456 7890 128", "bank_card", "valid", "6222 0212 3456 7890 128"),
    ("PAN 378282246310005.", "bank_card", "valid", "378282246310005"),
    ("卡号 622202123456789013", "bank_card", "plausible", "622202123456789013"),
    ("电话 (010)62345678", "landline", "valid", "010)62345678"),
    ("传真0755-83456789", "landline", "valid", "0755-83456789"),
    ("护照E12345678", "passport", "plausible", "E12345678"),
    ("港澳通行证 C12345678", "permit", "valid", "C12345678"),
    ("车牌京A·12345已登记", "plate", "valid", "京A·12345"),
    ("新能源粤BD12345", "plate", "valid", "粤BD12345"),
    ("写信a.b+c@example.com.cn。", "email", "valid", "a.b+c@example.com.cn"),
    ("from 112.80.248.75 port", "ip", "valid", "112.80.248.75"),
    ("2001:db8::ff00:42:8329", "ip", "valid", "2001:db8::ff00:42:8329"),
    ("MAC 00:1A:2B:3c:4D:5e", "device_id", "valid", "00:1A:2B:3c:4D:5e"),
    ("IMEI 490154203237518", "device_id", "valid", "490154203237518"),
    ("IBAN GB82 WEST 1234 5698 7654 32", "iban", "valid", "GB82 WEST 1234 5698 7654 32"),
    ("SWIFT代码ICBKCNBJ", "bic", "plausible", "ICBKCNBJ"),
    ("行号102100099996", "cnaps", "plausible", "102100099996"),
    ("账号：1234567890123", "bank_account", "plausible", "1234567890123"),
    ("password=hunter2hunter", "credential", "plausible", "hunter2hunter"),
    ("AKIAIOSFODNN7EXAMPLE", "credential", "valid", "AKIAIOSFODNN7EXAMPLE"),
    ("出生日期1990-01-02", "birth_date", "plausible", "1990-01-02"),
    ("信用代码 91350211M000100Y43", "uscc", "plausible", "91350211M000100Y43"),
    ("联系人：王小明，", "person_name", "plausible", "王小明"),
    ("地址：上海市浦东新区世纪大道100号", "address", "plausible", "上海市浦东新区世纪大道100号"),
]


@pytest.mark.parametrize(("text", "class_", "confidence", "value"), _SHOWN)
def test_each_class(text: str, class_: str, confidence: str, value: str) -> None:
    (hit,) = [hit for hit in find(text) if hit.class_ == class_]
    assert (hit.line, text[hit.start : hit.end], hit.confidence) == (1, value, confidence)


@pytest.mark.parametrize(
    "text",
    [
        "1234567890123456789012345",
        "2024-01-15 12:30:45",
        "13800138000.55",
        "20240115-13800138000-01",
        "order 110105194912310021",
        "a2:30:45",
        "user@localhost",
        "CUSTOMER",
        "127.0.0.1 0.0.0.0",
        "1.2.3.4",
        "6222021234567890 in a hash 6222021234567890abcd"[:16] + "1",
        "密码：null",
        "账号",
    ],
)
def test_near_misses_are_silent(text: str) -> None:
    assert find(text) == []


def test_recall_and_false_hits_on_the_generator() -> None:
    made = lines(6_000)
    by_line: dict[int, set[tuple[str, str]]] = {}
    for hit in find("\n".join(line.text for line in made)):
        by_line.setdefault(hit.line, set()).add((hit.class_, hit.confidence))
    found, total, wrong = Counter[str](), Counter[str](), Counter[str]()
    for number, line in enumerate(made, 1):
        hits = by_line.get(number, set())
        total[line.make] += 1
        found[line.make] += (line.class_, "valid") in hits
        wrong[line.make] += bool(hits)
    assert {make: found[make] / total[make] >= 0.99 for make in RIGHT} == dict.fromkeys(RIGHT, True)
    assert sum(wrong[make] for make in NEAR) <= 0.0005 * sum(total[make] for make in NEAR)


def test_a_wrong_check_digit_is_plausible_with_a_label_and_never_valid() -> None:
    maker = Maker(3)
    for make, label, class_ in (("bad_id", "身份证号", "resident_id"), ("bad_card", "卡号", "bank_card")):
        for _ in range(200):
            value = getattr(maker, make)()
            assert "valid" not in {hit.confidence for hit in find(value)}
            assert [(hit.class_, hit.confidence) for hit in find(f"{label}：{value}")] == [(class_, "plausible")]


def test_places_count_characters_of_their_line() -> None:
    hits = find("无\n请致电 13800138000\n\n邮箱a@b.cn")
    assert [(hit.line, hit.start, hit.end, hit.class_) for hit in hits] == [(2, 4, 15, "mobile"), (4, 2, 8, "email")]


@given(
    st.text(alphabet=st.sampled_from("0123456789 -.:@()（）X姓名张三京A·卡号\n\0\ud800，+_/地址市区路号"), max_size=200)
)
def test_no_text_is_too_odd(text: str) -> None:
    rows = text.split("\n")
    for hit in find(text):
        assert 0 <= hit.start < hit.end <= len(rows[hit.line - 1])


def test_a_large_text_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(
        [
            *(shown[0] for shown in _SHOWN),
            *(line.text for line in lines(600)),
            "王伟，男，1990年生",
            "无",
            "\ud800 张三先生",
        ]
    )
    small = find(text)
    monkeypatch.setattr(wording, "SMALL", 1)
    assert find(text) == small
    assert len({hit.class_ for hit in small}) > 15


@pytest.mark.parametrize(
    "part",
    ["市路", "县路街", "大街路小区", "姓名", "王", "1号", "account ", "0 1 ", "a.b@", "12:", "密码:", "京A", "eyJ."],
)
def test_no_text_takes_long(part: str) -> None:
    """Overlapping parts made an expression take minutes for these; the test is that it ends."""
    for hit in find(part * 3000):
        assert hit.end > hit.start


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("客户张伟的手机是13800138000", ["张伟"]),
        ("张伟的手机号是13800138000，李娜的邮箱是a@b.cn", ["张伟", "李娜"]),
        ("请联系客户李小明办理开户", ["李小明"]),
        ("客户王芳来电咨询", ["王芳"]),
        ("柜员陈静已核对身份证", ["陈静"]),
        ("用户林俊杰登录成功", ["林俊杰"]),
        ("致张伟先生", ["张伟"]),
        ("转账给李四500元", ["李四"]),
        ("张伟，手机13800138000", ["张伟"]),
        ("张伟 13800138000", ["张伟"]),
        ("客户关系管理系统", []),
        ("客户平均余额", []),
        ("用户文档", []),
        ("客户安全的保障", []),
        ("客户单位的电话", []),
        ("客户任务的手机端", []),
        ("房贷客户申请，信用卡客户来电", []),
        ("单号 13800138000", []),
    ],
)
def test_names_in_sentences(text: str, found: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in find(text) if hit.class_ == "person_name"] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("住柳州市鱼峰区屏山街道龙潭村十七组12号。", "柳州市鱼峰区屏山街道龙潭村十七组12号"),
        ("送到松江区方塔北路99", "松江区方塔北路99"),
        ("收货：翠竹雅苑38-6-1349", "翠竹雅苑38-6-1349"),
        ("朝阳门大街1号1990-01-01入住", "朝阳门大街1号"),
        ("城东路与海棠大道交叉口", "城东路与海棠大道交叉口"),
        ("成都市武侯区人民路1000元", None),
        ("版本12-10-3376", None),
        ("日期2024-01-15", None),
    ],
)
def test_addresses_in_sentences(text: str, found: str | None) -> None:
    said = [text[hit.start : hit.end] for hit in find(text) if hit.class_ == "address"]
    assert said == ([found] if found else [])


@pytest.mark.parametrize(
    ("text", "class_", "found"),
    [
        ("Customer name: WANG XIAOMING", "person_name", "WANG XIAOMING"),
        ("Beneficiary: John A. Smith, account", "person_name", "John A. Smith"),
        ("余额：1,234.56元", "balance", "1,234.56元"),
        ("入院诊断：高血压3级。", "health", "高血压3级"),
        ("指纹特征值：a8f5f167f44f4964e6c998dee827110c", "biometric", "a8f5f167f44f4964e6c998dee827110c"),
        ("IMSI: 460001234567890", "device_id", "460001234567890"),
        ("台胞证 12345678", "permit", "12345678"),
        ("name: Build Docker Image", "", ""),
        ("load balance: 1", "", ""),
        ("诊断：网络超时", "", ""),
    ],
)
def test_what_stands_behind_a_label(text: str, class_: str, found: str) -> None:
    said = [(hit.class_, text[hit.start : hit.end], hit.confidence) for hit in find(text)]
    assert said == ([(class_, found, "plausible")] if found else [])
