"""Own implementations are recognised by their constants, never convicted, and never let a rule be met."""

import re
from pathlib import Path

import pytest

from assay.core.examination import FileMeta, FileView, Hit, Limits, Locator
from assay.core.facts import check
from assay.examinations.cipher.tables import WORDS, HandWritten

TINYSHA1 = Path(__file__).parents[3] / "examples" / "paygate" / "c" / "vendored" / "tinysha1" / "tinysha1.c"


class _Lab:
    limits = Limits()


def algorithms(content: bytes, language: str = "C") -> list[object]:
    examination = HandWritten()
    hits = [Hit(found[0], found.start()) for found in re.finditer(rb"\w+", content) if found[0] in examination.literals]
    meta = FileMeta("a", "a", len(content), "source", language, "product", "shipped", Locator("file", "a"))
    facts = examination.examine(FileView(meta, content), hits, _Lab()).facts
    for fact in facts:
        check(fact)
        assert fact.value["reach"] == "possible"
    return [fact.value["algorithm"] for fact in facts]


@pytest.mark.parametrize("name", sorted(WORDS))
@pytest.mark.parametrize("form", ["0x{}", "0x{}UL", "0X{}L", "0x{}u"])
def test_two_constants_of_an_algorithm(name: str, form: str) -> None:
    words = [form.format(word.upper() if "X" in form else word) for word in WORDS[name].split()]
    found = algorithms(f"static const u32 t[] = {{ {', '.join(words)} }};".encode())
    assert len(found) == 1
    assert algorithms(f"x = {words[0]};".encode()) == []


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        (b"S = [0x63, 0x7C, 0x77,\n 0x7B, 0xf2, 0x6B, 0x6f]", "Python", "AES"),
        (b"byte[] s = {(byte) 0xd6, (byte) 0x90, (byte)0xe9, (byte)0xfe, (byte)0xcc, (byte)0xe1};", "Java", "SM4"),
        (b"int ip[] = {58, 50, 42, 34, 26, 18, 10, 2};", "C", "DES"),
        (b"s = (99,124,119,123,242,107)", "Python", "AES"),
    ],
)
def test_the_beginning_of_a_byte_table(code: bytes, language: str, name: str) -> None:
    assert algorithms(code, language) == [name]


def test_an_own_sha_1_that_no_name_betrays() -> None:
    assert "SHA-1" in algorithms(TINYSHA1.read_bytes())


_UPPER, _LOWER = ["0x428a2f98", "0x71374491", "0xb5c0fbcf"], ["0xd728ae22", "0x23EF65CD", "-330482897"]


@pytest.mark.parametrize("form", ["pairs", "tables"])
def test_halves_of_the_words_of_sha_512_are_no_words_of_sha_256(form: str) -> None:
    pairs = zip(_UPPER, _LOWER, strict=True)
    words = [word for pair in pairs for word in pair] if form == "pairs" else [*_UPPER, *_LOWER]
    assert algorithms(f"K = [{', '.join(words)}]".encode(), "JavaScript") == ["SHA-512"]
    assert algorithms(f"K = [{', '.join(_UPPER)}]".encode(), "JavaScript") == ["SHA-256"]
    both = f"K = [{', '.join(words)}]; L = [{', '.join(_UPPER)}]"
    assert algorithms(both.encode(), "JavaScript") == ["SHA-256", "SHA-512"]


def test_numbers_that_happen_to_be_there_are_none() -> None:
    assert algorithms(b"x = 0x63 + 0x6b; y = {58, 57, 56}; z = 0x67452301;") == []
