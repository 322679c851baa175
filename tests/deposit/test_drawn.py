"""Review without hand-over: a lot that neither side can choose, a comparison that only convicts, exact arithmetic."""

import json
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import NotVerifiedError, UsageError
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.deposit.drawn import Compared, answer, assurance, compare, draw, lot, needed, reveal, shows, stripped, submit
from tests.deposit.parties import key, party

VENDOR, REVIEWER = [key("vendor")], [key("reviewer")]


def submitted(files: int = 1000) -> tuple[bytes, bytes]:
    return submit(
        deposit="0" * 16, version=1, statement="0" * 64, files=files, facts=b"facts", assay="0.1", party=party("vendor")
    )


def test_both_sides_come_to_the_same_lot() -> None:
    submission, number = submitted()
    answered = answer(submission, VENDOR, 30, party("reviewer"))
    revealed = reveal(submission, answered, number, REVIEWER, party("vendor"))
    drawn = lot(submission, answered, revealed, VENDOR, REVIEWER)
    assert drawn == lot(submission, answered, revealed, VENDOR, REVIEWER)
    assert len(set(drawn.positions)) == 30
    assert max(drawn.positions) < 1000
    other = answer(submission, VENDOR, 30, party("reviewer"))
    again = reveal(submission, other, number, REVIEWER, party("vendor"))
    assert lot(submission, other, again, VENDOR, REVIEWER).positions != drawn.positions


def test_neither_side_can_change_its_number_afterwards() -> None:
    submission, number = submitted()
    answered = answer(submission, VENDOR, 30, party("reviewer"))
    other, _ = submitted()
    cases: list[tuple[bytes, bytes, bytes, str]] = [
        (
            submission,
            answered,
            reveal(submission, answered, bytes(32), REVIEWER, party("vendor")),
            "not the one committed",
        ),
        (other, answered, reveal(submission, answered, number, REVIEWER, party("vendor")), "another submission"),
    ]
    second = answer(submission, VENDOR, 30, party("reviewer"))
    cases.append(
        (submission, second, reveal(submission, answered, number, REVIEWER, party("vendor")), "another answer")
    )
    for first, middle, last, why in cases:
        with pytest.raises(NotVerifiedError, match=why):
            lot(first, middle, last, VENDOR, REVIEWER)
    with pytest.raises(NotVerifiedError, match="another submission"):
        reveal(other, answered, number, REVIEWER, party("vendor"))
    with pytest.raises(NotVerifiedError, match="no known key"):
        answer(submission, REVIEWER, 30, party("reviewer"))
    with pytest.raises(UsageError, match="cannot be drawn") as caught:
        answer(submission, VENDOR, 1001, party("reviewer"))
    assert "258 would show 1 % with 95 %" in str(caught.value.advice)
    forged = json.loads(answered)
    forged["signatures"][0]["sig"] = forged["signatures"][0]["sig"][::-1]
    with pytest.raises(NotVerifiedError):
        reveal(submission, json.dumps(forged).encode(), number, REVIEWER, party("vendor"))


def fact(path: str, name: str = "f", **value: Scalar) -> Fact:
    place = Evidence(path, 3, "the source line")
    return Fact("crypto.use", Subject("product", path, name, "shipped"), value, "cipher.source@1", (place,))


def test_nothing_of_the_source_leaves_with_a_submission() -> None:
    told = Fact(
        "crypto.use",
        Subject("product", "a.c", "f", "shipped"),
        {"family": "SM4"},
        "x@1",
        (Evidence("a.c", 3, "secret = 1", -1, "secret + 1", "b.c:4"), Evidence("a.c", 3, "other")),
    )
    assert stripped(told).evidence == (Evidence("a.c", 3),)


@pytest.mark.parametrize(
    ("said", "seen", "outcome"),
    [
        ([fact("a", family="SM4")], [fact("a", family="SM4")], "agree"),
        ([], [], "agree"),
        ([], [fact("a", family="DES")], "differ"),
        ([fact("a", family="SM4")], [fact("a", family="DES")], "differ"),
        ([fact("a", family="SM4")], [fact("a", "g", family="SM4")], "differ"),
        ([fact("a", family="SM4")], [fact("a")], "differ"),
        ([fact("a", family="SM4", key_bits=128)], [fact("a", family="SM4", key_bits=None)], "agree"),
        ([fact("a", family="SM4", key_bits=None)], [fact("a", family="SM4", key_bits=64)], "differ"),
        ([fact("a", family="SM4"), fact("a", family="AES")], [fact("a", family="SM4")], "unclear"),
        ([fact("a", family="SM4", iterations=5)], [fact("a", family="SM4", iterations=6)], "agree"),
        ([fact("a", family="SM4")], None, "differ"),
    ],
)
def test_a_file_is_compared(said: Sequence[Fact], seen: Sequence[Fact] | None, outcome: str) -> None:
    compared = compare(["a"], {"a": said}, {"a": seen})
    assert getattr(compared, outcome) == ("a",)
    assert compared.against == (outcome != "agree")


def test_a_file_that_nobody_showed_differs() -> None:
    assert compare(["a"], {}, {}) == Compared((), ("a",), ())


def test_the_figures_of_the_promise() -> None:
    assert shows(30_000, 300, 300) >= 950_000
    assert assurance(30_000, 300, 0).at_most < 300
    assert needed(30_000, 10_000, 950_000) <= 300
    words = assurance(30_000, 300, 0).words()
    assert "1 - C(29700, 300) / C(30000, 300)" in words.en
    assert "95.1 %" in words.en
    assert "does not show that the manifest is that of the product" in words.en
    assert "95.1%" in words.zh


@given(st.integers(1, 8), st.data())
def test_the_arithmetic_is_that_of_counting(files: int, data: st.DataObject) -> None:
    drawn = data.draw(st.integers(1, files))
    against = data.draw(st.integers(0, drawn))

    def chance(bad: int) -> Fraction:
        """By counting every draw: at most `against` of them bad."""
        draws = list(combinations(range(files), drawn))
        return Fraction(sum(sum(at < bad for at in one) <= against for one in draws), len(draws))

    possible = [bad for bad in range(against, files - drawn + against + 1) if chance(bad) > Fraction(1, 20)]
    assert assurance(files, drawn, against).at_most == max(possible, default=against)
    for bad in range(files + 1):
        assert shows(files, bad, drawn) == int((1 - Fraction(comb(files - bad, drawn), comb(files, drawn))) * 1_000_000)


@given(st.integers(1, 400), st.data())
def test_what_is_needed_is_enough_and_not_more(files: int, data: st.DataObject) -> None:
    share = data.draw(st.integers(1, 500_000))
    number = needed(files, share, 950_000)
    bad = max(1, -(-files * share // 1_000_000))
    assert shows(files, bad, number) >= 950_000
    assert number == 1 or shows(files, bad, number - 1) < 950_000


def test_each_file_is_drawn_as_often_as_another() -> None:
    counts = [0] * 20
    for seed in range(2_000):
        for at in draw(seed.to_bytes(4), 20, 5):
            counts[at] += 1
    expected = 2_000 * 5 / 20
    assert sum((count - expected) ** 2 / expected for count in counts) < 43.8  # chi-square, 19 degrees, 0.999
