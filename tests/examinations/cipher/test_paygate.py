"""The seeded product examples/paygate, against its truth: what one file shows now, and silence nowhere else.

A row whose value needs more than a file and the constants of others (`LATER`) may still be undetermined; then a fact
without a value, a possible one or a shortfall of the file says so. The header of truth.yaml explains the rows.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from assay.core.examination import Artifact, Examined, FileMeta, FileView, Hit, Limits, Locator, Shortfall
from assay.core.facts import Fact, Scope, check
from assay.examinations import FILES, WHOLES
from assay.examinations.cipher.setting import Settings
from assay.examinations.cipher.source import SourceCryptography
from assay.rulebooks.strict_yaml import parse

ROOT = Path(__file__).parents[3]
PAYGATE = ROOT / "examples" / "paygate"
TRUTH = ROOT / "tests" / "fixtures" / "paygate" / "truth.yaml"
LANGUAGES = {".java": "Java", ".py": "Python", ".c": "C", ".h": "C"}
LATER = {"flow", "pointer", "implementation", "preprocessor", "intent", "config", "property", "dynamic"}


class Bench:
    limits = Limits()


class Files:
    """An index over files in memory."""

    def __init__(self, views: dict[str, FileView]) -> None:
        self.views = views

    def files_with(self, identifier: bytes) -> Iterator[FileMeta]:
        word = re.compile(rb"(?<!\w)" + re.escape(identifier) + rb"(?!\w)")
        return (view.meta for view in self.views.values() if word.search(view.content))

    def holding(
        self, words: Collection[bytes], formats: frozenset[str] | None = None
    ) -> Iterator[tuple[FileMeta, bytes]]:
        return ((meta, word) for word in words for meta in self.files_with(word))

    def view(self, meta: FileMeta) -> FileView | None:
        return self.views[meta.path]


def _scope(path: str) -> Scope:
    if "/test" in path:
        return "test"
    return "vendored" if "/vendored/" in path else "shipped"


def _views() -> dict[str, FileView]:
    views = {}
    for path in sorted(PAYGATE.rglob("*")):
        if path.suffix not in LANGUAGES:
            continue
        name, content = path.relative_to(PAYGATE).as_posix(), path.read_bytes()
        language = LANGUAGES[path.suffix]
        place = Locator("file", str(path))
        meta = FileMeta(name, name, len(content), "source", language, "main", _scope(name), place)
        views[name] = FileView(meta, content)
    return views


def _by(view: FileView) -> str:
    return SourceCryptography(view.meta.format).id


def _hits(content: bytes, words: frozenset[bytes]) -> list[Hit]:
    return [Hit(found[0], found.start()) for found in re.finditer(rb"\w+", content) if found[0] in words]


@lru_cache(maxsize=1)
def examined() -> tuple[list[Fact], list[tuple[str, Shortfall]]]:
    """Facts of every examination, and what fell short where."""
    views = _views()
    facts: list[Fact] = []
    summaries: dict[str, list[object]] = {}
    shortfalls: list[tuple[str, Shortfall]] = []
    for path, view in views.items():
        examination = SourceCryptography(view.meta.format)
        found: Examined = examination.examine(view, _hits(view.content, examination.literals), Bench())
        facts += found.facts
        shortfalls += [(path, shortfall) for shortfall in found.shortfalls]
        if found.summary is not None:
            summaries[path] = [found.summary]
        for other in FILES:
            if other.id != examination.id and other.accepts(view.meta):
                found = other.examine(view, _hits(view.content, other.literals), Bench())
                facts += found.facts
                shortfalls += [(path, shortfall) for shortfall in found.shortfalls]
    artifact = Artifact([view.meta for view in views.values()])
    for whole in WHOLES:
        mine = {path: rows for path, rows in summaries.items() if _by(views[path]) == whole.summaries_of}
        concluded = whole.conclude(artifact, mine, Files(views), Bench())
        facts += concluded.facts
        shortfalls += [(meta.path, shortfall) for meta, shortfall in concluded.shortfalls]
    return facts, shortfalls


def _rows() -> list[Any]:
    rows = parse(TRUTH.read_bytes(), TRUTH.name).value["rows"]
    return [
        pytest.param(row, id=f"{row['file'].rpartition('/')[2]}:{row['line']}:{row['via']}:{number}")
        for number, row in enumerate(rows)
        if Path(row["file"]).suffix in LANGUAGES
    ]


def _at(row: dict[str, Any]) -> list[Fact]:
    """Facts of the row's kind with evidence at its line, or at one of its further lines."""
    lines = {row["line"], *(item["line"] for item in row.get("also", ()))}
    places = {(row["file"], line) for line in lines}
    return [
        fact
        for fact in examined()[0]
        if fact.kind == row["kind"] and any((item.path, item.line) in places for item in fact.evidence)
    ]


def _fits(fact: Fact, value: dict[str, Any]) -> bool:
    return all(key in fact.value and fact.value[key] == item for key, item in value.items())


def _shown(facts: list[Fact]) -> str:
    return "\n".join(str(dict(fact.value)) for fact in facts) or "no fact of the kind there"


@pytest.mark.parametrize("row", _rows())
def test_row(row: dict[str, Any]) -> None:
    facts, value = _at(row), row.get("value", {})
    fitting = [fact for fact in facts if _fits(fact, value)]
    if row.get("absent"):
        assert not fitting, _shown(fitting)
        return
    if fitting and not row.get("blind"):
        assert {fact.subject.scope for fact in fitting} == {row.get("scope", "shipped")}
        return
    assert row["via"] in LATER, f"{value} not among\n{_shown(facts)}"
    doubtful = [fact for fact in facts if fact.value["reach"] == "possible" or None in fact.value.values()]
    short = [shortfall for path, shortfall in examined()[1] if path == row["file"]]
    assert doubtful or short, f"silent about {value}\n{_shown(facts)}"


def test_what_configuration_says() -> None:
    rows = [row for row in parse(TRUTH.read_bytes(), TRUTH.name).value["rows"] if row["via"] == "config"]
    assert rows
    for row in rows:
        path = row["file"]
        content = (PAYGATE / path).read_bytes()
        meta = FileMeta(path, path, len(content), "configuration", "nginx", "main", "shipped", Locator("file", path))
        found = Settings().examine(FileView(meta, content), (), Bench())
        assert not found.shortfalls
        here = [fact for fact in found.facts if fact.kind == row["kind"] and fact.evidence[0].line == row["line"]]
        assert any(_fits(fact, row["value"]) for fact in here), f"{path}:{row['line']}\n{_shown(here)}"


def test_every_fact_is_one_that_its_kind_admits() -> None:
    facts, _ = examined()
    assert len(facts) > 80
    for fact in facts:
        check(fact)


def test_no_excerpt_holds_a_secret() -> None:
    secrets = ("0123456789abcdef", "paygate-settlement", "test-only-key")
    for fact in examined()[0]:
        for item in fact.evidence:
            assert not any(secret in item.excerpt + item.expression for secret in secrets), item
