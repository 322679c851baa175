"""Fields that a class fills in ways of one language alone: what they hold reaches the method that uses them."""

import pytest

from tests.examinations.cipher.snippets_run import facts_in

_CS = "using System.Security.Cryptography;\n"
_GO = "byte[] Go(byte[] d) { return HashAlgorithm.Create(_n).ComputeHash(d); }"
_TS = "import { createHash } from 'crypto';\n"
_USED = "go(d: string) { return createHash(this.alg).update(d).digest('hex'); }"
_CPP = "#include <openssl/evp.h>\n"
_RUN = "void go() { EVP_get_digestbyname(n_); }"
_INIT = "javax.crypto.Cipher c; A() throws Exception { c = javax.crypto.Cipher.getInstance(ALG); }"
_LATER = "void go(java.security.Key k) throws Exception { c.init(javax.crypto.Cipher.ENCRYPT_MODE, k); }"
_EITHER = "if (v > 1) { n = MD; } else { n = SHA; }"
_JAVA_EITHER = f"String n; {_EITHER} return java.security.MessageDigest.getInstance(n);"
_CS_EITHER = f"string n; {_EITHER} return HashAlgorithm.Create(n);"


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("C#", f'{_CS}class A {{ string _n; private A(string n) {{ _n = n; }} {_GO} A One() => new A("MD5"); }}\n'),
        ("C#", f'{_CS}class A {{ readonly string _n; public A() {{ _n = "MD5"; }} {_GO} }}\n'),
        ("TypeScript", f"{_TS}class A {{ constructor(private alg: string) {{}} {_USED} }}\nconst a = new A('md5');\n"),
        ("TypeScript", f"{_TS}class A {{ constructor(readonly alg: string) {{}} {_USED} }}\nconst a = new A('md5');\n"),
        ("C++", f'{_CPP}class A {{ const char *n_; A() : n_("MD5") {{}} {_RUN} }};\n'),
        ("C++", f'{_CPP}class A {{ const char *n_; A() : n_{{"MD5"}} {{}} {_RUN} }};\n'),
    ],
)
def test_what_a_field_is_given_where_the_object_is_made(language: str, code: str) -> None:
    assert "MD5" in {fact.value.get("algorithm") for fact in facts_in(language, code)}


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("C#", f"{_CS}class A {{ Aes _c; A() {{ _c = Aes.Create(); }} void Go() {{ _c.Mode = CipherMode.ECB; }} }}\n"),
        ("Java", f'class A {{ static final String ALG = "AES"; {_INIT} {_LATER} }}\n'),
    ],
)
def test_what_another_method_does_to_a_field_counts_where_it_is_made(language: str, code: str) -> None:
    facts = facts_in(language, code)
    assert "ecb-mode" in {fact.value.get("misuse") for fact in facts}
    assert "cbc" not in {fact.value.get("mode") for fact in facts}


@pytest.mark.parametrize(
    ("language", "code"),
    [
        (
            "Java",
            f'class A {{ static final String MD = "MD5", SHA = "SHA-512"; Object f(int v) {{ {_JAVA_EITHER} }} }}\n',
        ),
        ("C#", f'{_CS}class A {{ const string MD = "MD5", SHA = "SHA512"; object F(int v) {{ {_CS_EITHER} }} }}\n'),
    ],
)
def test_a_variable_that_is_declared_without_a_value_is_no_field(language: str, code: str) -> None:
    assert {fact.value["algorithm"] for fact in facts_in(language, code)} == {"MD5", "SHA-512"}
