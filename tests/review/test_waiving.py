"""Waivers of a dossier, two reviews compared, and what is new in the second."""

from datetime import date
from pathlib import Path

import pytest

from assay.core.errors import InputError, NotVerifiedError
from assay.dossier.store import Dossier
from assay.dossier.waivers import waivers
from assay.report import html, text
from assay.report.difference import render_json, render_text
from assay.report.document import Document, summary
from assay.review.comparing import compare, newly_broken_against
from assay.review.reading import stored_document
from assay.review.steps import Plan, review
from assay.review.waiving import add

DAY, NEXT = date(2026, 6, 1), date(2026, 6, 2)
MD5 = "import hashlib\n\n\ndef sign(x):\n    return hashlib.md5(x).hexdigest()\n"
DES = "from Crypto.Cipher import DES\n\n\ndef seal(k, x):\n    return DES.new(k, DES.MODE_CBC, x)\n"
RULE = "crypto.des"


def reviewed(folder: Path, files: dict[str, str], as_of: date = DAY) -> tuple[Dossier, Document]:
    product = folder / "product"
    product.mkdir(exist_ok=True)
    for path in product.iterdir():
        path.unlink()
    for name, content in files.items():
        (product / name).write_text(content)
    return review(Plan(product, as_of, dossier=folder / "p.assay"))


def granted(dossier: Dossier, rule: str = RULE, until: date = date(2026, 12, 31), **given: object) -> None:
    fields: dict[str, object] = {
        "facts": (),
        "reason": "old terminals",
        "asked_by": "Li Wei",
        "granted_by": "Anna Roth",
    }
    add(dossier, rule, granted=DAY, until=until, **{**fields, **given})  # type: ignore[arg-type]


def standing(document: Document, rule: str = RULE) -> str:
    return next(finding.outcome for finding in document.each_finding() if finding.rule == rule)


def test_a_waived_rule_stands_as_waived_and_no_longer_ends_with_10(tmp_path: Path) -> None:
    dossier, before = reviewed(tmp_path, {"a.py": DES})
    assert standing(before) == "broken"
    granted(dossier)
    after = stored_document(dossier.latest())
    assert standing(after) == "waived"
    assert (summary(after).broken, summary(after).waived) == (summary(before).broken - 1, 1)
    for render in (text.render, html.render):
        page = render(after, "en").decode()
        assert "old terminals" in page
        assert "Anna Roth" in page
    assert "已豁免" in text.render(after, "zh").decode()


def test_a_new_fact_breaks_the_rule_again(tmp_path: Path) -> None:
    dossier, _ = reviewed(tmp_path, {"a.py": DES})
    granted(dossier)
    _, document = reviewed(tmp_path, {"a.py": DES, "b.py": DES}, NEXT)
    assert standing(document) == "broken"
    assert [row.state for row in document.waivers] == ["applied"]
    assert document.waivers[0].elsewhere


def test_expired_and_stale_waivers_are_shown_and_not_applied(tmp_path: Path) -> None:
    dossier, _ = reviewed(tmp_path, {"a.py": DES})
    granted(dossier, until=DAY)
    _, document = reviewed(tmp_path, {"a.py": DES}, NEXT)
    assert standing(document) == "broken"
    assert [row.state for row in document.waivers] == ["expired"]
    granted(dossier)
    _, document = reviewed(tmp_path, {"a.py": MD5}, NEXT)
    assert [row.state for row in document.waivers] == ["expired", "stale"]
    assert "stale" in text.render(document, "en").decode()


def test_a_single_fact_may_be_waived(tmp_path: Path) -> None:
    dossier, _ = reviewed(tmp_path, {"a.py": DES, "b.py": DES})
    ids = [fact.split(b'"', 4)[3].decode() for fact in dossier.latest().fact_lines("crypto.use")]
    granted(dossier, facts=(ids[0][:16],))
    assert standing(stored_document(dossier.latest())) == "broken"
    granted(dossier, facts=(ids[1],))
    assert standing(stored_document(dossier.latest())) == "waived"


