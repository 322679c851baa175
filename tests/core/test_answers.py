"""Whose word counts for what the program could not read, and on which day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from assay.core.answers import (
    Answer,
    Told,
    added,
    answer_of,
    answered,
    contradicted,
    determined,
    faults,
    seen_of,
    told_of,
    with_determined,
)
from assay.core.facts import Fact, Scalar, Subject, fact_id
from assay.core.judge import judge_all
from tests.core.made import AS_OF, asks, attempt, fact, facts, pattern, rule

DAY = date(2026, 6, 1)
DIGEST = "ab" * 32
STATED = {
    "claim": "nothing-hidden.blind-spot", "content": "only loads the product's own modules", "who": "Li Wei",
    "role": "laboratory", "date": "2026-05-01", "document": DIGEST, "trust": "operator",
}  # fmt: skip
ANSWER = Answer("Li Wei", "blind-spot", DIGEST, "2026-05-01")
BLIND = attempt("partial", reason="blind-spot", path="a.py")


def test_an_answer_is_a_statement_of_the_operator() -> None:
    assert answer_of(STATED) == ANSWER
    assert answer_of({**STATED, "document": f"sha256:{DIGEST}", "expires": "2026-06-01"}) == replace(
        ANSWER, expires="2026-06-01"
    )


@pytest.mark.parametrize(
    ("key", "item"),
    [
        ("trust", "claim"), ("role", "vendor"), ("claim", "nothing-hidden"), ("claim", "nothing-hidden.no-such-reason"),
        ("claim", "nothing-hidden.withheld"), ("claim", "blind-spot"), ("document", ""), ("content", ""), ("who", ""),
        ("date", ""), ("date", None),
    ],
)  # fmt: skip
def test_what_is_no_answer(key: str, item: str | None) -> None:
    assert answer_of({**STATED, key: item}) is None


def test_an_attempt_is_completed_by_the_person() -> None:
    (found,) = answered([BLIND], [ANSWER], {"a.py": DIGEST}, DAY)
    assert found == replace(BLIND, by="statement", status="completed", owner="Li Wei")


def test_a_reader_answers_for_cryptography_alone() -> None:
    mixed = replace(BLIND, kinds=("crypto.use", "data.set"))
    found = list(answered([mixed], [ANSWER], {"a.py": DIGEST}, DAY))
    assert [(one.kinds, one.status, one.owner) for one in found] == [
        (("crypto.use",), "completed", "Li Wei"),
        (("data.set",), "partial", ""),
    ]


@pytest.mark.parametrize(
    ("said", "answers", "digests", "day"),
    [
        (BLIND, [ANSWER], {"a.py": "cd" * 32}, DAY),  # the file has changed
        (BLIND, [ANSWER], {"b.py": DIGEST}, DAY),
        (BLIND, [ANSWER], {"a.py": DIGEST}, date(2026, 4, 30)),  # before it was given
        (BLIND, [replace(ANSWER, expires="2026-05-31")], {"a.py": DIGEST}, DAY),
        (replace(BLIND, reason="syntax"), [ANSWER], {"a.py": DIGEST}, DAY),  # another reason
        (replace(BLIND, status="withheld", owner="Acme"), [ANSWER], {"a.py": DIGEST}, DAY),
        (attempt(path="a.py"), [ANSWER], {"a.py": DIGEST}, DAY),
        (BLIND, [], {"a.py": DIGEST}, DAY),
    ],
)  # fmt: skip
def test_it_does_not_count(said: object, answers: list[Answer], digests: dict[str, str], day: date) -> None:
    assert list(answered([said], answers, digests, day)) == [said]  # type: ignore[list-item]


def test_the_same_person_is_named_whatever_the_order() -> None:
    other = replace(ANSWER, who="Anna Roth")
    for both in ([ANSWER, other], [other, ANSWER]):
        assert next(answered([BLIND], both, {"a.py": DIGEST}, DAY)).owner == "Anna Roth"


# What a value is


class Seen(Struct, frozen=True, dict=True):
    id: str
    kind: str
    subject: Subject
    value: dict[str, Scalar]


def seen(one: Fact) -> Seen:
    return Seen(fact_id(one), one.kind, one.subject, dict(one.value))


DIM = fact(family=None, purpose=None, mode="cbc", reach="possible")
ID = fact_id(DIM)
SAID = {**STATED, "claim": f"determined.{ID[:16]}", "content": "family=SHA-2 purpose=digest reach=certain: RFC 5802"}
TOLD = Answer("Li Wei", ID[:16], DIGEST, "2026-05-01", told="family=SHA-2 purpose=digest reach=certain")
MD5 = rule(forbid=(pattern(family=asks("in", "MD5")),))


def outcome(told: str, one: Fact = DIM, digest: str = DIGEST) -> str:
    known = with_determined([seen(one)], [replace(TOLD, about=fact_id(one)[:16], told=told)], digest, DAY)
    (found,) = judge_all((MD5,), {}, known, (attempt(),), AS_OF)
    return f"{found.outcome}: {', '.join(ground.because for ground in found.grounds)}"


def test_a_statement_determines_a_value() -> None:
    assert told_of(SAID) == TOLD
    assert told_of({**SAID, "claim": f"determined.{ID[:15]}"}) is None
    assert told_of({**SAID, "content": "family=SHA-2"}) is None  # no ground
    assert told_of({**SAID, "trust": "claim"}) is None
    assert answer_of(SAID) is None
    assert told_of(STATED) is None


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("family=SHA-2 reach=certain", "met: forbidden-absent, determined"),
        ("family=MD5 reach=certain", "broken: forbidden-seen, determined"),
        ("family=MD5", "open: perhaps"),  # that it is so, nobody said
        ("reach=certain", "open: perhaps"),
        ("never", "met: forbidden-absent, determined"),
        ("mode=ecb", "open: perhaps"),  # that was known
        ("family=", "open: perhaps"),
    ],
)
def test_what_follows_from_a_value(told: str, expected: str) -> None:
    assert outcome(told) == expected


def test_each_of_several_values_counts() -> None:
    both = [replace(TOLD, told=f"family={one} reach=certain") for one in ("SHA-2", "MD5")]
    for told in (both, both[::-1]):
        found = judge_all((MD5,), {}, with_determined([seen(DIM)], told, DIGEST, DAY), (attempt(),), AS_OF)
        assert [item.outcome for item in found] == ["broken"]


def test_a_key_that_does_not_apply_is_left_out() -> None:
    dim = {"family": None, "mode": None, "purpose": "encryption"}
    assert determined("crypto.use", dim, "family=ChaCha20 mode=-") == {"family": "ChaCha20", "purpose": "encryption"}
    assert determined("crypto.use", {"mode": "ecb"}, "mode=-") == {"mode": "ecb"}


def test_a_bare_digest_may_be_told_its_purpose() -> None:
    bare = {"family": "MD5", "purpose": "digest", "reach": "certain"}
    assert determined("crypto.use", bare, "purpose=checksum")["purpose"] == "checksum"
    assert determined("crypto.use", {**bare, "purpose": "signature"}, "purpose=checksum")["purpose"] == "signature"


def test_what_was_seen_is_not_taken_back() -> None:
    certain = fact(family="MD5", reach="certain")
    for told in ("never", "family=SHA-2", "reach=possible"):
        assert outcome(told, certain) == "broken: forbidden-seen, contradicted"


def test_who_says_otherwise_than_what_was_seen_is_refused_and_leaves_it_open() -> None:
    """A key that is derived, of which somebody says that it is a stored password: neither is believed."""
    derived = fact(family="PBKDF2", purpose="key-derivation", iterations=4096, reach="certain")
    stored = rule(forbid=(pattern(family=asks("in", "PBKDF2"), purpose=asks("in", "password-hash")),))
    for of, told, expected in (
        (stored, "purpose=password-hash", "open: contradicted"),
        (stored, "purpose=key-derivation", "met: forbidden-absent"),
        (stored, "iterations=600000", "met: forbidden-absent"),  # which this rule does not ask for
        (rule(require=(pattern(family=asks("in", "PBKDF2")),)), "family=scrypt", "open: contradicted"),
        (MD5, "family=scrypt", "met: forbidden-absent"),
        (stored, "mode=cbc", "met: forbidden-absent"),
    ):
        known = with_determined([seen(derived)], [replace(TOLD, about=fact_id(derived), told=told)], DIGEST, DAY)
        (found,) = judge_all((of,), {}, known, (attempt(),), AS_OF)
        assert f"{found.outcome}: {', '.join(ground.because for ground in found.grounds)}" == expected
        if found.outcome == "open":
            assert found.grounds[0].key.startswith("Li Wei: ")
            assert f"{told} ≠ " in found.grounds[0].key


def test_what_an_algorithm_without_a_name_has_can_be_told() -> None:
    unnamed = {"family": None, "primitive": "kdf", "purpose": "password-hash"}
    assert determined("crypto.use", unnamed, "family=PBKDF2 iterations=1000")["iterations"] == 1000


def test_a_value_is_for_one_delivery() -> None:
    assert outcome("never", digest="cd" * 32) == "open: perhaps"


@given(facts(), st.sampled_from(["never", "family=SHA-2", "purpose=digest reach=certain", "key_bits=0", "x=y"]))
def test_known_values_stay(one: Fact, told: str) -> None:
    for found in with_determined([seen(one)], [replace(TOLD, about=fact_id(one), told=told)], DIGEST, DAY):
        kept = {key: item for key, item in one.value.items() if item not in (None, "digest") and key != "reach"}
        assert kept.items() <= found.value.items()
        assert found.value.keys() <= one.value.keys() or one.value.get("family", "") is None
        assert not (isinstance(found, Told) and not found.holds and one.value.get("reach") != "possible")
    assert determined(one.kind, one.value, "") == one.value


def test_what_a_person_saw_convicts_like_any_other_fact() -> None:
    said = seen_of({**STATED, "claim": "seen.crypto.use", "content": "family=MD5 key_bits=128: line 9"})
    assert said is not None
    found = added(said, "product", "a.py", "shipped")
    assert found.value == {"family": "MD5", "key_bits": 128, "state": "used", "reach": "certain"}
    (judgement,) = judge_all((MD5,), {}, [found], (attempt(),), AS_OF)
    assert [ground.because for ground in judgement.grounds] == ["forbidden-seen", "determined"]
    unsure = seen_of({**STATED, "claim": "seen.crypto.use", "content": "family=? key_bits=?: line 9"})
    assert unsure is not None
    (judgement,) = judge_all((MD5,), {}, [added(unsure, "product", "a.py", "shipped")], (attempt(),), AS_OF)
    assert judgement.outcome == "open"
    assert seen_of({**STATED, "claim": "seen.crypto.use", "content": "family=MD5"}) is None
    assert seen_of({**STATED, "claim": "seen.crypto.use", "content": "family=MD5: x", "role": "vendor"}) is None


@pytest.mark.parametrize(
    ("claim", "content", "wrong"),
    [
        ("nothing-hidden.blind-spot", "x", ""), ("nothing-hidden.x", "x", "claim"), ("anything", "x", ""),
        (f"determined.{ID}", "never: no caller", ""), (f"determined.{ID}", "never", "content"),
        (f"determined.{ID}", "colour=red: seen", "content"), (f"determined.{ID}", "family=AES mode=gcm: seen", ""),
        ("seen.crypto.use", "family=AES: line 3", ""), ("seen.crypto.use", "family=AES", "content"),
        ("seen.crypto.use", "primitive=x: line 3", "content"), ("seen.crypto.use", "never: no", "content"),
        ("seen.statement", "claim=x: y", "claim"), ("seen.x", "family=AES: line 3", "claim"),
        ("determined.", "never: no caller", "claim"), ("determined.xyz", "never: no caller", "claim"),
    ],
)  # fmt: skip
def test_what_could_not_count_is_told_to_the_operator(claim: str, content: str, wrong: str) -> None:
    assert faults(claim, content) == wrong


def test_more_of_a_name_is_no_contradiction() -> None:
    seen_ = {"algorithm": "PBKDF2", "family": "PBKDF2", "iterations": None}
    told = "algorithm=PBKDF2-SHA-256 iterations=1000"
    assert determined("crypto.use", seen_, told)["algorithm"] == "PBKDF2-SHA-256"
    assert contradicted("crypto.use", seen_, told) == {}
    assert contradicted("crypto.use", {**seen_, "algorithm": "PBKDF2-SHA-1"}, told) == {"algorithm": "PBKDF2-SHA-256"}
    assert contradicted("crypto.use", seen_, "algorithm=PBKDF") == {"algorithm": "PBKDF"}
