"""The JSON adapter: equal both ways, strict, and as its schema says."""

import json
import random
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.errors import Exit, InputError
from assay.core.facts import Fact, Subject, fact_id
from assay.core.rules import Judgement
from assay.dossier.records import (
    PUBLISHED,
    FileRecord,
    decode,
    decode_fact,
    encode,
    encode_fact,
    glimpse,
    kind_of,
    schema,
)
from tests.core.made import fact, facts, words
from tests.dossier.made import ATTEMPT, FILE, JUDGEMENT

SAMPLES: dict[type, Any] = {
    Fact: fact(algorithm="MD5", key_bits=None, state="used", quantum_vulnerable=False),
    Attempt: ATTEMPT,
    FileRecord: FILE,
    Judgement: JUDGEMENT,
}

attempts = st.builds(
    replace, st.just(ATTEMPT), path=words, detail=words, files=st.integers(0, 9), owner=words,
    file_class=st.sampled_from(["source", "binary"]), kinds=st.lists(words, max_size=3).map(tuple),
)  # fmt: skip


@pytest.mark.parametrize("type_", PUBLISHED)
def test_there_and_back_and_as_the_schema_says(type_: type) -> None:
    line = encode(SAMPLES[type_])
    assert decode(type_, line) == SAMPLES[type_]
    jsonschema.Draft202012Validator.check_schema(schema(type_))
    jsonschema.validate(json.loads(line), schema(type_))


@given(facts())
def test_any_fact(made: Fact) -> None:
    line = encode(made)
    assert decode_fact(line) == made
    assert b"\n" not in line
    assert line == encode_fact(made, fact_id(made))
    assert list(json.loads(line)) == ["id", "kind", "subject", "value", "by", "evidence"]
    assert json.loads(line)["id"] == fact_id(made)
    seen = glimpse(line)
    assert (seen.id, seen.kind, seen.subject.scope, seen.value) == (
        fact_id(made),
        made.kind,
        made.subject.scope,
        made.value,
    )
    assert kind_of(line) == made.kind


@given(facts(), st.randoms())
def test_the_order_of_value_keys_does_not_show(made: Fact, rng: random.Random) -> None:
    items = list(made.value.items())
    rng.shuffle(items)
    assert encode(replace(made, value=dict(items))) == encode(made)


@given(attempts)
def test_any_attempt(made: Attempt) -> None:
    assert decode(Attempt, encode(made)) == made


def test_how_it_is_spelled() -> None:
    assert encode_fact(fact(seen="call", algorithm="SM4"), "1d") == (
        b'{"id":"1d","kind":"crypto.use","subject":{"component":"server","path":"a.py","name":"f","scope":"shipped"},'
        b'"value":{"algorithm":"SM4","seen":"call"},"by":"cipher.source@1",'
        b'"evidence":[{"path":"x-1/a.py","line":3,"excerpt":"m()"}]}'
    )
    assert encode(ATTEMPT) == (
        b'{"by":"cipher.source@1","kinds":["crypto.use"],"status":"skipped","reason":"no-reader","class":"source",'
        b'"format":"go","component":"server","scope":"shipped","path":"a.go"}'
    )


def broken(sample: Any, **change: Any) -> bytes:
    return json.dumps({**json.loads(encode(sample)), **change}).encode()


@pytest.mark.parametrize(
    ("type_", "line", "says"),
    [
        (Fact, b"", "truncated"), (Fact, b"{", "truncated"), (Fact, b"null", "object"), (Fact, b"\xff", "malformed"),
        (Fact, b'{"id":"\xff"}', "utf-8"), (Fact, b"[" * 100_000, "object"), (Fact, encode(ATTEMPT), "unknown field"),
        (Fact, broken(SAMPLES[Fact], colour=1), "unknown field `colour`"),
        (Fact, broken(SAMPLES[Fact], value={"key_bits": 1.5}), "float"),
        (Fact, broken(SAMPLES[Fact], value={"key_bits": [1]}), "array"),
        (Fact, broken(SAMPLES[Fact], evidence=[{"path": "a", "line": "1"}]), r"\$.evidence"),
        (Fact, broken(SAMPLES[Fact], subject={}), "missing required field"),
        (Fact, encode(SAMPLES[Fact]).replace(b"shipped", b"skipped"), "'skipped'"),
        (Attempt, broken(ATTEMPT, status="done"), "'done'"),
        (Attempt, broken(ATTEMPT, file_class="source"), "file_class"),
        (Attempt, broken(ATTEMPT, files="1"), "int"),
        (Judgement, broken(JUDGEMENT, outcome="certified"), "'certified'"),
    ],
)  # fmt: skip
def test_strictness(type_: type, line: bytes, says: str) -> None:
    with pytest.raises(InputError, match=f"(?i)part.jsonl, line 7: .*{says}") as caught:
        decode(type_, line, "part.jsonl", 7)
    assert caught.value.exit_code == Exit.USAGE
    assert caught.value.advice is not None


@given(st.binary(max_size=60) | st.from_regex(rb'\{"(id|kind|subject)":["\[\{0-9a-z\}\]":,]{0,20}', fullmatch=True))
def test_no_bytes_crash_it(line: bytes) -> None:
    for read in (decode_fact, glimpse, kind_of):
        try:
            read(line)
        except InputError:
            continue


def test_deep_nesting_is_an_error_of_the_input() -> None:
    with pytest.raises(InputError):
        glimpse(b'{"x":' * 200_000)


@pytest.mark.parametrize(("field", "item"), [("files", "x"), ("scope", "everywhere"), ("path", "\ud800")])
def test_what_cannot_be_written(field: str, item: Any) -> None:
    wrong: dict[str, Any] = {field: item}
    with pytest.raises(ValueError, match=r".+"):
        encode(replace(ATTEMPT, **wrong))


def test_a_value_may_be_any_mapping() -> None:
    from types import MappingProxyType

    made = Fact("crypto.use", Subject("s", "p", "", "test"), MappingProxyType({"family": "AES"}), "x@1", ())
    assert decode_fact(encode(made)).value == {"family": "AES"}
