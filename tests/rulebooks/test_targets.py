"""Targets of a book: read strictly, linted like rules, part of the digest and of the pages."""

from pathlib import Path

import pytest

from assay.rulebooks import load
from assay.rulebooks.lint import lint
from assay.rulebooks.strict_yaml import PlaceError

from .books import HEAD, RULE, book

TARGET = """\
targets:
  - id: software-2025
    title: {en: New software, zh: 新购软件}
    category: software/anti-virus
    of: purchases
    share: 500000
    by: '2025-12-31'
    clause: {document: My standard, at: section 2, known: text}
    because: {en: It says so., zh: 原文如此。}
"""


def test_a_target_is_read_with_its_clause(tmp_path: Path) -> None:
    (target,) = load(book(tmp_path, head=HEAD + TARGET)).targets
    assert (target.id, target.category, target.of, target.base, target.share) == (
        "software-2025", "software/anti-virus", "purchases", None, 500_000,
    )  # fmt: skip
    assert (target.by.isoformat(), target.clause.known) == ("2025-12-31", "text")


def test_a_book_without_targets_has_none(tmp_path: Path) -> None:
    assert load(book(tmp_path)).targets == ()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("share: 500000", "share: 0", "parts per million"),
        ("share: 500000", "share: 1000001", "parts per million"),
        ("share: 500000", "share: 50%", "whole number"),
        ("of: purchases", "of: everything", "choices"),
        ("by: '2025-12-31'", "by: 2025", "date"),
        ("    by: '2025-12-31'\n", "", "by is missing"),
        ("category: software/anti-virus", "category: Software", "lower case"),
        ("id: software-2025", "id: Software 2025", "lower case"),
        ("    of: purchases\n", "    of: purchases\n    base: weight\n", "choices"),
        ("known: text", "known: rumour", "choices"),
        ("share: 500000", "share: 500000\n    country: CN", "unknown key"),
    ],
)
def test_what_is_no_target_is_refused_with_its_line(tmp_path: Path, old: str, new: str, what: str) -> None:
    with pytest.raises(PlaceError) as caught:
        load(book(tmp_path, head=HEAD + TARGET.replace(old, new)))
    assert what in caught.value.what.en
    assert caught.value.line > HEAD.count("\n")


def test_two_targets_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="exists twice"):
        load(book(tmp_path, head=HEAD + TARGET + TARGET.removeprefix("targets:\n")))


def test_the_linter_asks_for_both_languages_and_an_honest_account(tmp_path: Path) -> None:
    assert lint(book(tmp_path, head=HEAD + TARGET)) == []
    (tmp_path / "other").mkdir()
    poor = TARGET.replace("known: text", "known: press").replace("新购软件", "new software")
    found = lint(book(tmp_path / "other", head=HEAD + poor))
    assert [problem.text.en for problem in found] == [
        "title.zh holds no Chinese", "known: press, but because does not say 'press'",
    ]  # fmt: skip


def test_a_target_is_part_of_the_digest(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert load(book(tmp_path, head=HEAD + TARGET)).digest != load(book(tmp_path / "other")).digest


@pytest.mark.parametrize("key", ["country", "vendor.country"])
@pytest.mark.parametrize("where", ["rule", "book"])
def test_a_country_needs_a_text_that_was_read_wherever_it_stands(tmp_path: Path, key: str, where: str) -> None:
    named = f"applies: {{product: {{{key}: CN}}}}\n"
    pressed = (
        RULE.replace("known: text", "known: press").replace("It is broken", "By the press").replace("已被", "据报道")
    )
    head, rule = (HEAD + named, pressed) if where == "book" else (HEAD, pressed + named)
    found = lint(book(tmp_path, rule, head=head))
    assert any("judges by country" in problem.text.en for problem in found)
