"""No false acquittal: settings in unusual places and spellings are stated, or the file falls short with the line."""

import json
import re
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.examinations.cipher.settings.mentions import anywhere
from assay.intake.identify import HEAD, identify
from tests.examinations.cipher.settings.reading import algorithms, concluded, examined, misuses, short, versions


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("k8s.yaml", 'spec:\n  env:\n    - name: NODE_TLS_REJECT_UNAUTHORIZED\n      value: "0"\n'),
        ("k8s.yaml", 'env:\n- value: "0"\n  name: NODE_TLS_REJECT_UNAUTHORIZED\n'),
        ("k8s.json", '{"env": [{"name": "NODE_TLS_REJECT_UNAUTHORIZED", "value": "0"}]}'),
        ("Dockerfile", "FROM x\nENV A=b NODE_TLS_REJECT_UNAUTHORIZED=0\n"),
        ("Dockerfile", "FROM x\nRUN a && \\\n  # why\n  NODE_TLS_REJECT_UNAUTHORIZED=0 npm ci\n"),
        ("x.service", '[Service]\nEnvironment="A=b" "NODE_TLS_REJECT_UNAUTHORIZED=0"\n'),
        ("compose.yml", "environment:\n  - NODE_TLS_REJECT_UNAUTHORIZED=0\n"),
        (".env", "PYTHONHTTPSVERIFY=0\n"),
        (".npmrc", "strict-ssl=false\n"),
        ("a.json", '{"agent": {"rejectUnauthorized": false}}'),
        ("a.json", '{"agent": {"reject\\u0055nauthorized": false}}'),
        ("a.json5", "{agent: {rejectUnauthorized: false /* for now */}}"),
        ("a.yaml", "remote:\n  insecureSkipVerify: true\n"),
        ("a.yaml", "remote:\n  insecure_skip_verify: yes\n"),
        ("a.yaml", "remote: {tls: {insecure: true}}\n"),
        ("a.yaml", "? insecureSkipVerify\n: true\n"),
        ("a.yaml", '"insecure\\x53kipVerify": true\n'),
        ("a.yaml", "trustAllCerts: 'True'\n"),
        ("a.yaml", "uri: postgres://u:p@h/db?sslmode=prefer\n"),
        ("a.yaml", "db: {ssl-mode: REQUIRED}\n"),
        ("a.toml", 'dsn = "postgres://u:p@h/db?application_name=x&sslmode=disable"\n'),
        ("a.properties", "spring.datasource.url=jdbc:postgresql://h/db?user=x&sslmode=allow\n"),
        ("a.properties", "spring.datasource.url=jdbc:mysql://h/db?useSSL=true&verifyServerCertificate=false\n"),
        ("a.xml", '<c><property name="trustAllCerts" value="true"/></c>'),
        ("a.xml", "<c><trustAllCerts>true</trustAllCerts></c>"),
        ("a.xml", '<c trust&#65;llCerts="true"/>'.replace("&#65;", "A")),
        ("a.xml", "<c><![CDATA[x]]><trustAllCerts>&#116;rue</trustAllCerts></c>"),
        ("a.ini", "[git]\nGIT_SSL_NO_VERIFY = true\n"),
        ("a.hcl", 'backend "x" {\n  tls_skip_verify = true\n}\n'),
        ("play.yml", "- hosts: all\n  tasks:\n  - uri: {url: 'https://x', validate_certs: no}\n"),
        ("es.yml", "xpack.security.http.ssl.verification_mode: none\n"),
        ("mongo.conf", "net.tls.allowInvalidCertificates: true\n"),
    ],
)
def test_checks_that_are_off(name: str, text: str) -> None:
    assert misuses(examined(name, text)) == {"certificate-check-off"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.properties", "ssl.endpoint.identification.algorithm=\n"),
        ("a.yaml", "tls:\n  verify-hostname: false\n"),
        ("a.yaml", "tlsAllowInvalidHostnames: true\n"),
        ("a.yaml", "uri: postgres://h/db?sslmode=verify-ca\n"),
    ],
)
def test_host_names_unchecked(name: str, text: str) -> None:
    assert misuses(examined(name, text)) == {"host-name-check-off"}


