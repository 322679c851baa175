import codecs
import hashlib
import io
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.lab.units import BadContentError, Reading, Unit, is_text


class _Trickle(io.RawIOBase):
    """Gives one to three bytes at a time, as pipes and decompressors may."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(min(size, 3))


def _units(stream: BinaryIO, size: int, unit: int, *, text: bool = True) -> tuple[list[Unit], Reading]:
    reading = Reading(stream, size)
    return list(reading.units(unit, text=text)), reading


contents = st.lists(st.sampled_from([b"word", b" ", b"\n", b"\xe5\x9b\xbd", b"(", b"\r\n"]), max_size=60).map(b"".join)


@given(contents, st.integers(1, 40))
def test_units_are_the_file_in_order(content: bytes, size: int) -> None:
    units, reading = _units(_Trickle(content), len(content), size)  # type: ignore[arg-type]
    assert b"".join(unit.content for unit in units) == content
    assert reading.digest() == hashlib.sha256(content).hexdigest()
    assert reading.bytes_read == len(content)
    assert all(unit.whole is (len(content) <= size) for unit in units)
    for unit in units:
        assert len(unit.content) <= size
        assert content[unit.offset :].startswith(unit.content)
        assert unit.first_line == 1 + content.count(b"\n", 0, unit.offset)


def test_cuts_prefer_line_ends_then_gaps_between_words() -> None:
    units, _ = _units(io.BytesIO(b"one two\nthree fourteen"), 22, 10)
    assert [unit.content for unit in units] == [b"one two\n", b"three ", b"fourteen"]
    units, _ = _units(io.BytesIO(b"x" * 25), 25, 10)
    assert [len(unit.content) for unit in units] == [10, 10, 5]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_utf_16_and_32_become_utf_8(encoding: str) -> None:
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE, "utf-32-be": codecs.BOM_UTF32_BE}
    content = mark.get(encoding, b"") + "国密 SM3\nMD5".encode(encoding)
    units, reading = _units(io.BytesIO(content), len(content), 1000)
    assert [unit.content.decode() for unit in units] == ["国密 SM3\nMD5"]
    assert units[0].whole
    assert reading.digest() == hashlib.sha256(content).hexdigest()


def test_a_large_utf_16_file_is_cut_after_decoding() -> None:
    text = "".join(f"line {number} 国\n" for number in range(2000))
    content = text.encode("utf-16")
    units, _ = _units(_Trickle(content), len(content), 500)  # type: ignore[arg-type]
    assert b"".join(unit.content for unit in units).decode() == text
    assert units[-1].first_line > 1900


def test_damaged_utf_16_is_replaced_and_a_binary_is_left_alone() -> None:
    content = codecs.BOM_UTF16_LE + b"a\0\x00\xd8b"
    units, _ = _units(io.BytesIO(content), len(content), 100)
    assert units[0].content.decode().startswith("a\N{REPLACEMENT CHARACTER}")
    units, _ = _units(io.BytesIO(content), len(content), 100, text=False)
    assert units[0].content == content


def test_a_utf_8_mark_is_dropped_but_counted() -> None:
    content = codecs.BOM_UTF8 + b"import x"
    units, _ = _units(io.BytesIO(content), len(content), 100)
    assert (units[0].content, units[0].offset) == (b"import x", 3)


def test_more_or_fewer_bytes_than_announced_are_damage() -> None:
    with pytest.raises(BadContentError, match="longer"):
        _units(io.BytesIO(b"abc"), 2, 10)
    with pytest.raises(BadContentError, match="shorter"):
        _units(io.BytesIO(b"abc"), 4, 10)
    calls: list[int] = []
    with pytest.raises(BadContentError, match="longer"):
        Reading(io.BytesIO(b"x" * (3 << 20)), 2 << 20).drain(lambda: calls.append(1))
    assert calls


def test_text_has_no_nul_and_few_controls() -> None:
    assert is_text(b"")
    assert is_text(b"int x;\t\x1b[0m\r\n\x0c" + "国密".encode("gbk"))
    assert not is_text(b"int x;\0")
    assert not is_text(bytes(range(1, 33)))
