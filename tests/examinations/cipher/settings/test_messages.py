"""Sentences of a bundle set nothing; settings that stand among them still do."""

import pytest

from assay.core.examination import Limits
from assay.examinations.cipher.setting import Settings
from assay.examinations.cipher.settings.messages import sentence
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
