"""What a case calls things: both languages, the same fields, no praise, and a word for every code."""

import re
from pathlib import Path
from typing import get_args

from assay.case import labels, words
from assay.case.contents import KINDS, OUTCOMES, Role
from assay.case.standing import StateName
from assay.core.text import Text
from tests.report.test_words import FORBIDDEN

SENTENCES: list[Text] = [text for table in (*words.ALL, *labels.ALL) for text in table.values()]


def test_no_sentence_says_certified_approved_or_safe() -> None:
    assert len(SENTENCES) > 150
    assert [text for text in SENTENCES if FORBIDDEN.search(text.en) or FORBIDDEN.search(text.zh)] == []
    for path in Path(words.__file__).parent.rglob("*.j2"):
        assert not FORBIDDEN.search(path.read_text("utf-8"))


def test_every_sentence_has_both_languages_and_the_same_fields() -> None:
    for text in SENTENCES:
        assert text.en
        assert re.search("[\u4e00-\u9fff]", text.zh), text
        assert set(re.findall(r"{(\w+)}", text.en)) == set(re.findall(r"{(\w+)}", text.zh)), text


def test_every_code_has_words() -> None:
    assert set(words.KINDS) == set(KINDS)
    assert set(words.OUTCOMES) == set(OUTCOMES)
    assert set(words.ROLES) == set(get_args(Role))
    assert set(words.STATES) == set(get_args(StateName))


def test_every_reason_is_used_and_every_used_reason_is_there() -> None:
    room = "".join(path.read_text("utf-8") for path in Path(words.__file__).parent.glob("*.py"))
    used = set(re.findall(r'words\.of\(\s*"([a-z-]+)"', room))
    assert used == set(words.REFUSALS)
