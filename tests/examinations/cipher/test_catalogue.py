"""Every call of every library of the catalogue: a positive snippet each, and near misses that give nothing.

`snippets/<library>.yaml`:

    rows:
      - calls: ["EVP_{aes,aria}_{128,256}_gcm"]   braces as in the catalogue
        code: ...                                 `$CALL` stands for the call, `$NAME` for it as C++ spells it; in C
                                                  `body`, inside of a function
        facts: [{algorithm: $1-$2-GCM}]           values that must be there; $1 is the first choice, in any case
        unless: [unimported]                      near misses that are no misses for these calls
    near: [{code: ...}, {body: ...}]              snippets without facts

A row gives exactly its facts, on the line of the call unless a fact says `line`. Without `code` and `body` a call has
parameters of the function around, so that nothing about them is known.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from assay.core.facts import Fact
from assay.examinations.cipher.catalogue import libraries
from assay.examinations.cipher.library import Library, spread
from assay.rulebooks.strict_yaml import parse
from tests.examinations.cipher.near_misses import near_misses, without_imports
from tests.examinations.cipher.snippets_run import facts_in, shown
from tests.examinations.cipher.snippets_written import WRITTEN, written

_FOLDER = Path(__file__).parent / "snippets"
_BODY = "  $CALL(a, b, c, d, e, g, h, i, j);"
_AROUND = "void f(A *a, B *b, C *c, D *d, E *e, G *g, H *h, I *i, J *j)\n{\n%s\n}\n"

# They follow from what the rows list.
FOLLOWING = frozenset({"ecb-mode", "short-key", "few-iterations", "missing-authentication"})
LIBRARIES = [pytest.param(library, id=library.id) for library in libraries()]
_IMPORTED = [pytest.param(item, id=item.id) for item in libraries() if item.languages[0] not in {"C", "C++", "Rust"}]


@lru_cache(maxsize=64)
def _snippets(library: str) -> dict[str, Any]:
    path = _FOLDER / f"{library}.yaml"
    if not path.exists():
        return {"rows": [], "near": []}
    value: dict[str, Any] = parse(path.read_bytes(), path.name).value
    language = next(item.languages[0] for item in libraries() if item.id == library)
    for row in value["rows"]:
        row.setdefault("language", language)
    return value


def _calls(library: Library) -> set[str]:
    return {call for entry in library.entries for call in entry.calls}


def _instances(row: dict[str, Any]) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """(call, code, expected facts) of each call of a row."""
    for pattern in [row["call"]] if "call" in row else row["calls"]:
        choices = [found[1].split(",") for found in re.finditer(r"\{([^{}]*)\}", pattern)]
        for call in spread(pattern):
            chosen = _chosen(pattern, call, choices)
            expected = [{key: _filled(value, chosen) for key, value in fact.items()} for fact in row["facts"]]
            code = _around(row, call)
            for position, choice in enumerate(chosen if "code" in row else (), 1):
                code = code.replace(f"${position}", choice)
            yield call, code, expected


def _around(row: dict[str, Any], call: str) -> str:
    if row["language"] in WRITTEN:
        return written(row, call)
    return _code(row).replace("$CALL", call).replace("$NAME", _name(call))


def _name(call: str) -> str:
    """The call as C++ spells it."""
    return call.removesuffix(".<init>").lstrip(".").replace(".", "::")


def _chosen(pattern: str, call: str, choices: list[list[str]]) -> list[str]:
    shape = re.escape(pattern)
    for row in choices:
        shape = re.sub(r"\\\{.*?\\\}", "(" + "|".join(map(re.escape, row)) + ")", shape, count=1)
    found = re.fullmatch(shape, call)
    return [group or "" for group in found.groups()] if found is not None else []


def _filled(value: Any, chosen: list[str]) -> Any:
    if not isinstance(value, str) or "$" not in value:
        return value
    for position, choice in enumerate(chosen, 1):
        value = value.replace(f"${position}", choice)
    return re.compile(re.escape(value), re.IGNORECASE)


def _code(row: dict[str, Any]) -> str:
    code: str = row["code"] if "code" in row else _AROUND % row.get("body", _BODY).rstrip("\n")
    return code


def _matches(fact: Fact, expected: dict[str, Any], line: int) -> bool:
    given = shown(fact)
    wanted = {"line": line, "kind": "crypto.use", **expected}
    if "protocol" in expected:
        wanted["kind"] = "crypto.protocol"
    if "misuse" in expected:
        wanted["kind"] = "crypto.misuse"
    return all(key in given and _equal(given[key], value) for key, value in wanted.items())


def _equal(given: Any, wanted: Any) -> bool:
    return wanted.fullmatch(str(given)) is not None if isinstance(wanted, re.Pattern) else bool(given == wanted)


def _line_of(call: str, code: str) -> int:
    name = re.compile(rf"\b{re.escape(call)}\b")
    return next((line for line, text in enumerate(code.splitlines(), 1) if name.search(text)), 1)


def _language(library: Library, row: Mapping[str, Any]) -> str:
    """A row is in the first of the library's languages, unless it names another."""
    return str(row.get("language", library.languages[0]))


