"""The truth about examples/paygate still fits the example: lines, kinds, keys, and what the example may contain."""

import ast
import ipaddress
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assay.core.facts import SCOPES
from assay.core.kinds import KINDS
from assay.rulebooks.strict_yaml import parse

ROOT = Path(__file__).parents[2]
PAYGATE = ROOT / "examples" / "paygate"
TRUTH = ROOT / "tests" / "fixtures" / "paygate" / "truth.yaml"

REQUIRED = {"file", "line", "contains", "kind", "via"}
OPTIONAL = {"value", "also", "scope", "fault", "absent", "blind", "note"}
RESERVED = tuple(
    ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "127.0.0.0/8")
)
POM_NAMESPACE = "http://maven.apache.org/POM/4.0.0"


def truth() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = parse(TRUTH.read_bytes(), TRUTH.name).value["rows"]
    return rows


def delivered() -> list[Path]:
    return sorted(path for path in PAYGATE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def place(row: dict[str, Any]) -> str:
    return f"{row['file']}:{row['line']}"


def line_of(file: str, number: int) -> str:
    lines = (PAYGATE / file).read_text(encoding="utf-8").split("\n")
    return lines[number - 1] if 1 <= number <= len(lines) else ""


def test_every_row_names_the_line_that_holds_its_text() -> None:
    places = [(row["file"], item["line"], item["contains"]) for row in truth() for item in (row, *row.get("also", ()))]
    wrong = [f"{file}:{line} lacks {text!r}" for file, line, text in places if text not in line_of(file, line)]
    assert places
    assert wrong == []


def test_every_row_is_well_formed() -> None:
    for row in truth():
        assert row.keys() >= REQUIRED, place(row)
        assert row.keys() <= REQUIRED | OPTIONAL, place(row)
        assert row.get("scope", "shipped") in SCOPES, place(row)
        seen = "value" in row and not row.get("absent")
        assert [seen, row.get("absent", False), row.get("blind", False)].count(True) == 1, place(row)
        assert seen or "fault" not in row, place(row)


def test_every_value_is_one_that_its_kind_admits() -> None:
    for row in truth():
        keys = KINDS[row["kind"]].keys
        for key, item in row.get("value", {}).items():
            assert key in keys, place(row)
            assert item is None or keys[key].admits(item), f"{place(row)}: {key}"


def test_no_row_is_given_twice() -> None:
    rows = Counter(f"{place(row)} {row['kind']} {row.get('value')} {row.get('absent')}" for row in truth())
    assert [row for row, count in rows.items() if count > 1] == []


@pytest.mark.parametrize("folder", ["java/", "python/", "c/"])
def test_every_language_has_faults_sound_uses_and_near_misses(folder: str) -> None:
    rows = [row for row in truth() if row["file"].startswith(folder)]
    families = {row.get("value", {}).get("family") for row in rows if not row.get("absent")}
    assert sum(row.get("fault", False) for row in rows) >= 10
    assert sum(row.get("absent", False) for row in rows) >= 10
    assert {"SM3", "SM4"} <= families
    assert "SM2" in families or any(row.get("value", {}).get("curve") == "oscaa/SM2" for row in rows)


def test_the_example_parses_as_python() -> None:
    files = [path for path in delivered() if path.suffix == ".py"]
    assert files
    for path in files:
        ast.parse(path.read_text(encoding="utf-8"), str(path))


def test_the_example_names_only_reserved_hosts_and_addresses() -> None:
    for path in delivered():
        text = path.read_text(encoding="utf-8")
        for found in re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", text):
            assert any(ipaddress.ip_address(found) in net for net in RESERVED), f"{path.name}: {found}"
        for host in re.findall(r"https?://([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)", text.replace(POM_NAMESPACE, "")):
            assert host.endswith(".invalid") or host.replace(".", "").isdigit(), f"{path.name}: {host}"
