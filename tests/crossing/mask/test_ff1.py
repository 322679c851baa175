"""FF1 against the sample values that NIST publishes, and its properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.crossing.mask.ff1 import encipher

KEY = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
LONGER = bytes.fromhex("EF4359D8D580AA4F")
LONGEST = bytes.fromhex("EF4359D8D580AA4F7F036D6F04FC6A94")
TWEAK = bytes.fromhex("39383736353433323130")


def enciphered(key: bytes, tweak: bytes, text: str) -> str:
    digits = np.array([[int(digit) for digit in text]], np.uint8)
    return "".join(map(str, encipher(key, tweak, digits)[0].tolist()))


@pytest.mark.parametrize(
    ("key", "tweak", "expected"),
    [
        (KEY, b"", "2433477484"),
        (KEY, TWEAK, "6124200773"),
        (KEY + LONGER, b"", "2830668132"),
        (KEY + LONGER, TWEAK, "2496655549"),
        (KEY + LONGEST, b"", "6657667009"),
        (KEY + LONGEST, TWEAK, "1001623463"),
    ],
)
def test_the_sample_values_of_nist(key: bytes, tweak: bytes, expected: str) -> None:
    assert enciphered(key, tweak, "0123456789") == expected


@given(st.integers(6, 36), st.integers(0))
def test_digits_stay_digits_and_lengths_stay(length: int, seed: int) -> None:
    digits = np.random.default_rng(seed).integers(0, 10, (50, length)).astype(np.uint8)
    made = encipher(KEY, b"", digits)
    assert made.shape == digits.shape
    assert int(made.max()) < 10
    assert len(np.unique(made, axis=0)) == len(np.unique(digits, axis=0)), "two numbers became one"


@pytest.mark.parametrize("length", [1, 5, 37])
def test_a_domain_that_can_be_searched_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="digits"):
        encipher(KEY, b"", np.zeros((1, length), np.uint8))