@pytest.mark.parametrize(
    "text",
    [
        "rejectUnauthorized: true\n",
        "insecureSkipVerify: false\n",
        "uri: postgres://h/db?sslmode=verify-full\n",
        "ssl_verify_client: off\n",
        "key-store-password: ${KEYSTORE_PASSWORD}\n",
        "key-store-password: ENC(abcdef)\n",
        "key-store-password-file: /run/secrets/x\n",
        "# insecureSkipVerify: true\n",
        "tls: {secretName: shop-tls}\n",
        "description: set insecureSkipVerify to true only in tests\n",
    ],
)
def test_checks_that_are_on(text: str) -> None:
    found = examined("a.yaml", text)
    assert not misuses(found) | misuses(found, "possible")
    assert short(found) == ""


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.yaml", "encryption:\n  algorithm: SM4\n", "SM4"),
        ("a.yaml", "jwt: {alg: HS256}\n", "HMAC-SHA-256"),
        ("a.json", '{"cipher": "aes-256-gcm"}', "AES-256-GCM"),
        ("a.toml", '[vault]\ntransformation = "DES/ECB/PKCS5Padding"\n', "DES-ECB-PKCS5"),
        ("a.properties", "jasypt.encryptor.algorithm=PBEWithMD5AndDES\n", "PBES1-DES-CBC-MD5"),
        (".env", "ENCRYPTION_ALGORITHM='rc4'\n", "RC4"),
        ("a.xml", "<x><digestAlgorithm>MD5</digestAlgorithm></x>", "MD5"),
        ("a.conf", "cipher AES-128-CBC\n", "AES-128-CBC"),
        ("a.ini", "[security]\nhash_algorithm: sm3\n", "SM3"),
        ("a.yaml", "signature-algorithm: SHA1withRSA\n", "RSA-PKCS1-1.5-SHA-1"),
    ],
)
def test_algorithms_by_name(name: str, text: str, expected: str) -> None:
    found = examined(name, text)
    assert expected in algorithms(found)
    assert short(found) == ""


def test_a_name_under_a_strange_key_is_possible_or_short() -> None:
    found = examined("a.yaml", "ssl-way: SM4-CBC\n")
    assert (algorithms(found), algorithms(found, "possible")) == (set(), {"SM4-CBC"})
    found = examined("a.yaml", "shop: {product: SM4, key-alias: sm2}\n")
    assert not [fact for fact in found.facts if fact.kind == "crypto.use"]
    assert short(found) == "line 1 product SM4"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "encryption:\n  algorithm: ${ALG}\n"),
        ("a.yaml", "tls:\n  minVersion: {{ .Values.tls.min }}\n"),
        ("a.yaml", "cipher: !vault |\n  66386439653\n"),
        ("a.yaml", "{{- if .Values.x }}\nciphers: {{ .Values.ciphers }}\n{{- end }}\n"),
        ("a.yaml", "tls_version: modern\n"),
        ("a.yaml", "tls_profile: modern\n"),
        ("a.yaml", "run: openssl enc -aes-256-cbc -in x\n"),
        ("a.yaml", "ssl_ciphers: [\nunfinished"),
        ("a.yaml", "verify_ssl: sometimes\n"),
        ("a.json", '{"tls": {"ciphers": "RC4-SHA"'),
        ("a.toml", "tls_ciphers = RC4\n"),
        ("a.xml", "<c><tls protocol='TLSv1'></c>"),
        ("a.xml", "<!DOCTYPE c [<!ENTITY p 'TLSv1'>]><c><tls protocol='&p;'/></c>"),
        ("Makefile", "sign:\n\tmd5sum x > y\n"),
        ("CMakeLists.txt", "add_definitions(-DUSE_RC4)\n"),
        ("Dockerfile", "FROM x\nRUN openssl req -newkey rsa:1024 -out y\n"),
        ("a.ini", "[x]\nencryption.algorithm = %(alg)s AES\n"),
        ("tls.j2", "ssl_protocols {{ protocols }};\n"),
    ],
)
def test_what_cannot_be_told_is_short(name: str, text: str) -> None:
    assert re.search(r"line \d", short(examined(name, text)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("package.json", '{"name": "x", "dependencies": {"node-forge": "^1", "md5": "2"}, "scripts": {"t": "jest"}}'),
        ("pom.xml", "<project><artifactId>hutool-crypto</artifactId><name>SM4 tools</name></project>"),
        ("a.yaml", "tls:\n  enabled: true\n  cert: /etc/x/tls.pem\n  key: /etc/x/tls.key\n"),
        (
            "ingress.yaml",
            "metadata:\n  annotations: {cert-manager.io/issuer: x}\nspec: {tls: [{hosts: [a.b], secretName: x-tls}]}",
        ),
        ("Makefile", "OBJECTS = sm4.o rsa.o src/aes.c\n# md5sum\n"),
        ("a.conf", "# ssl_protocols TLSv1\n; cipher = RC4\nname = x\n"),
        ("a.yaml", "image: x@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"),
        ("ssh.service", "[Unit]\nDescription=OpenBSD Secure Shell server\n[Service]\nExecStart=/usr/sbin/sshd -D\n"),
    ],
)
def test_harmless_mentions_are_complete(name: str, text: str) -> None:
    found = examined(name, text)
    assert short(found) == ""
    assert not [fact for fact in found.facts if fact.kind != "crypto.setting"]


