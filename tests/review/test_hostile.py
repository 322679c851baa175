"""Everything that a delivery should not be: nothing crashes or hangs, refusals are recorded, nothing escapes."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from assay.core.examination import Limits
from assay.report import html, json, text
from assay.review.steps import Plan, review
from tests.review import junk

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f]")


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("junk")
    junk.make(folder / "delivery", 400, large=False)
    before = sorted(path.name for path in folder.iterdir())
    plan = Plan(
        folder / "delivery", date(2026, 1, 1), dossier=folder / "junk.assay", jobs=2, limits=Limits(watchdog_seconds=30)
    )
    dossier, document = review(plan)
    rendered = {
        "text": text.render(document, "en", color=False),
        "html": html.render(document, "zh"),
        "json": json.render(document, "en"),
    }
    assert sorted(path.name for path in folder.iterdir()) == [*before, "junk.assay"]
    reasons = [str(item.reason) for item in dossier.latest().attempts() if item.status != "completed"]
    return folder, reasons, rendered


def test_every_sort_of_refusal_is_recorded(reviewed: tuple[Path, list[str], dict[str, bytes]]) -> None:
    _, reasons, _ = reviewed
    expected = {"not-text", "damaged", "traversal", "link-out", "special", "bomb", "unknown-format", "binary"}
    assert expected <= set(reasons)


def test_facts_were_found_in_what_is_readable(reviewed: tuple[Path, list[str], dict[str, bytes]]) -> None:
    from assay.dossier.store import Dossier

    folder, _, _ = reviewed
    paths = {
        place.path
        for fact in Dossier.open(folder / "junk.assay").latest().facts("crypto.use")
        for place in fact.evidence
    }
    assert "traversal.zip!ok.py" in paths
    assert "links.tar!good.py" in paths
    assert any("\\xc3\\xdc" in path for path in paths)  # a GBK name, as delivered
    assert not any("escaped" in path or "passwd" in path for path in paths)


def test_nothing_escapes_into_terminal_or_html(reviewed: tuple[Path, list[str], dict[str, bytes]]) -> None:
    rendered = reviewed[2]
    assert not _CONTROL.findall(rendered["text"].decode())
    assert not _CONTROL.findall(rendered["html"].decode())

    class Scripts(HTMLParser):
        found = 0

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += tag in {"script", "iframe", "object", "b"} or any(name.startswith("on") for name, _ in attrs)

    parser = Scripts()
    parser.feed(rendered["html"].decode())
    assert parser.found == 0
