"""A class of the product's own that is made from a library's is that library's, whoever makes one of it."""

import pytest

from tests.examinations.cipher.snippets_run import examined, facts_in

_DJANGO = "from django.contrib.auth.hashers import MD5PasswordHasher"
_BC = "import org.bouncycastle.crypto.digests.MD5Digest"


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("Java", f"{_BC};\nclass X extends MD5Digest {{ }}\n", ("MD5", "possible")),
        ("Java", "class X extends org.bouncycastle.crypto.digests.MD5Digest { }\n", ("MD5", "possible")),
        ("Kotlin", f"{_BC}\nclass X : MD5Digest()\n", ("MD5", "possible")),
        ("Kotlin", f"{_BC}\nclass X : MD5Digest() {{ fun a() = 1 }}\n", ("MD5", "possible")),
        ("C#", "using System.Security.Cryptography;\nclass X : MD5CryptoServiceProvider { }\n", ("MD5", "possible")),
        ("PHP", "<?php\nuse phpseclib3\\Crypt\\DES;\nclass X extends DES { }\n", ("DES", "possible")),
        ("TypeScript", "import { algo } from 'crypto-js';\nexport class X extends algo.MD5 { }\n", ("MD5", "possible")),
        ("JavaScript", "const c = require('crypto-js');\nclass X extends c.algo.SHA1 { }\n", ("SHA-1", "possible")),
        ("Python", f"{_DJANGO}\nclass X(MD5PasswordHasher):\n    iterations = 1\n", ("MD5", "possible")),
    ],
)
def test_what_a_class_inherits(language: str, code: str, expected: tuple[str, str]) -> None:
    found = [(fact.value["algorithm"], fact.value["reach"]) for fact in facts_in(language, code)]
    assert found == [expected]


def test_a_class_of_the_same_name_is_another() -> None:
    assert facts_in("Java", "import own.MD5Digest;\nclass X extends MD5Digest { }\n") == []
    assert facts_in("PHP", "<?php\nuse own\\DES;\nclass X extends DES { }\n") == []


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("Java", 'class X extends SecretKeySpec {{ X(String a) {{ super("{0}".getBytes(), "DES"); }} }}\n'),
        ("Kotlin", 'class X : SecretKeySpec("{0}".toByteArray(), "DES")\n'),
        ("Kotlin", 'class X : SecretKeySpec("{0}".toByteArray(), "DES") {{ fun a() = 1 }}\n'),
    ],
)
def test_what_an_heir_gives_to_the_maker_of_its_parent(language: str, code: str) -> None:
    code = "import javax.crypto.spec.SecretKeySpec;\n" + code
    assert [fact.value["misuse"] for fact in facts_in(language, code.format("01234567"))] == ["hard-coded-key"]
    assert facts_in(language, code.replace('"{0}".', "a.").format("")) == []


def test_an_heir_without_a_maker_is_given_what_its_parent_is() -> None:
    code = "import hmac\nclass X(hmac.HMAC):\n{0}\n"
    assert [fact.value["algorithm"] for fact in facts_in("Python", code.format("    pass"))] == [None]
    made = code.format("    def __init__(self, key):\n        super().__init__(key, digestmod='sha256')")
    assert [fact.value["algorithm"] for fact in facts_in("Python", made)] == ["HMAC-SHA-256", "SHA-256"]


def test_a_maker_of_a_class_inside_is_another() -> None:
    code = "import hmac\nclass X(hmac.HMAC):\n    class Y(Z):\n        def __init__(self):\n"
    code += "            super().__init__(b'', 'md5')\n"
    assert [fact.value["algorithm"] for fact in facts_in("Python", code)] == [None]


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
