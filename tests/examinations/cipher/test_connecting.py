"""Connection strings that turn the check of a server's certificate off, in texts of source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.facts import Fact
from assay.examinations.cipher.connecting import Connections
from tests.examinations.cipher.snippets_run import facts_by


def told(content: bytes, language: str = "C#") -> list[Fact]:
    return facts_by(Connections(), language, content)


def said(text: str) -> list[tuple[object, object, int]]:
    language = "Python" if "'" in text else "C#"
    return [
        (fact.value["misuse"], fact.value["reach"], fact.evidence[0].line) for fact in told(text.encode(), language)
    ]


_OFF = [("certificate-check-off", "certain", 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('c = "Server=db;TrustServerCertificate=True";', _OFF),
        ('c = "TrustServerCertificate=yes;Server=db";', _OFF),
        ('c = "Server=db;Trust Server Certificate = true";', _OFF),
        ('u = "jdbc:sqlserver://h;trustServerCertificate=true"', _OFF),
        ('u = "jdbc:mysql://h/d?useSSL=true&verifyServerCertificate=false"', _OFF),
        ("u = 'postgres://h/d?sslmode=disable'", _OFF),
        ('c = "Host=db;SSL Mode=Disable"', _OFF),
        ('builder["TrustServerCertificate"] = true;', _OFF),
        ('c = $"Server=db;TrustServerCertificate={trust}";', [("certificate-check-off", "possible", 1)]),
        ("u = 'postgres://h/d?sslmode=require'", [("certificate-check-off", "possible", 1)]),
        ("u = 'postgres://h/d?sslmode=verify-ca'", [("host-name-check-off", "certain", 1)]),
        ("u = 'postgres://h/d?sslmode=verify-full'", []),
        ('c = "Server=db;TrustServerCertificate=False";', []),
        ('  // c = "Server=db;TrustServerCertificate=True";', []),
        ("bool TrustServerCertificate = true;", []),  # a property: the catalogue has it
        (
            '\n\nc = "A;TrustServerCertificate=1" + "B;TrustServerCertificate=0";',
            [("certificate-check-off", "certain", 3)],
        ),
    ],
)
def test_what_a_connection_string_says(text: str, expected: object) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("Python", '"""As in\n\n    mssql://h?a=b&TrustServerCertificate=yes\n"""\n'),
        ("Python", 'def f():\n    "postgres://h/d?sslmode=disable"\n    return 1\n'),
        ("Python", "# u = 'postgres://h/d?sslmode=disable'\n"),
        ("Java", 'class A { /* as in\n  "jdbc:sqlserver://h;trustServerCertificate=true" */ }\n'),
    ],
)
def test_what_is_written_for_readers_says_nothing(language: str, text: str) -> None:
    assert told(text.encode(), language) == []


def test_nothing_but_the_setting_is_shown() -> None:
    (fact,) = told(b'c = "Server=db;Password=hunter2;TrustServerCertificate=True";')
    assert fact.evidence[0].excerpt == "TrustServerCertificate=True"


@given(st.text(alphabet="TrustServer Certificate=;\"'?&{}\\\n", max_size=120))
def test_no_text_breaks_it(text: str) -> None:
    told(f'"x;{text}TrustServerCertificate={text}'.encode())