NGINX = "http { include conf.d/*.conf; include /etc/nginx/tls; }"


def test_an_included_file_is_read_in_the_grammar_of_the_including_one() -> None:
    files = {
        "etc/nginx.conf": NGINX,
        "etc/nginx/tls": "ssl_protocols\n  TLSv1;\n",
        "etc/conf.d/a.conf": "server { listen 1 ssl; }",
    }
    facts, whole = concluded(files)
    named = [fact for fact in (*facts, *whole.facts) if fact.kind == "crypto.protocol"]
    assert {(fact.value["version"], fact.evidence[0].path, fact.evidence[0].line) for fact in named} >= {
        ("1.0", "etc/nginx/tls", 1)
    }


def test_versions_are_inherited_through_includes() -> None:
    files = {"etc/nginx.conf": "http { ssl_protocols TLSv1.3; include conf.d/*.conf; }",
             "etc/conf.d/a.conf": "server { listen 443 ssl; }"}  # fmt: skip
    assert concluded(files)[1].facts == ()
    files["etc/nginx.conf"] = "http { include conf.d/*.conf; }"
    assert [fact.value["version"] for fact in concluded(files)[1].facts if fact.kind == "crypto.protocol"] == [None]


def test_what_is_not_delivered_is_short() -> None:
    _, whole = concluded(
        {"a/nginx.conf": "http { ssl_protocols TLSv1.2; include /etc/tls/options.conf; include mime.types; }"}
    )
    ((meta, shortfall),) = whole.shortfalls
    assert (meta.path, "options.conf" in shortfall.detail) == ("a/nginx.conf", True)


def test_a_circle_of_includes_is_named() -> None:
    files = {f"nginx/{a}.conf": f"include {b}.conf; ssl_protocols TLSv1.2;" for a, b in ("ab", "bc", "ca", "dd")}
    _, whole = concluded(files)
    assert sorted(shortfall.detail.count(" > ") for _, shortfall in whole.shortfalls) == [1, 3]


WORDS = (
    "TLSv1.1",
    "md5/sha1",
    "DES/ECB/PKCS5Padding",
    "TLSv1",
    "RC4-SHA",
    "SSLv3",
    "MD5",
    "DES-CBC",
    "3des-cbc",
    "sha1WithRSA",
    "sm4",
)


