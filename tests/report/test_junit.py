"""JUnit: broken fails, met passes, and whatever is undecided is skipped with its reason."""

from xml.etree import ElementTree

import pytest

from assay.report import junit
from assay.report.document import Document

from .reviewed import waiver, whole


def cases(document: Document) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(junit.render(document, "en"))
    return {f"{case.attrib['classname']}/{case.attrib['name']}": case for case in root.iter("testcase")}


@pytest.mark.parametrize(
    ("rule", "tag", "says"),
    [
        ("sample/sample.no-md5-signature", "failure", "No signature rests on MD5"),
        ("sample/sample.no-rc4", "skipped", "open: "),
        ("sample/sample.sector", "skipped", "open: "),
        ("sample/sample.later", "skipped", "not applicable: The rule is not in force on 2026-11-21."),
        ("limits/limits.binaries", "skipped", "limit of this review: "),
        ("sample/sample.stated", None, ""),
        ("limits/limits.encrypted", None, ""),
    ],
)
def test_a_case_says_where_its_rule_stands(rule: str, tag: str | None, says: str) -> None:
    case = cases(whole(hostile=False)[0])[rule]
    assert [item.tag for item in case] == ([tag] if tag else [])
    assert all(item.attrib["message"].startswith(says) for item in case)


def test_a_failure_shows_places_and_what_to_do() -> None:
    (failure,) = cases(whole(hostile=False)[0])["sample/sample.no-hard-coded-key"]
    assert failure.text is not None
    assert "console/app/settings.py:5: KEY = b'****'" in failure.text
    assert "Read keys from a key store or HSM" in failure.text


def test_a_waived_rule_is_skipped_until_its_day() -> None:
    ids = [id_ for id_, _, keys in whole(hostile=False)[1].breaking() if ("sample", "sample.tls") in keys]
    document, _ = whole(hostile=False, waivers=[waiver("sample.tls", ids)])
    (skipped,) = cases(document)["sample/sample.tls"]
    assert (skipped.tag, skipped.attrib["message"]) == ("skipped", "waived until 2027-01-31: replaced in March")


def test_no_clock_is_in_it() -> None:
    root = ElementTree.fromstring(junit.render(whole()[0], "en"))
    assert {item.attrib.get("time", "0") for item in root.iter()} == {"0"}
    assert not any("timestamp" in item.attrib for item in root.iter())
