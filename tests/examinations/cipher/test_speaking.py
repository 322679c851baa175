"""Where a generator that can be guessed makes a secret: in its function, through a field, and through a helper."""

import pytest

from tests.examinations.cipher.snippets_run import facts_in

_CS = "using System;\nclass H {{ {} }}\n"
_JAVA = "import java.util.*;\nclass H {{ {} }}\n"


def reach(language: str, code: str) -> list[object]:
    return [fact.value["reach"] for fact in facts_in(language, code) if fact.value.get("misuse") == "weak-random"]


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("C#", _CS.format('string Token() { var r = new Random(); return r.Next() + ""; }'), ["certain"]),
        ("C#", _CS.format("static Random _r = new Random(); string Token() => A[_r.Next(9)];"), ["certain"]),
        ("C#", _CS.format("readonly Random r = new(); string NewPassword() => Pick(s => s[r.Next(9)]);"), ["certain"]),
        ("C#", _CS.format("Random r; H() { r = new Random(); } void F() { var token = r.Next(); }"), ["certain"]),
        ("C#", _CS.format("Random r; H() { this.r = new Random(); } void F() { var pin = r.Next(); }"), ["certain"]),
        ("C#", _CS.format("Random R => new Random(); int Pin() => R.Next();"), ["certain"]),
        ("C#", _CS.format("int N(int n) => Random.Shared.Next(n); string Token() => A[N(9)];"), ["possible"]),
        ("C#", _CS.format("static Random _r = new Random(); string RandomString() => A[_r.Next(9)];"), ["possible"]),
        ("C#", _CS.format("static Random _r = new Random(); int Jitter() => _r.Next(3); string Token() => Ok();"), []),
        ("C#", _CS.format("H() { var r = new Random(); F(r.Next()); } string Token(int r) => A[r];"), []),
        ("Java", _JAVA.format("static final Random R = new Random(); int pin() { return R.nextInt(9); }"), ["certain"]),
        ("Java", _JAVA.format("Random r = new Random(); int dice() { return r.nextInt(6); }"), []),
        ("Python", "import random\nR = random.Random()\n\ndef token():\n    return R.choice('ab')\n", ["certain"]),
        (
            "Python",
            "import random\nclass A:\n def f(self): self.r = random.Random()\n def pin(self): return self.r.random()\n",
            ["certain"],
        ),
        (
            "Python",
            "import random\nclass A:\n def f(self): self.r = random.Random()\ndef token():\n r = safe()\n return r\n",
            [],
        ),
        ("Python", "import random\nr = random.Random()\ndef token(r):\n return r\n", []),
        ("C#", _CS.format("Random r = new Random(); string Token(int r) => A[r];"), []),
        ("C#", _CS.format("Random r = new Random(); string Token() { var r = Safe(); return r; }"), []),
        ("Python", "import random\nR = random.SystemRandom()\n\ndef token():\n    return R.choice('ab')\n", []),
        (
            "Go",
            'package p\nimport "math/rand"\nvar r = rand.New(s)\nfunc token() int { return r.Intn(3) }\n',
            ["certain"],
        ),
    ],
)
def test_what_a_generator_is_for(language: str, code: str, expected: object) -> None:
    assert reach(language, code) == expected
