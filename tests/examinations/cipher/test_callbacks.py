"""Callbacks that refuse nobody, whatever their language calls them."""

import pytest

from tests.examinations.cipher.snippets_run import facts_in

_C = "#include <openssl/ssl.h>\n{0}\nvoid f(SSL_CTX *c) {{ SSL_CTX_set_verify(c, SSL_VERIFY_PEER, cb); }}\n"
_JAVA = """import javax.net.ssl.X509TrustManager;
import java.security.cert.*;
class T implements X509TrustManager {{
  X509TrustManager d; X509Certificate[] seen;
  public void checkClientTrusted(X509Certificate[] c, String s) {{ d.checkClientTrusted(c, s); }}
  public void checkServerTrusted(X509Certificate[] c, String s) throws CertificateException {{ {0} }}
  public X509Certificate[] getAcceptedIssuers() {{ return null; }}
}}
"""
_KOTLIN = """import javax.net.ssl.X509TrustManager
import java.security.cert.X509Certificate
class T : X509TrustManager {{
  override fun checkServerTrusted(c: Array<X509Certificate>, s: String) {{ {0} }}
}}
"""
_PY = "from OpenSSL import SSL\n{0}\ndef f(c):\n    c.set_verify(SSL.VERIFY_PEER, cb)\n"
_GO = 'package p\n\nimport "golang.org/x/crypto/ssh"\n\nvar c = &ssh.ClientConfig{{HostKeyCallback: {0}}}\n'
_JS = "const tls = require('tls');\n{0}\nexports.f = (h) => tls.connect({{ host: h, checkServerIdentity: same }});\n"

_CS = """using System.Net.Security;
class T {{
  Settings _s;
  void F(Client c) {{ c.ServerCertificateValidationCallback = {0}; }}
  {1}
}}
"""
_OK = "bool Ok(object s, X509Certificate c, X509Chain h, SslPolicyErrors e)"


def off(language: str, code: str) -> list[object]:
    """The reach of each place that switches a check off; several checks may hang on one."""
    facts = [fact for fact in facts_in(language, code) if str(fact.value.get("misuse")).endswith("check-off")]
    return list({fact.evidence[0].line: fact.value["reach"] for fact in facts}.values())


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("C", _C.format("static int cb(int ok, X509_STORE_CTX *x) { return 1; }"), ["certain"]),
        ("C", _C.format("static int cb(int ok, X509_STORE_CTX *x) { if (!ok) log(x); return 1; }"), ["possible"]),
        ("C", _C.format("static int cb(int ok, X509_STORE_CTX *x) { int r = 1; return r; }"), ["possible"]),
        ("C", _C.format("static int cb(int ok, X509_STORE_CTX *x) { return ok; }"), []),
        ("C", _C.format("static int cb(int ok, X509_STORE_CTX *x) { if (!ok) abort(); return 1; }"), []),
        ("C", _C.format("static int cb(int ok, X509_STORE_CTX *x) { if (bad(x)) return 0; return 1; }"), []),
        ("Python", _PY.format("def cb(c, x, e, d, ok):\n    return True"), ["certain"]),
        ("Python", _PY.format("def cb(c, x, e, d, ok):\n    return ok"), []),
        (
            "Python",
            _PY.format("def cb(c, x, e, d, ok):\n    if not ok:\n        raise ValueError\n    return True"),
            [],
        ),
        ("Go", _GO.format("func(h string, r net.Addr, k ssh.PublicKey) error { return nil }"), ["certain"]),
        ("Go", _GO.format("func(h string, r net.Addr, k ssh.PublicKey) error { return check(k) }"), []),
        ("Go", _GO.format("ssh.InsecureIgnoreHostKey()"), ["certain"]),
        ("JavaScript", _JS.format("function same() { return; }"), ["certain"]),
        ("C#", _CS.format("Ok", _OK + " { return true; }"), ["certain"]),
        ("C#", _CS.format("this.Ok", _OK + " => true;"), ["certain"]),
        ("C#", _CS.format("(s, c, h, e) => Ok(s, c, h, e)", _OK + " => true;"), ["certain"]),
        ("C#", _CS.format("(s, c, h, e) => { return Ok(s, c, h, e); }", _OK + " => true;"), ["certain"]),
        ("C#", _CS.format("Ok", _OK + " { if (_s.Trust) { return true; } return e == X.None; }"), ["possible"]),
        ("C#", _CS.format("(s, c, h, e) => { if (Env.Dev) return true; return false; }", ""), ["possible"]),
        ("C#", _CS.format("(s, c, h, e) => _s.Trust || e == X.None", ""), ["possible"]),
        ("C#", _CS.format("(s, c, h, e) => e == X.None || h.Build(c)", ""), []),
        ("C#", _CS.format("Ok", _OK + " { if (e == X.None) return true; return h.Build(c); }"), []),
        ("C#", _CS.format("Ok", _OK + " { var ok = h.Build(c); if (ok) return true; return false; }"), []),
        ("C#", _CS.format("(s, c, h, e) => { if (e != X.None) return false; return true; }", ""), []),
        (
            "C",
            _C.format("static int cb(int ok, X509_STORE_CTX *x) { if (lax) { return 1; } return ok; }"),
            ["possible"],
        ),
        ("Java", _JAVA.format(""), ["certain"]),
        ("Java", _JAVA.format("return;"), ["certain"]),
        ("Java", _JAVA.format("if (c == null) { return; }"), ["certain"]),
        ("Java", _JAVA.format('System.out.println("trusting " + s);'), ["certain"]),
        ("Java", _JAVA.format("this.seen = c;"), ["certain"]),
        ("Java", _JAVA.format("try { d.checkServerTrusted(c, s); } catch (CertificateException e) { }"), ["possible"]),
        ("Java", _JAVA.format("c[0].checkValidity();"), ["possible"]),
        ("Java", _JAVA.format("d.checkServerTrusted(c, s);"), []),
        ("Java", _JAVA.format("if (!pinned(c)) throw new CertificateException();"), []),
        ("Java", _JAVA.format("if (c == null) throw new IllegalArgumentException();"), ["certain"]),
        ("Java", _JAVA.format("if (c == null || c.length == 0) { throw new CertificateException(s); }"), ["certain"]),
        ("Java", _JAVA.format("if (c.length > 3) throw new CertificateException();"), []),
        ("Java", _JAVA.format("Elsewhere.look(c);"), ["possible"]),
        ("Kotlin", _KOTLIN.format('log.error("untrusted")'), ["certain"]),
        ("Kotlin", _KOTLIN.format('if (c[0] != pin) error("untrusted")'), []),
        ("Kotlin", _KOTLIN.format("require(c[0] == pin)"), []),
        ("Java", _JAVA.format("look(c); } void look(X509Certificate[] c) { seen = c;"), ["certain"]),
        ("Java", _JAVA.format("look(c); } void look(X509Certificate[] c) { d.checkServerTrusted(c, null);"), []),
        ("Java", _JAVA.format("look(c); } void look(X509Certificate[] c) { look(c);"), ["possible"]),
    ],
)
def test_what_a_callback_lets_pass(language: str, code: str, expected: list[str]) -> None:
    assert off(language, code) == expected


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("C", _C.format("int cb(int ok, X509_STORE_CTX *x);"), ["possible"]),
        ("C", _C.format("").replace("cb)", "o->cb)"), ["possible"]),
        ("C", _C.format("").replace("cb)", "NULL)"), []),
        ("Python", _PY.format("from own import cb"), ["possible"]),
        ("Go", _GO.format("own"), ["possible"]),
        ("Go", _GO.format("ssh.FixedHostKey(key)"), []),
    ],
)
def test_a_callback_of_another_file_may_let_everybody_pass(language: str, code: str, expected: list[str]) -> None:
    assert off(language, code) == expected


