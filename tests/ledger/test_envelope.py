"""Verdicts: DSSE as its specification has it, in-toto statements, Ed25519 and SM2 in one envelope."""

import base64
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import NotVerifiedError
from assay.core.text import Text
from assay.ledger.envelope import open_envelope, pae, seal
from assay.ledger.signing import ED25519, SM2, NamedKey, Signer, Sm2Signer, named
from assay.ledger.statements import PAYLOAD_TYPE, SVR, VSA, Book, Outcome, read_statement, svr, vsa
from assay.sm.backend import UnavailableError
from assay.sm.sm2 import PrivateKey
from tests.ledger.made import key, signer

NAME = "bank.example"
OUTCOME = Outcome(
    "gateway",
    "ab" * 32,
    "2026-01-02T03:04:05Z",
    met=["baseline:no-md5", "baseline:certificates"],
    broken=["baseline:no-des"],
    open=["limits:all-read"],
    books=[Book("baseline", "cd" * 32)],
    evidence={"judgements": "ef" * 32},
)


@cache
def sm2_signer() -> Sm2Signer:
    return Sm2Signer(PrivateKey.generate())


@pytest.fixture
def both() -> tuple[bytes, list[NamedKey]]:
    signers: list[Signer] = [signer(), sm2_signer()]
    return seal(PAYLOAD_TYPE, svr(OUTCOME), NAME, signers), [named(item, NAME) for item in signers]


def test_pae_of_the_specification() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("tybé", b"") == b"DSSEv1 5 tyb\xc3\xa9 0 "


def test_both_in_one(both: tuple[bytes, list[NamedKey]]) -> None:
    envelope, keys = both
    payload = open_envelope(envelope, keys, "x", [ED25519, SM2])
    assert payload.by == tuple(keys)
    assert (payload.type, payload.content) == (PAYLOAD_TYPE, svr(OUTCOME))
    for one in keys:
        assert open_envelope(envelope, [one], "x", [one.kind]).by == (one,)
    with pytest.raises(NotVerifiedError, match=r"demanded \(SM2;"):
        open_envelope(envelope, keys[:1], "x", [ED25519, SM2])


def test_a_library_that_knows_only_ed25519_reads_it(both: tuple[bytes, list[NamedKey]]) -> None:
    dsse = pytest.importorskip("securesystemslib.dsse", reason="securesystemslib is not installed")
    ssl_key = pytest.importorskip("securesystemslib.signer").SSlibKey
    envelope, keys = both
    public = ssl_key(keys[0].label, "ed25519", "ed25519", {"public": keys[0].public.hex()})
    assert list(dsse.Envelope.from_dict(json.loads(envelope)).verify([public], 1)) == [keys[0].label]


def test_where_sm2_cannot_be_checked(both: tuple[bytes, list[NamedKey]], monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def __init__(self, _: bytes) -> None:
            raise UnavailableError(Text("no SM2", "无 SM2"))

    monkeypatch.setattr("assay.sm.sm2.PublicKey", Missing)
    envelope, keys = both
    payload = open_envelope(envelope, keys, "x")
    assert (payload.by, payload.unchecked) == ((keys[0],), (keys[1],))
    for demanded in ([ED25519, SM2], [SM2]):
        with pytest.raises(NotVerifiedError, match=r"signature present, not checked: bank.example\+\w+ \(SM2\)"):
            open_envelope(envelope, keys, "x", demanded)
    with pytest.raises(NotVerifiedError, match="present, not checked"):
        open_envelope(envelope, keys[1:], "x")


def _changed(envelope: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    body = json.loads(envelope)
    change(body)
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda body: body.update(payload=base64.b64encode(svr(OUTCOME) + b" ").decode()), "is wrong"),
        (lambda body: body.update(payloadType="application/json"), "is wrong"),
        (lambda body: body["signatures"].clear(), "0 signatures"),
        (lambda body: body["signatures"].extend(body["signatures"] * 60), "122 signatures"),
        (lambda body: [item.pop("keyid") for item in body["signatures"]], "no known key"),
        (lambda body: body["signatures"][0].update(keyid="bank.example+00000000"), r"demanded \(Ed25519;"),
        (lambda body: body["signatures"][0].update(sig=body["signatures"][1]["sig"]), "is wrong"),
        (lambda body: body["signatures"][1].update(sig=body["signatures"][0]["sig"]), "is wrong"),
        (lambda body: body["signatures"].pop(), r"demanded \(SM2;"),
        (lambda body: body["signatures"].pop(0), r"demanded \(Ed25519;"),
        (lambda body: body.pop("payload"), "no DSSE envelope"),
        (lambda body: body.update(payload="***"), "no DSSE envelope"),
        (lambda body: body.update(signatures="x"), "no DSSE envelope"),
    ],
)
def test_envelopes_that_do_not_do(
    both: tuple[bytes, list[NamedKey]], change: Callable[[dict[str, Any]], object], why: str
) -> None:
    with pytest.raises(NotVerifiedError, match=why):
        open_envelope(_changed(both[0], change), both[1], "x", [ED25519, SM2])


