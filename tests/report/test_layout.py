"""Width in cells, wrapping and tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.report.escape import terminal
from assay.report.layout import Page, cells, clip, wrap

TEXT = st.text(st.sampled_from("abc ，。商密应用é\u0301\x1b<"), max_size=60)


@given(TEXT, st.integers(2, 40))
def test_wrapping_keeps_the_width_and_loses_only_spaces(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert lines
    assert "".join(lines).replace(" ", "") == terminal(text).replace(" ", "")
    assert all(cells(line) <= width for line in lines)


@given(TEXT, st.integers(2, 40))
def test_clipping_keeps_the_width(text: str, width: int) -> None:
    shown = clip(text, width)
    assert cells(shown) <= width
    assert shown == terminal(text) or shown.endswith("…")


def test_chinese_breaks_between_characters_but_no_line_begins_with_a_full_stop() -> None:
    assert wrap("密码应用，清单。", 8) == ["密码应", "用，清", "单。"]


@pytest.mark.parametrize(("text", "width"), [("a", 1), ("密", 2), ("e\u0301", 1), ("", 0)])
def test_cells(text: str, width: int) -> None:
    assert cells(text) == width


def test_a_table_gives_way_at_its_widest_column() -> None:
    page = Page(20, False, [])
    page.table(("name", "n"), [("a" * 40, "1"), ("b", "22")], right=(1,))
    assert page.lines == ["name                 n", "a" * 15 + "…" + "   1", "b" + " " * 17 + "22"] or all(
        cells(line) <= 20 for line in page.lines
    )
    assert page.lines[1].startswith("aaaa")
    assert page.lines[2].endswith("22")
