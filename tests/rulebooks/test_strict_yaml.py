"""The strict YAML reader: what it accepts, what it refuses, and that nothing else ever leaves it."""

import json
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import InputError
from assay.rulebooks.strict_yaml import parse


class PurePython(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
    """What strict_yaml falls back to when PyYAML has no libyaml."""

    def __init__(self, stream: str) -> None:
        yaml.reader.Reader.__init__(self, stream)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)


@pytest.fixture(params=["libyaml", "python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "python":
        monkeypatch.setattr("assay.rulebooks.strict_yaml.yaml.Parser", PurePython)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("Off", "Off"), ("y", "y"),
        ("true", True), ("False", False), ("TRUE", True), ("tRUE", "tRUE"),
        ("null", None), ("~", None), ("", None), ("Nothing", "Nothing"),
        ("2026-01-01", "2026-01-01"), ("12:30:45", "12:30:45"), ("1_000", "1_000"),
        ("017", 17), ("0o17", 15), ("0x1F", 31), ("0b1", "0b1"), ("-5", -5), ("+5", 5), ("0o8", "0o8"),
        ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-.inf", float("-inf")), (".", "."), ("-", [None]),
        ("9007199254740991", 2**53 - 1), ("0000000000000000000000007", 7),
        ("'5'", "5"), ('"true"', "true"), ("|\n  5", "5"), (">-\n  yes\n  no", "yes no"),
        ("{a: 1, b: [x, {c: ~}]}", {"a": 1, "b": ["x", {"c": None}]}),
        ("yes: 1\n017: 2", {"yes": 1, "017": 2}),
        ("\ufeffa: 1", {"a": 1}),
        ("# only a comment", None), ("---\na: 1\n...\n", {"a": 1}),
        ("'<<': 1", {"<<": 1}), ("中文: 值", {"中文": "值"}), ("a: '😀'", {"a": "😀"}),
    ],
)  # fmt: skip
def test_core_schema(text: str, value: object) -> None:
    assert parse(text.encode(), "f.yaml").value == value


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"a: 1\nb: 2\na: 3", 3, "given twice"),
        (b"1: a\n'1': b", 2, "given twice"),
        (b"x: &here 1", 1, "anchor"),
        (b"a: 1\nx: *there", 2, "anchor"),
        (b"a: &a [x]\nb: [*a, *a]", 1, "anchor"),
        (b"\n- !!python/object/apply:os.system [id]", 2, "tag"),
        (b"a: !!int '1'", 1, "tag"),
        (b"!t a: 1", 1, "tag"),
        (b"a: ! x", 1, "tag"),
        (b"a:\n  <<: {b: 1}", 2, "not text"),
        (b"? [a]\n: 1", 1, "not text"),
        (b"a: 1\n?\n: 1", 2, "not text"),
        (b"%YAML 1.1\n---\na: 1", 1, "directive"),
        (b"%TAG ! tag:x,2026:\n---\na: 1", 1, "directive"),
        (b"a: 1\n---\nb: 2", 2, "second document"),
        (b"a: 9007199254740992", 1, "53 bits"),
        (b"a: -99999999999999999999", 1, "53 bits"),
        (b"a: " + b"9" * 100_000, 1, "53 bits"),
        (b"a: 0x" + b"f" * 100_000, 1, "53 bits"),
        (b"a: 1e999", 1, "overflows"),
        (b"a:\n\tb: 1", 2, "not valid YAML"),
        ("a: 1".encode("utf-16"), 1, "UTF-8"),
        (b"a: 1\nb: \xff", 2, "UTF-8"),
        (b"a: 1\nb: \x00", 2, "not valid YAML"),
        (b"a: 1\nb: \x1b[31m", 2, "not valid YAML"),
        ("a: 1\nb: x\u2028y".encode(), 2, "U+2028"),
        (b'a: "\\ud800"', 0, ""),
        (b'a: "\\UFFFFFFFF"', 0, ""),
        (b"a: [1, 2", 0, "not valid YAML"),
        (b"a: 1\n b: 2", 2, "not valid YAML"),
        (b"[" * 200_000, 0, ""),
        (b"- " * 60, 1, "deeper than 40"),
        (b"{a: " * 60, 1, "deeper than 40"),
        (b"[" + b"0," * 250_000 + b"]", 1, "more than"),
        (b" " * (4 * 2**20 + 1), 1, "larger than"),
    ],
)
def test_refused(data: bytes, line: int, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(data, "dir/f.yaml")
    error = caught.value
    assert says in error.message.en
    assert error.message.en.startswith("dir/f.yaml:")
    assert error.message.zh.startswith("dir/f.yaml:")
    if line:
        assert error.message.en.split(":")[1] == str(line)
    assert error.advice is not None


def test_lines_of_values_and_keys() -> None:
    parsed = parse(b"a: 1\nb:\n  - x\n  - c: 2\n    d:\n      e\nf: {g:\n  h}\n", "f.yaml")
    assert parsed.line(()) == 1
    assert parsed.line(("b",)) == 3
    assert parsed.key_line(("b",)) == 2
    assert parsed.line(("b", 1, "d")) == 6
    assert parsed.key_line(("b", 1, "d")) == 5
    assert parsed.line(("f", "g")) == 8
    assert parsed.line(("b", 1, "missing")) == 4
    assert parsed.line(("nowhere", "at", "all")) == 1


def test_size_limit_is_a_parameter() -> None:
    assert parse(b"a: 12345", "f", max_bytes=8).value == {"a": 12345}
    with pytest.raises(InputError):
        parse(b"a: 12345", "f", max_bytes=7)


def test_hostile_sizes_end_quickly() -> None:
    started = time.process_time()
    for data in (b"[" * 4_000_000, b"- " * 2_000_000, b'"' + b"a" * 4_000_000, b"? " * 100_000, b"a: " + b"x " * 10**6):
        try:
            parse(data, "f")
        except InputError:
            continue
    assert time.process_time() - started < 5


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_value_or_an_input_error(data: bytes) -> None:
    _only_input_errors(data)


_TOKENS = [
    "a", "b:", ": ", "- ", "? ", "[", "]", "{", "}", ",", "&x ", "*x", "!t ", "!!int ", "|", ">-", "'", '"', "\\", "#",
    "\n", "\n  ", "\t", "---\n", "...\n", "%YAML 1.2\n", "<<: ", "1", "0x", ".", "e9", "~", "\\u", "\\U0011ffff", "\r",
    "中", "\ufeff", "\x85", "\x00",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(_TOKENS), max_size=40).map("".join))
def test_any_tokens_give_a_value_or_an_input_error(text: str) -> None:
    _only_input_errors(text.encode())


def _only_input_errors(data: bytes) -> None:
    try:
        parsed = parse(data, "f")
    except InputError:
        return
    _check_plain(parsed.value)


def _check_plain(value: object) -> None:
    if isinstance(value, dict):
        assert all(isinstance(key, str) for key in value)
        for item in value.values():
            _check_plain(item)
    elif isinstance(value, list):
        for item in value:
            _check_plain(item)
    else:
        assert value is None or isinstance(value, str | int | float | bool)


_TEXTS = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=12)  # JSON pairs surrogates
_SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXTS
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(_VALUES)
def test_what_a_json_writer_wrote_is_read_back(value: object) -> None:
    assert parse(json.dumps(value).encode(), "f").value == value
