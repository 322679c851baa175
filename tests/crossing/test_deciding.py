"""Routes: the gravest first, "cannot be decided" where an open rule stands above, counts and articles shown."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.core.errors import UsageError
from assay.core.facts import check
from assay.crossing.deciding import Decided, attempts_of, decide, facts_of
from assay.crossing.preparing import arithmetic, field_list, impact_assessment, reasons
from assay.crossing.profile import Exemption, Held, Profile
from assay.crossing.register import Register, Unread
from assay.rulebooks import load
from tests.crossing.made import DAY, PROFILE, export, register

BOOK = load("cn-data-export")
ASSESSMENT, CONTRACT, FREE = "security-assessment", "contract-or-certification", "no-filing"


def decided(of: Register, profile: Profile = PROFILE, book: str = "cn-data-export", day: date = DAY) -> Decided:
    totals = of.totals(day.year)
    facts = facts_of(profile, totals.exports[-1], totals)
    for fact in facts:
        check(fact)
    return decide(load(book), profile, totals.exports[-1], facts, attempts_of(totals))


def route(of: Register, profile: Profile = PROFILE, book: str = "cn-data-export") -> str | None:
    found = decided(of, profile, book).route
    return found.id if found is not None else None


@pytest.mark.parametrize(
    ("ordinary", "sensitive", "expected"),
    [
        (0, 0, FREE),
        (99_999, 0, FREE),
        (100_000, 0, CONTRACT),
        (999_999, 0, CONTRACT),
        (1_000_000, 0, ASSESSMENT),
        (0, 1, CONTRACT),
        (0, 9_999, CONTRACT),
        (0, 10_000, ASSESSMENT),
        (5, 10_000, ASSESSMENT),
    ],
)
def test_the_thresholds_of_order_16_hold_to_the_person(
    tmp_path: Path, ordinary: int, sensitive: int, expected: str
) -> None:
    of = register(tmp_path)
    export(of, (0, ordinary), (0, sensitive))
    assert route(of) == expected


def test_small_exports_of_a_year_add_up(tmp_path: Path) -> None:
    of = register(tmp_path)
    for month in range(1, 11):
        export(of, (month * 10_000, month * 10_000 + 10_000), day=date(2026, month, 1))
        assert route(of) == (CONTRACT if month == 10 else FREE)


def test_important_data_and_a_critical_operator_come_first(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 1))
    assert route(of, replace(PROFILE, important_data=True)) == ASSESSMENT
    assert route(of, replace(PROFILE, critical=True)) == ASSESSMENT
    assert route(of, replace(PROFILE, important_data=None)) is None
    assert route(of, replace(PROFILE, critical=None)) is None


def test_what_is_open_above_leaves_it_undecided_and_a_broken_rule_does_not_wait(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 5), unread=(Unread("b.parquet", "damaged"),))
    undecided = decided(of)
    assert (undecided.route, undecided.tried.id) == (None, ASSESSMENT)
    assert "export.persons-million" in [rule.id for rule in undecided.open]
    export(of, (0, 0), (0, 10_000))
    assert route(of) == ASSESSMENT


def test_a_claimed_exemption_leaves_it_undecided_a_confirmed_one_frees(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 0), (0, 20), exemption="contract-with-individual")
    assert route(of) is None
    of = register(tmp_path / "other")
    confirmed = replace(PROFILE, exemptions=(Exemption("contract-with-individual", "Anna Roth"),))
    export(of, (0, 0), (0, 20), exemption="contract-with-individual", confirmed=True)
    assert route(of, confirmed) == FREE


def test_a_route_that_was_gone_frees_until_its_day(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 0), (0, 20))
    held = replace(PROFILE, held=(Held(CONTRACT, "SG", "Desk", date(2026, 12, 31), "Anna Roth"),))
    assert decided(of, held).free
    for other in (("SG", "Desk", date(2026, 2, 1)), ("SG", "Another", DAY), ("US", "Desk", DAY)):
        assert not decided(of, replace(PROFILE, held=(Held(CONTRACT, *other, "Anna Roth"),))).free
    export(of, (0, 0), (0, 10_000))
    assert not decided(of, held).free, "another route is needed now"


def test_other_books_need_no_code(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 5))
    assert route(of, book="pboc-17-2011") == "not-abroad"
    german = replace(PROFILE, home="DE")
    assert route(of, german, "eu-gdpr-transfer") == "appropriate-safeguards"
    of = register(tmp_path / "japan")
    export(of, (0, 5), country="JP")
    assert route(of, german, "eu-gdpr-transfer") == "no-safeguards-needed"
    of = register(tmp_path / "us")
    export(of, (0, 5), country="US")
    assert route(of, german, "eu-gdpr-transfer") is None
    with pytest.raises(UsageError, match="no routes"):
        decided(of, book="baseline")


def test_the_arithmetic_and_the_articles_are_shown(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 5), (0, 20))
    export(of, (0, 9), exemption="x")
    found = decided(of)
    en = "\n".join(line.en for line in (*arithmetic(of.totals(2026)), *reasons(found)))
    zh = "\n".join(line.zh for line in (*arithmetic(of.totals(2026)), *reasons(found)))
    assert "ordinary personal information: 5 distinct persons" in en
    assert "up to 9" in en
    assert "Art. 8" in en
    assert "标准合同" in zh


def test_what_is_prepared_escapes_and_leaves_blanks(tmp_path: Path) -> None:
    of = register(tmp_path)
    made = export(of, (0, 5), (0, 20))
    hostile = replace(made, recipient="Desk\n# forged <b>", columns=(replace(made.columns[0], name='=HYPERLINK("x")'),))
    totals = of.totals(2026)
    page = impact_assessment(PROFILE, hostile, totals, decided(of), "en").decode()
    assert "\n# forged" not in page
    assert "<b>" not in page
    assert page.count("(for a person to state)") == 5
    table = field_list(hostile, "zh").decode("utf-8-sig")
    assert "'=HYPERLINK" in table
    assert "银行卡号" in table
