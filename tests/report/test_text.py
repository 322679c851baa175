"""Text: the same facts as the other outputs, in order, and nothing that depends on colour."""

import pytest

from assay.core.text import LANGS, Lang
from assay.report import text
from assay.report.seen import Place
from assay.report.text import located
from assay.report.words import LABELS

from .sample import sample


@pytest.mark.parametrize("lang", LANGS)
def test_every_section_is_there(lang: Lang) -> None:
    shown = text.render(sample(hostile=False), lang).decode("utf-8")
    for label in ("what-broken", "what-open", "what-first", "demands", "rules-by-clause", "coverage", "inventory",
                  "statements", "limits", "about"):  # fmt: skip
        assert LABELS[label].to(lang) in shown
    assert shown.endswith("0.1.0\n")


def test_outcomes_are_words_and_marks_not_colour_alone() -> None:
    shown = text.render(sample(hostile=False), "en").decode("utf-8")
    assert "✗ broken: No signature rests on MD5 [high]" in shown
    assert "? open: RC4 is not used [high]" in shown
    assert "✓ met: The vendor states" in shown
    assert "\x1b" not in shown
    assert "\x1b[1;31m" in text.render(sample(hostile=False), "en", color=True).decode("utf-8")


def test_limits_are_not_called_broken() -> None:
    shown = text.render(sample(hostile=False), "en").decode("utf-8")
    limits = shown[shown.index("Limits of this review") :]
    assert "limit: Compiled code was not examined" in limits
    assert "broken:" not in limits


@pytest.mark.parametrize(
    ("place", "shown"),
    [(Place("a.c", 7), "a.c:7"), (Place("a.so", address=4096), "a.so@0x1000"), (Place("a.so"), "a.so")],
)
def test_places(place: Place, shown: str) -> None:
    assert located(place) == shown
