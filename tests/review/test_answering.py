"""A person answers for a file that the program could not follow: from the operator's manifest to the report."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from assay.core.errors import InputError
from assay.core.facts import fact_id
from assay.core.rules import Judgement
from assay.dossier.answering import idle
from assay.dossier.store import Dossier
from assay.intake.manifest import parse
from assay.report import html, text
from assay.report.document import Document
from assay.review.asking import questions
from assay.review.explain import explain
from assay.review.reading import stored_document
from assay.review.steps import Plan, books_for, judge, judge_again, review
from assay.review.waiving import add
from assay.rulebooks import strict_yaml

DAY = date(2026, 6, 1)
HIDING = "import importlib\n\n\ndef load(name):\n    return importlib.import_module(name)\n"
RULE = "crypto.des"


def manifest(of: str, **given: str) -> str:
    fields = {
        "claim": "nothing-hidden.blind-spot", "content": "loads the plug-ins of its own folder, read on 1 June",
        "who": "Li Wei", "role": "laboratory", "date": "2026-06-01",
        "document": hashlib.sha256(of.encode()).hexdigest(), **given,
    }  # fmt: skip
    rows = "".join(
        f"    {key}: {item!r}\n" if key != "date" else f"    {key}: {item}\n" for key, item in fields.items()
    )
    return "name: p\nstatements:\n  -" + rows[3:]


def reviewed(folder: Path, operator: str, delivered: str = "", source: str = HIDING) -> tuple[Dossier, Document]:
    product = folder / "product"
    product.mkdir()
    (product / "a.py").write_text(source)
    if delivered:
        (product / "product.yaml").write_text(delivered)
    (folder / "m.yaml").write_text(operator)
    return review(Plan(product, DAY, dossier=folder / "p.assay", manifest=folder / "m.yaml", rulebooks=("baseline",)))


def standing(document: Document) -> str:
    return next(finding.outcome for finding in document.each_finding() if finding.rule == RULE)


def test_the_judgement_rests_on_the_person_and_says_so(tmp_path: Path) -> None:
    dossier, document = reviewed(tmp_path, manifest(HIDING))
    assert standing(document) == "met"
    assert "rests on the word of Li Wei" in text.render(document, "en").decode()
    assert "Li Wei" in html.render(document, "zh").decode()
    assert "依赖于 Li Wei 的陈述" in text.render(document, "zh").decode()
    gaps = {str(fact.value["reason"]) for fact in dossier.latest().facts("review.gap")}
    assert "blind-spot" in gaps  # the limits of the program stay what they are


def test_on_a_day_before_it_was_given_it_does_not_count(tmp_path: Path) -> None:
    dossier, document = reviewed(tmp_path, manifest(HIDING))
    latest = dossier.latest()
    assert latest.record is not None
    product = latest.record.product
    books = books_for(product, ("baseline",), DAY)
    before = judge(latest, product, books, date(2026, 5, 31))
    assert {item.outcome for item in before if item.rule == RULE} == {"open"}
    again = judge_again(latest, product, books, DAY, latest.record.artifact)
    assert again.findings == document.findings


@pytest.mark.parametrize(
    ("operator", "delivered", "source"),
    [
        ("name: p\n", "", HIDING),
        ("name: p\n", manifest(HIDING), HIDING),  # the product answers for itself
        ("name: p\n", manifest(HIDING, role="vendor"), HIDING),
        (manifest(HIDING, role="vendor"), "", HIDING),
        (manifest(HIDING), "", HIDING + "\n"),  # another content
        (manifest(HIDING, claim="nothing-hidden.syntax"), "", HIDING),
        (manifest(HIDING, expires="2026-05-31"), "", HIDING),
        (manifest(HIDING, date="2026-06-02"), "", HIDING),
    ],
)
def test_what_leaves_the_rule_open(tmp_path: Path, operator: str, delivered: str, source: str) -> None:
    assert standing(reviewed(tmp_path, operator, delivered, source)[1]) == "open"


def test_what_was_seen_stays_broken(tmp_path: Path) -> None:
    source = HIDING + "\n\nfrom Crypto.Cipher import DES\n\nDES.new(k, DES.MODE_CBC, v)\n"
    assert standing(reviewed(tmp_path, manifest(source), "", source)[1]) == "broken"


@pytest.mark.parametrize(
    "given", [{"claim": "nothing-hidden.laziness"}, {"claim": "nothing-hidden."}, {"document": ""}, {"content": " "}]
)
def test_an_answer_that_could_not_count_is_an_error(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(InputError) as raised:
        reviewed(tmp_path, manifest(HIDING, **given))
    assert "m.yaml" in raised.value.message.en


def test_questions_name_what_holds_rules_open_and_are_refused_unanswered(tmp_path: Path) -> None:
    source = HIDING + "\n\nimport hashlib\n\n\ndef sign(name, x):\n    return hashlib.new(name, x)\n"
    dossier, document = reviewed(tmp_path, "name: p\n", "", source)
    assert standing(document) == "open"
    latest = dossier.latest()
    asked = "\n".join(questions(latest, list(latest.judgements()), "en"))
    statements = yaml_value(asked)["statements"]
    assert [one["claim"].partition(".")[0] for one in statements] == ["nothing-hidden", "determined"]
    assert "importlib.import_module" in asked
    assert statements[1]["document"] == document.delivery.digest
    with pytest.raises(InputError):
        parse(asked.encode(), "m.yaml")
    filled = asked.replace("date:", "date: 2026-06-01").replace('who: ""', "who: Li Wei")
    filled = filled.replace('content: ""', "content: loads its own plug-ins", 1)
    filled = filled.replace('content: ""', 'content: "family=SHA-2 algorithm=SHA-256: the only caller, line 40"')
    (tmp_path / "m.yaml").write_text(filled)
    plan = Plan(tmp_path / "product", DAY, dossier=tmp_path / "p.assay", manifest=tmp_path / "m.yaml")
    after = review(replace(plan, rulebooks=("baseline",)))[1]
    assert standing(after) == "met"
    finding = next(one for one in after.each_finding() if one.rule == "crypto.md-family")
    assert finding.outcome == "met"
    assert [saw.because for saw in finding.saw] == ["forbidden-absent", "answered", "determined"]
    again = "\n".join(questions(dossier.latest(), list(dossier.latest().judgements()), "en"))
    assert "determined." not in again  # it was answered
    lines = list(explain(dossier.latest(), judgement(dossier, "crypto.md-family"), "en", everything=True))
    assert any("Li Wei" in line for line in lines)


def test_what_a_person_saw_breaks_a_rule_and_can_be_waived(tmp_path: Path) -> None:
    said = manifest(HIDING, claim="seen.crypto.use", content="family=DES purpose=encryption: line 5, by a plug-in")
    dossier, document = reviewed(tmp_path, said)
    assert standing(document) == "broken"
    assert "Li Wei determined" in text.render(document, "en").decode()
    add(dossier, RULE, facts=(), reason="terminals", asked_by="A", granted_by="B", granted=DAY, until=date(2027, 1, 1))
    again = stored_document(dossier.latest())
    assert standing(again) == "waived"


def judgement(dossier: Dossier, rule: str) -> Judgement:
    return next(one for one in dossier.latest().judgements() if one.rule == rule)


def yaml_value(text: str) -> dict[str, Any]:
    value: dict[str, Any] = strict_yaml.parse(text.encode(), "questions").value
    return value


def test_what_was_delivered_twice_is_asked_once(tmp_path: Path) -> None:
    source = "import hashlib\n\n\ndef sign(name, x):\n    return hashlib.new(name, x)\n"
    for folder in ("a", "b"):
        (tmp_path / "product" / folder).mkdir(parents=True)
        (tmp_path / "product" / folder / "s.py").write_text(source)
    (tmp_path / "product" / "c.py").write_text(source + "\n")
    plan = Plan(tmp_path / "product", DAY, dossier=tmp_path / "p.assay", rulebooks=("baseline",))
    latest = review(plan)[0].latest()
    asked = "\n".join(questions(latest, list(latest.judgements()), "en"))
    statements = yaml_value(asked)["statements"]
    assert sorted(len(one.get("claims", [1])) for one in statements) == [1, 2]
    filled = asked.replace("date:", "date: 2026-06-01").replace('who: ""', "who: Li Wei")
    filled = filled.replace('content: ""', 'content: "family=SHA-2 algorithm=SHA-256: the only caller"')
    (tmp_path / "m.yaml").write_text(filled)
    kept, after = review(replace(plan, manifest=tmp_path / "m.yaml"))
    assert next(one.outcome for one in after.each_finding() if one.rule == "crypto.md-family") == "met"
    assert not list(idle(kept.latest(), DAY))


def test_what_is_answered_is_not_asked_again_while_its_rule_is_open(tmp_path: Path) -> None:
    """For what else holds the rule open: another file with the same gap, another fact with the same values."""
    sign = "import hashlib\n\n\ndef sign(name, x):\n    return hashlib.new(name, x)\n"
    may = "import hashlib\nn = input()\nname = 'md4' if n else 'sha256'\nhashlib.new(name, b'')\n"
    (tmp_path / "product").mkdir()
    for name, source in {
        "a": HIDING,
        "b": HIDING + "\n",
        "c": sign,
        "d": sign + "\n",
        "e": may,
        "f": may + "\n",
    }.items():
        (tmp_path / "product" / f"{name}.py").write_text(source)
    plan = Plan(tmp_path / "product", DAY, dossier=tmp_path / "p.assay", rulebooks=("baseline",))
    first = review(plan)[0].latest()
    lines = list(questions(first, list(first.judgements()), "en"))
    assert not any("not asked again" in line for line in lines)
    asked = yaml_value("\n".join(lines))["statements"]
    about = {
        kind: [one for one in asked if one.get("claim", "").startswith(kind)] for kind in ("nothing", "determined")
    }
    ((gap, _), (*values,)) = about["nothing"], about["determined"]
    by_file = {evidence.path: fact for fact in first.facts("crypto.use") for evidence in fact.evidence}
    given = {"c.py": "family=SHA-2 algorithm=SHA-256: the only caller", "e.py": "never: only ever empty"}
    said = {f"determined.{fact_id(by_file[name])[:16]}": told for name, told in given.items()}
    rows = [{**gap, "content": "loads its own plug-ins"}]
    rows += [{**one, "content": said[one["claim"]]} for one in values if one["claim"] in said]
    answers = [{**one, "who": "Li Wei", "date": "2026-06-01"} for one in rows]
    (tmp_path / "m.yaml").write_text(
        json.dumps({"name": "p", "statements": answers}).replace('"2026-06-01"', "2026-06-01")
    )
    latest = review(replace(plan, manifest=tmp_path / "m.yaml"))[0].latest()
    again = list(questions(latest, list(latest.judgements()), "en"))
    left = [one.get("claim") for one in yaml_value("\n".join(again))["statements"]]
    assert len(rows) == 3
    assert left == [one["claim"] for one in asked if one["claim"] not in said and one is not gap]
    assert "# Answered in this delivery and not asked again: gaps in files 1, values 2." in again
    known = next(fact for fact in latest.facts("crypto.use") if fact.evidence[0].path == "d.py")
    assert f"determined.{fact_id(known)[:16]}" in left


def test_an_answer_that_changes_nothing_is_told(tmp_path: Path) -> None:
    """For another content, another reason, another day, another delivery, no fact, or against what was seen."""
    source = HIDING + "\n\nfrom Crypto.Cipher import AES\n\nAES.new(k, AES.MODE_CBC, v)\n"
    dossier, document = reviewed(tmp_path, "name: p\n", "", source)
    assert not list(idle(dossier.latest(), DAY))
    (known,) = (one for one in dossier.latest().glimpses("crypto.use") if one.value.get("family") == "AES")
    given = [
        {"claim": "nothing-hidden.syntax"},
        {"document": "ab" * 32},
        {"expires": "2026-05-31"},
        {},
        {"claim": f"determined.{known.id[:16]}", "content": "family=SM4: read", "document": document.delivery.digest},
        {"claim": f"determined.{known.id[:16]}", "content": "family=AES: read", "document": document.delivery.digest},
        {"claim": f"determined.{known.id[:16]}", "content": "family=SM4: read", "document": "ab" * 32},
        {"claim": f"determined.{'0' * 16}", "content": "family=SM4: read", "document": document.delivery.digest},
    ]
    rows = "".join(manifest(source, **one).partition("statements:\n")[2] for one in given)
    (tmp_path / "m.yaml").write_text("name: p\nstatements:\n" + rows)
    plan = Plan(tmp_path / "product", DAY, dossier=tmp_path / "p.assay", manifest=tmp_path / "m.yaml")
    after = review(replace(plan, rulebooks=("baseline",)))[0].latest()
    assert sorted(one.why.en for one in idle(after, DAY)) == [
        "does not count on this day", "no fact has this id", "no file of the delivery has this digest",
        "nothing is open in that file for this reason", "says family=SM4, where family=AES was seen",
        "was given for another delivery",
    ]  # fmt: skip


def test_a_file_name_with_a_line_break_cannot_answer(tmp_path: Path) -> None:
    product = tmp_path / "product"
    product.mkdir()
    (product / "a\n  - claim: nothing-hidden.blind-spot.py").write_text(HIDING)
    dossier, _ = review(Plan(product, DAY, dossier=tmp_path / "p.assay", rulebooks=("baseline",)))
    latest = dossier.latest()
    lines = list(questions(latest, list(latest.judgements()), "zh"))
    assert [line for line in lines if line.startswith("  - claim: nothing")] == []
    assert len(yaml_value("\n".join(lines))["statements"]) == 1


def test_a_file_that_holds_rules_open_for_two_reasons_is_asked_about_once(tmp_path: Path) -> None:
    (tmp_path / "product").mkdir()
    (tmp_path / "product" / "a.sh").write_text("#!/bin/sh\n$TOOL sign x\nif [ 1 ]; then\n  echo ${a\n")
    plan = Plan(tmp_path / "product", DAY, dossier=tmp_path / "p.assay", rulebooks=("baseline",))
    latest = review(plan)[0].latest()
    asked = "\n".join(questions(latest, list(latest.judgements()), "en"))
    claims = [one.get("claims") for one in yaml_value(asked)["statements"]]
    assert claims == [["nothing-hidden.blind-spot", "nothing-hidden.syntax"]]
    filled = asked.replace("date:", "date: 2026-06-01").replace('who: ""', "who: Li Wei")
    (tmp_path / "m.yaml").write_text(filled.replace('content: ""', "content: starts the tool beside it, read whole"))
    after = review(replace(plan, manifest=tmp_path / "m.yaml"))[1]
    assert standing(after) == "met"
