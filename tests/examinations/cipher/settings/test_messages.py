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
