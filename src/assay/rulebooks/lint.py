"""Linting a rulebook: every problem of every file, not only the first of the book.

A file that cannot be read as a rule gives one problem, at its line. A rule that reads is tried on its own examples,
asked for both languages, for an honest account of how well its source is known, and for the refusals of the design
(`refusals.py`). `title` and the like are Chinese when they hold a Chinese character; what they say nobody checks.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from assay.core.errors import InputError
from assay.core.judge import judge
from assay.core.kinds import STATED
from assay.core.rules import Clause, Comparison, Example, Outcome, Rule, Rulebook
from assay.core.text import Text
from assay.rulebooks.loader import HEAD, folder_of, read_files, read_head
from assay.rulebooks.refusals import offences
from assay.rulebooks.rule_file import read_rule
from assay.rulebooks.strict_yaml import Key, PlaceError, parse

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2}")
_ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_WANTED: tuple[Outcome, ...] = ("broken", "met", "open")
_ADMITS = {"memory": ("memory", "记忆"), "press": ("press", "报道")}


class Problem(Struct, frozen=True, order=True):
    """One thing that is wrong in one file of a book."""

    file: str
    line: int
    text: Text


def lint(path: str) -> list[Problem]:
    """Problems of the book with this id or in this folder, by file and line. Raises UsageError when there is none."""
    folder = folder_of(path)
    found: list[Problem] = []
    book = ""
    applies: Mapping[str, tuple[Comparison, ...]] = {}
    seen: dict[str, str] = {}
    try:
        for name, data in read_files(folder):
            file = str(folder / name)
            try:
                if name == HEAD:
                    parsed = parse(data, file)
                    head = read_head(data, file)
                    book, applies = head.id, head.applies
                    found += _head(file, book, folder)
                    found += [Problem(file, parsed.line(at), text) for at, text in _targets(head)]
                else:
                    parsed = parse(data, file)
                    rule = read_rule(parsed, book)
                    found += [
                        Problem(file, parsed.line(at), text) for at, text in problems(rule, Path(name).stem, applies)
                    ]
                    found += _twice(file, rule, seen)
            except PlaceError as error:
                found.append(Problem(error.file, error.line, _with_advice(error)))
    except PlaceError as error:  # a file in the wrong place ends the walk
        found.append(Problem(error.file, error.line, _with_advice(error)))
    return sorted(found, key=lambda problem: (problem.file, problem.line, problem.text.en))


def problems(
    rule: Rule, file_name: str, applies: Mapping[str, tuple[Comparison, ...]] = MappingProxyType({})
) -> Iterator[tuple[tuple[Key, ...], Text]]:
    """What is wrong with a rule that reads, each with the place in its file. `applies` is the condition of its book."""
    if rule.id != file_name or not _ID.fullmatch(rule.id):
        yield (
            ("id",),
            Text(
                f"id {rule.id!a} must be the file name, in lower case with dots and hyphens",
                f"id {rule.id!a} 必须与文件名相同，只用小写字母、数字、点和连字符",
            ),
        )
    yield from _languages(rule)
    yield from _honest(rule)
    within = replace(rule, applies={**applies, **rule.applies})
    yield from ((("clause",), text) for text in offences(within))
    if not rule.clause.informative:
        yield from _examples(rule)


def _targets(head: Rulebook) -> Iterator[tuple[tuple[Key, ...], Text]]:
    for index, target in enumerate(head.targets):
        own = [
            *_spoken({"title": target.title, "because": target.because}),
            *_admitted((target.clause,), target.because),
        ]
        yield from ((("targets", index, *at), text) for at, text in own)


def _languages(rule: Rule) -> Iterator[tuple[tuple[Key, ...], Text]]:
    yield from _spoken({"title": rule.title, "because": rule.because, "remedy": rule.remedy})


def _spoken(texts: Mapping[str, Text]) -> Iterator[tuple[tuple[Key, ...], Text]]:
    for key, text in texts.items():
        if not _CHINESE.search(text.zh):
            yield (key, "zh"), Text(f"{key}.zh holds no Chinese", f"{key}.zh 不是中文")
        if _CHINESE.search(text.en) or not _LATIN.search(text.en):
            yield (key, "en"), Text(f"{key}.en is not English", f"{key}.en 不是英文")


def _honest(rule: Rule) -> Iterator[tuple[tuple[Key, ...], Text]]:
    yield from _admitted((rule.clause, *rule.also), rule.because)


def _admitted(clauses: Iterable[Clause], because: Text) -> Iterator[tuple[tuple[Key, ...], Text]]:
    for known in dict.fromkeys(clause.known for clause in clauses):
        en, zh = _ADMITS.get(known, ("", ""))
        if en not in because.en or zh not in because.zh:
            yield (
                ("because",),
                Text(f"known: {known}, but because does not say {en!a}", f"known: {known}，但 because 未说明“{zh}”"),
            )


def _examples(rule: Rule) -> Iterator[tuple[tuple[Key, ...], Text]]:
    stated = rule.require and {pattern.kind for pattern in rule.require} <= STATED
    for outcome in _WANTED:
        if outcome == "broken" and stated:
            continue  # no such rule is ever broken
        if not rule.examples.get(outcome):
            yield ("examples",), Text(f"no example of {outcome}", f"缺少 {outcome} 的示例")
    for outcome, examples in rule.examples.items():
        for index, example in enumerate(examples):
            given = outcome_of(rule, example)
            if given != outcome:
                yield (
                    ("examples", outcome, index),
                    Text(f"this example of {outcome} gives {given}", f"此 {outcome} 示例的结果是 {given}"),
                )


def outcome_of(rule: Rule, example: Example) -> Outcome:
    """What the rule gives on an example, judged on a day on which the rule is in force."""
    day = example.as_of or rule.in_force_from or rule.in_force_until or date.min
    return judge(rule, example.product, example.facts, example.attempts, day).outcome


def _head(file: str, book: str, folder: Path) -> Iterator[Problem]:
    if book != folder.resolve().name:
        yield Problem(file, 1, Text(f"id {book!a} must be the folder's name", f"id {book!a} 必须与文件夹同名"))


def _twice(file: str, rule: Rule, seen: dict[str, str]) -> Iterator[Problem]:
    first = seen.setdefault(rule.id, file)
    if first != file:
        yield Problem(file, 1, Text(f"rule {rule.id!a} is also in {first}", f"规则 {rule.id!a} 也在 {first} 中"))


def _with_advice(error: InputError) -> Text:
    what = error.what if isinstance(error, PlaceError) else error.message
    advice = error.advice or Text("", "")
    return Text(f"{what.en}; {advice.en}", f"{what.zh}；{advice.zh}")
