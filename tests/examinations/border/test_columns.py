"""Column verdicts: names, values and chance."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from assay.examinations.border.classes import CLASSES
from assay.examinations.border.columns import Column, as_text, bytes_of
from assay.examinations.border.counting import Counted, normal, normalised
from assay.examinations.border.grades import grades, highest
from assay.examinations.border.persons import Sketch, merged
from assay.examinations.border.semantics import called
from tests.examinations.border.made import HARD, NEAR, column

KEY = bytes(16)


def verdicts(name: str, values: Sequence[str | None]) -> dict[str, tuple[int, int]]:
    one = Column(name)
    one.add(pa.array(values, pa.string()))
    return {verdict.class_: (verdict.valid, verdict.plausible) for verdict in one.verdicts()}


@pytest.mark.parametrize(
    ("name", "class_"),
    [
        ("身份证号", "resident_id"), ("idCardNo", "resident_id"), ("customer.idCard", "resident_id"), ("id_type", ""),
        ("证件类型", ""), ("手机号(脱敏)", "mobile"), ("phone_count", ""), ("user_phone", "mobile"),
        ("客户姓名", "person_name"),
        ("bank_name", ""), ("name", "person_name"), ("cust_name", "person_name"), ("email_address", "email"),
        ("client_ip", "ip"), ("home_addr", "address"), ("余额(元)", "balance"), ("txn_amt", "transaction"),
        ("CVV2", "credential"), ("pinBlock", "credential"), ("unit_price", "price"), ("合同编号", "contract"),
        ("swift_code", "bic"), ("order_no", ""), ("x", ""), ("", ""), ("出生日期", "birth_date"),
        ("人脸特征", "biometric"),
        ("diagnosis", "health"), ("lng", "location"), ("持仓量", "position"),
    ],
)  # fmt: skip
def test_names_of_columns(name: str, class_: str) -> None:
    assert called(name) == class_


@pytest.mark.parametrize("make", [*NEAR, *HARD])
def test_a_column_of_near_misses_holds_nothing(make: str) -> None:
    """Not even where one in forty is right: the wrong ones beside it show that it is chance."""
    found = verdicts("x", list(column(make, 3000)))
    assert sum(valid + plausible for valid, plausible in found.values()) <= 3000 * 0.0005


def test_a_few_real_ones_among_the_random_are_seen() -> None:
    values = [*column("order_16", 3000), *column("bank_card", 300)]
    assert 300 <= verdicts("x", values)["bank_card"][0] <= 420


def test_a_wrong_check_digit_is_plausible_where_the_name_says_so() -> None:
    bad = list(column("bad_id", 100))
    assert verdicts("身份证号", bad) == {"resident_id": (0, 100)}
    assert verdicts("x", bad) == {}
    assert verdicts("备注", [f"身份证{value}已核" for value in bad])["resident_id"] == (0, 100)


def test_values_speak_without_a_name() -> None:
    assert verdicts("x", list(column("name", 50))) == {"person_name": (0, 50)}
    assert verdicts("x", ["成功", "失败", "成功"] * 20) == {}
    assert verdicts("x", ["Active", "Closed"] * 20) == {}
    assert verdicts("x", list(column("address", 50))) == {"address": (0, 50)}
    assert verdicts("x", [*column("bic", 20)]) == {"bic": (0, 20)}


def test_names_alone_are_not_enough() -> None:
    assert verdicts("balance", ["abc"] * 20) == {}
    assert verdicts("name", ["node-forge", "left-pad"] * 10) == {}
    assert verdicts("出生日期", ["1990-01-02", None, "", "x"] * 5) == {"birth_date": (0, 5)}


def test_empty_cells_do_not_count() -> None:
    one = Column("手机")
    one.add(pa.array([None, "", "13800138000"]))
    assert [(verdict.cells, verdict.valid) for verdict in one.verdicts()] == [(1, 1)]
    assert list(Column("x").verdicts()) == []
    empty = Column("x")
    empty.add(pa.array([], pa.string()))
    assert list(empty.verdicts()) == []


def test_columns_add_up() -> None:
    values = list(column("mobile", 100))
    whole, first, second = Column("tel"), Column("tel"), Column("tel")
    whole.add(pa.array(values))
    first.add(pa.array(values[:30]))
    second.add(pa.array(values[30:]))
    first.merge(second)
    assert list(first.verdicts()) == list(whole.verdicts())


def test_slices_and_full_width() -> None:
    values = pa.array(["x", "１３８００１３８０００", "13900139000", None])
    one = Column("x")
    one.add(values.slice(1))
    assert [(verdict.class_, verdict.valid) for verdict in one.verdicts()] == [("mobile", 2)]
    text = as_text(pa.array([1, None, 22]))
    assert bytes_of(text)[1].tolist() == [0, 1, 1, 3]


def test_persons_are_counted_by_the_strongest_identifier_of_a_row() -> None:
    ids, phones = list(column("resident_id", 30)), list(column("mobile", 30))
    counted = Counted("", KEY)
    rows: list[str | None] = [*ids[:20], *([None] * 10)]
    counted.add(["身份证号", "手机", "备注"], [pa.array(rows), pa.array(phones), pa.array(["x"] * 30)])
    assert {class_: sketch.count() for class_, sketch in counted.sketches.items() if sketch.count()} == {
        "resident_id": 20, "mobile": 10,
    }  # fmt: skip


def test_persons_inside_running_text_of_a_column() -> None:
    phones = list(column("mobile", 30))
    counted = Counted("", KEY)
    counted.add(["memo"], [pa.array([f"请联系{phone}" for phone in phones] * 2)])
    assert counted.sketches["mobile"].count() == 30


def test_one_person_written_in_two_ways_is_one() -> None:
    assert normal("mobile", "+86 138-0013-8000") == normal("mobile", "13800138000")
    assert normal("resident_id", "11010519491231002x") == b"11010519491231002X"
    assert normal("email", "A@B.cn") == b"a@b.cn"
    for class_, value in (("mobile", "+86 138-0013-8000"), ("resident_id", "11010519491231002x "), ("email", "A@B.cn")):
        assert normalised(class_, pa.array([value])).to_pylist()[0].encode() == normal(class_, value)


def test_parts_of_a_set_make_the_whole() -> None:
    values = list(column("resident_id", 400))
    whole, left, right = (Counted("", KEY) for _ in range(3))
    whole.add(["id"], [pa.array(values)])
    left.add(["id"], [pa.array(values[:300])])
    right.add(["id"], [pa.array(values[200:])])
    left.merge(right)
    assert left.sketches["resident_id"].count() == whole.sketches["resident_id"].count() == 400
    assert merged([left.sketches["resident_id"], whole.sketches["resident_id"]]).count() == 400
    assert left.rows == 500


def test_every_class_has_a_grade() -> None:
    assert set(grades()) == set(CLASSES)
    assert grades()["credential"].values() == {
        "grade_financial": "C3", "grade_level": 4, "grade_nfra": "sensitive", "grade_pipl": "sensitive",
    }  # fmt: skip
    assert grades()["cnaps"].values() == {"grade_level": 1, "grade_nfra": "other"}
    top = highest([grades()["ip"], grades()["bank_card"]])
    assert top is not None
    assert (top.jrt0171, top.jrt0197, top.pipl) == ("C2", 3, "sensitive")
    assert highest([]) is None


def test_a_sketch_of_nobody_counts_nobody() -> None:
    assert Sketch(bytes(16)).count() == 0
    assert np.empty(0).size == 0
