"""SARIF: one result per rule and fact that breaks it, and never a pass for what is open."""

import json
from collections import Counter
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.facts import Evidence, Fact, Subject, fact_id
from assay.core.rules import Clause, Pattern
from assay.core.text import Text
from assay.report import sarif
from assay.report.document import Document
from assay.report.record import Record

from .reviewed import reviewed, waiver, whole
from .sample import books, facts, is_in, rule, use


def run_of(review: tuple[Document, Record], lang: Any = "en") -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(sarif.render(review[0], lang, review[1]))
    (run,) = loaded["runs"]
    assert isinstance(run, dict)
    return run


def results_of(run: dict[str, Any], rule: str) -> list[dict[str, Any]]:
    return [item for item in run["results"] if item["ruleId"] == f"sample/{rule}"]


def test_there_is_a_result_for_each_fact_that_breaks_a_rule() -> None:
    document, record = whole(hostile=False)
    run = run_of((document, record))
    failed = Counter(item["ruleId"].split("/")[1] for item in run["results"] if item["kind"] == "fail")
    assert failed == {finding.rule: finding.facts for finding in document.worst("broken")}
    assert failed["sample.no-md5-signature"] == 9  # the document itself shows five of them


def test_the_fingerprint_is_the_fact_s_id_and_the_place_its_line() -> None:
    found = {fact_id(fact): fact for fact in facts(hostile=False)}
    for result in results_of(run_of(whole(hostile=False)), "sample.no-md5-signature"):
        fact = found[result["partialFingerprints"]["assayFactId/v1"]]
        (place,) = result["locations"]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == fact.evidence[0].path
        assert place["physicalLocation"]["region"]["startLine"] == fact.evidence[0].line
        assert place["physicalLocation"]["region"]["snippet"]["text"] == fact.evidence[0].excerpt
        assert place["logicalLocations"][0]["fullyQualifiedName"] == fact.subject.name


@pytest.mark.parametrize(
    ("rule", "kind", "level"),
    [
        ("sample.no-md5-signature", "fail", "error"),
        ("sample.no-short-rsa", "fail", "warning"),
        ("sample.no-rc4", "open", "none"),
        ("sample.sector", "open", "none"),
        ("sample.stated", "pass", "none"),
        ("sample.later", "notApplicable", "none"),
    ],
)
def test_the_kind_is_where_the_rule_stands(rule: str, kind: str, level: str) -> None:
    found = results_of(run_of(whole()), rule)
    assert {(item["kind"], item["level"]) for item in found} == {(kind, level)}


def test_a_limit_of_the_review_convicts_nobody() -> None:
    run = run_of(whole())
    (limit,) = (item for item in run["results"] if item["ruleId"] == "limits/limits.binaries")
    assert (limit["kind"], limit["level"]) == ("informational", "none")


def test_an_open_rule_says_what_would_decide_it_and_where() -> None:
    (open_rule,) = results_of(run_of(whole(hostile=False)), "sample.no-rc4")
    assert "Show which value is in force" in open_rule["message"]["text"]
    uris = [place["physicalLocation"]["artifactLocation"]["uri"] for place in open_rule["locations"]]
    assert "relay/main.go" in uris
    assert not any("passwd" in uri for uri in uris)  # it climbs out of the delivery and has no URI


def test_only_a_waiver_in_force_suppresses_and_only_its_facts() -> None:
    md5 = "sample.no-md5-signature"
    ids = [id_ for id_, _, keys in whole(hostile=False)[1].breaking() if ("sample", md5) in keys]
    for until, suppressed in ((date(2027, 1, 31), 4), (date(2026, 11, 20), 0)):
        run = run_of(whole(hostile=False, waivers=[waiver(md5, ids[:4], until)]))
        found = [item["suppressions"] for item in results_of(run, md5) if "suppressions" in item]
        assert len(found) == suppressed
        assert all(item["kind"] == "external" and item["status"] == "accepted" for (item,) in found)
        assert all("Li Wei" in item["justification"] and "Anna Roth" in item["justification"] for (item,) in found)