@pytest.mark.parametrize("given", [{"rule": "crypto.ssl"}, {"rule": "no.such"}, {"facts": ("0" * 16,)}, {"reason": ""}])
def test_what_cannot_be_waived_is_refused_and_leaves_nothing(tmp_path: Path, given: dict[str, object]) -> None:
    dossier, _ = reviewed(tmp_path, {"a.py": DES})
    with pytest.raises(InputError):
        granted(dossier, **given)  # type: ignore[arg-type]
    assert waivers(dossier) == []


def test_a_changed_waiver_does_not_verify(tmp_path: Path) -> None:
    dossier, _ = reviewed(tmp_path, {"a.py": DES})
    granted(dossier)
    path = dossier.path / "waivers" / "0001.json"
    path.write_bytes(path.read_bytes().replace(b"2026-12-31", b"2029-12-31"))
    with pytest.raises(NotVerifiedError):
        waivers(dossier)


def test_the_same_review_twice_differs_in_nothing(tmp_path: Path) -> None:
    dossier, _ = reviewed(tmp_path, {"a.py": DES})
    reviewed(tmp_path, {"a.py": DES}, NEXT)
    difference = compare(dossier.review(1), dossier.review(2))
    assert difference.empty
    assert difference.counts["crypto.use"] == {"same": 1}


def test_new_gone_changed_and_rules_that_moved(tmp_path: Path) -> None:
    dossier, _ = reviewed(tmp_path, {"a.py": DES, "b.py": MD5, "c.py": DES})
    again = MD5 + "\n\ndef check(x):\n    return hashlib.md5(x).digest()\n"
    reviewed(tmp_path, {"b.py": again.replace("def check", "def sign"), "d.py": MD5}, NEXT)
    difference = compare(dossier.review(1), dossier.review(2))
    assert difference.counts["crypto.use"] == {"changed": 1, "gone": 2, "new": 1}
    (changed,) = (item for item in difference.facts if item.kind == "crypto.use" and item.change == "changed")
    assert (changed.before["places"], changed.after["places"]) == (1, 2)
    moved = {rule.rule: (rule.before, rule.after) for rule in difference.rules}
    assert moved[RULE] == ("broken", "met")
    for page in (render_json(difference), render_text(difference, "en"), render_text(difference, "zh")):
        assert b"d.py" in page


def test_a_fact_where_nobody_looks_any_more_is_not_gone(tmp_path: Path) -> None:
    dossier, _ = reviewed(tmp_path, {"a.py": DES})
    reviewed(tmp_path, {"a.py": "\0" * 4096 + DES}, NEXT)
    difference = compare(dossier.review(1), dossier.review(2))
    assert difference.counts["crypto.use"] == {"unlooked": 1}
    assert [(row.before, row.after) for row in difference.coverage if row.after]


def test_new_is_what_did_not_break_a_rule_before(tmp_path: Path) -> None:
    dossier, _ = reviewed(tmp_path, {"a.py": DES})
    reviewed(tmp_path, {"a.py": "\n\n" + DES}, NEXT)
    assert newly_broken_against(dossier.latest(), dossier, (), NEXT) == {}
    reviewed(tmp_path, {"a.py": DES, "b.py": DES}, NEXT)
    fresh = newly_broken_against(dossier.latest(), dossier, (), NEXT)
    assert fresh["baseline/crypto.des"] == 1
    granted(dossier)
    assert "baseline/crypto.des" not in newly_broken_against(dossier.latest(), dossier, (), NEXT)


def test_new_needs_an_earlier_review(tmp_path: Path) -> None:
    dossier, _ = reviewed(tmp_path, {"a.py": DES})
    with pytest.raises(InputError):
        newly_broken_against(dossier.latest(), dossier, (), DAY)
