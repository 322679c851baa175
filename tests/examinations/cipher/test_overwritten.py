"""Objects that nothing uses are listed as such, and only where that is certain."""

import pytest

from tests.examinations.cipher.snippets_run import facts_in

_JAVA = "import javax.crypto.Cipher; class A {{ void f(int n, byte[] b) throws Exception {{ {0} }} }}"
_JS = "const forge = require('node-forge');\nfunction f(n, k) {{ let c; {0} return c(k); }}"


def states(language: str, code: str) -> dict[object, object]:
    return {
        fact.value.get("family"): fact.value["state"] for fact in facts_in(language, code) if fact.kind == "crypto.use"
    }


def test_an_object_that_a_met_condition_replaces_is_overwritten() -> None:
    code = 'int k = 2; Cipher c = Cipher.getInstance("DES"); '
    code += 'if (k > 1) c = Cipher.getInstance("AES/GCM/NoPadding"); c.doFinal(b);'
    assert states("Java", _JAVA.format(code)) == {"DES": "overwritten", "AES": "used"}


def test_a_condition_that_nobody_can_tell_leaves_both() -> None:
    code = 'Cipher c = Cipher.getInstance("DES"); if (n > 1) c = Cipher.getInstance("AES/GCM/NoPadding"); c.doFinal(b);'
    assert states("Java", _JAVA.format(code)) == {"DES": "used", "AES": "used"}


@pytest.mark.parametrize(
    "code",
    [
        "switch (n) { case 1: c = forge.md.md5.create; break; case 2: c = forge.md.sha256.create; break; }",
        "if (n) c = forge.md.md5.create(); else c = forge.md.sha256.create();",
    ],
)
def test_branches_do_not_overwrite_each_other(code: str) -> None:
    assert set(states("JavaScript", _JS.format(code)).values()) == {"used"}


def test_a_status_that_is_assigned_again_is_no_object() -> None:
    code = "#include <openssl/evp.h>\nint f(B *b, K *k) { int r;\n"
    code += "r = PEM_write_bio_PrivateKey(b, k, EVP_des_cbc(), 0, 0, 0, 0);\n"
    assert set(states("C", code + " r = g(); return r; }").values()) == {"used"}


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("Java", _JAVA.format('Cipher c = Cipher.getInstance("DES");')),
        ("Python", "from Crypto.Cipher import DES\ndef f(k):\n    c = DES.new(k, DES.MODE_ECB)\n"),
        ("Kotlin", 'import javax.crypto.Cipher\nfun f() { val c = Cipher.getInstance("DES") }\n'),
    ],
)
def test_an_object_that_is_never_named_again_is_unused(language: str, code: str) -> None:
    assert states(language, code) == {"DES": "unused"}


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("Java", _JAVA.format('Cipher c = Cipher.getInstance("DES"); use(c);')),
        ("Java", 'import javax.crypto.Cipher; class A { Cipher c; void f() { c = Cipher.getInstance("DES"); } }'),
        ("Java", _JAVA.format('byte[] r = Cipher.getInstance("DES").doFinal(b);')),
        ("Python", "from Crypto.Cipher import DES\ndef f(k):\n    c = DES.new(k, DES.MODE_ECB)\n    return locals()\n"),
        ("Python", "from Crypto.Cipher import DES\nc = DES.new(k, DES.MODE_ECB)\n"),
        (
            "Python",
            "from Crypto.Cipher import DES\ndef f(k):\n    c = DES.new(k, DES.MODE_ECB)\n    return lambda d: c.x(d)\n",
        ),
        (
            "Kotlin",
            'import javax.crypto.Cipher\nfun f(d: B) { val c = Cipher.getInstance("DES")\n d.let { c.doFinal(it) } }\n',
        ),
    ],
)
def test_an_object_that_may_be_reached_is_used(language: str, code: str) -> None:
    assert states(language, code) == {"DES": "used"}


_FILLED = """#include <openssl/rand.h>
int f(int n)
{
    struct timespec ts;
    for (int i = 0; i < n; i++) {
        %s
        add(&ts);
    }
    return 1;
}
"""


def _random(code: str) -> list[object]:
    return [fact.value["state"] for fact in facts_in("C", _FILLED % code) if fact.value.get("misuse") == "weak-random"]


@pytest.mark.parametrize(
    "code",
    [
        "for (int k = 0; k < 99; k++) ts.tv_nsec = random(); clock_gettime(CLOCK_REALTIME, &ts);",
        "ts.tv_nsec = random(); memset(&ts, 0, sizeof(ts));",
        "if (n > 3) { ts.tv_nsec = random(); } gettimeofday(&ts, NULL);",
    ],
)
def test_a_member_of_what_a_call_fills_whole_is_overwritten(code: str) -> None:
    assert _random(code) == ["overwritten"]


@pytest.mark.parametrize(
    "code",
    [
        "ts.tv_nsec = random(); if (n) clock_gettime(CLOCK_REALTIME, &ts);",
        "ts.tv_nsec = random(); if (n) return use(n); use(ts.tv_nsec); clock_gettime(CLOCK_REALTIME, &ts);",
        "ts.tv_nsec = random(); if (n) break; clock_gettime(CLOCK_REALTIME, &ts);",
        "while (n) { use(ts.tv_nsec); ts.tv_nsec = random(); } clock_gettime(CLOCK_REALTIME, &ts);",
        "ts.tv_nsec = random(); memset(&ts, 0, 4);",
        "ts.tv_nsec = random(); fill(&ts);",
        "ts.tv_nsec = random(); clock_gettime(CLOCK_REALTIME, &other);",
        "ts.tv_nsec = random(); clock_gettime(ts.tv_nsec, &ts);",
    ],
)
def test_a_member_that_something_may_read_is_used(code: str) -> None:
    assert _random(code) == ["used"]
