"""Weak cryptography in places that the reader of three languages cannot follow must never leave a rule met.

Each case is a tiny delivery with a rule that its hidden use breaks. All of them go over one bench in one run, each as
a component of its own, and are judged apart. The near misses at the end must stay met: a blind spot that is seen
everywhere would say nothing.
"""

import io
import json
import marshal
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.examination import Limits
from assay.core.facts import Fact
from assay.core.judge import judge
from assay.dossier.records import decode_fact
from assay.dossier.runs import merge_runs, write_run
from assay.examinations import FILES, WHOLES
from assay.intake import IntakeLimits, open_locator, take_in
from assay.lab import bench
from assay.rulebooks import load
from tests.review import (
    hidden_in_assemblies,
    hidden_in_classes,
    hidden_in_deliveries,
    hidden_in_dex,
    hidden_in_go,
    python_ways,
)
from tests.review.hidden_in_kotlin_and_csharp import CSHARP, KOTLIN

MD, DES, ECB = "crypto.md-family", "crypto.des", "crypto.ecb"
TLS, CERT, HOST = "crypto.tls-old", "crypto.certificate-check-off", "crypto.host-name-check-off"
KEY, WEAK = "crypto.hard-coded-key", "crypto.weak-random"
RULES = {rule.id: rule for rule in load("baseline").rules}
Case = tuple[str, Mapping[str, bytes]]


