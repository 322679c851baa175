"""The limits of looking for ways out; what counts as one is held in tests/review/test_no_false_acquittal.py."""

import pytest

from assay.core.examination import FileMeta, FileView, Hit, Limits, Locator
from assay.examinations.cipher.outward import OutOfSight
from assay.examinations.cipher.source import SourceCryptography


class _Lab:
    limits = Limits()


def view(content: bytes, *, whole: bool) -> FileView:
    meta = FileMeta("a.py", "a.py", len(content), "source", "Python", "product", "shipped", Locator("file", "a.py"))
    return FileView(meta, content, whole=whole)


@pytest.mark.parametrize("whole", [True, False])
def test_a_line_longer_than_a_unit_is_left_to_one_attempt(whole: bool) -> None:
    """Such a unit is not parsed: a chain of 100,000 operators costs minutes. `cipher.source` says that it was not."""
    content = b"import os; os.system(x)"
    hits = [Hit(b"system", content.index(b"system"))]
    outward = OutOfSight("Python").examine(view(content, whole=whole), hits, _Lab()).shortfalls
    source = SourceCryptography("Python").examine(view(content, whole=whole), (), _Lab()).shortfalls
    assert [item.reason for item in outward] == (["blind-spot"] if whole else [])
    assert [item.reason for item in source] == ([] if whole else ["packed"])


def test_each_language_has_words_of_its_own() -> None:
    words = {language: OutOfSight(language).literals for language in ("Python", "Java", "C")}
    assert b"eval" in words["Python"]
    assert b"forName" in words["Java"]
    assert b"dlsym" in words["C"]
    assert b"dlsym" not in words["Python"] | words["Java"]
