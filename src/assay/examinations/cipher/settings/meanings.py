"""What a setting decides: by the tables of known software, or by the words of its key.

`meaning_of` looks the key up in the table of the software first. Every other key is cut into words (`minTlsVersion`,
`ssl_min_protocol_version` and `SSLPROTOCOLMIN` are min, tls/ssl and version/protocol) and judged by them, together
with the two names that stand around it. `how` says in which grammar the value is to be read.

*It cannot see* what a program does with a key that has the words of another one; a value that does not fit the
meaning is reported by `stating`, never dropped.
Sources: the directive indexes of nginx (with Tongsuo's NTLS directives), Apache httpd 2.4 and mod_ssl, OpenSSH's
sshd_config(5) and ssh_config(5), ipsec.conf(5), OpenSSL's config(5) and SSL_CONF_cmd(3), the JDK's java.security; all
from memory.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple


class Meaning(NamedTuple):
    what: str
    how: str = ""


_DIGEST = re.compile(r"(?=.*\d)[0-9a-fA-F]{16,}(?:[:_.-]\d+)?")  # a key that is one, in a table of transactions
_LONGEST_KEY, _LONGEST_WORD = 300, 60
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_GLUED = tuple(
    sorted(
        ("ssl", "tls", "dtls", "protocols", "protocol", "ciphers", "cipher", "suites", "suite", "key", "store", "trust",
         "password", "passphrase", "pass", "file", "path", "type", "verify", "verification", "client", "server", "peer",
         "cert", "certificate", "certs", "host", "name", "hostname", "min", "max", "version", "versions", "enabled",
         "enable", "engine", "algorithm", "algorithms", "curves", "curve", "groups", "private", "public", "ca", "proxy",
         "list", "prefer", "order", "signature", "encryption", "encrypt", "secret", "mode", "insecure", "skip", "all",
         "reject", "unauthorized", "strict", "checking", "check", "auth", "jwt", "alias", "disable", "no", "https",
         "validate", "validation", "hash", "digest", "sni", "honor", "crypt", "protocol", "exchange", "chain", "dh",
         "params", "ecdh", "session", "timeout", "cache", "tickets", "root", "keys", "identification", "provider",
         "transformation", "allow", "invalid", "python", "node", "context", "random", "seed", "depth", "use", "aes",
         "conf", "cmd", "option", "options", "request", "method", "default", "ignore", "errors", "accept", "any"),
        key=len, reverse=True,
    )
)  # fmt: skip


@lru_cache(maxsize=8192)
def words_of(key: str) -> tuple[str, ...]:
    """The words of a key in lower case, glued ones taken apart."""
    found: list[str] = []
    for word in _SPLIT.findall(key[:_LONGEST_KEY]):
        found += _apart(word.lower())
    return tuple(found)


_PIECES = frozenset(_GLUED)
_BY_LETTER = {
    letter: tuple(piece for piece in _GLUED if piece[0] == letter) for letter in {piece[0] for piece in _GLUED}
}


def _apart(word: str) -> list[str]:
    if not 5 <= len(word) <= _LONGEST_WORD or word in _PIECES:
        return [word]
    for piece in _BY_LETTER.get(word[0], ()):
        if word.startswith(piece):
            rest = _apart(word[len(piece) :])
            if _PIECES.issuperset(rest):
                return [piece, *rest]
    return [word]


OF_TLS = frozenset(
    {"ssl", "tls", "dtls", "https", "ldaps", "starttls", "mtls", "imaps", "smtps", "tlcp", "ntls", "gmtls"}
)
_SECRET = frozenset({"password", "pass", "passphrase", "passwd", "pwd", "pin", "storepass", "keypass", "passwort"})
_STORE = frozenset(
    {"keystore", "truststore", "jks", "pkcs", "p12", "pfx", "jasypt", "encryptor", "keypass", "storepass"}
)
_PEER = frozenset(
    {"cert", "certs", "certificate", "certificates", "peer", "ssl", "tls", "https", "server", "chain", "ca"}
)
_OFFS = frozenset({"insecure", "skip", "disable", "disabled", "ignore", "no", "bypass"})
_TAKES = frozenset({"allow", "accept", "ignore", "trust"})
_NOT_A_CHECK = frozenset({"depth", "file", "path", "dir", "directory", "callback", "location", "timeout"})
_CHECKS = frozenset(
    {"verify", "verification", "validate", "validation", "verifier", "check", "checks", "checking", "verified"}
)
_ALGORITHM = frozenset(
    {"algorithm", "algorithms", "alg", "algo", "algs", "transformation", "digest", "hash", "hmac", "mac", "encryption",
     "encryptor", "kdf", "prf", "md", "checksum", "scheme", "crypto", "cipher", "encoder", "hasher", "encrypt", "crypt",
     "signing", "sign", "signature", "jwa", "jws", "jwe", "enc", "chksum", "digests", "hashes", "macs"}
)  # fmt: skip
_PURPOSES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"password", "passwords", "passwd"}), "password-hash"),
    (frozenset({"signature", "sign", "signing", "jws", "signatures", "jwt", "token"}), "signature"),
    (frozenset({"hmac", "mac", "macs"}), "mac"),
    (frozenset({"checksum", "chksum", "etag"}), "checksum"),
    (frozenset({"digest", "hash", "md", "hashing"}), "digest"),
    (frozenset({"kdf", "derivation", "pbkdf", "prf"}), "key-derivation"),
    (
        frozenset({"encryption", "encrypt", "encryptor", "cipher", "crypt", "crypto", "enc", "jwe", "transformation"}),
        "encryption",
    ),
)
_KEYED = frozenset(
    {"aes", "des", "sm4", "sm2", "encrypt", "encryption", "crypt", "crypto", "hmac", "cipher", "jwt", "signing", "sign",
     "decrypt", "decryption", "rsa"}
)  # fmt: skip
_FILES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"keystore", "truststore"}), "keystore"),
    (frozenset({"dhparam", "dhparams", "dhfile"}), "parameters"),
)


def purpose_of(words: Sequence[str]) -> str | None:
    """What the words of a key say an algorithm is for, the last word first."""
    for word in reversed(words):
        for names, purpose in _PURPOSES:
            if word in names:
                return purpose
    return None


def meaning_of(software: str, key: str, around: tuple[str, ...] = ()) -> Meaning | None:
    """What `key` decides; `around` are the names that stand directly above it."""
    known = TABLES[software].get(key.lower()) if software in TABLES else None
    if known is not None:
        return known
    if _DIGEST.fullmatch(key):
        return None
    if software == "java-security" and key.startswith("security.provider."):
        return Meaning("provider")
    return _by_words(words_of(key), _above(around))


@lru_cache(maxsize=8192)
def _above(around: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for name in around for word in words_of(name))


@lru_cache(maxsize=8192)
def _by_words(own: tuple[str, ...], above: frozenset[str]) -> Meaning | None:
    words = frozenset(own)
    return (
        _checks(words, above)
        or _secrets(words, above, own)
        or _of_tls(words, above)
        or _algorithm(words, above)
        or _files(words, above)
    )


def _checks(words: frozenset[str], above: frozenset[str]) -> Meaning | None:
    tls = bool((words | above) & OF_TLS)
    if "client" in words and words & {"auth", "verify", "authentication"} and not words & _OFFS:
        return Meaning("client-verification")
    if "sslmode" in words or ({"ssl", "mode"} <= words and not words & _CHECKS):
        return Meaning("verification", "sslmode")
    return _of_host(words) or _of_peer(words, tls=tls)


def _of_host(words: frozenset[str]) -> Meaning | None:
    """Whether the name in the certificate, or the key of an SSH host, is compared."""
    if {"endpoint", "identification"} <= words or {"check", "server", "identity"} <= words:
        return Meaning("host-name-check", "on")
    if {"strict", "host", "key"} <= words or {"host", "key", "checking"} <= words:
        return Meaning("verification", "ssh")
    if words & {"hostname", "hostnames"} or {"host", "name"} <= words:
        if words & _CHECKS:
            return Meaning("host-name-check", "off" if words & _OFFS else "on")
        if words & {"invalid", "mismatch"} and words & _TAKES:
            return Meaning("host-name-check", "off")
    return None


def _of_peer(words: frozenset[str], *, tls: bool) -> Meaning | None:
    """Whether the certificate of the other side is checked; `off` where yes means that it is not."""
    if {"reject", "unauthorized"} <= words or {"strict", "ssl"} <= words:
        return Meaning("verification", "on")
    if "trust" in words and (words & {"all", "any", "everything"} or {"server", "certificate"} <= words):
        return Meaning("verification", "off")
    if words & _TAKES and words & {"invalid", "untrusted", "unsafe", "unverified"} and words & _PEER:
        return Meaning("verification", "off")
    if words & _CHECKS and (tls or words & _PEER) and not words & _NOT_A_CHECK:
        return Meaning("verification", "off" if words & _OFFS else "on")
    if "insecure" in words and (tls or len(words) == 1 or words & {"registry", "skip"}):
        return Meaning("verification", "off")
    return None


def _secrets(words: frozenset[str], above: frozenset[str], own: Sequence[str]) -> Meaning | None:
    both = words | above
    if words & _SECRET:
        stores = both & _STORE or {"key", "store"} <= both or {"trust", "store"} <= both
        of_certificate = words & {"cert", "certificate"} or (both & OF_TLS and both & {"cert", "certificate"})
        if stores or "key" in words or (of_certificate and "user" not in words):
            return Meaning("keystore-password")
        return None
    last = own[-1] if own else ""
    if last not in {"key", "secret", "salt", "iv"} or words & {"public", "access", "private", "host"}:
        return None
    return Meaning("secret") if both & _KEYED or {"secret", "key"} <= words else None


def _of_tls(words: frozenset[str], above: frozenset[str]) -> Meaning | None:
    tls = bool((words | above) & OF_TLS)
    if words & {"prefer", "preference", "honor"} and words & {"ciphers", "cipher", "suites", "order"}:
        return Meaning("prefer-server-order")
    if words & {"ciphers", "ciphersuites", "ciphersuite", "cipherlist", "suites", "suite"} or (
        {"cipher"} & words and words & {"list", "string", "suites", "suite", "tls", "ssl"}
    ):
        return (
            Meaning("ciphers")
            if words & {"cipher", "ciphers", "ciphersuites", "ciphersuite", "cipherlist"} or tls
            else None
        )
    if words & {"curves", "curve", "groups", "group"} and (tls or words & {"ecdh", "curves", "curve", "named"}):
        return Meaning("groups")
    if ({"signature"} & words and words & {"algorithms", "algs"}) or "sigalgs" in words:
        return Meaning("signature-algorithms")
    versioned = words & {"protocol", "protocols", "version", "versions", "ver"} or (
        words & {"min", "max"} and words & OF_TLS and words <= OF_TLS | {"min", "max", "default"}
    )
    if versioned and (tls or ("protocols" in words and words & {"enabled", "secure"})):
        if words & {"min", "minimum", "lowest", "mini", "minver"}:
            return Meaning("min-protocol")
        return Meaning("max-protocol") if words & {"max", "maximum", "highest"} else Meaning("protocols", "list")
    if (
        words & {"min", "max"}
        and len(words) == 1
        and above & OF_TLS
        and above & {"protocol", "protocols", "version", "versions"}
    ):
        return Meaning("min-protocol" if "min" in words else "max-protocol")
    if "protocols" in words and not words - {"enabled", "protocols", "allowed"}:
        return Meaning("protocols", "list")
    if words & {"ntls", "tlcp", "gmtls"} and words & {"enable", "enabled", "ssl"}:
        return Meaning("switch", "ntls")
    if {"disabled", "algorithms"} <= words:
        return Meaning("disabled-algorithms")
    return None


def _algorithm(words: frozenset[str], above: frozenset[str]) -> Meaning | None:
    if words & {"address", "addresses", "addr", "factory"}:
        return None
    if words & _ALGORITHM:
        return Meaning("algorithm")
    if words & {"type", "name", "value", "method", "mode", "func", "function"} and above & _ALGORITHM - {"scheme"}:
        return Meaning("algorithm")
    return None


def _files(words: frozenset[str], above: frozenset[str]) -> Meaning | None:
    both = words | above
    for names, what in _FILES:
        if words & names:
            return Meaning(what)
    if {"key", "store"} <= words or {"trust", "store"} <= words:
        return Meaning("keystore")
    if words & {"cert", "certificate", "certfile", "certs", "crt", "ca", "cafile", "certificates", "pemfile"}:
        return Meaning("private-key" if "key" in words else "certificate")
    if "key" in words and (both & OF_TLS or "private" in words):
        return Meaning("private-key")
    if words & OF_TLS and not words - OF_TLS - {
        "enabled",
        "enable",
        "on",
        "engine",
        "use",
        "require",
        "required",
        "listen",
    }:
        return Meaning("switch")
    return None


def _table(rows: Mapping[Meaning, str]) -> dict[str, Meaning]:
    return {name.lower(): meaning for meaning, names in rows.items() for name in names.split()}


_SSH: Mapping[Meaning, str] = {
    Meaning("ciphers", "ssh"): "Ciphers Cipher",
    Meaning("mac", "ssh"): "MACs",
    Meaning("key-exchange", "ssh"): "KexAlgorithms GSSAPIKexAlgorithms",
    Meaning(
        "host-key", "ssh"
    ): """HostKeyAlgorithms PubkeyAcceptedAlgorithms PubkeyAcceptedKeyTypes CASignatureAlgorithms
        HostbasedAcceptedAlgorithms HostbasedAcceptedKeyTypes HostbasedKeyTypes""",
    Meaning("protocols", "ssh"): "Protocol",
    Meaning("verification", "ssh"): "StrictHostKeyChecking",
    Meaning("private-key"): "HostKey IdentityFile",
    Meaning("certificate"): "HostCertificate CertificateFile TrustedUserCAKeys",
    Meaning("algorithm", "digest"): "FingerprintHash",
}
_APACHE: Mapping[Meaning, str] = {
    Meaning("protocols", "replacing"): "SSLProtocol SSLProxyProtocol TLSProtocol",
    Meaning("ciphers", "apache"): "SSLCipherSuite SSLProxyCipherSuite TLSCipherSuite",
    Meaning("client-verification"): "SSLVerifyClient TLSVerifyClient",
    Meaning("verification", "level"): "SSLProxyVerify",
    Meaning("verification", "expiry"): "SSLProxyCheckPeerExpire",
    Meaning("host-name-check", "on"): "SSLProxyCheckPeerName SSLProxyCheckPeerCN",
    Meaning("prefer-server-order"): "SSLHonorCipherOrder",
    Meaning("switch"): "SSLEngine SSLProxyEngine TLSEngine SSLInsecureRenegotiation",
    Meaning("random"): "SSLRandomSeed",
    Meaning("switch", "any"): "SSLOptions SSLSessionCache SSLPassPhraseDialog SSLUserName SSLStaplingCache",
    Meaning("certificate"): """SSLCertificateFile SSLCertificateChainFile SSLCACertificateFile SSLCACertificatePath
        SSLProxyCACertificateFile SSLProxyCACertificatePath SSLProxyMachineCertificateFile SSLCADNRequestFile""",
    Meaning("private-key"): "SSLCertificateKeyFile",
}
_NGINX: Mapping[Meaning, str] = {
    Meaning("verification", "on"): "proxy_ssl_verify grpc_ssl_verify uwsgi_ssl_verify",
    Meaning("client-verification"): "ssl_verify_client",
    Meaning("switch", "ntls"): "enable_ntls ssl_ntls proxy_enable_ntls",
    Meaning("certificate"): """ssl_certificate ssl_client_certificate ssl_trusted_certificate proxy_ssl_certificate
        proxy_ssl_trusted_certificate ssl_sign_certificate ssl_enc_certificate proxy_ssl_sign_certificate
        proxy_ssl_enc_certificate""",
    Meaning(
        "private-key"
    ): """ssl_certificate_key proxy_ssl_certificate_key ssl_sign_certificate_key ssl_enc_certificate_key
        proxy_ssl_sign_certificate_key proxy_ssl_enc_certificate_key""",
    Meaning("keystore-password", "path"): "ssl_password_file proxy_ssl_password_file",
    Meaning("parameters"): "ssl_dhparam",
    Meaning("groups"): "ssl_ecdh_curve",
}
_OPENSSL: Mapping[Meaning, str] = {
    Meaning("min-protocol"): "MinProtocol TLS.MinProtocol DTLS.MinProtocol",
    Meaning("max-protocol"): "MaxProtocol TLS.MaxProtocol DTLS.MaxProtocol",
    Meaning("protocols", "list"): "Protocol",
    Meaning("ciphers"): "CipherString Ciphersuites",
    Meaning("groups"): "Groups Curves ECDHParameters",
    Meaning("signature-algorithms"): "SignatureAlgorithms ClientSignatureAlgorithms",
    Meaning("algorithm", "signature"): "default_md signer_digest",
    Meaning("algorithm", "rsa-bits"): "default_bits",
    Meaning("client-verification"): "VerifyMode",
    Meaning("parameters"): "DHParameters",
}
_IPSEC: Mapping[Meaning, str] = {
    Meaning("proposals"): "ike esp ah phase2alg proposals esp_proposals ah_proposals",
}
_POSTGRESQL: Mapping[Meaning, str] = {
    Meaning("algorithm", "password-hash"): "password_encryption",
    Meaning("min-protocol"): "ssl_min_protocol_version",
    Meaning("max-protocol"): "ssl_max_protocol_version",
    Meaning("keystore-password", "path"): "ssl_passphrase_command",
}
_JAVA: Mapping[Meaning, str] = {
    Meaning("disabled-algorithms", "tls"): "jdk.tls.disabledAlgorithms",
    Meaning("disabled-algorithms"): """jdk.certpath.disabledAlgorithms jdk.jar.disabledAlgorithms
        jdk.tls.legacyAlgorithms jdk.security.legacyAlgorithms""",
    Meaning("provider"): "ssl.KeyManagerFactory.algorithm ssl.TrustManagerFactory.algorithm",
    Meaning("switch", "any"): "jdk.tls.keyLimits jdk.security.caDistrustPolicies",
    Meaning("random"): "securerandom.source securerandom.strongAlgorithms securerandom.drbg.config",
}
TABLES: Mapping[str, Mapping[str, Meaning]] = {
    "ssh": _table(_SSH),
    "sshd": _table(_SSH),
    "apache": _table(_APACHE),
    "nginx": _table(_NGINX),
    "openssl": _table(_OPENSSL),
    "ipsec": _table(_IPSEC),
    "postgresql": _table(_POSTGRESQL),
    "java-security": _table(_JAVA),
}
