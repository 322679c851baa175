"""JSON holds the whole document: both languages, exact strings, dates as text."""

import json as stdlib
from typing import Any

from msgspec import to_builtins

from assay.report import json

from .sample import EVIL, sample


def test_it_is_the_document_field_by_field() -> None:
    document = sample()

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        return value.isoformat() if hasattr(value, "isoformat") else value

    assert stdlib.loads(json.render(document, "en")) == plain(to_builtins(document))


def test_it_holds_both_languages_whatever_is_asked_for() -> None:
    assert json.render(sample(), "en") == json.render(sample(), "zh")
    loaded = stdlib.loads(json.render(sample(), "en"))
    assert loaded["demands"][2]["title"] == {"en": "Cryptography", "zh": "密码应用"}
    assert loaded["format"] == 1


def test_product_strings_are_exact() -> None:
    assert stdlib.loads(json.render(sample(), "en"))["product"]["version"] == "2.4.1" + EVIL.replace("\t", " ")