def test_a_check_that_is_on_is_none_that_is_off_in_a_server() -> None:
    code = "#include <openssl/ssl.h>\nvoid server(SSL_CTX *c) {{ SSL_CTX_set_verify(c, {0}, NULL); }}\n"
    assert off("C", code.format("SSL_VERIFY_PEER")) == []
    assert off("C", code.format("SSL_VERIFY_NONE")) == ["possible"]
    assert off("C", code.format("mode()")) == ["possible"]


_CONTEXT = """import javax.net.ssl.*;
public class T {{
  public static SSLContext of(X509TrustManager t, TrustManagerFactory own) throws Exception {{
    SSLContext c = SSLContext.getInstance("TLSv1.3");
    c.init(null, {0}, null);
    return c;
  }}
}}
"""
_OKHTTP = """import okhttp3.OkHttpClient;
class T {{ X509TrustManager own = Own.manager();
  OkHttpClient of(SSLSocketFactory f, X509TrustManager t) {{
    return new OkHttpClient.Builder().sslSocketFactory(f, {0}).build(); }} }}
"""


@pytest.mark.parametrize(
    ("language", "given", "own"),
    [
        ("Python", _PY.format("").replace("(c)", "(c, cb)"), _PY.format("def cb(a, b, c, d, ok):\n    return ok\n")),
        ("Go", _GO.format("cb")[:-1].replace("var c =", "func F(cb ssh.HostKeyCallback) any { return") + " }\n", ""),
        ("Java", _CONTEXT.format("new TrustManager[] {t}"), _CONTEXT.format("own.getTrustManagers()")),
        ("Java", _CONTEXT.format("t").replace("X509TrustManager t", "TrustManager[] t"), _CONTEXT.format("null")),
        ("Java", _OKHTTP.format("t"), _OKHTTP.format("Own.manager()")),
        ("C#", _CS.format("cb", "").replace("Client c", "Client c, Func<bool> cb"), _CS.format("null", "")),
    ],
)  # fmt: skip
def test_a_callback_that_a_caller_gives_leaves_the_question_open(language: str, given: str, own: str) -> None:
    found = {fact.value["misuse"] for fact in facts_in(language, given) if fact.kind == "crypto.misuse"}
    assert found == {None}
    assert not [fact for fact in facts_in(language, own) if fact.kind == "crypto.misuse"]
