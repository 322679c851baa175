"""Encryption that nothing protects against being changed: the misuse `missing-authentication`, always *possible*.

A block cipher in a mode without authentication (CBC, CTR, CFB, OFB), or a stream cipher, encrypts in a file in which
nothing authenticates: no keyed hash, no authenticated mode, no signature, and no word that speaks of one. The program
may authenticate elsewhere, so that this never is certain.

*It cannot see* what another file authenticates, nor whether what this file does authenticates these very bytes.
Source: CWE-353; NIST SP 800-38A, section 5 (confidentiality only).
"""

from collections.abc import Iterable, Iterator

import re2
from msgspec.structs import replace

from assay.core.facts import Fact

_OPEN_MODES = frozenset({"cbc", "ctr", "cfb", "ofb", "pcbc", "ige"})
_WHO = frozenset({"library", "seen", "state", "algorithm"})
_BYTES = re2.Options()
_BYTES.encoding = re2.Options.Encoding.LATIN1
_AUTHENTICATING = re2.compile(
    rb"(?i:hmac|[a-z]mac\b|[^a-z](?:c|g|k|p|x)?mac[^a-z\-]|gcm|ccm\b|eax\b|ocb\b|siv\b|poly1305|aead|authenticat|integrity|siphash"
    rb"|digest_?verify|compare_digest|constant_?time|timingsafe|(?:^|[^a-z])(?:tls|ssl)"
    rb"|(?:^|[^a-z])sign(?:ature|er|ing)?\b)"  # no `unsigned`, `assign` or `signal`
    rb"|[a-z]Sign(?:ature|ed|er|ing)?\b|Sign[A-Z(]",
    _BYTES,
)


def unauthenticated(facts: Iterable[Fact], content: bytes, by: str) -> Iterator[Fact]:
    """The misuses that follow from the uses of one file."""
    found = [fact for fact in facts if fact.kind == "crypto.use" and _encrypts_only(fact)]
    if not found or _AUTHENTICATING.search(content) is not None:
        return
    for fact in found:
        kept = {key: value for key, value in fact.value.items() if key in _WHO}
        told = {**kept, "misuse": "missing-authentication", "cwe": 353, "reach": "possible"}
        yield replace(fact, kind="crypto.misuse", value=told, by=by)


def _encrypts_only(fact: Fact) -> bool:
    value = fact.value
    if value.get("purpose") != "encryption" or value.get("state") != "used":
        return False
    by_block = value.get("primitive") == "block-cipher" and value.get("mode") in _OPEN_MODES
    return by_block or value.get("primitive") == "stream-cipher"
