"""Proposals of IKE and ESP, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.facts import Fact, Subject, check
from assay.examinations.cipher.settings.ipsec import proposals
from tests.examinations.cipher.settings.reading import algorithms, examined, misuses, settings, short


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("aes256-sha1;modp1024", ["AES-256-CBC", "HMAC-SHA-1", "SHA-1", "FFDH-1024", "short-key"]),
        ("aes128gcm16-prfsha256-ecp256!", ["AES-128-GCM", "HMAC-SHA-256", "SHA-256", "ECDHE"]),
        ("aes_gcm_c_256-hmac_sha2_256-ecp_256", ["AES-256-GCM", "HMAC-SHA-256", "SHA-256", "ECDHE"]),
        ("aes_gcm-null", ["AES-GCM"]),
        ("null-sha256", ["eNULL", "HMAC-SHA-256", "SHA-256"]),
        ("3des-md5,des", ["3DES-CBC", "HMAC-MD5", "MD5", "DES-CBC"]),
        ("aes256-sha2_512-dh14", ["AES-256-CBC", "HMAC-SHA-512", "SHA-512", "FFDH-2048"]),
        ("chacha20poly1305-x25519-dh31", ["ChaCha20-Poly1305", "ECDHE", "ECDHE"]),
        ("aes192ccm12-modp2048s256-esn", ["AES-192-CCM", "FFDH-2048"]),
    ],
)
def test_a_proposal(text: str, said: list[str]) -> None:
    facts, unknown = proposals(text)
    assert [value.get("misuse") or value["algorithm"] for _, value in facts] == said
    assert unknown == []


def test_purposes_and_words_that_nobody_knows() -> None:
    facts, unknown = proposals("aes256-sha256-prfsha512-modp3072-quux")
    told = {(value["algorithm"], value["purpose"]) for _, value in facts}
    assert {("AES-256-CBC", "encryption"), ("HMAC-SHA-256", "mac"), ("HMAC-SHA-512", "key-derivation")} <= told
    assert ("FFDH-3072", "key-agreement") in told
    assert unknown == ["quux"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("etc/ipsec.conf", "config setup\n  uniqueids=no\nconn a\n  ike=3des-sha1;modp1024 # old\n"),
        ("etc/ipsec.d/a.conf", "conn a\n\tike=3des-sha1-modp1024!\n"),
        ("etc/swanctl/swanctl.conf", "connections {\n a {\n  proposals = 3des-sha1-modp1024\n }\n}\n"),
        ("vpn.conf", "conn a\n  left=%any\n  ike=3des-sha1;modp1024\n"),
    ],
)
def test_the_files_of_the_daemons(path: str, text: str) -> None:
    found = examined(path, text)
    assert algorithms(found) == {"3DES-CBC", "HMAC-SHA-1", "SHA-1", "FFDH-1024"}
    assert misuses(found) == {"short-key"}
    assert set(settings(found)) == {"proposals" if "swanctl" in path else "ike"}


def test_an_unknown_word_leaves_the_line_open() -> None:
    assert short(examined("ipsec.conf", "conn a\n ike=aes256-sha256-quux\n")) == "line 2 ike quux"


@given(st.text(alphabet="aes_-,;!+gcm1256hmd5odpcsrfx3 \n", max_size=80))
def test_any_text_gives_facts_that_may_be_stated(text: str) -> None:
    facts, _ = proposals(text)
    subject = Subject("main", "a", "", "shipped")
    for kind, value in facts:
        check(Fact(kind, subject, {**value, "seen": "config", "state": "used", "reach": "certain"}, "x@1", ()))
