"""Sentences of a bundle set nothing; settings that stand among them still do."""

import json

import pytest

from assay.core.examination import Limits
from assay.examinations.cipher.setting import Settings
from assay.examinations.cipher.settings.messages import label, sentence
from tests.examinations.cipher.settings.reading import view


class _Lab:
    limits = Limits()


_BUNDLE = (
    "engine.noCipher=The cipher suite [{0}] is not supported by this engine\n"
    "engine.oldProtocol=The protocol SSLv3 was enabled, which is not safe to use\n"
    "engine.badDigest=Es war nicht möglich, den Algorithmus MD5 zu laden\n"
    "engine.empty=空密码套件不能用于此连接器\n"
)


@pytest.mark.parametrize(
    "name", ["org/a/LocalStrings.properties", "x.jar!org/a/Messages_de.properties", "a_zh_CN.properties"]
)
def test_messages_set_nothing(name: str) -> None:
    examined = Settings().examine(view(name, _BUNDLE), (), _Lab())
    assert examined.facts == ()
    assert examined.shortfalls == ()


@pytest.mark.parametrize(
    "text", ["Ciphers", "Ciphers used: [{0}]", "leere Cipher-Suite", "Cifrados", "用 Cipher들: [{0}]"]
)
def test_labels_set_nothing(text: str) -> None:
    assert label(text)
    examined = Settings().examine(view("a/LocalStrings.properties", f"{_BUNDLE}a.cipherButton={text}\n"), (), _Lab())
    assert (examined.facts, examined.shortfalls) == ((), ())


@pytest.mark.parametrize(
    "text", ["HIGH", "aNULL", "ALL", "none", "off", "TLSv1", "Foocipher9", "aes: 128", "RSA", "a=b"]
)
def test_no_label(text: str) -> None:
    assert not label(text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/src/main/res/values-de/strings.xml", "<r><string name='server_secret_key'>SecretKey</string></r>"),
        ("app/src/main/res/values/strings.xml", "<r><string name='cert_label'>Certificate of the server</string></r>"),
        ("x/Texts.fr.resx", "<root><data name='PrivateKey'><value>Clé privée</value></data></root>"),
        ("web/locales/de/data.json", '{"cert": {"Certificate": "Zertifikat", "Crypto algorithm": "Verfahren"}}'),
        ("web/locales/es/data.json", '{"cert": {"SSH cert": "Certificado SSH", "IdP certificate": "Cert del IdP"}}'),
        ("i18n/en.yml", "certificate: The certificate to be used\n"),
    ],
)
def test_texts_that_people_are_shown_set_nothing(path: str, text: str) -> None:
    examined = Settings().examine(view(path, text), (), _Lab())
    assert [fact for fact in examined.facts if fact.kind != "crypto.setting"] == []
    assert all(fact.value["meaning"] == "secret" for fact in examined.facts)
    assert examined.shortfalls == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/src/main/res/values/strings.xml", "<r><string name='jwt_secret_key'>f83kd8Qm1zPw7Lx9</string></r>"),
        ("locales/tls.json", '{"jwtAlgorithm": "HS256"}'),
        ("conf/data.json", '{"certificate": "Zertifikat"}'),
    ],
)
def test_settings_in_their_place_still_do(path: str, text: str) -> None:
    assert Settings().examine(view(path, text), (), _Lab()).facts


@pytest.mark.parametrize("path", ["Cargo.lock", "pnpm-lock.yaml", "package-lock.json", "poetry.lock"])
def test_what_a_package_is_locked_to_is_no_configuration(path: str) -> None:
    assert not Settings().accepts(view(path, "sha1 = 1\n").meta)


def test_what_a_package_depends_on_sets_nothing() -> None:
    text = '[dependencies]\nrustls-pemfile = "2"\n[build-dependencies.md5]\nversion = "1"\n[tls]\nmin_version = "1.0"'
    examined = Settings().examine(view("Cargo.toml", text), (), _Lab())
    assert {fact.evidence[0].line for fact in examined.facts} == {6}


def test_few_messages_are_known_by_what_is_filled_in() -> None:
    few = view("a/LocalStrings_de.properties", "p.effectiveCiphers=Verwendete Ciphers: [{0}]\n")
    assert Settings().examine(few, (), _Lab()).facts == ()
    few = view("a/LocalStrings_de.properties", "ssl.ciphers=Ciphers\n")
    assert Settings().examine(few, (), _Lab()).facts


def test_a_column_of_data_sets_nothing_unless_a_name_is_among_it() -> None:
    names = ["GitHub", "Slack", "Jira", "Zoom", "AWS Console", "npm Registry", "Notion", "Gong", "Linear"]
    for more, said in (([], False), (["DES"], True), (["with-sha1-legacy"], True)):
        text = json.dumps([{"cipher": name} for name in (*names, *more)])
        examined = Settings().examine(view("a.json", text), (), _Lab())
        assert bool(examined.facts or examined.shortfalls) is said


@pytest.mark.parametrize(
    ("name", "fact"), [("GitHub", False), ("kuznechik9", True), ("FOO", True), ("x/y/z-pad", True)]
)
def test_a_word_under_a_key_of_ciphers_is_never_silent(name: str, fact: bool) -> None:
    examined = Settings().examine(view("a.json", json.dumps({"encryption": name})), (), _Lab())
    assert bool(examined.facts) is fact
    assert examined.shortfalls


def test_a_setting_among_messages_is_read() -> None:
    examined = Settings().examine(view("a/messages.properties", _BUNDLE + "ssl.protocols=TLSv1\n"), (), _Lab())
    assert {(fact.kind, fact.value.get("version")) for fact in examined.facts} >= {("crypto.protocol", "1.0")}


@pytest.mark.parametrize("text", [_BUNDLE, "a.cipher=DES is what we use here\nb=1\nc=2\nd=3\n"])
def test_no_other_file_is_a_bundle(text: str) -> None:
    examined = Settings().examine(view("conf/security.properties", text), (), _Lab())
    assert examined.facts or examined.shortfalls


def test_settings_of_one_word_make_no_bundle() -> None:
    text = "a.cipher=DES is what we use here\nb=1\nc=2\nd=3\n"
    assert Settings().examine(view("a/messages.properties", text), (), _Lab()).shortfalls


@pytest.mark.parametrize(
    "text", ["TLSv1 TLSv1.1 SSLv3", "HIGH:MEDIUM:!aNULL", "MD5", "DES MD5 RC4 or", "a=b is all there is"]
)
def test_no_sentence(text: str) -> None:
    assert not sentence(text)


def test_a_key_that_stands_in_a_setting_is_not_shown() -> None:
    key = "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEA\\n-----END PRIVATE KEY-----"
    examined = Settings().examine(view("plan.json", f'{{"mtls": {{"key": "{key}"}}}}'), (), _Lab())
    assert [fact.value["meaning"] for fact in examined.facts if fact.kind == "crypto.setting"] == ["private-key"]
    assert not [fact for fact in examined.facts if "MIIEvQ" in f"{fact.value} {fact.evidence}"]


def test_the_key_of_a_table_that_is_a_digest_is_no_name_of_a_setting() -> None:
    digest = "d57bb7a379c7eb8c86e34d595722ca4f389394b4497c1f0028971e0a8e75c8e1"
    for key in (digest, f"{digest}:0"):
        assert Settings().examine(view("history.json", json.dumps({key: 404573})), (), _Lab()).facts == ()
