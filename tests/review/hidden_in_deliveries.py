"""What two real deliveries held and a reader of them found: name, rule and files. See test_no_false_acquittal.py."""

from collections.abc import Mapping

ECB, EC, FLOOR, STORED = "crypto.ecb", "crypto.ec-size", "crypto.pbkdf2-floor", "crypto.pbkdf2-password"
MD, CERT, WEAK = "crypto.md-family", "crypto.certificate-check-off", "crypto.weak-random"
Case = tuple[str, Mapping[str, bytes]]

_CS = "using System;\nusing System.Net.Http;\nusing System.Net.Security;\nclass H {{ {} }}\n"
_CALLBACK = "void F(Client c) {{ c.ServerCertificateValidationCallback = {}; }} {}"
_OK = "bool Ok(object s, X509Certificate c, X509Chain h, SslPolicyErrors e)"


def _cs(rule: str, text: str) -> Case:
    return rule, {"A.cs": _CS.format(text).encode()}


def _identity(text: str) -> Case:
    return STORED, {"A.cs": f"using Microsoft.AspNetCore.Identity;\nclass H {{ {text} }}\n".encode()}


HIDDEN: dict[str, Case] = {
    # What a derivation, a key or a block is made with, where nobody says it
    "C#: the hasher of Identity": _identity("object f() => new PasswordHasher<User>();"),
    "C#: Identity by its services": _identity("void f(IServiceCollection s) { s.AddIdentityCore<User>(); }"),
    "C#: few iterations by an option": _identity(
        "void f(S s) { s.Configure<PasswordHasherOptions>(o => o.IterationCount = 10000); }"
    ),
    "C#: the hasher of old": _identity(
        "void f(O o) { o.CompatibilityMode = PasswordHasherCompatibilityMode.IdentityV2; }"
    ),
    "passlib": (STORED, {"a.py": b"from passlib.hash import pbkdf2_sha256\npbkdf2_sha256.hash(p)\n"}),
    "passlib, few rounds": (
        STORED,
        {"a.py": b"from passlib.hash import pbkdf2_sha256\npbkdf2_sha256.using(rounds=9)\n"},
    ),
    "Django's hasher": (STORED, {"a.py": b"from django.contrib.auth.hashers import *\nmake_password(p)\n"}),
    "a digest that nobody names": (
        STORED,
        {"A.cs": b"using Microsoft.AspNetCore.Identity;\nclass H { void f(O o) { o.IterationCount = 400000; } }\n"},
    ),
    "Spring's encoder": (
        STORED,
        {
            "A.java": b"import org.springframework.security.crypto.password.Pbkdf2PasswordEncoder;\n"
            b'class A { Object o = new Pbkdf2PasswordEncoder("s", 1000, 256); }\n'
        },
    ),
    "PBES2 by a token": (
        FLOOR,
        {"A.java": b"import com.nimbusds.jose.*;\nclass A { Object o = JWEAlgorithm.PBES2_HS256_A128KW; }\n"},
    ),
    "a derivation in a setting": (FLOOR, {"a.properties": b"kdf.algorithm=PBKDF2WithHmacSHA1\n", "a.py": b""}),
    "one block at a time": (ECB, {"a.c": b"#include <openssl/aes.h>\nvoid f(void) { AES_encrypt(in, out, &key); }\n"}),
    "Rust: one block at a time": (
        ECB,
        {"a.rs": b"use aes::Aes128;\nfn f() { let c = Aes128::new(&k); c.encrypt_block(&mut b); }\n"},
    ),
    "C++: one block at a time": (
        ECB,
        {"a.cpp": b"#include <aes.h>\nvoid f() { CryptoPP::AES::Encryption e(k, 16); e.ProcessBlock(a, b); }\n"},
    ),
    "ECB in the name": (ECB, {"a.py": b"from pysmx.SM4 import sm4_encrypt_ecb\nsm4_encrypt_ecb(k, x)\n"}),
    "a curve that nobody names": (EC, {"a.c": b"#include <uECC.h>\nvoid f(void) { uECC_make_key(p, q, how()); }\n"}),
    # Random numbers
    "C#: a generator in a field": _cs(
        WEAK, "static readonly Random _r = new Random(); string Token() => A[_r.Next(9)];"
    ),
    "C#: a generator of the constructor": _cs(
        WEAK, "Random r; H() { r = new Random(); } string F() { var token = r.Next().ToString(); return token; }"
    ),
    "C#: a generator of a property": _cs(WEAK, 'Random R => new Random(); string Secret() => R.Next() + "";'),
    "C#: the shared generator": _cs(WEAK, "string Token() => Random.Shared.Next(9).ToString();"),
    "C#: a helper": _cs(WEAK, "int Rnd(int n) => Random.Shared.Next(n); string Token() => A[Rnd(9)];"),
    "Java: a generator in a field": (
        WEAK,
        {"A.java": b"import java.util.*;\nclass A { Random r = new Random(); int pin() { return r.nextInt(); } }"},
    ),
    "Python: a generator of its own": (
        WEAK,
        {"a.py": b"import random\nR = random.Random()\n\n\ndef token():\n    return R.choice('abc')\n"},
    ),
    "Go: a generator of the package": (
        WEAK,
        {"a.go": b'package p\nimport "math/rand"\nvar r = rand.New(s)\nfunc token() int { return r.Intn(9) }\n'},
    ),
    # Tools that a product starts by a function of its own
    "C#: a helper and a list": _cs(MD, 'void F() { Helpers.Exec("openssl", ["md5", "-sign", "k"]); }'),
    "C#: a helper and words that nobody knows": _cs(MD, 'void F() { Helpers.Exec("openssl", Arguments()); }'),
    "C#: a helper and a text": _cs(MD, 'void F() { Helpers.Exec($"openssl md5 -sign {Key}"); }'),
    "C#: a start by its properties": _cs(
        MD, 'object F() => new StartInfo { FileName = "openssl", Arguments = "md5 -sign k" };'
    ),
    "Go: a helper": (MD, {"a.go": b'package p\nfunc f() { run([]string{"openssl", "md5", "-sign", "k"}) }\n'}),
    "JavaScript: a helper": (MD, {"a.js": b"module.exports = (f) => run(`openssl md5 -sign ${f}`);\n"}),
    "Python: a helper": (MD, {"a.py": b"from tools import run\nrun('openssl', 'md5', '-sign', 'k')\n"}),
    "PHP: a helper": (MD, {"a.php": b"<?php\n$this->run(['openssl', 'md5', '-sign', 'k']);\n"}),
    "Java: a helper": (MD, {"A.java": b'class A { void f() { Shell.run("openssl", "md5", "-sign", "k"); } }\n'}),
    "Kotlin: a helper": (MD, {"A.kt": b'fun f() = Shell.run(listOf("openssl", "md5", "-sign", "k"))\n'}),
    "C++: a helper": (MD, {"a.cpp": b'void f() { run("openssl", {"md5", "-sign", "k"}); }\n'}),
    "Rust: a helper": (MD, {"a.rs": b'fn f() { run("openssl", &["md5", "-sign", "k"]); }\n'}),
    # Certificates of servers
    "C#: a property": _cs(CERT, "void F(SqlConnectionStringBuilder b) { b.TrustServerCertificate = true; }"),
    "C#: an initialiser": _cs(
        CERT, "object F() => new SqlConnectionStringBuilder { Encrypt = true, TrustServerCertificate = true };"
    ),
    "C#: an index": _cs(CERT, 'void F(B b) { b["TrustServerCertificate"] = true; }'),
    "C#: a connection string": _cs(CERT, 'string c = "Server=db;TrustServerCertificate=True";'),
    "C#: a setting in a connection string": _cs(CERT, 'string c => $"Server=db;TrustServerCertificate={Trusts}";'),
    "C#: a key of several words": _cs(CERT, 'string c = "Host=db;Trust Server Certificate=true;";'),
    "Java: a connection string": (
        CERT,
        {"A.java": b'class A { String u = "jdbc:sqlserver://h;trustServerCertificate=true"; }\n'},
    ),
    "Python: a connection string": (CERT, {"a.py": b"U = 'postgres://h/d?sslmode=disable'\n"}),
    "a connection string in JSON": (
        CERT,
        {"appsettings.json": b'{"ConnectionStrings": {"A": "Host=db;Trust Server Certificate=true"}}', "a.py": b""},
    ),
    "C#: a method": _cs(CERT, _CALLBACK.format("Ok", _OK + " { return true; }")),
    "C#: a method with a setting": _cs(
        CERT, _CALLBACK.format("Ok", _OK + " { if (_s.Trust) { return true; } return e == SslPolicyErrors.None; }")
    ),
    "C#: a lambda with a setting": _cs(
        CERT, _CALLBACK.format("(s, c, h, e) => _trust || e == SslPolicyErrors.None", "")
    ),
    "C#: a lambda that asks a method": _cs(CERT, _CALLBACK.format("(s, c, h, e) => Ok(s, c, h, e)", _OK + " => true;")),
    "C#: a method in an initialiser": _cs(
        CERT,
        "object F() => new HttpClientHandler { ServerCertificateCustomValidationCallback = Ok }; " + _OK + " => true;",
    ),
}
HARMLESS: dict[str, Case] = {
    "C#: a generator for jitter": _cs(WEAK, "static Random _r = new Random(); int Jitter() => _r.Next(3);"),
    "C#: a generator beside a token": _cs(
        WEAK, "static Random _r = new Random(); int Jitter() => _r.Next(3); string Token() => Safe();"
    ),
    "Java: a generator for dice": (
        WEAK,
        {"A.java": b"import java.util.*;\nclass A { Random r = new Random(); int dice() { return r.nextInt(6); } }\n"},
    ),
    "C#: a certificate that is checked": _cs(
        CERT,
        'string c = "Server=db;TrustServerCertificate=False"; void F(B b) { b.TrustServerCertificate = false; }\n'
        '// "Server=db;TrustServerCertificate=True"\n',
    ),
    "C#: a method that checks": _cs(
        CERT, _CALLBACK.format("Ok", _OK + " { if (e == SslPolicyErrors.None) { return true; } return h.Build(c); }")
    ),
    "C#: a lambda that checks": _cs(
        CERT,
        _CALLBACK.format("(s, c, h, e) => e == SslPolicyErrors.None || Pinned(c)", "bool Pinned(C c) => c.X == P;"),
    ),
    "C#: a word about a tool": _cs(MD, 'void F() { Log("openssl md5 -sign k has failed"); }'),
    "Go: a helper and a sound digest": (MD, {"a.go": b'package p\nfunc f() { run("openssl", "sha256", "x") }\n'}),
    "many iterations": (
        STORED,
        {
            "a.py": b"import hashlib\nhashlib.pbkdf2_hmac('sha256', p, s, 600000)\n",
        },
    ),
}
