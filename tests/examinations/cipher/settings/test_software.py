"""Known software: what its settings say, wherever and however they are written."""

import pytest

from tests.examinations.cipher.settings.reading import (
    algorithms,
    concluded,
    examined,
    misuses,
    settings,
    short,
    versions,
)

HTTP = "events {}\nhttp {\n  server {\n    listen 443 ssl;\n    server_name shop.example;\n%s\n  }\n}\n"


@pytest.mark.parametrize(
    "lines",
    [
        "ssl_protocols TLSv1;",
        "ssl_protocols\n  TLSv1.2 # not the last word\n  TLSv1\n;",
        "ssl_protocols 'TLSv1' \"TLSv1.2\";",
        "SSL_protocols TLSv1;",
        "ssl_conf_command Protocol TLSv1;",
        "ssl_protocols TLSv1;\r",
        "location / { proxy_pass https://x; proxy_ssl_protocols TLSv1; }",
        "if ($old) { } ssl_protocols TLSv1;",
    ],
)
def test_nginx_switches_tls_1_0_on(lines: str) -> None:
    found = examined("etc/nginx/nginx.conf", HTTP % lines)
    assert "TLS 1.0" in versions(found)
    assert short(found) == ""
    (place,) = {fact.subject.name for fact in found.facts if fact.kind == "crypto.protocol"}
    assert place.startswith("http > server shop.example 443")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_a_byte_order_mark_hides_nothing(encoding: str) -> None:
    found = examined("conf/nginx.conf", ("ssl_protocols TLSv1;\n" + HTTP % "").encode(encoding))
    assert "TLS 1.0" in versions(found)
    assert found.facts[0].evidence[0].line == 1


def test_nginx_comments_are_no_settings() -> None:
    found = examined("nginx.conf", HTTP % "# ssl_protocols SSLv3;\nssl_protocols TLSv1.3; # ssl_ciphers RC4-SHA;")
    assert versions(found) == {"TLS 1.3"}
    assert not algorithms(found)


def test_nginx_with_tlcp() -> None:
    found = examined("t/nginx.conf", HTTP % "enable_ntls on;\nssl_ciphers ECC-SM2-WITH-SM4-SM3:ECDHE-SM2-SM4-GCM-SM3;")
    assert versions(found) == {"TLCP 1.1"}
    assert {"SM2-ENC", "SM2-KEX", "SM4-CBC", "SM4-GCM", "SM3"} <= algorithms(found)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("ssl_verify_client off;", set()),
        ("proxy_ssl_verify off;", {"certificate-check-off"}),
        ("proxy_ssl_verify on;", set()),
        ("proxy_ssl_name x;", set()),
    ],
)
def test_nginx_checks(lines: str, expected: set[str]) -> None:
    assert misuses(examined("nginx/x.conf", HTTP % lines)) == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (HTTP % "ssl_protocols $versions;", "ssl_protocols"),
        (HTTP % "ssl_protocols ${TLS_VERSIONS};", "ssl_protocols"),
        (HTTP % "ssl_ciphers {{ ciphers }};", "ssl_ciphers"),
        (HTTP % "ssl_protocols TLSv9;", "TLSv9"),
        (HTTP % "ssl_ciphers PROFILE=SYSTEM;", "PROFILE=SYSTEM"),
        (HTTP % "ssl_protocols TLSv1.2;" + "}", "closing brace"),
        (HTTP % "ssl_protocols 'TLSv1;", "unfinished"),
        ("ssl_protocols TLSv1.2; server { " * 100, "nested"),
        (HTTP % "content_by_lua_block { ngx.say('aes-128-cbc') }", "aes-128-cbc"),
    ],
)
def test_what_nginx_leaves_unsaid_is_short(text: str, word: str) -> None:
    assert word in short(examined("etc/nginx/nginx.conf", text))


def test_an_unknown_version_leaves_its_rule_open() -> None:
    found = examined("nginx.conf", HTTP % "ssl_protocols $versions;")
    assert "TLS None" in versions(found, "possible")


def test_a_template_default_is_possible() -> None:
    found = examined("nginx.conf.j2", HTTP % "ssl_protocols {{ versions | default('TLSv1 TLSv1.2') }};")
    assert {"TLS 1.0", "TLS 1.2", "TLS None"} <= versions(found, "possible")
    assert not versions(found)
    assert "ssl_protocols" in short(found)


def test_under_a_template_condition_nothing_is_certain() -> None:
    found = examined("nginx.conf.j2", HTTP % "{% if old %}\nssl_protocols TLSv1;\n{% endif %}")
    assert (versions(found), versions(found, "possible")) == (set(), {"TLS 1.0"})