@given(st.binary(max_size=100))
def test_any_bytes(content: bytes) -> None:
    with pytest.raises(NotVerifiedError):
        open_envelope(content, [key()], "x")
    with pytest.raises(NotVerifiedError):
        read_statement(PAYLOAD_TYPE, content, "x")


def test_an_envelope_is_signed() -> None:
    with pytest.raises(ValueError, match="at least one signature"):
        seal(PAYLOAD_TYPE, b"", NAME, [])


def test_a_simple_verification_result() -> None:
    statement = json.loads(svr(OUTCOME))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == SVR
    assert statement["subject"] == [{"name": "gateway", "digest": {"sha256": "ab" * 32}}]
    predicate = statement["predicate"]
    assert predicate["properties"] == ["ASSAY:baseline:certificates", "ASSAY:baseline:no-md5"]
    assert predicate["timeCreated"] == "2026-01-02T03:04:05Z"
    assert predicate["verifier"]["policies"][0]["digest"] == {"sha256": "cd" * 32}
    assert predicate["assayCounts"] == {"met": 2, "broken": 1, "open": 1}
    read = read_statement(PAYLOAD_TYPE, svr(OUTCOME), "x")
    assert (read.predicate_type, read.subjects) == (SVR, ("ab" * 32,))


@pytest.mark.parametrize(
    ("met", "broken", "open_", "result"),
    [
        (["a:b"], [], [], "PASSED"),
        (["a:b"], ["a:c"], [], "FAILED"),
        (["a:b"], [], ["a:c"], "FAILED"),
        ([], [], [], "FAILED"),
    ],
)
def test_a_verification_summary_never_passes_what_is_open(
    met: list[str], broken: list[str], open_: list[str], result: str
) -> None:
    outcome = Outcome("p", "ab" * 32, "2026-01-02T03:04:05Z", met, broken, open_, [Book("a", "cd" * 32)])
    statement = json.loads(vsa(outcome, "pkg:generic/p@1"))
    assert statement["predicateType"] == VSA
    predicate = statement["predicate"]
    assert predicate["verificationResult"] == result
    assert (predicate["verifiedLevels"] == ["FAILED"]) == (result == "FAILED")
    assert predicate["resourceUri"] == "pkg:generic/p@1"
    assert predicate["policy"]["digest"] == {"sha256": "cd" * 32}


def test_several_books_are_one_policy_by_digest() -> None:
    def policy(*books: Book) -> Any:
        outcome = Outcome("p", "ab" * 32, "2026-01-02T03:04:05Z", ["a:b"], [], [], books)
        return json.loads(vsa(outcome, "u"))["predicate"]["policy"]

    one, two = Book("a", "cd" * 32), Book("b", "ef" * 32)
    assert policy(one, two)["uri"] == "urn:assay:rulebooks:a+b"
    assert policy(one, two) != policy(two, one)


@pytest.mark.parametrize(
    ("type_", "change"),
    [
        ("application/json", lambda _: None),
        (PAYLOAD_TYPE, lambda body: body.update(_type="https://in-toto.io/Statement/v0.1")),
        (PAYLOAD_TYPE, lambda body: body.update(subject=[])),
        (PAYLOAD_TYPE, lambda body: body["subject"][0].update(digest={"md5": "00"})),
        (PAYLOAD_TYPE, lambda body: body.pop("predicateType")),
    ],
)
def test_payloads_that_are_no_statements(type_: str, change: Callable[[dict[str, Any]], object]) -> None:
    body = json.loads(svr(OUTCOME))
    change(body)
    with pytest.raises(NotVerifiedError, match="no in-toto statement"):
        read_statement(type_, json.dumps(body).encode(), "x")
