"""Weak cryptography hidden in Kotlin and C#: name, rule and text of one file. See test_no_false_acquittal.py."""

from collections.abc import Mapping

MD, DES, ECB = "crypto.md-family", "crypto.des", "crypto.ecb"
TLS, CERT, HOST = "crypto.tls-old", "crypto.certificate-check-off", "crypto.host-name-check-off"

KOTLIN: Mapping[str, tuple[str, str]] = {
    "after an import": (MD, 'import java.security.*; val o = MessageDigest.getInstance("M" + "D5")'),
    "alias": (
        MD,
        ('import java.security.MessageDigest as M\nval o = M.getInstance("MD5")'),
    ),
    "typealias": (
        MD,
        ('import java.security.MessageDigest\ntypealias M = MessageDigest\nval o = M.getInstance("MD5")'),
    ),
    "back-quoted name": (
        MD,
        ('import java.security.MessageDigest\nval o = `MessageDigest`.getInstance("MD5")'),
    ),
    "full name": (MD, 'val o = java.security.MessageDigest.getInstance("MD5")'),
    "imported member": (
        MD,
        ('import java.security.MessageDigest.getInstance\nval o = getInstance("MD5")'),
    ),
    "imported members": (
        MD,
        ('import java.security.MessageDigest.*\nval o = getInstance("MD5")'),
    ),
    "method reference": (
        MD,
        ("import java.security.MessageDigest\nval f = MessageDigest::getInstance"),
    ),
    "class literal": (
        MD,
        ("import java.security.MessageDigest\nval f = MessageDigest::class.java.methods[0]"),
    ),
    "constructor reference": (
        DES,
        ("import org.bouncycastle.crypto.engines.DESEngine\nval f = ::DESEngine"),
    ),
    "template": (
        MD,
        ('import java.security.*\nval n = "MD"\nval o = MessageDigest.getInstance("${n}5")'),
    ),
    "bare template": (
        MD,
        ('import java.security.*\nfun f(n: String) = MessageDigest.getInstance("$n")'),
    ),
    "built name": (
        MD,
        ('import java.security.*\nval o = MessageDigest.getInstance(buildString { append("MD5") })'),
    ),
    "lazy": (
        MD,
        ('import java.security.*\nval o by lazy { MessageDigest.getInstance("MD5") }'),
    ),
    "branch": (
        MD,
        (
            "import java.security.*\n"
            'fun f(a: Int) = MessageDigest.getInstance(when (a) { 1 -> "MD5"; else -> "SHA-256" })'
        ),
    ),
    "extension": (
        MD,
        ('import java.security.*\nfun String.h() = MessageDigest.getInstance("MD5").digest(toByteArray())'),
    ),
    "forName": (MD, 'val o = Class.forName("java.security.MessageDigest").methods[0]'),
    "loadLibrary": (
        MD,
        ('class A { init { System.loadLibrary("crypto") }\n external fun md5(b: ByteArray): ByteArray }'),
    ),
    "exec": (MD, 'fun f() { Runtime.getRuntime().exec("openssl md5 x") }'),
    "stranger": (
        MD,
        ("import dev.whyoleg.cryptography.algorithms.MD5\nfun f() = provider.get(MD5).hasher()"),
    ),
    "property": (
        TLS,
        ('import javax.net.ssl.*\nfun f(s: SSLSocket) { s.enabledProtocols = arrayOf("TLSv1") }'),
    ),
    "property in a block": (
        TLS,
        (
            "import javax.net.ssl.*\n"
            'fun f(s: SSLSocket) { with(s) { enabledProtocols = listOf("TLSv1").toTypedArray() } }'
        ),
    ),
    "setter": (
        TLS,
        ('import javax.net.ssl.*\nfun f(s: SSLSocket) { s.setEnabledProtocols(arrayOf("TLSv1")) }'),
    ),
    "trust manager": (
        CERT,
        (
            "import javax.net.ssl.*\n"
            "val t = object : X509TrustManager { override fun checkServerTrusted(c: C, a: String) = Unit }"
        ),
    ),
    "verifier": (
        HOST,
        (
            "import javax.net.ssl.*\n"
            "fun f(c: HttpsURLConnection) { c.hostnameVerifier = HostnameVerifier { _, _ -> true } }"
        ),
    ),
    "okhttp": (
        HOST,
        ("import okhttp3.*\nval c = OkHttpClient.Builder().hostnameVerifier { _, _ -> true }.build()"),
    ),
    "keystore": (
        ECB,
        (
            "import android.security.keystore.*\n"
            "fun f(b: KeyGenParameterSpec.Builder) = b.setBlockModes(KeyProperties.BLOCK_MODE_ECB)"
        ),
    ),
}
CSHARP: Mapping[str, tuple[str, str]] = {
    "using in a namespace": (
        MD,
        "namespace A { using System.Security.Cryptography; class T { object o = MD5.Create(); } }",
    ),
    "full name": (MD, "class T { object o = global::System.Security.Cryptography.MD5.Create(); }"),
    "alias": (
        MD,
        ("using M = System.Security.Cryptography.MD5;\nclass T { object o = M.Create(); }"),
    ),
    "static using": (
        MD,
        ("using static System.Security.Cryptography.MD5;\nclass T { object o = HashData(b); }"),
    ),
    "verbatim name": (
        MD,
        ("using System;\nusing System.Security.Cryptography;\nclass T { object o = @MD5.Create(); }"),
    ),
    "escaped name": (
        MD,
        ("using System;\nusing System.Security.Cryptography;\nclass T { object o = \\u004dD5.Create(); }"),
    ),
    "delegate": (
        MD,
        ("using System;\nusing System.Security.Cryptography;\nclass T { Func<HashAlgorithm> f = MD5.Create; }"),
    ),
    "typeof": (
        MD,
        (
            "using System;\n"
            "using System.Security.Cryptography;\n"
            "class T { object o = Activator.CreateInstance(typeof(MD5CryptoServiceProvider)); }"
        ),
    ),
    "type argument": (
        MD,
        (
            "using System;\n"
            "using System.Security.Cryptography;\n"
            "class T { object o = Activator.CreateInstance<MD5CryptoServiceProvider>(); }"
        ),
    ),
    "GetType": (MD, 'class T { object o = System.Type.GetType("System.Security.Cryptography.MD5").GetMethods()[0]; }'),
    "target-typed new": (
        DES,
        ("using System;\nusing System.Security.Cryptography;\nclass T { DESCryptoServiceProvider d = new(); }"),
    ),
    "by name": (
        MD,
        ('using System;\nusing System.Security.Cryptography;\nclass T { object o = HashAlgorithm.Create("MD5"); }'),
    ),
    "by another name": (
        MD,
        (
            "using System;\n"
            "using System.Security.Cryptography;\n"
            "class T { object f(string n) => CryptoConfig.CreateFromName(n); }"
        ),
    ),
    "algorithm name": (
        MD,
        (
            "using System;\n"
            "using System.Security.Cryptography;\n"
            "class T { object o = IncrementalHash.CreateHash(HashAlgorithmName.MD5); }"
        ),
    ),
    "mode": (
        ECB,
        ("using System;\nusing System.Security.Cryptography;\nclass T { void f(Aes a) { a.Mode = CipherMode.ECB; } }"),
    ),
    "mode of an initialiser": (
        ECB,
        (
            "using System;\n"
            "using System.Security.Cryptography;\n"
            "class T { Aes a = new AesManaged { Mode = CipherMode.ECB }; }"
        ),
    ),
    "mode of a parameter": (
        ECB,
        (
            "using System;\n"
            "using System.Security.Cryptography;\n"
            "class T { Aes f(CipherMode m) { var a = Aes.Create(); a.Mode = m; return a; } }"
        ),
    ),
    "one-shot": (
        ECB,
        (
            "using System;\n"
            "using System.Security.Cryptography;\n"
            "class T { byte[] f(Aes a, byte[] b) => a.EncryptEcb(b, PaddingMode.PKCS7); }"
        ),
    ),
    "DllImport": (MD, 'class T { [DllImport("bcrypt.dll")] static extern int BCryptOpenAlgorithmProvider(); }'),
    "NativeLibrary": (
        MD,
        ('using System.Runtime.InteropServices;\nclass T { object o = NativeLibrary.Load("libcrypto.so"); }'),
    ),
    "Process": (
        MD,
        ('using System.Diagnostics;\nclass T { void f() { Process.Start("openssl", "md5 x"); } }'),
    ),
    "Assembly": (
        MD,
        ("using System.Reflection;\nclass T { object f(byte[] b) => Assembly.Load(b); }"),
    ),
    "stranger": (
        MD,
        ('using BCrypt.Net;\nclass T { object o = BCrypt.HashPassword("x"); }'),
    ),
    "callback": (
        CERT,
        ("class T { void f(H h) { h.ServerCertificateCustomValidationCallback = (m, c, n, e) => { return true; }; } }"),
    ),
    "callback of an initialiser": (
        CERT,
        (
            "using System.Net.Http;\n"
            "class T { object o = new HttpClientHandler { ServerCertificateCustomValidationCallback = "
            "HttpClientHandler.DangerousAcceptAnyServerCertificateValidator }; }"
        ),
    ),
    "callback by name": (
        CERT,
        (
            "using System.Net;\n"
            "class T { static bool All(object s, C c, N n, E e) { Log(); return true; }\n"
            "void f() { ServicePointManager.ServerCertificateValidationCallback += All; } }"
        ),
    ),
    "protocols": (
        TLS,
        (
            "using System.Net;\n"
            "class T { void f() { ServicePointManager.SecurityProtocol = SecurityProtocolType.Tls12 | "
            "SecurityProtocolType.Tls; } }"
        ),
    ),
    "protocol by number": (
        TLS,
        (
            "using System.Net;\n"
            "class T { void f() { ServicePointManager.SecurityProtocol = (SecurityProtocolType)192; } }"
        ),
    ),
}
