"""Every reason has words, in both languages with the same fields, and none of them praises a product."""

import re
from decimal import Decimal

from assay.estate.standing import BECAUSE
from assay.estate.words import WORDS, amount, span
from tests.report.test_words import FORBIDDEN

_NEVER_OPEN = {
    "not-in-force", "attribute-excludes", "informative", "forbidden-seen", "required-seen", "required-absent",
    "forbidden-absent", "answered", "determined",
}  # fmt: skip


def test_every_entry_has_both_languages_and_the_same_fields() -> None:
    for key, text in WORDS.items():
        assert re.search("[\u4e00-\u9fff]", text.zh) or not re.search(r"\w", re.sub(r"{\w+}", "", text.en)), key
        assert set(re.findall(r"{(\w+)}", text.en)) == set(re.findall(r"{(\w+)}", text.zh)), key
        assert not FORBIDDEN.search(text.en), key
        assert not FORBIDDEN.search(text.zh), key


def test_every_reason_for_which_a_clause_may_be_open_has_words() -> None:
    assert {because for because in BECAUSE if f"why-{because}" not in WORDS} <= _NEVER_OPEN


def test_an_interval_is_rounded_outwards() -> None:
    assert span(375_999, 500_001) == "37.5–50.1 %"
    assert span(0, 1) == "0.0–0.1 %"
    assert span(1_000_000, 1_000_000) == "100.0 %"


def test_amounts_are_grouped_and_exact() -> None:
    assert [amount(Decimal(text)) for text in ("0", "1250000.50", "1000", "0.0001")] == [
        "0", "1,250,000.5", "1,000", "0.0001",
    ]  # fmt: skip
