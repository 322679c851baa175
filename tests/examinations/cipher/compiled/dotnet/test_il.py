"""Instructions are told from what is none, by one look over all of them as by one after the other."""

import struct

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dotnet import il
from assay.examinations.cipher.compiled.dotnet.assembly import Body


def _followed(code: bytes) -> bool | None:
    """Whether it is code; None where only a jump leads out of it."""
    try:
        list(il.instructions(code, 0))
    except DamagedError as damage:
        return None if "leads out" in str(damage) else False
    except struct.error:
        return False
    return True


@given(st.lists(st.one_of(st.integers(0, 0xE0).map(lambda one: bytes((one,))), st.binary(max_size=5)), max_size=20))
def test_both_ways_agree(pieces: list[bytes]) -> None:
    code = b"".join(pieces)
    followed = _followed(code)
    assume(followed is not None)
    assert il.is_code(code) == followed


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (b"\x02\x7b\x01\0\0\x04\x2a", True),  # ldarg.0; ldfld; ret
        (b"\x45\x01\0\0\0\x00\0\0\0\x2a", True),  # a switch of one
        (b"\x45\x01\0\0\x80\x2a", False),  # a switch beyond the method
        (b"\xfe\x01\x2a", True),  # ceq; ret
        (b"\xfe", False),
        (b"\x24", False),
        (b"\x20\x01\x02", False),  # a number cut short
    ],
)
def test_what_is_code(code: bytes, expected: bool) -> None:
    assert il.is_code(code) is expected


def test_what_is_left_goes_on_through_the_code_that_runs_at_last() -> None:
    code = b"\x00\xde\x04\x00\x00\x00\xdc\x2a"  # nop; leave 7; nops; endfinally; ret
    blocks = il.blocks_of(Body(code, handlers=((il.FINALLY, 0, 3, 3, 7, 0, ""),)), 0, lambda _: True)
    assert blocks[0].after == (7,)
    assert blocks[0].handlers == (3,)
    assert blocks[3].after == (7,)
    assert il.reached(blocks) == {0, 3, 7}


@pytest.mark.parametrize("handler", [(0, 0, 3, 3, 99, 0, ""), (0, 3, 3, 3, 7, 0, ""), (0, 0, 2, 5, 7, 0, "")])
def test_code_that_is_guarded_beyond_the_method(handler: tuple[int, int, int, int, int, int, str]) -> None:
    with pytest.raises(DamagedError):
        il.blocks_of(Body(b"\x00\xde\x04\x00\x00\x00\xdc\x2a", handlers=(handler,)), 0, lambda _: True)
