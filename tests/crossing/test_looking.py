"""What an export holds: no person too few in the possible counts, nothing unread passed over."""

from pathlib import Path

import pytest

from assay.core.errors import NothingToExamineError
from assay.crossing.looking import Looked, look
from assay.examinations.border.persons import Sketch, key_id

KEY = bytes(range(16))


def looked(folder: Path, *contents: str) -> Looked:
    paths = []
    for number, content in enumerate(contents):
        paths.append(folder / f"{number}.csv")
        paths[-1].write_text(content, encoding="utf-8")
    scratch = folder / "scratch"
    scratch.mkdir()
    return look(paths, KEY, lambda: Sketch(key_id(KEY)), scratch)


def mobiles(count: int, of: int) -> str:
    """A table of `of` persons by name, of whom the first `count` have a mobile number."""
    rows = [f"王伟,{13800000000 + number if number < count else ''},x\n" for number in range(of)]
    return "姓名,手机号,注\n" + "".join(rows)


def wrong_card(number: int) -> str:
    body = f"62220210011{number:04}"
    doubled = "".join(str(int(digit) * (2 - place % 2)) for place, digit in enumerate(body))
    return f"{body}{(1 - sum(map(int, doubled))) % 10}"


def test_rows_without_an_identifier_may_be_as_many_persons_more(tmp_path: Path) -> None:
    found = looked(tmp_path, mobiles(10, 2_000))
    assert (found.ordinary.count(), found.possible_ordinary.count()) == (10, 2_000)


def test_the_same_rows_again_are_the_same_persons(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    first, second = (looked(tmp_path / name, mobiles(10, 2_000)) for name in "ab")
    assert first.possible_ordinary.to_bytes() == second.possible_ordinary.to_bytes()


def test_what_is_only_perhaps_sensitive_may_be_ordinary_as_well(tmp_path: Path) -> None:
    rows = "".join(f"{13800000000 + number},银行卡号 {wrong_card(number)}\n" for number in range(40))
    found = looked(tmp_path, mobiles(30, 30), f"手机号,备注\n{rows}")
    assert (found.ordinary.count(), found.sensitive.count(), found.possible_sensitive.count()) == (40, 0, 40)
    assert found.possible_ordinary.count() == 40


def test_nothing_there_is_not_free(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToExamineError):
        look([tmp_path / "empty"], KEY, lambda: Sketch(key_id(KEY)), tmp_path / "scratch")


def test_one_number_in_all_rows_makes_nobody_fewer(tmp_path: Path) -> None:
    rows = "".join(f"110101199001011237,{13800000000 + number}\n" for number in range(2_000))
    found = looked(tmp_path, f"身份证号,手机号\n{rows}")
    assert (found.sensitive.count(), found.possible_sensitive.count()) == (1, 2_001)


def test_names_beside_one_number_count_too(tmp_path: Path) -> None:
    given = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华建文辉力斌波宇浩凯秀珍莉婷雪琳晨"
    rows = "".join(f"110101199001011237,王{a}{b}\n" for a in given for b in given)
    found = looked(tmp_path, f"身份证号,姓名\n{rows}")
    assert found.possible_sensitive.count() == 1 + len(given) ** 2


def test_one_number_beside_nothing_that_tells_anybody_is_no_person(tmp_path: Path) -> None:
    """A hotline in every row of a list of addresses: as many may stand there as it has rows."""
    rows = "".join(f"400号,13800000000,上海市浦东新区世纪大道{number}号\n" for number in range(2_000))
    found = looked(tmp_path, f"渠道,手机号,地址\n{rows}")
    assert (found.ordinary.count(), found.possible_ordinary.count()) == (1, 2_001)


def test_masked_numbers_tell_nobody(tmp_path: Path) -> None:
    rows = "".join(f"******,{13800000000 + number}\n" for number in range(500))
    found = looked(tmp_path, f"身份证号,手机号\n{rows}")
    assert (found.ordinary.count(), found.sensitive.count()) == (500, 0)


def test_several_cards_of_one_customer_are_one_person(tmp_path: Path) -> None:
    rows = "".join(f"C{number // 4:05},{13800000000 + number // 4}\n" for number in range(2_000))
    found = looked(tmp_path, f"客户号,手机号\n{rows}")
    assert (found.ordinary.count(), found.possible_ordinary.count()) == (500, 500)
