"""Tables of a stranger: every offset and count is checked, and what is bounded stays bounded."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dex import dexfile
from assay.examinations.cipher.compiled.dex.debug import debug_of
from assay.examinations.cipher.compiled.dex.dexfile import DexFile, headers, sleb, uleb
from tests.review.hidden_in_dex import DEXES

KEY = DEXES["Key.dex"]


def test_a_class_is_what_it_says() -> None:
    of = DexFile(KEY)
    (row,) = (of.row(index) for index in range(of.classes))
    declared = of.declared(row)
    assert (declared.name, declared.parent) == ("hidden/Key", "java/lang/Object")
    assert [(one.name, one.descriptor) for one in declared.fields] == [("KEY", "[B")]
    assert {one.name for one in declared.methods} == {"<init>", "<clinit>", "f"}


def test_values_of_static_fields() -> None:
    of = DexFile(DEXES["Held.dex"])
    (row,) = (of.row(index) for index in range(of.classes))
    values = {one.name: one.value for one in of.declared(row).fields}
    assert values["RATIO"] == ("double", 0.5)
    assert values["OLD"] in {("truth", False), None}


def test_lines_and_names() -> None:
    of = DexFile(KEY)
    (row,) = (of.row(index) for index in range(of.classes))
    (method,) = (one for one in of.declared(row).methods if one.name == "f")
    told = debug_of(of, of.code(method.body or 0))
    assert told.given == ("of", "iv")
    assert "cipher" in {name for *_, name in told.names}
    assert min(told.lines.values()) == 133


@pytest.mark.parametrize(("at", "what"), [(56, "table"), (64, "table"), (72, "table"), (88, "table"), (96, "table")])
def test_a_table_beyond_the_file_is_damage(at: int, what: str) -> None:
    content = KEY[:at] + struct.pack("<I", 0x7FFFFFF0) + KEY[at + 4 :]
    with pytest.raises(DamagedError, match=what):
        DexFile(content)


def test_members_and_code_are_bounded_by_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dexfile, "LEAST", 0)
    of = DexFile(KEY)
    row = of.row(0)
    with pytest.raises(DamagedError, match="more members"):
        list(map(of.declared, [row] * 4 * len(KEY)))
    (body, *_) = (code for _, _, code in DexFile(KEY).bodies(row) if code is not None)
    with pytest.raises(DamagedError, match="more code"):
        list(map(of.code, [body] * len(KEY)))


def test_several_in_a_container() -> None:
    first = KEY[:4] + b"041" + KEY[7:]
    assert list(headers(first)) == [0]
    with pytest.raises(DamagedError):
        list(headers(first + b"dex\n041\0"))


@given(st.integers(min_value=0, max_value=(1 << 32) - 1))
def test_numbers_of_seven_bits(value: int) -> None:
    rest, spelt = value, bytearray()
    while rest >= 128:
        spelt.append(rest & 127 | 128)
        rest >>= 7
    spelt.append(rest)
    assert uleb(bytes(spelt) + b"\xff", 0) == (value, len(spelt))
    assert sleb(b"\x7f", 0) == (-1, 1)
    with pytest.raises(DamagedError):
        uleb(b"\x80", 0)
