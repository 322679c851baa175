"""Weighing: what moves, and three figures about the rule, on dossiers whose outcome is known."""

from datetime import date
from pathlib import Path

import pytest

from assay.core.product import Vendor
from assay.core.rules import Ground, Judgement, Rulebook
from assay.dossier.store import Dossier
from assay.estate import json, sheet, weigh
from assay.estate.register import Register, Row
from assay.estate.standing import OUTCOMES, Judged, paths, stand
from assay.estate.weigh import Weighing, countries, question
from assay.estate.weigh_sheet import weigh_sheet
from assay.review.steps import judge
from assay.rulebooks import load
from tests.rulebooks.books import RULE, book

from .made import AES, LOOKED, RC4, SKIPPED, register, reviewed

DAY = date(2025, 6, 1)
FOREIGN = RULE.replace("severity:", "applies: {product: {vendor.country: {not: [CN]}}}\nseverity:")


def estate(folder: Path) -> Register:
    reviewed(folder, "met", [AES], [LOOKED], vendor=Vendor("A", "CN"), attributes={"vendor.country": "CN"})
    reviewed(folder, "broken", [RC4], [LOOKED], vendor=Vendor("B", "US"), attributes={"vendor.country": "US"})
    reviewed(folder, "open", [AES], [LOOKED, SKIPPED])
    rows = [Row(name, dossier=f"{name}.assay", year=2025) for name in ("met", "broken", "open")]
    return register(folder, *rows, Row("broken", dossier="broken.assay", year=2024), Row("paper"))


def weighed(held: Register, of: Rulebook, against: Rulebook | None = None, jobs: int = 1) -> Weighing:
    return weigh.weighed(held, of, against, DAY, jobs=jobs)[0]


def test_breadth_counts_products_once_and_says_what_it_does_not_know(tmp_path: Path) -> None:
    found = weighed(estate(tmp_path), load(book(tmp_path)))
    assert (found.products, found.judged, [item.product for item in found.left]) == (4, 3, ["paper"])
    least, most = found.breadth
    assert (least.part, least.whole, most.part) == (1, 4, 3)


def test_opacity_counts_clauses_that_nothing_decides(tmp_path: Path) -> None:
    never = RULE.replace("x.rc4", "x.never").replace("fact: crypto.use", "fact: crypto.protocol")
    never = never.replace("{family: RC4, state: used, scope: [shipped, vendored]}", "{protocol: SSL}")
    never = never[: never.index("examples:")] + "examples: {}\n"
    held = estate(tmp_path)
    found = weighed(held, load(book(tmp_path, RULE, never, names=("area/x.rc4.yaml", "area/x.never.yaml"))))
    assert found.opaque == ("x.never",)
    assert (found.opacity.part, found.opacity.whole) == (1, 2)
    (clause,) = [item for item in found.clauses if item.rule == "x.never"]
    assert clause.why_open == {"nobody-looked": 3}


def test_disparity_is_nothing_unless_a_clause_names_the_country(tmp_path: Path) -> None:
    held = estate(tmp_path)
    found = weighed(held, load(book(tmp_path)))
    assert (found.disparity.part, found.disparity.whole) == (0, 3)
    assert found.countries == ("XA", "ZZ")
    assert not any(item.names_country for item in found.clauses)


def test_a_clause_that_names_the_country_is_said_with_what_flips(tmp_path: Path) -> None:
    found = weighed(estate(tmp_path), load(book(tmp_path, FOREIGN)))
    assert found.countries == ("CN", "XA", "ZZ")
    (clause,) = found.clauses
    assert clause.names_country
    assert clause.flips == 3  # each would be not applicable from CN, and something else from anywhere else
    assert found.disparity.ppm == 1_000_000
    assert (
        "x.rc4 names the vendor's country" in sheet.render_text(weigh_sheet(estate(tmp_path), found, (), "en")).decode()
    )


@pytest.mark.parametrize("country", [None, "CN", "US"])
def test_shipped_books_flip_only_where_a_clause_names_the_country(tmp_path: Path, country: str | None) -> None:
    from assay.rulebooks import shipped

    attributes = {"sector": "banking", "markets": "CN EU", **({"vendor.country": country} if country else {})}
    reviewed(tmp_path, "a", [RC4, AES], [LOOKED, SKIPPED], vendor=Vendor("V", country), attributes=attributes)
    held = register(tmp_path, Row("a", dossier="a.assay"))
    books = [load(id_) for id_ in shipped()]
    for book_ in (item for item in books if item.about == "product"):
        clauses = weighed(held, book_).clauses
        assert [item.rule for item in clauses if item.flips and not item.names_country] == [], book_.id


