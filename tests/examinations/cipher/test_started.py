"""Tools of cryptography that source starts, in each language, by the platform's calls and by helpers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.facts import Fact
from assay.examinations.cipher.started import StartedTools
from assay.source.languages import BY_NAME
from tests.examinations.cipher.snippets_run import facts_by


def told(language: str, content: bytes) -> list[Fact]:
    return facts_by(StartedTools(), language, content)


def said(language: str, text: str) -> list[tuple[object, object]]:
    return [
        (fact.value.get("algorithm", fact.value.get("misuse")), fact.value["reach"])
        for fact in told(language, text.encode())
    ]


_MD5 = [("MD5", "certain")]
_OPEN = [(None, "certain")]
_CHECKS = ("certificate", "host-name")
_PSI = "class A {{ void F() {{ var p = new ProcessStartInfo(); p.FileName = {program}; {given} Process.Start(p); }} }}"
COMMANDS = [
    ("C#", 'class A { void F() { Helpers.Exec("openssl", ["md5", path]); } }', _MD5),
    ("C#", 'class A { void F() { Process.Start("/usr/bin/openssl", new[] { "md5", path }); } }', _MD5),
    ("C#", 'class A { object p = new ProcessStartInfo("openssl.exe", "md5 x"); }', _MD5),
    (
        "C#",
        'class A { void F() { var p = new ProcessStartInfo { Arguments = "md5 x", FileName = "openssl" }; } }',
        _MD5,
    ),
    ("Java", 'class A { void f() { new ProcessBuilder("openssl", "md5", "x").start(); } }', _MD5),
    ("Java", 'class A { void f() { new ProcessBuilder(Arrays.asList("openssl", "md5", x)).start(); } }', _MD5),
    ("Java", 'class A { void f() { exec(new String[] {"openssl", "md5", x}); } }', _MD5),
    ("Java", 'class A { void f() { Runtime.getRuntime().exec("openssl md5 x"); } }', _MD5),
    ("Java", 'class A { void f() { join("openssl", "md5"); } }', [("MD5", "possible")]),
    ("Kotlin", 'fun f() { ProcessBuilder(listOf("openssl", "md5")).start() }', _MD5),
    ("Go", 'package p\nfunc f() { exec.Command("openssl", "md5", x).Run() }', _MD5),
    ("Go", 'package p\nfunc f() { run([]string{"openssl", "md5"}) }', _MD5),
    ("Python", "import subprocess\nsubprocess.run(['openssl', 'md5', x])\n", _MD5),
    ("Python", "import os\nos.system('openssl md5 x')\n", _MD5),
    ("Python", "import os\nos.system(f'openssl md5 {x}')\n", _MD5),
    ("Python", "W = ['md5', 'x']\nrun('openssl', W)\n", _MD5),
    ("JavaScript", "execFile('openssl', ['md5', f])", _MD5),
    ("TypeScript", "exec(`openssl md5 ${x}`)", _MD5),
    ("PHP", "<?php exec('openssl md5 x');", _MD5),
    ("Rust", 'fn f() { Command::new("openssl").arg("md5").args(["-out", "x"]).spawn(); }', _MD5),
    ("C", 'void f() { execlp("openssl", "openssl", "md5", NULL); }', [*_MD5, *_MD5]),
    ("C++", 'void f() { QProcess::execute("openssl", {"md5", "x"}); }', _MD5),
    ("PHP", "<?php shell_exec('curl -k https://x');", [(f"{what}-check-off", "certain") for what in _CHECKS]),
    ("C#", _PSI.format(program='"openssl"', given='p.Arguments = "md5 " + file;'), _OPEN),
    ("C#", _PSI.format(program='@"C:\\bin\\openssl.exe"', given='p.Arguments = "md5 x";'), _MD5),
    ("C#", _PSI.format(program='"openssl"', given='p.ArgumentList.Add("md5"); p.ArgumentList.Add(file);'), _MD5),
    ("C#", _PSI.format(program='"openssl"', given="p.Arguments = told;"), _OPEN),
    ("C#", _PSI.format(program='"openssl"', given=""), _OPEN),
    ("Python", "run('md5sum', 'x')\n", _MD5),
    ("C#", 'class A { void F() { Exec("openssl", args); } }', _OPEN),
]


@pytest.mark.parametrize(("language", "text", "expected"), COMMANDS)
def test_what_a_tool_is_told(language: str, text: str, expected: object) -> None:
    assert said(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("Python", "raise ValueError('openssl md5 failed')\n"),
        ("Python", "raise SystemExit('openssl md5 failed')\n"),
        ("Python", "raise CommandError('openssl md5 failed')\n"),
        ("C#", 'class A { void F() { throw new ProcessException("openssl md5 failed"); } }'),
        ("Go", 'package p\nfunc f() { log.Printf("openssl md5 failed") }'),
        ("Python", "import openssl\nopenssl.md5('x')\n"),
        ("Python", "run('git', 'openssl')\n"),
        ("Java", 'class A { String s = "openssl"; }'),
        ("JavaScript", "which('openssl')"),
        ("Go", 'package p\nimport "x/openssl"\n'),
    ],
)
def test_what_starts_nothing(language: str, text: str) -> None:
    assert said(language, text) == []


@given(st.sampled_from(sorted(BY_NAME)), st.text(alphabet="openssl md5\"'`()[]{},;$\n\\", max_size=80))
def test_no_text_breaks_it(language: str, text: str) -> None:
    told(language, f'f("openssl", {text})'.encode())
