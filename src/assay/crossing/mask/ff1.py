"""FF1 over decimal digits, many values of one length at once (NIST SP 800-38G, radix 10, AES).

Ten Feistel rounds; each is a CBC-MAC over the tweak and the numeral, made for all rows by one ECB call a block. Digits
stay digits, the length stays. A domain below a million (fewer than six digits) can be searched and is refused, as the
revision of the standard demands.
"""

from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

FEWEST, MOST = 6, 36
_ROUNDS, _BLOCK = 10, 16
Digits = Any  # numpy.ndarray of uint8, values 0 to 9, shape (rows, length)


def encipher(key: bytes, tweak: bytes, digits: Digits) -> Digits:
    """Raises ValueError for fewer than six digits or more than 36."""
    length = digits.shape[1]
    if not FEWEST <= length <= MOST:
        raise ValueError(f"{length} digits: FF1 takes {FEWEST} to {MOST} here")
    u = length // 2
    v = length - u
    a, b = digits[:, :u], digits[:, u:]
    numeral = (int.bit_length(10**v - 1) + 7) // 8
    wide = 4 * ((numeral + 3) // 4) + 4
    head = bytes([1, 2, 1, 0, 0, 10, 10, u & 255]) + length.to_bytes(4) + len(tweak).to_bytes(4)
    blank = bytes((-len(tweak) - numeral - 1) % _BLOCK)
    encryptor = Cipher(AES(key), ECB()).encryptor()  # noqa: S305  (the block function of FF1's own mode)
    start = np.frombuffer(encryptor.update(head), np.uint8)
    for turn in range(_ROUNDS):
        m = u if turn % 2 == 0 else v
        fixed = np.frombuffer(tweak + blank + bytes([turn]), np.uint8)
        q = np.concatenate([np.broadcast_to(fixed, (len(b), len(fixed))), _bytes_of(b, numeral)], axis=1)
        s = _expanded(_mac(q, start, encryptor), wide, encryptor)
        a, b = b, _added(a, s, m)
    return np.concatenate([a, b], axis=1)


def _mac(rows: Any, start: Any, encryptor: Any) -> Any:
    state = np.broadcast_to(start, (len(rows), _BLOCK))
    for at in range(0, rows.shape[1], _BLOCK):
        state = _encrypted(state ^ rows[:, at : at + _BLOCK], encryptor)
    return state


def _expanded(r: Any, wide: int, encryptor: Any) -> Any:
    parts = [r]
    for number in range(1, (wide + _BLOCK - 1) // _BLOCK):
        counter = np.frombuffer(number.to_bytes(_BLOCK), np.uint8)
        parts.append(_encrypted(r ^ counter, encryptor))
    return np.concatenate(parts, axis=1)[:, :wide]


def _encrypted(blocks: Any, encryptor: Any) -> Any:
    content = encryptor.update(np.ascontiguousarray(blocks).tobytes())
    return np.frombuffer(content, np.uint8).reshape(-1, _BLOCK)


def _bytes_of(digits: Digits, size: int) -> Any:
    """The numeral as `size` big-endian bytes: long multiplication by ten, a byte at a time."""
    limbs = np.zeros((len(digits), size), np.uint16)
    for place in range(digits.shape[1]):
        carry = digits[:, place].astype(np.uint16)
        for at in range(size - 1, -1, -1):
            wide = limbs[:, at] * np.uint16(10) + carry
            limbs[:, at] = wide & 255
            carry = wide >> 8
    return limbs.astype(np.uint8)


def _added(digits: Digits, s: Any, m: int) -> Digits:
    """(digits + the number s) modulo 10^m, as m digits: the remainder of s is found digit by digit."""
    limbs = s.astype(np.uint16)
    result = np.empty((len(digits), m), np.uint8)
    carry = np.zeros(len(digits), np.uint16)
    for place in range(m - 1, -1, -1):
        remainder = np.zeros(len(digits), np.uint16)
        for at in range(limbs.shape[1]):  # divide by ten
            wide = (remainder << 8) | limbs[:, at]
            limbs[:, at] = wide // 10
            remainder = wide % 10
        total = digits[:, place] + remainder + carry
        result[:, place] = total % 10
        carry = total // 10
    return result
