"""What no rule may ask for (design, section 9): access paths, key copies, weakened algorithms, a country's name.

A rule is tried against two panels of facts instead of against a list of forbidden rules:

- **refused** facts: dangerous calls, broken or deliberately weakened algorithms, withdrawn protocol versions. A
  `require` that such a fact would satisfy treats it as met; a `forbid` whose `not` spares one, or that forbids
  strength from some size upwards, rewards it.
- **sound** facts: a few strong choices for each purpose. A `forbid` that leaves none of a purpose forbids protection.

Words are the second net: a `require`, or a clause that demands delivery, that speaks of escrow, key copies or access
for an authority is refused in either language. An informative clause is never judged and may report such a demand.

What this cannot see: what a statement means behind neutral words; a kind of fact that a later examination brings and
that the panels do not hold yet; two rules that are harmless alone and not together; a `matches` that a value outside
the panels slips through. A reviewer reads every book; this makes the plain attempts fail.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from assay.core.kinds import KINDS
from assay.core.rules import Clause, Comparison, Pattern, Rule
from assay.core.text import Text


class Seen(NamedTuple):
    """One fact of a panel. Keys that are not given may take any value."""

    kind: str
    value: Mapping[str, str | int | bool]

    def __str__(self) -> str:
        return f"{self.kind} ({', '.join(f'{key}: {item}' for key, item in self.value.items())})"


_BROKEN: Mapping[str, tuple[str, ...]] = {
    "hash": ("MD2", "MD4", "MD5", "SHA-1"),
    "block-cipher": ("DES", "3DES", "RC2", "Skipjack"),
    "stream-cipher": ("RC4", "A5/1", "A5/2", "CMEA"),
    "kdf": ("PBKDF1", "PBES1"),
    "other": ("NULL",),
}
_WITHDRAWN = (("SSL", "2.0"), ("SSL", "3.0"), ("TLS", "1.0"), ("TLS", "1.1"), ("DTLS", "1.0"), ("SSH", "1.5"))
_SMALL: tuple[Mapping[str, str | int], ...] = (
    {"family": "RSASSA-PKCS1", "key_bits": 1024},
    {"family": "RSAES-OAEP", "key_bits": 1024},
    {"family": "FFDH", "key_bits": 1024},
    {"family": "ECDSA", "key_bits": 160},
    {"family": "AES", "key_bits": 40},
    {"family": "SM4", "key_bits": 56},
    {"family": "AES", "mode": "ecb"},
    {"family": "SM4", "mode": "ecb"},
    {"family": "PBKDF2", "iterations": 999},
    {"family": "RSASSA-PKCS1", "algorithm": "RSA-PKCS1-1.5-MD5"},
    {"primitive": "drbg", "algorithm": "Dual_EC_DRBG"},
)

# A `require` must exclude these by name: any value left open could be one of them.
REFUSED: tuple[Seen, ...] = (
    *(Seen("crypto.misuse", {"misuse": misuse}) for misuse in KINDS["crypto.misuse"].keys["misuse"].choices),
    *(
        Seen("crypto.use", {"family": family, "algorithm": f"{family}{suffix}", "primitive": primitive})
        for primitive, families in _BROKEN.items()
        for family in families
        for suffix in ("", "-128", "-CBC")
    ),
    *(Seen("crypto.protocol", {"protocol": protocol, "version": version}) for protocol, version in _WITHDRAWN),
    *(Seen(kind, {"declared": "undeclared"}) for kind in ("run.listener", "run.contact", "run.privilege")),
    Seen("run.listener", {"declared": "declared"}),  # a declared way in is no merit either
    Seen("run.evasion", {"only": "untraced"}),
)
# These count only against a rule that names the deciding key (the last one): a rule on SM4 need not speak of sizes.
REFUSED_IF_NAMED: tuple[Seen, ...] = tuple(Seen("crypto.use", value) for value in _SMALL)

SOUND: Mapping[str, tuple[Seen, ...]] = {
    "encryption": tuple(
        Seen("crypto.use", {"family": family, "primitive": "ae", "mode": "gcm", "key_bits": bits, "purpose": purpose})
        for family, bits, purpose in (("AES", 256, "encryption"), ("SM4", 128, "encryption"))
    ),
    "signatures": tuple(
        Seen("crypto.use", {"family": family, "primitive": "signature", "key_bits": bits, "purpose": "signature"})
        for family, bits in (("SM2", 256), ("ECDSA", 256), ("RSASSA-PSS", 3072), ("ML-DSA", 15616))
    ),
    "hashing": tuple(
        Seen("crypto.use", {"family": family, "primitive": "hash", "purpose": "digest"})
        for family in ("SHA-2", "SHA-3", "SM3")
    ),
    "message authentication": tuple(
        Seen("crypto.use", {"family": family, "primitive": "mac", "key_bits": 256, "purpose": "mac"})
        for family in ("HMAC", "CMAC", "SM3", "SM4", "ZUC")
    ),
    "key agreement": tuple(
        Seen("crypto.use", {"family": family, "primitive": primitive, "key_bits": bits, "purpose": "key-agreement"})
        for family, primitive, bits in (("ECDH", "key-agree", 256), ("SM2", "key-agree", 256), ("ML-KEM", "kem", 768))
    ),
    "protected transport": tuple(
        Seen("crypto.protocol", {"protocol": protocol, "version": version})
        for protocol, version in (("TLS", "1.3"), ("TLS", "1.2"), ("TLCP", "1.1"), ("SSH", "2.0"))
    ),
}  # fmt: skip

COUNTRY = frozenset({"country", "vendor.country"})  # attributes of a product that say where its vendor is
_STRONG = tuple(seen for choices in SOUND.values() for seen in choices)
_PANEL = (*REFUSED, *REFUSED_IF_NAMED, *_STRONG)
_STRENGTHS = frozenset({"key_bits", "iterations"})
_BEYOND = 10**9  # more than any key has bits
_WORDS = re.compile(
    r"escrow|back[ -]?door|law(?:ful)?[ -](?:enforcement[ -])?(?:access|intercept)|exceptional access"
    r"|(?:cop(?:y|ies)|handing over|delivery|disclosure|deposit) of [a-z ]{0,30}(?:key|password|credential)s?\b"
    r"|(?:key|password|credential)s?[ -](?:cop(?:y|ies)|recovery|deposit|disclosure)"
    r"|access (?:path|interface|point)s? for|decryption (?:assistance|capability|interface)|technical assistance"
    r"|weakened (?:algorithm|cipher|key|encryption|cryptography|protection)|universal key"
    r"|密钥托管|密钥副本|密钥备案|(?:提交|交出|提供|披露|交付)[^，。；]{0,8}(?:密钥|私钥|口令)|后门|执法(?:访问|接口)"
    r"|监听接口|解密(?:接口|协助|支持)|技术(?:接口|支持和协助)|访问通道|万能密钥|弱化(?:算法|密钥|加密|保护)",
    re.IGNORECASE,
)


def offences(rule: Rule) -> Iterator[Text]:
    """Every way in which the rule offends section 9; nothing for an informative clause."""
    if rule.clause.informative:
        return
    yield from _requires_refused(rule.require)
    yield from _spares_refused(rule.forbid)
    yield from _caps_strength(rule.forbid)
    yield from _forbids_protection(rule.forbid)
    yield from _speaks_of_access(rule)
    yield from _names_country(rule)


def _requires_refused(patterns: tuple[Pattern, ...]) -> Iterator[Text]:
    for pattern in patterns:
        seen = next((seen for seen in REFUSED if _admits(pattern, seen)), None) or next(
            (seen for seen in REFUSED_IF_NAMED if _decider(seen) in pattern.where and _admits(pattern, seen)),
            None,
        )
        if seen:
            yield Text(
                f"a require that {seen} satisfies treats weak or dangerous cryptography as met; exclude it by name",
                f"该 require 会把 {seen} 视为符合，等于认可弱密码或危险用法；请按名称排除",
            )


def _spares_refused(patterns: tuple[Pattern, ...]) -> Iterator[Text]:
    for pattern in patterns:
        for key, spared in _spared(pattern):
            others = replace(pattern, where={name: item for name, item in pattern.where.items() if name != key})
            spares = [seen for seen in _PANEL if seen.value.get(key) == spared and _admits(others, seen)]
            weak = any(seen in REFUSED or (seen in REFUSED_IF_NAMED and key == _decider(seen)) for seen in spares)
            if weak and not any(seen in _STRONG for seen in spares):
                yield Text(
                    f"a forbid that spares {key}={spared} rewards weak or dangerous cryptography",
                    f"该 forbid 放过 {key}={spared}，等于鼓励弱密码或危险用法",
                )


def _spared(pattern: Pattern) -> Iterator[tuple[str, object]]:
    for key, comparisons in pattern.where.items():
        for comparison in comparisons:
            if comparison.operator == "not":
                yield from ((key, item) for item in comparison.operand)


def _caps_strength(patterns: tuple[Pattern, ...]) -> Iterator[Text]:
    for pattern in patterns:
        for key in sorted(_STRENGTHS & pattern.where.keys()):
            comparisons = pattern.where[key]
            strong = [seen.value[key] for seen in _STRONG if key in seen.value and _admits(pattern, seen)]
            if any(comparison.operator == "at_least" for comparison in comparisons) and (
                strong or _all_hold(comparisons, _BEYOND)
            ):
                yield Text(
                    f"a forbid with an upper limit on {key} demands weaker keys", f"对 {key} 设上限等于要求更弱的密钥"
                )


def _forbids_protection(patterns: tuple[Pattern, ...]) -> Iterator[Text]:
    for purpose, choices in SOUND.items():
        if patterns and all(any(_catches(pattern, seen) for pattern in patterns) for seen in choices):
            yield Text(f"forbids every sound choice of {purpose}", f"禁止了“{purpose}”的所有可靠选择")


def _speaks_of_access(rule: Rule) -> Iterator[Text]:
    texts = [clause_text for clause in (rule.clause, *rule.also) if rule.require or clause.demands_delivery
             for clause_text in _read(rule, clause)]  # fmt: skip
    texts += [str(item) for pattern in rule.require for item in _operands(pattern)]
    found = next((match for text in texts if (match := _WORDS.search(text))), None)
    if found:
        yield Text(
            f"demands an access path, a key copy or weakened protection ({found[0]!a}); only report it, as informative",
            f"要求访问通道、密钥副本或弱化保护（{found[0]}）；此类要求只能作为仅供参考的条款",
        )  # fmt: skip


def _read(rule: Rule, clause: Clause) -> tuple[str, ...]:
    return (rule.title.en, rule.title.zh, rule.remedy.en, rule.remedy.zh, clause.at)


def _operands(pattern: Pattern) -> Iterator[object]:
    for comparisons in pattern.where.values():
        for comparison in comparisons:
            yield from comparison.operand


def _names_country(rule: Rule) -> Iterator[Text]:
    if not COUNTRY.isdisjoint(rule.applies) and rule.clause.known not in {"text", "copy"}:
        yield Text(
            "judges by country although no text that was read names it",
            "按国别判定，但未阅读到点名该国的条款原文",
        )


def _decider(seen: Seen) -> str:
    return list(seen.value)[-1]


def _admits(pattern: Pattern, seen: Seen) -> bool:
    """Whether some fact like `seen` satisfies the pattern: keys that `seen` leaves open may take any value."""
    return pattern.kind == seen.kind and all(
        _all_hold(comparisons, seen.value[key]) for key, comparisons in pattern.where.items() if key in seen.value
    )


def _catches(pattern: Pattern, seen: Seen) -> bool:
    """Whether the pattern matches `seen` on account of nothing but its kind and what the panel states."""
    return pattern.kind == seen.kind and all(
        (key == "state" and _all_hold(comparisons, "used"))
        or (key in seen.value and _all_hold(comparisons, seen.value[key]))
        for key, comparisons in pattern.where.items()
    )


def _all_hold(comparisons: tuple[Comparison, ...], item: str | int | bool) -> bool:
    return all(comparison.holds(item) for comparison in comparisons) and not any(
        comparison.operator == "perhaps" and item in comparison.operand for comparison in comparisons
    )
