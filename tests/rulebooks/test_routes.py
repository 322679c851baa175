"""Routes of a book: every rule on exactly one, the last without rules; what is wrong is named with its line."""

import shutil
from pathlib import Path

import pytest

from assay.core.errors import InputError
from assay.rulebooks import default_books, load
from assay.rulebooks.loader import BOOKS


def changed(folder: Path, old: str, new: str) -> Path:
    book = Path(shutil.copytree(BOOKS / "cn-data-export", folder / "book"))
    head = book / "book.yaml"
    text = head.read_text(encoding="utf-8")
    assert old in text
    head.write_text(text.replace(old, new, 1), encoding="utf-8")
    return book


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[export.persons-hundred-thousand, export.sensitive-any]", "[export.sensitive-any]", "hundred-thousand"),
        ("[export.persons-hundred-thousand, export.sensitive-any]", "[export.nowhere]", "not on exactly one"),
        ("rules: []", "rules: [export.sensitive-any]", "last route"),
        ("id: no-filing", "id: security-assessment", "once"),
        ("needs: [field-list]", "needs: [luck]", "luck"),
        ("needs: [field-list]", "needs: 3", "list"),
    ],
)
def test_what_is_wrong_with_a_route_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(InputError) as refused:
        load(str(changed(tmp_path, old, new)))
    assert named in str(refused.value)
    assert "book.yaml:" in str(refused.value)


def test_books_about_exports_judge_no_review() -> None:
    from datetime import date

    names = {book.id for book in default_books({"home": "CN", "sector": "banking", "markets": "CN"}, date(2026, 1, 1))}
    assert not names & {"cn-data-export", "eu-gdpr-transfer"}
    assert load("cn-data-export").about == "export"
