"""The judge, as data: what is known, what is asked, what follows and why."""

import random
from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.answers import Told
from assay.core.attempts import Attempt
from assay.core.facts import Fact, Scalar, fact_id
from assay.core.judge import applicable, in_force, judge, judge_all, judge_each
from assay.core.rules import Because, Clause, Ground, Judgement, Pattern, Rule, Unseen
from tests.core.made import AS_OF, asks, attempt, fact, facts, pattern, patterns, rule

MD5 = pattern(family=asks("in", "MD5"))
SHIPPED_MD5 = pattern(scope=("shipped",), family=asks("in", "MD5"))
PINNED = pattern("crypto.protocol", protocol=asks("in", "TLS"))
FORBID, FORBID_SHIPPED = rule(forbid=(MD5,)), rule(forbid=(SHIPPED_MD5,))
REQUIRE = rule(require=(pattern(family=asks("in", "SM3")),))
STATEMENT = rule(require=(Pattern("statement", {"claim": asks("in", "key-ceremony")}, frozenset()),))
BANKS = {"sector": asks("in", "banking")}
BAD, GOOD, DIM = fact(family="MD5"), fact(family="SM3"), fact(family=None)
DONE = attempt()
STATED = replace(attempt(), kinds=("statement",))
SKIPPED = attempt("skipped", reason="no-reader", path="a.go", format="go", bytes=7)
TOLD: Any = Told(fact_id(DIM), DIM.kind, DIM.subject, GOOD.value, "Li Wei")
ANSWERED = attempt("completed", reason="no-reader", path="a.go", format="go", bytes=7, owner="Li Wei")
WITHHELD = attempt("withheld", reason="withheld", path="b/", owner="Acme", law="Trade secrets act")
DEMANDED = Clause("made", "1", "own", demands_delivery=True)


class Case(Struct, frozen=True, dict=True):
    name: str
    rule: Rule
    facts: tuple[Fact, ...]
    attempts: tuple[Attempt, ...]
    expected: str  # the outcome: and why, the deciding reason first
    product: dict[str, Scalar] = field(default_factory=dict)
    as_of: date = AS_OF


