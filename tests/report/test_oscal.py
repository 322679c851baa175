"""OSCAL: no finding that the review did not make, and none for what is open."""

import json
from collections import Counter
from datetime import date
from typing import Any

import pytest

from assay.report import oscal
from assay.report.document import Document
from assay.report.record import Record

from .reviewed import waiver, whole
from .schemas import oscal as wrong_in


def result_of(review: tuple[Document, Record]) -> dict[str, Any]:
    content = oscal.render(review[0], "en", review[1])
    assert wrong_in(content) == []
    (result,) = json.loads(content)["assessment-results"]["results"]
    assert isinstance(result, dict)
    return result


def props(item: dict[str, Any]) -> dict[str, str]:
    return {prop["name"]: prop["value"] for prop in item.get("props", ())}


def test_findings_are_the_judgements_that_were_made() -> None:
    document, record = whole(hostile=False)
    result = result_of((document, record))
    found = {props(item)["rule"]: item["target"]["status"] for item in result["findings"]}
    expected = {
        f"{item.book}/{item.rule}": {"state": "satisfied", "reason": "pass"}
        if item.outcome == "met"
        else {"state": "not-satisfied", "reason": "fail"}
        for item in document.each_finding()
        if item.outcome in {"met", "broken"}
    }
    assert found == expected
    assert len(expected) == 5


def test_an_open_rule_is_an_observation_and_not_among_the_assessed() -> None:
    document, record = whole(hostile=False)
    result = result_of((document, record))
    open_rules = {f"{item.book}/{item.rule}" for item in document.worst("open")}
    standing = {
        props(item)["rule"]: props(item)["standing"] for item in result["observations"] if "rule" in props(item)
    }
    assert open_rules == {rule for rule, state in standing.items() if state == "open"}
    (selection,) = result["reviewed-controls"]["control-objective-selections"]
    assessed = {item["objective-id"] for item in selection["include-objectives"]}
    assert assessed == {item["target"]["target-id"] for item in result["findings"]}
    assert "sample.sample.no-rc4" not in assessed


def test_facts_are_observations_related_to_what_they_decide() -> None:
    document, record = whole(hostile=False)
    result = result_of((document, record))
    by_uuid = {item["uuid"]: props(item).get("fact-id") for item in result["observations"]}
    for finding in result["findings"]:
        book, rule = props(finding)["rule"].split("/")
        facts = {id_ for id_, _, keys in record.deciding() if (book, rule) in keys}
        assert {by_uuid[item["observation-uuid"]] for item in finding.get("related-observations", ())} == facts


def test_the_observation_of_a_fact_keeps_its_identifier_in_the_next_release() -> None:
    first, second = (
        {props(item)["fact-id"]: item["uuid"] for item in result_of(review)["observations"] if "fact-id" in props(item)}
        for review in (whole(hostile=False), whole(hostile=False, waivers=[waiver("sample.tls")]))
    )
    assert first == second


@pytest.mark.parametrize(("until", "risks"), [(date(2027, 1, 31), 1), (date(2026, 11, 20), 0)])
def test_a_waiver_in_force_is_an_approved_deviation(until: date, risks: int) -> None:
    ids = [id_ for id_, _, keys in whole(hostile=False)[1].breaking() if ("sample", "sample.tls") in keys]
    result = result_of(whole(hostile=False, waivers=[waiver("sample.tls", ids, until)]))
    found = result.get("risks", [])
    assert [(item["status"], item["deadline"]) for item in found] == [
        ("deviation-approved", "2027-01-31T00:00:00Z") for _ in range(risks)
    ]
    (finding,) = (item for item in result["findings"] if props(item)["rule"] == "sample/sample.tls")
    assert finding["target"]["status"]["state"] == "not-satisfied"
    assert props(finding)["standing"] == ("waived" if risks else "broken")
    assert [item["risk-uuid"] for item in finding.get("related-risks", ())] == [item["uuid"] for item in found]


def test_more_facts_than_there_is_room_for_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    document, record = whole(hostile=False)
    every = sum("fact-id" in props(item) for item in result_of((document, record))["observations"])
    monkeypatch.setattr(oscal, "OBSERVATIONS", 4)
    result = result_of((document, record))
    listed = [item for item in result["observations"] if "fact-id" in props(item)]
    assert len(listed) == 4
    assert result["remarks"].startswith(f"{every - 4} further facts")
    kinds = Counter(props(item)["kind"] for item in listed)
    assert kinds["crypto.misuse"] == 1  # of the critical rule


def test_clauses_are_controls_and_rules_their_objectives() -> None:
    document, record = whole(hostile=False)
    whole_ = json.loads(oscal.render(document, "zh", record))["assessment-results"]
    objectives = whole_["local-definitions"]["objectives-and-methods"]
    controls = {item["control-id"] for item in objectives}
    (selection,) = whole_["results"][0]["reviewed-controls"]["control-selections"]
    assert {item["control-id"] for item in selection["include-controls"]} == controls
    assert {part["id"] for item in objectives for part in item["parts"]} == {
        f"{finding.book}.{finding.rule}" for finding in document.each_finding()
    }
    (plan,) = whole_["back-matter"]["resources"]
    assert whole_["import-ap"]["href"] == f"#{plan['uuid']}"
