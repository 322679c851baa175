"""Distinct persons: exact below the size, close above, mergeable, under one key only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.examinations.border.persons import KEY_BYTES, Sketch, Words, hashed, key_id, merged, new_key, of_width

KEY = bytes(range(16))


def sketch(values: Words, size: int = 64) -> Sketch:
    one = Sketch(key_id(KEY), size)
    one.add(values)
    return one


def test_the_vectors_of_the_inventors() -> None:
    """Aumasson and Bernstein, SipHash: a fast short-input PRF, appendix A, and the first of their reference list."""
    assert hashed(KEY, [bytes(range(15)), b""]) == [0xA129CA6149BE45E5, 0x726FDB47DD0E0E31]


def test_a_table_and_a_list_give_the_same() -> None:
    values = [f"{number:011}".encode() for number in range(80)]
    table = np.frombuffer(b"".join(values), np.uint8).reshape(80, 11)
    assert (
        list(hashed(KEY, values))
        == list(of_width(KEY, table))
        == list(of_width(KEY, table[:9])) + hashed(KEY, values[9:40]) + hashed(KEY, values[40:])
    )
    assert [hashed(KEY, [value])[0] for value in values] == list(hashed(KEY, values))
    assert hashed(KEY, [b"a", b"bb", b"a"])[0] == hashed(KEY, [b"a"])[0]


def test_keys_have_sixteen_bytes() -> None:
    assert len(new_key()) == KEY_BYTES
    with pytest.raises(ValueError, match="16 bytes"):
        hashed(b"short", [b"a"])


@given(st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=60), max_size=6))
def test_merging_is_the_union(parts: list[list[int]]) -> None:
    """Whatever the parts, in any order, is what one sketch of everything would hold."""
    arrays = [np.array(part, np.uint64) for part in parts] or [np.empty(0, np.uint64)]
    whole = sketch(np.concatenate(arrays))
    forth, back = merged(map(sketch, arrays)), merged(sketch(part) for part in reversed(arrays))
    whole.settle()
    assert list(forth.kept) == list(back.kept) == list(whole.kept)
    assert forth.to_bytes() == back.to_bytes() == whole.to_bytes() == merged(map(sketch, parts or [[]])).to_bytes()
    assert forth.exact == back.exact == whole.exact == (len({*np.concatenate(arrays).tolist()}) <= 64)
    assert forth.count() == whole.count()


def test_the_estimate_above_the_size() -> None:
    random = np.random.default_rng(3)
    one = sketch(random.integers(0, 2**64, 400_000, np.uint64), 1 << 14)
    assert not one.exact
    assert abs(one.count() / 400_000 - 1) < 0.03


def test_sketches_of_other_keys_are_refused() -> None:
    other = Sketch(key_id(bytes(16)), 64)
    with pytest.raises(ValueError, match="different keys"):
        merged([sketch(np.arange(3, dtype=np.uint64)), other])
    with pytest.raises(ValueError, match="no sketch"):
        merged([])


def test_bytes_and_back() -> None:
    for values in (range(100), range(5000)):
        for one in (sketch(np.array(values, np.uint64)), sketch(list(values), len(values))):
            again = Sketch.from_bytes(one.to_bytes())
            assert again.to_bytes() == one.to_bytes()
            assert (again.of, again.size, list(again.kept), again.full) == (one.of, one.size, list(one.kept), one.full)
            one.add(list(range(200)))
            again.add(np.arange(200, dtype=np.uint64))
            assert again.count() == one.count()
            assert again.to_bytes() == one.to_bytes()


@given(st.binary(max_size=80))
def test_damaged_bytes_are_refused(content: bytes) -> None:
    whole = sketch(np.array([3, 9, 12], np.uint64)).to_bytes()
    for damaged in (content, whole[:-1], whole[:-8] + bytes(8), whole + b"x"):
        if damaged != whole:
            with pytest.raises(ValueError, match="sketch of persons"):
                Sketch.from_bytes(damaged)
