"""What no rule may ask for: each way of asking is refused, and rules that only sound alike are not."""

import pytest

from assay.core.rules import Rule
from assay.rulebooks.refusals import offences
from assay.rulebooks.rule_file import read_rule
from assay.rulebooks.strict_yaml import parse

TEMPLATE = """\
id: x
title: {{en: {title}, zh: {zh}}}
clause: {{document: D, at: '{at}', known: {known}{clause}}}
severity: high
{body}
because: {{en: why, zh: 因为}}
remedy: {{en: '{remedy}', zh: 处理}}
{applies}
"""


def rule(body: str, **words: str) -> Rule:
    texts = {"title": "T", "zh": "题", "at": "a", "known": "text", "clause": "", "remedy": "r", "applies": "", **words}
    return read_rule(parse(TEMPLATE.format(body=body, **texts).encode(), "x.yaml"), "mine")


def use(verb: str, where: str, kind: str = "crypto.use") -> str:
    return f"{verb}: [{{fact: {kind}, where: {{{where}}}}}]"


@pytest.mark.parametrize(
    "body",
    [
        use("require", "misuse: certificate-check-off", "crypto.misuse"),
        use("require", "misuse: {not: [static-iv]}", "crypto.misuse"),
        "require: [{fact: crypto.misuse}]",
        use("require", "state: used"),
        use("require", "purpose: encryption"),
        use("require", "primitive: block-cipher"),
        use("require", "family: [SM4, DES]"),
        use("require", "family: {not: [AES, SM4]}"),
        use("require", "algorithm: {matches: '(RC4|AES).*'}"),
        use("require", "algorithm: {matches: 'DES-.*'}"),
        use("require", "algorithm: Dual_EC_DRBG"),
        use("require", "family: SM4, mode: ecb"),
        use("require", "family: AES, key_bits: {at_most: 56}"),
        use("require", "family: RSASSA-PKCS1, key_bits: {at_least: 1024}"),
        use("require", "protocol: TLS", "crypto.protocol"),
        use("require", "protocol: TLS, version: {not: ['1.3']}", "crypto.protocol"),
        use("require", "protocol: SSL", "crypto.protocol"),
    ],
)
def test_a_require_that_weak_cryptography_satisfies(body: str) -> None:
    assert "treats weak or dangerous" in " ".join(text.en for text in offences(rule(body)))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (use("forbid", "family: {not: [RC4]}"), "spares family=RC4"),
        (use("forbid", "family: {not: [SM4, DES]}"), "spares family=DES"),
        (use("forbid", "misuse: {not: [weak-random]}", "crypto.misuse"), "spares misuse=weak-random"),
        (use("forbid", "protocol: TLS, version: {not: ['1.0']}", "crypto.protocol"), "spares version=1.0"),
        (use("forbid", "protocol: {not: [SSL]}", "crypto.protocol"), "spares protocol=SSL"),
        (use("forbid", "family: AES, key_bits: {not: [40, 256]}"), "spares key_bits=40"),
        (use("forbid", "family: AES, key_bits: {at_least: 57}"), "upper limit on key_bits"),
        (use("forbid", "family: PBKDF2, iterations: {at_least: 1}"), "upper limit on iterations"),
        (use("forbid", "purpose: encryption"), "every sound choice of encryption"),
        (use("forbid", "state: used"), "every sound choice of hashing"),
        ("forbid: [{fact: crypto.protocol}]", "every sound choice of protected transport"),
        (use("forbid", "primitive: [signature, mac]"), "every sound choice of signatures"),
    ],
)
def test_a_forbid_that_rewards_weakness(body: str, says: str) -> None:
    assert says in " ".join(text.en for text in offences(rule(body)))


def stated(claim: str) -> str:
    return use("require", f"claim: '{claim}'", "statement")


@pytest.mark.parametrize(
    "words",
    [
        {"body": stated("key-escrow")},
        {"body": stated("x"), "title": "A copy of the signing key is filed"},
        {"body": stated("x"), "title": "Lawful access is provided"},
        {"body": stated("x"), "zh": "提供技术接口"},
        {"body": stated("x"), "zh": "向主管部门提交加密私钥"},
        {"body": stated("x"), "at": "decryption assistance"},
        {"body": stated("x"), "remedy": "Install the backdoor"},
        {
            "body": use("forbid", "claim: none", "statement"),
            "clause": ", demands_delivery: true",
            "title": "Delivery of the private key",
        },
    ],
)
def test_words_that_demand_access(words: dict[str, str]) -> None:
    assert "access path, a key copy" in " ".join(text.en for text in offences(rule(**words)))


def test_a_country_needs_a_text_that_names_it() -> None:
    body = use("forbid", "family: RC4")
    applies = "applies: {product: {country: XX}}"
    assert list(offences(rule(body, applies=applies))) == []
    assert list(offences(rule(body, applies=applies, known="press")))


@pytest.mark.parametrize(
    "words",
    [
        # the approved-only rule of the design
        {
            "body": use(
                "forbid",
                "purpose: [encryption, signature, key-agreement, mac], family: {not: [SM2, SM3, SM4, SM9, ZUC]}",
            )
        },
        {"body": use("require", "family: [SM2, SM4], state: used")},
        {"body": use("require", "family: SM4, mode: gcm")},
        {"body": use("require", "algorithm: {matches: 'SM4-.*'}")},
        {"body": use("require", "family: AES, key_bits: {at_least: 128}")},
        {"body": use("require", "protocol: TLS, version: ['1.2', '1.3']", "crypto.protocol")},
        {"body": use("require", "protocol: TLCP", "crypto.protocol")},
        {"body": use("require", "class: source", "intake.content"), "title": "Source code is filed"},
        {"body": use("forbid", "family: RSASSA-PSS, key_bits: {at_least: 2048, at_most: 3071}")},
        {"body": use("forbid", "protocol: SSH, version: {not: ['2.0']}", "crypto.protocol")},
        {"body": use("forbid", "protocol: TLS, version: {not: ['1.2', '1.3']}", "crypto.protocol")},
        {"body": use("forbid", "misuse: hard-coded-password", "crypto.misuse"), "title": "No backdoor account"},
        {"body": use("forbid", "family: {not: [AES]}, purpose: key-wrap")},
        {"body": "", "clause": ", informative: true", "title": "Lawful access as reported", "zh": "据报道的解密协助"},
    ],
)
def test_rules_that_only_sound_alike(words: dict[str, str]) -> None:
    assert [text.en for text in offences(rule(**words))] == []
