"""Every code has words in both languages, and no sentence of ours praises a product."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import pytest

from assay.core.attempts import REASON_CODES, Status
from assay.core.facts import SCOPES
from assay.core.kinds import KINDS, FileClass
from assay.core.rules import Because, BookStatus, Known, Outcome, Severity
from assay.core.text import Text
from assay.report import compose, gathering, grounds, reasons, words

FORBIDDEN = re.compile(
    r"\b(certif(y|ied|ies)|approv(e|ed|es|al)|safe|secure|compliant|passed)\b|认证通过|已认证|批准|通过审查|合格|安全可靠|合规",
    re.IGNORECASE,
)


def sentences(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, reasons.Reason):
        yield from (value.title, value.advice)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from sentences(item)


def ours() -> list[Text]:
    modules = (words, grounds, compose, gathering, reasons)
    return [text for module in modules for value in vars(module).values() if not isinstance(value, type)
            for text in sentences(value)]  # fmt: skip


def test_no_sentence_says_certified_approved_or_safe() -> None:
    found = ours()
    assert len(found) > 200
    assert [text for text in found if FORBIDDEN.search(text.en) or FORBIDDEN.search(text.zh)] == []
    templates = Path(words.__file__).parent / "templates"
    for path in templates.glob("*.j2"):
        assert not FORBIDDEN.search(path.read_text("utf-8")), path.name


def test_every_sentence_has_both_languages_and_the_same_fields() -> None:
    for text in ours():
        if text != Text("", ""):
            assert text.en
            assert re.search("[\u4e00-\u9fff]|IV", text.zh) or text.zh.startswith("claim"), text
        assert set(re.findall(r"{(\w+)}", text.en)) == set(re.findall(r"{(\w+)}", text.zh)), text


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.OUTCOMES, get_args(Outcome)),
        (words.LIMIT_OUTCOMES, get_args(Outcome)),
        (words.SEVERITIES, get_args(Severity)),
        (words.KNOWN, get_args(Known)),
        (words.STATUSES, get_args(BookStatus)),
        (words.CLASSES, get_args(FileClass)),
        (words.SCOPES, SCOPES),
        (words.ATTEMPTS, [status for status in get_args(Status) if status != "completed"]),
        (words.MISUSES, KINDS["crypto.misuse"].keys["misuse"].choices),
        (reasons.REASONS, REASON_CODES),
        (grounds.SENTENCES, get_args(Because)),
    ],
)
def test_every_code_has_words(table: dict[str, object], codes: tuple[str, ...]) -> None:
    assert set(codes) <= set(table)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB"), (1_550_000, "1.6 MB"),
     (10**12, "1.0 TB"), (10**16, "10,000.0 TB")],
)  # fmt: skip
def test_sizes(count: int, shown: str) -> None:
    assert words.size(count) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 5, "0 %"), (0, 0, "0 %"), (1, 1000, "1 %"), (999, 1000, "99 %"), (1, 3, "33 %"), (5, 5, "100 %")],
)
def test_shares_never_round_to_nothing_or_everything(part: int, whole: int, shown: str) -> None:
    assert words.percent(part, whole) == shown


@pytest.mark.parametrize(
    ("plural", "said"),
    [("1 files were withheld", "1 file was withheld"), ("11 files were", "11 files were"),
     ("1,001 files", "1,001 files"), ("1 rules wait for this", "1 rule waits for this"),
     ("1 more groups with 1 facts", "1 more group with 1 fact"), ("1 source files were", "1 source file was"),
     ("but 1 broken rules are waived", "but 1 broken rule is waived"), ("1 limits of", "1 limit of")],
)  # fmt: skip
def test_one_is_singular(plural: str, said: str) -> None:
    assert words.singular(plural) == said