CASES = [
    # 0. what is not judged at all
    Case("informative", rule(clause=Clause("d", "1", "press", informative=True)), (BAD,), (DONE,),
         "not-applicable: informative"),
    Case("not yet in force", replace(FORBID, in_force_from=date(2025, 6, 2)), (BAD,), (DONE,),
         "not-applicable: not-in-force"),
    Case("in force from today", replace(FORBID, in_force_from=AS_OF), (BAD,), (DONE,), "broken: forbidden-seen"),
    Case("no longer in force", replace(FORBID, in_force_until=date(2025, 5, 31)), (BAD,), (DONE,),
         "not-applicable: not-in-force"),
    Case("in force until today", replace(FORBID, in_force_until=AS_OF), (BAD,), (DONE,), "broken: forbidden-seen"),
    # 1. applies
    Case("does not apply", replace(FORBID, applies=BANKS), (BAD,), (DONE,),
         "not-applicable: attribute-excludes", {"sector": "games"}),
    Case("applies", replace(FORBID, applies=BANKS), (BAD,), (DONE,), "broken: forbidden-seen", {"sector": "banking"}),
    Case("nobody said", replace(FORBID, applies=BANKS), (BAD,), (DONE,), "open: attribute-undeclared"),
    Case("declared as not known", replace(FORBID, applies=BANKS), (BAD,), (DONE,),
         "open: attribute-undeclared", {"sector": None}),
    Case("one excludes, one is undeclared", replace(FORBID, applies={"category": asks("in", "hsm"), **BANKS}),
         (BAD,), (DONE,),
         "not-applicable: attribute-excludes", {"sector": "games"}),
    # 2. a forbidden fact convicts, whatever else is missing
    Case("seen", FORBID, (BAD, GOOD), (DONE,), "broken: forbidden-seen"),
    Case("seen, though files were skipped", FORBID, (BAD,), (DONE, SKIPPED), "broken: forbidden-seen"),
    Case("seen by an attempt that was not finished", FORBID, (BAD,), (attempt("partial", reason="blind-spot"),),
         "broken: forbidden-seen"),
    Case("seen, though no attempt says so", FORBID, (BAD,), (), "broken: forbidden-seen"),
    Case("seen, though something is withheld", FORBID, (BAD,), (WITHHELD,), "broken: forbidden-seen"),
    Case("seen, and perhaps more", FORBID, (BAD, DIM), (DONE,), "broken: forbidden-seen, perhaps"),
    Case("either of two patterns", rule(forbid=(PINNED, MD5)), (BAD,), (DONE,), "broken: forbidden-seen"),
    # 3. nobody looked
    Case("nobody looked", FORBID, (), (), "open: nobody-looked"),
    Case("somebody looked for something else", FORBID, (), (attempt(kinds=("crypto.protocol",)),),
         "open: nobody-looked"),
    Case("somebody looked elsewhere", FORBID_SHIPPED, (), (attempt(scope="test"),), "open: nobody-looked"),
    Case("one of two kinds was not looked for", rule(forbid=(PINNED, MD5)), (), (DONE,), "open: nobody-looked"),
    Case("nobody looked, for a requirement", REQUIRE, (), (), "open: nobody-looked"),
    # a person answers for what was not completed
    Case("a person answers", FORBID, (), (DONE, ANSWERED), "met: forbidden-absent, answered"),
    Case("a person answers for one of two", FORBID, (), (DONE, ANSWERED, replace(SKIPPED, path="b.go")),
         "open: not-completed"),
    Case("no answer takes back what was seen", FORBID, (BAD,), (DONE, ANSWERED), "broken: forbidden-seen"),
    Case("no answer determines a value", FORBID, (DIM,), (DONE, ANSWERED), "open: perhaps"),
    Case("a requirement, and an answer", REQUIRE, (), (DONE, ANSWERED), "broken: required-absent, answered"),
    Case("a person determines a value", FORBID, (TOLD,), (DONE,), "met: forbidden-absent, determined"),
    Case("a person says that it is not so", FORBID, (replace(TOLD, value=BAD.value, holds=False),), (DONE,),
         "met: forbidden-absent, determined"),
    Case("a person says otherwise", FORBID, (GOOD, replace(TOLD, against={"family": "MD5"})), (DONE,),
         "open: contradicted"),
    Case("a person says otherwise of what convicts", FORBID,
         (BAD, replace(TOLD, value=BAD.value, against={"family": "SHA-2"})), (DONE,),
         "broken: forbidden-seen, contradicted"),
    Case("a person says otherwise of what is required", REQUIRE, (replace(TOLD, against={"family": "MD5"}),), (DONE,),
         "open: contradicted"),
    # 4. not completed, withheld, undetermined
    Case("a file nobody could read", FORBID, (), (DONE, SKIPPED), "open: not-completed"),
    Case("a partial attempt acquits nobody", FORBID, (), (attempt("partial", reason="blind-spot"),),
         "open: not-completed"),
    Case("a failed attempt", FORBID, (), (DONE, attempt("failed", reason="crash", path="c.c")), "open: not-completed"),
    Case("unread, but a test", FORBID_SHIPPED, (), (DONE, replace(SKIPPED, scope="test")), "met: forbidden-absent"),
    Case("unread, of unknown scope", FORBID_SHIPPED, (), (DONE, replace(SKIPPED, scope="unknown")),
         "open: not-completed"),
    Case("unread, any scope asked for", FORBID, (), (DONE, replace(SKIPPED, scope="test")), "open: not-completed"),
    Case("withheld is open, never broken", FORBID, (), (DONE, WITHHELD), "open: withheld"),
    Case("withheld where delivery is demanded", replace(FORBID, clause=DEMANDED), (), (DONE, WITHHELD),
         "broken: withheld"),
    Case("unread where delivery is demanded", replace(FORBID, clause=DEMANDED), (), (DONE, SKIPPED),
         "open: not-completed"),
    Case("withheld and unread", FORBID, (), (DONE, SKIPPED, WITHHELD), "open: withheld, not-completed"),
    Case("unread, and perhaps seen", FORBID, (DIM,), (DONE, SKIPPED), "open: not-completed, perhaps"),
    Case("a deciding value is not known", FORBID, (DIM,), (DONE,), "open: perhaps"),
    Case("only possible", FORBID, (fact(family="MD5", reach="possible"),), (DONE,), "open: perhaps"),
    Case("of unknown scope", FORBID_SHIPPED, (fact(family="MD5", scope="unknown"),), (DONE,), "open: perhaps"),
    Case("a requirement, perhaps met", REQUIRE, (DIM,), (DONE,), "open: perhaps"),
    Case("a requirement met, but files unread", REQUIRE, (GOOD,), (DONE, SKIPPED), "open: not-completed"),
    # 5. everything was looked at
    Case("absent", FORBID, (GOOD,), (DONE,), "met: forbidden-absent"),
    Case("absent, key and all", FORBID, (fact(algorithm="x"),), (DONE,), "met: forbidden-absent"),
    Case("seen in tests only", FORBID_SHIPPED, (fact(family="MD5", scope="test"),), (DONE,), "met: forbidden-absent"),
    Case("required and seen", REQUIRE, (GOOD, BAD), (DONE,), "met: required-seen"),
    Case("required and seen, something else is dim", REQUIRE, (GOOD, DIM), (DONE,), "met: required-seen"),
    Case("required and not seen", REQUIRE, (BAD,), (DONE,), "broken: required-absent"),
    Case("required, nothing at all seen", REQUIRE, (), (DONE,), "broken: required-absent"),
    Case("a statement that nobody made", STATEMENT, (), (STATED,), "open: nobody-stated"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_follows(case: Case) -> None:
    judgement = judge(case.rule, case.product, case.facts, case.attempts, case.as_of)
    said_so = f"{judgement.outcome}: {', '.join(ground.because for ground in judgement.grounds)}"
    assert said_so == case.expected
    assert (judgement.book, judgement.rule) == (case.rule.book, case.rule.id)


def test_every_ground_occurs_in_the_table() -> None:
    seen = {because for case in CASES for because in case.expected.partition(": ")[2].split(", ")}
    assert seen == set(get_args(Because))


def said(given_rule: Rule, *attempts: Attempt, facts: tuple[Fact, ...] = (), **product: Scalar) -> Judgement:
    return judge(given_rule, product, facts, attempts, AS_OF)


def test_the_reasons_name_what_is_missing() -> None:
    assert said(replace(FORBID, applies=BANKS)).grounds == (Ground("attribute-undeclared", key="sector"),)
    assert said(replace(FORBID, applies=BANKS), sector="x").grounds == (Ground("attribute-excludes", key="sector"),)
    assert said(FORBID).grounds == (Ground("nobody-looked", key="crypto.use"),)
    assert said(replace(FORBID, in_force_from=date(2030, 1, 1))).grounds == (Ground("not-in-force", key="2025-06-01"),)
    skipped = Unseen("skipped", "no-reader", "source", "go", 1, 7, ("a.go",))
    withheld = Unseen("withheld", "withheld", "source", "java", 1, 0, ("b/",), "Acme", "Trade secrets act")
    grounds = said(FORBID, DONE, SKIPPED, WITHHELD).grounds
    assert grounds == (Ground("withheld", unseen=(withheld,)), Ground("not-completed", unseen=(skipped,)))


def test_demands_of_the_reports_first_table() -> None:
    assert said(FORBID).demand == "cryptography"
    assert said(rule(forbid=(pattern("intake.content"),))).demand == "source"
    assert said(rule(clause=Clause("d", "1", "own", informative=True))).demand == "source"


def test_unread_files_are_counted_once_whoever_failed() -> None:
    twice = [
        replace(SKIPPED, by=by, path=f"{n:02}.go") for n in range(30) for by in ("cipher.source@1", "cipher.config@1")
    ]
    ((unseen,),) = [ground.unseen for ground in said(FORBID, DONE, *twice).grounds]
    assert (unseen.files, unseen.bytes) == (30, 210)
    assert unseen.paths == tuple(f"{n:02}.go" for n in range(20))


def test_unread_files_are_grouped_by_reason_class_format_and_owner() -> None:
    others: tuple[dict[str, Any], ...] = (
        {}, {"reason": "hang"}, {"file_class": "binary"}, {"format": "rust"}, {"owner": "Acme"}, {"law": "Act"},
        {"status": "failed"},
    )  # fmt: skip
    missing = [replace(SKIPPED, path=f"{n}", **other) for n, other in enumerate(others)]
    ((*groups,),) = [ground.unseen for ground in said(FORBID, *missing).grounds]
    assert len(groups) == len(others)


@pytest.mark.parametrize(
    ("start", "end", "inside"),
    [
        (None, None, True), (AS_OF, None, True), (None, AS_OF, True), (AS_OF, AS_OF, True),
        (date(2025, 6, 2), None, False), (None, date(2025, 5, 31), False),
    ],
)  # fmt: skip
def test_in_force(start: date | None, end: date | None, inside: bool) -> None:
    assert in_force(start, end, AS_OF) is inside


def test_applicable_names_the_first_undeclared_attribute() -> None:
    conditions = {"a": asks("in", 1), "b": asks("in", 1), "c": asks("in", 1)}
    assert applicable(conditions, {"a": 1, "b": 1, "c": 1}) is None
    assert applicable(conditions, {"b": None}) == ("open", Ground("attribute-undeclared", key="a"))
    assert applicable(conditions, {"c": 2}) == ("not-applicable", Ground("attribute-excludes", key="c"))
    assert applicable({}, {}) is None


statuses = st.sampled_from(["completed", "completed", "partial", "failed", "skipped", "withheld"])
attempts = st.builds(
    lambda status, scope, path, kinds: attempt(status, scope, path=path, kinds=kinds),
    statuses, st.sampled_from(["shipped", "test", "unknown"]), st.sampled_from(["a", "b", ""]),
    st.sampled_from([("crypto.use",), ("crypto.misuse",), ("crypto.misuse", "crypto.use")]),
)  # fmt: skip
rules = st.builds(
    lambda wanted, forbids: rule(forbid=wanted) if forbids else rule(require=wanted),
    st.lists(patterns(), min_size=1, max_size=2).map(tuple), st.booleans(),
)  # fmt: skip


def unordered(judgement: Judgement) -> Judgement:
    """Without the order of quoted ids, which alone follows the order of the facts."""
    grounds = (
        replace(ground, matched=tuple(replace(item, facts=tuple(sorted(item.facts))) for item in ground.matched))
        for ground in judgement.grounds
    )
    return replace(judgement, grounds=tuple(grounds))


@given(rules, st.lists(facts(), max_size=10), st.lists(attempts, max_size=5), st.randoms())
def test_order_does_not_matter(given_rule: Rule, seen: list[Fact], tried: list[Attempt], rng: random.Random) -> None:
    shuffled, retried = rng.sample(seen, len(seen)), rng.sample(tried, len(tried))
    one = judge(given_rule, {}, seen, tried, AS_OF)
    assert unordered(judge(given_rule, {}, shuffled, retried, AS_OF)) == unordered(one)
    assert judge(given_rule, {}, iter(seen), iter(tried), AS_OF) == one


@given(st.lists(rules, max_size=4), st.lists(facts(), max_size=8), st.lists(attempts, max_size=4))
def test_rules_are_judged_apart(given_rules: list[Rule], seen: list[Fact], tried: list[Attempt]) -> None:
    together = judge_all(given_rules, {}, seen, tried, AS_OF)
    assert together == [judge(one, {}, seen, tried, AS_OF) for one in given_rules]


@given(rules, st.lists(facts(), max_size=8), facts(), st.lists(attempts, max_size=4), attempts)
def test_more_evidence(given_rule: Rule, seen: list[Fact], more: Fact, tried: list[Attempt], another: Attempt) -> None:
    """What convicts goes on convicting; an attempt that was not completed never acquits."""
    before = judge(given_rule, {}, seen, tried, AS_OF).outcome
    if before == "broken" and given_rule.forbid:
        assert judge(given_rule, {}, [*seen, more], [*tried, another], AS_OF).outcome == "broken"
    if before != "met" and another.status != "completed":
        assert judge(given_rule, {}, seen, [*tried, another], AS_OF).outcome != "met"


@given(st.lists(facts(), max_size=12), st.lists(patterns(), min_size=1, max_size=4))
def test_judging_under_several_attributes_is_judging_under_each(found: list[Fact], asked: list[Pattern]) -> None:
    rules = [rule(id=f"r{at}", forbid=(item,), applies=BANKS if at % 2 else {}) for at, item in enumerate(asked)]
    products: list[dict[str, Scalar]] = [{}, {"sector": "banking"}, {"sector": "retail"}, {"vendor.country": "CN"}]
    each = judge_each(rules, products, found, [DONE, SKIPPED], AS_OF)
    assert each == [judge_all(rules, product, found, [DONE, SKIPPED], AS_OF) for product in products]
