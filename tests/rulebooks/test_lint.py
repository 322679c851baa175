"""The linter: the shipped books are clean, and each way of being wrong is found at its line."""

from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.rulebooks import shipped
from assay.rulebooks.lint import lint
from tests.rulebooks.books import HEAD, RULE, book


@pytest.mark.parametrize("id_", shipped())
def test_shipped_books_have_no_problem(id_: str) -> None:
    assert [(problem.file, problem.line, problem.text.en) for problem in lint(id_)] == []


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("{family: AES, state: used}}]", "{family: RC4, state: used}}]", 14, "this example of met gives broken"),
        ("value: {family: RC4, state: used}", "value: {family: RC2, state: used}", 12, "of broken gives met"),
        ("attempts: []", "attempts: [{status: completed}]", 16, "this example of open gives met"),
        ("attempts: []", "attempts: [{status: partial, scope: test}, {status: completed}]", 16, "of open gives met"),
        ("  open:\n    - attempts: []\n", "", 11, "no example of open"),
        ("zh: 已被攻破", "zh: broken", 8, "because.zh holds no Chinese"),
        ("en: Use AES", "en: 改用", 9, "remedy.en is not English"),
        ("known: text", "known: memory", 8, "does not say 'memory'"),
        ("known: text", "known: press", 8, "does not say 'press'"),
        ("known: text", "at: again", 3, "given twice"),
        ("{document: My standard, ", "{", 3, "key document is missing"),
        (", known: text", "", 3, "key known is missing"),
        ("id: x.rc4", "id: x.rc5", 1, "must be the file name"),
        ("family: RC4, state", "family: {not: {not: RC4}}, state", 7, "must be text"),
        ("forbid:", "require:\n  - fact: statement\nforbid:", 6, "not both"),
        ("  - fact: crypto.use\n    where: {family: RC4,", "  - any:\n     - {family: RC4,", 0, ""),
    ],
)
def test_each_problem_is_found(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in RULE
    path = book(tmp_path, RULE.replace(old, new, 1))
    found = [problem for problem in lint(path) if says in problem.text.en]
    assert found
    assert found[0].file == str(Path(path, "area", "x.rc4.yaml"))
    assert line in {0, found[0].line}
    assert found[0].text.zh


def test_saying_where_it_comes_from_is_enough(tmp_path: Path) -> None:
    rule = RULE.replace("known: text", "known: memory").replace("It is broken", "It is broken; cited from memory")
    assert lint(book(tmp_path, rule.replace("已被攻破", "已被攻破；凭记忆引用"))) == []


def test_every_file_is_judged_even_when_one_cannot_be_read(tmp_path: Path) -> None:
    path = book(tmp_path, "id: [", RULE.replace("zh: 改用 AES", "zh: AES"), names=("a/broken.yaml", "b/x.rc4.yaml"))
    files = [Path(problem.file).name for problem in lint(path)]
    assert files == ["broken.yaml", "x.rc4.yaml"]


def test_an_id_in_two_areas(tmp_path: Path) -> None:
    problems = lint(book(tmp_path, RULE, RULE, names=("a/x.rc4.yaml", "b/x.rc4.yaml")))
    assert [problem.text.en.split(" is ")[0] for problem in problems] == ["rule 'x.rc4'"]


def test_the_head_is_judged(tmp_path: Path) -> None:
    assert [problem.line for problem in lint(book(tmp_path, head=HEAD.replace("id: mine", "id: other")))] == [1]


def test_no_book(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        lint(str(tmp_path))
