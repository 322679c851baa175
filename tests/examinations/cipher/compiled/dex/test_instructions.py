"""Instructions stand where they begin, whatever stands between them."""

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dex.dexfile import Code
from assay.examinations.cipher.compiled.dex.instructions import beginning, blocks_of, instructions, items_of

SWITCH = struct.pack("<BBi", 0x2B, 0, 6)  # packed-switch v0, to the table six units on
TABLE = struct.pack("<HHiii", 0x0100, 2, 0, 4, 5)  # to units 4 and 5
CODE = SWITCH + b"\x00\x00" + b"\x12\x10" + b"\x0e\x00" + TABLE  # a nop, const/4 v0, 1; return-void


def code(content: bytes, handlers: Sequence[tuple[int, int, int, str]] = ()) -> Code:
    return Code(memoryview(content), 16, 0, tuple(handlers), 0)


def test_a_switch_goes_on_behind_its_table() -> None:
    rows = list(instructions(code(CODE)))
    assert [(row.at, row.operation) for row in rows] == [(0, 0x2B), (3, 0), (4, 0x12), (5, 0x0E)]
    assert rows[0].targets == (4, 5)
    blocks = blocks_of(code(CODE))
    assert {start: block.after for start, block in blocks.items()} == {0: (3, 4, 5), 3: (4,), 4: (5,), 5: ()}


def test_what_a_call_gives_stays_with_the_call() -> None:
    call = bytes.fromhex("71000000 0000 0a00 0f00".replace(" ", ""))  # invoke-static {}; move-result v0; return v0
    assert set(blocks_of(code(call, [(0, 3, 4, "")]))) == {0, 4}


def test_items_of_an_array() -> None:
    content = struct.pack("<BBi", 0x26, 0, 4) + b"\x0e\x00" + struct.pack("<HHI3b", 0x0300, 1, 3, 1, -1, 7) + b"\0"
    assert items_of(code(content), 4) == (1, [1, -1, 7])
    with pytest.raises(DamagedError):
        items_of(code(content), 0)


@pytest.mark.parametrize("content", [b"\x3e\x00", b"\x28\x05", b"\x71\x00", SWITCH, b"\x08\xff\xff\xff"])
def test_what_is_no_code_is_damage(content: bytes) -> None:
    with pytest.raises((DamagedError, struct.error, IndexError)):
        list(instructions(code(content)))


def test_where_instructions_begin() -> None:
    assert beginning(memoryview(CODE), [0, 1, 3, 4, 5, 7, 9]) == [0, 3, 4, 5]
    assert beginning(memoryview(b"\x12\x10\x3e\x00\x12\x10"), [0, 2]) == [0, 2]  # behind what is none


@given(st.binary(max_size=64))
def test_any_bytes_have_an_answer(content: bytes) -> None:
    try:
        rows = list(instructions(code(content)))
    except (DamagedError, struct.error, IndexError):
        return
    assert beginning(memoryview(content), [row.at for row in rows]) == [row.at for row in rows]
