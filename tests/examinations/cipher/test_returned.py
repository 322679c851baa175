"""Literals that reach a call through a function of the same file: possible, never silently acquitted."""

import pytest

from tests.examinations.cipher.snippets_run import facts_in

_JS = "import CryptoJS from 'crypto-js';\n"
_ZERO = "CryptoJS.enc.Hex.parse('00000000000000000000000000000000')"
_PY = "from Crypto.Cipher import AES\nimport os\n"
_JAVA = "import javax.crypto.spec.*; class A {{ {0} Object f() {{ {1} }} }}"


def found(language: str, code: str) -> set[tuple[object, object]]:
    facts = facts_in(language, code)
    return {(fact.value["misuse"], fact.value["reach"]) for fact in facts if fact.kind == "crypto.misuse"}


@pytest.mark.parametrize(
    ("language", "code"),
    [
        (
            "JavaScript",
            (
                f"{_JS}const IV = {_ZERO};\nfunction g(k) {{ return {{ iv: IV, key: k }}; }}\n"
                "export function f(p, k) {\n  const { iv, key } = g(k);\n"
                "  return CryptoJS.AES.encrypt(p, key, { iv });\n}\n"
            ),
        ),
        (
            "TypeScript",
            (
                f"{_JS}const g = () => {_ZERO};\nexport function f(p: string, k: string) {{\n"
                "  return CryptoJS.AES.encrypt(p, k, { iv: g() });\n}\n"
            ),
        ),
        ("Python", _PY + "def g(): return b'0000000000000000'\ndef f(k): return AES.new(k, AES.MODE_CBC, g())\n"),
        (
            "Python",
            _PY + "def g(k):\n    return k, b'0000000000000000'\ndef f(k):\n    key, iv = g(k)\n"
            "    return AES.new(key, AES.MODE_CBC, iv)\n",
        ),
        (
            "Java",
            _JAVA.format('byte[] iv() { return "0123456789abcdef".getBytes(); }', "return new IvParameterSpec(iv());"),
        ),
        (
            "Python",
            _PY + "def f(k, iv): return AES.new(k, AES.MODE_CBC, iv)\ndef g(k): return f(k, b'0000000000000000')\n",
        ),
        (
            "Python",
            _PY + "class A:\n    def f(self, k, *, iv): return AES.new(k, AES.MODE_CBC, iv)\n"
            "    def g(self, k): return self.f(k, iv=b'0000000000000000')\n",
        ),
        (
            "JavaScript",
            (
                f"{_JS}const f = (p, k, iv) => CryptoJS.AES.encrypt(p, k, {{ iv }});\n"
                f"export const g = (p, k) => f(p, k, {_ZERO});\n"
            ),
        ),
        (
            "Go",
            (
                'package a\nimport ("crypto/cipher";"crypto/aes")\n'
                "func f(k, iv []byte) cipher.BlockMode {\n\tb, _ := aes.NewCipher(k)\n"
                "\treturn cipher.NewCBCEncrypter(b, iv)\n}\n"
                'func g(k []byte) cipher.BlockMode { return f(k, []byte("0123456789abcdef")) }\n'
            ),
        ),
        (
            "Java",
            _JAVA.format(
                "Object e(byte[] k, byte[] iv) { return new IvParameterSpec(iv); }",
                'return e(null, "0123456789abcdef".getBytes());',
            ),
        ),
        (
            "Java",
            _JAVA.format(
                'byte[] iv() { return "0123456789abcdef".getBytes(); }',
                "byte[] x = iv(); return new IvParameterSpec(x);",
            ),
        ),
        (
            "Go",
            (
                'package a\nimport ("crypto/cipher";"crypto/aes")\n'
                'func iv() []byte { return []byte("0123456789abcdef") }\n'
                "func f(k []byte) cipher.BlockMode {\n\tb, _ := aes.NewCipher(k)\n"
                "\treturn cipher.NewCBCEncrypter(b, iv())\n}\n"
            ),
        ),
    ],
)
def test_a_literal_that_a_function_returns_may_be_the_vector(language: str, code: str) -> None:
    assert found(language, code) & {("static-iv", "possible"), ("static-iv", "certain")}


@pytest.mark.parametrize(
    ("language", "code"),
    [
        (
            "JavaScript",
            _JS + "function g(k) { return { iv: CryptoJS.lib.WordArray.random(16), alg: 'aes-256-cbc' }; }\n"
            "export function f(p, k) {\n  const { iv } = g(k);\n  return CryptoJS.AES.encrypt(p, k, { iv });\n}\n",
        ),
        ("Python", _PY + "def g(): return os.urandom(16)\ndef f(k): return AES.new(k, AES.MODE_CBC, g())\n"),
        ("Python", _PY + "def g(): return b'0000000000000000'\ndef f(k, iv): return AES.new(k, AES.MODE_CBC, iv)\n"),
        ("Python", _PY + "def f(k, iv): return AES.new(k, AES.MODE_CBC, iv)\ndef g(k): return f(k, os.urandom(16))\n"),
        ("Python", _PY + "def g(n):\n    x = g(n)\n    return x\ndef f(k): return AES.new(k, AES.MODE_CBC, g(1))\n"),
        (
            "Java",
            _JAVA.format(
                "byte[] iv() { byte[] b = new byte[16]; new java.security.SecureRandom().nextBytes(b); return b; }",
                "return new IvParameterSpec(iv());",
            ),
        ),
    ],
)
def test_what_is_made_afresh_is_none(language: str, code: str) -> None:
    assert found(language, code) == set()
