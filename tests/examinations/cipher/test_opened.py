"""Trees that the first pass hands on to the second, and declarations looked for only where their name stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.examination import FileMeta, FileView, Locator
from assay.examinations.cipher import opened
from assay.examinations.cipher.opened import MOST_TREES, _Trees
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.examinations.cipher.told import _holds
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed


def view(content: bytes, path: str = "a.c", *, whole: bool = True) -> FileView:
    meta = FileMeta(path, path, len(content), "source", "C", "product", "shipped", Locator("file", path))
    return FileView(meta, content, whole=whole)


def tree(content: bytes) -> Parsed:
    return Parsed(BY_NAME["C"], content)


def test_a_tree_is_handed_on_once_and_as_good_as_new() -> None:
    trees, seen = _Trees(), view(b"int a;")
    parsed = tree(seen.content)
    parsed.too_deep = 3
    trees.keep(seen, parsed)
    assert trees.take(seen) is parsed
    assert parsed.too_deep == 0
    assert trees.take(seen) is None


@pytest.mark.parametrize("other", [view(b"int b;"), view(b"int a;", "b.c")], ids=["another text", "another file"])
def test_a_tree_is_of_exactly_its_text(other: FileView) -> None:
    trees, seen = _Trees(), view(b"int a;")
    trees.keep(seen, tree(seen.content))
    assert trees.take(other) is None


def test_a_region_of_a_file_is_not_handed_on() -> None:
    trees, region = _Trees(), view(b"int a;", whole=False)
    trees.keep(region, tree(region.content))
    assert trees.take(region) is None


def test_there_is_room_for_some_and_taking_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_TREES > 0
    monkeypatch.setattr(opened, "MOST_TREES", 10)
    trees, first, second = _Trees(), view(b"int aa;", "a.c"), view(b"int bb;", "b.c")
    trees.keep(first, tree(first.content))
    trees.keep(second, tree(second.content))
    assert trees.take(second) is None
    assert trees.take(first) is not None
    trees.keep(second, tree(second.content))
    assert trees.take(second) is not None


_PIECES = (
    b"SIZE",
    b"XSIZE",
    b" ",
    b"\n",
    b"\t",
    b"=",
    b"==",
    b"16;",
    b"#define ",
    b"int ",
    b"const ",
    b":",
    b"[4]",
    b"(",
)


@given(
    st.sampled_from(("C", "Go", "Java", "Rust", "C#", "PHP", "Python")), st.lists(st.sampled_from(_PIECES), max_size=30)
)
def test_looking_where_the_name_stands_finds_every_declaration(language: str, pieces: list[bytes]) -> None:
    content, declaration = b"".join(pieces), OUTLOOKS[language].declaration("SIZE")
    assert _holds(content, declaration, b"SIZE") is (declaration.search(content) is not None)
