"""docs/libraries.md is what the catalogue says today."""

from pathlib import Path

import pytest

from assay.core.text import LANGS, Lang
from assay.examinations.cipher.catalogue import libraries
from assay.examinations.pages import COMMAND, file_name, render

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("lang", LANGS)
def test_committed_pages_are_current(lang: Lang) -> None:
    path = DOCS / file_name(lang)
    assert path.read_text(encoding="utf-8") == render(lang), f"{path.name} is stale; refresh it with: {COMMAND}"


@pytest.mark.parametrize("lang", LANGS)
def test_every_library_is_named_and_says_where_it_was_read(lang: Lang) -> None:
    page = render(lang)
    for library in libraries():
        assert f"`{library.id}`" in page
        assert library.source, library.id
