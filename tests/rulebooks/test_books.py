"""The shipped books as a whole: nothing forgotten, nothing that is not weak called weak, no country that matters."""

from collections import Counter
from datetime import date

import pytest
from msgspec.structs import replace

from assay.core.attempts import REASON_CODES, Attempt
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.core.judge import judge_all
from assay.core.kinds import KINDS
from assay.core.rules import Outcome
from assay.rulebooks import load, shipped

BASELINE = load("baseline")
LIMITS = load("limits")
TODAY = date(2026, 11, 21)
DONE = (Attempt("test@1", tuple(KINDS), "completed", "", "source", "java", "", "shipped"),)


def fact(kind: str, **value: Scalar) -> Fact:
    return Fact(kind, Subject("", "a", "", "shipped"), {"state": "used", **value}, "test@1", (Evidence("a"),))


def outcomes(*facts: Fact, as_of: date = TODAY, product: dict[str, Scalar] | None = None) -> dict[str, Outcome]:
    judged = judge_all(BASELINE.rules, product or {}, facts, DONE, as_of)
    return {judgement.rule: judgement.outcome for judgement in judged}


def not_met(*facts: Fact, as_of: date = TODAY) -> dict[str, Outcome]:
    found = outcomes(*facts, as_of=as_of)
    return {rule: outcome for rule, outcome in found.items() if outcome in {"broken", "open"}}


def test_each_reason_not_to_look_is_one_limit() -> None:
    named = Counter(
        reason
        for rule in LIMITS.rules
        for pattern in rule.forbid
        for comparison in pattern.where["reason"]
        for reason in comparison.operand
    )
    assert named == Counter(REASON_CODES)
    assert LIMITS.about == "review"


SOUND = [
    fact("crypto.use", algorithm="AES-256-GCM", family="AES", primitive="ae", mode="gcm", key_bits=256,
         purpose="encryption"),
    fact("crypto.use", algorithm="SM4-GCM", family="SM4", primitive="ae", mode="gcm", key_bits=128,
         purpose="encryption"),
    fact("crypto.use", algorithm="SM2", family="SM2", primitive="signature", curve="oscaa/SM2", key_bits=256,
         purpose="signature"),
    fact("crypto.use", algorithm="SM3", family="SM3", primitive="hash", purpose="digest"),
    fact("crypto.use", algorithm="SM9", family="SM9", primitive="pke", purpose="encryption"),
    fact("crypto.use", algorithm="ZUC-128-EEA3", family="ZUC", primitive="stream-cipher", purpose="encryption"),
    fact("crypto.use", algorithm="SHA-256", family="SHA-2", primitive="hash", purpose="digest"),
    fact("crypto.use", algorithm="HMAC-MD5", family="HMAC", primitive="mac", purpose="mac"),
    fact("crypto.use", algorithm="HMAC-SHA-1", family="HMAC", primitive="mac", purpose="mac"),
    fact("crypto.use", algorithm="MD5", family="MD5", primitive="hash", purpose="checksum"),
    fact("crypto.use", algorithm="SHA-1", family="SHA-1", primitive="hash", purpose="checksum"),
    fact("crypto.use", algorithm="bcrypt", family="bcrypt", primitive="kdf", purpose="password-hash"),
    fact("crypto.use", algorithm="3DES-168-CBC", family="3DES", primitive="block-cipher", mode="cbc", key_bits=168,
         purpose="decryption"),
    fact("crypto.use", algorithm="RSA-PKCS1-1.5-SHA-256-2048", family="RSASSA-PKCS1", primitive="signature",
         key_bits=2048, padding="pkcs1v15", purpose="signature"),
    fact("crypto.use", algorithm="RSA-OAEP-SHA-1-2048", family="RSAES-OAEP", primitive="pke", key_bits=2048,
         padding="oaep", purpose="encryption"),
    fact("crypto.use", algorithm="x25519", family="ECDH", primitive="key-agree", curve="other/Curve25519",
         key_bits=255, purpose="key-agreement"),
    fact("crypto.use", algorithm="ECDSA-nist/P-224-SHA-256", family="ECDSA", primitive="signature",
         curve="nist/P-224", key_bits=224, purpose="signature"),
    fact("crypto.use", algorithm="ML-KEM-768", family="ML-KEM", primitive="kem", purpose="key-agreement"),
    fact("crypto.protocol", protocol="TLCP", version="1.1"),
    fact("crypto.protocol", protocol="TLS", version="1.2"),
    fact("crypto.protocol", protocol="SSH", version="2.0"),
]  # fmt: skip


