"""Credentials that stand in source as constants, and names and literals that are something else."""

import pytest

from assay.core.examination import FileMeta, FileView, Limits, Locator
from assay.examinations.cipher.credentials import WrittenCredentials, credentials


class _Lab:
    limits = Limits()


def found(language: str, code: str) -> list[tuple[int, object, object]]:
    content = code.encode()
    meta = FileMeta("f", "f", len(content), "source", language, "main", "shipped", Locator("file", "f"))
    facts = WrittenCredentials().examine(FileView(meta, content), (), _Lab()).facts
    assert all("hunter" not in row.excerpt for fact in facts for row in fact.evidence)
    return [(fact.evidence[0].line, fact.value["misuse"], fact.value["reach"]) for fact in facts]


PASSWORD, KEY = "hard-coded-password", "hard-coded-key"


@pytest.mark.parametrize(
    ("language", "code", "misuse", "reach"),
    [
        ("Go", 'package a\nconst DefaultSecretKey = "letmein"\n', PASSWORD, "certain"),
        ("Go", 'package a\nvar AdminPassword string = "letmein"\n', PASSWORD, "possible"),
        ("Go", 'package a\nvar c = Conf{Password: "hunter42"}\n', PASSWORD, "possible"),
        ("Go", 'package a\nvar c = map[string]string{"password": "hunter42"}\n', PASSWORD, "possible"),
        ("Python", '\nDB_PASSWORD = "tiger"\n', PASSWORD, "possible"),
        ("Python", '\nconnect(user="a", password=b"tiger")\n', PASSWORD, "possible"),
        ("Python", '\nCLIENT_SECRET: Final[str] = "k8s9f7s6d5f4g3h2j1k0"\n', KEY, "possible"),
        ("JavaScript", '\nconst user = { name: n, password: "123" };\n', PASSWORD, "possible"),
        ("Java", '\nclass A { static final String DEFAULT_PASSWORD = "changeit"; }', PASSWORD, "certain"),
        ("Kotlin", '\nprivate const val dbPasswd: String = "letmein"\n', PASSWORD, "possible"),
        ("C#", '\nclass A { const string InitialPassword = "asdfasdf"; }', PASSWORD, "certain"),
        ("C", '\n#define DB_PASSWORD "letmein"\n', PASSWORD, "possible"),
        ("C", '\nstatic const char factory_passwd[] = "letmein";\n', PASSWORD, "certain"),
        ("JavaScript", "\nconst x = { password: `hunter42` };\n", PASSWORD, "possible"),
        ("TypeScript", "\nclass A { private password: string = 'letmein'; }\n", PASSWORD, "possible"),
        ("Rust", '\nconst ROOT_PASSWORD: &\'static str = "letmein";\n', PASSWORD, "possible"),
        ("PHP", "<?php\ndefine('DB_PASSWORD', 'hunter42');\n", PASSWORD, "possible"),
        ("PHP", "<?php\n$db['password'] = 'letmein';\n", PASSWORD, "possible"),
        ("PHP", "<?php\nreturn ['password' => 'hunter42'];\n", PASSWORD, "possible"),
    ],
)
def test_a_credential(language: str, code: str, misuse: str, reach: str) -> None:
    assert found(language, code) == [(2, misuse, reach)]


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("Go", 'package a\n\n// DefaultPassword = "hunter42"\nconst EnvRootPassword = "SHOP_ROOT_PASSWORD"\n'),
        ("Go", 'package a\n\nconst (\n\tpasswordField = "password"\n\tErrPassword = "bad one"\n\tpassword = ""\n)\n'),
        ("Go", 'package a\n\nvar f = Form{Password: "Password", Secret: "Geheimnis"}\n'),
        ("Go", 'package a\n\nvar dbPassword = "db.password"\nvar other = "a password = hunter42"\n'),
        ("Python", '"""Connect.\n\n    connect(password="tiger42")\n"""\n# password = "tiger42"\n'),
        ("Python", 'password = os.environ["PASSWORD"]\npassword = "${PASSWORD}"\nif password == "hunter42": f()\n'),
        ("Python", 'secret_name = "my-secret-1"\nsecret = "/run/secrets/a1"\nclient_secret = "client_secret"\n'),
        ("Java", 'class A { String password = null; String p = "password=x1"; String setPassword = "a1b2"; }'),
        ("JavaScript", "const labels = { password: 'Passwort', newPassword: 'Nouveau' };\n"),
        ("C", 'int f(const char *p) { return strcmp(p, "password1"); }\n/* password = "hunter42" */\n'),
        ("C", '#include "password.h"\n#define PASSWORD_MAX 32\n'),
        ("PHP", "<?php\nf('password', 'required');\n$password = $_POST['password'];\n"),
    ],
)
def test_what_only_names_one(language: str, code: str) -> None:
    assert found(language, code) == []


@pytest.mark.parametrize(
    "code",
    ["pass" * 200_000, "password" + " " * 800_000, ("password" + " \t" * 20 + "\n") * 9_000, 'password = "' * 9_000],
)
def test_a_hostile_text_costs_no_more_than_a_plain_one(code: str) -> None:
    assert list(credentials(code.encode())) == []
