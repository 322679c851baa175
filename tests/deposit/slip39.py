"""SLIP-0039 read by its text: what two libraries must agree on. Knows no generation, only recovery."""

import hashlib
import hmac
from itertools import groupby

from shamir_mnemonic.wordlist import WORDLIST  # the published list; everything else here is written out

_GENERATOR = (
    0xE0E040, 0x1C1C080, 0x3838100, 0x7070200, 0xE0E0009,
    0x1C0C2412, 0x38086C24, 0x3090FC48, 0x21B1F890, 0x3F3F120,
)  # fmt: skip


def _multiplied(a: int, b: int) -> int:
    result = 0
    while b:
        result ^= a if b & 1 else 0
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return result


def _inverse(a: int) -> int:
    power, result = a, 1
    for bit in range(8):
        if 254 >> bit & 1:
            result = _multiplied(result, power)
        power = _multiplied(power, power)
    return result


def at(points: dict[int, bytes], x: int) -> bytes:
    """Lagrange interpolation over GF(2^8), byte by byte."""
    length = len(next(iter(points.values())))
    result = bytearray(length)
    for i, value in points.items():
        basis = 1
        for j in points:
            if j != i:
                basis = _multiplied(basis, _multiplied(x ^ j, _inverse(i ^ j)))
        for place in range(length):
            result[place] ^= _multiplied(basis, value[place])
    return bytes(result)


def _recovered(threshold: int, points: dict[int, bytes]) -> bytes:
    if threshold == 1:
        return next(iter(points.values()))
    secret, check = at(points, 255), at(points, 254)
    assert hmac.new(check[4:], secret, "sha256").digest()[:4] == check[:4]
    return secret


def _checked(words: list[int], custom: bytes) -> bool:
    state = 1
    for value in [*custom, *words]:
        top = state >> 20
        state = (state & 0xFFFFF) << 10 ^ value
        for bit in range(10):
            state ^= _GENERATOR[bit] if top >> bit & 1 else 0
    return state == 1


def secret_of(mnemonics: list[str], passphrase: bytes = b"") -> bytes:
    """The master secret of exactly enough shares."""
    shares = []
    for mnemonic in mnemonics:
        words = [WORDLIST.index(word) for word in mnemonic.split()]
        head = words[0] << 10 | words[1]
        identifier, extendable, exponent = head >> 5, head >> 4 & 1, head & 15
        assert _checked(words, b"shamir_extendable" if extendable else b"shamir")
        params = words[2] << 10 | words[3]
        group, need_groups = params >> 16, (params >> 12 & 15) + 1
        index, need = params >> 4 & 15, (params & 15) + 1
        body = words[4:-3]
        size = 10 * len(body) // 16 * 2
        value = 0
        for word in body:
            value = value << 10 | word
        shares.append((identifier, extendable, exponent, need_groups, group, need, index, value.to_bytes(size)))
    identifier, extendable, exponent, need_groups = shares[0][:4]
    assert all(share[:4] == shares[0][:4] for share in shares)
    groups = {}
    for group, own in groupby(sorted(shares, key=lambda share: share[4]), key=lambda share: share[4]):
        members = list(own)
        groups[group] = _recovered(members[0][5], {member[6]: member[7] for member in members})
    assert len(groups) == need_groups
    encrypted = _recovered(need_groups, groups)
    half = len(encrypted) // 2
    left, right = encrypted[:half], encrypted[half:]
    salt = b"" if extendable else b"shamir" + identifier.to_bytes(2)
    for step in (3, 2, 1, 0):
        key = hashlib.pbkdf2_hmac("sha256", bytes([step]) + passphrase, salt + right, 2500 << exponent, half)
        left, right = right, bytes(a ^ b for a, b in zip(left, key, strict=True))
    return right + left
