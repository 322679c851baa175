"""What an output reads beside the document: exactly the facts that the judge's patterns match."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from assay.core.facts import Evidence, Fact, Scalar, Subject, fact_id
from assay.core.matching import matches
from assay.core.rules import Clause, Comparison, Pattern, Rule, Rulebook
from assay.core.text import Text
from assay.report.record import Record, shares

from .reviewed import reviewed, waiver, whole
from .sample import AS_OF, is_in, rule

_CLAUSE = Clause("x", "y", "own")
_TITLE = Text("t", "题")
_VALUES = st.fixed_dictionaries(
    {},
    optional={
        "algorithm": st.sampled_from(["MD5", "RSA", None]),
        "family": st.sampled_from(["MD5", "RSA", "AES", None]),
        "key_bits": st.sampled_from([128, 1024, 2048, None]),
        "mode": st.sampled_from(["ecb", "cbc"]),
        "state": st.sampled_from(["used", "unused"]),
        "reach": st.sampled_from(["certain", "possible", None]),
        "quantum_vulnerable": st.booleans(),
    },
)
_TESTS = st.fixed_dictionaries(
    {},
    optional={
        "family": st.sampled_from([is_in("MD5"), is_in("RSA", "AES"), (Comparison("not", ("AES",)),)]),
        "key_bits": st.just((Comparison("at_most", (2047,)),)),
        "mode": st.just(is_in("ecb")),
        "state": st.just(is_in("used")),
        "reach": st.sampled_from([is_in("certain"), is_in("possible")]),
        "quantum_vulnerable": st.just(is_in(True)),
    },
)
_SCOPES = st.sampled_from([frozenset(), frozenset({"shipped"}), frozenset({"shipped", "test"})])
_PATTERNS = st.lists(st.builds(Pattern, st.just("crypto.use"), _TESTS, _SCOPES), min_size=1, max_size=3)


@st.composite
def _facts(draw: st.DrawFn) -> list[Fact]:
    drawn = draw(st.lists(st.tuples(_VALUES, st.sampled_from(["shipped", "test", "unknown"])), max_size=12))
    return [_fact(f"f{number}.c", value, scope) for number, (value, scope) in enumerate(drawn)]


def _fact(path: str, value: dict[str, Scalar], scope: str) -> Fact:
    return Fact("crypto.use", Subject("product", path, "", scope), value, "x@1", (Evidence(path, 1),))  # type: ignore[arg-type]


@given(_facts(), st.lists(_PATTERNS, min_size=1, max_size=4))
def test_it_finds_what_the_patterns_match(facts: list[Fact], patterns: list[list[Pattern]]) -> None:
    rules: list[Rule] = [
        rule(f"sample.r{number}", _TITLE, _CLAUSE, forbid[0], forbid=tuple(forbid))
        for number, forbid in enumerate(patterns)
    ]
    source = Text("x", "x")
    book = Rulebook("sample", _TITLE, 1, source, "standard", "x", "product", {}, tuple(rules), "d")
    _, record = reviewed(facts, books=[book])
    expected = {
        (("sample", item.id), fact_id(fact))
        for item in rules
        for fact in facts
        if any(matches(pattern, fact) for pattern in item.forbid)
    }
    found = {(key, id_) for id_, _, keys in record.breaking() for key in keys}
    assert found == expected
    counted = Counter(key for key, _ in found)
    assert {key: record.breaks(key) for key in record.by_rule} == {key: counted[key] for key in record.by_rule}


def test_what_decides_is_what_breaks_what_is_required_and_what_may_decide() -> None:
    _, record = whole(hostile=False)
    breaking = {(id_, key) for id_, _, keys in record.breaking() for key in keys}
    deciding = {(id_, key) for id_, _, keys in record.deciding() for key in keys}
    assert breaking < deciding
    assert {key[1] for _, key in breaking} >= {"sample.no-md5-signature", "limits.binaries"}
    assert {key[1] for _, key in deciding - breaking} >= {"sample.stated", "sample.no-rc4"}  # met, open


def test_a_waiver_covers_the_facts_it_names_until_its_day() -> None:
    record = Record(waivers=[waiver("sample.a", ["f1"]), waiver("sample.b", until=date(2026, 11, 1))])
    assert record.waiver(("sample", "sample.a"), "f1", AS_OF) is not None
    assert record.waiver(("sample", "sample.a"), "f2", AS_OF) is None
    assert record.waiver(("sample", "sample.a"), "", AS_OF) is None
    assert record.waiver(("sample", "sample.b"), "", AS_OF) is None
    assert record.waiver(("sample", "sample.b"), "", date(2026, 10, 31)) is not None
    assert record.waiver(("sample", "sample.a"), "f1", date(2026, 9, 30)) is None


def test_the_first_rules_get_the_room() -> None:
    a, b, c = ("x", "a"), ("x", "b"), ("x", "c")
    assert shares({a: 3, b: 4, c: 5}, 5) == {a: 3, b: 2, c: 0}
    assert shares({a: 3, b: 4}, 9) == {a: 3, b: 4}
    assert shares({a: 3}, -2) == {a: 0}