@pytest.mark.parametrize("sound", SOUND, ids=lambda seen: str(seen.value.get("algorithm", seen.value)))
def test_what_is_not_weak_breaks_nothing(sound: Fact) -> None:
    assert not_met(sound) == {}


@pytest.mark.parametrize(
    ("seen", "rules"),
    [
        (fact("crypto.use", algorithm="MD5", family="MD5", primitive="hash", purpose="digest"),
         {"crypto.md-family": "open"}),
        (fact("crypto.use", algorithm="SHA-1", family="SHA-1", primitive="hash", purpose="digest"),
         {"crypto.sha1-signature": "open"}),
        (fact("crypto.use", algorithm="MD5", family="MD5", primitive="hash", purpose=None),
         {"crypto.md-family": "open", "crypto.password-bare-hash": "open"}),
        (fact("crypto.use", algorithm="MD5", family="MD5", primitive="hash", purpose="password-hash"),
         {"crypto.md-family": "broken", "crypto.password-bare-hash": "broken"}),
        (fact("crypto.use", algorithm="DES-ECB", family="DES", primitive="block-cipher", mode="ecb", key_bits=56,
              purpose="encryption"), {"crypto.des": "broken", "crypto.ecb": "broken"}),
        (fact("crypto.use", algorithm="RSA-1024", family="RSA", primitive="other", key_bits=1024,
              purpose="key-generation"), {"crypto.rsa-size": "broken"}),
        (fact("crypto.use", algorithm="RSA", family="RSA", primitive="other", key_bits=None,
              purpose="key-generation"), {"crypto.rsa-size": "open"}),
        (fact("crypto.misuse", misuse="static-iv", algorithm="SM4-GCM"),
         {"crypto.static-nonce": "broken", "crypto.static-iv": "broken"}),
        (fact("crypto.misuse", misuse="static-iv", algorithm=None),
         {"crypto.static-nonce": "open", "crypto.static-iv": "broken"}),
        (fact("crypto.protocol", protocol="SSL", version="3.0"), {"crypto.ssl": "broken"}),
        (fact("crypto.use", algorithm="AES-128-CBC", family="AES", primitive="block-cipher", mode="cbc", key_bits=128,
              padding="pkcs7", purpose="encryption"), {"crypto.unauthenticated": "open"}),
    ],
    ids=lambda item: str(item.value) if isinstance(item, Fact) else "",
)  # fmt: skip
def test_what_weak_things_break_and_nothing_else(seen: Fact, rules: dict[str, Outcome]) -> None:
    assert not_met(seen) == rules


@pytest.mark.parametrize("misuse", KINDS["crypto.misuse"].keys["misuse"].choices)
def test_every_misuse_breaks_a_rule(misuse: str) -> None:
    assert "broken" in not_met(fact("crypto.misuse", misuse=misuse, algorithm="AES-128-CBC")).values()


def test_sha1_retires_on_its_day() -> None:
    mac = fact("crypto.use", algorithm="HMAC-SHA-1", family="HMAC", primitive="mac", purpose="mac")
    assert not_met(mac, as_of=date(2030, 12, 31)) == {}
    assert not_met(mac, as_of=date(2031, 1, 1)) == {"crypto.sha1-retired": "broken"}


def test_tests_and_unused_code_break_nothing() -> None:
    for example in [example for rule in BASELINE.rules for example in rule.examples["broken"]]:
        elsewhere = [replace(one, subject=replace(one.subject, scope="test")) for one in example.facts]
        uses = [one for one in example.facts if "state" in KINDS[one.kind].keys]
        unused = [replace(one, value={**one.value, "state": "unused"}) for one in uses]
        assert not_met(*elsewhere, *unused, as_of=date(2031, 1, 1)) == {}


@pytest.mark.parametrize("country", [None, "CN", "US", "XX", 5])
def test_the_country_of_the_vendor_changes_nothing(country: Scalar) -> None:
    everything = [one for rule in BASELINE.rules for example in rule.examples["broken"] for one in example.facts]
    assert outcomes(*everything, product={"country": country}) == outcomes(*everything)
    assert outcomes(product={"country": country}) == outcomes()


def test_every_rule_cites_a_known_source_and_a_number_where_there_is_one() -> None:
    assert all(rule.cwe for rule in BASELINE.rules if rule.severity != "note")
    assert {rule.clause.known for rule in LIMITS.rules} == {"own"}
    assert {rule.clause.known for rule in BASELINE.rules} <= {"text", "copy", "memory"}


# Books of single regimes


