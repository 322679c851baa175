"""Shares: the interval holds every way the unknown can turn out, and touches both ends."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.estate import json, sheet
from assay.estate.contradictions import contradictions
from assay.estate.register import Decided, Row
from assay.estate.shares import WHOLE, Amount, Counts, Rates, decision, reckon, reckoned, state, verdict, within
from assay.estate.shares_sheet import shares_sheet
from assay.estate.standing import Judged, Question, Unjudged, judged_rules, stand
from assay.report.charts import Bar
from assay.rulebooks import load

from .made import AES, LOOKED, RC4, SKIPPED, register, reviewed, targeted

DAY = date(2025, 12, 31)
BIG = 10**9  # for this test, "any weight" is nothing, one, and much more than all the rest together


def bought(name: str, how: Counts, count: int | None = 1, **stated: object) -> tuple[Row, Counts]:
    given = {"category": "software", "year": 2025, **stated}
    return Row(name, count=count, **given), how  # type: ignore[arg-type]


def turned_out(pairs: list[tuple[Row, Counts]]) -> list[Fraction]:
    """The share for every way in which what is unknown could turn out."""
    choices = []
    for row, how in pairs:
        sides = ("for", "against") if how == "unknown" else (how,)
        sizes = (0, 1, BIG) if row.count is None else (row.count,)
        here = (True,) if row.category and row.year else (True, False)
        choices.append(list(product(sides, sizes, here)))
    found = []
    for world in product(*choices):
        total = sum(size for _, size, here in world if here)
        if total:
            found.append(Fraction(sum(size for side, size, here in world if here and side == "for"), total))
    return found


_pairs = st.lists(
    st.builds(
        lambda how, count, category, year: bought("x", how, count, category=category, year=year),
        st.sampled_from(["for", "against", "unknown"]),
        st.none() | st.integers(1, 5),
        st.sampled_from(["software", "software/a", ""]),
        st.sampled_from([2025, None]),
    ),
    min_size=1,
    max_size=4,
)


@given(_pairs)
@settings(max_examples=300)
def test_the_interval_holds_every_outcome_and_is_no_wider(pairs: list[tuple[Row, Counts]]) -> None:
    share = reckon(pairs, "software", 2025, "purchases", "count", Rates())
    assert share.low is not None
    assert share.high is not None
    every = turned_out(pairs)
    assert share.low <= min(every) * WHOLE
    assert share.high >= max(every) * WHOLE
    tolerance = Fraction(WHOLE, 10**7) + 1  # much is not infinitely much
    sizes_known = all(row.count is not None for row, _ in pairs)
    if sizes_known:  # a row of no stated size may weigh nothing, or without end: the ends are limits then
        assert min(every) * WHOLE - share.low <= tolerance
        assert share.high - max(every) * WHOLE <= tolerance


def test_an_unknown_product_alone_may_be_anything() -> None:
    share = reckon([bought("a", "unknown")], "", None, "purchases", "count", Rates())
    assert (share.low, share.high) == (0, WHOLE)


def test_the_arithmetic_of_a_share() -> None:
    pairs = [bought("a", "for", 3), bought("b", "against", 4), bought("c", "unknown", 1)]
    share = reckon(pairs, "software", 2025, "purchases", "count", Rates())
    assert share.surely == Amount(3, Decimal(3), Decimal(4), Decimal(1))
    assert (share.low, share.high) == (375_000, 500_000)
    assert state(share, 375_000) == "met"
    assert state(share, 375_001) == "open"
    assert state(share, 500_001) == "missed"


def test_nothing_bought_meets_no_target() -> None:
    share = reckon([], "desktop", 2025, "purchases", "count", Rates())
    assert (share.low, share.high) == (None, None)
    assert state(share, 1) == "nothing-bought"
    free = reckon([(Row("a", value=Decimal(0), currency="CNY"), "for")], "", None, "purchases", "value", Rates())
    assert state(free, 1) == "nothing-bought"


def test_a_product_that_only_may_belong_meets_no_target() -> None:
    share = reckon([bought("a", "for", category="")], "software", 2025, "purchases", "count", Rates())
    assert state(share, 1) == "open"


def test_use_counts_what_was_bought_before_and_purchases_do_not() -> None:
    pairs = [bought("a", "for", year=2020), bought("b", "against", year=2025), bought("c", "for", year=2026)]
    assert reckon(pairs, "", 2025, "use", "count", Rates()).surely.rows == 2
    assert reckon(pairs, "", 2025, "purchases", "count", Rates()).surely.rows == 1


def test_a_category_holds_those_below_it_and_no_other() -> None:
    assert within("software/anti-virus", "software")
    assert within(" Software ", "software")
    assert not within("software-services", "software")
    assert within("anything", "")


PAID = [
    (Row("a", value=Decimal("100.10"), currency="CNY"), "for"),
    (Row("b", value=Decimal(10), currency="USD"), "against"),
]


def test_currencies_are_never_added_without_a_rate() -> None:
    share = reckon(PAID, "", None, "purchases", "value", Rates())  # type: ignore[arg-type]
    assert share.unrated == ("CNY", "USD")
    assert (share.low, share.high, share.surely.yes) == (None, None, Decimal(0))
    assert state(share, 1) == "open"
    half = reckon(PAID, "", None, "purchases", "value", Rates("EUR", {"USD": Decimal("0.9")}))  # type: ignore[arg-type]
    assert half.unrated == ("CNY",)


def test_a_stated_rate_adds_them_exactly() -> None:
    share = reckon(PAID, "", None, "purchases", "value", Rates("CNY", {"USD": Decimal("10.01")}))  # type: ignore[arg-type]
    assert (share.surely.yes, share.surely.no, share.currency) == (Decimal("100.10"), Decimal("100.10"), "CNY")
    assert (share.low, share.high) == (WHOLE // 2, WHOLE // 2)


def test_one_currency_needs_no_rate() -> None:
    share = reckon(PAID[:1], "", None, "purchases", "value", Rates("EUR"))  # type: ignore[arg-type]
    assert (share.currency, share.low) == ("CNY", WHOLE)


@pytest.fixture
def products(tmp_path: Path) -> Path:
    """A folder with a met, a broken, an open and a damaged dossier."""
    reviewed(tmp_path, "met", [AES], [LOOKED])
    reviewed(tmp_path, "broken", [RC4], [LOOKED])
    reviewed(tmp_path, "open", [AES], [LOOKED, SKIPPED])
    damaged = reviewed(tmp_path, "damaged")
    next(iter((damaged / "reviews").rglob("review.json"))).write_text("{}")
    return tmp_path


def test_a_product_counts_as_its_dossier_stands(products: Path) -> None:
    book = load(targeted(products))
    names = ["met", "broken", "open", "damaged", "absent"]
    found = stand([products / f"{name}.assay" for name in names], Question(judged_rules(book), DAY))
    counts = {path.stem: verdict(standing) for path, standing in found.items()}
    assert counts == {
        "met": "for", "broken": "against", "open": "unknown", "damaged": "unknown", "absent": "unknown",
    }  # fmt: skip
    assert verdict(None) == "unknown"
    why = {path.stem: standing.why for path, standing in found.items() if isinstance(standing, Unjudged)}
    assert why == {"damaged": "unverified", "absent": "unreadable"}


def test_where_no_rule_applies_nothing_counts_for_a_product(products: Path) -> None:
    book = load("cbrc-317-2014")
    path = reviewed(products, "insurer", attributes={"sector": "insurance"})
    (found,) = stand([path], Question(judged_rules(book), date(2015, 1, 1))).values()
    assert isinstance(found, Judged)
    assert set(found.now) == {"n"}
    assert verdict(found) == "unknown"


def test_decisions_count_as_they_say() -> None:
    assert [decision(Row("a", decision="x", decided=said)) for said in get_args(Decided)] == [
        "unknown",
        "for",
        "unknown",
        "against",
    ]


def test_the_whole_sheet(products: Path) -> None:
    book = load(targeted(products))
    held = register(
        products,
        Row("met", category="software", year=2025, count=3, dossier="met.assay"),
        Row("broken", category="software/anti-virus", year=2025, count=1, dossier="broken.assay"),
        Row("<b>&\x9b31m", category="software", year=2024, count=1),
        Row("later", category="software", year=2026, count=1),
        Row("nowhere", year=2025, count=1, dossier="open.assay"),
    )
    found, standings = reckoned(held, book, DAY)
    assert found.unknown == {"none": 2, "open": 1}
    assert found.later == (5,)
    assert [(item.target.id, item.share.base, item.due) for item in found.targets] == [
        ("software-2025", "count", True), ("software-2025", "value", True), ("all-2026", "value", False),
    ]  # fmt: skip
    (software, *_) = found.targets
    assert (software.share.low, software.share.high) == (600_000, 800_000)  # 3 of 5, 4 of 5 with the unknown one for
    assert software.state == "met"
    for lang in ("en", "zh"):
        page = shares_sheet(held, found, contradictions(held, standings), lang)
        text = sheet.render_text(page).decode()
        assert "60.0–80.0 %" in text
        assert "\x9b" not in text
        html = sheet.render_html(page).decode()
        assert html.count('<svg class="chart"') == 1
        assert "<script" not in html
        assert "<b>&" not in html
    assert b'"low": 600000' in json.of_shares(held, found, ())


def test_the_plot_of_a_terminal_shows_share_and_target() -> None:
    bar = Bar("x", (("met", 500_000), ("open", 250_000), ("broken", 250_000)), "", 750_000)
    assert sheet.drawn(bar) == "█" * 20 + "▒" * 10 + "|" + "░" * 9


def test_the_historical_targets_are_those_that_sources_support() -> None:
    book = load("cbrc-317-2014")
    assert {(item.category, item.share, item.by.year, item.of) for item in book.targets} == {
        ("desktop", 1_000_000, 2015, "purchases"), ("software", 100_000, 2015, "purchases"),
        ("software/anti-virus", 500_000, 2015, "purchases"),
        ("machine-room-air-conditioning", 800_000, 2015, "purchases"), ("", 750_000, 2019, "use"),
    }  # fmt: skip
    assert {item.clause.known for item in book.targets} == {"press"}
    assert {item.base for item in book.targets} == {None}
