"""A wrong command line is told of in the language that was asked for, by click in English."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from assay.cli.main import assay
from assay.cli.misuse import in_chinese
from assay.core.errors import Exit
from tests.cli.test_contract import run

WRONG = [
    ["review"],
    ["review", "p", "--x"],
    ["review", "p", "--outpu", "x"],
    ["review", "p", "--fail-on", "x"],
    ["review", "p", "--jobs", "0"],
    ["review", "p", "--jobs", "x"],
    ["review", "p", "--no-color=1"],
    ["review", "p", "--output", "/"],
    ["rules", "list", "x"],
    ["nonsense"],
    ["case", "open", "c", "--title", "t", "--product", "p"],
    ["ledger", "export", "d", __file__],
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_every_sentence_of_click_is_known_in_chinese(words: list[str]) -> None:
    done = CliRunner().invoke(assay, words, standalone_mode=False)
    assert isinstance(done.exception, click.UsageError)
    message = done.exception.format_message()
    chinese = in_chinese(message)
    assert not chinese.isascii(), message
    assert not any(word in chinese for word in ("Invalid", "Missing", "such", "Choose", " is "))


def test_a_sentence_that_is_not_known_is_passed_on() -> None:
    assert in_chinese("Something else.") == "Something else."


def test_the_way_to_the_help_page_is_told_in_both_languages(tmp_path: Path) -> None:
    for lang, words in (("en", (b"Usage:", b"Try ", b"Error:")), ("zh", ("用法：", "参见", "错误："))):
        done = run("rules", "list", "x", cwd=tmp_path, ASSAY_LANG=lang)
        assert done.returncode == Exit.USAGE
        assert done.stdout == b""
        for word in words:
            assert (word if isinstance(word, bytes) else word.encode()) in done.stderr