@pytest.mark.parametrize(
    ("text", "certain", "possible"),
    [
        ("SSLProtocol all -SSLv3", {"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}, set()),
        ("SSLProtocol all", {"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}, {"SSL 3.0"}),
        ("sslprotocol -ALL +tlsv1.2", {"TLS 1.2"}, set()),
        ("SSLProtocol \\\n  -all \\\n  +TLSv1", {"TLS 1.0"}, set()),
        ("<IfModule mod_ssl.c>\nSSLProtocol TLSv1\n</IfModule>", {"TLS 1.0"}, set()),
        ("<IfDefine OLD>\nSSLProtocol TLSv1\n</IfDefine>", set(), {"TLS 1.0"}),
        ("<VirtualHost *:443>\n SSLProxyProtocol +SSLv3 -TLSv1\n</VirtualHost>", {"SSL 3.0"}, set()),
        ("SSLProtocol TLSv1 TLSv1.2", {"TLS 1.2"}, {"TLS 1.0"}),
        ("SSLOpenSSLConfCmd MinProtocol TLSv1.1", {"TLS 1.1", "TLS 1.2", "TLS 1.3"}, set()),
        ('SSLProtocol "TLSv1.2"\r\n', {"TLS 1.2"}, set()),
    ],
)
def test_apache_protocols(text: str, certain: set[str], possible: set[str]) -> None:
    found = examined("etc/apache2/mods-enabled/ssl.conf", text + "\n")
    assert (versions(found), versions(found, "possible")) == (certain, possible)
    assert short(found) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SSLProxyVerify none", {"certificate-check-off"}),
        ("SSLProxyVerify require", set()),
        ("SSLVerifyClient none", set()),
        ("SSLProxyCheckPeerName off", {"host-name-check-off"}),
        ("SSLProxyCheckPeerCN on", set()),
    ],
)
def test_apache_checks(text: str, expected: set[str]) -> None:
    assert misuses(examined("httpd/conf/httpd.conf", f"<VirtualHost *>\n{text}\n</VirtualHost>\n")) == expected


def test_apache_suites() -> None:
    found = examined(
        "httpd.conf", "SSLCipherSuite HIGH:!aNULL:RC4-SHA\nSSLCipherSuite TLSv1.3 TLS_AES_128_GCM_SHA256\n"
    )
    assert {"RC4-128", "AES-128-GCM"} <= algorithms(found)
    assert "3DES-168-CBC" in algorithms(found, "possible")
    assert "aNULL" not in algorithms(found, "possible") | algorithms(found)


HAPROXY = "global\n  %s\ndefaults\n  mode http\nfrontend web\n  bind :443 ssl crt /x.pem %s\n  default_backend b\nbackend b\n  server s1 10.0.0.1:443 ssl %s\n"  # noqa: E501


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("", "", "verify none"), {"certificate-check-off"}),
        (("", "verify none", "verify required ca-file /ca.pem"), set()),
        (("ssl-server-verify none", "", ""), {"certificate-check-off"}),
    ],
)
def test_haproxy_checks(words: tuple[str, str, str], expected: set[str]) -> None:
    found = examined("haproxy.cfg", HAPROXY % words)
    assert misuses(found) == expected
    assert short(found) == ""


def test_haproxy_versions() -> None:
    found = examined("haproxy.cfg", HAPROXY % ("ssl-default-bind-options ssl-min-ver TLSv1.0 no-tls-tickets", "", ""))
    assert versions(found) == {"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}
    found = examined("haproxy.cfg", HAPROXY % ("", "force-tlsv12 ciphers RC4-SHA", ""))
    assert versions(found) == {"TLS 1.2"}
    assert "RC4-128" in algorithms(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ciphers aes256-ctr,3des-cbc", {"AES-256-CTR", "3DES-CBC"}),
        ("ciphers=+arcfour", {"RC4"}),
        ("Ciphers -*-cbc", set()),
        ('MACs "hmac-md5"', {"HMAC-MD5", "MD5"}),
        ("Match User x\n  KexAlgorithms ^diffie-hellman-group1-sha1", {"FFDHE-modp1024", "SHA-1"}),
        ("HostKeyAlgorithms ssh-rsa-cert-v01@openssh.com", {"RSA-PKCS1-1.5-SHA-1", "SHA-1"}),
        ("HostKeyAlgorithms sk-ssh-ed25519@openssh.com", {"Ed25519"}),
    ],
)
def test_ssh(text: str, expected: set[str]) -> None:
    found = examined("etc/ssh/sshd_config", f"PermitRootLogin no\n{text}\n")
    assert algorithms(found) == expected
    assert short(found) == ""