def test_against_another_book_says_what_is_new(tmp_path: Path) -> None:
    held = estate(tmp_path)
    (tmp_path / "other").mkdir()
    lax = RULE.replace("family: RC4, state: used, scope", "family: RC2, state: used, scope")
    lax = lax.replace("{family: RC4, state: used}", "{family: RC2, state: used}")
    gone = RULE.replace("x.rc4", "x.gone")
    names = ("area/x.rc4.yaml", "area/x.gone.yaml")
    found = weighed(held, load(book(tmp_path)), load(book(tmp_path / "other", lax, gone, names=names)))
    (clause,) = found.clauses
    assert clause.before is not None
    assert (clause.before["broken"], clause.now["broken"]) == (0, 1)
    assert (clause.newly["broken"].count, clause.newly["broken"].products) == (1, ("broken",))
    assert (clause.newly["met"].count, clause.newly["open"].count) == (0, 0)
    assert found.dropped == ("x.gone",)
    # it broke x.gone of the other book: it falls, and is not new among those that fall
    assert (found.fall, found.newly_falling.count) == (1, 0)


def test_without_another_book_the_stored_judgements_are_the_other_side(tmp_path: Path) -> None:
    held_before = Judgement("mine", "x.rc4", "met", (Ground("forbidden-absent"),), "cryptography")
    reviewed(tmp_path, "moved", [RC4], judgements=[held_before])
    reviewed(tmp_path, "new", [RC4])
    held = register(tmp_path, Row("moved", dossier="moved.assay"), Row("new", dossier="new.assay"))
    (clause,) = weighed(held, load(book(tmp_path))).clauses
    assert clause.before is not None
    assert clause.before["met"] == 1
    assert clause.newly["broken"].products == ("moved", "new")


def test_it_judges_as_the_judge_does(tmp_path: Path) -> None:
    held, of = estate(tmp_path), load("baseline")
    standings = stand(paths(held), question(of, None, held, DAY))
    for path, standing in standings.items():
        review = Dossier.open(path).latest()
        assert review.record is not None
        judged = judge(review, review.record.product, [of], DAY)
        assert isinstance(standing, Judged)
        assert [OUTCOMES[letter] for letter in standing.now] == [item.outcome for item in judged]


def test_any_number_of_processes_gives_the_same(tmp_path: Path) -> None:
    for number in range(40):
        reviewed(tmp_path, f"p{number}", [RC4 if number % 3 else AES])
    held = register(tmp_path, *(Row(f"p{number}", dossier=f"p{number}.assay") for number in range(40)))
    of = load(book(tmp_path, FOREIGN))
    assert json.of_weighing(held, weighed(held, of), ()) == json.of_weighing(held, weighed(held, of, jobs=2), ())


def test_a_dossier_that_is_damaged_or_unfinished_is_left_out_with_its_reason(tmp_path: Path) -> None:
    damaged = reviewed(tmp_path, "damaged")
    for segment in (damaged / "segments").iterdir():
        segment.write_bytes(b"x")
    reviewed(tmp_path, "unfinished", sealed=False)
    (tmp_path / "empty.assay").mkdir()
    (tmp_path / "loop.assay").symlink_to("loop.assay")
    names = ("damaged", "unfinished", "empty", "loop", "x" * 300)
    held = register(tmp_path, *(Row(name[:9], dossier=f"{name}.assay") for name in names))
    found = weighed(held, load(book(tmp_path)))
    why = [item.why for item in found.left]
    assert why == ["unverified", "incomplete", "unreadable", "unreadable", "unreadable"]
    least, most = found.breadth
    assert (least.part, most.part) == (0, 5)


def test_a_clause_only_reported_is_not_weighed(tmp_path: Path) -> None:
    reviewed(tmp_path, "a", attributes={"sector": "insurance"})
    of = load("cbrc-317-2014")
    found = weighed(register(tmp_path, Row("a", dossier="a.assay")), of)
    assert "cbrc.reported-shares" in found.informative
    assert not found.in_force
    assert found.untouched == 1
    assert found.opacity.ppm is None


def test_countries_of_the_register_count_where_a_clause_has_no_list(tmp_path: Path) -> None:
    loose = FOREIGN.replace("{not: [CN]}", "{matches: 'C.|U.'}")
    held = register(tmp_path, Row("a", country="US", country_known="statement"))
    assert countries(load(book(tmp_path, loose)).rules, held) == ("US", "XA", "ZZ")


def test_the_sheet_in_both_languages(tmp_path: Path) -> None:
    held = estate(tmp_path)
    found = weighed(held, load("baseline"), load("pqc-readiness"))
    for lang in ("en", "zh"):
        page = weigh_sheet(held, found, (), lang)
        html = sheet.render_html(page).decode()
        assert html.count('<svg class="chart"') == 1
        assert "<script" not in html
        assert "crypto.rc4" in sheet.render_text(page).decode()
        assert sheet.render_html(page) == sheet.render_html(weigh_sheet(held, found, (), lang))
