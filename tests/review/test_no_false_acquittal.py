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
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

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

MD, DES, ECB = "crypto.md-family", "crypto.des", "crypto.ecb"
TLS, CERT, HOST = "crypto.tls-old", "crypto.certificate-check-off", "crypto.host-name-check-off"
KEY = "crypto.hard-coded-key"
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
    "SSL_CONF_cmd": (TLS, '#include <openssl/ssl.h>\nvoid f(void*c){ SSL_CONF_cmd(c,"MinProtocol","TLSv1"); }'),
}
HIDDEN: dict[str, Case] = {
    **FILES_OF,
    **{f"Python: {name}": (rule, {"a.py": text.encode() + b"\n"}) for name, (rule, text) in PYTHON.items()},
    **{f"Java: {name}": (rule, {"A.java": text.encode() + b"\n"}) for name, (rule, text) in JAVA.items()},
    **{f"C: {name}": (rule, {"a.c": text.encode() + b"\n"}) for name, (rule, text) in C.items()},
}
HARMLESS: dict[str, Case] = {
    "nothing": (MD, {"a.py": b"def f():\n    return 1\n"}),
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
    "own module of a stranger's name": (MD, {"a.py": b"from .rsa import x\nfrom b.rsa import y\n"}),
    "a known header": (MD, {"a.c": b"#include <openssl/md5.h>\n#include <stdio.h>\nint f(void){ return 1; }\n"}),
    "another paste": (MD, {"a.c": b"#define N(x) name_##x\nint N(a);\n"}),
    "eval of arithmetic": (MD, {"a.py": b"X = eval('1 + 1')\n"}),
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