def test_ssh_names_that_nobody_knows_are_short() -> None:
    found = examined("ssh_config", "Host *\n  Ciphers enigma@example.com\n")
    assert "enigma" in short(found)
    assert algorithms(found) == {"enigma@example.com"}


def test_ssh_host_keys_unchecked() -> None:
    assert misuses(examined("ssh_config", "Host *\n  StrictHostKeyChecking no\n")) == {"certificate-check-off"}
    assert not misuses(examined("ssh_config", "Host *\n  StrictHostKeyChecking accept-new\n"))
    assert versions(examined("sshd_config", "Protocol 2,1\n")) == {"SSH 2.0", "SSH 1.5"}


def test_openssl() -> None:
    text = """openssl_conf = a
[ssl_sect]
MinProtocol = TLSv1
MaxProtocol = TLSv1.2
CipherString = DES-CBC3-SHA
Groups = X25519MLKEM768:P-256:curveSM2
SignatureAlgorithms = RSA+SHA1:ed25519:sm2sig_sm3
[req]
default_md = sha1 # old
default_bits = 1024
"""
    found = examined("openssl.cnf", text)
    assert versions(found) == {"TLS 1.0", "TLS 1.1", "TLS 1.2"}
    assert {"3DES-168-CBC", "X25519MLKEM768", "ECDHE-P-256", "ECDHE-SM2", "RSA-PKCS1-1.5-SHA-1", "Ed25519", "SM2"} <= (
        algorithms(found)
    )
    assert "RSA-1024" in algorithms(found)
    assert short(found) == ""


def test_java_security() -> None:
    text = (
        "security.provider.1=SUN\njdk.tls.disabledAlgorithms=SSLv3, TLSv1, \\\n   RC4, DES, 3DES_EDE_CBC, anon, NULL\n"
    )
    found = examined("conf/security/java.security", text)
    assert versions(found, "possible") == {"TLS 1.1"}
    assert not algorithms(found, "possible")
    assert settings(found)["security.provider.1"] == "SUN"
    weaker = examined("java.security", "jdk.tls.disabledAlgorithms=SSLv3, TLSv1, TLSv1.1\n")
    assert {"RC4-128", "DES-CBC", "3DES-168-CBC", "aNULL"} <= algorithms(weaker, "possible")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("application.properties", "server.ssl.enabled-protocols=TLSv1,TLSv1.2\nserver.ssl.key-store-password=geheim99\n"),  # noqa: E501
        ("application-prod.properties", "server.ssl.enabledProtocols = TLSv1\\u002c TLSv1.2\nserver.ssl.keyStorePassword: geheim99\n"),  # noqa: E501
        ("application.yml", "server:\n  ssl:\n    enabled-protocols: [TLSv1, TLSv1.2]\n    key-store-password: geheim99\n"),  # noqa: E501
        ("application.yml", "server.ssl:\n  enabled-protocols:\n  - TLSv1\n  - TLSv1.2\n  key-store-password: 'geheim99'\n"),  # noqa: E501
        ("application.yml", "x: &p {enabled-protocols: 'TLSv1,TLSv1.2', key-store-password: geheim99}\nserver: {ssl: {<<: *p}}\n---\nspring: {}\n"),  # noqa: E501
        ("server.xml", '<Server><Connector SSLEnabled="true" sslEnabledProtocols="TLSv1,TLSv1.2"\n keystorePass="geheim99"/></Server>'),  # noqa: E501
        ("config.json", '{"server": {"ssl": {"enabledProtocols": ["TLSv1", "TLSv1.2"], "keyStorePassword": "geheim99"}}}'),  # noqa: E501
        ("config.json", '{"tls": {"\\u0065nabledProtocols": ["\\u0054LSv1", "TLSv1.2"], "keystorePassword": "geheim99"}}'),  # noqa: E501
        ("a.toml", '[tls]\nenabled_protocols = [\n  "TLSv1", # old\n  "TLSv1.2",\n]\nkeystore_password = "geheim99"\n'),
        (".env", "export TLS_PROTOCOLS='TLSv1,TLSv1.2'\nTLS_KEYSTORE_PASSWORD=geheim99\n"),
        ("a.ini", "[tls]\nprotocols = TLSv1 TLSv1.2\nkeystore_password = geheim99\n"),
    ],
)  # fmt: skip
def test_protocols_and_a_password_in_every_format(name: str, text: str) -> None:
    found = examined(name, text)
    assert versions(found) == {"TLS 1.0", "TLS 1.2"}
    assert misuses(found) == {"hard-coded-password"}
    assert short(found) == ""
    shown = " ".join(item.excerpt + item.expression for fact in found.facts for item in fact.evidence)
    assert "geheim99" not in shown + str([dict(fact.value) for fact in found.facts])


