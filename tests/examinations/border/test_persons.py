"""Distinct persons: exact below the size, close above, mergeable, under one key only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.examinations.border.persons import KEY_BYTES, Sketch, hashed, key_id, merged, new_key, of_width

KEY = bytes(range(16))


def sketch(values: "np.ndarray", size: int = 64) -> Sketch:
    one = Sketch(key_id(KEY), size)
    one.add(values)
    return one


def test_the_vectors_of_the_inventors() -> None:
    """Aumasson and Bernstein, SipHash: a fast short-input PRF, appendix A, and the first of their reference list."""
    assert hashed(KEY, [bytes(range(15)), b""]).tolist() == [0xA129CA6149BE45E5, 0x726FDB47DD0E0E31]


def test_a_table_and_a_list_give_the_same() -> None:
    values = [f"{number:011}".encode() for number in range(50)]
    table = np.frombuffer(b"".join(values), np.uint8).reshape(50, 11)
    assert hashed(KEY, values).tolist() == of_width(KEY, table).tolist()
    assert [hashed(KEY, [value]).tolist()[0] for value in values] == hashed(KEY, values).tolist()
    assert hashed(KEY, [b"a", b"bb", b"a"]).tolist()[0] == hashed(KEY, [b"a"]).tolist()[0]


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
    assert forth.kept.tolist() == back.kept.tolist() == whole.kept.tolist()
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
    one = sketch(np.arange(100, dtype=np.uint64))
    again = Sketch.from_bytes(one.to_bytes())
    assert (again.of, again.size, again.kept.tolist(), again.full) == (one.of, one.size, one.kept.tolist(), True)


@given(st.binary(max_size=80))
def test_damaged_bytes_are_refused(content: bytes) -> None:
    whole = sketch(np.array([3, 9, 12], np.uint64)).to_bytes()
    for damaged in (content, whole[:-1], whole[:-8] + bytes(8), whole + b"x"):
        if damaged != whole:
            with pytest.raises(ValueError, match="sketch of persons"):
                Sketch.from_bytes(damaged)
