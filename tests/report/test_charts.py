"""Bars: nothing overflows, nothing that is there is invisible, labels are text."""

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from assay.report.charts import Bar, bars

SVG = "{http://www.w3.org/2000/svg}"
BARS = st.lists(
    st.builds(Bar, st.text(max_size=30), st.tuples(*(st.tuples(st.just(k), st.integers(0, 10**12)) for k in "abcd"))),
    max_size=8,
)


def drawn(svg: str) -> ET.Element:
    return ET.fromstring("".join(svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


@given(BARS, st.booleans())
def test_bars_stay_inside_and_parts_are_seen(rows: list[Bar], shares: bool) -> None:
    svg = drawn(bars("title", rows, shares=shares))
    width = int(svg.attrib["viewBox"].split()[2])
    rects = list(svg.iter(f"{SVG}rect"))
    assert all(int(rect.attrib["width"]) >= 1 for rect in rects)
    assert all(int(rect.attrib["x"]) + int(rect.attrib["width"]) <= width for rect in rects)
    if any(bar.total for bar in rows):
        assert len(rects) == sum(1 for bar in rows for _, amount in bar.parts if amount)


def test_labels_are_escaped() -> None:
    svg = bars('"><script>', [Bar("<b>\x1b</b>", (("plain", 1),), "<i>")])
    text = [item.text for item in drawn(svg).iter(f"{SVG}text")]
    assert text == ["<b>\\x1b</b>", "<i>"]
    assert "<script>" not in svg


def test_an_empty_chart_is_still_a_picture() -> None:
    assert drawn(bars("nothing", [])).attrib["role"] == "img"


def test_a_target_is_a_line_within_the_bars_and_a_long_note_is_not_cut() -> None:
    rows = [
        Bar("a", (("met", 300), ("open", 700)), "100.0–100.0 % of all", target)
        for target in (0, 500, 1000)
    ]  # fmt: skip
    svg = drawn(bars("title", rows, shares=True))
    marks = [int(line.attrib["x1"]) for line in svg.iter(f"{SVG}line")]
    left = min(int(rect.attrib["x"]) for rect in svg.iter(f"{SVG}rect"))
    right = max(int(rect.attrib["x"]) + int(rect.attrib["width"]) for rect in svg.iter(f"{SVG}rect"))
    assert marks[0] == left
    assert abs(marks[1] - (left + right) // 2) <= 1
    assert abs(marks[2] - right) <= 1
    note = next(text for text in svg.iter(f"{SVG}text") if text.attrib["class"] == "chart-value")
    assert int(note.attrib["x"]) + 7 * len("100.0–100.0 % of all") <= int(svg.attrib["viewBox"].split()[2])
