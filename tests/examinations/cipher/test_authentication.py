"""Encryption that nothing authenticates is a possible misuse, and only that."""

import pytest

from assay.examinations.cipher.authentication import unauthenticated
from tests.examinations.cipher.snippets_run import facts_in

_PY = "from Crypto.Cipher import AES\n{0}\ndef f(key, data, iv):\n    c = AES.new(key, AES.MODE_{1}, iv)\n"
_PY += "    return c.encrypt(data){2}\n"


def unprotected(code: str) -> list[tuple[object, object]]:
    found = list(unauthenticated(facts_in("Python", code), code.encode(), "test@1"))
    assert {fact.value["misuse"] for fact in found} <= {"missing-authentication"}
    assert all(fact.value["cwe"] == 353 for fact in found)
    return [(fact.value["algorithm"], fact.value["reach"]) for fact in found]


@pytest.mark.parametrize("mode", ["CBC", "CTR", "CFB", "OFB"])
def test_a_mode_that_only_hides(mode: str) -> None:
    assert unprotected(_PY.format("", mode, "")) == [(f"AES-{mode}", "possible")]


@pytest.mark.parametrize(
    ("start", "mode", "end"),
    [
        ("", "GCM", ""),
        ("", "ECB", ""),  # a misuse of its own
        ("import hmac", "CBC", " + hmac.digest(key, data, 'sha256')"),
        ("", "CBC", "  # the caller adds a signature"),
        ("", "CTR", " + mac(data)"),
    ],
)
def test_what_is_authenticated_or_may_be(start: str, mode: str, end: str) -> None:
    assert unprotected(_PY.format(start, mode, end)) == []


@pytest.mark.parametrize("word", ["unsigned char", "assign(iv)", "design", "SIGNAL", "signed", "significant"])
def test_words_that_only_look_like_a_signature_acquit_nobody(word: str) -> None:
    assert unprotected(_PY.format("", "CBC", f"  # {word}")) == [("AES-CBC", "possible")]


@pytest.mark.parametrize(
    "word", ["verifySignature(x)", "rsaSign(x)", "SignData(x)", "x.sign(y)", "aesCmac", "SIGNATURE"]
)
def test_words_of_a_signature(word: str) -> None:
    assert unprotected(_PY.format("", "CBC", f"  # {word}")) == []


def test_decryption_alone_and_an_unknown_purpose_say_nothing() -> None:
    assert unprotected(_PY.format("", "CBC", "").replace("c.encrypt", "c.decrypt")) == []
    assert unprotected(_PY.format("", "CBC", "").replace("c.encrypt(data)", "c")) == []
