"""The report of a case shows what parties wrote and lets none of it act on the reader."""

from datetime import date
from pathlib import Path

import pytest

from assay.case import compose, html, json, text
from assay.case.contents import Answer, Objection
from assay.case.document import CaseDocument
from assay.core.text import LANGS
from assay.report.layout import cells
from tests.case.made import delivery, opened, passed, question

HOSTILE = "\x1b[2J<script>alert(1)</script>\u202e {{ 7*7 }}\nsecond line"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> CaseDocument:
    vendor, laboratory, _ = opened(tmp_path_factory.mktemp("report"))
    vendor.does(*delivery())
    passed(vendor, laboratory)
    asked = laboratory.does(question(laboratory, days=2))
    laboratory.clock.days(9)
    passed(laboratory, vendor)
    vendor.does(Answer(asked.id, HOSTILE))
    vendor.does(Objection(asked.id, HOSTILE))
    laboratory.does(question(laboratory, days=1))
    passed(vendor, laboratory)
    laboratory.clock.days(5)
    return compose.compose(laboratory.case, laboratory.clock.day)


def test_nothing_of_what_parties_wrote_acts_on_the_reader(document: CaseDocument) -> None:
    for lang in LANGS:
        page, plain = html.render(document, lang).decode(), text.render(document, lang).decode()
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        for rendered in (page, plain, json.render(document).decode()):
            assert not {"\x1b", "\u202e"} & set(rendered)
        assert "{{ 7*7 }}" in plain
        assert "⏎ second line" in plain


def test_text_keeps_its_width(document: CaseDocument) -> None:
    for lang in LANGS:
        for width in (60, 80, 130):
            for render in (text.render, text.summary):
                lines = render(document, lang, width=width).decode().split("\n")
                assert max(map(cells, lines)) <= width


def test_who_is_late_is_named(document: CaseDocument) -> None:
    late = [item.en for item in document.late]
    assert len(late) == 2
    assert "vendor.example was late" in late[0] + late[1]
    assert "vendor.example is late" in late[0] + late[1]
    assert sorted(row.standing for row in document.questions) == ["answered", "late"]


def test_the_same_copy_gives_the_same_bytes(document: CaseDocument) -> None:
    for lang in LANGS:
        assert html.render(document, lang) == html.render(document, lang)
    assert b'"state": "questions"' in json.render(document)


def test_a_case_of_nothing_has_a_report_too(tmp_path: Path) -> None:
    vendor, _, _ = opened(tmp_path)
    document = compose.compose(vendor.case, date(2026, 1, 1))
    assert "None." in text.render(document, "en").decode()
    assert "无。" in html.render(document, "zh").decode()
