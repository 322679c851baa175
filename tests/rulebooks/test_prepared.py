"""What is prepared of a YAML file is what the file says, counts for its bytes alone, and still knows its lines."""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from assay.rulebooks import prepared, strict_yaml
from assay.rulebooks.loader import BOOKS
from assay.rulebooks.strict_yaml import PlaceError, compose, parse

YAML = b"a: 1\nb:\n  - {c: 1.0, d: null}\n  - '2'\n"


def rows(*contents: bytes) -> Mapping[str, msgspec.Raw]:
    lines = prepared.prepared((content, compose(content, "x")[0]) for content in contents)
    return {row.sha256: row.value for row in msgspec.json.Decoder(prepared._Row).decode_lines(lines)}


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    found = rows(YAML)
    monkeypatch.setattr(prepared, "_rows", lambda: found)


def test_every_file_of_every_book_is_given_back() -> None:
    contents = [file.read_bytes() for file in sorted(Path(BOOKS).rglob("*.yaml"))]
    found = rows(*contents)
    assert len(found) == len(set(contents))
    for content in contents:
        value = msgspec.json.decode(found[prepared._digest(content)])
        assert repr(value) == repr(compose(content, "x")[0])  # the same order, and 1.0 is not 1


def test_a_prepared_file_is_not_read_as_yaml(known: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "compose", None)
    assert parse(YAML, "x").value == {"a": 1, "b": [{"c": 1.0, "d": None}, "2"]}
    with pytest.raises(PlaceError):
        parse(YAML, "x", max_bytes=3)


def test_its_lines_are_told(known: None) -> None:
    parsed = parse(YAML, "x")
    assert (parsed.line(("b", 1)), parsed.key_line(("b",)), parsed.line(("b", 0, "d"))) == (4, 2, 3)


def test_any_other_bytes_are_read(known: None) -> None:
    assert parse(YAML.replace(b"1\n", b"7\n"), "x").value["a"] == 7
    with pytest.raises(PlaceError, match=re.escape("x:5:")):
        parse(YAML + b"a: 2\n", "x")


def test_what_json_cannot_say_is_left_out() -> None:
    assert not rows(b"a: .inf\n")
