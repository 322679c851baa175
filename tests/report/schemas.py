"""The official schemas, and what each says against a document."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import xmlschema
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

SCHEMAS = Path(__file__).parents[1] / "schemas"


def _first(errors: list[Any]) -> list[str]:
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in errors[:5]]


@cache
def _sarif() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads((SCHEMAS / "sarif/sarif-schema-2.1.0.json").read_bytes()))


@cache
def _oscal() -> jsonschema.Draft7Validator:
    text = (SCHEMAS / "oscal/oscal_assessment-results_schema.json").read_text(encoding="utf-8")
    # ECMA patterns that Python's `re` lacks
    text = text.replace(r"(\\p{L}|_)", r"([^\\W\\d]|_)").replace(r"(\\p{L}|\\p{N}|[.\\-_])", r"[\\w.\\-]")
    assert r"\\p{" not in text
    return jsonschema.Draft7Validator(json.loads(text))


@cache
def _junit() -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(str(SCHEMAS / "junit/junit-10.xsd"))


def sarif(content: bytes) -> list[str]:
    """What is wrong by the schema, by the rules of kind and level, and with URIs."""
    loaded = json.loads(content)
    wrong = _first(list(_sarif().iter_errors(loaded)))
    for run in loaded["runs"]:
        rules = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
                wrong.append(f"{result['ruleId']} is not the rule of its index")
            if (result["kind"] == "fail") == (result["level"] == "none"):
                wrong.append(f"kind {result['kind']} with level {result['level']}")
            wrong += [f"no URI: {uri}" for uri in _uris(result) if not _URI.fullmatch(uri)]
    return wrong


_URI = re.compile(r"(?:[A-Za-z0-9._~!-]|%[0-9A-F]{2})(?:[A-Za-z0-9._~!/-]|%[0-9A-F]{2})*")


def _uris(result: dict[str, Any]) -> list[str]:
    return [item["physicalLocation"]["artifactLocation"]["uri"] for item in result.get("locations", ())]


def cyclonedx(content: bytes) -> list[str]:
    found = JsonStrictValidator(SchemaVersion.V1_7).validate_str(content.decode(), all_errors=True)
    return [str(error)[:500] for error in found or ()]


def oscal(content: bytes) -> list[str]:
    """What is wrong by the schema, and references to what is not there."""
    loaded = json.loads(content)
    wrong = _first(list(_oscal().iter_errors(loaded)))
    result = loaded["assessment-results"]["results"][0]
    for name, key in (("observations", "observation"), ("risks", "risk")):
        known = [item["uuid"] for item in result.get(name, ())]
        used = {
            item[f"{key}-uuid"] for finding in result.get("findings", ()) for item in finding.get(f"related-{name}", ())
        }
        wrong += [f"{key} {uuid} is not there" for uuid in used - set(known)]
        wrong += [f"{name} share a uuid"] if len(known) != len(set(known)) else []
    return wrong


def junit(content: bytes) -> list[str]:
    root = ElementTree.fromstring(content)
    wrong = [str(error.reason) for error in _junit().iter_errors(root)]
    for suite in root.iter("testsuite"):
        for name, tag in (("failures", "failure"), ("skipped", "skipped"), ("tests", None)):
            count = len(suite.findall("testcase" if tag is None else f"testcase/{tag}"))
            if int(suite.attrib[name]) != count:
                wrong.append(f"{name} of {suite.attrib['name']}: {suite.attrib[name]}, but {count} are there")
    return wrong


CHECKS: dict[str, Callable[[bytes], list[str]]] = {
    "sarif": sarif,
    "cyclonedx": cyclonedx,
    "oscal": oscal,
    "junit": junit,
}
