"""The whole report against files kept beside this test, one per output and language."""

import difflib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.report import html, json, text
from assay.report.document import Document

from .sample import sample

GOLDEN = Path(__file__).parent / "golden"
REFRESH = "ASSAY_REFRESH_GOLDEN=1 python -m pytest tests/report/test_golden.py"
OUTPUTS: dict[str, Callable[[Document], bytes]] = {
    "report.en.txt": lambda document: text.render(document, "en", width=100),
    "report.zh.txt": lambda document: text.render(document, "zh", width=72),
    "report.color.txt": lambda document: text.render(document, "en", width=60, color=True),
    "report.json": lambda document: json.render(document, "en"),
    "report.en.html": lambda document: html.render(document, "en"),
    "report.zh.html": lambda document: html.render(document, "zh"),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_golden(name: str) -> None:
    rendered = OUTPUTS[name](sample(hostile=True))
    kept = GOLDEN / name
    if os.environ.get("ASSAY_REFRESH_GOLDEN"):
        kept.write_bytes(rendered)
    expected = kept.read_bytes() if kept.exists() else b""
    if rendered != expected:
        before, after = (item.decode("utf-8").split("\n") for item in (expected, rendered))
        shown = list(difflib.unified_diff(before, after, f"golden/{name}", "rendered now", lineterm="", n=1))
        pytest.fail("\n".join([*shown[:80], f"To accept what is rendered now: {REFRESH}"]), pytrace=False)


def test_rendering_is_reproducible() -> None:
    for render in OUTPUTS.values():
        assert render(sample()) == render(sample())
