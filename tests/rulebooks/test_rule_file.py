"""Rule files: every misfit is refused with file, line, key and advice; nothing but PlaceError leaves the reader."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.rules import Comparison
from assay.rulebooks.loader import BOOKS
from assay.rulebooks.rule_file import read_rule
from assay.rulebooks.strict_yaml import PlaceError, parse
from tests.rulebooks.books import RULE


def read(text: str):  # type: ignore[no-untyped-def]
    return read_rule(parse(text.encode(), "area/x.rc4.yaml"), "mine")


def test_a_whole_rule() -> None:
    rule = read(
        RULE.replace(
            "severity: high",
            "severity: high\ncwe: [327]\nin_force: {from: 2026-01-01, until: 2030-12-31}\n"
            "applies: {product: {sector: banking, size: {at_least: 3}, since: {after: '2020-01-01'}}}\n"
            "also: [{document: D, at: a, known: own, url: u, numbered_as_of: 2014-12-26, demands_delivery: true}]",
        )
    )
    assert (rule.id, rule.book, rule.severity, rule.cwe) == ("x.rc4", "mine", "high", (327,))
    assert rule.title.zh == "不用 RC4"
    assert (rule.in_force_from, rule.in_force_until) == (date(2026, 1, 1), date(2030, 12, 31))
    assert rule.applies["sector"] == (Comparison("in", ("banking",)),)
    assert rule.applies["size"] == (Comparison("at_least", (3,)),)
    assert rule.also[0].demands_delivery
    assert rule.also[0].numbered_as_of == date(2014, 12, 26)
    assert rule.forbid[0].scope == {"shipped", "vendored"}
    assert "scope" not in rule.forbid[0].where
    assert rule.examples["broken"][0].attempts[0].status == "completed"
    assert rule.examples["open"][0].attempts == ()


def test_matches_is_anchored_re2() -> None:
    rule = read(RULE.replace("family: RC4,", "algorithm: {matches: 'RC4|ARC.*'},", 1))
    comparison = rule.forbid[0].where["algorithm"][0]
    assert comparison.holds("RC4")
    assert comparison.holds("ARCFOUR")
    assert not comparison.holds("xRC4")
    assert not comparison.holds("RC4-128")


def test_several_operators_of_one_key() -> None:
    rule = read(RULE.replace("family: RC4,", "key_bits: {at_least: 5, at_most: 9, not: [7]},", 1))
    holds = [bits for bits in range(12) if all(one.holds(bits) for one in rule.forbid[0].where["key_bits"])]
    assert holds == [5, 6, 8, 9]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("severity: high", "sevrity: high", 4, "sevrity: unknown key"),
        ("severity: high", "severity: urgent", 4, "severity: is none of its choices"),
        ("severity: high", "", 1, "key severity is missing"),
        ("severity: high", "severity: [high]", 4, "severity"),
        ("severity: high", "severity: high\ncwe: 327", 5, "must be a list"),
        ("severity: high", "severity: high\ncwe: ['327']", 5, "must list numbers"),
        ("severity: high", "severity: high\nin_force: {from: 2026-02-30}", 5, "not a date"),
        ("severity: high", "severity: high\nin_force: {from: 20260101}", 5, "not a date"),
        ("severity: high", "severity: high\nin_force: {from: 2026-02-02, until: 2026-02-01}", 5, "ends before"),
        ("severity: high", "severity: high\napplies: {vendor: {}}", 5, "unknown key"),
        ("severity: high", "severity: high\napplies: {product: {sector: {perhaps: [x]}}}", 5, "perhaps"),
        ("known: text", "known: hearsay", 3, "clause.known"),
        ("known: text", "known: text, demands_delivery: 'yes'", 3, "must be true or false"),
        ("known: text", "known: text, informative: true", 3, "never judged"),
        ("{en: No RC4, zh: 不用 RC4}", "{en: No RC4}", 2, "key zh is missing"),
        ("{en: No RC4, zh: 不用 RC4}", "{en: No RC4, zh: ''}", 2, "must be text"),
        ("{en: No RC4, zh: 不用 RC4}", "No RC4", 2, "must be a mapping"),
        ("fact: crypto.use", "fact: crypto.used", 6, "forbid[0].fact"),
        ("fact: crypto.use", "fact: [crypto.use]", 6, "forbid[0].fact"),
        ("family: RC4", "famly: RC4", 7, "forbid[0].where.famly: unknown key"),
        ("family: RC4", "family: null", 7, "null cannot be compared"),
        ("family: RC4", "family: [RC4, ~]", 7, "null cannot be compared"),
        ("family: RC4", "family: []", 7, "takes one value"),
        ("family: RC4", "family: {}", 7, "compares nothing"),
        ("family: RC4", "family: 4", 7, "this key holds str"),
        ("family: RC4", "family: 1.0", 7, "must be text"),
        ("family: RC4", "key_bits: '128'", 7, "this key holds int"),
        ("family: RC4", "key_bits: true", 7, "this key holds int"),
        ("family: RC4", "family: {at_least: RC4}", 7, "needs a whole number"),
        ("family: RC4", "family: {before: soon}", 7, "not a date"),
        ("family: RC4", "key_bits: {at_most: [1, 2]}", 7, "takes one value"),
        ("family: RC4", "family: {matches: '('}", 7, "not an RE2 expression"),
        ("family: RC4", "family: {matches: '(?=x)'}", 7, "not an RE2 expression"),
        ("family: RC4", "family: {matches: [a]}", 7, "takes one value"),
        ("family: RC4", "family: {like: RC4}", 7, "unknown key"),
        ("family: RC4", "family: {not: {not: RC4}}", 7, "must be text"),
        ("state: used", "state: usd", 7, "no value of this key"),
        ("state: used", "state: {not: [usd]}", 7, "no value of this key"),
        ("scope: [shipped, vendored]", "scope: everywhere", 7, "must list scopes"),
        ("scope: [shipped, vendored]", "scope: {not: [test]}", 7, "must list scopes"),
        ("forbid:", "require:\n  - fact: statement\nforbid:", 6, "not both"),
        ("forbid:", "forbit:", 5, "unknown key"),
        ("forbid:\n  - fact: crypto.use\n    where", "forbid:\n    fact: crypto.use\n    where", 6, "must be a list"),
        ("fact: crypto.use\n", "all: [{fact: crypto.use}]\n", 6, "unknown key"),
        ("attempts: []", "attempts: [{status: maybe}]", 16, "is none of its choices"),
        ("attempts: []", "attempts: [{status: failed, reason: laziness}]", 16, "is none of its choices"),
        ("attempts: []", "attempts: [{status: failed, kinds: [x]}]", 16, "is none of its choices"),
        ("value: {family: RC4", "value: {famly: RC4", 12, "unknown key"),
        ("value: {family: RC4", "value: {key_bits: many", 12, "does not admit"),
        ("value: {family: RC4", "value: {purpose: fun", 12, "is none of its choices"),
        ("  open:", "  maybe:", 15, "unknown key"),
    ],
)  # fmt: skip
def test_misfits_name_file_line_and_key(old: str, new: str, line: int, says: str) -> None:
    assert old in RULE
    with pytest.raises(PlaceError) as caught:
        read(RULE.replace(old, new, 1))
    error = caught.value
    assert says in error.message.en
    assert (error.file, error.line) == ("area/x.rc4.yaml", line)
    assert error.advice
    assert error.advice.zh


def test_gap_reasons_are_those_of_core() -> None:
    gap = RULE.replace("fact: crypto.use", "fact: review.gap")
    with pytest.raises(PlaceError, match="no value of this key"):
        read(gap.replace("where: {family: RC4, state: used, scope", "where: {reason: tired, scope"))


_NAMES = "id forbid require fact where crypto.use family purpose matches perhaps examples broken facts attempts value"
_WORDS = [*_NAMES.split(), *["[]", "{}", "null", "1", "true", "("], "- ", ": ", "\n", "  "]
_TEXTS = [path.read_text(encoding="utf-8") for path in sorted(BOOKS.glob("*/*/*.yaml"))[::9]]


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_a_spoiled_rule_is_a_rule_or_a_place_error(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(_TEXTS))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 25)))
        text = text[:start] + data.draw(st.sampled_from(_WORDS)) + text[end:]
    try:
        read(text)
    except PlaceError:
        return
