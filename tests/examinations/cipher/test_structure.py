"""Ciphers written by hand: known by the shape of their code, and nothing else taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.examination import FileMeta, FileView, Limits, Locator
from assay.core.facts import check
from assay.examinations.cipher import structure
from assay.examinations.cipher.structure import HomemadeCiphers

_RC4_C = b"""
for (i = 0; i < 256; i++) {
  j = (j + s[i] + k[i % n]) & 255;
  unsigned char t = s[i]; s[i] = s[j]; s[j] = t;
}
"""
_RC4_PYTHON = b"for i in range(256):\n    j = (j + s[i] + key[i % len(key)]) % 256\n    s[i], s[j] = s[j], s[i]\n"
_RC4_GO = (
    b"for i := 0; i < 256; i++ {\n\tj += int(s[i]) + int(k[i%len(k)])\n\tj &= 0xff\n\ts[i], s[j] = s[j], s[i]\n}\n"
)


class _Lab:
    limits = Limits()


def found(content: bytes, language: str = "C") -> list[tuple[object, object]]:
    meta = FileMeta("a", "a", len(content), "source", language, "main", "shipped", Locator("file", "a"))
    facts = HomemadeCiphers().examine(FileView(meta, content), (), _Lab()).facts
    for fact in facts:
        check(fact)
        assert fact.value["reach"] == "possible"
        assert fact.value["state"] is None
    return [(fact.value.get("misuse", fact.value.get("family")), fact.evidence[0].line) for fact in facts]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (_RC4_C, ("RC4", 3)),
        (_RC4_PYTHON, ("RC4", 2)),
        (b"u32 sum = 0;\nsum += 0x9E3779B9;\ny += ((z << 4) + k0) ^ (z + sum) ^ ((z >> 5) + k1);\n", ("TEA", 2)),
        (b"K = [int(abs(math.sin(i + 1)) * 2**32) for i in range(64)]\n", ("MD5", 1)),
        (b"S1 = [14, 4, 13, 1, 2, 15, 11, 8, 3, 10]\n", ("DES", 1)),
        (b"static const char s1[] = {\n 0xe, 0x4, 0xd, 0x1, 0x2, 0xf, 0xb, 0x8};\n", ("DES", 2)),
    ],
)
def test_algorithms_that_their_shape_gives_away(content: bytes, expected: tuple[str, int]) -> None:
    assert expected in found(content)


@pytest.mark.parametrize(
    "content",
    [
        b"for (i = 0; i < n; i++) out[i] = (byte) (data[i] ^ key[i % key.length]);\n",
        b"for (i = 0; i < n; i++) out[i] = data[i] ^ key[i % 8];\n",
        b"$o .= $d[$i] ^ $k[$i % strlen($k)];\n",
        b"r += String.fromCharCode(t.charCodeAt(i) ^ key.charCodeAt(i % key.length));\n",
        b"return bytes(a ^ b for a, b in zip(data, cycle(key)))\n",
        b"out = [chr(ord(c) ^ ord(key[i % len(key)])) for i, c in enumerate(text)]\n",
        b"for k in keys:\n    l, r = r, l ^ f(r, k)\n",
        b"for (i = 0; i < 16; i++) { t = r; r = l ^ f(r, k[i]); l = t; }\n",
        b"while (n--) { t = l ^ f(r, *k++); l = r; r = t; }\n",
    ],
)
def test_ciphers_of_somebody_s_own(content: bytes) -> None:
    assert ("homemade-cipher", content[: content.find(b"^")].count(b"\n") + 1) in found(content)


@pytest.mark.parametrize(
    "content",
    [
        b"for (i = 0; i < n; i++) out[i] = data[i] ^ mask[i % 4];\n",  # WebSocket
        b'parity ^= block[i];\nprintf("%d]", x ^ y);\n',
        b"hash = (hash ^ byte) * 16777619;\ntable[h % size] = x;\n",
        b"a, b = b, a\nswap(x, y)\n",
        b"seed ^= hash + 0x9e3779b9 + (seed << 6) + (seed >> 2);\n",  # a hash table
        b"for i in range(256):\n    t[i], t[j] = t[j], t[i]\n",  # a shuffle
        b"y = math.sin(x) * 2\n",
        b"pieces = [14, 4, 13, 9, 2, 15, 11]\n",
    ],
)
def test_what_only_looks_like_one(content: bytes) -> None:
    assert found(content) == []


def test_go_keeps_its_mask_on_a_line_of_its_own() -> None:
    assert ("RC4", 2) in found(_RC4_GO, "Go")


@given(st.binary(max_size=400))
def test_any_bytes_are_read(content: bytes) -> None:
    found(content)


@given(
    st.from_regex(
        r"(?i)9e3779b9|2654435769|1640531527|61c88647|15, ?11|0x0?f, ?0x0?b|[s\u017f]in ?\(",
        fullmatch=True,
    )
)
def test_every_rare_number_has_a_sign(number: str) -> None:
    content = f"x {number} y".encode()
    assert structure._OF_RARE.within(content) or structure._RARE.search(content) is None
