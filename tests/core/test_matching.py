"""Tables of distinct values answer exactly what trying every fact against every pattern would."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.facts import Fact, Scope, fact_id
from assay.core.matching import QUOTED, matched, matches, tabled
from assay.core.rules import Comparison, Matched, Operator, Pattern
from tests.core.made import asks, fact, facts, pattern, patterns, rule


@pytest.mark.parametrize(
    ("operator", "operand", "item", "holds"),
    [
        ("in", ("a", "b"), "a", True), ("in", ("a", "b"), "c", False), ("in", (128,), 128, True),
        ("not", ("a",), "b", True), ("not", ("a",), "a", False),
        ("at_least", (128,), 128, True), ("at_least", (128,), 127, False), ("at_least", (128,), "200", False),
        ("at_least", (1,), True, False), ("at_most", (128,), 128, True), ("at_most", (128,), 129, False),
        ("before", ("2025-01-01",), "2024-12-31", True), ("before", ("2025-01-01",), "2025-01-01", False),
        ("after", ("2025-01-01",), "2025-01-02", True), ("after", ("2025-01-01",), "2025-01-01", False),
        ("after", ("2025-01-01",), 20250102, False),
        ("matches", ("A+",), "AAA", True), ("matches", ("A+",), "AAB", False), ("matches", ("1",), 1, False),
        ("perhaps", ("a",), "b", True),
    ],
)  # fmt: skip
def test_comparisons(operator: Operator, operand: tuple[str | int, ...], item: str | int | bool, holds: bool) -> None:
    full_match = (lambda text: set(text) == {"A"}) if operator == "matches" else None
    assert Comparison(operator, operand, full_match).holds(item) is holds


IN = asks("in", "MD5")
NOT = asks("not", "SM3")
TABLE: list[tuple[str, Pattern, Fact, bool | None]] = [
    ("a value that is asked for", pattern(family=IN), fact(family="MD5"), True),
    ("another value", pattern(family=IN), fact(family="SM3"), False),
    ("absent never matches", pattern(family=IN), fact(algorithm="MD5"), False),
    ("absent does not match even a negation", pattern(family=NOT), fact(algorithm="MD5"), False),
    ("undetermined is undetermined", pattern(family=IN), fact(family=None), None),
    ("a digest of any name is no cipher", pattern(family=asks("in", "DES")), fact(family=None, primitive="hash"),
     False),
    ("it may be one of several", pattern(family=asks("in", "DES", "MD5")), fact(family=None, primitive="hash"), None),
    ("a name for a digest may name a signature", pattern(family=asks("in", "DSA")),
     fact(family=None, primitive="hash"), None),
    ("a token's signature may be a MAC", pattern(family=asks("in", "HMAC")), fact(family=None, primitive="signature"),
     None),
    ("nothing is known of an undetermined primitive", pattern(family=asks("in", "DES")),
     fact(family=None, primitive=None), None),
    ("nothing is known of a family in no group", pattern(family=asks("in", "Rot13")),
     fact(family=None, primitive="hash"), None),
    ("some family is none of those", pattern(family=asks("not", "SM3")), fact(family=None, primitive="hash"), None),
    ("undetermined under a negation", pattern(family=NOT), fact(family=None), None),
    ("undetermined, but another key decides", pattern(family=IN, mode=asks("in", "ecb")),
     fact(family=None, mode="cbc"), False),
    ("undetermined, and what it may have is absent", pattern(family=IN, mode=asks("in", "ecb")),
     fact(family=None), None),
    ("undetermined, and what it cannot have is absent", pattern(family=IN, mode=asks("in", "ecb")),
     fact(family=None, primitive="hash"), False),
    ("an unknown derivation of unknown iterations", pattern(iterations=asks("at_most", 9)),
     fact(family=None, primitive="kdf"), None),
    ("a derivation that counts, and does not say how often", pattern(iterations=asks("at_most", 9)),
     fact(family="PBKDF2"), None),
    ("a derivation that counts none", pattern(iterations=asks("at_most", 9)),
     fact(family="HKDF", primitive="kdf"), False),
    ("a key that nobody asks for may be undetermined", pattern(family=IN), fact(family="MD5", mode=None), True),
    ("all comparisons of a key must hold", pattern(key_bits=(*asks("at_least", 1), *asks("at_most", 9))),
     fact(key_bits=10), False),
    ("a value listed as perhaps", pattern(purpose=asks("perhaps", "digest")), fact(purpose="digest"), None),
    ("a value not listed as perhaps", pattern(purpose=asks("perhaps", "digest")), fact(purpose="mac"), True),
    ("another kind", pattern("crypto.misuse"), fact(family="MD5"), False),
    ("no condition at all", pattern(), fact(), True),
    ("a scope that is asked for", pattern(scope=("shipped",)), fact(), True),
    ("a scope that is not", pattern(scope=("shipped",)), fact(scope="test"), False),
    ("an unknown scope", pattern(scope=("shipped",)), fact(scope="unknown"), None),
    ("any scope will do", pattern(), fact(scope="unknown"), True),
    ("unknown scope asked for by name", pattern(scope=("unknown",)), fact(scope="unknown"), True),
    ("only possible", pattern(family=IN), fact(family="MD5", reach="possible"), None),
    ("certain", pattern(family=IN), fact(family="MD5", reach="certain"), True),
    ("possible, but it would not match anyway", pattern(family=IN), fact(family="SM3", reach="possible"), False),
    ("possible, and the rule asks for just that", pattern(reach=asks("in", "possible")), fact(reach="possible"), True),
    ("reach is asked for and absent", pattern(reach=asks("in", "certain")), fact(), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given_pattern", "given_fact", "expected"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_one_fact_and_one_pattern(given_pattern: Pattern, given_fact: Fact, expected: bool | None) -> None:
    assert matches(given_pattern, given_fact) is expected
    sure, perhaps = find([given_pattern], [given_fact])
    assert [len(sure), len(perhaps)] == {True: [1, 0], False: [0, 0], None: [0, 1]}[expected]


def find(wanted: list[Pattern], seen: list[Fact]) -> tuple[tuple[Matched, ...], tuple[Matched, ...]]:
    return matched(wanted, tabled([rule(forbid=tuple(wanted))], seen))


@given(st.lists(patterns(), min_size=1, max_size=3), st.lists(facts(), max_size=12))
def test_tables_agree_with_trying_everything(wanted: list[Pattern], seen: list[Fact]) -> None:
    sure, perhaps = find(wanted, seen)
    tried = {id(it): [matches(one, it) for one in wanted] for it in seen}
    yes = [it for it in seen if True in tried[id(it)]]
    maybe = [it for it in seen if True not in tried[id(it)] and None in tried[id(it)]]
    for found, expected in ((sure, yes), (perhaps, maybe)):
        assert sum(item.count for item in found) == len(expected)
        assert Counter(id_ for item in found for id_ in item.facts) == Counter(map(fact_id, expected))


@given(st.lists(patterns(), min_size=1, max_size=2), st.lists(patterns(), max_size=3), st.lists(facts(), max_size=8))
def test_other_rules_change_nothing(wanted: list[Pattern], others: list[Pattern], seen: list[Fact]) -> None:
    alone = find(wanted, seen)
    among = tabled([rule(forbid=tuple(wanted)), rule(require=tuple(others))], seen)
    assert matched(wanted, among) == alone


def test_facts_with_equal_deciding_values_are_one_group_and_the_first_are_quoted() -> None:
    seen = [fact(path=f"{n:03}.py", family="MD5", mode=f"m{n % 7}") for n in range(3 * QUOTED)]
    ((group,), perhaps) = find([pattern(family=IN)], seen)
    assert not perhaps
    assert group == Matched(
        "crypto.use", {"family": "MD5", "scope": "shipped"}, 3 * QUOTED, tuple(map(fact_id, seen[:QUOTED]))
    )


def test_the_first_facts_are_quoted_across_rows_that_another_rule_tells_apart() -> None:
    seen = [fact(path=f"{n:03}.py", family="MD5", mode="a" if n % 30 else "b") for n in range(60)]
    wanted = pattern(family=IN)
    tables = tabled([rule(forbid=(wanted,)), rule(forbid=(pattern(mode=asks("in", "a")),))], seen)
    ((group,), _) = matched([wanted], tables)
    assert group.facts == tuple(map(fact_id, seen[:QUOTED]))


@pytest.mark.parametrize("scope", ["shipped", "test"])
def test_groups_tell_scopes_apart(scope: Scope) -> None:
    sure, _ = find([pattern(family=IN)], [fact(family="MD5"), fact(family="MD5", scope="test")])
    assert [item.count for item in sure if item.values["scope"] == scope] == [1]
