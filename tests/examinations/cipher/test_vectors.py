"""Vectors, keys and seeds that nobody draws."""

import pytest

from tests.examinations.cipher.snippets_run import facts_in

_JAVA = "import javax.crypto.spec.*; class A {{ {0} Object f() {{ {1} return new IvParameterSpec(iv); }} }}"
_C = "#include <openssl/evp.h>\nint f(C *c, K *k) {{\n  unsigned char iv[16];\n  {0}\n"
_C += "  return EVP_EncryptInit_ex(c, EVP_aes_128_cbc(), NULL, k, iv);\n}}\n"
_JS = (
    "const crypto = require('crypto');\n{0}\nmodule.exports = (k, d) => crypto.createCipheriv('aes-256-cbc', k, iv);\n"
)
_PY = "import hashlib, os\nfrom Crypto.Cipher import AES\ndef f(key, data, p):\n    {0}\n"


def misuses(language: str, code: str) -> set[object]:
    facts = facts_in(language, code)
    found: set[object] = {fact.value["misuse"] for fact in facts if fact.kind == "crypto.misuse"}
    return found - {"missing-authentication"}


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("Java", _JAVA.format("private final byte[] iv = new byte[16];", "")),
        ("C", _C.format("memset(iv, 0, sizeof iv);")),
        ("C", _C.format("")),
        ("JavaScript", _JS.format("const iv = Buffer.alloc(16);")),
        ("Python", _PY.format("return AES.new(key, AES.MODE_CBC, key[:16])")),
        ("Python", _PY.format("return AES.new(key, AES.MODE_CBC, key)")),
        ("Python", _PY.format("return AES.new(key, AES.MODE_CBC, bytes(range(16)))")),
        ("Python", _PY.format("return AES.new(key, AES.MODE_CBC, b'company-' + 'vector01'.encode())")),
    ],
)
def test_a_vector_that_is_always_the_same(language: str, code: str) -> None:
    assert misuses(language, code) == {"static-iv"}


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("Java", _JAVA.format("private final byte[] iv = new byte[16];", "random.nextBytes(iv);")),
        ("Java", _JAVA.format("private final byte[] iv = new byte[16];", "System.arraycopy(d, 0, iv, 0, 16);")),
        (
            "Java",
            _JAVA.format("private final byte[] iv = new byte[16];", "fill();")
            + " class B { void g(A a) { a.iv[0]++; } }",
        ),
        ("C", _C.format("RAND_bytes(iv, sizeof iv);")),
        ("C", _C.format("memcpy(iv, k->iv, sizeof iv);")),
        ("JavaScript", _JS.format("const iv = Buffer.alloc(16);\ncrypto.randomFillSync(iv);")),
        ("Python", _PY.format("return AES.new(key, AES.MODE_CBC, keyed(p))")),
        ("Python", _PY.format("return AES.new(key, AES.MODE_CBC, os.urandom(16))")),
    ],
)
def test_a_vector_that_something_fills(language: str, code: str) -> None:
    assert misuses(language, code) == set()


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("hashlib.sha256(b'hunter2hunter2').digest()", {"hard-coded-key"}),
        ("hashlib.sha256('hunter2hunter2'.encode('utf-8')).digest()[:16]", {"hard-coded-key"}),
        ("hashlib.sha256(p).digest()", set()),
        ("hashlib.sha256(b'salt-of-the-day' + p).digest()", set()),
        ("hashlib.new('sha256', p).digest()", set()),
        ("fetch('the-name-of-a-key')", set()),
    ],
)
def test_a_key_that_is_hashed_from_literals(made: str, expected: set[str]) -> None:
    assert misuses("Python", _PY.format(f"k = {made}\n    return AES.new(k, AES.MODE_GCM)")) == expected


def test_a_key_that_is_hashed_from_literals_in_go() -> None:
    code = 'package p\n\nimport (\n\t"crypto/aes"\n\t"crypto/sha256"\n)\n\n'
    code += "func f() {{\n\tk := sha256.Sum256({0})\n\taes.NewCipher(k[:])\n}}\n"
    assert misuses("Go", code.format('[]byte("hunter2hunter2")')) == {"hard-coded-key"}
    assert misuses("Go", code.format("secret()")) == set()


@pytest.mark.parametrize(
    ("seed", "expected"), [("System.currentTimeMillis()", {"predictable-seed"}), ("entropy()", set())]
)
def test_a_seed_that_is_the_time(seed: str, expected: set[str]) -> None:
    code = "import java.security.SecureRandom; class A {{ void f() {{ "
    code += "SecureRandom r = new SecureRandom(); r.setSeed({0}); }} }}"
    assert misuses("Java", code.format(seed)) == expected