def test_what_was_not_examined_is_notified_by_reason() -> None:
    document, record = whole(hostile=False)
    (invocation,) = run_of((document, record))["invocations"]
    notes = invocation["toolExecutionNotifications"]
    assert Counter(note["descriptor"]["id"] for note in notes) == Counter(gap.reason for gap in document.coverage.gaps)
    (reader,) = (note for note in notes if note["descriptor"]["id"] == "no-reader")
    assert reader["properties"] == {"status": "skipped", "files": 1, "bytes": 18_000}
    assert reader["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "relay/main.go"
    assert next(note["level"] for note in notes if note["descriptor"]["id"] == "traversal") == "error"


def test_more_than_a_run_holds_is_cut_worst_first_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    document, record = whole(hostile=False)
    every = run_of((document, record))
    rules = len(every["tool"]["driver"]["rules"])
    monkeypatch.setattr(sarif, "MOST", rules)
    run = run_of((document, record))
    assert len(run["results"]) == rules
    assert len(results_of(run, "sample.no-hard-coded-key")) == 1  # critical: kept
    assert len(results_of(run, "sample.no-md5-signature")) == 3
    (note,) = (item for item in run["invocations"][0]["toolExecutionNotifications"] if "descriptor" not in item)
    assert note["properties"]["results"] == len(every["results"]) - len(run["results"])


def test_a_member_of_an_archive_has_a_uri() -> None:
    path = "lib/a b.jar!com/例/K#1.class"
    fact = use(path, 3, "x", family="MD5", algorithm="MD5", purpose="signature")
    (result,) = results_of(run_of(reviewed([fact])), "sample.no-md5-signature")
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "lib/a%20b.jar!com/%E4%BE%8B/K%231.class"


def test_every_place_of_a_fact_is_a_location_up_to_a_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    places = tuple(Evidence("a.c", line, "md5()") for line in range(1, 60))
    value = {"algorithm": "MD5", "family": "MD5", "purpose": "signature", "reach": "certain"}
    fact = Fact("crypto.use", Subject("product", "a.c", "f", "shipped"), value, "x@1", places)
    (result,) = results_of(run_of(reviewed([fact])), "sample.no-md5-signature")
    assert len(result["locations"]) == sarif.PLACES
    assert result["properties"]["places"] == 59
    monkeypatch.setattr(sarif, "PLACES_IN_ALL", 3)
    (result,) = results_of(run_of(reviewed([fact])), "sample.no-md5-signature")
    assert len(result["locations"]) == 3


def test_messages_hold_no_placeholder_and_no_link() -> None:
    fact = use("a.c", 1, "x", family="MD5", algorithm="MD5{0}[here](https://example.invalid)", purpose="signature")
    (result,) = results_of(run_of(reviewed([fact])), "sample.no-md5-signature")
    assert "MD5{{0}}\\[here\\](https://example.invalid)" in result["message"]["text"]


def test_rules_carry_what_code_scanning_shows() -> None:
    run = run_of(whole(hostile=False), "zh")
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    md5 = rules["sample/sample.no-md5-signature"]
    assert md5["shortDescription"]["text"] == "签名不得使用 MD5"
    assert md5["properties"]["security-severity"] == "8.0"
    assert "external/cwe/cwe-328" in md5["properties"]["tags"]
    assert rules["sample/sample.tls"]["helpUri"] == "https://www.rfc-editor.org/rfc/rfc8996"
    assert "helpUri" not in md5
    assert run["originalUriBaseIds"]["%SRCROOT%"].keys() == {"description"}  # no place on this machine


def test_a_rule_broken_by_what_is_absent_is_one_result() -> None:
    done = Attempt("x@1", ("crypto.use",), "completed", "", "source", "c", "product", "shipped")
    pattern = Pattern("crypto.use", {"family": is_in("SM4")}, frozenset())
    needed = rule(
        "sample.sm4", Text("SM4 is used", "使用 SM4"), Clause("x", "y", "own"), pattern, forbid=(), require=(pattern,)
    )
    book = replace(books()[1], rules=(needed,))
    (result,) = results_of(run_of(reviewed([], [done], books=[book])), "sample.sm4")
    assert (result["kind"], result.get("partialFingerprints")) == ("fail", None)
    (result,) = results_of(run_of(reviewed([], [done], books=[book], waivers=[waiver("sample.sm4")])), "sample.sm4")
    assert [item["status"] for item in result["suppressions"]] == ["accepted"]
