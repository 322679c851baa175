"""What is made late is made once it is asked for, and serves as what it stands for."""

import importlib
import pkgutil
import re
import sys

import pytest

import assay.examinations.cipher
import assay.intake
import assay.rulebooks
import assay.source
from assay.core import late


def test_an_expression_is_compiled_when_it_is_asked() -> None:
    broken = late.expression("(")
    with pytest.raises(re.error):
        broken.search("")


def test_an_expression_answers_like_a_compiled_one() -> None:
    text, content = late.expression(r"(?P<word>b+)", re.IGNORECASE), late.expression(rb"b+")
    assert [found["word"] for found in text.finditer("aBba b")] == ["Bb", "b"]
    assert (text.sub("-", "abb"), text.pattern, text.groups) == ("a-", r"(?P<word>b+)", 1)
    assert text.fullmatch("bb") is not None
    assert content.findall(b"abba") == [b"bb"]


def test_a_module_is_imported_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    module = late.module("colorsys")
    assert "colorsys" not in sys.modules
    assert module.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
    assert module.rgb_to_hsv is sys.modules["colorsys"].rgb_to_hsv
    with pytest.raises(AttributeError):
        _ = module.nothing


def test_every_expression_that_is_compiled_late_can_be() -> None:
    found = 0
    for package in (assay.examinations.cipher, assay.intake, assay.rulebooks, assay.source):
        for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(one.name)).values():
                if isinstance(value, late._Later):
                    value._make()
                    found += 1
    assert found > 100