def judged(book: str, *facts: Fact, as_of: date, product: dict[str, Scalar]) -> dict[str, Outcome]:
    found = judge_all(load(book).rules, product, facts, DONE, as_of)
    return {judgement.rule: judgement.outcome for judgement in found}


AES = fact("crypto.use", algorithm="AES-256-GCM", family="AES", primitive="ae", purpose="encryption", seen="call")
CHINA: dict[str, Scalar] = {"markets": "CN SG", "critical": True, "sector": "banking"}


def test_the_guide_of_2014_binds_only_while_it_did() -> None:
    bank: dict[str, Scalar] = {"sector": "banking"}
    assert load("cbrc-317-2014").status == "history"
    gap = fact("review.gap", reason="no-source", **{"class": "binary"}, format="elf")
    gap = replace(gap, value={key: item for key, item in gap.value.items() if key != "state"})
    day = date(2015, 3, 1)
    assert judged("cbrc-317-2014", gap, as_of=day, product=bank)["cbrc.source-filed"] == "broken"
    assert (
        judged("cbrc-317-2014", gap, as_of=day, product={"sector": "retail"})["cbrc.source-filed"] == "not-applicable"
    )
    book = load("cbrc-317-2014")
    assert (book.in_force_from, book.in_force_until) == (date(2014, 12, 26), date(2015, 4, 13))


def test_a_reported_demand_is_never_judged() -> None:
    reported = [rule for rule in load("cbrc-317-2014").rules if rule.clause.informative]
    assert {rule.id for rule in reported} >= {"cbrc.reported-access-ports", "cbrc.reported-keys"}
    assert not any(rule.forbid or rule.require for rule in reported)


@pytest.mark.parametrize(
    ("product", "outcome"),
    [(CHINA, "broken"), ({"markets": "EU"}, "not-applicable"), ({}, "open"), ({"markets": "CN"}, "open"),
     ({"markets": "CN", "critical": False}, "not-applicable")],
)  # fmt: skip
def test_a_law_applies_by_market_and_not_by_the_vendors_country(product: dict[str, Scalar], outcome: Outcome) -> None:
    for country in ("CN", "US", None):
        declared = {**product, **({"vendor.country": country} if country else {})}
        found = judged("cn-commercial-crypto", AES, as_of=TODAY, product=declared)
        assert found["cn.approved-algorithms"] == outcome


def test_what_nobody_stated_is_open_and_what_the_vendor_claims_does_not_settle_it() -> None:
    said = fact("statement", claim="pqc.inventory", content="yes", who="V", role="vendor", trust="claim")
    said = replace(said, value={key: item for key, item in said.value.items() if key != "state"})
    assert judged("pqc-readiness", said, as_of=TODAY, product={})["pqc.inventory"] == "open"
    operator = replace(said, value={**said.value, "trust": "operator"})
    assert judged("pqc-readiness", operator, as_of=TODAY, product={})["pqc.inventory"] == "met"


def test_each_regime_judges_the_same_facts_in_its_own_way() -> None:
    des = fact("crypto.use", algorithm="DES-CBC", family="DES", primitive="block-cipher", purpose="encryption")
    rules = {
        "cn-commercial-crypto": "cn.insecure-algorithms",
        "pci-dss-4-crypto": "pci.strong-cryptography",
        "eu-dora-crypto": "dora.leading-practices",
    }
    product: dict[str, Scalar] = {"markets": "CN EU", "critical": True, "sector": "banking"}
    for book, rule in rules.items():
        assert judged(book, des, as_of=TODAY, product=product)[rule] == "broken"
        assert judged(book, AES, as_of=TODAY, product=product)[rule] == "met"


@pytest.mark.parametrize(("day", "outcome"), [(date(2026, 1, 31), "met"), (date(2026, 2, 1), "broken")])
def test_a_certificate_expires_on_the_day_of_judging(day: date, outcome: Outcome) -> None:
    value: dict[str, Scalar] = {"material": "certificate", "format": "X.509", "not_after": "2026-01-31"}
    certificate = replace(fact("crypto.material"), value=value)
    assert outcomes(certificate, as_of=day)["crypto.certificate-expired"] == outcome


def test_a_statement_belongs_to_the_demand_that_its_rule_names() -> None:
    stated = [
        rule for id_ in shipped() for rule in load(id_).rules if {item.kind for item in rule.require} == {"statement"}
    ]
    assert stated
    assert {rule.id for rule in stated if rule.asks is None} == set()
    assert load("eu-dora-crypto").rules[0].demand == "cryptography"
