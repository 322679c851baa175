"""Weak cryptography of Go in places that one file alone does not show, and credentials written into source.

Cases of `test_no_false_acquittal.py`: a rule, and the files of a delivery that breaks it. HARMLESS ones do not.
"""

from collections.abc import Mapping

MD, DES, CERT, HOST = "crypto.md-family", "crypto.des", "crypto.certificate-check-off", "crypto.host-name-check-off"
PASSWORD, KEY, RC4 = "crypto.hard-coded-password", "crypto.hard-coded-key", "crypto.rc4"
_MOD = {"go.mod": b"module example.org/shop\n\ngo 1.25\n"}
_RC4 = "tls.TLS_RSA_WITH_RC4_128_SHA"
_CLIENT = (
    b'package net\n\nimport (\n\t"crypto/tls"\n\t"net/http"\n)\n\ntype Made struct{}\n\n'
    b"func (m Made) base() *http.Transport { return &http.Transport{TLSClientConfig: &tls.Config{}} }\n\n"
    b"func (m Made) Remote(insecure bool) *http.Transport {\n\tt := m.base()\n"
    b"\tt.TLSClientConfig.InsecureSkipVerify = insecure\n\treturn t\n}\n"
)
_SUM = (
    b'package sum\n\nimport (\n\t"crypto/md5"\n\t"hash"\n)\n\n'
    b"func New() hash.Hash { return md5.New() }\n\nvar Make = New\n"
)
_SUITES = (
    b'package own\n\nimport "crypto/tls"\n\nfunc Suites() []uint16 {\n'
    b"\treturn []uint16{tls.TLS_RSA_WITH_RC4_128_SHA, tls.TLS_AES_128_GCM_SHA256}\n}\n"
)


def _go(imports: str, body: str) -> bytes:
    listed = "".join(f'\t"{path}"\n' for path in imports.split())
    return f"package p\n\nimport (\n{listed})\n\n{body}\n".encode()