def test_tomcat() -> None:
    text = """<?xml version="1.0"?>
<Server><Service><Connector port="8443" SSLEnabled="true">
  <SSLHostConfig protocols="all,-TLSv1.3" ciphers="TLS_RSA_WITH_RC4_128_SHA" certificateVerification="none">
    <Certificate certificateKeystoreFile="conf/x.jks" certificateKeystorePassword="changeit"/>
  </SSLHostConfig></Connector></Service></Server>"""
    found = examined("conf/server.xml", text)
    assert versions(found) == {"TLS 1.0", "TLS 1.1", "TLS 1.2"}
    assert "RC4-128" in algorithms(found)
    assert misuses(found) >= {"hard-coded-password"}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("postgresql.conf", "ssl_min_protocol_version = 'TLSv1'  # any\n", {"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}),  # noqa: E501
        ("my.cnf", "[mysqld]\ntls_version=TLSv1,TLSv1.2\n", {"TLS 1.0", "TLS 1.2"}),
        ("redis.conf", 'tls-port 6379\ntls-protocols "TLSv1.2 TLSv1.3"\n', {"TLS 1.2", "TLS 1.3"}),
        ("stunnel.conf", "[https]\nsslVersion = TLSv1\n", {"TLS 1.0"}),
        ("mosquitto.conf", "listener 8883\ntls_version tlsv1.1\n", {"TLS 1.1"}),
        ("dovecot/10-ssl.conf", "ssl_min_protocol = TLSv1.2\n", {"TLS 1.2", "TLS 1.3"}),
        ("server.properties", "ssl.enabled.protocols=TLSv1.1\n", {"TLS 1.1"}),
        ("main.tf", 'resource "x" "y" {\n  min_tls_version = "TLS1_0"\n}\n', {"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}),  # noqa: E501
        ("k8s.yaml", "env:\n- name: TLS_MIN_VERSION\n  value: '1.1'\n", {"TLS 1.1", "TLS 1.2", "TLS 1.3"}),
        ("Dockerfile", 'FROM x\nENV JAVA_OPTS="-Xmx1g -Dhttps.protocols=TLSv1"\n', {"TLS 1.0"}),
        ("ml.yml", "sslProtocol: SSLv3\n", {"SSL 3.0"}),
    ],
)  # fmt: skip
def test_versions_of_other_software(name: str, text: str, expected: set[str]) -> None:
    found = examined(name, text)
    assert versions(found) == expected
    assert short(found) == ""


def test_password_encryption_of_postgresql() -> None:
    found = examined("postgresql.conf", "password_encryption = md5\n")
    (use,) = [fact for fact in found.facts if fact.kind == "crypto.use"]
    assert (use.value["family"], use.value["purpose"]) == ("MD5", "password-hash")


def test_listening_without_versions_is_the_defaults_doing() -> None:
    _, whole = concluded({"nginx/nginx.conf": HTTP % ""})
    assert {fact.kind for fact in whole.facts} == {"crypto.setting", "crypto.protocol"}
    assert [fact.value["version"] for fact in whole.facts if fact.kind == "crypto.protocol"] == [None]
    _, whole = concluded({"haproxy.cfg": HAPROXY % ("", "", "")})
    assert [fact.value["default"] for fact in whole.facts if fact.kind == "crypto.setting"] == [True]
    for text in (HTTP % "ssl_protocols TLSv1.3;", "http { ssl_protocols TLSv1.2; server { listen 443 ssl; } }"):
        assert concluded({"nginx/nginx.conf": text})[1].facts == ()


_RESOURCES = (
    '<root><data name="Never" xml:space="preserve"><value>Never</value></data>\n'
    '<data name="IdpCertificateValidation" xml:space="preserve"><value>{0}</value></data></root>'
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (_RESOURCES.format("The certificate of the provider is not valid"), set()),
        (_RESOURCES.format("none"), {"certificate-check-off"}),
        ("<c><p><value>none</value><name>tls.verify</name></p></c>", {"certificate-check-off"}),
        ('<c><p name="tls.verify"><note>n</note><value>none</value></p></c>', {"certificate-check-off"}),
        ("<c><p><value>none</value></p><p><name>tls.verify</name></p></c>", set()),
    ],
)
def test_a_value_in_xml_belongs_to_the_name_in_its_own_element(text: str, found: set[str]) -> None:
    facts = examined("app/settings.xml", text).facts
    assert {fact.value["misuse"] for fact in facts if fact.kind == "crypto.misuse"} == found