@given(
    st.sampled_from(("a.yaml", "a.json", "a.ini", "a.properties", ".env", "nginx.conf", "sshd_config", "a.xml", "Dockerfile",  # noqa: E501
                     "a.toml", "haproxy.cfg", "openssl.cnf", "a.conf", "a.j2", "httpd.conf", "Makefile")),
    st.sampled_from(("ciphers", "ssl_protocols", "encryption.algorithm", "x", "signature", "tls")),
    st.sampled_from(WORDS),
    st.sampled_from(("{k}: {v}", "{k} = {v}", "{k} {v};", '"{k}": "{v}"', "<{k}>{v}</{k}>", "- {v}", "{v}", "{k} \\\n {v}", "{{{{ {v} }}}}",  # noqa: E501
                     "{k} \"{v}\"", "[{v}]", "{{{k} = {v}}}", "{k} := {v}")),
)  # fmt: skip
@settings(max_examples=1500, deadline=None)
def test_a_name_is_stated_or_the_file_is_short(name: str, key: str, word: str, shape: str) -> None:
    """Whatever the shape, a version or an algorithm that stands in a file is never passed over in silence."""
    found = examined(name, "# first\n" + shape.format(k=key, v=word) + "\n")
    if shape == "[{v}]" and not name.endswith((".yaml", ".json")):
        return  # the name of a section
    stated = [fact for fact in found.facts if fact.kind != "crypto.setting"]
    assert stated or found.shortfalls, (name, shape)


@given(
    st.binary(max_size=400),
    st.sampled_from(("a.yaml", "a.json", "a.xml", "nginx.conf", "httpd.conf", "a.toml", "a.j2")),
)
def test_any_bytes_are_read_or_fall_short(raw: bytes, name: str) -> None:
    content = b"tls: " + raw.replace(b"\0", b"")
    if identify(name, content[:HEAD], len(content)).file_class == "configuration":
        examined(name, content)


@given(st.recursive(st.none() | st.booleans() | st.text("ab:#{}[],\n'\"TLSv1.2", max_size=12),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab tls", min_size=1, max_size=6), inner, max_size=3),  # noqa: E501
                    max_leaves=12))  # fmt: skip
def test_json_is_read_whole(value: object) -> None:
    found = examined("a.json", json.dumps({"tls": value}, indent=1))
    assert "not valid" not in short(found)


def test_prefilter() -> None:
    assert not anywhere(b"name: value\ndescription: the parsing of scripts, mastered\nlist: [1, 2]\n")
    for text in (
        "minTlsVersion",
        "MIN_TLS",
        "useAES",
        "aesKey",
        "x.509",
        "SM4",
        "gmssl",
        "RejectUnauthorized",
        "hashAlg: x",
    ):
        assert anywhere(text.encode()), text


def test_versions_of_an_alias_bomb_and_what_stands_before_it() -> None:
    levels = "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9))
    found = examined("a.yaml", "tls_version: TLSv1\na: &a [x, x]\n" + levels)
    assert versions(found) == {"TLS 1.0"}
    assert "aliases repeat" in short(found)


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("a.yaml", "tls: &a [*a]\n", "alias"),
        ("a.yaml", "tls: " + "[" * 500, "nested"),
        ("a.json", '{"tls":' * 500, "nested"),
        ("a.xml", "<tls>" * 500, "nested"),
        ("a.json", '{"tls": ' + '"' + "x" * 900_000, "not valid"),
        ("httpd.conf", "<IfModule ssl_module>\n" * 100, "nested"),
        ("a.xml", '<?xml version="1.0" encoding="x-none"?><tls/>', "XML"),
    ],
)
def test_hostile_files_fall_short(name: str, text: str, word: str) -> None:
    assert word in short(examined(name, text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sshd_config", "Ciphers " + "aes128-ctr," * 20_000),
        ("a.yaml", "algorithm: [" + "aes," * 20_000 + "]"),
        ("a.yaml", "tls: [" + "aes," * 20_000 + "]"),
        ("a.ini", "tls " + " " * 100_000 + "b"),
        ("a.ini", "tls: " + "{{" * 100_000),
        ("a.yaml", "tls: " + "{{ if " * 50_000),
        ("nginx.conf", "ssl_protocols " + "${" * 100_000),
        ("Makefile", "/*" * 100_000 + "tls"),
        ("Dockerfile", "FROM x\nRUN tls \\\n" + "a \\\n" * 30_000),
        ("a.conf", "<a" + " " * 100_000 + "> x tls"),
        ("a.ini", "ssl_" * 100_000),
    ],
)
def test_hostile_text_costs_little(name: str, text: str) -> None:
    start = process_time()
    examined(name, text)
    assert process_time() - start < 2
