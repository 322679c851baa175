"""SM cryptography in eleven languages, written as an ordinary developer would against the published APIs.

`tests/fixtures/sm-suite/` holds the programs, `tests/fixtures/sm-suite.yaml` the truth about the lines that name an SM
algorithm. The whole suite is examined once. A line that the truth lists with families must be evidence of a fact of
each of them; a fact of an SM family at any other line is a false alarm, unless the truth allows it there (`may`); a use
in several steps may be seen at any of them (`also`). TLCP counts as a family of its own. For configuration the settings
that decide protocols, suites, groups and algorithms count as well. Recall and precision are at least 0.95 in every
language and in all, and what a fact says of mode and purpose does not contradict the reader.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import yaml

from assay.core.facts import Fact
from assay.review.steps import Plan, examine_only

FIXTURES = Path(__file__).parents[1] / "fixtures"
BAR = 0.95
FAMILIES = ("SM2", "SM3", "SM4", "SM9", "ZUC")
DECIDING = (
    "protocol",
    "cipher",
    "suite",
    "group",
    "curve",
    "digest",
    "hash",
    "algorithm",
)  # parts of a setting's meaning
_NAMED = re.compile(r"(?<![A-Za-z0-9])(SM2|SM3|SM4|SM9|ZUC|TLCP)(?![0-9])")
_SUITE = re.compile(r"TLCP|NTLS", re.IGNORECASE)
TRUTH: dict[str, dict[str, list[dict[str, object]]]] = yaml.safe_load((FIXTURES / "sm-suite.yaml").read_text("utf-8"))

Place = tuple[str, int]
Pair = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """Per place, the families stated there; and per (place, family), the values of the facts."""

    families: dict[Place, set[str]]
    facts: dict[Pair, list[Fact]]


def families_of(fact: Fact) -> set[str]:
    """The family; without one of these, what the algorithm (HMAC-SM3), the curve, the protocol or the setting names."""
    value = fact.value
    if fact.kind == "crypto.setting":
        if value.get("meaning") not in DECIDING:
            return set()
        named = set(_NAMED.findall(str(value.get("content")).upper().replace("_", "-")))
        return named | ({"TLCP"} if _SUITE.search(f"{value.get('directive')} {value.get('content')}") else set())
    if value.get("family") in FAMILIES:
        return {str(value["family"])}
    return set(_NAMED.findall(f"{value.get('algorithm')} {value.get('curve')} {value.get('protocol')}"))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    plan = Plan(FIXTURES / "sm-suite", date(2026, 1, 1), dossier=tmp_path_factory.mktemp("sm") / "suite.assay")
    reviewed = examine_only(plan)[0].latest()
    found = Seen(defaultdict(set), defaultdict(list))
    for kind in ("crypto.use", "crypto.protocol", "crypto.setting"):
        for fact in reviewed.facts(kind):
            for place in fact.evidence:
                for family in families_of(fact):
                    found.families[place.path, place.line].add(family)
                    found.facts[place.path, place.line, family].append(fact)
    return found


def expected(languages: list[str], key: str = "families") -> set[Pair]:
    return {
        (f"{language}/{name}", row["line"], family)  # type: ignore[misc]
        for language in languages
        for name, rows in TRUTH[language].items()
        for row in rows
        for family in row.get(key, ())  # type: ignore[attr-defined]
    }


def elsewhere(pair: Pair) -> Iterator[Pair]:
    """The same use at the other lines where it may be seen instead."""
    path, line, family = pair
    language, _, name = path.partition("/")
    for row in TRUTH[language][name]:
        if row["line"] == line:
            for other in row.get("also", ()):  # type: ignore[attr-defined]
                yield path, other, family


def stated(seen: Seen, languages: list[str]) -> set[Pair]:
    return {
        (path, line, family)
        for (path, line), families in seen.families.items()
        for family in families
        if path.partition("/")[0] in languages
    }


def shown(pairs: set[Pair]) -> str:
    return "".join(f"\n  {path}:{line} {family}" for path, line, family in sorted(pairs))


def measure(seen: Seen, languages: list[str]) -> None:
    wanted, allowed, got = expected(languages), expected(languages, "may"), stated(seen, languages)
    hits = {pair for pair in wanted if got & {pair, *elsewhere(pair)}}
    misses, alarms = wanted - hits, got - wanted - allowed
    recall, precision = len(hits) / len(wanted), len(hits) / max(1, len(hits) + len(alarms))
    summary = f"recall {recall:.3f}, precision {precision:.3f}"
    assert min(recall, precision) >= BAR, f"{summary}\nmissed:{shown(misses)}\nfalse alarms:{shown(alarms)}"


@pytest.mark.parametrize("language", TRUTH)
def test_language(seen: Seen, language: str) -> None:
    measure(seen, [language])


def test_all_languages_together(seen: Seen) -> None:
    measure(seen, list(TRUTH))


@pytest.mark.parametrize("language", TRUTH)
def test_mode_and_purpose_are_not_contradicted(seen: Seen, language: str) -> None:
    wrong = [
        f"{path}:{line} {family}: {key} {', '.join(said)} instead of {wanted}"
        for path, line, family, key, wanted in _told(language)
        if (said := _said(seen, (path, line, family), key)) and wanted not in said
    ]
    assert not wrong, "\n".join(wrong)


def _told(language: str) -> Iterator[tuple[str, int, str, str, str]]:
    for name, rows in TRUTH[language].items():
        for row in rows:
            for key in ("mode", "purpose"):
                for family in row["families"] if key in row else ():  # type: ignore[attr-defined]
                    yield f"{language}/{name}", int(str(row["line"])), family, key, str(row[key])


def _said(seen: Seen, pair: Pair, key: str) -> list[str]:
    facts = [fact for place in (pair, *elsewhere(pair)) for fact in seen.facts.get(place, ())]
    return sorted({str(fact.value[key]) for fact in facts if fact.value.get(key) is not None})


def test_the_truth_names_lines_that_stand_in_the_suite() -> None:
    """Every line of a use names its algorithm in some spelling, and there are enough lines of each sort."""
    named = re.compile(
        r"sm-?[2349]|zuc|EIA3|ntls|tlcp|\$cipher|TRANSFORMATION|SEALING|SigCtx|libsm|crypt_(cbc|ecb)|crypt\.encrypt",
        re.IGNORECASE,
    )
    for language, files in TRUTH.items():
        rows = [row for rows in files.values() for row in rows]
        assert sum(bool(row["families"]) for row in rows) >= 12, language
        assert sum(not row["families"] and "may" not in row for row in rows) >= 6, language
        for name, listed in files.items():
            lines = (FIXTURES / "sm-suite" / language / name).read_text("utf-8").split("\n")
            for row in listed:
                if row["families"]:
                    assert named.search(lines[int(str(row["line"])) - 1])