def _zip(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


def _encrypted() -> bytes:
    packed = bytearray(_zip(a__py="import hashlib"))
    packed[6] |= 1
    packed[packed.find(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


_CODE = marshal.dumps(compile("import hashlib;hashlib.md5(b'')", "a", "exec"))
_CELL = {"cell_type": "code", "source": ["import hashlib\n", "hashlib.md5(b'')"]}
FILES_OF: dict[str, Case] = {  # the name of a file that holds the use, in a delivery with nothing else
    "a.js": (MD, {"a.js": b"require('crypto').createHash('md5')"}),
    "a.class": (MD, {"x.jar": _zip(A__class="\xca\xfe\xba\xbe")}),
    "a.so": (MD, {"x/_n.so": b"\x7fELF" + bytes(80), "x/__init__.py": b""}),
    "a.pyc": (MD, {"a.pyc": b"\xa7\x0d\x0d\x0a" + bytes(12) + _CODE}),
    "a.cbl": (MD, {"a.cbl": b"       CALL 'MD5' USING X.\n"}),
    "a.sh": (MD, {"a.sh": b"openssl md5 x\n"}),
    "no ending": (MD, {"run": b"openssl md5 -sign k x\n"}),
    "shebang in a manual page": (MD, {"run.1": b"#!/bin/sh\nopenssl md5 x\n"}),
    "a.ipynb": (MD, {"a.ipynb": json.dumps({"cells": [_CELL], "nbformat": 4}).encode()}),
    "script": (MD, {"a.html": b"<html><script>md5('x')</script></html>"}),
    "handler": (MD, {"a.html": b"<html><a href='javascript:md5(1)'>x</a></html>"}),
    "MAC of any name": (
        DES,
        {"A.java": b"class A { Object f(String n) throws Exception { return javax.crypto.Mac.getInstance(n); } }"},
    ),
    "digest of any name": (MD, {"a.py": b"import hashlib\n\ndef f(n, x):\n    return hashlib.new(n, x)\n"}),
    "cipher of any name": (
        DES,
        {"a.js": b"const c = require('crypto'); module.exports = (n, k, v) => c.createCipheriv(n, k, v)"},
    ),
    "page in UTF-16": (MD, {"a.html": "<html><script>md5('x')</script>".encode("utf-16")}),
    "page by parts": (MD, {"a.html": b"<script>window['m' + 'd5'](x)</script>"}),
    "page by entities": (MD, {"a.html": b"<p onclick='&#109;d5(x)'>x</p>"}),
    "page from elsewhere": (MD, {"a.html": b"<script src='https://cdn.example/lib.js'></script>"}),
    "page that writes": (MD, {"a.html": b"<script>document.write(x)</script>"}),
    "page by hand": (MD, {"a.html": b"<script>var a = 1732584193, b = -271733879;</script>"}),
    "page with random": (WEAK, {"a.html": b"<script>var t = Math.random().toString(36)</script>"}),
    "page with a key": (KEY, {"a.html": b"<script>seal(x, {key: '0123456789abcdef'})</script>"}),
    "spring bean": (MD, {"a.html": b"<p th:text=\"${''.getClass().forName('x')}\"/>"}),
    "template": (MD, {"a.html": b"<p>{{ x|md5 }}</p>"}),
    "php": (MD, {"a.html": b"<p><?php echo md5('x'); ?></p>"}),
    "thymeleaf": (MD, {"a.html": b"<p th:text=\"${T(java.security.MessageDigest).getInstance('MD5')}\"/>"}),
    "nested": (MD, {"a.zip": _zip(b__js="md5(1)")}),
    "encrypted": (MD, {"a.zip": _encrypted(), "ok.py": b""}),
    "sql": (MD, {"a.sql": b"SELECT MD5(pw) FROM u;"}),
    "dockerfile": (MD, {"Dockerfile": b"FROM x\nRUN openssl md5 /x\n", "ok.py": b""}),
    "spring": (MD, {"beans.xml": b"<beans><bean class='x.Md5PasswordEncoder'/></beans>", "ok.py": b""}),
    "nginx.conf.j2": (TLS, {"nginx.conf.j2": b"ssl_protocols TLSv1;\n", "ok.py": b""}),
    "a.cpp": (MD, {"a.cpp": b"void f(){ MD5(0,0,0); }\n"}),
    "a.hpp": (MD, {"a.hpp": b"inline void f(){ MD5(0,0,0); }\n"}),
    "a.pyx": (MD, {"a.pyx": b"cdef extern from 'openssl/md5.h':\n    int MD5()\n"}),
    "a.kt": (MD, {"a.kt": b'fun f() = java.security.MessageDigest.getInstance("MD5")'}),
    "a.groovy": (MD, {"a.groovy": b'java.security.MessageDigest.getInstance("MD5")'}),
    "UTF-16": (MD, {"a.py": "import hashlib\nhashlib.md5(b'')\n".encode("utf-16")}),
    "GBK": (
        MD,
        {"A.java": 'class A {/*中*/ Object o = java.security.MessageDigest.getInstance("MD5");}'.encode("gbk")},
    ),
    "rot13": (MD, {"a.py": b"# coding: rot13\nvzcbeg unfuyvo\nunfuyvo.zq5(o'')\n"}),
    "a package that nobody lists": (MD, {"a.go": b'package p\nimport "example.org/md5"\nfunc f() { md5.New() }\n'}),
    "a script that writes settings": (
        TLS,
        {"a.sh": b"cat > /etc/nginx/conf.d/a.conf <<EOF\nssl_protocols TLSv1;\nEOF\n"},
    ),
    "included text": (MD, {"a.c": b'#include "b.txt"\n', "b.txt": b"void f(){ MD5(0,0,0); }\n"}),
    "imported elsewhere": (MD, {"a.py": b"from hashlib import md5\n", "b.py": b"from a import md5 as q\nq(b'')\n"}),
}
PYTHON = {
    "after an import": (MD, "import hashlib; x = hashlib.md5(b'')"),
    "alias": (MD, "import hashlib as h\nf = h.md5\ndef g(x): return f(x)"),
    "module as a value": (MD, "import hashlib\nh = hashlib\ndef g(x): return h.md5(x)"),
    "star": (MD, "from hashlib import *\ndef g(x): return new('md5', x)"),
    "getattr": (MD, "import hashlib\ndef g(n, x): return getattr(hashlib, n)(x)"),
    "getattr of a class": (DES, "import Crypto.Cipher\ndef g(k): return getattr(Crypto.Cipher, 'DES').new(k)"),
    "__dict__": (MD, "import hashlib\ndef g(x): return hashlib.__dict__['md5'](x)"),
    "vars": (MD, "import hashlib\ndef g(x): return vars(hashlib)['md5'](x)"),
    "attrgetter": (MD, "import hashlib, operator\ndef g(x): return operator.attrgetter('md5')(hashlib)(x)"),
    "partial": (MD, "import hashlib, functools\nf = functools.partial(hashlib.new, 'md5')"),
    "dict": (MD, "import hashlib\nF = {'a': hashlib.md5}\ndef g(n, x): return F[n](x)"),
    "default": (MD, "import hashlib\ndef h(x, alg=hashlib.md5): return alg(x)"),
    "wrapper": (MD, "import hashlib\ndef h(alg, x): return hashlib.new(alg, x)"),
    "built name": (MD, "import hashlib\ndef g(x): return hashlib.new('md%d' % 5, x)"),
    "joined line": (MD, "import hashlib\ndef g(x): return hashlib.\\\n  md5(x)"),
    "eval": (MD, "def g(s): return eval(s)"),
    "eval of a literal": (MD, "def g(): return eval('__import__(\"hashlib\").md5')"),
    "eval renamed": (MD, "e = eval\ndef g(s): return e(s)"),
    "exec of base64": (MD, "import base64\nexec(base64.b64decode('aW1wb3J0IGhhc2hsaWI7IGhhc2hsaWIubWQ1KGInJyk='))"),
    "import_module": (MD, "import importlib\nh = importlib.import_module('hashlib')\ndef g(x): return h.md5(x)"),
    "__import__": (MD, "h = __import__('hashlib')\ndef g(x): return h.new('md5', x)"),
    "CDLL": (MD, "import ctypes\nl = ctypes.CDLL('libcrypto.so')\nl.MD5(b'a', 1, None)"),
    "LoadLibrary": (MD, "from ctypes import cdll\nl = cdll.LoadLibrary('libcrypto.so')"),
    "windll": (MD, "from ctypes import windll\nwindll.advapi32.CryptHashData()"),
    "cffi": (MD, "import cffi\nffi = cffi.FFI()\nC = ffi.dlopen('libcrypto.so')\nC.MD5()"),
    "run of a tool": (MD, "import subprocess\nsubprocess.run(['openssl', 'md5', '-sign', 'k', 'x'])"),
    "run of anything": (MD, "import subprocess\ndef g(c): subprocess.run(c)"),
    "run of a shell": (MD, "import subprocess\nsubprocess.run(['sh', '-c', 'true'])"),
    "system": (MD, "import os\nos.system('md5sum x')"),
    "execvp": (MD, "import os\nos.execvp('openssl', ['openssl', 'md5'])"),
    "stranger": (MD, "from passlib.hash import md5_crypt\ndef g(x): return md5_crypt.hash(x)"),
    "stranger in a setting": (MD, "PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']"),
    "verify_mode by number": (CERT, "import ssl\nc = ssl.SSLContext()\nc.verify_mode = 0"),
    "protocol by number": (TLS, "import ssl\nc = ssl.SSLContext(3)"),
    "sys.modules": (MD, "import sys\ndef g(x): return sys.modules['hashlib'].md5(x)"),
    "full-width name": (MD, "import hashlib\ndef g(x): return hashlib.\uff4d\uff44\uff15(x)"),
    "own md5": (MD, "T = [0xd76aa478, 0xe8c7b756, 0x242070db]\ndef digest(x): return rounds(T, x)"),
    "key in a string": (KEY, "K = '-----BEGIN PRIVATE KEY-----\\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 4 + "'"),
    "modes": (
        ECB,
        "from cryptography.hazmat.primitives.ciphers import *\ndef g(k, n): return Cipher(AES(k), getattr(modes, n)())",
    ),
}
JAVA = {
    "after an import": (MD, 'import java.security.*; class A { Object o = MessageDigest.getInstance("M" + "D5"); }'),
    "method reference": (MD, "import java.security.*;\nclass A { F f = MessageDigest::getInstance; }"),
    "constructor reference": (DES, "import org.bouncycastle.crypto.engines.*;\nclass A { F f = DESEngine::new; }"),
    "static import": (
        MD,
        'import static java.security.MessageDigest.getInstance;\nclass A { Object o = getInstance("MD5"); }',
    ),
    "static star": (
        MD,
        'import static java.security.MessageDigest.*;\nclass A { Object o = getInstance("MD5"); }',
    ),
    "escaped name": (
        MD,
        'import java.security.*;\nclass A { Object o = \\u004dessageDigest.getInstance("MD5"); }',
    ),
    "forName": (MD, 'class A { Object o = Class.forName("java.security.MessageDigest").getMethods()[0]; }'),
    "class literal": (MD, "import java.security.*;\nclass A { Object o = MessageDigest.class.getMethods()[0]; }"),
    "System.loadLibrary": (MD, 'class A { static { System.loadLibrary("crypto"); } native byte[] md5(byte[] b); }'),
    "jna": (MD, 'import com.sun.jna.*;\nclass A { Object o = Native.load("crypto", L.class); }'),
    "addProvider": (MD, "import java.security.*;\nclass A { void f(Provider p) { Security.addProvider(p); } }"),
    "inherited": (MD, "class A extends ClassLoader { Object f(byte[] b) { return defineClass(null, b, 0, 9); } }"),
    "Runtime.exec": (MD, 'class A { void f() { Runtime.getRuntime().exec("openssl md5 x"); } }'),
    "ProcessBuilder": (MD, 'class A { void f() { new ProcessBuilder("openssl", "md5", "x").start(); } }'),
    "script": (MD, "class A { void f(javax.script.ScriptEngine e, String s) { e.eval(s); } }"),
    "stranger": (
        MD,
        "import org.apache.commons.codec.digest.DigestUtils;\nclass A { Object o = DigestUtils.md5Hex(s); }",
    ),
    "stranger by full name": (MD, "class A { Object o = cn.hutool.crypto.SecureUtil.md5(s); }"),
    "property": (TLS, 'class A { static { System.setProperty("https.protocols", "TLSv1"); } }'),
    "protocols of a full name": (
        TLS,
        'class A { void f(javax.net.ssl.SSLSocket s) { s.setEnabledProtocols(new String[]{"TLSv1"}); } }',
    ),
    "return in a trust manager": (
        CERT,
        "import javax.net.ssl.*;\nclass A implements X509TrustManager { void checkServerTrusted(C[] c) { return; } }",
    ),
    "cast": (HOST, "import javax.net.ssl.*;\nclass A { Object v = (HostnameVerifier) (h, s) -> true; }"),
}
C = {
    "spliced name": (MD, "#include <openssl/md5.h>\nvoid f(){ M\\\nD5(0,0,0); }"),
    "own md5": (MD, "static const unsigned t[] = {0xd76aa478UL, 0xe8c7b756UL};"),
    "macro": (MD, "#include <openssl/md5.h>\n#define HASH(a,b,c) MD5(a,b,c)\nvoid f(){ HASH(0,0,0); }"),
    "renaming macro": (MD, "#include <openssl/md5.h>\n#define HASH MD5\nvoid f(){ HASH(0,0,0); }"),
    "pasted name": (MD, "#include <openssl/evp.h>\n#define EVP(n) EVP_##n()\nconst EVP_MD *f(){ return EVP(md5); }"),
    "function pointer": (MD, "#include <openssl/md5.h>\nunsigned char *(*p)() = MD5;\nvoid f(){ p(0,0,0); }"),
    "old style": (MD, "#include <openssl/md5.h>\nf(a) char *a;\n{ MD5(a,1,0); }"),
    "dlsym": (MD, '#include <dlfcn.h>\nvoid f(void*h){ dlsym(h,"MD5"); }'),
    "dlopen": (MD, '#include <dlfcn.h>\nvoid f(){ dlopen("libcrypto.so",2); }'),
    "system": (MD, '#include <stdlib.h>\nvoid f(){ system("openssl md5 x"); }'),
    "execvp": (MD, "#include <unistd.h>\nvoid f(char**a){ execvp(a[0],a); }"),
    "stranger": (MD, "#include <mbedtls/md5.h>\nvoid f(){ mbedtls_md5(0,0,0); }"),
    "stranger's header": (MD, "#include <gcrypt.h>\nvoid f(){ gcry_md_open(0, GCRY_MD_MD5, 0); }"),
    "crypt": (DES, '#include <unistd.h>\nvoid f(char*k){ crypt(k,"ab"); }'),
    "out of sight of the maker": (MD, "void f(H h) { gcry_md_open(&h, how(), 0); }"),
    "by a wrapper": (ECB, "void f(K *k, int m) { gcry_cipher_open(&k->hd, GCRY_CIPHER_AES, m, 0); }"),
    "wide name": (MD, 'void f(H h) { BCryptOpenAlgorithmProvider(&h, L"MD5", 0, 0); }'),
    "mode set elsewhere": (ECB, "void f(P p, K *k) { CryptGenKey(p, CALG_AES_256, 0, &k->key); }"),
    "name of the kernel": (MD, 'void f() { crypto_alloc_shash("hmac(md5)", 0, 0); }'),
    "AF_ALG": (MD, '#include <linux/if_alg.h>\nstruct sockaddr_alg a = {.salg_name = "md5"};'),
    "priority string": (TLS, 'void f(S s) { gnutls_priority_set_direct(s, "NORMAL:+VERS-TLS1.0", 0); }'),
    "manual validation": (CERT, "void f(C *c) { c->dwFlags = SCH_CRED_MANUAL_CRED_VALIDATION; }"),
    "NSS": (MD, "#include <nss/sechash.h>\nvoid f() { HASH_HashBuf(HASH_AlgMD5, 0, 0, 0); }"),
    "SSL_CONF_cmd": (TLS, '#include <openssl/ssl.h>\nvoid f(void*c){ SSL_CONF_cmd(c,"MinProtocol","TLSv1"); }'),
}
CPP = {
    "namespace alias": (MD, "namespace w = CryptoPP::Weak;\nvoid f() { w::MD5 h; }"),
    "using of a namespace": (MD, 'using namespace Botan;\nauto f() { return HashFunction::create("MD5"); }'),
    "alias of a type": (MD, "using Hash = CryptoPP::Weak::MD5;\nvoid f() { Hash h; }"),
    "member function pointer": (MD, "auto p = &QCryptographicHash::hash;"),
    "field": (MD, "class A { QCryptographicHash h{QCryptographicHash::Md5}; };"),
    "field of another file's constructor": (MD, "class A { A(); QCryptographicHash h_; };"),
    "optional": (MD, "std::optional<QCryptographicHash> h;\nvoid f() { h.emplace(QCryptographicHash::Md5); }"),
    "base class": (MD, "class H : public CryptoPP::Weak::MD5 { };"),
    "lambda": (MD, "auto f = [](auto d) { return QCryptographicHash::hash(d, QCryptographicHash::Md5); };"),
    "parameter": (MD, "auto f(QCryptographicHash::Algorithm a) { return QCryptographicHash(a); }"),
    "default of a parameter": (MD, "auto f(Q a = QCryptographicHash::Md5) { return QCryptographicHash::hash(x, a); }"),
    "taken for a function": (MD, "void f() { Digest d(EVP_md5()); }"),
    "raw string": (MD, 'auto f() { return Botan::HashFunction::create(R"(MD5)"); }'),
    "built name": (MD, 'auto f(int n) { return Botan::HashFunction::create("MD" + std::to_string(n)); }'),
    "method of the class around": (
        CERT,
        "class S : QSslSocket { S() { setPeerVerifyMode(QSslSocket::VerifyNone); } };",
    ),
    "macro with a path": (
        MD,
        "#define HASH(d) QCryptographicHash::hash(d, QCryptographicHash::Md5)\nvoid f() { HASH(x); }",
    ),
    "QLibrary": (MD, 'void f() { QLibrary l(name()); l.resolve("MD5"); }'),
    "QProcess": (MD, 'void f() { QProcess::execute("openssl", args()); }'),
    "std::system": (MD, 'void f() { std::system("openssl md5 x"); }'),
    "stranger": (MD, "#include <picosha2.h>\n#include <md5.hpp>\nauto f() { return md5::sum(x); }"),
    "template": (MD, "template <typename T> auto f() { return EVP_md5(); }"),
    "option by variable": (CERT, "void f(H h, O o, long v) { curl_easy_setopt(h, o, v); }"),
    "lambda that accepts all": (CERT, "void f(S &s) { s.set_verify_callback([](bool, auto &) { return true; }); }"),
}
HEADERS = {
    "namespace opened in a header": (
        MD,
        {
            "a.h": b"#include <cryptopp/md5.h>\nusing namespace CryptoPP;\n",
            "a.cpp": b'#include "a.h"\nvoid f() { Weak::MD5 h; }\n',
        },
    ),
    "a C++ header": (MD, {"a.h": b"class A { void f() { QCryptographicHash::hash(x, QCryptographicHash::Md5); } };\n"}),
    "C++ behind a long licence": (
        MD,
        {
            "a.h": b"/*"
            + b"licence " * 2000
            + b"*/\nclass A {\npublic:\n QCryptographicHash h{QCryptographicHash::Md5};\n};\n"
        },
    ),
    "Objective-C": (MD, {"a.m": b"#import <CommonCrypto/CommonDigest.h>\nvoid f() { CC_MD5(0, 0, 0); }\n"}),
    "Objective-C++": (MD, {"a.mm": b"#import <X.h>\nvoid f() { CC_MD5(0, 0, 0); }\n"}),
    "constant of a C header": (
        MD,
        {
            "a.h": b'#define HOW "MD5"\n',
            "a.cpp": b'#include "a.h"\nauto f() { return Botan::HashFunction::create(HOW); }\n',
        },
    ),
}
_GO = "package p\nimport ("
GO = {
    "alias": (MD, _GO + ' h "crypto/md5" )\nfunc f() { h.New() }'),
    "one import": (MD, 'package p\nimport "crypto/md5"\nfunc f() { md5.Sum(nil) }'),
    "raw import": (MD, "package p\nimport h `crypto/md5`\nfunc f() { h.New() }"),
    "import and use on one line": (MD, 'package p; import "crypto/md5"; var h = md5.New()'),
    "dot import": (MD, _GO + ' . "crypto/md5" )\nfunc f() { New() }'),
    "function value": (MD, _GO + ' "crypto/md5" )\nvar make = md5.New\nfunc f() { make() }'),
    "in a table": (MD, _GO + ' "crypto/md5" )\nvar t = map[string]func() hash.Hash{"a": md5.New}'),
    "given to another": (MD, _GO + ' "crypto/md5" )\nfunc f() { register(md5.New) }'),
    "by number": (MD, _GO + ' "crypto"; _ "crypto/md5" )\nfunc f() { crypto.Hash(2).New() }'),
    "number in a variable": (MD, _GO + ' "crypto" )\nvar kind = crypto.MD5\nfunc f() { kind.New() }'),
    "by a variable": (MD, _GO + ' "crypto" )\nfunc f(h crypto.Hash) { h.New() }'),
    "cgo": (MD, 'package p\n// #include <openssl/md5.h>\nimport "C"\nfunc f() { C.MD5(nil, 0, nil) }'),
    "linkname": (MD, 'package p\nimport _ "unsafe"\n//go:linkname sum crypto/md5.Sum\nfunc sum([]byte) [16]byte'),
    "plugin": (MD, _GO + ' "plugin" )\nfunc f() { p, _ := plugin.Open("x.so"); p.Lookup("F") }'),
    "exec": (MD, _GO + ' "os/exec" )\nfunc f() { exec.Command("openssl", "md5", "-sign", "k").Run() }'),
    "exec of anything": (MD, _GO + ' "os/exec" )\nfunc f(n string) { exec.Command(n).Run() }'),
    "exec of a shell": (MD, _GO + ' "os/exec" )\nfunc f(a ...string) { exec.Command("sh", a...).Run() }'),
    "stranger": (MD, _GO + ' "github.com/pascaldekloe/jwt" )\nfunc f() { jwt.Sign() }'),
    "own md5": (MD, "package p\nvar t = []uint32{0xd76aa478, 0xe8c7b756, 0x242070db}"),
    "embedded settings": (
        CERT,
        _GO + ' "crypto/tls" )\ntype c struct{ *tls.Config }\nfunc f(x c) { x.InsecureSkipVerify = true }',
    ),
    "elided type": (CERT, _GO + ' "crypto/tls" )\nvar t = []tls.Config{{InsecureSkipVerify: true}}'),
    "settings of a function": (CERT, _GO + ' "crypto/tls" )\nfunc f() { c := g(); c.InsecureSkipVerify = true }'),
    "settings from a flag": (CERT, _GO + ' "crypto/tls" )\nfunc f(on T) { use(tls.Config{InsecureSkipVerify: on}) }'),
    "version by number": (TLS, _GO + ' "crypto/tls" )\nvar c = tls.Config{MinVersion: 0x0301}'),
    "suite by number": (DES, _GO + ' "crypto/tls" )\nvar c = tls.Config{CipherSuites: []uint16{0x000a}}'),
    "version of a function": (TLS, _GO + ' "crypto/tls" )\nvar c = tls.Config{MinVersion: lowest()}'),
}
RUST = {
    "alias": (MD, "use md5::Md5 as H;\nfn f() { H::new(); }"),
    "alias of a crate": (MD, "use md5 as h;\nfn f() { h::compute(x); }"),
    "crate in a crate": (MD, "use mine::{md5::Md5, x};\nfn f() { Md5::new(); }"),
    "star": (MD, "use md5::*;\nfn f() { compute(x); Md5::new(); }"),
    "own type": (MD, "type H = md5::Md5;\nfn f() { H::new(); }"),
    "own public type": (MD, "pub type H = md5::Md5;"),
    "re-export": (MD, "pub use md5::Md5 as H;"),
    "re-export of all": (MD, "pub use md5::*;"),
    "re-export of a crate": (MD, "pub use md5;"),
    "generic": (MD, "use md5::Md5;\nfn f() { hash::<Md5>(x); }"),
    "default": (MD, "use md5::Md5;\nfn f() { let h: Md5 = Default::default(); }"),
    "derived default": (MD, "use md5::Md5;\n#[derive(Default)]\nstruct S { h: Md5 }"),
    "trait function": (MD, "use md5::Md5;\nfn f() { <Md5 as Mine>::go(x); }"),
    "in a macro": (MD, 'fn f() { println!("{:x}", md5::compute(x)); }'),
    "given to a macro": (MD, "use md5::Md5;\nhasher!(Md5);"),
    "function value": (MD, "fn f() { run(md5::compute); }"),
    "function of a type": (MD, "use md5::Md5;\nfn f() { rows.map(Md5::digest); }"),
    "getter value": (MD, "use openssl::hash::MessageDigest;\nfn f() { run(MessageDigest::md5); }"),
    "by name": (MD, "use openssl::hash::*;\nfn f(n: &str) { hash(MessageDigest::from_name(n).unwrap(), x); }"),
    "pasted name": (MD, "use md5::Digest;\npaste::paste! { fn f() { md5::[<Md $n>]::new(); } }"),
    "included text": (MD, 'include!("md5.in");'),
    "foreign functions": (MD, 'extern "C" { fn MD5(a: *const u8, n: usize, o: *mut u8) -> *mut u8; }'),
    "libloading": (MD, "fn f() { unsafe { libloading::Library::new(n); } }"),
    "command": (MD, 'use std::process::Command;\nfn f() { Command::new("openssl").arg("md5").spawn(); }'),
    "command of a shell": (MD, 'use std::process::Command;\nfn f() { Command::new("sh").arg("-c").arg(s).spawn(); }'),
    "command renamed": (MD, "use std::process::Command as C;\nfn f(n: &str) { C::new(n).spawn(); }"),
    "stranger": (MD, "use sodiumoxide::crypto::hash;\nfn f() { hash::hash(x); }"),
    "stranger by full name": (MD, "fn f() { openssl_sys::MD5(a, b, c); }"),
    "raw name": (MD, "use r#md5::Md5;\nfn f() { Md5::new(); }"),
    "own md5": (MD, "const T: [u32; 2] = [0xd76aa478, 0xe8c7b756];"),
    "mode of a parameter": (ECB, "use openssl::symm::{encrypt, Cipher};\nfn f(c: Cipher) { encrypt(c, k, None, x); }"),
    "old block modes": (ECB, "use block_modes::Ecb;\ntype E = Ecb<aes::Aes128, P>;\nfn f() { E::new_var(k, v); }"),
    "own verifier": (CERT, "use rustls::ClientConfig;\nfn f(c: C) { c.set_certificate_verifier(Arc::new(V)); }"),
    "no verification": (CERT, "fn f(b: B) { b.danger_accept_invalid_certs(ON); }"),
    "verify mode of a variable": (CERT, "use openssl::ssl::*;\nfn f(b: B, m: SslVerifyMode) { b.set_verify(m); }"),
    "version": (TLS, "use openssl::ssl::*;\nfn f(b: B) { b.set_min_proto_version(Some(SslVersion::TLS1)); }"),
}
JAVASCRIPT = {
    "require": (MD, "const c = require('crypto');\nc.createHash('md5')"),
    "import of node:": (MD, "import { createHash as h } from 'node:crypto';\nh('md5')"),
    "dynamic import": (MD, "const c = await import('crypto');\nc.createHash('md5')"),
    "dynamic import, then": (MD, "import('crypto').then((c) => c.createHash('md5'))"),
    "computed import": (MD, "const c = require(['cry', 'pto'].join(''));\nc.createHash('md5')"),
    "module of a variable": (MD, "const n = process.argv[2];\nconst c = require(n);\nc.x('md5')"),
    "member by a variable": (MD, "const c = require('crypto');\nexports.f = (n, x) => c[n]('md5')"),
    "member in two parts": (MD, "const c = require('crypto');\nc['create' + 'Hash']('md5')"),
    "escaped member": (MD, "const c = require('crypto');\nc['create\\x48ash']('md5')"),
    "escaped name": (MD, "const c = require('crypto');\nc.create\\u0048ash('md5')"),
    "comma": (MD, "const c_1 = require('crypto');\n(0, c_1.createHash)('md5')"),
    "default of an import": (MD, "const c = __importDefault(require('crypto'));\nc.default.createHash('md5')"),
    "further name": (MD, "const c = require('crypto');\nconst f = c.createHash;\nf('md5')"),
    "bound": (MD, "const c = require('crypto');\nconst f = c.createHash.bind(c);\nf('md5')"),
    "handed on": (MD, "const c = require('crypto');\nstart({ crypto: c })"),
    "shorthand": (MD, "const crypto = require('crypto');\nstart({ crypto })"),
    "passed on": (MD, "export * from 'crypto'"),
    "passed on by name": (MD, "export { createHash } from 'crypto'"),
    "exported": (MD, "module.exports = require('crypto')"),
    "injected": (MD, "exports.f = (crypto, x) => crypto.createHash('md5')"),
    "given as a parameter": (MD, "exports.f = function (CryptoJS) { return CryptoJS.MD5('x'); }"),
    "subtle as a parameter": (MD, "export const f = (subtle, a, x) => subtle.digest(a, x)"),
    "AMD": (MD, "define(['crypto-js'], function (CryptoJS) { return CryptoJS.MD5; })"),
    "of a field": (MD, "class A { a() { this.c = require('crypto'); } f() { return this.c.createHash('md5'); } }"),
    "name at run time": (MD, "const c = require('crypto');\nexports.f = (a) => c.createHash(a)"),
    "template": (MD, "const c = require('crypto');\nexports.f = (n) => c.createHash(`md${n}`)"),
    "eval": (MD, "exports.f = (s) => eval(s)"),
    "eval of a literal": (MD, "eval(\"require('crypto').createHash('md5')\")"),
    "new Function": (MD, "exports.f = (s) => new Function('x', s)"),
    "vm": (MD, "const vm = require('vm');\nexports.f = (s) => vm.runInNewContext(s)"),
    "addon": (MD, "const a = require('bindings')('md5');\na.md5('x')"),
    "binding": (MD, "const b = process.binding('crypto');\nnew b.Hash('md5')"),
    "wasm": (MD, "WebAssembly.instantiate(bytes).then((m) => m.instance.exports.md5())"),
    "spawn": (MD, "const { spawn } = require('child_process');\nspawn('openssl', ['md5', 'x'])"),
    "exec": (MD, "require('child_process').exec('md5sum x')"),
    "stranger": (MD, "const h = require('object-hash');\nh(x, { algorithm: 'md5' })"),
    "global": (MD, "window.CryptoJS.MD5(x)"),
    "minified": (MD, "!function(){" + "var a=function(b,c){return b+c};" * 80 + "}()"),
    "bundle": (MD, "(() => { function __webpack_require__(n) { return m[n]; } })()"),
    "own md5": (MD, "const T = [0xd76aa478, 0xe8c7b756, 0x242070db]"),
    "rejectUnauthorized by a variable": (CERT, "exports.f = (o, v) => get({ ...o, rejectUnauthorized: v })"),
    "minified false": (CERT, "get({rejectUnauthorized:!1})"),
    "environment": (CERT, "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = 0"),
    "empty identity check": (HOST, "get({ checkServerIdentity() {} })"),
    "TLS by a method": (TLS, "get({ secureProtocol: 'TLSv1_method' })"),
    "TLS of an unknown client": (TLS, "mail({ tls: { minVersion: 'TLSv1' } })"),
    "mode of an unseen object": (
        ECB, "const C = require('crypto-js');\nexports.f = (x, k, o) => C.AES.encrypt(x, k, o)",
    ),
    "mode put in later": (
        ECB, "const C = require('crypto-js');\nconst o = {};\no.mode = C.mode.ECB;\nC.AES.encrypt(x, k, o)",
    ),
    "mode of another module": (
        ECB, "import AES from 'crypto-js/aes';\nimport e from 'crypto-js/mode-ecb';\nAES.encrypt(x, k, { mode: e })",
    ),
}  # fmt: skip
TYPESCRIPT = {
    "import of all": (MD, "import * as c from 'crypto';\nexport const f = (x: T) => c.createHash('md5').digest();"),
    "import with require": (MD, "import c = require('crypto');\nc.createHash('md5');"),
    "enumeration": (MD, "import c from 'crypto';\nenum A { X = 'md5' }\nc.createHash(A.X);"),
    "cast": (MD, "import c from 'crypto';\n(c as any).createHash('md5');"),
    "injected": (MD, "export class A { constructor(private c: C) {} f() { return this.c.createHash('md5'); } }"),
}  # fmt: skip
PHP = {
    "call": (MD, "echo md5($x);"),
    "in capitals": (MD, "echo MD5($x);"),
    "in odd case": (MD, "echo mD5($x);"),
    "from the root": (MD, "namespace App; echo \\md5($x);"),
    "renamed": (MD, "use function md5 as h; echo h($x);"),
    "by a variable": (MD, "$f = 'md5'; echo $f($x);"),
    "by a built name": (MD, "$f = 'm' . 'd5'; echo $f($x);"),
    "by a decoded name": (MD, "$f = base64_decode('bWQ1'); echo $f($x);"),
    "by an argument": (MD, "function f($g, $x) { return $g($x); } f('md5', 1);"),
    "by array_map": (MD, "array_map('md5', $x);"),
    "by call_user_func": (MD, "call_user_func('md5', $x);"),
    "by a built callable": (MD, "call_user_func('m' . 'd5', $x);"),
    "first-class callable": (MD, "$f = md5(...); echo $f($x);"),
    "closure of a name": (MD, "$f = Closure::fromCallable('md5'); echo $f($x);"),
    "by reflection": (MD, "$f = new ReflectionFunction($n); echo $f->invoke($x);"),
    "class by a name": (MD, "$c = 'phpseclib3\\\\Crypt\\\\Hash'; $h = new $c('md5');"),
    "class by a variable": (DES, "$c = $conf['cipher']; $h = new $c('cbc');"),
    "algorithm at run time": (MD, "echo hash($a, $x);"),
    "algorithm in a text": (MD, 'echo hash("md$n", $x);'),
    "eval": (MD, "eval($x);"),
    "include": (MD, "include $path;"),
    "include of another ending": (MD, "include 'a.dat';"),
    "create_function": (MD, "$f = create_function('$x', 'return md5($x);');"),
    "exec": (MD, "exec('openssl md5 x');"),
    "backquotes": (MD, "$x = `openssl md5 x`;"),
    "ffi": (MD, "$f = FFI::cdef('void MD5();', 'libcrypto.so');"),
    "stranger": (MD, "use Illuminate\\Support\\Facades\\Hash; Hash::make($x);"),
    "old random": (WEAK, "function token() { return mt_rand(); }"),
    "curl": (CERT, "curl_setopt($c, CURLOPT_SSL_VERIFYPEER, $v);"),
    "curl by number": (HOST, "curl_setopt_array($c, [CURLOPT_SSL_VERIFYHOST => 0]);"),
    "stream": (CERT, "$o['ssl']['verify_peer'] = false;"),
    "legacy crypt": (DES, "crypt($x, 'ab');"),
    "openssl by constant of another class": (ECB, "openssl_encrypt($x, Other::CIPHER, $k);"),
}  # fmt: skip
HIDDEN: dict[str, Case] = {
    **HEADERS,
    **{f"C++: {name}": (rule, {"a.cpp": text.encode() + b"\n"}) for name, (rule, text) in CPP.items()},
    **FILES_OF,
    **{f"Python: {name}": (rule, {"a.py": text.encode() + b"\n"}) for name, (rule, text) in PYTHON.items()},
    **{f"Java: {name}": (rule, {"A.java": text.encode() + b"\n"}) for name, (rule, text) in JAVA.items()},
    **{f"Go: {name}": (rule, {"a.go": text.encode() + b"\n"}) for name, (rule, text) in GO.items()},
    **{f"Rust: {name}": (rule, {"a.rs": text.encode() + b"\n"}) for name, (rule, text) in RUST.items()},
    **{f"JavaScript: {name}": (rule, {"a.js": text.encode() + b"\n"}) for name, (rule, text) in JAVASCRIPT.items()},
    **{f"TypeScript: {name}": (rule, {"a.ts": text.encode() + b"\n"}) for name, (rule, text) in TYPESCRIPT.items()},
    **{f"PHP: {name}": (rule, {"a.php": b"<?php\n" + text.encode() + b"\n"}) for name, (rule, text) in PHP.items()},
    **{f"C: {name}": (rule, {"a.c": text.encode() + b"\n"}) for name, (rule, text) in C.items()},
    **{f"Kotlin: {name}": (rule, {"A.kt": text.encode() + b"\n"}) for name, (rule, text) in KOTLIN.items()},
    **{f"C#: {name}": (rule, {"A.cs": text.encode() + b"\n"}) for name, (rule, text) in CSHARP.items()},
    **python_ways.HIDDEN,
    **hidden_in_classes.HIDDEN,
    **hidden_in_assemblies.HIDDEN,
    **hidden_in_dex.HIDDEN,
    **hidden_in_deliveries.HIDDEN,
    **hidden_in_go.HIDDEN,
    "C#: global using": (
        MD,
        {"A.cs": b"class T { object o = MD5.Create(); }\n", "U.cs": b"global using System.Security.Cryptography;\n"},
    ),
}
HARMLESS: dict[str, Case] = {
    **python_ways.HARMLESS,
    **hidden_in_classes.HARMLESS,
    **hidden_in_assemblies.HARMLESS,
    **hidden_in_dex.HARMLESS,
    **hidden_in_deliveries.HARMLESS,
    **hidden_in_go.HARMLESS,
    "JavaScript: another method": (MD, {"a.js": b"const c = require('crypto');\nc.createHash('sha256');\n"}),
    "JavaScript: a plain module": (MD, {"a.js": b"const fs = require('fs');\nfs.readFileSync(p);\n"}),
    "JavaScript: own module": (MD, {"a.js": b"const c = require('./lib/hash');\nc.createHash('x');\n"}),
    "JavaScript: a program": (MD, {"a.js": b"require('child_process').execSync('git describe');\n"}),
    "JavaScript: dice": (WEAK, {"a.js": b"const roll = () => Math.floor(Math.random() * 6);\n"}),
    "JavaScript: a version of a browser": (TLS, {"a.js": b"const b = { minVersion: '90' };\n"}),
    "PHP: another hash": (MD, {"a.php": b"<?php\necho hash('sha256', $x);\n"}),
    "PHP: a checksum": (MD, {"a.php": b"<?php\necho hash('crc32b', $x);\n"}),
    "PHP: a callback": (MD, {"a.php": b"<?php\nfunction f($g) { return array_map($g, [1]) + $g(1); }\n"}),
    "PHP: a method": (MD, {"a.php": b"<?php\n$x = $o->md5x($y) . $md5;\n"}),
    "PHP: an include": (MD, {"a.php": b"<?php\nrequire __DIR__ . '/b.php';\n"}),
    "PHP: asked for": (MD, {"a.php": b"<?php\nif (function_exists('md5')) { f(); }\n"}),
    "Go: a package of its own": (
        MD,
        {
            "go.mod": b"module example.org/app\n",
            "a.go": b'package p\nimport "example.org/app/md5"\nfunc f() { md5.New() }\n',
            "md5/b.go": b"package md5\nfunc New() int { return 1 }\n",
        },
    ),
    "Go: a known package": (MD, {"a.go": b'package p\nimport "crypto/sha256"\nfunc f() { sha256.New() }\n'}),
    "Go: a harmless program": (
        MD,
        {"a.go": b'package p\nimport "os/exec"\nfunc f() { exec.Command("git", "describe").Run() }\n'},
    ),
    "Rust: another crate": (MD, {"a.rs": b"use mine::Md5;\nfn f() { Md5::new(); }\n"}),
    "Rust: a test": (MD, {"a.rs": b"#[cfg(test)]\nmod t { fn f() { md5::compute(x); } }\n"}),
    "Rust: a harmless program": (
        MD,
        {"a.rs": b'use std::process::Command;\nfn f() { Command::new("git").arg("describe").output(); }\n'},
    ),
    "Rust: a known crate": (MD, {"a.rs": b"use sha2::Sha256;\nfn f() { Sha256::digest(x); }\n"}),
    "nothing": (MD, {"a.py": b"def f():\n    return 1\n"}),
    "a digest of any name is no cipher": (
        DES,
        {"a.py": b"import hashlib\n\ndef f(n, x):\n    return hashlib.new(n, x)\n"},
    ),
    "a page with a script": (MD, {"a.html": b"<script>$('#a').hide()</script>{{ x }}", "a.py": b""}),
    "a plain page": (MD, {"a.html": b"<html><p class='v'>x</p></html>", "a.py": b""}),
    "a known module": (MD, {"a.py": b"import hashlib\nhashlib.sha256(b'')\nif hashlib:\n    pass\n"}),
    "hasattr": (MD, {"a.py": b"import ssl\nX = hasattr(ssl, 'HAS_SNI')\nC = ssl.create_default_context()\n"}),
    "a harmless program": (MD, {"a.py": b"import subprocess\nsubprocess.run(['git', 'describe'])\n"}),
    "another run": (MD, {"a.py": b"import subprocess\ndef f(loop, x):\n    loop.run(x)\n"}),
    "a driver by name": (MD, {"A.java": b'class A { Object o = Class.forName("org.example.Driver"); }\n'}),
    "another load": (
        MD,
        {"A.java": b"class A { void f(java.util.Properties p) { p.load(null); p.setProperty(a, b); } }\n"},
    ),
    "own module of a stranger's name": (
        MD,
        {"a.py": b"from .rsa import x\nfrom b.rsa import y\n", "b/rsa.py": b"y = 1\n"},
    ),
    "a known header": (MD, {"a.c": b"#include <openssl/md5.h>\n#include <stdio.h>\nint f(void){ return 1; }\n"}),
    "another paste": (MD, {"a.c": b"#define N(x) name_##x\nint N(a);\n"}),
    "eval of arithmetic": (MD, {"a.py": b"X = eval('1 + 1')\n"}),
    "Kotlin": (MD, {"A.kt": b'import java.security.MessageDigest\nval o = MessageDigest.getInstance("SHA-256")\n'}),
    "a Kotlin template": (MD, {"A.kt": b'fun f(a: Int) = "cost: \\$a MD5 ${a + 1}"\n'}),
    "C#": (MD, {"A.cs": b"using System.Security.Cryptography;\nclass T { object o = SHA256.Create(); }\n"}),
    "C#'s own class": (MD, {"A.cs": b"class MD5 { static object Create() => 1; object o = MD5.Create(); }\n"}),
    "a screen's library": (MD, {"A.cs": b'class T { [DllImport("user32.dll")] static extern int Beep(); }\n'}),
    "a request's method": (MD, {"A.java": b"class A { boolean f(Request r) { return r.getMethod().isEmpty(); } }\n"}),
    "a known provider": (
        MD,
        {
            "A.java": b"import org.bouncycastle.jce.provider.BouncyCastleProvider;\n"
            b"class A { void f() { java.security.Security.addProvider(new BouncyCastleProvider()); } }\n"
        },
    ),
    "a variable called like a module": (MD, {"a.py": b"def f(hmac):\n    return g(hmac)\n"}),
    "a method called eval": (MD, {"a.py": b"def f(frame, x):\n    return frame.eval(x)\n"}),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Name of the case -> outcome of its rule."""
    root = tmp_path_factory.mktemp("hidden")
    cases = {**HIDDEN, **HARMLESS}
    assert len(cases) == len(HIDDEN) + len(HARMLESS)
    attempts: dict[str, list[Attempt]] = defaultdict(list)
    facts: dict[str, list[Fact]] = defaultdict(list)
    metas = []
    for number, (name, (_, content)) in enumerate(cases.items()):
        folder = _written(root / f"{number:03}", content)
        scratch = root / f"scratch{number}"
        scratch.mkdir()
        taken = take_in(folder, manifest=None, scratch=scratch, limits=IntakeLimits())
        attempts[name] += taken.attempts
        metas += [replace(meta, component=name, path=f"{number:03}/{meta.path}") for meta in taken.artifact.files]
    (root / "lab").mkdir()
    result = bench.run(
        metas,
        FILES,
        WHOLES,
        open_member=open_locator,
        write_run=write_run,
        scratch=root / "lab",
        jobs=1,
        limits=Limits(),
    )
    for attempt in result.attempts:
        attempts[attempt.component].append(attempt)
    for fact in map(decode_fact, merge_runs(result.runs)):
        facts[fact.subject.component].append(fact)
    day = date(2026, 1, 1)
    return {name: judge(RULES[rule], {}, facts[name], attempts[name], day).outcome for name, (rule, _) in cases.items()}


def _written(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_use_never_leaves_the_rule_met(name: str, outcomes: Mapping[str, str]) -> None:
    assert outcomes[name] in {"open", "broken"}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_way_out_leaves_the_rule_met(name: str, outcomes: Mapping[str, str]) -> None:
    assert outcomes[name] == "met"
