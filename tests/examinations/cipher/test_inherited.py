"""A class of the product's own that is made from a library's is that library's, whoever makes one of it."""

import pytest

from tests.examinations.cipher.snippets_run import examined, facts_in

_BC = "import org.bouncycastle.crypto.digests.MD5Digest"


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("Java", f"{_BC};\nclass X extends MD5Digest {{ }}\n", ("MD5", "possible")),
        ("Java", "class X extends org.bouncycastle.crypto.digests.MD5Digest { }\n", ("MD5", "possible")),
        ("Kotlin", f"{_BC}\nclass X : MD5Digest()\n", ("MD5", "possible")),
        ("Kotlin", f"{_BC}\nclass X : MD5Digest() {{ fun a() = 1 }}\n", ("MD5", "certain")),
        ("C#", "using System.Security.Cryptography;\nclass X : MD5CryptoServiceProvider { }\n", ("MD5", "certain")),
        ("PHP", "<?php\nuse phpseclib3\\Crypt\\DES;\nclass X extends DES { }\n", ("DES", "possible")),
    ],
)
def test_what_a_class_inherits(language: str, code: str, expected: tuple[str, str]) -> None:
    found = [(fact.value["algorithm"], fact.value["reach"]) for fact in facts_in(language, code)]
    assert found == [expected]


def test_a_class_of_the_same_name_is_another() -> None:
    assert facts_in("Java", "import own.MD5Digest;\nclass X extends MD5Digest { }\n") == []
    assert facts_in("PHP", "<?php\nuse own\\DES;\nclass X extends DES { }\n") == []


def test_a_maker_of_keys_that_is_handed_on_may_be_given_a_constant() -> None:
    code = "import javax.crypto.spec.SecretKeySpec;\nclass Y {{ Object f = {0}; }}\n"
    assert [one.reason for one in examined("Java", code.format("(M) SecretKeySpec::new"))[1].shortfalls] == [
        "blind-spot"
    ]
    assert examined("Java", code.format("null"))[1].shortfalls == ()


def test_what_a_class_is_made_from_is_not_handed_on() -> None:
    code = "class X extends org.bouncycastle.crypto.BufferedBlockCipher {{ X() {{ super({0}); }} }}\n"
    assert examined("Java", code.format("null"))[1].shortfalls == ()
    made = facts_in("Java", code.format("new org.bouncycastle.crypto.engines.DESEngine()"))
    assert [fact.value["algorithm"] for fact in made] == ["DES"]
