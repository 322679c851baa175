"""Canonical form, ids, order, merging and checking of facts."""

import hashlib
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from assay.core.facts import Evidence, Fact, Scalar, Subject, canonical, check, fact_id, merged, order_key
from assay.core.kinds import KINDS
from tests.core.made import fact, facts, texts

scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
keys = st.text(st.characters(max_codepoint=127), max_size=5)
trees = st.recursive(scalars, lambda item: st.lists(item, max_size=4) | st.dictionaries(keys, item, max_size=4))

_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def spelled(value: Any) -> str:
    """RFC 8785 written down from its text, with nothing borrowed from a JSON library."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(_SHORT.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 0x20 else c) for c in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(spelled(item) for item in value) + "]"
    by_utf16 = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
    return "{" + ",".join(f"{spelled(key)}:{spelled(item)}" for key, item in by_utf16) + "}"


@given(st.lists(trees, max_size=4) | st.dictionaries(keys, trees, max_size=4))
def test_canonical_is_rfc8785(value: Any) -> None:
    assert canonical(value) == spelled(value).encode()


@given(st.dictionaries(keys, scalars), st.randoms())
def test_canonical_does_not_depend_on_insertion_order(value: dict[str, Any], rng: random.Random) -> None:
    items = list(value.items())
    rng.shuffle(items)
    assert canonical(dict(items)) == canonical(value)


@pytest.mark.parametrize(
    "value",
    [[1.5], [float("nan")], [2**53], [-(2**53)], [b"x"], {"é": 1}, {1: 2}, ["\ud800"], [("tuple",)], [{"a": [{2.0}]}]],
)
def test_canonical_refuses_what_has_no_form(value: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical(value)


def test_an_id_is_pinned() -> None:
    """Ids outlive releases: waivers and decisions cite them. If this fails, every id ever quoted has changed."""
    pinned = fact(algorithm="MD5", family="MD5", key_bits=None, seen="call", library="hashlib", state="used")
    value = '{"algorithm":"MD5","family":"MD5","key_bits":null,"library":"hashlib","seen":"call"}'
    body = f'["crypto.use","server","a.py","f",{value}]'
    assert hashlib.sha256(body.encode()).hexdigest() == fact_id(pinned)
    assert fact_id(pinned) == "2d0625af166ae10f61764459bac3c24a3f123b7688c063549891dc2afe15bedf"


SAME_ID = {
    "moved line": lambda it: replace(it, evidence=(Evidence("x-1/a.py", 99, "m()"),)),
    "delivered under another name": lambda it: replace(it, evidence=(Evidence("x-2/a.py", 3, "m()"),)),
    "scope decided otherwise": lambda it: replace(it, subject=replace(it.subject, scope="test")),
    "another count": lambda it: replace(it, value={**it.value, "iterations": 20_000}),
    "a count that is not known": lambda it: replace(it, value={**it.value, "iterations": None}),
    "no count": lambda it: replace(it, value={k: v for k, v in it.value.items() if k != "iterations"}),
    "no longer used": lambda it: replace(it, value={**it.value, "state": "unused"}),
    "a newer examination": lambda it: replace(it, by="cipher.source@2"),
}
OTHER_ID = {
    "another kind": lambda it: replace(it, kind="crypto.protocol"),
    "another component": lambda it: replace(it, subject=replace(it.subject, component="agent")),
    "another file": lambda it: replace(it, subject=replace(it.subject, path="b.py")),
    "another declaration": lambda it: replace(it, subject=replace(it.subject, name="g")),
    "another algorithm": lambda it: replace(it, value={**it.value, "algorithm": "SHA-256"}),
    "an algorithm that is not known": lambda it: replace(it, value={**it.value, "algorithm": None}),
    "no algorithm": lambda it: replace(it, value={k: v for k, v in it.value.items() if k != "algorithm"}),
    "another size": lambda it: replace(it, value={**it.value, "key_bits": 129}),
}
BASE = fact(algorithm="PBKDF2", key_bits=128, iterations=1000, state="used", seen="call")


@pytest.mark.parametrize("change", SAME_ID)
def test_the_id_stays(change: str) -> None:
    other = SAME_ID[change](BASE)
    assert other != BASE
    assert fact_id(other) == fact_id(BASE)


@pytest.mark.parametrize("change", OTHER_ID)
def test_the_id_changes(change: str) -> None:
    assert fact_id(OTHER_ID[change](BASE)) != fact_id(BASE)


@given(facts(), facts())
def test_equal_ids_mean_equal_identity(one: Fact, other: Fact) -> None:
    def identity(it: Fact) -> object:
        named = {k: v for k, v in it.value.items() if KINDS[it.kind].keys[k].identity}
        return spelled([it.kind, it.subject.component, it.subject.path, it.subject.name, named])

    assert (fact_id(one) == fact_id(other)) == (identity(one) == identity(other))


@given(facts(), facts())
def test_equal_order_keys_mean_equal_but_for_evidence(one: Fact, other: Fact) -> None:
    same = replace(one, evidence=()) == replace(other, evidence=()) and spelled(dict(one.value)) == spelled(
        dict(other.value)
    )
    assert (order_key(one, fact_id(one)) == order_key(other, fact_id(other))) == same


def keyed(given_facts: list[Fact]) -> list[tuple[bytes, Fact]]:
    return sorted(((order_key(it, fact_id(it)), it) for it in given_facts), key=lambda pair: pair[0])


@given(st.lists(facts(kinds=("crypto.protocol",)), max_size=8), st.randoms())
def test_merging_keeps_all_evidence_in_any_order(given_facts: list[Fact], rng: random.Random) -> None:
    given_facts = given_facts * 2
    shuffled = rng.sample(given_facts, len(given_facts))
    result = list(merged(keyed(given_facts)))
    assert result == list(merged(keyed(shuffled)))
    assert result == list(merged(result)), "merging again changes nothing"
    assert len({key for key, _ in result}) == len(result)
    for key, it in result:
        places = {place for other_key, other in keyed(given_facts) if other_key == key for place in other.evidence}
        assert list(it.evidence) == sorted(places)


def test_facts_that_differ_in_a_measure_are_not_merged() -> None:
    one, other = fact(algorithm="X", state="used"), fact(algorithm="X", state="unused")
    assert fact_id(one) == fact_id(other)
    assert len(list(merged(keyed([one, other])))) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_check_takes_what_is_declared(kind: str) -> None:
    samples: dict[type, Scalar] = {str: "x", int: 1, bool: True}
    for name, key in KINDS[kind].keys.items():
        for item in (*(key.choices or (samples[key.type],)), None):
            check(replace(fact(kind), value={name: item}))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (fact("crypto.magic"), "not declared"),
        (fact(colour="red"), "no value key 'colour'"),
        (fact(seen="rumour"), "does not admit 'rumour'"),
        (fact(key_bits="128"), "does not admit '128'"),
        (fact(key_bits=True), "does not admit True"),
        (fact(quantum_vulnerable=1), "does not admit 1"),
        (fact(key_bits=2**53), "53 bits"),
        (fact(algorithm="\ud800"), "surrogates not allowed"),
        (replace(fact(), subject=Subject("s", "p", "", "everywhere")), "scope 'everywhere'"),  # type: ignore[arg-type]
    ],
)
def test_check_refuses(wrong: Fact, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check(wrong)
