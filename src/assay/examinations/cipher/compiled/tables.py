"""The constants of `cipher/tables.py` as they stand in compiled code: numbers of a constant pool, bytes of a table."""

import re
from collections.abc import Iterator

from assay.examinations.cipher.tables import HALVES
from assay.examinations.cipher.tables import WORDS as SPELT

_LOW = frozenset({"DES"})  # words that other code holds too: only a whole row of them tells


def _signed(digits: str) -> int:
    bits = 32 if len(digits) <= 8 else 64
    value = int(digits, 16)
    return value - (1 << bits) if value >= 1 << (bits - 1) else value


# Java

WORDS: frozenset[int] = frozenset(_signed(digits) for row in SPELT.values() for digits in row.split())
_STORES = (0x54, 0x4F, 0x55, 0x56)  # bastore, iastore, castore, sastore


def _pushed(value: int, store: int) -> bytes:
    """The code that pushes a number: as an operation of its own up to five, as a byte where it fits, else as two."""
    if value < 6:
        return bytes((3 + value,))
    if store == 0x54 or value < 128:
        return bytes((0x10, value))
    return bytes((0x11, 0, value))


def _initialised(first: int, second: int, third: int) -> Iterator[bytes]:
    for store in _STORES:
        pushed = [_pushed(value, store) + bytes((store,)) for value in (first, second, third)]
        yield pushed[0] + b"\x59\x04" + pushed[1] + b"\x59\x05" + pushed[2]


# What ciphers without tables do, as a compiler writes it: an exclusive or with an element that begins again or of a
# state of 256, into an element, and around a change of halves; each is looked at again in the text (`structure.py`).
_STORE, _LOAD = rb"(?:[\x3b-\x42]|[\x36\x37].)", rb"(?:[\x1a-\x21]|[\x15\x16].)"
SHAPES = re.compile(
    rb"\x70(?:[\x2e\x33\x34\x35]|\xb6..)|\x7e[\x2e\x33\x34\x35]|[\x82\x83](?:\x91\x54|\x92\x55|\x4f|\x92\xb6)|"
    rb"[\x82\x83]" + _STORE + _LOAD + _STORE,
    re.DOTALL,
)
DELTA = {_signed("9e3779b9"), 0x9E3779B9, 0x61C88647}  # of TEA
BYTE_TABLES: tuple[bytes, ...] = tuple(
    code
    for row in ((0x63, 0x7C, 0x77), (0xD6, 0x90, 0xE9), (58, 50, 42), (57, 49, 41), (14, 4, 13))
    for code in _initialised(*row)
)
# Tables that are written as texts, one character an item, in modified UTF-8.
TEXT_TABLES: dict[bytes, str] = {
    b"c|w{\xc3\xb2ko": "AES",
    b"\xc3\x96\xc2\x90\xc3\xa9\xc3\xbe\xc3\x8c\xc3\xa1": "SM4",
}

# Machine code: words in both orders of bytes, of which two must stand in one file; tables as bytes or as rows of words.

NATIVE_WORDS: dict[str, tuple[tuple[bytes, bytes], ...]] = {
    name: tuple((bytes.fromhex(digits), bytes.fromhex(digits)[::-1]) for digits in row.split())
    for name, row in SPELT.items()
    if name not in _LOW
}
NATIVE_HALVES: dict[bytes, bytes] = {bytes.fromhex(upper): bytes.fromhex(lower) for upper, lower in HALVES.items()}


def _row(name: str, digits: str) -> Iterator[tuple[str, bytes]]:
    words = [bytes.fromhex(word) for word in digits.split()]
    yield name, b"".join(words)
    if len(words[0]) > 1:
        yield name, b"".join(word[::-1] for word in words)


NATIVE_TABLES: tuple[tuple[str, bytes], ...] = (
    *_row("AES", "63 7c 77 7b f2 6b 6f c5 30 01 67 2b fe d7 ab 76"),
    *_row("AES", "52 09 6a d5 30 36 a5 38 bf 40 a3 9e 81 f3 d7 fb"),
    *_row("AES", "c66363a5 f87c7c84 ee777799 f67b7b8d"),
    *_row("AES", "a56363c6 847c7cf8 997777ee 8d7b7bf6"),
    *_row("SM4", "d6 90 e9 fe cc e1 3d b7 16 b6 14 c2 28 fb 2c 05"),
    *_row("DES", "3a 32 2a 22 1a 12 0a 02 3c 34 2c 24 1c 14 0c 04"),
    *_row("DES", "39 31 29 21 19 11 09 01 3a 32 2a 22 1a 12 0a 02"),
    *_row("DES", "01010400 00000000 00010000 01010404"),
    *_row("DES", "02080800 00080000 02000002 02080802"),
    *_row("DES", "00200000 04200002 04000802 00000000"),
    *_row("RC2", "d9 78 f9 c4 19 dd b5 ed 28 e9 fd 79 4a a0 d8 9d"),
)
