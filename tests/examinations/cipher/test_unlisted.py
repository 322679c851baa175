"""Imports that speak of cryptography and are listed nowhere, and whether they are in the delivery."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.examination import FileMeta, FileView, Hit, Locator
from assay.examinations.cipher.in_delivery import Delivery
from assay.examinations.cipher.unlisted import LANGUAGES, literals, unlisted
from assay.lab.identifiers import places, words
from tests.examinations.cipher.settings.reading import Files


def _names(language: str, code: str) -> list[str]:
    content = code.encode()
    seen = words(content.lower() if language == "PHP" else content)
    text = content.lower() if language == "PHP" else content
    hits = [Hit(word, at) for word in literals(language) & seen for at in places(text, word)]
    return [name for _, name in unlisted(language, content, hits)]


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [
        ("Java", "import com.example.pay.crypto.Box;\n", "com.example.pay.crypto.Box"),
        ("Java", "import static com.example.AES.encrypt;\n", "com.example.AES.encrypt"),
        ("Kotlin", "import com.example.Secp256k1 as S\n", "com.example.Secp256k1"),
        ("C#", "global using Example.Jwt;\n", "Example.Jwt"),
        ("C#", "using C = Example.Cipher.Box;\n", "Example.Cipher.Box"),
        ("Go", 'package a\nimport (\n\tx "example.com/pay/crypto/sm2"\n)\n', "example.com/pay/crypto/sm2"),
        ("Python", "from acme.aes import Box\n", "acme.aes"),
        ("Python", "import sm4\n", "sm4"),
        ("Python", "import os, acme.aes as a, sys\n", "acme.aes"),
        ("PHP", "<?php\nuse Acme\\Crypto\\{Box, Sealer};\n", "Acme\\Crypto\\"),
        ("Java", "import com.example.tls.Connector;\n", "com.example.tls.Connector"),
        ("PHP", "<?php\nuse Acme\\Crypto\\Box;\n", "Acme\\Crypto\\Box"),
        ("Rust", "use fancy_aes::Box;\n", "fancy_aes"),
        ("Rust", "extern crate my_sm4;\nfn f() {}\n", "my_sm4"),
        ("Rust", "fn f() { other_rsa::sign(1) }\n", "other_rsa"),
        ("JavaScript", "const a = require('@acme/sm2')\n", "@acme/sm2"),
        ("TypeScript", "import { a } from 'acme-cipher/box'\n", "acme-cipher/box"),
        ("JavaScript", "const a = await import('pkcs12-box')\n", "pkcs12-box"),
    ],
)
def test_a_library_that_nobody_has_listed(language: str, code: str, name: str) -> None:
    assert _names(language, code) == [name]


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("Java", "import javax.crypto.BadPaddingException;\nimport org.bouncycastle.crypto.params.KeyParameter;\n"),
        ("Java", "import com.example.crypto.Hex;\nimport com.example.crypto.CryptoException;\n"),
        ("Java", "import com.example.encryptions.Box;\n// com.example.crypto.Box\n"),
        ("C#", "using System.Security.Cryptography.X509Certificates;\n"),
        ("Go", 'package a\nimport "crypto/internal/x"\nimport "golang.org/x/crypto/ssh"\n'),
        ("Python", "from . import aes\nfrom .crypto import Box\nimport Cryptodome.Cipher.AES\n"),
        ("PHP", "<?php\nuse function md5;\nuse phpseclib3\\Crypt\\AES;\n"),
        ("Rust", "use aes_gcm::Aes256Gcm;\nmod my_aes;\nuse my_aes::Box;\nfn f() { my_aes::g() }\n"),
        ("Rust", "use a::crypto;\nfn f() { crypto::g() }\n"),
        (
            "JavaScript",
            "import a from './crypto'\nimport b from '../aes'\nimport 'node:crypto'\n",
        ),
        ("C", '#include "aes.h"\n'),
    ],
)
def test_what_is_known_or_says_nothing(language: str, code: str) -> None:
    assert _names(language, code) == []


def _delivery(language: str, files: dict[str, str], module: str = "") -> Delivery:
    views = {
        path: FileView(
            FileMeta(path, path, 1, "source", language, "main", "shipped", Locator("file", path), module=module),
            text.encode(),
        )
        for path, text in files.items()
    }
    return Delivery(language, [view.meta for view in views.values()], Files(views))


@pytest.mark.parametrize(
    ("language", "files", "name", "has"),
    [
        ("Java", {"src/com/a/crypto/Box.java": ""}, "com.a.crypto.Box", True),
        ("Java", {"src/com/a/crypto/Box.java": ""}, "com.a.crypto.Box.Inner", True),
        ("Java", {"src/com/a/crypto/Box.java": ""}, "com.a.crypto.Other", False),
        ("Kotlin", {"x/Own.kt": "package com.a.crypto\nfun seal() {}"}, "com.a.crypto.seal", True),
        ("C#", {"x.cs": "namespace A.Crypto.Inner { }"}, "A.Crypto", True),
        ("C#", {"x.cs": "namespace A.Cryptos { int Crypto; }"}, "A.Crypto", False),
        ("Python", {"src/app/aes.py": ""}, "app.aes", True),
        ("Python", {"src/app/aes/__init__.py": ""}, "app.aes", True),
        ("Python", {"src/other/aes.py": ""}, "app.aes", False),
        ("PHP", {"src/Crypto/Box.php": "<?php namespace A\\Crypto; class Box {}"}, "A\\Crypto\\Box", True),
        ("PHP", {"src/Crypto/Box.php": "<?php namespace B; class Box {}"}, "A\\Crypto\\Box", False),
        ("PHP", {"src/Crypto/Box.php": "<?php namespace A\\Crypto; class Box {}"}, "A\\Crypto\\", True),
        ("PHP", {"src/own.php": "<?php namespace A\\Crypto; function seal() {}"}, "A\\Crypto\\seal", True),
        ("Rust", {"crates/my-aes/Cargo.toml": ""}, "my_aes", True),
        ("Rust", {"src/my_aes/mod.rs": ""}, "my_aes", True),
        ("Rust", {"src/aes.rs": ""}, "my_aes", False),
        ("TypeScript", {"src/crypto/index.ts": ""}, "src/crypto", True),
        ("JavaScript", {"packages/sm2/package.json": ""}, "@own/sm2", True),
        ("JavaScript", {"packages/sm/package.json": ""}, "@own/sm2", False),
    ],
)
def test_whether_it_is_in_the_delivery(language: str, files: dict[str, str], name: str, has: bool) -> None:
    assert _delivery(language, files).has(name) is has


def test_a_package_of_go_is_told_by_its_path() -> None:
    assert _delivery("Go", {"a/sm2/x.go": ""}, "example.com/a/sm2").has("example.com/a/sm2")
    assert _delivery("Go", {"vendor/x.go": ""}, "own.org/app/vendor/example.com/a/sm2").has("example.com/a/sm2")
    assert not _delivery("Go", {"a/sm2/x.go": ""}, "own.org/a/sm2").has("example.com/a/sm2")


@given(st.sampled_from(LANGUAGES), st.text(alphabet='import use from"crypto/aes.:;\\{}@\n ', max_size=120))
def test_any_text_is_looked_through(language: str, code: str) -> None:
    for name in _names(language, code):
        assert name