def _complaint(library: Library, call: str, code: str, expected: Any, facts: list[Fact]) -> str:
    rows = "\n  ".join(str(shown(fact)) for fact in facts) or "none"
    return f"{library.id}: {call}\n{code}\nexpected:\n  {expected}\ngot:\n  {rows}"


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_call_has_a_positive_row_and_every_row_a_call(library: Library) -> None:
    covered = {call for row in _snippets(library.id)["rows"] for call, _, facts in _instances(row) if facts}
    missing, unknown = sorted(_calls(library) - covered), sorted(covered - _calls(library))
    assert not missing, f"snippets/{library.id}.yaml has no positive row for: {', '.join(missing)}"
    assert not unknown, f"snippets/{library.id}.yaml has rows for calls that the catalogue lacks: {', '.join(unknown)}"


@pytest.mark.parametrize("library", LIBRARIES)
def test_positive_rows(library: Library) -> None:
    complaints = []
    for row in _snippets(library.id)["rows"]:
        for call, code, expected in _instances(row):
            language = _language(library, row)
            following = FOLLOWING - {wanted.get("misuse") for wanted in expected}
            facts = [fact for fact in facts_in(language, code) if fact.value.get("misuse") not in following]
            line = _line_of(call, code) if language == "C" else 0
            left = list(facts)
            for wanted in expected:
                fitting = [fact for fact in left if _matches(fact, wanted, line or fact.evidence[0].line)]
                if fitting:
                    left.remove(fitting[0])
                else:
                    complaints.append(_complaint(library, call, code, wanted, facts))
                    break
            else:
                if left and not row.get("more", False):
                    complaints.append(_complaint(library, call, code, "no more than those listed", left))
    assert not complaints, f"{len(complaints)} rows fail\n" + "\n\n".join(complaints[:12])


@pytest.mark.parametrize("library", LIBRARIES)
def test_names_that_are_not_used_give_nothing(library: Library) -> None:
    unless = {
        (call, what)
        for row in _snippets(library.id)["rows"]
        for call, _, _ in _instances(row)
        for what in row.get("unless", ())
    }
    complaints = []
    for call in sorted(_calls(library)):
        for what, code in near_misses(library.languages[0], call):
            facts = [] if (call, what) in unless else facts_in(library.languages[0], code)
            if facts:
                complaints.append(_complaint(library, f"{call} ({what})", code, "nothing", facts))
    assert not complaints, f"{len(complaints)} near misses give facts\n" + "\n\n".join(complaints[:12])


@pytest.mark.parametrize("library", _IMPORTED)
def test_names_that_are_not_imported_give_nothing(library: Library) -> None:
    complaints = []
    for row in _snippets(library.id)["rows"]:
        for call, code, _ in _instances(row) if "unimported" not in row.get("unless", ()) else ():
            facts = facts_in(_language(library, row), without_imports(code))
            if facts:
                complaints.append(_complaint(library, f"{call} (unimported)", code, "nothing", facts))
    assert not complaints, f"{len(complaints)} give facts\n" + "\n\n".join(complaints[:12])


@pytest.mark.parametrize("library", LIBRARIES)
def test_near_misses_written_by_hand(library: Library) -> None:
    for row in _snippets(library.id).get("near", ()):
        facts = facts_in(_language(library, row), _code(row))
        assert not facts, _complaint(library, "near miss", _code(row), "nothing", facts)