HIDDEN: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    "Go: a switch of another package": (
        CERT,
        {**_MOD, "net/a.go": _CLIENT, "b.go": _go("example.org/shop/net", "var t = net.Made{}.Remote(true)")},
    ),
    "Go: the host name with it": (
        HOST,
        {**_MOD, "net/a.go": _CLIENT, "b.go": _go("example.org/shop/net", "var t = net.Made{}.Remote(true)")},
    ),
    "Go: a field of a field": (
        CERT,
        {
            "a.go": _go(
                "crypto/tls net/http",
                "func f() {\n\tt := &http.Transport{TLSClientConfig: &tls.Config{}}\n"
                "\tt.TLSClientConfig.InsecureSkipVerify = true\n}",
            )
        },
    ),
    "Go: of a client made elsewhere": (
        CERT,
        {"a.go": _go("example.com/lib", "func f() { t := lib.Make(); t.TLS.InsecureSkipVerify = true }")},
    ),
    "Go: of another package's options": (
        CERT,
        {"a.go": _go("example.com/lib", "var o = lib.Options{InsecureSkipVerify: true}")},
    ),
    "Go: with an error": (
        CERT,
        {"a.go": _go("strconv", "func f(c *C) (err error) { c.InsecureSkipVerify, err = read(); return }")},
    ),
    "Go: behind an error": (
        CERT,
        {"a.go": _go("example.com/lib", "func f(c *lib.C) { _, c.InsecureSkipVerify = lib.Read() }")},
    ),
    "Go: a digest of the own package": (
        MD,
        {
            **_MOD,
            "sum/a.go": _SUM,
            "b.go": _go("crypto/hmac example.org/shop/sum", "func f(k []byte) { use(hmac.New(sum.New, k)) }"),
        },
    ),
    "Go: a digest of a variable": (
        MD,
        {
            **_MOD,
            "sum/a.go": _SUM,
            "b.go": _go("crypto/hmac example.org/shop/sum", "func f(k []byte) { use(hmac.New(sum.Make, k)) }"),
        },
    ),
    "Go: suites of another package": (
        RC4,
        {
            **_MOD,
            "own/a.go": _SUITES,
            "b.go": _go("crypto/tls example.org/shop/own", "var c = tls.Config{CipherSuites: own.Suites()}"),
        },
    ),
    "Go: suites among unknown ones": (
        RC4,
        {"b.go": _go("crypto/tls", f"var c = tls.Config{{CipherSuites: []uint16{{{_RC4}, own}}}}")},
    ),
    "Go: suites of another package's options": (
        RC4,
        {"b.go": _go("crypto/tls example.com/lib", f"var c = lib.Conf{{CipherSuites: []uint16{{{_RC4}}}}}")},
    ),
    "Go: what a server of SSH signs with": (
        "crypto.sha1-signature",
        {"b.go": _go("golang.org/x/crypto/ssh", "func f(c *ssh.ServerConfig, s S) { c.AddHostKey(s) }")},
    ),
    "Go: the ciphers of SSH": (
        RC4,
        {
            "b.go": _go(
                "golang.org/x/crypto/ssh", 'var a = "arcfour"\n\nvar c = ssh.Config{Ciphers: []string{more(), a}}'
            )
        },
    ),
    "Go: a PEM file with a password": (
        MD,
        {"a.go": _go("crypto/x509", "func f(b *B, p []byte) { use(x509.DecryptPEMBlock(b, p)) }")},
    ),
    "Go: its cipher": (DES, {"a.go": _go("crypto/x509", "func f(b *B, p []byte) { use(x509.DecryptPEMBlock(b, p)) }")}),
    "Go: jose of gopkg.in": (
        MD,
        {"a.go": _go("gopkg.in/square/go-jose.v1", "func f(s string) { use(jose.ParseSigned(s)) }")},
    ),
    "Go: a key of cookies": (
        KEY,
        {"a.go": _go("github.com/gorilla/sessions", 'var s = sessions.NewCookieStore([]byte("k8s9f7s6d5f4"))')},
    ),
    "a default password in Go": (PASSWORD, {"a.go": b'package p\n\nconst DefaultSecretKey = "letmein"\n'}),
    "a password in Python": (PASSWORD, {"a.py": b'DB_PASSWORD = "hunter42"\n'}),
    "a password in C": (PASSWORD, {"a.c": b'#define DB_PASSWORD "hunter42"\nint x;\n'}),
    "a password in Java": (
        PASSWORD,
        {"A.java": b'class A { private static final String DEFAULT_PASSWORD = "changeit"; }\n'},
    ),
    "a password in PHP": (PASSWORD, {"a.php": b"<?php\ndefine('DB_PASSWORD', 'hunter42');\n"}),
    "a password in an object": (PASSWORD, {"a.js": b"connect({ user: 'x', password: 'hunter42' });\n"}),
    "a script that is called like a manual page": (MD, {"run.1": b"openssl md5 x\n", "ok.py": b""}),
}
HARMLESS: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    "Go: a switch that stays off": (
        CERT,
        {**_MOD, "a.go": _go("crypto/tls", "var c = tls.Config{InsecureSkipVerify: false}")},
    ),
    "Go: its own options": (
        CERT,
        {"a.go": b"package p\n\ntype O struct{ InsecureSkipVerify bool }\n\nvar o = O{InsecureSkipVerify: true}\n"},
    ),
    "Go: a digest of the own package that is strong": (
        MD,
        {
            **_MOD,
            "sum/a.go": _SUM.replace(b"md5", b"sha256"),
            "b.go": _go("crypto/hmac example.org/shop/sum", "func f(k []byte) { use(hmac.New(sum.New, k)) }"),
        },
    ),
    "Go: sizes of streams": (
        MD,
        {"a.go": _go("github.com/minio/sio", "func f(n uint64) { use(sio.EncryptedSize(n)) }")},
    ),
    "names and labels of passwords": (
        PASSWORD,
        {
            "a.go": b'package p\n\nconst (\n\tEnvPassword = "APP_PASSWORD"\n\tpasswordField = "password"\n'
            b'\tErrPassword = "wrong-password"\n)\n\n// DefaultPassword = "hunter42"\n',
            "b.js": b"const text = { password: 'Passwort', secret: 'Geheimnis' };\n",
            "c.py": b'"""Example: connect(password="tiger42")"""\npassword = env["PW"]\npassword = "${PASSWORD}"\n',
        },
    ),
}
