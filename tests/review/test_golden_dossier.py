"""The dossier of examples/paygate, fact by fact: a change of what is seen shows as a readable difference.

Refresh with: ASSAY_REFRESH_GOLDEN=1 python -m pytest tests/review/test_golden_dossier.py
"""

import difflib
import json
import os
from datetime import date
from pathlib import Path

import pytest

from assay.dossier.store import Review
from assay.review.steps import Plan, review

PAYGATE = Path(__file__).parents[2] / "examples" / "paygate"
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Review:
    dossier, _ = review(Plan(PAYGATE, date(2026, 1, 1), dossier=tmp_path_factory.mktemp("golden") / "paygate.assay"))
    return dossier.latest()


def _facts(reviewed: Review) -> str:
    lines = []
    for line in reviewed.fact_lines():
        fact = json.loads(line)
        value = " ".join(f"{key}={'?' if item is None else item}" for key, item in sorted(fact["value"].items()))
        places = " ".join(f"{item['path']}:{item.get('line', 0)}" for item in fact.get("evidence", ()))
        lines.append(f"{fact['id'][:12]} {fact['kind']} {fact['subject'].get('scope')} {value} @ {places}")
    return "\n".join(lines) + "\n"


def _attempts(reviewed: Review) -> str:
    rows = (f"{item.status} {item.reason} {item.by} {item.path} {item.detail}".strip() for item in reviewed.attempts())
    return "\n".join(row for row in rows if not row.startswith("completed")) + "\n"


def _judgements(reviewed: Review) -> str:
    return "".join(f"{item.outcome} {item.book}/{item.rule}\n" for item in reviewed.judgements())


@pytest.mark.parametrize(("name", "render"), [("facts", _facts), ("attempts", _attempts), ("judgements", _judgements)])
def test_the_dossier_of_paygate(reviewed: Review, name: str, render: object) -> None:
    assert callable(render)
    found = str(render(reviewed))
    path = GOLDEN / f"paygate-{name}.txt"
    if os.environ.get("ASSAY_REFRESH_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    expected = path.read_text(encoding="utf-8")
    difference = "\n".join(
        difflib.unified_diff(expected.splitlines(), found.splitlines(), "golden", "found", lineterm="", n=0)
    )
    assert not difference, f"{difference}\n\n{__doc__}"
